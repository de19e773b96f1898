package replay

import (
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/pure-peace/peace/osu"
)

// Origin says which program's rule a file's checksum follows.
type Origin uint8

// The origins. The rule of stable's clients since about 2020 is not known, so most of their files are OriginUnknown.
const (
	OriginUnknown Origin = iota
	OriginStable         // a client until about 2020, and servers that imitate it
	OriginWeb            // the official website, and clients of 2019
	OriginLazer
)

// String names the origin.
func (o Origin) String() string {
	switch o {
	case OriginStable:
		return "stable"
	case OriginWeb:
		return "web"
	case OriginLazer:
		return "lazer"
	default:
		return "unknown"
	}
}

// StableChecksum returns the checksum by the rule of the stable client. Some servers put "0" where it puts the grade, which
// [osu.Grade] cannot express; only [Replay.Verify] knows of those.
func (r *Replay) StableChecksum(grade osu.Grade, passed bool) string {
	return r.stableChecksum(grade.String(), passed)
}

func (r *Replay) stableChecksum(grade string, passed bool) string {
	return checksum(fmt.Sprintf("%dp%do%do%dt%da%sr%de%sy%so%du%s%d%s", int(r.Count100)+int(r.Count300), r.Count50, r.CountGeki,
		r.CountKatu, r.CountMiss, r.Beatmap, r.MaxCombo, word(r.FullCombo), r.Player, r.TotalScore, grade, int32(r.Mods), word(passed)))
}

// WebChecksum returns the checksum by the rule of the official website.
func (r *Replay) WebChecksum(grade osu.Grade) string {
	return checksum(fmt.Sprintf("%dosu%s%s%d%s", r.MaxCombo, r.Player, r.Beatmap, r.TotalScore, grade))
}

// LazerChecksum returns the checksum by lazer's rule, which depends on the time zone the date was given in.
func (r *Replay) LazerChecksum(zone *time.Location) string {
	return checksum("lazer-" + r.Player + "-" + r.Date.Time().In(zone).Format("01/02/2006 15:04:05 -07:00"))
}

// Verify tries all rules, and all that they need and the file does not say, and returns the one that gives the checksum of the
// file. A file that no rule explains need not be forged: see [Origin].
func (r *Replay) Verify() Origin {
	for g := range osu.GradeNone + 1 {
		if r.WebChecksum(g) == r.Checksum {
			return OriginWeb
		}
		for _, passed := range []bool{true, false} {
			if r.StableChecksum(g, passed) == r.Checksum {
				return OriginStable
			}
		}
	}
	if r.stableChecksum("0", true) == r.Checksum {
		return OriginStable
	}
	if r.Lazer() {
		for quarters := -14 * 4; quarters <= 14*4; quarters++ { // hours from UTC
			if r.LazerChecksum(time.FixedZone("", quarters*15*60)) == r.Checksum {
				return OriginLazer
			}
		}
	}
	return OriginUnknown
}

func checksum(text string) string {
	sum := md5.Sum([]byte(text))
	return hex.EncodeToString(sum[:])
}

// word writes a bool as .NET does.
func word(b bool) string {
	if b {
		return "True"
	}
	return "False"
}
