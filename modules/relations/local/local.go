// Package local keeps friends and blocks in SQL: it is the implementation of the relations contract that ships with Peace.
//
// A user has at most one relation with another one, so that a block ends a friendship by taking its place. That both sides
// exist is the business of the table's foreign keys to users. A Service starts no goroutine.
package local

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/relations"
	"github.com/pure-peace/peace/modules/relations/relationspb"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/users"
)

// Config is the relations section of the configuration.
type Config struct {
	Max int `koanf:"max" doc:"friends and blocks that one user can have together, 1 to 10000"`
}

// DefaultConfig allows as many friends as a client shows without trouble.
func DefaultConfig() Config { return Config{Max: 1000} }

// Validate reports the first setting that cannot work, named by its key.
func (c Config) Validate() error {
	if c.Max < 1 || c.Max > 10_000 {
		return fmt.Errorf("max: must be 1 to 10000, is %d", c.Max)
	}
	return nil
}

// Deps are what the module needs of others.
type Deps struct {
	DB     *database.DB
	Topics state.Topics // where Changed events go
	Log    *slog.Logger
}

// Service keeps relations. It is safe for concurrent use; make one with New.
type Service struct {
	store  store
	topics state.Topics
	log    *slog.Logger
	max    int
}

// New expects a database that has the schema of package migrations.
func New(_ context.Context, cfg Config, deps Deps) (*Service, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	return &Service{store{deps.DB}, deps.Topics, deps.Log, cfg.Max}, nil
}

// Add implements relations.Service.
func (s *Service) Add(ctx context.Context, userID, target int32, kind relations.Kind) error {
	switch {
	case !valid(kind):
		return relations.ErrBadKind
	case userID == target:
		return relations.ErrYourself
	case target == users.BotID && kind == relations.Block:
		return relations.ErrProtected
	case target == users.BotID:
		return nil // he is a friend already
	}
	before, err := s.store.add(ctx, userID, target, kind, s.max, time.Now().UTC())
	if err != nil || before == kind {
		return err
	}
	if before != relations.KindUnspecified {
		s.publish(ctx, relations.Changed{UserID: userID, Target: target, Kind: before})
	}
	s.publish(ctx, relations.Changed{UserID: userID, Target: target, Kind: kind, Added: true})
	return nil
}

// Remove implements relations.Service.
func (s *Service) Remove(ctx context.Context, userID, target int32, kind relations.Kind) error {
	if !valid(kind) {
		return relations.ErrBadKind
	}
	removed, err := s.store.remove(ctx, userID, target, kind)
	if err == nil && removed {
		s.publish(ctx, relations.Changed{UserID: userID, Target: target, Kind: kind})
	}
	return err
}

// List implements relations.Service.
func (s *Service) List(ctx context.Context, userID int32) ([]relations.Relation, error) {
	return s.store.list(ctx, userID)
}

// Inbound implements relations.Service.
func (s *Service) Inbound(ctx context.Context, target int32, kind relations.Kind) ([]int32, error) {
	if !valid(kind) {
		return nil, relations.ErrBadKind
	}
	return s.store.inbound(ctx, target, kind)
}

// Counts implements relations.Service.
func (s *Service) Counts(ctx context.Context, targets []int32, kind relations.Kind) ([]int32, error) {
	switch {
	case !valid(kind):
		return nil, relations.ErrBadKind
	case len(targets) > relations.MaxBatch:
		return nil, relations.ErrTooLarge
	case len(targets) == 0:
		return nil, nil
	}
	known, err := s.store.counts(ctx, targets, kind)
	if err != nil {
		return nil, err
	}
	counts := make([]int32, len(targets))
	for i, target := range targets {
		counts[i] = known[target]
	}
	return counts, nil
}

// Between implements relations.Service.
func (s *Service) Between(ctx context.Context, userID int32, others []int32) ([]relations.Standing, error) {
	switch {
	case len(others) > relations.MaxBatch:
		return nil, relations.ErrTooLarge
	case len(others) == 0:
		return nil, nil
	}
	towards, from, err := s.store.between(ctx, userID, others)
	if err != nil {
		return nil, err
	}
	standings := make([]relations.Standing, len(others))
	for i, other := range others {
		standings[i] = relations.Standing{UserID: other, Towards: towards[other], From: from[other]}
	}
	return standings, nil
}

func valid(kind relations.Kind) bool { return kind == relations.Friend || kind == relations.Block }

// publishTimeout bounds the wait for the state module after a change is committed.
const publishTimeout = 5 * time.Second

// publish tells of a change that is committed, and so happens even when the caller has gone away meanwhile.
func (s *Service) publish(ctx context.Context, changed relations.Changed) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), publishTimeout)
	defer cancel()
	payload, err := proto.Marshal(relationspb.FromChanged(changed))
	if err == nil {
		err = s.topics.Publish(ctx, relations.Topic, payload)
	}
	if err != nil {
		s.log.WarnContext(ctx, "a change of a friend list was not announced", "user", changed.UserID, "error", err)
	}
}
