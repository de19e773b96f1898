package local

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/database/databasetest"
	"github.com/pure-peace/peace/modules/fault"
	"github.com/pure-peace/peace/modules/moderation"
	"github.com/pure-peace/peace/modules/moderation/moderationtest"
	"github.com/pure-peace/peace/modules/performance"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/modules/state/memory"
	"github.com/pure-peace/peace/osu"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func newService(t testing.TB, db *database.DB, world *moderationtest.World, edit func(*Config, *Deps)) *Service {
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
	config := DefaultConfig()
	deps := Deps{
		DB: db, Scores: world, Beatmaps: world, Performance: world, Files: world.Files, Users: world, Topics: topics, Log: log,
	}
	if edit != nil {
		edit(&config, &deps)
	}
	s, err := New(t.Context(), config, deps)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestConfig(t *testing.T) {
	if err := DefaultConfig().Validate(); err != nil {
		t.Error(err)
	}
	nan := 0.0
	for key, spoil := range map[string]func(*Config){
		"workers":    func(c *Config) { c.Workers = 17 },
		"per_second": func(c *Config) { c.PerSecond = nan / nan },
		"batch":      func(c *Config) { c.Batch = 0 },
		"similar":    func(c *Config) { c.Similar = -1 },
	} {
		config := DefaultConfig()
		spoil(&config)
		if err := config.Validate(); err == nil || !strings.HasPrefix(err.Error(), key+": ") {
			t.Errorf("%s: %v", key, err)
		}
	}
}

// TestQueue says that a score is inspected by one worker, put off when that fails, taken up by another when a worker is gone,
// and given up after some attempts.
func TestQueue(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		world := moderationtest.NewWorld(nil)
		down := &difficulties{Performance: world, err: fault.New(fault.Unavailable, "test", "gone", "gone")}
		s := newService(t, db, world, func(_ *Config, deps *Deps) { deps.Performance = down })
		id := world.Play(t, moderationtest.Honest(world.NewUser(0), world.NewBeatmap(osu.Standard)), nil)
		if err := s.follower.CatchUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		at := now()
		row := take(t, s, at, id)
		none(t, s, at) // it is taken
		s.attempt(t.Context(), row)
		none(t, s, now()) // it is put off
		row = take(t, s, now().Add(5*time.Second), id)
		if row.Attempts != 2 {
			t.Errorf("%d attempts", row.Attempts)
		}
		// This worker dies. After the lease, another one goes on.
		at = now().Add(lease + 10*time.Second)
		row = take(t, s, at, id)
		down.err = nil
		s.attempt(t.Context(), row)
		none(t, s, at.Add(24*time.Hour))

		// One that never succeeds is given up.
		id = world.Play(t, moderationtest.Honest(world.NewUser(0), world.NewBeatmap(osu.Standard)), nil)
		if err := s.follower.CatchUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		down.err = fault.New(fault.Unavailable, "test", "gone", "gone")
		at = now()
		for range maxAttempts {
			at = at.Add(time.Hour)
			s.attempt(t.Context(), take(t, s, at, id))
		}
		none(t, s, at.Add(24*time.Hour))

		// One that is removed before its turn is dropped.
		down.err = nil
		id = world.Play(t, moderationtest.Honest(world.NewUser(0), world.NewBeatmap(osu.Standard)), nil)
		if err := s.follower.CatchUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		world.Remove(t, id)
		s.attempt(t.Context(), take(t, s, now(), id))
		none(t, s, at.Add(24*time.Hour))
	})
}

// difficulties is a performance module that may be down.
type difficulties struct {
	Performance

	err error
}

func (d *difficulties) Difficulty(ctx context.Context, target performance.Target) (performance.Difficulty, error) {
	if d.err != nil {
		return performance.Difficulty{}, d.err
	}
	return d.Performance.Difficulty(ctx, target)
}

func take(t *testing.T, s *Service, at time.Time, id int64) inspectionRow {
	t.Helper()
	row, err := s.store.take(t.Context(), at)
	if err != nil || row.ScoreID != id {
		t.Fatalf("took %+v, %v, want %d", row, err, id)
	}
	return row
}

func none(t *testing.T, s *Service, at time.Time) {
	t.Helper()
	if row, err := s.store.take(t.Context(), at); !errors.Is(err, sql.ErrNoRows) {
		t.Fatalf("took %+v, %v", row, err)
	}
}

// TestTakenOnce has workers take from one queue at the same time.
func TestTakenOnce(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		world := moderationtest.NewWorld(nil)
		s := newService(t, db, world, nil)
		m := world.NewBeatmap(osu.Standard)
		const plays = 40
		for range plays {
			world.Play(t, moderationtest.Honest(world.NewUser(0), m), nil)
		}
		if err := s.follower.CatchUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		var (
			wg    sync.WaitGroup
			mu    sync.Mutex
			taken = map[int64]int{}
		)
		at := now()
		for range 4 {
			wg.Go(func() {
				for misses := 0; misses < 20; {
					row, err := s.store.take(t.Context(), at)
					switch {
					case errors.Is(err, sql.ErrNoRows):
						misses++ // the others may have taken all that it looked at
					case err != nil:
						t.Error(err)
						return
					default:
						mu.Lock()
						taken[row.ScoreID]++
						mu.Unlock()
					}
				}
			})
		}
		wg.Wait()
		if len(taken) != plays {
			t.Errorf("%d of %d were taken", len(taken), plays)
		}
		for id, n := range taken {
			if n != 1 {
				t.Errorf("%d was taken %d times", id, n)
			}
		}
	})
}

// TestCrashes has two processes follow a log and inspect, each of which is given up in the middle of what it does, again and
// again: in the end everything was found once.
func TestCrashes(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		world := moderationtest.NewWorld(nil)
		m := world.NewBeatmap(osu.Standard)
		const plays = 40
		users := make([]int32, plays)
		for i := range plays {
			users[i] = world.NewUser(0)
			score := moderationtest.Honest(users[i], m)
			score.MaxCombo = 1000
			score.Doubts = []scores.Doubt{{Kind: "checksum"}}
			world.Play(t, score, nil)
		}
		config := func(c *Config, _ *Deps) { c.Batch, c.PerSecond = 3, 1000 }
		var wg sync.WaitGroup
		for range 2 {
			wg.Go(func() {
				for range 15 {
					s := newService(t, db, world, config)
					ctx, cancel := context.WithTimeout(t.Context(), time.Duration(1+rand.IntN(30))*time.Millisecond)
					if err := s.Run(ctx); err != nil {
						t.Error(err)
					}
					cancel()
				}
			})
		}
		wg.Wait()
		s := newService(t, db, world, config)
		if err := s.follower.CatchUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		for at := now().Add(time.Hour); ; at = at.Add(time.Hour) {
			row, err := s.store.take(t.Context(), at)
			if errors.Is(err, sql.ErrNoRows) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			s.attempt(t.Context(), row)
		}
		for _, user := range users {
			found, err := s.Findings(t.Context(), moderation.Query{UserID: user, Limit: 10})
			if err != nil {
				t.Fatal(err)
			}
			if len(found) != 3 || found[0].Seen != 1 || found[1].Seen != 1 || found[2].Seen != 1 {
				t.Fatalf("%+v", found)
			}
		}
		list, err := s.Suspects(t.Context(), 0, 100)
		if err != nil || len(list) != plays {
			t.Fatalf("%d suspects, %v", len(list), err)
		}
		for _, x := range list {
			if x.Findings != 3 || x.Weight != weightOf("checksum")+weightOf(kindCombo)+weightOf(kindReplayMissing) {
				t.Errorf("%+v", x)
			}
		}
	})
}

// BenchmarkFollow works through a log of plays of which every tenth is doubtful.
func BenchmarkFollow(b *testing.B) {
	world := moderationtest.NewWorld(nil)
	s := newService(b, databasetest.Open(b, database.SQLite), world, nil)
	m := world.NewBeatmap(osu.Mania)
	user := world.NewUser(0)
	const plays = 2000
	for b.Loop() {
		b.StopTimer()
		for i := range plays {
			score := moderationtest.Honest(user, m)
			score.Client = scores.Lazer
			if i%10 == 0 {
				score.Doubts = []scores.Doubt{{Kind: "checksum", Detail: "is not that of the play"}}
			}
			world.Play(b, score, nil)
		}
		b.StartTimer()
		if err := s.follower.CatchUp(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(plays*b.N)/b.Elapsed().Seconds(), "plays/s")
}

// BenchmarkInspect looks at a replay of a minute on a beatmap with a thousand others.
func BenchmarkInspect(b *testing.B) {
	world := moderationtest.NewWorld(nil)
	s := newService(b, databasetest.Open(b, database.SQLite), world, nil)
	m := world.NewBeatmap(osu.Standard)
	var ids []int64
	for range 1000 {
		user := world.NewUser(0)
		ids = append(ids, world.Play(b, moderationtest.Honest(user, m), moderationtest.Frames(osu.Standard, uint64(user))))
	}
	for i := 0; b.Loop(); i++ {
		if err := s.inspect(b.Context(), ids[i%len(ids)]); err != nil {
			b.Fatal(err)
		}
	}
}
