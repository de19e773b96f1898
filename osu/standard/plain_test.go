package standard

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/mods"
)

// rounds is how many random beatmaps are compared.
const rounds = 1000

// randomBeatmap is a beatmap of many short patterns, with objects at the same time and place, pauses and odd sliders.
func randomBeatmap(r *rand.Rand) string {
	pick := func(s ...int) int { return s[r.IntN(len(s))] }
	var b strings.Builder
	fmt.Fprintf(&b, "osu file format v%d\n\n[General]\nStackLeniency:0.%d\n\n[Difficulty]\nHPDrainRate:5\nCircleSize:%d\n"+
		"OverallDifficulty:%d\nApproachRate:%d\nSliderMultiplier:1.%d\nSliderTickRate:%d\n\n[TimingPoints]\n0,%d,4,1,0,100,1,0\n\n[HitObjects]\n",
		pick(5, 7, 9, 14, 128), r.IntN(10), pick(0, 2, 4, 5, 7, 10), r.IntN(11), r.IntN(11), r.IntN(10), 1+r.IntN(4), 200+r.IntN(600))
	x, y, at := 256, 192, r.IntN(3000)-1500
	for n := pick(1, 2, 3, 4, 10, 60, 250); n > 0; {
		gap := pick(0, 1, 10, 24, 25, 26, 50, 75, 100, 100, 150, 200, 300, 400, 1000, 3000, 6000)
		stretch := pick(0, 1, 20, 60, 120, 250)
		for m := 1 + r.IntN(12); m > 0 && n > 0; m-- {
			switch r.IntN(3) {
			case 0:
				x, y = r.IntN(513), r.IntN(385)
			case 1:
				x, y = min(max(x+r.IntN(2*stretch+1)-stretch, 0), 512), min(max(y+r.IntN(2*stretch+1)-stretch, 0), 384)
			}
			combo := pick(0, 0, 0, 4)
			switch k := r.IntN(24); {
			case k == 0:
				fmt.Fprintf(&b, "256,192,%d,%d,0,%d\n", at, 8|combo, at+pick(0, 1, 50, 500, 3000))
			case k < 9:
				fmt.Fprintf(&b, "%d,%d,%d,%d,0,%s|%d:%d|%d:%d,%d,%d\n", x, y, at, 2|combo, [...]string{"B", "L", "P", "C", "B2"}[r.IntN(5)],
					r.IntN(512), r.IntN(384), x+r.IntN(200)-100, y+r.IntN(200)-100, pick(1, 1, 1, 2, 3, 8), pick(0, 1, 20, 50, 100, 200, 400))
			default:
				fmt.Fprintf(&b, "%d,%d,%d,%d,0\n", x, y, at, 1|combo)
			}
			at += gap
			if r.IntN(6) == 0 {
				at += pick(0, 5, 30, 50, 70, 200)
			}
			n--
		}
	}
	return b.String()
}

// TestPlainDifficulty compares all skills with the plain ones on random beatmaps with random mods.
func TestPlainDifficulty(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 11))
	sets := []string{
		"", "HR", "EZ", "DT", "HT:speed_change=0.5", "HD", "HD,FL,DT", "FL", "TD,FL", "RX,FL", "AP,FL", "HD:only_fade_approach_circles=true,FL",
		"MG:attraction_strength=0.3,FL", "DF:start_scale=7,FL", "FR", "FR,FL,HR", "ST", "TP", "TP,FL", "RD:seed=5", "RD:seed=9;angle_sharpness=10,HR,FL",
		"MR:reflection=2", "DA:circle_size=11;approach_rate=-10;overall_difficulty=0", "DA:circle_size=0;approach_rate=11;overall_difficulty=11,HD,DT",
		"WU", "WD", "AS", "TD,HD", "RX", "CL,HD",
	}
	same := func(a, b float64) bool {
		return math.IsNaN(a) && math.IsNaN(b) || math.Abs(a-b) <= 1e-9*max(math.Abs(a), math.Abs(b), 1)
	}
	for n := range rounds {
		text, set := randomBeatmap(r), sets[n%len(sets)]
		m, err := beatmap.Parse([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		ms, err := mods.Parse(set)
		if err != nil {
			t.Fatal(err)
		}
		b, err := New(t.Context(), m, ms)
		if err != nil {
			t.Fatalf("%s: %v\n%s", set, err, text)
		}
		graphs, err := Strains(t.Context(), b)
		if err != nil {
			t.Fatalf("%s: %v\n%s", set, err, text)
		}
		p := newPlain(b)
		for _, g := range graphs {
			var objects []float64
			var value float64
			switch g.Skill {
			case "Aim", "AimNoSliders":
				objects = p.aim(g.Skill == "Aim")
				value = p.aimValue(objects)
			case "Speed":
				objects = p.speed()
				value = harmonic(objects, 20)
			case "Reading":
				objects = p.reading()
				value = harmonic(p.reduced(objects), 1)
			case "Flashlight":
				objects = p.flashlight()
				value = p.flashlightValue(objects)
			}
			if len(objects) != len(g.Objects) {
				t.Fatalf("%s %q: %d objects, want %d", g.Skill, set, len(g.Objects), len(objects))
			}
			for i := range objects {
				if !same(g.Objects[i], objects[i]) {
					t.Fatalf("%s %q, object %d at %v: got %v, want %v\n%s", g.Skill, set, i+1, b.Objects[i+1].Start, g.Objects[i], objects[i], text)
				}
			}
			if !same(g.Value, value) {
				t.Fatalf("%s %q: got %v, want %v\n%s", g.Skill, set, g.Value, value, text)
			}
		}
	}
}
