package local

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/database/databasetest"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/modules/scores/scorestest"
	"github.com/pure-peace/peace/modules/state/memory"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/mods"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// The steps of a submission, in order.
var steps = []string{"kept", "weighed", "claimed", "inserted", "placed", "committing", "settled"}

const (
	aMap  int32 = 50
	aUser int32 = 2000
)

// newWorld returns a world with some beatmaps and players.
func newWorld(t testing.TB) *scorestest.World {
	t.Helper()
	topics, err := memory.New(t.Context(), memory.Config{}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := topics.Close(); err != nil {
			t.Error(err)
		}
	})
	w := scorestest.NewWorld(topics)
	for id := aMap; id < aMap+5; id++ {
		w.Beatmap(t, id, osu.Standard, osu.StatusRanked)
	}
	for id := aUser; id < aUser+100; id++ {
		w.User(t, id, "DE", false)
	}
	return w
}

func newService(t testing.TB, db *database.DB, w *scorestest.World) *Service {
	t.Helper()
	s, err := New(t.Context(), DefaultConfig(), Deps{
		DB: db, State: w.Topics, Users: w.Users(), Beatmaps: w.Beatmaps(), Performance: w.Performance(),
		Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func submission(key string, user, beatmap, greats int32, total int64) scores.Submission {
	return scores.Submission{
		Key: key, UserID: user, Client: scores.Stable, ClientVersion: "20251121", BeatmapMD5: scorestest.MD5(beatmap),
		Mods: mods.Of(mods.Classic), Statistics: map[string]int32{"great": greats, "ok": 100 - greats}, MaxCombo: 100,
		Total: total, Grade: osu.GradeNone, Passed: true, PlayTime: time.Minute, EndedAt: time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC),
	}
}

// due makes everything that waits due now, as if time had passed.
func due(t *testing.T, db *database.DB) {
	t.Helper()
	_, err := db.NewUpdate().Table("score_submissions").Set("due_at = ?", time.Now().UTC().Add(-time.Second)).
		Where("due_at IS NOT NULL").Exec(t.Context())
	if err != nil {
		t.Fatal(err)
	}
}

func count(t *testing.T, db *database.DB, table string) int {
	t.Helper()
	n, err := db.NewSelect().Table(table).Count(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return int(n)
}

// wantOnce says that so many plays of aMap were recorded, each once.
func wantOnce(t *testing.T, db *database.DB, s *Service, plays int) {
	t.Helper()
	if n := count(t, db, "scores"); n != plays {
		t.Errorf("%d scores, want %d", n, plays)
	}
	entries, err := s.Entries(t.Context(), 0, scores.MaxBatch)
	if err != nil || len(entries) != plays {
		t.Errorf("%d entries, want %d, %v", len(entries), plays, err)
	}
	for i, e := range entries {
		if e.Seq != int64(i+1) || e.Kind != scores.ScoreRecorded {
			t.Errorf("entry %d is %+v", i+1, e)
		}
	}
	var m beatmapRow
	if err := db.NewSelect().Model(&m).Where("beatmap_id = ?", aMap).Scan(t.Context()); err != nil {
		t.Fatal(err)
	}
	if m.Plays != int32(plays) || m.Passes != int32(plays) {
		t.Errorf("%d plays, %d passes, want %d", m.Plays, m.Passes, plays)
	}
}

// TestStoppedAtEachStep stops a submission at each of its steps. Whether the client sends it again or another process finds it: it
// counts once.
func TestStoppedAtEachStep(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		for i, step := range steps {
			for j, recovery := range []string{"found", "sent again"} {
				t.Run(step+" "+recovery, func(t *testing.T) {
					w := newWorld(t)
					sub := submission(fmt.Sprint("key", i, j), aUser+int32(i), aMap, 90, int64(1000*i+j+1))
					before := count(t, db, "scores")

					first := newService(t, db, w)
					first.stop = func(at string) error {
						if at == step {
							return errStopped
						}
						return nil
					}
					if _, err := first.Submit(t.Context(), sub); !errors.Is(err, errStopped) {
						t.Fatalf("was not stopped: %v", err)
					}
					second := newService(t, db, w)
					if recovery == "found" {
						due(t, db)
						if _, err := second.processSome(t.Context()); err != nil {
							t.Fatal(err)
						}
					} else if _, err := second.Submit(t.Context(), sub); err != nil {
						t.Fatal(err)
					}
					result, err := second.Submitted(t.Context(), sub.UserID, sub.Key)
					if err != nil {
						t.Fatal(err)
					}
					again, err := second.Submit(t.Context(), sub)
					if err != nil {
						t.Fatal(err)
					}
					if d := cmp.Diff(result, again); d != "" {
						t.Error(d)
					}
					if result.Plays != int32(before+1) || result.Seq != int64(before+1) {
						t.Errorf("%+v", result)
					}
					wantOnce(t, db, second, before+1)
				})
			}
		}
	})
}

// TestFaultAtEachStep has each step fail once, as when the database is gone for a moment.
func TestFaultAtEachStep(t *testing.T) {
	db, w := databasetest.Open(t, database.SQLite), newWorld(t)
	for i, step := range steps[1:6] {
		s := newService(t, db, w)
		var failed atomic.Bool
		s.stop = func(at string) error {
			if at == step && !failed.Swap(true) {
				return errors.New("the database is gone")
			}
			return nil
		}
		sub := submission(fmt.Sprint("key", i), aUser, aMap, 90, 1000)
		if _, err := s.Submit(t.Context(), sub); !errors.Is(err, scores.ErrPending) {
			t.Errorf("%s: %v", step, err)
		}
		due(t, db)
		if n, err := s.processSome(t.Context()); n != 1 || err != nil {
			t.Errorf("%s: %d were due, %v", step, n, err)
		}
		wantOnce(t, db, s, i+1)
	}
}

// TestOneOfABatch says that a submission that cannot be written does not keep the others of its batch from it.
func TestOneOfABatch(t *testing.T) {
	db, w := databasetest.Open(t, database.SQLite), newWorld(t)
	s := newService(t, db, w)
	batch := make([]*intake, 3)
	for i := range batch {
		sub := submission(fmt.Sprint("key", i), aUser, aMap, 90, 1000)
		batch[i] = &intake{sub: sub, row: submissionRow{Key: sub.Key, UserID: aUser, BeatmapMD5: sub.BeatmapMD5, Payload: []byte{}}}
	}
	for i, err := range s.keep(t.Context(), batch) {
		if err != nil {
			t.Fatal(i, err)
		}
		if batch[i].weighed, err = s.weigh(t.Context(), &batch[i].sub); err != nil {
			t.Fatal(err)
		}
	}
	batch[1].row.Key = "gone"
	for i, err := range s.settle(t.Context(), batch) {
		if (err != nil) != (i == 1) {
			t.Errorf("%d: %v", i, err)
		}
	}
	wantOnce(t, db, s, 2)
}

// TestTwoProcesses has two services share a database: what arrives at both counts once, and each sees what the other did.
func TestTwoProcesses(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		w := newWorld(t)
		services := [2]*Service{newService(t, db, w), newService(t, db, w)}
		board := scores.Board{BeatmapID: aMap, Client: scores.Stable, Limit: 50}
		for _, s := range services { // boards are in memory from now on
			if _, err := s.Leaderboard(t.Context(), board); err != nil {
				t.Fatal(err)
			}
		}
		const plays = 40
		var wg sync.WaitGroup
		for i := range 2 * plays {
			wg.Go(func() {
				n := i / 2
				sub := submission(fmt.Sprint("key", n), aUser+int32(n%10), aMap, 90, int64(1000+n))
				if _, err := services[i%2].Submit(t.Context(), sub); err != nil {
					t.Error(err)
				}
			})
		}
		for range 2 {
			wg.Go(func() {
				for _, s := range services {
					if _, err := s.processSome(t.Context()); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		wantOnce(t, db, services[0], plays)
		for i, s := range services {
			seq, err := s.Latest(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if err := s.boards.catchUp(t.Context(), db, seq); err != nil {
				t.Fatal(err)
			}
			got, err := s.Leaderboard(t.Context(), board)
			if err != nil || got.Count != 10 || got.Scores[0].Score.Classic != 1000+plays-1 {
				t.Errorf("%d: %+v, %v", i, got, err)
			}
		}
	})
}

// victim names the variables that make this test binary a process to be killed.
const victim = "PEACE_SCORES_VICTIM"

// TestKill kills a process that takes plays, at each step, as kill -9 does. Its clients send again what they got no answer for;
// what they do not, the next process finds.
func TestKill(t *testing.T) {
	for _, step := range steps {
		t.Run(step, func(t *testing.T) {
			db := databasetest.Open(t, database.SQLite)
			command := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestVictim$")
			command.Env = append(os.Environ(), victim+"="+step+" "+string(db.URL()))
			output, err := command.CombinedOutput()
			var exit *exec.ExitError
			if !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
				t.Fatalf("was not killed: %v\n%s", err, output)
			}
			s := newService(t, db, newWorld(t))
			kept := count(t, db, "score_submissions")
			if kept == 0 {
				t.Error("nothing was kept")
			}
			due(t, db)
			for n := 1; n > 0; {
				if n, err = s.processSome(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			wantOnce(t, db, s, kept)
			for i := range victims {
				if _, err := s.Submit(t.Context(), victimPlay(i)); err != nil {
					t.Error(err)
				}
			}
			wantOnce(t, db, s, victims)
		})
	}
}

const victims = 30

func victimPlay(i int) scores.Submission {
	return submission(fmt.Sprint("key", i), aUser+int32(i%7), aMap, 90, int64(1000+i))
}

// TestVictim is the process that TestKill kills: after some plays it dies at the step that it was told.
func TestVictim(t *testing.T) {
	step, url, ok := strings.Cut(os.Getenv(victim), " ")
	if !ok {
		t.Skip("is nobody's victim")
	}
	s := newService(t, databasetest.Connect(t, database.URL(url)), newWorld(t))
	var times atomic.Int32
	s.stop = func(at string) error {
		if at == step && times.Add(1) == 3 {
			if err := syscall.Kill(os.Getpid(), syscall.SIGKILL); err != nil {
				t.Error(err)
			}
			select {}
		}
		return nil
	}
	for first := 0; first < victims; first += 5 {
		var wg sync.WaitGroup
		for i := first; i < first+5; i++ {
			wg.Go(func() {
				if _, err := s.Submit(context.WithoutCancel(t.Context()), victimPlay(i)); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	}
}

func TestConfig(t *testing.T) {
	if err := DefaultConfig().Validate(); err != nil {
		t.Error(err)
	}
	for key, spoil := range map[string]func(*Config){
		"stable.relax":  func(c *Config) { c.Stable.Relax = "pp" },
		"lazer.vanilla": func(c *Config) { c.Lazer.Vanilla = "" },
		"queue":         func(c *Config) { c.Queue = 0 },
		"batch":         func(c *Config) { c.Batch = 1000 },
		"workers":       func(c *Config) { c.Workers = 0 },
		"timeout":       func(c *Config) { c.Timeout = time.Hour },
		"retry":         func(c *Config) { c.Retry = 0 },
		"counts":        func(c *Config) { c.Counts = 0 },
		"recent":        func(c *Config) { c.Recent = 0 },
		"cache":         func(c *Config) { c.Cache = 1 },
	} {
		cfg := DefaultConfig()
		spoil(&cfg)
		if err := cfg.Validate(); err == nil || !strings.HasPrefix(err.Error(), key+": ") {
			t.Errorf("%s: %v", key, err)
		}
		if _, err := New(t.Context(), cfg, Deps{}); err == nil {
			t.Errorf("%s: accepted", key)
		}
	}
}
