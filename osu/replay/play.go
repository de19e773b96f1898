package replay

import (
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/score"
)

// Play returns what the performance calculators need to know of the score: what lazer's block says, else what the header says.
// A score of stable has the mod CL and its total score. The accuracy is left at 0, since it takes the beatmap to know it.
func (r *Replay) Play() (score.Play, error) {
	info, err := r.Info()
	if err != nil {
		return score.Play{}, err
	}
	play := score.Play{MaxCombo: int(r.MaxCombo)}
	if info != nil {
		play.Mods, play.Statistics = info.Mods, info.Statistics
		return play, nil
	}
	play.Mods, play.Statistics = mods.FromLegacy(r.Mods, r.Ruleset), r.Counts().Statistics(r.Ruleset)
	if !r.Lazer() {
		total := int64(r.TotalScore)
		play.LegacyTotal = &total
		if !play.Mods.Has(mods.Classic) {
			play.Mods = append(play.Mods, mods.Mod{Acronym: mods.Classic})
		}
	}
	return play, nil
}
