package standard

import "context"

// TimedAttributes are the attributes of a play that has passed the first objects of a beatmap and stops there.
type TimedAttributes struct {
	Time    float64 // end of the last object passed, in milliseconds of the beatmap's own clock
	Objects int     // that were passed
	Attributes
}

// Timed calculates the attributes after each object. That takes a time in proportion to the square of the number of objects,
// as every one changes the weights of all.
//
// Source: ppy/osu osu.Game/Rulesets/Difficulty/DifficultyCalculator.cs, CalculateTimed.
func Timed(ctx context.Context, b *Beatmap) ([]TimedAttributes, error) {
	timed := make([]TimedAttributes, 0, len(b.Objects))
	err := pass(ctx, b, len(b.Objects), func(i int, c *calculator) {
		timed = append(timed, TimedAttributes{b.Objects[i].End, i + 1, c.attributes()})
	})
	if err != nil {
		return nil, err
	}
	return timed, nil
}

// Passed calculates the attributes of a play that passed that many objects and stops there: what Timed says of them.
func Passed(ctx context.Context, b *Beatmap, objects int) (Attributes, error) {
	if objects < 1 || len(b.Objects) == 0 {
		c := newCalculator(b)
		return c.attributes(), ctx.Err()
	}
	var a Attributes
	objects = min(objects, len(b.Objects))
	err := pass(ctx, b, objects, func(i int, c *calculator) {
		if i == objects-1 {
			a = c.attributes()
		}
	})
	return a, err
}

// pass passes the first n objects and tells of each.
func pass(ctx context.Context, b *Beatmap, n int, each func(i int, c *calculator)) error {
	if n == 0 {
		return ctx.Err()
	}
	c := newCalculator(b)
	c.prepare()
	c.prepareBeats()
	for i := range b.Objects[:n] {
		if err := ctx.Err(); err != nil {
			return err
		}
		o := &b.Objects[i]
		c.count.add(b, o)
		// An object that lasts longer than those after it keeps their difficulty back.
		for c.done < len(c.hits) && b.Objects[c.done+1].End <= o.End {
			if err := c.next(ctx); err != nil {
				return err
			}
		}
		each(i, c)
	}
	return nil
}
