package local

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"time"

	"golang.org/x/crypto/argon2"
	"golang.org/x/crypto/bcrypt"
	"golang.org/x/sync/semaphore"

	"github.com/pure-peace/peace/modules/users"
)

// The cost of a new hash, and the length of its salt and key in bytes: OWASP's first recommendation for Argon2id.
const (
	hashMemory  = 19 << 10 // KiB
	hashTime    = 2
	hashThreads = 1
	saltLength  = 16
	keyLength   = 32
)

// The bounds of a stored hash, which may come from another server's database.
const (
	maxHashMemory  = 256 << 10 // KiB
	maxHashTime    = 16
	maxHashThreads = 16
	maxKeyLength   = 128
	maxBcryptCost  = 14
)

var errUnknownHash = errors.New("users: a stored password has an unknown format or an unreasonable cost")

// passwords bounds how many hashes are computed at once: each fills a processor for some 16 ms and 19 MiB.
type passwords struct {
	slots *semaphore.Weighted
	wait  time.Duration
}

func newPasswords(wait time.Duration) *passwords {
	return &passwords{semaphore.NewWeighted(int64(runtime.GOMAXPROCS(0))), wait}
}

// acquire waits for a processor. The caller hashes, then releases.
func (p *passwords) acquire(ctx context.Context) (release func(), err error) {
	waiting, cancel := context.WithTimeout(ctx, p.wait)
	defer cancel()
	if err := p.slots.Acquire(waiting, 1); err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, users.ErrBusy
	}
	return func() { p.slots.Release(1) }, nil
}

// hash returns what is stored for a password, in PHC string format.
func hash(md5 string) string {
	salt := make([]byte, saltLength)
	_, _ = rand.Read(salt) // never fails
	key := argon2.IDKey([]byte(md5), salt, hashTime, hashMemory, hashThreads, keyLength)
	return fmt.Sprintf("%s%s$%s", hashPrefix, base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(key))
}

var hashPrefix = fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$", argon2.Version, hashMemory, hashTime, hashThreads)

// burn does the work of a check whose outcome is known, so that time tells nothing.
func burn(md5 string) {
	argon2.IDKey([]byte(md5), make([]byte, saltLength), hashTime, hashMemory, hashThreads, keyLength)
}

// verify reports whether stored is a hash of the password, and whether it is one that hash would not make any more. bcrypt,
// which other servers keep, is understood as well.
func verify(stored, md5 string) (ok, outdated bool, err error) {
	if strings.HasPrefix(stored, "$2") {
		cost, err := bcrypt.Cost([]byte(stored))
		if err != nil || cost > maxBcryptCost {
			return false, false, errUnknownHash
		}
		switch err := bcrypt.CompareHashAndPassword([]byte(stored), []byte(md5)); {
		case err == nil:
			return true, true, nil
		case errors.Is(err, bcrypt.ErrMismatchedHashAndPassword):
			return false, true, nil
		default:
			return false, false, errUnknownHash
		}
	}
	h, err := parseHash(stored)
	if err != nil {
		return false, false, err
	}
	key := argon2.IDKey([]byte(md5), h.salt, h.time, h.memory, h.threads, uint32(len(h.key)))
	outdated = !strings.HasPrefix(stored, hashPrefix) || len(h.salt) != saltLength || len(h.key) != keyLength
	return subtle.ConstantTimeCompare(key, h.key) == 1, outdated, nil
}

type phc struct {
	memory, time uint32
	threads      uint8
	salt, key    []byte
}

// parseHash reads $argon2id$v=19$m=19456,t=2,p=1$salt$key.
func parseHash(stored string) (phc, error) {
	parts := strings.Split(stored, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return phc{}, errUnknownHash
	}
	var h phc
	if n, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &h.memory, &h.time, &h.threads); n != 3 || err != nil {
		return phc{}, errUnknownHash
	}
	var saltErr, keyErr error
	h.salt, saltErr = base64.RawStdEncoding.DecodeString(parts[4])
	h.key, keyErr = base64.RawStdEncoding.DecodeString(parts[5])
	switch {
	case saltErr != nil, keyErr != nil,
		h.memory < 8*uint32(h.threads), h.memory > maxHashMemory,
		h.time < 1, h.time > maxHashTime,
		h.threads < 1, h.threads > maxHashThreads,
		len(h.key) < 16, len(h.key) > maxKeyLength, len(h.salt) < 8, len(h.salt) > maxKeyLength:
		return phc{}, errUnknownHash
	}
	return h, nil
}
