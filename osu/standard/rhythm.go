package standard

import (
	"math"

	"github.com/pure-peace/peace/osu/internal/dotnet"
	"github.com/pure-peace/peace/osu/strain"
)

// beats are what the rhythm evaluation of every object looks back at, prepared once.
type beats struct {
	all     []beat
	changes []int32 // objects at which the rhythm changes

	// What the last object looked back to: the first object, and how many changes come no later.
	first, before int

	known [historyObjects]island // different ones, of the object that is looked at
}

// beat is what the rhythm of an object and the one before it, spinners left out, amounts to.
type beat struct {
	difficulty float64 // of the change from one delta to the next; only if changed or faster, as the other two
	first      float64 // difficulty if it is the first change
	later      float64 // difficulty if it is a later one
	last       int32   // the object before; -1 of the first
	steady     int32   // how many objects so far, this included, have about the delta of the object before
	whole      int32   // milliseconds of the delta
	same       bool    // counted by steady
	changed    bool    // the deltas differ
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
	c.beats.all = make([]beat, len(c.hits))
	last, steady := -1, int32(0)
	for i := range c.hits {
		b := &c.beats.all[i]
		b.last, b.steady = -1, steady
		if c.hits[i].kind == Spinner {
			continue
		}
		if last >= 0 {
			*b = c.beat(i, last, int(c.beats.all[last].last))
			if b.same {
				steady++
			}
			b.steady = steady
			if b.changed || b.faster {
				c.beats.changes = append(c.beats.changes, int32(i))
			}
		}
		last = i
	}
}

// beat compares the rhythm of object i with that of an earlier one, before which came lastLast unless it is negative.
func (c *calculator) beat(i, last, lastLast int) beat {
	h, before := &c.hits[i], &c.hits[last]
	tolerance := c.window * beatTolerance
	delta, was := max(h.delta, shortestBeat), max(before.delta, shortestBeat)
	difference := math.Abs(was - delta)
	b := beat{
		last:    int32(last),
		whole:   dotnet.Int32(delta),
		same:    difference < tolerance,
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
	b.first, b.later = b.difficulty, b.difficulty
	if h.kind == Slider {
		b.first *= 0.6
		b.later *= 0.5
	}
	if before.kind == Slider {
		b.first *= 0.6
	}
	if b.faster {
		b.later *= 0.65
		if lastLast >= 0 && max(c.hits[lastLast].delta, shortestBeat) > was+tolerance {
			b.later *= 0.125 // it became faster right before as well
		}
	}
	b.later *= 1 - c.doubleTap(before, h)*0.75
	return b
}

// rhythmDifficulty is low when one delta is a multiple of the other.
func rhythmDifficulty(ratio float64) float64 {
	return 1 + 26*min(0.5, strain.SmoothstepBellUnit(ratio-math.Trunc(ratio)))
}

// rhythm is a factor, 1 or more, by how the rhythm before an object that is no spinner changes. It must be called in order.
//
// Source: ppy/osu osu.Game.Rulesets.Osu/Difficulty/Evaluators/Speed/RhythmEvaluator.cs.
func (c *calculator) rhythm(i int) float64 {
	if i < 3 {
		return 1
	}
	w := &c.beats
	r := run{c: c, now: c.hits[i].start, at: i, history: min(i, historyObjects), from: -1, previous: island{math.MaxInt32, 1, 1}}
	w.first = max(w.first, i+1-r.history)
	for w.first < i-1 && r.now-c.hits[w.first+1].start >= historyTime {
		w.first++
	}
	first := w.first
	if c.hits[first].kind == Spinner {
		// Only here a spinner counts, as the object before the first one that does.
		r.spinner = int32(first)
		for first++; first < i && c.hits[first].kind == Spinner; first++ {
		}
		if first == i {
			return 1
		}
		r.from = int32(first)
		if b := c.beat(first, w.first, -1); b.faster {
			r.begin(first, &b)
		}
	}
	for w.before < len(w.changes) && int(w.changes[w.before]) <= w.first {
		w.before++
	}
	for _, at := range w.changes[w.before:] {
		if int(at) >= i {
			break
		}
		if int(at) <= first {
			continue
		}
		switch b := &w.all[at]; {
		case r.counting && b.changed:
			r.change(int(at), b)
		case !r.counting && b.faster:
			r.begin(int(at), b)
		}
	}
	if r.sum == 0 {
		return 1
	}
	length := 1 + w.all[i-1].steady - r.steady
	return math.Sqrt(4+r.sum*strain.ReverseLerp(float64(length), 22, 3)*0.95) / 2
}

// run goes through the changes of rhythm before an object.
type run struct {
	c       *calculator
	now     float64 // start of the object
	at      int     // its index
	history int     // objects before it that are looked at

	from, spinner int32 // the first of them when it follows a spinner, and the spinner; otherwise from is -1

	counting bool    // whether the rhythm became faster
	sum      float64 // of the difficulties
	start    float64 // difficulty of the change that current began with

	current, previous island
	steady            int32 // of the change that current began with
	islands           int   // of beats.known
}

// island is a series of objects with about the same delta.
type island struct {
	delta       int32 // milliseconds
	length      int32 // objects
	occurrences int32
}

func (a *island) near(b *island, tolerance float64) bool {
	d := a.delta - b.delta
	if d < 0 {
		d = -d
	}
	return float64(d) < tolerance
}

// next begins an island.
func (r *run) next(at int, b *beat) {
	r.current = island{max(b.whole, minDelta), 1, 1}
	r.steady = r.c.beats.all[at].steady
}

// begin begins to count where the rhythm becomes faster.
func (r *run) begin(at int, b *beat) {
	r.counting = true
	r.start = b.first
	r.next(at, b)
}

// change closes the current island.
func (r *run) change(at int, b *beat) {
	c := r.c
	if b.last == r.from {
		after := c.beat(at, int(b.last), int(r.spinner))
		after.steady = b.steady
		b = &after
	}
	tolerance := c.window * beatTolerance
	current, previous := &r.current, &r.previous
	current.length = 1 + b.steady - r.steady
	difficulty := b.later
	if previous.length == current.length {
		difficulty *= 0.5
	}
	if current.length > 1 && previous.length > 1 && current.length%2 == previous.length%2 && current.near(previous, tolerance) {
		difficulty *= 0.5
	}
	difficulty *= r.familiarity(tolerance)

	decay := min(float64(r.history-(r.at-at))/float64(r.history), (historyTime-(r.now-c.hits[at].start))/historyTime)
	if current.length > 1 {
		r.sum += math.Sqrt(difficulty*r.start) * decay
	} else {
		r.sum += 0.7 * decay
	}
	r.start = difficulty
	if b.slower {
		r.counting = false
	}
	r.previous = r.current
	r.next(at, b)
}

// familiarity is a factor by how often an island like the current one came before.
func (r *run) familiarity(tolerance float64) float64 {
	current, known := &r.current, &r.c.beats.known
	for n := range known[:r.islands] {
		e := &known[n]
		if e.length != current.length || !e.near(current, tolerance) {
			continue
		}
		if r.previous.length == current.length && r.previous.near(current, tolerance) {
			e.occurrences++
		}
		if e.occurrences == 1 {
			return 1
		}
		times := float64(e.occurrences)
		return min(3/times, strain.Exp(-fade(current.delta)*lnTimes[e.occurrences]))
	}
	known[r.islands] = *current
	r.islands++
	return 1
}

// fade is the power of how often an island came before that its difficulty falls by. It is higher the longer the delta.
func fade(delta int32) float64 {
	if delta < int32(len(fades)) {
		return fades[delta]
	}
	return mostFade
}

const mostFade = 2.75

// fades are those of short deltas; those of others are the same in double precision.
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
