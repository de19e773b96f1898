// Package local keeps tokens in SQL: it is the implementation of the oauth contract that ships with Peace.
//
// grants.go hands tokens out, refresh.go replaces them, tokens.go checks and ends them, with cache.go in front of the database;
// scopes.go and clients.go have the rules of who may ask for what. applications.go is about the programs of users. factors.go
// proves tokens, with codes.go (mail), authenticators.go (time-based codes) and backup.go as the kinds of proof. secrets.go makes,
// hashes and encrypts what is secret; store.go has the rows.
//
// What a database that leaks gives away: no token, no code and no secret of an application, since only hashes of random values are
// kept; short codes and the secrets of authenticators are kept under a key that is in a file.
package local

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/mail"
	"github.com/pure-peace/peace/modules/oauth"
	"github.com/pure-peace/peace/modules/oauth/oauthpb"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/state/view"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/modules/users/userspb"
	"github.com/pure-peace/peace/modules/wire"
)

// Users is what the module asks of accounts.
type Users interface {
	Authenticate(ctx context.Context, credentials users.Credentials, device *users.Device) (users.User, error)
	Get(ctx context.Context, ids []int32) ([]users.User, error)
	Record(ctx context.Context, entry users.AuditEntry) error
}

// Deps are what the module needs of others.
type Deps struct {
	DB     *database.DB
	Users  Users
	Mail   mail.Service // nil when there is none: nobody is asked for a code by mail then
	Topics state.Topics
	Domain string // of the server, as mails and authenticators name it
	Log    *slog.Logger
}

// Service hands out tokens. It is safe for concurrent use; make one with New.
type Service struct {
	config   Config
	deps     Deps
	store    store
	key      key
	cache    *cache
	failures *attempts // wrong codes, by account
	mails    *attempts // codes sent, by account
}

var _ oauth.Service = (*Service)(nil)

// New expects a database that has the schema of package migrations. It makes the key when there is none, and refuses one that is
// not that of the database's authenticators.
func New(ctx context.Context, config Config, deps Deps) (*Service, error) {
	if err := config.Validate(); err != nil {
		return nil, err
	}
	k, err := loadKey(config.KeyFile)
	if err != nil {
		return nil, fmt.Errorf("key_file: %w", err)
	}
	if config.Issuer == "" {
		config.Issuer = deps.Domain
	}
	s := &Service{
		config: config, deps: deps, store: store{deps.DB}, key: k,
		cache:    newCache(config.CachedTokens),
		failures: newAttempts(config.CodeFailures, config.CodeWindow),
		mails:    newAttempts(config.CodeMails, config.CodeWindow),
	}
	sample, err := s.store.anyAuthenticator(ctx)
	if err != nil {
		return nil, fmt.Errorf("oauth: %w", err)
	}
	if sample != nil {
		if _, err := k.open(sample.UserID, sample.Secret); err != nil {
			return nil, fmt.Errorf("key_file: %s is not the key by which the authenticators in the database were encrypted", config.KeyFile)
		}
	}
	return s, nil
}

// cleanEvery is the pause between two looks for what has expired.
const cleanEvery = 30 * time.Minute

// Run follows what others change and removes what has expired, until ctx ends.
func (s *Service) Run(ctx context.Context) error {
	var wg sync.WaitGroup
	wg.Go(func() {
		view.Listen(ctx, s.deps.Topics, []string{users.Topic, oauth.Topic}, s.deps.Log,
			func(context.Context) error { s.cache.purge(); return nil }, s.notice)
	})
	wg.Go(func() {
		tick := time.NewTicker(cleanEvery)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				if err := s.store.clean(ctx, now()); err != nil && ctx.Err() == nil {
					s.deps.Log.WarnContext(ctx, "tokens that have expired were not removed", "error", err)
				}
			}
		}
	})
	wg.Wait()
	return nil
}

// notice takes an event. A broken one is skipped: it would be as broken the next time.
func (s *Service) notice(ctx context.Context, n state.Notice) error {
	if n.Topic == users.Topic {
		var m userspb.Changed
		if proto.Unmarshal(n.Payload, &m) == nil && m.GetPassword() {
			return s.endStale(ctx, m.GetUser().GetId(), m.GetUser().GetPasswordSerial())
		}
		return nil
	}
	m, _ := wire.Unpack(n.Payload)
	if changed, ok := m.(*oauthpb.Changed); ok {
		s.cache.forget(changed.GetTokenIds())
	}
	return nil
}

// publishTimeout bounds the wait for the state module after a change is committed.
const publishTimeout = 5 * time.Second

// tell forgets what is in memory of tokens that have changed, and tells others of it. The change is committed, so it happens even
// when the caller has gone away meanwhile.
func (s *Service) tell(ctx context.Context, changed oauth.Changed) {
	if len(changed.TokenIDs) == 0 {
		return
	}
	s.cache.forget(changed.TokenIDs)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), publishTimeout)
	defer cancel()
	if err := s.deps.Topics.Publish(ctx, oauth.Topic, wire.Pack(oauthpb.FromChanged(changed))); err != nil {
		s.deps.Log.WarnContext(ctx, "a change of tokens was not announced", "user", changed.UserID, "error", err)
	}
}

// user returns an account that can act, or nil.
func (s *Service) user(ctx context.Context, id int32) (*users.User, error) {
	found, err := s.deps.Users.Get(ctx, []int32{id})
	if err != nil || len(found) == 0 || found[0].Bot {
		return nil, err
	}
	return &found[0], nil
}

// now is the present as every engine stores it.
func now() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }
