package osu

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestCountryIDs(t *testing.T) {
	// Single values of bancho.py app/state/services.py; the client's table, so no value follows from another.
	for code, id := range map[Country]uint8{
		"": 0, "OC": 1, "EU": 2, "AD": 3, "AN": 10, "CN": 48, "DE": 56, "FX": 75, "GB": 77, "JP": 111, "KR": 119, "TL": 216,
		"US": 225, "RS": 239, "ZA": 240, "ME": 242, "ZW": 243, "A1": 244, "A2": 245, "O1": 246, "AX": 247, "MF": 252,
		"SS": 0, "XK": 0, "ZZ": 0, "XX": 0, "jp": 0,
	} {
		if got := code.ID(); got != id {
			t.Errorf("Country(%q).ID() = %d, want %d", code, got, id)
		}
	}
	for id := range 256 {
		code := CountryByID(uint8(id))
		if id > 252 {
			if code != Unknown {
				t.Errorf("CountryByID(%d) = %q, want Unknown", id, code)
			}
			continue
		}
		if int(code.ID()) != id {
			t.Errorf("CountryByID(%d) = %q, whose id is %d", id, code, code.ID())
		}
		if id != 0 && (len(code) != 2 || code.Name() == "Unknown") {
			t.Errorf("row %d is %q, named %q", id, code, code.Name())
		}
	}
}

func TestCountryNames(t *testing.T) {
	for code, name := range map[string]string{
		"jp": "Japan", "GB": "United Kingdom", "CI": "Côte d'Ivoire", "SS": "South Sudan", "A2": "Satellite Provider",
		"": "Unknown", "XX": "Unknown", "??": "Unknown",
	} {
		if got := ParseCountry(code).Name(); got != name {
			t.Errorf("ParseCountry(%q).Name() = %q, want %q", code, got, name)
		}
	}
	if got := ParseCountry("de"); got != "DE" {
		t.Errorf("ParseCountry(de) = %q", got)
	}
	seen := map[string]Country{}
	for _, row := range countries {
		if other, ok := seen[row.name]; ok {
			t.Errorf("%s and %s share the name %q", other, row.code, row.name)
		}
		seen[row.name] = row.code
	}
}

func TestRuleset(t *testing.T) {
	for s, want := range map[string]Ruleset{
		"osu": Standard, "osu!": Standard, "std": Standard, "Taiko": Taiko, "osu!taiko": Taiko,
		"fruits": Catch, "catch": Catch, "CTB": Catch, "osu!catch": Catch, "mania": Mania,
	} {
		if got, err := ParseRuleset(s); err != nil || got != want {
			t.Errorf("ParseRuleset(%q) = %v, %v; want %v", s, got, err, want)
		}
	}
	if _, err := ParseRuleset("golf"); err == nil {
		t.Error("ParseRuleset accepted golf")
	}
	if got := Ruleset(4).String(); got != "ruleset(4)" {
		t.Errorf("Ruleset(4) = %q", got)
	}
	if Ruleset(4).Valid() || !Mania.Valid() {
		t.Error("four rulesets are valid: 0 to 3")
	}
}

func TestModBits(t *testing.T) {
	for mod, want := range map[Mods]Mods{
		ModNoFail: 1, ModTouchDevice: 4, ModHidden: 8, ModDoubleTime: 64, ModNightcore: 512, ModAutopilot: 8192,
		ModPerfect: 16384, ModKey4: 32768, ModRandom: 2097152, ModKeyCoop: 33554432, ModKey2: 268435456,
		ModScoreV2: 536870912, ModMirror: 1073741824, AllMods: 1<<31 - 1, SpeedMods: 64 | 512 | 256,
	} {
		if mod != want {
			t.Errorf("%v = %d, want %d", mod, uint32(mod), uint32(want))
		}
	}
	if len(modAcronyms) != 31 {
		t.Errorf("%d acronyms for 31 mods", len(modAcronyms))
	}
}

func TestModsText(t *testing.T) {
	for _, tt := range []struct {
		in   string
		mods Mods
		out  string
	}{
		{"", 0, "NM"},
		{"nm", 0, "NM"},
		{"hddt", ModHidden | ModDoubleTime, "HDDT"},
		{"+HR, fl", ModHardRock | ModFlashlight, "HRFL"},
		{"NC", 576, "NC"},
		{"PF", 16416, "PF"},
		{"4KMRRN", ModKey4 | ModMirror | ModRandom, "4KRDMR"},
		{"auV2", ModAutoplay | ModScoreV2, "ATV2"},
	} {
		m, err := ParseMods(tt.in)
		if err != nil || m != tt.mods {
			t.Errorf("ParseMods(%q) = %d, %v; want %d", tt.in, m, err, tt.mods)
		}
		if got := m.String(); got != tt.out {
			t.Errorf("Mods(%d) = %q, want %q", m, got, tt.out)
		}
	}
	for _, in := range []string{"H", "HDX", "QQ", "HD-HR", "\xff\xff"} {
		if m, err := ParseMods(in); err == nil {
			t.Errorf("ParseMods(%q) = %v, want an error", in, m)
		}
	}
	if got := (Mods(1<<31) | ModEasy).String(); got != "EZ" {
		t.Errorf("an undefined bit is written: %q", got)
	}
	rapid.Check(t, func(t *rapid.T) {
		m := Mods(rapid.Uint32().Draw(t, "mods")) & AllMods
		if got, err := ParseMods(m.String()); err != nil || got != m.WithImplied() {
			t.Fatalf("%d: %q reads as %d, %v", m, m, got, err)
		}
	})
}

func TestGradesAndActions(t *testing.T) {
	for g := GradeXH; g <= GradeNone; g++ {
		if got, err := ParseGrade(g.String()); err != nil || got != g {
			t.Errorf("ParseGrade(%q) = %v, %v", g, got, err)
		}
	}
	if GradeX != 2 || GradeF != 8 || GradeNone != 9 {
		t.Error("grades have left the wire order")
	}
	if _, err := ParseGrade("SS"); err == nil {
		t.Error("ParseGrade accepted SS")
	}
	if ActionSubmitting != 9 || ActionDirect != 13 || ActionDirect.String() != "osu!direct" {
		t.Error("actions have left the wire order")
	}
	if got := Grade(10).String() + Action(14).String(); got != "grade(10)action(14)" {
		t.Errorf("unknown values print as %q", got)
	}
	if AllClientPrivileges != 0x3f || PresencePrivileges != 0x1f || ClientSupporter != 4 || ClientDeveloper != 16 {
		t.Error("client privileges have left their bits")
	}
}

func TestSafeName(t *testing.T) {
	for name, want := range map[string]string{"Peace Tester": "peace_tester", "[ A_b ]": "[_a_b_]", "": "", "ÅB": "åb"} {
		if got := SafeName(name); got != want {
			t.Errorf("SafeName(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestParseVersion(t *testing.T) {
	for s, want := range map[string]Version{
		"b20250815":              {Date: 20250815},
		"b20250815.2":            {Date: 20250815, Revision: 2},
		"b20250815.2cuttingedge": {Date: 20250815, Revision: 2, Stream: StreamCuttingEdge},
		"b20250815tourney":       {Date: 20250815, Stream: StreamTourney},
		"b20160403.6beta":        {Date: 20160403, Revision: 6, Stream: StreamBeta},
		"b20120725.11dev":        {Date: 20120725, Revision: 11, Stream: StreamDev},
		"b1816":                  {Date: 1816},
		"b20240229":              {Date: 20240229},
	} {
		got, err := ParseVersion(s)
		if err != nil || got != want {
			t.Errorf("ParseVersion(%q) = %+v, %v; want %+v", s, got, err, want)
		}
		if got.String() != s {
			t.Errorf("%q is written as %q", s, got)
		}
	}
	for s, why := range map[string]string{
		"":                      "start with b",
		"20250815":              "start with b",
		"b":                     "digits after b",
		"bancho":                "digits after b",
		"b202508150":            "digits after b",
		"b20250230":             "calendar",
		"b20251301":             "calendar",
		"b00000000":             "calendar",
		"b20250815.":            "after the point",
		"b20250815.123":         "after the point",
		"b20250815.x":           "after the point",
		"b20250815.1lazer":      "stream",
		"b20250815 ":            "stream",
		"b20250815.2stable":     "stream",
		"b20250815cuttingedge2": "stream",
	} {
		if v, err := ParseVersion(s); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("ParseVersion(%q) = %+v, %v; want an error with %q", s, v, err, why)
		}
	}
	day := Version{Date: 20250815}.Day()
	if want := time.Date(2025, 8, 15, 0, 0, 0, 0, time.UTC); !day.Equal(want) {
		t.Errorf("day = %v, want %v", day, want)
	}
	if day := (Version{Date: 1816}).Day(); !day.IsZero() {
		t.Errorf("build 1816 has the day %v", day)
	}
}

func FuzzParseVersion(f *testing.F) {
	for _, s := range []string{"b20250815.2cuttingedge", "b1816", "b20120725.11dev", "b20250815tourney", "b00000000", "b1."} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		v, err := ParseVersion(s)
		if err != nil {
			if len(err.Error()) > 1024 {
				t.Errorf("the error has %d bytes", len(err.Error()))
			}
			return
		}
		if again, err := ParseVersion(v.String()); err != nil || again != v {
			t.Errorf("%q reads as %+v, is written as %q, and that reads as %+v, %v", s, v, v, again, err)
		}
	})
}
