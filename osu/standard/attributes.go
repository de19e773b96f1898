package standard

import (
	"math"

	"github.com/pure-peace/peace/osu/strain"
)

// Attributes are the difficulty of a beatmap with mods: what stars and pp are made of. The JSON names are the official ones.
type Attributes struct {
	Stars                        float64 `json:"star_rating"`
	MaxCombo                     int     `json:"max_combo"`
	AimDifficulty                float64 `json:"aim_difficulty"`
	AimDifficultSliderCount      float64 `json:"aim_difficult_slider_count"` // sliders, weighted by difficulty
	SpeedDifficulty              float64 `json:"speed_difficulty"`
	SpeedNoteCount               float64 `json:"speed_note_count"` // objects to click, weighted by difficulty
	FlashlightDifficulty         float64 `json:"flashlight_difficulty"`
	ReadingDifficulty            float64 `json:"reading_difficulty"`
	SliderFactor                 float64 `json:"slider_factor"` // of aim difficulty: 1 when sliders add nothing to it
	AimTopWeightedSliderFactor   float64 `json:"aim_top_weighted_slider_factor"`
	SpeedTopWeightedSliderFactor float64 `json:"speed_top_weighted_slider_factor"`
	AimDifficultStrainCount      float64 `json:"aim_difficult_strain_count"`
	SpeedDifficultStrainCount    float64 `json:"speed_difficult_strain_count"`
	ReadingDifficultNoteCount    float64 `json:"reading_difficult_note_count"`
	NestedScorePerObject         float64 `json:"nested_score_per_object"`      // of stable's score, from ticks and spins
	LegacyScoreBaseMultiplier    float64 `json:"legacy_score_base_multiplier"` // of stable's score, without mods
	MaximumLegacyComboScore      float64 `json:"maximum_legacy_combo_score"`   // of stable's score, without mods
	HitCircleCount               int     `json:"hit_circle_count"`
	SliderCount                  int     `json:"slider_count"`
	SpinnerCount                 int     `json:"spinner_count"`

	// The beatmap's own settings before mods, which the pp of a play needs beyond what the official attributes hold.
	DrainRate         float32 `json:"drain_rate"`
	OverallDifficulty float32 `json:"overall_difficulty"`
	ApproachRate      float32 `json:"approach_rate"`
}

const (
	// baseMultiplier keeps pp about where they were whenever the algorithm changes.
	baseMultiplier = 1.12

	// skillNorm is the exponent of the norm that adds up the skills.
	skillNorm = 1.1

	// topDecay is how much each strain of aim weighs of the one before.
	topDecay = 0.9
)

// attributes are those of the objects processed and counted so far.
func (c *calculator) attributes() Attributes {
	a := Attributes{
		DrainRate:         c.b.Base.DrainRate,
		OverallDifficulty: c.b.Base.OverallDifficulty,
		ApproachRate:      c.b.Base.ApproachRate,
	}
	objects := c.count.circles + c.count.sliders + c.count.spinners
	if objects == 0 {
		return a
	}
	aim, plain := c.spikes.value(c.aim.sections.Peaks()), c.spikes.value(c.plain.sections.Peaks())
	speed, reading := c.speed.Value(), c.reading.Value()

	a.AimDifficulty = aimRating(aim)
	a.AimDifficultSliderCount = c.aim.difficultSliders()
	a.AimDifficultStrainCount = strain.CountTopWeighted(c.aim.objects, aim, topDecay)
	a.SliderFactor = 1
	if aim > 0 {
		a.SliderFactor = aimRating(plain) / a.AimDifficulty
	}
	sliders, strains := c.plain.topSliders(plain), strain.CountTopWeighted(c.plain.objects, plain, topDecay)
	a.AimTopWeightedSliderFactor = sliders / max(1, strains-sliders)

	a.SpeedDifficulty = rating(speed)
	a.SpeedNoteCount = c.speed.notes()
	a.SpeedDifficultStrainCount = c.speed.Count(c.speed.Objects, speed, 0.88, 10)
	sliders = c.speed.Count(c.speed.sliders, speed, 0.88, 10)
	a.SpeedTopWeightedSliderFactor = sliders / max(1, a.SpeedDifficultStrainCount-sliders)

	a.ReadingDifficulty = rating(reading)
	a.ReadingDifficultNoteCount = c.reading.Count(c.reading.Objects, reading, 1.15, 5)
	if c.flags.flashlight {
		a.FlashlightDifficulty = rating(c.flashlight.value())
	}

	a.MaxCombo = c.count.combo
	a.HitCircleCount, a.SliderCount, a.SpinnerCount = c.count.circles, c.count.sliders, c.count.spinners
	a.NestedScorePerObject = c.count.nested() / float64(objects)
	a.LegacyScoreBaseMultiplier = float64(c.b.PeppyStars())
	a.MaximumLegacyComboScore = float64(c.count.score)

	base := strain.Norm(skillNorm, skillPerformance(a.AimDifficulty), skillPerformance(a.SpeedDifficulty),
		cognition(skillPerformance(a.ReadingDifficulty), flashlightPerformance(a.FlashlightDifficulty)))
	a.Stars = math.Cbrt(base * baseMultiplier)
	return a
}

func aimRating(value float64) float64 { return math.Pow(value, 0.63) * 0.02275 }
func rating(value float64) float64    { return math.Sqrt(value) * 0.0675 }

// skillPerformance returns what a skill but flashlight is worth before the play is looked at.
func skillPerformance(difficulty float64) float64      { return 4 * (difficulty * difficulty * difficulty) }
func flashlightPerformance(difficulty float64) float64 { return 25 * (difficulty * difficulty) }

// cognition adds up reading and flashlight, which counts less where reading is the harder of them.
func cognition(reading, flashlight float64) float64 {
	if reading <= 0 {
		return flashlight
	}
	if flashlight <= 0 {
		return reading
	}
	return strain.Norm2(skillNorm, reading, flashlight*min(max(flashlight/reading, 0.25), 1))
}
