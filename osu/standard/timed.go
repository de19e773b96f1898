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
	if len(b.Objects) == 0 {
		return nil, ctx.Err()
	}
	c := newCalculator(b)
	c.prepare()
	c.prepareBeats()
	timed := make([]TimedAttributes, 0, len(b.Objects))
	for i := range b.Objects {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		o := &b.Objects[i]
		c.count.add(b, o)
		// An object that lasts longer than those after it keeps their difficulty back.
		for c.done < len(c.hits) && b.Objects[c.done+1].End <= o.End {
			if err := c.next(ctx); err != nil {
				return nil, err
			}
		}
		timed = append(timed, TimedAttributes{o.End, i + 1, c.attributes()})
	}
	return timed, nil
}
