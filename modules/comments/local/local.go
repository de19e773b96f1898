// Package local keeps comments in SQL: it is the implementation of the comments contract that ships with Peace.
//
// Who may write is asked of users and what may be written about of beatmaps and content, with every call; nothing of it is kept
// here. A Service starts no goroutine.
//
// The files: read.go returns pages, write.go what changes them, rules.go who may do what, store.go the SQL.
package local

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/comments"
	"github.com/pure-peace/peace/modules/content"
	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/users"
)

// Config is the comments section of the configuration.
type Config struct {
	Flood Flood `koanf:"flood"`
}

// Flood is how much one player may write.
type Flood struct {
	Comments int           `koanf:"comments" doc:"comments that one player may write within the time, 1 to 1000"`
	Within   time.Duration `koanf:"within" doc:"the time, 1s to 24h"`
}

// DefaultConfig allows a comment every six seconds.
func DefaultConfig() Config { return Config{Flood: Flood{Comments: 10, Within: time.Minute}} }

// Validate reports everything that cannot work, by key.
func (c Config) Validate() error {
	var errs []error
	if c.Flood.Comments < 1 || c.Flood.Comments > 1000 {
		errs = append(errs, fmt.Errorf("flood.comments: must be 1 to 1000, is %d", c.Flood.Comments))
	}
	if c.Flood.Within < time.Second || c.Flood.Within > 24*time.Hour {
		errs = append(errs, fmt.Errorf("flood.within: must be 1s to 24h, is %v", c.Flood.Within))
	}
	return errors.Join(errs...)
}

// Users is what the module asks of accounts.
type Users interface {
	Get(ctx context.Context, ids []int32) ([]users.User, error)
	Record(ctx context.Context, entry users.AuditEntry) error
}

// Beatmaps is what the module asks of beatmaps.
type Beatmaps interface {
	Sets(ctx context.Context, ids []int32) ([]beatmaps.Set, error)
}

// Content is what the module asks of content.
type Content interface {
	Post(ctx context.Context, slug string, id int64) (content.PostPage, error)
	Build(ctx context.Context, stream, version string, id int64) (content.BuildPage, error)
}

// Deps are what the module needs of others.
type Deps struct {
	DB       *database.DB
	Users    Users
	Beatmaps Beatmaps
	Content  Content // nil when there are neither news nor builds
	Log      *slog.Logger
}

// Service keeps comments. It is safe for concurrent use; make one with New.
type Service struct {
	config Config
	deps   Deps
	store  store
}

var _ comments.Service = (*Service)(nil)

// New expects a database that has the schema of package migrations.
func New(_ context.Context, config Config, deps Deps) (*Service, error) {
	if err := config.Validate(); err != nil {
		return nil, err
	}
	return &Service{config, deps, store{deps.DB}}, nil
}
