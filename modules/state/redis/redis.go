// Package redis is state's engine on Redis or Valkey, for any number of processes: nothing is kept in them.
//
// What must be atomic is a Lua script (the .lua files beside this one; common.lua says what is kept where). Redis runs one script at
// a time, so all processes see changes in one order. Changes are announced by the scripts that make them over pub/sub; a watch that
// loses its connection ends with state.ErrLagged, because it may have missed some. Records are expired by whichever process
// looks first, so every watcher everywhere hears of each end once. Durable is what Redis makes of it: set appendonly for more
// than its snapshots.
//
// Redis Cluster is not supported: a script reaches keys of all spaces.
package redis

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/redis/rueidis"

	"github.com/pure-peace/peace/modules/fault"
	"github.com/pure-peace/peace/modules/state"
)

var _ state.Service = (*Service)(nil)

var errRedis = fault.New(fault.Unavailable, "state", "redis", "Redis cannot be reached")

var (
	//go:embed common.lua
	commonLua string
	//go:embed apply.lua
	applyLua string
	//go:embed drain.lua
	drainLua string
	//go:embed acknowledge.lua
	acknowledgeLua string
	//go:embed read.lua
	readLua string
	//go:embed expire.lua
	expireLua string
)

const (
	// expireMost and expireLeast bound the time between two looks for records that have ended.
	expireMost  = 250 * time.Millisecond
	expireLeast = 20 * time.Millisecond
	// expireStep is how many records one script removes.
	expireStep = 200
)

// Config sets up the engine.
type Config struct {
	URL    string `koanf:"url" secret:"true" doc:"redis://user:password@host:6379/0 (rediss:// for TLS, unix:///path for a socket)"`
	Prefix string `koanf:"prefix" doc:"what every key in Redis begins with, so that several servers can share one"`
}

// DefaultConfig is a Redis on this machine.
func DefaultConfig() Config { return Config{URL: "redis://localhost:6379/0", Prefix: "peace:"} }

// Validate reports what is wrong, by key, and does not repeat the URL, which may hold a password.
func (c Config) Validate() error {
	if c.URL == "" {
		return errors.New("url: is missing")
	}
	if _, err := rueidis.ParseURL(c.URL); err != nil {
		return errors.New("url: is not an address of Redis, such as redis://localhost:6379/0")
	}
	return nil
}

// Service is the engine. It implements state.Service.
type Service struct {
	log    *slog.Logger
	prefix string
	client rueidis.Client
	hub    *hub

	apply, drain, acknowledge, read, expire *rueidis.Lua

	closing chan struct{}
	close   sync.Once
}

// New connects to Redis. It starts nothing of its own: Run does.
func New(ctx context.Context, config Config, log *slog.Logger) (*Service, error) {
	if err := config.Validate(); err != nil {
		return nil, err
	}
	option, err := rueidis.ParseURL(config.URL)
	if err != nil {
		return nil, errors.New("url: is not an address of Redis")
	}
	option.DisableCache = true
	option.ForceSingleClient = true
	client, err := rueidis.NewClient(option)
	if err != nil {
		return nil, fmt.Errorf("state: Redis at %s: %w", strings.Join(option.InitAddress, ", "), err)
	}
	s := &Service{
		log:         log,
		prefix:      config.Prefix,
		client:      client,
		apply:       script(applyLua),
		drain:       script(drainLua),
		acknowledge: script(acknowledgeLua),
		read:        script(readLua),
		expire:      script(expireLua),
		closing:     make(chan struct{}),
	}
	s.hub = newHub(client, s.prefix+"w")
	// An emptied Redis does not go back to numbers that it gave out before.
	seed := client.B().Set().Key(s.prefix + "seq").Value(strconv.FormatInt(time.Now().UnixMicro(), 10)).Nx().Build()
	if err := client.Do(ctx, seed).Error(); err != nil && !rueidis.IsRedisNil(err) {
		client.Close()
		return nil, fmt.Errorf("state: Redis at %s: %w", strings.Join(option.InitAddress, ", "), err)
	}
	return s, nil
}

func script(text string) *rueidis.Lua { return rueidis.NewLuaScript(commonLua + text) }

// Run expires records until ctx ends. It returns nil then. It goes on when Redis is away for a time.
func (s *Service) Run(ctx context.Context) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	failing := false
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-timer.C:
		}
		pause := expireMost
		ms, err := s.expire.Exec(ctx, s.client, nil, []string{s.prefix, strconv.Itoa(expireStep)}).AsInt64()
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil && !failing:
			s.log.Error("state cannot expire records; trying on", "error", err)
		case err == nil && failing:
			s.log.Info("state expires records again")
		}
		if failing = err != nil; !failing && ms >= 0 {
			pause = min(time.Duration(ms)*time.Millisecond, expireMost)
		}
		timer.Reset(max(pause, expireLeast))
	}
}

// Close ends watches, subscriptions and waiting drains, and the connections.
func (s *Service) Close() error {
	s.close.Do(func() {
		close(s.closing)
		s.hub.close()
		s.client.Close()
	})
	return nil
}

// Check asks Redis for a sign of life.
func (s *Service) Check(ctx context.Context) error {
	return s.fail(s.client.Do(ctx, s.client.B().Ping().Build()).Error())
}

// fail gives an error of Redis its meaning in the contract.
func (s *Service) fail(err error) error {
	if err == nil || errors.Is(err, errRedis) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	if errors.Is(err, rueidis.ErrClosing) {
		select {
		case <-s.closing:
			return state.ErrClosed
		default:
		}
	}
	var answer *rueidis.RedisError
	if errors.As(err, &answer) {
		reason, detail, _ := strings.Cut(strings.TrimPrefix(answer.Error(), "ERR "), " ")
		switch reason {
		case "CONFLICT":
			return state.ErrConflict.With("version", detail)
		case "TOOLARGE":
			return state.ErrTooLarge
		case "NORECORD":
			return state.ErrNoRecord
		}
	}
	return fmt.Errorf("%w: %w", errRedis, err)
}
