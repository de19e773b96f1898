package mods_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pure-peace/peace/osu/mods"
)

func TestNew(t *testing.T) {
	got, err := mods.New("dt", []mods.Setting{
		{Name: "speed_change", Value: float32(1.3)}, {Name: "adjust_pitch", Value: true}, {Name: "a", Value: int32(-3)},
		{Name: "b", Value: "#fff"}, {Name: "c"}, {Name: "d", Value: 1.5}, {Name: "d", Value: 2.5},
	})
	want := mods.Mod{Acronym: mods.DoubleTime, Settings: []mods.Setting{
		{Name: "a", Value: -3.}, {Name: "adjust_pitch", Value: true}, {Name: "b", Value: "#fff"}, {Name: "d", Value: 2.5},
		{Name: "speed_change", Value: 1.3},
	}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("New (-want +got):\n%s%v", diff, err)
	}
	for name, test := range map[string]struct {
		acronym string
		setting mods.Setting
	}{
		"acronym":      {"", mods.Setting{}},
		"long acronym": {"ABCD", mods.Setting{}},
		"letters":      {"H Ü", mods.Setting{}},
		"name":         {"HD", mods.Setting{Name: "A", Value: true}},
		"no name":      {"HD", mods.Setting{Value: true}},
		"text":         {"HD", mods.Setting{Name: "a", Value: "x;y"}},
		"long text":    {"HD", mods.Setting{Name: "a", Value: strings.Repeat("x", 65)}},
		"type":         {"HD", mods.Setting{Name: "a", Value: int64(1)}},
		"not a number": {"HD", mods.Setting{Name: "a", Value: math.NaN()}},
		"infinite":     {"HD", mods.Setting{Name: "a", Value: float32(math.Inf(1))}},
	} {
		if m, err := mods.New(test.acronym, []mods.Setting{test.setting}); !errors.Is(err, mods.ErrSyntax) {
			t.Errorf("%s: %v, %v", name, m, err)
		}
	}
}
