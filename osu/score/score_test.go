package score_test

import (
	"encoding/json"
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/score"
)

func TestResultNames(t *testing.T) {
	for r := range score.Results {
		for _, name := range []string{r.String()} {
			if got, err := score.ParseResult(name); err != nil || got != r {
				t.Errorf("%q is read as %v, %v", name, got, err)
			}
		}
		if got, err := score.ResultOf(r.Number()); err != nil || got != r {
			t.Errorf("number %d is %v, %v", r.Number(), got, err)
		}
	}
	for name, want := range map[string]score.Result{
		"LargeTickHit": score.LargeTickHit, "SLIDER_TAIL_HIT": score.SliderTailHit, "great": score.Great, "combobreak": score.ComboBreak,
	} {
		if got, err := score.ParseResult(name); err != nil || got != want {
			t.Errorf("%q is read as %v, %v", name, got, err)
		}
	}
	for _, name := range []string{"", "_", "greats", "result(18)"} {
		if got, err := score.ParseResult(name); !errors.Is(err, score.ErrResult) {
			t.Errorf("%q is read as %v, %v", name, got, err)
		}
	}
	for _, n := range []int{-1, 17, 18, 98, 100} {
		if got, err := score.ResultOf(n); !errors.Is(err, score.ErrResult) {
			t.Errorf("number %d is %v, %v", n, got, err)
		}
	}
	if got := score.Results.String(); got != "result(18)" || score.Results.Hit() || score.Results.Missed() {
		t.Errorf("no result is called %s and is something", got)
	}
}

// TestResultProperties has what the official tests say of the two results that are like no other, and what follows from the
// rest.
func TestResultProperties(t *testing.T) {
	type properties struct{ increases, breaks, accuracy, basic, tick, bonus, hit, missed, scorable bool }
	of := func(r score.Result) properties {
		return properties{
			r.IncreasesCombo(), r.BreaksCombo(), r.AffectsAccuracy(), r.Basic(), r.Tick(), r.Bonus(), r.Hit(), r.Missed(), r.Scorable(),
		}
	}
	for r, want := range map[score.Result]properties{
		score.LegacyComboIncrease: {increases: true, hit: true, scorable: true},
		score.ComboBreak:          {breaks: true, missed: true, scorable: true},
		score.None:                {},
		score.SliderTailHit:       {increases: true, accuracy: true, tick: true, hit: true, scorable: true},
		score.LargeTickMiss:       {breaks: true, accuracy: true, tick: true, missed: true, scorable: true},
		score.SmallBonus:          {bonus: true, hit: true, scorable: true},
		score.IgnoreMiss:          {missed: true},
		score.Meh:                 {increases: true, accuracy: true, basic: true, hit: true, scorable: true},
	} {
		if got := of(r); got != want {
			t.Errorf("%v: %+v, want %+v", r, got, want)
		}
	}
	for r := range score.Results {
		if r.Hit() && r.Missed() || r.AffectsCombo() != (r.IncreasesCombo() || r.BreaksCombo()) || r.AffectsAccuracy() != (r.Basic() || r.Tick()) {
			t.Errorf("%v contradicts itself: %+v", r, of(r))
		}
	}
}

func TestPairs(t *testing.T) {
	pairs := map[score.Result][]score.Result{
		score.Meh: {score.Miss, score.IgnoreMiss}, score.Perfect: {score.Miss, score.IgnoreMiss},
		score.SmallTickHit: {score.SmallTickMiss, score.IgnoreMiss}, score.LargeTickHit: {score.LargeTickMiss, score.IgnoreMiss},
		score.SliderTailHit: {score.LargeTickMiss, score.IgnoreMiss}, score.IgnoreHit: {score.ComboBreak, score.IgnoreMiss},
		score.SmallBonus: {score.IgnoreMiss}, score.LargeBonus: {score.IgnoreMiss},
		score.Miss: nil, score.None: nil, score.IgnoreMiss: nil, score.ComboBreak: nil, score.Results: nil,
	}
	for best, worst := range pairs {
		for r := range score.Results + 1 {
			if got := best.Pairs(r); got != slices.Contains(worst, r) {
				t.Errorf("%v and %v: %v", best, r, got)
			}
		}
	}
}

func TestStatisticsJSON(t *testing.T) {
	s := score.Statistics{score.Miss: 1, score.Great: math.MaxInt32, score.LegacyComboIncrease: 3}
	const text = `{"miss":1,"great":2147483647,"legacy_combo_increase":3}`
	if b, err := json.Marshal(s); err != nil || string(b) != text {
		t.Errorf("written as %s, %v", b, err)
	}
	if b, err := json.Marshal(score.Statistics{}); err != nil || string(b) != "{}" {
		t.Errorf("nothing is written as %s, %v", b, err)
	}
	for text, want := range map[string]score.Statistics{
		text:                              s,
		`{}`:                              {},
		` [ ] `:                           {},
		`[]`:                              {},
		`null`:                            {},
		`{"none":0,"small_tick_miss": 0}`: {},
		`{"Great":7}`:                     {score.Great: 7},
	} {
		got := score.Statistics{score.Ok: 9}
		if err := json.Unmarshal([]byte(text), &got); text == " [ ] " {
			if err == nil {
				t.Error("a list with a space in it is read")
			}
		} else if err != nil || got != want && text != "null" {
			t.Errorf("%s is read as %v, %v", text, got, err)
		}
	}
	for text, want := range map[string]error{
		`{"great":-1}`: score.ErrCount, `{"great":2147483648}`: score.ErrCount, `{"great":1.5}`: score.ErrCount, `{"great":1e3}`: score.ErrCount,
		`{"grate":1}`: score.ErrResult, `{"":1}`: score.ErrResult,
	} {
		var got score.Statistics
		if err := json.Unmarshal([]byte(text), &got); !errors.Is(err, want) {
			t.Errorf("%s is read as %v, %v", text, got, err)
		}
	}
	for _, text := range []string{`[1]`, `"x"`, `{"great":"x"}`, `{"great":{}}`, `7`} {
		var got score.Statistics
		if err := json.Unmarshal([]byte(text), &got); err == nil {
			t.Errorf("%s is read as %v", text, got)
		}
	}
}

func TestSums(t *testing.T) {
	s := score.Statistics{score.Great: 10, score.Miss: 2, score.LargeTickHit: 3, score.SmallTickHit: 4, score.LegacyComboIncrease: 5, score.LargeBonus: 6}
	if s.Combo() != 20 || s.Objects() != 12 || !s.AnyHit() || s.Empty() {
		t.Errorf("combo %d, %d objects, hit %v, empty %v", s.Combo(), s.Objects(), s.AnyHit(), s.Empty())
	}
	if s := (score.Statistics{score.Miss: 3, score.IgnoreMiss: 1}); s.AnyHit() {
		t.Error("misses count as hits")
	}
}

func TestPerfect(t *testing.T) {
	s := score.Statistics{
		score.Great: 5, score.Ok: 1, score.Miss: 2, score.LargeTickMiss: 3, score.LargeTickHit: 4, score.SmallTickMiss: 1, score.SmallTickHit: 1,
		score.LargeBonus: 9, score.SmallBonus: 9, score.IgnoreHit: 9, score.IgnoreMiss: 9,
	}
	want := score.Statistics{score.Great: 8, score.LargeTickHit: 7, score.SmallTickHit: 2}
	if got := s.Perfect(osu.Catch, 0); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
	want[score.LegacyComboIncrease] = 5
	if got := s.Perfect(osu.Standard, 20); got != want {
		t.Errorf("padded: %v, want %v", got, want)
	}
	if got := s.Perfect(osu.Mania, 1); got[score.Perfect] != 8 || got[score.LegacyComboIncrease] != 0 {
		t.Errorf("mania: %v", got)
	}
	most := score.Statistics{score.Great: math.MaxInt32, score.Miss: math.MaxInt32}
	if got := most.Perfect(osu.Standard, math.MaxInt); got[score.Great] != math.MaxInt32 || got[score.LegacyComboIncrease] != math.MaxInt32 {
		t.Errorf("too many: %v", got)
	}
}

func TestAccuracy(t *testing.T) {
	for _, tt := range []struct {
		ruleset      osu.Ruleset
		got, perfect score.Statistics
		want         float64
	}{
		{osu.Standard, score.Statistics{}, score.Statistics{score.LargeBonus: 5}, 1},
		{osu.Standard, score.Statistics{}, score.Statistics{score.Great: 5}, 0},
		{osu.Standard, score.Statistics{score.Great: 199, score.Miss: 1, score.LargeTickHit: 1}, score.Statistics{score.Great: 200, score.LargeTickHit: 1}, 59730.0 / 60030},
		{osu.Taiko, score.Statistics{score.Great: 1, score.Ok: 1}, score.Statistics{score.Great: 2}, 0.75},
		{osu.Catch, score.Statistics{score.Great: 1, score.SmallTickHit: 1, score.SmallTickMiss: 2}, score.Statistics{score.Great: 1, score.SmallTickHit: 3}, 0.5},
		{osu.Mania, score.Statistics{score.Perfect: 198, score.Great: 1, score.Miss: 1}, score.Statistics{score.Perfect: 200}, (198*305 + 300) / (200 * 305.0)},
	} {
		if got := score.Accuracy(tt.ruleset, &tt.got, &tt.perfect); got != tt.want {
			t.Errorf("%v %v: %v, want %v", tt.ruleset, tt.got, got, tt.want)
		}
	}
}

func TestGrades(t *testing.T) {
	miss, ok := score.Statistics{score.Miss: 1}, score.Statistics{score.Ok: 1}
	for _, tt := range []struct {
		ruleset  osu.Ruleset
		accuracy float64
		got      score.Statistics
		silver   bool
		want     osu.Grade
	}{
		{osu.Standard, 1, score.Statistics{}, false, osu.GradeX},
		{osu.Standard, 1, score.Statistics{}, true, osu.GradeXH},
		{osu.Standard, 1, miss, true, osu.GradeA},
		{osu.Standard, 0.95, ok, true, osu.GradeSH},
		{osu.Standard, 0.95, miss, false, osu.GradeA},
		{osu.Standard, 0.9499, ok, true, osu.GradeA},
		{osu.Standard, 0.9, miss, false, osu.GradeA},
		{osu.Standard, 0.8, miss, false, osu.GradeB},
		{osu.Standard, 0.7, miss, false, osu.GradeC},
		{osu.Standard, 0.69, miss, false, osu.GradeD},
		{osu.Standard, math.NaN(), miss, false, osu.GradeD},
		{osu.Standard, 1.1, ok, false, osu.GradeS},
		{osu.Taiko, 0.99, miss, false, osu.GradeA},
		{osu.Catch, 0.98, miss, false, osu.GradeS},
		{osu.Catch, 0.97, ok, false, osu.GradeA},
		{osu.Catch, 0.9, ok, false, osu.GradeB},
		{osu.Catch, 0.85, ok, false, osu.GradeC},
		{osu.Catch, 0.84, ok, false, osu.GradeD},
		{osu.Mania, 0.99, miss, false, osu.GradeS},
		{osu.Mania, 0.99, score.Statistics{}, true, osu.GradeXH},
		{osu.Mania, 0.94, score.Statistics{}, true, osu.GradeA},
	} {
		if got := score.Grade(tt.ruleset, tt.accuracy, &tt.got, tt.silver); got != tt.want {
			t.Errorf("%v at %v, %v: %v, want %v", tt.ruleset, tt.accuracy, tt.got, got, tt.want)
		}
	}
	for text, want := range map[string]bool{"": false, "HR,DT": false, "HR,HD": true, "FL": true, "FI": true, "CO": true, "TC": false} {
		ms, err := mods.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := score.Silver(ms); got != want {
			t.Errorf("silver with %q: %v", text, got)
		}
	}
	for g, want := range map[osu.Grade]float64{osu.GradeXH: 1, osu.GradeX: 1, osu.GradeSH: 0.95, osu.GradeC: 0.7, osu.GradeD: 0, osu.GradeF: 0} {
		if got := score.Cutoff(osu.Taiko, g); got != want {
			t.Errorf("%v from %v", g, got)
		}
	}
	if got := score.Cutoff(osu.Catch, osu.GradeA); got != 0.94 {
		t.Errorf("catch's A from %v", got)
	}
}

func TestCounts(t *testing.T) {
	c := score.Counts{Count300: 100, Count100: 20, Count50: 3, CountGeki: 40, CountKatu: 5, CountMiss: 6}
	for ruleset, want := range [osu.Rulesets]struct {
		statistics score.Statistics
		back       score.Counts
		objects    int
		accuracy   float64
	}{
		osu.Standard: {
			score.Statistics{score.Great: 100, score.Ok: 20, score.Meh: 3, score.Miss: 6},
			score.Counts{Count300: 100, Count100: 20, Count50: 3, CountMiss: 6}, 129, 32150 / 38700.0,
		},
		osu.Taiko: {
			score.Statistics{score.Great: 100, score.Ok: 20, score.Miss: 6, score.LargeBonus: 45},
			score.Counts{Count300: 100, Count100: 20, CountGeki: 45, CountMiss: 6}, 126, 110 / 126.0,
		},
		osu.Catch: {
			score.Statistics{score.Great: 100, score.LargeTickHit: 20, score.SmallTickHit: 3, score.SmallTickMiss: 5, score.Miss: 6},
			score.Counts{Count300: 100, Count100: 20, Count50: 3, CountKatu: 5, CountMiss: 6}, 134, 123 / 134.0,
		},
		osu.Mania: {
			score.Statistics{score.Perfect: 40, score.Great: 100, score.Good: 5, score.Ok: 20, score.Meh: 3, score.Miss: 6}, c, 174, 45150 / 52200.0,
		},
	} {
		ruleset := osu.Ruleset(ruleset)
		s := c.Statistics(ruleset)
		if s != want.statistics || s.Counts(ruleset) != want.back {
			t.Errorf("%v: %v, back %+v", ruleset, s, s.Counts(ruleset))
		}
		if n, a := c.Objects(ruleset), c.Accuracy(ruleset, 0); n != want.objects || math.Abs(a-want.accuracy) > 1e-15 {
			t.Errorf("%v: %d objects, accuracy %v", ruleset, n, a)
		}
		if a := (score.Counts{}).Accuracy(ruleset, 0); a != 0 {
			t.Errorf("%v: nothing has accuracy %v", ruleset, a)
		}
	}
	if a := c.Accuracy(osu.Mania, osu.ModScoreV2); math.Abs(a-45350/53070.0) > 1e-15 {
		t.Errorf("mania by ScoreV2: %v", a)
	}
	s := score.Statistics{score.LargeTickMiss: 3, score.Miss: 4}
	if c := s.Counts(osu.Catch); c.CountMiss != 7 {
		t.Errorf("%d misses in catch", c.CountMiss)
	}
}

func TestStableGrades(t *testing.T) {
	for _, tt := range []struct {
		ruleset osu.Ruleset
		counts  score.Counts
		mods    osu.Mods
		want    osu.Grade
	}{
		{osu.Standard, score.Counts{}, 0, osu.GradeD},
		{osu.Standard, score.Counts{Count300: 5}, 0, osu.GradeX},
		{osu.Standard, score.Counts{Count300: 5}, osu.ModHidden, osu.GradeXH},
		{osu.Standard, score.Counts{Count300: 195, Count100: 1, Count50: 4}, osu.ModFlashlight, osu.GradeA}, // 2 % of mehs
		{osu.Standard, score.Counts{Count300: 198, Count50: 2}, osu.ModFlashlight, osu.GradeSH},
		{osu.Standard, score.Counts{Count300: 198, CountMiss: 2}, 0, osu.GradeA},
		{osu.Standard, score.Counts{Count300: 90, Count100: 10}, 0, osu.GradeA},
		{osu.Standard, score.Counts{Count300: 80, Count100: 20}, 0, osu.GradeA}, // 0.8 in single precision is more
		{osu.Standard, score.Counts{Count300: 79, Count100: 21}, 0, osu.GradeB},
		{osu.Standard, score.Counts{Count300: 85, CountMiss: 15}, 0, osu.GradeB},
		{osu.Standard, score.Counts{Count300: 65, CountMiss: 35}, 0, osu.GradeC},
		{osu.Standard, score.Counts{Count300: 50, Count100: 50}, 0, osu.GradeD},
		{osu.Taiko, score.Counts{Count300: 95, Count100: 5, Count50: 50}, 0, osu.GradeS},
		{osu.Catch, score.Counts{Count300: 98, CountMiss: 2}, 0, osu.GradeA},
		{osu.Catch, score.Counts{Count300: 99, CountKatu: 1}, 0, osu.GradeS},
		{osu.Catch, score.Counts{Count50: 99}, 0, osu.GradeX},
		{osu.Mania, score.Counts{Count300: 99, CountGeki: 1}, osu.ModFadeIn, osu.GradeXH},
		{osu.Mania, score.Counts{Count300: 99, CountKatu: 1}, 0, osu.GradeS},
		{osu.Mania, score.Counts{Count300: 95, CountMiss: 5}, 0, osu.GradeA},
		{osu.Mania, score.Counts{Count50: 95}, 0, osu.GradeD},
	} {
		if got := tt.counts.Grade(tt.ruleset, tt.mods); got != tt.want {
			t.Errorf("%v %+v %v: %v, want %v", tt.ruleset, tt.counts, tt.mods, got, tt.want)
		}
	}
}

func play(ruleset osu.Ruleset, results []score.Result, best ...score.Judgement) *score.Processor {
	p := score.NewProcessor(ruleset, slices.Values(best))
	for i, r := range results {
		j := best[i]
		j.Result = r
		p.Apply(j)
	}
	return p
}

func TestProcessor(t *testing.T) {
	great, perfect := score.Judgement{Best: score.Great}, score.Judgement{Best: score.Perfect}
	droplet, tiny := score.Judgement{Best: score.LargeTickHit}, score.Judgement{Best: score.SmallTickHit}
	for name, tt := range map[string]struct {
		p        *score.Processor
		total    int64
		accuracy float64
		grade    osu.Grade
	}{
		"nothing":     {play(osu.Standard, nil), 0, 1, osu.GradeX},
		"not started": {play(osu.Standard, nil, great), 0, 1, osu.GradeX},
		"half played": {play(osu.Standard, []score.Result{score.Great}, great, great), 457_107, 1, osu.GradeX},
		// Of the official tests.
		"taiko":      {play(osu.Taiko, []score.Result{score.Great, score.Ok}, great, great), 453_745, 0.75, osu.GradeC},
		"an ignored": {play(osu.Standard, []score.Result{score.IgnoreMiss}, great), 0, 0, osu.GradeD},
		"a broken hold": {
			play(osu.Mania, []score.Result{score.Perfect, score.ComboBreak}, perfect, score.Judgement{Best: score.IgnoreHit}), 1_000_000, 1, osu.GradeX,
		},
		// Tiny droplets are worth 200,000, of which half are caught; the combos 300·½ + 300·½ of 300·½ + 100·½ + 300·log4(3).
		"catch": {
			play(osu.Catch, []score.Result{score.Great, score.LargeTickMiss, score.SmallTickHit, score.SmallTickMiss, score.Great},
				great, droplet, tiny, tiny, great), 648_265, 0.6, osu.GradeD,
		},
		"taiko perfect": {
			play(osu.Taiko, []score.Result{score.Great, score.LargeBonus, score.LargeBonus}, great,
				score.Judgement{Best: score.LargeBonus, Strong: score.StrongHit}, score.Judgement{Best: score.LargeBonus, Strong: score.StrongTick}),
			1_000_500, 1, osu.GradeX,
		},
		"catch perfect": {play(osu.Catch, []score.Result{score.Great, score.LargeTickHit, score.SmallTickHit, score.LargeBonus}, great, droplet, tiny, score.Judgement{Best: score.LargeBonus}), 1_000_200, 1, osu.GradeX},
		"mania great":   {play(osu.Mania, []score.Result{score.Great, score.Great}, perfect, perfect), 946_049, 300 / 305.0, osu.GradeX},
		"beyond":        {play(osu.Standard, []score.Result{score.Results}, great), 0, 1, osu.GradeX},
	} {
		if total, accuracy, grade := tt.p.Total(), tt.p.Accuracy(), tt.p.Grade(false); total != tt.total || accuracy != tt.accuracy || grade != tt.grade {
			t.Errorf("%s: %d, %v, %v; want %d, %v, %v", name, total, accuracy, grade, tt.total, tt.accuracy, tt.grade)
		}
	}

	p := play(osu.Standard, []score.Result{score.Great, score.Miss, score.Great}, great, great, great, great)
	if worst, best := p.AccuracyRange(); worst != 0.5 || best != 0.75 || p.Combo != 1 || p.MaxCombo != 1 {
		t.Errorf("between %v and %v, combo %d of %d", worst, best, p.Combo, p.MaxCombo)
	}
	if s, combo := p.Perfect(); s[score.Great] != 4 || combo != 4 {
		t.Errorf("perfect is %v with combo %d", s, combo)
	}
	// Whoever joins late knows the sums alone.
	late := play(osu.Standard, nil, great, great, great, great)
	late.Progress, late.Statistics, late.Combo, late.MaxCombo = p.Progress, p.Statistics, p.Combo, p.MaxCombo
	if late.Apply(score.Judgement{Best: score.Great, Result: score.Ok}); late.Combo != 2 {
		t.Errorf("combo %d", late.Combo)
	}
	if p.Apply(score.Judgement{Best: score.Great, Result: score.Ok}); p.Total() != late.Total() || p.Total() == 0 {
		t.Errorf("%d and %d", p.Total(), late.Total())
	}
	if worst, best := (&score.Processor{}).AccuracyRange(); worst != 0 || best != 1 {
		t.Errorf("nothing lies between %v and %v", worst, best)
	}
}

func TestClassic(t *testing.T) {
	for ruleset, want := range [osu.Rulesets]int64{osu.Standard: 2_655_600, osu.Taiko: 271_800, osu.Catch: 914_800, osu.Mania: 500_000} {
		ruleset := osu.Ruleset(ruleset)
		if got := score.Classic(ruleset, 500_000, 400); got != want {
			t.Errorf("%v: %d, want %d", ruleset, got, want)
		}
		if got := score.Classic(ruleset, 1_000_000, 999_999); got < 1_000_000 {
			t.Errorf("%v: %d for many objects", ruleset, got)
		}
	}
	if got := score.WithMultiplier(3, 0.5); got != 2 {
		t.Errorf("a half is rounded to %d", got)
	}
	for multiplier, want := range map[float64]int64{0.5: 2_000_000, 1.1: 909_091, 0: 0, -1: 0, math.NaN(): 0} {
		if got := score.WithoutMultiplier(1_000_000, multiplier); got != want {
			t.Errorf("without a multiplier of %v: %d, want %d", multiplier, got, want)
		}
	}
}

func TestReach(t *testing.T) {
	standard := score.Statistics{score.Great: 198, score.LargeTickHit: 69, score.SliderTailHit: 66}
	mania := score.Statistics{score.Perfect: 861, score.IgnoreHit: 120}
	fruits := score.Statistics{score.Great: 100, score.LargeTickHit: 10, score.SmallTickHit: 40}
	nan := math.NaN()
	for name, tt := range map[string]struct {
		ruleset osu.Ruleset
		perfect score.Statistics
		target  score.Target
		want    score.Statistics
	}{
		"perfect":       {osu.Standard, standard, score.Target{Accuracy: 1, Classic: true}, score.Statistics{score.Great: 198}},
		"lazer":         {osu.Standard, standard, score.Target{Accuracy: 2, LargeTickMisses: 4, SliderTailMisses: 70}, score.Statistics{score.Great: 198, score.LargeTickHit: 65, score.LargeTickMiss: 4}},
		"99 %":          {osu.Standard, standard, score.Target{Accuracy: 0.99, Classic: true}, score.Statistics{score.Great: 195, score.Ok: 3}},
		"75 %":          {osu.Standard, standard, score.Target{Accuracy: 0.75, Classic: true}, score.Statistics{score.Great: 126, score.Ok: 65, score.Meh: 7}},
		"50 %":          {osu.Standard, standard, score.Target{Accuracy: 0.5, Classic: true}, score.Statistics{score.Great: 60, score.Ok: 95, score.Meh: 43}},
		"20 %":          {osu.Standard, standard, score.Target{Accuracy: 0.2, Classic: true}, score.Statistics{score.Ok: 40, score.Meh: 158}},
		"10 %":          {osu.Standard, standard, score.Target{Accuracy: 0.1, Classic: true}, score.Statistics{score.Meh: 119, score.Miss: 79}},
		"nothing":       {osu.Standard, standard, score.Target{Accuracy: nan, Classic: true}, score.Statistics{score.Miss: 198}},
		"all missed":    {osu.Standard, standard, score.Target{Accuracy: 1, Misses: 500, Classic: true}, score.Statistics{score.Miss: 198}},
		"negative":      {osu.Standard, standard, score.Target{Accuracy: 1, Misses: -5, Classic: true}, score.Statistics{score.Great: 198}},
		"taiko":         {osu.Taiko, score.Statistics{score.Great: 267}, score.Target{Accuracy: 0.97, Misses: 1}, score.Statistics{score.Great: 252, score.Ok: 14, score.Miss: 1}},
		"taiko at best": {osu.Taiko, score.Statistics{score.Great: 10}, score.Target{Accuracy: 1, Misses: 5}, score.Statistics{score.Great: 5, score.Miss: 5}},
		"taiko at most": {osu.Taiko, score.Statistics{score.Great: 10}, score.Target{Misses: 5}, score.Statistics{score.Ok: 5, score.Miss: 5}},
		"catch":         {osu.Catch, fruits, score.Target{Accuracy: 0.9, Misses: 3}, score.Statistics{score.Great: 100, score.LargeTickHit: 7, score.Miss: 3, score.SmallTickHit: 28, score.SmallTickMiss: 12}},
		"catch at most": {osu.Catch, fruits, score.Target{Misses: 15}, score.Statistics{score.Great: 95, score.Miss: 15, score.SmallTickMiss: 40}},
		"catch misses":  {osu.Catch, fruits, score.Target{Accuracy: 1, Misses: 500}, score.Statistics{score.Miss: 110, score.SmallTickHit: 40}},
		"mania":         {osu.Mania, mania, score.Target{Accuracy: 0.98, Misses: 1}, score.Statistics{score.Perfect: 840, score.Good: 1, score.Meh: 19, score.Miss: 1}},
		"mania classic": {osu.Mania, mania, score.Target{Accuracy: 1, Classic: true}, score.Statistics{score.Perfect: 801}},
		"mania at most": {osu.Mania, mania, score.Target{Accuracy: 0, Classic: true}, score.Statistics{score.Meh: 801}},
		"no objects":    {osu.Mania, score.Statistics{score.IgnoreHit: 9}, score.Target{Accuracy: 1, Misses: 4, Classic: true}, score.Statistics{}},
		"none either":   {osu.Standard, score.Statistics{}, score.Target{Accuracy: 1, Misses: 4}, score.Statistics{}},
	} {
		got := score.Reach(tt.ruleset, &tt.perfect, tt.target)
		if d := cmp.Diff(tt.want, got); d != "" {
			t.Errorf("%s: got %v, want %v", name, got, tt.want)
		}
	}
}

func TestFullCombo(t *testing.T) {
	for name, tt := range map[string]struct {
		ruleset            osu.Ruleset
		got, perfect, want score.Statistics
	}{
		"osu!": {
			osu.Standard, score.Statistics{score.Great: 5, score.Ok: 1, score.Miss: 2, score.LargeTickMiss: 3, score.LargeTickHit: 4},
			score.Statistics{score.Great: 8, score.LargeTickHit: 7},
			score.Statistics{score.Great: 7, score.Ok: 1, score.LargeTickHit: 7},
		},
		"catch of stable": {
			osu.Catch, score.Statistics{score.Great: 8, score.LargeTickHit: 7, score.SmallTickMiss: 1, score.Miss: 5},
			score.Statistics{score.Great: 10, score.LargeTickHit: 10, score.SmallTickHit: 1},
			score.Statistics{score.Great: 10, score.LargeTickHit: 10, score.SmallTickMiss: 1},
		},
		"mania": {
			osu.Mania, score.Statistics{score.Perfect: 3, score.Meh: 1, score.Miss: 2, score.ComboBreak: 1}, score.Statistics{score.Perfect: 6},
			score.Statistics{score.Perfect: 5, score.Meh: 1},
		},
	} {
		if got := tt.got.FullCombo(tt.ruleset, &tt.perfect); got != tt.want {
			t.Errorf("%s: %v, want %v", name, got, tt.want)
		}
	}
}
