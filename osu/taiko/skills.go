package taiko

import (
	"context"
	"math"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/strain"
)

const (
	// sectionLength is the length in milliseconds of the sections whose peaks count.
	sectionLength = 400

	// maxSections bounds the sections that are kept of rests.
	maxSections = 1 << 18
)

// rating goes through the notes of a beatmap and keeps what every skill makes of them.
//
// Source: ppy/osu osu.Game.Rulesets.Taiko/Difficulty/Skills and osu.Game/Rulesets/Difficulty/Skills/StrainDecaySkill.cs.
type rating struct {
	b     *Beatmap
	notes []note
	done  int // notes that the skills have processed

	past  strains   // what the notes so far add up to
	peak  strains   // of the current section
	peaks []strains // of the sections before
	end   float64   // of the current section, milliseconds

	// The same of the fifth skill: stamina in streaks of one colour, which does not outlast a section.
	pastMono, peakMono float64
	monoPeaks          []float64

	draw bool      // keep sections without any strain, which do not count, and the next
	mono []float64 // strain of the fifth skill at every note

	cache           decayCache
	scratch, memory []float64 // memory stays empty: only its capacity is used
}

// greatWindow returns the milliseconds before or after a hit in which it is great, without the rate of the clock.
//
// Source: ppy/osu osu.Game.Rulesets.Taiko/Scoring/TaikoHitWindows.cs.
func greatWindow(overallDifficulty float32) float64 {
	return math.Floor(beatmap.DifficultyRange(float64(overallDifficulty), 50, 35, 20)) - 0.5
}

// newRating evaluates every note.
func newRating(ctx context.Context, b *Beatmap) (*rating, error) {
	notes, err := b.notes(ctx)
	if err != nil {
		return nil, err
	}
	r := &rating{b: b, notes: notes, scratch: make([]float64, len(notes)+1)}
	c := newColours(notes)
	c.evaluate()
	rhythms := newRhythms(notes, 2*greatWindow(b.Difficulty.OverallDifficulty)/b.Rate, r.scratch)
	rhythms.evaluate()
	evaluateStamina(notes, rhythms.hits, c.streaks, r.scratch)
	b.evaluateReading(notes)
	if n := len(notes); n > 0 {
		sections := int(min((notes[n-1].start-notes[0].start)/sectionLength+2, float64(n)))
		r.peaks = make([]strains, 0, sections)
		r.monoPeaks = make([]float64, 0, sections)
	}
	return r, ctx.Err()
}

// decays returns what is left of strain after some milliseconds: of most skills, and of colour.
func decays(ms float64) (most, colour float64) {
	const (
		ln04 = -0.916290731874155
		ln08 = -0.22314355131420976
	)
	return strain.Exp(ms * (ln04 / 1000)), strain.Exp(ms * (ln08 / 1000))
}

// add lets the skills process the next note.
func (r *rating) add() {
	n := &r.notes[r.done]
	if r.done == 0 {
		r.end = math.Ceil(n.start/sectionLength) * sectionLength
	} else if n.start > r.end {
		r.advance(n.start, r.notes[r.done-1].start)
	}
	r.done++
	most, colour := r.cache.decays(n.delta)
	p := &r.past
	p.rhythm *= most
	if n.rhythm != 0 { // less after a long rest
		p.rhythm += n.rhythm * strain.Logistic(n.stamina-baseStamina, 1.0/15, 50, 1)
	}
	p.reading = p.reading*most + n.reading
	p.colour = p.colour*colour + n.colour*0.12
	stamina := n.stamina * 1.1
	r.pastMono = r.pastMono*most + stamina
	if !r.converted() {
		stamina *= 1 + 0.5*strain.ReverseLerp(float64(n.place), 5, 20) // long streaks tire
	}
	p.stamina = p.stamina*most + stamina

	n.strains = *p
	r.peak.rhythm = max(r.peak.rhythm, p.rhythm)
	r.peak.reading = max(r.peak.reading, p.reading)
	r.peak.colour = max(r.peak.colour, p.colour)
	r.peak.stamina = max(r.peak.stamina, p.stamina)
	mono := r.pastMono * monotony(n.place)
	r.peakMono = max(r.peakMono, mono)
	if r.draw {
		r.mono = append(r.mono, mono)
	}
}

// monotony returns how much of the stamina at a place in a streak is due to the streak.
func monotony(place int32) float64 {
	if int(place) < len(monotonous) {
		return monotonous[place]
	}
	return 1
}

// monotonous holds the logistic curve of monotony, which becomes 1 after it.
var monotonous = func() (table [96]float64) {
	for i := range table {
		table[i] = strain.Sigmoid(-float64(i-10) / 2)
	}
	return table
}()

// advance closes the sections that end before time t; the last note was at from. Sections of a rest are left out when nothing
// of the past is left in them, unless they are to be drawn, and beyond maxSections, which are 29 hours.
func (r *rating) advance(t, from float64) {
	for t > r.end {
		r.peaks = append(r.peaks, r.peak)
		r.monoPeaks = append(r.monoPeaks, r.peakMono)
		r.peakMono = 0
		if len(r.peaks) >= maxSections {
			r.skip(t)
		}
		most, colour := decays(r.end - from)
		r.peak = strains{
			rhythm:  r.past.rhythm * most,
			reading: r.past.reading * most,
			colour:  r.past.colour * colour,
			stamina: r.past.stamina * most,
		}
		r.end += sectionLength
		if r.peak == (strains{}) && !r.draw {
			r.skip(t)
		}
	}
}

// skip goes on to a section shortly before time t.
func (r *rating) skip(t float64) {
	if n := math.Floor((t-r.end)/sectionLength) - 1; n > 0 {
		r.end += n * sectionLength
	}
}

// converted reports whether the beatmap was one of osu!, whose long streaks of one colour are no achievement.
func (r *rating) converted() bool { return r.b.native == osu.Standard }
