package mods

import (
	"iter"
	"slices"

	"github.com/pure-peace/peace/osu"
)

// Info describes a mod in one ruleset.
type Info struct {
	Acronym      Acronym
	Name         string // English
	Kind         Kind
	Options      []Option  // its settings
	Incompatible []Acronym // mods of the ruleset that do not go with it, in the order of the mod select

	Ranked       Ranked
	Implemented  bool // the official game can play with it; it knows the others only by name
	UserPlayable bool // players may choose it: neither automatic nor set by the game

	Multiplayer bool // a multiplayer room may require it of everyone
	FreeMod     bool // a multiplayer room may let each player choose it
	Freestyle   bool // a room whose players choose their own beatmap difficulty and ruleset may require it
}

// Ranked says whether plays with a mod give performance points.
type Ranked uint8

// The rules.
const (
	NeverRanked      Ranked = iota
	AlwaysRanked            // whatever its settings
	RankedAtDefaults        // while every setting is at its default
	RankedAtItsSpeed        // while the speed is at its default, whatever the pitch
)

// Lookup returns what is known of a mod in a ruleset, and false when the ruleset does not have it.
func Lookup(r osu.Ruleset, a Acronym) (*Info, bool) {
	if !r.Valid() {
		return nil, false
	}
	i, ok := infos[r].index[a]
	if !ok {
		return nil, false
	}
	return &infos[r].list[i], true
}

// Match is how an online room asks for a mod.
type Match struct {
	Multiplayer bool // played together; otherwise a playlist
	Freestyle   bool // players choose their own difficulty and ruleset
	Required    bool // of everyone; otherwise a player may choose it
}

// ValidFor reports whether a room may ask for the mod.
// Source: ppy/osu osu.Game/Utils/ModUtils.cs, IsValidModForMatch.
func (i *Info) ValidFor(m Match) bool {
	switch {
	case i.Kind == System || !i.UserPlayable || !i.Implemented, m.Freestyle && m.Required && !i.Freestyle:
		return false
	case !m.Multiplayer:
		return true
	case m.Required:
		return i.Multiplayer
	}
	return i.FreeMod
}

// All yields the mods of a ruleset in the order of the mod select.
func All(r osu.Ruleset) iter.Seq[*Info] {
	return func(yield func(*Info) bool) {
		if !r.Valid() {
			return
		}
		for i := range infos[r].list {
			if !yield(&infos[r].list[i]) {
				return
			}
		}
	}
}

// Option returns the setting of that name.
func (i *Info) Option(name string) (Option, bool) {
	if o, ok := i.option(name); ok {
		return *o, true
	}
	return Option{}, false
}

func (i *Info) option(name string) (*Option, bool) {
	for k := range i.Options {
		if i.Options[k].Name == name {
			return &i.Options[k], true
		}
	}
	return nil, false
}

type rulesetMods struct {
	list  []Info
	index map[Acronym]int
}

// infos holds the mods of each ruleset, anywhere every mod with the widest ranges that any ruleset gives its settings.
var (
	infos    = describe()
	anywhere = merge()
)

func eachEntry(yield func(Kind, *entry) bool) {
	for kind, rows := range [...][]entry{reductions, increases, conversions, automations, fun, systems} {
		for i := range rows {
			if !yield(Kind(kind), &rows[i]) {
				return
			}
		}
	}
}

func describe() (out [osu.Rulesets]rulesetMods) {
	for r := range osu.Rulesets {
		mods := &out[r]
		mods.index = map[Acronym]int{}
		for kind, e := range eachEntry {
			if e.rulesets.has(r) {
				mods.index[e.Acronym] = len(mods.list)
				mods.list = append(mods.list, e.info(kind, r))
			}
		}
		for _, rule := range exclusions {
			if rule.rulesets != 0 && !rule.rulesets.has(r) {
				continue
			}
			for _, a := range rule.these {
				for _, b := range rule.those {
					mods.exclude(a, b)
				}
			}
		}
	}
	return out
}

// exclude makes two mods incompatible, if the ruleset has both.
func (m *rulesetMods) exclude(a, b Acronym) {
	i, okA := m.index[a]
	j, okB := m.index[b]
	if !okA || !okB || i == j {
		return
	}
	for _, pair := range [][2]int{{i, j}, {j, i}} {
		list := &m.list[pair[0]].Incompatible
		at, found := slices.BinarySearchFunc(*list, pair[1], func(a Acronym, order int) int { return m.index[a] - order })
		if !found {
			*list = slices.Insert(*list, at, m.list[pair[1]].Acronym)
		}
	}
}

func (e *entry) info(kind Kind, r osu.Ruleset) Info {
	i := Info{
		Acronym:      e.Acronym,
		Name:         e.Name,
		Kind:         kind,
		Implemented:  !e.inert.has(r),
		UserPlayable: !e.notByPlayers,
		Multiplayer:  !e.alone,
		FreeMod:      !e.alone && !e.roomOnly,
		Freestyle:    e.freestyle,
	}
	for _, o := range e.options {
		if o.rulesets == 0 || o.rulesets.has(r) {
			i.Options = append(i.Options, o)
		}
	}
	switch {
	case !e.ranked.has(r):
	case e.atSpeed:
		i.Ranked = RankedAtItsSpeed
	case e.atDefaults && len(i.Options) > 0:
		i.Ranked = RankedAtDefaults
	default:
		i.Ranked = AlwaysRanked
	}
	return i
}

func merge() map[Acronym][]Option {
	out := map[Acronym][]Option{}
	for _, e := range eachEntry {
		var merged []Option
		for _, o := range e.options {
			i := slices.IndexFunc(merged, func(m Option) bool { return m.Name == o.Name })
			if i < 0 {
				merged = append(merged, o)
				continue
			}
			m := &merged[i]
			m.Min, m.Max = min(m.Min, o.Min), max(m.Max, o.Max)
			m.varies = m.varies || m.Default != o.Default
		}
		out[e.Acronym] = merged
	}
	return out
}

// known returns the setting of a mod when no ruleset is at hand. Where rulesets differ its range is the widest and its default
// that of osu!.
func known(a Acronym, setting string) (*Option, bool) {
	options := anywhere[a]
	for i := range options {
		if options[i].Name == setting {
			return &options[i], true
		}
	}
	return nil, false
}

// RankedWith reports whether plays with the mod, as it is set, may give performance points.
func (i *Info) RankedWith(m Mod) bool {
	switch i.Ranked {
	case AlwaysRanked:
		return true
	case RankedAtDefaults:
		return i.atDefaults(&m)
	case RankedAtItsSpeed:
		o, ok := i.option("speed_change")
		speed, isSet := m.Float("speed_change")
		return !ok || !isSet || o.isDefault(speed)
	}
	return false
}

// Ranked reports whether every mod of the set may be ranked in a ruleset as it is set. No mods are ranked; a mod that the
// ruleset does not have is not. Whether the mods go together is not asked.
// Source: ppy/osu, the Ranked property of every mod.
func (s Set) Ranked(r osu.Ruleset) bool {
	for i := range s {
		info, ok := Lookup(r, s[i].Acronym)
		if !ok || !info.RankedWith(s[i]) {
			return false
		}
	}
	return true
}
