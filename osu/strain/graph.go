package strain

// Graph is what one skill makes of a beatmap over its time.
type Graph struct {
	Skill         string    // as the official client calls it
	Value         float64   // what star ratings are made of
	SectionLength float64   // milliseconds of the rate-adjusted clock; 0 when the skill has no sections
	Peaks         []float64 // highest strain of each section from the first object's on; nil when the skill has no sections
	Objects       []float64 // strain at each object that has a difficulty: all but the first one, or few, of the beatmap
	Times         []float64 // when those objects are to be hit, in milliseconds of the rate-adjusted clock
}
