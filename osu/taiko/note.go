package taiko

import "context"

// note is an object from the third on as the skills see it. Times are those of the clock, with the rate of mods.
type note struct {
	start float64 // milliseconds
	delta float64 // milliseconds since the start of the object before

	// What the evaluators make of the note alone, and from when the skills have processed it on the strain at it.
	strains

	place int32 // in its streak of one colour
	kind  colour
}

// strains is one value for each skill.
type strains struct{ rhythm, reading, colour, stamina float64 }

// colour tells notes apart by how they are hit.
type colour uint8

const (
	centre colour = iota
	rim
	neither // a drum roll or swell
)

// notes returns the notes of b, without the verdicts of the evaluators.
//
// Source: ppy/osu osu.Game.Rulesets.Taiko/Difficulty/Preprocessing/TaikoDifficultyHitObject.cs.
func (b *Beatmap) notes(ctx context.Context) ([]note, error) {
	if len(b.Objects) <= 2 {
		return nil, nil
	}
	notes := make([]note, len(b.Objects)-2)
	last := b.Objects[1].Start
	for i := range notes {
		if i%checkEvery == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		o, n := &b.Objects[i+2], &notes[i]
		n.start = o.Start / b.Rate
		n.delta = (o.Start - last) / b.Rate
		last = o.Start
		switch {
		case o.Kind != Hit:
			n.kind = neither
		case o.Rim:
			n.kind = rim
		}
	}
	return notes, nil
}
