package osutest

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"testing"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/score"
)

// Row is one line of a table. Fields that a table does not have are empty; Raw is the whole line.
type Row struct {
	Map        string            `json:"map"`
	Ruleset    osu.Ruleset       `json:"ruleset"`
	Mods       string            `json:"mods"`
	Difficulty map[string]Number `json:"d"`
	Max        map[string]int32  `json:"max"`
	States     map[string]State  `json:"p"`
	Objects    int               `json:"objects"`
	Native     osu.Ruleset       `json:"native"`
	Version    int               `json:"version"`
	Counts     map[string]int    `json:"counts"`
	Legacy     *Legacy           `json:"legacy"`
	Raw        json.RawMessage   `json:"-"`
}

// String says which row it is.
func (r Row) String() string { return fmt.Sprintf("%v %s %q", r.Ruleset, r.Map, r.Mods) }

// Decode reads columns that Row has no field for.
func (r Row) Decode(tb testing.TB, into any) {
	tb.Helper()
	if err := json.Unmarshal(r.Raw, into); err != nil {
		tb.Fatalf("%s: %v in %.200s", r, err, r.Raw)
	}
}

// HitObjects returns the converted objects of a row of the table objects, each an array that begins with a kind and a time.
func (r Row) HitObjects(tb testing.TB) []json.RawMessage {
	tb.Helper()
	var columns struct {
		Objects []json.RawMessage `json:"hit_objects"`
	}
	r.Decode(tb, &columns)
	return columns.Objects
}

// Perfect returns the judgements of a perfect play.
func (r Row) Perfect(tb testing.TB) score.Statistics {
	tb.Helper()
	var s score.Statistics
	for name, n := range r.Max {
		result, err := score.ParseResult(name)
		if err != nil {
			tb.Fatalf("%s: %v", r, err)
		}
		s[result] = n
	}
	return s
}

// Legacy is stable's total score of a perfect play, simulated.
type Legacy struct {
	AccuracyScore   int64  `json:"accuracy_score"`
	ComboScore      int64  `json:"combo_score"`
	BonusScore      int64  `json:"bonus_score"`
	BonusScoreRatio Number `json:"bonus_score_ratio"`
	MaxCombo        int    `json:"max_combo"`
}

// Score returns it as the library has it.
func (l *Legacy) Score() score.Legacy {
	return score.Legacy{
		AccuracyScore: l.AccuracyScore, ComboScore: l.ComboScore, BonusScore: l.BonusScore, BonusScoreRatio: l.BonusScoreRatio.Float,
		MaxCombo: l.MaxCombo,
	}
}

// Rows yields the lines of a table: osu, taiko, catch, mania, legacy, timed, skills or objects.
func (s Source) Rows(tb testing.TB, table string) iter.Seq[Row] {
	return func(yield func(Row) bool) {
		tb.Helper()
		ruleset := osu.Ruleset(max(0, slices.Index(Tables[:], table))) // the rows of the other tables have their own
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
			row := Row{Ruleset: ruleset, Raw: append(json.RawMessage(nil), lines.Bytes()...)}
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

// Each tests every row that a table has for the ruleset, with its beatmap and its mods. There is a subtest for each source, which
// fails when the table has none.
func Each(t *testing.T, ruleset osu.Ruleset, table string, test func(t *testing.T, row Row, m *beatmap.Beatmap, set mods.Set)) {
	t.Helper()
	for _, source := range Sources(t) {
		t.Run(source.Name, func(t *testing.T) {
			rows, name := 0, ""
			var m *beatmap.Beatmap
			for row := range source.Rows(t, table) {
				if row.Ruleset != ruleset {
					continue
				}
				if m == nil || name != row.Map { // the rows of a map follow each other
					name, m = row.Map, source.Beatmap(t, row.Map)
				}
				rows++
				test(t, row, m, Mods(t, row.Mods))
			}
			if rows == 0 {
				t.Errorf("the table %s has nothing for %v", table, ruleset)
			}
			t.Logf("%d rows", rows)
		})
	}
}
