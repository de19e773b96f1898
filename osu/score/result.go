package score

// Result is how the game judged one hit object, numbered as in the official client.
type Result uint8

// The results.
const (
	None Result = iota
	Miss
	Meh
	Ok
	Good
	Great
	Perfect
	SmallTickMiss
	SmallTickHit
	LargeTickMiss
	LargeTickHit
	SmallBonus
	LargeBonus
	IgnoreMiss
	IgnoreHit
	ComboBreak
	SliderTailHit
	LegacyComboIncrease // pads the combo of stable's scores; no judgement

	// Results is their number.
	Results
)

// Statistics counts the judgements of a play by result.
type Statistics [Results]int32
