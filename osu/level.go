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

// LevelProgress returns the level that a total score has reached, and how much of the way to the next one is done, 0 to 1.
func LevelProgress(totalScore int64) (level int, progress float64) {
	level = Level(totalScore)
	from, to := reach(level), reach(level+1)
	return level, min(max((float64(totalScore)-from)/(to-from), 0), 1)
}

// reach returns the total score at which any level is reached.
func reach(n int) float64 {
	switch {
	case n <= 1:
		return 0
	case n < 100:
		return scoreForLevel(n)
	}
	return 26_931_190_829 + 99_999_999_999*float64(n-100)
}
