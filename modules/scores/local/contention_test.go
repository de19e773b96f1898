package local

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/database/databasetest"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/mods"
)

// TestContention lets two processes on one database take submissions, many of them sent to both at once, while players are hidden, wiped and
// move and beatmaps change their status. In the end everything is as the scores alone tell, in the memory of both.
func TestContention(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		w := newWorld(t)
		both := [2]*Service{newService(t, db, w), newService(t, db, w)}
		ctx, stop := context.WithCancel(t.Context())
		var running sync.WaitGroup
		for _, s := range both {
			running.Go(func() { _ = s.Run(ctx) })
		}
		defer func() { stop(); running.Wait() }()

		const players, total, workers = 12, 400, 16
		var taken atomic.Int64
		var work sync.WaitGroup
		for n := range workers {
			work.Go(func() {
				r := rand.New(rand.NewPCG(1, uint64(n)))
				for {
					i := taken.Add(1)
					if i > total {
						return
					}
					sub := submission(fmt.Sprint("key", i*2/3), 0, aMap, 1, 0) // every third is there already, or comes from another worker
					of := rand.New(rand.NewPCG(2, uint64(i*2/3)))
					sub.UserID = aUser + of.Int32N(players)
					sub = again(sub, of)
					result, err := both[r.IntN(2)].Submit(ctx, sub)
					if err != nil && !errors.Is(err, scores.ErrPending) {
						t.Errorf("%s: %v", sub.Key, err)
					}
					if err == nil && (result.Score.Key != sub.Key || result.Score.UserID != sub.UserID) {
						t.Errorf("%s became %+v", sub.Key, result)
					}
					switch r.IntN(20) {
					case 0:
						w.User(t, aUser+r.Int32N(players), []string{"DE", "FR"}[r.IntN(2)], r.IntN(2) == 0)
					case 1:
						w.Beatmap(t, aMap+r.Int32N(3), osu.Standard, []osu.Status{osu.StatusPending, osu.StatusRanked, osu.StatusLoved}[r.IntN(3)])
					case 2:
						if _, err := both[r.IntN(2)].Wipe(ctx, scores.Wipe{UserID: aUser + r.Int32N(players)}); err != nil {
							t.Error(err)
						}
					case 3:
						if _, err := both[r.IntN(2)].Unwipe(ctx, scores.Wipe{UserID: aUser + r.Int32N(players)}); err != nil {
							t.Error(err)
						}
					default:
						if _, err := both[r.IntN(2)].Leaderboard(ctx, scores.Board{BeatmapID: aMap + r.Int32N(3), Client: scores.Stable, Limit: 10}); err != nil {
							t.Error(err)
						}
					}
				}
			})
		}
		work.Wait()
		settled := func() (bool, error) {
			left, err := db.NewSelect().Model((*submissionRow)(nil)).Where("state <> ?", processed).Count(ctx)
			if err != nil || left > 0 {
				return false, err
			}
			left, err = db.NewSelect().Model((*beatmapRow)(nil)).Where("stale = ?", true).Count(ctx)
			return left == 0, err
		}
		for calm, until := 0, time.Now().Add(30*time.Second); calm < 5; time.Sleep(100 * time.Millisecond) {
			ok, err := settled()
			if err != nil {
				t.Fatal(err)
			}
			if calm++; !ok {
				calm = 0
			}
			if time.Now().After(until) {
				t.Fatal("submissions or beatmaps are left")
			}
		}
		stop()
		running.Wait()
		if n := count(t, db, "scores"); n != total*2/3+1 {
			t.Errorf("%d scores, want %d", n, total*2/3+1)
		}
		wantRanked(t, db, w)
		for _, s := range both {
			(&history{t: t, s: s, w: w}).check()
		}
	})
}

// again returns a play that is the same whenever of is.
func again(sub scores.Submission, of *rand.Rand) scores.Submission {
	beatmap := aMap + of.Int32N(3)
	next := submission(sub.Key, sub.UserID, beatmap, 1+of.Int32N(50), 1+of.Int64N(20))
	next.Mods = mods.FromLegacy([]osu.Mods{0, osu.ModHidden, osu.ModRelax}[of.IntN(3)], osu.Standard)
	return next
}

// wantRanked says that scores are ranked and players known as their beatmaps and accounts are now.
func wantRanked(t *testing.T, db *database.DB, w interface {
	Beatmaps() beatmaps.Service
	Users() users.Service
}) {
	t.Helper()
	var rows []scoreRow
	if err := db.NewSelect().Model(&rows).Scan(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		found, err := w.Beatmaps().Beatmaps(t.Context(), []beatmaps.Key{{ID: r.BeatmapID}})
		if err != nil || len(found) != 1 {
			t.Fatal(found, err)
		}
		status := found[0].Beatmap.Status
		if r.Ranked != status.HasLeaderboard() || (r.PP != nil) != status.GivesPerformance() {
			t.Errorf("score %d on beatmap %d, which is %v: ranked %v, pp %v", r.ID, r.BeatmapID, status, r.Ranked, r.PP != nil)
		}
	}
	var players []playerRow
	if err := db.NewSelect().Model(&players).Scan(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, p := range players {
		found, err := w.Users().Get(t.Context(), []int32{p.UserID})
		if err != nil || len(found) != 1 || found[0].Restricted != p.Hidden || found[0].Country != p.Country {
			t.Errorf("player %+v is %+v, %v", p, found, err)
		}
	}
}
