package local

import (
	"context"
	"math"
	"testing"

	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/database/databasetest"
	"github.com/pure-peace/peace/modules/performance"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/score"
)

// asked is a performance module that notes the plays it is asked about.
type asked struct {
	performance.Service
	plays []performance.Play
}

func (a *asked) Performance(
	ctx context.Context, target performance.Target, plays []performance.Play,
) ([]performance.Performance, error) {
	a.plays = append(a.plays, plays...)
	return a.Service.Performance(ctx, target, plays)
}

// TestLazerPerformance looks at what pp of lazer's plays is calculated from: judgements alone do not tell how many ends of sliders a
// beatmap has, so the accuracy that the maximum gives goes with them.
func TestLazerPerformance(t *testing.T) {
	s := newService(t, databasetest.Open(t, database.SQLite), newWorld(t))
	calculator := &asked{Service: s.deps.Performance}
	s.deps.Performance = calculator
	sub := submission("lazer", aUser, aMap, 95, 900_000)
	sub.Client, sub.Mods = scores.Lazer, nil
	sub.Statistics = map[string]int32{"great": 95, "ok": 5, "slider_tail_hit": 6, "large_tick_hit": 3, "large_tick_miss": 1}
	sub.Maximum = map[string]int32{"great": 100, "slider_tail_hit": 10, "large_tick_hit": 4}
	submit(t, s, sub)
	if len(calculator.plays) != 1 {
		t.Fatalf("%+v", calculator.plays)
	}
	play := calculator.plays[0]
	const want = (95*300 + 5*100 + 6*150 + 3*30) / (100*300 + 10*150 + 4*30.0)
	if play.Accuracy == nil || math.Abs(*play.Accuracy-want) > 1e-12 || play.LegacyTotal != nil {
		t.Errorf("%+v", play)
	}
	// A play of stable has its total instead.
	submit(t, s, submission("stable", aUser, aMap, 95, 900_000))
	if play := calculator.plays[1]; play.Accuracy != nil || play.LegacyTotal == nil || *play.LegacyTotal != 900_000 {
		t.Errorf("%+v", play)
	}
}

// TestMost compares the bound of lazer's totals with what its processor gives perfect plays and ones with a miss at their end.
func TestMost(t *testing.T) {
	for ruleset := range osu.Rulesets {
		for _, last := range []score.Result{score.Best(ruleset), score.Ok, score.Miss} {
			best := score.Best(ruleset)
			if ruleset == osu.Catch && last == score.Ok {
				continue
			}
			judgements := func(yield func(score.Judgement) bool) {
				for i := range 200 {
					j := score.Judgement{Best: best, Result: best}
					if i == 199 {
						j.Result = last
					}
					if !yield(j) {
						return
					}
				}
			}
			p := score.NewProcessor(ruleset, judgements)
			for j := range judgements {
				p.Apply(j)
			}
			play := play{client: scores.Lazer, ruleset: ruleset, got: p.Statistics, passed: true}
			if total, most := float64(p.Total()), play.most(p.Accuracy()); total > most+1 || last == best && total != most {
				t.Errorf("%v, ends with %v: %v of %v", ruleset, last, total, most)
			}
		}
	}
}

// TestApart keeps the boards of the clients apart when the server wants that.
func TestApart(t *testing.T) {
	for _, merge := range []bool{true, false} {
		s := newService(t, databasetest.Open(t, database.SQLite), newWorld(t))
		s.cfg.Merge = merge
		stable := submission("stable", aUser, aMap, 90, 900_000)
		lazer := submission("lazer", aUser+1, aMap, 95, 950_000)
		lazer.Client, lazer.Mods, lazer.Maximum = scores.Lazer, mods.Of(mods.Hidden), map[string]int32{"great": 100}
		submit(t, s, stable)
		submit(t, s, lazer)
		for _, client := range []scores.Client{scores.Stable, scores.Lazer} {
			board, err := s.Leaderboard(t.Context(), scores.Board{BeatmapID: aMap, Client: client, Limit: 10})
			if err != nil {
				t.Fatal(err)
			}
			if want := map[bool]int{true: 2, false: 1}[merge]; board.Count != want {
				t.Errorf("merged %v: %d on the board of %v, want %d", merge, board.Count, client, want)
			}
		}
	}
}
