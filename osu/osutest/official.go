package osutest

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"testing"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/mods"
)

// Data returns the folder of the reference data, and skips the test when PEACE_TEST_PP does not name it.
func Data(tb testing.TB) fs.FS {
	tb.Helper()
	dir := os.Getenv("PEACE_TEST_PP")
	if dir == "" {
		tb.Skip("PEACE_TEST_PP does not name the folder of the reference data")
	}
	return os.DirFS(dir)
}

// ReadData decodes a file of JSON in the folder of the reference data, compressed or not.
func ReadData(tb testing.TB, name string, into any) {
	tb.Helper()
	f, err := Data(tb).Open(name)
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	r := io.Reader(f)
	if path.Ext(name) == ".gz" {
		if r, err = gzip.NewReader(f); err != nil {
			tb.Fatalf("%s: %v", name, err)
		}
	}
	if err := json.NewDecoder(r).Decode(into); err != nil {
		tb.Fatalf("%s: %v", name, err)
	}
}

// OfficialMap returns the bytes of one of the official tests' beatmaps by its MD5. It skips the test without the reference data.
func OfficialMap(tb testing.TB, md5 string) []byte {
	tb.Helper()
	b, err := fs.ReadFile(Data(tb), "maps/official/"+md5+".osu")
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

// OfficialBeatmap decodes one of the official tests' beatmaps by its MD5.
func OfficialBeatmap(tb testing.TB, md5 string) *beatmap.Beatmap {
	tb.Helper()
	m, err := beatmap.Parse(OfficialMap(tb, md5))
	if err != nil {
		tb.Fatalf("%s: %v", md5, err)
	}
	return m
}

// StarCase is a case of the official tests of the difficulty calculators, osu.Game.Rulesets.*.Tests/*DifficultyCalculatorTest.cs
// in ppy/osu.
type StarCase struct {
	MD5      string
	Beatmap  *beatmap.Beatmap
	Mods     mods.Set
	Stars    float64
	MaxCombo int
}

// StarCases returns the cases of a ruleset, of which there are some. It skips the test without the reference data.
func StarCases(tb testing.TB, ruleset osu.Ruleset) []StarCase {
	tb.Helper()
	var table struct {
		Cases []struct {
			Ruleset  osu.Ruleset
			MD5      string
			Mods     string
			Stars    float64 `json:"head_star_rating"`
			MaxCombo int     `json:"head_max_combo"`
		}
	}
	ReadData(tb, "official/star_ratings.json", &table)
	var cases []StarCase
	for _, c := range table.Cases {
		if c.Ruleset == ruleset {
			cases = append(cases, StarCase{c.MD5, OfficialBeatmap(tb, c.MD5), Mods(tb, strings.TrimSpace(c.Mods)), c.Stars, c.MaxCombo})
		}
	}
	if len(cases) == 0 {
		tb.Fatalf("no star ratings for %v", ruleset)
	}
	return cases
}

// Diff says how a star rating and a combo differ from the official ones, or returns "".
func (c *StarCase) Diff(stars float64, maxCombo int) string {
	d := Diff(stars, c.Stars)
	if maxCombo != c.MaxCombo {
		d += fmt.Sprintf("; combo %d, want %d", maxCombo, c.MaxCombo)
	}
	return d
}

// Conversion is a case of the official tests of conversion, osu.Game.Rulesets.*.Tests/*BeatmapConversionTest.cs in ppy/osu. O has
// what they compare of an object. The values are of stable and therefore not exact.
type Conversion[O any] struct {
	Name    string
	Beatmap *beatmap.Beatmap
	Mods    mods.Set
	Objects [][]O // by the object of the file that they were made of
}

// Conversions returns the cases of a ruleset, of which there are some. It skips the test without the reference data.
func Conversions[O any](tb testing.TB, ruleset osu.Ruleset) []Conversion[O] {
	tb.Helper()
	var table struct {
		Cases []struct {
			Name     string
			MD5      string
			Mods     []string
			Expected struct{ Mappings []struct{ Objects []O } }
		}
	}
	ReadData(tb, "official/conversion/"+Tables[ruleset]+".json.gz", &table)
	var cases []Conversion[O]
	for _, c := range table.Cases {
		converted := Conversion[O]{Name: c.Name, Beatmap: OfficialBeatmap(tb, c.MD5), Mods: Mods(tb, strings.Join(c.Mods, ","))}
		for _, mapping := range c.Expected.Mappings {
			converted.Objects = append(converted.Objects, mapping.Objects)
		}
		cases = append(cases, converted)
	}
	if len(cases) == 0 {
		tb.Fatalf("no conversions for %v", ruleset)
	}
	return cases
}
