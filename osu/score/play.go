package score

import "github.com/pure-peace/peace/osu/mods"

// Play is what the performance calculators need to know of a score.
type Play struct {
	Mods        mods.Set // with CL for a score of stable
	Statistics  Statistics
	MaxCombo    int
	Accuracy    float64 // 0 to 1
	LegacyTotal *int64  // total score of stable, without which its misses are estimated from the combo
}

// Legacy is the outcome of simulating stable's total score of a perfect play: what is needed to convert between totals.
type Legacy struct {
	AccuracyScore   int64   `json:"accuracy_score"`    // from hits alone
	ComboScore      int64   `json:"combo_score"`       // from the combo, before the multiplier of mods
	BonusScore      int64   `json:"bonus_score"`       // from spinners and the like
	BonusScoreRatio float64 `json:"bonus_score_ratio"` // of standardised to stable's bonus
	MaxCombo        int     `json:"max_combo"`
}
