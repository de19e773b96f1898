// Package local places addresses with a MaxMind DB file: it is the implementation of the geoip contract that ships with
// Peace. Without a file it places nothing, which is an answer too.
//
// mmdb.go reads the file. It is mapped into memory, not loaded: replace it by renaming another one over it, as
// geoipupdate does. The new one is taken within Config.CheckEvery; one that cannot be read is refused and the old one stays.
package local

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/netip"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pure-peace/peace/modules/geoip"
)

// Config is the geoip section of the configuration.
type Config struct {
	File       string        `koanf:"file" doc:"MaxMind DB file of cities or countries (GeoLite2, GeoIP2, DB-IP); empty places nobody"`
	CheckEvery time.Duration `koanf:"check_every" doc:"how often to look whether the file was replaced"`
}

// DefaultConfig has no file.
func DefaultConfig() Config { return Config{CheckEvery: time.Minute} }

// Validate reports the first setting that cannot work, named by its key. It does not look for the file.
func (c Config) Validate() error {
	if c.CheckEvery < time.Second {
		return errors.New("check_every: must be at least 1s")
	}
	return nil
}

// Deps are what the module needs of others.
type Deps struct {
	Log *slog.Logger
}

// Service places addresses. It is safe for concurrent use; make one with New.
type Service struct {
	log     *slog.Logger
	current atomic.Pointer[mmdb] // nil without a file

	mu  sync.Mutex // guards the fields below; held while a file is opened
	cfg Config
	// refused is the file that could not be read, so that it is complained of once.
	refused fs.FileInfo
}

// New opens the file. It fails when the file is named and cannot be used.
func New(_ context.Context, cfg Config, deps Deps) (*Service, error) {
	s := &Service{log: deps.Log}
	if err := s.Reload(cfg); err != nil {
		return nil, err
	}
	return s, nil
}

// Reload takes over a changed configuration and opens the file anew. When it fails, everything stays as it was.
func (s *Service) Reload(cfg Config) error {
	if err := cfg.Validate(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var db *mmdb
	if cfg.File != "" {
		var err error
		if db, err = openFile(cfg.File); err != nil {
			return fmt.Errorf("file: %w", err)
		}
	}
	s.cfg = cfg
	s.use(db)
	return nil
}

// use puts a database in place of the old one, whose mapping the garbage collector undoes when the last look-up has let go.
func (s *Service) use(db *mmdb) {
	s.refused = nil
	s.current.Store(db)
	if db != nil {
		s.log.Info("address database opened", "file", s.cfg.File, "type", db.reader.Metadata.DatabaseType,
			"built", db.reader.Metadata.BuildTime().UTC())
	}
}

// Run looks for a new file from time to time until ctx ends.
func (s *Service) Run(ctx context.Context) error {
	for {
		s.mu.Lock()
		every := s.cfg.CheckEvery
		s.mu.Unlock()
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(every):
			s.refresh()
		}
	}
}

// refresh opens the file when it is not the one that is in use.
func (s *Service) refresh() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cfg.File == "" {
		return
	}
	info, err := os.Stat(s.cfg.File)
	if err != nil || same(info, s.refused) {
		return // between two renames; the old one is still good
	}
	if db := s.current.Load(); db != nil && same(info, db.info) {
		return
	}
	db, err := openFile(s.cfg.File)
	if err != nil {
		s.refused = info
		s.log.Error("new address database refused, the old one stays", "file", s.cfg.File, "error", err)
		return
	}
	s.use(db)
}

func same(a, b fs.FileInfo) bool {
	return a != nil && b != nil && os.SameFile(a, b) && a.Size() == b.Size() && a.ModTime().Equal(b.ModTime())
}

// Close lets go of the file. Look-ups under way finish; later ones place nobody.
func (s *Service) Close() error {
	s.current.Store(nil)
	return nil
}

// Locate implements geoip.Service.
func (s *Service) Locate(ctx context.Context, address netip.Addr) (geoip.Location, error) {
	if !address.IsValid() {
		return geoip.Location{}, geoip.ErrBadAddress
	}
	address = address.Unmap().WithZone("")
	db := s.current.Load()
	if db == nil || !public(address) {
		return geoip.Location{}, nil
	}
	location, err := db.locate(address)
	if err != nil {
		// The address is somebody's, and the fault is the file's: one complaint a file will do.
		if db.complained.CompareAndSwap(false, true) {
			s.log.ErrorContext(ctx, "address database is damaged", "error", err)
		}
		return geoip.Location{}, nil
	}
	return location, nil
}

// special are the networks without a place: of one site, of no site, and of examples (IANA's special-purpose registries). What
// netip knows by itself is not repeated.
var special = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),
	netip.MustParsePrefix("100.64.0.0/10"),
	netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("192.0.2.0/24"),
	netip.MustParsePrefix("198.18.0.0/15"),
	netip.MustParsePrefix("198.51.100.0/24"),
	netip.MustParsePrefix("203.0.113.0/24"),
	netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("100::/64"),
	netip.MustParsePrefix("2001:db8::/32"),
	netip.MustParsePrefix("3fff::/20"),
}

// public reports whether an address can be somewhere.
func public(address netip.Addr) bool {
	if !address.IsGlobalUnicast() || address.IsPrivate() {
		return false
	}
	for _, network := range special {
		if network.Contains(address) {
			return false
		}
	}
	return true
}
