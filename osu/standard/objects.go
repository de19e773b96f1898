package standard

import (
	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/slider"
)

// Kind is the kind of an Object.
type Kind uint8

// The kinds.
const (
	Circle Kind = iota
	Slider
	Spinner
)

// Object is something to be hit, with defaults and mods applied.
type Object struct {
	Start    float64 // milliseconds
	End      float64 // milliseconds; Start of a circle
	Preempt  float64 // milliseconds from appearing to Start
	FadeIn   float64 // milliseconds from appearing to being opaque
	Position slider.Vector
	Last     slider.Vector // where a slider's path ends; Position of all others

	// Offset moves the object and all that is nested in it, in both directions, when it is stacked on others: stack height times
	// scale. It is 0 for spinners.
	Offset float32
	Stack  int32 // height; negative below a slider's end
	Slider int32 // index of a slider in Beatmap.Sliders; -1 of all others

	Kind     Kind
	NewCombo bool
}

// Stacked returns where the object is, with its stack offset.
func (o *Object) Stacked() slider.Vector { return o.Move(o.Position) }

// Move adds the object's stack offset to a position, such as one of something nested in it.
func (o *Object) Move(p slider.Vector) slider.Vector {
	return slider.Vector{X: p.X + o.Offset, Y: p.Y + o.Offset}
}

// Path is what an Object that is a slider has beyond the others.
type Path struct {
	// Nested is what is judged in the course of the slider, with its head and tail, ordered by time as the official client
	// does. The slice shares its array with those of other sliders.
	Nested []Nested

	Distance     float64 // osu! pixels, of one span
	Velocity     float64 // osu! pixels a millisecond
	TickDistance float64 // osu! pixels; positive infinity for none
	SpanDuration float64 // milliseconds
	Repeats      int

	// LazyEnd is when a lazy player may stop following the slider (36 milliseconds before its end, or half way, but not before
	// its last tick), in milliseconds since its start. LazyPosition is where on the path it is then, relative to the head: the
	// official code adds it to the stacked head in single precision, which a sum in another order would round differently.
	LazyEnd      float64
	LazyPosition slider.Vector
}

// Nested is a part of a slider that is judged: of the kinds Head, Tick, Repeat and Tail.
type Nested struct {
	Time     float64 // milliseconds
	Position slider.Vector
	Kind     slider.EventKind
}

// Beatmap is what the osu! ruleset makes of a beatmap with mods.
type Beatmap struct {
	Objects    []Object
	Sliders    []Path
	Difficulty beatmap.Difficulty // after mods, but for those that change the clock
	Rate       float64            // of the clock, by mods
	Scale      float32            // of objects, by circle size

	Mods mods.Set // as New was given them

	// Base is the beatmap's own settings, before mods.
	Base beatmap.Difficulty

	Circles, SliderCount, Spinners int // by kind

	classic bool // slider heads are judged as ticks, and sliders as a whole
	stars   int  // see PeppyStars
}

// Radius returns the radius of every object in osu! pixels.
func (b *Beatmap) Radius() float64 { return float64(64 * b.Scale) }
