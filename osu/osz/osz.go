// Package osz reads beatmap archives (.osz): zip files with the .osu files of a beatmapset beside its audio, images and
// storyboard.
//
// It bounds what it reads, whatever the archive claims: see the constants. Names in archives are only ever compared, never
// used as paths; an archive with a name that would lead out of its folder is refused all the same, because clients unpack it.
package osz

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"iter"
	"path"
	"slices"
	"strings"

	"github.com/pure-peace/peace/osu/beatmap"
)

// Bounds of an archive.
const (
	MaxFiles    = 10_000    // of any kind
	MaxBeatmaps = 500       // .osu files
	MaxUnpacked = 256 << 20 // bytes of all .osu files together
	MaxTotal    = 8 << 30   // bytes that all files claim to have together
	MaxName     = 1024      // bytes of a file's name
)

// The ways in which an archive is refused.
var (
	ErrNoArchive = errors.New("osz: not a zip archive")
	ErrTooMany   = errors.New("osz: too many files")
	ErrTooLarge  = errors.New("osz: unpacks to too much")
	ErrName      = errors.New("osz: the name of a file leads out of the archive")
	ErrOverlap   = errors.New("osz: files overlap")
	ErrNoFile    = errors.New("osz: no such file in the archive")
)

// Reader reads an archive.
type Reader struct {
	files []*zip.File // .osu files
	all   []*zip.File // all regular files
}

// NewReader reads the directory of an archive of size bytes.
func NewReader(r io.ReaderAt, size int64) (*Reader, error) {
	directory := &metered{ReaderAt: r, left: maxDirectory}
	z, err := zip.NewReader(directory, size)
	if errors.Is(err, ErrTooMany) {
		return nil, ErrTooMany
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoArchive, err)
	}
	directory.unbounded = true
	if len(z.File) > MaxFiles {
		return nil, ErrTooMany
	}
	out := new(Reader)
	total, packed := uint64(0), uint64(0)
	for _, f := range z.File {
		if !contained(f.Name) {
			return nil, fmt.Errorf("%w: %.100q", ErrName, f.Name)
		}
		if !f.Mode().IsRegular() {
			continue
		}
		out.all = append(out.all, f)
		if strings.EqualFold(path.Ext(f.Name), ".osu") {
			out.files = append(out.files, f)
		}
		if f.UncompressedSize64 > MaxTotal || f.CompressedSize64 > uint64(size) {
			return nil, ErrTooLarge
		}
		total, packed = total+f.UncompressedSize64, packed+f.CompressedSize64
	}
	switch {
	case len(out.files) > MaxBeatmaps:
		return nil, ErrTooMany
	case total > MaxTotal:
		return nil, ErrTooLarge
	case packed > uint64(size): // as in bombs whose files share their bytes
		return nil, ErrOverlap
	}
	return out, nil
}

// maxDirectory bounds the bytes that the directory of an archive may have. Its entries are in memory before they can be counted.
const maxDirectory = 8 << 20

// metered reads at most so many bytes, until it is made unbounded.
type metered struct {
	io.ReaderAt
	left      int64
	unbounded bool
}

// ReadAt implements io.ReaderAt.
func (m *metered) ReadAt(p []byte, offset int64) (int, error) {
	if !m.unbounded {
		if m.left -= int64(len(p)); m.left < 0 {
			return 0, ErrTooMany
		}
	}
	return m.ReaderAt.ReadAt(p, offset)
}

// contained reports whether a name stays inside the folder that it is unpacked into, on every system.
func contained(name string) bool {
	if len(name) > MaxName || strings.Contains(name, "\x00") || strings.HasPrefix(name, "/") || strings.HasPrefix(name, `\`) ||
		len(name) > 1 && name[1] == ':' {
		return false
	}
	return !slices.Contains(strings.FieldsFunc(name, func(r rune) bool { return r == '/' || r == '\\' }), "..")
}

// Entry is a file of an archive.
type Entry struct {
	Name   string // as the archive spells it
	Size   int64  // bytes that it claims to unpack to
	Packed int64  // bytes in the archive
}

// Entries returns all files, in the archive's order.
func (r *Reader) Entries() []Entry {
	entries := make([]Entry, len(r.all))
	for i, f := range r.all {
		entries[i] = Entry{f.Name, int64(f.UncompressedSize64), int64(f.CompressedSize64)}
	}
	return entries
}

// Open opens the file that a beatmap calls name: in either case, and with either slash. What it yields ends with ErrTooLarge
// after limit bytes. ErrNoFile.
func (r *Reader) Open(name string, limit int64) (io.ReadCloser, error) {
	name = canonical(name)
	for _, f := range r.all {
		if canonical(f.Name) != name {
			continue
		}
		in, err := f.Open()
		if err != nil {
			return nil, fmt.Errorf("osz: %s: %w", f.Name, err)
		}
		return &bounded{in, limit}, nil
	}
	return nil, ErrNoFile
}

func canonical(name string) string { return strings.ToLower(strings.ReplaceAll(name, `\`, "/")) }

// bounded reads a file of at most left bytes.
type bounded struct {
	io.ReadCloser
	left int64
}

// Read implements io.Reader.
func (b *bounded) Read(p []byte) (int, error) {
	if b.left < 0 {
		return 0, ErrTooLarge
	}
	n, err := b.ReadCloser.Read(p[:min(int64(len(p)), b.left+1)])
	if b.left -= int64(n); b.left < 0 {
		return n - 1, ErrTooLarge
	}
	return n, err
}

// IsVideo reports whether a file is a video by its name, as the game goes by it.
func IsVideo(name string) bool {
	return slices.Contains([]string{".mp4", ".mov", ".avi", ".flv", ".mpg", ".wmv", ".m4v"}, strings.ToLower(path.Ext(name)))
}

// File is a .osu file of an archive.
type File struct {
	Name string // as the archive spells it
	Data []byte
}

// Beatmaps yields the .osu files in the archive's order. It goes on after a file that cannot be read, whose Data is nil, but
// not after ErrTooLarge.
func (r *Reader) Beatmaps() iter.Seq2[File, error] {
	return func(yield func(File, error) bool) {
		left := int64(MaxUnpacked)
		for _, f := range r.files {
			data, err := unpack(f, min(left, beatmap.MaxSize))
			left -= int64(len(data))
			if err != nil {
				data = nil
			}
			if !yield(File{f.Name, data}, err) || left <= 0 {
				return
			}
		}
	}
}

// unpack reads a file of at most limit bytes. The size that the archive claims is not believed.
func unpack(f *zip.File, limit int64) ([]byte, error) {
	in, err := f.Open()
	if err != nil {
		return nil, fmt.Errorf("osz: %s: %w", f.Name, err)
	}
	data, err := io.ReadAll(io.LimitReader(in, limit+1))
	if err := errors.Join(err, in.Close()); err != nil {
		return data, fmt.Errorf("osz: %s: %w", f.Name, err)
	}
	if int64(len(data)) > limit {
		return data, fmt.Errorf("%w: %s", ErrTooLarge, f.Name)
	}
	return data, nil
}
