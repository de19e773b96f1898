package standard_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pure-peace/peace/osu/slider"
	"github.com/pure-peace/peace/osu/standard"
)

// TestStackingEdgeCases has the cases of ppy/osu osu.Game.Rulesets.Osu.Tests/StackingTest.cs, in which nothing but the last
// object may be stacked.
func TestStackingEdgeCases(t *testing.T) {
	for name, text := range map[string]string{
		"one": `osu file format v14

[General]
StackLeniency: 0.2

[Difficulty]
ApproachRate:9.2
SliderMultiplier:1
SliderTickRate:0.5

[TimingPoints]
217871,6400,4,2,1,20,1,0
217871,-800,4,2,1,20,0,0
218071,-787.5,4,2,1,20,0,0
218271,-775,4,2,1,20,0,0
218471,-762.5,4,2,1,20,0,0
218671,-750,4,2,1,20,0,0
240271,-10,4,2,0,5,0,0

[HitObjects]
311,185,217871,6,0,L|318:158,1,25
311,185,218071,2,0,L|335:170,1,25
311,185,218271,2,0,L|338:192,1,25
311,185,218471,2,0,L|325:209,1,25
311,185,218671,2,0,L|304:212,1,25
311,185,240271,5,0,0:0:0:0:
`,
		"two": `osu file format v14

[General]
StackLeniency: 0.2

[Difficulty]
HPDrainRate:6
CircleSize:4
OverallDifficulty:8
ApproachRate:9.3
SliderMultiplier:2
SliderTickRate:1

[TimingPoints]
5338,444.444444444444,4,2,0,50,1,0

[HitObjects]
427,124,84226,1,0,3:0:0:0:
427,124,84337,1,0,3:0:0:0:
427,124,84449,1,8,0:0:0:0:
`,
	} {
		b := convert(t, decode(t, []byte(text)), "")
		for i := range b.Objects[:len(b.Objects)-1] {
			if h := b.Objects[i].Stack; h != 0 {
				t.Errorf("%s: object %d is stacked %d high", name, i, h)
			}
		}
	}
}

// stacks returns the stack heights of objects in files of a version.
func stacks(t *testing.T, version string, lines ...string) []int32 {
	t.Helper()
	b := convert(t, decode(t, []byte(strings.Replace(string(file(lines...)), "v14", version, 1))), "")
	var heights []int32
	for i := range b.Objects {
		o := &b.Objects[i]
		heights = append(heights, o.Stack)
		if want := float32(float32(o.Stack)*b.Scale) * -6.4; o.Kind != standard.Spinner && o.Offset != want {
			t.Errorf("object %d: offset %g, want %g", i, o.Offset, want)
		}
	}
	return heights
}

// TestStacks follows the algorithms by hand: the last of a stack lies at the bottom.
func TestStacks(t *testing.T) {
	circle := func(at string) string { return "100,100," + at + ",1,0" }
	for _, test := range []struct {
		name, version string
		lines         []string
		want          []int32
	}{
		{"circles", "v14", []string{circle("1000"), circle("1100"), circle("1200")}, []int32{2, 1, 0}},
		{"circles far apart", "v14", []string{circle("1000"), circle("1421")}, []int32{0, 0}},
		{"circles just near enough", "v14", []string{circle("1000"), circle("1420")}, []int32{1, 0}},
		{"beside", "v14", []string{circle("1000"), "103,100,1100,1,0"}, []int32{0, 0}},
		{"a spinner between", "v14", []string{circle("1000"), "256,192,1050,8,0,1060", circle("1100")}, []int32{1, 0, 0}},
		{"on the end of a slider", "v14", []string{"30,100,1000,2,0,L|100:100,1,70", circle("1300"), circle("1400")}, []int32{0, -1, -2}},
		{"on the start of a slider", "v14", []string{circle("1000"), "100,100,1100,2,0,L|170:100,1,70"}, []int32{1, 0}},
		{"old circles", "v5", []string{circle("1000"), circle("1100"), circle("1200")}, []int32{2, 1, 0}},
		{"old end of a slider", "v5", []string{"30,100,1000,2,0,L|100:100,1,70", circle("1300"), circle("1400")}, []int32{0, -1, -2}},
	} {
		if diff := cmp.Diff(test.want, stacks(t, test.version, test.lines...)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}

// TestMirroredSlider has the values of ppy/osu osu.Game.Rulesets.Osu.Tests/OsuHitObjectGenerationUtilsTest.cs.
func TestMirroredSlider(t *testing.T) {
	m := decode(t, file("128,128,1000,2,0,L|64:0|0:128,3,0"))
	for _, test := range []struct {
		mods               string
		head, repeat, tail slider.Vector
	}{
		{"MR", slider.Vector{X: 512 - 128, Y: 128}, slider.Vector{X: 512, Y: 128}, slider.Vector{X: 512, Y: 128}},
		{"MR:reflection=1", slider.Vector{X: 128, Y: 384 - 128}, slider.Vector{Y: 384 - 128}, slider.Vector{Y: 384 - 128}},
	} {
		b := convert(t, m, test.mods)
		nested := b.Sliders[0].Nested
		if nested[0].Position != test.head || b.Objects[0].Position != test.head {
			t.Errorf("%s: head at %v, want %v", test.mods, nested[0].Position, test.head)
		}
		for _, n := range nested {
			if n.Kind == slider.Repeat {
				if n.Position != test.repeat {
					t.Errorf("%s: first repeat at %v, want %v", test.mods, n.Position, test.repeat)
				}
				break
			}
		}
		if last := nested[len(nested)-1]; last.Kind != slider.Tail || last.Position != test.tail || b.Objects[0].Last != test.tail {
			t.Errorf("%s: tail at %v, want %v", test.mods, last.Position, test.tail)
		}
	}
}
