package standard

import (
	"math"

	"github.com/pure-peace/peace/osu/internal/dotnet"
	"github.com/pure-peace/peace/osu/strain"
)

// beats are what the rhythm evaluation of every object looks back at, prepared once.
type beats struct {
	changes []change // of the rhythm, in order
	steady  []int32  // how many objects up to each have about the delta of the object before, spinners left out

	// What the last object looked back to: the first object, and the changes after it.
	first, from, to int

	spinner []change               // the changes when that object is a spinner
	known   [historyObjects]island // different ones, of the object that is looked at
}

// change is a change of rhythm from one object to the next, spinners left out.
type change struct {
	start  float64 // of the object, milliseconds
	first  float64 // difficulty if it is where counting begins
	later  float64 // difficulty if it is a later one
	at     int32   // the object
	last   int32   // the object before
	delta  int32   // time between them, whole milliseconds, at least minDelta
	steady int32   // that of the object

	differs bool // the delta is another than the one before
	faster  bool // it is shorter
	slower  bool // it is longer
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
	c.beats.steady = make([]int32, len(c.hits))
	c.beats.changes = make([]change, 0, len(c.hits)/2)
	last, lastLast, steady := -1, -1, int32(0)
	for i := range c.hits {
		if c.hits[i].kind != Spinner {
			if last >= 0 {
				e, same := c.change(i, last, lastLast)
				if same {
					steady++
				}
				if e.differs || e.faster {
					e.steady = steady
					c.beats.changes = append(c.beats.changes, e)
				}
			}
			last, lastLast = i, last
		}
		c.beats.steady[i] = steady
	}
}

// change compares the rhythm of object i with that of an earlier one, before which came lastLast unless it is negative. It also
// returns whether their deltas are about the same. What it returns lacks steady.
func (c *calculator) change(i, last, lastLast int) (e change, same bool) {
	h, before := &c.hits[i], &c.hits[last]
	tolerance := c.window * beatTolerance
	delta, was := max(h.delta, shortestBeat), max(before.delta, shortestBeat)
	difference := math.Abs(was - delta)
	e = change{
		start:   h.start,
		at:      int32(i),
		last:    int32(last),
		delta:   max(dotnet.Int32(delta), minDelta),
		differs: difference > tolerance,
		faster:  was > delta+tolerance,
		slower:  was+tolerance < delta,
	}
	same = difference < tolerance
	if !e.differs && !e.faster {
		return e, same
	}
	ratio := max(was, delta) / min(was, delta)
	window := clamp((difference-tolerance)/tolerance, 0, 1)
	difficulty := rhythmDifficulty(ratio) * window * clamp(2-ratio/8, 0, 1)
	if before.kind == Slider {
		// Letting go of a slider and tapping again may be simpler than its length suggests.
		lazy := max(h.jumpTime, delta) / min(h.jumpTime, delta)
		full := max(h.endDelta, delta) / min(h.endDelta, delta)
		difficulty = min(min(rhythmDifficulty(lazy), rhythmDifficulty(full)), difficulty)
	}
	e.first, e.later = difficulty, difficulty
	if h.kind == Slider {
		e.first *= 0.6
		e.later *= 0.5
	}
	if before.kind == Slider {
		e.first *= 0.6
	}
	if e.faster {
		e.later *= 0.65
		if lastLast >= 0 && max(c.hits[lastLast].delta, shortestBeat) > was+tolerance {
			e.later *= 0.125 // it became faster right before as well
		}
	}
	e.later *= 1 - c.doubleTap(before, h)*0.75
	return e, same
}

// rhythmDifficulty is low when one delta is a multiple of the other.
func rhythmDifficulty(ratio float64) float64 {
	return 1 + 26*min(0.5, strain.SmoothstepBellUnit(ratio-math.Trunc(ratio)))
}

// look returns the changes of rhythm that an object looks back at, the third or a later one. It must be called in order.
func (c *calculator) look(i int) []change {
	w := &c.beats
	now := c.hits[i].start
	w.first = max(w.first, i+1-min(i, historyObjects))
	for w.first < i-1 && now-c.hits[w.first+1].start >= historyTime {
		w.first++
	}
	for w.from < len(w.changes) && int(w.changes[w.from].at) <= w.first {
		w.from++
	}
	for w.to < len(w.changes) && int(w.changes[w.to].at) < i {
		w.to++
	}
	changes := w.changes[min(w.from, w.to):w.to]
	if c.hits[w.first].kind != Spinner {
		return changes
	}
	// Only here a spinner counts, as the object before the first one that does, and as the one before that.
	at := w.first + 1
	for at < i && c.hits[at].kind == Spinner {
		at++
	}
	w.spinner = w.spinner[:0]
	if at == i {
		return w.spinner
	}
	if e, _ := c.change(at, w.first, -1); e.differs || e.faster {
		e.steady = w.steady[at]
		w.spinner = append(w.spinner, e)
	}
	for _, e := range changes {
		if int(e.last) == at {
			steady := e.steady
			e, _ = c.change(int(e.at), at, w.first)
			e.steady = steady
		}
		if int(e.at) > at {
			w.spinner = append(w.spinner, e)
		}
	}
	return w.spinner
}

// island is a series of objects with about the same delta.
type island struct {
	delta       int32 // milliseconds
	length      int32 // objects
	occurrences int32
}

// rhythm is a factor, 1 or more, by how the rhythm before an object that is no spinner changes. It must be called in order.
//
// Source: ppy/osu osu.Game.Rulesets.Osu/Difficulty/Evaluators/Speed/RhythmEvaluator.cs.
func (c *calculator) rhythm(i int) float64 {
	if i < 3 {
		return 1
	}
	changes := c.look(i)
	for len(changes) > 0 && !changes[0].faster {
		changes = changes[1:]
	}
	if len(changes) == 0 {
		return 1
	}
	now, history := c.hits[i].start, min(i, historyObjects)
	perObject, perTime := 1/float64(history), 1.0/historyTime
	near := dotnet.Int32(math.Ceil(c.window * beatTolerance)) // deltas that differ by less are about the same

	var (
		sum, start    float64
		delta, steady int32                 // of the island under way, and of the change that it began with
		lastDelta     int32 = math.MaxInt32 // of the island before
		lastLength    int32 = 1
		known         int
		counting      bool
		islands       = &c.beats.known
	)
	for n := range changes {
		e := &changes[n]
		if !counting {
			if e.faster {
				counting, start, delta, steady = true, e.first, e.delta, e.steady
			}
			continue
		}
		if !e.differs {
			continue
		}
		length := 1 + e.steady - steady
		difficulty := e.later
		if lastLength == length {
			difficulty *= 0.5
		}
		like := closer(delta-lastDelta, near) // the island before
		if like && length > 1 && lastLength > 1 && (length-lastLength)%2 == 0 {
			difficulty *= 0.5
		}
		k := 0
		for ; k < known; k++ {
			if was := &islands[k]; was.length == length && closer(was.delta-delta, near) {
				break
			}
		}
		if k == known {
			islands[k] = island{delta, length, 1}
			known++
		} else {
			times := &islands[k].occurrences
			if like && lastLength == length {
				*times++
			}
			if *times > 1 {
				difficulty *= familiarity(delta, *times)
			}
		}
		decay := min(1-float64(int32(i)-e.at)*perObject, 1-(now-e.start)*perTime)
		if length > 1 {
			sum += math.Sqrt(difficulty*start) * decay
		} else {
			sum += 0.7 * decay
		}
		start = difficulty
		counting = !e.slower
		lastDelta, lastLength = delta, length
		delta, steady = e.delta, e.steady
	}
	if sum == 0 {
		return 1
	}
	length := 1 + c.beats.steady[i-1] - steady
	return math.Sqrt(4+sum*strain.ReverseLerp(float64(length), 22, 3)*0.95) / 2
}

// closer reports whether a difference is less than the limit to either side.
func closer(difference, limit int32) bool { return difference < limit && -difference < limit }

// familiarity is a factor by how often an island came.
func familiarity(delta, times int32) float64 {
	power := mostFade
	if delta < int32(len(fades)) {
		power = fades[delta]
	}
	return min(3/float64(times), strain.Exp(-power*lnTimes[times]))
}

// mostFade is the power by which the difficulty of an island falls the more often it came. It is less for short deltas.
const mostFade = 2.75

// fades are the powers of short deltas; those of others are mostFade in double precision.
var fades = func() (table [256]float64) {
	for delta := range table {
		table[delta] = strain.Logistic(float64(delta), 58.33, 0.24, mostFade)
	}
	return table
}()

// lnTimes are the logarithms of how often an island can come.
var lnTimes = func() (table [historyObjects + 1]float64) {
	for n := 1; n < len(table); n++ {
		table[n] = math.Log(float64(n))
	}
	return table
}()
