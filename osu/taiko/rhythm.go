package taiko

import (
	"math"
	"slices"

	"github.com/pure-peace/peace/osu/strain"
)

// The rhythm is read in two steps: groups of hits at equal intervals, and patterns of groups at equal intervals. Both are runs,
// and all that is hard about them is so at their first hit.
//
// Source: ppy/osu osu.Game.Rulesets.Taiko/Difficulty/Preprocessing/Rhythm, Utils and Evaluators/RhythmEvaluator.cs.

// snap is how many milliseconds two intervals may differ by and count as equal.
const snap = 5

// group is a run of hits at equal intervals.
type group struct {
	first, count int32   // of the list of hits
	duration     float64 // milliseconds from the first hit to the last
	interval     float64 // milliseconds since the start of the group before; positive infinity for the first
	spacing      float64 // milliseconds between its hits; NaN when there is only one
	ratio        float64 // of spacing to that of the group before; 1 when one of them has none
}

// rhythms holds the groups of a beatmap.
type rhythms struct {
	notes  []note
	hits   []int32   // indices of notes
	deltas []float64 // of hits
	groups []group
	sorted []float64
	window float64 // milliseconds of the clock in which a hit is great, early and late together
	ratios ratioCache
}

// newRhythms finds the groups. It uses room for as many numbers as there are notes until evaluate is done.
func newRhythms(notes []note, window float64, room []float64) *rhythms {
	r := &rhythms{notes: notes, window: window, hits: make([]int32, 0, len(notes)), deltas: room[:0]}
	for i := range notes {
		if notes[i].kind != neither {
			r.hits = append(r.hits, int32(i))
			r.deltas = append(r.deltas, notes[i].delta)
		}
	}
	r.groups = make([]group, 0, len(r.hits)/3+8)
	for i := 0; i < len(r.hits); {
		end := runEnd(r.deltas, i)
		r.group(i, end)
		i = end
	}
	return r
}

// runEnd returns the end of the run of equal intervals that begins at i. The first interval of a run is that before it and does
// not count; a longer interval still belongs to the run that it ends.
func runEnd(intervals []float64, i int) int {
	n := len(intervals)
	for i++; i < n-1; i++ {
		if !near(intervals[i], intervals[i+1]) {
			if intervals[i+1] > intervals[i]+snap {
				i++
			}
			return i
		}
	}
	if n > 2 && i < n && near(intervals[n-1], intervals[n-2]) {
		i++
	}
	return i
}

func near(a, b float64) bool { return math.Abs(a-b) <= snap }

// group appends the group of the hits from one to another.
func (r *rhythms) group(from, to int) {
	g := group{first: int32(from), count: int32(to - from), interval: math.Inf(1), spacing: math.NaN(), ratio: 1}
	start := r.hit(from).start
	g.duration = r.hit(to-1).start - start
	previous := math.NaN()
	if n := len(r.groups); n > 0 {
		before := &r.groups[n-1]
		previous = before.spacing
		if g.interval = start - r.hit(int(before.first)).start; math.Abs(g.interval) <= snap {
			g.interval = 0
		}
	}
	if g.count > 1 {
		g.spacing = math.RoundToEven(r.normal(from, to))
		if math.Abs(g.spacing-previous) <= snap {
			g.spacing = previous
		}
	}
	if !math.IsNaN(g.spacing) && !math.IsNaN(previous) {
		g.ratio = g.spacing / previous
	}
	r.groups = append(r.groups, g)
}

func (r *rhythms) hit(i int) *note { return &r.notes[r.hits[i]] }

// normal returns the interval before the second hit of a run, or rather the median of all different intervals of the run that
// are near it.
func (r *rhythms) normal(from, to int) float64 {
	delta := r.deltas[from+1]
	same := true
	for _, d := range r.deltas[from:to] {
		if d != delta {
			same = false
			break
		}
	}
	if same {
		return delta
	}
	r.sorted = append(r.sorted[:0], r.deltas[from:to]...)
	slices.Sort(r.sorted)
	sorted := slices.Compact(r.sorted)
	for {
		n := 1
		for n < len(sorted) && near(sorted[n], sorted[0]) {
			n++
		}
		if n == len(sorted) || sorted[n] > delta {
			if n%2 == 1 {
				return sorted[n/2]
			}
			return (sorted[n/2-1] + sorted[n/2]) / 2
		}
		sorted = sorted[n:]
	}
}

// evaluate sets how hard the rhythm of each note is, before its stamina is taken into account: only that of a group's first is.
func (r *rhythms) evaluate() {
	intervals := r.deltas[:0] // which are not needed any more
	for i := range r.groups {
		intervals = append(intervals, r.groups[i].interval)
	}
	end, last := 0, math.NaN()
	for i := range r.groups {
		pattern := 0.0
		if i == end { // the first group of a pattern of groups
			end = runEnd(intervals, i)
			interval := intervals[i]
			if end > i+1 {
				interval = intervals[i+1]
			}
			ratio := 1.0
			if i > 0 {
				ratio = interval / last
			}
			last = interval
			pattern = 1.15 * r.ratios.difficulty(ratio)
		}
		penalty := r.repeated(i)
		difficulty := max(10*r.difficulty(i, penalty), pattern) * penalty
		if i > 0 {
			difficulty *= r.gap(&r.groups[i-1])
		}
		r.hit(int(r.groups[i].first)).rhythm = difficulty
	}
}

// difficulty returns how hard the change of rhythm at a group is; penalty is that of repeated.
func (r *rhythms) difficulty(i int, penalty float64) float64 {
	g := &r.groups[i]
	difficulty := r.ratios.difficulty(g.ratio) * penalty
	if i > 0 && g.count > 1 {
		// Without an interval before there is nothing to compare with: NaN is not more than 0.
		if longer := g.duration - r.groups[i-1].spacing*float64(g.count); longer > 0 {
			difficulty *= strain.Logistic(longer/r.window, 0.35, 2, 1)
		}
	}
	// A group within a single hit window can be hit without its rhythm.
	difficulty *= strain.Logistic(g.duration/r.window, 0.3, 2, 1)
	return threeQuarters(difficulty)
}

// repeated returns the penalty of a group for spacings that come again and for short durations.
func (r *rhythms) repeated(i int) float64 {
	g := &r.groups[i]
	penalty := r.similar(i, 3)
	if g.count < 6 {
		penalty = min(penalty, r.similar(i, 4))
	}
	return penalty * max(1-g.duration*2/r.window, 0.5)
}

// similar returns a penalty when two of the n groups that end with the i-th have similar spacings, and none when there are not
// as many groups or one has no spacing.
func (r *rhythms) similar(i, n int) float64 {
	if i+1 < n {
		return 1
	}
	groups := r.groups[i+1-n : i+1]
	for j := range groups {
		if math.IsNaN(groups[j].spacing) {
			return 1
		}
	}
	for j := n - 1; j > 0; j-- {
		for k := j - 1; k >= 0; k-- {
			if math.Abs(1-groups[j].spacing/groups[k].spacing) <= 0.1 {
				return 0.80
			}
		}
	}
	return 1
}

// gap returns the penalty for what comes after a short group with a long gap before it.
func (r *rhythms) gap(before *group) float64 {
	gap := r.hit(int(before.first)).delta
	spacing := before.spacing
	if math.IsNaN(spacing) {
		spacing = gap
	}
	long := strain.Logistic(gap/max(spacing, 1), 1.75, 20, 1)
	short := strain.ReverseLerp(float64(before.count), 8, 2)
	return 1 - 0.75*long*short
}

// ratioDifficulty returns how hard a change of interval by a ratio is: easy for whole ratios and their inverses, and for 1.
func ratioDifficulty(ratio float64) float64 {
	const terms = 8
	if math.Abs(ratio) < 0x1p-1022 || math.IsInf(ratio, 0) || ratio != ratio {
		ratio = 0
	}
	difficulty := 0.0
	for i := 1; i <= terms; i++ {
		c := math.Cos(float64(i) * math.Pi * ratio)
		difficulty -= c * c * c * c
	}
	difficulty += terms / (1 + ratio)
	difficulty += strain.BellCurve(ratio, 1, 0.5)
	difficulty -= strain.BellCurve(ratio, 1, 0.3)
	return max(difficulty, 0) / math.Sqrt(terms)
}

// threeQuarters returns x to the power of 3/4.
func threeQuarters(x float64) float64 {
	root := math.Sqrt(x)
	return root * math.Sqrt(root)
}
