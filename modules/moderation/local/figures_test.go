package local

import (
	"math"
	"testing"
	"time"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/moderation"
	"github.com/pure-peace/peace/modules/performance"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/replay"
)

func kindsOf(found []moderation.Finding) string {
	text := ""
	for _, f := range found {
		text += f.Kind + " "
	}
	return text
}

func TestFigures(t *testing.T) {
	type counts = map[string]int32
	for _, test := range []struct {
		name    string
		ruleset osu.Ruleset
		client  scores.Client
		mods    mods.Set
		perfect counts
		got     counts
		want    string
	}{
		{"osu!", osu.Standard, scores.Stable, nil, counts{"great": 10, "small_bonus": 9}, counts{"great": 7, "ok": 1, "meh": 1, "miss": 1}, ""},
		{"osu! of lazer", osu.Standard, scores.Lazer, nil, counts{"great": 2, "large_tick_hit": 5}, counts{"great": 2, "large_tick_hit": 4, "slider_tail_hit": 1}, ""},
		{"osu!, too many", osu.Standard, scores.Stable, nil, counts{"great": 10}, counts{"great": 11}, "impossible_counts "},
		{"taiko", osu.Taiko, scores.Stable, nil, counts{"great": 10, "large_bonus": 3}, counts{"great": 8, "ok": 1, "miss": 1}, ""},
		{"catch", osu.Catch, scores.Stable, nil, counts{"great": 5, "large_tick_hit": 3, "small_tick_hit": 4},
			counts{"great": 4, "large_tick_hit": 3, "small_tick_hit": 2, "small_tick_miss": 2, "miss": 1}, ""},
		{"catch, too few", osu.Catch, scores.Stable, nil, counts{"great": 5, "large_tick_hit": 3}, counts{"great": 5}, "impossible_counts "},
		{"mania with holds", osu.Mania, scores.Stable, nil, counts{"perfect": 12, "ignore_hit": 4}, counts{"perfect": 9, "miss": 1}, ""},
		{"mania with holds, ScoreV2", osu.Mania, scores.Stable, nil, counts{"perfect": 12, "ignore_hit": 4}, counts{"perfect": 12}, ""},
		{"mania of lazer", osu.Mania, scores.Lazer, nil, counts{"perfect": 12, "ignore_hit": 4}, counts{"perfect": 10}, "impossible_counts "},
		{"no judgements that exist", osu.Mania, scores.Lazer, nil, nil, counts{"splendid": 10}, "impossible_counts "},
		{"fewer than none", osu.Mania, scores.Lazer, nil, nil, counts{"perfect": -1}, "impossible_counts "},
		{"as many as there are numbers", osu.Standard, scores.Stable, nil, counts{"great": 10},
			counts{"great": math.MaxInt32, "ok": math.MaxInt32, "meh": math.MaxInt32}, "impossible_counts "},
	} {
		t.Run(test.name, func(t *testing.T) {
			sub := subject{
				score:      scores.Score{Ruleset: test.ruleset, Client: test.client, Mods: test.mods, Statistics: test.got, Passed: true},
				difficulty: &performance.Difficulty{Max: test.perfect},
			}
			if got := kindsOf(figures(sub)); got != test.want {
				t.Errorf("found %q, want %q", got, test.want)
			}
			sub.score.Passed = false
			if got := figures(sub); got != nil {
				t.Errorf("of a fail: %v", got)
			}
		})
	}
}

func TestMaxTotal(t *testing.T) {
	sub := subject{
		score: scores.Score{Client: scores.Stable, Passed: true},
		difficulty: &performance.Difficulty{
			Legacy: performance.Legacy{AccuracyScore: 30_000, ComboScore: 1_000_000, BonusScore: 5_000},
		},
	}
	plain := maxTotal(sub)
	if plain < 1_035_000 || plain > 1_100_000 {
		t.Errorf("without mods: %d", plain)
	}
	sub.score.Mods = mods.Of(mods.Easy)
	if got := maxTotal(sub); got != plain {
		t.Errorf("with Easy: %d", got) // what makes a score smaller makes nobody suspect
	}
	sub.score.Mods = mods.Of(mods.DoubleTime, mods.Hidden)
	if got := maxTotal(sub); got < plain*11/10 {
		t.Errorf("with mods: %d", got)
	}
	sub.score.Client = scores.Lazer
	if got := maxTotal(sub); got != 0 {
		t.Errorf("of lazer: %d", got)
	}
}

func TestTooShort(t *testing.T) {
	for _, test := range []struct {
		mods  mods.Set
		time  time.Duration
		short bool
	}{
		{nil, 100 * time.Second, false},
		{nil, 90 * time.Second, false},
		{nil, 80 * time.Second, true},
		{nil, 0, false}, // not told
		{mods.Of(mods.DoubleTime), 67 * time.Second, false},
		{mods.Of(mods.DoubleTime), 50 * time.Second, true},
		{mods.Of(mods.HalfTime), 100 * time.Second, false}, // of the music
	} {
		sub := subject{
			score: scores.Score{Mods: test.mods, PlayTime: test.time}, beatmap: &beatmaps.Beatmap{Length: 100 * time.Second},
		}
		if short, least := tooShort(sub); short != test.short {
			t.Errorf("%v with %v: %v, at least %v", test.time, test.mods, short, least)
		}
	}
}

func TestPresses(t *testing.T) {
	const k1, k2, m1 = replay.Left1 | replay.Left2, replay.Right1 | replay.Right2, replay.Left1
	press := func(keys ...replay.Keys) (frames []replay.Frame) {
		for i, k := range keys {
			frames = append(frames, replay.Frame{Time: int32(i), Keys: k})
		}
		return frames
	}
	if got := presses(osu.Standard, press(0, k1, k1, 0, k2, k2|k1, k1, 0, m1, replay.Smoke)); got != 4 {
		t.Errorf("osu!: %d", got)
	}
	if got := presses(osu.Taiko, press(0, replay.LeftCentre|replay.RightCentre, 0, replay.LeftRim)); got != 3 {
		t.Errorf("taiko: %d", got)
	}
	columns := []replay.Frame{{X: 0}, {X: 5}, {X: 7}, {X: 0}, {X: 1}}
	if got := presses(osu.Mania, columns); got != 4 {
		t.Errorf("mania: %d", got)
	}
}

// TestPrints says that prints are those of any frames, and that what is not finite is bounded.
func TestPrints(t *testing.T) {
	odd := float32(math.Inf(1))
	frames := []replay.Frame{{Time: -5, X: odd, Y: -odd}, {Time: -5, X: float32(math.NaN())}, {Time: math.MaxInt32, X: 1e30}}
	m := &moves{osu.Standard, frames}
	if m.whole() == (&moves{osu.Standard, frames[:2]}).whole() {
		t.Error("a frame more or less is the same")
	}
	if got := m.partial(time.Hour); len(got) != parts {
		t.Errorf("%d parts", len(got))
	}
	if got := m.partial(time.Second); got != nil {
		t.Errorf("of a second: %v", got)
	}
	if !m.still() {
		t.Error("three frames tell players apart")
	}
	if d := m.apart(m); !(d >= 0) {
		t.Errorf("%v pixels from itself", d)
	}
}

func FuzzWatch(f *testing.F) {
	data, err := replay.Compress(&replay.Recording{Frames: []replay.Frame{{Time: 1, X: 2, Y: 3, Keys: 1}, {Time: 5}}, Seeded: true})
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(data), uint8(0))
	file := replay.Replay{Version: replay.Latest, Frames: data, Player: "p"}
	f.Add(file.Append(nil), uint8(3))
	f.Fuzz(func(t *testing.T, data []byte, ruleset uint8) {
		score := scores.Score{
			ID: 1, UserID: 2, Ruleset: osu.Ruleset(ruleset) % osu.Rulesets, Mods: mods.Of(mods.HardRock), Passed: true,
			Statistics: map[string]int32{"great": 10},
		}
		m, found := watch(subject{score: score, beatmap: &beatmaps.Beatmap{Length: time.Minute}}, data)
		for _, x := range found {
			if len(x.Detail) > moderation.MaxDetail || x.Weight < 1 || x.Weight > 100 || x.ScoreID != 1 {
				t.Errorf("%+v", x)
			}
		}
		if m != nil {
			m.whole()
			m.partial(time.Minute)
			m.apart(m)
			m.still()
		}
	})
}
