// Package local keeps notifications in SQL and puts them into outboxes: it is the implementation of the notifications contract
// that ships with Peace.
//
// It follows the log of scores and asks achievements what each score earned. The notification of a medal is written in the
// transaction that moves the follower on, under the medal's number as its key: so a player is told once, whatever crashes and
// however often the medal goes and comes back. Only the event in the outbox may get lost, which the list makes good.
//
// The files: medals.go is what follows the log, store.go the SQL, upkeep.go what happens by itself.
package local

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/uptrace/bun"
	"golang.org/x/sync/errgroup"

	"github.com/pure-peace/peace/modules/achievements"
	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/notifications"
	"github.com/pure-peace/peace/modules/notifications/notificationspb"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/modules/scores/follow"
	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/wire"
)

// State is what the module asks of state.
type State interface {
	state.Topics
	Apply(ctx context.Context, changes []state.Change) ([]state.Outcome, error)
}

// Medals is what the module asks of achievements.
type Medals interface {
	Earned(ctx context.Context, seq, scoreID int64) ([]achievements.Achievement, error)
}

// Deps are what the module needs of others.
type Deps struct {
	DB     *database.DB
	State  State
	Scores scores.Log // nil, like Medals, when there are no medals to tell of
	Medals Medals
	Domain string // of the server, whose assets host has the pictures of medals
	Log    *slog.Logger
}

// Service keeps notifications. It is safe for concurrent use; make one with New.
type Service struct {
	config   Config
	deps     Deps
	store    store
	follower *follow.Follower // nil when medals are not told of
}

var _ notifications.Service = (*Service)(nil)

// New expects a database that has the schema of package migrations.
func New(_ context.Context, config Config, deps Deps) (*Service, error) {
	if err := config.Validate(); err != nil {
		return nil, fmt.Errorf("notifications: %w", err)
	}
	s := &Service{config: config, deps: deps, store: store{deps.DB}}
	if config.Medals && deps.Scores != nil && deps.Medals != nil {
		s.follower = follow.New(
			follow.Config{Table: "notification_cursors", Name: "medals", Batch: config.Batch},
			follow.Deps{DB: deps.DB, Scores: deps.Scores, Topics: deps.State, Log: deps.Log},
			s.plan)
	}
	return s, nil
}

// Run follows the log of scores and deletes what is too old, until ctx ends.
func (s *Service) Run(ctx context.Context) error {
	var g errgroup.Group
	if s.follower != nil {
		g.Go(func() error { return s.follower.Run(ctx) })
	}
	g.Go(func() error {
		s.expire(ctx)
		return nil
	})
	return g.Wait()
}

// Notify implements notifications.Service.
func (s *Service) Notify(ctx context.Context, userIDs []int32, n notifications.Notification) error {
	switch {
	case len(userIDs) > notifications.MaxUsers:
		return notifications.ErrTooLarge
	case !acceptable(n):
		return notifications.ErrBadNotification
	case len(userIDs) == 0:
		return nil
	}
	if n.Key == "" {
		n.Key = rand.Text()
	}
	if n.At.IsZero() {
		n.At = time.Now()
	}
	rows := make([]row, 0, len(userIDs))
	for _, id := range slices.Compact(slices.Sorted(slices.Values(userIDs))) {
		n.UserID = id
		rows = append(rows, rowOf(n))
	}
	var told []notifications.Notification
	err := s.deps.DB.InTx(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		told, err = s.store.add(ctx, tx, rows)
		return err
	})
	if err != nil {
		return err
	}
	return s.tell(ctx, told)
}

// names are in snake case.
var names = regexp.MustCompile(`^[a-z][a-z0-9_]{0,63}$`)

func acceptable(n notifications.Notification) bool {
	return names.MatchString(n.Name) && names.MatchString(n.ObjectType) && n.ObjectID >= 0 && n.SourceID >= 0 &&
		len(n.Key) <= 64 && utf8.ValidString(n.Key) && len(n.Details) <= notifications.MaxDetails && isObject(n.Details)
}

// isObject reports whether details are a JSON object; nothing counts as an empty one.
func isObject(details []byte) bool {
	return len(details) == 0 || utf8.Valid(details) && json.Valid(details) && bytes.HasPrefix(bytes.TrimSpace(details), []byte("{"))
}

// tell puts notifications into the outboxes of their users.
func (s *Service) tell(ctx context.Context, told []notifications.Notification) error {
	for some := range slices.Chunk(told, state.MaxChanges) {
		changes := make([]state.Change, len(some))
		for i, n := range some {
			changes[i].Append = &state.Append{
				Space: sessions.Space,
				Tags:  []string{sessions.UserTag(n.UserID)},
				Item:  wire.Pack(notificationspb.FromNotified(notifications.Notified{Notification: n})),
			}
		}
		if _, err := s.deps.State.Apply(ctx, changes); err != nil {
			return err
		}
	}
	return nil
}

// List implements notifications.Service.
func (s *Service) List(ctx context.Context, userID int32, before int64, limit int, unread bool) ([]notifications.Notification, int, error) {
	if limit < 1 || limit > notifications.MaxPage {
		return nil, 0, notifications.ErrTooLarge
	}
	list, err := s.store.list(ctx, userID, before, limit, unread)
	if err != nil {
		return nil, 0, err
	}
	n, err := s.store.unread(ctx, userID)
	return list, n, err
}

// MarkRead implements notifications.Service.
func (s *Service) MarkRead(ctx context.Context, userID int32, which notifications.Which) error {
	if len(which.IDs) > notifications.MaxPage {
		return notifications.ErrTooLarge
	}
	for _, name := range []string{which.Name, which.ObjectType} {
		if name != "" && !names.MatchString(name) {
			return nil // nothing is called that, and a database need not be able to read it
		}
	}
	for {
		ids, err := s.store.read(ctx, userID, which)
		if err != nil || len(ids) == 0 {
			return err
		}
		_, err = s.deps.State.Apply(ctx, []state.Change{{Append: &state.Append{
			Space: sessions.Space,
			Tags:  []string{sessions.UserTag(userID)},
			Item:  wire.Pack(notificationspb.FromSeen(notifications.Seen{UserID: userID, IDs: ids})),
		}}})
		if err != nil || len(ids) < notifications.MaxPage {
			return err
		}
	}
}
