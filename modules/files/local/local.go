// Package local keeps blobs in a directory or in an S3-compatible store: it is the implementation of the files contract that
// ships with Peace.
//
// What the contract promises of keys, bounds and uploads is kept here for both engines; an engine stores and finds bytes.
// Uploads belong to the process that began them: its end is theirs, and what they leave behind is swept up later.
package local

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"time"

	"github.com/pure-peace/peace/modules/files"
)

// Deps are what the module needs of others.
type Deps struct {
	Log *slog.Logger
}

// Service keeps blobs. It is safe for concurrent use; make one with New.
type Service struct {
	engine  engine
	uploads *uploads
	log     *slog.Logger
}

// engine stores and finds bytes under keys that are valid. Failures are faults of the contract where it has one.
type engine interface {
	// put writes a whole blob. sum is the sha256 of its bytes.
	put(ctx context.Context, key string, data []byte, sum string) (files.Blob, error)
	// confirm returns a blob that is there and as safe as one that was just put, or ErrNotFound.
	confirm(ctx context.Context, key string) (files.Blob, error)
	// begin starts to write a blob in pieces; an empty key comes with the end.
	begin(ctx context.Context, key string) (writer, error)
	// stat returns those of the blobs that exist, in order.
	stat(ctx context.Context, keys []string) ([]files.Blob, error)
	// read opens a blob at an offset and says how many bytes will follow, at most length unless that is 0.
	read(ctx context.Context, key string, offset, length int64) (io.ReadCloser, int64, error)
	list(ctx context.Context, prefix, after string, limit int) ([]files.Blob, error)
	remove(ctx context.Context, keys []string) error

	// sweep removes what writers left behind whose process is gone.
	sweep(ctx context.Context) error
	// check reports whether the store can be written to.
	check(ctx context.Context) error
	close() error
}

// writer is a blob on its way. Its calls come one after the other, and commit or abort is the last.
type writer interface {
	// append adds data behind all that was added before. One that failed has added nothing and may come again.
	append(ctx context.Context, data []byte) error
	commit(ctx context.Context, key, sum string) (files.Blob, error)
	abort(ctx context.Context) error
}

// New opens the store.
func New(ctx context.Context, cfg Config, deps Deps) (*Service, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	var e engine
	var err error
	if cfg.Engine == S3 {
		e, err = openBucket(ctx, cfg.S3)
	} else {
		e, err = openDirectory(cfg.Dir, cfg.Sync)
	}
	if err != nil {
		return nil, err
	}
	return &Service{engine: e, uploads: newUploads(cfg.Uploads, cfg.UploadBytes, deps.Log), log: deps.Log}, nil
}

// How often uploads are looked through, and the store swept.
const (
	expireEvery = time.Minute
	sweepEvery  = time.Hour
)

// Run ends uploads that nobody goes on with, and sweeps up what those of dead processes left behind.
func (s *Service) Run(ctx context.Context) error {
	ticker := time.NewTicker(expireEvery)
	defer ticker.Stop()
	for swept := (time.Time{}); ; {
		if time.Since(swept) >= sweepEvery {
			swept = time.Now()
			if err := s.engine.sweep(ctx); err != nil && ctx.Err() == nil {
				s.log.WarnContext(ctx, "leftovers of uploads were not swept up", "error", err)
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case now := <-ticker.C:
			s.uploads.expire(ctx, now)
		}
	}
}

// Check reports whether the store can be written to.
func (s *Service) Check(ctx context.Context) error { return s.engine.check(ctx) }

// Close gives up the uploads that are under way.
func (s *Service) Close() error {
	s.uploads.close()
	return s.engine.close()
}

// Put implements files.Service.
func (s *Service) Put(ctx context.Context, key string, data []byte) (files.Blob, error) {
	if len(data) > files.MaxPiece {
		return files.Blob{}, files.ErrTooLarge
	}
	digest := sha256.Sum256(data)
	sum := hex.EncodeToString(digest[:])
	if key == "" {
		return s.putContent(ctx, data, sum)
	}
	if !files.WritableKey(key) {
		return files.Blob{}, files.ErrBadKey
	}
	return s.engine.put(ctx, key, data, sum)
}

// putContent writes a blob that is named by its content, unless it is there.
func (s *Service) putContent(ctx context.Context, data []byte, sum string) (files.Blob, error) {
	key := files.ContentKey(sum)
	if found, err := s.engine.confirm(ctx, key); err == nil && found.Size == int64(len(data)) {
		return found, nil
	}
	return s.engine.put(ctx, key, data, sum)
}

// Begin implements files.Service.
func (s *Service) Begin(ctx context.Context, key string) (string, error) {
	if key != "" && !files.WritableKey(key) {
		return "", files.ErrBadKey
	}
	return s.uploads.begin(ctx, key, s.engine)
}

// Append implements files.Service.
func (s *Service) Append(ctx context.Context, upload string, offset int64, data []byte) error {
	if len(data) > files.MaxPiece {
		return files.ErrTooLarge
	}
	return s.uploads.append(ctx, upload, offset, data)
}

// Commit implements files.Service.
func (s *Service) Commit(ctx context.Context, upload, sha256 string) (files.Blob, error) {
	return s.uploads.commit(ctx, upload, sha256)
}

// Abort implements files.Service.
func (s *Service) Abort(ctx context.Context, upload string) error {
	return s.uploads.abort(ctx, upload)
}

// Stat implements files.Service.
func (s *Service) Stat(ctx context.Context, keys []string) ([]files.Blob, error) {
	if len(keys) > files.MaxBatch {
		return nil, files.ErrTooLarge
	}
	return s.engine.stat(ctx, valid(keys))
}

// Read implements files.Service.
func (s *Service) Read(ctx context.Context, key string, offset, length int64) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		if !files.ValidKey(key) {
			yield(nil, files.ErrNotFound)
			return
		}
		r, left, err := s.engine.read(ctx, key, max(offset, 0), max(length, 0))
		if err != nil {
			yield(nil, err)
			return
		}
		defer r.Close()
		for left > 0 {
			if err := ctx.Err(); err != nil {
				yield(nil, err)
				return
			}
			piece := make([]byte, min(left, files.MaxPiece))
			if _, err := io.ReadFull(r, piece); err != nil {
				yield(nil, broken(ctx, err))
				return
			}
			left -= int64(len(piece))
			if !yield(piece, nil) {
				return
			}
		}
	}
}

// broken is the failure of a blob that ended too early or could not be read on.
func broken(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return fmt.Errorf("%w: %v", files.ErrUnavailable, err)
}

// List implements files.Service.
func (s *Service) List(ctx context.Context, prefix, after string, limit int) ([]files.Blob, error) {
	if limit < 1 || limit > files.MaxBatch {
		return nil, files.ErrTooLarge
	}
	if len(prefix) > files.MaxKey || len(after) > files.MaxKey {
		return nil, files.ErrTooLarge
	}
	return s.engine.list(ctx, prefix, after, limit)
}

// Delete implements files.Service.
func (s *Service) Delete(ctx context.Context, keys []string) error {
	if len(keys) > files.MaxBatch {
		return files.ErrTooLarge
	}
	return s.engine.remove(ctx, valid(keys))
}

// valid returns the keys that can name a blob; the others name none.
func valid(keys []string) []string {
	out := make([]string, 0, len(keys))
	for _, key := range keys {
		if files.ValidKey(key) {
			out = append(out, key)
		}
	}
	return out
}
