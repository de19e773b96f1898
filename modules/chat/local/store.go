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
	bun.BaseModel `bun:"table:channels"`

	Name     string `bun:"name,pk"`
	Topic    string `bun:"topic"`
	CanRead  int64  `bun:"can_read"`
	CanWrite int64  `bun:"can_write"`
	AutoJoin bool   `bun:"auto_join"`
}

type messageRow struct {
	bun.BaseModel `bun:"table:messages"`

	ID          int64     `bun:"id,pk,autoincrement"`
	SenderID    int32     `bun:"sender_id"`
	SenderName  string    `bun:"sender_name"`
	Channel     string    `bun:"channel,nullzero"`
	RecipientID int32     `bun:"recipient_id,nullzero"`
	LowerID     int32     `bun:"lower_id,nullzero"`
	UpperID     int32     `bun:"upper_id,nullzero"`
	UnreadBy    int32     `bun:"unread_by,nullzero"`
	Body        string    `bun:"body"`
	IsAction    bool      `bun:"is_action"`
	IsCut       bool      `bun:"is_cut"`
	SentAt      time.Time `bun:"sent_at"`
}

func (r *messageRow) message() chat.Message {
	return chat.Message{
		ID: r.ID, SenderID: r.SenderID, SenderName: r.SenderName, Channel: r.Channel, Recipient: r.RecipientID,
		Text: r.Body, Action: r.IsAction, Cut: r.IsCut, SentAt: r.SentAt.UTC(),
	}
}

// channels returns all stored channels, by name.
func (s store) channels(ctx context.Context) (map[string]chat.Channel, error) {
	var found []channelRow
	if err := s.Reader.NewSelect().Model(&found).Scan(ctx); err != nil {
		return nil, err
	}
	all := make(map[string]chat.Channel, len(found))
	for _, r := range found {
		all[r.Name] = chat.Channel{
			Name: r.Name, Topic: r.Topic, AutoJoin: r.AutoJoin,
			Read: users.Privileges(r.CanRead), Write: users.Privileges(r.CanWrite),
		}
	}
	return all, nil
}

// saveChannels makes channels or, when replace is set, changes those that exist.
func saveChannels(ctx context.Context, db bun.IDB, channels []chat.Channel, replace bool) error {
	if len(channels) == 0 {
		return nil
	}
	list := make([]channelRow, len(channels))
	for i, c := range channels {
		list[i] = channelRow{Name: c.Name, Topic: c.Topic, CanRead: int64(c.Read), CanWrite: int64(c.Write), AutoJoin: c.AutoJoin}
	}
	upsert := database.Upsert{Key: []string{"name"}}
	if replace {
		upsert.Replace = []string{"topic", "can_read", "can_write", "auto_join"}
	}
	_, err := upsert.On(db.NewInsert().Model(&list)).Exec(ctx)
	return err
}

func (s store) deleteChannel(ctx context.Context, name string) error {
	_, err := s.NewDelete().Model((*channelRow)(nil)).Where("name = ?", name).Exec(ctx)
	return err
}

// save stores a message and returns it with its ID. An unread one is the recipient's mail.
func (s store) save(ctx context.Context, m chat.Message, unread bool) (chat.Message, error) {
	row := messageRow{
		SenderID: m.SenderID, SenderName: m.SenderName, Channel: m.Channel, RecipientID: m.Recipient,
		Body: m.Text, IsAction: m.Action, IsCut: m.Cut, SentAt: m.SentAt,
	}
	if m.Channel == "" {
		row.LowerID, row.UpperID = min(m.SenderID, m.Recipient), max(m.SenderID, m.Recipient)
	}
	if unread {
		row.UnreadBy = m.Recipient
	}
	_, err := s.NewInsert().Model(&row).Exec(ctx)
	m.ID = row.ID
	return m, err
}

// markUnread makes a message the recipient's mail after all.
func (s store) markUnread(ctx context.Context, id int64) error {
	_, err := s.NewUpdate().Model((*messageRow)(nil)).Set("unread_by = recipient_id").Where("id = ?", id).Exec(ctx)
	return err
}

// markRead marks the mail of a user as read, that of one sender or (0) all of it.
func (s store) markRead(ctx context.Context, userID, sender int32) error {
	q := s.NewUpdate().Model((*messageRow)(nil)).Set("unread_by = NULL").Where("unread_by = ?", userID)
	if sender != 0 {
		q = q.Where("sender_id = ?", sender)
	}
	_, err := q.Exec(ctx)
	return err
}

// unread returns the mail of a user, oldest first.
func (s store) unread(ctx context.Context, userID int32) ([]chat.Message, error) {
	return s.messages(ctx, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("unread_by = ?", userID).OrderExpr("id ASC").Limit(chat.MaxPage)
	})
}

func (s store) history(ctx context.Context, channel string, before int64, limit int) ([]chat.Message, error) {
	return s.messages(ctx, func(q *bun.SelectQuery) *bun.SelectQuery {
		return page(q.Where("channel = ?", channel), before, limit)
	})
}

func (s store) conversation(ctx context.Context, a, b int32, before int64, limit int) ([]chat.Message, error) {
	return s.messages(ctx, func(q *bun.SelectQuery) *bun.SelectQuery {
		return page(q.Where("lower_id = ?", min(a, b)).Where("upper_id = ?", max(a, b)), before, limit)
	})
}

func page(q *bun.SelectQuery, before int64, limit int) *bun.SelectQuery {
	if before > 0 {
		q = q.Where("id < ?", before)
	}
	return q.OrderExpr("id DESC").Limit(int64(limit))
}

func (s store) messages(ctx context.Context, which func(*bun.SelectQuery) *bun.SelectQuery) ([]chat.Message, error) {
	var found []messageRow
	if err := which(s.Reader.NewSelect().Model(&found)).Scan(ctx); err != nil {
		return nil, err
	}
	var all []chat.Message
	for i := range found {
		all = append(all, found[i].message())
	}
	return all, nil
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
