package local

import (
	"fmt"
	"time"

	"github.com/pure-peace/peace/modules/beatmaps/source"
)

// Config is the beatmaps section of the configuration.
type Config struct {
	Cache      int           `koanf:"cache" doc:"sets kept in memory, about 3 KiB each; 16 to 1000000"`
	CacheAge   time.Duration `koanf:"cache_age" doc:"after which time their plays, votes and favourites are read again, 1s to 1h"`
	MaxArchive int64         `koanf:"max_archive" doc:"largest archive that is imported, in bytes, 1 MiB to 4 GiB"`
	Imports    int           `koanf:"imports" doc:"archives that are imported at once, 1 to 64"`
	Fetch      FetchConfig   `koanf:"fetch"`
	Media      MediaConfig   `koanf:"media"`
	Sources    source.Config `koanf:"sources"`
	// Tags are those that a server has beside the official ones, by id (from 10000).
	Tags map[string]TagConfig `koanf:"tags" doc:"tags of this server's own for beatmaps, by an id from 10000"`
}

// DefaultConfig keeps what players of a small server play in memory, and takes archives as large as the official server does.
func DefaultConfig() Config {
	return Config{
		Cache: 5000, CacheAge: time.Minute, MaxArchive: 512 << 20, Imports: 2,
		Fetch: DefaultFetchConfig(), Media: DefaultMediaConfig(), Sources: source.DefaultConfig(),
	}
}

// Validate reports the first setting that cannot work, named by its key.
func (c Config) Validate() error {
	switch {
	case c.Cache < 16 || c.Cache > 1_000_000:
		return fmt.Errorf("cache: must be 16 to 1000000, is %d", c.Cache)
	case c.CacheAge < time.Second || c.CacheAge > time.Hour:
		return fmt.Errorf("cache_age: must be 1s to 1h, is %v", c.CacheAge)
	case c.MaxArchive < 1<<20 || c.MaxArchive > 4<<30:
		return fmt.Errorf("max_archive: must be 1 MiB to 4 GiB, is %d", c.MaxArchive)
	case c.Imports < 1 || c.Imports > 64:
		return fmt.Errorf("imports: must be 1 to 64, is %d", c.Imports)
	}
	_, err := newCatalogue(c.Tags)
	return err
}
