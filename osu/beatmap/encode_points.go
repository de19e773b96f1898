package beatmap

import (
	"math"
	"slices"

	"github.com/pure-peace/peace/osu"
)

// timingPoints writes, for each time at which any of the control points changes, a line with the tempo when one begins there,
// and a line without one when anything is left to say that the former cannot say.
func (e *encoder) timingPoints(m *Beatmap) {
	e.section("TimingPoints")
	p := &m.Points
	times := make([]float64, 0, len(p.Timing)+len(p.Difficulty)+len(p.Effect)+len(p.Sample))
	for i := range p.Timing {
		times = append(times, p.Timing[i].Time)
	}
	for i := range p.Difficulty {
		times = append(times, p.Difficulty[i].Time)
	}
	for i := range p.Effect {
		times = append(times, p.Effect[i].Time)
	}
	for i := range p.Sample {
		times = append(times, p.Sample[i].Time)
	}
	slices.Sort(times)
	for _, t := range slices.Compact(times) {
		tempo, difficulty, effect, sample := p.TimingAt(t), p.DifficultyAt(t), p.EffectAt(t), p.SampleAt(t)
		velocity, low := difficulty.SliderVelocity, 0.1
		if m.Mode == osu.Taiko || m.Mode == osu.Mania {
			// The line says both at once, and the scroll speed has the wider range.
			velocity, low = effect.ScrollSpeed, 0.01
		}
		plain := velocity == 1 && !difficulty.NoTicks && !effect.Kiai
		if i := before(p.Timing, t); i >= 0 && p.Timing[i].Time == t {
			// Officially kiai never begins on the line of a tempo.
			e.timingPoint(t, tempo.BeatLength, tempo, sample, true, false)
			if plain {
				continue
			}
		}
		beatLength := inherited(velocity, low)
		if difficulty.NoTicks {
			beatLength = math.NaN()
		}
		e.timingPoint(t, beatLength, tempo, sample, false, effect.Kiai)
	}
}

func (e *encoder) timingPoint(t, beatLength float64, tempo TimingPoint, sample SamplePoint, isTempo, kiai bool) {
	flags := 0
	if kiai {
		flags |= 1
	}
	if tempo.OmitFirstBarLine {
		flags |= 8
	}
	e.double(t).text(",").double(beatLength).text(",").int(tempo.Meter).text(",").int(int(sample.Bank)).text(",")
	e.int(sample.Index).text(",").int(sample.Volume).text(",")
	if isTempo {
		e.text("1,")
	} else {
		e.text("0,")
	}
	e.int(flags).line()
}

// inherited returns the beat length by which a line without a tempo tells the velocity, which is at least low. Decoding divides
// again, so that not every quotient leads back to the velocity it came from; one of its neighbours does.
func inherited(velocity, low float64) float64 {
	velocity = clamp(velocity, low, 10)
	down := 100 / velocity
	up := down
	for range 4 {
		if 100/down == velocity {
			return -down
		}
		if 100/up == velocity {
			return -up
		}
		down, up = math.Nextafter(down, 0), math.Nextafter(up, math.Inf(1))
	}
	return -100 / velocity
}
