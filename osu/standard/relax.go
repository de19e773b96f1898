package standard

import (
	"math"

	"github.com/pure-peace/peace/osu/score"
	"github.com/pure-peace/peace/osu/strain"
)

// The official calculator rates plays with Relax and Autopilot by itself: give [Attributes.Performance] attributes that were
// calculated with those mods. It means to make them worth little. Private servers that rank such plays on leaderboards of their
// own weigh the skills of the beatmap as it is instead, which the following two do: give them attributes that were calculated
// WITHOUT Relax and Autopilot, but with all other mods of the play.

// PerformanceRelax is what a play with Relax is worth by the weights of Akatsuki: aim counts for more than it does officially,
// tapping for less, and beatmaps that are more tapped than aimed count only as far as the play is accurate. The skills are
// today's official ones; reading and flashlight, which Akatsuki's calculator does not have, count as officially.
//
// Source: osuAkatsuki/akatsuki-pp-rs (MIT) src/osu_2019/pp.rs, the sum of the skills.
func (a *Attributes) PerformanceRelax(s score.Play) Performance {
	const (
		aimWeight, speedWeight, accuracyWeight = 1.185, 0.83, 1.14 // exponents, where officially all are skillNorm

		tapped   = 1.09 // ratio of aim to speed below which a beatmap is more tapped than aimed
		accurate = 0.86 // what counts of it at full accuracy
		least    = 0.5
	)
	p, out := a.unrelaxed(&s)
	depression := 1.0
	if ratio := math.Round(a.AimDifficulty/a.SpeedDifficulty*100) / 100; ratio < tapped {
		depression = max(accurate-(1-p.accuracy), least)
		out.Aim *= depression
	}
	sum := strain.Pow(out.Aim, aimWeight) + strain.Pow(out.Speed, speedWeight*depression) +
		strain.Pow(out.Accuracy, accuracyWeight) + strain.Pow(cognition(out.Reading, out.Flashlight), skillNorm)
	out.Total = strain.Pow(sum, 1/skillNorm) * p.multiplier()
	return out
}

// PerformanceAutopilot is what a play with Autopilot is worth on private servers: all of its tapping and accuracy, and nothing
// for where the cursor goes.
func (a *Attributes) PerformanceAutopilot(s score.Play) Performance {
	p, out := a.unrelaxed(&s)
	out.Aim, out.Reading, out.Flashlight = 0, 0, 0
	sum := strain.Pow(out.Speed, skillNorm) + strain.Pow(out.Accuracy, skillNorm)
	out.Total = strain.Pow(sum, 1/skillNorm) * p.multiplier()
	return out
}

// unrelaxed calculates what a play would be worth without Relax and Autopilot. Stable gives no score with those, so that its
// misses are estimated from the combo.
func (a *Attributes) unrelaxed(s *score.Play) (play, Performance) {
	s.LegacyTotal = nil
	p := newPlay(a, s)
	p.mods.relax, p.mods.autopilot = false, false
	out := p.performance(s)
	return p, out
}
