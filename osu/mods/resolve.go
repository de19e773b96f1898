package mods

import "github.com/pure-peace/peace/osu"

// Resolve returns the set as the game takes it in a ruleset: settings within their ranges and on their steps, none that is at
// its default, choices by number. Two sets that play alike become equal, but for their order. The error is that of [Validate].
func Resolve(r osu.Ruleset, s Set) (Set, error) {
	if err := Validate(r, s); err != nil {
		return nil, err
	}
	return Known(r, s), nil
}

// Known returns what the official game makes of a set in a ruleset without complaint: like [Resolve], but mods and settings
// that do not exist there, and values of the wrong type, are dropped. Of a mod that is given twice both stay.
// Source: ppy/osu osu.Game/Online/API/APIMod.cs, ToMod.
func Known(r osu.Ruleset, s Set) Set {
	var out Set
	for i := range s {
		info, ok := Lookup(r, s[i].Acronym)
		if !ok {
			continue
		}
		out = append(out, Mod{Acronym: s[i].Acronym, Settings: info.resolve(s[i])})
	}
	return out
}

func (i *Info) resolve(m Mod) []Setting {
	if len(m.Settings) == 0 {
		return nil
	}
	switch m.Acronym {
	case WindUp, WindDown: // one rate may move the other
		initial, final := m.Ramp()
		m = m.With("initial_rate", initial).With("final_rate", final)
	case Muted: // a track that begins silent cannot stay so
		if n, _ := m.Float("mute_combo_count"); n == 0 && m.Bool("inverse_muting") {
			m = m.With("mute_combo_count", 1)
		}
	}
	var out []Setting
	for _, setting := range m.Settings {
		o, ok := i.option(setting.Name)
		if !ok || !o.accepts(setting.Value) || o.isDefault(setting.Value) {
			continue
		}
		out = append(out, Setting{setting.Name, o.value(setting.Value)})
	}
	return out
}
