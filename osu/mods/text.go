package mods

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Limits of what is read. The largest set that makes sense has some twenty mods, the mod with most settings seven.
const (
	MaxMods     = 64   // mods of a set
	MaxSettings = 16   // settings of a mod
	MaxText     = 8192 // bytes of a set's text form
	maxAcronym  = 3    // bytes
	maxName     = 64   // bytes of a setting's name or text
)

// Errors of reading. Those that [Parse] and decoding return wrap one of them.
var (
	ErrTooLarge = errors.New("too many mods, settings or characters")
	ErrSyntax   = errors.New("not a list of mods")
)

// Parse reads the text form of a set: acronyms separated by commas, spaces or plus signs or by nothing at all, each followed
// by its settings if it has any, as in "HD,DT:speed_change=1.3;adjust_pitch=true,CL", "HDDT" or "+HDDT". Letters are read in
// either case, and NM, or nothing, is no mods.
//
// It knows no ruleset: mods and settings that do not exist are kept, and [Resolve] and [Validate] refuse them.
func Parse(text string) (Set, error) {
	if len(text) > MaxText {
		return nil, fmt.Errorf("mods: %w: %d bytes", ErrTooLarge, len(text))
	}
	var s Set
	for rest := text; ; {
		rest = strings.TrimLeft(rest, ", +")
		if rest == "" {
			return s, nil
		}
		var item string
		if end := strings.IndexAny(rest, ", +"); end >= 0 && !strings.Contains(rest[:end], ":") {
			item, rest = rest[:end], rest[end:]
		} else if end := strings.IndexAny(rest, ", "); end >= 0 { // a setting's value may have a sign
			item, rest = rest[:end], rest[end:]
		} else {
			item, rest = rest, ""
		}
		run, settings, hasSettings := strings.Cut(item, ":")
		var err error
		if s, err = appendRun(s, upper(run)); err != nil {
			return nil, err
		}
		if !hasSettings {
			continue
		}
		if len(s) == 0 || run == "" || strings.HasSuffix(upper(run), noMod) {
			return nil, fmt.Errorf("mods: %w: settings of no mod in %.64q", ErrSyntax, item)
		}
		if err := parseSettings(&s[len(s)-1], settings); err != nil {
			return nil, err
		}
	}
}

// noMod is how players and stable write that there are no mods.
const noMod = "NM"

// appendRun appends the mods of a run of acronyms. Up to three characters are one; in what is longer the longer of two
// acronyms wins, 10K and SV2, and what is unknown counts as two characters, or as what is left of three.
func appendRun(s Set, run string) (Set, error) {
	if run == "" {
		return s, nil
	}
	if err := checkAcronym(run, MaxText); err != nil {
		return nil, err
	}
	for rest := run; rest != ""; {
		n := len(rest)
		if n > maxAcronym || rest != run {
			n = acronymLength(rest)
		}
		if rest[:n] != noMod {
			if len(s) == MaxMods {
				return nil, fmt.Errorf("mods: %w: more than %d mods", ErrTooLarge, MaxMods)
			}
			s = append(s, Mod{Acronym: Acronym(rest[:n])})
		}
		rest = rest[n:]
	}
	return s, nil
}

// acronymLength returns the length of the acronym that a run begins with.
func acronymLength(run string) int {
	for n := maxAcronym; n > 1; n-- {
		if len(run) < n {
			continue
		}
		if _, ok := anywhere[Acronym(run[:n])]; ok || run[:n] == noMod {
			return n
		}
	}
	if len(run) <= maxAcronym {
		return len(run)
	}
	return 2
}

// checkAcronym accepts upper-case letters and digits.
func checkAcronym(a string, longest int) error {
	if a == "" || len(a) > longest {
		return fmt.Errorf("mods: %w: %.16q is not an acronym", ErrSyntax, a)
	}
	for i := range len(a) {
		if c := a[i]; (c < 'A' || c > 'Z') && (c < '0' || c > '9') {
			return fmt.Errorf("mods: %w: %.16q is not an acronym", ErrSyntax, a)
		}
	}
	return nil
}

func parseSettings(m *Mod, text string) error {
	for pair := range strings.SplitSeq(text, ";") {
		name, value, ok := strings.Cut(pair, "=")
		if !ok {
			return fmt.Errorf("mods: %w: %.64q is not a setting of %s", ErrSyntax, pair, m.Acronym)
		}
		if err := m.set(name, scalar(value)); err != nil {
			return err
		}
	}
	return nil
}

// set sets a setting that came from outside. The last of several of one name holds.
func (m *Mod) set(name string, value any) error {
	if err := checkName(name); err != nil {
		return fmt.Errorf("%w of %s", err, m.Acronym)
	}
	if text, ok := value.(string); ok {
		if err := checkText(text); err != nil {
			return fmt.Errorf("%w of %s", err, m.Acronym)
		}
	}
	i, found := findSetting(m.Settings, name)
	if !found {
		if len(m.Settings) == MaxSettings {
			return fmt.Errorf("mods: %w: more than %d settings of %s", ErrTooLarge, MaxSettings, m.Acronym)
		}
		m.Settings = slices.Insert(m.Settings, i, Setting{Name: name})
	}
	m.Settings[i].Value = value
	return nil
}

func checkName(name string) error {
	if name == "" || len(name) > maxName {
		return fmt.Errorf("mods: %w: %.64q is not the name of a setting", ErrSyntax, name)
	}
	for i := range len(name) {
		if c := name[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_' {
			return fmt.Errorf("mods: %w: %.64q is not the name of a setting", ErrSyntax, name)
		}
	}
	return nil
}

// checkText accepts what a choice or a colour is written with.
func checkText(text string) error {
	if text == "" || len(text) > maxName {
		return fmt.Errorf("mods: %w: %.64q is not the value of a setting", ErrSyntax, text)
	}
	for i := range len(text) {
		if c := text[i]; (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && !strings.ContainsRune("_-.#", rune(c)) {
			return fmt.Errorf("mods: %w: %.64q is not the value of a setting", ErrSyntax, text)
		}
	}
	return nil
}

// scalar returns what a value in text means: a bool, a number or the text. Some clients quote bools and numbers in JSON too.
func scalar(text string) any {
	switch text {
	case "true", "True":
		return true
	case "false", "False":
		return false
	}
	if v, ok := number(text); ok {
		return v
	}
	return text
}

// number reads a number in the form of JSON, which knows neither infinities nor hexadecimal.
func number(text string) (float64, bool) {
	if text == "" || len(text) > maxName || strings.Trim(text, "0123456789.eE+-") != "" {
		return 0, false
	}
	v, err := strconv.ParseFloat(text, 64)
	return v + 0, err == nil // +0 makes negative zero positive
}

// String returns the text form that [Parse] reads. Settings at their defaults are left out.
func (s Set) String() string {
	var b []byte
	for i := range s {
		if i > 0 {
			b = append(b, ',')
		}
		b = s[i].appendText(b)
	}
	return string(b)
}

// String returns the text form of the mod, such as "DT:speed_change=1.3".
func (m Mod) String() string { return string(m.appendText(nil)) }

func (m *Mod) appendText(b []byte) []byte {
	b = append(b, m.Acronym...)
	separator := byte(':')
	for _, s := range m.Settings {
		if m.isDefault(s) {
			continue
		}
		b = append(b, separator)
		separator = ';'
		b = append(b, s.Name...)
		b = append(b, '=')
		switch v := s.Value.(type) {
		case float64:
			b = appendNumber(b, v)
		case bool:
			b = strconv.AppendBool(b, v)
		case string:
			b = append(b, v...)
		}
	}
	return b
}

// appendNumber writes numbers of ordinary size without exponent, as the game's clients do.
func appendNumber(b []byte, v float64) []byte {
	if size := abs(v); size < 1e15 && size > 1e-6 || v == 0 {
		return strconv.AppendFloat(b, v, 'f', -1, 64)
	}
	return strconv.AppendFloat(b, v, 'g', -1, 64)
}

// isDefault reports whether a setting says what would hold without it. It does not know the ruleset, so where rulesets differ
// no setting is at its default.
func (m *Mod) isDefault(s Setting) bool {
	o, ok := known(m.Acronym, s.Name)
	if !ok || o.Optional || o.varies {
		return false
	}
	return o.isDefault(s.Value)
}

// isDefault reports whether a value is the default of the option.
func (o *Option) isDefault(value any) bool {
	if o.Optional {
		return false
	}
	switch o.Type {
	case Toggle:
		on, ok := toBool(value)
		return ok && on == (o.Default != 0)
	case Choice:
		v, ok := o.choose(value)
		return ok && v == o.Default
	}
	v, ok := value.(float64)
	// Values on a step are at the default when they are less than half a step away.
	return ok && (o.clamp(v) == o.Default || o.Step > 0 && abs(o.clamp(v)-o.Default) <= o.Step/2)
}

func abs(v float64) float64 { return max(v, -v) }
