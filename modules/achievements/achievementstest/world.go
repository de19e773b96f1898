package achievementstest

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/performance"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/modules/scores/follow/followtest"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/mods"
)

// World is what the implementation has to be connected to: a log that the suite writes, and beatmaps of which it says how hard
// they are. It is safe for concurrent use.
type World struct {
	*followtest.Book

	mu    sync.Mutex
	maps  map[int32]beatmaps.Beatmap
	stars map[string]float64
	fail  error
	user  int32
	asked int
}

// NewWorld returns an empty world. With topics it tells there when the log grows.
func NewWorld(topics state.Topics) *World {
	return &World{Book: followtest.New(topics), maps: map[int32]beatmaps.Beatmap{}, stars: map[string]float64{}, user: 1000}
}

// Beatmaps is that of beatmaps.Library. It knows ids only.
func (w *World) Beatmaps(_ context.Context, keys []beatmaps.Key) ([]beatmaps.Found, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	var found []beatmaps.Found
	for _, key := range keys {
		if m, ok := w.maps[key.ID]; ok {
			found = append(found, beatmaps.Found{Key: key, Beatmap: m, Set: beatmaps.Set{ID: m.SetID, Status: m.Status}})
		}
	}
	return found, w.fail
}

// Difficulty is that of performance.Service. DoubleTime and Nightcore add a star.
func (w *World) Difficulty(_ context.Context, target performance.Target) (performance.Difficulty, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.asked++
	stars, ok := w.stars[target.Beatmap]
	switch {
	case w.fail != nil:
		return performance.Difficulty{}, w.fail
	case !ok:
		return performance.Difficulty{}, performance.ErrUnknownBeatmap
	case target.Mods.HasAny(mods.DoubleTime, mods.Nightcore):
		stars++
	}
	return performance.Difficulty{Stars: stars}, nil
}

// Fail makes every question fail, or with nil succeed again.
func (w *World) Fail(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.fail = err
}

// NewUser returns the id of a player who has not played.
func (w *World) NewUser() int32 {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.user++
	return w.user
}

// NewBeatmap makes a beatmap of so many stars.
func (w *World) NewBeatmap(ruleset osu.Ruleset, status osu.Status, stars float64) beatmaps.Beatmap {
	w.mu.Lock()
	defer w.mu.Unlock()
	id := int32(len(w.maps) + 1)
	m := beatmaps.Beatmap{ID: id, SetID: id, MD5: md5Of(id), Ruleset: ruleset, Status: status, Stars: stars}
	w.maps[id], w.stars[m.MD5] = m, stars
	return m
}

// SetStatus changes a beatmap. What follows for scores is written separately.
func (w *World) SetStatus(id int32, status osu.Status) {
	w.mu.Lock()
	defer w.mu.Unlock()
	m := w.maps[id]
	m.Status = status
	w.maps[id] = m
}

// Play records a ranked pass of the beatmap with these mods, changed by the edits.
func (w *World) Play(t testing.TB, user int32, m beatmaps.Beatmap, set mods.Set, edits ...func(*scores.Score)) (seq, id int64) {
	t.Helper()
	score := scores.Score{
		UserID: user, BeatmapID: m.ID, BeatmapMD5: m.MD5, Ruleset: m.Ruleset, Client: scores.Stable, Mods: set,
		MaxCombo: 100, Passed: true, Ranked: m.Status.HasLeaderboard(), EndedAt: time.Now().UTC(), Grade: osu.GradeA,
	}
	for _, edit := range edits {
		edit(&score)
	}
	return w.Record(t, score)
}

func md5Of(id int32) string {
	const digits = "0123456789abcdef"
	text := make([]byte, 32)
	for i := range text {
		text[i] = digits[id>>(4*(i%8))&15]
	}
	return string(text)
}
