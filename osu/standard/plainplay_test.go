package standard

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/score"
	"github.com/pure-peace/peace/osu/strain"
)

// plainMisses is the estimate of misses by combo, or the harsh one that limits the estimate by score.
func plainMisses(a *Attributes, s *score.Play, combo int, classic, harsh bool) float64 {
	ok, meh, miss := int(s.Statistics[score.Ok]), int(s.Statistics[score.Meh]), int(s.Statistics[score.Miss])
	if a.SliderCount <= 0 {
		return float64(miss)
	}
	misses := float64(miss)
	if !classic {
		full := float64(a.MaxCombo - (a.SliderCount - int(s.Statistics[score.SliderTailHit])))
		if float64(combo) < full {
			misses = full / math.Max(1, float64(combo))
		}
		return math.Min(misses, float64(int(s.Statistics[score.LargeTickMiss])+miss))
	}
	if harsh {
		misses = 0
	}
	portion := 0.04 + 0.06*math.Pow(math.Min(a.AimTopWeightedSliderFactor, 1), 2)
	full := float64(a.MaxCombo) - math.Min(4+portion*float64(a.SliderCount), float64(a.SliderCount))
	if float64(combo) < full {
		misses = full / math.Max(1, float64(combo))
		if harsh {
			misses = math.Pow(misses, 2.5)
		}
	}
	misses = math.Min(misses, float64(ok+meh+miss))
	breaks := min(a.SliderCount, (a.MaxCombo-combo)/2)
	if misses-float64(miss) > float64(breaks) {
		misses = float64(miss + breaks)
	}
	return misses
}

// plainScoreMisses is the estimate of misses by stable's total score.
func plainScoreMisses(a *Attributes, s *score.Play) float64 {
	if a.MaxCombo == 0 {
		return 0
	}
	multiplier := a.LegacyScoreBaseMultiplier * s.Mods.LegacyMultiplier(osu.Standard)
	perObject := float64(int32(a.MaxCombo-2) * int32(a.MaxCombo)) // which overflows officially as well
	perObject /= math.Max(float64(a.MaxCombo)+2*(a.MaximumLegacyComboScore/(300.0/25*a.LegacyScoreBaseMultiplier)-1), 1)
	hits := int(s.Statistics[score.Great]) + int(s.Statistics[score.Ok]) + int(s.Statistics[score.Meh])
	at := func(combo float64) float64 {
		objects := combo/perObject - 1
		part := 0.0
		if perObject > 0 {
			part = (2*(perObject-1) + (objects-1)*perObject) * objects / 2
		}
		return part*(s.Accuracy*300/25*multiplier) + (300+a.NestedScorePerObject)*s.Accuracy*(float64(hits)*combo/float64(a.MaxCombo))
	}
	most := plainMisses(a, s, s.MaxCombo, true, true)
	rest := float64(*s.LegacyTotal) - at(float64(s.MaxCombo))
	if rest <= 0 {
		return most
	}
	return math.Min(math.Max(at(float64(a.MaxCombo-s.MaxCombo))/rest, 1), most)
}

// plainPerformance is the performance of a play, written down as plainly as can be.
func plainPerformance(a *Attributes, s *score.Play) (out Performance) {
	var (
		great, ok, meh, miss = int(s.Statistics[score.Great]), int(s.Statistics[score.Ok]), int(s.Statistics[score.Meh]), int(s.Statistics[score.Miss])
		classicMod, hasCL    = s.Mods.Get(mods.Classic)
		classic              = hasCL && classicMod.Bool("no_slider_head_accuracy")
		scoreV2              = s.Mods.Has(mods.ScoreV2)
		accuracy             = clamp(s.Accuracy, 0, 1)
		combo                = min(max(s.MaxCombo, 0), a.MaxCombo)
		total                = great + ok + meh + miss
		imperfect            = ok + meh + miss
		dropped              = a.SliderCount - int(s.Statistics[score.SliderTailHit])
		ticks                = int(s.Statistics[score.LargeTickMiss])
		n                    = float64(total)
	)
	d := s.Mods.Adjust(osu.Standard, beatmap.Difficulty{DrainRate: a.DrainRate, OverallDifficulty: a.OverallDifficulty, ApproachRate: a.ApproachRate})
	rate := s.Mods.Rate()
	w300, w100, w50 := windows(float64(d.OverallDifficulty))
	w300, w100, w50 = w300/rate, w100/rate, w50/rate
	od, ar, hp := (79.5-w300)/6, rateAdjusted(float64(d.ApproachRate), rate), float64(d.DrainRate)

	out.ComboBasedEstimatedMissCount = plainMisses(a, s, combo, classic, false)
	misses := out.ComboBasedEstimatedMissCount
	if classic && !scoreV2 && s.LegacyTotal != nil {
		misses = plainScoreMisses(a, s)
		out.ScoreBasedEstimatedMissCount = score.Some(misses)
	}
	misses = math.Max(0, math.Min(n, math.Max(float64(miss), misses)))
	breaks := func(factor float64) float64 {
		mistakes := float64(ok + meh)
		if !classic || mistakes == 0 {
			return 0
		}
		estimate := math.Min(mistakes, misses*factor)
		adjustment := (mistakes - estimate + 4.5) / (mistakes + 4)
		estimate *= strain.Smoothstep(misses, 1, 2)
		return estimate * adjustment * strain.Logistic(1-float64(combo)/float64(a.MaxCombo), 0.33, 15, 1)
	}
	if misses > 0 {
		out.AimEstimatedSliderBreaks, out.SpeedEstimatedSliderBreaks = breaks(a.AimTopWeightedSliderFactor), breaks(a.SpeedTopWeightedSliderFactor)
	}
	multiplier := 1.12
	if s.Mods.Has(mods.NoFail) {
		multiplier *= math.Max(0.9, 1-0.02*misses)
	}
	if s.Mods.Has(mods.SpunOut) && total > 0 {
		multiplier *= 1 - math.Pow(float64(a.SpinnerCount)/n, 0.85)
	}
	if s.Mods.Has(mods.Relax) {
		a, b := 1.0, 1.0
		if od > 0 {
			a, b = 1-od/13.33, 1-math.Pow(od/13.33, 5)
		}
		misses = math.Min(misses+float64(ok)*(0.75*math.Max(0, a))+float64(meh)*math.Max(0, b), n)
	}
	out.EffectiveMissCount = misses
	penalty := func(misses, count float64) float64 { return 0.93 / (misses/(4*math.Log(math.Max(1, count))) + 1) }

	deviation, known := plainDeviation(a, great, ok, meh, miss, w300, w100, w50)
	if known {
		out.SpeedDeviation = score.Some(deviation)
	}
	if !s.Mods.Has(mods.Autopilot) {
		difficulty := a.AimDifficulty
		if a.SliderCount > 0 && a.AimDifficultSliderCount > 0 {
			lost := float64(dropped + ticks)
			if classic {
				lost = float64(min(imperfect, a.MaxCombo-combo))
			}
			difficulty *= (1-a.SliderFactor)*math.Pow(1-clamp(lost, 0, a.AimDifficultSliderCount)/a.AimDifficultSliderCount, 3) + a.SliderFactor
		}
		value := 4 * math.Pow(difficulty, 3)
		length := 0.95 + 0.35*math.Min(1, n/2000)
		if total > 2000 {
			length += math.Log10(n/2000) * 0.5
		}
		value *= length
		if misses > 0 {
			value *= penalty(math.Min(misses+out.AimEstimatedSliderBreaks, float64(imperfect+ticks)), a.AimDifficultStrainCount)
		}
		if s.Mods.Has(mods.Blinds) {
			value *= 1.3 + (n*(0.0016/(1+2*misses))*math.Pow(accuracy, 16))*(1-0.003*hp*hp)
		} else if s.Mods.Has(mods.Traceable) {
			low := math.Pow(a.SliderFactor, 6)
			bonus := 0.0275 + 0.025*(12-math.Max(ar, 7))*(0.5+low/2)
			if ar < 7 {
				bonus += 0.025 * (7 - math.Max(ar, 0)) * low
			}
			if ar < 0 {
				bonus += 0.025 * (1 - math.Pow(1.5, ar)) * low
			}
			value *= 1 + bonus
		}
		out.Aim = value * accuracy
	}
	if !s.Mods.Has(mods.Relax) && known {
		full := 4 * math.Pow(a.SpeedDifficulty, 3)
		value := full
		if misses > 0 {
			value *= penalty(math.Min(misses+out.SpeedEstimatedSliderBreaks, float64(imperfect+ticks)), a.SpeedDifficultStrainCount)
		}
		if s.Mods.Has(mods.Blinds) {
			value *= 1.12
		}
		if limit := 100 + 220*math.Pow(22/deviation, 6.5); !(full <= limit) {
			low := 50 * (math.Log((full-limit)/50+1) + limit/50)
			t := 1 - strain.ReverseLerp(deviation, 22, 27)
			value *= (low*(1-t) + full*t) / full
		}
		out.Speed = value * math.Pow(strain.Erf(20*math.Pow(4/a.SpeedDifficulty, 0.35)/deviation), 2)
	}
	if !s.Mods.Has(mods.Relax) {
		objects := a.HitCircleCount
		if !classic || scoreV2 {
			objects += a.SliderCount
		}
		better := 0.0
		if objects > 0 {
			better = float64((great-max(total-objects, 0))*6+ok*2+meh) / float64(objects*6)
		}
		if better < 0 {
			better = 0
		}
		exponent := 0.1
		if objects < 1000 {
			exponent = 0.3
		}
		out.Accuracy = math.Pow(1.52163, od) * math.Pow(better, 24) * 2.83 * math.Pow(float64(objects)/1000, exponent)
		if s.Mods.Has(mods.Blinds) {
			out.Accuracy *= 1.14
		} else if s.Mods.Has(mods.Traceable) {
			out.Accuracy *= 1 + 0.08*strain.ReverseLerp(ar, 11.5, 10)
		}
	}
	out.Reading = 4 * math.Pow(a.ReadingDifficulty, 3)
	if misses > 0 {
		out.Reading *= penalty(misses+out.AimEstimatedSliderBreaks, a.ReadingDifficultNoteCount)
	}
	out.Reading *= math.Pow(accuracy, 3)
	if s.Mods.Has(mods.Flashlight) {
		out.Flashlight = 25 * math.Pow(a.FlashlightDifficulty, 2)
		if misses > 0 {
			out.Flashlight *= 0.97 * math.Pow(1-math.Pow(misses/n, 0.775), math.Pow(misses, 0.875))
		}
		if a.MaxCombo > 0 {
			out.Flashlight *= math.Min(math.Pow(float64(combo), 0.8)/math.Pow(float64(a.MaxCombo), 0.8), 1)
		}
		out.Flashlight *= 0.5 + accuracy/2
	}
	cognitive := out.Reading
	switch {
	case out.Reading <= 0:
		cognitive = out.Flashlight
	case out.Flashlight > 0:
		cognitive = strain.Norm2(1.1, out.Reading, out.Flashlight*clamp(out.Flashlight/out.Reading, 0.25, 1))
	}
	out.Total = strain.Norm(1.1, out.Aim, out.Speed, out.Accuracy, cognitive) * multiplier
	return out
}

func plainDeviation(a *Attributes, great, ok, meh, miss int, w300, w100, w50 float64) (float64, bool) {
	if great+ok+meh == 0 {
		return 0, false
	}
	notes := a.SpeedNoteCount + (float64(great+ok+meh+miss)-a.SpeedNoteCount)*0.1
	misses := math.Min(float64(miss), notes)
	mehs := math.Min(float64(meh), notes-misses)
	oks := math.Min(float64(ok), notes-misses-mehs)
	greats := math.Max(0, notes-misses-mehs-oks)
	if greats+oks+mehs <= 0 {
		return 0, false
	}
	const z = 2.32634787404
	n := math.Max(1, greats+oks)
	p := greats / n
	least := math.Min(p, (n*p+z*z/2)/(n+z*z)-z/(n+z*z)*math.Sqrt(n*p*(1-p)+z*z/4))
	deviation := w100 / math.Sqrt(3)
	if least > 0.01 {
		deviation = w300 / (math.Sqrt2 * strain.ErfInv(least))
		tail := math.Sqrt(2/math.Pi) * w100 * math.Exp(-0.5*math.Pow(w100/deviation, 2)) / (deviation * strain.Erf(w100/(math.Sqrt2*deviation)))
		deviation *= math.Sqrt(1 - tail)
	}
	uniform := (w50*w50 + w100*w50 + w100*w100) / 3
	return math.Sqrt(((greats+oks)*math.Pow(deviation, 2) + mehs*uniform) / (greats + oks + mehs)), true
}

// TestPlainPerformance compares with the plain performance on plays that make sense and on plays that do not.
func TestPlainPerformance(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 5))
	pick := func(values ...int) int { return values[r.IntN(len(values))] }
	sets := []string{
		"", "CL", "CL:no_slider_head_accuracy=false", "CL,SV2", "NF,CL", "SO", "SO,CL,HR", "RX", "RX,CL", "AP,CL", "AP", "BL", "BL,CL,EZ", "TC", "TC,DT",
		"TC,DA:approach_rate=-10", "TC,DA:approach_rate=11,CL", "FL", "FL,RX", "FL,CL,HD,HR,DT", "HT:speed_change=0.5", "DT:speed_change=2,HR",
		"DA:overall_difficulty=11,RX,DT:speed_change=2", "DA:overall_difficulty=0,HT:speed_change=0.5,RX", "WU", "NF,SO,FL,CL",
	}
	for n := range 20 * rounds {
		text := sets[n%len(sets)]
		ms, err := mods.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		a := Attributes{
			MaxCombo: pick(0, 1, 2, 3, 50, 400, 2000, 50_000), AimDifficulty: r.Float64() * 6, AimDifficultSliderCount: float64(pick(0, 1, 40)) * r.Float64(),
			SpeedDifficulty: float64(pick(0, 1, 1, 1)) * r.Float64() * 9, SpeedNoteCount: float64(pick(0, 3, 300)) * r.Float64(),
			FlashlightDifficulty: r.Float64() * float64(pick(0, 5)), ReadingDifficulty: r.Float64() * float64(pick(0, 3)), SliderFactor: r.Float64(),
			AimTopWeightedSliderFactor: r.Float64() * 2, SpeedTopWeightedSliderFactor: r.Float64() * 2, AimDifficultStrainCount: float64(pick(0, 1, 3, 200)),
			SpeedDifficultStrainCount: float64(pick(0, 1, 3, 200)), ReadingDifficultNoteCount: float64(pick(0, 1, 3, 200)),
			NestedScorePerObject: r.Float64() * 100, LegacyScoreBaseMultiplier: float64(r.IntN(7)), MaximumLegacyComboScore: float64(pick(0, 1000, 10_000_000)),
			HitCircleCount: pick(0, 1, 10, 500, 3000), SliderCount: pick(0, 0, 1, 100, 1000), SpinnerCount: pick(0, 1, 5),
			DrainRate: float32(r.IntN(11)), OverallDifficulty: float32(r.IntN(101)) / 10, ApproachRate: float32(r.IntN(101)) / 10,
		}
		s := score.Play{Mods: ms, MaxCombo: pick(-5, 0, 1, a.MaxCombo/2, a.MaxCombo-1, a.MaxCombo, 2*a.MaxCombo+7), Accuracy: r.Float64()*1.4 - 0.2}
		for _, result := range []score.Result{score.Great, score.Ok, score.Meh, score.Miss, score.SliderTailHit, score.LargeTickMiss} {
			s.Statistics[result] = int32(pick(0, 0, 1, 5, 100, 1000, 5000))
		}
		if r.IntN(2) == 0 {
			total := []int64{0, 1, -1, 500, 1_000_000, 30_000_000, math.MaxInt64}[r.IntN(7)]
			s.LegacyTotal = &total
		}
		got, want := a.Performance(s), plainPerformance(&a, &s)
		same := func(x, y float64) bool {
			return math.IsNaN(x) && math.IsNaN(y) || x == y || math.Abs(x-y) <= 1e-9*max(math.Abs(x), math.Abs(y), 1)
		}
		for _, pair := range [][2]float64{
			{got.Total, want.Total}, {got.Aim, want.Aim}, {got.Speed, want.Speed}, {got.Accuracy, want.Accuracy}, {got.Flashlight, want.Flashlight},
			{got.Reading, want.Reading}, {got.EffectiveMissCount, want.EffectiveMissCount},
			{got.ComboBasedEstimatedMissCount, want.ComboBasedEstimatedMissCount},
			{optional(got.SpeedDeviation), optional(want.SpeedDeviation)},
			{optional(got.ScoreBasedEstimatedMissCount), optional(want.ScoreBasedEstimatedMissCount)},
			{got.AimEstimatedSliderBreaks, want.AimEstimatedSliderBreaks}, {got.SpeedEstimatedSliderBreaks, want.SpeedEstimatedSliderBreaks},
		} {
			if !same(pair[0], pair[1]) {
				t.Fatalf("%q: got %+v, want %+v\n%+v\n%+v", text, got, want, a, s)
			}
		}
	}
}

// optional returns -1 for what is not known.
func optional(o score.Optional) float64 {
	if v, known := o.Get(); known {
		return v
	}
	return -1
}
