package mods

import "github.com/pure-peace/peace/osu"

// rulesets is a set of rulesets, a bit each.
type rulesets uint8

const (
	inStandard rulesets = 1 << osu.Standard
	inTaiko    rulesets = 1 << osu.Taiko
	inCatch    rulesets = 1 << osu.Catch
	inMania    rulesets = 1 << osu.Mania

	inAll = inStandard | inTaiko | inCatch | inMania
)

func (r rulesets) has(ruleset osu.Ruleset) bool { return r>>ruleset&1 != 0 }

// Kind is the column of the mod select that a mod stands in.
type Kind uint8

// The kinds.
const (
	DifficultyReduction Kind = iota
	DifficultyIncrease
	Conversion
	Automation
	Fun
	System // set by the game, never chosen
)

var kindNames = [...]string{"DifficultyReduction", "DifficultyIncrease", "Conversion", "Automation", "Fun", "System"}

// String returns the official name of the kind.
func (k Kind) String() string {
	if int(k) >= len(kindNames) {
		return "unknown"
	}
	return kindNames[k]
}

// entry is a row of the tables: a mod in all its rulesets. Where a field differs between them the row says in which it holds.
type entry struct {
	Acronym  Acronym
	Name     string
	rulesets rulesets

	ranked       rulesets // where it may be ranked at all
	atDefaults   bool     // ranked only when every setting is at its default
	atSpeed      bool     // ranked only at the default speed, whatever the pitch
	freestyle    bool     // a freestyle room may require it
	inert        rulesets // where the official game knows the mod but cannot play with it
	notByPlayers bool     // nobody plays with it: automatic, or set by the game
	roomOnly     bool     // a room may require it, but players of the room may not choose it
	alone        bool     // not in multiplayer rooms at all

	options []Option
}

// Sources of the tables: ppy/osu e9451fe, osu.Game/Rulesets/Mods, osu.Game.Rulesets.*/Mods and GetModsFor of each ruleset.

var reductions = []entry{
	{Acronym: Easy, Name: "Easy", rulesets: inAll, ranked: inAll, atDefaults: true, freestyle: true, options: []Option{
		integer("retries", 2, 0, 10).in(inStandard | inCatch | inMania)}},
	{Acronym: NoFail, Name: "No Fail", rulesets: inAll, ranked: inAll, freestyle: true},
	{Acronym: HalfTime, Name: "Half Time", rulesets: inAll, ranked: inAll, atSpeed: true, freestyle: true, roomOnly: true,
		options: []Option{speedDecrease, adjustPitch}},
	{Acronym: Daycore, Name: "Daycore", rulesets: inAll, ranked: inAll, atDefaults: true, freestyle: true, roomOnly: true,
		options: []Option{speedDecrease}},
	{Acronym: SimplifiedRhythm, Name: "Simplified Rhythm", rulesets: inTaiko, options: []Option{
		toggle("one_third_conversion", false), toggle("one_sixth_conversion", true), toggle("one_eighth_conversion", false)}},
	{Acronym: NoRelease, Name: "No Release", rulesets: inMania},
}

var increases = []entry{
	{Acronym: HardRock, Name: "Hard Rock", rulesets: inAll, ranked: inAll &^ inMania, freestyle: true},
	{Acronym: SuddenDeath, Name: "Sudden Death", rulesets: inAll, ranked: inAll, freestyle: true, options: []Option{
		toggle("fail_on_slider_tail", false).in(inStandard), restart}},
	{Acronym: Perfect, Name: "Perfect", rulesets: inAll, ranked: inAll, freestyle: true, options: []Option{
		toggle("require_perfect_hits", false).in(inMania), toggle("restart", true)}},
	{Acronym: DoubleTime, Name: "Double Time", rulesets: inAll, ranked: inAll, atSpeed: true, freestyle: true, roomOnly: true,
		options: []Option{speedIncrease, adjustPitch}},
	{Acronym: Nightcore, Name: "Nightcore", rulesets: inAll, ranked: inAll, atDefaults: true, freestyle: true, roomOnly: true,
		options: []Option{speedIncrease}},
	{Acronym: FadeIn, Name: "Fade In", rulesets: inMania, ranked: inMania},
	{Acronym: Hidden, Name: "Hidden", rulesets: inAll, ranked: inAll, atDefaults: true, options: []Option{
		toggle("only_fade_approach_circles", false).in(inStandard)}},
	{Acronym: Cover, Name: "Cover", rulesets: inMania, ranked: inMania, options: []Option{
		single("coverage", 0.5, 0.2, 0.8, 0.1), choice("direction", 0, "AlongScroll", "AgainstScroll")}},
	{Acronym: Traceable, Name: "Traceable", rulesets: inStandard, ranked: inStandard},
	{Acronym: Flashlight, Name: "Flashlight", rulesets: inAll, ranked: inAll, atDefaults: true, options: []Option{
		double("follow_delay", 120, 120, 1200, 120).in(inStandard),
		single("size_multiplier", 1, 0.5, 2, 0.1).in(inStandard),
		single("size_multiplier", 1, 0.5, 1.5, 0.1).in(inTaiko | inCatch),
		single("size_multiplier", 1, 0.5, 3, 0.1).in(inMania),
		toggle("combo_based_size", true).in(inAll &^ inMania),
		toggle("combo_based_size", false).in(inMania)}},
	{Acronym: Blinds, Name: "Blinds", rulesets: inStandard, ranked: inStandard},
	{Acronym: StrictTracking, Name: "Strict Tracking", rulesets: inStandard},
	{Acronym: AccuracyChallenge, Name: "Accuracy Challenge", rulesets: inAll, ranked: inAll, options: []Option{
		double("minimum_accuracy", 0.9, 0.6, 0.999, 0.001), choice("accuracy_judge_mode", 0, "MaximumAchievable", "Standard"), restart}},
}

var conversions = []entry{
	{Acronym: TargetPractice, Name: "Target Practice", rulesets: inStandard, options: []Option{
		seed, toggle("metronome", true)}},
	{Acronym: DifficultyAdjust, Name: "Difficulty Adjust", rulesets: inAll, freestyle: true, options: []Option{
		override("circle_size", 0, 11).in(inStandard | inCatch),
		override("approach_rate", -10, 11).in(inStandard),
		override("approach_rate", 0, 11).in(inCatch),
		override("drain_rate", 0, 11),
		override("overall_difficulty", 0, 11).in(inAll &^ inMania),
		override("overall_difficulty", -15, 15).in(inMania),
		override("scroll_speed", 0.25, 4).in(inTaiko),
		toggle("hard_rock_offsets", false).in(inCatch),
		extendedLimits}},
	{Acronym: Classic, Name: "Classic", rulesets: inAll, inert: inCatch, options: []Option{
		toggle("no_slider_head_accuracy", true).in(inStandard),
		toggle("classic_note_lock", true).in(inStandard),
		toggle("always_play_tail_sample", true).in(inStandard),
		toggle("fade_hit_circle_early", true).in(inStandard),
		toggle("classic_health", true).in(inStandard)}},
	{Acronym: Random, Name: "Random", rulesets: inStandard | inTaiko | inMania, options: []Option{
		single("angle_sharpness", 7, 1, 10, 0.1).in(inStandard), seed}},
	{Acronym: Mirror, Name: "Mirror", rulesets: inStandard | inCatch | inMania, ranked: inMania, options: []Option{
		choice("reflection", 0, "Horizontal", "Vertical", "Both").in(inStandard)}},
	{Acronym: Alternate, Name: "Alternate", rulesets: inStandard, ranked: inStandard},
	{Acronym: SingleTap, Name: "Single Tap", rulesets: inStandard | inTaiko, ranked: inStandard | inTaiko},
	{Acronym: Swap, Name: "Swap", rulesets: inTaiko, ranked: inTaiko},
	{Acronym: ConstantSpeed, Name: "Constant Speed", rulesets: inTaiko | inMania},
	{Acronym: DualStages, Name: "Dual Stages", rulesets: inMania},
	{Acronym: Invert, Name: "Invert", rulesets: inMania},
	{Acronym: HoldOff, Name: "Hold Off", rulesets: inMania},
	{Acronym: Key1, Name: "One Key", rulesets: inMania},
	{Acronym: Key2, Name: "Two Keys", rulesets: inMania},
	{Acronym: Key3, Name: "Three Keys", rulesets: inMania},
	{Acronym: Key4, Name: "Four Keys", rulesets: inMania, ranked: inMania},
	{Acronym: Key5, Name: "Five Keys", rulesets: inMania, ranked: inMania},
	{Acronym: Key6, Name: "Six Keys", rulesets: inMania, ranked: inMania},
	{Acronym: Key7, Name: "Seven Keys", rulesets: inMania, ranked: inMania},
	{Acronym: Key8, Name: "Eight Keys", rulesets: inMania, ranked: inMania},
	{Acronym: Key9, Name: "Nine Keys", rulesets: inMania, ranked: inMania},
	{Acronym: Key10, Name: "Ten Keys", rulesets: inMania},
}

var automations = []entry{
	{Acronym: Autoplay, Name: "Autoplay", rulesets: inAll, notByPlayers: true, alone: true},
	{Acronym: Cinema, Name: "Cinema", rulesets: inAll, notByPlayers: true, alone: true},
	{Acronym: Relax, Name: "Relax", rulesets: inStandard | inTaiko | inCatch},
	{Acronym: Autopilot, Name: "Autopilot", rulesets: inStandard},
	{Acronym: SpunOut, Name: "Spun Out", rulesets: inStandard, ranked: inStandard},
}

var fun = []entry{
	{Acronym: Transform, Name: "Transform", rulesets: inStandard},
	{Acronym: Wiggle, Name: "Wiggle", rulesets: inStandard, options: []Option{
		// The official bounds and step are 32-bit numbers that became 64-bit ones, and so is what they make of the default.
		double("strength", 1, float64(float32(0.1)), 2, float64(float32(0.1)))}},
	{Acronym: SpinIn, Name: "Spin In", rulesets: inStandard},
	{Acronym: Grow, Name: "Grow", rulesets: inStandard, options: []Option{
		single("start_scale", 0.5, 0, 0.99, 0.01)}},
	{Acronym: Deflate, Name: "Deflate", rulesets: inStandard, options: []Option{
		single("start_scale", 2, 1, 25, 0.1)}},
	{Acronym: WindUp, Name: "Wind Up", rulesets: inAll, freestyle: true, roomOnly: true, options: []Option{
		double("initial_rate", 1, 0.5, 1.99, 0.01), double("final_rate", 1.5, 0.51, 2, 0.01), adjustPitchOn}},
	{Acronym: WindDown, Name: "Wind Down", rulesets: inAll, freestyle: true, roomOnly: true, options: []Option{
		double("initial_rate", 1, 0.51, 2, 0.01), double("final_rate", 0.75, 0.5, 1.99, 0.01), adjustPitchOn}},
	{Acronym: BarrelRoll, Name: "Barrel Roll", rulesets: inStandard, options: []Option{
		double("spin_speed", 0.5, 0.02, 12, 0.01), choice("direction", 0, "Clockwise", "Counterclockwise")}},
	{Acronym: ApproachDifferent, Name: "Approach Different", rulesets: inStandard, options: []Option{
		single("scale", 4, 1.5, 10, 0.1),
		choice("style", 1, "Linear", "Gravity", "InOut1", "InOut2", "Accelerate1", "Accelerate2", "Accelerate3",
			"Decelerate1", "Decelerate2", "Decelerate3")}},
	{Acronym: FloatingFruits, Name: "Floating Fruits", rulesets: inCatch},
	{Acronym: Muted, Name: "Muted", rulesets: inAll, ranked: inAll, freestyle: true, options: []Option{
		toggle("inverse_muting", false), toggle("enable_metronome", true), integer("mute_combo_count", 100, 0, 500),
		toggle("affects_hit_sounds", true)}},
	{Acronym: NoScope, Name: "No Scope", rulesets: inStandard | inCatch, ranked: inStandard | inCatch, options: []Option{hideAtCombo}},
	{Acronym: MovingFast, Name: "Moving Fast", rulesets: inCatch},
	{Acronym: Magnetised, Name: "Magnetised", rulesets: inStandard, options: []Option{
		single("attraction_strength", 0.5, 0.05, 1, 0.05)}},
	{Acronym: Repel, Name: "Repel", rulesets: inStandard, options: []Option{
		single("repulsion_strength", 0.5, 0.05, 1, 0.05)}},
	{Acronym: AdaptiveSpeed, Name: "Adaptive Speed", rulesets: inAll &^ inCatch, alone: true, options: []Option{
		double("initial_rate", 1, 0.5, 2, 0.01), adjustPitchOn}},
	{Acronym: FreezeFrame, Name: "Freeze Frame", rulesets: inStandard},
	{Acronym: Bubbles, Name: "Bubbles", rulesets: inStandard},
	{Acronym: Synesthesia, Name: "Synesthesia", rulesets: inStandard | inCatch},
	{Acronym: Depth, Name: "Depth", rulesets: inStandard, options: []Option{
		single("max_depth", 100, 50, 200, 10), toggle("show_approach_circles", true)}},
	{Acronym: Bloom, Name: "Bloom", rulesets: inStandard, options: []Option{
		integer("max_size_combo_count", 50, 5, 100), single("max_cursor_size", 10, 5, 15, 0.5)}},
}

var systems = []entry{
	{Acronym: TouchDevice, Name: "Touch Device", rulesets: inStandard, ranked: inStandard, alone: true},
	{Acronym: ScoreV2, Name: "Score V2", rulesets: inAll, inert: inAll &^ inMania, notByPlayers: true, alone: true},
}
