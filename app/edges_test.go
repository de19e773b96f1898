package app_test

import (
	"testing"

	"github.com/pure-peace/peace/app"
	"github.com/pure-peace/peace/app/apptest"
)

// What an edge misses is named together with the edge, as what a module misses is with the module.
func TestEdgesSayWhatTheyMiss(t *testing.T) {
	for want, off := range map[string][]string{
		"chat is off, but bancho needs it":                       {"chat"},
		"chat is off, but the API v2 (talk) edge needs it":       {"chat", "bancho", "bot"},
		"chat is off, but the web edge needs it":                 {"chat", "bancho", "bot", "oauth"},
		"sessions is off, but bancho needs it":                   {"sessions"},
		"geoip is off, but the web edge needs it":                {"geoip", "bancho"},
		"sessions is off, but the API v2 (people) edge needs it": {"sessions", "bancho", "chat", "bot"},
		"sessions is off, but the web edge needs it":             {"sessions", "bancho", "chat", "bot", "oauth"},
	} {
		c := apptest.Config(t, app.Options{})
		for _, module := range off {
			c.Modules[module] = "off"
		}
		if _, err := app.New(t.Context(), c, app.Options{}); err == nil || err.Error() != want {
			t.Errorf("without %v the error is %v, want %q", off, err, want)
		}
	}
}
