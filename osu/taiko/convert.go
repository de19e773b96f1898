package taiko

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/internal/dotnet"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/slider"
)

const (
	// checkEvery is how many objects are worked on between looks at the context.
	checkEvery = 1024

	// velocityFactor is how much faster taiko is than osu!. Single precision, which is not quite 1.4, is part of the formula.
	velocityFactor = float64(float32(1.4))

	// swellFactor is how many more hits a swell asks for than a spinner would spins.
	swellFactor = float64(float32(1.65))

	// scoringDistance is how far a slider goes in a beat at a velocity of 1, in osu! pixels.
	scoringDistance = 100
)

// New makes the playable beatmap of m, which may be one of osu! as well, with mods. It does not change m, but keeps its timing
// points. It fails with [beatmap.ErrNotConvertible] for beatmaps of other rulesets, and with [slider.ErrTooManyNested] when
// the sliders of m become too many hits or ticks.
//
// Sources: ppy/osu osu.Game.Rulesets.Taiko/Beatmaps/TaikoBeatmapConverter.cs, Objects/DrumRoll.cs.
func New(ctx context.Context, m *beatmap.Beatmap, ms mods.Set) (*Beatmap, error) {
	if m.Mode != osu.Standard && m.Mode != osu.Taiko {
		return nil, fmt.Errorf("taiko: %w: it is one of %s", beatmap.ErrNotConvertible, m.Mode)
	}
	b := &Beatmap{
		Difficulty: ms.Adjust(osu.Taiko, m.Difficulty),
		Rate:       ms.Rate(),
		timing:     m.Points.Timing,
		effects:    m.Points.Effect,
		relax:      ms.Has(mods.Relax),
		native:     m.Mode,
		base:       m.Difficulty,
		version:    m.Version,
		objects:    len(m.HitObjects),
		drain:      m.DrainSeconds(),
	}
	c := converter{m: m, objects: make([]Object, 0, len(m.HitObjects))}
	for i := range m.HitObjects {
		if i%checkEvery == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		h := &m.HitObjects[i]
		if err := c.convert(h); err != nil {
			return nil, fmt.Errorf("taiko: object at %g ms: %w", h.Start, err)
		}
	}
	if !slices.IsSortedFunc(c.objects, byStart) {
		slices.SortStableFunc(c.objects, byStart)
	}
	b.Objects = c.objects
	if b.native == osu.Standard {
		b.effects = scrollSpeeds(m)
	}
	if err := b.roll(); err != nil {
		return nil, fmt.Errorf("taiko: %w", err)
	}
	b.modify(ms)
	return b, ctx.Err()
}

func byStart(a, b Object) int { return cmp.Compare(a.Start, b.Start) }

// converter makes objects of hit objects.
type converter struct {
	m       *beatmap.Beatmap
	objects []Object
	hits    int // that sliders became
}

func (c *converter) convert(h *beatmap.HitObject) error {
	switch {
	case h.Kind == beatmap.Slider && h.Slider != nil:
		return c.slider(h)
	case h.Kind == beatmap.Spinner || h.Kind == beatmap.Hold:
		perSecond := beatmap.DifficultyRange(float64(c.m.OverallDifficulty), 3, 5, 7.5) * swellFactor
		c.objects = append(c.objects, Object{
			Kind: Swell, Start: h.Start, End: h.End,
			Count: dotnet.Int32(max(1, (h.End-h.Start)/1000*perSecond)),
		})
	default:
		c.objects = append(c.objects, hit(h.Start, h.Sound, &h.Sample))
	}
	return nil
}

// hit returns the hit that a sound makes: whistles and claps are at the rim, a finish is strong.
func hit(at float64, sound beatmap.Sound, sample *beatmap.Sample) Object {
	return Object{
		Kind: Hit, Start: at, End: at,
		Rim:      sound&(beatmap.SoundWhistle|beatmap.SoundClap) != 0,
		Strong:   sound&beatmap.SoundFinish != 0,
		ownSound: sample.File != "",
	}
}

// slider makes a drum roll of a slider, or several hits when the slider is one of osu! that lasts for less than two beats.
//
// What looks redundant or out of order is what stable does; the errors of rounding are part of the result.
func (c *converter) slider(h *beatmap.HitObject) error {
	m, s := c.m, h.Slider
	spans := float64(s.Repeats + 1)
	distance := s.ExpectedLength * velocityFactor
	distance *= spans

	timing := m.Points.TimingAt(h.Start)
	beat := timing.BeatLength * beatFactor(m.Points.DifficultyAt(h.Start).SliderVelocity)
	velocity := scoringDistance * (m.SliderMultiplier * velocityFactor) / m.SliderTickRate
	velocity *= m.SliderTickRate
	duration := float64(dotnet.Int32(distance / velocity * beat))

	if m.Mode == osu.Standard {
		osuVelocity := velocity * (1000 / beat)
		if m.Version >= 8 {
			beat = timing.BeatLength
		}
		spacing := min(beat/m.SliderTickRate, duration/spans)
		if spacing > 0 && distance/osuVelocity*1000 < 2*beat {
			return c.split(h, duration, spacing)
		}
	}
	c.objects = append(c.objects, Object{
		Kind: DrumRoll, Start: h.Start, End: h.Start + duration, Strong: h.Sound&beatmap.SoundFinish != 0,
	})
	return nil
}

// split makes hits of a slider, each with the sounds of the next node, all over again after the last.
func (c *converter) split(h *beatmap.HitObject, duration, spacing float64) error {
	end := h.Start + duration + spacing/8
	if n := (end - h.Start) / spacing; n > float64(slider.MaxNested-c.hits) {
		return slider.ErrTooManyNested
	}
	node := 0
	for t := h.Start; t <= end; t += spacing {
		sound, sample := h.Sound, &h.Sample
		if node < len(h.Slider.NodeSounds) && node < len(h.Slider.NodeSamples) {
			sound, sample = h.Slider.NodeSounds[node], &h.Slider.NodeSamples[node]
		}
		c.objects = append(c.objects, hit(t, sound, sample))
		c.hits++
		if node++; node >= len(h.Slider.NodeSounds) {
			node = 0
		}
		if spacing <= 1e-7 {
			break
		}
	}
	return nil
}

// beatFactor returns what a slider velocity multiplies the length of a beat by: its inverse through a percentage in single
// precision. Source: ppy/osu osu.Game/Rulesets/Objects/Legacy/LegacyRulesetExtensions.cs.
func beatFactor(velocity float64) float64 {
	percent := 100 / velocity
	if !(percent > 0) {
		return 1
	}
	return float64(min(max(float32(percent), 10), 10000)) / 100
}

// roll gives drum rolls their ticks.
func (b *Beatmap) roll() error {
	ticksABeat := 4.0
	if b.Difficulty.SliderTickRate == 3 {
		ticksABeat = 3
	}
	room, points := slider.MaxNested, b.points()
	for i := range b.Objects {
		o := &b.Objects[i]
		if o.Kind != DrumRoll {
			continue
		}
		spacing := points.TimingAt(o.Start).BeatLength / ticksABeat
		end := o.End + spacing/2
		if !(spacing > 0) {
			continue
		}
		if (end-o.Start)/spacing > float64(room) {
			return fmt.Errorf("drum roll at %g ms: %w", o.Start, slider.ErrTooManyNested)
		}
		for t := o.Start; t < end; t += spacing {
			o.Count++
		}
		room -= int(o.Count)
	}
	return nil
}

// scrollSpeeds returns the effect points of a beatmap of osu! with the scroll speeds that its sliders' velocities become. An
// effect point of the file's own sets the speed back to 1, until the velocity of a slider changes again.
func scrollSpeeds(m *beatmap.Beatmap) []beatmap.EffectPoint {
	own := m.Points.Effect
	effects := make([]beatmap.EffectPoint, 0, len(own)+8)
	last := 1.0
	for i := range m.HitObjects {
		h := &m.HitObjects[i]
		if h.Kind != beatmap.Slider {
			continue
		}
		velocity := m.Points.DifficultyAt(h.Start).SliderVelocity
		if velocity == last {
			continue
		}
		last = velocity
		for len(own) > 0 && own[0].Time <= h.Start {
			effects, own = append(effects, own[0]), own[1:]
		}
		now := beatmap.EffectPoint{ScrollSpeed: 1}
		if n := len(effects); n > 0 {
			now = effects[n-1]
		}
		velocity = min(max(velocity, 0.01), 10)
		if now.ScrollSpeed == velocity {
			continue
		}
		if n := len(effects); n > 0 && now.Time == h.Start {
			effects[n-1].ScrollSpeed = velocity
			continue
		}
		effects = append(effects, beatmap.EffectPoint{Time: h.Start, ScrollSpeed: velocity, Kiai: now.Kiai})
	}
	return append(effects, own...)
}

// points returns the control points as taiko sees them, to look up what applies at a time.
func (b *Beatmap) points() beatmap.ControlPoints {
	return beatmap.ControlPoints{Timing: b.timing, Effect: b.effects}
}
