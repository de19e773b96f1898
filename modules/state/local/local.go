// Package local builds the engine of state that the configuration names. The engines themselves are in the packages memory and
// redis.
package local

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/state/memory"
	"github.com/pure-peace/peace/modules/state/redis"
)

// The engines.
const (
	EngineMemory = "memory"
	EngineRedis  = "redis"
)

// Config is the section [state].
type Config struct {
	Engine          string        `koanf:"engine" doc:"memory (one process, with a journal) or redis (many processes)"`
	Journal         string        `koanf:"journal" doc:"file that carries the memory engine over a restart, relative to data_dir; empty means none"`
	JournalInterval time.Duration `koanf:"journal_interval" doc:"time between two writes of the journal: what a crash may lose, durable items excepted"`
	Redis           redis.Config  `koanf:"redis" doc:"the server of the redis engine"`
}

// DefaultConfig is the memory engine with a journal.
func DefaultConfig() Config {
	return Config{
		Engine:          EngineMemory,
		Journal:         "state.db",
		JournalInterval: 200 * time.Millisecond,
		Redis:           redis.DefaultConfig(),
	}
}

// Validate reports everything that is wrong with the section, by key.
func (c Config) Validate() error {
	var errs []error
	switch c.Engine {
	case EngineMemory:
		if c.JournalInterval < 10*time.Millisecond || c.JournalInterval > time.Minute {
			errs = append(errs, errors.New("journal_interval: must be from 10ms to 1m"))
		}
	case EngineRedis:
		if err := c.Redis.Validate(); err != nil {
			errs = append(errs, fmt.Errorf("redis.%w", err))
		}
	default:
		errs = append(errs, fmt.Errorf("engine: %q is neither memory nor redis", c.Engine))
	}
	return errors.Join(errs...)
}

// Deps are what the module needs from others.
type Deps struct {
	Log *slog.Logger
}

// Service is state with the engine that was chosen.
type Service struct{ engine }

type engine interface {
	state.Service
	Run(ctx context.Context) error
	Close() error
	Check(ctx context.Context) error
}

// New opens the engine: the journal is loaded, or Redis is asked for a sign of life. It starts nothing: Run does.
func New(ctx context.Context, config Config, deps Deps) (*Service, error) {
	if err := config.Validate(); err != nil {
		return nil, err
	}
	var e engine
	var err error
	switch config.Engine {
	case EngineMemory:
		e, err = memory.New(ctx, memory.Config{Journal: config.Journal, Interval: config.JournalInterval}, deps.Log)
	case EngineRedis:
		e, err = redis.New(ctx, config.Redis, deps.Log)
	}
	if err != nil {
		return nil, err
	}
	return &Service{e}, nil
}
