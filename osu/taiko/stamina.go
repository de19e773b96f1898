package taiko

import "math"

// Stamina is the speed at which single fingers have to move: the time since the last note that the same finger hit.
//
// Source: ppy/osu osu.Game.Rulesets.Taiko/Difficulty/Evaluators/StaminaEvaluator.cs.

const (
	baseStamina = 0.5 // of every hit
	alone       = 300 // milliseconds without the other colour that free its fingers
)

// evaluateStamina sets how much stamina each note takes. It uses room for as many numbers as there are hits.
func evaluateStamina(notes []note, hits []int32, streaks []streak, room []float64) {
	rims := 0
	for _, h := range hits {
		if notes[h].kind == rim {
			rims++
		}
	}
	split := len(hits) - rims
	mono := [2][]float64{centre: room[:0:split], rim: room[split:split]} // starts of the notes of each colour

	hit := 0 // index of the next hit
	for i := range streaks {
		s := &streaks[i]
		// When the other colour is near, each has two fingers, otherwise one can use all.
		before, after := math.Inf(-1), math.Inf(1)
		if s.kind != neither && hit > 0 {
			before = notes[hits[hit-1]].start
		}
		end := hit + int(s.length)
		if s.kind == neither {
			end--
		}
		if end < len(hits) {
			after = notes[hits[end]].start
		}
		for ; hit < end; hit++ {
			index := int(hits[hit])
			n := &notes[index]
			fingers := 8
			if n.start-before < alone || after-n.start < alone {
				fingers = 2
			}
			same := mono[n.kind]
			n.stamina = baseStamina
			if index >= 2 && len(same) >= fingers {
				n.stamina += haste(n.start-same[len(same)-fingers]) + 0.5*haste(n.start-notes[index-2].start)
			}
			mono[n.kind] = append(same, n.start)
		}
	}
}

// haste returns the stamina that an interval of one finger takes.
func haste(interval float64) float64 { return 20 / max(interval, 1) }
