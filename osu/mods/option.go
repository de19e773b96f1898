package mods

// Type is the type of a setting.
type Type uint8

// The types.
const (
	Toggle  Type = iota // bool
	Integer             // 32 bits
	Single              // 32-bit floating point
	Double              // 64-bit floating point
	Choice              // one of Option.Choices, by its number
)

// Option describes a setting of a mod: what it may be, and what it is when nobody chose.
type Option struct {
	Name     string
	Type     Type
	Default  float64  // a toggle's is 0 or 1; of no meaning when Optional
	Min, Max float64  // what lies beyond becomes the nearest of these, as in the official game
	Step     float64  // values are rounded to a multiple of it, half to even; 0 is no rounding
	Optional bool     // there is no default: the beatmap's own value, or a random seed
	Choices  []string // official names, by number

	rulesets rulesets // that have it; 0 is all that have the mod
	varies   bool     // the default differs between rulesets
	grid     grid     // of Step
}

func (o Option) in(r rulesets) Option { o.rulesets = r; return o }

func toggle(name string, on bool) Option {
	o := Option{Name: name, Type: Toggle}
	if on {
		o.Default = 1
	}
	return o
}

func integer(name string, byDefault, low, high float64) Option {
	return Option{Name: name, Type: Integer, Default: byDefault, Min: low, Max: high, Step: 1}
}

func single(name string, byDefault, low, high, step float64) Option {
	return Option{Name: name, Type: Single, Default: byDefault, Min: low, Max: high, Step: step, grid: gridOf(step, 32)}
}

func double(name string, byDefault, low, high, step float64) Option {
	return Option{Name: name, Type: Double, Default: byDefault, Min: low, Max: high, Step: step, grid: gridOf(step, 64)}
}

func choice(name string, byDefault float64, names ...string) Option {
	return Option{Name: name, Type: Choice, Default: byDefault, Max: float64(len(names) - 1), Choices: names}
}

// override is a difficulty setting that replaces the beatmap's when it is set. Its range is the extended one even where
// extended_limits is off, and nothing is rounded: that toggle and the step only bind the slider on the screen.
// Source: ppy/osu osu.Game/Rulesets/Mods/DifficultyBindable.cs.
func override(name string, low, high float64) Option {
	return Option{Name: name, Type: Single, Min: low, Max: high, Optional: true}
}

// seed is a number for a random generator; without one the game picks its own and stores it.
var seed = Option{Name: "seed", Type: Integer, Min: -1 << 31, Max: 1<<31 - 1, Optional: true}

// Settings that several mods have.
var (
	adjustPitch    = toggle("adjust_pitch", false)
	adjustPitchOn  = toggle("adjust_pitch", true)
	restart        = toggle("restart", false)
	hideAtCombo    = integer("hidden_combo_count", 10, 0, 50)
	speedDecrease  = double("speed_change", 0.75, 0.5, 0.99, 0.01)
	speedIncrease  = double("speed_change", 1.5, 1.01, 2, 0.01)
	extendedLimits = toggle("extended_limits", false)
)
