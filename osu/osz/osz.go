// Package osz reads beatmap archives (.osz): zip files with the .osu files of a beatmapset beside its audio, images and
// storyboard.
//
// It bounds what it reads, whatever the archive claims: see the constants. Names in archives are only ever compared, never
// used as paths.
package osz

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"iter"
	"path"
	"strings"

	"github.com/pure-peace/peace/osu/beatmap"
)

// Bounds of an archive.
const (
	MaxFiles    = 10_000    // of any kind
	MaxBeatmaps = 500       // .osu files
	MaxUnpacked = 256 << 20 // bytes of all .osu files together
)

// The ways in which an archive is refused.
var (
	ErrNoArchive = errors.New("osz: not a zip archive")
	ErrTooMany   = errors.New("osz: too many files")
	ErrTooLarge  = errors.New("osz: unpacks to too much")
)

// Reader reads an archive.
type Reader struct{ files []*zip.File }

// NewReader reads the directory of an archive of size bytes.
func NewReader(r io.ReaderAt, size int64) (*Reader, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoArchive, err)
	}
	if len(z.File) > MaxFiles {
		return nil, ErrTooMany
	}
	out := new(Reader)
	for _, f := range z.File {
		if strings.EqualFold(path.Ext(f.Name), ".osu") && f.Mode().IsRegular() {
			out.files = append(out.files, f)
		}
	}
	if len(out.files) > MaxBeatmaps {
		return nil, ErrTooMany
	}
	return out, nil
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
