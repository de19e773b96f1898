package local

import (
	"cmp"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/database/databasetest"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/modules/scores/scorestest"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/mods"
)

// TestAnyHistory lets anything happen in any order, and says that bests, leaders, boards in memory, counts and the log end as the
// scores alone tell.
func TestAnyHistory(t *testing.T) {
	for _, merge := range []bool{true, false} {
		t.Run(fmt.Sprint("merge ", merge), func(t *testing.T) {
			db := databasetest.Open(t, database.SQLite)
			w := newWorld(t)
			s := newService(t, db, w)
			s.cfg.Merge = merge
			var keys atomic.Int64
			rapid.Check(t, func(r *rapid.T) {
				forget(t, db, s)
				for id := aUser; id < aUser+3; id++ {
					w.User(t, id, "DE", false)
				}
				w.Version(1)
				for id := aMap; id < aMap+2; id++ {
					w.Beatmap(t, id, osu.Standard, osu.StatusRanked)
				}
				h := &history{t: t, s: s, w: w, keys: &keys, version: 1}
				r.Repeat(map[string]func(*rapid.T){
					"submit": h.submit, "submit once more": h.submit, "remove": h.remove, "restore": h.restore, "wipe": h.wipe,
					"unwipe": h.unwipe, "account": h.account, "status": h.status, "recalculate": h.recalculate, "look": h.look,
					"": func(*rapid.T) { h.check() },
				})
			})
		})
	}
}

// forget empties the tables.
func forget(t *testing.T, db *database.DB, s *Service) {
	for _, table := range []string{"score_submissions", "scores", "score_bests", "score_leaders", "score_beatmaps", "score_players",
		"score_log", "score_wipes"} {
		if _, err := db.NewDelete().Table(table).Where("1 = 1").Exec(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := db.NewUpdate().Table("score_turn").Set("last_seq = 0, last_score = 0").Where("id = 1").Exec(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.boards = newBoards(db, s.cfg.Cache)
}

// history is one run of things that happen.
type history struct {
	t       *testing.T
	s       *Service
	w       *scorestest.World
	keys    *atomic.Int64
	last    int64
	version int32
}

func (h *history) user(r *rapid.T) int32 { return aUser + rapid.Int32Range(0, 2).Draw(r, "user") }

func (h *history) beatmap(r *rapid.T) int32 { return aMap + rapid.Int32Range(0, 1).Draw(r, "beatmap") }

func (h *history) submit(r *rapid.T) {
	sub := submission(fmt.Sprint("key", h.keys.Add(1)), h.user(r), h.beatmap(r), rapid.Int32Range(1, 3).Draw(r, "greats"),
		rapid.Int64Range(1, 3).Draw(r, "total"))
	bits := rapid.SampledFrom([]osu.Mods{0, osu.ModHidden, osu.ModDoubleTime, osu.ModRelax, osu.ModTarget}).Draw(r, "mods")
	sub.Mods = mods.FromLegacy(bits, osu.Standard)
	if rapid.Bool().Draw(r, "lazer") {
		sub.Client = scores.Lazer
	}
	sub.Passed = rapid.IntRange(0, 4).Draw(r, "luck") > 0
	result, err := h.s.Submit(h.t.Context(), sub)
	if err != nil {
		r.Fatal(err)
	}
	h.last = result.Score.ID
	if result.Best && (result.After < 1 || result.Before != 0 && result.After > result.Before) {
		r.Errorf("%+v", result)
	}
}

func (h *history) ids(r *rapid.T) []int64 {
	return rapid.SliceOfN(rapid.Int64Range(1, max(1, h.last)), 1, 4).Draw(r, "ids")
}

func (h *history) remove(r *rapid.T) {
	if _, err := h.s.Remove(h.t.Context(), h.ids(r), 1, ""); err != nil {
		r.Fatal(err)
	}
}

func (h *history) restore(r *rapid.T) {
	if _, err := h.s.Restore(h.t.Context(), h.ids(r), 1, ""); err != nil {
		r.Fatal(err)
	}
}

func (h *history) which(r *rapid.T) scores.Wipe {
	w := scores.Wipe{UserID: h.user(r), By: 1}
	if rapid.Bool().Draw(r, "one variant") {
		variant := osu.Variant(rapid.IntRange(0, 1).Draw(r, "variant"))
		w.Variant = &variant
	}
	return w
}

func (h *history) wipe(r *rapid.T) {
	if _, err := h.s.Wipe(h.t.Context(), h.which(r)); err != nil {
		r.Fatal(err)
	}
}

func (h *history) unwipe(r *rapid.T) {
	if _, err := h.s.Unwipe(h.t.Context(), h.which(r)); err != nil {
		r.Fatal(err)
	}
}

func (h *history) account(r *rapid.T) {
	u := users.User{ID: h.user(r), Restricted: rapid.Bool().Draw(r, "restricted"), Country: rapid.SampledFrom([]string{"DE", "FR"}).Draw(r, "country")}
	h.w.User(h.t, u.ID, u.Country, u.Restricted)
	if err := h.s.setPlayers(h.t.Context(), []users.User{u}); err != nil {
		r.Fatal(err)
	}
}

func (h *history) status(r *rapid.T) {
	status := rapid.SampledFrom([]osu.Status{osu.StatusPending, osu.StatusRanked, osu.StatusLoved}).Draw(r, "status")
	h.w.Beatmap(h.t, h.beatmap(r), osu.Standard, status)
	if err := h.s.reviewBeatmaps(h.t.Context()); err != nil {
		r.Fatal(err)
	}
	if err := h.s.reviewSome(h.t.Context()); err != nil {
		r.Fatal(err)
	}
}

func (h *history) recalculate(r *rapid.T) {
	h.version++
	h.w.Version(h.version)
	for _, err := range h.s.Recalculate(h.t.Context(), scores.Recalculation{}) {
		if err != nil {
			r.Fatal(err)
		}
	}
}

// look puts a board into memory.
func (h *history) look(r *rapid.T) {
	board := scores.Board{BeatmapID: h.beatmap(r), Client: scores.Stable, Limit: 10}
	if rapid.Bool().Draw(r, "relax") {
		board.Variant = osu.Relax
	}
	if rapid.Bool().Draw(r, "hidden") {
		board.Mods = &mods.Set{{Acronym: mods.Hidden}}
	}
	if _, err := h.s.Leaderboard(h.t.Context(), board); err != nil {
		r.Fatal(err)
	}
}

// check compares everything with what the scores tell.
func (h *history) check() {
	h.t.Helper()
	ctx, db := h.t.Context(), h.s.db
	var rows []scoreRow
	var bests []bestRow
	var leaders []leaderRow
	var players []playerRow
	var maps []beatmapRow
	for _, q := range []any{&rows, &bests, &leaders, &players, &maps} {
		if err := db.NewSelect().Model(q).Scan(ctx); err != nil {
			h.t.Fatal(err)
		}
	}
	of := map[int32]playerRow{}
	for _, p := range players {
		of[p.UserID] = p
	}
	want := map[bestKey]bestRow{}
	boards := map[boardKey][]placed{}
	plays := map[int32]int32{}
	for _, r := range rows {
		plays[r.BeatmapID]++
		if !r.Ranked || r.RemovedBy != present {
			continue
		}
		for _, m := range metrics {
			place, ok := r.place(m)
			if !ok {
				continue
			}
			for _, name := range []string{"", r.ModsKey} {
				pool := int16(0)
				if !h.s.cfg.Merge {
					pool = r.Client
				}
				b := bestRow{UserID: r.UserID, BeatmapID: r.BeatmapID, Ruleset: r.Ruleset, Variant: r.Variant, Metric: int16(m), Pool: pool,
					ModsKey: name, ScoreID: r.ID, Place: place, Country: of[r.UserID].Country, Hidden: of[r.UserID].Hidden}
				if old, ok := want[b.key()]; !ok || b.Place < old.Place || b.Place == old.Place && b.ScoreID < old.ScoreID {
					want[b.key()] = b
				}
			}
		}
	}
	got := map[bestKey]bestRow{}
	for _, b := range bests {
		got[b.key()] = b
	}
	if d := gocmp.Diff(want, got, gocmp.AllowUnexported(bestKey{}, boardKey{})); d != "" {
		h.t.Fatalf("bests: -want +got\n%s", d)
	}
	for key, b := range want {
		if !b.Hidden {
			p := placed{standing: b.standing(), user: b.UserID}
			copy(p.country[:], b.Country)
			boards[key.board] = append(boards[key.board], p)
		}
	}
	wantLeaders, gotLeaders := map[boardKey]int64{}, map[boardKey]int64{}
	for key, list := range boards {
		slices.SortFunc(list, func(a, b placed) int {
			return cmp.Or(cmp.Compare(a.place, b.place), cmp.Compare(a.score, b.score))
		})
		if key.mods == anyMods {
			wantLeaders[key] = list[0].score
		}
	}
	for _, l := range leaders {
		gotLeaders[l.key()] = l.ScoreID
	}
	if d := gocmp.Diff(wantLeaders, gotLeaders, gocmp.AllowUnexported(boardKey{})); d != "" {
		h.t.Fatalf("leaders: -want +got\n%s", d)
	}
	for key, it := range h.s.boards.known {
		if !slices.Equal(it.places, boards[key]) {
			h.t.Fatalf("board %v in memory is %v, should be %v", key, it.places, boards[key])
		}
	}
	for _, m := range maps {
		if m.Plays != plays[m.BeatmapID] {
			h.t.Fatalf("beatmap %d: %d plays, should be %d", m.BeatmapID, m.Plays, plays[m.BeatmapID])
		}
	}
	h.checkLog(len(rows))
}

// checkLog says that the log has no gaps and each score once.
func (h *history) checkLog(recorded int) {
	var log []logRow
	if err := h.s.db.NewSelect().Model(&log).Order("seq").Scan(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
	for i, e := range log {
		if e.Seq != int64(i+1) {
			h.t.Fatalf("entry %d is numbered %d", i+1, e.Seq)
		}
		if scores.EntryKind(e.Kind) == scores.ScoreRecorded {
			recorded--
		}
	}
	if recorded != 0 {
		h.t.Fatalf("%d scores are not in the log", recorded)
	}
}
