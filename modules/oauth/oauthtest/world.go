package oauthtest

import (
	"context"
	"crypto/md5"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/pure-peace/peace/modules/mail"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/modules/users/userspb"
)

// World is what the implementation has to be connected to: accounts and a mailbox that the suite looks into. It is safe for
// concurrent use.
type World struct {
	topics state.Topics

	mu       sync.Mutex
	accounts map[int32]users.User
	secrets  map[int32]string // MD5s of passwords
	audit    []users.AuditEntry
	sent     []mail.Message
	lastID   int32
}

// NewWorld returns an empty world, which tells on topics when a password changes.
func NewWorld(topics state.Topics) *World {
	return &World{topics: topics, accounts: map[int32]users.User{}, secrets: map[int32]string{}, lastID: users.FirstPlayerID}
}

// Player is an account with its password.
type Player struct {
	users.User
	Password string
}

// NewPlayer makes an account; one without an e-mail address is never asked for a code by mail.
func (w *World) NewPlayer(t *testing.T, withMail bool, privileges users.Privileges) Player {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lastID++
	u := users.User{ID: w.lastID, Name: fmt.Sprintf("player%d", w.lastID), Privileges: privileges}
	if withMail {
		u.Email = u.Name + "@example.com"
	}
	password := "pw " + rand.Text()
	w.accounts[u.ID], w.secrets[u.ID] = u, md5hex(password)
	return Player{u, password}
}

// ChangePassword gives an account another password and, if told, tells of it.
func (w *World) ChangePassword(t *testing.T, id int32, tell bool) string {
	t.Helper()
	password := "pw " + rand.Text()
	w.mu.Lock()
	u := w.accounts[id]
	u.PasswordSerial++
	w.accounts[id], w.secrets[id] = u, md5hex(password)
	w.mu.Unlock()
	if tell {
		payload, err := proto.Marshal(userspb.FromChanged(users.Changed{User: u, Password: true}))
		if err != nil {
			t.Fatal(err)
		}
		if err := w.topics.Publish(t.Context(), users.Topic, payload); err != nil {
			t.Fatal(err)
		}
	}
	return password
}

// Delete removes an account.
func (w *World) Delete(id int32) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.accounts, id)
	delete(w.secrets, id)
}

// Audit returns what was written down about an account.
func (w *World) Audit(id int32) []users.AuditEntry {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(w.audit), func(e users.AuditEntry) bool { return e.TargetID != id })
}

// forgetAudit forgets what was written down about an account.
func (w *World) forgetAudit(id int32) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.audit = slices.DeleteFunc(w.audit, func(e users.AuditEntry) bool { return e.TargetID == id })
}

// Mails returns what was sent to an address.
func (w *World) Mails(to string) []mail.Message {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(w.sent), func(m mail.Message) bool { return m.To != to })
}

// Authenticate is that of users.Accounts.
func (w *World) Authenticate(_ context.Context, c users.Credentials, _ *users.Device) (users.User, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for id, u := range w.accounts {
		if (strings.EqualFold(u.Name, c.Name) || u.Email != "" && u.Email == c.Name) && w.secrets[id] == c.PasswordMD5 {
			u.LastSeenAt = time.Now()
			return u, nil
		}
	}
	return users.User{}, users.ErrBadCredentials
}

// Get is that of users.Accounts.
func (w *World) Get(_ context.Context, ids []int32) ([]users.User, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
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

// Send is that of mail.Service.
func (w *World) Send(_ context.Context, m mail.Message) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.sent = append(w.sent, m)
	return nil
}

func md5hex(s string) string {
	sum := md5.Sum([]byte(s))
	return hex.EncodeToString(sum[:])
}
