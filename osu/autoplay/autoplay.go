package autoplay

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/replay"
	"github.com/pure-peace/peace/osu/score"
)

// The ways in which a beatmap is refused.
var (
	ErrEmpty   = errors.New("autoplay: the beatmap has nothing to hit")
	ErrRuleset = errors.New("autoplay: no such ruleset")
)

// Options describe a play. The zero value misses nothing and hits everything as badly as possible.
type Options struct {
	Accuracy float64 // 0 to 1; a play comes as near as it can
	Misses   int
	Seed     uint64 // of everything that is drawn: the same seed gives the same play

	// Until is the part of the judgements, between 0 and 1, after which the play ends because it is failed or left; 0 for a
	// play that is passed.
	Until float64

	// Interval is the time between the frames of a cursor that does nothing else; [DefaultInterval] when it is 0.
	Interval time.Duration
}

// DefaultInterval is about that of a client at sixty frames a second.
const DefaultInterval = 16 * time.Millisecond

// Play is what came of it.
type Play struct {
	Counts    score.Counts
	Total     int32
	MaxCombo  int32
	FullCombo bool
	Grade     osu.Grade // F when it was not passed
	Passed    bool
	Recording replay.Recording
	Ended     time.Duration // since the beginning of the music; whole milliseconds, as the client tells times
	Length    time.Duration // by the player's clock, since the first object; likewise
}

// Beatmap is a beatmap that can be played. It is safe for concurrent use.
type Beatmap struct {
	ruleset    osu.Ruleset
	mods       osu.Mods
	rate       float64
	multiplier float64 // of mods, for stable's total
	perfect    score.Statistics
	legacy     score.Legacy
	first      float64 // milliseconds: when the first object starts
	last       float64 // and when the last one ends, judged or not
	moments    []moment
	actor      actor
}

// actor plays what was judged in its ruleset.
type actor interface {
	// act writes what the player does. Moments are those that were reached, with their results; what is only good for bonus
	// is played if it begins before end.
	act(s *script, moments []moment, end float64)
}

// moment is something that is judged. Its result is the best until a play decides otherwise.
type moment struct {
	start, end float64 // milliseconds
	object     int32   // index of what it belongs to, which the actor knows
	combo      int32   // that it adds
	best       score.Result
	result     score.Result
	timed      bool // its result follows from the offset alone
	closes     bool // the last of a combo of osu!
	strong     bool // of taiko
}

// New makes a beatmap playable. Mods that the ruleset does not have are ignored.
func New(ctx context.Context, m *beatmap.Beatmap, ruleset osu.Ruleset, bits osu.Mods) (*Beatmap, error) {
	set := append(mods.FromLegacy(bits, ruleset), mods.Mod{Acronym: mods.Classic})
	b := &Beatmap{ruleset: ruleset, mods: bits, multiplier: set.LegacyMultiplier(ruleset)}
	var err error
	switch ruleset {
	case osu.Standard:
		err = b.standard(ctx, m, set)
	case osu.Taiko:
		err = b.taiko(ctx, m, set)
	case osu.Catch:
		err = b.catch(ctx, m, set)
	case osu.Mania:
		err = b.mania(ctx, m, set)
	default:
		err = ErrRuleset
	}
	if err != nil {
		return nil, fmt.Errorf("autoplay: %w", err)
	}
	if len(b.moments) == 0 {
		return nil, ErrEmpty
	}
	return b, nil
}

// span takes in an object, judged or not.
func (b *Beatmap) span(start, end float64, is int) {
	if is == 0 {
		b.first, b.last = start, end
	}
	b.first, b.last = min(b.first, start), max(b.last, end)
}

// Play plays once.
func (b *Beatmap) Play(o Options) Play {
	rng := rand.New(rand.NewPCG(o.Seed, uint64(b.ruleset)))
	moments := append([]moment(nil), b.moments...)
	b.judge(moments, o, rng)
	passed := !(o.Until > 0 && o.Until < 1)
	if !passed {
		moments = moments[:max(1, int(math.Ceil(o.Until*float64(len(moments)))))]
	}
	p := b.tally(moments)
	p.Passed = passed
	if !passed {
		p.Grade, p.FullCombo = osu.GradeF, false
	}
	last := b.last
	if !passed {
		last = moments[len(moments)-1].end
	}
	p.Ended = time.Duration(last) * time.Millisecond
	p.Length = time.Duration(max(last-b.first, 0)/b.rate) * time.Millisecond

	s := newScript(rng, o.Interval, b.rate)
	b.actor.act(s, moments, last)
	p.Recording = s.recording(last, rng.Int32())
	return p
}
