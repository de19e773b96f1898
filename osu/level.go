package osu

import "math"

// Level returns the level that a total score has reached, from 1 (ppy/osu-wiki Gameplay/Score/Total_score).
func Level(totalScore int64) int {
	const hundred = 26_931_190_829 // what level 100 takes; every further level takes as much as the next constant
	const beyond = 99_999_999_999
	if totalScore >= hundred {
		return 100 + int((totalScore-hundred)/beyond)
	}
	level := 1
	for level < 99 && float64(totalScore) >= scoreForLevel(level+1) {
		level++
	}
	return level
}

// scoreForLevel returns the total score at which level n, at most 100, is reached.
func scoreForLevel(n int) float64 {
	f := float64(n)
	return math.Round(5000.0/3*(4*f*f*f-3*f*f-f) + 1.25*math.Pow(1.8, f-60))
}
