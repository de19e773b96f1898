// Package local reads news, changelog, wiki and pictures from a directory: it is the implementation of the content contract that
// ships with Peace.
//
// The directory is read when the service is made, and looked at every now and then; a file whose size or time changed is read
// again. What was read is a library that never changes: a new one takes its place as a whole, so a caller sees one state, and no
// call waits for the disk or can name a file. A file that cannot be understood is logged and left out. The README says what the
// files look like.
//
// The files: scan.go finds what changed, library.go answers, and news.go, changelog.go, wiki.go and pictures.go each read one kind
// of file, with front.go for what stands above a text.
package local

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"github.com/pure-peace/peace/modules/content"
)

// Config is the content section of the configuration.
type Config struct {
	Dir       string        `koanf:"dir" doc:"directory of what operators write: news, changelog, wiki, backgrounds.toml, menu.toml; it need not be there"`
	Every     time.Duration `koanf:"every" doc:"how often the directory is looked at for changes, 1s to 1h"`
	Files     int           `koanf:"files" doc:"files that are read at most, 1 to 100000"`
	Megabytes int           `koanf:"megabytes" doc:"what these files may have together, in MiB, 1 to 1024; it is kept in memory"`
}

// DefaultConfig reads the directory content.
func DefaultConfig() Config {
	return Config{Dir: "content", Every: 10 * time.Second, Files: 10_000, Megabytes: 64}
}

// Validate reports everything that cannot work, by key.
func (c Config) Validate() error {
	var errs []error
	if c.Dir == "" {
		errs = append(errs, errors.New("dir: must name a directory"))
	}
	if c.Every < time.Second || c.Every > time.Hour {
		errs = append(errs, fmt.Errorf("every: must be 1s to 1h, is %v", c.Every))
	}
	if c.Files < 1 || c.Files > 100_000 {
		errs = append(errs, fmt.Errorf("files: must be 1 to 100000, is %d", c.Files))
	}
	if c.Megabytes < 1 || c.Megabytes > 1024 {
		errs = append(errs, fmt.Errorf("megabytes: must be 1 to 1024, is %d", c.Megabytes))
	}
	return errors.Join(errs...)
}

// Deps are what the module needs of others.
type Deps struct {
	Log *slog.Logger
}

// Service has what operators write. It is safe for concurrent use; make one with New.
type Service struct {
	config  Config
	log     *slog.Logger
	scanner *scanner // of New, then of Run
	library atomic.Pointer[library]
}

var _ content.Service = (*Service)(nil)

// New reads the directory. That it is missing or has broken files is no error.
func New(ctx context.Context, config Config, deps Deps) (*Service, error) {
	if err := config.Validate(); err != nil {
		return nil, err
	}
	s := &Service{config: config, log: deps.Log, scanner: newScanner(config, deps.Log)}
	s.library.Store(s.scanner.scan(ctx))
	return s, ctx.Err()
}

// Run looks at the directory until ctx ends.
func (s *Service) Run(ctx context.Context) error {
	ticker := time.NewTicker(s.config.Every)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			if fresh := s.scanner.scan(ctx); fresh != nil && ctx.Err() == nil {
				s.library.Store(fresh)
			}
		case <-ctx.Done():
			return nil
		}
	}
}

// News implements content.Service.
func (s *Service) News(_ context.Context, year int, before int64, limit int) (content.NewsPage, error) {
	if limit < 1 || limit > content.MaxPage {
		return content.NewsPage{}, content.ErrTooLarge
	}
	return s.library.Load().news(time.Now(), year, before, limit), nil
}

// Post implements content.Service.
func (s *Service) Post(_ context.Context, slug string, id int64) (content.PostPage, error) {
	return s.library.Load().post(time.Now(), slug, id)
}

// Streams implements content.Service.
func (s *Service) Streams(context.Context) ([]content.Build, error) {
	return s.library.Load().latest(time.Now()), nil
}

// Builds implements content.Service.
func (s *Service) Builds(_ context.Context, query content.Builds) ([]content.Build, error) {
	if query.Limit < 1 || query.Limit > content.MaxPage {
		return nil, content.ErrTooLarge
	}
	return s.library.Load().builds(time.Now(), query), nil
}

// Build implements content.Service.
func (s *Service) Build(_ context.Context, stream, version string, id int64) (content.BuildPage, error) {
	return s.library.Load().build(time.Now(), stream, version, id)
}

// Wiki implements content.Service.
func (s *Service) Wiki(_ context.Context, locale, path string) (content.Wiki, error) {
	return s.library.Load().wiki(locale, path)
}

// maxOffset is how far into what a search finds a page may begin.
const maxOffset = 10_000

// Search implements content.Service.
func (s *Service) Search(ctx context.Context, locale, text string, offset, limit int) ([]content.Wiki, int, error) {
	if limit < 1 || limit > content.MaxPage || offset < 0 || offset > maxOffset || len(text) > content.MaxQuery || !utf8.ValidString(text) {
		return nil, 0, content.ErrTooLarge
	}
	return s.library.Load().search(ctx, locale, text, offset, limit)
}

// Backgrounds implements content.Service.
func (s *Service) Backgrounds(context.Context) (content.Backgrounds, error) {
	return s.library.Load().seasonal(time.Now()), nil
}

// Menu implements content.Service.
func (s *Service) Menu(context.Context) ([]content.Banner, error) {
	return s.library.Load().banners(time.Now()), nil
}
