package standard

import (
	"context"
	"fmt"
	"math"

	"github.com/pure-peace/peace/osu/internal/dotnet"
	"github.com/pure-peace/peace/osu/slider"
)

const (
	// shifted is how many circles give way when an object has to be moved back into the playfield.
	shifted = 10

	// massStep is the distance in osu! pixels between samples of a slider's centre of mass, maxMass the most of them.
	massStep, maxMass = 50.0, 1 << 20
)

// reposition moves the objects to where their jumps lead, within the playfield.
func (w *mover) reposition(ctx context.Context) error {
	for i := range w.Objects {
		if o := &w.Objects[i]; o.Kind == Slider {
			w.jumps[i].original = w.rotation(o.Slider)
		}
	}
	end := centre // of the object before
	radius := float32(w.Radius())
	for i := range w.Objects {
		if i%checkEvery == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		o := &w.Objects[i]
		if o.Kind == Spinner {
			end = o.Last
			continue
		}
		at, err := w.land(i, end)
		if err != nil {
			return err
		}
		if o.Kind == Circle {
			o.Position = within(at, radius)
			o.Last = o.Position
		} else if err := w.fit(o, at, w.jumps[i].original); err != nil {
			return err
		}
		end = o.Last
		if shift := o.Position.Sub(at); shift != (slider.Vector{}) {
			w.shift(i, shift, radius)
		}
	}
	return nil
}

// land returns where the jump from end leads object i to. A slider is turned towards the middle of the playfield.
func (w *mover) land(i int, end slider.Vector) (slider.Vector, error) {
	o, j := &w.Objects[i], &w.jumps[i]
	angle := float32(0)
	if i > 0 {
		if before := &w.Objects[i-1]; before.Kind == Slider {
			angle = w.rotation(before.Slider)
		} else {
			earliest := centre
			if i > 1 {
				earliest = w.Objects[i-2].Last
			}
			angle = direction(before.Position.Sub(earliest))
		}
	}
	angle += j.angle
	way := awayFromEdge(end, slider.Vector{X: j.distance * dotnet.CosF(angle), Y: j.distance * dotnet.SinF(angle)})
	at := end.Add(way)
	if o.Kind != Slider {
		return at, nil
	}
	if err := w.load(o.Slider); err != nil {
		return at, err
	}
	mass, err := w.mass(o)
	if err != nil {
		return at, err
	}
	turned := rotated(mass, j.rotation+direction(way)-w.rotation(o.Slider))
	turned = awayFromEdge(at, turned)
	if by := direction(turned) - direction(mass); !(abs(by) <= 1e-3) {
		return at, w.rotate(o.Slider, by)
	}
	return at, nil
}

// mass returns about where the centre of mass of the loaded slider is, relative to its head.
func (w *mover) mass(o *Object) (slider.Vector, error) {
	length := w.path.Distance()
	if length <= massStep {
		return w.path.PositionAt(1).Div(2), nil
	}
	if length > massStep*maxMass {
		return slider.Vector{}, fmt.Errorf("slider at %g ms: %w", o.Start, slider.ErrTooComplex)
	}
	var sum slider.Vector
	n := 0
	for d := 0.0; d < length; d += massStep {
		sum = sum.Add(w.path.PositionAt(d / length))
		n++
	}
	return sum.Div(float32(n)), nil
}

// fit moves the loaded slider from a position into the playfield. One that does not fit is turned back to its original
// rotation, or against it.
func (w *mover) fit(o *Object, at slider.Vector, original float32) error {
	room := w.room()
	if room.size.X < 0 || room.size.Y < 0 {
		now := w.rotation(o.Slider)
		back := original
		if !(difference(original, now) < difference(original+float32(math.Pi), now)) {
			back = original + float32(math.Pi)
		}
		if err := w.rotate(o.Slider, back-now); err != nil {
			return err
		}
		room = w.room()
	}
	o.Position = slider.Vector{
		X: room.clamp(at.X, room.corner.X, room.size.X, width),
		Y: room.clamp(at.Y, room.corner.Y, room.size.Y, height),
	}
	o.Last = o.Position.Add(w.drafts[o.Slider].last)
	return nil
}

// room is where the head of a slider can be with all of it inside the playfield. Its size is negative when there is no such
// place.
type room struct{ corner, size slider.Vector }

// room returns the room of the loaded slider.
func (w *mover) room() room {
	inf := float32(math.Inf(1))
	low, high := slider.Vector{X: inf, Y: inf}, slider.Vector{X: -inf, Y: -inf}
	for _, v := range w.path.Vertices() {
		low.X, low.Y = min(low.X, v.X), min(low.Y, v.Y)
		high.X, high.Y = max(high.X, v.X), max(high.Y, v.Y)
	}
	r := float32(w.Radius())
	corner := slider.Vector{X: -(low.X - r), Y: -(low.Y - r)}
	far := slider.Vector{X: width - (high.X + r), Y: height - (high.Y + r)}
	return room{corner, far.Sub(corner)}
}

func (room) clamp(v, from, size, limit float32) float32 {
	if size < 0 {
		return bounded(from, 0, limit) // at least the head is inside
	}
	return bounded(v, from, from+size)
}

// shift moves the circles before object i along with it, the farther away the less.
func (w *mover) shift(i int, by slider.Vector, radius float32) {
	n := 0
	for n < shifted && n < i && w.Objects[i-1-n].Kind == Circle {
		n++
	}
	for k := range n {
		o := &w.Objects[i-1-k]
		o.Position = within(o.Position.Add(by.Mul(float32(n-k)/float32(n+1))), radius)
		o.Last = o.Position
	}
}

// settle makes everything of the sliders that follows from their positions.
func (w *mover) settle() error {
	w.nested = w.nested[:0]
	for i := range w.Objects {
		if o := &w.Objects[i]; o.Kind == Slider {
			if err := w.load(o.Slider); err != nil {
				return err
			}
			if err := w.layOut(o); err != nil {
				return err
			}
		}
	}
	return nil
}
