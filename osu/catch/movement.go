package catch

import (
	"math"

	"github.com/pure-peace/peace/osu/strain"
)

const (
	sectionLength = 750  // milliseconds
	peakWeight    = 0.94 // of a section's peak relative to the next higher one
	strainDecay   = 0.2  // what is left of a strain after a second

	// normalHalfWidth is what half the width of every catcher is scaled to, in osu! pixels.
	normalHalfWidth float32 = 41

	// slack is how far off its centre the catcher is assumed to catch, in scaled osu! pixels.
	slack = normalHalfWidth - 16

	minStrainTime = 40 // milliseconds: 375 beats a minute

	directionBonus = 21
	edgeBonus      = 5.7
	edgeDistance   = 20 // osu! pixels short of a hyper dash that are hard
)

// move is what the catcher does for one palpable.
type move struct {
	distance float32 // scaled osu! pixels that it has to move at least, to the right if positive
	exact    float32 // the same if it is to catch with its centre
	time     float64 // milliseconds for it, at least minStrainTime
	speed    float64 // scaled osu! pixels a millisecond
}

// memory is how many moves are remembered: more than the ten that are looked back upon, and a power of two.
const memory = 16

// movement measures how hard it is to be at the right place at the right time, the only skill of the ruleset. It is fed with
// one palpable that counts for the combo after the other.
//
// Sources: ppy/osu osu.Game.Rulesets.Catch/Difficulty/Skills/Movement.cs, Evaluators/MovementEvaluator.cs and
// Preprocessing/CatchDifficultyHitObject.cs; osu.Game/Rulesets/Difficulty/Skills/StrainDecaySkill.cs.
type movement struct {
	rate  float64
	scale float32 // of osu! pixels

	count  int     // moves so far
	player float32 // where the catcher is, in scaled osu! pixels
	moves  [memory]move

	strain   float64
	sections strain.Sections
}

// newMovement returns the skill for b, which it has not been fed with yet.
func newMovement(b *Beatmap) movement {
	size := b.Difficulty.CircleSize
	half := catchWidth(size) * 0.5
	half *= 1 - float32(max(0, size-5.5)*0.0625) // small catchers are harder than their size alone tells
	return movement{rate: b.Rate, scale: normalHalfWidth / half, sections: strain.NewSections(sectionLength, len(b.combo)/2)}
}

// add takes in the next palpable and the one before it, and returns the strain at it.
func (m *movement) add(from, to *Palpable) float64 {
	start, first := to.Time/m.rate, m.count == 0
	if first {
		m.player = from.X * m.scale
	}
	if first || !m.sections.Within(start) {
		m.sections.AdvanceDecay(start, first, strain.Decay{Value: m.strain, Since: from.Time / m.rate, Rate: decayRate})
	}
	delta := (to.Time - from.Time) / m.rate
	m.strain = float64(m.strain*strain.Exp(decayRate*delta)) + m.evaluate(from, to, delta)
	m.count++
	m.sections.Add(m.strain)
	return m.strain
}

var decayRate = strain.DecayRate(strainDecay)

// slowing is the difficulty that is left of a move after so many of the same speed and direction: 0.7 each.
var slowing = [...]float64{
	1, 0.7, 0.7 * 0.7, 0.7 * 0.7 * 0.7, 0.7 * 0.7 * 0.7 * 0.7, 0.7 * 0.7 * 0.7 * 0.7 * 0.7,
	0.117649, 0.0823543, 0.05764801, 0.040353607, 0.0282475249,
}

// evaluate makes the next move, which has delta milliseconds, and returns what it adds to the strain.
func (m *movement) evaluate(from, to *Palpable, delta float64) float64 {
	x := to.X * m.scale
	player := clamp(m.player, x-slack, x+slack)
	current := &m.moves[m.count%memory]
	*current = move{distance: player - m.player, exact: x - m.player, time: max(minStrainTime, delta)}
	current.speed = math.Abs(float64(current.distance) / current.time)
	m.player = player
	if from.HyperDash {
		m.player = x // a hyper dash ends exactly where it should
	}

	last, lastLast := &m.moves[(m.count-1)&(memory-1)], &m.moves[(m.count-2)&(memory-1)]
	if m.buzzes(current, last, lastLast) {
		return 0
	}
	time := current.time + 13 + 3/m.rate
	if current.distance == 0 {
		return 0
	}
	length := float32(math.Abs(float64(current.distance)))
	difficulty := strain.Pow(float64(length), 1.3) / 510
	if float64(length) > 0.1 {
		if m.count > 0 && math.Abs(float64(last.distance)) > 0.1 && (current.distance > 0) != (last.distance > 0) {
			difficulty += turn(length, last, time)
		}
		// Every move is worth something, for the sake of streams.
		difficulty += 12.5 * float64(min(length, normalHalfWidth*2)) / float64(normalHalfWidth*6) / math.Sqrt(time)
	}
	difficulty *= slowing[m.steady(current)]

	if from.DistanceToHyperDash <= edgeDistance && !from.HyperDash {
		// Less of an edge in less time.
		haste := min(current.time*m.rate, 265) / 265
		short := float64((edgeDistance - from.DistanceToHyperDash) / edgeDistance)
		difficulty *= 1 + float64(edgeBonus*short*(haste*math.Sqrt(haste)))
	}
	return difficulty / time
}

// turn is the difficulty of moving length to the other side than with the last move, when there is time for it.
func turn(length float32, last *move, time float64) float64 {
	lastLength := float32(math.Abs(float64(last.distance)))
	size := float64(min(50, length) / 50)
	antiflow := max(float64(min(70, lastLength)/70), 0.38)
	seconds := time / 1000
	return directionBonus / math.Sqrt(last.time+16) * size * antiflow * max(1-float64(seconds*seconds*seconds), 0)
}

// steady counts the moves, of the last ten, that were of the current one's direction and speed.
func (m *movement) steady(current *move) int {
	n := 0
	for ; n < min(m.count, 10); n++ {
		previous := &m.moves[(m.count-1-n)&(memory-1)]
		if previous.distance == 0 || (current.distance > 0) != (previous.distance > 0) {
			break
		}
		if math.Abs(current.speed/previous.speed-1) > 0.05 {
			break
		}
	}
	return n
}

// buzzes reports whether the last moves go back and forth evenly and by less than the catcher's width, as over a short stream
// that repeats: nobody moves for these.
func (m *movement) buzzes(current, last, lastLast *move) bool {
	return m.count >= 2 && math.Abs(float64(current.exact)) <= float64(normalHalfWidth*2) &&
		current.exact == -last.exact && last.exact == -lastLast.exact &&
		current.time == last.time && last.time == lastLast.time
}
