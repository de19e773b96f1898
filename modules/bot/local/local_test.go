package local

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/pure-peace/peace/modules/bot"
)

func TestValidate(t *testing.T) {
	if err := DefaultConfig().Validate(); err != nil {
		t.Error(err)
	}
	for key, spoil := range map[string]func(*Config){
		"prefix":           func(c *Config) { c.Prefix = "a b" },
		"profile_url":      func(c *Config) { c.ProfileURL = "osu.ppy.sh" },
		"staff_channel":    func(c *Config) { c.StaffChannel = "staff" },
		"announce_channel": func(c *Config) { c.AnnounceChannel = "" },
	} {
		config := DefaultConfig()
		spoil(&config)
		if err := config.Validate(); err == nil || !strings.HasPrefix(err.Error(), key+":") {
			t.Errorf("%s: %v", key, err)
		}
	}
}

func TestNewRefusesCommands(t *testing.T) {
	for name, c := range map[string]Command{
		"no name": {Do: (&Service{}).help}, "upper case": {Name: "Roll", Do: (&Service{}).help}, "nothing to do": {Name: "x"},
	} {
		if _, err := New(t.Context(), DefaultConfig(), Deps{Commands: []Command{c}}); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestThousands(t *testing.T) {
	for n, want := range map[int64]string{
		0: "0", 7: "7", 123: "123", 1234: "1,234", 123456: "123,456", 1234567: "1,234,567", -123: "-123", -1234: "-1,234",
		math.MaxInt64: "9,223,372,036,854,775,807", math.MinInt64: "-9,223,372,036,854,775,808",
	} {
		if got := thousands(n); got != want {
			t.Errorf("%d is written %s", n, got)
		}
	}
}

func TestParseDuration(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"30m": 30 * time.Minute, "2H": 2 * time.Hour, "7d": 7 * 24 * time.Hour, "1d12h": 36 * time.Hour, "1w": 168 * time.Hour,
		"1s": time.Second, "3650d": maxDuration,
		"": 0, "m": 0, "5": 0, "5x": 0, "0s": 0, "-5m": 0, "3651d": 0, "99999999999999h": 0, "3650d1s": 0, "5m ": 0, "५m": 0,
	} {
		if got, ok := parseDuration(text); ok != (want > 0) || ok && got != want {
			t.Errorf("%q is %v, %v", text, got, ok)
		}
	}
}

func FuzzParse(f *testing.F) {
	s := &Service{config: DefaultConfig()}
	f.Add("!roll 5", "#osu")
	f.Add("", "")
	f.Fuzz(func(t *testing.T, text, channel string) {
		name, rest, ok := s.parse(bot.Invocation{Text: text, Channel: channel})
		if !ok {
			return
		}
		if name == "" || strings.Contains(name, " ") || channel != "" && !strings.HasPrefix(strings.TrimSpace(text), "!") {
			t.Errorf("%q is the command %q", text, name)
		}
		call := Call{text: rest, Args: strings.Fields(rest)}
		call.Rest(3)
		call.Arg(3)
	})
}
