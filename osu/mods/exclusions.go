package mods

// exclusion says that none of these mods goes with any of those. A list that appears on both sides is one of which a play has
// at most one.
type exclusion struct {
	rulesets     rulesets // where it holds; 0 is everywhere
	these, those []Acronym
}

type list = []Acronym

// Lists that exclude themselves or are excluded together.
var (
	speeds      = list{HalfTime, Daycore, DoubleTime, Nightcore, WindUp, WindDown, AdaptiveSpeed}
	settings    = list{Easy, HardRock, DifficultyAdjust}
	keys        = list{Key1, Key2, Key3, Key4, Key5, Key6, Key7, Key8, Key9, Key10}
	automatic   = list{Autoplay, Cinema}
	covers      = list{FadeIn, Hidden, Cover}
	holds       = list{NoRelease, Invert, HoldOff}
	tapping     = list{Alternate, SingleTap}
	pulls       = list{Magnetised, Repel}
	fadesCircle = list{Hidden, TargetPractice, SpinIn, Grow, Deflate} // hide approach circles
	needsCircle = list{Traceable, ApproachDifferent}                  // need approach circles
	wobbles     = list{Transform, Wiggle}
	visibility  = list{Hidden, Traceable, TargetPractice, Transform, Wiggle, SpinIn, Grow, Deflate}
)

// exclusions is every pair of mods that does not go together. The official game lists them at either mod of a pair, or at both,
// some by a class that many mods belong to; a pair counts whichever says so.
// Source: ppy/osu e9451fe, IncompatibleMods of every mod, ModUtils.CheckCompatibleSet.
var exclusions = []exclusion{
	{0, speeds, speeds},
	{0, settings, settings},
	{0, automatic, automatic},
	{0, automatic, list{Relax, AdaptiveSpeed, TouchDevice, SingleTap, Alternate, MovingFast, Autopilot, SpunOut, Magnetised, Repel}},
	{0, list{Cinema}, list{NoFail, SuddenDeath, Perfect, AccuracyChallenge}},
	{0, list{NoFail}, list{SuddenDeath, Perfect, AccuracyChallenge}},
	{0, list{Perfect}, list{SuddenDeath, AccuracyChallenge}},
	{inAll &^ inTaiko, list{Easy}, list{AccuracyChallenge}}, // taiko's has no extra lives
	{0, list{Relax}, list{SingleTap, Alternate, MovingFast, Autopilot, Magnetised}},

	{inStandard, list{HardRock}, list{Mirror}},
	{inStandard, list{Autopilot}, list{SpunOut, Magnetised, Repel, TouchDevice}},
	{inStandard, tapping, tapping},
	{inStandard, list{Flashlight}, list{Blinds, Bloom}},
	{inStandard, list{Bloom}, list{NoScope, TouchDevice}},
	{inStandard, list{StrictTracking}, list{Classic, TargetPractice}},
	{inStandard, list{TargetPractice}, list{Random, SpunOut, SuddenDeath, DifficultyAdjust}},
	{inStandard, needsCircle, fadesCircle},
	{inStandard, list{ApproachDifferent, Transform, Depth, Hidden}, list{FreezeFrame}},
	{inStandard, list{SpinIn}, list{Hidden, Grow, Deflate}},
	{inStandard, list{Grow}, list{Deflate}},
	{inStandard, wobbles, wobbles},
	{inStandard, pulls, wobbles},
	{inStandard, pulls, pulls},
	{inStandard, pulls, list{Bubbles, Depth}},
	{inStandard, list{BarrelRoll}, list{Bubbles}},
	{inStandard, list{Depth}, visibility},

	{inTaiko, list{Random}, list{Swap}},

	{inMania, covers, covers},
	{inMania, covers, list{Flashlight}},
	{inMania, holds, holds},
	{inMania, keys, keys},
}
