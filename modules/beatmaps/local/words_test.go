package local

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/uptrace/bun"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/database/databasetest"
	"github.com/pure-peace/peace/osu"
)

func TestSplit(t *testing.T) {
	for text, want := range map[string]string{
		"":                      "",
		"Freedom Dive!":         "freedom dive",
		"xi-feat.  _A_":         "xi feat a",
		"Ünïcode ÉTÉ ЙОД":       "unicode ete иод",
		"don't can’t":           "dont cant",
		"4K 2nd":                "4k 2nd",
		"東方":                    "東方 方",
		"東":                     "東",
		"abc東方def":              "abc 東方 方 def",
		"ｶﾞﾝﾀﾞﾑ":                "ガン ンダ ダム ム",
		"한국어":                   "한국어",
		strings.Repeat("x", 99): strings.Repeat("x", maxWord),
		"\xff\x00":              "",
	} {
		if got := strings.Join(split(text), " "); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	if got := wanted("東方プロ x 方"); !slices.Equal(got, []string{"東方", "方プ", "プロ", "x", "方"}) {
		t.Errorf("wanted %q", got)
	}
}

func TestEncoded(t *testing.T) {
	got := encoded([]string{mark(anywhere, "abc9"), mark(fromTitle, "東"), mark(anywhere, strings.Repeat("я", maxWord))})
	if got[0] != "qzxabc9" || got[1] != "qzt006771" || len(got[2]) != maxEncoded {
		t.Errorf("%q", got)
	}
}

var storable = regexp.MustCompile(`^[\pL\pN\pM]+$`)

// FuzzParse reads search texts: whatever they are, words consist of letters and numbers, and values never become expressions.
func FuzzParse(f *testing.F) {
	for _, text := range []string{
		"", "freedom dive", `artist="xi" ar>=9.5 stars<6,5`, "status=ranked,l keys=4", "ranked>2020-05 length<1:30", "東方 ar:", `"'*:()-+~^{}`,
	} {
		f.Add(text)
	}
	ours := regexp.MustCompile(`^(b|hit)\.[a-z_]+ (<|<=|>|>=|=) \?$|^b\.[a-z_]+ BETWEEN \? AND \?$|^hit\.status IN \(\?(, \?)*\)$`)
	f.Fuzz(func(t *testing.T, text string) {
		terms := parse(text)
		for _, word := range append(terms.words, terms.title...) {
			if !strings.HasPrefix(word, marker) || !storable.MatchString(word) || strings.ToLower(word) != word {
				t.Errorf("%q has the word %q", text, word)
			}
			for _, code := range encoded([]string{word}) {
				if len(code) > maxEncoded || strings.ContainsFunc(code, func(r rune) bool { return r > unicode.MaxASCII }) {
					t.Errorf("%q is encoded as %q", word, code)
				}
			}
		}
		for _, c := range append(terms.set, terms.diffs...) {
			if !ours.MatchString(c.expr) || strings.Count(c.expr, "?") != len(c.args) {
				t.Errorf("%q has the condition %q with %d values", text, c.expr, len(c.args))
			}
		}
	})
}

// FuzzSearch searches for anything, with any cursor, in any order.
func FuzzSearch(f *testing.F) {
	s, file := searchable(f)
	f.Add("song", "", int32(0), false)
	f.Add(`artist=singer ar>1 stars<99 length>1s updated>2000 ranked<2100 status=p,r,l`, "eyJvIjo2LCJpIjo1LCJzIjoiU29uZyJ9", int32(6), true)
	f.Add(`"' OR 1=1; -- \`, "eyJvIjowLCJ0IjoxLCJpIjoxfQ", int32(0), false)
	f.Fuzz(func(t *testing.T, text, cursor string, order int32, ascending bool) {
		query := beatmaps.Query{Text: text, Cursor: cursor, Order: beatmaps.Order(order), Ascending: ascending, Limit: 1}
		page, err := s.Search(t.Context(), query)
		if len(text) > beatmaps.MaxQuery || len(cursor) > maxCursor {
			return
		}
		if err != nil {
			t.Errorf("%+v: %v", query, err)
		}
		for _, set := range page.Sets {
			if set.Beatmaps[0].MD5 != sum(file) {
				t.Errorf("%+v", set)
			}
		}
	})
}

// searchable returns a service that knows one set, and its beatmap's file.
func searchable(tb testing.TB) (*Service, string) {
	tb.Helper()
	s, file := newService(tb, databasetest.Open(tb, database.SQLite)), song(10, "A")
	_, _, err := s.edit(tb.Context(), 5, func(_ context.Context, _ bun.Tx, d *draft) error {
		d.tell(told(osu.StatusRanked, map[int32]string{10: file}), told(osu.StatusRanked, map[int32]string{10: file}).Beatmaps, nil)
		return nil
	})
	if err != nil {
		tb.Fatal(err)
	}
	return s, file
}
