// Package local keeps kudosu in SQL: it is the implementation of the kudosu contract that ships with Peace. A total is changed in
// the transaction of its entry. A Service starts no goroutine.
package local

import (
	"context"
	"fmt"
	"log/slog"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/uptrace/bun"

	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/kudosu"
	"github.com/pure-peace/peace/modules/users"
)

// Users is what the module asks of accounts.
type Users interface {
	Get(ctx context.Context, ids []int32) ([]users.User, error)
	Record(ctx context.Context, entry users.AuditEntry) error
}

// Deps are what the module needs of others.
type Deps struct {
	DB    *database.DB
	Users Users
	Log   *slog.Logger
}

// Service keeps the ledger. It is safe for concurrent use; make one with New.
type Service struct {
	deps  Deps
	store store
}

var _ kudosu.Service = (*Service)(nil)

// New expects a database that has the schema of package migrations.
func New(_ context.Context, deps Deps) (*Service, error) {
	return &Service{deps, store{deps.DB}}, nil
}

// Give implements kudosu.Service.
func (s *Service) Give(ctx context.Context, e kudosu.Entry) (kudosu.Entry, error) {
	e.Reason = strings.TrimSpace(e.Reason)
	switch {
	case e.Amount == 0 || e.Amount > kudosu.MaxAmount || e.Amount < -kudosu.MaxAmount:
		return kudosu.Entry{}, kudosu.ErrBadGift
	case e.Reason == "" || utf8.RuneCountInString(e.Reason) > kudosu.MaxReason || !utf8.ValidString(e.Reason) || strings.ContainsFunc(e.Reason, unicode.IsControl):
		return kudosu.Entry{}, kudosu.ErrBadGift
	case e.By == e.UserID:
		return kudosu.Entry{}, kudosu.ErrForbidden
	}
	if err := s.mayGive(ctx, e.By, e.UserID); err != nil {
		return kudosu.Entry{}, err
	}
	// First the audit trail: a row too many says more than one too few. It may be in the same database, whose one writer a
	// transaction would keep from it.
	err := s.deps.Users.Record(ctx, users.AuditEntry{
		ActorID: e.By, TargetID: e.UserID, Action: "kudosu", Reason: e.Reason,
		Details: map[string]string{"amount": strconv.Itoa(int(e.Amount))},
	})
	if err != nil {
		return kudosu.Entry{}, err
	}
	row := entryRow{At: time.Now().UTC().Truncate(time.Microsecond), UserID: e.UserID, By: e.By, Amount: e.Amount, Reason: e.Reason}
	err = s.deps.DB.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		row.ID = 0
		return s.store.give(ctx, tx, &row)
	})
	if err != nil {
		return kudosu.Entry{}, err
	}
	return row.entry(), nil
}

// mayGive reports whether the one is staff and the other is there.
func (s *Service) mayGive(ctx context.Context, by, to int32) error {
	found, err := s.deps.Users.Get(ctx, []int32{by, to})
	if err != nil {
		return err
	}
	staff, there := by == users.BotID, false // what is done on the server's command line is done by the bot
	for _, u := range found {
		staff = staff || u.ID == by && u.Privileges.HasAny(users.Staff) && !u.Restricted
		there = there || u.ID == to && !u.Bot
	}
	switch {
	case !staff:
		return kudosu.ErrForbidden
	case !there:
		return kudosu.ErrNoUser
	}
	return nil
}

// History implements kudosu.Service.
func (s *Service) History(ctx context.Context, userID int32, offset, limit int) ([]kudosu.Entry, error) {
	if !page(offset, limit) {
		return nil, kudosu.ErrTooLarge
	}
	return s.store.history(ctx, userID, offset, limit)
}

// Totals implements kudosu.Service.
func (s *Service) Totals(ctx context.Context, userIDs []int32) ([]kudosu.Total, error) {
	switch {
	case len(userIDs) > kudosu.MaxBatch:
		return nil, kudosu.ErrTooLarge
	case len(userIDs) == 0:
		return nil, nil
	}
	has, err := s.store.totals(ctx, userIDs)
	totals := make([]kudosu.Total, len(userIDs))
	for i, id := range userIDs {
		totals[i] = kudosu.Total{UserID: id, Amount: has[id]}
	}
	return totals, err
}

// Ranking implements kudosu.Service.
func (s *Service) Ranking(ctx context.Context, offset, limit int) ([]kudosu.Total, error) {
	if !page(offset, limit) {
		return nil, kudosu.ErrTooLarge
	}
	return s.store.ranking(ctx, offset, limit)
}

func page(offset, limit int) bool {
	return limit >= 1 && limit <= kudosu.MaxPage && offset >= 0 && offset <= kudosu.MaxOffset
}

// store is the SQL of this module over the tables kudosu_entries and kudosu_totals.
type store struct{ *database.DB }

type entryRow struct {
	bun.BaseModel `bun:"table:kudosu_entries,alias:e"`

	ID     int64     `bun:"id,pk,autoincrement"`
	At     time.Time `bun:"at"`
	UserID int32     `bun:"user_id"`
	By     int32     `bun:"by_id"`
	Amount int32     `bun:"amount"`
	Reason string    `bun:"reason"`
}

type totalRow struct {
	bun.BaseModel `bun:"table:kudosu_totals,alias:t"`

	UserID int32 `bun:"user_id,pk"`
	Amount int32 `bun:"amount"`
}

func (r *entryRow) entry() kudosu.Entry {
	return kudosu.Entry{ID: r.ID, At: r.At.UTC(), UserID: r.UserID, By: r.By, Amount: r.Amount, Reason: r.Reason}
}

// give writes an entry and its total, whose row is locked by being written first.
func (s store) give(ctx context.Context, tx bun.Tx, row *entryRow) error {
	total := totalRow{UserID: row.UserID, Amount: row.Amount}
	sum := database.Upsert{Key: []string{"user_id"}, Add: []string{"amount"}}
	if _, err := sum.On(tx.NewInsert().Model(&total)).Exec(ctx); err != nil {
		return err
	}
	if err := tx.NewSelect().Model(&total).WherePK().Scan(ctx); err != nil {
		return err
	}
	if total.Amount < 0 || total.Amount > math.MaxInt32/2 {
		return kudosu.ErrBadGift.WithMessage(fmt.Sprintf("the player would have %d", total.Amount))
	}
	_, err := tx.NewInsert().Model(row).Exec(ctx)
	return err
}

func (s store) history(ctx context.Context, userID int32, offset, limit int) ([]kudosu.Entry, error) {
	var rows []entryRow
	err := s.Reader.NewSelect().Model(&rows).Where("user_id = ?", userID).Order("id DESC").Offset(int64(offset)).Limit(int64(limit)).Scan(ctx)
	list := make([]kudosu.Entry, len(rows))
	for i := range rows {
		list[i] = rows[i].entry()
	}
	return list, err
}

func (s store) totals(ctx context.Context, ids []int32) (map[int32]int32, error) {
	var rows []totalRow
	err := s.Reader.NewSelect().Model(&rows).Where("user_id IN (?)", bun.List(ids)).Scan(ctx)
	has := make(map[int32]int32, len(rows))
	for _, r := range rows {
		has[r.UserID] = r.Amount
	}
	return has, err
}

func (s store) ranking(ctx context.Context, offset, limit int) ([]kudosu.Total, error) {
	var rows []totalRow
	err := s.Reader.NewSelect().Model(&rows).Where("amount > 0").Order("amount DESC", "user_id DESC").
		Offset(int64(offset)).Limit(int64(limit)).Scan(ctx)
	list := make([]kudosu.Total, len(rows))
	for i, r := range rows {
		list[i] = kudosu.Total{UserID: r.UserID, Amount: r.Amount}
	}
	return list, err
}
