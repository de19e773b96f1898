package taiko

import (
	"math"

	"github.com/pure-peace/peace/osu/strain"
)

// How colours follow one another is read in three steps, each a list of ranges of the one before: streaks of notes of one
// colour, patterns of streaks of one length, and repetitions of patterns.
//
// Source: ppy/osu osu.Game.Rulesets.Taiko/Difficulty/Preprocessing/Colour and Evaluators/ColourEvaluator.cs.

// streak is a run of notes of one colour. A drum roll or swell begins a streak that the notes after it join.
type streak struct {
	first  int32 // index of a note
	length int32
	kind   colour // of the first note
}

// pattern is a run of streaks of one length.
type pattern struct {
	first   int32 // index of a streak
	streaks int32
}

// repetition is a run of patterns of which every other one is alike.
type repetition struct {
	first    int32 // index of a pattern
	patterns int32
}

// maxRepetition bounds how many repetitions back one is looked for that is alike.
const maxRepetition = 16

// colours holds the ranges of a beatmap.
type colours struct {
	notes       []note
	streaks     []streak
	patterns    []pattern
	repetitions []repetition
}

func newColours(notes []note) *colours {
	c := &colours{notes: notes}
	c.findStreaks()
	c.findPatterns()
	c.findRepetitions()
	return c
}

func (c *colours) findStreaks() {
	c.streaks = make([]streak, 0, len(c.notes)/2+8)
	before := neither // the colour of the hit before
	for i := range c.notes {
		n := &c.notes[i]
		if n.kind == neither || n.kind != before {
			c.streaks = append(c.streaks, streak{first: int32(i), kind: n.kind})
		}
		if n.kind != neither {
			before = n.kind
		}
		s := &c.streaks[len(c.streaks)-1]
		n.place = s.length
		s.length++
	}
}

func (c *colours) findPatterns() {
	c.patterns = make([]pattern, 0, len(c.streaks))
	for i := range c.streaks {
		if i == 0 || c.streaks[i].length != c.streaks[i-1].length {
			c.patterns = append(c.patterns, pattern{first: int32(i)})
		}
		c.patterns[len(c.patterns)-1].streaks++
	}
}

func (c *colours) findRepetitions() {
	c.repetitions = make([]repetition, 0, len(c.patterns))
	for i := 0; i < len(c.patterns); {
		end := i
		for end < len(c.patterns)-2 && c.same(end, end+2) {
			end++
		}
		if end > i {
			end++ // the last two were only looked at
		}
		end++
		c.repetitions = append(c.repetitions, repetition{first: int32(i), patterns: int32(end - i)})
		i = end
	}
}

// same reports whether two patterns are the same: colour, length and number of streaks.
func (c *colours) same(i, j int) bool {
	return c.runLength(i) == c.runLength(j) && c.patterns[i].streaks == c.patterns[j].streaks &&
		c.streaks[c.patterns[i].first].kind == c.streaks[c.patterns[j].first].kind
}

// runLength returns the length of a pattern's streaks.
func (c *colours) runLength(pattern int) int32 { return c.streaks[c.patterns[pattern].first].length }

// interval returns how many repetitions ago there was one like r, or one more than the bound.
func (c *colours) interval(r int) int {
	for i := 1; i < maxRepetition && i <= r; i++ {
		if c.alike(c.repetitions[r], c.repetitions[r-i]) {
			return i
		}
	}
	return maxRepetition + 1
}

// alike reports whether two repetitions have as many patterns, the first two of the same lengths.
func (c *colours) alike(a, b repetition) bool {
	if a.patterns != b.patterns {
		return false
	}
	for i := range min(a.patterns, 2) {
		if c.runLength(int(a.first+i)) != c.runLength(int(b.first+i)) {
			return false
		}
	}
	return true
}

// evaluate sets how hard the colour of each note is: only that of a streak's first is.
func (c *colours) evaluate() {
	for r := range c.repetitions {
		repetition := c.repetitions[r]
		repeated := 2 * (1 - fade(c.interval(r)))
		for i := range repetition.patterns {
			pattern := c.patterns[repetition.first+i]
			alternating := fade(int(i)) * repeated
			for j := range pattern.streaks {
				n := int(c.streaks[pattern.first+j].first)
				difficulty := fade(int(j)) * alternating * 0.5
				if j == 0 {
					difficulty += alternating
					if i == 0 {
						difficulty += repeated
					}
				}
				c.notes[n].colour = difficulty * c.consistency(n)
			}
		}
	}
}

// consistency returns what a steady rhythm leaves of a note's colour: the ratio of two notes' intervals that is the same two
// notes earlier, or else was the same there by definition.
func (c *colours) consistency(n int) float64 {
	if n < 2 {
		return 1
	}
	ratio, before := c.ratio(n), c.ratio(n-2)
	switch {
	case math.Abs(1-ratio/before) <= 0.01:
		return 1 - ratio/2*0.80
	case n < 4:
		return 1
	default:
		return 1 - before/2*0.80
	}
}

// ratios are the common ratios of two intervals, the one that wins a tie first.
var ratios = [...]float64{1, 2, 1.0 / 2, 3, 1.0 / 3, 3.0 / 2, 2.0 / 3, 5.0 / 4, 4.0 / 5}

// ratio returns the ratio of the interval before a note to the one before that, snapped to a common one.
//
// Source: ppy/osu osu.Game.Rulesets.Taiko/Difficulty/Preprocessing/Rhythm/TaikoRhythmData.cs.
func (c *colours) ratio(n int) float64 {
	if n == 0 || c.notes[n].delta == c.notes[n-1].delta {
		return 1
	}
	return commonRatio(c.notes[n].delta / c.notes[n-1].delta)
}

func commonRatio(r float64) float64 {
	best, least := ratios[0], math.Abs(ratios[0]-r)
	for _, common := range ratios[1:] {
		if d := math.Abs(common - r); d < least {
			best, least = common, d
		}
	}
	return best
}

// fade falls from nearly 1 at 0 to 0 within about ten.
func fade(n int) float64 {
	if n < len(faded) {
		return faded[n]
	}
	return strain.Sigmoid(math.E*float64(n) - 2*math.E)
}

// faded holds what fade returns most often.
var faded = func() (table [24]float64) {
	for i := range table {
		table[i] = strain.Sigmoid(math.E*float64(i) - 2*math.E)
	}
	return table
}()
