package app

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pure-peace/peace/config"
)

const exampleFile = "../peace.example.toml"

// The example shows every setting with its default: it is what `peace config example` prints.
func TestExampleFileShowsTheDefaults(t *testing.T) {
	var want bytes.Buffer
	if err := config.Example(&want, DefaultConfig()); err != nil {
		t.Fatal(err)
	}
	have, err := os.ReadFile(exampleFile)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want.String(), string(have)); diff != "" {
		t.Errorf("write it anew with: go run . config example > peace.example.toml\n%s", diff)
	}
}

func TestExampleFileLoadsAsTheDefaults(t *testing.T) {
	loaded := DefaultConfig()
	loaded.Domain, loaded.Web.Site, loaded.Sessions.MaxSessions = "changed", "changed", 1
	if err := config.Load(loaded, config.Sources{File: exampleFile}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(DefaultConfig(), loaded); diff != "" {
		t.Error(diff)
	}
}

func TestPathsStartInTheDataDirectory(t *testing.T) {
	dir := t.TempDir()
	c, err := LoadConfig(config.Sources{Environ: []string{"PEACE_DATA_DIR=" + dir, "PEACE_GEOIP__FILE=/usr/share/places.mmdb"}}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for name, path := range map[string][2]string{
		"database.url":  {string(c.Database.URL), "sqlite:" + filepath.Join(dir, "peace.db")},
		"state.journal": {c.State.Journal, filepath.Join(dir, "state.db")},
		"signature.dir": {c.Signature.Dir, filepath.Join(dir, "signature")},
		"geoip.file":    {c.Geoip.File, "/usr/share/places.mmdb"},
	} {
		if path[0] != path[1] {
			t.Errorf("%s is %q, want %q", name, path[0], path[1])
		}
	}
}

func TestWrongSettingsAreNamed(t *testing.T) {
	for _, tc := range []struct{ name, environ, want string }{
		{"an unknown key", "PEACE_HTTP__LISTN=:80", "PEACE_HTTP__LISTN: http.listn: unknown key"},
		{"a bad address", "PEACE_ADMIN__LISTEN=9090", `PEACE_ADMIN__LISTEN: admin.listen: "9090" is not HOST:PORT or unix:PATH`},
		{"plaintext to the world", "PEACE_PEERS__LISTEN=0.0.0.0:7000", "peers.listen: 0.0.0.0:7000 can be reached from other machines"},
		{"no domain", "PEACE_DOMAIN=", "domain: must not be empty"},
		{"a domain that is none", "PEACE_DOMAIN=my server", `domain: "my server" is not a domain`},
		{"a bad log format", "PEACE_LOG__FORMAT=xml", `log.format: "xml" is none of auto, text, json`},
		{"a wrong database", "PEACE_DATABASE__URL=oracle://x", "database.url: "},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := LoadConfig(config.Sources{Environ: []string{"PEACE_DATA_DIR=" + t.TempDir(), tc.environ}}, Options{})
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error is %v, want it to say %q", err, tc.want)
			}
		})
	}
}

func TestReloadNamesWhatNeedsARestart(t *testing.T) {
	a, b := DefaultConfig(), DefaultConfig()
	b.Domain, b.HTTP.Listen, b.Users.NameMin = "example.com", ":1", 2
	if diff := cmp.Diff([]string{"domain", "http", "users"}, changedSections(a, b)); diff != "" {
		t.Error(diff)
	}
}
