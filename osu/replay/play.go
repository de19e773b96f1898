package replay

import (
	"slices"

	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/score"
)

// Play returns what performance is calculated from: mods and judgements of lazer's block when the file has it, of the header
// otherwise. A score of stable gets Classic and keeps its total; its accuracy is what lazer makes of it. Errors are those of
// [Replay.Info].
// Source: ppy/osu osu.Game/Scoring/Legacy/LegacyScoreDecoder.cs.
func (r *Replay) Play() (score.Play, error) {
	info, err := r.Info()
	if err != nil {
		return score.Play{}, err
	}
	p := score.Play{MaxCombo: int(r.MaxCombo)}
	var perfect score.Statistics
	if info != nil {
		p.Mods, p.Statistics, perfect = info.Mods, info.Statistics, info.Maximum
	} else {
		p.Mods, p.Statistics = mods.FromLegacy(r.Mods, r.Ruleset), r.Counts().Statistics(r.Ruleset)
	}
	if !r.Lazer() {
		total := int64(r.TotalScore)
		p.Mods, p.LegacyTotal = slices.Concat(p.Mods, mods.Of(mods.Classic)), &total
	}
	if perfect.Empty() {
		perfect = p.Statistics.Perfect(r.Ruleset, 0)
	}
	p.Accuracy = score.Accuracy(r.Ruleset, &p.Statistics, &perfect)
	return p, nil
}
