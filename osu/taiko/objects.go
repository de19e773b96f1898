package taiko

import (
	"math"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/score"
)

// Kind is the kind of an Object.
type Kind uint8

// The kinds.
const (
	Hit      Kind = iota // of the drum, at its centre or rim
	DrumRoll             // as many hits as it has ticks
	Swell                // a number of hits within its time, centre and rim in turn
)

var kinds = [...]string{"Hit", "DrumRoll", "Swell"}

// String returns the kind's name in English, as the official code calls it.
func (k Kind) String() string {
	if int(k) < len(kinds) {
		return kinds[k]
	}
	return "Kind(?)"
}

// Object is a hit object.
type Object struct {
	Start, End float64 // milliseconds; a hit ends as it starts, and a broken drum roll may end before
	Count      int32   // ticks of a drum roll, hits that a swell asks for; 0 of a hit
	Kind       Kind
	Rim        bool // of a hit: at the rim (kat), otherwise at the centre (don)
	Strong     bool // of a hit or drum roll: to be hit with both hands for a bonus

	ownSound bool // of a hit: plays a file in place of the normal sound
}

// Beatmap is what a player plays: a beatmap as the ruleset and mods make it.
type Beatmap struct {
	Objects    []Object           // ordered by start
	Difficulty beatmap.Difficulty // with mods
	Rate       float64            // of the clock, with mods

	timing  []beatmap.TimingPoint // those of the file
	effects []beatmap.EffectPoint // scroll speed and kiai as taiko sees them
	relax   bool

	native  osu.Ruleset        // whose beatmap it was
	base    beatmap.Difficulty // without mods
	version int                // of the file format
	objects int                // in the file
	drain   int                // seconds of the file's objects without breaks
}

// Max returns the judgements of a perfect play.
func (b *Beatmap) Max() score.Statistics {
	var counts [score.Results]int64
	for i := range b.Objects {
		o := &b.Objects[i]
		n := max(0, int64(o.Count))
		switch o.Kind {
		case Hit:
			counts[score.Great]++
			if o.Strong {
				counts[score.LargeBonus]++
			}
		case DrumRoll:
			counts[score.IgnoreHit]++
			counts[score.SmallBonus] += n
			if o.Strong {
				counts[score.IgnoreHit]++ // its own second hit, which nobody sees
				counts[score.LargeBonus] += n
			}
		case Swell:
			counts[score.LargeBonus]++
			counts[score.IgnoreHit] += n
		}
	}
	var s score.Statistics
	for r, n := range counts {
		s[r] = int32(min(n, math.MaxInt32))
	}
	return s
}

// combo returns the combo of a perfect play of objects: only hits count.
func combo(objects []Object) int {
	n := 0
	for i := range objects {
		if objects[i].Kind == Hit {
			n++
		}
	}
	return n
}
