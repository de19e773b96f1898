package scorestest

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"sync"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/beatmaps/beatmapspb"
	"github.com/pure-peace/peace/modules/performance"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/modules/users/userspb"
	"github.com/pure-peace/peace/modules/wire"
	"github.com/pure-peace/peace/osu"
)

// World is everything that a scores module asks others about, in memory: beatmaps, accounts, and pp by a rule that a test can
// follow. Give its parts to the implementation under test.
type World struct {
	Topics state.Topics

	mu       sync.Mutex
	maps     map[int32]beatmaps.Beatmap
	ranked   map[int32]time.Time
	counts   map[int32]beatmaps.Counts
	accounts map[int32]users.User
	audit    []users.AuditEntry
	version  int32
	fault    error // of every question about pp
}

// NewWorld returns a world without beatmaps and accounts whose events go to topics.
func NewWorld(topics state.Topics) *World {
	return &World{
		Topics: topics, maps: map[int32]beatmaps.Beatmap{}, ranked: map[int32]time.Time{}, counts: map[int32]beatmaps.Counts{},
		accounts: map[int32]users.User{}, version: 1,
	}
}

// Beatmap makes or changes a beatmap and tells of it.
func (w *World) Beatmap(t testing.TB, id int32, ruleset osu.Ruleset, status osu.Status) beatmaps.Beatmap {
	t.Helper()
	b := beatmaps.Beatmap{
		ID: id, SetID: id, MD5: MD5(id), Ruleset: ruleset, Status: status, Circles: 100, MaxCombo: 100, CircleSize: 4, Overall: 5,
		HasFile: true,
	}
	w.mu.Lock()
	w.maps[id] = b
	w.mu.Unlock()
	event := wire.Pack(beatmapspb.FromChanged(beatmaps.Changed{SetID: id, Beatmaps: []beatmaps.Beatmap{b}}))
	if err := w.Topics.Publish(t.Context(), beatmaps.Topic, event); err != nil {
		t.Fatal(err)
	}
	return b
}

// RankedAt says when a beatmap was ranked.
func (w *World) RankedAt(id int32, at time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ranked[id] = at
}

// MD5 returns the hash of the beatmap with an id.
func MD5(id int32) string { return fmt.Sprintf("%032x", id) }

// User makes or changes an account and tells of it.
func (w *World) User(t testing.TB, id int32, country string, restricted bool) {
	t.Helper()
	u := users.User{ID: id, Name: fmt.Sprint("user", id), Country: country, Restricted: restricted}
	w.mu.Lock()
	w.accounts[id] = u
	w.mu.Unlock()
	payload, err := proto.Marshal(userspb.FromChanged(users.Changed{User: u, Restricted: true, Country: true}))
	if err == nil {
		err = w.Topics.Publish(t.Context(), users.Topic, payload)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// Version changes the version of the algorithm; pp is proportional to it.
func (w *World) Version(version int32) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.version = version
}

// Fail makes every question about pp end with err; nil ends that.
func (w *World) Fail(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.fault = err
}

// Counts returns what the scores module told of a beatmap's plays.
func (w *World) Counts(id int32) beatmaps.Counts {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.counts[id]
}

// Audit returns what the scores module wrote into the audit log.
func (w *World) Audit() []users.AuditEntry {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.audit)
}

// Beatmaps returns the world's beatmaps module. It answers what a scores module asks, and nothing else.
func (w *World) Beatmaps() beatmaps.Service { return library{world: w} }

type library struct {
	beatmaps.Service
	world *World
}

func (l library) Beatmaps(_ context.Context, keys []beatmaps.Key) ([]beatmaps.Found, error) {
	if len(keys) > beatmaps.MaxBatch {
		return nil, beatmaps.ErrTooLarge
	}
	l.world.mu.Lock()
	defer l.world.mu.Unlock()
	var out []beatmaps.Found
	for _, key := range keys {
		for _, b := range l.world.maps {
			if key.ID != 0 && b.ID == key.ID || key.MD5 != "" && b.MD5 == key.MD5 {
				out = append(out, beatmaps.Found{Key: key, Beatmap: b, Set: beatmaps.Set{ID: b.SetID, RankedAt: l.world.ranked[b.ID]}})
			}
		}
	}
	return out, nil
}

func (l library) SetCounts(_ context.Context, counts []beatmaps.Counts) error {
	if len(counts) > beatmaps.MaxBatch {
		return beatmaps.ErrTooLarge
	}
	l.world.mu.Lock()
	defer l.world.mu.Unlock()
	for _, c := range counts {
		l.world.counts[c.BeatmapID] = c
	}
	return nil
}

// Users returns the world's users module, likewise.
func (w *World) Users() users.Service { return accounts{world: w} }

type accounts struct {
	users.Service
	world *World
}

func (a accounts) Get(_ context.Context, ids []int32) ([]users.User, error) {
	if len(ids) > users.MaxBatch {
		return nil, users.ErrTooLarge
	}
	a.world.mu.Lock()
	defer a.world.mu.Unlock()
	var out []users.User
	for _, id := range ids {
		if u, ok := a.world.accounts[id]; ok {
			out = append(out, u)
		}
	}
	return out, nil
}

func (a accounts) Record(_ context.Context, entry users.AuditEntry) error {
	a.world.mu.Lock()
	defer a.world.mu.Unlock()
	a.world.audit = append(a.world.audit, entry)
	return nil
}

// Performance returns the world's performance module: a play is worth the version of the algorithm for each great.
func (w *World) Performance() performance.Service { return calculator{world: w} }

type calculator struct {
	performance.Service
	world *World
}

// Algorithm is the name of the world's algorithm, Other that of another one, which gives ten times as much.
const (
	Algorithm = "greats"
	Other     = "tenfold"
)

func (c calculator) now() (int32, error) {
	c.world.mu.Lock()
	defer c.world.mu.Unlock()
	return c.world.version, c.world.fault
}

func (c calculator) Algorithms(context.Context) ([]performance.Algorithm, error) {
	v, _ := c.now()
	return []performance.Algorithm{
		{Name: Algorithm, Versions: []int32{v, v, v, v}}, {Name: Other, Versions: []int32{1, 1, 1, 1}},
	}, nil
}

func (c calculator) Difficulty(_ context.Context, target performance.Target) (performance.Difficulty, error) {
	version, err := c.now()
	if err != nil {
		return performance.Difficulty{}, err
	}
	name := Algorithm
	if target.Algorithm != "" {
		name = target.Algorithm
	}
	return performance.Difficulty{
		Stars: 5, MaxCombo: 100, Max: map[string]int32{"great": 100}, Algorithm: name, Version: version,
		Legacy: performance.Legacy{AccuracyScore: 30_000, ComboScore: 970_000, MaxCombo: 100},
	}, nil
}

func (c calculator) Performance(
	_ context.Context, target performance.Target, plays []performance.Play,
) ([]performance.Performance, error) {
	version, err := c.now()
	if err != nil {
		return nil, err
	}
	factor := float64(version)
	if target.Algorithm == Other {
		factor = 10
	}
	out := make([]performance.Performance, len(plays))
	for i, p := range plays {
		out[i].PP = factor * float64(p.Statistics["great"])
	}
	return out, nil
}

func (c calculator) Recalculate(ctx context.Context, jobs []performance.Job) iter.Seq2[performance.Outcome, error] {
	return func(yield func(performance.Outcome, error) bool) {
		for _, job := range jobs {
			out := performance.Outcome{ID: job.ID}
			var err error
			if out.Difficulty, err = c.Difficulty(ctx, job.Target); err == nil {
				out.Performance, err = c.Performance(ctx, job.Target, job.Plays)
			}
			if err != nil {
				out = performance.Outcome{ID: job.ID, Reason: "failed", Message: err.Error()}
			}
			if !yield(out, nil) {
				return
			}
		}
	}
}
