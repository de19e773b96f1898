package app

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

const module = "github.com/pure-peace/peace"

// The layers of the tree. A package belongs to the first layer that matches its path below the module's; what a layer may
// import of Peace is a list of further layers. Everything else is forbidden, so a new kind of package needs a decision.
var layers = []struct {
	name    string
	path    *regexp.Regexp
	imports []string // of Peace
	outside *regexp.Regexp
}{
	// Kits for tests are no part of the program and may import anything; nothing but tests and kits may import them.
	{"kit", regexp.MustCompile(`^(.*/)?[a-z0-9]*test$|^transport/grpc/internal/`), nil, nil},
	{"main", regexp.MustCompile(`^$`), []string{"app"}, nil},
	{"example", regexp.MustCompile(`^examples/`), []string{"example", "app", "local", "contract", "pb", "fault", "wire", "transport", "config", "migrations", "osu", "database"}, nil},
	{"app", regexp.MustCompile(`^app(/|$)`), []string{"app", "local", "contract", "pb", "fault", "wire", "transport", "config", "migrations", "osu", "database"}, nil},
	{"generator", regexp.MustCompile(`^transport/grpc/protoc-gen-peace$`), []string{"wire"}, nil},
	{"transport", regexp.MustCompile(`^transport/`), []string{"transport", "contract", "view", "osr", "picture", "markdown", "pb", "fault", "wire", "osu"}, nil},
	{"fault", regexp.MustCompile(`^modules/fault$`), nil, nothing},
	{"wire", regexp.MustCompile(`^modules/wire(/|$)`), []string{"wire", "fault"}, regexp.MustCompile(`^google\.golang\.org/(protobuf|grpc)`)},
	{"database", regexp.MustCompile(`^modules/database$`), []string{"fault"}, nil},
	{"pb", regexp.MustCompile(`^(modules|transport)/.*pb$`), []string{"pb", "contract", "fault", "wire", "osu"}, regexp.MustCompile(`^google\.golang\.org/(protobuf|grpc)`)},
	{"local", regexp.MustCompile(`^modules/[a-z]+/(local|memory|redis|internal|source|preview)(/|$)`), []string{"contract", "view", "follow", "picture", "markdown", "pb", "fault", "wire", "osu", "database"}, nil},
	{"view", regexp.MustCompile(`^modules/state/view$`), []string{"contract", "fault"}, nil},
	{"follow", regexp.MustCompile(`^modules/scores/follow$`), []string{"contract", "view", "fault", "database"}, nil},
	{"osr", regexp.MustCompile(`^modules/scores/osr$`), []string{"contract", "fault", "osu"}, nothing},
	{"picture", regexp.MustCompile(`^modules/files/picture$`), []string{"fault"}, regexp.MustCompile(`^golang\.org/x/image(/|$)`)},
	{"markdown", regexp.MustCompile(`^modules/content/markdown$`), nil, regexp.MustCompile(`^github\.com/(yuin/goldmark|microcosm-cc/bluemonday)(/|$)`)},
	{"contract", regexp.MustCompile(`^modules/[a-z]+$`), []string{"contract", "fault", "osu"}, nothing},
	{"config", regexp.MustCompile(`^config$`), nil, nil},
	{"migrations", regexp.MustCompile(`^migrations$`), []string{"database"}, nil},
	// Replays are compressed in a format that the standard library does not have.
	{"osu", regexp.MustCompile(`^osu/replay$`), []string{"osu"}, regexp.MustCompile(`^github\.com/ulikunitz/xz(/|$)`)},
	// Lazer's hubs speak MessagePack.
	{"osu", regexp.MustCompile(`^osu/hubs$`), []string{"osu"}, regexp.MustCompile(`^github\.com/tinylib/msgp/msgp$`)},
	{"osu", regexp.MustCompile(`^osu(/|$)`), []string{"osu"}, nothing},
}

// nothing matches no import path: the standard library alone will do.
var nothing = regexp.MustCompile(`$^`)

func TestArrowsPointDown(t *testing.T) {
	layerOf := func(path string) int {
		below := strings.TrimPrefix(strings.TrimPrefix(path, module), "/")
		for i, l := range layers {
			if l.path.MatchString(below) {
				return i
			}
		}
		return -1
	}
	for path, imports := range packages(t) {
		i := layerOf(path)
		if i < 0 {
			t.Errorf("%s belongs to no layer", path)
			continue
		}
		layer := layers[i]
		for _, imported := range imports {
			if first, _, _ := strings.Cut(imported, "/"); !strings.Contains(first, ".") || layer.name == "kit" {
				continue // the standard library
			}
			if imported != module && !strings.HasPrefix(imported, module+"/") {
				if layer.outside != nil && !layer.outside.MatchString(imported) {
					t.Errorf("%s (%s) imports %s: this layer does without", path, layer.name, imported)
				}
				continue
			}
			j := layerOf(imported)
			if j < 0 {
				continue // reported on its own
			}
			if same := layer.name == "local" && layers[j].name == "local"; same && own(path) == own(imported) {
				continue // parts of one implementation
			}
			allowed := false
			for _, name := range layer.imports {
				allowed = allowed || name == layers[j].name
			}
			if !allowed {
				t.Errorf("%s (%s) imports %s (%s), which does not lie below it", path, layer.name, imported, layers[j].name)
			}
		}
	}
}

// own returns the module that an implementation's package belongs to.
func own(path string) string {
	return strings.Split(strings.TrimPrefix(path, module+"/modules/"), "/")[0]
}

// packages returns what each package of Peace imports, outside of its tests.
func packages(t *testing.T) map[string][]string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports", module+"/...")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	found := map[string][]string{}
	for decoder := json.NewDecoder(out); ; {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		found[p.ImportPath] = p.Imports
	}
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	if len(found) < 10 {
		t.Fatalf("go list knows only %d packages", len(found))
	}
	return found
}
