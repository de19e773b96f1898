package taiko

import (
	"context"
	"math"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/strain"
)

// Version of the official algorithm whose results these are.
const Version = 20260706

// Attributes are the difficulty of a beatmap under one set of mods, and what else [Attributes.Performance] needs to know of
// the beatmap. Those of a beatmap with next to no hits are not numbers.
type Attributes struct {
	Stars      float64 `json:"star_rating"`
	MaxCombo   int     `json:"max_combo"`
	Mechanical float64 `json:"mechanical_difficulty"` // colour and stamina
	Rhythm     float64 `json:"rhythm_difficulty"`
	Reading    float64 `json:"reading_difficulty"`
	Colour     float64 `json:"colour_difficulty"`
	Stamina    float64 `json:"stamina_difficulty"`

	MonoStaminaFactor float64 `json:"mono_stamina_factor"` // share of stamina that streaks of one colour have
	ConsistencyFactor float64 `json:"consistency_factor"`  // how hard all hits are, compared with the hardest
	StaminaTopStrains float64 `json:"stamina_top_strains"` // how many hits come near the greatest strain

	OverallDifficulty float32 `json:"overall_difficulty"` // the beatmap's own, before mods
	Converted         bool    `json:"converted"`          // from another ruleset
}

// TimedAttributes is the difficulty of a beatmap up to and with one of its objects.
type TimedAttributes struct {
	Time    float64 // milliseconds: the end of the object
	Objects int     // up to and with it
	Attributes
}

// Difficulty calculates how difficult b is.
//
// Source: ppy/osu osu.Game.Rulesets.Taiko/Difficulty/TaikoDifficultyCalculator.cs.
func Difficulty(ctx context.Context, b *Beatmap) (Attributes, error) {
	r, err := newRating(ctx, b)
	if err != nil {
		return Attributes{}, err
	}
	if err := r.addAll(ctx); err != nil {
		return Attributes{}, err
	}
	return r.attributes(len(b.Objects), combo(b.Objects)), nil
}

// Timed calculates how difficult b is up to and with each of its objects. It takes time that grows with the square of their
// number.
func Timed(ctx context.Context, b *Beatmap) ([]TimedAttributes, error) {
	timed := make([]TimedAttributes, 0, len(b.Objects))
	err := pass(ctx, b, len(b.Objects), func(i, hits int, r *rating) {
		timed = append(timed, TimedAttributes{Time: b.Objects[i].End, Objects: i + 1, Attributes: r.attributes(i+1, hits)})
	})
	if err != nil {
		return nil, err
	}
	return timed, nil
}

// Passed calculates how difficult b is for a play that passed that many objects and stops there: what Timed says of them.
func Passed(ctx context.Context, b *Beatmap, objects int) (Attributes, error) {
	if objects < 1 || len(b.Objects) == 0 {
		none := *b
		none.Objects = nil
		return Difficulty(ctx, &none)
	}
	var a Attributes
	objects = min(objects, len(b.Objects))
	err := pass(ctx, b, objects, func(i, hits int, r *rating) {
		if i == objects-1 {
			a = r.attributes(objects, hits)
		}
	})
	return a, err
}

// pass passes the first n objects and tells of each with the hits so far.
func pass(ctx context.Context, b *Beatmap, n int, each func(i, hits int, r *rating)) error {
	r, err := newRating(ctx, b)
	if err != nil {
		return err
	}
	hits := 0
	for i := range b.Objects[:n] {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		o := &b.Objects[i]
		if o.Kind == Hit {
			hits++
		}
		for r.done < len(r.notes) && b.Objects[r.done+2].End <= o.End {
			r.add()
		}
		each(i, hits, r)
	}
	return nil
}

func (r *rating) addAll(ctx context.Context) error {
	for i := range r.notes {
		if i%checkEvery == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		r.add()
	}
	return ctx.Err()
}

// attributes returns the difficulty of the notes so far, which belong to a number of objects with a combo.
func (r *rating) attributes(objects, combo int) Attributes {
	a := Attributes{MaxCombo: combo, OverallDifficulty: r.b.base.OverallDifficulty, Converted: r.b.native != osu.Taiko}
	if objects == 0 {
		return a
	}
	staminaValue := r.value(staminaOf)
	a.Rhythm = r.value(rhythmOf) * rhythmScale
	a.Reading = r.value(readingOf) * readingScale
	a.Colour = r.value(colourOf) * colourScale
	a.Stamina = staminaValue * staminaScale
	a.MonoStaminaFactor = 1
	if a.Stamina != 0 {
		share := r.monoValue() * staminaScale / a.Stamina
		a.MonoStaminaFactor = share * share * share * share * share
	}
	a.StaminaTopStrains = r.topStamina(staminaValue)

	m := mixer{
		rhythm:  rhythmScale * math.Pow(a.Stamina*a.Colour, 0.10),
		colour:  colourScale,
		stamina: staminaScale * (1 + 0.15*strain.ReverseLerp(a.StaminaTopStrains, 1000, 1555)),
	}
	if r.b.relax {
		m.colour = 0
	}
	if r.b.relax || r.converted() {
		m.stamina /= 1.5
	}
	combined := r.combined(m)
	a.ConsistencyFactor = r.consistency(m, combined)
	a.Stars = combined * 1.4
	if a.Stars >= 0 {
		a.Stars = 10.43 * math.Log(a.Stars/8+1)
	}
	// From here on the skills are parts of the stars.
	share := a.Stars / (a.Rhythm + a.Reading + a.Colour + a.Stamina)
	a.Rhythm *= share
	a.Reading *= share
	a.Colour *= share
	a.Stamina *= share
	a.Mechanical = a.Colour + a.Stamina
	return a
}

// topStamina counts the notes by how near their stamina comes to the greatest.
func (r *rating) topStamina(value float64) float64 {
	top := value * (1 - peakDecay)
	if top == 0 {
		return float64(r.done)
	}
	sum, scale := 0.0, 10/top
	for i := range r.notes[:r.done] {
		sum += 1.1 / (1 + strain.Exp(8.8-r.notes[i].stamina*scale))
	}
	return sum
}
