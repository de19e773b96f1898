package score_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/score"
)

func TestMap(t *testing.T) {
	s := score.Counts{Count300: 300, Count100: 20, Count50: 3, CountMiss: 1}.Statistics(osu.Standard)
	counts := s.Map()
	if diff := cmp.Diff(map[string]int32{"great": 300, "ok": 20, "meh": 3, "miss": 1}, counts); diff != "" {
		t.Errorf("counts (-want +got):\n%s", diff)
	}
	if again, err := score.FromMap(counts); err != nil || again != s {
		t.Errorf("read back: %v, %v", again, err)
	}
	if _, err := score.FromMap(map[string]int32{"excellent": 1}); !errors.Is(err, score.ErrResult) {
		t.Errorf("an unknown result: %v", err)
	}
	if _, err := score.FromMap(map[string]int32{"great": -1}); !errors.Is(err, score.ErrCount) {
		t.Errorf("a negative count: %v", err)
	}
}
