package standard

import (
	"context"
	"fmt"

	"github.com/pure-peace/peace/osu/internal/dotnet"
)

const (
	// stackDistance is the distance in osu! pixels below which objects are stacked.
	stackDistance = 3

	// stackCheck is after how many comparisons of stacking the context is asked whether it is done, maxStackSteps how many
	// there may be: a second or so. Objects that are all at the same time take as many as the square of their number.
	stackCheck    = 1 << 20
	maxStackSteps = 1 << 28
)

// stack sets the stack heights of all objects, and their offsets.
//
// Source: ppy/osu osu.Game.Rulesets.Osu/Beatmaps/OsuBeatmapProcessor.cs.
func (c *converter) stack(ctx context.Context) error {
	// Both factors are as stable has them: a whole number of milliseconds, in single precision.
	s := stacker{objects: c.Objects, threshold: float32(dotnet.Int32(c.preempt)) * c.m.StackLeniency, ctx: ctx}
	var err error
	if c.m.Version >= 6 {
		err = s.stack()
	} else {
		err = s.old(c.drafts)
	}
	if err != nil {
		return err
	}
	for i := range c.Objects {
		if o := &c.Objects[i]; o.Kind != Spinner {
			o.Offset = float32(float32(o.Stack)*c.Scale) * -6.4
		}
	}
	return nil
}

// stacker works on the objects from the last to the first.
type stacker struct {
	objects   []Object
	threshold float32 // milliseconds between objects that may be stacked
	ctx       context.Context
	steps     int
}

// step counts a comparison.
func (s *stacker) step() error {
	if s.steps++; s.steps%stackCheck != 0 {
		return nil
	}
	if s.steps > maxStackSteps {
		return fmt.Errorf("%w: to be stacked", ErrTooDense)
	}
	return s.ctx.Err()
}

// stack is the algorithm of format 6 and later.
func (s *stacker) stack() error {
	for i := len(s.objects) - 1; i > 0; i-- {
		if o := &s.objects[i]; o.Stack == 0 && o.Kind != Spinner {
			below := s.sliders
			if o.Kind == Circle {
				below = s.circles
			}
			if err := below(i); err != nil {
				return err
			}
		}
	}
	return nil
}

// circles stacks what precedes circle i on it, one on the other, until a slider ends there.
func (s *stacker) circles(i int) error {
	base := &s.objects[i] // what the next one is stacked on
	for n := i - 1; n >= 0; n-- {
		if err := s.step(); err != nil {
			return err
		}
		o := &s.objects[n]
		if o.Kind == Spinner {
			continue
		}
		if float32(dotnet.Int32(base.Start)-dotnet.Int32(o.End)) > s.threshold {
			return nil
		}
		if o.Kind == Slider && o.Last.Distance(base.Position) < stackDistance {
			// What lies on the slider's end goes below it, to the lower right. The slider begins a stack of its own later.
			offset := base.Stack - o.Stack + 1
			for j := n + 1; j <= i; j++ {
				if err := s.step(); err != nil {
					return err
				}
				if above := &s.objects[j]; o.Last.Distance(above.Position) < stackDistance {
					above.Stack -= offset
				}
			}
			return nil
		}
		if o.Position.Distance(base.Position) < stackDistance {
			o.Stack = base.Stack + 1
			base = o
		}
	}
	return nil
}

// sliders stacks what ends where slider i begins on it, one on the other.
func (s *stacker) sliders(i int) error {
	base := &s.objects[i]
	for n := i - 1; n >= 0; n-- {
		if err := s.step(); err != nil {
			return err
		}
		o := &s.objects[n]
		if o.Kind == Spinner {
			continue
		}
		if base.Start-o.Start > float64(s.threshold) {
			return nil
		}
		if o.Last.Distance(base.Position) < stackDistance {
			o.Stack = base.Stack + 1
			base = o
		}
	}
	return nil
}

// old is the algorithm of format 5 and earlier, which goes forward.
func (s *stacker) old(drafts []draft) error {
	for i := range s.objects {
		o := &s.objects[i]
		if o.Stack != 0 && o.Kind != Slider {
			continue
		}
		time, end := o.End, o.Position
		if o.Kind == Slider {
			end = o.Position.Add(drafts[o.Slider].tip)
		}
		lowered := int32(0)
		for j := i + 1; j < len(s.objects); j++ {
			if err := s.step(); err != nil {
				return err
			}
			next := &s.objects[j]
			if next.Start-float64(s.threshold) > time {
				break
			}
			switch {
			case next.Position.Distance(o.Position) < stackDistance:
				o.Stack++
				time = next.Start
			case next.Position.Distance(end) < stackDistance:
				lowered++
				next.Stack -= lowered
				time = next.Start
			}
		}
	}
	return nil
}
