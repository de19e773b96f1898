// Package newtonsoft reads JSON as strictly as the lazer client needs it, so that what would break a real client breaks an emulated one
// loudly.
//
// The client deserialises with Newtonsoft.Json and its default settings: names are matched without regard to case, unknown keys are
// skipped, missing ones leave their default, properties are set in the order in which their keys appear, and a null or a number out
// of range for a value type fails the whole answer. A Go type says what its C# counterpart is by its own type and by tags:
//
//	int32, int64, uint32, uint64, float64, bool, time.Time   value types: null is an error
//	string, slices, maps and pointers                         null is allowed
//	`json:"name"`                                             the name of the key
//	`client:"required"`                                       the client needs the key, whatever its reader says
//	`client:"notnull"`                                        the client dereferences it without looking
//	`client:"enum=a|b"`                                       only these strings are known, any other throws
//	`client:"after=name"`                                     the setter uses name, which must come first
//	`client:"lax"`                                            a string that holds a number will do
//
// It is for emulators and tests. Servers write with encoding/json.
package newtonsoft

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Error says where an answer breaks the client, and why.
type Error struct {
	Path   string // such as scores[3].user.cover
	Reason string
}

// Error implements error.
func (e *Error) Error() string { return e.Path + ": " + e.Reason }

// Read reads a whole document into the value that into points to. Its error is an *Error when the JSON is well-formed.
func Read(data []byte, into any) error {
	v := reflect.ValueOf(into)
	if v.Kind() != reflect.Pointer || v.IsNil() {
		return fmt.Errorf("newtonsoft: read into %T, which is no pointer", into)
	}
	r := reader{dec: json.NewDecoder(bytes.NewReader(data))}
	r.dec.UseNumber()
	if err := r.value(v.Elem(), rules{}, "$"); err != nil {
		return err
	}
	if _, err := r.dec.Token(); err == nil {
		return &Error{"$", "there is more after the value"}
	}
	return nil
}

type reader struct{ dec *json.Decoder }

// rules are what a tag says.
type rules struct {
	required, notNull, lax bool
	enum, after            []string
}

var timeType = reflect.TypeFor[time.Time]()

// value reads the next value.
func (r reader) value(into reflect.Value, tag rules, path string) error {
	if into.Type() == reflect.TypeFor[json.RawMessage]() {
		var raw json.RawMessage
		if err := r.dec.Decode(&raw); err != nil {
			return err
		}
		into.SetBytes(raw)
		return nil
	}
	token, err := r.dec.Token()
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if token == nil {
		return null(into, tag, path)
	}
	if into.Kind() == reflect.Pointer {
		into.Set(reflect.New(into.Type().Elem()))
		into = into.Elem()
	}
	switch t := token.(type) {
	case json.Delim:
		switch t {
		case '{':
			return r.object(into, path)
		case '[':
			return r.array(into, path)
		}
	case string:
		return text(into, t, tag, path)
	case json.Number:
		return number(into, t, path)
	case bool:
		if into.Kind() == reflect.Interface {
			into.Set(reflect.ValueOf(t))
			return nil
		}
		if into.Kind() != reflect.Bool {
			return &Error{path, fmt.Sprintf("a boolean where %s belongs", into.Type())}
		}
		into.SetBool(t)
	}
	return nil
}

func null(into reflect.Value, tag rules, path string) error {
	if tag.notNull {
		return &Error{path, "null, which the client does not expect"}
	}
	switch into.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map, reflect.String, reflect.Interface:
		into.SetZero()
		return nil
	}
	return &Error{path, fmt.Sprintf("null where %s belongs", into.Type())}
}

func text(into reflect.Value, s string, tag rules, path string) error {
	switch {
	case into.Type() == timeType:
		t, err := time.Parse(time.RFC3339, s)
		if err != nil {
			return &Error{path, fmt.Sprintf("%q is no time", s)}
		}
		into.Set(reflect.ValueOf(t))
	case into.Kind() == reflect.String:
		if tag.enum != nil && !slices.Contains(tag.enum, s) {
			return &Error{path, fmt.Sprintf("%q is none of %s", s, strings.Join(tag.enum, ", "))}
		}
		into.SetString(s)
	case into.Kind() == reflect.Interface:
		into.Set(reflect.ValueOf(s))
	case tag.lax:
		return number(into, json.Number(s), path)
	default:
		return &Error{path, fmt.Sprintf("the string %q where %s belongs", s, into.Type())}
	}
	return nil
}

func number(into reflect.Value, n json.Number, path string) error {
	bad := &Error{path, fmt.Sprintf("the number %s where %s belongs", n, into.Type())}
	switch into.Kind() {
	case reflect.Int32, reflect.Int64:
		i, err := strconv.ParseInt(n.String(), 10, 64)
		if err != nil || into.OverflowInt(i) {
			return bad
		}
		into.SetInt(i)
	case reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		i, err := strconv.ParseUint(n.String(), 10, 64)
		if err != nil || into.OverflowUint(i) {
			return bad
		}
		into.SetUint(i)
	case reflect.Float64:
		f, err := n.Float64()
		if err != nil || math.IsInf(f, 0) {
			return bad
		}
		into.SetFloat(f)
	case reflect.Interface:
		into.Set(reflect.ValueOf(n))
	default:
		return bad
	}
	return nil
}

func (r reader) array(into reflect.Value, path string) error {
	element := reflect.TypeFor[any]()
	switch into.Kind() {
	case reflect.Slice:
		element = into.Type().Elem()
	case reflect.Interface:
	default:
		return &Error{path, fmt.Sprintf("an array where %s belongs", into.Type())}
	}
	out := reflect.MakeSlice(reflect.SliceOf(element), 0, 0)
	for i := 0; r.dec.More(); i++ {
		v := reflect.New(element).Elem()
		if err := r.value(v, rules{}, fmt.Sprintf("%s[%d]", path, i)); err != nil {
			return err
		}
		out = reflect.Append(out, v)
	}
	into.Set(out)
	_, err := r.dec.Token()
	return err
}

func (r reader) object(into reflect.Value, path string) error {
	switch into.Kind() {
	case reflect.Map:
		return r.dictionary(into, path)
	case reflect.Interface:
		m := reflect.New(reflect.TypeFor[map[string]any]()).Elem()
		if err := r.dictionary(m, path); err != nil {
			return err
		}
		into.Set(m)
		return nil
	case reflect.Struct:
		if into.Type() != timeType {
			return r.class(into, path)
		}
	}
	return &Error{path, fmt.Sprintf("an object where %s belongs", into.Type())}
}

func (r reader) dictionary(into reflect.Value, path string) error {
	into.Set(reflect.MakeMap(into.Type()))
	for r.dec.More() {
		key, err := r.dec.Token()
		if err != nil {
			return err
		}
		v := reflect.New(into.Type().Elem()).Elem()
		if err := r.value(v, rules{}, fmt.Sprintf("%s.%s", path, key)); err != nil {
			return err
		}
		into.SetMapIndex(reflect.ValueOf(key).Convert(into.Type().Key()), v)
	}
	_, err := r.dec.Token()
	return err
}

// field is a property of a class.
type field struct {
	name  string
	rules rules
	index []int
}

func (r reader) class(into reflect.Value, path string) error {
	fields := fieldsOf(into.Type())
	var seen []string
	for r.dec.More() {
		token, err := r.dec.Token()
		if err != nil {
			return err
		}
		key, _ := token.(string)
		i := slices.IndexFunc(fields, func(f field) bool { return strings.EqualFold(f.name, key) })
		if i < 0 {
			var skipped json.RawMessage
			if err := r.dec.Decode(&skipped); err != nil {
				return err
			}
			continue
		}
		f := fields[i]
		for _, after := range f.rules.after {
			if !slices.ContainsFunc(fields, func(f field) bool { return f.name == after }) {
				panic("newtonsoft: after=" + after + " names no property")
			}
			if !slices.Contains(seen, after) {
				return &Error{path + "." + key, "comes before " + after + ", or without it"}
			}
		}
		if err := r.value(into.FieldByIndex(f.index), f.rules, path+"."+key); err != nil {
			return err
		}
		seen = append(seen, f.name)
	}
	for _, f := range fields {
		if f.rules.required && !slices.Contains(seen, f.name) {
			return &Error{path + "." + f.name, "is missing"}
		}
	}
	_, err := r.dec.Token()
	return err
}

// fieldsOf returns the properties of a class, those of embedded ones included.
func fieldsOf(t reflect.Type) []field {
	var out []field
	for _, f := range reflect.VisibleFields(t) {
		name := f.Tag.Get("json")
		if f.Anonymous || name == "" || name == "-" {
			continue
		}
		out = append(out, field{name, rulesOf(f.Tag.Get("client")), f.Index})
	}
	return out
}

func rulesOf(tag string) rules {
	var out rules
	for rule := range strings.SplitSeq(tag, ",") {
		name, value, _ := strings.Cut(rule, "=")
		switch name {
		case "":
		case "required":
			out.required = true
		case "notnull":
			out.notNull = true
		case "lax":
			out.lax = true
		case "enum":
			out.enum = strings.Split(value, "|")
		case "after":
			out.after = append(out.after, value)
		default:
			panic("newtonsoft: there is no rule " + name)
		}
	}
	return out
}
