package taiko

import (
	"context"
	"math"

	"github.com/pure-peace/peace/osu/beatmap"
)

// note is an object from the third on as the skills see it. Times are those of the clock, with the rate of mods.
type note struct {
	start float64 // milliseconds
	delta float64 // milliseconds since the start of the object before
	ratio float64 // of delta to that of the object before, snapped to a common one
	bpm   float64 // tempo times scroll speed

	// What each evaluator makes of the note alone.
	rhythm, reading, colour, stamina float64

	place int32 // in its streak of one colour
	kind  colour
}

// colour tells notes apart by how they are hit.
type colour uint8

const (
	centre colour = iota
	rim
	neither // a drum roll or swell
)

// ratios are the common ratios of two intervals, the one that wins a tie first.
var ratios = [...]float64{1, 2, 1.0 / 2, 3, 1.0 / 3, 3.0 / 2, 2.0 / 3, 5.0 / 4, 4.0 / 5}

func commonRatio(r float64) float64 {
	best, least := ratios[0], math.Abs(ratios[0]-r)
	for _, common := range ratios[1:] {
		if d := math.Abs(common - r); d < least {
			best, least = common, d
		}
	}
	return best
}

// notes returns the notes of b, without the verdicts of the evaluators.
//
// Source: ppy/osu osu.Game.Rulesets.Taiko/Difficulty/Preprocessing/TaikoDifficultyHitObject.cs and Rhythm/TaikoRhythmData.cs.
func (b *Beatmap) notes(ctx context.Context) ([]note, error) {
	if len(b.Objects) <= 2 {
		return nil, nil
	}
	notes := make([]note, len(b.Objects)-2)
	speed := speed{timing: b.timing, effects: b.effects}
	for i := range notes {
		if i%checkEvery == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		o, last := &b.Objects[i+2], &b.Objects[i+1]
		n := &notes[i]
		n.start = o.Start / b.Rate
		n.delta = (o.Start - last.Start) / b.Rate
		n.ratio = 1
		if i > 0 && n.delta != notes[i-1].delta {
			n.ratio = commonRatio(n.delta / notes[i-1].delta)
		}
		// Dividing and multiplying again loses a little, which decides what applies at the very time of a point.
		bpm, scroll := speed.at(n.start * b.Rate)
		n.bpm = bpm * (b.Difficulty.SliderMultiplier * scroll * b.Rate)
		switch {
		case o.Kind != Hit:
			n.kind = neither
		case o.Rim:
			n.kind = rim
		}
	}
	return notes, nil
}

// speed walks through control points in the order of time.
type speed struct {
	timing  []beatmap.TimingPoint // from the one that applies on
	effects []beatmap.EffectPoint // likewise
}

// at returns the tempo in beats a minute and the scroll speed at time t, which must not be before that of the last call.
func (s *speed) at(t float64) (bpm, scroll float64) {
	for len(s.timing) > 1 && s.timing[1].Time <= t {
		s.timing = s.timing[1:]
	}
	for len(s.effects) > 1 && s.effects[1].Time <= t {
		s.effects = s.effects[1:]
	}
	bpm, scroll = 60, 1
	if len(s.timing) > 0 {
		bpm = 60000 / s.timing[0].BeatLength
	}
	if len(s.effects) > 0 && s.effects[0].Time <= t {
		scroll = s.effects[0].ScrollSpeed
	}
	return bpm, scroll
}
