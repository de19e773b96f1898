package local

import (
	"fmt"
	"math/bits"
	"time"

	"github.com/pure-peace/peace/modules/moderation"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/replay"
	"github.com/pure-peace/peace/osu/score"
)

// moves are the frames of a replay as they are compared with others.
type moves struct {
	ruleset osu.Ruleset
	frames  []replay.Frame
}

const (
	// fewFrames is how many frames a replay has at least, framesPerSecond how many for each second of it. The client records
	// sixty.
	fewFrames       = 100
	framesPerSecond = 2
	// pressed is the share of hits that must have been pressed for. Sliders can be hit by holding, and clients count a press
	// and its release within a frame as nothing.
	pressed = 0.8
)

// watch reads a replay and compares it with its score. It returns no moves when there is too little of them.
func watch(sub subject, data []byte) (*moves, []moderation.Finding) {
	s := &sub.score
	var found []moderation.Finding
	say := func(kind, format string, args ...any) {
		found = append(found, about(s, kind, weightOf(kind), fmt.Sprintf(format, args...)))
	}
	frames := replay.Data(data)
	if header := headed(data); header != nil {
		frames = header.Frames
		for _, what := range contradictions(s, header) {
			say(kindReplayHeader, "%s", what)
		}
	}
	recording, err := frames.Recording(s.Ruleset)
	if err != nil {
		say(kindReplayUnreadable, "%v", err)
		return nil, found
	}
	played := replay.Played(recording.Frames, 0)
	var length time.Duration
	if sub.beatmap != nil {
		length = sub.beatmap.Length
	}
	if least := min(fewFrames, framesPerSecond*int(length/time.Second)); len(played) < max(1, least) {
		say(kindReplayFrames, "%d frames in a play of %v", len(played), length.Round(time.Second))
	}
	if len(played) == 0 {
		return nil, found
	}
	if end := time.Duration(played[len(played)-1].Time) * time.Millisecond; end < length*95/100-time.Second {
		say(kindReplayShort, "ends after %v, the objects of the beatmap take %v", end.Round(time.Second), length.Round(time.Second))
	}
	if least, had := leastPresses(sub), presses(s.Ruleset, played); had < least {
		say(kindReplayPresses, "%d presses, the hits need %d at least", had, least)
	}
	if len(played) < fewFrames {
		return nil, found
	}
	if s.Mods.Has(mods.HardRock) && s.Ruleset == osu.Standard {
		// The playfield is upside down: turned back, it compares with plays of the beatmap as it is.
		for i := range played {
			played[i].Y = 384 - played[i].Y
		}
	}
	return &moves{s.Ruleset, played}, found
}

// headed reads a file with a header, as lazer's are, nil when there is none. It begins with a ruleset, and the compressed frames
// of stable with properties that are never as small.
func headed(data []byte) *replay.Replay {
	if len(data) == 0 || data[0] >= byte(osu.Rulesets) {
		return nil
	}
	header, err := replay.Parse(data)
	if err != nil {
		return nil
	}
	return header
}

// contradictions returns what a header says otherwise than the score.
func contradictions(s *scores.Score, header *replay.Replay) []string {
	var wrong []string
	differ := func(what string, in, of any) {
		if in != of {
			wrong = append(wrong, fmt.Sprintf("%s is %v in the replay, %v in the score", what, in, of))
		}
	}
	differ("ruleset", header.Ruleset, s.Ruleset)
	differ("beatmap", header.Beatmap, s.BeatmapMD5)
	differ("combo", int32(header.MaxCombo), min(s.MaxCombo, 0xffff))
	if got, err := score.FromMap(s.Statistics); err == nil {
		want := got.Counts(s.Ruleset)
		have := header.Counts()
		differ("300s", have.Count300, want.Count300&0xffff)
		differ("100s", have.Count100, want.Count100&0xffff)
		differ("50s", have.Count50, want.Count50&0xffff)
		differ("misses", have.CountMiss, want.CountMiss&0xffff)
	}
	if !header.Lazer() {
		differ("mods", header.Mods, s.Mods.Legacy(s.Ruleset))
	}
	return wrong
}

// leastPresses returns how often a player must have pressed something to hit what he hit; 0 when that cannot be told.
func leastPresses(sub subject) int {
	s := &sub.score
	got, err := score.FromMap(s.Statistics)
	if err != nil || s.Variant == osu.Relax {
		return 0
	}
	hits := int64(got[score.Perfect]) + int64(got[score.Great]) + int64(got[score.Good]) + int64(got[score.Ok]) + int64(got[score.Meh])
	switch s.Ruleset {
	case osu.Standard:
		if sub.beatmap == nil {
			return 0
		}
		hits -= int64(sub.beatmap.Sliders) + int64(sub.beatmap.Spinners) // which can be hit by holding
	case osu.Taiko:
	case osu.Mania:
		if s.Client != scores.Stable || s.Mods.Has(mods.ScoreV2) {
			hits /= 2 // a hold counts twice
		}
	default:
		return 0 // nothing is pressed to catch
	}
	return max(0, int(float64(hits)*pressed))
}

// presses counts how often a button, a zone of the drum or a column was pressed.
func presses(ruleset osu.Ruleset, frames []replay.Frame) int {
	var held uint32
	n := 0
	for _, f := range frames {
		var down uint32
		switch ruleset {
		case osu.Mania:
			down = f.Columns()
		case osu.Taiko:
			down = uint32(f.Keys & (replay.Left1 | replay.Right1 | replay.Left2 | replay.Right2))
		default:
			down = uint32(f.Keys & (replay.Left1 | replay.Right1)) // keys of the keyboard set these as well
		}
		n += bits.OnesCount32(down &^ held)
		held = down
	}
	return n
}
