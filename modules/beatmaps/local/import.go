package local

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/files"
	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/osz"
)

// ArchiveKey returns the key of a set's .osz in the files module.
func ArchiveKey(setID int32) string { return fmt.Sprintf("beatmapsets/%d.osz", setID) }

// parcel is what an import brings.
type parcel struct {
	blob       files.Blob
	archive    bool // rather than a single .osu
	candidates []candidate
	skipped    []string
	video      bool // with the files outside of the beatmaps looked at
	story      bool
	videoSize  int64 // packed bytes of the videos
}

// Import implements beatmaps.Curation.
func (s *Service) Import(ctx context.Context, key string, options beatmaps.Import) (beatmaps.Imported, error) {
	if options.Status != nil && !options.Status.Valid() {
		return beatmaps.Imported{}, beatmaps.ErrBadStatus
	}
	select {
	case s.imports <- struct{}{}:
		defer func() { <-s.imports }()
	case <-ctx.Done():
		return beatmaps.Imported{}, ctx.Err()
	}
	in, err := files.Open(ctx, s.deps.Files, key)
	if err != nil {
		return beatmaps.Imported{}, err
	}
	defer in.Close()
	if in.Blob.Size > s.cfg.MaxArchive {
		return beatmaps.Imported{}, bad("it has %d bytes, and %d are allowed", in.Blob.Size, s.cfg.MaxArchive)
	}
	if id, ok, err := s.store.ofArchive(ctx, in.Blob.SHA256); err != nil {
		return beatmaps.Imported{}, err
	} else if ok {
		return s.known(ctx, id)
	}
	p, err := s.unpack(ctx, in, options.Name)
	if err != nil {
		return beatmaps.Imported{}, err
	}
	return s.take(ctx, p, options)
}

func bad(format string, args ...any) error {
	return beatmaps.ErrBadArchive.WithMessage("this is not a beatmap archive: " + fmt.Sprintf(format, args...))
}

// known is the import of an archive that is here already.
func (s *Service) known(ctx context.Context, id int32) (beatmaps.Imported, error) {
	e, err := s.set(ctx, id)
	if err != nil {
		return beatmaps.Imported{}, err
	}
	return beatmaps.Imported{Set: e.whole()}, nil
}

// unpack reads the beatmaps of a file, and keeps each that it can read.
func (s *Service) unpack(ctx context.Context, in *files.Reader, name string) (*parcel, error) {
	p := &parcel{blob: in.Blob}
	head := make([]byte, 4)
	if _, err := in.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if !bytes.HasPrefix(head, []byte("PK")) {
		return p, s.unpackOne(ctx, p, in, name)
	}
	p.archive = true
	z, err := osz.NewReader(in, in.Blob.Size)
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, bad("%s", strings.TrimPrefix(err.Error(), "osz: "))
	}
	for _, e := range z.Entries() {
		switch {
		case osz.IsVideo(e.Name):
			p.video = true
			p.videoSize += e.Packed
		case strings.EqualFold(path.Ext(e.Name), ".osb"):
			p.story = true
		}
	}
	for file, err := range z.Beatmaps() {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			p.skip(file.Name, err)
			continue
		}
		if err := s.unpackFile(ctx, p, file.Name, file.Data); err != nil {
			return nil, err
		}
	}
	return p, p.check()
}

// unpackOne reads a single .osu file.
func (s *Service) unpackOne(ctx context.Context, p *parcel, in *files.Reader, name string) error {
	if p.blob.Size > beatmap.MaxSize {
		return bad("it has %d bytes", p.blob.Size)
	}
	data, err := io.ReadAll(in)
	if err != nil {
		return err
	}
	text := bytes.TrimLeft(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")), " \r\n\t")
	if !bytes.HasPrefix(text, []byte("osu file format v")) {
		return bad("neither a zip file nor a .osu file")
	}
	if err := s.unpackFile(ctx, p, name, data); err != nil {
		return err
	}
	return p.check()
}

func (s *Service) unpackFile(ctx context.Context, p *parcel, name string, data []byte) error {
	c, err := read(name, data)
	if err != nil {
		p.skip(name, err)
		return nil
	}
	if c.beatmap.File == "" || c.beatmap.File == "." {
		c.beatmap.File = fit(fmt.Sprintf("%s - %s (%s) [%s].osu", c.metadata.Artist, c.metadata.Title, c.metadata.Creator, c.metadata.Name))
	}
	if err := s.storeFile(ctx, c.beatmap.MD5, data); err != nil {
		return fmt.Errorf("beatmaps: keep %q: %w", name, err)
	}
	p.candidates = append(p.candidates, c)
	return nil
}

func (p *parcel) skip(name string, reason error) {
	p.skipped = append(p.skipped, fmt.Sprintf("%s: %s", cut(name, maxText), cut(reason.Error(), maxText)))
}

// check refuses a parcel without a beatmap.
func (p *parcel) check() error {
	switch {
	case len(p.candidates) > 0:
		return nil
	case len(p.skipped) > 0:
		return bad("none of its beatmaps can be read: %s", p.skipped[0])
	}
	return bad("it has no .osu file")
}

// take puts the beatmaps of a parcel into the library and its archive into the files module.
func (s *Service) take(ctx context.Context, p *parcel, options beatmaps.Import) (beatmaps.Imported, error) {
	var out beatmaps.Imported
	var changed []beatmaps.Beatmap
	var different, keep, ask bool
	id, err := s.place(ctx, p, options.Name, func(id int32, fresh bool) (err error) {
		changed, different, err = s.edit(ctx, id, func(ctx context.Context, tx bun.Tx, d *draft) error {
			if fresh && d.known {
				return errTaken
			}
			m := &merge{draft: d, now: stored(time.Now()), skipped: p.skipped}
			if err := m.take(ctx, tx, p, options); err != nil {
				return err
			}
			keep = p.archive && m.here > 0 && (!d.set.Local || m.new+m.changed > 0)
			ask = m.untold && m.now.Sub(d.set.FetchedAt) > askAgain
			out = beatmaps.Imported{New: m.new, Changed: m.changed, Skipped: m.skipped}
			return nil
		})
		return err
	})
	if err != nil {
		return beatmaps.Imported{}, err
	}
	if keep {
		if err := s.keepArchive(ctx, id, p); err != nil {
			return beatmaps.Imported{}, err
		}
	}
	if rated := s.rateSet(ctx, id); different || keep || rated {
		s.changed(ctx, id, s.latest(ctx, id, changed))
	}
	if ask {
		s.finder.refresh([]int32{id})
	}
	e, err := s.set(ctx, id)
	if err != nil {
		return beatmaps.Imported{}, err
	}
	out.Set = e.whole()
	return out, nil
}

// askAgain is how long after sources told of a set they may know of a version that they did not know then.
const askAgain = time.Hour

// errTaken says that another import took the id for its set a moment ago.
var errTaken = errors.New("beatmaps: the id is taken")

// place finds the set of a parcel and calls put with its id; with fresh, it is the next one that is free.
func (s *Service) place(ctx context.Context, p *parcel, name string, put func(id int32, fresh bool) error) (id int32, err error) {
	for range attempts {
		var fresh bool
		if id, fresh, err = s.identify(ctx, p, name); err != nil {
			return 0, err
		}
		if !fresh {
			return id, put(id, false)
		}
		if id, err = s.placeNew(ctx, p, name, put); !errors.Is(err, errTaken) {
			break
		}
	}
	return id, err
}

// placeNew does the same for a set that is new: one after another, so that two archives of it do not become two sets. Only
// another process can take the id meanwhile.
func (s *Service) placeNew(ctx context.Context, p *parcel, name string, put func(id int32, fresh bool) error) (int32, error) {
	const everyNew = 0 // no set's id
	unlock := s.sets.lock(everyNew)
	defer unlock()
	id, fresh, err := s.identify(ctx, p, name)
	if err != nil {
		return 0, err
	}
	return id, put(id, fresh)
}

// latest returns the beatmaps of a set that changed as they are now that they are rated.
func (s *Service) latest(ctx context.Context, id int32, changed []beatmaps.Beatmap) []beatmaps.Beatmap {
	s.cache.forget(id)
	e, err := s.set(ctx, id)
	if err != nil {
		return changed
	}
	for i := range changed {
		if found, ok := e.find(beatmaps.Key{ID: changed[i].ID}); ok {
			changed[i] = found.Beatmap
		}
	}
	return changed
}

// keepArchive makes the parcel's blob the set's archive.
func (s *Service) keepArchive(ctx context.Context, id int32, p *parcel) error {
	key := ArchiveKey(id)
	if p.blob.Key != key {
		in, err := files.Open(ctx, s.deps.Files, p.blob.Key)
		if err != nil {
			return err
		}
		defer in.Close()
		if _, err := files.Write(ctx, s.deps.Files, key, in, s.cfg.MaxArchive); err != nil {
			return fmt.Errorf("beatmaps: keep the archive of set %d: %w", id, err)
		}
	}
	_, _, err := s.edit(ctx, id, func(_ context.Context, _ bun.Tx, d *draft) error {
		d.set.Local, d.set.Size, d.set.SizeNoVideo, d.set.ArchiveSHA256 = true, p.blob.Size, 0, p.blob.SHA256
		if p.video {
			d.set.SizeNoVideo = max(p.blob.Size-p.videoSize, 0)
		}
		return nil
	})
	return err
}
