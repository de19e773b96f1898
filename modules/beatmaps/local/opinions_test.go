package local

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/database/databasetest"
)

func TestFavouritesBound(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		fill(t, db, beatmaps.MaxFavourites+1)
		s := newService(t, databasetest.Indexed(t, db))
		var rows []favouriteRow
		for id := range int32(beatmaps.MaxFavourites) {
			rows = append(rows, favouriteRow{UserID: 7, SetID: id + 1, At: stored(time.Now())})
		}
		if _, err := db.NewInsert().Model(&rows).Exec(t.Context()); err != nil {
			t.Fatal(err)
		}
		const more = beatmaps.MaxFavourites + 1
		if _, err := s.Favour(t.Context(), 7, more, true); !errors.Is(err, beatmaps.ErrTooMany) {
			t.Errorf("one more than may be: %v", err)
		}
		if _, err := s.Favour(t.Context(), 7, 1, true); err != nil {
			t.Errorf("one that is there: %v", err)
		}
		if _, err := s.Favour(t.Context(), 7, 1, false); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Favour(t.Context(), 7, more, true); err != nil {
			t.Error(err)
		}
		ids, err := s.Favourites(t.Context(), 7)
		if err != nil || len(ids) != beatmaps.MaxFavourites || ids[0] != more || slices.Contains(ids, 1) {
			t.Errorf("%d favourites, %v", len(ids), err)
		}
	})
}
