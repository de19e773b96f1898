package local

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pure-peace/peace/migrations"
	"github.com/pure-peace/peace/modules/chat"
	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/database/databasetest"
)

// threadsVersion is the change that numbered channels and conversations.
const threadsVersion = "20261121001100"

// TestMigration numbers what a server had before threads: no channel, message or mail is lost, and each user has entered his
// conversations and read all but his mail.
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
		undo := 0
		for _, change := range done {
			if change.Version >= threadsVersion {
				undo++
			}
		}
		if _, err := m.Down(t.Context(), undo); err != nil {
			t.Fatal(err)
		}
		at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
		for _, name := range []string{"#osu", "#empty"} {
			exec(t, db, "INSERT INTO channels (name, topic, can_read, can_write, auto_join) VALUES (?, ?, 0, 0, ?)", name, "topic", false)
		}
		say := func(id int64, sender, recipient int32, channel any, unread any) {
			t.Helper()
			var to, lower, upper any
			if recipient != 0 {
				to, lower, upper = recipient, min(sender, recipient), max(sender, recipient)
			}
			exec(t, db, `INSERT INTO messages (id, sender_id, sender_name, channel, recipient_id, lower_id, upper_id, unread_by, body, is_action, is_cut, sent_at)
				VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, id, sender, "x", channel, to, lower, upper, unread, fmt.Sprint("text ", id), false, false, at)
		}
		say(1, 1000, 0, "#osu", nil)
		say(2, 1001, 0, "#osu", nil)
		say(3, 1000, 0, "#closed", nil)
		say(4, 1000, 1001, nil, nil)
		say(5, 1001, 1000, nil, 1000)
		say(6, 1001, 1000, nil, 1000)
		say(7, 1002, 1002, nil, nil)
		if _, err := m.Up(t.Context()); err != nil {
			t.Fatal(err)
		}

		s := store{db}
		check := func() {
			t.Helper()
			channels, err := s.channels(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if len(channels) != 3 || channels["#osu"].ID == 0 || channels["#empty"].ID == 0 || channels["#lazer"].ID == 0 {
				t.Errorf("channels %+v", channels)
			}
			closed, err := s.number(t.Context(), "#closed")
			if err != nil {
				t.Fatal(err)
			}
			ours, _ := s.conversation(t.Context(), 1001, 1000)
			note, _ := s.conversation(t.Context(), 1002, 1002)
			for thread, wanted := range map[int64][]int64{channels["#osu"].ID: {2, 1}, closed: {3}, ours: {6, 5, 4}, note: {7}} {
				if diff := cmp.Diff(wanted, ids(s.history(t.Context(), thread, 0, 10))); diff != "" {
					t.Errorf("thread %d (-want +got):\n%s", thread, diff)
				}
			}
			if diff := cmp.Diff([]int64{5, 6}, ids(s.unread(t.Context(), 1000))); diff != "" {
				t.Errorf("mail (-want +got):\n%s", diff)
			}
			for user, wanted := range map[int32][2]int64{1000: {ours, 4}, 1001: {ours, 6}, 1002: {note, 7}} {
				found, err := s.threads(t.Context(), user, true)
				if err != nil || len(found) != 1 || found[0].ID != wanted[0] || found[0].LastReadID != wanted[1] {
					t.Errorf("threads of %d: %+v, %v", user, found, err)
				}
			}
		}
		check()
		if _, err := m.Down(t.Context(), undo); err != nil { // and back, and forth
			t.Fatal(err)
		}
		if _, err := m.Up(t.Context()); err != nil {
			t.Fatal(err)
		}
		check()
	})
}

func exec(t *testing.T, db *database.DB, query string, args ...any) {
	t.Helper()
	if _, err := db.NewRaw(query, args...).Exec(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func ids(list []chat.Message, err error) []int64 {
	var all []int64
	for _, m := range list {
		all = append(all, m.ID)
	}
	return all
}
