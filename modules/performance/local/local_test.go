package local

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/database/databasetest"
	"github.com/pure-peace/peace/modules/performance"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/osutest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// counting is the official algorithm under another name and version, which can be held up and counts its calculations.
type counting struct {
	Official
	name    string
	version int
	hold    chan struct{} // nil, or closed to let calculations go on
	calls   *atomic.Int32
}

func (c counting) Name() string            { return c.name }
func (c counting) Version(osu.Ruleset) int { return c.version }

func (c counting) Difficulty(
	ctx context.Context, m *beatmap.Beatmap, r osu.Ruleset, set mods.Set, passed int,
) (Attributes, error) {
	c.calls.Add(1)
	if c.hold != nil {
		select {
		case <-c.hold:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return c.Official.Difficulty(ctx, m, r, set, passed)
}

func open(t *testing.T, db *database.DB, change func(*Config), algorithms ...Algorithm) *Service {
	t.Helper()
	cfg := DefaultConfig()
	cfg.Beatmaps = t.TempDir()
	if change != nil {
		change(&cfg)
	}
	s, err := New(t.Context(), cfg, Deps{DB: db, Algorithms: algorithms, Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func teach(t *testing.T, s *Service, name string) performance.Target {
	t.Helper()
	md5, err := s.Learn(t.Context(), osutest.Sources(t)[0].Map(t, name))
	if err != nil {
		t.Fatal(err)
	}
	return performance.Target{Beatmap: md5}
}

// A beatmap that takes too long fails with ErrTooHard and leaves its worker to the next one.
func TestNobodyStallsThePool(t *testing.T) {
	stuck := counting{name: "stuck", version: 1, hold: make(chan struct{}), calls: new(atomic.Int32)}
	s := open(t, databasetest.Open(t, database.SQLite), func(c *Config) {
		c.Workers, c.Timeout = 1, 20*time.Millisecond
	}, stuck)
	target := teach(t, s, "osu-mixed")
	hard := target
	hard.Algorithm = "stuck"
	if _, err := s.Difficulty(t.Context(), hard); !errors.Is(err, performance.ErrTooHard) {
		t.Errorf("a calculation without an end: %v", err)
	}
	s.pool.timeout = time.Minute
	if d, err := s.Difficulty(t.Context(), target); err != nil || d.Stars <= 0 {
		t.Errorf("the next one: %v stars, %v", d.Stars, err)
	}
}

func TestQueueIsBounded(t *testing.T) {
	held := counting{name: "held", version: 1, hold: make(chan struct{}), calls: new(atomic.Int32)}
	s := open(t, databasetest.Open(t, database.SQLite), func(c *Config) { c.Workers, c.Queue, c.Timeout = 1, 1, time.Minute }, held)
	target := teach(t, s, "osu-mixed")
	target.Algorithm = "held"
	var group sync.WaitGroup
	ask := func(set mods.Set) {
		group.Go(func() {
			if _, err := s.Difficulty(t.Context(), performance.Target{Beatmap: target.Beatmap, Mods: set, Algorithm: "held"}); err != nil {
				t.Error(err)
			}
		})
	}
	ask(nil)                     // runs
	ask(mods.Of(mods.HardRock))  // waits
	for len(s.pool.places) < 2 { // until both are there
		time.Sleep(time.Millisecond) // nothing tells when a goroutine waits for a semaphore
	}
	target.Mods = mods.Of(mods.Easy)
	if _, err := s.Difficulty(t.Context(), target); !errors.Is(err, performance.ErrBusy) {
		t.Errorf("one too many: %v", err)
	}
	close(held.hold)
	group.Wait()
}

// Equal questions at once are one calculation, whose attributes are remembered, stored and found by the next process.
func TestCalculatedOnce(t *testing.T) {
	db := databasetest.Open(t, database.SQLite)
	counted := counting{name: "counted", version: 1, hold: make(chan struct{}), calls: new(atomic.Int32)}
	s := open(t, db, nil, counted)
	target := teach(t, s, "osu-mixed")
	target.Algorithm = "counted"
	var group sync.WaitGroup
	for range 10 {
		group.Go(func() {
			if _, err := s.Difficulty(t.Context(), target); err != nil {
				t.Error(err)
			}
		})
	}
	close(counted.hold)
	group.Wait()
	before, err := s.Difficulty(t.Context(), target)
	if err != nil {
		t.Fatal(err)
	}
	next := open(t, db, nil, counted) // with a folder of its own, in which no beatmap is
	after, err := next.Difficulty(t.Context(), target)
	if err != nil || after.Stars != before.Stars {
		t.Errorf("another process: %v stars, %v; want %v", after.Stars, err, before.Stars)
	}
	if n := counted.calls.Load(); n != 1 {
		t.Errorf("calculated %d times", n)
	}
	// Mods without an effect on difficulty share attributes.
	target.Mods = mods.Of(mods.NoFail)
	if _, err := next.Difficulty(t.Context(), target); err != nil || counted.calls.Load() != 1 {
		t.Errorf("with NF: %v, calculated %d times", err, counted.calls.Load())
	}
}

// A new version is calculated beside the old one, whose attributes stay.
func TestVersionsSideBySide(t *testing.T) {
	db := databasetest.Open(t, database.SQLite)
	var calls atomic.Int32
	old := counting{name: "ours", version: 1, calls: &calls}
	s := open(t, db, func(c *Config) { c.Algorithm = "ours" }, old)
	target := teach(t, s, "osu-mixed")
	if d, err := s.Difficulty(t.Context(), target); err != nil || d.Version != 1 || d.Algorithm != "ours" {
		t.Fatal(d.Algorithm, d.Version, err)
	}
	newer := counting{name: "ours-next", version: 2, calls: &calls}
	s = open(t, db, func(c *Config) { c.Algorithm, c.Beatmaps = "ours", s.cfg.Beatmaps }, old, newer)
	preview := target
	preview.Algorithm = "ours-next"
	if d, err := s.Difficulty(t.Context(), preview); err != nil || d.Version != 2 {
		t.Fatal(d.Version, err)
	}
	if d, err := s.Difficulty(t.Context(), target); err != nil || d.Version != 1 {
		t.Fatal(d.Version, err)
	}
	if n := calls.Load(); n != 2 {
		t.Errorf("calculated %d times, want once each", n)
	}
}

// What the library refuses to calculate is the beatmap's fault, and said so.
func TestHostileBeatmaps(t *testing.T) {
	s := open(t, databasetest.Open(t, database.SQLite), nil)
	var b strings.Builder
	b.WriteString("osu file format v14\n[Difficulty]\nSliderMultiplier:0.4\nSliderTickRate:8\n[TimingPoints]\n0,6,4,1,0,100,1,0\n[HitObjects]\n")
	for i := range 100 {
		fmt.Fprintf(&b, "0,0,%d,2,0,L|500:0,9000,500\n", i)
	}
	md5, err := s.Learn(t.Context(), []byte(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.Difficulty(t.Context(), performance.Target{Beatmap: md5})
	if !errors.Is(err, performance.ErrBadBeatmap) || !strings.Contains(err.Error(), "ticks") {
		t.Errorf("ticks without end: %v", err)
	}
}

func TestDamagedAttributesAreCalculatedAnew(t *testing.T) {
	db := databasetest.Open(t, database.SQLite)
	s := open(t, db, nil)
	target := teach(t, s, "osu-mixed")
	want, err := s.Difficulty(t.Context(), target)
	if err != nil {
		t.Fatal(err)
	}
	for _, damage := range []string{"", "{}", `{"ruleset":0,"difficulty":{"star_rating":"high"}}`} {
		if _, err := db.NewUpdate().Model((*row)(nil)).Set("attributes = ?", damage).Where("1 = 1").Exec(t.Context()); err != nil {
			t.Fatal(err)
		}
		next := open(t, db, func(c *Config) { c.Beatmaps = s.cfg.Beatmaps })
		if got, err := next.Difficulty(t.Context(), target); err != nil || got.Stars != want.Stars {
			t.Errorf("after %q: %v stars, %v", damage, got.Stars, err)
		}
	}
}

func TestFolder(t *testing.T) {
	f := folder{t.TempDir()}
	name, err := f.put([]byte("hello"))
	if err != nil || name != "5d41402abc4b2a76b9719d911017c592" {
		t.Fatal(name, err)
	}
	if again, err := f.put([]byte("hello")); err != nil || again != name {
		t.Error(again, err)
	}
	if b, ok, err := f.get(name); string(b) != "hello" || !ok || err != nil {
		t.Error(string(b), ok, err)
	}
	if _, ok, err := f.get("00000000000000000000000000000000"); ok || err != nil {
		t.Error(ok, err)
	}
	entries, err := os.ReadDir(f.dir)
	if err != nil || len(entries) != 1 {
		t.Error(entries, err)
	}
}

func TestConfig(t *testing.T) {
	if err := DefaultConfig().Validate(); err != nil {
		t.Error(err)
	}
	for _, change := range []func(*Config){
		func(c *Config) { c.Algorithm = "" },
		func(c *Config) { c.Beatmaps = "" },
		func(c *Config) { c.Workers = -1 },
		func(c *Config) { c.Queue = 0 },
		func(c *Config) { c.Timeout = time.Hour },
		func(c *Config) { c.Cache = 0 },
	} {
		c := DefaultConfig()
		change(&c)
		if c.Validate() == nil {
			b, _ := json.Marshal(c)
			t.Errorf("%s is accepted", b)
		}
	}
	c := DefaultConfig()
	c.Algorithm = "guess"
	if _, err := New(t.Context(), c, Deps{}); err == nil {
		t.Error("an algorithm that does not exist is accepted")
	}
}
