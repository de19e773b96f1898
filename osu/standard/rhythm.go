package standard

import (
	"math"

	"github.com/pure-peace/peace/osu/internal/dotnet"
	"github.com/pure-peace/peace/osu/strain"
)

// beat is what the rhythm of an object and the one before it, spinners left out, amounts to: the same for all objects that look
// back at it.
type beat struct {
	delta      float64 // at least a ten-millionth of a millisecond
	difficulty float64 // of the change from one delta to the next
	whole      int32   // milliseconds of delta
	kind       Kind
	last       Kind // of the object before
	steady     bool // the deltas are about the same
	changed    bool // they are not
	faster     bool
	slower     bool
}

const (
	historyTime    = 5000 // milliseconds
	historyObjects = 32
	shortestBeat   = 1e-7 // milliseconds
	beatTolerance  = 0.3  // of the hit window, by which deltas may differ
)

// prepareBeats makes the beats.
func (c *calculator) prepareBeats() {
	if c.flags.relax {
		return
	}
	c.beats = make([]beat, len(c.hits))
	last := -1
	for i := range c.hits {
		if last >= 0 {
			c.beats[i] = c.beat(i, last)
		}
		if c.hits[i].kind != Spinner {
			last = i
		}
	}
}

// beat compares the rhythm of object i with that of an earlier one.
func (c *calculator) beat(i, last int) beat {
	h, before := &c.hits[i], &c.hits[last]
	tolerance := c.window * beatTolerance
	delta, was := max(h.delta, shortestBeat), max(before.delta, shortestBeat)
	difference := math.Abs(was - delta)
	b := beat{
		delta:   delta,
		whole:   dotnet.Int32(delta),
		kind:    h.kind,
		last:    before.kind,
		steady:  difference < tolerance,
		changed: difference > tolerance,
		faster:  was > delta+tolerance,
		slower:  was+tolerance < delta,
	}
	if !b.changed && !b.faster {
		return b
	}
	ratio := max(was, delta) / min(was, delta)
	window := clamp((difference-tolerance)/tolerance, 0, 1)
	b.difficulty = rhythmDifficulty(ratio) * window * clamp(2-ratio/8, 0, 1)
	if before.kind == Slider {
		// Letting go of a slider and tapping again may be simpler than its length suggests.
		lazy := max(h.jumpTime, delta) / min(h.jumpTime, delta)
		full := max(h.endDelta, delta) / min(h.endDelta, delta)
		b.difficulty = min(min(rhythmDifficulty(lazy), rhythmDifficulty(full)), b.difficulty)
	}
	return b
}

// rhythmDifficulty is low when one delta is a multiple of the other.
func rhythmDifficulty(ratio float64) float64 {
	return 1 + 26*min(0.5, strain.SmoothstepBellUnit(ratio-math.Trunc(ratio)))
}

// island is a run of objects with about the same delta.
type island struct {
	delta       int32 // milliseconds
	length      int32
	occurrences int32
}

func newIsland(delta int32) island { return island{max(delta, minDelta), 1, 1} }

func (a island) near(b island, tolerance float64) bool {
	d := a.delta - b.delta
	if d < 0 {
		d = -d
	}
	return float64(d) < tolerance
}

// rhythm is a factor, 1 or more, by how the rhythm before an object that is no spinner changes.
//
// Source: ppy/osu osu.Game.Rulesets.Osu/Difficulty/Evaluators/Speed/RhythmEvaluator.cs.
func (c *calculator) rhythm(i int) float64 {
	history := min(i, historyObjects)
	now := c.hits[i].start
	back := 0
	for back < history-2 && now-c.hits[i-1-back].start < historyTime {
		back++
	}
	if back == 0 {
		return 1
	}
	const unset = math.MaxInt32
	tolerance := c.window * beatTolerance
	current, previous := newIsland(unset), newIsland(unset)
	var islands [historyObjects]island
	known := 0
	sum, start := 0.0, 0.0
	counting := false
	last, lastLast := i-1-back, i-2-back
	for k := back; k > 0; k-- {
		at := i - k
		b := &c.beats[at]
		if c.hits[at].kind == Spinner {
			continue
		}
		if c.hits[last].kind == Spinner {
			// Only at the beginning of what is looked at a spinner counts.
			first := c.beat(at, last)
			b = &first
		}
		if current.delta == unset {
			current = newIsland(b.whole)
		}
		if b.steady {
			current.length++
		}
		switch {
		case counting && b.changed:
			difficulty := b.difficulty
			if b.kind == Slider {
				difficulty *= 0.5
			}
			if current.length > 1 && previous.length > 1 && current.near(previous, tolerance) && current.length%2 == previous.length%2 {
				difficulty *= 0.5
			}
			if b.faster && max(c.hits[lastLast].delta, shortestBeat) > max(c.hits[last].delta, shortestBeat)+tolerance {
				difficulty *= 0.125
			}
			if previous.length == current.length {
				difficulty *= 0.5
			}
			if b.faster {
				difficulty *= 0.65
			}
			found := false
			for n := range islands[:known] {
				if e := &islands[n]; e.length == current.length && e.near(current, tolerance) {
					if previous.length == current.length && previous.near(current, tolerance) {
						e.occurrences++
					}
					if once := 1 / float64(e.occurrences); once != 1 {
						power := strain.Logistic(float64(current.delta), 58.33, 0.24, 2.75)
						difficulty *= min(3/float64(e.occurrences), strain.Pow(once, power))
					}
					found = true
					break
				}
			}
			if !found {
				islands[known] = current
				known++
			}
			difficulty *= 1 - c.hits[last].doubleTap(&c.hits[at])*0.75

			decay := min(float64(history-k)/float64(history), (historyTime-(now-c.hits[at].start))/historyTime)
			if current.length > 1 {
				sum += math.Sqrt(difficulty*start) * decay
			} else {
				sum += 0.7 * decay
			}
			start = difficulty
			if b.slower {
				counting = false
			}
			previous, current = current, newIsland(b.whole)
		case !counting && b.faster:
			counting = true
			start = b.difficulty
			if b.kind == Slider {
				start *= 0.6
			}
			if b.last == Slider {
				start *= 0.6
			}
			current = newIsland(b.whole)
		}
		lastLast, last = last, at
	}
	sum *= strain.ReverseLerp(float64(current.length), 22, 3)
	return math.Sqrt(4+sum*0.95) / 2
}
