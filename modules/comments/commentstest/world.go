package commentstest

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/comments"
	"github.com/pure-peace/peace/modules/content"
	"github.com/pure-peace/peace/modules/users"
)

// World is what the implementation has to be connected to: accounts, and things to comment on. It is safe for concurrent use.
type World struct {
	mu       sync.Mutex
	accounts map[int32]users.User
	subjects map[comments.Subject]bool
	last     int64
	audit    []users.AuditEntry
}

// NewWorld returns an empty world.
func NewWorld() *World {
	return &World{accounts: map[int32]users.User{}, subjects: map[comments.Subject]bool{}, last: 1000}
}

// NewUser makes an account, changed by the edits, and returns its id.
func (w *World) NewUser(edits ...func(*users.User)) int32 {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.last++
	u := users.User{ID: int32(w.last), Privileges: users.Supporter}
	for _, edit := range edits {
		edit(&u)
	}
	w.accounts[u.ID] = u
	return u.ID
}

// Change changes an account.
func (w *World) Change(id int32, edit func(*users.User)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	u := w.accounts[id]
	edit(&u)
	w.accounts[id] = u
}

// NewSubject makes something to comment on.
func (w *World) NewSubject(kind string) comments.Subject {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.last++
	s := comments.Subject{Type: kind, ID: w.last}
	w.subjects[s] = true
	return s
}

// Audit returns what was done to a user, in its order.
func (w *World) Audit(target int32) []users.AuditEntry {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(w.audit), func(e users.AuditEntry) bool { return e.TargetID != target })
}

// Get is that of users.Accounts.
func (w *World) Get(_ context.Context, ids []int32) ([]users.User, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(ids) > users.MaxBatch {
		return nil, users.ErrTooLarge
	}
	var found []users.User
	for _, id := range ids {
		if u, ok := w.accounts[id]; ok {
			found = append(found, u)
		}
	}
	return found, nil
}

// Record is that of users.Moderation.
func (w *World) Record(_ context.Context, entry users.AuditEntry) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.audit = append(w.audit, entry)
	return nil
}

func (w *World) has(s comments.Subject) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.subjects[s]
}

// Sets is that of beatmaps.Library.
func (w *World) Sets(_ context.Context, ids []int32) ([]beatmaps.Set, error) {
	var found []beatmaps.Set
	for _, id := range ids {
		if w.has(comments.Subject{Type: "beatmapset", ID: int64(id)}) {
			found = append(found, beatmaps.Set{ID: id, Title: "Set"})
		}
	}
	return found, nil
}

// Post is that of content.Service. It knows ids only.
func (w *World) Post(_ context.Context, _ string, id int64) (content.PostPage, error) {
	if !w.has(comments.Subject{Type: "news_post", ID: id}) {
		return content.PostPage{}, content.ErrNotFound
	}
	return content.PostPage{Post: content.Post{ID: id}}, nil
}

// Build is that of content.Service. It knows ids only.
func (w *World) Build(_ context.Context, _, _ string, id int64) (content.BuildPage, error) {
	if !w.has(comments.Subject{Type: "build", ID: id}) {
		return content.BuildPage{}, content.ErrNotFound
	}
	return content.BuildPage{Build: content.Build{ID: id}}, nil
}

func staff(u *users.User) { u.Privileges |= users.Moderator }

func restricted(u *users.User) { u.Restricted = true }

func silenced(u *users.User) { u.SilencedUntil = time.Now().Add(time.Hour) }
