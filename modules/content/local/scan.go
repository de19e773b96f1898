package local

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/pure-peace/peace/modules/content/markdown"
)

const (
	maxFile = 512 << 10 // bytes
	maxPath = 400       // bytes, from the directory
	maxDeep = 16        // directories below each other
)

// scanner reads the directory, again and again. It belongs to one goroutine.
type scanner struct {
	config   Config
	log      *slog.Logger
	renderer *markdown.Renderer

	known   map[string]reading // what the last scan found, by path; nil before the first
	trouble string             // that the last scan had as a whole
}

// reading is a file as it was read.
type reading struct {
	size     int64
	modified time.Time
	value    any // *content.Post, *content.Build, []content.Stream, *page, season, []content.Banner; nil for one that is broken
}

func newScanner(config Config, log *slog.Logger) *scanner {
	return &scanner{config: config, log: log, renderer: markdown.New()}
}

// The kinds of files, by where they lie.
const (
	streamsName     = "changelog/streams.toml"
	backgroundsName = "backgrounds.toml"
	menuName        = "menu.toml"
)

// wanted reports whether a file is one that is read. Pictures and whatever else lies there are nobody's business.
func wanted(name string) bool {
	top, _, _ := strings.Cut(name, "/")
	switch top {
	case "news", "wiki":
		return strings.HasSuffix(name, ".md") && name != top+"/README.md"
	case "changelog":
		return strings.HasSuffix(name, ".toml") && (name == streamsName || strings.Count(name, "/") == 2)
	}
	return name == backgroundsName || name == menuName
}

// errEnough ends a walk that found as many files as may be.
var errEnough = errors.New("there are more files than the setting content.files allows, or more than content.megabytes")

// scan returns a library of what is there now; nil when that is what it was, or could not be found out.
func (s *scanner) scan(ctx context.Context) *library {
	found := make(map[string]reading, len(s.known))
	changed, err := s.walk(ctx, found)
	if ctx.Err() != nil {
		return nil
	}
	s.report(ctx, err)
	if err != nil && s.known != nil && !errors.Is(err, errEnough) && !errors.Is(err, fs.ErrNotExist) {
		return nil // a disk that cannot be read for a moment takes nothing away
	}
	for name := range s.known {
		if _, still := found[name]; !still {
			changed = true
		}
	}
	first := s.known == nil
	s.known = found
	if !first && !changed {
		return nil
	}
	return assemble(ctx, s.log, found)
}

// report logs trouble with the directory once.
func (s *scanner) report(ctx context.Context, err error) {
	var trouble string
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		trouble = err.Error()
	}
	if trouble != "" && trouble != s.trouble {
		s.log.WarnContext(ctx, "not all of the content is shown", "dir", s.config.Dir, "error", err)
	}
	s.trouble = trouble
}

// walk fills found, and reports whether a file is new or changed. The root keeps links from leading out of the directory.
func (s *scanner) walk(ctx context.Context, found map[string]reading) (changed bool, err error) {
	root, err := os.OpenRoot(s.config.Dir)
	if err != nil {
		return false, err
	}
	defer root.Close()
	room := int64(s.config.Megabytes) << 20
	err = fs.WalkDir(root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil && name == ".":
			return err
		case err != nil:
			return s.skip(ctx, found, name, err)
		case name == ".":
			return nil
		case strings.HasPrefix(d.Name(), "."), d.IsDir() && (strings.Count(name, "/") >= maxDeep || len(name) > maxPath):
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		case d.IsDir() || !wanted(name):
			return nil
		}
		info, err := root.Stat(name) // of what a link leads to
		if err != nil {
			return s.skip(ctx, found, name, err)
		}
		if !info.Mode().IsRegular() {
			return nil
		}
		if info.Size() <= maxFile { // a larger one is left out, and takes no room from others
			room -= info.Size()
		}
		if len(found) >= s.config.Files || room < 0 {
			return errEnough
		}
		if was, ok := s.known[name]; ok && was.size == info.Size() && was.modified.Equal(info.ModTime()) {
			found[name] = was
			return nil
		}
		changed = true
		found[name] = s.read(ctx, root, name, info)
		return nil
	})
	return changed, err
}

// unreadable is the size of what cannot be read.
const unreadable = -1

// skip goes on without a file or a directory that cannot be read, as a link that leads out or nowhere, and says so once.
func (s *scanner) skip(ctx context.Context, found map[string]reading, name string, err error) error {
	if was, ok := s.known[name]; !ok || was.size != unreadable {
		s.log.WarnContext(ctx, "content is left out", "file", path.Join(s.config.Dir, name), "error", err)
	}
	found[name] = reading{size: unreadable}
	return nil
}

// read reads one file; what is wrong with it is logged here, once for each version of it.
func (s *scanner) read(ctx context.Context, root *os.Root, name string, info fs.FileInfo) reading {
	r := reading{size: info.Size(), modified: info.ModTime()}
	text, err := load(root, name)
	if err == nil {
		r.value, err = s.parse(name, text, info.ModTime())
	}
	if err != nil {
		r.value = nil
		s.log.WarnContext(ctx, "content is left out", "file", path.Join(s.config.Dir, name), "error", err)
	}
	return r
}

func load(root *os.Root, name string) (string, error) {
	if len(name) > maxPath {
		return "", fmt.Errorf("its path is longer than %d bytes", maxPath)
	}
	f, err := root.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	switch {
	case err != nil:
		return "", err
	case len(text) > maxFile:
		return "", fmt.Errorf("it is larger than %d bytes", maxFile)
	case !utf8.Valid(text):
		return "", errors.New("it is no UTF-8 text")
	}
	return string(text), nil
}

// parse reads a file as the kind that its place says.
func (s *scanner) parse(name, text string, modified time.Time) (any, error) {
	switch {
	case name == streamsName:
		return readStreams(text)
	case name == backgroundsName:
		return readBackgrounds(text)
	case name == menuName:
		return readMenu(text)
	case strings.HasPrefix(name, "news/"):
		return readPost(s.renderer, name, text, modified)
	case strings.HasPrefix(name, "wiki/"):
		return readPage(s.renderer, name, text)
	default:
		return readBuild(s.renderer, name, text)
	}
}
