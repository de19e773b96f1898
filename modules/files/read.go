package files

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"sync"
)

// Load returns all bytes of a blob of at most limit bytes. ErrNotFound, ErrTooLarge.
func Load(ctx context.Context, s Service, key string, limit int64) ([]byte, error) {
	var data []byte
	for piece, err := range s.Read(ctx, key, 0, limit+1) {
		if err != nil {
			return nil, err
		}
		if int64(len(data)+len(piece)) > limit {
			return nil, ErrTooLarge
		}
		if data == nil && len(piece) < MaxPiece {
			data = piece // most blobs are one piece, which is the caller's
			continue
		}
		data = append(data, piece...)
	}
	return data, nil
}

// Open looks a blob up and returns a reader of it. ErrNotFound.
func Open(ctx context.Context, s Service, key string) (*Reader, error) {
	found, err := s.Stat(ctx, []string{key})
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, ErrNotFound
	}
	return &Reader{Blob: found[0], ctx: ctx, service: s}, nil
}

// Windows of a Reader: what it reads at first, and at most when it is read through from one end to the other.
const (
	firstWindow = 64 << 10
	lastWindow  = MaxPiece
)

// Reader reads a blob as a file is read: at any place (archive/zip), or with seeking (http.ServeContent). It fetches windows
// of the blob, larger ones the longer it is read in order, and keeps one: 1 MiB of memory at most. A blob that is replaced
// meanwhile may give parts of both; one that is named by its content cannot be.
//
// ReadAt and Close may be called from several goroutines, Read and Seek from one. Reading ends with the context of Open.
type Reader struct {
	Blob Blob // as it was found

	ctx     context.Context
	service Service
	at      int64 // where Read is

	mu     sync.Mutex
	window []byte
	start  int64 // of the window in the blob
	size   int   // of the window that was asked for last
	closed bool
}

// errSeek is what seeking to before the start fails with.
var errSeek = errors.New("files: seek to before the start")

// Read implements io.Reader.
func (r *Reader) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	n, err := r.read(p, r.at)
	r.at += int64(n)
	return n, err
}

// Seek implements io.Seeker.
func (r *Reader) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekStart:
	case io.SeekCurrent:
		offset += r.at
	case io.SeekEnd:
		offset += r.Blob.Size
	default:
		return 0, fmt.Errorf("files: seek: whence is %d", whence)
	}
	if offset < 0 {
		return 0, errSeek
	}
	r.at = offset
	return offset, nil
}

// ReadAt implements io.ReaderAt.
func (r *Reader) ReadAt(p []byte, offset int64) (int, error) {
	if offset < 0 {
		return 0, errSeek
	}
	done := 0
	for done < len(p) {
		n, err := r.read(p[done:], offset+int64(done))
		done += n
		if err != nil {
			return done, err
		}
	}
	return done, nil
}

// Close implements io.Closer. It only lets go of memory: forgetting it leaks nothing.
func (r *Reader) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed, r.window = true, nil
	return nil
}

// read reads what the window has at an offset, after fetching another one where it has nothing.
func (r *Reader) read(p []byte, offset int64) (int, error) {
	if offset >= r.Blob.Size {
		return 0, io.EOF
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return 0, fs.ErrClosed
	}
	if end := r.start + int64(len(r.window)); offset < r.start || offset >= end {
		if offset == end && end > 0 {
			r.size = min(2*r.size, lastWindow)
		} else {
			r.size = firstWindow
		}
		if err := r.fetch(offset, min(max(r.size, len(p)), lastWindow)); err != nil {
			return 0, err
		}
	}
	return copy(p, r.window[offset-r.start:]), nil
}

// fetch makes the window that of an offset.
func (r *Reader) fetch(offset int64, size int) error {
	r.window, r.start = r.window[:0], offset
	for piece, err := range r.service.Read(r.ctx, r.Blob.Key, offset, int64(size)) {
		if err != nil {
			r.window = r.window[:0]
			return err
		}
		r.window = append(r.window, piece...)
	}
	if len(r.window) == 0 {
		return io.ErrUnexpectedEOF // it has become shorter
	}
	return nil
}
