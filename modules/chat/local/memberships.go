package local

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/pure-peace/peace/modules/chat"
	"github.com/pure-peace/peace/modules/database"
)

type threadRow struct {
	bun.BaseModel `bun:"table:threads,alias:t"`

	ID      int64  `bun:"id,pk,autoincrement"`
	Channel string `bun:"channel,nullzero"`
	LowerID int32  `bun:"lower_id,nullzero"`
	UpperID int32  `bun:"upper_id,nullzero"`
}

// other returns the other user of a conversation, who may be the same one.
func (r *threadRow) other(userID int32) int32 { return r.LowerID + r.UpperID - userID }

type membershipRow struct {
	bun.BaseModel `bun:"table:memberships"`

	UserID     int32 `bun:"user_id,pk"`
	ThreadID   int64 `bun:"thread_id,pk"`
	LastReadID int64 `bun:"last_read_id"`
	Hidden     bool  `bun:"hidden"`
}

// entry is a thread with what one user has to do with it.
type entry struct {
	threadRow `bun:",extend"`

	LastMessageID int64 `bun:"last_message_id"`
	LastReadID    int64 `bun:"last_read_id"`
	Member        int64 `bun:"member"` // 0 when he has never entered it
	Hidden        bool  `bun:"hidden"`
}

// numberChannels makes the threads of channels that have none.
func numberChannels(ctx context.Context, db bun.IDB, names []string) error {
	var known []string
	err := db.NewSelect().Model((*threadRow)(nil)).Column("channel").Where("channel IN (?)", bun.List(names)).Scan(ctx, &known)
	if err != nil {
		return err
	}
	var missing []threadRow
	for _, name := range slices.Sorted(slices.Values(names)) {
		if !slices.Contains(known, name) {
			missing = append(missing, threadRow{Channel: name})
		}
	}
	if len(missing) == 0 {
		return nil
	}
	_, err = database.Upsert{Key: []string{"channel"}}.On(db.NewInsert().Model(&missing)).Exec(ctx)
	return err
}

// number returns the thread of a channel, and makes it when there is none.
func (s store) number(ctx context.Context, channel string) (int64, error) {
	if err := numberChannels(ctx, s.DB, []string{channel}); err != nil {
		return 0, err
	}
	var id int64
	err := s.NewSelect().Model((*threadRow)(nil)).Column("id").Where("channel = ?", channel).Scan(ctx, &id)
	return id, err
}

// conversation returns the thread of two users; 0 when there is none.
func (s store) conversation(ctx context.Context, a, b int32) (int64, error) {
	return conversation(ctx, s.Reader, a, b)
}

func conversation(ctx context.Context, db bun.IDB, a, b int32) (id int64, err error) {
	err = db.NewSelect().Model((*threadRow)(nil)).Column("id").Where("lower_id = ?", min(a, b)).Where("upper_id = ?", max(a, b)).
		Scan(ctx, &id)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return id, err
}

// letter stores a private message and returns it with its ID and that of its thread, and those of its two users who enter the
// conversation by it. One that is unread is the recipient's mail; what is not, he has read.
func (s store) letter(ctx context.Context, m chat.Message, unread bool) (chat.Message, []int32, error) {
	id, err := s.begin(ctx, m.SenderID, m.Recipient)
	if err != nil {
		return m, nil, err
	}
	m.ThreadID = id
	var fresh []int32
	err = s.InTx(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		if m, err = insert(ctx, tx, m, unread); err != nil {
			return err
		}
		fresh = nil
		for _, userID := range pair(m.SenderID, m.Recipient) {
			var read int64
			if userID == m.SenderID || !unread {
				read = m.ID
			}
			entered, err := enter(ctx, tx, userID, id, read)
			if err != nil {
				return err
			}
			if entered {
				fresh = append(fresh, userID)
			}
		}
		return nil
	})
	return m, fresh, err
}

// begin returns the thread of two users, and makes it when there is none.
func (s store) begin(ctx context.Context, a, b int32) (int64, error) {
	id, err := s.conversation(ctx, a, b)
	if id != 0 || err != nil {
		return id, err
	}
	row := threadRow{LowerID: min(a, b), UpperID: max(a, b)}
	insert := s.NewInsert().Model(&row)
	if _, err := (database.Upsert{Key: []string{"lower_id", "upper_id"}}).On(insert).Exec(ctx); err != nil {
		return 0, err
	}
	return conversation(ctx, s.DB, a, b)
}

// pair returns both users in ascending order, so that those who write at once lock in one order; one who talks to himself once.
func pair(a, b int32) []int32 {
	if a == b {
		return []int32{a}
	}
	return []int32{min(a, b), max(a, b)}
}

// enter makes a user a member of a thread who has read so far, and reports whether he was none, or had left it.
func enter(ctx context.Context, db bun.IDB, userID int32, thread, read int64) (bool, error) {
	var was membershipRow
	err := db.NewSelect().Model(&was).Where("user_id = ?", userID).Where("thread_id = ?", thread).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		row := membershipRow{UserID: userID, ThreadID: thread, LastReadID: read}
		_, err = database.Upsert{Key: []string{"user_id", "thread_id"}, Replace: []string{"hidden"}}.On(db.NewInsert().Model(&row)).Exec(ctx)
		return true, err
	}
	if err == nil && was.Hidden {
		_, err = db.NewUpdate().Model((*membershipRow)(nil)).Set("hidden = ?", false).
			Where("user_id = ?", userID).Where("thread_id = ?", thread).Exec(ctx)
	}
	if err == nil && was.LastReadID < read {
		err = seen(ctx, db, userID, thread, read)
	}
	return was.Hidden, err
}

// leave ends a membership, or hides that of a conversation, and reports whether there was one.
func (s store) leave(ctx context.Context, userID int32, thread int64, conversation bool) (bool, error) {
	var err error
	var result sql.Result
	if conversation {
		result, err = s.NewUpdate().Model((*membershipRow)(nil)).Set("hidden = ?", true).
			Where("user_id = ?", userID).Where("thread_id = ?", thread).Where("hidden = ?", false).Exec(ctx)
	} else {
		result, err = s.NewDelete().Model((*membershipRow)(nil)).Where("user_id = ?", userID).Where("thread_id = ?", thread).Exec(ctx)
	}
	if err != nil {
		return false, err
	}
	n, err := result.RowsAffected()
	return n > 0, err
}

// disband ends all memberships of a thread.
func (s store) disband(ctx context.Context, thread int64) error {
	_, err := s.NewDelete().Model((*membershipRow)(nil)).Where("thread_id = ?", thread).Exec(ctx)
	return err
}

// retire ends all memberships of a temporary channel's thread, and its claim to the name: who opens another channel under it shall
// not find the old one's members and messages. A thread in which nobody said anything goes altogether.
func (s store) retire(ctx context.Context, thread int64) error {
	return s.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		if _, err := tx.NewDelete().Model((*membershipRow)(nil)).Where("thread_id = ?", thread).Exec(ctx); err != nil {
			return err
		}
		said, err := tx.NewSelect().Model((*messageRow)(nil)).Where("m.thread_id = ?", thread).Exists(ctx)
		if err != nil {
			return err
		}
		if !said {
			_, err = tx.NewDelete().Model((*threadRow)(nil)).Where("id = ?", thread).Exec(ctx)
			return err
		}
		_, err = tx.NewUpdate().Model((*threadRow)(nil)).Set("channel = NULL").Where("id = ?", thread).Exec(ctx)
		return err
	})
}

// forget deletes some of the threads of temporary channels that are retired and whose messages are gone, and returns how many it did.
// They are found by not being conversations, of which there are many; the index of names is of no use.
func (s store) forget(ctx context.Context, n int) (int, error) {
	var ids []int64
	err := s.Reader.NewSelect().Model((*threadRow)(nil)).Column("t.id").Where("t.lower_id IS NULL").Where("COALESCE(t.channel, '') = ''").
		Where("NOT EXISTS (SELECT 1 FROM messages AS m WHERE m.thread_id = t.id)").Limit(int64(n)).Scan(ctx, &ids)
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	_, err = s.NewDelete().Model((*threadRow)(nil)).Where("id IN (?)", bun.List(ids)).Exec(ctx)
	return len(ids), err
}

// populated reports whether a thread has members.
func (s store) populated(ctx context.Context, thread int64) (bool, error) {
	return s.Reader.NewSelect().Model((*membershipRow)(nil)).Where("thread_id = ?", thread).Exists(ctx)
}

// entered returns how many channels a user has entered.
func (s store) entered(ctx context.Context, userID int32) (int, error) {
	n, err := s.Reader.NewSelect().Model((*threadRow)(nil)).Join("JOIN memberships AS b ON b.thread_id = t.id").
		Where("b.user_id = ?", userID).Where("t.channel IS NOT NULL").Count(ctx)
	return int(n), err
}

// seen moves a mark forward.
func seen(ctx context.Context, db bun.IDB, userID int32, thread, message int64) error {
	_, err := db.NewUpdate().Model((*membershipRow)(nil)).Set("last_read_id = ?", message).
		Where("user_id = ?", userID).Where("thread_id = ?", thread).Where("last_read_id < ?", message).Exec(ctx)
	return err
}

// see moves a mark forward, at most to the newest message, and reads the mail up to there.
func (s store) see(ctx context.Context, userID int32, thread, message int64) error {
	newest, err := s.history(ctx, thread, 0, 1)
	if err != nil || len(newest) == 0 {
		return err
	}
	message = min(message, newest[0].ID)
	return s.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		if err := seen(ctx, tx, userID, thread, message); err != nil || newest[0].Channel != "" {
			return err
		}
		_, err := tx.NewUpdate().Model((*messageRow)(nil)).Set("unread_by = NULL").Where("unread_by = ?", userID).
			Where("thread_id = ?", thread).Where("id <= ?", message).Exec(ctx)
		return err
	})
}

// newestOf is the id of a thread's last message. An aggregate would read all of them on some engines.
const newestOf = "COALESCE((SELECT x.id FROM messages AS x WHERE x.thread_id = t.id ORDER BY x.id DESC LIMIT 1), 0) AS last_message_id"

// thread returns one thread. chat.ErrNoChannel.
func (s store) thread(ctx context.Context, userID int32, id int64) (entry, error) {
	var found entry
	err := s.Reader.NewSelect().Model((*threadRow)(nil)).ColumnExpr("t.*").ColumnExpr(newestOf).
		ColumnExpr("COALESCE(b.last_read_id, 0) AS last_read_id, COALESCE(b.thread_id, 0) AS member, COALESCE(b.hidden, ?) AS hidden", false).
		Join("LEFT JOIN memberships AS b ON b.thread_id = t.id AND b.user_id = ?", userID).
		Where("t.id = ?", id).Scan(ctx, &found)
	if errors.Is(err, sql.ErrNoRows) {
		return entry{}, chat.ErrNoChannel
	}
	return found, err
}

// threads returns the channels that a user has entered, by name, or his latest conversations, the latest first.
func (s store) threads(ctx context.Context, userID int32, conversations bool) ([]entry, error) {
	var found []entry
	q := s.Reader.NewSelect().Model((*threadRow)(nil)).ColumnExpr("t.*").ColumnExpr(newestOf).
		ColumnExpr("b.last_read_id, b.thread_id AS member, b.hidden").
		Join("JOIN memberships AS b ON b.thread_id = t.id").
		Where("b.user_id = ?", userID).Where("b.hidden = ?", false)
	if conversations {
		q = q.Where("t.channel IS NULL").OrderExpr("last_message_id DESC, t.id").Limit(chat.MaxConversations)
	} else {
		q = q.Where("t.channel IS NOT NULL").OrderExpr("t.channel").Limit(2 * chat.MaxEntered) // temporary ones are not bounded
	}
	err := q.Scan(ctx, &found)
	return found, err
}

// channelEntries returns the threads of channels, by name, whether the user has entered them or not.
func (s store) channelEntries(ctx context.Context, userID int32, names []string) ([]entry, error) {
	var found []entry
	if len(names) == 0 {
		return nil, nil
	}
	err := s.Reader.NewSelect().Model((*threadRow)(nil)).ColumnExpr("t.*").ColumnExpr(newestOf).
		ColumnExpr("COALESCE(b.last_read_id, 0) AS last_read_id, COALESCE(b.thread_id, 0) AS member, COALESCE(b.hidden, ?) AS hidden", false).
		Join("LEFT JOIN memberships AS b ON b.thread_id = t.id AND b.user_id = ?", userID).
		Where("t.channel IN (?)", bun.List(names)).OrderExpr("t.channel").Scan(ctx, &found)
	return found, err
}

// part returns messages of a thread, by id.
func (s store) part(ctx context.Context, thread int64, part chat.Part) ([]chat.Message, error) {
	if part.After > 0 {
		return s.messages(ctx, func(q *bun.SelectQuery) *bun.SelectQuery {
			return q.Where("m.thread_id = ?", thread).Where("m.id > ?", part.After).OrderExpr("m.id ASC").Limit(int64(part.Limit))
		})
	}
	all, err := s.history(ctx, thread, part.Before, part.Limit)
	slices.Reverse(all)
	return all, err
}

// unionOf bounds the threads of one query of updates.
const unionOf = 32

// updates returns the first messages of the threads after an id, by id. Each thread is looked up by itself, so that no query reads
// more rows than it has threads times the limit.
func (s store) updates(ctx context.Context, threads []int64, after int64, limit int) ([]chat.Message, error) {
	var all []messageRow
	for some := range slices.Chunk(threads, unionOf) {
		var parts []string
		var args []any
		for _, id := range some {
			parts = append(parts, "SELECT * FROM (SELECT m.* FROM messages AS m WHERE m.thread_id = ? AND m.id > ? ORDER BY m.id LIMIT ?) AS ?")
			args = append(args, id, after, limit, bun.Ident("part"))
		}
		var found []messageRow
		if err := s.Reader.NewRaw(strings.Join(parts, " UNION ALL "), args...).Scan(ctx, &found); err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	slices.SortFunc(all, func(a, b messageRow) int { return cmp.Compare(a.ID, b.ID) })
	return messages(all[:min(len(all), limit)]), nil
}

// saidAt returns when a message was said, or the last one before it.
func (s store) saidAt(ctx context.Context, id int64) (time.Time, bool, error) {
	found, err := s.messages(ctx, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("m.id <= ?", id).OrderExpr("m.id DESC").Limit(1)
	})
	if err != nil || len(found) == 0 {
		return time.Time{}, false, err
	}
	return found[0].SentAt, true, nil
}
