package standard

import (
	"github.com/pure-peace/peace/osu/internal/dotnet"
	"github.com/pure-peace/peace/osu/slider"
)

// counter counts what a perfect play of the objects so far makes: combo, and parts of stable's score.
//
// Source: ppy/osu osu.Game.Rulesets.Osu/Difficulty/Utils/LegacyScoreUtils.cs and OsuLegacyScoreSimulator.cs.
type counter struct {
	circles, sliders, spinners int
	combo                      int
	score                      int64 // from combo, before mods

	bigTicks, smallTicks int
	spins                float64 // score of spinners
}

// add counts an object.
func (c *counter) add(b *Beatmap, o *Object) {
	switch o.Kind {
	case Circle:
		c.circles++
		c.hit(b)
		c.combo++
	case Slider:
		c.sliders++
		path := &b.Sliders[o.Slider]
		c.bigTicks += 2 + path.Repeats
		for i := range path.Nested {
			if path.Nested[i].Kind == slider.Tick {
				c.smallTicks++
			}
		}
		c.combo += len(path.Nested)
		c.hit(b)
	case Spinner:
		c.spinners++
		c.spins += float64(spinnerScore(o.End - o.Start))
		c.hit(b)
		c.combo++
	}
}

// hit scores a great by combo.
func (c *counter) hit(b *Beatmap) {
	c.score += int64(max(0, c.combo-1) * 12 * b.PeppyStars())
}

// nested returns the score of everything within the objects.
func (c *counter) nested() float64 {
	return float64(c.bigTicks)*30 + float64(c.smallTicks)*10 + c.spins
}

// spinnerScore returns about what a spinner of some milliseconds scores when it is spun neither slowly nor as fast as stable
// counts. Like the official code it overflows on spinners that last for days.
func spinnerScore(duration float64) int64 {
	const perSpin, perBonus = 100, 1000
	const fastest, required = 477.0 / 60, 3 // rotations a second

	seconds := duration / 1000
	halves := dotnet.Int32(seconds * fastest * 2)
	beforeBonus := dotnet.Int32(seconds*required) + 3
	spins := halves / 2
	bonuses := max(0, (halves-beforeBonus)/2-spins/2)
	return int64(perSpin*spins) + int64(perBonus*bonuses)
}
