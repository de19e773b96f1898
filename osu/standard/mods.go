package standard

import (
	"context"

	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/slider"
)

// The size of the playfield in osu! pixels.
const width, height = float32(512), float32(384)

// The choices of Mirror's reflection.
const (
	mirrorHorizontal = iota
	mirrorVertical
	mirrorBoth
)

// classic says whether sliders are judged as stable does: as a whole, with ticks for heads.
func classic(ms mods.Set) bool {
	m, ok := ms.Get(mods.Classic)
	return ok && m.Bool("no_slider_head_accuracy")
}

// flip mirrors the playfield.
type flip struct{ x, y bool }

// flips returns what the mods mirror. Mods that do not go together undo each other.
func flips(ms mods.Set) flip {
	var f flip
	if ms.Has(mods.HardRock) {
		f.y = true
	}
	if m, ok := ms.Get(mods.Mirror); ok {
		switch m.Choice("reflection") {
		case mirrorHorizontal:
			f.x = !f.x
		case mirrorVertical:
			f.y = !f.y
		case mirrorBoth:
			f.x, f.y = !f.x, !f.y
		}
	}
	return f
}

func (f flip) position(v slider.Vector) slider.Vector {
	if f.x {
		v.X = width - v.X
	}
	if f.y {
		v.Y = height - v.Y
	}
	return v
}

// points returns mirrored control points, in buf if they need to be copied.
func (f flip) points(buf *[]slider.ControlPoint, points []slider.ControlPoint) []slider.ControlPoint {
	if f == (flip{}) {
		return points
	}
	*buf = append((*buf)[:0], points...)
	for i := range *buf {
		p := &(*buf)[i].Position
		if f.x {
			p.X = -p.X
		}
		if f.y {
			p.Y = -p.Y
		}
	}
	return *buf
}

// transform applies the mods that look at the finished beatmap, in the order they were given: it matters where one replaces the
// objects that another one changes or measures.
func (c *converter) transform(ctx context.Context) error {
	for _, m := range c.Mods {
		var err error
		switch m.Acronym {
		case mods.Hidden:
			c.hide()
		case mods.FreezeFrame:
			c.freeze()
		case mods.Random:
			err = c.randomise(ctx, m)
		case mods.TargetPractice:
			err = c.target(ctx, m)
		case mods.WindUp, mods.WindDown:
			c.Rate = c.Mods.RateOver(c.span())
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// span returns when the first object begins and when the last to end ends, in milliseconds.
func (c *converter) span() (first, last float64) {
	for i := range c.Objects {
		o := &c.Objects[i]
		if i == 0 {
			first, last = o.Start, o.End
		}
		last = max(last, o.End)
	}
	return first, last
}

// hide lets objects appear faster, but not sliders.
//
// Source: ppy/osu osu.Game.Rulesets.Osu/Mods/OsuModHidden.cs.
func (c *converter) hide() {
	const share = 0.4
	for i := range c.Objects {
		if o := &c.Objects[i]; o.Kind != Slider {
			o.FadeIn = o.Preempt * share
		}
	}
}

// freeze lets all objects of a combo appear with the first.
//
// Source: ppy/osu osu.Game.Rulesets.Osu/Mods/OsuModFreezeFrame.cs.
func (c *converter) freeze() {
	begin := 0.0
	for i := range c.Objects {
		o := &c.Objects[i]
		if o.NewCombo {
			begin = o.Start
		}
		if o.Kind != Spinner {
			o.Preempt += o.Start - begin
		}
	}
}

// seed returns the seed of a mod. Without one the official client draws it, so that none is as good as 0.
func seed(m mods.Mod) int32 {
	s, _ := m.Int("seed")
	return int32(s)
}
