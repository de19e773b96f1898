package standard

import (
	"math"

	"github.com/pure-peace/peace/osu/strain"
)

// pace is what follows from the time between two objects alone. Beatmaps have few different ones, so that they are kept.
type pace struct {
	delta   float64 // milliseconds, adjusted
	aim     float64 // what is left of the strains of the skills after it
	speed   float64
	reading float64
	snap    float64 // factor of snapping
	perWide float64 // one by the time that the velocity of wide angles is measured by
	agility float64 // difficulty of moving as far as counts
	acute   float64 // 0 to 1 as it is short enough for acute angles to count
	tapping float64 // difficulty of tapping
}

const paceBits = 6

// paces are kept by a hash of the delta; 0 is the delta of none.
type paces [1 << paceBits]pace

// pace returns what follows from a delta. It is overwritten by the next call.
func (c *calculator) pace(delta float64) *pace {
	p := &c.paces[math.Float64bits(delta)*0x9E3779B97F4A7C15>>(64-paceBits)]
	if p.delta != delta {
		*p = pace{
			delta:   delta,
			aim:     strain.Exp(aimDecay * delta),
			speed:   strain.Exp(speedDecay * delta),
			reading: strain.Exp(readingDecay * delta),
			snap:    c.factors.small / (1 - strain.Exp(snapBonusLn*strain.Pow(delta/1000, 0.65))),
			perWide: strain.Pow(delta, -1.45),
			acute:   strain.Smootherstep(60000/(delta*2), 300, 400),
		}
		p.agility = 1000 / delta * c.factors.smallAgile / (1 - p.aim)
		p.tapping = tapping(delta, c.window) / (1 - p.speed)
	}
	return p
}

// tapping is the difficulty of tapping after a delta, before the factor of how few there are in a second.
//
// Source: ppy/osu osu.Game.Rulesets.Osu/Difficulty/Evaluators/Speed/SpeedEvaluator.cs.
func tapping(delta, window float64) float64 {
	const fast = 60000.0 / 4 / 200 // a quarter beat at 200 beats a minute, milliseconds

	// The window caps the time, with room for streams that are fast for their overall difficulty.
	time := delta / clamp(delta/window/0.93, 0.92, 1)
	bonus := 0.0
	if 60000/(time*4) > 200 {
		over := (fast - time) / 40
		bonus = 0.75 * over * over
	}
	return (1 + bonus) * 1000 / time
}

var snapBonusLn = math.Log(0.03)
