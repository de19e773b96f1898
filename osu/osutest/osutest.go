package osutest

import (
	"bufio"
	"compress/gzip"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"iter"
	"maps"
	"math"
	"os"
	"path"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/pure-peace/peace/osu"
)

//go:embed testdata
var synthetic embed.FS

// Source is a set of maps with the official values computed from them.
type Source struct {
	Name   string
	maps   []fs.FS // looked through in order
	tables fs.FS
}

// Sources returns the synthetic maps and, when PEACE_TEST_PP names the folder of the reference data, the real ones.
func Sources(tb testing.TB) []Source {
	tb.Helper()
	sub := func(fsys fs.FS, dir string) fs.FS {
		s, err := fs.Sub(fsys, dir)
		if err != nil {
			tb.Fatal(err)
		}
		return s
	}
	sources := []Source{{"synthetic", []fs.FS{sub(synthetic, "testdata/maps")}, sub(synthetic, "testdata/expected")}}
	if dir := os.Getenv("PEACE_TEST_PP"); dir != "" {
		root := os.DirFS(dir)
		sources = append(sources, Source{"head", []fs.FS{sub(root, "maps/official"), sub(root, "maps/real")}, sub(root, "golden/head")})
	}
	return sources
}

// Official returns the folder of the official tests' own values, and skips the test when PEACE_TEST_PP does not name one.
func Official(tb testing.TB) fs.FS {
	tb.Helper()
	dir := os.Getenv("PEACE_TEST_PP")
	if dir == "" {
		tb.Skip("PEACE_TEST_PP does not name the folder of the reference data")
	}
	return os.DirFS(path.Join(dir, "official"))
}

// OfficialMap returns the bytes of one of the official tests' beatmaps by its MD5.
func OfficialMap(tb testing.TB, md5 string) []byte {
	tb.Helper()
	b, err := os.ReadFile(path.Join(os.Getenv("PEACE_TEST_PP"), "maps/official", md5+".osu"))
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

// Number is a number that may be NaN or infinite, which the tables write as strings, or null.
type Number struct {
	Float float64
	Null  bool
}

// UnmarshalJSON reads a number, null, "NaN", "Infinity" or "-Infinity".
func (n *Number) UnmarshalJSON(b []byte) error {
	switch string(b) {
	case "null":
		*n = Number{Null: true}
	case `"NaN"`:
		n.Float = math.NaN()
	case `"Infinity"`:
		n.Float = math.Inf(1)
	case `"-Infinity"`:
		n.Float = math.Inf(-1)
	default:
		return json.Unmarshal(b, &n.Float)
	}
	return nil
}

// State is one play with its official performance attributes.
type State struct {
	Counts      []int32           `json:"c"` // order: see Statistics in the tests of each ruleset
	Combo       int               `json:"combo"`
	Accuracy    float64           `json:"acc"`
	LegacyTotal *int64            `json:"legacy_total"`
	Attributes  map[string]Number `json:"a"`
}

// Row is one line of a table. Fields that a table does not have are empty; Raw is the whole line.
type Row struct {
	Map        string            `json:"map"`
	Ruleset    osu.Ruleset       `json:"ruleset"` // of the tables legacy, timed, skills and objects
	Mods       string            `json:"mods"`
	Difficulty map[string]Number `json:"d"`
	Max        map[string]int32  `json:"max"`
	States     map[string]State  `json:"p"`
	Objects    int               `json:"objects"`
	Native     osu.Ruleset       `json:"native"`
	Version    int               `json:"version"`
	Counts     map[string]int    `json:"counts"`
	Legacy     *struct {
		AccuracyScore   int64  `json:"accuracy_score"`
		ComboScore      int64  `json:"combo_score"`
		BonusScore      int64  `json:"bonus_score"`
		BonusScoreRatio Number `json:"bonus_score_ratio"`
		MaxCombo        int    `json:"max_combo"`
	} `json:"legacy"`
	Raw json.RawMessage `json:"-"`
}

// Rows yields the lines of a table: osu, taiko, catch, mania, legacy, timed, skills or objects.
func (s Source) Rows(tb testing.TB, table string) iter.Seq[Row] {
	return func(yield func(Row) bool) {
		tb.Helper()
		f, err := s.tables.Open(table + ".jsonl.gz")
		if err != nil {
			tb.Fatal(err)
		}
		defer f.Close()
		z, err := gzip.NewReader(f)
		if err != nil {
			tb.Fatal(err)
		}
		lines := bufio.NewScanner(z)
		lines.Buffer(nil, 64<<20)
		for lines.Scan() {
			row := Row{Raw: append(json.RawMessage(nil), lines.Bytes()...)}
			decode := struct {
				*Row
				Objects json.RawMessage `json:"objects"` // a count, or absent
			}{Row: &row}
			if err := json.Unmarshal(row.Raw, &decode); err != nil {
				tb.Fatalf("%s: %v in %.200s", table, err, row.Raw)
			}
			_ = json.Unmarshal(decode.Objects, &row.Objects)
			if !yield(row) {
				return
			}
		}
		if err := lines.Err(); err != nil {
			tb.Fatal(err)
		}
	}
}

// Map returns the bytes of the .osu file that rows call name.
func (s Source) Map(tb testing.TB, name string) []byte {
	tb.Helper()
	for _, dir := range s.maps {
		if b, err := fs.ReadFile(dir, name+".osu"); err == nil {
			return b
		}
	}
	tb.Fatalf("%s has no map %s", s.Name, name)
	return nil
}

// Maps yields the name and bytes of every map.
func (s Source) Maps(tb testing.TB) iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		tb.Helper()
		for _, dir := range s.maps {
			names, err := fs.Glob(dir, "*.osu")
			if err != nil {
				tb.Fatal(err)
			}
			for _, name := range names {
				b, err := fs.ReadFile(dir, name)
				if err != nil {
					tb.Fatal(err)
				}
				if !yield(name[:len(name)-len(".osu")], b) {
					return
				}
			}
		}
	}
}

// Diff says how got differs from want beyond a relative 1e-9 (absolute near zero), or returns "".
func Diff(got, want float64) string {
	if got == want || math.IsNaN(got) && math.IsNaN(want) {
		return ""
	}
	if d := math.Abs(got - want); d <= 1e-9 || d <= 1e-9*math.Abs(want) {
		return ""
	}
	return fmt.Sprintf("got %.15g, want %.15g, off by %.2g", got, want, math.Abs(got-want)/math.Max(math.Abs(want), 1e-300))
}

// DiffFields compares the numeric fields of the struct v (or of a pointer to it) with want by their JSON names, and says how
// they differ, or returns "". Embedded structs count as the struct itself; a nil pointer is null. A number that want has and v
// lacks differs; what v has beyond want does not matter.
func DiffFields(v any, want map[string]Number) string {
	got := map[string]Number{}
	collect(reflect.Indirect(reflect.ValueOf(v)), got)
	var out strings.Builder
	for _, name := range slices.Sorted(maps.Keys(want)) {
		w := want[name]
		g, ok := got[name]
		switch {
		case !ok:
			fmt.Fprintf(&out, "%s is missing; ", name)
		case g.Null != w.Null:
			fmt.Fprintf(&out, "%s: got null %v, want null %v; ", name, g.Null, w.Null)
		default:
			if d := Diff(g.Float, w.Float); d != "" {
				fmt.Fprintf(&out, "%s: %s; ", name, d)
			}
		}
	}
	return out.String()
}

func collect(v reflect.Value, into map[string]Number) {
	for i := range v.NumField() {
		field, value := v.Type().Field(i), v.Field(i)
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if field.Anonymous {
			collect(reflect.Indirect(value), into)
			continue
		}
		if name == "" || name == "-" {
			continue
		}
		if value.Kind() == reflect.Pointer {
			if value.IsNil() {
				into[name] = Number{Null: true}
				continue
			}
			value = value.Elem()
		}
		if optional, ok := value.Interface().(interface{ Get() (float64, bool) }); ok {
			f, known := optional.Get()
			into[name] = Number{Float: f, Null: !known}
			continue
		}
		switch {
		case value.CanFloat():
			into[name] = Number{Float: value.Float()}
		case value.CanInt():
			into[name] = Number{Float: float64(value.Int())}
		case value.CanUint():
			into[name] = Number{Float: float64(value.Uint())}
		}
	}
}
