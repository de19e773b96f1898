// Package local signs with ed25519 keys from a directory: it is the implementation of the signature contract that ships with
// Peace. keys.go has the directory, which several processes may share: each takes keys that another one has made.
package local

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pure-peace/peace/modules/signature"
)

// Config is the signature section of the configuration.
type Config struct {
	Dir string `koanf:"dir" doc:"directory of the private keys, which only this user may read"`
}

// DefaultConfig names a directory within that of the server's data: whoever calls New says where that is.
func DefaultConfig() Config { return Config{Dir: "signature"} }

// Validate reports the first setting that cannot work, named by its key. It does not look at the directory.
func (c Config) Validate() error {
	if c.Dir == "" {
		return errors.New("dir: must not be empty")
	}
	return nil
}

// Deps are what the module needs of others.
type Deps struct {
	Log *slog.Logger
}

// rereadEvery is how often, at most, an unknown key makes the directory be read: signatures come from anybody.
const rereadEvery = 2 * time.Second

// Service signs and verifies. It is safe for concurrent use; make one with New.
type Service struct {
	dir string
	log *slog.Logger

	keys atomic.Pointer[[]key] // newest first, never empty

	mu     sync.Mutex // held by who reads or writes the directory
	readAt time.Time  // guarded by mu
}

// New reads the keys, and makes the first one when there is none. It fails when the directory or a key in it is unsafe or
// damaged.
func New(_ context.Context, cfg Config, deps Deps) (*Service, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	s := &Service{dir: cfg.Dir, log: deps.Log}
	keys, err := readKeys(cfg.Dir)
	if err != nil {
		return nil, fmt.Errorf("dir: %w", err)
	}
	if len(keys) > 0 {
		s.keys.Store(&keys)
		return s, nil
	}
	made, err := newKey(cfg.Dir, time.Now())
	if err != nil {
		return nil, fmt.Errorf("dir: %w", err)
	}
	s.log.Info("first signing key made", "dir", cfg.Dir, "key", made.public.ID)
	s.keys.Store(&[]key{made})
	return s, nil
}

// Sign implements signature.Service.
func (s *Service) Sign(_ context.Context, message []byte) (signature.Signature, error) {
	if len(message) > signature.MaxMessage {
		return signature.Signature{}, signature.ErrTooLarge
	}
	current := (*s.keys.Load())[0]
	return signature.Signature{KeyID: current.public.ID, Bytes: ed25519.Sign(current.private, message)}, nil
}

// Verify implements signature.Service.
func (s *Service) Verify(_ context.Context, message []byte, sig signature.Signature) error {
	if len(message) > signature.MaxMessage {
		return signature.ErrTooLarge
	}
	k, ok := s.find(sig.KeyID)
	if !ok || !ed25519.Verify(k.public.Public, message, sig.Bytes) {
		return signature.ErrBadSignature
	}
	return nil
}

// find returns the key with the id. One that is unknown may have been made by another process meanwhile.
func (s *Service) find(id string) (key, bool) {
	if k, ok := lookup(*s.keys.Load(), id); ok || len(id) != idLength {
		return k, ok
	}
	s.reread()
	return lookup(*s.keys.Load(), id)
}

func lookup(keys []key, id string) (key, bool) {
	i := slices.IndexFunc(keys, func(k key) bool { return k.public.ID == id })
	if i < 0 {
		return key{}, false
	}
	return keys[i], true
}

// reread reads the directory again unless that was done a moment ago. What cannot be read leaves the keys as they are.
func (s *Service) reread() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if time.Since(s.readAt) < rereadEvery {
		return
	}
	s.readAt = time.Now()
	keys, err := readKeys(s.dir)
	if err != nil || len(keys) == 0 {
		s.log.Error("signing keys could not be read again", "dir", s.dir, "error", err)
		return
	}
	s.keys.Store(&keys)
}

// Keys implements signature.Service.
func (s *Service) Keys(context.Context) ([]signature.Key, error) {
	s.reread()
	keys := *s.keys.Load()
	public := make([]signature.Key, len(keys))
	for i, k := range keys {
		public[i] = k.public
		public[i].Public = slices.Clone(k.public.Public)
	}
	return public, nil
}

// Rotate implements signature.Service.
func (s *Service) Rotate(context.Context) (signature.Key, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	keys, err := readKeys(s.dir)
	if err != nil {
		return signature.Key{}, fmt.Errorf("signature: %w", err)
	}
	// The newest key signs, also when the clock was set back or was read twice in one second.
	at := time.Now()
	if len(keys) > 0 && !at.After(keys[0].public.CreatedAt) {
		at = keys[0].public.CreatedAt.Add(time.Microsecond)
	}
	made, err := newKey(s.dir, at)
	if err != nil {
		return signature.Key{}, fmt.Errorf("signature: %w", err)
	}
	keys = slices.Insert(keys, 0, made)
	s.keys.Store(&keys)
	s.log.Info("new signing key made", "dir", s.dir, "key", made.public.ID)
	public := made.public
	public.Public = slices.Clone(public.Public)
	return public, nil
}
