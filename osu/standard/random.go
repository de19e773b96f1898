package standard

import (
	"context"
	"fmt"
	"math"

	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/random"
	"github.com/pure-peace/peace/osu/slider"
)

// The range of Random's angle sharpness, and its default.
const maxSharpness, usualSharpness = float32(10), float32(7)

// sharpness is how sharp angles Random makes.
type sharpness float32

// mover gives every object a new place, from the directions and distances between them.
//
// Source: ppy/osu osu.Game.Rulesets.Osu/Mods/OsuModRandom.cs and Utils/OsuHitObjectGenerationUtils*.cs.
type mover struct {
	*converter
	jumps  []jump
	points [][]slider.ControlPoint // of every slider, to be turned
	loaded int32                   // the slider whose path is in converter.path; -1 for none
}

// jump is how an object lies to the one before, or the first to the centre of the playfield. Angles are in radians.
type jump struct {
	angle    float32 // against the jump before
	distance float32 // osu! pixels
	rotation float32 // of a slider, from its head to the end of its path, against the jump
	original float32 // rotation of a slider by itself
}

// randomise applies Random.
func (c *converter) randomise(ctx context.Context, m mods.Mod) error {
	if len(c.Objects) == 0 {
		return nil
	}
	w := mover{converter: c, loaded: -1, points: make([][]slider.ControlPoint, len(c.Sliders))}
	total := 0
	for i := range c.drafts {
		total += len(c.drafts[i].hit.Slider.Points)
	}
	slab := make([]slider.ControlPoint, 0, total)
	for i := range c.drafts {
		from := len(slab)
		slab = append(slab, c.drafts[i].hit.Slider.Points...)
		w.points[i] = c.flip.points(new([]slider.ControlPoint), slab[from:])
	}
	w.describe()
	s, _ := m.Float("angle_sharpness")
	if err := w.shuffle(ctx, random.NewDotNet(seed(m)), sharpness(s)); err != nil {
		return err
	}
	if err := w.reposition(ctx); err != nil {
		return err
	}
	return w.settle()
}

// load makes converter.path the path of a slider.
func (w *mover) load(i int32) error {
	if w.loaded == i {
		return nil
	}
	w.loaded = -1
	d := &w.drafts[i]
	if err := w.path.Reset(w.points[i], d.hit.Slider.ExpectedLength); err != nil {
		return fmt.Errorf("slider at %g ms: %w", d.hit.Start, err)
	}
	d.tip = w.path.PositionAt(1)
	d.last = w.path.PositionAt(float64(d.course.Spans % 2))
	w.loaded = i
	return nil
}

// turn changes the control points of a slider, and reloads its path.
func (w *mover) turn(i int32, change func(slider.Vector) slider.Vector) error {
	for j := range w.points[i] {
		p := &w.points[i][j].Position
		*p = change(*p)
	}
	w.loaded = -1
	return w.load(i)
}

func (w *mover) rotate(i int32, angle float32) error {
	return w.turn(i, func(v slider.Vector) slider.Vector { return rotated(v, angle) })
}

// rotation returns the direction from a slider's head to the end of its path.
func (w *mover) rotation(i int32) float32 { return direction(w.drafts[i].tip) }

// describe writes down how the objects lie to each other.
func (w *mover) describe() {
	w.jumps = make([]jump, len(w.Objects))
	previous, previousAngle := centre, float32(0)
	for i := range w.Objects {
		o, j := &w.Objects[i], &w.jumps[i]
		relative := o.Position.Sub(previous)
		angle := direction(relative)
		j.angle = angle - previousAngle
		j.distance = relative.Length()
		if o.Kind == Slider {
			rotation := w.rotation(o.Slider)
			j.rotation = rotation - angle
			angle = rotation
		}
		previous, previousAngle = o.Last, angle
	}
}

// shuffle draws new angles, and flips half of the sliders.
func (w *mover) shuffle(ctx context.Context, rng random.DotNet, sharp sharpness) error {
	combos := comboIndices(w.Objects)
	offset := float32(0) // of all angles of a section
	clockwise := false
	for i := range w.Objects {
		if i%checkEvery == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		o, j := &w.Objects[i], &w.jumps[i]
		if w.newSection(&rng, combos, i) {
			offset = sharp.draw(&rng, 0.0008)
			clockwise = !clockwise
		}
		if o.Kind == Slider && rng.NextDouble() < 0.5 {
			if err := w.turn(o.Slider, func(v slider.Vector) slider.Vector { return slider.Vector{X: -v.X, Y: v.Y} }); err != nil {
				return err
			}
		}
		if i == 0 {
			j.distance = float32(rng.NextDouble() * float64(height) / 2)
			j.angle = float32(rng.NextDouble()*2*math.Pi - math.Pi)
			continue
		}
		once := sharp.draw(&rng, 0.002)
		change := float32(0) // of the direction of flow
		if w.startedCombo(combos, i) && rng.NextDouble() < float64(float32(0.6)) {
			change = sharp.draw(&rng, 0.002)
			clockwise = !clockwise
		}
		total := float32((offset+once)*j.distance) + float32(change*(diagonal-j.distance))
		j.angle = sharp.angle(j.distance, total, clockwise)
	}
	return nil
}

// startedCombo says whether the object before i began a combo, but for combos of one and two objects.
func (w *mover) startedCombo(combos []combo, i int) bool {
	return combos[max(0, i-2)].index > 1 && w.Objects[i-1].NewCombo
}

// newSection says whether the angles change their common offset at object i.
func (w *mover) newSection(rng *random.DotNet, combos []combo, i int) bool {
	if i == 0 {
		return true
	}
	before := &w.Objects[i-1]
	return w.startedCombo(combos, i) && rng.NextDouble() < float64(float32(0.6)) ||
		w.onBeat(before, true) ||
		w.onBeat(before, false) && rng.NextDouble() < float64(float32(0.4))
}

// onBeat says whether an object is within a millisecond of a beat, or of the first beat of a bar.
func (w *mover) onBeat(o *Object, downbeat bool) bool {
	timing := w.m.Points.TimingAt(o.Start)
	length := timing.BeatLength
	if downbeat {
		length *= float64(timing.Meter)
	}
	return math.Mod(math.Abs(o.Start-timing.Time+1), length) < 2
}

// draw returns an offset of an angle.
func (s sharpness) draw(rng *random.DotNet, deviation float32) float32 {
	deviation *= (1.5*maxSharpness - float32(s)) / (1.5*maxSharpness - usualSharpness)
	x, y := 1-rng.NextDouble(), 1-rng.NextDouble()
	return deviation * float32(math.Sqrt(-2*math.Log(x))*math.Sin(2*math.Pi*y))
}

// angle returns the angle between two jumps: wide for short ones.
func (s sharpness) angle(distance, offset float32, clockwise bool) float32 {
	share := float32(s) / maxSharpness
	x := float32(share*100) - 70
	y := float32((1-share)*0.25) - 0.075
	distance += x
	angle := float32(2.16/(1+float64(200*math.Exp(0.036*float64(distance-310+x)))) + 0.5)
	angle += offset + y
	if angle = float32(math.Pi) - angle; clockwise {
		return -angle
	}
	return angle
}

// combo is where an object is in its combo, both counted as the official client does: combos from 1.
type combo struct{ number, index int }

// comboIndices counts combos. Spinners begin none.
//
// Source: ppy/osu osu.Game.Rulesets.Osu/Objects/OsuHitObject.cs.
func comboIndices(objects []Object) []combo {
	combos := make([]combo, len(objects))
	for i := range objects {
		if i > 0 {
			combos[i] = combo{combos[i-1].number, combos[i-1].index + 1}
		}
		if o := &objects[i]; o.Kind != Spinner && o.NewCombo {
			combos[i] = combo{combos[i].number + 1, 0}
		}
	}
	return combos
}
