package scores

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/packets"
	"github.com/pure-peace/peace/osu/submission"
	"github.com/pure-peace/peace/transport/web"
)

// The doubts that are raised here, beside those of package submission.
const (
	doubtToken = "token" // the header that every client sends is missing or has another form
	doubtMods  = "mods"  // do not go together
)

// doubts returns what an honest client would not have sent.
func (s *Server) doubts(player web.Online, play *submission.Submission, token string) []scores.Doubt {
	game := gameOf(player, play)
	var login submission.Login
	// What does not parse was not sent by a client that logged in, and differs from everything.
	login.Version, _ = osu.ParseVersion(game.ClientVersion)
	login.Hashes, _ = packets.ParseClientHashes(game.ClientHashes)

	var all []scores.Doubt
	for _, d := range play.Check(login) {
		all = append(all, scores.Doubt{Kind: d.Kind, Detail: d.Detail})
	}
	if what := strangeToken(token); what != "" {
		all = append(all, scores.Doubt{Kind: doubtToken, Detail: what})
	}
	if pair := conflict(play.Score.Mods); pair != 0 {
		all = append(all, scores.Doubt{Kind: doubtMods, Detail: pair.String()})
	}
	for i, d := range all {
		all[i].Detail = plain(d.Detail)
		s.metrics.doubts.WithLabelValues(d.Kind).Inc()
	}
	return all
}

// maxDetail bounds what a client can have written down about itself, in bytes.
const maxDetail = 500

// plain makes a text of a client one that can be stored and shown.
func plain(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return '.'
		}
		return r
	}, strings.ToValidUTF8(text, "\ufffd"))
	if len(text) > maxDetail {
		text = strings.ToValidUTF8(text[:maxDetail], "")
	}
	return text
}

// minToken is what the first part of the token has at least. What is in it only the client's maker knows. Source:
// Pure-Peace/Peace of 2021.
const minToken = 4000

// strangeToken says what is strange about a token, "" for nothing.
func strangeToken(token string) string {
	blob, sum, ok := strings.Cut(token, "|")
	switch {
	case token == "":
		return "absent"
	case !ok:
		return fmt.Sprintf("one part of %d bytes", len(token))
	case len(blob) < minToken || len(sum) != 32:
		return fmt.Sprintf("parts of %d and %d bytes", len(blob), len(sum))
	}
	return ""
}

// conflicts are mods of which the client lets only one be chosen. Source: osuAkatsuki/bancho.py app/constants/mods.py.
var conflicts = []struct{ some, others osu.Mods }{
	{osu.ModEasy, osu.ModHardRock},
	{osu.ModHalfTime, osu.ModDoubleTime | osu.ModNightcore},
	{osu.ModNoFail, osu.ModSuddenDeath | osu.ModPerfect | osu.ModRelax | osu.ModAutopilot},
	{osu.ModRelax | osu.ModAutopilot, osu.ModSuddenDeath | osu.ModPerfect},
	{osu.ModRelax, osu.ModAutopilot},
	{osu.ModSpunOut, osu.ModAutopilot},
	{osu.ModHidden, osu.ModFadeIn},
}

// conflict returns mods of a play that cannot be chosen together, 0 for none.
func conflict(m osu.Mods) osu.Mods {
	for _, c := range conflicts {
		if m.Any(c.some) && m.Any(c.others) {
			return m & (c.some | c.others)
		}
	}
	if keys := m & (osu.KeyMods &^ osu.ModKeyCoop); keys&(keys-1) != 0 {
		return keys
	}
	return 0
}
