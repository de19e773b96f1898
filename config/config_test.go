package config_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/pure-peace/peace/config"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type tree struct {
	Domain  string            `koanf:"domain" doc:"where players connect"`
	Aliases []string          `koanf:"aliases"`
	Debug   bool              `koanf:"debug"`
	Ratio   float64           `koanf:"ratio"`
	Level   slog.Level        `koanf:"level"`
	Key     config.Secret     `koanf:"key"`
	Salt    string            `koanf:"salt" secret:"true"`
	HTTP    httpSection       `koanf:"http" doc:"the public listener"`
	Modules map[string]string `koanf:"modules" doc:"where each module runs"`
	Peer    map[string]peer   `koanf:"peer" doc:"other processes"`
	Hidden  chan int
}

type httpSection struct {
	Listen  string         `koanf:"listen" doc:"address and port"`
	Port    uint16         `koanf:"port"`
	Timeout time.Duration  `koanf:"timeout"`
	Proxies []netip.Prefix `koanf:"proxies" doc:"whose word about\nthe client is taken"`
	limits
}

type limits struct {
	Body int64 `koanf:"body"`
}

func (h httpSection) Validate() error {
	if h.Listen == "" {
		return errors.New("listen: must not be empty")
	}
	return nil
}

type peer struct {
	Target  string        `koanf:"target" doc:"its address"`
	Timeout time.Duration `koanf:"timeout"`
}

func (p *peer) SetDefaults() { p.Timeout = 2 * time.Second }

func (p *peer) Validate() error {
	if p.Target == "" {
		return errors.New("target: must not be empty")
	}
	return nil
}

type weather struct {
	Clouds int `koanf:"clouds"`
}

func (w weather) Validate() error {
	if w.Clouds < 0 {
		return errors.New("clouds: must be positive")
	}
	return nil
}

func defaults() tree {
	return tree{
		Domain: "localhost", Aliases: []string{"a"}, Ratio: 1, Modules: map[string]string{"pp": "local"},
		HTTP: httpSection{Listen: ":80", Port: 80, Timeout: 5 * time.Minute, limits: limits{Body: 1 << 20}},
	}
}

func TestMistakes(t *testing.T) {
	files, err := filepath.Glob("testdata/errors/*.toml")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var want []string
			for line := range strings.Lines(string(text)) {
				if expected, ok := strings.CutPrefix(line, "# error: "); ok {
					want = append(want, strings.TrimSpace(expected))
				}
			}
			got, extension := defaults(), weather{}
			err = config.Load(&got, config.Sources{File: file}, config.Section{Name: "weather", Into: &extension})
			if err == nil {
				t.Fatal("accepted")
			}
			text = []byte(strings.ReplaceAll(err.Error(), filepath.Dir(file)+string(filepath.Separator), ""))
			if diff := cmp.Diff(strings.Join(want, "\n"), string(text)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestMistakesElsewhere(t *testing.T) {
	for name, test := range map[string]struct {
		sources config.Sources
		want    string
	}{
		"unknown variable": {config.Sources{Environ: []string{"PEACE_HTTP__LISEN=x", "PATH=/bin"}},
			"PEACE_HTTP__LISEN: http.lisen: unknown key; did you mean listen?"},
		"wrong kind in a variable": {config.Sources{Environ: []string{"PEACE_HTTP__PORT=eighty"}},
			"PEACE_HTTP__PORT: http.port: must be a whole number, is a string"},
		"variable for a section": {config.Sources{Environ: []string{"PEACE_HTTP=x"}},
			"PEACE_HTTP: http: must be a section, is a string"},
		"small letters": {config.Sources{Environ: []string{"PEACE_domain=x"}},
			"PEACE_domain: variables of the environment are written in capitals"},
		"too many underscores": {config.Sources{Environ: []string{"PEACE_HTTP____PORT=1"}},
			"PEACE_HTTP____PORT: names no setting"},
		"invalid by a variable": {config.Sources{Environ: []string{"PEACE_HTTP__LISTEN="}},
			"PEACE_HTTP__LISTEN: http.listen: must not be empty"},
		"unknown override": {config.Sources{Overrides: map[string]string{"colour": "red"}},
			"--set colour: colour: unknown key"},
		"override without a key": {config.Sources{Overrides: map[string]string{"": "red"}},
			"--set : names no setting"},
		"missing file": {config.Sources{File: "testdata/none.toml"},
			"cannot read the configuration: open testdata/none.toml: no such file or directory"},
	} {
		t.Run(name, func(t *testing.T) {
			got := defaults()
			err := config.Load(&got, test.sources)
			if err == nil || err.Error() != test.want {
				t.Errorf("got  %v\nwant %s", err, test.want)
			}
		})
	}
}

func TestPrecedence(t *testing.T) {
	file := filepath.Join(t.TempDir(), "peace.toml")
	text := `
domain = "file"
aliases = ["file"]
debug = true
level = "WARN"
[http]
port = 1
timeout = "1s"
body = 1
[modules]
state = "file"
[peer."a.b"]
target = "dns:///x"
`
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	got, def := defaults(), defaults()
	untouched := def.Modules
	got.Modules = untouched
	err := config.Load(&got, config.Sources{
		File: file,
		Environ: []string{
			"PEACE_CONFIG=elsewhere", "PEACE_TEST_MYSQL=x", "HOME=/", "PEACE_ALIASES=b, c,", "PEACE_HTTP__PORT=2",
			"PEACE_HTTP__TIMEOUT=2s", "PEACE_PEER__PP__TARGET=env", "PEACE_RATIO=0.5", "PEACE_KEY=hunter=2",
			"PEACE_HTTP__PROXIES=10.0.0.0/8,::1/128",
		},
		Overrides: map[string]string{"http.port": "3", "modules.pp": "off", "debug": "false"},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := tree{
		Domain: "file", Aliases: []string{"b", "c"}, Debug: false, Ratio: 0.5, Level: slog.LevelWarn, Key: "hunter=2",
		HTTP: httpSection{Listen: ":80", Port: 3, Timeout: 2 * time.Second, limits: limits{Body: 1},
			Proxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("::1/128")}},
		Modules: map[string]string{"pp": "off", "state": "file"},
		Peer: map[string]peer{
			"a.b": {Target: "dns:///x", Timeout: 2 * time.Second},
			"pp":  {Target: "env", Timeout: 2 * time.Second},
		},
	}
	if diff := cmp.Diff(want, got, options...); diff != "" {
		t.Error(diff)
	}
	if untouched["pp"] != "local" || len(untouched) != 1 {
		t.Error("the default's map was changed:", untouched)
	}
}

var options = []cmp.Option{
	cmp.AllowUnexported(httpSection{}),
	cmp.Comparer(func(a, b netip.Prefix) bool { return a == b }),
}

func TestPrintMasksSecrets(t *testing.T) {
	tr := defaults()
	tr.Key, tr.Salt = "hunter2", "hunter2"
	tr.Peer = map[string]peer{"b c": {Target: `"x"`}}
	var out bytes.Buffer
	if err := config.Print(&out, &tr, config.Section{Name: "weather", Into: &weather{3}}); err != nil {
		t.Fatal(err)
	}
	want := `domain = "localhost"
aliases = ["a"]
debug = false
ratio = 1.0
level = "INFO"
key = "***"
salt = "***"

[http]
listen = ":80"
port = 80
timeout = "5m"
proxies = []
body = 1048576

[modules]
pp = "local"

[peer."b c"]
target = "\"x\""
timeout = "0s"

[weather]
clouds = 3
`
	// A map of sections has no header of its own, only an empty line.
	got := strings.ReplaceAll(out.String(), "\n\n\n", "\n\n")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestSecret(t *testing.T) {
	s := config.Secret("hunter2")
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "s", s, "t", struct{ S config.Secret }{s})
	text := fmt.Sprintf("%v %s %q %#v %+v", s, s, s, s, struct{ S config.Secret }{s}) + log.String()
	if strings.Contains(text, "hunter2") {
		t.Error(text)
	}
	if s.Reveal() != "hunter2" || config.Secret("").String() != "" {
		t.Error("a secret is lost, or seems to be there when it is not")
	}
}

func TestExample(t *testing.T) {
	tr := defaults()
	var out bytes.Buffer
	if err := config.Example(&out, &tr); err != nil {
		t.Fatal(err)
	}
	golden, err := os.ReadFile("testdata/example.toml")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(golden), out.String()); diff != "" {
		t.Error(diff)
	}
	got := tree{}
	if err := config.Load(&got, config.Sources{File: "testdata/example.toml"}); err != nil {
		t.Fatal(err)
	}
	tr.HTTP.Proxies = []netip.Prefix{}
	if diff := cmp.Diff(tr, got, options...); diff != "" {
		t.Error(diff)
	}
}

func TestWatch(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "peace.toml")
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("peace.toml", "0")
	ctx, cancel := context.WithCancel(t.Context())
	changed, ended := make(chan string), make(chan error, 1)
	go func() {
		ended <- config.Watch(ctx, file, func() {
			text, err := os.ReadFile(file)
			if err != nil {
				text = []byte(err.Error())
			}
			select {
			case changed <- string(text):
			case <-ctx.Done():
			}
		})
	}()
	// Watch may not have begun: write until it notices, then every change counts.
	for i, seen := 1, false; !seen; i++ {
		write("peace.toml", fmt.Sprint("start ", i))
		select {
		case <-changed:
			seen = true
		case <-time.After(2 * time.Second):
		}
	}
	expect := func(want string) {
		t.Helper()
		for text := range changed {
			if text == want {
				return
			}
			t.Logf("saw %q on the way to %q", text, want)
		}
	}
	for i := range 3 {
		text := fmt.Sprint("renamed ", i)
		write("new", text)
		if err := os.Rename(filepath.Join(dir, "new"), file); err != nil {
			t.Fatal(err)
		}
		expect(text)
	}
	write("peace.toml", "in place")
	expect("in place")

	if err := os.Mkdir(filepath.Join(dir, "target"), 0o700); err != nil {
		t.Fatal(err)
	}
	write("target/a", "linked")
	if err := os.Symlink(filepath.Join("target", "a"), filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(dir, "link"), file); err != nil {
		t.Fatal(err)
	}
	expect("linked")
	write("target/a", "behind the link")
	expect("behind the link")

	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func FuzzLoad(f *testing.F) {
	files, _ := filepath.Glob("testdata/errors/*.toml")
	for _, file := range append(files, "testdata/example.toml") {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, text []byte) {
		file := filepath.Join(dir, "fuzz.toml")
		if err := os.WriteFile(file, text, 0o600); err != nil {
			t.Fatal(err)
		}
		first := defaults()
		if err := config.Load(&first, config.Sources{File: file}); err != nil {
			if err.Error() == "" {
				t.Error("an error without words")
			}
			return
		}
		// What was read is printed and read to the same, but for what is masked.
		first.Key, first.Salt = "", ""
		var out bytes.Buffer
		if err := config.Print(&out, &first); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, out.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		second := defaults()
		if err := config.Load(&second, config.Sources{File: file}); err != nil {
			t.Fatalf("%v\n%s", err, out.Bytes())
		}
		var again bytes.Buffer
		if err := config.Print(&again, &second); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(out.String(), again.String()); diff != "" {
			t.Error(diff)
		}
	})
}

func TestInstants(t *testing.T) {
	want := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for _, text := range []string{`at = 2026-01-02T03:04:05Z`, `at = "2026-01-02T03:04:05Z"`} {
		var tree struct {
			At time.Time `koanf:"at"`
		}
		file := filepath.Join(t.TempDir(), "peace.toml")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := config.Load(&tree, config.Sources{File: file}); err != nil || !tree.At.Equal(want) {
			t.Errorf("%s is read as %v (%v)", text, tree.At, err)
		}
	}
}
