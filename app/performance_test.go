package app_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/pure-peace/peace/app"
	"github.com/pure-peace/peace/app/apptest"
	"github.com/pure-peace/peace/config"
	"github.com/pure-peace/peace/modules/performance"
	"github.com/pure-peace/peace/modules/performance/performancetest"
	"github.com/pure-peace/peace/osu/mods"
)

// The performance module in a process of its own answers a server as it does within one, and what it has learnt outlives it.
func TestPerformanceInItsOwnProcess(t *testing.T) {
	file := fleetFile(t, map[string][]string{"pp": {"performance"}}, "127.0.0.1:0")
	pp := start(t, "serve", "--config", file, "--as", "pp")

	var service performance.Service
	user := app.Options{Extensions: []app.Extension{{Routes: []app.Route{{
		Hosts: []string{"pp"},
		Handler: func(_ context.Context, r *app.Resolver) (http.Handler, error) {
			service = app.Use(r, app.Performance)
			return http.NotFoundHandler(), r.Err()
		},
	}}}}}
	c, err := app.LoadConfig(config.Sources{File: file}, user)
	if err != nil {
		t.Fatal(err)
	}
	apptest.Start(t, c, user)
	await(t.Context(), t, "the module answers", func() bool {
		_, err := service.Algorithms(t.Context())
		return err == nil
	})
	known := performancetest.Official(t)
	performancetest.Run(t, performancetest.Subject{Service: service, Known: known})

	md5, err := service.Learn(t.Context(), known[0].File)
	if err != nil {
		t.Fatal(err)
	}
	set, err := mods.Parse(known[0].Mods)
	if err != nil {
		t.Fatal(err)
	}
	pp.kill()
	start(t, "serve", "--config", file, "--as", "pp")
	var again performance.Difficulty
	await(t.Context(), t, "the module answers again", func() bool {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		again, err = service.Difficulty(ctx, performance.Target{Beatmap: md5, Ruleset: known[0].Ruleset, Mods: set})
		return err == nil
	})
	if d := again.Stars - known[0].Stars; d > 1e-9 || d < -1e-9 {
		t.Errorf("%v stars after the restart, want %v", again.Stars, known[0].Stars)
	}
}
