package catch_test

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"io/fs"
	"math"
	"strings"
	"testing"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/catch"
	"github.com/pure-peace/peace/osu/internal/reference"
	"github.com/pure-peace/peace/osu/mods"
)

// official plays a beatmap of the official tests.
func official(t *testing.T, md5, acronyms string) *catch.Beatmap {
	t.Helper()
	m, err := beatmap.Parse(reference.OfficialMap(t, md5))
	if err != nil {
		t.Fatal(err)
	}
	ms, err := mods.Parse(acronyms)
	if err != nil {
		t.Fatal(err)
	}
	b, err := catch.New(context.Background(), m, ms)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestOfficialStars runs the cases of ppy/osu osu.Game.Rulesets.Catch.Tests/CatchDifficultyCalculatorTest.cs.
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
	for _, c := range table.Cases {
		if c.Ruleset != osu.Catch {
			continue
		}
		a, err := catch.Difficulty(context.Background(), official(t, c.MD5, c.Mods))
		if err != nil {
			t.Fatal(err)
		}
		if d := reference.Diff(a.Stars, c.Stars); d != "" || a.MaxCombo != c.Combo {
			t.Errorf("%s %s: stars %s, combo %d, want %d", c.MD5, c.Mods, d, a.MaxCombo, c.Combo)
		}
	}
}

// TestOfficialConversion runs the cases of ppy/osu osu.Game.Rulesets.Catch.Tests/CatchBeatmapConversionTest.cs, whose values
// are of the stable client and therefore not exact.
func TestOfficialConversion(t *testing.T) {
	f, err := reference.Official(t).Open("conversion/catch.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var table struct {
		Cases []struct {
			Name     string
			MD5      string
			Mods     []string
			Expected struct {
				Mappings []struct {
					StartTime float64
					Objects   []struct {
						StartTime float64
						Position  float64
						HyperDash bool
					}
				}
			}
		}
	}
	if err := json.NewDecoder(z).Decode(&table); err != nil {
		t.Fatal(err)
	}
	const lenience = 3 // of stable's whole numbers
	for _, c := range table.Cases {
		t.Run(c.Name, func(t *testing.T) {
			b := official(t, c.MD5, strings.Join(c.Mods, ","))
			if len(b.Objects) != len(c.Expected.Mappings) {
				t.Fatalf("%d objects, want %d", len(b.Objects), len(c.Expected.Mappings))
			}
			for i, w := range c.Expected.Mappings {
				o := b.Objects[i]
				if int(o.Count) != len(w.Objects) {
					t.Fatalf("object %d has %d palpables, want %d", i, o.Count, len(w.Objects))
				}
				for j, w := range w.Objects {
					p := b.Palpables[int(o.First)+j]
					if math.Abs(p.Time-w.StartTime) > lenience || math.Abs(float64(p.X)-w.Position) > lenience || p.HyperDash != w.HyperDash {
						t.Fatalf("palpable %d of object %d is %+v, want %+v", j, i, p, w)
					}
				}
			}
		})
	}
}
