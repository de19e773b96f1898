package beatmap_test

import (
	"math"
	"os"
	"strings"
	"testing"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/beatmap"
)

// FuzzParse checks that no file makes decoding fail in any way but with one of its errors, that what is decoded keeps its
// promises, and that encoding loses nothing of it.
func FuzzParse(f *testing.F) {
	everything, err := os.ReadFile("testdata/everything.osu")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(everything)
	for _, seed := range hostile {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := beatmap.Parse(data)
		if err != nil {
			return
		}
		promises(t, m)
		if lossless(m) {
			roundTrip(t, "input", m)
		} else if _, err := beatmap.Parse(m.Bytes()); err != nil {
			t.Error(err)
		}
	})
}

// hostile are files in the way of beatmaps that were made to break clients.
var hostile = []string{
	"osu file format v14\n[TimingPoints]\n0,1e-300\n0,NaN,4,1,0,100,0,8\n5,-1e-9,4,1,0,100,0\n-2147483647,2147483647\n[HitObjects]\n" +
		"0,0,0,2,0,B|131072:131072,9000,131072\n0,0,0,2,0,B|-131072:131072|0:0,9000,0.0000001\n0,0,0,2,0,L|0:0,9000,131072\n",
	"osu file format v14\n[HitObjects]\n" + strings.Repeat("256,192,1000,1,0\n256,192,1000,2,0,P|300:300|256:192,2,300\n", 5),
	"osu file format v14\n[HitObjects]\n256,192,100,8,0,2147483647\n256,192,-2147483647,12,0,-5\n1,1,1,255,15\n1,1,1,128,0,1e-5:0:0\n",
	"osu file format v3\n[HitObjects]\n5,5,1,2,0,C|5:5|5:5|5:5,1,0\n5,5,1,2,0,C|5:5|5:5|5:5|6:6|C|7:7|7:7|7:7|7:7|L|8:8|8:8|9:9,1,0\n",
	"osu file format v3\n[HitObjects]\n5,5,1,2,0,C|9:9|9:9|8:8|8:8,,,\n5,5,1,2,0,C|9:9|9:9|8:8|8:8,2,10\n5,5,5.123456789,130,0,6.1\n",
	"osu file format v128\nMode: 3\n[Difficulty]\nCircleSize:99\nSliderMultiplier:-1\n[TimingPoints]\n0,300\n1,-3333.33\n2,-0.7\n" +
		"[HitObjects]\n0.1,0.7,0.1,2,0,B3|0.3:0.9|12.7:8.1|12.7:8.1|P|4:4|9:1.1|L|3:3,3,77.7,1|2,1:1:1:1:x.wav|2:2\n",
	"osu file format v14\r[Events]\r0,0,a//b.png\r0,0,\"x\\\\\\y.png\"\r2,5,1\r2,1,NaN\rSprite,0\r[Variables]\r$a=b\r",
	"[Metadata]\nTitle://\nTags: \xff\xfe\xed\xa0\x80\n[Colours]\nCombo1:1,2,3\nCombo1:1,2,3\n:0,0,0\n[Editor]\nVelocityPresets:1,NaN,Infinity,-1e999",
	"osu file format v14\n[TimingPoints]\n9,100\n5,-50,4,2,1,50,0,1\n5,200\n9,-25,4,1,1,50,0\n5,-100,4,1,1,50,0\n9,-25,4,1,1,50,0\n",
	"osu file format v14\n[HitObjects]\n1,1,1,1,0,0:0:0:0:a.wav ,\n1,1,1,1,0,-1:9:-5:-7:a|b\n1,1,1,2,0,1:1|B|2:2,4,9,,\n",
}

// promises checks what the comments of the types say.
func promises(t *testing.T, m *beatmap.Beatmap) {
	t.Helper()
	d := m.Difficulty
	for _, v := range []float64{float64(d.DrainRate), float64(d.OverallDifficulty), float64(d.ApproachRate), float64(d.CircleSize)} {
		if !(v >= 0 && v <= 18) {
			t.Errorf("difficulty %+v", d)
		}
	}
	if !(d.SliderMultiplier >= 0.4 && d.SliderMultiplier <= 3.6 && d.SliderTickRate >= 0.5 && d.SliderTickRate <= 8) {
		t.Errorf("difficulty %+v", d)
	}
	last := math.Inf(-1)
	for i := range m.Points.Difficulty {
		p := &m.Points.Difficulty[i]
		if !(p.Time > last && p.SliderVelocity >= 0.1 && p.SliderVelocity <= 10) {
			t.Errorf("point %+v after %v", p, last)
		}
		last = p.Time
	}
	last = math.Inf(-1)
	for i := range m.Points.Timing {
		p := &m.Points.Timing[i]
		if !(p.Time > last && p.BeatLength >= 6 && p.BeatLength <= 60000 && p.Meter >= 1) {
			t.Errorf("point %+v after %v", p, last)
		}
		last = p.Time
	}
	last = math.Inf(-1)
	for i := range m.HitObjects {
		h := &m.HitObjects[i]
		if !(h.Start >= last && h.End >= h.Start) || (h.Slider != nil) != (h.Kind == beatmap.Slider) {
			t.Errorf("object %+v after %v", h, last)
		}
		last = h.Start
		if s := h.Slider; s != nil && (s.Repeats < 0 || s.Repeats >= beatmap.MaxSpans || len(s.NodeSounds) != s.Repeats+2 ||
			len(s.NodeSamples) != s.Repeats+2 || !(s.ExpectedLength >= 0)) {
			t.Errorf("slider %+v", s)
		}
	}
}

// lossless reports whether a file can say m: not when the mode was read between timing points, for then scroll speeds and
// velocities disagree.
func lossless(m *beatmap.Beatmap) bool {
	scrolls := m.Mode == osu.Taiko || m.Mode == osu.Mania
	for i := range m.Points.Difficulty {
		p := &m.Points.Difficulty[i]
		if scrolls && m.Points.EffectAt(p.Time).ScrollSpeed != p.SliderVelocity && p.SliderVelocity > 0.1 {
			return false
		}
	}
	for i := range m.Points.Effect {
		p := &m.Points.Effect[i]
		if !scrolls && p.ScrollSpeed != 1 || scrolls && m.Points.DifficultyAt(p.Time).SliderVelocity != max(0.1, p.ScrollSpeed) {
			return false
		}
	}
	return true
}
