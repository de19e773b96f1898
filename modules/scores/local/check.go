package local

import (
	"encoding/hex"
	"fmt"
	"math"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/score"
)

// Bounds of what a submission says.
const (
	maxVersion   = 64
	maxReplayKey = 191
	maxCount     = 10_000_000 // judgements of one kind, and combo
	maxTotal     = 1 << 53
	maxPlayTime  = 24 * time.Hour
	maxPauses    = 1000
	maxDoubts    = 32
	maxDoubtKind = 64
	maxDoubtText = 512
	maxModsKey   = 191
)

// impossible returns ErrBadSubmission with what is wrong.
func impossible(format string, args ...any) error {
	return scores.ErrBadSubmission.WithMessage("this play is impossible: " + fmt.Sprintf(format, args...))
}

// check refuses what no client could have sent, and brings what is left into one form.
func check(s *scores.Submission, now time.Time) error {
	switch {
	case s.Key == "" || len(s.Key) > scores.MaxKey || !plain(s.Key):
		return impossible("its key")
	case s.UserID <= 0:
		return impossible("nobody made it")
	case s.Client != scores.Stable && s.Client != scores.Lazer:
		return impossible("client %d", s.Client)
	case len(s.ClientVersion) > maxVersion || !plain(s.ClientVersion):
		return impossible("the version of its client")
	case !hash(s.BeatmapMD5):
		return impossible("the hash of its beatmap")
	case !s.Ruleset.Valid():
		return impossible("ruleset %d", s.Ruleset)
	case s.Passed && s.Exited:
		return impossible("it was passed and left")
	case s.MaxCombo < 0 || s.MaxCombo > maxCount:
		return impossible("a combo of %d", s.MaxCombo)
	case s.Total < 0 || s.Total > maxTotal:
		return impossible("a total of %d", s.Total)
	case math.IsNaN(s.Accuracy) || s.Accuracy < 0 || s.Accuracy > 1:
		return impossible("an accuracy of %v", s.Accuracy)
	case s.Geki < 0 || s.Geki > maxCount || s.Katu < 0 || s.Katu > maxCount:
		return impossible("%d geki and %d katu", s.Geki, s.Katu)
	case s.PlayTime < 0 || s.PlayTime > maxPlayTime:
		return impossible("it took %v", s.PlayTime)
	case s.EndedAt.IsZero() || s.EndedAt.After(now.Add(time.Hour)) || s.EndedAt.Year() < 2000:
		return impossible("it ended at %v", s.EndedAt)
	case len(s.Replay) > maxReplayKey || !plain(s.Replay):
		return impossible("the key of its replay")
	case len(s.Doubts) > maxDoubts:
		return impossible("too much is told about it")
	}
	s.Pauses = s.Pauses[:min(len(s.Pauses), maxPauses)] // nobody's play is refused for a nervous finger
	for _, d := range s.Doubts {
		if d.Kind == "" || len(d.Kind) > maxDoubtKind || len(d.Detail) > maxDoubtText || !plain(d.Kind) || !plain(d.Detail) {
			return impossible("a doubt about it")
		}
	}
	s.EndedAt = s.EndedAt.UTC().Truncate(time.Microsecond)
	if err := checkMods(s); err != nil {
		return err
	}
	return checkJudgements(s)
}

func checkMods(s *scores.Submission) error {
	if s.Client == scores.Stable && !s.Mods.Has(mods.Classic) {
		s.Mods = append(s.Mods[:len(s.Mods):len(s.Mods)], mods.Mod{Acronym: mods.Classic})
	}
	if err := mods.Exist(s.Ruleset, s.Mods); err != nil {
		return impossible("%v", err)
	}
	if s.Mods.HasAny(mods.Autoplay, mods.Cinema) {
		return impossible("the game played it")
	}
	if len(modsKey(s.Ruleset, s.Mods)) > maxModsKey {
		return impossible("so many mods")
	}
	return nil
}

func checkJudgements(s *scores.Submission) error {
	got, err := statistics(s.Statistics)
	if err != nil {
		return err
	}
	maximum, err := statistics(s.Maximum)
	if err != nil {
		return err
	}
	if s.Client == scores.Lazer {
		if err := checkLazer(s, &got, &maximum); err != nil {
			return err
		}
	}
	if s.Passed && (!got.AnyHit() || s.MaxCombo == 0 || s.Total == 0) {
		return impossible("it was passed without a hit")
	}
	return nil
}

// statistics reads judgements by name.
func statistics(counts map[string]int32) (score.Statistics, error) {
	var out score.Statistics
	for name, n := range counts {
		result, err := score.ParseResult(name)
		if err != nil || result.String() != name {
			return out, impossible("a judgement of %.32q", name)
		}
		if n < 0 || n > maxCount {
			return out, impossible("%d times %s", n, name)
		}
		out[result] = n
	}
	return out, nil
}

// hash reports whether text is an MD5 in lower-case hexadecimal.
func hash(text string) bool {
	var sum [16]byte
	n, err := hex.Decode(sum[:], []byte(text)[:min(len(text), 32)])
	return err == nil && n == len(sum) && len(text) == 32 && strings.ToLower(text) == text
}

// plain reports whether text can be stored anywhere.
func plain(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f })
}

// stableUnranked are mods of stable whose plays never take part. Co-op and the rarest key mods change what is played; the others
// play by themselves or are no score at all. Source: osu!'s wiki; bancho.py app/constants/mods.py.
var stableUnranked = []mods.Acronym{
	mods.TargetPractice, mods.Random, mods.DualStages, mods.Key1, mods.Key2, mods.Key3, mods.Key10, mods.ScoreV2,
}

// rankable reports whether plays with the mods may take part. converted says that the beatmap was made for another ruleset.
func rankable(client scores.Client, r osu.Ruleset, set mods.Set, converted bool) bool {
	if client == scores.Lazer {
		// What marks a variant decides which board it is on, not whether.
		set = set.Without(mods.Classic)
		switch set.Variant(r) {
		case osu.Relax:
			set = set.Without(mods.Relax)
		case osu.Autopilot:
			set = set.Without(mods.Autopilot)
		}
		return set.Ranked(r)
	}
	for _, m := range set {
		switch {
		case m.Acronym.Keys() != 0 && !converted:
			return false
		case m.Acronym == mods.Mirror && r != osu.Mania:
			return false
		}
	}
	return !set.HasAny(stableUnranked...)
}
