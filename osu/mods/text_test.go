package mods_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/mods"
)

func TestParse(t *testing.T) {
	for _, c := range []struct {
		text string
		want mods.Set
	}{
		{"", nil},
		{"NM", nil},
		{" +, ", nil},
		{"HDDT", mods.Of("HD", "DT")},
		{"+hdDt", mods.Of("HD", "DT")},
		{"HD,DT", mods.Of("HD", "DT")},
		{"HD DT +HR", mods.Of("HD", "DT", "HR")},
		{"10KHDSV2", mods.Of("10K", "HD", "SV2")},
		{"1K0KHD", mods.Of("1K", "0K", "HD")},
		{"AC0", mods.Of("AC0")},
		{"HDAC0", mods.Of("HD", "AC", "0")},
		{"HDNMDT", mods.Of("HD", "DT")},
		{"SV2", mods.Of("SV2")},
		{"HDZZ", mods.Of("HD", "ZZ")},
		{"XYZ", mods.Of("XYZ")},
		{"HD,DT:speed_change=1.3;adjust_pitch=true,CL", mods.Set{
			{Acronym: "HD"},
			{Acronym: "DT", Settings: []mods.Setting{{Name: "adjust_pitch", Value: true}, {Name: "speed_change", Value: 1.3}}},
			{Acronym: "CL"},
		}},
		{"HDDT:speed_change=1.30", mods.Set{{Acronym: "HD"}, {Acronym: "DT", Settings: []mods.Setting{{Name: "speed_change", Value: 1.3}}}}},
		{"MR:reflection=Vertical", mods.Set{{Acronym: "MR", Settings: []mods.Setting{{Name: "reflection", Value: "Vertical"}}}}},
		{"RD:seed=-12;seed=7", mods.Set{{Acronym: "RD", Settings: []mods.Setting{{Name: "seed", Value: 7.0}}}}},
	} {
		got, err := mods.Parse(c.text)
		if err != nil {
			t.Errorf("%q: %v", c.text, err)
			continue
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%q: %s", c.text, diff)
		}
	}
	for text, want := range map[string]error{
		":speed_change=1":               mods.ErrSyntax,
		"DT:":                           mods.ErrSyntax,
		"DT:speed_change":               mods.ErrSyntax,
		"DT:Speed=1":                    mods.ErrSyntax,
		"DT:speed_change=":              mods.ErrSyntax,
		"DT:speed_change=\"1\"":         mods.ErrSyntax,
		"NM:speed_change=1":             mods.ErrSyntax,
		"H-D":                           mods.ErrSyntax,
		"ⓗⓓ":                            mods.ErrSyntax,
		"ıı":                            mods.ErrSyntax,
		strings.Repeat("HD", 65):        mods.ErrTooLarge,
		strings.Repeat("HD,", 65):       mods.ErrTooLarge,
		strings.Repeat(" ", 1<<20):      mods.ErrTooLarge,
		"DT:" + manySettings(17):        mods.ErrTooLarge,
		"DT:" + strings.Repeat("a", 65): mods.ErrSyntax,
	} {
		if s, err := mods.Parse(text); !errors.Is(err, want) {
			t.Errorf("%.40q: got %v, %v, want %v", text, s, err, want)
		}
	}
}

func manySettings(n int) string {
	var pairs []string
	for i := range n {
		pairs = append(pairs, "s"+string(rune('a'+i))+"=1")
	}
	return strings.Join(pairs, ";")
}

func TestString(t *testing.T) {
	for _, text := range []string{
		"", "HD", "HD,DT:speed_change=1.3", "DT:adjust_pitch=true;speed_change=1.3,CL", "DA:approach_rate=-2.5;circle_size=0",
		"RD:angle_sharpness=1.5;seed=-2147483648", "ZZ:colour=#FF0000", "FL:combo_based_size=false", "SV2,10K",
	} {
		s, err := mods.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := s.String(); got != text {
			t.Errorf("got %q, want %q", got, text)
		}
	}
	s, err := mods.Parse("DT:speed_change=1.5;adjust_pitch=false,PF:restart=true,SD:restart=false,EZ:retries=2,MR:reflection=Horizontal")
	if err != nil {
		t.Fatal(err)
	}
	if got := s.String(); got != "DT,PF,SD,EZ,MR" {
		t.Errorf("defaults are kept: %q", got)
	}
}

func TestJSON(t *testing.T) {
	for in, want := range map[string]string{
		`null`:                               `[]`,
		`[]`:                                 `[]`,
		`["HD","dt"]`:                        `[{"acronym":"HD"},{"acronym":"DT"}]`,
		`[{"acronym":"HD"},"DT"]`:            `[{"acronym":"HD"},{"acronym":"DT"}]`,
		`[{"acronym":"HD","settings":{}}]`:   `[{"acronym":"HD"}]`,
		`[{"acronym":"HD","settings":null}]`: `[{"acronym":"HD"}]`,
		`[{"acronym":"HD","settings":[]}]`:   ``,
		`[{"acronym":"DT","settings":{"speed_change":1.3}}]`:                      `[{"acronym":"DT","settings":{"speed_change":1.3}}]`,
		`[{"acronym":"DT","settings":{"speed_change":1.5,"adjust_pitch":false}}]`: `[{"acronym":"DT"}]`,
		`[{"acronym":"MR","settings":{"reflection":"1"}}]`:                        `[{"acronym":"MR","settings":{"reflection":1}}]`,
		`[{"acronym":"MR","settings":{"reflection":0}}]`:                          `[{"acronym":"MR"}]`,
		`[{"acronym":"RD","settings":{"seed":null}}]`:                             `[{"acronym":"RD"}]`,
		`[{"acronym":"RD","settings":{"seed":2147483647}}]`:                       `[{"acronym":"RD","settings":{"seed":2147483647}}]`,
		`[{"acronym":"CL","settings":{"classic_note_lock":"False"}}]`:             `[{"acronym":"CL","settings":{"classic_note_lock":false}}]`,
		`[{"acronym":"ZZ","settings":{"b":"x","a":1e-9}}]`:                        `[{"acronym":"ZZ","settings":{"a":1e-09,"b":"x"}}]`,
		`[{"acronym":"FL","settings":{"combo_based_size":true}}]`:                 `[{"acronym":"FL","settings":{"combo_based_size":true}}]`,
	} {
		var s mods.Set
		err := json.Unmarshal([]byte(in), &s)
		if want == "" {
			if err == nil {
				t.Errorf("%s is read as %v", in, s)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", in, err)
			continue
		}
		got, err := json.Marshal(s)
		if err != nil || string(got) != want {
			t.Errorf("%s: got %s, %v, want %s", in, got, err, want)
		}
	}
	for _, in := range []string{
		`{}`, `"HD"`, `[1]`, `[[]]`, `[{}]`, `[{"acronym":""}]`, `[{"acronym":"H D"}]`, `[{"acronym":"ABCD"}]`, `[{"acronym":1}]`,
		`[{"acronym":"DT","settings":{"speed_change":[1]}}]`, `[{"acronym":"DT","settings":{"speed_change":{}}}]`,
		`[{"acronym":"DT","settings":{"speed_change":""}}]`, `[{"acronym":"DT","settings":{"Speed":1}}]`,
		`[{"acronym":"DT","settings":{"speed_change":"a,b"}}]`, `[{"acronym":"DT","settings":{"speed_change":1e999}}]`,
		`[{"acronym":"DT","settings":{` + strings.Repeat(`"a":1,`, 3) + `"b"}}]`,
	} {
		var s mods.Set
		if err := s.UnmarshalJSON([]byte(in)); !errors.Is(err, mods.ErrSyntax) {
			t.Errorf("%s: got %v, %v, want ErrSyntax", in, s, err)
		}
	}
	for _, in := range []string{
		"[" + strings.Repeat(`"HD",`, mods.MaxMods) + `"HD"]`,
		strings.Repeat(" ", mods.MaxJSON) + "[]",
	} {
		var s mods.Set
		if err := s.UnmarshalJSON([]byte(in)); !errors.Is(err, mods.ErrTooLarge) {
			t.Errorf("%.40s: got %v, want ErrTooLarge", in, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"", "HDDT", "HD,DT:speed_change=1.3;adjust_pitch=true,CL", "+10K4KSV2", "DA:approach_rate=-10;circle_size=11.5", "MR:reflection=Both",
		"WU:initial_rate=1.8;final_rate=1.2", "ZZ:x=1e+30", "DT:speed_change=1.015",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := mods.Parse(text)
		if err != nil {
			return
		}
		if len(s) > mods.MaxMods {
			t.Fatalf("%d mods", len(s))
		}
		again, err := mods.Parse(s.String())
		if err != nil || again.String() != s.String() {
			t.Fatalf("%q became %q, then %q (%v)", text, s, again, err)
		}
		hold(t, s)
	})
}

func FuzzJSON(f *testing.F) {
	for _, seed := range []string{
		`[]`, `null`, `["HD","DT"]`, `[{"acronym":"DT","settings":{"speed_change":1.3,"adjust_pitch":true}}]`,
		`[{"acronym":"MR","settings":{"reflection":"1"}}]`, `[{"acronym":"RD","settings":{"seed":1e99}}]`, `[{"acronym":"ZZ","settings":{"a":"b"}}]`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var s mods.Set
		if s.UnmarshalJSON(b) != nil {
			return
		}
		out, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		var again mods.Set
		if err := json.Unmarshal(out, &again); err != nil {
			t.Fatalf("%s: %v", out, err)
		}
		if twice, err := json.Marshal(again); err != nil || string(twice) != string(out) {
			t.Fatalf("%s became %s (%v)", out, twice, err)
		}
		if text, err := mods.Parse(s.String()); err != nil || text.String() != s.String() {
			t.Fatalf("%s: text form %q is read as %q (%v)", b, s, text, err)
		}
		hold(t, s)
	})
}

// hold checks what holds of every set, wherever it came from.
func hold(t *testing.T, s mods.Set) {
	t.Helper()
	rate := s.Rate()
	if !(rate >= 0) {
		t.Fatalf("%v has the rate %v", s, rate)
	}
	for r := range osu.Rulesets {
		resolved, err := mods.Resolve(r, s)
		known := mods.Known(r, s)
		if err == nil {
			if diff := cmp.Diff(known, resolved); diff != "" {
				t.Fatalf("%v: Resolve differs from Known: %s", s, diff)
			}
			if err := mods.Validate(r, resolved); err != nil {
				t.Fatalf("%v resolved to %v: %v", s, resolved, err)
			}
			if got := resolved.Rate(); got != rate {
				t.Fatalf("%v has the rate %v, but resolved to %v it is %v", s, rate, resolved, got)
			}
		} else if e := (*mods.Error)(nil); !errors.As(err, &e) || err.Error() == "" {
			t.Fatalf("%v: %v is no *mods.Error", s, err)
		}
		if diff := cmp.Diff(known, mods.Known(r, known)); diff != "" {
			t.Fatalf("%v: %v changes when it is resolved again: %s", s, known, diff)
		}
		part := s.Difficulty(r)
		if diff := cmp.Diff(part, part.Difficulty(r)); diff != "" {
			t.Fatalf("%v: difficulty %v changes when it is taken again: %s", s, part, diff)
		}
		if err == nil {
			if got := part.Rate(); got != known.Rate() {
				t.Fatalf("%v: difficulty %v has another rate", s, part)
			}
			shuffled := slices.Clone(s)
			slices.Reverse(shuffled)
			if got := shuffled.Rate(); got != rate {
				t.Fatalf("%v: rate depends on order", s)
			}
		}
		if back := mods.FromLegacy(s.Legacy(r), r).Legacy(r); back != s.Legacy(r) {
			t.Fatalf("%v %v: bits %v became %v", r, s, s.Legacy(r), back)
		}
		_, _ = s.ScoreMultiplier(r, mods.Terms{}), s.LegacyMultiplier(r)
	}
}
