package config

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/fsnotify/fsnotify"
)

// settle is how long a file must be left alone before it is looked at: editors write in several steps.
const settle = 100 * time.Millisecond

// Watch calls onChange whenever the content of the file has become another one, and returns nil when ctx ends. It follows
// writes in place, atomic renames and symbolic links that are pointed elsewhere; a file that is gone for a while is waited
// for. onChange runs in the goroutine of Watch: changes that happen meanwhile are seen after it.
func Watch(ctx context.Context, path string, onChange func()) (err error) {
	watcher, err := fsnotify.NewWatcher()
	if err != nil {
		return fmt.Errorf("config: watch: %w", err)
	}
	defer func() { err = errors.Join(err, watcher.Close()) }()
	// The directory, because a watch on the file ends with the file that a rename replaces.
	if err := watcher.Add(filepath.Dir(path)); err != nil {
		return fmt.Errorf("config: watch: %w", err)
	}
	last := follow(watcher, path)

	quiet := time.NewTimer(settle) // once at the start, for a change that came before the watch
	defer quiet.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case _, ok := <-watcher.Events:
			if !ok {
				return errors.New("config: the watch ended")
			}
			quiet.Reset(settle)
		case err, ok := <-watcher.Errors:
			if !ok {
				return errors.New("config: the watch ended")
			}
			if !errors.Is(err, fsnotify.ErrEventOverflow) {
				return fmt.Errorf("config: watch: %w", err)
			}
			quiet.Reset(settle)
		case <-quiet.C:
			if now := follow(watcher, path); now != nil && !bytes.Equal(now, last) {
				last = now
				onChange()
			}
		}
	}
}

// follow returns the digest of the file, nil when it cannot be read, and watches where a symbolic link leads.
func follow(watcher *fsnotify.Watcher, path string) []byte {
	if target, err := filepath.EvalSymlinks(path); err == nil {
		// A directory that cannot be watched costs only changes behind a link.
		_ = watcher.Add(filepath.Dir(target))
	}
	text, err := readFile(path)
	if err != nil {
		return nil
	}
	sum := sha256.Sum256(text)
	return sum[:]
}
