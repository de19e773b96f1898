package difficulty

import (
	"encoding/json"
	"fmt"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/catch"
	"github.com/pure-peace/peace/osu/mania"
	"github.com/pure-peace/peace/osu/score"
	"github.com/pure-peace/peace/osu/standard"
	"github.com/pure-peace/peace/osu/taiko"
)

// stored is the form in which attributes are kept.
type stored struct {
	Ruleset    osu.Ruleset      `json:"ruleset"`
	Difficulty Values           `json:"difficulty"`
	Max        score.Statistics `json:"max"`
	Legacy     score.Legacy     `json:"legacy"`
}

// MarshalJSON writes attributes for storage. They belong to a [Version], which the storage has to keep with them.
func (a *Attributes) MarshalJSON() ([]byte, error) {
	return json.Marshal(stored{a.Ruleset, a.Values(), a.Max, a.Legacy})
}

// UnmarshalJSON reads what MarshalJSON wrote. It fails when something is missing.
func (a *Attributes) UnmarshalJSON(b []byte) error {
	var s stored
	if err := json.Unmarshal(b, &s); err != nil {
		return err
	}
	out := Attributes{Ruleset: s.Ruleset, Max: s.Max, Legacy: s.Legacy}
	var err error
	switch s.Ruleset {
	case osu.Standard:
		out.Standard = new(standard.Attributes)
		err = assign(out.Standard, s.Difficulty)
	case osu.Taiko:
		out.Taiko = new(taiko.Attributes)
		err = assign(out.Taiko, s.Difficulty)
	case osu.Catch:
		out.Catch = new(catch.Attributes)
		err = assign(out.Catch, s.Difficulty)
	case osu.Mania:
		out.Mania = new(mania.Attributes)
		err = assign(out.Mania, s.Difficulty)
	default:
		err = fmt.Errorf("%w: %d", ErrRuleset, s.Ruleset)
	}
	if err == nil {
		*a = out
	}
	return err
}
