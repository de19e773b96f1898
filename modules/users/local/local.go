// Package local keeps accounts in SQL: it is the implementation of the users contract that ships with Peace.
//
// The rules are in form.go (what a name, an e-mail address and a password may be) and moderation.go (who may do what to
// whom); store.go holds the SQL. Passwords are checked in password.go, at a bounded rate (attempts.go), and remembered for a
// while (verified.go) so that a request that repeats a password costs one keyed read. A Service starts no goroutine.
package local

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"sync/atomic"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/modules/users/userspb"
	"github.com/pure-peace/peace/osu"
)

// Config is the users section of the configuration.
type Config struct {
	Registration bool     `koanf:"registration" doc:"whether players can register themselves; the command line always can"`
	BotName      string   `koanf:"bot_name" doc:"name of the chat bot's account"`
	NameMin      int      `koanf:"name_min" doc:"characters a name needs, 2 to 15; osu! itself asks for 3"`
	Reserved     []string `koanf:"reserved_names" doc:"names that no player can take, in any spelling that reads the same"`

	FailuresPerAddress int           `koanf:"failures_per_address" doc:"wrong passwords from one address before it has to wait"`
	FailuresPerAccount int           `koanf:"failures_per_account" doc:"wrong passwords for one account before addresses that are new to it have to wait"`
	FailureWindow      time.Duration `koanf:"failure_window" doc:"how long wrong passwords are counted"`

	RegistrationsPerAddress int           `koanf:"registrations_per_address" doc:"accounts made from one address before it has to wait"`
	RegistrationWindow      time.Duration `koanf:"registration_window" doc:"how long registrations are counted"`

	HashWait time.Duration `koanf:"hash_wait" doc:"how long a login waits for a free processor to check its password before it is told to try again"`
	Verified int           `koanf:"verified_passwords" doc:"accounts whose checked password is remembered, as a keyed hash in memory"`
}

// DefaultConfig suits a public server.
func DefaultConfig() Config {
	return Config{
		Registration: true,
		BotName:      "BanchoBot",
		NameMin:      3,
		Reserved: []string{
			"admin", "administrator", "bancho", "developer", "mod", "moderator", "nominator", "osu", "owner", "peace",
			"peppy", "root", "server", "staff", "support", "system",
		},
		FailuresPerAddress:      20,
		FailuresPerAccount:      50,
		FailureWindow:           10 * time.Minute,
		RegistrationsPerAddress: 5,
		RegistrationWindow:      24 * time.Hour,
		HashWait:                3 * time.Second,
		Verified:                50_000,
	}
}

// Validate reports the first setting that cannot work, named by its key.
func (c Config) Validate() error {
	switch {
	case c.NameMin < 2 || c.NameMin > maxName:
		return fmt.Errorf("name_min: must be 2 to %d, is %d", maxName, c.NameMin)
	case c.FailuresPerAddress < 1:
		return errors.New("failures_per_address: must be positive")
	case c.FailuresPerAccount < 1:
		return errors.New("failures_per_account: must be positive")
	case c.FailureWindow <= 0:
		return errors.New("failure_window: must be positive")
	case c.RegistrationsPerAddress < 1:
		return errors.New("registrations_per_address: must be positive")
	case c.RegistrationWindow <= 0:
		return errors.New("registration_window: must be positive")
	case c.HashWait <= 0 || c.HashWait > time.Minute:
		return errors.New("hash_wait: must be positive and at most 1m")
	case c.Verified < 1 || c.Verified > 10_000_000:
		return errors.New("verified_passwords: must be 1 to 10000000")
	}
	if problem := nameProblem(c.BotName, 2); problem != "" {
		return fmt.Errorf("bot_name: %s", problem)
	}
	return nil
}

// Deps are what the module needs of others.
type Deps struct {
	DB     *database.DB
	Topics state.Topics // where Changed events go
	Log    *slog.Logger
}

// Service keeps accounts. It is safe for concurrent use; make one with New.
type Service struct {
	store  store
	topics state.Topics
	log    *slog.Logger
	rules  atomic.Pointer[rules]

	passwords *passwords
	verified  *verified

	byAddress     *attempts[netip.Prefix] // wrong passwords
	byAccount     *attempts[int32]        // wrong passwords
	registrations *attempts[netip.Prefix]
}

// rules are a Config in the form in which it is used.
type rules struct {
	Config
	reserved map[string]bool // by safe name
}

func newRules(cfg Config) *rules {
	r := &rules{Config: cfg, reserved: make(map[string]bool, len(cfg.Reserved))}
	for _, name := range cfg.Reserved {
		r.reserved[osu.SafeName(name)] = true
	}
	return r
}

// New makes sure that the bot's account exists under its configured name, on a database that has the schema of package
// migrations. It fails when a player has that name.
func New(ctx context.Context, cfg Config, deps Deps) (*Service, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	s := &Service{
		store:         store{deps.DB},
		topics:        deps.Topics,
		log:           deps.Log,
		passwords:     newPasswords(cfg.HashWait),
		verified:      newVerified(cfg.Verified),
		byAddress:     newAttempts[netip.Prefix](),
		byAccount:     newAttempts[int32](),
		registrations: newAttempts[netip.Prefix](),
	}
	s.rules.Store(newRules(cfg))
	if err := s.store.ensureBot(ctx, cfg.BotName, now()); err != nil {
		if database.IsUnique(err) {
			return nil, fmt.Errorf("bot_name: %q is the name of a player", cfg.BotName)
		}
		return nil, fmt.Errorf("users: the bot's account: %w", err)
	}
	return s, nil
}

// Reload takes over a changed configuration. The bot's name, the wait for a processor and the size of the memory of passwords
// are those of the start: it changes nothing and says so when one of them differs.
func (s *Service) Reload(cfg Config) error {
	if err := cfg.Validate(); err != nil {
		return err
	}
	old := s.rules.Load()
	switch {
	case cfg.BotName != old.BotName:
		return errors.New("bot_name: needs a restart")
	case cfg.HashWait != old.HashWait:
		return errors.New("hash_wait: needs a restart")
	case cfg.Verified != old.Verified:
		return errors.New("verified_passwords: needs a restart")
	}
	s.rules.Store(newRules(cfg))
	return nil
}

// publishTimeout bounds the wait for the state module after a change is committed.
const publishTimeout = 5 * time.Second

// publish tells of a change that is committed, and so happens even when the caller has gone away meanwhile. Topics are at most
// once: when state cannot be reached, the change stands and those who follow it learn of it at their next look.
func (s *Service) publish(ctx context.Context, changed users.Changed) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), publishTimeout)
	defer cancel()
	payload, err := proto.Marshal(userspb.FromChanged(changed))
	if err == nil {
		err = s.topics.Publish(ctx, users.Topic, payload)
	}
	if err != nil {
		s.log.WarnContext(ctx, "a change of an account was not announced", "user", changed.User.ID, "error", err)
	}
}

// now is the present as every engine stores it.
func now() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }
