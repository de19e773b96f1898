package mania

import (
	"context"
	"fmt"
	"math"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/random"
	"github.com/pure-peace/peace/osu/slider"
)

// densityNotes is how many notes back the density of a place in the beatmap is measured.
const densityNotes = 7

// converter turns the hit objects of a file into notes and holds, one by one and in order: every object draws from one random
// sequence and looks at the pattern before it. Source: ppy/osu
// osu.Game.Rulesets.Mania/Beatmaps/ManiaBeatmapConverter.cs.
type converter struct {
	source     *beatmap.Beatmap
	columns    int
	start      int // the first column of random notes: 1 with 8 columns, the first of which is special
	random     random.Legacy
	difficulty float64 // see conversionDifficulty
	objects    []Object
	late       []Object // scratch of splitAt
	failed     error

	last     pattern // of the last circle or slider
	lastTime float64
	lastAt   slider.Vector
	stair    style // the direction that the next stair takes: stair or reverseStair

	times   [densityNotes]float64 // of the last notes, oldest first
	timed   int                   // how many of times are set
	density float64               // mean milliseconds between the last notes
}

// convert returns the notes and holds of m on so many columns, ordered as their hit objects.
func convert(ctx context.Context, m *beatmap.Beatmap, columns int) ([]Object, error) {
	c := converter{
		source:  m,
		columns: columns,
		random:  random.NewLegacy(seed(m.Difficulty)),
		objects: make([]Object, 0, len(m.HitObjects)),
		stair:   stair,
		density: math.MaxInt32,
	}
	if columns == 8 {
		c.start = 1
	}
	c.difficulty = conversionDifficulty(m)
	for i := range m.HitObjects {
		if i%1024 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		o := &m.HitObjects[i]
		if m.Mode == osu.Mania {
			c.native(o)
		} else {
			c.foreign(o)
		}
		if c.failed != nil {
			return nil, c.failed
		}
		if len(c.objects) > slider.MaxNested {
			return nil, slider.ErrTooManyNested
		}
	}
	return c.objects, nil
}

// seed returns what the random sequence of a conversion starts from.
func seed(d beatmap.Difficulty) int32 {
	return int32(truncate(math.RoundToEven(float64(d.DrainRate+d.CircleSize))))*20 +
		int32(truncate(float64(d.OverallDifficulty)*41.2)) +
		int32(truncate(math.RoundToEven(float64(d.ApproachRate))))
}

// conversionDifficulty estimates how hard a beatmap is from its settings and its objects a second. It is at most 12.
// Source: ppy/osu osu.Game.Rulesets.Mania/Beatmaps/Patterns/Legacy/LegacyPatternGenerator.cs.
func conversionDifficulty(m *beatmap.Beatmap) float64 {
	first, last, breaks := 0.0, 0.0, 0.0
	if n := len(m.HitObjects); n > 0 {
		first, last = m.HitObjects[0].Start, m.HitObjects[n-1].Start
	}
	for _, b := range m.Events.Breaks {
		breaks += b.End - b.Start
	}
	drain := truncate((last - first - breaks) / 1000) // seconds
	if drain == 0 {
		drain = 10000
	}
	settings := float64(m.DrainRate+min(max(m.ApproachRate, 4), 7)) / 1.5
	return math.Min((settings+float64(len(m.HitObjects))/float64(drain)*9)/38*5/1.15, 12)
}

// native converts an object of a mania beatmap, whose position says its column.
func (c *converter) native(o *beatmap.HitObject) {
	switch o.Kind {
	case beatmap.Spinner: // in some old beatmaps
		c.spinner(o)
	case beatmap.Slider:
		c.add(new(pattern), c.columnAt(o.Position.X), o.Start, c.sliderEnd(o), true)
	default:
		c.passThrough(o)
	}
}

// foreign converts an object of another ruleset's beatmap.
func (c *converter) foreign(o *beatmap.HitObject) {
	switch o.Kind {
	case beatmap.Circle:
		c.measure(o.Start) // the pattern already sees the density with this object
		c.circle(o)
		c.record(o.Start, o.Position)
	case beatmap.Slider:
		c.slider(o)
	case beatmap.Spinner:
		c.spinner(o)
		c.record(o.End, slider.Vector{X: 256, Y: 192})
		c.measure(o.End)
	case beatmap.Hold:
		c.passThrough(o)
		c.record(o.End, o.Position)
		c.measure(o.End)
	}
}

func (c *converter) passThrough(o *beatmap.HitObject) {
	c.add(new(pattern), c.columnAt(o.Position.X), o.Start, o.End, o.Kind == beatmap.Hold)
}

// sliderEnd returns when a slider of a native beatmap, which becomes a hold, ends.
func (c *converter) sliderEnd(o *beatmap.HitObject) float64 {
	velocity := 100 * c.source.SliderMultiplier * c.source.Points.DifficultyAt(o.Start).SliderVelocity /
		c.source.Points.TimingAt(o.Start).BeatLength
	path, err := slider.NewPath(o.Slider.Points, o.Slider.ExpectedLength)
	if err != nil {
		c.failed = fmt.Errorf("slider at %v ms: %w", o.Start, err)
		return o.Start
	}
	return o.Start + float64(o.Slider.Repeats+1)*path.Distance()/velocity
}

// spinner puts a spinner in a random column. Source: ppy/osu
// osu.Game.Rulesets.Mania/Beatmaps/Patterns/Legacy/SpinnerPatternGenerator.cs.
func (c *converter) spinner(o *beatmap.HitObject) {
	end := float64(truncate(o.End))
	hold := end-o.Start >= 100
	column := 0
	if c.columns != 8 || o.Sound&beatmap.SoundFinish == 0 || end-o.Start >= 1000 {
		taken := c.last.taken
		if c.last.columns() == c.columns {
			taken = 0
		}
		column = c.free(c.randomColumn(c.start, c.columns), c.start, c.columns, taken)
	}
	if !hold {
		end = o.Start
	}
	c.add(new(pattern), column, o.Start, o.Start+(end-o.Start), hold)
}

// record remembers where and when the last object ended.
func (c *converter) record(at float64, position slider.Vector) { c.lastTime, c.lastAt = at, position }

// measure adds the time of a note to those that the density is measured over.
func (c *converter) measure(at float64) {
	if c.timed == densityNotes {
		copy(c.times[:], c.times[1:])
		c.timed--
	}
	c.times[c.timed] = at
	c.timed++
	if c.timed >= 2 {
		c.density = (at - c.times[0]) / float64(c.timed)
	}
}
