package local

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/files"
	"github.com/pure-peace/peace/osu/osz"
)

// Archive implements beatmaps.Library.
func (s *Service) Archive(ctx context.Context, setID int32, withoutVideo bool) (beatmaps.Archive, error) {
	e, err := s.set(ctx, setID)
	if err != nil {
		if setID > 0 && setID < beatmaps.FirstLocalID {
			s.finder.want(nil, []int32{setID})
		}
		return beatmaps.Archive{}, err
	}
	name := archiveName(&e.set)
	if e.set.Local {
		key, err := s.archiveKey(ctx, &e.set, withoutVideo)
		return beatmaps.Archive{Key: key, Name: name}, err
	}
	if setID >= beatmaps.FirstLocalID {
		return beatmaps.Archive{}, beatmaps.ErrNoArchive
	}
	if f, ok := s.finder.(*fetcher); ok {
		f.archive(setID)
	}
	template := s.cfg.Media.Archive
	if withoutVideo && s.cfg.Media.ArchiveNoVideo != "" {
		template = s.cfg.Media.ArchiveNoVideo
	}
	if template == "" {
		return beatmaps.Archive{}, beatmaps.ErrNoArchive
	}
	return beatmaps.Archive{URL: fillTemplate(template, setID), Name: name}, nil
}

// archiveKey returns the key of a local set's archive, without its videos if that is wanted and it has some.
func (s *Service) archiveKey(ctx context.Context, set *beatmaps.Set, withoutVideo bool) (string, error) {
	whole := ArchiveKey(set.ID)
	if !withoutVideo || set.SizeNoVideo == 0 {
		return whole, nil
	}
	key := fmt.Sprintf("beatmapsets/%dn.osz", set.ID)
	err := s.media.make(ctx, s.deps.Files, whole, key, func(ctx context.Context, archive *files.Reader) error {
		z, err := osz.NewReader(archive, archive.Blob.Size)
		if err != nil {
			return err
		}
		packed, done := pack(z)
		_, err = files.Write(ctx, s.deps.Files, key, packed, archive.Blob.Size)
		_ = packed.Close() // which ends the packing, if it has not
		<-done
		return err
	})
	if err != nil {
		if ctx.Err() != nil {
			return "", err
		}
		s.log.WarnContext(ctx, "an archive without videos was not made", "set", set.ID, "error", err)
		return whole, nil
	}
	return key, nil
}

// pack streams an archive without its videos. Whoever reads it closes it and waits until it is done.
func pack(z *osz.Reader) (packed *io.PipeReader, done <-chan struct{}) {
	packed, w := io.Pipe()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		w.CloseWithError(z.Copy(w, func(e osz.Entry) bool { return !osz.IsVideo(e.Name) }))
	}()
	return packed, ended
}

// archiveName is the name under which the official server gives an archive away.
func archiveName(set *beatmaps.Set) string {
	name := fmt.Sprintf("%d %s - %s", set.ID, set.Artist, set.Title)
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || strings.ContainsRune(`\/:*?"<>|`, r) {
			return -1
		}
		return r
	}, cut(name, 200)) + ".osz"
}

func fillTemplate(template string, setID int32) string {
	return strings.ReplaceAll(template, "{set_id}", strconv.Itoa(int(setID)))
}
