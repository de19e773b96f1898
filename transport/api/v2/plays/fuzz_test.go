package plays

import (
	"encoding/json"
	"testing"

	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/mods"
)

// FuzzEntry reads what clients submit: whatever it is, it is refused or within the bounds of what scores are.
func FuzzEntry(f *testing.F) {
	for _, body := range []string{
		`{"ruleset_id":0,"passed":true,"total_score":950000,"accuracy":0.99,"max_combo":40,"rank":"S","mods":[{"acronym":"DT","settings":{"speed_change":1.25}}],"statistics":{"great":39},"maximum_statistics":{"great":40},"pauses":[1]}`,
		`{"passed":false,"total_score":1,"accuracy":0,"max_combo":0,"rank":"F","statistics":{"miss":1},"mods":null}`,
		`{"accuracy":1e-400,"rank":"XH","mods":[[]],"statistics":{"great":2147483648}}`, `{"mods":"DT","pauses":null}`, `[]`,
	} {
		f.Add(uint8(0), []byte(body))
	}
	f.Fuzz(func(t *testing.T, ruleset uint8, body []byte) {
		var told play
		if json.Unmarshal(body, &told) != nil {
			return
		}
		token := scores.Token{ID: 1, UserID: 1000, BeatmapMD5: "0123456789abcdef0123456789abcdef", Ruleset: osu.Ruleset(ruleset % uint8(osu.Rulesets))}
		s, err := told.entry(&token)
		if err != nil {
			return
		}
		if s.Total <= 0 || s.Total > maxTotal || s.Accuracy < 0 || s.Accuracy > 1 || s.MaxCombo < 0 || len(s.Statistics) == 0 || len(s.Pauses) > maxPauses ||
			!s.Passed && s.Grade != osu.GradeF || mods.Validate(token.Ruleset, s.Mods) != nil {
			t.Errorf("%s became %+v", body, s)
		}
		for name, n := range s.Statistics {
			if n <= 0 {
				t.Errorf("%d times %s", n, name)
			}
		}
	})
}
