package songs

import (
	"net/url"
	"testing"
	"unicode/utf8"

	"github.com/pure-peace/peace/modules/beatmaps"
)

// FuzzRead reads searches: whatever is asked for, the library is asked for something that it takes.
func FuzzRead(f *testing.F) {
	for _, query := range []string{
		"", "q=title&m=3&s=ranked&c=converts.recommended&g=3&l=2&sort=title_asc&e=video.storyboard&r=XH.S&played=played&nsfw=true", "s=6&m=-1&g=999", "sort=_asc",
		"q=%ff%00&query=%c3", "r=N.F.Z.&e=&c=..",
	} {
		f.Add(query)
	}
	f.Fuzz(func(t *testing.T, query string) {
		given, err := url.ParseQuery(query)
		if err != nil {
			return
		}
		w := read(given)
		q := w.query
		if len(q.Text) > beatmaps.MaxQuery || !utf8.ValidString(q.Text) || q.Genre < 0 || q.Language < 0 || q.Ruleset != nil && !q.Ruleset.Valid() {
			t.Errorf("%q became %+v", query, q)
		}
		for _, s := range q.Statuses {
			if !s.Valid() {
				t.Errorf("%q has status %d", query, s)
			}
		}
		if w.sort == "" || w.favourites && w.mine || len(w.grades) > 1+len(query) {
			t.Errorf("%q became %+v", query, w)
		}
	})
}
