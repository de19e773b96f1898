package hubs

import (
	"errors"
	"fmt"
	"math"

	"github.com/tinylib/msgp/msgp"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/mods"
)

// Bounds of a mod; what the client writes is far below.
const (
	maxMods     = 128
	maxSettings = 32
)

// Mod is the client's APIMod.
//
// Its settings are the one place where the encoding is not well-formed MessagePack: the header of a list that counts pairs is
// followed by twice as many elements, name, value, name, value. A generic reader loses its place behind a mod with settings.
// Source: ppy/osu osu.Game/Online/API/ModSettingsDictionaryFormatter.cs.
type Mod struct {
	Acronym  string
	Settings []ModSetting
}

// ModSetting is the value of one setting of a mod: a bool, int32, float32, float64 or string, as the client has it; other
// types are lost when it is appended.
type ModSetting struct {
	Name  string // in snake case
	Value any
}

// AppendMsg appends the mod. Integers are appended in five bytes, as the client does.
func (m *Mod) AppendMsg(b []byte) []byte {
	if m == nil {
		return msgp.AppendNil(b)
	}
	b = begin(b, 2)
	b = msgp.AppendString(b, m.Acronym)
	b = msgp.AppendArrayHeader(b, uint32(len(m.Settings)))
	for i := range m.Settings {
		b = msgp.AppendString(b, m.Settings[i].Name)
		switch v := m.Settings[i].Value.(type) {
		case bool:
			b = msgp.AppendBool(b, v)
		case int32:
			b = appendFullInt32(b, v)
		case float32:
			b = msgp.AppendFloat32(b, v)
		case float64:
			b = msgp.AppendFloat64(b, v)
		case string:
			b = msgp.AppendString(b, v)
		default:
			b = msgp.AppendNil(b)
		}
	}
	return b
}

// appendFullInt32 appends an integer without shortening it.
func appendFullInt32(b []byte, v int32) []byte {
	const int32Form = 0xd2
	return append(b, int32Form, byte(v>>24), byte(v>>16), byte(v>>8), byte(v))
}

// ReadMsg reads a mod. Integers in any form are int32, those beyond its range float64; settings that are null are left out.
func (m *Mod) ReadMsg(b []byte) ([]byte, error) {
	r := reader{b: b}
	m.read(&r)
	return r.end("APIMod")
}

func (m *Mod) read(r *reader) {
	n := r.begin()
	if n > 0 {
		m.Acronym = r.string(m.Acronym)
	} else {
		m.Acronym = ""
	}
	m.Settings = m.Settings[:0]
	if n > 1 {
		m.readSettings(r)
	}
	r.rest(n - 2)
}

func (m *Mod) readSettings(r *reader) {
	n := r.array(maxSettings)
	if 2*n > len(r.b) {
		r.fail(errTooMany)
		return
	}
	for i := 0; r.next(i, n); i++ {
		m.Settings = extend(m.Settings)
		s := &m.Settings[len(m.Settings)-1]
		s.Name = r.string(s.Name)
		if s.Value = readPrimitive(r); s.Value == nil {
			m.Settings = m.Settings[:len(m.Settings)-1]
		}
	}
}

var errSetting = errors.New("not the value of a setting")

func readPrimitive(r *reader) any {
	if r.err != nil || r.null() {
		return nil
	}
	switch msgp.NextType(r.b) {
	case msgp.BoolType:
		return r.bool()
	case msgp.StrType:
		return r.string("")
	case msgp.Float32Type:
		return r.float32()
	case msgp.Float64Type:
		return r.float64()
	case msgp.IntType:
		return integer(r.int64())
	case msgp.UintType:
		v := r.uint64()
		if v > math.MaxInt64 {
			return float64(v)
		}
		return integer(int64(v))
	}
	r.fail(errSetting)
	return nil
}

func integer(v int64) any {
	if int64(int32(v)) == v {
		return int32(v)
	}
	return float64(v)
}

// appendMods appends a list of mods.
func appendMods(b []byte, list []Mod) []byte { return AppendList(b, list) }

func readMods(r *reader, list []Mod) []Mod {
	n := r.array(maxMods)
	list = resize(list, n)
	for i := 0; r.next(i, n); i++ {
		list = extend(list)
		list[i].read(r)
	}
	return list
}

// AppendMods appends a list of mods, as an argument of a method.
func AppendMods(b []byte, list []Mod) []byte { return appendMods(b, list) }

// ReadMods reads a list of mods into the memory of another one, which may be nil.
func ReadMods(b []byte, list []Mod) ([]Mod, []byte, error) {
	r := reader{b: b}
	list = readMods(&r, list)
	rest, err := r.end("APIMod[]")
	return list, rest, err
}

// ModsOf returns a set of mods as the client has it: each setting in the type that the mod declares.
func ModsOf(set mods.Set) []Mod {
	list := make([]Mod, len(set))
	for i, m := range set {
		list[i].Acronym = string(m.Acronym)
		for _, s := range m.Settings {
			list[i].Settings = append(list[i].Settings, ModSetting{Name: s.Name, Value: typed(m.Acronym, s)})
		}
	}
	return list
}

// typed returns the value of a setting in its own type. One that no ruleset knows is an integer if it is whole.
func typed(a mods.Acronym, s mods.Setting) any {
	v, isNumber := s.Value.(float64)
	if !isNumber {
		return s.Value
	}
	whole := v == math.Trunc(v) && v >= math.MinInt32 && v <= math.MaxInt32
	o, known := option(a, s.Name)
	switch {
	case known && o.Type == mods.Toggle && (v == 0 || v == 1):
		return v == 1
	case known && o.Type == mods.Single:
		return float32(v)
	case known && o.Type == mods.Double, !whole:
		return v
	}
	return int32(v)
}

// option finds a setting in any ruleset: its type is the same in all.
func option(a mods.Acronym, name string) (mods.Option, bool) {
	for ruleset := range osu.Rulesets {
		if info, ok := mods.Lookup(ruleset, a); ok {
			if o, ok := info.Option(name); ok {
				return o, true
			}
		}
	}
	return mods.Option{}, false
}

// SetOf returns mods as a set. It refuses what reading them as JSON would refuse: too many, or malformed names.
func SetOf(list []Mod) (mods.Set, error) {
	if len(list) > mods.MaxMods {
		return nil, fmt.Errorf("hubs: %w: %d mods", mods.ErrTooLarge, len(list))
	}
	if len(list) == 0 {
		return nil, nil
	}
	set := make(mods.Set, 0, len(list))
	for i := range list {
		m := &list[i]
		settings := make([]mods.Setting, len(m.Settings))
		for k, s := range m.Settings {
			settings[k] = mods.Setting{Name: s.Name, Value: s.Value}
		}
		made, err := mods.New(m.Acronym, settings)
		if err != nil {
			return nil, err
		}
		set = append(set, made)
	}
	return set, nil
}
