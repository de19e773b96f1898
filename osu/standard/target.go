package standard

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"sort"

	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/internal/dotnet"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/random"
	"github.com/pure-peace/peace/osu/slider"
)

const (
	longestTarget = float32(333) // distance between the targets of the last combo
	targetCap     = float32(380) // the longest distance between any
	targetEdge    = float32(0.75)
	targetRecent  = 5 // targets that one may not overlap
)

// target replaces all objects by a circle a beat, as Target Practice does.
//
// Source: ppy/osu osu.Game.Rulesets.Osu/Mods/OsuModTargetPractice.cs. Times are compared with a tolerance of a millisecond.
func (c *converter) target(ctx context.Context, m mods.Mod) error {
	if len(c.Objects) == 0 {
		return nil
	}
	beats, err := c.beats(ctx)
	if err != nil {
		return err
	}
	targets := make([]Object, len(beats))
	combos := c.targetCombos(beats)
	for i, beat := range beats {
		targets[i] = Object{Start: beat, End: beat, Preempt: c.preempt, FadeIn: c.fadeIn, Slider: -1}
		targets[i].NewCombo = i == 0 || combos[i] != combos[i-1]
	}
	// The circles take kiai from the time 0, where they are made before they get theirs.
	kiai := c.m.Points.EffectAt(1).Kiai
	c.placeTargets(targets, combos, kiai, random.NewDotNet(seed(m)))
	c.Objects, c.Sliders, c.drafts = targets, nil, nil
	c.Circles, c.SliderCount, c.Spinners = len(targets), 0, 0
	return nil
}

// beats returns the times of all beats between the first and the last object, except in breaks.
func (c *converter) beats(ctx context.Context) ([]float64, error) {
	start, end := c.Objects[0].Start, c.Objects[0].End
	for i := range c.Objects {
		end = max(end, c.Objects[i].End)
	}
	resting := c.rests()
	var all []float64
	timings := c.m.Points.Timing
	for k, timing := range timings {
		if timing.Time-1 > end {
			break
		}
		// What comes before the first object would be dropped.
		i := max(0, math.Floor((start-2-timing.Time)/timing.BeatLength)-1)
		for n := 0; ; n++ {
			at := timing.Time
			if i > 0 {
				at += float64(i * timing.BeatLength)
			}
			if !(at-1 <= end) || k+1 < len(timings) && at >= timings[k+1].Time {
				break
			}
			if n%checkEvery == 0 {
				if err := ctx.Err(); err != nil {
					return nil, err
				}
			}
			if beat := math.Floor(at); beat > start-1 && !resting(beat) {
				if len(all) == beatmap.MaxHitObjects {
					return nil, fmt.Errorf("beats to practise: %w", beatmap.ErrTooManyObjects)
				}
				all = append(all, beat)
			}
			i++
		}
	}
	// A beat too close to the next one, where the timing changes, gives way.
	kept := len(all)
	for i := len(all) - 1; i >= 0; i-- {
		if kept == len(all) || all[kept]-all[i]-1 > c.m.Points.TimingAt(all[i]).BeatLength/2 {
			kept--
			all[kept] = all[i]
		}
	}
	return all[kept:], nil
}

// rests returns a function that says whether a time is in a break, or between one and the next object.
func (c *converter) rests() func(time float64) bool {
	type rest struct{ start, end float64 }
	rests := make([]rest, 0, len(c.m.Events.Breaks))
	for _, b := range c.m.Events.Breaks {
		end := math.Inf(1)
		if next := c.firstObject(func(o *Object) bool { return o.Start > b.End-1 }); next < len(c.Objects) {
			end = c.Objects[next].Start - 1
		}
		rests = append(rests, rest{b.Start - 1, end})
	}
	slices.SortFunc(rests, func(a, b rest) int { return cmp.Compare(a.start, b.start) })
	for i := 1; i < len(rests); i++ {
		rests[i].end = max(rests[i].end, rests[i-1].end) // of all that began until here
	}
	return func(time float64) bool {
		i, _ := slices.BinarySearchFunc(rests, time, func(r rest, t float64) int { return cmp.Compare(r.start, t) })
		return i > 0 && time < rests[i-1].end
	}
}

// firstObject returns the index of the first object which is late enough, as is every one after it, or their number.
func (c *converter) firstObject(late func(*Object) bool) int {
	return sort.Search(len(c.Objects), func(i int) bool { return late(&c.Objects[i]) })
}

// targetCombos returns the combo that each beat falls in, numbered from 0 without gaps.
func (c *converter) targetCombos(beats []float64) []int {
	original := comboIndices(c.Objects)
	combos := make([]int, len(beats))
	number, last := -1, -1
	for i, beat := range beats {
		at := c.firstObject(func(o *Object) bool { return !(beat > o.Start-1) })
		n := 0
		if at > 0 {
			n = original[at-1].number
		}
		if i == 0 || n != last {
			number, last = number+1, n
		}
		combos[i] = number
	}
	return combos
}

// placeTargets gives the targets their positions, with distances that grow from combo to combo.
func (c *converter) placeTargets(targets []Object, combos []int, kiai bool, rng random.DotNet) {
	if len(targets) == 0 {
		return
	}
	single := func() float32 { return float32(rng.NextDouble()) }
	const turn = float32(2 * math.Pi)
	radius := c.Radius()
	heading := turn * single()
	highest := combos[len(combos)-1]
	last := centre
	for i := range targets {
		o := &targets[i]
		distance := float32(radius)
		if highest != 0 {
			distance = float32(float32(float32(combos[i])*(longestTarget-float32(radius)))/float32(highest)) + float32(radius)
		}
		if o.NewCombo {
			distance *= 1.5
		}
		if kiai {
			distance *= 1.2
		}
		distance = min(targetCap, distance)
		for try := 1; ; try++ {
			if try > 1 {
				heading = turn * single()
			}
			way := turnFromEdge(last, slider.Vector{X: distance * dotnet.CosF(heading), Y: distance * dotnet.SinF(heading)}, targetEdge)
			heading = direction(way)
			o.Position = within(last.Add(way), float32(radius))
			if try%10 == 0 {
				distance *= 0.9
			}
			if !(float64(distance) >= radius*2 && overlaps(targets[max(0, i-targetRecent):i], o.Position, radius)) {
				break
			}
		}
		o.Last, last = o.Position, o.Position
		if i+1 == len(targets) || combos[i+1] != combos[i] {
			heading = turn * single()
		} else {
			heading += float32(float32(distance/targetCap) * (float32(single()*turn) - math.Pi))
		}
	}
}

// overlaps says whether a circle at the position touches one of the others.
func overlaps(others []Object, at slider.Vector, radius float64) bool {
	for i := range others {
		if float64(others[i].Position.Distance(at)) < radius*2 {
			return true
		}
	}
	return false
}
