// Package clans is a module that Peace does not have: players form clans. It shows what a module needs at the least: a
// table, a service over it, and a handler.
package clans

import (
	"context"
	"embed"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/uptrace/bun"

	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/fault"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/transport/http/problem"
)

// Migrations are the tables of this module, in the vocabulary of Peace's own.
//
//go:embed migrations
var Migrations embed.FS

// The faults of this module.
var (
	ErrTaken   = fault.New(fault.Exists, "clans", "taken", "there is a clan of this name")
	ErrBadName = fault.New(fault.Invalid, "clans", "bad_name", "a name has 2 to 20 characters")
	ErrNoUser  = fault.New(fault.NotFound, "clans", "no_user", "there is no such player")
)

// maxPage bounds what one request lists.
const maxPage = 100

// Clan is a group of players.
type Clan struct {
	Name      string    `json:"name"`
	OwnerID   int32     `json:"owner_id"`
	CreatedAt time.Time `json:"created_at"`
}

// Service keeps clans. It is safe for concurrent use.
type Service struct{ db *database.DB }

// New returns the service over a migrated database.
func New(db *database.DB) *Service { return &Service{db} }

type row struct {
	bun.BaseModel `bun:"table:clans"`

	Name      string    `bun:"name,pk"`
	OwnerID   int32     `bun:"owner_id"`
	CreatedAt time.Time `bun:"created_at"`
}

// Found makes a clan. ErrBadName, ErrTaken, ErrNoUser.
func (s *Service) Found(ctx context.Context, name string, owner int32) (Clan, error) {
	if name = strings.TrimSpace(name); len(name) < 2 || len(name) > 20 {
		return Clan{}, ErrBadName
	}
	made := row{Name: name, OwnerID: owner, CreatedAt: time.Now().UTC().Truncate(time.Microsecond)}
	_, err := s.db.NewInsert().Model(&made).Exec(ctx)
	switch {
	case database.IsUnique(err):
		return Clan{}, ErrTaken
	case database.IsForeignKey(err):
		return Clan{}, ErrNoUser
	case err != nil:
		return Clan{}, err
	}
	return Clan{made.Name, made.OwnerID, made.CreatedAt}, nil
}

// List returns the clans by name, at most 100.
func (s *Service) List(ctx context.Context) ([]Clan, error) {
	var rows []row
	if err := s.db.Reader.NewSelect().Model(&rows).Order("name").Limit(maxPage).Scan(ctx); err != nil {
		return nil, err
	}
	clans := make([]Clan, len(rows))
	for i, r := range rows {
		clans[i] = Clan{r.Name, r.OwnerID, r.CreatedAt.UTC()}
	}
	return clans, nil
}

// accounts is the part of users.Service that is needed here.
type accounts interface {
	Authenticate(ctx context.Context, credentials users.Credentials, device *users.Device) (users.User, error)
}

// Handler serves the clans: GET / lists them, POST / founds one with the fields name, u and h (the player's name and the
// MD5 of his password, as the game sends them).
func Handler(clans *Service, accounts accounts) http.Handler {
	r := chi.NewRouter()
	r.Get("/", func(w http.ResponseWriter, r *http.Request) {
		all, err := clans.List(r.Context())
		answer(w, r, all, err)
	})
	r.Post("/", func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, 4<<10)
		owner, err := accounts.Authenticate(r.Context(), users.Credentials{Name: r.PostFormValue("u"), PasswordMD5: r.PostFormValue("h")}, nil)
		if err != nil {
			problem.WriteError(w, r, err)
			return
		}
		clan, err := clans.Found(r.Context(), r.PostFormValue("name"), owner.ID)
		answer(w, r, clan, err)
	})
	return r
}

func answer(w http.ResponseWriter, r *http.Request, v any, err error) {
	if err != nil {
		problem.WriteError(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v) // a client that went away needs no answer
}
