package local_test

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"github.com/pure-peace/peace/modules/achievements"
	"github.com/pure-peace/peace/modules/achievements/achievementstest"
	"github.com/pure-peace/peace/modules/achievements/local"
	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/database/databasetest"
	"github.com/pure-peace/peace/modules/fault"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/modules/state/memory"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/mods"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func newService(t testing.TB, db *database.DB, world *achievementstest.World, config local.Config, medals ...local.Medal) *local.Service {
	t.Helper()
	s, err := try(t, db, world, config, medals...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func try(t testing.TB, db *database.DB, world *achievementstest.World, config local.Config, medals ...local.Medal) (*local.Service, error) {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	topics, err := memory.New(t.Context(), memory.Config{}, log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := topics.Close(); err != nil {
			t.Error(err)
		}
	})
	return local.New(t.Context(), config, local.Deps{
		DB: db, Scores: world, Beatmaps: world, Performance: world, Topics: topics, Log: log, Medals: medals,
	})
}

func TestConfig(t *testing.T) {
	if err := local.DefaultConfig().Validate(); err != nil {
		t.Error(err)
	}
	for _, batch := range []int{0, -1, scores.MaxBatch + 1} {
		if err := (local.Config{Batch: batch}).Validate(); err == nil || !strings.HasPrefix(err.Error(), "batch: ") {
			t.Errorf("batch = %d: %v", batch, err)
		}
	}
}

func TestStandardIsValid(t *testing.T) {
	seen := map[string]bool{}
	for _, m := range local.Standard() {
		if seen[m.File] || seen[m.Name+m.Grouping] {
			t.Errorf("%s, %s is there twice", m.File, m.Name)
		}
		seen[m.File], seen[m.Name+m.Grouping] = true, true
		if strings.ContainsAny(m.Name+m.Description, "+/|\n") {
			t.Errorf("%s cannot be shown: %s, %s", m.File, m.Name, m.Description)
		}
	}
}

func always(context.Context, local.Play) (bool, error) { return true, nil }

// TestOwnMedals says that medals of an embedder stand beside the standard ones or take their place, and keep their numbers.
func TestOwnMedals(t *testing.T) {
	db := databasetest.Open(t, database.SQLite)
	world := achievementstest.NewWorld(nil)
	own := local.Medal{File: "own", Name: "Own", Description: "Of this server.", Grouping: "House", Earned: always}
	replaced := local.Medal{File: "all-intro-easy", Name: "Softly", Description: "Another one.", Grouping: "House", Earned: always}

	first := ids(t, newService(t, db, world, local.DefaultConfig()))
	s := newService(t, db, world, local.DefaultConfig(), own, replaced)
	second := ids(t, s)
	for file, id := range first {
		if second[file] != id {
			t.Errorf("%s was %d, is %d", file, id, second[file])
		}
	}
	if id := second["own"]; int(id) != len(first)+1 {
		t.Errorf("the new one is %d", id)
	}
	seq, id := world.Play(t, 1001, world.NewBeatmap(osu.Mania, osu.StatusRanked, 0.5), nil)
	earned, err := s.Earned(t.Context(), seq, id)
	if err != nil || len(earned) != 2 || earned[0].Name != "Softly" || earned[1].Name != "Own" {
		t.Errorf("%+v, %v", earned, err)
	}
	// Without the medal its awards are not shown, and come back with it.
	without := newService(t, db, world, local.Config{Batch: 1, Standard: true})
	if awards, err := without.Of(t.Context(), []int32{1001}); err != nil || len(awards) != 1 {
		t.Errorf("%+v, %v", awards, err)
	}
	alone := newService(t, db, world, local.Config{Batch: 1}, own)
	if awards, err := alone.Of(t.Context(), []int32{1001}); err != nil || len(awards) != 1 || awards[0].AchievementID != second["own"] {
		t.Errorf("%+v, %v", awards, err)
	}
}

func ids(t *testing.T, s achievements.Service) map[string]int32 {
	t.Helper()
	all, err := s.Achievements(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]int32{}
	for _, a := range all {
		found[a.File] = a.ID
	}
	return found
}

func TestBadMedals(t *testing.T) {
	good := local.Medal{File: "own", Name: "Own", Description: "Of this server.", Grouping: "House", Earned: always}
	bad := func(spoil func(*local.Medal)) []local.Medal {
		m := good
		spoil(&m)
		return []local.Medal{m}
	}
	none := osu.Rulesets
	for name, medals := range map[string][]local.Medal{
		"no file":        bad(func(m *local.Medal) { m.File = "" }),
		"a path":         bad(func(m *local.Medal) { m.File = "../own" }),
		"no name":        bad(func(m *local.Medal) { m.Name = "" }),
		"a plus":         bad(func(m *local.Medal) { m.Name = "A+" }),
		"a slash":        bad(func(m *local.Medal) { m.Description = "9/5" }),
		"a line":         bad(func(m *local.Medal) { m.Description = "|" }),
		"too long":       bad(func(m *local.Medal) { m.Description = strings.Repeat("d", 201) }),
		"no ruleset":     bad(func(m *local.Medal) { m.Ruleset = &none }),
		"not to be had":  bad(func(m *local.Medal) { m.Earned = nil }),
		"the same twice": {good, good},
	} {
		if _, err := try(t, databasetest.Open(t, database.SQLite), achievementstest.NewWorld(nil), local.DefaultConfig(), medals...); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// TestNumberedTogether has processes start at once with new medals.
func TestNumberedTogether(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		world := achievementstest.NewWorld(nil)
		var (
			wg    sync.WaitGroup
			mu    sync.Mutex
			found []map[string]int32
		)
		for range 3 {
			s := make(chan *local.Service, 1)
			wg.Go(func() {
				service, err := try(t, db, world, local.DefaultConfig())
				if err != nil {
					t.Error(err)
				}
				s <- service
				mu.Lock()
				defer mu.Unlock()
				if service != nil {
					found = append(found, ids(t, service))
				}
			})
		}
		wg.Wait()
		for _, other := range found[1:] {
			if diff := cmp.Diff(found[0], other); diff != "" {
				t.Error(diff)
			}
		}
	})
}

// TestAssisted says that Relax earns medals where the operator wants it.
func TestAssisted(t *testing.T) {
	world := achievementstest.NewWorld(nil)
	config := local.DefaultConfig()
	config.Assisted = true
	s := newService(t, databasetest.Open(t, database.SQLite), world, config)
	seq, id := world.Play(t, 1001, world.NewBeatmap(osu.Standard, osu.StatusRanked, 3), mods.Of(mods.Relax),
		func(score *scores.Score) { score.Variant = osu.Relax })
	if earned, err := s.Earned(t.Context(), seq, id); err != nil || len(earned) != 1 {
		t.Errorf("%v, %v", earned, err)
	}
}

// TestBrokenCondition says that a condition that fails holds up nothing that came before, and is asked again.
func TestBrokenCondition(t *testing.T) {
	world := achievementstest.NewWorld(nil)
	broken := true
	s := newService(t, databasetest.Open(t, database.SQLite), world, local.DefaultConfig(), local.Medal{
		File: "own", Name: "Own", Description: "Of this server.", Grouping: "House",
		Earned: func(_ context.Context, play local.Play) (bool, error) {
			if broken && play.Score.MaxCombo == 7 {
				return false, errors.New("cannot say")
			}
			return true, nil
		},
	})
	m := world.NewBeatmap(osu.Mania, osu.StatusRanked, 0.5)
	before, good := world.Play(t, 1001, m, nil)
	seq, bad := world.Play(t, 1002, m, nil, func(score *scores.Score) { score.MaxCombo = 7 })
	if _, err := s.Earned(t.Context(), seq, bad); !errors.Is(err, achievements.ErrPending) {
		t.Errorf("the broken one: %v", err)
	}
	if earned, err := s.Earned(t.Context(), before, good); err != nil || len(earned) != 1 {
		t.Errorf("the one before: %v, %v", earned, err)
	}
	broken = false
	if earned, err := s.Earned(t.Context(), seq, bad); err != nil || len(earned) != 1 {
		t.Errorf("mended: %v, %v", earned, err)
	}
}

// TestTruth plays, removes, restores and restricts at random while two processes follow, now and then cannot ask, and are
// started anew; in the end everybody has the medals that his scores earn, by the first of them.
func TestTruth(t *testing.T) {
	db := databasetest.Open(t, database.SQLite)
	rapid.Check(t, func(rt *rapid.T) {
		for _, table := range []string{"medal_awards", "medal_earnings", "medal_cursors"} {
			if _, err := db.ExecContext(t.Context(), "DELETE FROM "+table); err != nil {
				t.Fatal(err)
			}
		}
		world := achievementstest.NewWorld(nil)
		maps := []beatmaps.Beatmap{
			world.NewBeatmap(osu.Standard, osu.StatusRanked, 2.2), world.NewBeatmap(osu.Standard, osu.StatusRanked, 3.3),
			world.NewBeatmap(osu.Standard, osu.StatusLoved, 3.3),
		}
		config := local.Config{Standard: true, Batch: rapid.IntRange(1, 5).Draw(rt, "batch")}
		processes := []*local.Service{newService(t, db, world, config), newService(t, db, world, config)}
		start := time.Now().UTC().Truncate(time.Second)
		plays := map[int64]*scores.Score{}
		var order []int64
		for step := range rapid.IntRange(1, 30).Draw(rt, "steps") {
			pick := func() int64 { return order[rapid.IntRange(0, len(order)-1).Draw(rt, "which")] }
			switch action := rapid.IntRange(0, 9).Draw(rt, "action"); {
			case action <= 2 || len(order) == 0:
				m := rapid.SampledFrom(maps).Draw(rt, "beatmap")
				at := start.Add(time.Duration(rapid.IntRange(0, 5).Draw(rt, "at")) * time.Second)
				user := int32(1001 + rapid.IntRange(0, 1).Draw(rt, "user"))
				_, id := world.Play(t, user, m, nil, func(score *scores.Score) {
					score.EndedAt, score.FullCombo = at, rapid.Bool().Draw(rt, "full combo")
					copied := *score
					plays[int64(len(order)+1)] = &copied
				})
				order = append(order, id)
			case action == 3:
				id := pick()
				plays[id].Removed = true
				world.Remove(t, id)
			case action == 4:
				id := pick()
				plays[id].Removed = false
				world.Restore(t, id)
			case action == 5:
				id := pick()
				plays[id].FullCombo = !plays[id].FullCombo
				world.Revalue(t, id, func(score *scores.Score) { score.FullCombo = plays[id].FullCombo })
			case action == 6:
				user := int32(1001 + step%2)
				if rapid.Bool().Draw(rt, "hide") {
					world.Hide(t, user)
				} else {
					world.Show(t, user)
				}
			case action == 7:
				world.Fail(fault.New(fault.Unavailable, "test", "gone", "gone"))
				_, _ = processes[step%2].Earned(t.Context(), 1, 0)
				world.Fail(nil)
			case action == 8:
				processes[step%2] = newService(t, db, world, config)
			default:
				latest, _ := world.Latest(t.Context())
				if _, err := processes[step%2].Earned(t.Context(), rand.Int64N(latest+1), 0); err != nil {
					rt.Fatal(err)
				}
			}
		}
		world.Show(t, 1001)
		last := world.Show(t, 1002)
		for _, s := range processes {
			if _, err := s.Earned(t.Context(), last, 0); err != nil {
				rt.Fatal(err)
			}
		}
		got, err := processes[0].Of(t.Context(), []int32{1001, 1002})
		if err != nil {
			rt.Fatal(err)
		}
		if diff := cmp.Diff(truth(ids(t, processes[0]), maps, plays), byMedal(got)); diff != "" {
			rt.Fatalf("-want +got:\n%s", diff)
		}
	})
}

type owned struct{ user, medal int32 }

func byMedal(awards []achievements.Award) map[owned]int64 {
	found := map[owned]int64{}
	for _, a := range awards {
		found[owned{a.UserID, a.AchievementID}] = a.ScoreID
	}
	return found
}

// truth is by which score each medal is earned, the simple way.
func truth(ids map[string]int32, known []beatmaps.Beatmap, plays map[int64]*scores.Score) map[owned]int64 {
	want := map[owned]int64{}
	for _, id := range slices.Sorted(maps.Keys(plays)) {
		play := plays[id]
		if play.Removed || play.BeatmapID == known[2].ID {
			continue
		}
		stars := map[int32]string{known[0].ID: "2", known[1].ID: "3"}[play.BeatmapID]
		files := []string{"osu-skill-pass-" + stars}
		if play.FullCombo {
			files = append(files, "osu-skill-fc-"+stars)
		}
		for _, file := range files {
			key := owned{play.UserID, ids[file]}
			if first, ok := want[key]; !ok || play.EndedAt.Before(plays[first].EndedAt) {
				want[key] = id
			}
		}
	}
	return want
}

// BenchmarkEarned asks about one play after another, as the edge of score submission does.
func BenchmarkEarned(b *testing.B) {
	world := achievementstest.NewWorld(nil)
	s := newService(b, databasetest.Open(b, database.SQLite), world, local.DefaultConfig())
	m := world.NewBeatmap(osu.Standard, osu.StatusRanked, 4.5)
	for i := 0; b.Loop(); i++ {
		seq, id := world.Play(b, int32(1001+i%5000), m, mods.Of(mods.Hidden))
		if _, err := s.Earned(b.Context(), seq, id); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkFollow works through a long log.
func BenchmarkFollow(b *testing.B) {
	world := achievementstest.NewWorld(nil)
	s := newService(b, databasetest.Open(b, database.SQLite), world, local.DefaultConfig())
	m := world.NewBeatmap(osu.Standard, osu.StatusRanked, 4.5)
	const plays = 2000
	for b.Loop() {
		b.StopTimer()
		var last int64
		for i := range plays {
			last, _ = world.Play(b, int32(1001+i%500), m, mods.Of(mods.Hidden))
		}
		b.StartTimer()
		if _, err := s.Earned(b.Context(), last, 0); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(plays*b.N)/b.Elapsed().Seconds(), "plays/s")
}
