// Package local is the registry of who is online, over the records of state.
//
// What the package knows lies in state; what it holds in memory is a view of that (state/view) with an index by user, so
// that reads cost no call. Every change of a session is one state.Apply that also carries the news of it: either both
// happen or neither does, and any number of processes may do it side by side. Versions decide who was first.
//
// The files: open.go, update.go and end.go are the life of a session; accounts.go follows what happens to accounts;
// index.go is what reads are answered from; news.go says who is told what.
package local

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
	"google.golang.org/protobuf/proto"

	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/modules/sessions/sessionspb"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/state/view"
	"github.com/pure-peace/peace/modules/users"
)

// attempts bounds how often a change is tried against other writers of the same record. Each attempt loses only to somebody
// else's success.
const attempts = 32

// Deps are the collaborators of the registry.
type Deps struct {
	State interface {
		state.Records
		state.Topics
	}
	Users users.Accounts
	Log   *slog.Logger
}

// Service implements sessions.Service.
type Service struct {
	config Config
	deps   Deps
	view   *view.View[*sessions.Session]
	index  *index
	logins [64]sync.Mutex // by user: of two logins of one user here, the second sees the first
}

var _ sessions.Service = (*Service)(nil)

// New returns the registry. Its methods wait until Run has read what is in state.
func New(_ context.Context, config Config, deps Deps) (*Service, error) {
	if err := config.Validate(); err != nil {
		return nil, fmt.Errorf("sessions: %w", err)
	}
	s := &Service{config: config, deps: deps, index: newIndex()}
	s.view = view.New(deps.State, view.Config[*sessions.Session]{
		Space:  sessions.Space,
		Decode: s.decode,
		Index:  s.index.set,
		Log:    deps.Log,
	})
	return s, nil
}

// Run keeps the registry current until ctx ends: it reads what state has, announces sessions that expired, and brings
// sessions up to what happened to their accounts.
func (s *Service) Run(ctx context.Context) error {
	var g errgroup.Group
	g.Go(func() error {
		for change := range s.view.Follow(ctx) {
			if err := s.witness(ctx, change); err != nil && ctx.Err() == nil {
				s.deps.Log.ErrorContext(ctx, "news of a session not told", "session", change.Key, "error", err)
			}
		}
		return nil
	})
	g.Go(func() error {
		view.Listen(ctx, s.deps.State, []string{users.Topic}, s.deps.Log, s.compareAccounts, s.accountChanged)
		return nil
	})
	return g.Wait()
}

// witness reacts to what happened to a session elsewhere.
func (s *Service) witness(ctx context.Context, change view.Change[*sessions.Session]) error {
	switch change.Type {
	case state.EventExpire:
		return s.expired(ctx, change.Value)
	case state.EventPut:
		return s.singleOut(ctx, change.Value)
	}
	return nil
}

// Get implements sessions.Service.
func (s *Service) Get(ctx context.Context, id string) (sessions.Session, error) {
	if err := s.view.Wait(ctx); err != nil {
		return sessions.Session{}, err
	}
	if session, _, ok := s.view.Get(id); ok {
		return clone(session), nil
	}
	// It may have been opened elsewhere a moment ago.
	h, err := s.load(ctx, id)
	if err != nil {
		return sessions.Session{}, err
	}
	return clone(h.session), nil
}

// Of implements sessions.Service.
func (s *Service) Of(ctx context.Context, userIDs []int32) ([]sessions.Session, error) {
	if err := s.batch(ctx, userIDs); err != nil {
		return nil, err
	}
	return s.index.of(userIDs), nil
}

// Presences implements sessions.Service.
func (s *Service) Presences(ctx context.Context, userIDs []int32) ([]sessions.Presence, error) {
	if err := s.batch(ctx, userIDs); err != nil {
		return nil, err
	}
	if len(userIDs) == 0 {
		return s.index.everybody(sessions.MaxBatch), nil
	}
	return s.index.presences(userIDs), nil
}

// Online implements sessions.Service.
func (s *Service) Online(ctx context.Context) ([]int32, error) {
	if err := s.view.Wait(ctx); err != nil {
		return nil, err
	}
	return s.index.onlineIDs(), nil
}

// Count implements sessions.Service.
func (s *Service) Count(ctx context.Context) (sessions.Counts, error) {
	if err := s.view.Wait(ctx); err != nil {
		return sessions.Counts{}, err
	}
	return s.index.counts(), nil
}

func (s *Service) batch(ctx context.Context, userIDs []int32) error {
	if len(userIDs) > sessions.MaxBatch {
		return sessions.ErrTooMany
	}
	return s.view.Wait(ctx)
}

// held is a live session as state has it.
type held struct {
	session *sessions.Session
	version uint64
	tags    []string
}

// decode returns the session of a record, and false for one that has ended: a session that lives carries its user's tag.
func (s *Service) decode(record state.Record) (*sessions.Session, bool) {
	var m sessionspb.Session
	if err := proto.Unmarshal(record.Value, &m); err != nil {
		s.deps.Log.Error("session record does not parse", "session", record.Key, "error", err)
		return nil, false
	}
	session, err := sessionspb.ToSession(&m)
	if err != nil {
		s.deps.Log.Error("session record does not parse", "session", record.Key, "error", err)
		return nil, false
	}
	return &session, slices.Contains(record.Tags, sessions.UserTag(session.User.ID))
}

// load reads one live session from state, and tells the view. ErrNoSession.
func (s *Service) load(ctx context.Context, id string) (held, error) {
	if id == "" || len(id) > state.MaxName {
		return held{}, sessions.ErrNoSession
	}
	records, err := s.deps.State.Get(ctx, sessions.Space, []string{id})
	if err != nil {
		return held{}, err
	}
	if len(records) == 0 {
		s.view.Forget(id)
		return held{}, sessions.ErrNoSession
	}
	if h, ok := s.admit(records[0]); ok {
		return h, nil
	}
	return held{}, sessions.ErrNoSession
}

// loadUser reads the live sessions of a user from state, and tells the view.
func (s *Service) loadUser(ctx context.Context, userID int32) ([]held, error) {
	records, err := s.deps.State.List(ctx, sessions.Space, sessions.UserTag(userID), "", state.MaxPage)
	if err != nil {
		return nil, err
	}
	all := make([]held, 0, len(records))
	for _, record := range records {
		if h, ok := s.admit(record); ok {
			all = append(all, h)
		}
	}
	return all, nil
}

// admit takes a record that was read into the view, and reports whether it is a live session.
func (s *Service) admit(record state.Record) (held, bool) {
	session, live := s.decode(record)
	if !live {
		s.view.Remove(record.Key, record.Version)
		return held{}, false
	}
	s.view.Put(record.Key, record.Version, session)
	return held{session, record.Version, record.Tags}, true
}

// attempt runs a change until it no longer meets another writer.
func (s *Service) attempt(ctx context.Context, change func() error) error {
	var err error
	for range attempts {
		if err = change(); !errors.Is(err, state.ErrConflict) || ctx.Err() != nil {
			return err
		}
	}
	return err
}

// put is the change that writes a session's value.
func (s *Service) put(session *sessions.Session, ifVersion uint64) *state.Put {
	p := &state.Put{
		Space:     sessions.Space,
		Key:       session.ID,
		Value:     encode(session),
		TTL:       s.config.Timeout,
		IfVersion: &ifVersion,
	}
	switch session.Kind {
	case sessions.Bot:
		p.TTL = 0
	case sessions.Lazer, sessions.API: // somebody drains all the time
		p.TTL = s.config.Connected
	}
	return p
}

func encode(session *sessions.Session) []byte {
	value, err := proto.Marshal(sessionspb.FromSession(*session))
	if err != nil {
		panic("sessions: " + err.Error()) // From functions make every string UTF-8: nothing else can fail
	}
	return value
}

// now is cut to what every store of times keeps.
func now() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }
