package taiko

import (
	"math"

	"github.com/pure-peace/peace/osu/internal/dotnet"
	"github.com/pure-peace/peace/osu/mods"
)

// conversions are the rhythms that the mod simplifies, by the setting that asks for it, in order.
var conversions = [...]struct {
	setting  string
	from, to int // parts of a beat
}{
	{"one_eighth_conversion", 8, 4},
	{"one_sixth_conversion", 6, 4},
	{"one_third_conversion", 3, 2},
}

// simplify takes notes out of runs of an eighth, a sixth or a third of a beat and moves others.
//
// Source: ppy/osu osu.Game.Rulesets.Taiko/Mods/TaikoModSimplifiedRhythm.cs.
func (b *Beatmap) simplify(m *mods.Mod) {
	hits := make([]int32, 0, len(b.Objects)) // indices
	for i := range b.Objects {
		if b.Objects[i].Kind == Hit {
			hits = append(hits, int32(i))
		}
	}
	if len(hits) == 0 {
		return
	}
	removed := make([]bool, len(b.Objects))
	for _, c := range conversions {
		if !m.Bool(c.setting) {
			continue
		}
		running, first := false, 0
		for i := 1; i < len(hits); i++ {
			from := b.divisor(b.Objects[hits[i-1]].Start, b.Objects[hits[i]].Start) == c.from
			switch {
			case running && !from:
				running = false
				b.thin(hits[first:i], removed, c.from, c.to)
			case !running && from:
				running, first = true, i-1
			}
		}
		if running {
			b.thin(hits[first:], removed, c.from, c.to)
		}
	}
	kept := b.Objects[:0]
	for i := range b.Objects {
		if !removed[i] {
			kept = append(kept, b.Objects[i])
		}
	}
	b.Objects = kept
	dotnet.Sort(b.Objects, byStart)
}

// thin simplifies one run of hits.
func (b *Beatmap) thin(run []int32, removed []bool, from, to int) {
	points := b.points()
	for i, hit := range run {
		switch {
		case from == 8:
			if i%2 == 1 {
				removed[hit] = true
			}
		case i%3 == 1:
			removed[hit] = true
		case i%3 == 2:
			o := &b.Objects[hit]
			o.Start = b.Objects[run[i-2]].Start + points.TimingAt(o.Start).BeatLength/float64(to)
			o.End = o.Start
		}
	}
}

// divisors are the parts of a beat that the editor snaps to.
var divisors = [...]int{1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 16}

// divisor returns the part of a beat that comes nearest to the time from one hit to the next.
//
// Source: GetClosestBeatDivisor in ppy/osu osu.Game/Beatmaps/ControlPoints/ControlPointInfo.cs.
func (b *Beatmap) divisor(from, to float64) int {
	points := b.points()
	t := points.TimingAt(from).Time + (to - from)
	timing := points.TimingAt(t)
	if t < 0 {
		beats := dotnet.Int32(math.Ceil(-t / timing.BeatLength))
		t += float64(float64(beats) * timing.BeatLength)
	}
	closest, least := 0, math.MaxFloat64
	for _, d := range divisors {
		beat := timing.BeatLength / float64(d)
		beats := dotnet.Int32(math.Round((max(t, 0) - timing.Time) / beat))
		snapped := timing.Time + float64(float64(beats)*beat)
		if snapped < 0 {
			snapped += beat
		}
		if distance := math.Abs(t - snapped); least-1e-7 > distance {
			closest, least = d, distance
		}
	}
	return closest
}
