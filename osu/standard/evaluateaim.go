package standard

import (
	"math"

	"github.com/pure-peace/peace/osu/strain"
)

// approach is how the cursor gets to an object, as far as it does not matter whether sliders count.
type approach struct {
	delta, lastDelta     float64 // adjusted, of the object and the one before
	wideTime, lastWide   float64 // powers of them
	acuteTime            float64 // 0 to 1 as delta is short
	longest, shortest    float64 // of delta and lastDelta
	hasAngle, hasAngles  bool    // of the object, and of the one before as well
	angle, lastAngle     float64
	acuteness            float64 // 0 to 1, of angle
	repetition           float64 // factor by how often the jump's vector and angle were repeated
	middle               float64 // factor by whether the cursor goes back and forth through one point
	flowRhythm, flowTurn float64 // factors by changes of rhythm and of angle
	overlap              float64 // 1, or less when the last three objects overlap
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

// Angles in radians, by degrees.
const (
	degrees20 = 0.3490658503988659

	sharp    = 0.6981317007977318 // 40
	blunt    = 2.443460952792061  // 140
	wiggling = 1.0471975511965976 // 60
	straight = 1.9198621771937625 // 110
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
	snap, flow := a.evaluate(&r, c.factors.smallFlow)
	with = c.combine(snap*c.now.snap, agility, flow)

	plain := reach{jump: h.jump, lastJump: last.jump, longest: h.jump}
	if plain == r {
		return with, with
	}
	snap, flow = a.evaluate(&plain, c.factors.smallFlow)
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
func (c *calculator) approach(a *approach, i int) {
	h, last, lastLast := &c.hits[i], &c.hits[i-1], &c.hits[i-2]
	a.delta, a.lastDelta = h.adjusted, last.adjusted
	a.longest, a.shortest = max(a.delta, a.lastDelta), min(a.delta, a.lastDelta)
	a.hasAngle, a.hasAngles = h.hasAngle, h.hasAngle && last.hasAngle
	a.angle, a.lastAngle = h.angle, last.angle
	a.repetition, a.middle, a.flowTurn = 1, 1, 1
	if a.hasAngle {
		a.acuteness = acuteness(a.angle)
	}
	if a.hasAngles {
		a.wideTime, a.lastWide = c.now.wide, c.lastWide
		a.acuteTime = c.now.acute
		a.repetition = c.repetition(i)
		if i > 2 {
			// Angles are around the object before, so that the jumps of this and the last object go through its place.
			if d := c.hits[i-3].position.Sub(last.position).Length(); d < 1 {
				a.middle = 1 - 0.55*float64(1-d)
			}
		}
		turn := math.Sin(math.Abs(a.angle-a.lastAngle)/2) * 180 / (a.delta * 0.1)
		a.flowTurn = 0.8 + math.Sqrt(turn/270)
	}
	change := (a.longest - a.shortest) / 50
	a.flowRhythm = 1 + min(0.25, change*change*change*change)
	a.overlap = 1
	if i > 2 {
		o := c.overlap(h, last)
		if o != 0 {
			o *= c.overlap(h, lastLast) * c.overlap(last, lastLast)
		}
		a.overlap = 1 - o
	}
}

// evaluate returns how hard it is to snap to an object and to flow through it, the former without the factors of small circles
// and short times, the latter with them.
//
// Source: ppy/osu osu.Game.Rulesets.Osu/Difficulty/Evaluators/Aim/SnapAimEvaluator.cs and FlowAimEvaluator.cs.
func (a *approach) evaluate(r *reach, smallFlow float64) (snap, flow float64) {
	velocity, lastVelocity := r.longest/a.delta, r.lastJump/a.lastDelta

	snap = velocity * a.repetition
	if a.hasAngles {
		snap += a.angles(r, velocity, lastVelocity)
	}
	flow = velocity * smallFlow * a.flowRhythm * a.flowTurn
	if a.hasAngle {
		flow += velocity * a.acuteness * a.overlap
	}
	if max(lastVelocity, velocity) != 0 {
		velocity = r.jump / a.delta
		change := math.Abs(lastVelocity - velocity)
		bonus := min(diameter*1.25/a.shortest, change) * strain.Smoothstep(change/max(lastVelocity, velocity), 0, 1)
		same := a.shortest / a.longest
		snap += bonus * same * same * 0.9
		flow += bonus * a.overlap * 0.52
	}
	if r.travel < 1 {
		snap += r.travel * 1.5
	} else {
		snap += strain.Pow(r.travel, 0.75) * 1.5
	}
	flow = strain.Pow(flow+r.travel, 1.45) * strain.Smootherstep(r.jump, 0, radius)
	return snap, flow
}

// angles returns the bonus of snapping by angle.
func (a *approach) angles(r *reach, velocity, lastVelocity float64) float64 {
	slower := min(velocity, lastVelocity)

	acute := 0.0
	if a.longest < 1.25*a.shortest {
		acute = a.acuteness
		was := acuteness(a.lastAngle)
		acute *= 0.08 + 0.92*(1-min(acute, was*was*was))
		acute *= slower * a.acuteTime * strain.Smootherstep(r.jump, 0, diameter*2)
	}
	wide := wideness(a.angle)
	was := wideness(a.lastAngle)
	wide *= 0.25 + 0.75*(1-min(wide, was*was*was))
	wide *= min(r.longest/a.wideTime, r.lastJump/a.lastWide)
	wide *= a.middle
	bonus := max(acute*2.41, wide*9.67)

	if turn := strain.Smootherstep(a.angle, straight, wiggling) * strain.Smootherstep(a.lastAngle, straight, wiggling); turn != 0 {
		bonus += slower * wiggle(r.jump) * wiggle(r.lastJump) * turn * 1.02
	}
	return bonus
}

// wiggle is highest for jumps of about a diameter.
func wiggle(jump float64) float64 {
	if jump <= radius || jump >= diameter*3 {
		return 0
	}
	w := 1.0
	if jump > diameter {
		w = strain.Pow(strain.ReverseLerp(jump, diameter*3, diameter), 1.8)
	}
	return w * strain.Smootherstep(jump, radius, diameter)
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
	stack := strain.Smootherstep(h.lazyJump, 0, diameter)
	turn := cosine(min(1, 2*right*math.Abs(h.angle-last.angle)*stack))
	nerf := 1 - 0.15*acuteness(last.angle)*turn
	nerf += (1 - nerf) * vector * 0.5 * stack
	return nerf * nerf
}

func acuteness(angle float64) float64 { return strain.Smoothstep(angle, blunt, sharp) }
func wideness(angle float64) float64  { return strain.Smoothstep(angle, sharp, blunt) }

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
