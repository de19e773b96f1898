package score_test

import (
	"slices"
	"testing"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/score"
)

func BenchmarkStandardise(b *testing.B) {
	s := score.Counts{Count300: 190, Count100: 6, Count50: 1, CountMiss: 1}.Statistics(osu.Standard)
	play := score.Stable{Statistics: s, Perfect: s.Perfect(osu.Standard, 267), MaxCombo: 186, Total: 772_803, LegacyMultiplier: 1, Multiplier: 0.985}
	perfect := score.Legacy{AccuracyScore: 63_430, ComboScore: 1_293_168, MaxCombo: 267}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := play.Standardise(perfect); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkProcessor(b *testing.B) {
	beatmap := slices.Repeat([]score.Judgement{{Best: score.Great, Result: score.Great}}, 1000)
	p := score.NewProcessor(osu.Taiko, slices.Values(beatmap))
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		p.Apply(beatmap[i%len(beatmap)])
		_ = p.Total()
	}
}

func BenchmarkReach(b *testing.B) {
	perfect := score.Statistics{score.Great: 198, score.LargeTickHit: 69, score.SliderTailHit: 66}
	b.ReportAllocs()
	for b.Loop() {
		_ = score.Reach(osu.Standard, &perfect, score.Target{Accuracy: 0.97, Misses: 1})
	}
}
