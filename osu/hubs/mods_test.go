package hubs_test

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pure-peace/peace/osu/hubs"
	"github.com/pure-peace/peace/osu/mods"
)

func TestMods(t *testing.T) {
	golden(t, "default", hubs.Mod{Acronym: "HD"}, "92 a2 48 44 90")
	golden(t, "double", hubs.Mod{Acronym: "DT", Settings: []hubs.ModSetting{{Name: "speed_change", Value: 1.25}}},
		"92 a2 44 54 91 ac 73 70 65 65 64 5f 63 68 61 6e 67 65 cb 3f f4 00 00 00 00 00 00")
	golden(t, "all types", hubs.Mod{Acronym: "XX", Settings: []hubs.ModSetting{
		{Name: "a", Value: true}, {Name: "b", Value: int32(-2)}, {Name: "c", Value: float32(.5)}, {Name: "d", Value: "#fff"}, {Name: "e", Value: int32(1)},
	}}, "92 a2 58 58 95 a1 61 c3 a1 62 d2 ff ff ff fe a1 63 ca 3f 00 00 00 a1 64 a4 23 66 66 66 a1 65 d2 00 00 00 01")

	// Other writers shorten integers, and nothing is known of what null means.
	read := func(text string) hubs.Mod {
		t.Helper()
		m, rest, err := hubs.Read[hubs.Mod](unhex(t, text))
		if err != nil || len(rest) != 0 {
			t.Fatalf("%s: %d bytes left, %v", text, len(rest), err)
		}
		return m
	}
	if m := read("92 a2 58 58 93 a1 61 05 a1 62 c0 a1 63 ce ff ff ff ff"); !cmp.Equal(m.Settings, []hubs.ModSetting{
		{Name: "a", Value: int32(5)}, {Name: "c", Value: float64(1<<32 - 1)},
	}) {
		t.Errorf("settings are %v", m.Settings)
	}
	if m := read("90"); m.Acronym != "" || len(m.Settings) != 0 {
		t.Errorf("an empty object is %v", m)
	}
	refuses(t, func(b []byte) (any, []byte, error) {
		v, rest, err := hubs.Read[hubs.Mod](b)
		if err != nil {
			return nil, rest, err
		}
		return v, rest, nil
	}, "c0", "92 a2 48 44 91 a1 61", "92 a2 48 44 91 a1 61 90", "92 a2 48 44 91 a1 61 80", "92 a2 48 44 91 05 05", "92 05 90", "92 a2 48 44 80",
		"92 a2 48 44 dd ff ff ff ff a1 61 c3")

	list := unhex(t, "92 92 a2 48 44 90 92 a2 48 52 90")
	got, rest, err := hubs.ReadMods(list, nil)
	if want := []hubs.Mod{{Acronym: "HD"}, {Acronym: "HR"}}; err != nil || len(rest) != 0 || !cmp.Equal(got, want) {
		t.Errorf("read %v, %d bytes left, %v", got, len(rest), err)
	}
	if b := hubs.AppendMods(nil, got); !bytes.Equal(b, list) {
		t.Errorf("written %x", b)
	}
}

func TestModSets(t *testing.T) {
	set, err := mods.Parse("HD,DT:speed_change=1.3;adjust_pitch=true,DA:circle_size=4.2;extended_limits=true,WU:final_rate=2,MR:reflection=1,MU:mute_combo_count=50,ZZ:x=1.5;y=3;z=text")
	if err != nil {
		t.Fatal(err)
	}
	list := hubs.ModsOf(set)
	want := []hubs.Mod{
		{Acronym: "HD"},
		{Acronym: "DT", Settings: []hubs.ModSetting{{Name: "adjust_pitch", Value: true}, {Name: "speed_change", Value: 1.3}}},
		{Acronym: "DA", Settings: []hubs.ModSetting{{Name: "circle_size", Value: float32(4.2)}, {Name: "extended_limits", Value: true}}},
		{Acronym: "WU", Settings: []hubs.ModSetting{{Name: "final_rate", Value: 2.}}},
		{Acronym: "MR", Settings: []hubs.ModSetting{{Name: "reflection", Value: int32(1)}}},
		{Acronym: "MU", Settings: []hubs.ModSetting{{Name: "mute_combo_count", Value: int32(50)}}},
		{Acronym: "ZZ", Settings: []hubs.ModSetting{{Name: "x", Value: 1.5}, {Name: "y", Value: int32(3)}, {Name: "z", Value: "text"}}},
	}
	if diff := cmp.Diff(want, list); diff != "" {
		t.Errorf("ModsOf (-want +got):\n%s", diff)
	}
	read, _, err := hubs.ReadMods(hubs.AppendMods(nil, list), nil)
	if err != nil {
		t.Fatal(err)
	}
	back, err := hubs.SetOf(read)
	if diff := cmp.Diff(set, back); diff != "" || err != nil {
		t.Errorf("SetOf (-want +got):\n%s%v", diff, err)
	}
	if none, err := hubs.SetOf(nil); none != nil || err != nil {
		t.Errorf("no mods are %v, %v", none, err)
	}
	if list := hubs.ModsOf(nil); len(list) != 0 {
		t.Errorf("no mods are %v", list)
	}
	for name, list := range map[string][]hubs.Mod{
		"too many":      make([]hubs.Mod, mods.MaxMods+1),
		"no acronym":    {{}},
		"long acronym":  {{Acronym: "ABCD"}},
		"name":          {{Acronym: "HD", Settings: []hubs.ModSetting{{Name: "a;b", Value: true}}}},
		"text":          {{Acronym: "HD", Settings: []hubs.ModSetting{{Name: "a", Value: "x,DT"}}}},
		"many settings": {{Acronym: "HD", Settings: many(mods.MaxSettings + 1)}},
		"type":          {{Acronym: "HD", Settings: []hubs.ModSetting{{Name: "a", Value: []byte{1}}}}},
	} {
		if set, err := hubs.SetOf(list); err == nil {
			t.Errorf("%s: accepted as %v", name, set)
		}
	}
}

func many(n int) []hubs.ModSetting {
	list := make([]hubs.ModSetting, n)
	for i := range list {
		list[i] = hubs.ModSetting{Name: string(rune('a' + i)), Value: true}
	}
	return list
}
