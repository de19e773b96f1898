package mania

import (
	"math"

	"github.com/pure-peace/peace/osu/beatmap"
)

// sliderPattern makes the notes and holds of one slider. Its times are whole milliseconds of 32 bits that wrap around, as
// stable's. Source: ppy/osu osu.Game.Rulesets.Mania/Beatmaps/Patterns/Legacy/SliderPatternGenerator.cs.
type sliderPattern struct {
	*converter
	object  *beatmap.HitObject
	style   style
	begin   int32
	end     int32
	spans   int32
	segment int32 // length of one span
	made    pattern
}

// slider converts a slider.
func (c *converter) slider(o *beatmap.HitObject) {
	p := sliderPattern{converter: c, object: o, spans: int32(o.Slider.Repeats) + 1}
	if !c.source.Points.EffectAt(o.Start).Kiai {
		p.style = lowProbability
	}
	p.begin = int32(truncate(math.RoundToEven(o.Start)))
	p.end = int32(truncate(math.Floor(float64(p.begin) + o.Slider.ExpectedLength*c.beatLength(o.Start)*float64(p.spans)*0.01/c.source.SliderMultiplier)))
	p.segment = (p.end - p.begin) / p.spans
	// Only the last notes count for the density.
	for i := max(0, p.spans-densityNotes); i <= p.spans; i++ {
		at := o.Start + float64(p.segment*i)
		c.record(at, o.Position)
		c.measure(at)
	}
	first := len(c.objects)
	p.generate()
	c.last = p.made
	if len(c.objects)-first != 1 {
		c.last = c.splitAt(first, p.end)
	}
}

// beatLength returns the length of a beat at time t, in milliseconds, divided by the velocity of sliders, with the rounding of
// stable. Source: ppy/osu osu.Game/Rulesets/Objects/Legacy/LegacyRulesetExtensions.cs.
func (c *converter) beatLength(t float64) float64 {
	length, factor := -100/c.source.Points.DifficultyAt(t).SliderVelocity, 1.0
	if length < 0 {
		factor = float64(min(max(float32(-length), 10), 10000)) / 100
	}
	return c.source.Points.TimingAt(t).BeatLength * factor
}

// splitAt moves the objects from index first on that end at the time end behind the others, and returns their pattern, which is
// the one that the next object looks at.
func (c *converter) splitAt(first int, end int32) (last pattern) {
	kept, late := c.objects[:first], c.late[:0]
	for _, o := range c.objects[first:] {
		if int32(truncate(math.RoundToEven(o.End))) != end {
			kept = append(kept, o)
			continue
		}
		if last.objects == 0 {
			last.first = o.Column
		}
		last.objects++
		last.taken |= 1 << o.Column
		late = append(late, o)
	}
	c.objects, c.late = append(kept, late...), late
	return last
}

// put adds a note, or a hold if end is not start.
func (s *sliderPattern) put(column int, start, end int32) {
	s.add(&s.made, column, float64(start), float64(start)+float64(end-start), start != end)
}

func (s *sliderPattern) generate() {
	switch {
	case s.columns == 1:
		s.put(0, s.begin, s.end)
	case s.spans > 1:
		s.repeating()
	case s.segment <= 110:
		if s.last.columns() < s.columns {
			s.style |= forceNotStack
		}
		n := int32(2)
		if s.segment < 80 {
			n = 1
		}
		s.stream(n)
	default:
		s.single()
	}
}

// repeating makes the pattern of a slider with repeats.
func (s *sliderPattern) repeating() {
	switch {
	case s.segment <= 90:
		s.holds(1)
	case s.segment <= 120:
		s.style |= forceNotStack
		s.stream(s.spans + 1)
	case s.segment <= 160:
		s.stairs()
	case s.segment <= 200 && s.difficulty > 3:
		s.doubles()
	case float64(s.end-s.begin) >= 4000:
		s.someHolds(0.23, 0, 0)
	case s.segment > 400 && int(s.spans) < s.columns-1-s.start:
		s.tiles()
	default:
		s.holdWithNotes()
	}
}

// single makes the pattern of a slider without repeats.
func (s *sliderPattern) single() {
	low := s.style.has(lowProbability)
	switch {
	case s.difficulty > 6.5 && low:
		s.someHolds(0.78, 0.3, 0)
	case s.difficulty > 6.5:
		s.someHolds(0.85, 0.36, 0.03)
	case s.difficulty > 4 && low:
		s.someHolds(0.43, 0.08, 0)
	case s.difficulty > 4:
		s.someHolds(0.56, 0.18, 0)
	case s.difficulty > 2.5 && low:
		s.someHolds(0.3, 0, 0)
	case s.difficulty > 2.5:
		s.someHolds(0.37, 0.08, 0)
	case low:
		s.someHolds(0.17, 0, 0)
	default:
		s.someHolds(0.27, 0, 0)
	}
}

// holds makes n holds of the slider's length, beside the last pattern as far as there is room. It makes one more when that is on
// all of 8 columns, for the special one is no room.
func (s *sliderPattern) holds(n int) {
	room := s.columns - s.start - s.last.columns()
	column := s.randomColumn(s.start, s.columns)
	for range min(room, n) {
		column = s.free(column, s.start, s.columns, s.made.taken|s.last.taken)
		s.put(column, s.begin, s.end)
	}
	for range n - room {
		column = s.free(column, s.start, s.columns, s.made.taken)
		s.put(column, s.begin, s.end)
	}
}

// firstColumn returns the column under the slider, or another if that would stack on the last pattern and must not.
func (s *sliderPattern) firstColumn() int {
	column := s.randomColumnAt(s.object.Position.X)
	if s.style.has(forceNotStack) && s.last.columns() < s.columns {
		column = s.free(column, s.start, s.columns, s.last.taken)
	}
	return column
}

// stream makes n notes one after another, none in the column of the one before.
func (s *sliderPattern) stream(n int32) {
	column, at := s.firstColumn(), s.begin
	for range n {
		s.put(column, at, at)
		column = s.free(column, s.start, s.columns, 1<<column)
		at += s.segment
	}
}

// stairs makes a note for every end of a span, each beside the one before.
func (s *sliderPattern) stairs() {
	column, at := s.randomColumnAt(s.object.Position.X), s.begin
	right := s.random.NextDouble() > 0.5
	for range s.spans + 1 {
		s.put(column, at, at)
		at += s.segment
		if right && column >= s.columns-1 || !right && column <= s.start {
			right = !right
		}
		if right {
			column++
		} else {
			column--
		}
	}
}

// doubles makes two notes for every end of a span, always as far apart.
func (s *sliderPattern) doubles() {
	shift := 0
	if s.columns >= 4 && s.columns <= 8 {
		shift = 1
	}
	apart := s.random.NextRange(1, s.columns-shift)
	column, at := s.randomColumnAt(s.object.Position.X), s.begin
	for range s.spans + 1 {
		s.put(column, at, at)
		column += apart
		if column >= s.columns-s.start {
			column += shift - s.columns - s.start
		}
		column += s.start
		if s.columns > 2 {
			s.put(column, at, at)
		}
		column = s.randomColumn(s.start, s.columns)
		at += s.segment
	}
}

// someHolds makes as many holds as it draws by the probabilities of 2, 3 and 4.
func (s *sliderPattern) someHolds(p2, p3, p4 float64) {
	switch s.columns {
	case 2:
		p2, p3, p4 = 0, 0, 0
	case 3:
		p2, p3, p4 = math.Min(p2, 0.1), 0, 0
	case 4:
		p2, p3, p4 = math.Min(p2, 0.3), math.Min(p3, 0.04), 0
	case 5:
		p2, p3, p4 = math.Min(p2, 0.34), math.Min(p3, 0.1), math.Min(p4, 0.03)
	}
	const double = beatmap.SoundClap | beatmap.SoundFinish
	if !s.style.has(lowProbability) && (s.object.Sound|s.headSound())&double != 0 {
		p2 = 1
	}
	s.holds(s.count(p2, p3, p4, 0))
}

// headSound returns what the head of the slider plays.
func (s *sliderPattern) headSound() beatmap.Sound {
	if len(s.object.Slider.NodeSounds) == 0 {
		return s.object.Sound
	}
	return s.object.Slider.NodeSounds[0]
}

// tiles makes a hold for every span, each beginning a span later than the one before, that all end together.
func (s *sliderPattern) tiles() {
	column, at := s.firstColumn(), s.begin
	end := s.begin + s.segment*s.spans // not the slider's own, for a span is a whole number
	for range min(int(s.spans), s.columns) {
		column = s.free(column, s.start, s.columns, s.made.taken)
		s.put(column, at, end)
		at += s.segment
	}
}

// holdWithNotes makes one hold, and notes beside it for every end of a span.
func (s *sliderPattern) holdWithNotes() {
	held := s.firstColumn()
	s.put(held, s.begin, s.end)
	column := s.randomColumn(s.start, s.columns)
	few := s.columns < 6
	n := 0
	switch {
	case s.difficulty > 6.5:
		n = s.count(0.63, 0, 0, 0)
	case s.difficulty > 4 && few:
		n = s.count(0.12, 0, 0, 0)
	case s.difficulty > 4:
		n = s.count(0.45, 0, 0, 0)
	case s.difficulty > 2.5 && few:
		n = s.count(0, 0, 0, 0)
	case s.difficulty > 2.5:
		n = s.count(0.24, 0, 0, 0)
	}
	n = min(n, s.columns-1)
	const additions = beatmap.SoundWhistle | beatmap.SoundFinish | beatmap.SoundClap
	skipHead := s.headSound()&additions == 0
	at := s.begin
	for range s.spans + 1 {
		if !skipHead || at != s.begin {
			taken := uint32(1) << held
			for range n {
				column = s.free(column, s.start, s.columns, taken)
				s.put(column, at, at)
				taken |= 1 << column
			}
		}
		at += s.segment
	}
}
