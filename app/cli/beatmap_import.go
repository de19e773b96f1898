package cli

import (
	"archive/zip"
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pure-peace/peace/app"
	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/files"
	"github.com/pure-peace/peace/osu"
)

// importsFile remembers, in the data directory, what imports have done, so that an interrupted one goes on where it was.
const importsFile = "imports"

type beatmapImport struct {
	Paths  []string `arg:"" type:"path" help:"Files and folders."`
	Status string   `placeholder:"STATUS" help:"Status of beatmaps that are new: ranked, loved, ... (default: pending)"`
	Freeze bool     `help:"Keep that status whatever sources say later."`
	Again  bool     `help:"Import also what an earlier import has done and has not changed since."`
	Jobs   int      `short:"j" default:"2" placeholder:"N" help:"Files to work on at once."`
}

// source is something that is imported as one set: an archive, a beatmap, or a folder that holds beatmaps.
type source struct {
	path   string
	folder bool
	size   int64
	stamp  string // changes with the content
}

// arrival is what came of a source.
type arrival struct {
	source
	imported beatmaps.Imported
	err      error
}

func (c beatmapImport) Run(ctx context.Context, p *program) error {
	options := beatmaps.Import{Freeze: c.Freeze, Wait: time.Minute}
	if c.Status != "" {
		status, err := osu.ParseStatus(c.Status)
		if err != nil {
			return err
		}
		options.Status = &status
	}
	if c.Jobs < 1 || c.Jobs > 64 {
		return errors.New("--jobs must be 1 to 64")
	}
	var sources []source
	for _, path := range c.Paths {
		found, err := findSources(ctx, path)
		if err != nil {
			return err
		}
		sources = append(sources, found...)
	}
	if len(sources) == 0 {
		return errors.New("there is no .osz and no .osu")
	}
	config, err := p.load()
	if err != nil {
		return err
	}
	return p.withTools(ctx, func(tools *app.Tools) error {
		store, err := app.Tool(tools, app.Files)
		if err != nil {
			return err
		}
		service, err := app.Tool(tools, app.Beatmaps)
		if err != nil {
			return err
		}
		done, err := openImports(filepath.Join(config.DataDir, importsFile))
		if err != nil {
			return err
		}
		work := sources
		if !c.Again {
			work = slices.DeleteFunc(slices.Clone(sources), done.has)
		}
		if skipped := len(sources) - len(work); skipped > 0 {
			fmt.Fprintf(p.stderr, "%d were imported before.\n", skipped)
		}
		err = c.importAll(ctx, p, work, done, func(s source) arrival {
			imported, err := importOne(ctx, store, service, s, options)
			return arrival{s, imported, err}
		})
		return errors.Join(err, done.Close())
	})
}

// importAll imports on several goroutines and says how far it is.
func (c beatmapImport) importAll(ctx context.Context, p *program, work []source, done *imports, one func(source) arrival) error {
	var count, added, changed, failed int
	var size int64
	var shown time.Time
	for a := range inOrder(ctx, c.Jobs, work, one) {
		count++
		size += a.size
		added += a.imported.New
		changed += a.imported.Changed
		for _, skipped := range a.imported.Skipped {
			fmt.Fprintf(p.stderr, "\r%s: %s\n", a.path, skipped)
		}
		switch {
		case a.err == nil:
			if err := done.add(a.source); err != nil {
				return err
			}
		case ctx.Err() == nil:
			failed++
			fmt.Fprintf(p.stderr, "\r%s: %v\n", a.path, explain(a.err))
		}
		if now := time.Now(); now.Sub(shown) > time.Second/4 || count == len(work) {
			shown = now
			fmt.Fprintf(p.stderr, "\r%d of %d, %d MiB: %d beatmaps new, %d changed ", count, len(work), size>>20, added, changed)
		}
	}
	fmt.Fprintln(p.stderr)
	if ctx.Err() != nil {
		return errors.New("interrupted; the same command goes on from here")
	}
	fmt.Fprintf(p.stdout, "Imported %d: %d beatmaps new, %d changed.\n", count-failed, added, changed)
	if failed > 0 {
		return fmt.Errorf("%d of %d could not be imported", failed, count)
	}
	return nil
}

// findSources returns what can be imported at or below path. A folder with beatmaps in it is one source, whatever else is
// below it.
func findSources(ctx context.Context, path string) ([]source, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return []source{{path: path, size: info.Size(), stamp: stampOf(info)}}, nil
	}
	var out []source
	err = filepath.WalkDir(path, func(at string, entry fs.DirEntry, err error) error {
		if err := errors.Join(err, ctx.Err()); err != nil {
			return err
		}
		switch {
		case entry.IsDir():
			folder, err := folderSource(at)
			if err != nil || folder == nil {
				return err
			}
			out = append(out, *folder)
			return fs.SkipDir
		case isArchive(at) && entry.Type().IsRegular():
			info, err := entry.Info()
			if err != nil {
				return err
			}
			out = append(out, source{path: at, size: info.Size(), stamp: stampOf(info)})
		}
		return nil
	})
	return out, err
}

// folderSource returns the source that a folder is, nil when no beatmap lies directly in it.
func folderSource(path string) (*source, error) {
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(entries, func(e fs.DirEntry) bool {
		return strings.EqualFold(filepath.Ext(e.Name()), ".osu") && e.Type().IsRegular()
	}) {
		return nil, nil
	}
	out := &source{path: path, folder: true}
	var latest time.Time
	err = eachFile(path, func(_ string, info fs.FileInfo) error {
		out.size += info.Size()
		if info.ModTime().After(latest) {
			latest = info.ModTime()
		}
		return nil
	})
	out.stamp = stamp(out.size, latest)
	return out, err
}

func stampOf(info fs.FileInfo) string { return stamp(info.Size(), info.ModTime()) }

func stamp(size int64, changed time.Time) string {
	return fmt.Sprintf("%d %s", size, changed.UTC().Format(time.RFC3339Nano))
}

// eachFile calls do for every regular file below a folder, with its path from there.
func eachFile(folder string, do func(name string, info fs.FileInfo) error) error {
	return filepath.WalkDir(folder, func(at string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		name, err := filepath.Rel(folder, at)
		if err != nil {
			return err
		}
		return do(filepath.ToSlash(name), info)
	})
}

// importOne brings a source into the files module and has it imported from there.
func importOne(ctx context.Context, store files.Service, service beatmaps.Service, s source, options beatmaps.Import) (beatmaps.Imported, error) {
	options.Name = filepath.Base(s.path)
	if s.folder {
		options.Name += ".osz"
	}
	content, err := s.open()
	if err != nil {
		return beatmaps.Imported{}, err
	}
	key := "imports/" + rand.Text() + strings.ToLower(filepath.Ext(options.Name))
	_, err = files.Write(ctx, store, key, content, files.MaxBlob)
	if err = errors.Join(err, content.Close()); err != nil {
		return beatmaps.Imported{}, err
	}
	imported, err := service.Import(ctx, key, options)
	// What is left of an interrupted import must not stay.
	return imported, errors.Join(err, store.Delete(context.WithoutCancel(ctx), []string{key}))
}

// open returns the file, or the folder as an archive that is packed while it is read.
func (s source) open() (io.ReadCloser, error) {
	if !s.folder {
		return os.Open(s.path)
	}
	r, w := io.Pipe()
	go func() { _ = w.CloseWithError(pack(w, s.path)) }()
	return r, nil
}

func pack(w io.Writer, folder string) error {
	archive := zip.NewWriter(w)
	err := eachFile(folder, func(name string, info fs.FileInfo) error {
		header, err := zip.FileInfoHeader(info)
		if err != nil {
			return err
		}
		header.Name, header.Method = name, zip.Store // songs and pictures are compressed already
		if strings.EqualFold(filepath.Ext(name), ".osu") || strings.EqualFold(filepath.Ext(name), ".osb") {
			header.Method = zip.Deflate
		}
		part, err := archive.CreateHeader(header)
		if err != nil {
			return err
		}
		f, err := os.Open(filepath.Join(folder, filepath.FromSlash(name)))
		if err != nil {
			return err
		}
		_, err = io.Copy(part, f)
		return errors.Join(err, f.Close())
	})
	return errors.Join(err, archive.Close())
}

// imports is the memory of what was imported: a line for each source, its quoted path after its stamp.
type imports struct {
	file *os.File
	done map[string]string // stamp by path
}

func openImports(path string) (*imports, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	out := &imports{f, make(map[string]string)}
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		stamp, quoted, _ := strings.Cut(lines.Text(), "\t")
		// A line that an interruption cut short is no source.
		if path, err := strconv.Unquote(quoted); err == nil {
			out.done[path] = stamp
		}
	}
	if err := lines.Err(); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return out, nil
}

func (i *imports) has(s source) bool { return i.done[s.path] == s.stamp }

func (i *imports) add(s source) error {
	i.done[s.path] = s.stamp
	_, err := fmt.Fprintf(i.file, "%s\t%q\n", s.stamp, s.path)
	return err
}

// Close closes the file.
func (i *imports) Close() error { return i.file.Close() }
