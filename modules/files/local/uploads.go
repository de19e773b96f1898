package local

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"hash/maphash"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/pure-peace/peace/modules/files"
)

const (
	// uploadIdle is how long an upload is remembered of which nothing comes.
	uploadIdle = time.Hour
	// abortTimeout bounds giving up an upload whose owner does not wait for that.
	abortTimeout = 10 * time.Second
)

// uploads are the blobs on their way: a bounded number with a bounded number of bytes.
type uploads struct {
	log  *slog.Logger
	seed maphash.Seed

	mu    sync.Mutex
	open  map[string]*upload
	most  int
	bytes int64 // that may still be taken
}

// upload is a blob on its way. mu is held while one of its calls is at work.
type upload struct {
	key string

	mu      sync.Mutex
	writer  writer
	ended   bool
	hash    hash.Hash
	size    int64
	last    int64  // where the last piece began
	lastSum uint64 // of the last piece
	used    time.Time
}

func newUploads(most int, bytes int64, log *slog.Logger) *uploads {
	return &uploads{log: log, seed: maphash.MakeSeed(), open: make(map[string]*upload), most: most, bytes: bytes}
}

func (u *uploads) begin(ctx context.Context, key string, e engine) (string, error) {
	up := &upload{key: key, hash: sha256.New(), used: time.Now()}
	name := rand.Text()
	up.mu.Lock() // nobody knows its name yet, but expire sees it
	defer up.mu.Unlock()
	u.mu.Lock()
	if len(u.open) >= u.most {
		u.mu.Unlock()
		return "", files.ErrFull
	}
	u.open[name] = up
	u.mu.Unlock()

	var err error
	if up.writer, err = e.begin(ctx, key); err != nil {
		up.ended = true
		u.forget(name, 0)
		return "", err
	}
	return name, nil
}

func (u *uploads) append(ctx context.Context, name string, offset int64, data []byte) error {
	up, err := u.hold(name)
	if err != nil {
		return err
	}
	defer up.mu.Unlock()
	up.used = time.Now()
	n := int64(len(data))
	sum := maphash.Bytes(u.seed, data)
	switch {
	case offset == up.size:
	case offset == up.last && offset+n == up.size && sum == up.lastSum:
		return nil // it was sent again
	default:
		return files.ErrMismatch
	}
	if up.size+n > files.MaxBlob {
		return files.ErrTooLarge
	}
	if !u.take(n) {
		return files.ErrFull
	}
	if err := up.writer.append(ctx, data); err != nil {
		u.take(-n)
		return err
	}
	_, _ = up.hash.Write(data) // never fails
	up.last, up.lastSum, up.size = offset, sum, up.size+n
	return nil
}

func (u *uploads) commit(ctx context.Context, name, want string) (files.Blob, error) {
	up, err := u.hold(name)
	if err != nil {
		return files.Blob{}, err
	}
	defer up.mu.Unlock()
	up.ended = true
	defer u.forget(name, up.size)
	sum := hex.EncodeToString(up.hash.Sum(nil))
	if want != "" && !strings.EqualFold(want, sum) {
		return files.Blob{}, errors.Join(files.ErrMismatch, u.giveUp(ctx, up))
	}
	key := up.key
	if key == "" {
		key = files.ContentKey(sum)
	}
	blob, err := up.writer.commit(ctx, key, sum)
	if err != nil {
		if failed := u.giveUp(ctx, up); failed != nil {
			u.log.WarnContext(ctx, "an upload that failed was not cleared away", "key", key, "error", failed)
		}
		return files.Blob{}, err
	}
	return blob, nil
}

func (u *uploads) abort(ctx context.Context, name string) error {
	up, err := u.hold(name)
	if err != nil {
		return nil // it is not there, as is wanted
	}
	defer up.mu.Unlock()
	up.ended = true
	defer u.forget(name, up.size)
	return u.giveUp(ctx, up)
}

// giveUp clears an upload away, also when its owner is gone.
func (u *uploads) giveUp(ctx context.Context, up *upload) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), abortTimeout)
	defer cancel()
	return up.writer.abort(ctx)
}

// expire ends the uploads that were idle for too long.
func (u *uploads) expire(ctx context.Context, now time.Time) {
	u.mu.Lock()
	names := make(map[string]*upload)
	for name, up := range u.open {
		names[name] = up
	}
	u.mu.Unlock()
	for name, up := range names {
		if !up.mu.TryLock() {
			continue // it is at work
		}
		if !up.ended && now.Sub(up.used) >= uploadIdle {
			u.log.InfoContext(ctx, "an upload that nobody went on with is given up", "key", up.key, "bytes", up.size)
			up.ended = true
			u.forget(name, up.size)
			if err := u.giveUp(ctx, up); err != nil {
				u.log.WarnContext(ctx, "an upload that expired was not cleared away", "key", up.key, "error", err)
			}
		}
		up.mu.Unlock()
	}
}

// close gives all uploads up.
func (u *uploads) close() {
	u.mu.Lock()
	open := u.open
	u.open = make(map[string]*upload)
	u.mu.Unlock()
	for _, up := range open {
		up.mu.Lock()
		if !up.ended {
			up.ended = true
			if err := u.giveUp(context.Background(), up); err != nil {
				u.log.Warn("an upload under way was not cleared away", "key", up.key, "error", err)
			}
		}
		up.mu.Unlock()
	}
}

// hold finds an upload and locks it.
func (u *uploads) hold(name string) (*upload, error) {
	u.mu.Lock()
	up := u.open[name]
	u.mu.Unlock()
	if up == nil {
		return nil, files.ErrNoUpload
	}
	up.mu.Lock()
	if up.ended {
		up.mu.Unlock()
		return nil, files.ErrNoUpload
	}
	return up, nil
}

// take takes room for n bytes, or gives it back, and reports whether there was enough.
func (u *uploads) take(n int64) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	if n > u.bytes {
		return false
	}
	u.bytes -= n
	return true
}

// forget removes an upload that has ended, with the room that it took.
func (u *uploads) forget(name string, size int64) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if _, ok := u.open[name]; ok {
		delete(u.open, name)
		u.bytes += size
	}
}
