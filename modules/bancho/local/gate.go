package local

import (
	"slices"

	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/packets"
)

// refusal is the answer to a login that fails.
type refusal struct {
	result string         // label of the metric
	code   packets.UserID // one of the packets.Login constants
	notice string         // on the player's screen; "" shows nothing
}

// encode returns the packets of the answer. The updater of an old client starts only when it is told before the code.
// Source: osuAkatsuki/bancho.py app/api/domains/cho.py.
func (r *refusal) encode() (b []byte) {
	if r.code == packets.LoginOldClient {
		b = packets.VersionUpdate{}.Append(b)
	}
	b = r.code.Append(b)
	if r.notice != "" {
		b = packets.Notification(r.notice).Append(b)
	}
	return b
}

// checkClient says what is wrong with a client before its player is known, nil when nothing is.
func checkClient(config *Config, login *packets.Login) (osu.Version, *refusal) {
	version, err := osu.ParseVersion(login.Version)
	switch {
	case err != nil, version.Date < config.MinVersion:
		return version, &refusal{"old_client", packets.LoginOldClient, "Your client is too old for this server. Please update it."}
	case !slices.Contains(config.Streams, streamName(version.Stream)):
		return version, &refusal{"stream", packets.LoginNeedsSupporter, "This server does not take clients of the stream " + streamName(version.Stream) + "."}
	case !hashesValid(login.Hashes):
		return version, &refusal{"hashes", packets.LoginFailed, "Your client could not tell which computer it runs on. Please restart your osu! and try again."}
	}
	return version, nil
}

func streamName(s osu.Stream) string {
	if s == osu.StreamStable {
		return "stable"
	}
	return string(s)
}

func hashesValid(h packets.ClientHashes) bool {
	return h.AdaptersValid() && isMD5(h.Executable) && isMD5(h.AdaptersMD5) && isMD5(h.UninstallMD5) && isMD5(h.DiskMD5)
}

// checkUser says why a player who has proved who he is may not log in with this client, nil when he may.
func checkUser(config *Config, version osu.Version, user users.User) *refusal {
	if config.Maintenance == MaintenanceClosed && !user.Privileges.HasAny(users.Staff) {
		return &refusal{"maintenance", packets.LoginServerError, config.MaintenanceMessage}
	}
	needs := users.Privileges(0)
	switch version.Stream {
	case osu.StreamTourney:
		if !config.SupporterForAll {
			needs = users.Supporter | users.TournamentHost | users.Staff
		}
	case osu.StreamDev:
		needs = users.Tester | users.Staff
	}
	if needs != 0 && !user.Privileges.HasAny(needs) {
		return &refusal{"privileges", packets.LoginNeedsSupporter, "Your account may not use clients of the stream " + streamName(version.Stream) + "."}
	}
	if version.Stream == osu.StreamTourney && user.Restricted {
		return &refusal{"privileges", packets.LoginNeedsSupporter, restrictedText}
	}
	return nil
}
