package mods_test

import (
	"encoding/json"
	"testing"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/mods"
)

const typical = "HD,HR,DT:speed_change=1.3;adjust_pitch=true,CL"

func BenchmarkParse(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := mods.Parse(typical); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkUnmarshalJSON(b *testing.B) {
	in, err := json.Marshal(set(b, typical))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		var s mods.Set
		if err := json.Unmarshal(in, &s); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkValidate(b *testing.B) {
	s := set(b, typical)
	b.ReportAllocs()
	for b.Loop() {
		if err := mods.Validate(osu.Standard, s); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDifficultyKey(b *testing.B) {
	s := set(b, typical)
	b.ReportAllocs()
	for b.Loop() {
		s.DifficultyKey(osu.Standard)
	}
}

// questions are what difficulty and scores ask of a set again and again.
func questions(s mods.Set) map[string]func() {
	d := beatmap.Difficulty{CircleSize: 4, OverallDifficulty: 8, ApproachRate: 9, DrainRate: 5}
	return map[string]func(){
		"Has":              func() { s.Has(mods.Classic) },
		"Get":              func() { s.Get(mods.DoubleTime) },
		"Float":            func() { s[2].Float("speed_change") },
		"Bool":             func() { s[2].Bool("adjust_pitch") },
		"Rate":             func() { s.Rate() },
		"Adjust":           func() { s.Adjust(osu.Standard, d) },
		"Ranked":           func() { s.Ranked(osu.Standard) },
		"Validate":         func() { _ = mods.Validate(osu.Standard, s) },
		"Legacy":           func() { s.Legacy(osu.Standard) },
		"ScoreMultiplier":  func() { s.ScoreMultiplier(osu.Standard, mods.Terms{Difficulty: d}) },
		"LegacyMultiplier": func() { s.LegacyMultiplier(osu.Standard) },
	}
}

func TestQuestionsDoNotAllocate(t *testing.T) {
	for name, ask := range questions(set(t, "HD,NF,DT:speed_change=1.3;adjust_pitch=true,CL,DA:circle_size=3.3")) {
		if n := testing.AllocsPerRun(100, ask); n != 0 {
			t.Errorf("%s allocates %v times", name, n)
		}
	}
}

func BenchmarkQuestions(b *testing.B) {
	for name, ask := range questions(set(b, typical)) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				ask()
			}
		})
	}
}
