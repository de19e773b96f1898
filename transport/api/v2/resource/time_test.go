package resource_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/pure-peace/peace/transport/api/v2/resource"
)

func TestTime(t *testing.T) {
	east := time.FixedZone("", 2*60*60)
	for want, v := range map[string]any{
		`"2026-08-21T12:00:00+00:00"`: resource.At(time.Date(2026, 8, 21, 14, 0, 0, 999_999_999, east)),
		`"0999-01-02T03:04:05+00:00"`: resource.Maybe(time.Date(999, 1, 2, 3, 4, 5, 0, time.UTC)),
		`null`:                        resource.Maybe(time.Time{}),
		`"2026-08-20"`:                resource.Date{Time: time.Date(2026, 8, 21, 1, 0, 0, 0, east)},
	} {
		if got, err := json.Marshal(v); err != nil || string(got) != want {
			t.Errorf("%s, %v, want %s", got, err, want)
		}
	}
	if _, err := json.Marshal(resource.At(time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC))); err == nil {
		t.Error("the year 10000 is written")
	}
	var back resource.Time
	if err := json.Unmarshal([]byte(`"2026-08-21T12:00:00+00:00"`), &back); err != nil || !back.Equal(time.Date(2026, 8, 21, 12, 0, 0, 0, time.UTC)) {
		t.Errorf("read back: %v, %v", back, err)
	}
}
