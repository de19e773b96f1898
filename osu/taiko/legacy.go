package taiko

import (
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/internal/dotnet"
	"github.com/pure-peace/peace/osu/score"
)

// legacy adds up stable's total score. Officially most of it has 32 bits and wraps around.
type legacy struct {
	stars int32 // see beatmap.PeppyStars
	combo int32

	accuracy   int32
	comboScore int64
	bonus      int32
	standard   int32 // what bonuses are worth in lazer's standardised score

	spare int // ticks of drum rolls that may yet be counted one by one
}

// spareTicks bounds the ticks of drum rolls that are counted one by one, which tells rounding errors of a millisecond's tiny
// fractions. Rolls that last for days in all are beyond it.
const spareTicks = 10_000_000

// Legacy simulates stable's total score of a perfect play.
//
// Source: ppy/osu osu.Game.Rulesets.Taiko/Difficulty/TaikoLegacyScoreSimulator.cs.
func (b *Beatmap) Legacy() score.Legacy {
	settings := b.base
	settings.CircleSize = 2
	l := legacy{stars: int32(beatmap.PeppyStars(settings, b.objects, b.drain)), spare: spareTicks}
	points := b.points()
	for i := range b.Objects {
		switch o := &b.Objects[i]; o.Kind {
		case Hit:
			l.hit(o.Strong, points.EffectAt(o.Start).Kiai)
		case DrumRoll:
			var next *Object
			if i+1 < len(b.Objects) {
				next = &b.Objects[i+1]
			}
			l.drumRoll(o, b.rollTicks(o, next, &l.spare), points.EffectAt(o.Start).Kiai)
		case Swell:
			l.swell(o, points.EffectAt(o.End).Kiai)
		}
	}
	out := score.Legacy{
		AccuracyScore: int64(l.accuracy), ComboScore: l.comboScore, BonusScore: int64(l.bonus), MaxCombo: int(l.combo),
	}
	if l.bonus != 0 {
		out.BonusScoreRatio = float64(l.standard) / float64(l.bonus)
	}
	return out
}

// base is what a hit, a tick and a swell are worth.
const base = 300

// kiaiBonus is what an amount becomes while kiai lasts.
func kiaiBonus(amount int32) int32 { return int32(float32(amount) * 1.2) }

// comboBonus returns how much more than base something is worth at the combo so far.
func (l *legacy) comboBonus(kiai bool) int32 {
	amount := base + base/35*2*(l.stars+1)*(min(100, l.combo)/10)
	if kiai {
		amount = kiaiBonus(amount)
	}
	return amount - base
}

func (l *legacy) hit(strong, kiai bool) {
	amount, bonus := int32(base), l.comboBonus(kiai)
	if strong {
		amount, bonus = 2*amount, 2*bonus
	}
	l.accuracy += amount
	l.comboScore += int64(bonus)
	l.combo++
}

func (l *legacy) drumRoll(o *Object, ticks int32, kiai bool) {
	amount := int32(base)
	if kiai {
		amount = kiaiBonus(amount)
	}
	if o.Strong {
		amount = 2 * (amount + amount/5)
	}
	l.bonus += ticks * amount
	l.standard += ticks * int32(score.SmallBonus.Base(osu.Taiko))
}

// swell takes the overall difficulty and the mods that allow the most spins.
func (l *legacy) swell(o *Object, kiai bool) {
	spins := dotnet.Int32((o.End - o.Start) / 1000 * 7.5)
	spins = int32(max(1, float32(spins)*1.65))
	spins = max(1, int32(float32(spins)*1.5))
	l.bonus += (spins + 1) * base
	l.bonus += 2 * base
	l.comboScore += int64(2 * l.comboBonus(kiai))
	l.standard += int32(score.LargeBonus.Base(osu.Taiko))
}

// rollTicks returns how often a drum roll can be hit in stable, which depends on what comes next.
func (b *Beatmap) rollTicks(o, next *Object, spare *int) int32 {
	delay := b.hitDelay(o)
	whole := float64(int32(delay))
	end := o.End + whole
	if next != nil {
		nextStart := next.Start
		if next.Kind == DrumRoll {
			nextStart -= b.hitDelay(next)
		}
		if !(nextStart-end > whole) {
			end = o.End
		}
	}
	if n := (end - o.Start) / delay; n > float64(*spare) {
		return dotnet.Int32(n) + 1
	}
	ticks := int32(0)
	for t := o.Start; t < end; t += delay {
		ticks++
	}
	*spare -= int(ticks)
	return ticks
}

// hitDelay returns the milliseconds between the hits of a drum roll in stable: 60 to 120.
func (b *Beatmap) hitDelay(o *Object) float64 {
	points := b.points()
	delay := points.TimingAt(o.Start).BeatLength
	if rate := b.Difficulty.SliderTickRate; b.version >= 8 && (rate == 3 || rate == 6 || rate == 1.5) {
		delay /= 6
	} else {
		delay /= 8
	}
	for delay < 60 && delay > 0 {
		delay *= 2
	}
	for delay > 120 {
		delay /= 2
	}
	return delay
}
