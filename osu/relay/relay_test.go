package relay_test

import (
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/hubs"
	"github.com/pure-peace/peace/osu/packets"
	"github.com/pure-peace/peace/osu/relay"
	"github.com/pure-peace/peace/osu/score"
)

func TestStable(t *testing.T) {
	b := hubs.FrameDataBundle{
		Header: hubs.FrameHeader{
			TotalScore: 500_000, Accuracy: 0.9, Combo: 40, MaxCombo: 70_000,
			Statistics: score.Statistics{score.Great: 90, score.Ok: 5, score.Meh: 3, score.Miss: 2, score.SliderTailHit: 10},
		},
		Frames: []hubs.LegacyReplayFrame{
			{Time: -12.5, MouseX: hubs.Some(float32(1.5)), MouseY: hubs.Some(float32(2)), ButtonState: hubs.Left1 | hubs.Smoke},
			{Time: math.NaN()}, {Time: 1e300},
			{Time: 1.5, MouseX: hubs.Some(float32(math.Inf(1)))},
		},
	}
	got := relay.Stable(&b, osu.Standard, 100, 7)
	want := packets.FrameBundle{
		Sequence: 7,
		Frames: []packets.ReplayFrame{
			{Buttons: packets.ButtonM1 | packets.ButtonSmoke, X: 1.5, Y: 2, Time: -12}, {Time: 2},
		},
		Score: &packets.ScoreFrame{
			Time: 2, Count300: 90, Count100: 5, Count50: 3, CountMiss: 2, Score: int32(score.Classic(osu.Standard, 500_000, 100)),
			MaxCombo: 65_535, Combo: 40, HP: 200,
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got := relay.Stable(&b, osu.Standard, 0, 7).Score.Score; got != 500_000 {
		t.Errorf("a total of %d", got)
	}
	b.Frames = make([]hubs.LegacyReplayFrame, 70_000)
	if n := len(relay.Stable(&b, osu.Standard, 0, 7).Frames); n != 65_535 {
		t.Errorf("%d frames", n)
	}
}

func TestMarks(t *testing.T) {
	if b := relay.Begin(); b.Action != packets.ReplayNewSong {
		t.Errorf("%+v", b)
	}
	for state, action := range map[hubs.SpectatedUserState]packets.ReplayAction{
		hubs.Passed: packets.ReplayCompletion, hubs.Failed: packets.ReplayFail, hubs.Quit: packets.ReplaySongSelect,
		hubs.Idle: packets.ReplaySongSelect,
	} {
		if b := relay.End(state, 3); b.Action != action || b.Sequence != 3 {
			t.Errorf("%v: %+v", state, b)
		}
	}
}

// TestThere goes from stable to lazer and back.
func TestThereAndBack(t *testing.T) {
	for ruleset := range osu.Rulesets {
		stable := packets.FrameBundle{
			Frames: []packets.ReplayFrame{{Buttons: packets.ButtonK1 | packets.ButtonM1, X: 3, Y: 4, Time: 100}, {X: 5, Time: 116}},
			Score: &packets.ScoreFrame{
				Time: 116, Count300: 10, Count100: 2, CountMiss: 1, Score: 1234, MaxCombo: 9, Combo: 3, HP: 200,
			},
		}
		now := time.Unix(1_800_000_000, 0).UTC()
		b, ok := relay.Lazer(&stable, relay.Header(stable.Score, ruleset, 0), now)
		if !ok || !b.Header.ReceivedTime.Equal(now) || b.Header.TotalScore != 1234 || b.Header.Combo != 3 || b.Header.MaxCombo != 9 {
			t.Errorf("%v: %+v", ruleset, b.Header)
		}
		if diff := cmp.Diff(stable, relay.Stable(&b, ruleset, 0, 0)); diff != "" {
			t.Errorf("%v: %s", ruleset, diff)
		}
		p := b.Header.ScoreProcessorStatistics
		if p.MaximumBaseScore <= p.BaseScore || p.BaseScore <= 0 || p.ComboPortion <= 0 || p.AccuracyJudgementCount != 13 {
			t.Errorf("%v: %+v", ruleset, p)
		}
	}
}

// TestProgress follows plays of which every judgement is known, whose progress can be told from the outcome.
func TestProgress(t *testing.T) {
	for name, test := range map[string]struct {
		results  []score.Result
		combo    uint16
		maxCombo uint16
	}{
		"perfect":      {repeat(score.Great, 50), 50, 50},
		"oks":          {append(repeat(score.Great, 20), repeat(score.Ok, 5)...), 25, 25},
		"missed first": {append(repeat(score.Miss, 3), repeat(score.Great, 20)...), 20, 20},
		"missed last":  {append(repeat(score.Great, 20), score.Miss), 0, 20},
		"began again":  {append(append(repeat(score.Great, 20), score.Miss), repeat(score.Great, 7)...), 7, 20},
		"nothing":      {},
	} {
		t.Run(name, func(t *testing.T) {
			p := score.NewProcessor(osu.Standard, func(func(score.Judgement) bool) {})
			for _, r := range test.results {
				p.Apply(score.Judgement{Best: score.Great, Result: r})
			}
			counts := p.Statistics.Counts(osu.Standard)
			got := relay.Header(&packets.ScoreFrame{
				Count300: uint16(counts.Count300), Count100: uint16(counts.Count100), CountMiss: uint16(counts.CountMiss),
				Combo: test.combo, MaxCombo: test.maxCombo,
			}, osu.Standard, 0)
			want := hubs.ScoreProcessorStatistics{
				BaseScore: p.Progress.Base, MaximumBaseScore: p.Progress.MaximumBase,
				AccuracyJudgementCount: int32(p.Progress.Judgements), ComboPortion: p.Progress.Combo,
			}
			near := cmp.Comparer(func(a, b float64) bool { return math.Abs(a-b) <= 1e-6*max(1, math.Abs(a)) })
			if diff := cmp.Diff(want, got.ScoreProcessorStatistics, near); diff != "" {
				t.Error(diff)
			}
			if len(test.results) == 0 && got.Accuracy != 1 {
				t.Errorf("accuracy %v of nothing", got.Accuracy)
			}
		})
	}
}

func repeat(r score.Result, n int) []score.Result {
	list := make([]score.Result, n)
	for i := range list {
		list[i] = r
	}
	return list
}

func TestNothing(t *testing.T) {
	if _, ok := relay.Lazer(&packets.FrameBundle{Action: packets.ReplayPause}, hubs.FrameHeader{}, time.Time{}); ok {
		t.Error("a bundle without frames")
	}
	old := packets.FrameBundle{Frames: []packets.ReplayFrame{{Legacy: 1}}}
	if b, _ := relay.Lazer(&old, hubs.FrameHeader{}, time.Time{}); b.Frames[0].ButtonState != hubs.Right1 {
		t.Errorf("%+v", b.Frames)
	}
}

func FuzzStable(f *testing.F) {
	b := hubs.FrameDataBundle{Frames: []hubs.LegacyReplayFrame{{Time: 1}}}
	f.Add(b.AppendMsg(nil), uint8(0), 100)
	f.Fuzz(func(t *testing.T, data []byte, ruleset uint8, objects int) {
		var b hubs.FrameDataBundle
		if _, err := b.ReadMsg(data); err != nil {
			return
		}
		out := relay.Stable(&b, osu.Ruleset(ruleset%uint8(osu.Rulesets)), objects, 1)
		var again packets.SpectatorFrames
		if err := again.Decode(packets.SpectatorFrames(out).Append(nil)[7:]); err != nil {
			t.Fatal(err)
		}
	})
}

func FuzzLazer(f *testing.F) {
	f.Add(packets.SpectatorFrames{Frames: []packets.ReplayFrame{{Time: 1}}, Score: &packets.ScoreFrame{Count300: 3}}.Append(nil)[7:], uint8(1))
	f.Fuzz(func(t *testing.T, data []byte, ruleset uint8) {
		var in packets.SpectatorFrames
		if err := in.Decode(data); err != nil {
			return
		}
		var header hubs.FrameHeader
		if in.Score != nil {
			header = relay.Header(in.Score, osu.Ruleset(ruleset%uint8(osu.Rulesets)), 0)
		}
		b, ok := relay.Lazer((*packets.FrameBundle)(&in), header, time.Unix(0, 0))
		if !ok {
			return
		}
		var again hubs.FrameDataBundle
		if _, err := again.ReadMsg(b.AppendMsg(nil)); err != nil && len(b.Frames) <= 1<<14 {
			t.Fatal(err)
		}
	})
}
