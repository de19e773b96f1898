package local

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"io/fs"
	"os"
	"path"
	"runtime"
	"strings"
	"syscall"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"github.com/pure-peace/peace/modules/files"
)

const (
	// unfinished is the directory of files that are being written. No key leads into it.
	unfinished = ".new"
	// abandoned is when a file there belongs to a process that is gone: longer than any upload is idle.
	abandoned = 2 * uploadIdle
	// knownDirectories is how many directories are remembered to be on the disk; the check of another one costs a few syncs.
	knownDirectories = 1 << 14
)

// directory keeps blobs as files below a root, which no name can leave.
//
// The directories of a key "a/b/c" are "+a/+b", so that "a" can be a blob too. Blobs with one or two parts, which is where
// there are many, lie one level deeper, in 256 directories by a hash of their name: "+replays/c4/100.osr".
type directory struct {
	root  *os.Root
	sync  bool
	known *lru.Cache[string, struct{}] // directories whose names are on the disk
}

func openDirectory(name string, sync bool) (*directory, error) {
	if err := os.MkdirAll(name, 0o750); err != nil {
		return nil, fmt.Errorf("dir: %w", err)
	}
	root, err := os.OpenRoot(name)
	if err != nil {
		return nil, fmt.Errorf("dir: %w", err)
	}
	known, err := lru.New[string, struct{}](knownDirectories)
	if err == nil {
		err = root.MkdirAll(unfinished, 0o750)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("dir: %w", err), root.Close())
	}
	return &directory{root, sync, known}, nil
}

// place returns the directory of a key and the name of its file in it.
func place(key string) (dir, name string) {
	parts := strings.Split(key, "/")
	name = parts[len(parts)-1]
	var b strings.Builder
	for _, part := range parts[:len(parts)-1] {
		b.WriteString("+" + part + "/")
	}
	if len(parts) <= 2 {
		hash := fnv.New32a()
		_, _ = io.WriteString(hash, name)
		fmt.Fprintf(&b, "%02x", byte(hash.Sum32()))
	}
	return strings.TrimSuffix(b.String(), "/"), name
}

func (d *directory) put(ctx context.Context, key string, data []byte, sum string) (files.Blob, error) {
	w, err := d.create()
	if err != nil {
		return files.Blob{}, err
	}
	if err = w.append(ctx, data); err == nil {
		var blob files.Blob
		if blob, err = w.commit(ctx, key, sum); err == nil {
			return blob, nil
		}
	}
	return files.Blob{}, errors.Join(err, w.abort(ctx))
}

func (d *directory) begin(context.Context, string) (writer, error) { return d.create() }

func (d *directory) create() (*fileWriter, error) {
	name := path.Join(unfinished, rand.Text())
	file, err := d.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o640)
	if err != nil {
		return nil, storeFault(err)
	}
	return &fileWriter{directory: d, file: file, name: name}, nil
}

func (d *directory) confirm(_ context.Context, key string) (files.Blob, error) {
	blob, err := d.describe(key)
	if err != nil {
		return files.Blob{}, err
	}
	dir, _ := place(key)
	return blob, d.syncDirectory(dir) // whoever put it there may not have come so far yet
}

func (d *directory) stat(_ context.Context, keys []string) ([]files.Blob, error) {
	blobs := make([]files.Blob, 0, len(keys))
	for _, key := range keys {
		blob, err := d.describe(key)
		switch {
		case err == nil:
			blobs = append(blobs, blob)
		case !errors.Is(err, files.ErrNotFound):
			return nil, err
		}
	}
	return blobs, nil
}

func (d *directory) describe(key string) (files.Blob, error) {
	info, err := d.root.Stat(path.Join(place(key)))
	if err != nil {
		return files.Blob{}, storeFault(err)
	}
	if !info.Mode().IsRegular() {
		return files.Blob{}, files.ErrNotFound
	}
	return describe(key, info), nil
}

func describe(key string, info fs.FileInfo) files.Blob {
	sum := ""
	if content := strings.TrimPrefix(key, files.ContentKey("")); content != key {
		sum = content
	}
	return files.Blob{Key: key, Size: info.Size(), SHA256: sum, StoredAt: info.ModTime().UTC()}
}

func (d *directory) read(_ context.Context, key string, offset, length int64) (io.ReadCloser, int64, error) {
	file, err := d.root.Open(path.Join(place(key)))
	if err != nil {
		return nil, 0, storeFault(err)
	}
	info, err := file.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = files.ErrNotFound
	}
	if err == nil && offset > 0 {
		_, err = file.Seek(offset, io.SeekStart)
	}
	if err != nil {
		return nil, 0, errors.Join(err, file.Close())
	}
	left := max(info.Size()-offset, 0)
	if length > 0 {
		left = min(left, length)
	}
	return file, left, nil
}

func (d *directory) remove(_ context.Context, keys []string) error {
	for _, key := range keys {
		// The directory stays: removing it would race with whoever puts the next blob there.
		if err := d.root.Remove(path.Join(place(key))); err != nil && !missing(err) {
			return storeFault(err)
		}
	}
	return nil
}

func (d *directory) sweep(ctx context.Context) error {
	entries, err := fs.ReadDir(d.root.FS(), unfinished)
	if err != nil {
		return err
	}
	var errs []error
	for _, entry := range entries {
		info, err := entry.Info()
		if ctx.Err() != nil || missing(err) {
			continue
		}
		if err == nil && time.Since(info.ModTime()) > abandoned {
			err = d.root.Remove(path.Join(unfinished, entry.Name()))
		}
		if err != nil && !missing(err) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

func (d *directory) check(ctx context.Context) error {
	w, err := d.create()
	if err != nil {
		return err
	}
	return errors.Join(w.append(ctx, []byte("a disk that is full takes none of this\n")), w.abort(ctx))
}

func (d *directory) close() error { return d.root.Close() }

// fileWriter writes a blob beside the others, and moves it to its place when it is complete.
type fileWriter struct {
	directory *directory
	file      *os.File
	name      string
	size      int64
	torn      bool // an append failed, and may have written beyond the size
	closed    bool
}

func (w *fileWriter) append(_ context.Context, data []byte) error {
	if _, err := w.file.WriteAt(data, w.size); err != nil {
		w.torn = true
		return storeFault(err)
	}
	w.size += int64(len(data))
	return nil
}

func (w *fileWriter) commit(_ context.Context, key, sum string) (files.Blob, error) {
	var err error
	if w.torn {
		err = w.file.Truncate(w.size)
	}
	if err == nil && w.directory.sync {
		err = w.file.Sync()
	}
	info, failed := w.file.Stat()
	w.closed = true
	if err = errors.Join(err, failed, w.file.Close()); err == nil {
		err = w.directory.move(w.name, key)
	}
	if err != nil {
		return files.Blob{}, storeFault(err)
	}
	blob := describe(key, info)
	blob.SHA256 = sum
	return blob, nil
}

func (w *fileWriter) abort(context.Context) error {
	var err error
	if !w.closed {
		w.closed = true
		err = w.file.Close()
	}
	if failed := w.directory.root.Remove(w.name); !missing(failed) {
		err = errors.Join(err, failed)
	}
	return err
}

// move gives a file the place of a key, for good.
func (d *directory) move(from, key string) error {
	dir, name := place(key)
	if err := d.ensure(dir); err != nil {
		return err
	}
	err := d.root.Rename(from, path.Join(dir, name))
	if missing(err) { // somebody cleaned up
		d.known.Remove(dir)
		if err = d.ensure(dir); err == nil {
			err = d.root.Rename(from, path.Join(dir, name))
		}
	}
	if err != nil {
		return err
	}
	return d.syncDirectory(dir)
}

// ensure makes a directory and all above it, and sees to it that their names are on the disk: a file in a directory that is
// lost is lost too. One that is there may have been made by somebody who has not come so far yet.
func (d *directory) ensure(dir string) error {
	if d.known.Contains(dir) {
		return nil
	}
	if err := d.root.MkdirAll(dir, 0o750); err != nil {
		return err
	}
	for above := path.Dir(dir); ; above = path.Dir(above) {
		if err := d.syncDirectory(above); err != nil {
			return err
		}
		if above == "." {
			break
		}
	}
	d.known.Add(dir, struct{}{})
	return nil
}

// syncDirectory writes the names in a directory to the disk. Windows has no such call and does so by itself.
func (d *directory) syncDirectory(dir string) error {
	if !d.sync || runtime.GOOS == "windows" {
		return nil
	}
	file, err := d.root.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(file.Sync(), file.Close())
}

// missing reports whether an operation failed because a file is not there.
func missing(err error) bool { return errors.Is(err, fs.ErrNotExist) }

// storeFault makes faults of the failures of a file system that the contract names.
func storeFault(err error) error {
	switch {
	case missing(err):
		return files.ErrNotFound
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return fmt.Errorf("%w: %v", files.ErrFull, err)
	}
	return err
}
