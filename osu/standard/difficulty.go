package standard

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/strain"
)

// Version is that of the difficulty algorithm, as the official one numbers it.
const Version = 20260706

const (
	// maxSteps bounds how often all objects of a beatmap together look at others around them. Ordinary beatmaps do some
	// dozen times an object; thousands of objects at the same time would take the square of their number. The official
	// calculation gives up after ten seconds.
	maxSteps = 1 << 29

	// checkSteps is after how many such steps a context is asked whether it is done.
	checkSteps = 1 << 16
)

// ErrTooDense says that a beatmap has too many objects at about the same time for its difficulty to be calculated.
var ErrTooDense = errors.New("standard: too many objects at once")

// Difficulty calculates the difficulty of a beatmap.
//
// Source: ppy/osu osu.Game.Rulesets.Osu/Difficulty/OsuDifficultyCalculator.cs.
func Difficulty(ctx context.Context, b *Beatmap) (Attributes, error) {
	c := newCalculator(b)
	if err := c.run(ctx); err != nil {
		return Attributes{}, err
	}
	for i := range b.Objects {
		c.count.add(b, &b.Objects[i])
	}
	return c.attributes(), nil
}

// Strains returns the graphs of the skills: "Aim", "AimNoSliders" (as if sliders were circles), "Speed", "Reading" and, with
// the mod of that name, "Flashlight".
func Strains(ctx context.Context, b *Beatmap) ([]strain.Graph, error) {
	c := newCalculator(b)
	if err := c.run(ctx); err != nil {
		return nil, err
	}
	times := make([]float64, len(c.hits))
	for i := range c.hits {
		times[i] = c.hits[i].start
	}
	graphs := []strain.Graph{
		{Skill: "Aim", Value: c.spikes.value(c.aim.sections.Peaks()), Objects: c.aim.objects},
		{Skill: "AimNoSliders", Value: c.spikes.value(c.plain.sections.Peaks()), Objects: c.plain.objects},
		{Skill: "Speed", Value: c.speed.Value(), Objects: c.speed.Objects},
		{Skill: "Reading", Value: c.reading.Value(), Objects: c.reading.Objects},
	}
	if c.flags.flashlight {
		graphs = append(graphs, strain.Graph{
			Skill: "Flashlight", Value: c.flashlight.value(), Objects: c.flashlight.objects,
			SectionLength: flashlightSection, Peaks: c.flashlight.sections.Peaks(nil),
		})
	}
	for i := range graphs {
		graphs[i].Times = times
	}
	return graphs, nil
}

// flags are the mods that the skills look at.
type flags struct {
	touch, relax, autopilot    bool
	flashlight, hidden, fading bool    // hidden is any Hidden, fading one that hides objects and not their approach circles alone
	attraction                 float64 // of Magnetised, 0 to 1; 0 without
	deflation                  float64 // how much of the flashlight's difficulty Deflate leaves; 1 without
}

func flagsOf(set mods.Set) flags {
	f := flags{deflation: 1}
	for i := range set {
		switch m := &set[i]; m.Acronym {
		case mods.TouchDevice:
			f.touch = true
		case mods.Relax:
			f.relax = true
		case mods.Autopilot:
			f.autopilot = true
		case mods.Flashlight:
			f.flashlight = true
		case mods.Hidden:
			f.hidden = true
			f.fading = !m.Bool("only_fade_approach_circles")
		case mods.Magnetised:
			strength, _ := m.Float("attraction_strength")
			f.attraction = float64(float32(strength))
		case mods.Deflate:
			scale, _ := m.Float("start_scale")
			f.deflation = min(max(strain.ReverseLerp(float64(float32(scale)), 11, 1), 0.1), 1)
		}
	}
	return f
}

// calculator is a calculation of difficulty under way.
type calculator struct {
	b      *Beatmap
	flags  flags
	hits   []hit
	sights []sight
	beats  beats

	radius  float64 // of objects, osu! pixels
	window  float64 // whole hit window for a great, milliseconds of the rate-adjusted clock; spinners have none
	factors factors

	paces    paces
	now      pace    // of the object that is processed
	lastWide float64 // perWide of the pace before

	aim, plain aimSkill
	speed      speedSkill
	reading    readingSkill
	flashlight flashlightSkill
	count      counter
	spikes     spikes // memory

	done  int // hits that were processed
	steps int
	check int // steps after which the context is asked
	limit int // of steps
}

// factors are what is the same for all objects.
type factors struct {
	small      float64 // bonus for small circles, at least 1
	smallFlow  float64 // its square root
	smallAgile float64 // its power of 1.5
	aim        float64 // of aim, reading and flashlight by overall difficulty and Magnetised
	reading    float64
	flashlight float64
}

func newCalculator(b *Beatmap) *calculator {
	n := max(len(b.Objects)-1, 0)
	great, _, _ := windows(float64(b.Difficulty.OverallDifficulty))
	c := &calculator{
		b:      b,
		flags:  flagsOf(b.Mods),
		radius: b.Radius(),
		window: 2 * great / b.Rate,
		check:  checkSteps,
		limit:  maxSteps,
	}
	f := &c.factors
	f.small = max(1, 1+(30-c.radius)/70)
	f.smallFlow = math.Sqrt(f.small)
	f.smallAgile = math.Pow(f.small, 1.5)
	od := max(0, (79.5-c.window/2)/6)
	magnetised := 1 - c.flags.attraction
	f.aim = aimMultiplier * magnetised * (0.985 + od*od/4000)
	f.flashlight = magnetised * c.flags.deflation * (0.985 + od*od/4000)
	f.reading = magnetised * (0.825 + math.Pow(od, 2.2)/1125)

	memory := make(slab, 4*n+3*b.SliderCount)
	c.aim, c.plain = newAimSkill(n, b.SliderCount, &memory), newAimSkill(n, b.SliderCount, &memory)
	c.speed = newSpeedSkill(n, b.SliderCount, &memory)
	c.reading = newReadingSkill(n, &memory)
	if c.flags.flashlight {
		c.flashlight = newFlashlightSkill(n, len(b.Objects))
	}
	return c
}

// windows returns the hit windows of an overall difficulty for greats, oks and mehs, to one side and in milliseconds of the
// beatmap's own clock. Source: ppy/osu osu.Game.Rulesets.Osu/Scoring/OsuHitWindows.cs.
func windows(od float64) (great, ok, meh float64) {
	return math.Floor(beatmap.DifficultyRange(od, 80, 50, 20)) - 0.5,
		math.Floor(beatmap.DifficultyRange(od, 140, 100, 60)) - 0.5,
		math.Floor(beatmap.DifficultyRange(od, 200, 150, 100)) - 0.5
}

// run processes all objects.
func (c *calculator) run(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	c.prepare()
	c.prepareBeats()
	for c.done < len(c.hits) {
		if err := c.next(ctx); err != nil {
			return err
		}
	}
	return nil
}

// next processes one object.
func (c *calculator) next(ctx context.Context) error {
	i := c.done
	h := &c.hits[i]
	c.lastWide, c.now = c.now.perWide, *c.pace(h.adjusted)
	c.addAim(i)
	c.addSpeed(i)
	c.addReading(i)
	if c.flags.flashlight {
		c.addFlashlight(i)
	}
	c.done++
	c.steps += 64
	if c.steps >= c.check {
		c.check = c.steps + checkSteps
		if err := ctx.Err(); err != nil {
			return err
		}
		if c.steps > c.limit+64*i {
			return fmt.Errorf("%w: at %g ms", ErrTooDense, h.start*c.b.Rate)
		}
	}
	return nil
}
