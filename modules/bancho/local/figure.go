package local

import (
	"math"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/packets"
)

// offMap is a coordinate that no map has, for users whose position is unknown or hidden.
const offMap = 1000

// clientPrivileges is how a client shows privileges. Source: osuAkatsuki/bancho.py app/constants/privileges.py.
func clientPrivileges(p users.Privileges) osu.ClientPrivileges {
	client := osu.ClientPlayer
	for _, pair := range [...]struct {
		any  users.Privileges
		show osu.ClientPrivileges
	}{
		{users.Supporter, osu.ClientSupporter},
		{users.Moderator | users.Nominator, osu.ClientModerator},
		{users.Administrator, osu.ClientDeveloper},
		{users.Developer, osu.ClientOwner},
		{users.TournamentHost, osu.ClientTournament},
	} {
		if p.HasAny(pair.any) {
			client |= pair.show
		}
	}
	return client
}

// ownPrivileges is what a client is told about its own account. Supporter features for all are told to their owner alone:
// names of supporters keep their colour.
func (s *Service) ownPrivileges(p users.Privileges) packets.Privileges {
	if s.config.Load().SupporterForAll {
		p |= users.Supporter
	}
	return packets.Privileges(clientPrivileges(p))
}

func presencePacket(p sessions.Presence) packets.UserPresence {
	packet := packets.UserPresence{
		UserID:     p.UserID,
		Name:       p.Name,
		UTCOffset:  p.Location.UTCOffset,
		Country:    osu.ParseCountry(p.Location.Country),
		Privileges: clientPrivileges(p.Privileges),
		Ruleset:    p.Status.Ruleset,
		Longitude:  p.Location.Longitude,
		Latitude:   p.Location.Latitude,
		Rank:       p.Stats.Rank,
	}
	if p.Location.Hidden || p.Location.Longitude == 0 && p.Location.Latitude == 0 {
		packet.Longitude, packet.Latitude = offMap, offMap
	}
	if p.Kind == sessions.Bot && packet.Country == osu.Unknown {
		packet.Country = osu.SatelliteProvider
	}
	return packet
}

func statsPacket(userID int32, status sessions.Status, stats sessions.Stats) packets.UserStats {
	packet := packets.UserStats{
		UserID: userID,
		Status: packets.Status{
			Action:     status.Action,
			Info:       status.Text,
			BeatmapMD5: status.BeatmapMD5,
			Mods:       status.Mods,
			Ruleset:    status.Ruleset,
			BeatmapID:  status.BeatmapID,
		},
		RankedScore: stats.RankedScore,
		Accuracy:    stats.Accuracy,
		PlayCount:   stats.Playcount,
		TotalScore:  stats.TotalScore,
		Rank:        stats.Rank,
	}
	packet.SetPP(int(math.Round(float64(stats.Performance))))
	return packet
}

// appendPerson appends all that a client can be told about a user.
func appendPerson(b []byte, p sessions.Presence) []byte {
	return statsPacket(p.UserID, p.Status, p.Stats).Append(presencePacket(p).Append(b))
}

// presenceOf is how a session looks to its own client.
func presenceOf(s sessions.Session) sessions.Presence {
	return sessions.Presence{
		UserID:     s.User.ID,
		Name:       s.User.Name,
		Kind:       s.Kind,
		Privileges: s.User.Privileges,
		Location:   s.Location,
		Status:     s.Status,
		Stats:      s.Stats,
	}
}

// maxStatusText is the limit of sessions.Status.Text.
const maxStatusText = 512

// statusOf is what a client says that it is doing, with what cannot be true left out.
func statusOf(p packets.ChangeAction) sessions.Status {
	status := sessions.Status{
		Action:     p.Action,
		Text:       cut(p.Info, maxStatusText),
		BeatmapMD5: p.BeatmapMD5,
		BeatmapID:  p.BeatmapID,
		Mods:       p.Mods & osu.AllMods,
		Ruleset:    p.Ruleset,
	}
	if status.Action > osu.ActionDirect {
		status.Action = osu.ActionUnknown
	}
	if !isMD5(status.BeatmapMD5) {
		status.BeatmapMD5 = ""
	}
	if !status.Ruleset.Valid() {
		status.Ruleset = osu.Standard
	}
	return status
}

func isMD5(s string) bool {
	return len(s) == 32 && strings.Trim(s, "0123456789abcdef") == ""
}

// cut shortens s to at most n bytes without breaking a character.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// seconds rounds up, so that a silence never seems over too soon.
func seconds(d time.Duration) int32 {
	return int32(min((d+time.Second-1)/time.Second, math.MaxInt32))
}
