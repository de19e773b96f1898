// Package config reads the configuration of a process into a tree of structs.
//
// The tree holds its defaults when it is handed in. Over them go, each stronger than the one before, a TOML file, the
// environment (PEACE_HTTP__LISTEN sets http.listen: levels are joined by two underscores), and overrides from the command line.
// Reading is strict: a key that nothing reads, a value of the wrong kind and a setting that Validate refuses are errors, and
// all of them are reported together, each with its full key and where it was written.
//
// A struct field takes part when it has a koanf tag, which is its key; a doc tag describes it in the example file, and
// secret:"true" masks it in print. Fields are string, bool, integers, floats, time.Duration ("1m30s"), anything with
// UnmarshalText, slices of these, structs, and maps from names to strings or structs. A struct in a map starts from its
// SetDefaults method, if its pointer has one. Every part that has a Validate() error method is asked once it is filled; keys in
// its errors ("listen: must not be empty") are relative to it.
//
// Which settings exist is not known here: each module declares its own, and app composes them.
package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"

	"github.com/knadh/koanf/parsers/toml/v2"
	"github.com/knadh/koanf/v2"
	gotoml "github.com/pelletier/go-toml/v2"
)

// MaxFileSize bounds the configuration file, in bytes.
const MaxFileSize = 1 << 20

// prefix begins the name of every variable of the environment that is a setting.
const prefix = "PEACE_"

// separator joins the levels of a key inside koanf. A dot would not do: names of peers may be quoted and contain one.
const separator = "\x00"

// Sources says where settings come from, besides the defaults.
type Sources struct {
	File      string            // path of a TOML file that must exist; empty means none
	Environ   []string          // as os.Environ returns it; PEACE_CONFIG and PEACE_TEST_* are left to others
	Overrides map[string]string // by key, for example "http.listen"; the command line's --set
}

// Section is a part of the file that belongs to an embedder's extension.
type Section struct {
	Name string // a key at the top level that the tree does not use
	Into any    // pointer to a struct that holds its defaults
}

// Error is one mistake.
type Error struct {
	Key    string // full path, for example "http.listen"; empty when the mistake is not about one key
	Origin string // "peace.toml:3", "PEACE_HTTP__LISTEN", "--set http.listen"; empty for a default
	Reason string
}

func (e *Error) Error() string {
	text := e.Reason
	if e.Key != "" {
		text = e.Key + ": " + text
	}
	if e.Origin != "" {
		text = e.Origin + ": " + text
	}
	return text
}

// Load fills tree, a pointer to a struct, and the sections. Its error joins every mistake, each an *Error; what it filled must
// not be used then.
func Load(tree any, sources Sources, sections ...Section) error {
	l := &loader{merged: koanf.New(separator), origins: map[string]origin{}}
	if sources.File != "" {
		if err := l.file(sources.File); err != nil {
			return err
		}
	}
	l.environ(sources.Environ)
	l.overrides(sources.Overrides)

	raw := l.merged.Raw()
	taken := keysOf(reflect.TypeOf(tree).Elem())
	for _, section := range sections {
		if taken[section.Name] {
			l.fail([]string{section.Name}, "the section is declared twice")
			continue
		}
		taken[section.Name] = true
		if part, ok := raw[section.Name]; ok {
			delete(raw, section.Name)
			l.decode([]string{section.Name}, reflect.ValueOf(section.Into).Elem(), part, false)
		}
	}
	l.decode(nil, reflect.ValueOf(tree).Elem(), raw, false)
	if len(l.errs) > 0 {
		// Validate would complain about what could not be read.
		return errors.Join(l.errs...)
	}

	l.validate(nil, reflect.ValueOf(tree).Elem())
	for _, section := range sections {
		l.validate([]string{section.Name}, reflect.ValueOf(section.Into).Elem())
	}
	return errors.Join(l.errs...)
}

// origin is where a value was written. Text says that it is a string to be read as whatever its field is.
type origin struct {
	where string
	text  bool
}

type loader struct {
	merged  *koanf.Koanf
	origins map[string]origin // by key, joined by separator
	errs    []error
}

func (l *loader) fail(path []string, format string, args ...any) {
	l.errs = append(l.errs, &Error{Key: display(path), Origin: l.origin(path).where, Reason: fmt.Sprintf(format, args...)})
}

// origin finds where a key was written, or else the first key below it, or the nearest above.
func (l *loader) origin(path []string) origin {
	key := strings.Join(path, separator)
	if o, ok := l.origins[key]; ok {
		return o
	}
	for _, candidate := range slices.Sorted(maps.Keys(l.origins)) {
		if strings.HasPrefix(candidate, key+separator) {
			return l.origins[candidate]
		}
	}
	if len(path) > 1 {
		return origin{where: l.origin(path[:len(path)-1]).where}
	}
	return origin{}
}

func (l *loader) file(name string) error {
	text, err := readFile(name)
	if err != nil {
		return &Error{Reason: "cannot read the configuration: " + err.Error()}
	}
	return l.toml(name, text)
}

// toml takes in the text of a file.
func (l *loader) toml(name string, text []byte) error {
	if err := l.merged.Load(raw(text), toml.Parser()); err != nil {
		var syntax *gotoml.DecodeError
		if errors.As(err, &syntax) {
			row, column := syntax.Position()
			return &Error{Origin: fmt.Sprintf("%s:%d:%d", name, row, column), Reason: strings.TrimPrefix(syntax.Error(), "toml: ")}
		}
		return &Error{Origin: name, Reason: strings.TrimPrefix(err.Error(), "toml: ")}
	}
	for key, line := range lines(text) {
		l.origins[key] = origin{where: fmt.Sprintf("%s:%d", name, line)}
	}
	return nil
}

func (l *loader) environ(environ []string) {
	for _, entry := range slices.Sorted(slices.Values(environ)) {
		name, value, _ := strings.Cut(entry, "=")
		rest, ok := strings.CutPrefix(name, prefix)
		if !ok || name == prefix+"CONFIG" || strings.HasPrefix(rest, "TEST_") {
			continue
		}
		if rest != strings.ToUpper(rest) || rest == "" {
			l.errs = append(l.errs, &Error{Origin: name, Reason: "variables of the environment are written in capitals"})
			continue
		}
		l.set(strings.Split(strings.ToLower(rest), "__"), value, name)
	}
}

func (l *loader) overrides(values map[string]string) {
	for _, key := range slices.Sorted(maps.Keys(values)) {
		l.set(strings.Split(key, "."), values[key], "--set "+key)
	}
}

func (l *loader) set(path []string, value, where string) {
	if slices.Contains(path, "") {
		l.errs = append(l.errs, &Error{Origin: where, Reason: "names no setting"})
		return
	}
	key := strings.Join(path, separator)
	if err := l.merged.Set(key, value); err != nil {
		l.errs = append(l.errs, &Error{Key: display(path), Origin: where, Reason: err.Error()})
		return
	}
	l.origins[key] = origin{where: where, text: true}
}

func readFile(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, MaxFileSize+1))
	if err == nil && len(text) > MaxFileSize {
		err = fmt.Errorf("%s: is larger than %d bytes", name, MaxFileSize)
	}
	return text, err
}

// raw is a koanf provider of bytes that are at hand.
type raw []byte

func (r raw) ReadBytes() ([]byte, error)    { return bytes.Clone(r), nil }
func (r raw) Read() (map[string]any, error) { return nil, errors.ErrUnsupported }

// display writes a key for people.
func display(path []string) string { return strings.Join(path, ".") }
