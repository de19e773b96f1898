package mania

import (
	"math"

	"github.com/pure-peace/peace/osu/beatmap"
)

// circlePattern makes the notes of one circle. Source: ppy/osu
// osu.Game.Rulesets.Mania/Beatmaps/Patterns/Legacy/HitCirclePatternGenerator.cs.
type circlePattern struct {
	*converter
	object *beatmap.HitObject
	style  style
	made   pattern
}

// circle converts a circle.
func (c *converter) circle(o *beatmap.HitObject) {
	p := circlePattern{converter: c, object: o, style: c.circleStyle(o)}
	begin := len(c.objects)
	p.generate()
	for _, made := range c.objects[begin:] {
		if p.style.has(stair) && made.Column == c.columns-1 {
			c.stair = reverseStair
		}
		if p.style.has(reverseStair) && made.Column == c.start {
			c.stair = stair
		}
	}
	c.last = p.made
}

// circleStyle chooses by how near a circle is to what came before it, in time and in space.
func (c *converter) circleStyle(o *beatmap.HitObject) style {
	var s style
	near := o.Position.Sub(c.lastAt).Length() < 20
	switch gap := o.Start - c.lastTime; {
	case gap <= 80:
		s = forceNotStack | keepSingle
	case gap <= 95:
		s = forceNotStack | keepSingle | c.stair
	case gap <= 105:
		s = forceNotStack | lowProbability
	case gap <= 125:
		s = forceNotStack
	case gap <= 135 && near:
		s = cycle | keepSingle
	case gap <= 150 && near:
		s = forceStack | lowProbability
	default:
		dense := c.source.Points.TimingAt(o.Start).BeatLength / 2.5
		switch {
		case near && c.density >= dense:
			s = reversed | lowProbability
		case c.density < dense || c.source.Points.EffectAt(o.Start).Kiai:
		default:
			s = lowProbability
		}
	}
	if s.has(keepSingle) {
		return s
	}
	if o.Sound&beatmap.SoundFinish != 0 && c.columns != 8 {
		return s | mirrored
	}
	if o.Sound&beatmap.SoundClap != 0 {
		return s | gathered
	}
	return s
}

func (c *circlePattern) put(column int) {
	c.add(&c.made, column, c.object.Start, c.object.Start, false)
}

func (c *circlePattern) generate() {
	if c.columns == 1 {
		c.put(0)
		return
	}
	if c.follow() {
		return
	}
	switch hard := c.difficulty; {
	case c.style.has(keepSingle):
		c.notes(1)
	case c.style.has(mirrored) && hard > 6.5:
		c.symmetrical(0.12, 0.38, 0.12)
	case c.style.has(mirrored) && hard > 4:
		c.symmetrical(0.12, 0.17, 0)
	case c.style.has(mirrored):
		c.symmetrical(0.12, 0, 0)
	case hard > 6.5 && c.style.has(lowProbability):
		c.some(0.78, 0.42, 0, 0)
	case hard > 6.5:
		c.some(1, 0.62, 0, 0)
	case hard > 4 && c.style.has(lowProbability):
		c.some(0.35, 0.08, 0, 0)
	case hard > 4:
		c.some(0.52, 0.15, 0, 0)
	case hard > 2 && c.style.has(lowProbability):
		c.some(0.18, 0, 0, 0)
	case hard > 2:
		c.some(0.45, 0, 0, 0)
	default:
		c.some(0, 0, 0, 0)
	}
}

// follow makes a pattern out of the last one, without drawing, if the style asks for that and there is one.
func (c *circlePattern) follow() bool {
	last, column := c.last, c.last.first
	switch {
	case last.objects == 0:
		return false
	case c.style.has(reversed):
		for i := c.start; i < c.columns; i++ {
			if last.taken>>i&1 != 0 {
				c.put(c.start + c.columns - i - 1)
			}
		}
	case c.style.has(cycle) && last.objects == 1 && (c.columns != 8 || column != 0) && (c.columns%2 == 0 || column != c.columns/2):
		c.put(c.start + c.columns - column - 1)
	case c.style.has(forceStack):
		for i := c.start; i < c.columns; i++ {
			if last.taken>>i&1 != 0 {
				c.put(i)
			}
		}
	case last.objects == 1 && c.style.has(stair):
		if column++; column == c.columns {
			column = c.start
		}
		c.put(column)
	case last.objects == 1 && c.style.has(reverseStair):
		if column--; column == c.start-1 {
			column = c.columns - 1
		}
		c.put(column)
	default:
		return false
	}
	return true
}

// notes makes up to n notes, beginning with the column under the circle.
func (c *circlePattern) notes(n int) {
	avoid := uint32(0)
	if c.style.has(forceNotStack) {
		n = min(n, c.columns-c.start-c.last.columns())
		avoid = c.last.taken
	}
	column := c.randomColumnAt(c.object.Position.X)
	for range n {
		column = c.freeBy(column, c.start, c.columns, c.made.taken|avoid, c.style.has(gathered))
		c.put(column)
	}
}

// special adds a note in the special first of 8 columns if the circle plays both a clap and a finish.
func (c *circlePattern) special() {
	if c.start > 0 && c.object.Sound&beatmap.SoundClap != 0 && c.object.Sound&beatmap.SoundFinish != 0 {
		c.put(0)
	}
}

// some makes as many notes as it draws by the probabilities of 2, 3, 4 and 5.
func (c *circlePattern) some(p2, p3, p4, p5 float64) {
	switch c.columns {
	case 2:
		p2, p3, p4, p5 = 0, 0, 0, 0
	case 3:
		p2, p3, p4, p5 = math.Min(p2, 0.1), 0, 0, 0
	case 4:
		p2, p3, p4, p5 = math.Min(p2, 0.23), math.Min(p3, 0.04), 0, 0
	case 5:
		p3, p4, p5 = math.Min(p3, 0.15), math.Min(p4, 0.03), 0
	}
	if c.object.Sound&beatmap.SoundClap != 0 {
		p2 = 1
	}
	c.notes(c.count(p2, p3, p4, p5))
	c.special()
}

// symmetrical makes pairs of notes with the same distance from the centre; centre, p2 and p3 are the probabilities of a note in
// the centre, of 2 and of 3 pairs.
func (c *circlePattern) symmetrical(centre, p2, p3 float64) {
	if c.style.has(forceNotStack) {
		c.some(0.5+p2/2, p2, (p2+p3)/2, p3)
		return
	}
	n, withCentre := c.pairs(centre, p2, p3)
	half := c.columns / 2
	column := c.randomColumn(c.start, half)
	for range n {
		column = c.free(column, c.start, half, c.made.taken)
		c.put(column)
		c.put(c.start + c.columns - column - 1)
	}
	if withCentre {
		c.put(half)
	}
	c.special()
}

// pairs draws how many pairs symmetrical makes, and whether there is a note in the centre.
func (c *circlePattern) pairs(centre, p2, p3 float64) (n int, withCentre bool) {
	switch c.columns {
	case 2:
		centre, p2, p3 = 0, 0, 0
	case 3:
		centre, p2, p3 = math.Min(centre, 0.03), 0, 0
	case 4: // stable doubles the opposite of the probability, and lets it pass 1
		centre, p2, p3 = 0, 1-math.Max((1-p2)*2, 0.8), 0
	case 5:
		centre, p3 = math.Min(centre, 0.03), 0
	case 6:
		centre, p2, p3 = 0, 1-math.Max((1-p2)*2, 0.5), 1-math.Max((1-p3)*2, 0.85)
	}
	drawn := c.random.NextDouble()
	n = c.count(max(p2, 0), max(p3, 0), 0, 0)
	return n, c.columns%2 != 0 && n != 3 && drawn > 1-centre
}
