package moderationtest

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/files"
	"github.com/pure-peace/peace/modules/performance"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/modules/scores/follow/followtest"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/replay"
)

// World is what the implementation has to be connected to: a log that the suite writes, with beatmaps, replays and accounts. It is
// safe for concurrent use. Its Files can only be read.
type World struct {
	*followtest.Book
	Files files.Service

	mu         sync.Mutex
	beatmaps   map[int32]beatmaps.Beatmap
	difficulty map[string]performance.Difficulty
	blobs      map[string][]byte
	accounts   map[int32]users.User
	matches    map[int32][]users.Match
	audit      []users.AuditEntry
	lastID     int64 // of a score; far from those that tests make up
}

// NewWorld returns an empty world. With topics it tells there when the log grows.
func NewWorld(topics state.Topics) *World {
	w := &World{
		Book: followtest.New(topics), beatmaps: map[int32]beatmaps.Beatmap{}, difficulty: map[string]performance.Difficulty{},
		blobs: map[string][]byte{}, accounts: map[int32]users.User{}, matches: map[int32][]users.Match{},
		lastID: 1_000_000,
	}
	w.Files = blobs{world: w}
	return w
}

// Beatmaps is that of beatmaps.Library. It knows ids only.
func (w *World) Beatmaps(_ context.Context, keys []beatmaps.Key) ([]beatmaps.Found, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	var found []beatmaps.Found
	for _, key := range keys {
		if m, ok := w.beatmaps[key.ID]; ok {
			found = append(found, beatmaps.Found{Key: key, Beatmap: m})
		}
	}
	return found, nil
}

// Difficulty is that of performance.Service.
func (w *World) Difficulty(_ context.Context, target performance.Target) (performance.Difficulty, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	d, ok := w.difficulty[target.Beatmap]
	if !ok {
		return d, performance.ErrUnknownBeatmap
	}
	d.Max = maps.Clone(d.Max)
	return d, nil
}

// Get is that of users.Accounts.
func (w *World) Get(_ context.Context, ids []int32) ([]users.User, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	var found []users.User
	for _, id := range ids {
		if u, ok := w.accounts[id]; ok {
			found = append(found, u)
		}
	}
	return found, nil
}

// Matches is that of users.Moderation.
func (w *World) Matches(_ context.Context, id int32) ([]users.Match, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.matches[id]), nil
}

// Record is that of users.Moderation.
func (w *World) Record(_ context.Context, entry users.AuditEntry) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.audit = append(w.audit, entry)
	return nil
}

// NewUser makes an account.
func (w *World) NewUser(privileges users.Privileges) int32 {
	w.mu.Lock()
	defer w.mu.Unlock()
	id := users.FirstPlayerID + int32(len(w.accounts))
	w.accounts[id] = users.User{ID: id, Name: fmt.Sprintf("player%d", id), Privileges: privileges}
	return id
}

// Restrict restricts an account.
func (w *World) Restrict(id int32) {
	w.mu.Lock()
	defer w.mu.Unlock()
	u := w.accounts[id]
	u.Restricted = true
	w.accounts[id] = u
}

// Share gives an account matches.
func (w *World) Share(id int32, matches ...users.Match) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.matches[id] = matches
}

// Audited returns what was recorded about a user.
func (w *World) Audited(id int32) []users.AuditEntry {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(w.audit), func(e users.AuditEntry) bool { return e.TargetID != id })
}

// The beatmaps of the suite: so many circles, one every spacing, from the start of the music.
const (
	circles = 120
	spacing = 500 * time.Millisecond
)

// NewBeatmap makes a beatmap.
func (w *World) NewBeatmap(ruleset osu.Ruleset) beatmaps.Beatmap {
	w.mu.Lock()
	defer w.mu.Unlock()
	id := int32(len(w.beatmaps) + 1)
	m := beatmaps.Beatmap{
		ID: id, SetID: id, MD5: fmt.Sprintf("%032x", id), Ruleset: ruleset, Status: osu.StatusRanked,
		Circles: circles, MaxCombo: circles, Length: circles * spacing, Drain: circles * spacing,
	}
	best := "great"
	if ruleset == osu.Mania {
		best = "perfect"
	}
	w.beatmaps[id] = m
	w.difficulty[m.MD5] = performance.Difficulty{
		Stars: 3, MaxCombo: circles, Max: map[string]int32{best: circles},
		Legacy: performance.Legacy{AccuracyScore: 300 * circles, ComboScore: 1_000_000, MaxCombo: circles},
	}
	return m
}

// Honest is a play of a beatmap that gives no reason to doubt.
func Honest(user int32, m beatmaps.Beatmap) scores.Score {
	best := "great"
	if m.Ruleset == osu.Mania {
		best = "perfect"
	}
	return scores.Score{
		UserID: user, BeatmapID: m.ID, BeatmapMD5: m.MD5, Ruleset: m.Ruleset, Client: scores.Stable,
		Statistics: map[string]int32{best: circles - 5, "miss": 5}, MaxCombo: 60, Total: 500_000, Classic: 400_000,
		Grade: osu.GradeA, Passed: true, Ranked: true, PlayTime: m.Length + 3*time.Second, EndedAt: time.Now().UTC(),
	}
}

// Play records a score, with a replay unless frames is nil.
func (w *World) Play(t testing.TB, score scores.Score, frames []replay.Frame) (id int64) {
	t.Helper()
	if frames == nil {
		return w.Upload(t, score, nil)
	}
	return w.Upload(t, score, Compress(t, frames))
}

// Compress makes a replay as stable uploads it.
func Compress(t testing.TB, frames []replay.Frame) replay.Data {
	t.Helper()
	data, err := replay.Compress(&replay.Recording{Frames: frames, Seed: 1, Seeded: true})
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// Upload records a score with these bytes as its replay, unless they are nil.
func (w *World) Upload(t testing.TB, score scores.Score, data []byte) (id int64) {
	t.Helper()
	w.mu.Lock()
	w.lastID++
	score.ID, score.HasReplay = w.lastID, data != nil
	key := fmt.Sprintf("replays/%d", score.ID)
	w.blobs[key] = data
	w.mu.Unlock()
	if data != nil {
		w.Keep(score.ID, key)
	}
	_, id = w.Book.Record(t, score)
	return id
}

// Frames are what a player did, one like no other: the seed is the player.
func Frames(ruleset osu.Ruleset, seed uint64) []replay.Frame {
	random := rand.New(rand.NewPCG(seed, 1))
	var frames []replay.Frame
	for at := time.Duration(0); at <= (circles+2)*spacing; at += 20 * time.Millisecond {
		// Everybody is near each object when it is due, and somewhere else in between.
		object := int(at / spacing)
		progress := float64(at%spacing) / float64(spacing)
		ax, ay := place(object)
		bx, by := place(object + 1)
		bend := 120 * math.Sin(math.Pi*progress) * (random.Float64() + float64(seed%7) - 3)
		f := replay.Frame{
			Time: int32(at.Milliseconds()),
			X:    float32(ax + (bx-ax)*progress + bend + 8*random.NormFloat64()),
			Y:    float32(ay + (by-ay)*progress + bend + 8*random.NormFloat64()),
		}
		if at%spacing < 80*time.Millisecond && object < circles {
			f.Keys = replay.Left1 << (object % 2)
			if ruleset == osu.Mania {
				f.X = float32(int(1) << (object % 4))
			}
		} else if ruleset == osu.Mania {
			f.X = 0
		}
		frames = append(frames, f)
	}
	return frames
}

// place is where an object lies.
func place(object int) (x, y float64) {
	return 256 + 200*math.Sin(float64(object)*1.7), 192 + 150*math.Cos(float64(object)*2.3)
}

// blobs is a files module that has the replays.
type blobs struct {
	files.Service // nothing else is asked

	world *World
}

// Read implements files.Service.
func (b blobs) Read(_ context.Context, key string, offset, length int64) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		b.world.mu.Lock()
		data, ok := b.world.blobs[key]
		b.world.mu.Unlock()
		if !ok {
			yield(nil, files.ErrNotFound)
			return
		}
		data = data[min(offset, int64(len(data))):]
		if length > 0 {
			data = data[:min(length, int64(len(data)))]
		}
		for len(data) > 0 {
			n := min(len(data), files.MaxPiece)
			if !yield(slices.Clone(data[:n]), nil) {
				return
			}
			data = data[n:]
		}
	}
}
