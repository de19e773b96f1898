package difficulty

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
)

// Value is a named number of the official algorithm.
type Value struct {
	Name  string // as in the official API: star_rating
	Float float64
	Null  bool // the algorithm gives no value in this case
}

// Values are named numbers in the order of the algorithm's own lists.
type Values []Value

// Get returns the value of that name; ok is false when there is none or it is null.
func (v Values) Get(name string) (f float64, ok bool) {
	for _, value := range v {
		if value.Name == name {
			return value.Float, !value.Null
		}
	}
	return 0, false
}

// MarshalJSON writes an object. JSON has no numbers that are not finite: they become the strings NaN, Infinity and -Infinity,
// as the official code writes them.
func (v Values) MarshalJSON() ([]byte, error) {
	b := []byte{'{'}
	for i, value := range v {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendQuote(b, value.Name)
		b = append(b, ':')
		switch {
		case value.Null:
			b = append(b, "null"...)
		case math.IsNaN(value.Float):
			b = append(b, `"NaN"`...)
		case math.IsInf(value.Float, 1):
			b = append(b, `"Infinity"`...)
		case math.IsInf(value.Float, -1):
			b = append(b, `"-Infinity"`...)
		default:
			b = strconv.AppendFloat(b, value.Float, 'g', -1, 64)
		}
	}
	return append(b, '}'), nil
}

// UnmarshalJSON reads what MarshalJSON writes, in its order.
func (v *Values) UnmarshalJSON(b []byte) error {
	d := json.NewDecoder(bytes.NewReader(b))
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return fmt.Errorf("difficulty: values must be an object of numbers")
	}
	out := Values{}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return err
		}
		number, err := d.Token()
		if err != nil {
			return err
		}
		value := Value{Name: name.(string)}
		switch number := number.(type) {
		case float64:
			value.Float = number
		case nil:
			value.Null = true
		case string:
			switch number {
			case "NaN":
				value.Float = math.NaN()
			case "Infinity":
				value.Float = math.Inf(1)
			case "-Infinity":
				value.Float = math.Inf(-1)
			default:
				return fmt.Errorf("difficulty: %s is no number: %.20q", value.Name, number)
			}
		default:
			return fmt.Errorf("difficulty: %s is no number", value.Name)
		}
		out = append(out, value)
	}
	*v = out
	return nil
}

// valuesOf lists the numeric fields of a struct, or of a pointer to one, by their JSON names.
func valuesOf(of any) Values {
	s := reflect.Indirect(reflect.ValueOf(of))
	values := make(Values, 0, s.NumField())
	for i := range s.NumField() {
		name := fieldName(s.Type().Field(i))
		if name == "" {
			continue
		}
		value, field := Value{Name: name}, s.Field(i)
		if optional, ok := field.Interface().(interface{ Get() (float64, bool) }); ok {
			f, known := optional.Get()
			value.Float, value.Null = f, !known
			values = append(values, value)
			continue
		}
		if field.Kind() == reflect.Pointer {
			if field.IsNil() {
				value.Null = true
				values = append(values, value)
				continue
			}
			field = field.Elem()
		}
		switch {
		case field.CanFloat():
			value.Float = field.Float()
		case field.CanInt():
			value.Float = float64(field.Int())
		case field.Kind() == reflect.Bool:
			if field.Bool() {
				value.Float = 1
			}
		default:
			continue
		}
		values = append(values, value)
	}
	return values
}

// assign is the reverse of valuesOf: it fails when a field of the struct has no value.
func assign(to any, values Values) error {
	s := reflect.ValueOf(to).Elem()
	for i := range s.NumField() {
		name := fieldName(s.Type().Field(i))
		if name == "" {
			continue
		}
		f, ok := values.Get(name)
		if !ok {
			return fmt.Errorf("difficulty: stored attributes lack %s", name)
		}
		switch field := s.Field(i); {
		case field.CanFloat():
			field.SetFloat(f)
		case field.CanInt():
			field.SetInt(int64(f))
		case field.Kind() == reflect.Bool:
			field.SetBool(f != 0)
		}
	}
	return nil
}

func fieldName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	if name == "-" {
		return ""
	}
	return name
}
