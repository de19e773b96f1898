package mods_test

import (
	_ "embed"
	"slices"
	"strings"
	"testing"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/mods"
)

//go:embed testdata/official.txt
var officialMods string

func TestTablesAgreeWithTheOfficialSource(t *testing.T) {
	rules := map[mods.Ranked]string{mods.NeverRanked: "never", mods.AlwaysRanked: "always", mods.RankedAtDefaults: "defaults", mods.RankedAtItsSpeed: "speed"}
	seen := map[osu.Ruleset]int{}
	for line := range strings.Lines(officialMods) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		f := strings.Split(strings.TrimSuffix(line, "\n"), "|")
		r, err := osu.ParseRuleset(f[0])
		if err != nil {
			t.Fatal(err)
		}
		seen[r]++
		info, ok := mods.Lookup(r, mods.Acronym(f[1]))
		if !ok {
			t.Errorf("%v has no %s", r, f[1])
			continue
		}
		check := func(what, got, want string) {
			t.Helper()
			if got != want {
				t.Errorf("%v %s: %s: got %q, want %q", r, f[1], what, got, want)
			}
		}
		flags := ""
		for i, on := range []bool{info.Implemented, info.UserPlayable, info.Multiplayer, info.FreeMod, info.Freestyle} {
			if on {
				flags += "ipmfs"[i : i+1]
			}
		}
		if flags == "" {
			flags = "-"
		}
		var settings, incompatible []string
		for _, o := range info.Options {
			settings = append(settings, o.Name)
		}
		for _, a := range info.Incompatible {
			incompatible = append(incompatible, string(a))
		}
		slices.Sort(settings)
		want := strings.Fields(f[7])
		slices.Sort(want)
		slices.Sort(incompatible)
		check("kind", info.Kind.String(), f[2])
		check("ranked", rules[info.Ranked], f[3])
		check("flags", flags, f[4])
		check("settings", strings.Join(settings, " "), f[6])
		check("incompatible", strings.Join(incompatible, " "), strings.Join(want, " "))
		check("name", info.Name, f[5])
	}
	for r := range osu.Rulesets {
		n := 0
		for info := range mods.All(r) {
			n++
			if got, ok := mods.Lookup(r, info.Acronym); !ok || got != info {
				t.Errorf("%v: Lookup of %s differs from All", r, info.Acronym)
			}
		}
		if n != seen[r] || n == 0 {
			t.Errorf("%v has %d mods, want %d", r, n, seen[r])
		}
	}
}
