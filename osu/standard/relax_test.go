package standard_test

import (
	"testing"

	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/osutest"
	"github.com/pure-peace/peace/osu/score"
	"github.com/pure-peace/peace/osu/standard"
)

func TestRelaxVariants(t *testing.T) {
	source := osutest.Sources(t)[0]
	rate := func(name, set string) standard.Attributes {
		a, err := standard.Difficulty(t.Context(), convert(t, source.Beatmap(t, name), set))
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	for _, name := range []string{"osu-aim", "osu-speed"} {
		a, official := rate(name, ""), rate(name, "RX")
		n := a.HitCircleCount + a.SliderCount + a.SpinnerCount
		play := score.Play{Mods: mods.Of(mods.Relax, mods.Classic), MaxCombo: a.MaxCombo, Accuracy: 1}
		play.Statistics[score.Great] = int32(n)
		total := int64(1)
		play.LegacyTotal = &total

		relax, low := a.PerformanceRelax(play), official.Performance(play)
		if !(relax.Total > low.Total) || !(relax.Speed > 0) || low.Speed != 0 {
			t.Errorf("%s: %+v, officially %+v", name, relax, low)
		}
		if relax.EffectiveMissCount != 0 {
			t.Errorf("%s: %g misses in a perfect play", name, relax.EffectiveMissCount)
		}
		worse := play
		worse.Accuracy = 0.9
		worse.Statistics[score.Great], worse.Statistics[score.Ok] = int32(n*17/20), int32(n-n*17/20)
		if got := a.PerformanceRelax(worse); !(got.Total < relax.Total) {
			t.Errorf("%s: %g at 90 %%, %g at 100 %%", name, got.Total, relax.Total)
		}
		play.Mods = mods.Of(mods.Autopilot)
		pilot := a.PerformanceAutopilot(play)
		if pilot.Aim != 0 || pilot.Speed != relax.Speed || !(pilot.Total > pilot.Speed) {
			t.Errorf("%s with Autopilot: %+v", name, pilot)
		}
		if allocs := testing.AllocsPerRun(10, func() {
			a.Performance(play)
			a.PerformanceRelax(play)
			a.PerformanceAutopilot(play)
		}); allocs != 0 {
			t.Errorf("%g allocations", allocs)
		}
	}
}
