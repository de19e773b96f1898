package beatmap_test

import (
	"strings"
	"testing"

	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/slider"
)

// TestPaths decodes the control points of sliders at 0,0.
func TestPaths(t *testing.T) {
	t.Parallel()
	const i, c, b, l, p, s = slider.Inherit, slider.Catmull, slider.Bezier, slider.Linear, slider.PerfectCurve, slider.BSpline
	at := func(kind slider.Type, x, y float32) slider.ControlPoint {
		return slider.ControlPoint{Position: slider.Vector{X: x, Y: y}, Type: kind}
	}
	type points []slider.ControlPoint
	for _, test := range []struct {
		name, path    string
		stable, lazer points
	}{
		{"explicit segments", "P|160:-240|B|370:-3|60:15", points{at(p, 0, 0), at(i, 160, -240), at(b, 370, -3), at(i, 60, 15)}, nil},
		{"perfect curve", "P|160:-240|370:-3", points{at(p, 0, 0), at(i, 160, -240), at(i, 370, -3)}, nil},
		{"implicit segment", "B|0:190|220:190|220:0|220:0|220:-190|480:0", points{
			at(b, 0, 0), at(i, 0, 190), at(i, 220, 190), at(b, 220, 0), at(i, 220, -190), at(i, 480, 0),
		}, nil},
		{"last point twice", "B|1:1|2:2|3:3|3:3", points{at(b, 0, 0), at(i, 1, 1), at(i, 2, 2), at(i, 3, 3), at(i, 3, 3)}, nil},
		{"last point of a segment twice", "B|1:1|3:3|3:3|B|4:4|5:5", points{
			at(b, 0, 0), at(i, 1, 1), at(i, 3, 3), at(i, 3, 3), at(b, 4, 4), at(i, 5, 5),
		}, nil},
		{"three times", "B|1:1|1:1|1:1|2:2", points{at(b, 0, 0), at(b, 1, 1), at(i, 2, 2)}, nil},
		{"first point again", "B|0:0|2:2", points{at(b, 0, 0), at(i, 2, 2)}, nil},
		{"implicit perfect curves", "P|75:145|170:75|170:75|300:145|410:20", points{
			at(b, 0, 0), at(i, 75, 145), at(b, 170, 75), at(i, 300, 145), at(i, 410, 20),
		}, nil},
		{"explicit perfect curves", "P|75:145|P|170:75|300:145|410:20", points{
			at(p, 0, 0), at(i, 75, 145), at(p, 170, 75), at(i, 300, 145), at(i, 410, 20),
		}, nil},
		{"straight perfect curve", "P|50:50|100:100", points{at(l, 0, 0), at(i, 50, 50), at(i, 100, 100)},
			points{at(p, 0, 0), at(i, 50, 50), at(i, 100, 100)}},
		{"perfect curve of two points", "P|50:50", points{at(b, 0, 0), at(i, 50, 50)}, points{at(p, 0, 0), at(i, 50, 50)}},
		{"Catmull", "C|9:8|9:8|6:6|6:6|7:7", points{at(c, 0, 0), at(i, 9, 8), at(i, 9, 8), at(i, 6, 6), at(i, 6, 6), at(i, 7, 7)},
			points{at(c, 0, 0), at(c, 9, 8), at(c, 6, 6), at(i, 7, 7)}},
		{"Catmull from its first point", "C|0:0|9:8|6:6", points{at(c, 0, 0), at(i, 9, 8), at(i, 6, 6)}, nil},
		{"unknown type", "Z|9:8|6:6", points{at(c, 0, 0), at(i, 9, 8), at(i, 6, 6)}, nil},
		{"degree", "B3|1:1|2:3", points{{Type: s, Degree: 3}, at(i, 1, 1), at(i, 2, 3)}, nil},
		{"bad degrees", "B-3|1:1|Bx|2:3", points{at(b, 0, 0), at(i, 1, 1), at(b, 2, 3)}, nil},
		{"types in a row", "B|L|1:1", points{at(b, 0, 0), at(l, 1, 1)}, nil},
		{"points before the first type", "1:1|2:2|L|3:3|4:4", points{at(l, 3, 3), at(i, 4, 4)}, nil},
		{"no type", "1:1|2:2", nil, nil},
		{"type alone", "L", points{at(l, 0, 0)}, nil},
		{"fractions", "L|1.9:-1.9", points{at(l, 0, 0), at(i, 1, -1)}, points{at(l, 0, 0), at(i, 1.9, -1.9)}},
	} {
		if test.lazer == nil {
			test.lazer = test.stable
		}
		for version, want := range map[string]points{"14": test.stable, "128": test.lazer} {
			m := parse(t, "osu file format v"+version+"\n[HitObjects]\n0,0,0,2,0,"+test.path+",1,100")
			if len(m.HitObjects) != 1 {
				t.Errorf("%s in v%s: no slider", test.name, version)
				continue
			}
			if len(want)+len(m.HitObjects[0].Slider.Points) > 0 {
				same(t, test.name+" in v"+version, points(m.HitObjects[0].Slider.Points), want)
			}
		}
	}
}

// TestObjectLines checks which lines are hit objects.
func TestObjectLines(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]bool{
		"0,0,0,1,0":                     true,
		"0,0,0,5,0,":                    true,
		" 1.9 ,0,0,1,0,0:0":             true,
		"0,0,0,1,0,0:0:0:0:a.wav:b":     true,
		"131072,-131072,2147483647,1,0": true,
		"0,0,0,1":                       false,
		"131073,0,0,1,0":                false,
		"0,0,2147483648,1,0":            false,
		"0,0,NaN,1,0":                   false,
		"0,0,0,0,0":                     false, // no kind
		"0,0,0,4,0":                     false,
		"0,0,0,1.0,0":                   false,
		"0,0,0,1,x":                     false,
		"0,0,0,1,0,0":                   false, // one bank
		"0,0,0,1,0,x:0":                 false,
		"0,0,0,1,0,0:0:x":               false,
		"0,0,0,1,0,0:0:0:x":             false,
		"0,0,0,2,0,L|1:1,1":             true,
		"0,0,0,2,0,L|1:1":               false,
		"0,0,0,2,0,L|1:1,9000,5":        true,
		"0,0,0,2,0,L|1:1,9001,5":        false,
		"0,0,0,2,0,L|1:1,-5,5":          true,
		"0,0,0,2,0,L|1:1,1,":            false,
		"0,0,0,2,0,L|1:1,1,131073":      false,
		"0,0,0,2,0,L|1:1,1,-5":          true,
		"0,0,0,2,0,L|1:1|,1,5":          false,
		"0,0,0,2,0,,1,5":                false,
		"0,0,0,2,0,L|1,1,5":             false,
		"0,0,0,2,0,L|1:x,1,5":           false,
		"0,0,0,2,0,L|1:1|B,1,5":         false, // a segment without points
		"0,0,0,2,0,L|1:1,1,5,x|y":       true,
		"0,0,0,2,0,L|1:1,1,5,,":         true,
		"0,0,0,2,0,L|1:1,1,5,0|0,0|0":   false,
		"0,0,0,2,0,L|1:1,1,5,0,0:0|":    true,
		"0,0,0,2,0,L|1:1,1,5,0,0:0,0:0": true,
		"0,0,0,2,0,L|1:1,1,5,0,0:0,x":   false,
		"0,0,0,8,0,100":                 true,
		"0,0,0,8,0":                     false,
		"0,0,0,8,0,x":                   false,
		"0,0,0,128,0":                   true,
		"0,0,0,128,0,":                  true,
		"0,0,0,128,0,100":               true,
		"0,0,0,128,0,100:0":             false, // one bank
		"0,0,0,128,0,:0:0":              false,
	} {
		if got := len(parse(t, "[HitObjects]\n"+line).HitObjects) == 1; got != want {
			t.Errorf("%q: %v, want %v", line, got, want)
		}
	}
}

// TestNewCombos checks which objects begin combos, and with which offset.
func TestNewCombos(t *testing.T) {
	t.Parallel()
	const circle, newCircle, spinner, hold = "0,0,1000,1,0", "0,0,1000,53,0", "0,0,1000,8,0,2000", "0,0,1000,132,0,2000:0:0"
	type combo struct {
		begins bool
		offset uint8
	}
	for text, want := range map[string][]combo{
		circle + "\n" + circle:                          {{true, 0}, {}},
		newCircle + "\n" + circle:                       {{true, 3}, {}},
		spinner + "\n" + circle + "\n" + circle:         {{}, {true, 0}, {}},
		hold + "\n" + circle:                            {{}, {}},
		"0,0,1000,49,0\n" + circle:                      {{true, 0}, {}}, // an offset without a new combo
		"0,0,0,1,0,bad\n" + circle + "\n":               {{true, 0}},
		circle + "\n0,0,0,8,0,100,bad\n" + circle:       {{true, 0}, {true, 0}}, // half of a spinner counts
		circle + "\n" + "0,0,0,8,0,bad\n" + circle:      {{true, 0}, {}},
		spinner + "\n0,0,0,1,0,bad\n" + circle:          {{}, {}},
		"[Events]\n2,0,999\n[HitObjects]\n" + circle:    {{true, 0}},
		hold + "\n[Events]\n2,0,999\n2,5,6":             {{true, 0}},
		circle + "\n" + circle + "\n[Events]\n2,0,1000": {{true, 0}, {}}, // the break ends with the object
	} {
		var got []combo
		for _, h := range parse(t, "[HitObjects]\n"+text).HitObjects {
			got = append(got, combo{h.NewCombo, h.ComboOffset})
		}
		if len(got) != len(want) {
			t.Errorf("%q: %v, want %v", text, got, want)
			continue
		}
		for i := range got {
			if got[i] != want[i] {
				t.Errorf("%q: %v, want %v", text, got, want)
				break
			}
		}
	}
}

// TestEnds checks the ends of spinners and holds.
func TestEnds(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]float64{
		"0,0,1000,8,0,2500.5": 2500.5, "0,0,1000,8,0,500": 1000, "0,0,1000,128,0,1500:0:0:0:0:": 1500, "0,0,1000,128,0,500": 1000,
		"0,0,1000,128,0": 1000, "0,0,1000,1,0": 1000, "0,0,1000,137,0": 1000,
	} {
		if got := parse(t, "[HitObjects]\n"+line).HitObjects[0].End; got != want {
			t.Errorf("%q ends at %v, want %v", line, got, want)
		}
	}
}

// TestOrder checks that objects are ordered by start, and by line where they start together.
func TestOrder(t *testing.T) {
	t.Parallel()
	m := parse(t, "[HitObjects]\n3,0,200,1,0\n1,0,100,1,0\n4,0,200,1,0\n2,0,100,1,0\n")
	for i, h := range m.HitObjects {
		if h.Position.X != float32(i+1) {
			t.Errorf("object %d is %v", i, h.Position)
		}
	}
}

// TestPointSliders checks that a slider without length loses its repeats, and keeps the samples of its ends.
func TestPointSliders(t *testing.T) {
	t.Parallel()
	for path, repeats := range map[string]int{
		"B|0:0,4,100":                    0, // a path on the spot is not extended
		"L|0:0,4,0":                      0,
		"P|0:0|0:0,4,100":                0,
		"1:1|2:2,4,100":                  0, // no path at all
		"B|100:0|0:0,4,0.00000001":       0,
		"B|100:0|0:0,4,100":              3,
		"B|0:1,4,100":                    3,
		"B|9:9|-9:-9|9:9|-9:-9|0:0,4,50": 3,
		"C|100:0|0:0,4,100":              3,
		"P|100:0|0:0,4,100":              3,
		"B2|100:0|0:0,4,0":               3,
	} {
		m := parse(t, "osu file format v14\n[HitObjects]\n0,0,0,2,0,"+path+",2|4|4|4|8,1:1|2:2|2:2|2:2|3:3")
		s := m.HitObjects[0].Slider
		if s.Repeats != repeats || len(s.NodeSounds) != repeats+2 || len(s.NodeSamples) != repeats+2 {
			t.Errorf("%s: %d repeats, %d sounds, %d samples; want %d repeats", path, s.Repeats, len(s.NodeSounds), len(s.NodeSamples), repeats)
			continue
		}
		last := repeats + 1
		if s.NodeSounds[0] != beatmap.SoundWhistle || s.NodeSounds[last] != beatmap.SoundClap || s.NodeSamples[last].Bank != beatmap.BankDrum {
			t.Errorf("%s: %v %v", path, s.NodeSounds, s.NodeSamples)
		}
	}
}

// TestSamples checks what is heard of objects where a sample point tells what they leave open.
func TestSamples(t *testing.T) {
	t.Parallel()
	m := parse(t, `osu file format v14
[TimingPoints]
0,500,4,3,0,40,1,0
1003,-100,4,2,11,70,0,0
2105,-100,4,1,2,80,0,0
[HitObjects]
0,0,500,1,0,0:0:0:0:
0,0,998,1,4,42:0:5:20:
0,0,999,1,4,0:2
0,0,2000,2,8,L|140:0,1,140,0|2,0:0|1:3:4:90:a.wav,0:0
`)
	for i, want := range []beatmap.Sample{
		{Bank: beatmap.BankDrum, Additions: beatmap.BankDrum, Volume: 40},
		{Bank: beatmap.BankNormal, Additions: beatmap.BankNormal, Index: 5, Volume: 20},
		{Bank: beatmap.BankSoft, Additions: beatmap.BankSoft, Index: 11, Volume: 70},
		{Bank: beatmap.BankSoft, Additions: beatmap.BankSoft, Index: 11, Volume: 70},
	} {
		same(t, "sample", m.SampleOf(&m.HitObjects[i]), want)
	}
	s := &m.HitObjects[3]
	same(t, "head", m.NodeSampleOf(s, 0, 500), beatmap.Sample{Bank: beatmap.BankSoft, Additions: beatmap.BankSoft, Index: 11, Volume: 70})
	same(t, "tail", m.NodeSampleOf(s, 1, 500), beatmap.Sample{
		Bank: beatmap.BankNormal, Additions: beatmap.BankDrum, Index: 4, Volume: 90, File: "a.wav",
	})
}

// TestCoordinates checks that only lazer's versions have fractions.
func TestCoordinates(t *testing.T) {
	t.Parallel()
	const object = "\n[HitObjects]\n256.99853,-0.5,0,1,0"
	same(t, "stable", parse(t, "osu file format v14"+object).HitObjects[0].Position, slider.Vector{X: 256})
	same(t, "lazer", parse(t, "osu file format v128"+object).HitObjects[0].Position, slider.Vector{X: 256.99853, Y: -0.5})
}

// TestBadLinesLeaveTheRest checks that what surrounds lines without sense is decoded.
func TestBadLinesLeaveTheRest(t *testing.T) {
	t.Parallel()
	m := parse(t, strings.Repeat("[HitObjects]\nnonsense\n,,,,\n0,0,5,1,0\n[TimingPoints]\n,\n-\n[Events]\n2\n2,x,y\n\"\n", 3))
	if len(m.HitObjects) != 3 || len(m.Events.Breaks) != 0 {
		t.Errorf("%d objects, %v", len(m.HitObjects), m.Events.Breaks)
	}
}
