package local

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/pure-peace/peace/modules/files"
)

// list walks the tree in the order of keys. It reads whole directories, and remembers of their files no more than a few
// times what is asked for.
func (d *directory) list(ctx context.Context, prefix, after string, limit int) ([]files.Blob, error) {
	w := walk{directory: d, prefix: prefix, after: after, limit: limit}
	// The walk begins as deep as the prefix goes.
	top := prefix[:strings.LastIndexByte(prefix, '/')+1]
	if top != "" && !files.ValidKey(strings.TrimSuffix(top, "/")) {
		return nil, nil
	}
	if err := w.enter(ctx, top); err != nil {
		return nil, err
	}
	return w.found, nil
}

// walk collects the first blobs of a range of keys.
type walk struct {
	directory     *directory
	prefix, after string
	limit         int
	found         []files.Blob
}

// enter adds what lies below a beginning of keys, which is "" or ends in a slash.
func (w *walk) enter(ctx context.Context, top string) error {
	dir := "."
	if top != "" {
		dir = "+" + strings.ReplaceAll(strings.TrimSuffix(top, "/"), "/", "/+")
	}
	level, err := w.level(ctx, dir, top)
	if err != nil {
		return err
	}
	for _, entry := range level {
		if len(w.found) == w.limit {
			return nil
		}
		if strings.HasSuffix(entry, "/") {
			if err := w.enter(ctx, entry); err != nil {
				return err
			}
			continue
		}
		blob, err := w.directory.describe(entry)
		switch {
		case err == nil:
			w.found = append(w.found, blob)
		case !errors.Is(err, files.ErrNotFound): // it was deleted meanwhile
			return err
		}
	}
	return nil
}

// level returns what is wanted of one level of keys, in order: those of blobs, and the beginnings of further ones, which end
// in a slash. All keys with the same beginning follow each other, so this order is that of the keys.
func (w *walk) level(ctx context.Context, dir, top string) ([]string, error) {
	var below []string
	blobs := w.names(top)
	sharded := strings.Count(top, "/") < 2
	err := w.entries(ctx, dir, func(entry fs.DirEntry) error {
		name := entry.Name()
		switch {
		case entry.IsDir() && name[0] == '+':
			key := top + name[1:] + "/"
			beyond := key > w.after || strings.HasPrefix(w.after, key)
			if beyond && (strings.HasPrefix(key, w.prefix) || strings.HasPrefix(w.prefix, key)) {
				below = append(below, key)
			}
		case entry.IsDir() && sharded && name != unfinished:
			return w.entries(ctx, path.Join(dir, name), func(entry fs.DirEntry) error {
				if !entry.IsDir() {
					blobs.add(entry.Name())
				}
				return nil
			})
		case !entry.IsDir() && !sharded:
			blobs.add(name)
		}
		return nil
	})
	level := below
	for _, name := range blobs.found {
		level = append(level, top+name)
	}
	slices.Sort(level)
	return level, err
}

// names are the last parts of the keys on one level: of those that are wanted, a few times the limit at most.
type names struct {
	none          bool   // nothing on this level comes after where the list goes on
	prefix, after string // of the part
	last          string // those behind it are too many; "" while there are not
	limit         int
	found         []string
}

func (w *walk) names(top string) names {
	n := names{limit: w.limit}
	if rest, ok := strings.CutPrefix(w.prefix, top); ok {
		n.prefix = rest
	}
	if rest, ok := strings.CutPrefix(w.after, top); ok {
		n.after = rest
	} else {
		n.none = w.after > top
	}
	return n
}

func (n *names) add(name string) {
	if n.none || name <= n.after || n.last != "" && name > n.last || !strings.HasPrefix(name, n.prefix) {
		return
	}
	n.found = append(n.found, name)
	if len(n.found) >= 4*n.limit {
		slices.Sort(n.found)
		n.found = n.found[:n.limit]
		n.last = n.found[n.limit-1]
	}
}

// entries calls f with each entry of a directory; one that is not there has none.
func (w *walk) entries(ctx context.Context, dir string, f func(fs.DirEntry) error) error {
	file, err := w.directory.root.Open(dir)
	if err != nil {
		if missing(err) {
			return nil
		}
		return err
	}
	defer file.Close()
	for {
		entries, err := file.ReadDir(1024)
		for _, entry := range entries {
			if err := f(entry); err != nil {
				return err
			}
		}
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		case ctx.Err() != nil:
			return ctx.Err()
		}
	}
}
