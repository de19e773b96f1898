package osutest

import (
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strings"

	"github.com/pure-peace/peace/osu/score"
)

// Diff says how got differs from want beyond a relative 1e-9 (absolute near zero), or returns "".
func Diff(got, want float64) string {
	if got == want || math.IsNaN(got) && math.IsNaN(want) {
		return ""
	}
	if d := math.Abs(got - want); d <= 1e-9 || d <= 1e-9*math.Abs(want) && !math.IsInf(want, 0) {
		return ""
	}
	return fmt.Sprintf("got %.15g, want %.15g, off by %.2g", got, want, math.Abs(got-want)/math.Max(math.Abs(want), 1e-300))
}

// DiffFields compares the numeric fields of the struct v (or of a pointer to it) with want by their JSON names, and says how
// they differ, or returns "". Embedded structs count as the struct itself; a nil pointer is null. A number that want has and v
// lacks differs; what v has beyond want does not matter.
func DiffFields(v any, want map[string]Number) string {
	got := map[string]Number{}
	collect(reflect.Indirect(reflect.ValueOf(v)), got)
	var out strings.Builder
	for _, name := range slices.Sorted(maps.Keys(want)) {
		w := want[name]
		g, ok := got[name]
		switch {
		case !ok:
			fmt.Fprintf(&out, "%s is missing; ", name)
		case g.Null != w.Null:
			fmt.Fprintf(&out, "%s: got null %v, want null %v; ", name, g.Null, w.Null)
		default:
			if d := Diff(g.Float, w.Float); d != "" {
				fmt.Fprintf(&out, "%s: %s; ", name, d)
			}
		}
	}
	return out.String()
}

func collect(v reflect.Value, into map[string]Number) {
	for i := range v.NumField() {
		field, value := v.Type().Field(i), v.Field(i)
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if field.Anonymous {
			collect(reflect.Indirect(value), into)
			continue
		}
		if name == "" || name == "-" {
			continue
		}
		if value.Kind() == reflect.Pointer {
			if value.IsNil() {
				into[name] = Number{Null: true}
				continue
			}
			value = value.Elem()
		}
		if optional, ok := value.Interface().(interface{ Get() (float64, bool) }); ok {
			f, known := optional.Get()
			into[name] = Number{Float: f, Null: !known}
			continue
		}
		switch {
		case value.CanFloat():
			into[name] = Number{Float: value.Float()}
		case value.CanInt():
			into[name] = Number{Float: float64(value.Int())}
		case value.CanUint():
			into[name] = Number{Float: float64(value.Uint())}
		}
	}
}

func diffNumbers(got []float64, want []Number) string {
	if len(got) != len(want) {
		return fmt.Sprintf("%d, want %d", len(got), len(want))
	}
	for i, w := range want {
		if d := Diff(got[i], w.Float); d != "" {
			return fmt.Sprintf("number %d of %d: %s", i, len(want), d)
		}
	}
	return ""
}

// DiffMax says how the judgements of a perfect play differ from the row's, or returns "".
func (r Row) DiffMax(got score.Statistics) string {
	named := map[string]int32{}
	for result, n := range got {
		if n != 0 {
			named[score.Result(result).String()] = n
		}
	}
	if !maps.Equal(named, r.Max) {
		return fmt.Sprintf("judgements %v, want %v; ", named, r.Max)
	}
	return ""
}

// DiffLegacy says how stable's score of a perfect play differs from the row's, or returns "". Not every row has one.
func (r Row) DiffLegacy(got score.Legacy) string {
	if r.Legacy == nil {
		return ""
	}
	want := r.Legacy.Score()
	a, b := got.BonusScoreRatio, want.BonusScoreRatio
	if a == b || math.Abs(a-b) <= 1e-14*math.Abs(b) || math.IsNaN(a) && math.IsNaN(b) { // the tables have 15 digits
		got.BonusScoreRatio, want.BonusScoreRatio = 0, 0
	}
	if got != want {
		return fmt.Sprintf("legacy score %+v, want %+v; ", got, want)
	}
	return ""
}
