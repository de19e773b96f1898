package config

import (
	"encoding"
	"errors"
	"fmt"
	"maps"
	"math"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

var (
	durationType    = reflect.TypeFor[time.Duration]()
	unmarshalerType = reflect.TypeFor[encoding.TextUnmarshaler]()
)

// decode puts a raw value, as TOML or the environment gave it, into v. With text, raw may be a string for any kind of value.
func (l *loader) decode(path []string, v reflect.Value, raw any, text bool) {
	text = text || l.origins[strings.Join(path, separator)].text
	switch {
	case isScalar(v.Type()):
		l.scalar(path, v, raw, text)
	case v.Kind() == reflect.Struct:
		if part, ok := l.table(path, raw); ok {
			l.decodeStruct(path, v, part)
		}
	case v.Kind() == reflect.Map && v.Type().Key().Kind() == reflect.String:
		if part, ok := l.table(path, raw); ok {
			l.decodeMap(path, v, part)
		}
	case v.Kind() == reflect.Slice && isScalar(v.Type().Elem()):
		l.decodeSlice(path, v, raw, text)
	default:
		l.fail(path, "%s is no type of a setting", v.Type())
	}
}

func (l *loader) table(path []string, raw any) (map[string]any, bool) {
	part, ok := raw.(map[string]any)
	if !ok {
		l.fail(path, "must be a section, is %s", describe(raw))
	}
	return part, ok
}

func (l *loader) decodeStruct(path []string, v reflect.Value, raw map[string]any) {
	known := map[string]bool{}
	for _, f := range fieldsOf(v.Type()) {
		known[f.key] = true
		if part, ok := raw[f.key]; ok {
			l.decode(child(path, f.key), v.FieldByIndex(f.index), part, false)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(raw)) {
		if known[key] {
			continue
		}
		kind := "key"
		if _, ok := raw[key].(map[string]any); ok {
			kind = "section"
		}
		l.fail(child(path, key), "unknown %s%s", kind, suggest(key, known))
	}
}

func (l *loader) decodeMap(path []string, v reflect.Value, raw map[string]any) {
	// A new map: the default's may be shared with other trees.
	merged := reflect.MakeMap(v.Type())
	for name, element := range v.Seq2() {
		merged.SetMapIndex(name, element)
	}
	v.Set(merged)
	for _, key := range slices.Sorted(maps.Keys(raw)) {
		name := reflect.ValueOf(key).Convert(v.Type().Key())
		element := reflect.New(v.Type().Elem())
		if old := v.MapIndex(name); old.IsValid() {
			element.Elem().Set(old)
		} else if d, ok := element.Interface().(interface{ SetDefaults() }); ok {
			d.SetDefaults()
		}
		l.decode(child(path, key), element.Elem(), raw[key], false)
		v.SetMapIndex(name, element.Elem())
	}
}

func (l *loader) decodeSlice(path []string, v reflect.Value, raw any, text bool) {
	list, ok := raw.([]any)
	if s, isString := raw.(string); isString && text {
		ok = true
		for item := range strings.SplitSeq(s, ",") {
			if item = strings.TrimSpace(item); item != "" {
				list = append(list, item)
			}
		}
	}
	if !ok {
		l.fail(path, "must be a list, is %s", describe(raw))
		return
	}
	// A new slice: the default's elements may be shared with other trees.
	v.Set(reflect.MakeSlice(v.Type(), len(list), len(list)))
	for i, item := range list {
		l.scalar(path, v.Index(i), item, text)
	}
}

func isScalar(t reflect.Type) bool {
	if reflect.PointerTo(t).Implements(unmarshalerType) {
		return true
	}
	switch t.Kind() {
	case reflect.String, reflect.Bool, reflect.Float32, reflect.Float64,
		reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return true
	}
	return false
}

func (l *loader) scalar(path []string, v reflect.Value, raw any, text bool) {
	if at, ok := raw.(time.Time); ok && v.Type() == reflect.TypeFor[time.Time]() {
		v.Set(reflect.ValueOf(at)) // TOML has a literal for it
		return
	}
	if u, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok {
		s, ok := raw.(string)
		if !ok {
			l.fail(path, "must be a string, is %s", describe(raw))
		} else if err := u.UnmarshalText([]byte(s)); err != nil {
			l.fail(path, "%v", err)
		}
		return
	}
	if v.Type() == durationType {
		s, ok := raw.(string)
		d, err := time.ParseDuration(s)
		if !ok || err != nil {
			l.fail(path, `must be a duration such as "1m30s", is %s`, describe(raw))
		}
		v.SetInt(int64(d))
		return
	}
	if s, ok := raw.(string); ok && text && v.Kind() != reflect.String {
		raw = parse(s, v.Kind())
	}
	switch kind := v.Kind(); {
	case kind == reflect.String:
		s, ok := raw.(string)
		if !ok {
			l.fail(path, "must be a string, is %s", describe(raw))
		}
		v.SetString(s)
	case kind == reflect.Bool:
		b, ok := raw.(bool)
		if !ok {
			l.fail(path, "must be true or false, is %s", describe(raw))
		}
		v.SetBool(b)
	case v.CanFloat():
		f, ok := raw.(float64)
		if n, isInt := raw.(int64); isInt {
			f, ok = float64(n), true
		}
		if !ok || math.IsNaN(f) || math.IsInf(f, 0) || v.OverflowFloat(f) {
			l.fail(path, "must be a number, is %s", describe(raw))
			return
		}
		v.SetFloat(f)
	default:
		n, ok := raw.(int64)
		switch {
		case !ok:
			l.fail(path, "must be a whole number, is %s", describe(raw))
		case v.CanInt() && !v.OverflowInt(n):
			v.SetInt(n)
		case v.CanUint() && n >= 0 && !v.OverflowUint(uint64(n)):
			v.SetUint(uint64(n))
		default:
			l.fail(path, "%d does not fit", n)
		}
	}
}

// parse reads a string from the environment as TOML would have given the value; it stays a string when it is none.
func parse(s string, kind reflect.Kind) any {
	var v any
	var err error
	switch kind {
	case reflect.Bool:
		v, err = strconv.ParseBool(s)
	case reflect.Float32, reflect.Float64:
		v, err = strconv.ParseFloat(s, 64)
	default:
		v, err = strconv.ParseInt(s, 10, 64)
	}
	if err != nil {
		return s
	}
	return v
}

// describe names the kind of a raw value. It does not repeat it: the value may be a secret in the wrong place.
func describe(raw any) string {
	switch raw.(type) {
	case string:
		return "a string"
	case bool:
		return "a boolean"
	case int64:
		return "an integer"
	case float64:
		return "a float"
	case []any:
		return "a list"
	case map[string]any:
		return "a section"
	}
	return fmt.Sprintf("a %T", raw)
}

// keyed matches an error that begins with the key it is about.
var keyed = regexp.MustCompile(`^[a-z0-9_]+(\.[A-Za-z0-9_-]+)*: `)

// validate asks every part of the tree, inner parts first.
func (l *loader) validate(path []string, v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		for _, f := range fieldsOf(v.Type()) {
			l.validate(child(path, f.key), v.FieldByIndex(f.index))
		}
	case reflect.Map:
		for _, name := range names(v) {
			element := reflect.New(v.Type().Elem()).Elem()
			element.Set(v.MapIndex(name))
			l.validate(child(path, name.String()), element)
		}
	}
	if !v.CanAddr() || !v.Addr().CanInterface() {
		return
	}
	if part, ok := v.Addr().Interface().(interface{ Validate() error }); ok {
		l.refuse(path, part.Validate())
	}
}

func (l *loader) refuse(path []string, err error) {
	if err == nil {
		return
	}
	var joined interface{ Unwrap() []error }
	if errors.As(err, &joined) && err.Error() == errors.Join(joined.Unwrap()...).Error() {
		for _, one := range joined.Unwrap() {
			l.refuse(path, one)
		}
		return
	}
	reason := err.Error()
	if key := keyed.FindString(reason); key != "" {
		reason = strings.TrimPrefix(reason, key)
		path = append(slices.Clone(path), strings.Split(strings.TrimSuffix(key, ": "), ".")...)
	}
	l.fail(path, "%s", reason)
}

func child(path []string, key string) []string { return append(slices.Clone(path), key) }
