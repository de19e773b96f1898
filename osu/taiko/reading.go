package taiko

import (
	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/strain"
)

// evaluateReading sets how hard each note is to read: notes that scroll fast are, the more so when they are far apart. What
// notes before leave of it wears off, faster within a long streak of one colour.
//
// Source: ppy/osu osu.Game.Rulesets.Taiko/Difficulty/Evaluators/ReadingEvaluator.cs, Skills/Reading.cs and
// Preprocessing/TaikoDifficultyHitObject.cs.
func (b *Beatmap) evaluateReading(notes []note) {
	var cache velocityCache
	speed := speed{timing: b.timing, effects: b.effects}
	current := 0.0
	for i := range notes {
		n := &notes[i]
		if n.kind == neither {
			continue
		}
		current *= steadiness(n.place)
		current *= 0.4
		// Dividing and multiplying again loses a little, which decides what applies at the very time of a point.
		bpm, scroll := speed.at(n.start * b.Rate)
		current += cache.velocity(bpm*(b.Difficulty.SliderMultiplier*scroll*b.Rate), n.delta)
		n.reading = current
	}
}

// steadiness returns what is left of the difficulty so far at a place in a streak: half of it in the end.
func steadiness(place int32) float64 {
	if int(place) < len(steady) {
		return steady[place]
	}
	return strain.Logistic(float64(place), 4, -1/25.0, 0.5) + 0.5
}

// steady holds what steadiness returns most often.
var steady = func() (table [64]float64) {
	for i := range table {
		table[i] = strain.Logistic(float64(i), 4, -1/25.0, 0.5) + 0.5
	}
	return table
}()

// velocity returns how hard a scroll speed is to read at an interval between notes in milliseconds.
func velocity(bpm, delta float64) float64 {
	mid := 0.5 * strain.Logistic(bpm, (480+360)/2, 1.0/((480-360)/10), 1)
	// How much denser notes are than a quarter at a usual velocity; dense ones are easier to read at high velocities.
	density := 21000 / bpm / max(1, delta)
	dense := strain.Logistic(density, 0.925, 15, 1)
	high := (1 - 0.33*dense) * strain.Logistic(bpm, (640+480)/2+8*dense, (1+0.5*dense)/((640-480)/10), 1)
	return mid + high
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
