package local

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pure-peace/peace/modules/rankings"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/osu"
)

// Config is the rankings section of the configuration. What of it decides how plays count comes into force for what is
// counted from then on, and for everything with Rebuild.
type Config struct {
	Bonus          string        `koanf:"bonus" doc:"pp for the number of beatmaps played: official, legacy (as private servers have kept it) or none"`
	RankedScore    string        `koanf:"ranked_score" doc:"what is added up as ranked and total score: classic, as stable shows it, or standardised"`
	RankedStatuses []string      `koanf:"ranked_statuses" doc:"status of the beatmaps whose best scores and grades count: ranked, approved, qualified, loved"`
	HistoryDays    int           `koanf:"history_days" doc:"days of ranks that are kept, 1 to 90"`
	KeepEffects    time.Duration `koanf:"keep_effects" doc:"how long it is known what each score changed, 1h to 8760h"`
	Batch          int           `koanf:"batch" doc:"entries of the log that are counted in one transaction, 1 to 1000"`
	Poll           time.Duration `koanf:"poll" doc:"how often the log is looked at without being told, 100ms to 10m"`
}

// The values of Config.RankedScore.
const (
	ScoreClassic      = "classic"
	ScoreStandardised = "standardised"
)

// DefaultConfig counts as the official server does, and adds up scores as the stable client shows them.
func DefaultConfig() Config {
	return Config{
		Bonus: BonusOfficial, RankedScore: ScoreClassic, RankedStatuses: []string{"ranked", "approved", "loved"},
		HistoryDays: rankings.HistoryDays, KeepEffects: 7 * 24 * time.Hour, Batch: 500, Poll: 5 * time.Second,
	}
}

// Validate reports the first setting that cannot work, named by its key.
func (c Config) Validate() error {
	switch {
	case !slices.Contains([]string{BonusOfficial, BonusLegacy, BonusNone}, c.Bonus):
		return fmt.Errorf("bonus: must be official, legacy or none, is %q", c.Bonus)
	case c.RankedScore != ScoreClassic && c.RankedScore != ScoreStandardised:
		return fmt.Errorf("ranked_score: must be classic or standardised, is %q", c.RankedScore)
	case len(c.RankedStatuses) > int(osu.StatusLoved):
		return errors.New("ranked_statuses: names a status twice")
	case c.HistoryDays < 1 || c.HistoryDays > rankings.HistoryDays:
		return fmt.Errorf("history_days: must be 1 to %d, is %d", rankings.HistoryDays, c.HistoryDays)
	case c.KeepEffects < time.Hour || c.KeepEffects > 8760*time.Hour:
		return fmt.Errorf("keep_effects: must be 1h to 8760h, is %v", c.KeepEffects)
	case c.Batch < 1 || c.Batch > scores.MaxBatch:
		return fmt.Errorf("batch: must be 1 to %d, is %d", scores.MaxBatch, c.Batch)
	case c.Poll < 100*time.Millisecond || c.Poll > 10*time.Minute:
		return fmt.Errorf("poll: must be 100ms to 10m, is %v", c.Poll)
	}
	for _, name := range c.RankedStatuses {
		if status, err := osu.ParseStatus(name); err != nil || !status.HasLeaderboard() {
			return fmt.Errorf("ranked_statuses: %q is none of ranked, approved, qualified, loved", name)
		}
	}
	return nil
}

// rules are what of the configuration decides how plays count.
type rules struct {
	bonus    string
	metric   scores.Metric // of the ranked score
	statuses []osu.Status
}

func (c Config) rules() rules {
	r := rules{bonus: c.Bonus, metric: scores.ByClassic}
	if c.RankedScore == ScoreStandardised {
		r.metric = scores.ByTotal
	}
	for _, name := range c.RankedStatuses {
		status, _ := osu.ParseStatus(name) // valid, as Validate says
		r.statuses = append(r.statuses, status)
	}
	slices.Sort(r.statuses)
	return r
}

// String names the rules, so that it shows when a count was begun under others.
func (r rules) String() string {
	var statuses []string
	for _, s := range slices.Compact(slices.Clone(r.statuses)) {
		statuses = append(statuses, s.String())
	}
	return fmt.Sprintf("%s %d %s", r.bonus, r.metric, strings.Join(statuses, ","))
}

// total is what a play adds to the total score.
func (r rules) total(s *scores.Score) int64 {
	if r.metric == scores.ByTotal {
		return s.Total
	}
	return s.Classic
}
