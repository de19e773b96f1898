package score

import (
	"iter"
	"math"

	"github.com/pure-peace/peace/osu"
)

// maxScore is lazer's standardised total of a perfect play without mods and bonuses.
const maxScore = 1_000_000

// Judgement is the outcome of one object or part of it.
type Judgement struct {
	Best   Result // that could have been had
	Result Result

	// Strong is how much more than its result a second hit on a strong note of taiko is worth: [StrongHit] or
	// [StrongTick]; 0 for everything else.
	Strong uint8
}

// What the second hit on a strong object of taiko is worth.
const (
	StrongHit  = 7
	StrongTick = 3 // of a drum roll
)

// Progress is how far a play has got: the sums of which accuracy and total are made. The fields come in the order of the
// official ScoreProcessorStatistics, which spectators are sent.
type Progress struct {
	Base        float64 // what the judgements for accuracy are worth
	MaximumBase float64 // what they could have been worth
	Judgements  int     // how many there were for accuracy
	Combo       float64 // what each judgement is worth with the combo it came at
	Bonus       float64
}

// Processor adds up a play judgement by judgement to lazer's standardised total, as the game does while it is played. It
// needs to know the judgements of a perfect play in their order.
// Source: ppy/osu osu.Game/Rulesets/Scoring/ScoreProcessor.cs and each ruleset's own.
type Processor struct {
	// What was judged so far. A spectator who joins late may set it.
	Progress   Progress
	Statistics Statistics
	Combo      int
	MaxCombo   int

	ruleset  osu.Ruleset
	end      Progress // of a perfect play
	perfect  Statistics
	maxCombo int
}

// NewProcessor returns a processor for plays of a beatmap, of which perfect yields every judgement of a perfect play. Only
// what could be had counts, not what was.
func NewProcessor(ruleset osu.Ruleset, perfect iter.Seq[Judgement]) *Processor {
	p := &Processor{ruleset: ruleset}
	for j := range perfect {
		j.Result = j.Best
		p.Apply(j)
	}
	return &Processor{ruleset: ruleset, end: p.Progress, perfect: p.Statistics, maxCombo: p.MaxCombo}
}

// Perfect returns the judgements and the combo of a perfect play.
func (p *Processor) Perfect() (Statistics, int) { return p.perfect, p.maxCombo }

// Apply adds the next judgement.
func (p *Processor) Apply(j Judgement) {
	if !j.Result.Valid() {
		return
	}
	p.Statistics[j.Result]++
	switch {
	case j.Result.IncreasesCombo():
		p.Combo++
	case j.Result.BreaksCombo():
		p.Combo = 0
	}
	p.MaxCombo = max(p.MaxCombo, p.Combo)

	if j.Best.AffectsAccuracy() {
		p.Progress.MaximumBase += float64(j.Best.Base(p.ruleset))
		p.Progress.Judgements++
	}
	if j.Result.AffectsAccuracy() {
		p.Progress.Base += float64(j.Result.Base(p.ruleset))
	}
	switch {
	case j.Result.Bonus():
		p.Progress.Bonus += float64(j.Result.Base(p.ruleset)) * p.strong(j)
	case j.Result.Scorable():
		p.Progress.Combo += p.comboScore(j)
	}
}

func (p *Processor) strong(j Judgement) float64 {
	if p.ruleset != osu.Taiko || j.Strong == 0 {
		return 1
	}
	return float64(j.Strong)
}

// comboScore returns what a judgement adds to the combo portion. Outside of osu!, whose combo counts by its square root, it
// grows with the logarithm of the combo up to a limit.
func (p *Processor) comboScore(j Judgement) float64 {
	switch p.ruleset {
	case osu.Taiko:
		return float64(j.Result.Base(osu.Taiko)) * comboWeight(p.Combo, 400) * p.strong(j)
	case osu.Catch:
		switch j.Result {
		case Great:
			return 300 * comboWeight(p.Combo, 200)
		case LargeTickHit:
			return 100 * comboWeight(p.Combo, 200)
		default:
			return 0
		}
	case osu.Mania:
		base := j.Result.Base(osu.Mania)
		if j.Result == Perfect {
			base = 300
		}
		return float64(base) * comboWeight(p.Combo, 400)
	default:
		return float64(j.Best.Base(p.ruleset)) * math.Pow(float64(p.Combo), comboExponent)
	}
}

func comboWeight(combo int, limit float64) float64 {
	const base = 4
	return math.Min(math.Max(0.5, math.Log(float64(combo))/math.Log(base)), math.Log(limit)/math.Log(base))
}

// Accuracy returns the accuracy so far, 1 before anything was judged.
func (p *Processor) Accuracy() float64 {
	return fraction(p.Progress.Base, p.Progress.MaximumBase, 1)
}

// AccuracyRange returns the accuracies that the play will have when everything to come is missed, and when all is hit best.
func (p *Processor) AccuracyRange() (worst, best float64) {
	missing := p.end.MaximumBase - p.Progress.MaximumBase
	return fraction(p.Progress.Base, p.end.MaximumBase, 0), fraction(p.Progress.Base+missing, p.end.MaximumBase, 1)
}

// fraction returns a/b between 0 and 1, or what stands for nothing of nothing.
func fraction(a, b, nothing float64) float64 {
	if b <= 0 {
		return nothing
	}
	return min(max(a/b, 0), 1)
}

// Grade returns lazer's grade of the play so far.
func (p *Processor) Grade(silver bool) osu.Grade {
	return Grade(p.ruleset, p.Accuracy(), &p.Statistics, silver)
}

// Total returns the standardised total so far without the multiplier of mods: see [WithMultiplier]. It is 0 before anything
// was judged.
func (p *Processor) Total() int64 {
	if p.Statistics.Empty() {
		return 0
	}
	comboProgress, accuracyProgress := 1.0, 1.0
	if p.end.Combo > 0 {
		comboProgress = p.Progress.Combo / p.end.Combo
	}
	if p.end.Judgements > 0 {
		accuracyProgress = float64(p.Progress.Judgements) / float64(p.end.Judgements)
	}
	accuracy := p.Accuracy()
	var total float64
	switch p.ruleset {
	case osu.Taiko:
		total = 250_000*comboProgress + 750_000*math.Pow(accuracy, 3.6)*accuracyProgress
	case osu.Catch:
		combos, droplets := catchPortions(&p.perfect)
		total = combos*comboProgress + droplets*share(p.Statistics[SmallTickHit], p.perfect[SmallTickHit])
	case osu.Mania:
		total = 150_000*comboProgress + 850_000*math.Pow(accuracy, 2+2*accuracy)*accuracyProgress
	default:
		total = 500_000*accuracy*comboProgress + 500_000*math.Pow(accuracy, 5)*accuracyProgress
	}
	return max(0, int64(math.RoundToEven(total+p.Progress.Bonus)))
}

// catchPortions returns what the combo and the tiny droplets of a perfect play in catch are worth. Large droplets do not
// count among what the tiny ones are a share of.
func catchPortions(perfect *Statistics) (combos, droplets float64) {
	const most = 400_000
	tiny := 0.0
	if n := int(perfect[SmallTickHit]) + int(perfect[Great]); n != 0 {
		tiny = float64(perfect[SmallTickHit]) / float64(n)
	}
	return maxScore - most + most*(1-tiny), most * tiny
}

func share(got, of int32) float64 {
	if of == 0 {
		return 0
	}
	return float64(got) / float64(of)
}

// WithMultiplier returns a standardised total with the multiplier of the mods applied.
func WithMultiplier(total int64, multiplier float64) int64 {
	return int64(math.RoundToEven(float64(total) * multiplier))
}

// WithoutMultiplier undoes [WithMultiplier], up to rounding. It returns 0 when the total cannot be told.
func WithoutMultiplier(total int64, multiplier float64) int64 {
	if without := math.RoundToEven(float64(total) / multiplier); storable(without) {
		return int64(without)
	}
	return 0
}

// Classic returns what lazer shows of a standardised total to players who like the numbers of stable: a total that grows with
// the number of objects ([Statistics.Objects] of a perfect play), scaled so that scores keep their order.
// Source: convertStandardisedToClassic in ppy/osu osu.Game/Scoring/Legacy/ScoreInfoExtensions.cs.
func Classic(ruleset osu.Ruleset, total int64, objects int) int64 {
	n, t := float64(objects), float64(total)
	switch ruleset {
	case osu.Taiko:
		return int64(math.RoundToEven((n*1109 + 100_000) * t / maxScore))
	case osu.Catch:
		scaled := t / maxScore * n
		return int64(math.RoundToEven(scaled*scaled*21.62 + t/10))
	case osu.Mania:
		return total
	default:
		return int64(math.RoundToEven((n*n*32.57 + 100_000) * t / maxScore))
	}
}
