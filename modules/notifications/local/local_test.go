package local

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/database/databasetest"
	"github.com/pure-peace/peace/modules/notifications"
)

func TestValidate(t *testing.T) {
	if err := DefaultConfig().Validate(); err != nil {
		t.Error(err)
	}
	for _, spoil := range []func(*Config){
		func(c *Config) { c.KeepRead = 0 },
		func(c *Config) { c.KeepUnread = 10 },
		func(c *Config) { c.KeepUnread = 40_000 },
		func(c *Config) { c.Batch = 0 },
		func(c *Config) { c.Batch = 1001 },
	} {
		config := DefaultConfig()
		spoil(&config)
		if err := config.Validate(); err == nil {
			t.Errorf("%+v: accepted", config)
		}
	}
}

// TestExpiry deletes in batches what is read and old, and what is unread and very old.
func TestExpiry(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		s := store{databasetest.Indexed(t, db)}
		now := time.Now().UTC().Truncate(time.Microsecond)
		var rows []row
		for i := range 8 {
			rows = append(rows, rowOf(notifications.Notification{
				UserID: 1, Name: "x", Key: string(rune('a' + i)), ObjectType: "user", At: now.AddDate(0, 0, -10*i),
			}))
		}
		err := s.InTx(t.Context(), func(ctx context.Context, tx bun.Tx) error {
			_, err := s.add(ctx, tx, rows)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		list, err := s.list(t.Context(), 1, 0, 10, false)
		if err != nil || len(list) != 8 {
			t.Fatal(list, err)
		}
		slices.Reverse(list)
		if _, err := s.read(t.Context(), 1, notifications.Which{IDs: []int64{list[0].ID, list[4].ID, list[5].ID}}); err != nil {
			t.Fatal(err)
		}
		count := func(days int, read bool, n int) int {
			t.Helper()
			deleted, err := s.deleteBefore(t.Context(), now.AddDate(0, 0, -days), read, n)
			if err != nil {
				t.Fatal(err)
			}
			return deleted
		}
		got := []int{count(35, true, 10), count(35, true, 10), count(55, false, 1), count(55, false, 10), count(55, false, 10)}
		if want := []int{2, 0, 1, 1, 0}; !slices.Equal(got, want) {
			t.Errorf("deleted %v, want %v", got, want)
		}
	})
}

// TestRolledBack says that what was not committed is told of when it comes again.
func TestRolledBack(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		s := store{db}
		rows := []row{rowOf(notifications.Notification{UserID: 1, Name: "x", Key: "k", ObjectType: "user"})}
		rows = append(rows, rows[0]) // twice in one batch
		no := errors.New("no")
		for i, want := range []error{no, nil, nil} {
			var added []notifications.Notification
			err := s.InTx(t.Context(), func(ctx context.Context, tx bun.Tx) (err error) {
				if added, err = s.add(ctx, tx, rows); err != nil {
					return err
				}
				return want
			})
			if !errors.Is(err, want) {
				t.Fatal(err)
			}
			if wanted := []int{1, 1, 0}[i]; len(added) != wanted {
				t.Errorf("attempt %d added %v", i, added)
			}
		}
	})
}
