package beatmap

// ControlPoints is a beatmap's timing: what changes, and when. Each list is ordered by time and holds at most one point a time;
// points that change nothing are dropped as the official decoder drops them.
type ControlPoints struct {
	Timing     []TimingPoint
	Difficulty []DifficultyPoint
	Effect     []EffectPoint
	Sample     []SamplePoint
}

// TimingPoint begins a tempo.
type TimingPoint struct {
	Time             float64 // milliseconds
	BeatLength       float64 // milliseconds, 6 to 60,000
	Meter            int     // beats a bar
	OmitFirstBarLine bool
}

// DifficultyPoint sets the velocity of sliders.
type DifficultyPoint struct {
	Time           float64 // milliseconds
	SliderVelocity float64 // factor of the beatmap's base velocity, 0.1 to 10
	NoTicks        bool    // sliders have no ticks (a beat length of NaN)
}

// EffectPoint sets the scroll speed of taiko and mania, and kiai.
type EffectPoint struct {
	Time        float64 // milliseconds
	ScrollSpeed float64 // factor, 0.01 to 10
	Kiai        bool
}

// SamplePoint sets the sounds of the hit objects after it.
type SamplePoint struct {
	Time   float64 // milliseconds
	Bank   Bank
	Volume int // percent
	Index  int // of custom samples; 0 is the skin's, and 1 the beatmap's own without a number
}

// What holds before the first point, and without any.
var (
	defaultTiming     = TimingPoint{BeatLength: 1000, Meter: 4}
	defaultDifficulty = DifficultyPoint{SliderVelocity: 1}
	defaultEffect     = EffectPoint{ScrollSpeed: 1}
	defaultSample     = SamplePoint{Bank: BankNormal, Volume: 100}
)

// TimingAt returns the timing point at time t: the last that is not later, else the first, else 60 beats a minute.
func (p *ControlPoints) TimingAt(t float64) TimingPoint {
	if i := before(p.Timing, t); i >= 0 {
		return p.Timing[i]
	}
	if len(p.Timing) > 0 {
		return p.Timing[0]
	}
	return defaultTiming
}

// DifficultyAt returns the difficulty point at time t: the last that is not later, else a velocity of 1 with ticks.
func (p *ControlPoints) DifficultyAt(t float64) DifficultyPoint {
	if i := before(p.Difficulty, t); i >= 0 {
		return p.Difficulty[i]
	}
	return defaultDifficulty
}

// EffectAt returns the effect point at time t: the last that is not later, else a scroll speed of 1 without kiai.
func (p *ControlPoints) EffectAt(t float64) EffectPoint {
	if i := before(p.Effect, t); i >= 0 {
		return p.Effect[i]
	}
	return defaultEffect
}

// SampleAt returns the sample point at time t: the last that is not later, else the first, else normal sounds at full volume.
func (p *ControlPoints) SampleAt(t float64) SamplePoint {
	if i := before(p.Sample, t); i >= 0 {
		return p.Sample[i]
	}
	if len(p.Sample) > 0 {
		return p.Sample[0]
	}
	return defaultSample
}
