package local

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/pure-peace/peace/modules/chat"
	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/users"
)

// store holds the SQL of the module.
type store struct{ *database.DB }

type channelRow struct {
	bun.BaseModel `bun:"table:channels,alias:c"`

	Name     string `bun:"name,pk"`
	Topic    string `bun:"topic"`
	CanRead  int64  `bun:"can_read"`
	CanWrite int64  `bun:"can_write"`
	AutoJoin bool   `bun:"auto_join"`
}

type messageRow struct {
	bun.BaseModel `bun:"table:messages,alias:m"`

	ID          int64     `bun:"id,pk,autoincrement"`
	ThreadID    int64     `bun:"thread_id"`
	SenderID    int32     `bun:"sender_id"`
	SenderName  string    `bun:"sender_name"`
	Channel     string    `bun:"channel,nullzero"`
	RecipientID int32     `bun:"recipient_id,nullzero"`
	UnreadBy    int32     `bun:"unread_by,nullzero"`
	Body        string    `bun:"body"`
	IsAction    bool      `bun:"is_action"`
	IsCut       bool      `bun:"is_cut"`
	SentAt      time.Time `bun:"sent_at"`
}

func (r *messageRow) message() chat.Message {
	return chat.Message{
		ID: r.ID, ThreadID: r.ThreadID, SenderID: r.SenderID, SenderName: r.SenderName, Channel: r.Channel, Recipient: r.RecipientID,
		Text: r.Body, Action: r.IsAction, Cut: r.IsCut, SentAt: r.SentAt.UTC(),
	}
}

// channels returns all stored channels, by name.
func (s store) channels(ctx context.Context) (map[string]chat.Channel, error) {
	var found []struct {
		channelRow `bun:",extend"`

		ThreadID int64 `bun:"thread_id"`
	}
	err := s.Reader.NewSelect().Model((*channelRow)(nil)).ColumnExpr("c.*, t.id AS thread_id").
		Join("JOIN threads AS t ON t.channel = c.name").Scan(ctx, &found)
	if err != nil {
		return nil, err
	}
	all := make(map[string]chat.Channel, len(found))
	for _, r := range found {
		all[r.Name] = chat.Channel{
			ID: r.ThreadID, Name: r.Name, Topic: r.Topic, AutoJoin: r.AutoJoin,
			Read: users.Privileges(r.CanRead), Write: users.Privileges(r.CanWrite),
		}
	}
	return all, nil
}

// saveChannels makes channels, threads and all, or, when replace is set, changes those that exist.
func saveChannels(ctx context.Context, db bun.IDB, channels []chat.Channel, replace bool) error {
	if len(channels) == 0 {
		return nil
	}
	list := make([]channelRow, len(channels))
	names := make([]string, len(channels))
	for i, c := range channels {
		list[i] = channelRow{Name: c.Name, Topic: c.Topic, CanRead: int64(c.Read), CanWrite: int64(c.Write), AutoJoin: c.AutoJoin}
		names[i] = c.Name
	}
	upsert := database.Upsert{Key: []string{"name"}}
	if replace {
		upsert.Replace = []string{"topic", "can_read", "can_write", "auto_join"}
	}
	if _, err := upsert.On(db.NewInsert().Model(&list)).Exec(ctx); err != nil {
		return err
	}
	return numberChannels(ctx, db, names)
}

func (s store) deleteChannel(ctx context.Context, name string) error {
	_, err := s.NewDelete().Model((*channelRow)(nil)).Where("name = ?", name).Exec(ctx)
	return err
}

// save stores what was said in a channel, and returns it with its ID. What its sender said himself he has read, when reader says
// that his memberships know of it.
func (s store) save(ctx context.Context, m chat.Message, reader bool) (chat.Message, error) {
	if !reader {
		return insert(ctx, s.DB, m, false)
	}
	err := s.InTx(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		if m, err = insert(ctx, tx, m, false); err != nil {
			return err
		}
		return seen(ctx, tx, m.SenderID, m.ThreadID, m.ID)
	})
	return m, err
}

// insert stores a message. An unread one is the recipient's mail.
func insert(ctx context.Context, db bun.IDB, m chat.Message, unread bool) (chat.Message, error) {
	row := messageRow{
		ThreadID: m.ThreadID, SenderID: m.SenderID, SenderName: m.SenderName, Channel: m.Channel, RecipientID: m.Recipient,
		Body: m.Text, IsAction: m.Action, IsCut: m.Cut, SentAt: m.SentAt,
	}
	if unread {
		row.UnreadBy = m.Recipient
	}
	_, err := db.NewInsert().Model(&row).Exec(ctx)
	m.ID = row.ID
	return m, err
}

// markUnread makes a message the recipient's mail after all.
func (s store) markUnread(ctx context.Context, id int64) error {
	_, err := s.NewUpdate().Model((*messageRow)(nil)).Set("unread_by = recipient_id").Where("id = ?", id).Exec(ctx)
	return err
}

// markRead marks the mail of a user as read, that of one sender or (0) all of it, and moves his marks in those conversations.
func (s store) markRead(ctx context.Context, userID, sender int32) error {
	return s.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		var newest []struct {
			ThreadID int64 `bun:"thread_id"`
			ID       int64 `bun:"id"`
		}
		err := mailOf(tx.NewSelect().Model((*messageRow)(nil)), userID, sender).ColumnExpr("m.thread_id, MAX(m.id) AS id").
			GroupExpr("m.thread_id").OrderExpr("m.thread_id").Scan(ctx, &newest)
		if err != nil || len(newest) == 0 {
			return err
		}
		for _, n := range newest {
			if err := seen(ctx, tx, userID, n.ThreadID, n.ID); err != nil {
				return err
			}
			_, err := tx.NewUpdate().Model((*messageRow)(nil)).Set("unread_by = NULL").Where("unread_by = ?", userID).
				Where("thread_id = ?", n.ThreadID).Where("id <= ?", n.ID).Exec(ctx)
			if err != nil {
				return err
			}
		}
		return nil
	})
}

func mailOf(q *bun.SelectQuery, userID, sender int32) *bun.SelectQuery {
	q = q.Where("m.unread_by = ?", userID)
	if sender != 0 {
		q = q.Where("m.sender_id = ?", sender)
	}
	return q
}

// unread returns the mail of a user, oldest first.
func (s store) unread(ctx context.Context, userID int32) ([]chat.Message, error) {
	return s.messages(ctx, func(q *bun.SelectQuery) *bun.SelectQuery {
		return mailOf(q, userID, 0).OrderExpr("m.id ASC").Limit(chat.MaxPage)
	})
}

// history returns the messages of a thread before an id (0: the newest), newest first.
func (s store) history(ctx context.Context, thread, before int64, limit int) ([]chat.Message, error) {
	return s.messages(ctx, func(q *bun.SelectQuery) *bun.SelectQuery {
		q = q.Where("m.thread_id = ?", thread)
		if before > 0 {
			q = q.Where("m.id < ?", before)
		}
		return q.OrderExpr("m.id DESC").Limit(int64(limit))
	})
}

func (s store) messages(ctx context.Context, which func(*bun.SelectQuery) *bun.SelectQuery) ([]chat.Message, error) {
	var found []messageRow
	if err := which(s.Reader.NewSelect().Model(&found)).Scan(ctx); err != nil {
		return nil, err
	}
	return messages(found), nil
}

func messages(rows []messageRow) []chat.Message {
	var all []chat.Message
	for i := range rows {
		all = append(all, rows[i].message())
	}
	return all
}

// deleteBefore deletes some of the messages that are older, and returns how many it did.
func (s store) deleteBefore(ctx context.Context, limit time.Time, n int) (int, error) {
	var ids []int64
	err := s.Reader.NewSelect().Model((*messageRow)(nil)).Column("id").Where("sent_at < ?", limit).
		OrderExpr("sent_at").Limit(int64(n)).Scan(ctx, &ids)
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	_, err = s.NewDelete().Model((*messageRow)(nil)).Where("id IN (?)", bun.List(ids)).Exec(ctx)
	return len(ids), err
}
