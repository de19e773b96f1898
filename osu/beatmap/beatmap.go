package beatmap

import "github.com/pure-peace/peace/osu/slider"

// Beatmap is one decoded .osu file.
type Beatmap struct {
	Version int    // of the file format
	MD5     string // of the file's bytes, lower-case hexadecimal

	General
	Editor
	Metadata
	Difficulty

	Events     Events
	Points     ControlPoints
	Colours    Colours
	HitObjects []HitObject // ordered by start time, stable as the official decoder orders them
}

// Difficulty is a beatmap's difficulty settings. Every setting but the last two is nominally 0 to 10.
type Difficulty struct {
	DrainRate         float32 // HP
	CircleSize        float32 // CS; mania's number of columns
	OverallDifficulty float32 // OD
	ApproachRate      float32 // AR; the file's OverallDifficulty when it has none
	SliderMultiplier  float64 // base slider velocity in hundreds of osu! pixels a beat
	SliderTickRate    float64 // ticks a beat
}

// Kind is the kind of a hit object as a file tells it, before any ruleset converts it.
type Kind uint8

// The kinds.
const (
	Circle Kind = iota
	Slider
	Spinner
	Hold // mania only
)

// Sound is the set of additions that a hit object plays, as bits of the file format.
type Sound uint8

// The additions.
const (
	SoundNormal Sound = 1 << iota
	SoundWhistle
	SoundFinish
	SoundClap
)

// HitObject is one line of [HitObjects].
type HitObject struct {
	Start       float64 // milliseconds
	End         float64 // milliseconds, of a spinner or hold; otherwise Start (a slider's end depends on its path and velocity)
	Position    slider.Vector
	Kind        Kind
	Sound       Sound
	NewCombo    bool
	ComboOffset uint8 // colours to skip when a combo begins
	Sample      Sample
	Slider      *SliderData // of a slider; nil otherwise. Hit objects of one beatmap share slabs of these
}

// SliderData is what only a slider's line says.
type SliderData struct {
	Points         []slider.ControlPoint // the first is at 0,0
	ExpectedLength float64               // osu! pixels; 0 when the file leaves it to the control points
	Repeats        int                   // 0 for a slider that is travelled once; the official decoder refuses more than 9,000 spans
	NodeSounds     []Sound               // Repeats+2 of them: head, repeats, tail
	NodeSamples    []Sample              // likewise
}
