package mania

import (
	"math"
	"math/bits"
)

// pattern is which columns the notes made of one object are in.
type pattern struct {
	taken   uint32 // one bit for each column
	objects int
	first   int // column of the first object
}

// columns returns how many columns have an object.
func (p *pattern) columns() int { return bits.OnesCount32(p.taken) }

// style is the set of ways to make a pattern. Source: ppy/osu
// osu.Game.Rulesets.Mania/Beatmaps/Patterns/Legacy/PatternType.cs.
type style uint16

const (
	forceStack     style = 1 << iota // on the columns of the last pattern
	forceNotStack                    // on other columns than the last pattern
	keepSingle                       // one note
	lowProbability                   // fewer notes
	gathered                         // side by side
	mirrored                         // symmetrical
	reversed                         // the last pattern mirrored
	cycle                            // like reversed, but only of one note
	stair                            // one column right of the last note
	reverseStair                     // one column left of the last note
)

func (s style) has(t style) bool { return s&t != 0 }

// add appends an object to the beatmap, as part of p.
func (c *converter) add(p *pattern, column int, start, end float64, hold bool) {
	if column < 0 || column >= c.columns {
		c.failed = ErrNoColumn
		return
	}
	if p.objects == 0 {
		p.first = column
	}
	p.objects++
	p.taken |= 1 << column
	c.objects = append(c.objects, Object{Start: start, End: end, Column: column, Hold: hold})
}

// columnAt returns the column at a horizontal position of the playfield, 0 to 512.
func (c *converter) columnAt(x float32) int { return columnOf(x, c.columns) }

// randomColumnAt is columnAt that leaves the special first of 8 columns alone.
func (c *converter) randomColumnAt(x float32) int {
	if c.columns == 8 {
		return columnOf(x, 7) + 1
	}
	return columnOf(x, c.columns)
}

func columnOf(x float32, columns int) int {
	column := truncate(math.Floor(float64(x / (512 / float32(columns)))))
	return min(max(column, 0), columns-1)
}

// randomColumn draws a column of at least lower and below upper.
func (c *converter) randomColumn(lower, upper int) int { return c.random.NextRange(lower, upper) }

// free returns column if it is not taken, else draws columns of at least lower and below upper until one is not.
func (c *converter) free(column, lower, upper int, taken uint32) int {
	return c.freeBy(column, lower, upper, taken, false)
}

// freeBy is free, which goes right column by column instead of drawing if next is set.
func (c *converter) freeBy(column, lower, upper int, taken uint32, next bool) int {
	if taken>>column&1 == 0 {
		return column
	}
	within := uint32(1)<<upper - uint32(1)<<lower
	if lower >= upper || taken&within == within {
		c.failed = ErrNoColumn
		return column
	}
	for taken>>column&1 != 0 {
		if !next {
			column = c.randomColumn(lower, upper)
		} else if column++; column == c.columns {
			column = c.start
		}
	}
	return column
}

// count draws how many notes to make, given the probabilities of 2, 3, 4 and 5.
func (c *converter) count(p2, p3, p4, p5 float64) int {
	switch drawn := c.random.NextDouble(); {
	case drawn >= 1-p5:
		return 5
	case drawn >= 1-p4:
		return 4
	case drawn >= 1-p3:
		return 3
	case drawn >= 1-p2:
		return 2
	}
	return 1
}
