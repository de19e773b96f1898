package local

import (
	"strings"
	"testing"
	"time"
)

func TestConfig(t *testing.T) {
	if err := DefaultConfig().Validate(); err != nil {
		t.Error(err)
	}
	for key, edits := range map[string][]func(*Config){
		"bonus":        {func(c *Config) { c.Bonus = "" }, func(c *Config) { c.Bonus = "generous" }},
		"ranked_score": {func(c *Config) { c.RankedScore = "pp" }},
		"ranked_statuses": {
			func(c *Config) { c.RankedStatuses = []string{"pending"} },
			func(c *Config) { c.RankedStatuses = []string{"rankd"} },
			func(c *Config) { c.RankedStatuses = strings.Split("ranked ranked ranked ranked ranked", " ") },
		},
		"history_days": {func(c *Config) { c.HistoryDays = 0 }, func(c *Config) { c.HistoryDays = 91 }},
		"keep_effects": {func(c *Config) { c.KeepEffects = 0 }, func(c *Config) { c.KeepEffects = 8761 * time.Hour }},
		"batch":        {func(c *Config) { c.Batch = 0 }, func(c *Config) { c.Batch = 1001 }},
		"poll":         {func(c *Config) { c.Poll = 0 }, func(c *Config) { c.Poll = time.Hour }},
	} {
		for _, edit := range edits {
			c := DefaultConfig()
			edit(&c)
			if err := c.Validate(); err == nil || !strings.HasPrefix(err.Error(), key+": ") {
				t.Errorf("%s: %v", key, err)
			}
		}
	}
}

// TestRules says that rules have the same name when they are the same, and only then: a rebuild goes on by it.
func TestRules(t *testing.T) {
	c := DefaultConfig()
	name := c.rules().String()
	c.RankedStatuses = []string{"loved", "ranked", "approved", "ranked"}
	if got := c.rules().String(); got != name {
		t.Errorf("%q in another order is %q", name, got)
	}
	seen := map[string]bool{name: true}
	for _, edit := range []func(*Config){
		func(c *Config) { c.Bonus = BonusLegacy }, func(c *Config) { c.RankedScore = ScoreStandardised },
		func(c *Config) { c.RankedStatuses = []string{"ranked", "approved", "qualified", "loved"} },
		func(c *Config) { c.RankedStatuses = nil },
	} {
		c := DefaultConfig()
		edit(&c)
		got := c.rules().String()
		if seen[got] || len(got) > 128 {
			t.Errorf("%q twice, or too long", got)
		}
		seen[got] = true
	}
}
