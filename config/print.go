package config

import (
	"bytes"
	"encoding"
	"fmt"
	"io"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// Print writes the tree as TOML, secrets masked.
func Print(w io.Writer, tree any, sections ...Section) error {
	return write(w, printer{}, tree, sections)
}

// Example writes the tree as an annotated file: every setting under its description, and for a map of sections that is empty one
// section NAME in comments. Load reads it back to the same tree. It is meant for defaults, which are no secrets: nothing is
// masked.
func Example(w io.Writer, tree any, sections ...Section) error {
	return write(w, printer{docs: true}, tree, sections)
}

func write(w io.Writer, p printer, tree any, sections []Section) error {
	if err := p.section(nil, reflect.Indirect(reflect.ValueOf(tree)), ""); err != nil {
		return err
	}
	for _, s := range sections {
		if err := p.section([]string{s.Name}, reflect.Indirect(reflect.ValueOf(s.Into)), ""); err != nil {
			return err
		}
	}
	_, err := w.Write(bytes.TrimLeft(p.Bytes(), "\n"))
	return err
}

type printer struct {
	bytes.Buffer
	docs  bool
	start string // of every line that is a setting; "# " in an example of a section
}

// section writes the settings of a struct or map, then the sections within it: TOML knows no other order.
func (p *printer) section(path []string, v reflect.Value, doc string) error {
	type part struct {
		key   string
		value reflect.Value
		field field
	}
	var parts []part
	if v.Kind() == reflect.Map {
		for _, name := range names(v) {
			parts = append(parts, part{key: name.String(), value: v.MapIndex(name)})
		}
	} else {
		for _, f := range fieldsOf(v.Type()) {
			parts = append(parts, part{f.key, v.FieldByIndex(f.index), f})
		}
	}

	if len(path) > 0 {
		p.WriteString("\n")
		p.comment(doc)
		if v.Kind() != reflect.Map || isScalar(v.Type().Elem()) {
			fmt.Fprintf(p, "%s[%s]\n", p.start, tomlPath(path))
		}
	}
	for _, part := range parts {
		if nested(part.value.Type()) {
			continue
		}
		text, err := value(part.value, part.field.secret && !p.docs)
		if err != nil {
			return fmt.Errorf("%s: %w", display(child(path, part.key)), err)
		}
		p.comment(part.field.doc)
		fmt.Fprintf(p, "%s%s = %s\n", p.start, tomlPath([]string{part.key}), text)
	}
	for _, part := range parts {
		if !nested(part.value.Type()) {
			continue
		}
		if err := p.section(child(path, part.key), part.value, part.field.doc); err != nil {
			return err
		}
	}
	if v.Kind() == reflect.Map && v.Len() == 0 && p.docs && nested(v.Type().Elem()) {
		element := reflect.New(v.Type().Elem())
		if d, ok := element.Interface().(interface{ SetDefaults() }); ok {
			d.SetDefaults()
		}
		sample := printer{docs: true, start: p.start + "# "}
		if err := sample.section(child(path, "NAME"), element.Elem(), ""); err != nil {
			return err
		}
		p.Write(bytes.TrimLeft(sample.Bytes(), "\n"))
	}
	return nil
}

func (p *printer) comment(doc string) {
	if !p.docs || doc == "" {
		return
	}
	for line := range strings.SplitSeq(doc, "\n") {
		fmt.Fprintf(p, "%s# %s\n", p.start, line)
	}
}

// nested reports whether a value is written as a section.
func nested(t reflect.Type) bool {
	return !isScalar(t) && (t.Kind() == reflect.Struct || t.Kind() == reflect.Map)
}

func value(v reflect.Value, secret bool) (string, error) {
	if v.Kind() == reflect.Slice && !isScalar(v.Type()) {
		items := make([]string, v.Len())
		for i := range items {
			item, err := value(v.Index(i), secret)
			if err != nil {
				return "", err
			}
			items[i] = item
		}
		return "[" + strings.Join(items, ", ") + "]", nil
	}
	if secret {
		if v.IsZero() {
			return quote(""), nil
		}
		return quote(masked), nil
	}
	if v.Type() == durationType {
		return quote(duration(time.Duration(v.Int()))), nil
	}
	if m, ok := v.Interface().(encoding.TextMarshaler); ok {
		text, err := m.MarshalText()
		return quote(string(text)), err
	}
	switch {
	case v.Kind() == reflect.String:
		return quote(v.String()), nil
	case v.Kind() == reflect.Bool:
		return strconv.FormatBool(v.Bool()), nil
	case v.CanInt():
		return strconv.FormatInt(v.Int(), 10), nil
	case v.CanUint():
		return strconv.FormatUint(v.Uint(), 10), nil
	case v.CanFloat():
		text := strconv.FormatFloat(v.Float(), 'f', -1, v.Type().Bits())
		if !strings.Contains(text, ".") {
			text += ".0"
		}
		return text, nil
	}
	return "", fmt.Errorf("%s is no type of a setting", v.Type())
}

// duration writes 5m for what Duration.String calls 5m0s.
func duration(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// quote writes a basic string of TOML.
func quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < ' ' || r == 0x7f:
			fmt.Fprintf(&b, `\u%04X`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

func tomlPath(path []string) string {
	parts := make([]string, len(path))
	for i, part := range path {
		parts[i] = part
		if part == "" || strings.Trim(part, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") != "" {
			parts[i] = quote(part)
		}
	}
	return strings.Join(parts, ".")
}
