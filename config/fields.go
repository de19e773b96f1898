package config

import (
	"reflect"
	"slices"
	"strings"
)

// field is a setting of a struct.
type field struct {
	key, doc string
	secret   bool
	index    []int
}

// fieldsOf lists the settings of a struct type in order; those of an embedded struct without a key count as its own.
func fieldsOf(t reflect.Type) []field {
	var fields []field
	for i := range t.NumField() {
		f := t.Field(i)
		key := f.Tag.Get("koanf")
		switch {
		case key != "" && key != "-" && f.IsExported():
			fields = append(fields, field{key: key, doc: f.Tag.Get("doc"), secret: f.Tag.Get("secret") == "true", index: f.Index})
		case key == "" && f.Anonymous && f.Type.Kind() == reflect.Struct:
			for _, inner := range fieldsOf(f.Type) {
				inner.index = append(slices.Clone(f.Index), inner.index...)
				fields = append(fields, inner)
			}
		}
	}
	return fields
}

func keysOf(t reflect.Type) map[string]bool {
	keys := map[string]bool{}
	for _, f := range fieldsOf(t) {
		keys[f.key] = true
	}
	return keys
}

// names lists the keys of a map in order.
func names(m reflect.Value) []reflect.Value {
	return slices.SortedFunc(slices.Values(m.MapKeys()), func(a, b reflect.Value) int {
		return strings.Compare(a.String(), b.String())
	})
}

// suggest names the known key that an unknown one was probably meant to be.
func suggest(key string, known map[string]bool) string {
	best, distance := "", 3
	for candidate := range known {
		if d := edits(key, candidate); d < distance || d == distance && candidate < best {
			best, distance = candidate, d
		}
	}
	if best == "" || distance >= 3 {
		return ""
	}
	return "; did you mean " + best + "?"
}

// edits counts the letters to insert, delete or replace to make b of a, and does not count beyond 64.
func edits(a, b string) int {
	if len(a) > 64 || len(b) > 64 {
		return 64
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replaced := diagonal
			if a[i] != b[j] {
				replaced++
			}
			diagonal = row[j+1]
			row[j+1] = min(replaced, row[j+1]+1, row[j]+1)
		}
	}
	return row[len(b)]
}
