package beatmap_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/internal/reference"
)

// TestEncodeMaps decodes every map there is, encodes it, and decodes it again.
func TestEncodeMaps(t *testing.T) {
	t.Parallel()
	for _, source := range reference.Sources(t) {
		n := 0
		for name, data := range source.Maps(t) {
			n++
			m, err := beatmap.Parse(data)
			if err != nil {
				t.Errorf("%s/%s: %v", source.Name, name, err)
				continue
			}
			roundTrip(t, source.Name+"/"+name, m)
		}
		if n == 0 {
			t.Errorf("%s has no maps", source.Name)
		}
	}
}

// roundTrip checks that encoding loses nothing.
func roundTrip(t *testing.T, name string, m *beatmap.Beatmap) {
	t.Helper()
	text := m.Bytes()
	again, err := beatmap.Parse(text)
	if err != nil {
		t.Errorf("%s: encoded: %v", name, err)
		return
	}
	if second := again.Bytes(); string(second) != string(text) {
		t.Errorf("%s: encoded twice:\n%.2000s", name, gocmp.Diff(strings.Split(string(text), "\r\n"), strings.Split(string(second), "\r\n")))
	}
	want := normal(m)
	want.MD5 = again.MD5
	if reflect.DeepEqual(want, again) {
		return // which is fast; what differs in no more than NaN or nil does not matter
	}
	if diff := gocmp.Diff(want, again, cmpopts.EquateNaNs(), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("%s: (-decoded +encoded and decoded)\n%.3000s", name, diff)
	}
}

// normal returns m without what a file out of order leaves: control points that change nothing, and objects that would begin a
// combo if they were written where they are.
func normal(m *beatmap.Beatmap) *beatmap.Beatmap {
	c := *m
	c.Points.Difficulty = changes(m.Points.Difficulty, beatmap.DifficultyPoint{SliderVelocity: 1}, func(p beatmap.DifficultyPoint) beatmap.DifficultyPoint {
		p.Time = 0
		return p
	})
	c.Points.Effect = changes(m.Points.Effect, beatmap.EffectPoint{ScrollSpeed: 1}, func(p beatmap.EffectPoint) beatmap.EffectPoint {
		p.Time = 0
		return p
	})
	c.Points.Sample = changes(m.Points.Sample, beatmap.SamplePoint{}, func(p beatmap.SamplePoint) beatmap.SamplePoint {
		p.Time = 0
		return p
	})
	c.HitObjects = slices.Clone(m.HitObjects)
	for i := range c.HitObjects {
		h := &c.HitObjects[i]
		if (h.Kind == beatmap.Circle || h.Kind == beatmap.Slider) && (i == 0 || c.HitObjects[i-1].Kind == beatmap.Spinner) {
			h.NewCombo = true
		}
	}
	return &c
}

func changes[P comparable](points []P, first P, timeless func(P) P) []P {
	var out []P
	for _, p := range points {
		if v := timeless(p); v != first {
			out = append(out, p)
			first = v
		}
	}
	return out
}
