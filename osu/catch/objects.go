package catch

import (
	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/score"
)

// Width is the width of the playfield in osu! pixels. Everything to catch falls between 0 and Width.
const Width = 512

// Kind is the kind of an Object or of a Palpable.
type Kind uint8

// The kinds. JuiceStream and BananaShower are objects that consist of palpables of the other kinds.
const (
	Fruit Kind = iota
	Droplet
	TinyDroplet
	Banana
	JuiceStream
	BananaShower
)

var kinds = [...]string{"Fruit", "Droplet", "TinyDroplet", "Banana", "JuiceStream", "BananaShower"}

// String returns the kind's name in English, as the official code calls it.
func (k Kind) String() string {
	if int(k) < len(kinds) {
		return kinds[k]
	}
	return "Kind(?)"
}

// Object is a hit object: a fruit, a juice stream or a banana shower.
type Object struct {
	Start, End float64 // milliseconds
	Kind       Kind
	First      int32 // index in Beatmap.Palpables of what it consists of: of a fruit, itself
	Count      int32 // how many there are
}

// Palpable is something to catch: a fruit, a droplet, a tiny droplet or a banana.
type Palpable struct {
	Time                float64 // milliseconds
	X                   float32 // osu! pixels from the left, 0 to Width
	DistanceToHyperDash float32 // osu! pixels that the next one could be further away without a hyper dash; 0 with one
	Kind                Kind
	HyperDash           bool // catching it makes the catcher dash to the next one, which is too far away otherwise
}

// combo reports whether the palpable counts for the combo. Only these have hyper dashes and difficulty.
func (p *Palpable) combo() bool { return p.Kind <= Droplet }

// Beatmap is what a player plays: a beatmap as the ruleset and mods make it.
type Beatmap struct {
	Objects    []Object           // ordered by start time
	Palpables  []Palpable         // of all objects, in the order of Objects and within an object by time
	Difficulty beatmap.Difficulty // with mods
	Rate       float64            // of the clock, with mods

	combo []int32            // indices of the palpables that count for the combo, by time
	base  beatmap.Difficulty // without mods
	drain int                // seconds, without breaks
}

// Max returns the judgements of a perfect play.
func (b *Beatmap) Max() score.Statistics {
	var max score.Statistics
	for i := range b.Objects {
		if b.Objects[i].Kind >= JuiceStream {
			max[score.IgnoreHit]++
		}
	}
	for i := range b.Palpables {
		max[judgements[b.Palpables[i].Kind]]++
	}
	return max
}

// judgements are the results of catching each kind of palpable.
var judgements = [...]score.Result{
	Fruit:       score.Great,
	Droplet:     score.LargeTickHit,
	TinyDroplet: score.SmallTickHit,
	Banana:      score.LargeBonus,
}

// clamp is C#'s Math.Clamp, which lets NaN through.
func clamp(x, low, high float32) float32 {
	if x < low {
		return low
	}
	if x > high {
		return high
	}
	return x
}
