package mania_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/mania"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/osutest"
	"github.com/pure-peace/peace/osu/slider"
)

// native returns a mania beatmap of so many columns.
func native(columns int, objects ...mania.Object) *beatmap.Beatmap {
	m := &beatmap.Beatmap{
		General:    beatmap.General{Mode: osu.Mania},
		Difficulty: beatmap.Difficulty{CircleSize: float32(columns), SliderMultiplier: 1.4, SliderTickRate: 1},
		Points:     beatmap.ControlPoints{Timing: []beatmap.TimingPoint{{BeatLength: 400, Meter: 4}}},
	}
	for _, o := range objects {
		h := beatmap.HitObject{Start: o.Start, End: o.End, Position: slider.Vector{X: (float32(o.Column) + 0.5) * 512 / float32(columns)}}
		if o.Hold {
			h.Kind = beatmap.Hold
		}
		m.HitObjects = append(m.HitObjects, h)
	}
	return m
}

func note(at float64, column int) mania.Object {
	return mania.Object{Start: at, End: at, Column: column}
}

func hold(start, end float64, column int) mania.Object {
	return mania.Object{Start: start, End: end, Column: column, Hold: true}
}

func TestMods(t *testing.T) {
	objects := []mania.Object{hold(0, 500, 2), note(0, 0), note(100, 1), hold(400, 450, 0), note(1000, 2), note(1000, 0), note(1100, 1)}
	for _, c := range []struct {
		mods string
		want []mania.Object
	}{
		{"NR", objects},
		{"4K", objects}, // a native beatmap keeps its columns
		{"DS", objects},
		{"HO", []mania.Object{note(0, 0), note(0, 2), note(100, 1), note(400, 0), note(1000, 2), note(1000, 0), note(1100, 1)}},
		// A quarter of a beat before the next object, but at least half the gap, and nothing after the last object.
		{"IN", []mania.Object{hold(0, 900, 2), hold(0, 300, 0), hold(100, 1000, 1), hold(400, 900, 0)}},
		{"MR", []mania.Object{hold(0, 500, 0), note(0, 2), note(100, 1), hold(400, 450, 2), note(1000, 0), note(1000, 2), note(1100, 1)}},
		// .NET's Random(1) begins with 534011718, 237820880, 1002897798: column 1 comes first, then 0, then 2.
		{"RD:seed=1", []mania.Object{hold(0, 500, 2), note(0, 1), note(100, 0), hold(400, 450, 1), note(1000, 2), note(1000, 1), note(1100, 0)}},
		{"MR,RD:seed=1", []mania.Object{hold(0, 500, 1), note(0, 2), note(100, 0), hold(400, 450, 2), note(1000, 1), note(1000, 2), note(1100, 0)}},
		{"RD:seed=1,MR", []mania.Object{hold(0, 500, 0), note(0, 1), note(100, 2), hold(400, 450, 1), note(1000, 0), note(1000, 1), note(1100, 2)}},
		{"HO,IN", []mania.Object{hold(0, 300, 0), hold(0, 900, 2), hold(100, 1000, 1), hold(400, 900, 0)}},
	} {
		ms := osutest.Mods(t, c.mods)
		if d := cmp.Diff(c.want, playable(t, native(3, objects...), ms).Objects); d != "" {
			t.Errorf("%s: %s", c.mods, d)
		}
	}
}

func TestInvertShortGaps(t *testing.T) {
	ms := mods.Of(mods.Invert)
	got := playable(t, native(1, note(0, 0), note(0, 0), note(150, 0)), ms).Objects
	if d := cmp.Diff([]mania.Object{hold(0, 0, 0), hold(0, 75, 0)}, got); d != "" {
		t.Error(d)
	}
}

func TestColumns(t *testing.T) {
	for _, c := range []struct {
		mode            osu.Ruleset
		size, overall   float32
		circles, others int
		mods            string
		columns, stages int
	}{
		{osu.Mania, 7, 5, 1, 0, "4K,DS", 7, 1},
		{osu.Mania, 0, 5, 1, 0, "", 1, 1},
		{osu.Mania, 4.5, 5, 1, 0, "", 4, 1}, // half to even
		{osu.Mania, 10, 5, 1, 0, "", 10, 1},
		{osu.Mania, 12, 5, 1, 0, "", 12, 2},
		{osu.Mania, 15, 5, 1, 0, "", 14, 2},
		{osu.Mania, 18, 5, 1, 0, "", 18, 2},
		{osu.Standard, 4, 5, 9, 1, "", 7, 1},
		{osu.Standard, 4, 6, 75, 25, "", 7, 1},
		{osu.Standard, 4, 5, 75, 25, "", 6, 1},
		{osu.Standard, 5, 5, 5, 5, "", 6, 1},
		{osu.Standard, 4, 5, 3, 7, "", 5, 1},
		{osu.Standard, 4, 4, 3, 7, "", 4, 1},
		{osu.Standard, 4, 5, 5, 5, "", 6, 1},
		{osu.Standard, 4, 9, 0, 0, "", 7, 1},
		{osu.Standard, 4, 1, 0, 0, "", 4, 1},
		{osu.Standard, 4, 5, 9, 1, "10K", 10, 1},
		{osu.Standard, 4, 5, 9, 1, "3K,DS", 6, 2},
		{osu.Standard, 4, 5, 9, 1, "DS,10K", 20, 2},
	} {
		m := &beatmap.Beatmap{
			General:    beatmap.General{Mode: c.mode},
			Difficulty: beatmap.Difficulty{CircleSize: c.size, OverallDifficulty: c.overall, SliderMultiplier: 1},
		}
		for i := range c.circles + c.others {
			h := beatmap.HitObject{Start: float64(i) * 500, End: float64(i) * 500}
			if i >= c.circles {
				h.Kind = beatmap.Spinner
				h.End += 200
			}
			m.HitObjects = append(m.HitObjects, h)
		}
		ms := osutest.Mods(t, c.mods)
		b := playable(t, m, ms)
		if b.Columns != c.columns || b.Stages != c.stages || b.Columns != mania.Columns(m, ms) || b.Convert != (c.mode != osu.Mania) {
			t.Errorf("%+v: got %d columns, %d stages", c, b.Columns, b.Stages)
		}
	}
}
