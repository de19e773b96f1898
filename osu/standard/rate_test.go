package standard_test

import (
	"testing"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/standard"
)

// TestRampBeforeMusic checks the rate of beatmaps that begin before their music: the ramp has begun at 0 ms, where the official
// calculator asks for the rate.
func TestRampBeforeMusic(t *testing.T) {
	const head = "osu file format v14\n\n[TimingPoints]\n-2000,1000,4,1,0,100,1,0\n\n[HitObjects]\n"
	early, err := beatmap.Parse([]byte(head + "100,100,-2000,1,0\n256,192,4000,12,0,10000\n"))
	if err != nil {
		t.Fatal(err)
	}
	usual, err := beatmap.Parse([]byte(head + "100,100,0,1,0\n256,192,4000,12,0,10000\n"))
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		mods         string
		early, usual float64
	}{
		{"WU", 1.11, 1}, // 2,000 of the 9,000 ms of the ramp
		{"WD", 0.94, 1}, // 0.9444…
		{"WU:initial_rate=1.2;final_rate=2", 1.38, 1.2},
		{"AS:initial_rate=1.2", 1.2, 1.2},
	} {
		ms, err := mods.Parse(test.mods)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			m    *beatmap.Beatmap
			want float64
		}{{early, test.early}, {usual, test.usual}} {
			b, err := standard.New(t.Context(), c.m, ms)
			if err != nil {
				t.Fatal(err)
			}
			if b.Rate != c.want {
				t.Errorf("%s from %v ms: rate %v, want %v", test.mods, c.m.HitObjects[0].Start, b.Rate, c.want)
			}
		}
	}
}

// TestRampOfTargets checks that a ramp spans the objects that it finds: those of TargetPractice only after it.
func TestRampOfTargets(t *testing.T) {
	m, err := beatmap.Parse([]byte("osu file format v14\n\n[TimingPoints]\n-2000,1000,4,1,0,100,1,0\n\n" +
		"[HitObjects]\n100,100,-1500,1,0\n256,192,4000,12,0,10000\n"))
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]float64{"WU,TP": 1.09, "TP,WU": 1.06} {
		ms, err := mods.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		b, err := standard.New(t.Context(), m, ms)
		if err != nil {
			t.Fatal(err)
		}
		if b.Rate != want {
			t.Errorf("%s: rate %v, want %v", text, b.Rate, want)
		}
	}
	if a, b := key(t, "WU,TP"), key(t, "TP,WU"); a == b {
		t.Errorf("both orders have the difficulty key %s", a)
	}
}

func key(t *testing.T, text string) string {
	t.Helper()
	ms, err := mods.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return ms.DifficultyKey(osu.Standard)
}
