package standard

import (
	"math"

	"github.com/pure-peace/peace/osu/strain"
)

func (p *plain) opacity(h *plainHit, at float64, hidden bool) float64 {
	o := h.o
	if at > o.Start {
		return 0
	}
	in := clamp((at-(o.Start-o.Preempt))/(400*math.Min(1, o.Preempt/450)), 0, 1)
	if hidden {
		return math.Min(in, 1-clamp((at-(o.Start-o.Preempt+o.FadeIn))/(o.Preempt*0.3), 0, 1))
	}
	return in
}

func (p *plain) reading() (objects []float64) {
	current := 0.0
	for _, h := range p.hits {
		difficulty := p.read(h)
		if p.f.touch {
			difficulty = math.Pow(difficulty, 0.89)
		}
		difficulty *= 1 - p.f.attraction
		if p.f.relax {
			difficulty *= 0.4
		}
		if p.f.autopilot {
			difficulty *= 0.1
		}
		difficulty *= 0.825 + math.Pow(p.od(h), 2.2)/1125
		decay := math.Pow(0.8, h.delta/1000)
		current = current*decay + difficulty*(1-decay)*2.5
		objects = append(objects, current)
	}
	return objects
}

func (p *plain) read(h *plainHit) float64 {
	if h.spinner() || h.i == 0 {
		return 0
	}
	preempt := func(h *plainHit) float64 { return h.o.Preempt / p.b.Rate }
	near := func(d float64) float64 { return clamp(2-d/1500, 0, 1) }
	velocity := math.Max(1, h.lazyJump/h.adjusted)
	visible, past := 0.0, 0.0
	for j := h.i + 1; j < len(p.hits); j++ {
		n := p.hits[j]
		if n.start-h.start > 3000 || h.start < n.start-preempt(n) {
			break
		}
		visible += p.opacity(n, h.o.Start, false) * near(n.start-h.start)
	}
	for j := h.i - 1; j >= 0; j-- {
		n := p.hits[j]
		if h.start-n.start > 3000 || n.start < h.start-preempt(h) {
			break
		}
		past += p.opacity(h, n.o.Start, false) * strain.Smootherstep(n.lazyJump, 15, 150) * near(h.start-n.start)
	}
	constant := p.constant(h)
	future := math.Sqrt(visible)
	if next := p.at(h.i + 1); next != nil {
		future *= strain.Smootherstep(next.lazyJump, 15, 150)
	}
	density := math.Pow(past+future, 1.7) * 0.4 * constant * velocity
	density = math.Pow(math.Max(0, density-2.5), 0.45) * 2.4
	hidden := 0.0
	if p.f.fading {
		hidden = (math.Pow(preempt(h), 2.2)*0.01 + math.Pow(visible+past, 3.3)*3) * constant * velocity * 0.01
		hidden = math.Pow(hidden, 0.4) * 0.28
		last := p.at(h.i - 1)
		if h.lazyJump == 0 && p.opacity(h, last.o.Start, true) == 0 && last.start > h.start-preempt(h) {
			hidden += 0.28 * 2500 / math.Pow(h.adjusted, 1.5)
		}
	}
	early := math.Pow((500-preempt(h)+math.Abs(preempt(h)-500))/2, 2.5) / 140000 * constant * velocity
	return strain.Norm(1.5, early, hidden, density) * bpmBonus(0.8, h.adjusted)
}

func (p *plain) constant(h *plainHit) float64 {
	count, gap := 0.0, 0.0
	p0 := h
	var p1, p2 *plainHit
	for i := 0; gap < 2000; i++ {
		o := p.at(h.i - 1 - i)
		if o == nil {
			break
		}
		long := 1 - strain.ReverseLerp(o.adjusted, 200, 2000)
		if o.angle != nil && h.angle != nil {
			difference, alternating := math.Abs(*h.angle-*o.angle), math.Pi
			if p0.angle != nil && p1 != nil && p1.angle != nil && p2 != nil && p2.angle != nil {
				alternating = math.Abs(*p1.angle-*o.angle) + math.Abs(*p2.angle-*p0.angle)
				weight := strain.ReverseLerp(math.Min(*o.angle, *p0.angle)*180/math.Pi, 20, 5) *
					strain.ReverseLerp(math.Max(*o.angle, *p0.angle)*180/math.Pi, 60, 120)
				alternating = math.Pi*(1-weight) + 0.1*alternating*weight
			}
			stack := strain.Smootherstep(o.lazyJump, 0, 50)
			count += math.Cos(3*math.Min(degrees(30), math.Min(difference, alternating)*stack)) * long
		}
		gap = h.start - o.start
		p2, p1, p0 = p1, p0, o
	}
	return clamp(2/count, 0.2, 1)
}

func (p *plain) flashlight() (objects []float64) {
	current := 0.0
	for _, h := range p.hits {
		difficulty := p.memory(h)
		if p.f.touch {
			difficulty = math.Pow(difficulty, 0.9)
		}
		difficulty *= (1 - p.f.attraction) * p.f.deflation
		if p.f.relax {
			difficulty *= 0.7
		}
		if p.f.autopilot {
			difficulty *= 0.4
		}
		difficulty *= 0.985 + math.Pow(p.od(h), 2)/4000
		current = current*math.Pow(0.15, h.delta/1000) + difficulty*0.058
		objects = append(objects, current)
	}
	return objects
}

func (p *plain) memory(h *plainHit) float64 {
	if h.spinner() {
		return 0
	}
	scale := 52 / p.b.Radius()
	small, time, sum, repeated := 1.0, 0.0, 0.0, 0.0
	last := h
	for i := range min(h.i, 10) {
		o := p.at(h.i - 1 - i)
		time += last.adjusted
		if !o.spinner() {
			jump := float64(h.o.Stacked().Sub(o.o.Move(o.o.Last)).Length())
			if i == 0 {
				small = math.Min(1, jump/75)
			}
			stack := math.Min(1, o.lazyJump/scale/25)
			sum += stack * (1 + 0.4*(1-p.opacity(h, o.o.Start, p.f.fading))) * scale * jump / time
			if o.angle != nil && h.angle != nil && math.Abs(*o.angle-*h.angle) < 0.02 {
				repeated += math.Max(1-0.1*float64(i), 0)
			}
		}
		last = o
	}
	sum = math.Pow(small*sum, 2)
	if p.f.hidden {
		sum *= 1.2
	}
	sum *= 0.2 + 0.8/(repeated+1)
	if h.o.Kind == Slider {
		travel := h.lazyTravel / scale
		bonus := math.Pow(math.Max(0, travel/h.travelTime-0.5), 0.5) * travel
		if h.path.Repeats > 0 {
			bonus /= float64(h.path.Repeats + 1)
		}
		sum += bonus * 1.3
	}
	return sum
}
