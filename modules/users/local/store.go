package local

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/osu"
)

// store is the SQL of this module over the tables users, user_settings and audit_log; devices.go has that of user_devices.
type store struct{ *database.DB }

// account is a row of users.
type account struct {
	bun.BaseModel `bun:"table:users,alias:u"`

	ID            int32     `bun:"id,pk,autoincrement"`
	Name          string    `bun:"name"`
	SafeName      string    `bun:"safe_name"`
	UnicodeName   string    `bun:"unicode_name,nullzero"`
	UnicodeKey    string    `bun:"unicode_key,nullzero"`
	Email         string    `bun:"email,nullzero"`
	EmailKey      string    `bun:"email_key,nullzero"`
	PasswordHash  string    `bun:"password_hash"`
	Country       string    `bun:"country"`
	Privileges    int64     `bun:"privileges"`
	Ruleset       int16     `bun:"ruleset"`
	Restricted    bool      `bun:"restricted"`
	SilencedUntil time.Time `bun:"silenced_until,nullzero"`
	Bot           bool      `bun:"bot"`
	CreatedAt     time.Time `bun:"created_at"`
	LastSeenAt    time.Time `bun:"last_seen_at,nullzero"`

	PasswordSerial int32 `bun:"password_serial"`
}

func (a *account) user() users.User {
	return users.User{
		ID:            a.ID,
		Name:          a.Name,
		UnicodeName:   a.UnicodeName,
		Email:         a.Email,
		Country:       a.Country,
		Privileges:    users.Privileges(a.Privileges),
		Ruleset:       osu.Ruleset(a.Ruleset),
		Restricted:    a.Restricted,
		SilencedUntil: a.SilencedUntil.UTC(),
		Bot:           a.Bot,
		CreatedAt:     a.CreatedAt.UTC(),
		LastSeenAt:    a.LastSeenAt.UTC(),

		PasswordSerial: a.PasswordSerial,
	}
}

// ensureBot makes the bot's account, or gives it its name. The unique violation of a name that is taken is returned as it is.
func (s store) ensureBot(ctx context.Context, name string, at time.Time) error {
	var bot account
	err := s.Reader.NewSelect().Model(&bot).Where("id = ?", users.BotID).Scan(ctx)
	switch {
	case err == nil && bot.Name == name:
		return nil
	case err == nil:
		bot.Name, bot.SafeName = name, osu.SafeName(name)
		return s.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
			_, err := tx.NewUpdate().Model(&bot).Column("name", "safe_name").WherePK().Exec(ctx)
			if err != nil {
				return err
			}
			return s.index(ctx, tx, &bot)
		})
	case !errors.Is(err, sql.ErrNoRows):
		return err
	}
	bot = account{ID: users.BotID, Name: name, SafeName: osu.SafeName(name), Bot: true, CreatedAt: at}
	err = s.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		if _, err := tx.NewInsert().Model(&bot).Exec(ctx); err != nil {
			return err
		}
		return s.index(ctx, tx, &bot)
	})
	if !database.IsUnique(err) {
		return err
	}
	// Another process has made it in between, unless it is the name that is taken.
	made, existsErr := s.NewSelect().Model((*account)(nil)).Where("id = ?", users.BotID).Exists(ctx)
	if existsErr != nil || made {
		return existsErr
	}
	return err
}

// byID returns the accounts that exist, in any order.
func (s store) byID(ctx context.Context, ids []int32) ([]account, error) {
	var found []account
	err := s.Reader.NewSelect().Model(&found).Where("id IN (?)", bun.List(ids)).Scan(ctx)
	return found, err
}

// bySafeName, byUnicodeKey and byEmailKey return the accounts that exist, in any order.
func (s store) bySafeName(ctx context.Context, names []string) ([]account, error) {
	return s.byKey(ctx, "safe_name", names)
}

func (s store) byUnicodeKey(ctx context.Context, keys []string) ([]account, error) {
	return s.byKey(ctx, "unicode_key", keys)
}

func (s store) byEmailKey(ctx context.Context, keys []string) ([]account, error) {
	return s.byKey(ctx, "email_key", keys)
}

func (s store) byKey(ctx context.Context, column string, keys []string) ([]account, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	var found []account
	err := s.Reader.NewSelect().Model(&found).Where("? IN (?)", bun.Ident(column), bun.List(keys)).Scan(ctx)
	return found, err
}

// taken returns the accounts other than a itself that have one of its names or its e-mail address.
func (s store) taken(ctx context.Context, a *account) ([]account, error) {
	var others []account
	for column, key := range map[string]string{"safe_name": a.SafeName, "unicode_key": a.UnicodeKey, "email_key": a.EmailKey} {
		if key == "" {
			continue
		}
		var found []account // at most one: each column is unique
		err := s.Reader.NewSelect().Model(&found).Where("? = ?", bun.Ident(column), key).Where("id <> ?", a.ID).Scan(ctx)
		if err != nil {
			return nil, err
		}
		others = append(others, found...)
	}
	return others, nil
}

// insert makes the account and sets its id.
func (s store) insert(ctx context.Context, a *account) error {
	return s.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		a.ID = 0 // of an earlier try
		if _, err := tx.NewInsert().Model(a).Exec(ctx); err != nil {
			return err
		}
		return s.index(ctx, tx, a)
	})
}

// lock reads accounts in a transaction and keeps others from changing them until it ends. One that does not exist is nil.
func (s store) lock(ctx context.Context, tx bun.Tx, actor, target int32) (a, t *account, err error) {
	var rows []*account
	// In the order of ids, so that two moderators who act on each other do not wait for each other.
	q := tx.NewSelect().Model(&rows).Where("id IN (?)", bun.List([]int32{actor, target})).Order("id")
	if s.Locks() {
		q = q.For("UPDATE")
	}
	if err := q.Scan(ctx); err != nil {
		return nil, nil, err
	}
	find := func(id int32) *account {
		if i := slices.IndexFunc(rows, func(a *account) bool { return a.ID == id }); i >= 0 {
			return rows[i]
		}
		return nil
	}
	return find(actor), find(target), nil
}

// update writes every column of the account that staff or the player can change.
func (s store) update(ctx context.Context, tx bun.Tx, a *account) error {
	_, err := tx.NewUpdate().Model(a).WherePK().
		Column("name", "safe_name", "unicode_name", "unicode_key", "email", "email_key", "password_hash", "password_serial",
			"country", "privileges", "ruleset", "restricted", "silenced_until").
		Exec(ctx)
	return err
}

// rehash replaces a hash by another one of the same password, unless the password has changed meanwhile.
func (s store) rehash(ctx context.Context, id int32, from, to string) error {
	_, err := s.NewUpdate().Model((*account)(nil)).Set("password_hash = ?", to).
		Where("id = ?", id).Where("password_hash = ?", from).Exec(ctx)
	return err
}

// settings is a row of user_settings. An account without one has the defaults.
type settings struct {
	bun.BaseModel `bun:"table:user_settings,alias:s"`

	UserID              int32  `bun:"user_id,pk"`
	FriendsOnlyMessages bool   `bun:"friends_only_messages"`
	HideLocation        bool   `bun:"hide_location"`
	HidePresence        bool   `bun:"hide_presence"`
	Language            string `bun:"language"`
}

func (s store) settings(ctx context.Context, id int32) (users.Settings, error) {
	var row settings
	err := s.Reader.NewSelect().Model(&row).Where("user_id = ?", id).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		exists, err := s.Reader.NewSelect().Model((*account)(nil)).Where("id = ?", id).Exists(ctx)
		if err == nil && !exists {
			err = users.ErrNotFound
		}
		return users.Settings{}, err
	}
	return users.Settings{
		FriendsOnlyMessages: row.FriendsOnlyMessages,
		HideLocation:        row.HideLocation,
		HidePresence:        row.HidePresence,
		Language:            row.Language,
	}, err
}

func (s store) saveSettings(ctx context.Context, id int32, v users.Settings) error {
	row := settings{
		UserID:              id,
		FriendsOnlyMessages: v.FriendsOnlyMessages,
		HideLocation:        v.HideLocation,
		HidePresence:        v.HidePresence,
		Language:            v.Language,
	}
	_, err := database.Upsert{
		Key:     []string{"user_id"},
		Replace: []string{"friends_only_messages", "hide_location", "hide_presence", "language"},
	}.On(s.NewInsert().Model(&row)).Exec(ctx)
	if database.IsForeignKey(err) {
		return users.ErrNotFound
	}
	return err
}

// entry is a row of audit_log. Details are a JSON object, or empty.
type entry struct {
	bun.BaseModel `bun:"table:audit_log,alias:a"`

	ID       int64     `bun:"id,pk,autoincrement"`
	At       time.Time `bun:"at"`
	ActorID  int32     `bun:"actor_id"`
	TargetID int32     `bun:"target_id"`
	Action   string    `bun:"action"`
	Reason   string    `bun:"reason"`
	Details  string    `bun:"details"`
}

func (s store) writeAudit(ctx context.Context, db bun.IDB, e users.AuditEntry) error {
	row := entry{
		At: e.At, ActorID: e.ActorID, TargetID: e.TargetID, Action: e.Action, Reason: e.Reason,
	}
	if len(e.Details) > 0 {
		details, err := json.Marshal(e.Details)
		if err != nil {
			return err
		}
		row.Details = string(details)
	}
	_, err := db.NewInsert().Model(&row).Exec(ctx)
	return err
}

func (s store) audit(ctx context.Context, target int32, before int64, limit int) ([]users.AuditEntry, error) {
	var rows []entry
	q := s.Reader.NewSelect().Model(&rows).Order("id DESC").Limit(int64(limit))
	if target != 0 {
		q = q.Where("target_id = ?", target)
	}
	if before != 0 {
		q = q.Where("id < ?", before)
	}
	if err := q.Scan(ctx); err != nil {
		return nil, err
	}
	entries := make([]users.AuditEntry, len(rows))
	for i, r := range rows {
		entries[i] = users.AuditEntry{
			ID: r.ID, At: r.At.UTC(), ActorID: r.ActorID, TargetID: r.TargetID, Action: r.Action, Reason: r.Reason,
		}
		if r.Details == "" {
			continue
		}
		if err := json.Unmarshal([]byte(r.Details), &entries[i].Details); err != nil {
			return nil, fmt.Errorf("users: details of audit row %d: %w", r.ID, err)
		}
	}
	return entries, nil
}
