package taiko_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/osutest"
	"github.com/pure-peace/peace/osu/random"
	"github.com/pure-peace/peace/osu/slider"
	"github.com/pure-peace/peace/osu/taiko"
)

// drums returns a beatmap with hits, at 60 beats a minute.
func drums(hits ...beatmap.HitObject) *beatmap.Beatmap {
	return &beatmap.Beatmap{
		Version:    14,
		General:    beatmap.General{Mode: osu.Taiko},
		Difficulty: beatmap.Difficulty{OverallDifficulty: 5, SliderMultiplier: 1.4, SliderTickRate: 1},
		HitObjects: hits,
	}
}

func at(times ...float64) []beatmap.HitObject {
	var hits []beatmap.HitObject
	for _, t := range times {
		hits = append(hits, beatmap.HitObject{Start: t, End: t})
	}
	return hits
}

func play(t testing.TB, m *beatmap.Beatmap, mods string) *taiko.Beatmap {
	t.Helper()
	return playable(t, m, osutest.Mods(t, mods))
}

// The cases are those of ppy/osu osu.Game.Rulesets.Taiko.Tests/Mods/TestSceneTaikoModSimplifiedRhythm.cs.
func TestSimplifiedRhythm(t *testing.T) {
	for _, c := range []struct {
		name, mods string
		hits, want []float64
	}{
		{
			"thirds", "SR:one_third_conversion=true",
			[]float64{1000, 1500, 2000, 2333, 2666, 3000, 3500}, []float64{1000, 1500, 2000, 2500, 3000, 3500},
		},
		{
			"sixths", "SR", []float64{1000, 1250, 1500, 1666, 1833, 2000, 2250}, []float64{1000, 1250, 1500, 1750, 2000, 2250},
		},
		{
			"eighths", "SR:one_eighth_conversion=true",
			[]float64{1000, 1250, 1500, 1625, 1750, 2000, 2125, 2250, 2375, 2500, 2625, 2750, 2875},
			[]float64{1000, 1250, 1500, 1750, 2000, 2250, 2500, 2750},
		},
		{
			"only thirds", "SR:one_third_conversion=true",
			[]float64{1000, 1333, 1666, 2000, 2333, 2666}, []float64{1000, 1500, 2000, 2500},
		},
		{
			"only sixths", "SR",
			[]float64{1000, 1166, 1333, 1500, 1666, 1833, 2000, 2166, 2333, 2500, 2666, 2833},
			[]float64{1000, 1250, 1500, 1750, 2000, 2250, 2500, 2750},
		},
		{"none", "SR:one_sixth_conversion=false", []float64{1000, 1166, 1333}, []float64{1000, 1166, 1333}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []float64
			for _, o := range play(t, drums(at(c.hits...)...), c.mods).Objects {
				got = append(got, o.Start)
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Errorf("hits (-want +got):\n%s", d)
			}
		})
	}
}

func rims(b *taiko.Beatmap) string {
	text := ""
	for _, o := range b.Objects {
		switch {
		case o.Kind != taiko.Hit:
			text += "-"
		case o.Rim:
			text += "k"
		default:
			text += "d"
		}
	}
	return text
}

// everySound returns a beatmap of each combination of additions, without and with a sound file of the hit's own.
func everySound() *beatmap.Beatmap {
	var hits []beatmap.HitObject
	for _, file := range []string{"", "own.wav"} {
		for sound := beatmap.Sound(0); sound < 16; sound += 2 {
			hits = append(hits, beatmap.HitObject{Start: float64(len(hits)), Sound: sound, Sample: beatmap.Sample{File: file}})
		}
	}
	return drums(hits...)
}

func TestSwap(t *testing.T) {
	if got, want := rims(play(t, everySound(), "")), "dkdkkkkkdkdkkkkk"; got != want {
		t.Errorf("without mods %s, want %s", got, want)
	}
	// The hit with its own file and no addition has no place for a clap.
	if got, want := rims(play(t, everySound(), "SW")), "kdkddddd"+"ddkddddd"; got != want {
		t.Errorf("swapped %s, want %s", got, want)
	}
}

func TestRandom(t *testing.T) {
	times := make([]float64, 64)
	for i := range times {
		times[i] = float64(100 * i)
	}
	m := drums(at(times...)...)
	m.HitObjects[5] = beatmap.HitObject{Start: 500, End: 550, Kind: beatmap.Spinner}
	b := play(t, m, "RD:seed=1337")
	r := random.NewDotNet(1337)
	want := ""
	for i := range times {
		if i == 5 {
			want += "-"
		} else {
			want += string("dk"[r.NextMax(2)])
		}
	}
	if got := rims(b); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if other := rims(play(t, m, "RD:seed=1338")); other == want {
		t.Error("another seed gives the same colours")
	}
}

func TestNewRefusesOtherRulesets(t *testing.T) {
	m := drums(at(0, 1)...)
	m.Mode = osu.Mania
	if _, err := taiko.New(context.Background(), m, nil); !errors.Is(err, beatmap.ErrNotConvertible) {
		t.Errorf("got %v", err)
	}
}

func TestNewBoundsTicks(t *testing.T) {
	roll := beatmap.HitObject{Kind: beatmap.Slider, Slider: &beatmap.SliderData{ExpectedLength: 131072, Repeats: 8999}}
	m := drums(roll)
	m.SliderMultiplier = 0.4
	m.Points.Timing = []beatmap.TimingPoint{{BeatLength: 60000}}
	b := play(t, m, "") // lasts for so long that its duration overflows
	if got := b.Objects[0]; got.End >= got.Start || got.Count != 0 {
		t.Errorf("got %+v", got)
	}
	m.Points.Timing = []beatmap.TimingPoint{{BeatLength: 1000}, {Time: 1, BeatLength: 6}}
	m.HitObjects[0].Slider.Repeats = 99
	for range 2000 {
		m.HitObjects = append(m.HitObjects, m.HitObjects[0])
	}
	if _, err := taiko.New(context.Background(), m, nil); !errors.Is(err, slider.ErrTooManyNested) {
		t.Errorf("got %v", err)
	}
	m.Mode = osu.Standard
	m.SliderMultiplier = 3.6
	m.Points.Timing = []beatmap.TimingPoint{{BeatLength: 60000}}
	for i := range m.HitObjects {
		m.HitObjects[i].Slider.ExpectedLength, m.HitObjects[i].Slider.Repeats = 0.05, 8999
	}
	if _, err := taiko.New(context.Background(), m, nil); !errors.Is(err, slider.ErrTooManyNested) {
		t.Errorf("got %v", err)
	}
}

func TestContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	b := play(t, drums(at(0, 1, 2, 3)...), "")
	cancel()
	if _, err := taiko.New(ctx, drums(at(0, 1)...), nil); !errors.Is(err, context.Canceled) {
		t.Errorf("New: %v", err)
	}
	if _, err := taiko.Difficulty(ctx, b); !errors.Is(err, context.Canceled) {
		t.Errorf("Difficulty: %v", err)
	}
	if _, err := taiko.Timed(ctx, b); !errors.Is(err, context.Canceled) {
		t.Errorf("Timed: %v", err)
	}
	if _, err := taiko.Strains(ctx, b); !errors.Is(err, context.Canceled) {
		t.Errorf("Strains: %v", err)
	}
}

// TestRamp begins before the music: by 0 ms the rate has risen. A mod that stands before the ramp may change where it ends.
func TestRamp(t *testing.T) {
	m := drums(at(-1000, 500, 666, 833)...)
	held := drums(append(at(-1000), beatmap.HitObject{Kind: beatmap.Spinner, Start: 1000, End: 3000}, at(2000)[0])...)
	for _, c := range []struct {
		beatmap *beatmap.Beatmap
		mods    string
		rate    float64
	}{
		{m, "", 1},
		{m, "WU", 1.36},               // 1000 of 0.75·1833 ms
		{m, "SR,WU", 1.38},            // 1000 of 0.75·1750 ms
		{m, "WU,SR", 1.36},            // as without the other
		{m, "WD", 0.82},               // from 1 to 0.75
		{held, "WU", 1.17},            // 1000 of 0.75·4000 ms: until the end of the swell
		{drums(), "WU", 1},            // nothing to rise over
		{drums(at(-5)...), "WU", 1.5}, // already at its end
		{drums(at(5, 100)...), "WU:initial_rate=0.9", 0.9},
	} {
		if got := play(t, c.beatmap, c.mods).Rate; got != c.rate {
			t.Errorf("%q: %g, want %g", c.mods, got, c.rate)
		}
	}
}
