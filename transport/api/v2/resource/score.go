package resource

import (
	"math"
	"time"

	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/score"
)

// Score is a score of either client, as lazer and every program since July 2022 reads it. beatmap comes before beatmapset,
// without which lazer fails on the whole list.
type Score struct {
	ClassicTotalScore     int64            `json:"classic_total_score"`
	Preserve              bool             `json:"preserve"`
	Processed             bool             `json:"processed"`
	Ranked                bool             `json:"ranked"`
	MaximumStatistics     score.Statistics `json:"maximum_statistics"`
	Mods                  mods.Set         `json:"mods"`
	Statistics            score.Statistics `json:"statistics"`
	TotalScoreWithoutMods *int64           `json:"total_score_without_mods,omitempty"`
	BeatmapID             int32            `json:"beatmap_id"`
	BestID                *int64           `json:"best_id"`
	ID                    int64            `json:"id"`
	Rank                  string           `json:"rank"`
	Type                  string           `json:"type"`
	UserID                int32            `json:"user_id"`
	Accuracy              float64          `json:"accuracy"`
	BuildID               *int32           `json:"build_id"`
	EndedAt               Time             `json:"ended_at"`
	HasReplay             bool             `json:"has_replay"`
	IsPerfectCombo        bool             `json:"is_perfect_combo"`
	LegacyPerfect         bool             `json:"legacy_perfect"`
	LegacyScoreID         *int64           `json:"legacy_score_id"`
	LegacyTotalScore      int64            `json:"legacy_total_score"`
	MaxCombo              int32            `json:"max_combo"`
	Passed                bool             `json:"passed"`
	PP                    *float64         `json:"pp"`
	RulesetID             int32            `json:"ruleset_id"`
	StartedAt             *Time            `json:"started_at"`
	TotalScore            int64            `json:"total_score"`
	Replay                bool             `json:"replay"`
	Pauses                []int32          `json:"pauses"`

	CurrentUserAttributes ScoreUserAttributes `json:"current_user_attributes"`
	Beatmap               *Beatmap            `json:"beatmap,omitempty"`
	Beatmapset            *Beatmapset         `json:"beatmapset,omitempty"`
	Position              *int32              `json:"position,omitempty"`
	RankCountry           *int32              `json:"rank_country,omitempty"`
	RankGlobal            *int32              `json:"rank_global,omitempty"`
	ReplayViews           *int32              `json:"replay_views,omitempty"`
	User                  *User               `json:"user,omitempty"`
	Weight                *Weight             `json:"weight,omitempty"`
}

// ScoreUserAttributes is what the viewer may do with a score.
type ScoreUserAttributes struct {
	Pin *Pin `json:"pin"`
}

// Pin says whether the viewer shows a score of his on his profile.
type Pin struct {
	IsPinned bool  `json:"is_pinned"`
	ScoreID  int64 `json:"score_id"`
}

// Weight is how much a score counts for its player's pp.
type Weight struct {
	Percentage float64 `json:"percentage"`
	PP         float64 `json:"pp"`
}

// LegacyScore is a score as programs read it that were written before July 2022, or do not say when.
type LegacyScore struct {
	Accuracy   float64          `json:"accuracy"`
	BestID     *int64           `json:"best_id"`
	CreatedAt  Time             `json:"created_at"`
	ID         int64            `json:"id"`
	MaxCombo   int32            `json:"max_combo"`
	Mode       string           `json:"mode"`
	ModeInt    int32            `json:"mode_int"`
	Mods       []string         `json:"mods"`
	Passed     bool             `json:"passed"`
	Perfect    bool             `json:"perfect"`
	PP         *float64         `json:"pp"`
	Rank       string           `json:"rank"`
	Replay     bool             `json:"replay"`
	Score      int64            `json:"score"`
	Statistics LegacyStatistics `json:"statistics"`
	Type       string           `json:"type"`
	UserID     int32            `json:"user_id"`

	CurrentUserAttributes ScoreUserAttributes `json:"current_user_attributes"`
	Beatmap               *Beatmap            `json:"beatmap,omitempty"`
	Beatmapset            *Beatmapset         `json:"beatmapset,omitempty"`
	RankCountry           *int32              `json:"rank_country,omitempty"`
	RankGlobal            *int32              `json:"rank_global,omitempty"`
	ReplayViews           *int32              `json:"replay_views,omitempty"`
	User                  *User               `json:"user,omitempty"`
	Weight                *Weight             `json:"weight,omitempty"`
}

// LegacyStatistics are the judgements by stable's counters.
type LegacyStatistics struct {
	Count100  int32 `json:"count_100"`
	Count300  int32 `json:"count_300"`
	Count50   int32 `json:"count_50"`
	CountGeki int32 `json:"count_geki"`
	CountKatu int32 `json:"count_katu"`
	CountMiss int32 `json:"count_miss"`
}

// newFormat is the version of the API that brought Score.
const newFormat = 20220705

// In returns the score as clients of a version of the API read it.
func (s *Score) In(version int, play *scores.Score) any {
	if version >= newFormat {
		return s
	}
	return s.legacy(play)
}

// NewScore returns a score as the API has it, without what is only included in some answers. maxCombo is that of the score's
// beatmap in the score's ruleset, 0 when it is unknown.
func NewScore(s *scores.Score, maxCombo int32) *Score {
	got := statistics(s.Statistics)
	out := &Score{
		Preserve: s.Passed, Processed: true, Ranked: s.Ranked, MaximumStatistics: statistics(s.Maximum), Mods: s.Mods, Statistics: got,
		TotalScoreWithoutMods: withoutMods(s), BeatmapID: s.BeatmapID, ID: s.ID, Rank: rank(s), Type: "solo_score", UserID: s.UserID,
		Accuracy: s.Accuracy, EndedAt: At(s.EndedAt), HasReplay: s.HasReplay, MaxCombo: s.MaxCombo, Passed: s.Passed, PP: s.PP,
		RulesetID: int32(s.Ruleset), TotalScore: s.Total, Replay: s.HasReplay, Pauses: s.Pauses,
	}
	if out.Pauses == nil {
		out.Pauses = []int32{}
	}
	if s.PlayTime > 0 {
		out.StartedAt = Maybe(s.EndedAt.Add(-s.PlayTime).Truncate(time.Second))
	}
	switch {
	case len(s.Maximum) > 0:
	case s.Client == scores.Stable: // which does not tell: lazer makes classic totals of it
		out.MaximumStatistics = got.Perfect(s.Ruleset, int(maxCombo))
	default:
		out.MaximumStatistics = got.Perfect(s.Ruleset, 0)
	}
	out.ClassicTotalScore = score.Classic(s.Ruleset, s.Total, out.MaximumStatistics.Objects())
	out.IsPerfectCombo = int(s.MaxCombo) >= out.MaximumStatistics.Combo()
	out.LegacyPerfect = out.IsPerfectCombo
	if s.Client == scores.Stable {
		id := s.ID
		out.LegacyScoreID, out.LegacyTotalScore = &id, min(s.Classic, math.MaxInt32) // which is all that lazer takes there
		out.IsPerfectCombo = s.FullCombo || maxCombo > 0 && s.MaxCombo >= maxCombo
		out.LegacyPerfect = s.FullCombo
	}
	return out
}

// rank returns the grade as clients read it; who has none failed.
func rank(s *scores.Score) string {
	if s.Grade >= osu.GradeF {
		return osu.GradeF.String()
	}
	return s.Grade.String()
}

// statistics reads judgements that the scores module has checked.
func statistics(counts map[string]int32) score.Statistics {
	s, err := score.FromMap(counts)
	if err != nil { // of a newer server's score
		return score.Statistics{}
	}
	return s
}

func withoutMods(s *scores.Score) *int64 {
	if s.TotalWithoutMods != nil {
		return s.TotalWithoutMods
	}
	multiplier := s.Mods.ScoreMultiplier(s.Ruleset, mods.Terms{})
	if multiplier <= 0 {
		return nil
	}
	total := int64(math.Round(float64(s.Total) / multiplier))
	return &total
}

// legacy returns the score in the old form.
func (s *Score) legacy(play *scores.Score) *LegacyScore {
	counts := s.Statistics.Counts(play.Ruleset)
	out := &LegacyScore{
		Accuracy: s.Accuracy, CreatedAt: s.EndedAt, ID: s.ID, MaxCombo: s.MaxCombo, Mode: play.Ruleset.String(),
		ModeInt: s.RulesetID, Mods: []string{}, Passed: s.Passed, Perfect: s.LegacyPerfect, PP: s.PP, Rank: s.Rank, Replay: s.HasReplay,
		Score: s.ClassicTotalScore, Type: s.Type, UserID: s.UserID,
		Statistics: LegacyStatistics{
			Count100: counts.Count100, Count300: counts.Count300, Count50: counts.Count50, CountGeki: counts.CountGeki,
			CountKatu: counts.CountKatu, CountMiss: counts.CountMiss,
		},
		CurrentUserAttributes: s.CurrentUserAttributes, Beatmap: s.Beatmap, Beatmapset: s.Beatmapset, RankCountry: s.RankCountry,
		RankGlobal: s.RankGlobal, ReplayViews: s.ReplayViews, User: s.User, Weight: s.Weight,
	}
	for _, m := range s.Mods {
		if m.Acronym != mods.Classic || play.Client != scores.Stable { // which stable knows nothing of
			out.Mods = append(out.Mods, string(m.Acronym))
		}
	}
	if play.Client == scores.Stable {
		out.Score, out.Type = play.Classic, "score_"+play.Ruleset.String()
		if play.Ruleset == osu.Standard {
			out.Statistics.CountGeki, out.Statistics.CountKatu = play.Geki, play.Katu
		}
		if play.Ranked {
			id := s.ID
			out.BestID, out.Type = &id, "score_best_"+play.Ruleset.String()
		}
	}
	return out
}
