package local

import (
	"errors"
	"fmt"
	"time"

	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/osu"
)

// Config is the scores section of the configuration.
type Config struct {
	Stable Metrics `koanf:"stable" doc:"what the boards of stable clients compare: performance, total (standardised) or classic"`
	Lazer  Metrics `koanf:"lazer" doc:"what the boards of lazer clients compare: performance, total (standardised) or classic"`
	Merge  bool    `koanf:"merge" doc:"stable and lazer share their boards; after a change run a recalculation of all scores"`

	Queue   int           `koanf:"queue" doc:"submissions that may wait at once, 1 to 100000; more are sent again by their clients"`
	Batch   int           `koanf:"batch" doc:"submissions that share one transaction, 1 to 200"`
	Workers int           `koanf:"workers" doc:"earlier submissions that are processed at once, 1 to 64"`
	Timeout time.Duration `koanf:"timeout" doc:"how long a step of a submission may take, 1s to 1m"`

	Retry  time.Duration `koanf:"retry" doc:"how often to look for submissions that were interrupted, 100ms to 10m"`
	Counts time.Duration `koanf:"counts" doc:"how often the plays of beatmaps are told to the beatmaps module, 1s to 1h"`
	Recent int           `koanf:"recent" doc:"plays that a player's list of recent plays goes back at most, 1 to 10000"`
	Tokens time.Duration `koanf:"tokens" doc:"how long a lazer client may play for a score token, 1h to 720h"`
	Cache  int           `koanf:"cache" doc:"places on leaderboards that are kept in memory, about 32 bytes each; 1000 to 100000000"`
}

// Metrics says what is compared on boards whose metric nobody asks for.
type Metrics struct {
	Vanilla   string `koanf:"vanilla" doc:"performance, total or classic"`
	Relax     string `koanf:"relax" doc:"performance, total or classic; with performance, boards without pp go by score"`
	Autopilot string `koanf:"autopilot" doc:"performance, total or classic; with performance, boards without pp go by score"`
}

// DefaultConfig compares stable's scores as stable does, with relax and autopilot by pp, and lazer's by the standardised total.
func DefaultConfig() Config {
	return Config{
		Stable: Metrics{Vanilla: "classic", Relax: "performance", Autopilot: "performance"},
		Lazer:  Metrics{Vanilla: "total", Relax: "total", Autopilot: "total"},
		Merge:  true,
		Queue:  2000, Batch: 64, Workers: 4, Timeout: 10 * time.Second,
		Retry: time.Second, Counts: 5 * time.Second, Recent: 1000, Tokens: 7 * 24 * time.Hour, Cache: 1_000_000,
	}
}

// Validate reports the first setting that cannot work, named by its key.
func (c Config) Validate() error {
	for client, m := range map[string]Metrics{"stable": c.Stable, "lazer": c.Lazer} {
		for variant, name := range map[string]string{"vanilla": m.Vanilla, "relax": m.Relax, "autopilot": m.Autopilot} {
			if _, ok := metricNames[name]; !ok {
				return fmt.Errorf("%s.%s: must be performance, total or classic, is %q", client, variant, name)
			}
		}
	}
	switch {
	case c.Queue < 1 || c.Queue > 100_000:
		return fmt.Errorf("queue: must be 1 to 100000, is %d", c.Queue)
	case c.Batch < 1 || c.Batch > 200:
		return fmt.Errorf("batch: must be 1 to 200, is %d", c.Batch)
	case c.Workers < 1 || c.Workers > 64:
		return fmt.Errorf("workers: must be 1 to 64, is %d", c.Workers)
	case c.Timeout < time.Second || c.Timeout > time.Minute:
		return fmt.Errorf("timeout: must be 1s to 1m, is %v", c.Timeout)
	case c.Retry < 100*time.Millisecond || c.Retry > 10*time.Minute:
		return fmt.Errorf("retry: must be 100ms to 10m, is %v", c.Retry)
	case c.Counts < time.Second || c.Counts > time.Hour:
		return errors.New("counts: must be 1s to 1h")
	case c.Recent < 1 || c.Recent > 10_000:
		return fmt.Errorf("recent: must be 1 to 10000, is %d", c.Recent)
	case c.Tokens < time.Hour || c.Tokens > 720*time.Hour:
		return fmt.Errorf("tokens: must be 1h to 720h, is %v", c.Tokens)
	case c.Cache < 1000 || c.Cache > 100_000_000:
		return fmt.Errorf("cache: must be 1000 to 100000000, is %d", c.Cache)
	}
	return nil
}

var metricNames = map[string]scores.Metric{
	"performance": scores.ByPerformance, "total": scores.ByTotal, "classic": scores.ByClassic,
}

// metric returns what a board compares by default. Where no play earns pp, score decides.
func (c *Config) metric(client scores.Client, variant osu.Variant, status osu.Status) scores.Metric {
	metrics, byScore := c.Stable, scores.ByClassic
	if client == scores.Lazer {
		metrics, byScore = c.Lazer, scores.ByTotal
	}
	name := metrics.Vanilla
	switch variant {
	case osu.Relax:
		name = metrics.Relax
	case osu.Autopilot:
		name = metrics.Autopilot
	}
	if m := metricNames[name]; m != scores.ByPerformance || status.GivesPerformance() {
		return m
	}
	return byScore
}

// everybody is the pool of boards that clients share.
const everybody scores.Client = 0

// pool returns whose scores a client's are compared with.
func (c *Config) pool(client scores.Client) scores.Client {
	if c.Merge {
		return everybody
	}
	return client
}
