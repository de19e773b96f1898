package standard

import (
	"math"

	"github.com/pure-peace/peace/osu/strain"
)

// approach is how the cursor gets to an object, as far as it does not matter whether sliders count.
type approach struct {
	perDelta, perLast float64 // one by the times between the objects, adjusted, of the object and the one before
	perWide, lastWide float64 // one by powers of them
	snap, flow        float64 // factors of the velocity
	acute, wide, turn float64 // factors of the bonuses by angle
	most              float64 // highest change of velocity that counts
	snapChange        float64 // factors of the change of velocity
	flowChange        float64
}

// reach is how far the cursor moves to an object, either with sliders or as if they were circles.
type reach struct {
	jump, lastJump float64
	longest        float64 // jump, or the way along the slider before and on to the object
	travel         float64 // velocity along the object if it is a slider
}

const (
	snapMultiplier    = 70.9
	agilityMultiplier = 2.35
	flowMultiplier    = 242.0
	aimMultiplier     = 1.12
	snapNorm          = 1.2
)

// aimDifficulty returns how hard it is to get to an object that is no spinner, with sliders and as if they were circles.
//
// Source: ppy/osu osu.Game.Rulesets.Osu/Difficulty/Skills/Aim.cs, calculateAdjustedDifficulty.
func (c *calculator) aimDifficulty(i int) (with, without float64) {
	h := &c.hits[i]
	if i <= 1 || c.hits[i-1].kind == Spinner {
		return 0, 0 // as nothing has to be flowed through, it counts as flowed through
	}
	last := &c.hits[i-1]
	agility := strain.Pow(c.agility(i)*agilityMultiplier, snapNorm)
	var a approach
	c.approach(&a, i)
	r := reach{jump: h.lazyJump, lastJump: last.lazyJump, longest: h.lazyJump}
	if last.kind == Slider {
		r.longest = max(r.longest, last.lazyTravel+h.lazyJump)
	}
	if h.kind == Slider {
		r.travel = h.travel / h.travelTime
	}
	snap, flow := a.evaluate(&r)
	with = c.combine(snap*c.now.snap, agility, flow)

	plain := reach{jump: h.jump, lastJump: last.jump, longest: h.jump}
	if plain == r {
		return with, with
	}
	snap, flow = a.evaluate(&plain)
	return with, c.combine(snap*c.now.snap, agility, flow)
}

// combine adds up what snapping to an object takes and what flowing through it does, by how likely it is to be snapped.
// agility is given as its power of snapNorm.
func (c *calculator) combine(snap, agility, flow float64) float64 {
	snap *= snapMultiplier
	flow *= flowMultiplier
	sum := strain.Pow(snap, snapNorm) + agility
	snapping := strain.Pow(sum, 1/snapNorm)

	p := snapProbability(flow / snapping)
	if c.flags.touch {
		snapping = strain.Pow(strain.Pow(snap, 0.89*snapNorm)+agility, 1/snapNorm)
	}
	if c.flags.relax {
		snapping *= 0.75
		flow *= 0.6
	}
	return (snapping*p + flow*(1-p)) * c.factors.aim
}

// snapProbability returns how likely an object is snapped to, by the ratio of how hard flowing and snapping are.
func snapProbability(ratio float64) float64 {
	switch {
	case ratio == 0:
		return 0
	case math.IsNaN(ratio):
		return 1
	}
	return 1 / (1 + strain.Pow(ratio, -7.27))
}

// agility is how hard it is to move the cursor to an object, not the first, at once.
//
// Source: ppy/osu osu.Game.Rulesets.Osu/Difficulty/Evaluators/Aim/AgilityEvaluator.cs.
func (c *calculator) agility(i int) float64 {
	const longest = diameter * 1.2
	return min(c.hits[i].lazyJump+c.hits[i-1].lazyTravel, longest) / longest * c.now.agility
}

// approach looks at the objects before object i, which is at least the third.
//
// Source: ppy/osu osu.Game.Rulesets.Osu/Difficulty/Evaluators/Aim/SnapAimEvaluator.cs and FlowAimEvaluator.cs.
func (c *calculator) approach(a *approach, i int) {
	h, last := &c.hits[i], &c.hits[i-1]
	longest, shortest := max(h.adjusted, last.adjusted), min(h.adjusted, last.adjusted)
	a.perDelta, a.perLast = 1/h.adjusted, 1/last.adjusted
	a.most = diameter * 1.25 / shortest
	same := shortest / longest
	a.snapChange = 0.9 * same * same

	overlap := 1.0
	if i > 2 {
		lastLast := &c.hits[i-2]
		if o := c.overlap(h, last); o != 0 {
			overlap = 1 - o*c.overlap(h, lastLast)*c.overlap(last, lastLast)
		}
	}
	a.flowChange = 0.52 * overlap

	a.snap = 1
	change := (longest - shortest) * (1.0 / 50)
	a.flow = c.factors.smallFlow * (1 + min(0.25, change*change*change*change))
	if !h.hasAngle {
		return
	}
	wide := wideness(h.angle)
	if last.hasAngle {
		a.snap = c.repetition(i)
		turn := sine(math.Abs(h.angle-last.angle)/2) * 180 / 0.1 * a.perDelta
		a.flow *= 0.8 + math.Sqrt(turn/270)
		c.angles(a, i, wide, same > 1/1.25)
	}
	a.flow += (1 - wide) * overlap
}

// angles sets the factors of the bonuses by angle; steady says that the two deltas are about the same.
func (c *calculator) angles(a *approach, i int, wide float64, steady bool) {
	h, last := &c.hits[i], &c.hits[i-1]
	a.perWide, a.lastWide = c.now.perWide, c.lastWide
	was := wideness(last.angle)
	if steady {
		acute, was := 1-wide, 1-was
		a.acute = 2.41 * acute * (0.08 + 0.92*(1-min(acute, was*was*was))) * c.now.acute
	}
	a.wide = 9.67 * wide * (0.25 + 0.75*(1-min(wide, was*was*was)))
	if i > 2 {
		// Angles are around the object before, so that the jumps of this and the last object go through its place.
		if d := c.hits[i-3].position.Sub(last.position).Length(); d < 1 {
			a.wide *= 1 - 0.55*float64(1-d)
		}
	}
	a.turn = 1.02 * wiggling(h.angle) * wiggling(last.angle)
}

// evaluate returns how hard it is to snap to an object and to flow through it, the former without the factors of small circles
// and short times, the latter with them.
func (a *approach) evaluate(r *reach) (snap, flow float64) {
	velocity, last := r.longest*a.perDelta, r.lastJump*a.perLast
	slower := min(velocity, last)

	snap = velocity*a.snap + max(a.acute*slower*strain.SmootherstepUnit(r.jump*(0.5/diameter)),
		a.wide*min(r.longest*a.perWide, r.lastJump*a.lastWide))
	if a.turn != 0 {
		snap += a.turn * slower * wiggle(r.jump) * wiggle(r.lastJump)
	}
	flow = velocity * a.flow
	if max(last, velocity) != 0 {
		velocity = r.jump * a.perDelta
		change := math.Abs(last - velocity)
		bonus := min(a.most, change) * strain.SmoothstepUnit(change/max(last, velocity))
		snap += bonus * a.snapChange
		flow += bonus * a.flowChange
	}
	if r.travel < 1 {
		snap += r.travel * 1.5
	} else {
		snap += strain.Pow(r.travel, 0.75) * 1.5
	}
	flow = strain.Pow(flow+r.travel, 1.45) * strain.SmootherstepUnit(r.jump*(1.0/radius))
	return snap, flow
}

// wiggle is highest for jumps of about a diameter.
func wiggle(jump float64) float64 {
	if jump <= radius || jump >= diameter*3 {
		return 0
	}
	w := 1.0
	if jump > diameter {
		w = strain.Pow((diameter*3-jump)*(0.5/diameter), 1.8)
	}
	return w * strain.SmootherstepUnit((jump-radius)*(1.0/radius))
}

// overlap returns 0 to 1 as two objects overlap.
func (c *calculator) overlap(a, b *hit) float64 {
	d := max(float64(a.position.Distance(b.position))-c.radius, 0) / c.radius
	return clamp(1-d*d, 0, 1)
}

// repetition is a factor by how often the direction and the angle of a jump were the same before. Both this object and the
// last have an angle.
func (c *calculator) repetition(i int) float64 {
	const limit = 6

	h, last := &c.hits[i], &c.hits[i-1]
	same := 0.0
	for j := i - 1; j >= max(i-limit, 0); j-- {
		before := &c.hits[j]
		// A change of rhythm takes the momentum away.
		if max(h.adjusted, before.adjusted) > 1.1*min(h.adjusted, before.adjusted) {
			break
		}
		if before.hasAngle {
			same += cosine(min(1, 8*right*math.Abs(h.vector-before.vector)))
		}
	}
	vector := 1.0
	if !(same <= 0.5) {
		vector = 0.5 / same
		vector *= vector
	}
	stack := strain.SmootherstepUnit(h.lazyJump * (1.0 / diameter))
	turn := cosine(min(1, 2*right*math.Abs(h.angle-last.angle)*stack))
	nerf := 1 - 0.15*(1-wideness(last.angle))*turn
	nerf += (1 - nerf) * vector * 0.5 * stack
	return nerf * nerf
}

// wideness rises from 0 at 40 degrees to 1 at 140; how acute an angle is rises likewise as it falls.
func wideness(angle float64) float64 {
	const narrow, per = 40 * math.Pi / 180, 180 / math.Pi / 100
	return strain.SmoothstepUnit((angle - narrow) * per)
}

// wiggling rises from 0 at 110 degrees to 1 at 60.
func wiggling(angle float64) float64 {
	const straight, per = 110 * math.Pi / 180, 180 / math.Pi / 50
	return strain.SmootherstepUnit((straight - angle) * per)
}

// sine is math.Sin for 0 to π/2, to within 1e-15 of its value, by a Chebyshev series.
func sine(x float64) float64 {
	y := x * x
	z := y * y
	low := (1 + y*-0.16666666666666072) + z*(0.008333333333282756+y*-0.00019841269824861897)
	high := (2.7557316609073673e-06 + y*-2.505188194671259e-08) + z*(1.6048168318165643e-10+y*-7.374387503862757e-13)
	return x * (low + z*z*high)
}

// cosine is the cosine of x·π/2 for 0 to 1, to within 1e-14, by a Chebyshev series. Close to 1 it may be as much below 0.
func cosine(x float64) float64 {
	y := x * x
	z := y * y
	low := (1 + y*-1.2337005501359215) + z*(0.2536695078958309+y*-0.020863480721590055)
	high := (0.0009192601105983545 + y*-2.52016913827359e-05) + z*(4.706713995845052e-07+y*-6.1289345837731264e-09)
	return low + z*z*high
}

// right is how many right angles a radian is.
const right = 2 / math.Pi
