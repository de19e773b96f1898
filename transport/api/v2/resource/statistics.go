package resource

import (
	"math"

	"github.com/pure-peace/peace/modules/rankings"
	"github.com/pure-peace/peace/osu"
)

// Statistics are the figures of a user in a ruleset. Neither they nor their level are ever null: lazer would refuse all of the
// answer around them.
type Statistics struct {
	Count100               int32       `json:"count_100"`
	Count300               int32       `json:"count_300"`
	Count50                int32       `json:"count_50"`
	CountMiss              int32       `json:"count_miss"`
	Level                  Level       `json:"level"`
	GlobalRank             *int32      `json:"global_rank"`
	GlobalRankPercent      *float64    `json:"global_rank_percent"` // 0 to 1
	GlobalRankExp          *int32      `json:"global_rank_exp"`
	PP                     float64     `json:"pp"`
	PPExp                  float64     `json:"pp_exp"`
	RankedScore            int64       `json:"ranked_score"`
	HitAccuracy            float64     `json:"hit_accuracy"` // 0 to 100
	Accuracy               float64     `json:"accuracy"`     // 0 to 1
	PlayCount              int32       `json:"play_count"`
	PlayTime               int32       `json:"play_time"` // seconds
	TotalScore             int64       `json:"total_score"`
	TotalHits              int32       `json:"total_hits"`
	MaximumCombo           int32       `json:"maximum_combo"`
	ReplaysWatchedByOthers int32       `json:"replays_watched_by_others"`
	IsRanked               bool        `json:"is_ranked"`
	GradeCounts            GradeCounts `json:"grade_counts"`
	CountryRank            *int32      `json:"country_rank"`
	Rank                   CountryRank `json:"rank"`
	User                   *User       `json:"user,omitempty"`
}

// RankedStatistics are the figures of a user in a ranking.
type RankedStatistics struct {
	Statistics
	RankChange *int32 `json:"rank_change_since_30_days"` // below 0 for who came up
}

// Level is how far the total score has brought a user.
type Level struct {
	Current  int32 `json:"current"`
	Progress int32 `json:"progress"` // percent of the way to the next level
}

// GradeCounts are on how many beatmaps a user has a grade.
type GradeCounts struct {
	SS  int32 `json:"ss"`
	SSH int32 `json:"ssh"`
	S   int32 `json:"s"`
	SH  int32 `json:"sh"`
	A   int32 `json:"a"`
}

// CountryRank is an older place of the rank in the country.
type CountryRank struct {
	Country *int32 `json:"country"`
}

// StatisticsRulesets are the figures in every ruleset.
type StatisticsRulesets struct {
	Osu    Statistics `json:"osu"`
	Taiko  Statistics `json:"taiko"`
	Fruits Statistics `json:"fruits"`
	Mania  Statistics `json:"mania"`
}

// Of returns where the figures of a ruleset stand.
func (s *StatisticsRulesets) Of(ruleset osu.Ruleset) *Statistics {
	return [...]*Statistics{&s.Osu, &s.Taiko, &s.Fruits, &s.Mania}[ruleset]
}

// StatisticsOf returns figures as the API shows them. Numbers that lazer has 32 bits for stay within them.
func StatisticsOf(s rankings.Statistics) Statistics {
	level, progress := osu.LevelProgress(max(s.TotalScore, 0))
	country := rankOrNull(s.CountryRank)
	return Statistics{
		Count100:               Int32(s.Count100),
		Count300:               Int32(s.Count300),
		Count50:                Int32(s.Count50),
		CountMiss:              Int32(s.CountMiss),
		Level:                  Level{Current: int32(min(level, math.MaxInt32)), Progress: int32(progress * 100)},
		GlobalRank:             rankOrNull(s.GlobalRank),
		PP:                     finite(s.PP),
		RankedScore:            s.RankedScore,
		HitAccuracy:            finite(s.Accuracy) * 100,
		Accuracy:               finite(s.Accuracy),
		PlayCount:              s.Playcount,
		PlayTime:               Int32(int64(s.PlayTime.Seconds())),
		TotalScore:             s.TotalScore,
		TotalHits:              Int32(s.Hits),
		MaximumCombo:           s.MaxCombo,
		ReplaysWatchedByOthers: s.ReplaysWatched,
		IsRanked:               s.GlobalRank > 0,
		GradeCounts:            GradeCounts{SS: s.GradeX, SSH: s.GradeXH, S: s.GradeS, SH: s.GradeSH, A: s.GradeA},
		CountryRank:            country,
		Rank:                   CountryRank{country},
	}
}

// rankOrNull returns a rank, which is null for who has none.
func rankOrNull(r int32) *int32 {
	if r <= 0 {
		return nil
	}
	return &r
}

// finite returns f, and 0 for what JSON has no number for.
func finite(f float64) float64 {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return 0
	}
	return f
}

// Int32 returns the number of 32 bits that is nearest to n.
func Int32(n int64) int32 { return int32(min(max(n, math.MinInt32), math.MaxInt32)) }
