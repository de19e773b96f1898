package local

import (
	"fmt"
	"time"

	"github.com/pure-peace/peace/modules/moderation"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/score"
)

// figures returns what is impossible about a play that was passed: more, or other, than its beatmap has to give.
func figures(sub subject) []moderation.Finding {
	s := &sub.score
	if !s.Passed {
		return nil
	}
	var found []moderation.Finding
	say := func(kind, format string, args ...any) {
		found = append(found, about(s, kind, weightOf(kind), fmt.Sprintf(format, args...)))
	}
	got, err := score.FromMap(s.Statistics)
	if err != nil {
		say(kindCounts, "%v", err)
		return found
	}
	if s.FullCombo && got[score.Miss] > 0 {
		say(kindCounts, "a full combo with %d misses", got[score.Miss])
	}
	if sub.difficulty != nil {
		if perfect, err := score.FromMap(sub.difficulty.Max); err == nil {
			if least, most, judged := judgements(s, &perfect, &got); judged < least || judged > most {
				say(kindCounts, "%d judgements, the beatmap has %s", judged, span(least, most))
			}
		}
		if most := maxCombo(sub); most > 0 && int64(s.MaxCombo) > most {
			say(kindCombo, "a combo of %d, the beatmap has %d", s.MaxCombo, most)
		}
		if most := maxTotal(sub); most > 0 && s.Classic > most {
			say(kindTotal, "a total of %d, a perfect play has %d at most", s.Classic, most)
		}
	}
	if short, least := tooShort(sub); short {
		say(kindPlayTime, "%v of play, the beatmap takes %v", s.PlayTime.Round(time.Millisecond), least.Round(time.Millisecond))
	}
	return found
}

// judgements returns how many judgements a play that was passed can have, and has: of whole objects, and in catch of everything
// that is caught or not.
func judgements(s *scores.Score, perfect, got *score.Statistics) (least, most, judged int64) {
	sum := func(of *score.Statistics, results ...score.Result) (n int64) {
		for _, r := range results {
			n += int64(of[r])
		}
		return n
	}
	switch s.Ruleset {
	case osu.Catch:
		most = sum(perfect, score.Great, score.LargeTickHit, score.SmallTickHit)
		judged = sum(got, score.Great, score.LargeTickHit, score.SmallTickHit, score.Miss, score.LargeTickMiss, score.SmallTickMiss)
		return most, most, judged
	case osu.Mania:
		most = sum(perfect, score.Perfect)
		least = most
		if s.Client == scores.Stable { // which judges a hold once, or with ScoreV2 twice
			least -= sum(perfect, score.IgnoreHit) / 2
		}
		return least, most, sum(got, score.Perfect, score.Great, score.Good, score.Ok, score.Meh, score.Miss)
	default:
		most = sum(perfect, score.Great)
		return most, most, sum(got, score.Great, score.Ok, score.Meh, score.Miss)
	}
}

func span(least, most int64) string {
	if least == most {
		return fmt.Sprint(most)
	}
	return fmt.Sprintf("%d to %d", least, most)
}

// maxCombo returns the greatest combo that a play can have, 0 when it is not known.
func maxCombo(sub subject) int64 {
	most := int64(sub.difficulty.MaxCombo)
	if sub.score.Ruleset == osu.Mania && most > 0 {
		// A hold that is held lengthens stable's combo all the time: how much is only known roughly. Lazer counts heads and tails.
		return most + most/5 + 10 + int64(sub.difficulty.Max[score.Perfect.String()])
	}
	return most
}

// maxTotal returns what a total of stable can be at most, with a margin for bonuses, which depend on how fast spinners are spun;
// 0 when it is not known.
func maxTotal(sub subject) int64 {
	s, legacy := &sub.score, sub.difficulty.Legacy
	if s.Client != scores.Stable || s.Mods.Has(mods.ScoreV2) || legacy.ComboScore <= 0 {
		return 0
	}
	multiplier := max(1, s.Mods.LegacyMultiplier(s.Ruleset))
	most := float64(legacy.AccuracyScore) + float64(legacy.ComboScore)*multiplier + 2*float64(legacy.BonusScore)
	return int64(1.02*most) + 10_000
}

// tooShort reports whether a play took less time than its beatmap does, which a program that makes the game run faster than its
// clock would bring about, and how long it should have been. What lies before the first object can be skipped and does not count.
func tooShort(sub subject) (short bool, least time.Duration) {
	if sub.beatmap == nil || sub.score.PlayTime <= 0 {
		return false, 0
	}
	// Clients tell the time of the clock or that of the music: whichever of them gives the player more is believed.
	rate := max(1, sub.score.Mods.Rate())
	least = time.Duration(float64(sub.beatmap.Length)/rate*0.9) - 2*time.Second
	return sub.score.PlayTime < least, least
}
