package beatmap_test

import (
	"testing"

	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/slider"
)

func figures(t *testing.T, text string) beatmap.Figures {
	t.Helper()
	f, err := parse(t, text).Figures()
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestFigures(t *testing.T) {
	t.Parallel()
	const objects = "[HitObjects]\n0,0,5000,1,0\n0,0,280000,8,0,320000\n0,0,300000,1,0\n"
	same(t, "lengths", figures(t, objects+"[Events]\n2,50000,75000\n2,100000,150000"), beatmap.Figures{
		Circles: 2, Spinners: 1, Start: 5000, End: 320000, Length: 315000, Drain: 240000, Break: 75000, BPM: 60, MinimumBPM: 60, MaximumBPM: 60,
	})
	same(t, "all break", figures(t, objects+"[Events]\n2,0,350000").Drain, 0.0)
	same(t, "nothing", figures(t, "x"), beatmap.Figures{BPM: 60, MinimumBPM: 60, MaximumBPM: 60})
	same(t, "end is not that of the last", figures(t, "Mode:3\n[HitObjects]\n0,0,10,128,0,100:0:0\n0,0,50,128,0,60:0:0").End, 100.0)
	same(t, "slider", figures(t, "[TimingPoints]\n0,500\n0,-50,4,1,0,100,0\n[Difficulty]\nSliderMultiplier:2\n[HitObjects]\n0,0,1000,2,0,L|200:0,2,160"),
		beatmap.Figures{Sliders: 1, Start: 1000, End: 1400, Length: 400, Drain: 400, BPM: 120, MinimumBPM: 120, MaximumBPM: 120})
	same(t, "slider that cannot be extended", figures(t, "[Difficulty]\nSliderMultiplier:2\n[HitObjects]\n0,0,0,2,0,L|100:0|100:0,1,280").End, 500.0)
}

// TestBPM checks which tempo is a beatmap's own.
func TestBPM(t *testing.T) {
	t.Parallel()
	const end = "\n[HitObjects]\n0,0,10000,1,0"
	for text, want := range map[string]float64{
		"0,500":              120,
		"9000,500\n9500,250": 120, // the first begins with the audio
		"0,500\n1000,250":    240,
		"0,500\n3000,400\n6000,500\n6500,400\n7000,500": 120, // durations add up
		"0,500\n20000,250\n90000,200":                   120, // nothing plays there
		"0,500\n5000,250":                               120, // the first of two as long
		"0,333.3333333\n4000,333.33295\n6000,333.33334": 60000 / 333.333,
		"0,333.3334": 60000 / 333.3334, // rounded, but never beyond what there is
		"-5,-1":      10000,
	} {
		if got := figures(t, "[TimingPoints]\n"+text+end).BPM; got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
	f := figures(t, "[TimingPoints]\n0,500\n100,250\n200,1000")
	same(t, "without objects", []float64{f.BPM, f.MinimumBPM, f.MaximumBPM}, []float64{120, 60, 240})
	for _, test := range []struct {
		bpm, rate float64
		want      int
	}{{175.5, 1, 176}, {174.5, 1, 174}, {180, 1.5, 270}, {171, 0.75, 128}} {
		if got := beatmap.RoundBPM(test.bpm, test.rate); got != test.want {
			t.Errorf("%v × %v: %d, want %d", test.bpm, test.rate, got, test.want)
		}
	}
}

func TestEndTime(t *testing.T) {
	t.Parallel()
	m := parse(t, "[Difficulty]\nSliderMultiplier:2\n[HitObjects]\n0,0,100,1,0\n0,0,100,8,0,900\n0,0,100,2,0,L|400:0,3,0\n")
	var path slider.Path
	for i, want := range []float64{100, 900, 6100} {
		if got, err := m.EndTime(&m.HitObjects[i], &path); err != nil || got != want {
			t.Errorf("object %d ends at %v (%v), want %v", i, got, err, want)
		}
	}
}
