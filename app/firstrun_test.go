package app_test

import (
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/pure-peace/peace/app"
	"github.com/pure-peace/peace/app/apptest"
)

// A password that is told once must not be made by a start that tells nothing.
func TestAFailedStartMakesNoAdministrator(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	c := apptest.Config(t, app.Options{})
	c.Administrator, c.HTTP.Listen = "Administrator", taken.Addr().String()
	failed, err := app.New(t.Context(), c, app.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := failed.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "http.listen") {
		t.Fatalf("error is %v, want one that names http.listen", err)
	}
	c.HTTP.Listen = "127.0.0.1:0"
	server := apptest.Start(t, c, app.Options{})
	var greeting strings.Builder
	server.Greet(&greeting)
	if !strings.Contains(greeting.String(), "name      Administrator") {
		t.Errorf("the greeting tells of no administrator:\n%s", &greeting)
	}
}

func TestTheBareDomainLeadsToThePage(t *testing.T) {
	server := apptest.Start(t, apptest.Config(t, app.Options{}), app.Options{})
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+server.Address()+"/", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = "localhost:8080"
	w, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = w.Body.Close()
	if got := w.Header.Get("Location"); w.StatusCode != http.StatusFound || got != "//osu.localhost:8080/" {
		t.Errorf("answered %d to %q", w.StatusCode, got)
	}
}
