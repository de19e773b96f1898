// Package performance is the contract of the module that says how hard beatmaps are and how much plays are worth.
//
// A beatmap is named by its MD5. The module keeps the files that it was taught and the difficulty attributes that it
// calculated, so that the pp of a play costs microseconds once its beatmap and mods are known. Whoever asks about a beatmap
// that the module does not know (ErrUnknownBeatmap) teaches it the file and asks again.
//
// Several algorithms may stand side by side under names of their own: the one that the configuration names counts, the others
// are there to be previewed. Each has a version per ruleset, and attributes of different versions never mix.
package performance

import (
	"context"
	"iter"

	"github.com/pure-peace/peace/modules/fault"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/mods"
)

// The faults of this contract.
var (
	// ErrUnknownBeatmap says that no file with this MD5 was taught.
	ErrUnknownBeatmap = fault.New(fault.NotFound, "performance", "unknown_beatmap", "this beatmap is not known")
	// ErrBadBeatmap says why a file is not a beatmap that can be played.
	ErrBadBeatmap = fault.New(fault.Invalid, "performance", "bad_beatmap", "this is not a playable beatmap")
	// ErrBadRuleset says that the beatmap cannot be played in this ruleset.
	ErrBadRuleset = fault.New(fault.Invalid, "performance", "bad_ruleset", "the beatmap cannot be played in this ruleset")
	// ErrBadMods says which mods or settings do not exist in the ruleset. Mods that do not go together are rated all the same.
	ErrBadMods = fault.New(fault.Invalid, "performance", "bad_mods", "there are no such mods in this ruleset")
	// ErrBadPlay says what is impossible about a play.
	ErrBadPlay = fault.New(fault.Invalid, "performance", "bad_play", "this play is impossible")
	// ErrUnknownAlgorithm says that no algorithm has this name.
	ErrUnknownAlgorithm = fault.New(fault.NotFound, "performance", "unknown_algorithm", "there is no such algorithm")
	// ErrTooHard says that the calculation took longer than the module allows.
	ErrTooHard = fault.New(fault.Exhausted, "performance", "too_hard", "this beatmap takes too long to calculate")
	// ErrBusy says that too many calculations wait already.
	ErrBusy = fault.New(fault.Unavailable, "performance", "busy", "too many calculations are waiting")
	// ErrTooLarge says that a call asks for more than the bounds below.
	ErrTooLarge = fault.New(fault.Invalid, "performance", "too_large", "too much was asked for at once")
)

// Bounds of one call.
const (
	MaxFile  = 3 << 20 // bytes of a file that is taught
	MaxPlays = 1000    // of one Performance
	MaxJobs  = 10_000  // of one Recalculate
)

// Service calculates. It is safe for concurrent use.
type Service interface {
	// Algorithms lists the algorithms, the one that counts first.
	Algorithms(ctx context.Context) ([]Algorithm, error)

	// Learn keeps a beatmap's file and returns its MD5. ErrBadBeatmap, ErrTooLarge.
	Learn(ctx context.Context, file []byte) (string, error)

	// Difficulty returns how hard a beatmap is. ErrUnknownBeatmap, ErrBadRuleset, ErrBadMods, ErrUnknownAlgorithm, ErrTooHard,
	// ErrBusy.
	Difficulty(ctx context.Context, target Target) (Difficulty, error)

	// Performance returns what plays are worth, in their order; all of them were made with the target's mods. The faults of
	// Difficulty, ErrBadPlay, ErrTooLarge.
	Performance(ctx context.Context, target Target, plays []Play) ([]Performance, error)

	// Strains returns what makes a beatmap hard over its time, a graph for each skill. The faults of Difficulty.
	Strains(ctx context.Context, target Target) ([]Strain, error)

	// Recalculate works through many jobs on all cores and yields an outcome for each, in no particular order. It does not
	// give up at a job that fails: its outcome says why. ErrTooLarge.
	Recalculate(ctx context.Context, jobs []Job) iter.Seq2[Outcome, error]
}

// Algorithm is one way to calculate.
type Algorithm struct {
	Name     string
	Versions []int32 // by ruleset
}

// Target is what to calculate.
type Target struct {
	Beatmap   string // MD5 in hexadecimal
	Ruleset   osu.Ruleset
	Mods      mods.Set // with CL for scores of stable
	Algorithm string   // "" for the one that counts
	Passed    int32    // objects that the plays passed before they stopped; 0 for all
}

// Difficulty is how hard a target is.
type Difficulty struct {
	Stars     float64
	MaxCombo  int32
	Values    map[string]float64 // the attributes under their official names; one that has no value is absent
	Max       map[string]int32   // judgements of a perfect play of the whole beatmap, by the official names of hit results
	Legacy    Legacy             // likewise
	Algorithm string
	Version   int32
}

// Legacy is stable's total score of a perfect play, from which stable's totals are converted.
type Legacy struct {
	AccuracyScore   int64
	ComboScore      int64
	BonusScore      int64
	BonusScoreRatio float64
	MaxCombo        int32
}

// Play is one play on a target.
type Play struct {
	Statistics  map[string]int32 // judgements by the official names of hit results
	MaxCombo    int32
	Accuracy    *float64 // 0 to 1; calculated from the statistics when absent
	LegacyTotal *int64   // total score of stable
}

// Performance is what a play is worth.
type Performance struct {
	PP     float64            // 0 where the algorithm gives no finite number, as for absurd beatmaps
	Values map[string]float64 // the attributes under their official names; one that has no value is absent
}

// Strain is the difficulty of one skill over time.
type Strain struct {
	Skill         string
	SectionLength float64   // milliseconds of a section; 0 where sections vary
	Peaks         []float64 // the highest strain of each section
	Times         []float64 // milliseconds, of each object
	Objects       []float64 // the strain of each object
}

// Job is one target of a recalculation with the plays on it.
type Job struct {
	ID     int64 // the caller's own
	Target Target
	Plays  []Play
}

// Outcome is the result of a Job. When it failed, Reason is the fault's reason and Message its text, and there is nothing else.
type Outcome struct {
	ID          int64
	Difficulty  Difficulty
	Performance []Performance
	Reason      string
	Message     string
}
