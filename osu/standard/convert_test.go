package standard_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/osutest"
	"github.com/pure-peace/peace/osu/score"
	"github.com/pure-peace/peace/osu/slider"
	"github.com/pure-peace/peace/osu/standard"
)

// file returns a .osu file of mode 0 with the lines.
func file(lines ...string) []byte {
	return []byte("osu file format v14\n\n[General]\nMode: 0\nStackLeniency: 0.7\n\n[Difficulty]\nHPDrainRate:5\nCircleSize:4\n" +
		"OverallDifficulty:8\nApproachRate:9\nSliderMultiplier:1.4\nSliderTickRate:1\n\n[TimingPoints]\n0,500,4,2,0,50,1,0\n\n[HitObjects]\n" +
		strings.Join(lines, "\n") + "\n")
}

func decode(tb testing.TB, data []byte) *beatmap.Beatmap {
	tb.Helper()
	m, err := beatmap.Parse(data)
	if err != nil {
		tb.Fatal(err)
	}
	return m
}

func convert(tb testing.TB, m *beatmap.Beatmap, text string) *standard.Beatmap {
	tb.Helper()
	return playable(tb, m, osutest.Mods(tb, text))
}

func playable(tb testing.TB, m *beatmap.Beatmap, ms mods.Set) *standard.Beatmap {
	tb.Helper()
	b, err := standard.New(tb.Context(), m, ms)
	if err != nil {
		tb.Fatalf("%v: %v", ms, err)
	}
	return b
}

// sample returns a map of the synthetic ones that has circles, sliders and spinners.
func sample(tb testing.TB) *beatmap.Beatmap {
	tb.Helper()
	for name, data := range osutest.Sources(tb)[0].Maps(tb) {
		m, err := beatmap.Parse(data)
		if err != nil {
			continue
		}
		kinds := [4]int{}
		for i := range m.HitObjects {
			kinds[m.HitObjects[i].Kind]++
		}
		if m.Mode == 0 && kinds[0] > 100 && kinds[1] > 50 && kinds[2] > 0 && strings.HasPrefix(name, "osu") {
			return m
		}
	}
	tb.Fatal("no such map")
	return nil
}

func TestNotConvertible(t *testing.T) {
	for mode := 1; mode < 4; mode++ {
		data := strings.Replace(string(file("0,0,1000,1,0")), "Mode: 0", fmt.Sprintf("Mode: %d", mode), 1)
		if _, err := standard.New(t.Context(), decode(t, []byte(data)), nil); !errors.Is(err, beatmap.ErrNotConvertible) {
			t.Errorf("mode %d: %v", mode, err)
		}
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := standard.New(ctx, decode(t, file("0,0,1000,1,0")), nil); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// TestMirror mirrors positions, and nothing else.
func TestMirror(t *testing.T) {
	m := sample(t)
	plain := convert(t, m, "")
	for _, test := range []struct {
		mods string
		x, y bool
	}{
		{"MR", true, false}, {"MR:reflection=1", false, true}, {"MR:reflection=2", true, true}, {"HR", false, true},
	} {
		b := convert(t, m, test.mods)
		near := func(got, want slider.Vector) bool {
			if test.x {
				want.X = 512 - want.X
			}
			if test.y {
				want.Y = 384 - want.Y
			}
			return got.Distance(want) < 1e-3
		}
		for i := range b.Objects {
			got, want := &b.Objects[i], &plain.Objects[i]
			if !near(got.Position, want.Position) || !near(got.Last, want.Last) || got.Start != want.Start || got.End != want.End {
				t.Errorf("%s: object %d is %+v, was %+v", test.mods, i, got, want)
			}
		}
		for i := range b.Sliders {
			for j, n := range b.Sliders[i].Nested {
				if was := plain.Sliders[i].Nested[j]; !near(n.Position, was.Position) || n.Time != was.Time || n.Kind != was.Kind {
					t.Errorf("%s: slider %d: %+v, was %+v", test.mods, i, n, was)
				}
			}
		}
	}
}

// TestVisibility looks at how mods change when objects appear.
func TestVisibility(t *testing.T) {
	m := decode(t, file("100,100,1000,5,0", "200,100,1500,1,0", "300,100,2000,2,0,L|400:100,1,100", "100,300,3000,5,0",
		"256,192,4000,8,0,5000", "100,300,6000,1,0"))
	for _, test := range []struct {
		mods            string
		preempt, fadeIn []float64
	}{
		{"", []float64{600, 600, 600, 600, 600, 600}, []float64{400, 400, 400, 400, 400, 400}},
		{"HD", []float64{600, 600, 600, 600, 600, 600}, []float64{240, 240, 400, 240, 240, 240}},
		{"FR", []float64{600, 1100, 1600, 600, 600, 600}, []float64{400, 400, 400, 400, 400, 400}},
		{"DA:approach_rate=11;extended_limits=true", []float64{300, 300, 300, 300, 300, 300}, nil},
		{"EZ", []float64{1260, 1260, 1260, 1260, 1260, 1260}, []float64{400, 400, 400, 400, 400, 400}},
	} {
		b := convert(t, m, test.mods)
		for i := range b.Objects {
			if got := b.Objects[i].Preempt; got != test.preempt[i] {
				t.Errorf("%s: object %d appears %g ms before, want %g", test.mods, i, got, test.preempt[i])
			}
			if test.fadeIn != nil && b.Objects[i].FadeIn != test.fadeIn[i] {
				t.Errorf("%s: object %d fades in in %g ms, want %g", test.mods, i, b.Objects[i].FadeIn, test.fadeIn[i])
			}
		}
	}
	short := convert(t, m, "DA:approach_rate=11;extended_limits=true").Objects[0].FadeIn
	if want := 400 * 300.0 / 450; math.Abs(short-want) > 1e-9 {
		t.Errorf("fades in in %g ms, want %g", short, want)
	}
}

// TestStrictTracking gives ticks to sliders that have none: officially the mod forgets about that.
func TestStrictTracking(t *testing.T) {
	data := strings.Replace(string(file("100,100,1000,2,0,L|400:100,1,300")), "0,500,4,2,0,50,1,0", "0,500,4,2,0,50,1,0\n0,NaN,4,2,0,50,0,0", 1)
	m := decode(t, []byte(data))
	if n := len(convert(t, m, "").Sliders[0].Nested); n != 2 {
		t.Errorf("%d nested objects without ticks, want 2", n)
	}
	if n := len(convert(t, m, "ST").Sliders[0].Nested); n != 4 {
		t.Errorf("%d nested objects with Strict Tracking, want 4", n)
	}
}

// TestRandom moves everything within the playfield, always in the same way.
func TestRandom(t *testing.T) {
	m := sample(t)
	plain := convert(t, m, "")
	first := convert(t, m, "RD:seed=7")
	again := convert(t, m, "RD:seed=7")
	other := convert(t, m, "RD:seed=8")
	sharp := convert(t, m, "RD:seed=7;angle_sharpness=10")
	if diff := cmp.Diff(first.Objects, again.Objects); diff != "" {
		t.Errorf("differs (-first +again):\n%s", diff)
	}
	if cmp.Equal(first.Objects, other.Objects) || cmp.Equal(first.Objects, sharp.Objects) {
		t.Error("neither the seed nor the sharpness matters")
	}
	moved := 0
	for i := range first.Objects {
		got, was := &first.Objects[i], &plain.Objects[i]
		if got.Start != was.Start || got.Stack != was.Stack || math.Abs(got.End-was.End) > 1e-6 {
			t.Errorf("object %d is %+v, was %+v", i, got, was)
		}
		if got.Position != was.Position {
			moved++
		}
		if p := got.Position; got.Kind == standard.Circle && (p.X < 36 || p.X > 476 || p.Y < 36 || p.Y > 348) {
			t.Errorf("circle %d is at %v", i, p)
		}
	}
	if moved < len(first.Objects)/2 {
		t.Errorf("%d of %d objects moved", moved, len(first.Objects))
	}
	for i := range first.Sliders {
		got, was := &first.Sliders[i], &plain.Sliders[i]
		if len(got.Nested) != len(was.Nested) {
			t.Errorf("slider %d: %d nested objects, were %d", i, len(got.Nested), len(was.Nested))
		}
		head, wasHead := got.Nested[0].Position, was.Nested[0].Position
		for j := range got.Nested {
			a, b := got.Nested[j].Position.Distance(head), was.Nested[j].Position.Distance(wasHead)
			if math.Abs(float64(a-b)) > 0.01 || got.Nested[j].Time != was.Nested[j].Time {
				t.Errorf("slider %d: nested object %d is %g from the head, was %g", i, j, a, b)
			}
		}
	}
}

// TestTargetPractice makes a circle of every beat.
func TestTargetPractice(t *testing.T) {
	m := decode(t, file("100,100,1000,5,0", "200,100,1500,1,0", "300,100,2000,2,0,L|400:100,1,100", "100,300,3100,5,0", "100,300,6000,1,0"))
	m.Events.Breaks = []beatmap.Break{{Start: 3600, End: 5200}}
	b := convert(t, m, "TP:seed=3")
	var starts []float64
	var combos []bool
	for i := range b.Objects {
		o := &b.Objects[i]
		starts, combos = append(starts, o.Start), append(combos, o.NewCombo)
		if o.Kind != standard.Circle || o.Preempt != 1260 {
			t.Errorf("%+v", o)
		}
	}
	// From 3600 on there is a break, which lasts until the next object.
	if diff := cmp.Diff([]float64{1000, 1500, 2000, 2500, 3000, 3500, 6000}, starts); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]bool{true, false, false, false, false, true, false}, combos); diff != "" {
		t.Errorf("combos (-want +got):\n%s", diff)
	}
	if b.Circles != len(b.Objects) || b.SliderCount != 0 || b.MaxCombo() != len(b.Objects) {
		t.Errorf("%d circles, %d sliders, combo %d", b.Circles, b.SliderCount, b.MaxCombo())
	}
	// Without overlap but for what there is no room for.
	for i := 1; i < len(b.Objects); i++ {
		if p := b.Objects[i].Position; p.X < 0 || p.X > 512 || p.Y < 0 || p.Y > 384 {
			t.Errorf("circle %d at %v", i, p)
		}
	}
}

// TestHostile converts what would take forever or all memory.
func TestHostile(t *testing.T) {
	slow := func(velocity, line string) []byte {
		return []byte(strings.Replace(string(file(line)), "0,500,4,2,0,50,1,0", "0,60000,4,2,0,50,1,0\n0,"+velocity+",4,2,0,50,0,0", 1))
	}
	if _, err := standard.New(t.Context(), decode(t, slow("-1000", "0,0,0,2,0,L|100000:100000,9000,100000")), nil); !errors.Is(err, slider.ErrTooManyNested) {
		t.Errorf("ticks without end: %v", err)
	}
	lines := make([]string, 100)
	for i := range lines {
		lines[i] = fmt.Sprintf("%d,0,%d,2,0,L|250:0,8999,250", i, i)
	}
	if _, err := standard.New(t.Context(), decode(t, file(lines...)), nil); !errors.Is(err, slider.ErrTooManyNested) {
		t.Errorf("repeats without end: %v", err)
	}
	// The longest spinner: its ticks are counted only.
	b := convert(t, decode(t, file("256,192,0,12,0,2147483647")), "")
	if got := b.Max(); got[score.SmallBonus] == 0 || b.Legacy().BonusScore == 0 {
		t.Errorf("%v, %+v", got, b.Legacy())
	}
}

// TestTooDense stacks as many objects as a file may have, all at the same time in different places.
func TestTooDense(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	for _, version := range []int{5, 14} {
		m := &beatmap.Beatmap{Version: version, HitObjects: make([]beatmap.HitObject, beatmap.MaxHitObjects)}
		m.StackLeniency = 0.7
		for i := range m.HitObjects {
			m.HitObjects[i].Position = slider.Vector{X: float32(i%400) * 4, Y: float32(i/400) * 4}
		}
		if _, err := standard.New(t.Context(), m, nil); !errors.Is(err, standard.ErrTooDense) {
			t.Errorf("version %d: %v", version, err)
		}
	}
}

func ExampleNew() {
	m, err := beatmap.Parse(file("100,100,1000,5,0", "200,100,1500,1,0", "300,100,2000,2,0,L|400:100,1,100"))
	if err != nil {
		fmt.Println(err)
		return
	}
	b, err := standard.New(context.Background(), m, mods.Of(mods.HardRock))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(b.Circles, "circles,", b.SliderCount, "slider, combo", b.MaxCombo())
	fmt.Println("first at", b.Objects[0].Position, "visible for", b.Objects[0].Preempt, "ms")
	// Output:
	// 2 circles, 1 slider, combo 4
	// first at {100 284} visible for 450 ms
}

func BenchmarkNewMods(b *testing.B) {
	m := sample(b)
	for _, text := range []string{"", "HR", "RD:seed=1"} {
		ms := osutest.Mods(b, text)
		b.Run("mods="+text, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := standard.New(b.Context(), m, ms); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(m.HitObjects)), "ns/object")
		})
	}
}

// FuzzNew converts whatever decodes, with every mod that moves objects.
func FuzzNew(f *testing.F) {
	f.Add(file("100,100,1000,5,0", "200,100,1000,1,0", "300,100,1000,2,0,B|400:100|20:9|20:9|500:3,3,100", "256,192,2000,12,0,4000"), uint8(0))
	f.Add(file("0,0,0,2,0,P|1:1|2:2,1,0", "0,0,0,2,0,C|0:0|0:0|5:5,2,1e5", "0,0,2147483647,1,0"), uint8(3))
	f.Add([]byte(strings.Replace(string(file("9,9,9,2,0,L|99:9,9,1", "9,9,9,1,0")), "v14", "v4", 1)), uint8(5))
	f.Fuzz(func(t *testing.T, data []byte, choice uint8) {
		m, err := beatmap.Parse(data)
		if err != nil || len(data) > 1<<16 {
			return
		}
		choices := []string{"", "HR", "EZ,HD", "RD:seed=5", "TP:seed=5", "MR:reflection=2,FR", "ST,DT", "CL,HR,HD"}
		ms := osutest.Mods(t, choices[int(choice)%len(choices)])
		before := len(m.HitObjects)
		b, err := standard.New(t.Context(), m, ms)
		if err != nil {
			return
		}
		sliders := 0
		for i := range b.Objects {
			o := &b.Objects[i]
			if o.Kind == standard.Slider {
				if int(o.Slider) != sliders || len(b.Sliders[sliders].Nested) < 2 {
					t.Fatalf("object %d is slider %d with %d nested objects", i, o.Slider, len(b.Sliders[o.Slider].Nested))
				}
				sliders++
			}
		}
		if b.Circles+b.SliderCount+b.Spinners != len(b.Objects) || sliders != b.SliderCount || len(m.HitObjects) != before {
			t.Errorf("%d + %d + %d of %d objects", b.Circles, b.SliderCount, b.Spinners, len(b.Objects))
		}
		b.Max()
		b.Legacy()
	})
}
