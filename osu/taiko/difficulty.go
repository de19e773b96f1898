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

const (
	scale        = 0.084375
	rhythmScale  = 0.770 * scale
	readingScale = 0.100 * scale
	colourScale  = 0.375 * scale
	staminaScale = 0.445 * scale

	// peakDecay is the weight of a section's peak compared with that of the next higher one.
	peakDecay = 0.9
)

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
	r, err := newRating(ctx, b)
	if err != nil {
		return nil, err
	}
	timed := make([]TimedAttributes, 0, len(b.Objects))
	hits := 0
	for i := range b.Objects {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		o := &b.Objects[i]
		if o.Kind == Hit {
			hits++
		}
		for r.done < len(r.notes) && b.Objects[r.done+2].End <= o.End {
			r.add()
		}
		timed = append(timed, TimedAttributes{Time: o.End, Objects: i + 1, Attributes: r.attributes(i+1, hits)})
	}
	return timed, nil
}

// Strains returns what makes b hard over its time, a graph for each skill.
func Strains(ctx context.Context, b *Beatmap) ([]strain.Graph, error) {
	r, err := newRating(ctx, b)
	if err != nil {
		return nil, err
	}
	r.draw = true
	if err := r.addAll(ctx); err != nil {
		return nil, err
	}
	times := make([]float64, len(r.notes))
	for i := range r.notes {
		times[i] = r.notes[i].start
	}
	graphs := make([]strain.Graph, 0, len(skills)+1)
	for _, skill := range skills {
		g := strain.Graph{Skill: skill.name, Value: r.value(skill.of)}
		for i := range r.peaks {
			g.Peaks = append(g.Peaks, *skill.of(&r.peaks[i]))
		}
		g.Peaks = append(g.Peaks, *skill.of(&r.peak))
		for i := range r.notes {
			g.Objects = append(g.Objects, *skill.of(&r.notes[i].strains))
		}
		graphs = append(graphs, g)
	}
	graphs = append(graphs, strain.Graph{
		Skill: "Stamina", Value: r.monoValue(), Peaks: append(r.monoPeaks, r.peakMono), Objects: r.mono,
	})
	for i := range graphs {
		graphs[i].SectionLength, graphs[i].Times = sectionLength, times
	}
	return graphs, nil
}

// skills are all but the last one.
var skills = [...]struct {
	name string
	of   func(*strains) *float64
}{
	{"Rhythm", func(s *strains) *float64 { return &s.rhythm }},
	{"Reading", func(s *strains) *float64 { return &s.reading }},
	{"Colour", func(s *strains) *float64 { return &s.colour }},
	{"Stamina", func(s *strains) *float64 { return &s.stamina }},
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

// value returns the weighted sum of a skill's peaks. Strains of colour may be negative; such peaks do not count.
func (r *rating) value(of func(*strains) *float64) float64 {
	r.scratch = r.scratch[:0]
	for i := range r.peaks {
		r.scratch = append(r.scratch, *of(&r.peaks[i]))
	}
	return strain.Weighted(append(r.scratch, *of(&r.peak)), peakDecay)
}

// monoValue is value of the stamina in streaks of one colour.
func (r *rating) monoValue() float64 {
	r.scratch = append(r.scratch[:0], r.monoPeaks...)
	return strain.Weighted(append(r.scratch, r.peakMono), peakDecay)
}

// attributes returns the difficulty of the notes so far, which belong to a number of objects with a combo.
func (r *rating) attributes(objects, combo int) Attributes {
	a := Attributes{MaxCombo: combo, OverallDifficulty: r.b.base.OverallDifficulty, Converted: r.b.native != osu.Taiko}
	if objects == 0 {
		return a
	}
	staminaValue := r.value(skills[3].of)
	rhythm := r.value(skills[0].of) * rhythmScale
	reading := r.value(skills[1].of) * readingScale
	colour := r.value(skills[2].of) * colourScale
	stamina := staminaValue * staminaScale
	mono := r.monoValue() * staminaScale
	a.MonoStaminaFactor = 1
	if stamina != 0 {
		share := mono / stamina
		a.MonoStaminaFactor = share * share * share * share * share
	}
	a.StaminaTopStrains = r.topStamina(staminaValue)

	m := mixer{
		rhythm:  rhythmScale * math.Pow(stamina*colour, 0.10),
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
	share := a.Stars / (rhythm + reading + colour + stamina)
	a.Rhythm = rhythm * share
	a.Reading = reading * share
	a.Colour = colour * share
	a.Stamina = stamina * share
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

// mixer makes one strain of those of all skills.
type mixer struct{ rhythm, colour, stamina float64 } // factors

// mix returns the 2-norm of the strains, where colour and stamina count as one, their 1.5-norm. It is not a number when that of
// colour is negative.
func (m *mixer) mix(s *strains) float64 {
	colour, stamina := s.colour*m.colour, s.stamina*m.stamina
	mechanical := colour*math.Sqrt(colour) + stamina*math.Sqrt(stamina) // to the power of 1.5
	rhythm, reading := s.rhythm*m.rhythm, s.reading*readingScale
	return math.Sqrt(strain.Pow(mechanical, 4.0/3) + rhythm*rhythm + reading*reading)
}

// combined returns the weighted sum of all sections' mixed peaks.
func (r *rating) combined(m mixer) float64 {
	r.scratch = r.scratch[:0]
	for i := range r.peaks {
		r.scratch = append(r.scratch, m.mix(&r.peaks[i]))
	}
	return strain.Weighted(append(r.scratch, m.mix(&r.peak)), peakDecay)
}

// consistency compares the mean of all notes' mixed strains with that of the hardest twentieth. Without any section of the
// combined value it is 0.
func (r *rating) consistency(m mixer, combined float64) float64 {
	r.scratch = r.scratch[:0]
	sum := 0.0
	for i := range r.notes[:r.done] {
		if p := m.mix(&r.notes[i].strains); p > 0 {
			r.scratch = append(r.scratch, p)
			sum += p
		}
	}
	n := len(r.scratch)
	if n == 0 || combined == 0 {
		return 0
	}
	count := 1 + n/20
	top := sumGreatest(r.scratch, count)
	return sum / (top / float64(count) * float64(n))
}
