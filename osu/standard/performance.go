package standard

import (
	"math"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/score"
	"github.com/pure-peace/peace/osu/strain"
)

// Performance is what a play is worth, in total and by skill. The JSON names are the official ones.
type Performance struct {
	Total                        float64        `json:"pp"`
	Aim                          float64        `json:"aim"`
	Speed                        float64        `json:"speed"`
	Accuracy                     float64        `json:"accuracy"`
	Flashlight                   float64        `json:"flashlight"`
	Reading                      float64        `json:"reading"`
	EffectiveMissCount           float64        `json:"effective_miss_count"`
	SpeedDeviation               score.Optional `json:"speed_deviation"` // of taps from the right moment, milliseconds; null when nothing was hit
	ComboBasedEstimatedMissCount float64        `json:"combo_based_estimated_miss_count"`
	ScoreBasedEstimatedMissCount score.Optional `json:"score_based_estimated_miss_count"` // null unless stable's total score is known
	AimEstimatedSliderBreaks     float64        `json:"aim_estimated_slider_breaks"`
	SpeedEstimatedSliderBreaks   float64        `json:"speed_estimated_slider_breaks"`
}

// modFlags are the mods that performance points look at.
type modFlags struct {
	classic, scoreV2                  bool // classic: slider heads need no accuracy
	noFail, spunOut, relax, autopilot bool
	blinds, traceable, flashlight     bool
}

func modFlagsOf(set mods.Set) (f modFlags) {
	for i := range set {
		switch m := &set[i]; m.Acronym {
		case mods.Classic:
			f.classic = m.Settings == nil || m.Bool("no_slider_head_accuracy")
		case mods.ScoreV2:
			f.scoreV2 = true
		case mods.NoFail:
			f.noFail = true
		case mods.SpunOut:
			f.spunOut = true
		case mods.Relax:
			f.relax = true
		case mods.Autopilot:
			f.autopilot = true
		case mods.Blinds:
			f.blinds = true
		case mods.Traceable:
			f.traceable = true
		case mods.Flashlight:
			f.flashlight = true
		}
	}
	return f
}

// play is a play whose performance is being calculated.
type play struct {
	a    *Attributes
	mods modFlags

	accuracy               float64
	combo                  int
	great, ok, meh, miss   int
	ticksMissed            int // and repeats; unknown of classic plays
	endsDropped            int // slider ends; unknown of classic plays
	misses                 float64
	aimBreaks, speedBreaks float64

	greatWindow, okWindow, mehWindow float64 // to one side, milliseconds of the rate-adjusted clock
	od, ar, hp                       float64 // od and ar as the rate makes them
	deviation                        float64 // milliseconds
	hasDeviation                     bool
}

// Performance calculates what a play is worth.
//
// Source: ppy/osu osu.Game.Rulesets.Osu/Difficulty/OsuPerformanceCalculator.cs.
func (a *Attributes) Performance(s score.Play) Performance {
	p := newPlay(a, &s)
	return p.performance(&s)
}

func newPlay(a *Attributes, s *score.Play) play {
	settings := s.Mods.Adjust(osu.Standard, beatmap.Difficulty{
		DrainRate: a.DrainRate, OverallDifficulty: a.OverallDifficulty, ApproachRate: a.ApproachRate,
	})
	rate := s.Mods.Rate()
	p := play{
		a:        a,
		mods:     modFlagsOf(s.Mods),
		accuracy: clamp(s.Accuracy, 0, 1),
		combo:    min(max(s.MaxCombo, 0), a.MaxCombo),
		great:    int(s.Statistics[score.Great]),
		ok:       int(s.Statistics[score.Ok]),
		meh:      int(s.Statistics[score.Meh]),
		miss:     int(s.Statistics[score.Miss]),
		hp:       float64(settings.DrainRate),
	}
	p.endsDropped = a.SliderCount - int(s.Statistics[score.SliderTailHit])
	p.ticksMissed = int(s.Statistics[score.LargeTickMiss])
	great, ok, meh := windows(float64(settings.OverallDifficulty))
	p.greatWindow, p.okWindow, p.mehWindow = great/rate, ok/rate, meh/rate
	p.od = (79.5 - p.greatWindow) / 6
	p.ar = rateAdjusted(float64(settings.ApproachRate), rate)
	return p
}

// rateAdjusted returns the approach rate at which objects would appear for as long as they do at the given rate of the clock.
func rateAdjusted(ar, rate float64) float64 {
	preempt := beatmap.DifficultyRange(ar, preemptMax, preemptMid, preemptMin) / rate
	if preempt < preemptMid {
		return (preempt-preemptMid)/(preemptMin-preemptMid)*5 + 5
	}
	return (preempt-preemptMid)/(preemptMid-preemptMax)*5 + 5
}

func (p *play) total() int     { return p.great + p.ok + p.meh + p.miss }
func (p *play) hit() int       { return p.great + p.ok + p.meh }
func (p *play) imperfect() int { return p.ok + p.meh + p.miss }

// performance calculates everything but what newPlay has.
func (p *play) performance(s *score.Play) Performance {
	var out Performance
	a, total := p.a, float64(p.total())
	out.ComboBasedEstimatedMissCount = p.comboMisses()
	p.misses = out.ComboBasedEstimatedMissCount
	if p.mods.classic && !p.mods.scoreV2 && s.LegacyTotal != nil {
		p.misses = p.scoreMisses(s)
		out.ScoreBasedEstimatedMissCount = score.Some(p.misses)
	}
	p.misses = max(0, min(total, max(float64(p.miss), p.misses)))
	if p.misses > 0 {
		p.aimBreaks = p.sliderBreaks(a.AimTopWeightedSliderFactor)
		p.speedBreaks = p.sliderBreaks(a.SpeedTopWeightedSliderFactor)
	}
	multiplier := p.multiplier()
	if p.mods.relax {
		// Without tapping, hits that are late or early are misses of the cursor to some degree. At 13.33 the window for
		// greats would be nothing.
		okFactor, mehFactor := 0.75, 1.0
		if p.od > 0 {
			r := p.od / 13.33
			okFactor, mehFactor = 0.75*max(0, 1-r), max(0, 1-r*r*r*r*r)
		}
		p.misses = min(p.misses+float64(p.ok)*okFactor+float64(p.meh)*mehFactor, total)
	}
	p.deviation, p.hasDeviation = p.speedDeviation()

	out.Aim = p.aim()
	out.Speed = p.speed()
	out.Accuracy = p.precision()
	out.Reading = p.reading()
	out.Flashlight = p.flashlight()
	out.EffectiveMissCount = p.misses
	out.AimEstimatedSliderBreaks = p.aimBreaks
	out.SpeedEstimatedSliderBreaks = p.speedBreaks
	if p.hasDeviation {
		out.SpeedDeviation = score.Some(p.deviation)
	}
	sum := strain.Pow(out.Aim, skillNorm) + strain.Pow(out.Speed, skillNorm) + strain.Pow(out.Accuracy, skillNorm) +
		strain.Pow(cognition(out.Reading, out.Flashlight), skillNorm)
	out.Total = strain.Pow(sum, 1/skillNorm) * multiplier
	return out
}

// multiplier is the factor of the total by mods.
func (p *play) multiplier() float64 {
	m := baseMultiplier
	if p.mods.noFail {
		m *= max(0.9, 1-0.02*p.misses)
	}
	if p.mods.spunOut && p.total() > 0 {
		m *= 1 - strain.Pow(float64(p.a.SpinnerCount)/float64(p.total()), 0.85)
	}
	return m
}

// missPenalty is the factor of a skill for misses, which are taken to be on the hardest objects: the fewer of them there are
// the more it costs.
func missPenalty(misses, difficult float64) float64 {
	return 0.93 / (misses/(4*math.Log(max(1, difficult))) + 1)
}

func (p *play) aim() float64 {
	if p.mods.autopilot {
		return 0
	}
	a := p.a
	difficulty := a.AimDifficulty
	if a.SliderCount > 0 && a.AimDifficultSliderCount > 0 {
		var dropped float64
		if p.mods.classic {
			dropped = float64(min(p.imperfect(), a.MaxCombo-p.combo))
		} else {
			dropped = float64(p.endsDropped + p.ticksMissed)
		}
		dropped = clamp(dropped, 0, a.AimDifficultSliderCount)
		followed := 1 - dropped/a.AimDifficultSliderCount
		difficulty *= (1-a.SliderFactor)*(followed*followed*followed) + a.SliderFactor
	}
	value := skillPerformance(difficulty)

	total := float64(p.total())
	length := 0.95 + 0.35*min(1, total/2000)
	if p.total() > 2000 {
		length += math.Log10(total/2000) * 0.5
	}
	value *= length
	if p.misses > 0 {
		value *= missPenalty(min(p.misses+p.aimBreaks, float64(p.imperfect()+p.ticksMissed)), a.AimDifficultStrainCount)
	}
	switch {
	case p.mods.blinds:
		value *= 1.3 + (total*(0.0016/(1+2*p.misses))*strain.Pow(p.accuracy, 16))*(1-0.003*p.hp*p.hp)
	case p.mods.traceable:
		value *= 1 + p.traceableBonus()
	}
	return value * p.accuracy
}

// traceableBonus is higher the longer the objects are invisible.
func (p *play) traceableBonus() float64 {
	low := p.a.SliderFactor * p.a.SliderFactor * p.a.SliderFactor
	low *= low
	high := 0.5 + low/2
	bonus := 0.0275 + 0.025*(12-max(p.ar, 7))*high
	if p.ar < 7 {
		bonus += 0.025 * (7 - max(p.ar, 0)) * low
	}
	if p.ar < 0 {
		bonus += 0.025 * (1 - math.Pow(1.5, p.ar)) * low
	}
	return bonus
}

func (p *play) speed() float64 {
	if p.mods.relax || !p.hasDeviation {
		return 0
	}
	full := skillPerformance(p.a.SpeedDifficulty)
	value := full
	if p.misses > 0 {
		value *= missPenalty(min(p.misses+p.speedBreaks, float64(p.imperfect()+p.ticksMissed)), p.a.SpeedDifficultStrainCount)
	}
	if p.mods.blinds {
		value *= 1.12
	}
	value *= p.mashing(full)
	window := 20 * strain.Pow(4/p.a.SpeedDifficulty, 0.35)
	hits := strain.Erf(window / p.deviation)
	return value * hits * hits
}

// mashing lowers what is too fast to have been tapped as badly as it was.
func (p *play) mashing(full float64) float64 {
	const scale = 50
	limit := 100 + 220*strain.Pow(22/p.deviation, 6.5)
	if full <= limit {
		return 1
	}
	low := scale * (math.Log((full-limit)/scale+1) + limit/scale)
	properly := 1 - strain.ReverseLerp(p.deviation, 22, 27)
	return (low*(1-properly) + full*properly) / full
}

// precision is the value of hitting on time.
func (p *play) precision() float64 {
	if p.mods.relax {
		return 0
	}
	objects := p.a.HitCircleCount
	if !p.mods.classic || p.mods.scoreV2 {
		objects += p.a.SliderCount
	}
	accuracy := 0.0
	if objects > 0 {
		// Everything that needs no accuracy is taken to have been hit.
		accuracy = float64((p.great-max(p.total()-objects, 0))*6+p.ok*2+p.meh) / float64(objects*6)
		accuracy = max(accuracy, 0)
	}
	value := strain.Pow(1.52163, p.od) * strain.Pow(accuracy, 24) * 2.83
	if objects < 1000 {
		value *= strain.Pow(float64(objects)/1000, 0.3)
	} else {
		value *= strain.Pow(float64(objects)/1000, 0.1)
	}
	switch {
	case p.mods.blinds:
		value *= 1.14
	case p.mods.traceable:
		value *= 1 + 0.08*strain.ReverseLerp(p.ar, 11.5, 10)
	}
	return value
}

func (p *play) flashlight() float64 {
	if !p.mods.flashlight {
		return 0
	}
	value := flashlightPerformance(p.a.FlashlightDifficulty)
	if p.misses > 0 {
		missed := strain.Pow(p.misses/float64(p.total()), 0.775)
		value *= 0.97 * strain.Pow(1-missed, strain.Pow(p.misses, 0.875))
	}
	if p.a.MaxCombo > 0 {
		value *= min(strain.Pow(float64(p.combo), 0.8)/strain.Pow(float64(p.a.MaxCombo), 0.8), 1)
	}
	return value * (0.5 + p.accuracy/2)
}

func (p *play) reading() float64 {
	value := skillPerformance(p.a.ReadingDifficulty)
	if p.misses > 0 {
		value *= missPenalty(p.misses+p.aimBreaks, p.a.ReadingDifficultNoteCount)
	}
	return value * (p.accuracy * p.accuracy * p.accuracy)
}
