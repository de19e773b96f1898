package beatmap_test

import (
	"bytes"
	"errors"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/osutest"
	"github.com/pure-peace/peace/osu/slider"
)

// TestEncodeMaps decodes every map there is, encodes it, and decodes it again.
func TestEncodeMaps(t *testing.T) {
	t.Parallel()
	for _, source := range osutest.Sources(t) {
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

// TestEncode compares with a file that was checked by hand.
func TestEncode(t *testing.T) {
	t.Parallel()
	decoded, err := os.ReadFile("testdata/everything.osu")
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("testdata/everything.encoded.osu")
	if err != nil {
		t.Fatal(err)
	}
	m := parse(t, string(decoded))
	var got bytes.Buffer
	if err := m.Encode(&got); err != nil {
		t.Fatal(err)
	}
	same(t, "encoded", strings.Split(got.String(), "\r\n"), strings.Split(string(want), "\n"))
	roundTrip(t, "everything", m)
}

// TestEncodeError checks that an error of the writer is returned.
func TestEncodeError(t *testing.T) {
	t.Parallel()
	m := parse(t, "[HitObjects]\n"+strings.Repeat("0,0,0,1,0\n", 10000))
	failure := errors.New("failure")
	if err := m.Encode(failing{failure}); !errors.Is(err, failure) {
		t.Errorf("error: %v", err)
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

// TestUpgrade checks that old times are moved to where the official client plays them, once.
func TestUpgrade(t *testing.T) {
	t.Parallel()
	const old = "osu file format v4\nPreviewTime: 500\n[Events]\n2,10,20\n[TimingPoints]\n5,300\n7,-50,4,1,0,100,0,1\n[HitObjects]\n1,1,30,1,0\n1,1,40,8,0,50\n"
	m := parse(t, old)
	if m.Offset() != 24 {
		t.Errorf("offset %v", m.Offset())
	}
	m.Upgrade()
	if m.Offset() != 0 || m.Version != beatmap.Latest {
		t.Errorf("offset %v, version %d", m.Offset(), m.Version)
	}
	want := parse(t, "osu file format v128\nPreviewTime: 524\n[Events]\n2,34,44\n[TimingPoints]\n29,300\n31,-50,4,1,0,100,0,1\n[HitObjects]\n1,1,54,1,0\n1,1,64,8,0,74\n")
	want.MD5 = m.MD5
	same(t, "upgraded", m, want)
	m.Upgrade()
	same(t, "upgraded again", m, want)
	roundTrip(t, "upgraded", m)
	if p := parse(t, "osu file format v4"); p.Preview != -1 {
		t.Errorf("preview %d", p.Preview)
	}
}

// TestEncodeMade encodes a beatmap that no file said.
func TestEncodeMade(t *testing.T) {
	t.Parallel()
	point := func(x, y float32, kind slider.Type, degree uint16) slider.ControlPoint {
		return slider.ControlPoint{Position: slider.Vector{X: x, Y: y}, Type: kind, Degree: degree}
	}
	m := parse(t, "osu file format v128")
	m.Title = "two\r\nlines"
	sounds, samples := []beatmap.Sound{0, 0}, []beatmap.Sample{{}, {}}
	m.HitObjects = []beatmap.HitObject{
		{Kind: beatmap.Slider, NewCombo: true, Position: slider.Vector{X: 0.6, Y: 0.6}, Slider: &beatmap.SliderData{
			Points:     []slider.ControlPoint{point(0, 0, slider.BSpline, 3), point(50, 50, 0, 0), point(100, 100, slider.BSpline, 3), point(150, 150, 0, 0)},
			NodeSounds: sounds, NodeSamples: samples,
		}},
		{Kind: beatmap.Slider, Position: slider.Vector{X: 0.6, Y: 0.6}, Slider: &beatmap.SliderData{
			Points:     []slider.ControlPoint{point(0, 0, slider.Bezier, 0), point(0.5, 0.5, 0, 0), point(0.51, 0.51, 0, 0), point(1, 1, slider.Bezier, 0), point(2, 2, 0, 0)},
			NodeSounds: sounds, NodeSamples: samples,
		}},
	}
	again := parse(t, string(m.Bytes()))
	if again.Title != "two  lines" {
		t.Errorf("title %q", again.Title)
	}
	for i := range m.HitObjects {
		opts := cmpopts.EquateApprox(0, 1e-6) // of 0.6 + 0.5 there is no more in single precision
		if diff := gocmp.Diff(m.HitObjects[i], again.HitObjects[i], opts); diff != "" {
			t.Errorf("slider %d: %s", i, diff)
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
	want := normal(m)
	if text, second := want.Bytes(), again.Bytes(); string(second) != string(text) {
		t.Errorf("%s: encoded twice:\n%.2000s", name, gocmp.Diff(strings.Split(string(text), "\r\n"), strings.Split(string(second), "\r\n")))
	}
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
