package standard

import (
	"math"

	"github.com/pure-peace/peace/osu/strain"
)

// degrees returns radians, rounded as .NET does.
func degrees(d float64) float64 { return d * math.Pi / 180 }

func plainAcuteness(angle float64) float64 {
	return strain.Smoothstep(angle, degrees(140), degrees(40))
}
func plainWideness(angle float64) float64 { return strain.Smoothstep(angle, degrees(40), degrees(140)) }

func (p *plain) od(h *plainHit) float64 { return math.Max(0, (79.5-h.window/2)/6) }
func (p *plain) small() float64         { return math.Max(1, 1+(30-p.b.Radius())/70) }

func bpmBonus(base, ms float64) float64 { return 1 / (1 - math.Pow(base, ms/1000)) }

func (p *plain) overlap(a, b *plainHit) float64 {
	d := float64(a.o.Stacked().Distance(b.o.Stacked()))
	r := p.b.Radius()
	return clamp(1-math.Pow(math.Max(d-r, 0)/r, 2), 0, 1)
}

func (p *plain) snap(h *plainHit, sliders bool) float64 {
	last := p.at(h.i - 1)
	if h.spinner() || h.i <= 1 || last.spinner() {
		return 0
	}
	distance, lastDistance := h.jump, last.jump
	if sliders {
		distance, lastDistance = h.lazyJump, last.lazyJump
	}
	velocity := distance / h.adjusted
	if last.o.Kind == Slider && sliders {
		velocity = math.Max(velocity, (last.lazyTravel+h.lazyJump)/h.adjusted)
	}
	lastVelocity := lastDistance / last.adjusted
	snap := velocity * p.repetition(h, last)
	longest, shortest := math.Max(h.adjusted, last.adjusted), math.Min(h.adjusted, last.adjusted)
	if h.angle != nil && last.angle != nil {
		influence := math.Min(velocity, lastVelocity)
		acute := 0.0
		if longest < 1.25*shortest {
			acute = plainAcuteness(*h.angle)
			acute *= 0.08 + 0.92*(1-math.Min(acute, math.Pow(plainAcuteness(*last.angle), 3)))
			acute *= influence * strain.Smootherstep(60000/(h.adjusted*2), 300, 400) * strain.Smootherstep(distance, 0, 200)
		}
		wide := plainWideness(*h.angle)
		wide *= 0.25 + 0.75*(1-math.Min(wide, math.Pow(plainWideness(*last.angle), 3)))
		v, w := distance/math.Pow(h.adjusted, 1.45), lastDistance/math.Pow(last.adjusted, 1.45)
		if last.o.Kind == Slider && sliders {
			v = math.Max(v, (last.lazyTravel+h.lazyJump)/math.Pow(h.adjusted, 1.45))
		}
		wide *= math.Min(v, w)
		if before := p.at(h.i - 3); before != nil {
			if d := before.o.Stacked().Sub(last.o.Stacked()).Length(); d < 1 {
				wide *= 1 - 0.55*float64(1-d)
			}
		}
		snap += math.Max(acute*2.41, wide*9.67)
		snap += influence * strain.Smootherstep(distance, 50, 100) * math.Pow(strain.ReverseLerp(distance, 300, 100), 1.8) *
			strain.Smootherstep(*h.angle, degrees(110), degrees(60)) * strain.Smootherstep(lastDistance, 50, 100) *
			math.Pow(strain.ReverseLerp(lastDistance, 300, 100), 1.8) * strain.Smootherstep(*last.angle, degrees(110), degrees(60)) * 1.02
	}
	if math.Max(lastVelocity, velocity) != 0 {
		if sliders {
			velocity = distance / h.adjusted
		}
		change := math.Abs(lastVelocity - velocity)
		snap += math.Min(125/shortest, change) * strain.Smoothstep(change/math.Max(lastVelocity, velocity), 0, 1) *
			math.Pow(shortest/longest, 2) * 0.9
	}
	if h.o.Kind == Slider && sliders {
		bonus := h.travel / h.travelTime
		if !(bonus < 1) {
			bonus = math.Pow(bonus, 0.75)
		}
		snap += bonus * 1.5
	}
	return snap * p.small() / (1 - math.Pow(0.03, math.Pow(h.adjusted/1000, 0.65)))
}

func (p *plain) repetition(h, last *plainHit) float64 {
	if h.angle == nil || last.angle == nil {
		return 1
	}
	count := 0.0
	for n := range 6 {
		before := p.at(h.i - 1 - n)
		if before == nil || math.Max(h.adjusted, before.adjusted) > 1.1*math.Min(h.adjusted, before.adjusted) {
			break
		}
		if before.vector != nil {
			count += math.Cos(8 * math.Min(degrees(11.25), math.Abs(*h.vector-*before.vector)))
		}
	}
	vector := math.Pow(math.Min(0.5/count, 1), 2)
	stack := strain.Smootherstep(h.lazyJump, 0, 100)
	adjusted := math.Cos(2 * math.Min(degrees(45), math.Abs(*h.angle-*last.angle)*stack))
	base := 1 - 0.15*plainAcuteness(*last.angle)*adjusted
	return math.Pow(base+(1-base)*vector*0.5*stack, 2)
}

func (p *plain) flow(h *plainHit, sliders bool) float64 {
	last, lastLast := p.at(h.i-1), p.at(h.i-2)
	if h.spinner() || h.i <= 1 || last.spinner() {
		return 0
	}
	distance, lastDistance := h.jump, last.jump
	if sliders {
		distance, lastDistance = h.lazyJump, last.lazyJump
	}
	velocity := distance / h.adjusted
	if last.o.Kind == Slider && sliders {
		velocity = math.Max(velocity, (last.lazyTravel+h.lazyJump)/h.adjusted)
	}
	lastVelocity := lastDistance / last.adjusted
	longest, shortest := math.Max(h.adjusted, last.adjusted), math.Min(h.adjusted, last.adjusted)
	flow := velocity * math.Sqrt(p.small()) * (1 + math.Min(0.25, math.Pow((longest-shortest)/50, 4)))
	if h.angle != nil && last.angle != nil {
		flow *= 0.8 + math.Sqrt(math.Sin(math.Abs(*h.angle-*last.angle)/2)*180/(h.adjusted*0.1)/270)
	}
	weight := 1.0
	if h.i > 2 {
		weight = 1 - p.overlap(h, last)*p.overlap(h, lastLast)*p.overlap(last, lastLast)
	}
	if h.angle != nil {
		flow += velocity * plainAcuteness(*h.angle) * weight
	}
	if math.Max(lastVelocity, velocity) != 0 {
		if sliders {
			velocity = distance / h.adjusted
		}
		change := math.Abs(lastVelocity - velocity)
		flow += math.Min(125/shortest, change) * strain.Smoothstep(change/math.Max(lastVelocity, velocity), 0, 1) * weight * 0.52
	}
	if h.o.Kind == Slider && sliders {
		flow += h.travel / h.travelTime
	}
	return math.Pow(flow, 1.45) * strain.Smootherstep(distance, 0, 50)
}

func (p *plain) aim(sliders bool) (objects []float64) {
	current := 0.0
	for _, h := range p.hits {
		if p.f.autopilot {
			objects = append(objects, 0)
			continue
		}
		agility := 0.0
		if !h.spinner() {
			travel := h.lazyJump
			if last := p.at(h.i - 1); last != nil {
				travel += last.lazyTravel
			}
			agility = math.Min(travel, 120) / 120 * 1000 / h.adjusted * math.Pow(p.small(), 1.5) * bpmBonus(0.2, h.adjusted) * 2.35
		}
		snap, flow := p.snap(h, sliders)*70.9, p.flow(h, sliders)*242
		combined := strain.Norm2(1.2, snap, agility)
		ratio := flow / combined
		probability := 1 / (1 + math.Exp(-7.27*math.Log(ratio)))
		if ratio == 0 {
			probability = 0
		} else if math.IsNaN(ratio) {
			probability = 1
		}
		if p.f.touch {
			combined = strain.Norm2(1.2, math.Pow(snap, 0.89), agility)
		}
		if p.f.relax {
			combined *= 0.75
			flow *= 0.6
		}
		total := (combined*probability + flow*(1-probability)) * 1.12 * (1 - p.f.attraction) * (0.985 + math.Pow(p.od(h), 2)/4000)
		decay := math.Pow(0.2, h.adjusted/1000)
		current = current*decay + total*(1-decay)
		objects = append(objects, current)
	}
	return objects
}
