package local

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"time"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/beatmaps/preview"
	"github.com/pure-peace/peace/modules/files"
	"github.com/pure-peace/peace/modules/files/picture"
	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/osz"
)

// previewLength is how long previews play.
const previewLength = 10 * time.Second

var (
	errNoBackground = errors.New("there is no background in the archive")
	errNoSong       = errors.New("there is no song in the archive")
)

// makeMedium returns the key of a local set's medium, which is made if it is not there.
func (s *Service) makeMedium(ctx context.Context, e *entry, medium beatmaps.Medium) (string, error) {
	if medium == beatmaps.Preview {
		return s.makePreview(ctx, e)
	}
	size := pictures[medium]
	key := fmt.Sprintf("beatmapsets/%d/%s.jpg", e.set.ID, size.name)
	return key, s.media.make(ctx, s.deps.Files, ArchiveKey(e.set.ID), key, func(ctx context.Context, archive *files.Reader) error {
		background, err := readBackground(archive)
		if err != nil {
			return err
		}
		data, err := picture.EncodeJPEG(picture.Fill(background, size.width, size.height), s.cfg.Media.Quality)
		if err == nil {
			_, err = s.deps.Files.Put(ctx, key, data)
		}
		return err
	})
}

// makePreview does it for a preview, whose format is that of the song: the key tells it.
func (s *Service) makePreview(ctx context.Context, e *entry) (string, error) {
	archiveKey := ArchiveKey(e.set.ID)
	keyOf := func(kind preview.Kind) string { return fmt.Sprintf("beatmapsets/%d/preview.%s", e.set.ID, kind) }
	if made, _, err := s.media.there(ctx, s.deps.Files, archiveKey, keyOf(preview.Ogg)); err == nil && made {
		return keyOf(preview.Ogg), nil
	}
	made := preview.MP3
	err := s.media.make(ctx, s.deps.Files, archiveKey, keyOf(preview.MP3), func(ctx context.Context, archive *files.Reader) error {
		data, kind, err := readPreview(archive)
		if err != nil {
			return err
		}
		made = kind
		_, err = files.Write(ctx, s.deps.Files, keyOf(kind), bytes.NewReader(data), preview.MaxCut)
		return err
	})
	return keyOf(made), err
}

// parsed yields the beatmaps of an archive that can be read.
func parsed(archive *osz.Reader) func(func(*beatmap.Beatmap) bool) {
	return func(yield func(*beatmap.Beatmap) bool) {
		for file, err := range archive.Beatmaps() {
			if err != nil {
				continue
			}
			if m, err := beatmap.Parse(file.Data); err == nil && !yield(m) {
				return
			}
		}
	}
}

// readBackground decodes the first background that an archive has.
func readBackground(archive *files.Reader) (image.Image, error) {
	z, err := osz.NewReader(archive, archive.Blob.Size)
	if err != nil {
		return nil, err
	}
	failed := errNoBackground
	tried := make(map[string]bool)
	for m := range parsed(z) {
		name := m.Events.Background
		if name == "" || tried[name] {
			continue
		}
		if len(tried) == 3 {
			break // an archive is not believed that often
		}
		tried[name] = true
		background, err := decodeFrom(z, name)
		if err == nil {
			return background, nil
		}
		if !errors.Is(err, osz.ErrNoFile) {
			failed = err
		}
	}
	return nil, failed
}

func decodeFrom(z *osz.Reader, name string) (image.Image, error) {
	limits := picture.DefaultLimits()
	in, err := z.Open(name, int64(limits.Bytes))
	if err != nil {
		return nil, err
	}
	defer in.Close()
	data, err := io.ReadAll(in)
	if err != nil {
		return nil, err
	}
	return picture.Decode(data, limits)
}

// readPreview cuts the song that most of the archive's beatmaps are of, which is the first one's, where its maker wanted it, or
// at two fifths of it, as the game does.
func readPreview(archive *files.Reader) ([]byte, preview.Kind, error) {
	z, err := osz.NewReader(archive, archive.Blob.Size)
	if err != nil {
		return nil, "", err
	}
	for m := range parsed(z) {
		if m.Audio == "" {
			continue
		}
		start := time.Duration(m.Preview) * time.Millisecond
		if m.Preview < 0 {
			figures, err := m.Figures()
			if err != nil {
				continue
			}
			start = duration(figures.End * 2 / 5)
		}
		data, kind, err := cutFrom(z, m.Audio, start)
		if errors.Is(err, preview.ErrShort) && start > 0 {
			data, kind, err = cutFrom(z, m.Audio, 0)
		}
		if !errors.Is(err, osz.ErrNoFile) {
			return data, kind, err
		}
	}
	return nil, "", errNoSong
}

func cutFrom(z *osz.Reader, name string, start time.Duration) ([]byte, preview.Kind, error) {
	in, err := z.Open(name, preview.MaxSong)
	if err != nil {
		return nil, "", err
	}
	defer in.Close()
	return preview.Cut(in, start, previewLength)
}
