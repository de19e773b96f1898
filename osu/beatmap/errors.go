package beatmap

import "errors"

// Limits of what is decoded. The official decoder knows only the limit of a slider's spans; the others keep a hostile file
// from taking memory and time without bound. The largest beatmaps that are played stay far below them.
const (
	MaxSize          = 32 << 20  // bytes of a file
	MaxHitObjects    = 200_000   // lines of [HitObjects] that are hit objects
	MaxTimingPoints  = 200_000   // lines of [TimingPoints] that are timing points
	MaxBreaks        = 100_000   // breaks
	MaxColours       = 256       // colours of each kind
	MaxControlPoints = 1 << 16   // of one slider
	MaxPoints        = 4_000_000 // control points of all sliders
	MaxSpans         = 9000      // of one slider; the official decoder skips the line
	MaxNodes         = 1_000_000 // heads, repeats and tails of all sliders
)

// Reasons why a file is not decoded at all. Lines that make no sense are not among them: they are skipped, as officially.
var (
	ErrTooLarge        = errors.New("beatmap file is too large")
	ErrEmpty           = errors.New("beatmap file is empty")
	ErrVersion         = errors.New("beatmap file has a bad version of the format")
	ErrJSON            = errors.New("beatmap is in the JSON format of tests, which is not supported")
	ErrTooManyObjects  = errors.New("beatmap has too many hit objects")
	ErrTooManyTimings  = errors.New("beatmap has too many timing points")
	ErrTooManyBreaks   = errors.New("beatmap has too many breaks")
	ErrTooManyColours  = errors.New("beatmap has too many colours")
	ErrTooManyControls = errors.New("beatmap has too many control points of sliders")
	ErrTooManyNodes    = errors.New("beatmap has too many repeats of sliders")
)
