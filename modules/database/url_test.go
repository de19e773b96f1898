package database

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestURL(t *testing.T) {
	for url, want := range map[URL]address{
		"sqlite:data/peace.db":                  {scheme: SQLite, file: "data/peace.db"},
		"sqlite:/a b/c?d.db":                    {scheme: SQLite, file: "/a b/c?d.db"},
		"sqlite::memory:":                       {scheme: SQLite, file: ":memory:"},
		"postgres://u:p%40@db.example/peace":    {scheme: PostgreSQL, user: "u", password: "p@", host: "db.example:5432", name: "peace"},
		"postgresql://u@[::1]:5433/peace":       {scheme: PostgreSQL, user: "u", host: "[::1]:5433", name: "peace"},
		"mysql://u:p@127.0.0.1/peace":           {scheme: MySQL, user: "u", password: "p", host: "127.0.0.1:3306", name: "peace"},
		"mysql://u:p@localhost/peace?socket=/s": {scheme: MySQL, user: "u", password: "p", socket: "/s", name: "peace"},
	} {
		got, err := url.parse()
		if err != nil {
			t.Errorf("%q: %v", url, err)
		}
		got.query = nil
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(address{})); diff != "" {
			t.Errorf("%q:\n%s", url, diff)
		}
	}
}

func TestConfigErrors(t *testing.T) {
	for want, change := range map[string]func(*Config){
		"url: must start with sqlite:, postgres:// or mysql://":       func(c *Config) { c.URL = "" },
		"url: sqlite: needs a path, for example sqlite:data/peace.db": func(c *Config) { c.URL = "sqlite:" },
		"url: names no user":                            func(c *Config) { c.URL = "postgres://localhost/peace" },
		"url: names no host":                            func(c *Config) { c.URL = "postgres://u:p@/peace" },
		"url: must end with the name of one database":   func(c *Config) { c.URL = "mysql://u:p@localhost" },
		`url: socket: must be an absolute path, is "s"`: func(c *Config) { c.URL = "mysql://u:p@localhost/p?socket=s" },
		"url: " + errURL.Error():                        func(c *Config) { c.URL = "mysql://u:p/w@localhost/p" },
		"max_conns: must be between 1 and 1000, is 0":   func(c *Config) { c.MaxConns = 0 },
		"max_idle_time: must not be negative":           func(c *Config) { c.MaxIdleTime = -1 },
		"max_lifetime: must not be negative":            func(c *Config) { c.MaxLifetime = -1 },
	} {
		cfg := DefaultConfig()
		change(&cfg)
		if err := cfg.Validate(); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	if err := DefaultConfig().Validate(); err != nil {
		t.Error(err)
	}
}

func TestURLIsMasked(t *testing.T) {
	url := URL("postgres://peace:hunter2@db/peace")
	encoded, err := json.Marshal(struct{ URL URL }{url})
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("open", "url", url)
	for _, text := range []string{fmt.Sprintf("%v %s %q %#v %+v", url, url, url, url, struct{ U URL }{url}), string(encoded), log.String()} {
		if strings.Contains(text, "hunter2") || !strings.Contains(text, "peace") {
			t.Error(text)
		}
	}
}

func FuzzURL(f *testing.F) {
	f.Add("postgres://peace:hunter2@db:5432/peace?sslmode=disable")
	f.Add("mysql://u:p@h/d?socket=/s")
	f.Add("mysql://u:p/w@h/d")
	f.Add("sqlite:x")
	f.Fuzz(func(t *testing.T, text string) {
		url := URL(text)
		a, err := url.parse()
		if err != nil || len(a.password) < 8 || a.user == a.password || strings.Contains(a.host+a.name+a.query.Encode(), a.password) {
			_ = url.String()
			return
		}
		if strings.Contains(url.String(), a.password) {
			t.Errorf("%q shows its password: %s", text, url)
		}
	})
}
