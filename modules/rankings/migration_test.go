package rankings_test

import (
	"slices"
	"testing"

	"github.com/pure-peace/peace/migrations"
	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/database/databasetest"
	"github.com/pure-peace/peace/modules/rankings"
	"github.com/pure-peace/peace/modules/rankings/rankingstest"
)

// playcountsVersion is the change that brought play counts.
const playcountsVersion = "20261121001510"

// TestMigration counts the plays of beatmaps that were there before, and what has no count yet by a rebuild.
func TestMigration(t *testing.T) {
	databasetest.EachURL(t, func(t *testing.T, url database.URL) {
		db := databasetest.Connect(t, url)
		m, err := migrations.New(t.Context(), db)
		if err != nil {
			t.Fatal(err)
		}
		done, err := m.Up(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		book, store := rankingstest.NewBook(), newState(t)
		s := process(t, db, book, store)
		book.Play(pass(1, 7, 100))
		book.Play(pass(1, 7, 200))
		removed, _ := book.Play(pass(1, 8, 200))
		book.Play(pass(1, 9, 200))
		play, _ := book.Play(pass(2, 7, 200))
		seq := book.Remove(removed.ID)
		if _, err := s.Effect(t.Context(), seq, play.ID); err != nil {
			t.Fatal(err)
		}
		undo := 0
		for _, change := range done {
			if change.Version >= playcountsVersion {
				undo++
			}
		}
		if _, err := m.Down(t.Context(), undo); err != nil {
			t.Fatal(err)
		}
		for id, beatmap := range map[int64]int32{1: 7, 2: 7, 3: 8, 4: 9, 5: 7} {
			row := map[string]any{
				"id": id, "submission_key": string(rune('a' + id)), "user_id": 1, "beatmap_id": beatmap, "beatmap_md5": "", "ruleset": 0,
				"variant": 0, "client": 1, "client_version": "", "mods": "", "mods_key": "", "statistics": "", "geki": 0, "katu": 0,
				"max_combo": 0, "total": 0, "classic": 0, "accuracy": 0, "grade": 0, "rated_by": "", "rated_version": 0,
				"full_combo": false, "passed": true, "exited": false, "ranked": true, "play_time": 0,
				"ended_at": "2026-01-02 03:04:05", "replay": "", "views": 0, "removed_by": 0,
			}
			if _, err := db.NewInsert().Model(&row).Table("scores").Exec(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := m.Up(t.Context()); err != nil {
			t.Fatal(err)
		}
		check := func(what string, hits int64) {
			t.Helper()
			again := process(t, db, book, store)
			list, total, err := again.MostPlayed(t.Context(), 1, 0, 10)
			want := []rankings.Playcount{{BeatmapID: 7, Plays: 2}, {BeatmapID: 9, Plays: 1}}
			if err != nil || total != 2 || !slices.Equal(list, want) {
				t.Errorf("%s: %v of %d, %v", what, list, total, err)
			}
			all, err := again.Statistics(t.Context(), []int32{1}, standard)
			if err != nil || all[0].Playcount != 3 || all[0].Count300 != hits {
				t.Errorf("%s: %+v, %v", what, all, err)
			}
		}
		check("before", 0)
		for _, err := range s.Rebuild(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
		}
		check("after", 3*int64(pass(1, 7, 100).Statistics["great"]))
	})
}
