package local

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"strings"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/files"
)

// MediaConfig is the section beatmaps.media: where players are sent for what is not here, and how what is here is made.
// {set_id} in a URL is replaced; an empty URL sends them nowhere.
type MediaConfig struct {
	Archive        string `koanf:"archive" doc:"URL of archives"`
	ArchiveNoVideo string `koanf:"archive_no_video" doc:"URL of archives without videos"`
	Thumbnail      string `koanf:"thumbnail" doc:"URL of pictures of 80 x 60"`
	ThumbnailLarge string `koanf:"thumbnail_large" doc:"URL of pictures of 160 x 120"`
	Preview        string `koanf:"preview" doc:"URL of previews of songs"`
	Covers         string `koanf:"covers" doc:"URL of covers, with {name} for cover, card, list, slimcover and their @2x"`
	Makers         int    `koanf:"makers" doc:"pictures, previews and archives without videos that are made at once, each in up to 300 MiB; 1 to 64"`
	Quality        int    `koanf:"quality" doc:"quality of the JPEGs that are made, 1 to 100"`
}

// DefaultMediaConfig sends players to the official server and a public mirror.
func DefaultMediaConfig() MediaConfig {
	return MediaConfig{
		Archive: "https://catboy.best/d/{set_id}", ArchiveNoVideo: "https://catboy.best/d/{set_id}n",
		Thumbnail: "https://b.ppy.sh/thumb/{set_id}.jpg", ThumbnailLarge: "https://b.ppy.sh/thumb/{set_id}l.jpg",
		Preview: "https://b.ppy.sh/preview/{set_id}.mp3", Covers: "https://assets.ppy.sh/beatmaps/{set_id}/covers/{name}.jpg",
		Makers: 2, Quality: 85,
	}
}

// Validate reports everything that is wrong, by key.
func (c MediaConfig) Validate() error {
	var errs []error
	for _, one := range []struct{ key, template string }{
		{"archive", c.Archive}, {"archive_no_video", c.ArchiveNoVideo}, {"thumbnail", c.Thumbnail},
		{"thumbnail_large", c.ThumbnailLarge}, {"preview", c.Preview}, {"covers", c.Covers},
	} {
		if one.template == "" {
			continue
		}
		u, err := url.Parse(strings.NewReplacer("{set_id}", "1", "{name}", "cover").Replace(one.template))
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || !strings.Contains(one.template, "{set_id}") {
			errs = append(errs, fmt.Errorf("%s: %q is not an http or https URL with {set_id}", one.key, one.template))
		}
	}
	if c.Makers < 1 || c.Makers > 64 {
		errs = append(errs, fmt.Errorf("makers: must be 1 to 64, is %d", c.Makers))
	}
	if c.Quality < 1 || c.Quality > 100 {
		errs = append(errs, fmt.Errorf("quality: must be 1 to 100, is %d", c.Quality))
	}
	return errors.Join(errs...)
}

// pictures are the media that are pictures, with their names in addresses and their sizes in pixels.
var pictures = map[beatmaps.Medium]struct {
	name          string
	width, height int
}{
	beatmaps.Thumbnail: {"thumb", 80, 60}, beatmaps.ThumbnailLarge: {"thumbl", 160, 120},
	beatmaps.Cover: {"cover", 900, 250}, beatmaps.CoverLarge: {"cover@2x", 1800, 500},
	beatmaps.Card: {"card", 400, 140}, beatmaps.CardLarge: {"card@2x", 800, 280},
	beatmaps.List: {"list", 150, 150}, beatmaps.ListLarge: {"list@2x", 300, 300},
	beatmaps.Slimcover: {"slimcover", 1920, 360},
}

// Media implements beatmaps.Library. What a local archive has is made when it is first asked for; for the rest, and for what
// cannot be made, players are sent elsewhere.
func (s *Service) Media(ctx context.Context, setID int32, medium beatmaps.Medium) (beatmaps.Archive, error) {
	if _, ok := pictures[medium]; !ok && medium != beatmaps.Preview {
		return beatmaps.Archive{}, beatmaps.ErrNotFound
	}
	known, err := s.entries(ctx, []int32{setID})
	if err != nil {
		return beatmaps.Archive{}, err
	}
	if e := known[setID]; e != nil && e.set.Local {
		key, err := s.makeMedium(ctx, e, medium)
		if err == nil {
			return beatmaps.Archive{Key: key}, nil
		}
		if ctx.Err() != nil {
			return beatmaps.Archive{}, err
		}
		if !errors.Is(err, errUnmade) {
			s.log.WarnContext(ctx, "a medium of a beatmap was not made", "set", setID, "medium", int(medium), "error", err)
		}
	}
	if template := s.cfg.Media.template(medium); template != "" && setID > 0 && setID < beatmaps.FirstLocalID {
		return beatmaps.Archive{URL: fillTemplate(template, setID)}, nil
	}
	return beatmaps.Archive{}, beatmaps.ErrNotFound
}

// template returns where a medium is to be had that is not here.
func (c MediaConfig) template(medium beatmaps.Medium) string {
	switch medium {
	case beatmaps.Thumbnail:
		return c.Thumbnail
	case beatmaps.ThumbnailLarge:
		return c.ThumbnailLarge
	case beatmaps.Preview:
		return c.Preview
	}
	return strings.ReplaceAll(c.Covers, "{name}", pictures[medium].name)
}

// media makes files of archives, a few at a time and each once.
type media struct {
	makers chan struct{} // holds a token for each that is being made
	unmade *lru.Cache[string, time.Time]
	keys   locks[string]
}

const (
	maxUnmade   = 10_000
	makeTimeout = 2 * time.Minute
)

// errUnmade says that a file could not be made of this very archive before.
var errUnmade = errors.New("it could not be made before")

func newMedia(cfg MediaConfig) (*media, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("media.%w", err)
	}
	unmade, err := lru.New[string, time.Time](maxUnmade)
	return &media{makers: make(chan struct{}, cfg.Makers), unmade: unmade}, err
}

// make sees to it that there is a file under key that is younger than the archive that it is made of. One that is begun is
// finished even when the caller goes away: others wait for it.
func (m *media) make(
	ctx context.Context, store files.Service, archiveKey, key string, work func(context.Context, *files.Reader) error,
) error {
	made, archived, err := m.there(ctx, store, archiveKey, key)
	if errors.Is(err, fs.ErrNotExist) {
		return m.failed(key, archived, err)
	}
	if err != nil || made {
		return err
	}
	unlock := m.keys.lock(key)
	defer unlock()
	made, archived, err = m.there(ctx, store, archiveKey, key)
	if err != nil || made {
		return err
	}
	if at, ok := m.unmade.Get(key); ok && at.Equal(archived) {
		return errUnmade
	}
	select {
	case m.makers <- struct{}{}:
		defer func() { <-m.makers }()
	case <-ctx.Done():
		return ctx.Err()
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), makeTimeout)
	defer cancel()
	archive, err := files.Open(ctx, store, archiveKey)
	if err != nil {
		return err
	}
	defer archive.Close()
	if err = work(ctx, archive); err != nil && ctx.Err() == nil {
		return m.failed(key, archived, err)
	}
	return err
}

// failed remembers that a file could not be made, and returns the reason the first time only, so that it is told once.
func (m *media) failed(key string, archived time.Time, reason error) error {
	if at, ok := m.unmade.Get(key); ok && at.Equal(archived) {
		return errUnmade
	}
	m.unmade.Add(key, archived)
	return reason
}

// there reports whether the file of key is there and young enough, and when the archive was stored.
func (m *media) there(ctx context.Context, store files.Service, archiveKey, key string) (made bool, archived time.Time, err error) {
	found, err := store.Stat(ctx, []string{archiveKey, key})
	switch {
	case err != nil:
		return false, archived, err
	case len(found) == 0 || found[0].Key != archiveKey:
		return false, archived, fs.ErrNotExist
	case len(found) == 2:
		made = !found[1].StoredAt.Before(found[0].StoredAt)
	}
	return made, found[0].StoredAt, nil
}
