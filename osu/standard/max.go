package standard

import (
	"math"

	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/internal/dotnet"
	"github.com/pure-peace/peace/osu/score"
	"github.com/pure-peace/peace/osu/slider"
)

// bonusGap is how many spins lie between those that a spinner asks for and the first that gives a bonus.
const bonusGap = 2

// Max returns the judgements of a perfect play.
//
// Source: ppy/osu osu.Game.Rulesets.Osu/Objects, the judgements of each kind of object.
func (b *Beatmap) Max() score.Statistics {
	var n [score.Results]int64
	for i := range b.Objects {
		o := &b.Objects[i]
		switch o.Kind {
		case Circle:
			n[score.Great]++
		case Spinner:
			n[score.Great]++
			plain, bonus := b.spins(o.End - o.Start)
			n[score.SmallBonus] += plain
			n[score.LargeBonus] += bonus
		case Slider:
			ticks := int64(len(b.Sliders[o.Slider].Nested) - 2) // without head and tail
			n[score.Great]++
			n[score.LargeTickHit] += ticks
			if b.classic {
				n[score.LargeTickHit]++
				n[score.SmallTickHit]++
			} else {
				n[score.SliderTailHit]++
				n[score.IgnoreHit]++
			}
		}
	}
	var s score.Statistics
	for r, count := range n {
		s[r] = int32(min(count, math.MaxInt32))
	}
	return s
}

// MaxCombo returns the combo of a perfect play.
func (b *Beatmap) MaxCombo() int {
	combo := len(b.Objects) - b.SliderCount
	for i := range b.Sliders {
		combo += len(b.Sliders[i].Nested)
	}
	return combo
}

// spins returns how many spins of a spinner of the given duration in milliseconds are judged: those that are part of its task,
// and those that give a bonus.
//
// Source: ppy/osu osu.Game.Rulesets.Osu/Objects/Spinner.cs.
func (b *Beatmap) spins(duration float64) (plain, bonus int64) {
	od := float64(b.Difficulty.OverallDifficulty)
	least := beatmap.DifficultyRange(od, 90, 150, 225) / 60 // spins a second that clear the spinner
	most := beatmap.DifficultyRange(od, 250, 380, 430) / 60 // that complete it
	seconds := duration / 1000
	const leniency = 0.0001
	required := dotnet.Int32(float64(least*seconds) + leniency)
	extra := max(0, dotnet.Int32(float64(most*seconds)+leniency)-required-bonusGap)
	total := int64(extra + required + bonusGap)
	plain = min(int64(required+bonusGap), total)
	return max(plain, 0), max(total-max(plain, 0), 0)
}

// ticks returns how many ticks a slider has.
func (s *Path) ticks() int {
	n := 0
	for i := range s.Nested {
		if s.Nested[i].Kind == slider.Tick {
			n++
		}
	}
	return n
}
