package taiko_test

import (
	"cmp"
	"compress/gzip"
	"context"
	"encoding/json"
	"io/fs"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/internal/reference"
	"github.com/pure-peace/peace/osu/taiko"
)

// official plays a beatmap of the official tests.
func official(t *testing.T, md5, acronyms string) *taiko.Beatmap {
	t.Helper()
	m, err := beatmap.Parse(reference.OfficialMap(t, md5))
	if err != nil {
		t.Fatal(err)
	}
	b, err := taiko.New(context.Background(), m, parseMods(t, acronyms))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestOfficialStars runs the cases of ppy/osu osu.Game.Rulesets.Taiko.Tests/TaikoDifficultyCalculatorTest.cs.
func TestOfficialStars(t *testing.T) {
	raw, err := fs.ReadFile(reference.Official(t), "star_ratings.json")
	if err != nil {
		t.Fatal(err)
	}
	var table struct {
		Cases []struct {
			Ruleset osu.Ruleset
			MD5     string
			Mods    string
			Stars   float64 `json:"head_star_rating"`
			Combo   int     `json:"head_max_combo"`
		}
	}
	decode(t, raw, &table)
	cases := 0
	for _, c := range table.Cases {
		if c.Ruleset != osu.Taiko {
			continue
		}
		cases++
		a, err := taiko.Difficulty(context.Background(), official(t, c.MD5, c.Mods))
		if err != nil {
			t.Fatal(err)
		}
		if d := reference.Diff(a.Stars, c.Stars); d != "" || a.MaxCombo != c.Combo {
			t.Errorf("%s %s: stars %s, combo %d, want %d", c.MD5, c.Mods, d, a.MaxCombo, c.Combo)
		}
	}
	if cases == 0 {
		t.Error("no cases")
	}
}

// TestOfficialConversion runs the cases of ppy/osu osu.Game.Rulesets.Taiko.Tests/TaikoBeatmapConversionTest.cs, whose values are
// of the stable client and therefore not exact.
func TestOfficialConversion(t *testing.T) {
	f, err := reference.Official(t).Open("conversion/taiko.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	type object struct {
		StartTime, EndTime                             float64
		IsRim, IsCentre, IsDrumRoll, IsSwell, IsStrong bool
	}
	var table struct {
		Cases []struct {
			Name     string
			MD5      string
			Mods     []string
			Expected struct {
				Mappings []struct{ Objects []object }
			}
		}
	}
	if err := json.NewDecoder(z).Decode(&table); err != nil {
		t.Fatal(err)
	}
	const lenience = 2 // of stable's whole numbers
	for _, c := range table.Cases {
		t.Run(c.Name, func(t *testing.T) {
			b := official(t, c.MD5, strings.Join(c.Mods, ","))
			var want []object
			for _, mapping := range c.Expected.Mappings {
				want = append(want, mapping.Objects...)
			}
			slices.SortStableFunc(want, func(a, b object) int { return cmp.Compare(a.StartTime, b.StartTime) })
			if len(b.Objects) != len(want) {
				t.Fatalf("%d objects, want %d", len(b.Objects), len(want))
			}
			for i, o := range b.Objects {
				got := object{
					StartTime: want[i].StartTime, EndTime: want[i].EndTime,
					IsRim:      o.Kind == taiko.Hit && o.Rim,
					IsCentre:   o.Kind == taiko.Hit && !o.Rim,
					IsDrumRoll: o.Kind == taiko.DrumRoll,
					IsSwell:    o.Kind == taiko.Swell,
					IsStrong:   o.Strong,
				}
				late := max(math.Abs(o.Start-want[i].StartTime), math.Abs(o.End-want[i].EndTime))
				if got != want[i] || late > lenience {
					t.Errorf("object %d is %+v, want %+v", i, o, want[i])
				}
			}
		})
	}
}
