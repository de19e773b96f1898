// Package relay translates what a player sends while others watch him between the protocols of the two clients, so that players of
// either can watch the other: frames with the running score, [packets.FrameBundle] of stable and [hubs.FrameDataBundle] of lazer.
//
// The input is the same in both: lazer sends the frames of stable's replays. The score is not, and each client mends its own idea of it
// by what it is sent, so what one does not tell is filled in as far as judgements allow. Nothing here keeps state: what a bundle
// does not say, its caller remembers and passes in. When a play begins and ends is told by other means in lazer's protocol, and by
// actions of bundles in stable's: see [Begin] and [End].
package relay

import (
	"math"
	"time"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/hubs"
	"github.com/pure-peace/peace/osu/packets"
	"github.com/pure-peace/peace/osu/score"
)

// Begin returns the bundle by which stable clients begin to watch a play. What is played they learn from the player's status.
func Begin() packets.FrameBundle { return packets.FrameBundle{Action: packets.ReplayNewSong} }

// End returns the bundle by which stable clients learn that a play is over.
func End(state hubs.SpectatedUserState, sequence uint16) packets.FrameBundle {
	action := packets.ReplaySongSelect
	switch state {
	case hubs.Passed:
		action = packets.ReplayCompletion
	case hubs.Failed:
		action = packets.ReplayFail
	default:
	}
	return packets.FrameBundle{Action: action, Sequence: sequence}
}

// Stable returns what stable clients get of a bundle of lazer. Objects is how many a perfect play of the beatmap has, 0 when that is
// not known: stable's total grows with it. Numbers that stable has no room for are as large as they can be.
func Stable(b *hubs.FrameDataBundle, ruleset osu.Ruleset, objects int, sequence uint16) packets.FrameBundle {
	out := packets.FrameBundle{Sequence: sequence, Frames: make([]packets.ReplayFrame, 0, len(b.Frames))}
	for i := range b.Frames {
		f := &b.Frames[i]
		if len(out.Frames) == math.MaxUint16 {
			break
		}
		if !(math.Abs(f.Time) < math.MaxInt32) { // NaN either
			continue
		}
		out.Frames = append(out.Frames, packets.ReplayFrame{
			Buttons: packets.Buttons(f.ButtonState), X: finite(f.MouseX), Y: finite(f.MouseY), Time: int32(math.RoundToEven(f.Time)),
		})
	}
	out.Score = scoreFrame(&b.Header, ruleset, objects)
	if n := len(out.Frames); n > 0 {
		out.Score.Time = out.Frames[n-1].Time
	}
	return out
}

// finite returns a coordinate, 0 where a frame has none.
func finite(v hubs.Optional[float32]) float32 {
	if x := float64(v.Value); !v.Valid || math.IsNaN(x) || math.IsInf(x, 0) {
		return 0
	}
	return v.Value
}

// fullHP is a life bar without loss; lazer does not tell how much is left.
const fullHP = 200

func scoreFrame(h *hubs.FrameHeader, ruleset osu.Ruleset, objects int) *packets.ScoreFrame {
	counts := h.Statistics.Counts(ruleset)
	total := h.TotalScore
	if objects > 0 {
		total = score.Classic(ruleset, total, objects)
	}
	return &packets.ScoreFrame{
		Count300: small(counts.Count300), Count100: small(counts.Count100), Count50: small(counts.Count50),
		CountGeki: small(counts.CountGeki), CountKatu: small(counts.CountKatu), CountMiss: small(counts.CountMiss),
		Score: int32(min(max(total, 0), math.MaxInt32)), MaxCombo: small(h.MaxCombo), Combo: small(h.Combo),
		Perfect: h.Combo == h.MaxCombo && counts.CountMiss == 0, HP: fullHP,
	}
}

func small(n int32) uint16 { return uint16(min(max(n, 0), math.MaxUint16)) }

// Lazer returns what lazer clients get of a bundle of stable, with the header that [Header] made of its score or, when it has none, of
// an earlier one. It reports false for a bundle without frames, of which lazer would learn nothing.
func Lazer(b *packets.FrameBundle, header hubs.FrameHeader, received time.Time) (hubs.FrameDataBundle, bool) {
	if len(b.Frames) == 0 {
		return hubs.FrameDataBundle{}, false
	}
	header.ReceivedTime = received
	out := hubs.FrameDataBundle{Header: header, Frames: make([]hubs.LegacyReplayFrame, len(b.Frames))}
	for i, f := range b.Frames {
		buttons := hubs.ReplayButtonState(f.Buttons)
		if f.Legacy != 0 {
			buttons |= hubs.Right1
		}
		out.Frames[i] = hubs.LegacyReplayFrame{
			Time: float64(f.Time), MouseX: hubs.Some(f.X), MouseY: hubs.Some(f.Y), ButtonState: buttons,
		}
	}
	return out, true
}

// Header returns the running score of stable as lazer knows it.
func Header(s *packets.ScoreFrame, ruleset osu.Ruleset, mods osu.Mods) hubs.FrameHeader {
	counts := score.Counts{
		Count300: int32(s.Count300), Count100: int32(s.Count100), Count50: int32(s.Count50),
		CountGeki: int32(s.CountGeki), CountKatu: int32(s.CountKatu), CountMiss: int32(s.CountMiss),
	}
	accuracy := 1.0
	if counts.Objects(ruleset) > 0 {
		accuracy = counts.Accuracy(ruleset, mods)
	}
	h := hubs.FrameHeader{
		TotalScore: int64(max(s.Score, 0)), Accuracy: accuracy, Combo: int32(s.Combo), MaxCombo: int32(s.MaxCombo),
		Statistics: counts.Statistics(ruleset),
	}
	h.ScoreProcessorStatistics = progress(&h.Statistics, ruleset, int(s.Combo), int(s.MaxCombo))
	return h
}

// mostObjects bounds the work for one score. No beatmap that is played has as many.
const mostObjects = 50_000

// progress returns how far lazer would say that a play has got. Which judgement came at which combo is not known: the longest combo
// counts first, then what was missed, then the rest, of which the combo of now comes last.
func progress(s *score.Statistics, ruleset osu.Ruleset, combo, maxCombo int) hubs.ScoreProcessorStatistics {
	if s.Objects() > mostObjects {
		return hubs.ScoreProcessorStatistics{}
	}
	p := score.NewProcessor(ruleset, func(func(score.Judgement) bool) {})
	var hits []score.Judgement
	missed := 0
	for r, n := range s {
		result := score.Result(r)
		if !result.Basic() && !result.Tick() && !result.Bonus() {
			continue
		}
		j := score.Judgement{Best: best(ruleset, result), Result: result}
		for range n {
			switch {
			case result == score.Miss:
				missed++
			case result.IncreasesCombo():
				hits = append(hits, j)
			default:
				p.Apply(j)
			}
		}
	}
	broken := maxCombo
	if combo == maxCombo { // it is the longest one that goes on
		broken = max(0, len(hits)-combo)
	}
	for i, j := range hits {
		if i == broken {
			p.Combo = 0
		}
		p.Apply(j)
	}
	p.Combo = 0
	for range missed {
		p.Apply(score.Judgement{Best: score.Best(ruleset), Result: score.Miss})
	}
	return hubs.ScoreProcessorStatistics{
		BaseScore: p.Progress.Base, MaximumBaseScore: p.Progress.MaximumBase, AccuracyJudgementCount: int32(p.Progress.Judgements),
		ComboPortion: p.Progress.Combo, BonusPortion: p.Progress.Bonus,
	}
}

// best returns the best result that could have been had in the place of one.
func best(ruleset osu.Ruleset, r score.Result) score.Result {
	switch r {
	case score.LargeTickHit, score.LargeTickMiss:
		return score.LargeTickHit
	case score.SmallTickHit, score.SmallTickMiss:
		return score.SmallTickHit
	case score.SmallBonus, score.LargeBonus:
		return r
	default:
		return score.Best(ruleset)
	}
}
