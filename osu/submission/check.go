package submission

import (
	"crypto/md5"
	"encoding/hex"
	"fmt"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/packets"
)

// Checksum computes what the client's checksum of the play must be, from everything it tells. Clients that do not say their
// build computed it in ways that are not known.
func (s *Submission) Checksum() string {
	p, c := &s.Score, &s.Score.Counts
	text := fmt.Sprintf("chickenmcnuggets%do15%d%dsmustard%d%duu%s%d%s%s%d%s%dQ%s%d%s%s%s%s",
		int64(c.Count100)+int64(c.Count300), c.Count50, c.CountGeki, c.CountKatu, c.CountMiss, p.BeatmapMD5, p.MaxCombo,
		word(p.Perfect), p.Player, p.Total, p.Grade, int32(p.Mods), word(p.Passed), p.Ruleset, s.Build, p.Time, s.Hashes,
		s.StoryboardMD5)
	return md5Hex(text)
}

// Sign puts the checksum into the score, as the client does before it submits.
func (s *Submission) Sign() { s.Score.Checksum = s.Checksum() }

// The kinds of doubts.
const (
	DoubtChecksum   = "checksum"         // of the play
	DoubtBuild      = "client_build"     // is not the one that logged in
	DoubtHashes     = "client_hashes"    // are not those of the login
	DoubtUniqueIDs  = "unique_ids"       // are not those of the hashes
	DoubtBeatmap    = "beatmap_changed"  // while it was played
	DoubtFlags      = "client_flags"     // the client says so itself
	DoubtScreenshot = "flashlight_image" // the client's check of Flashlight failed
	DoubtNoReplay   = "no_replay"        // of a play that was passed
)

// Doubt is something about a submission that an honest client would not do. It proves nothing.
type Doubt struct{ Kind, Detail string }

// Login is what is known of the client since it logged in.
type Login struct {
	Version osu.Version
	Hashes  packets.ClientHashes
}

// Check returns what does not fit together in a submission, or does not fit the login. Nothing is the usual result.
func (s *Submission) Check(login Login) []Doubt {
	var doubts []Doubt
	doubt := func(wrong bool, kind, format string, args ...any) {
		if wrong {
			doubts = append(doubts, Doubt{kind, fmt.Sprintf(format, args...)})
		}
	}
	if s.Build != "" {
		want := s.Checksum()
		doubt(s.Score.Checksum != want, DoubtChecksum, "is %s, should be %s", s.Score.Checksum, want)
	}
	build := fmt.Sprintf("%08d", login.Version.Date)
	doubt(s.Build != "" && s.Build != build, DoubtBuild, "%s logged in, %s submits", build, s.Build)
	doubt(s.Build != "" && s.Score.Version != s.Build, DoubtBuild, "%s played, %s submits", s.Score.Version, s.Build)
	doubt(s.Hashes != login.Hashes.String(), DoubtHashes, "%s", s.differences(login.Hashes))
	doubt(!s.uniqueIDsMatch(), DoubtUniqueIDs, "%.128q", s.UniqueIDs)
	doubt(s.BeatmapMD5 != "" && s.BeatmapMD5 != s.Score.BeatmapMD5, DoubtBeatmap, "%s was played, then it was %s",
		s.Score.BeatmapMD5, s.BeatmapMD5)
	doubt(s.Score.Flags.Suspicious() != 0, DoubtFlags, "%s", s.Score.Flags.Suspicious())
	doubt(len(s.Screenshot) > 0, DoubtScreenshot, "%d bytes", len(s.Screenshot))
	doubt(s.Score.Passed && len(s.Replay) == 0, DoubtNoReplay, "")
	return doubts
}

// differences names the hashes that are not those of the login.
func (s *Submission) differences(login packets.ClientHashes) string {
	own, err := packets.ParseClientHashes(s.Hashes)
	if err != nil {
		return "malformed"
	}
	text := ""
	for _, part := range []struct {
		name  string
		equal bool
	}{
		{"executable", own.Executable == login.Executable}, {"adapters", own.Adapters == login.Adapters},
		{"adapters_md5", own.AdaptersMD5 == login.AdaptersMD5}, {"uninstall", own.UninstallMD5 == login.UninstallMD5},
		{"disk", own.DiskMD5 == login.DiskMD5},
	} {
		if part.equal {
			continue
		}
		if text != "" {
			text += ","
		}
		text += part.name
	}
	return text
}

// uniqueIDsMatch compares the plain ids with their hashes. Clients that send none are old.
func (s *Submission) uniqueIDsMatch() bool {
	hashes, err := packets.ParseClientHashes(s.Hashes)
	if s.UniqueIDs == "" || err != nil {
		return s.Build == "" || err != nil
	}
	// The ids may have bars themselves, so that where the first ends is not clear.
	for i := range len(s.UniqueIDs) {
		if s.UniqueIDs[i] == '|' && md5Hex(s.UniqueIDs[:i]) == hashes.UninstallMD5 && md5Hex(s.UniqueIDs[i+1:]) == hashes.DiskMD5 {
			return true
		}
	}
	return false
}

func md5Hex(s string) string {
	sum := md5.Sum([]byte(s))
	return hex.EncodeToString(sum[:])
}
