package source

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"
)

// The names of the sources that are not mirrors.
const (
	DirectoryName = "directory"
	OfficialName  = "official"
)

// Config is the section beatmaps.sources.
type Config struct {
	Order     []string          `koanf:"order" doc:"sources in the order in which they are asked: directory, official, and names of mirrors; empty asks nobody"`
	Directory string            `koanf:"directory" doc:"directory of .osz archives, named as the official ones, and of .osu files, named by their id: what somebody asks for is imported; relative to data_dir; empty for none"`
	Official  OfficialConfig    `koanf:"official"`
	Mirrors   map[string]Mirror `koanf:"mirrors" doc:"mirrors by name; {set_id}, {beatmap_id} and {md5} in their URLs are replaced"`

	UserAgent  string        `koanf:"user_agent" doc:"what Peace calls itself to sources"`
	Private    bool          `koanf:"private" doc:"whether sources may be on, or redirect to, addresses of this machine and of private networks"`
	Timeout    time.Duration `koanf:"timeout" doc:"how long one source may take to answer, 1s to 5m"`
	Download   time.Duration `koanf:"download_timeout" doc:"how long an archive may take to arrive, 1s to 1h"`
	Stall      time.Duration `koanf:"stall_timeout" doc:"how long nothing of an archive may arrive, 1s to 10m"`
	MaxArchive int64         `koanf:"max_archive" doc:"largest archive that is taken, in bytes, 1 MiB to 2 GiB"`
	Backoff    time.Duration `koanf:"backoff" doc:"how long a source that failed is left alone at first, doubled with each failure, 1s to 1h"`
	BackoffMax time.Duration `koanf:"backoff_max" doc:"and at most, backoff to 24h"`
	Missing    time.Duration `koanf:"missing" doc:"how long a source that has no such beatmap is not asked for it again, 1m to 720h"`
}

// OfficialConfig is the section beatmaps.sources.official.
type OfficialConfig struct {
	ClientID     int64  `koanf:"client_id" doc:"id of an OAuth application of an osu! account; 0 leaves the official API out"`
	ClientSecret string `koanf:"client_secret" secret:"true" doc:"its secret"`
	PerMinute    int    `koanf:"per_minute" doc:"requests a minute, 1 to 1200; the terms of use ask for at most 60"`
	URL          string `koanf:"url" doc:"where the official server is"`
}

// Mirror is a section below beatmaps.sources.mirrors. A URL that is empty is not offered by the mirror.
type Mirror struct {
	Set            string `koanf:"set" doc:"URL of a set's JSON, with {set_id}"`
	Beatmap        string `koanf:"beatmap" doc:"URL of a beatmap's or its set's JSON, with {beatmap_id}"`
	MD5            string `koanf:"md5" doc:"URL of a beatmap's or its set's JSON, with {md5}"`
	File           string `koanf:"file" doc:"URL of a .osu file, with {beatmap_id}"`
	Archive        string `koanf:"archive" doc:"URL of a set's .osz, with {set_id}"`
	ArchiveNoVideo string `koanf:"archive_no_video" doc:"URL of a set's .osz without its videos, with {set_id}"`
	PerMinute      int    `koanf:"per_minute" doc:"requests a minute, 1 to 6000; 0 means 60"`
}

// DefaultConfig asks the official API once it has credentials, and two public mirrors that need none.
func DefaultConfig() Config {
	return Config{
		Order:    []string{DirectoryName, OfficialName, "osudirect", "mino"},
		Official: OfficialConfig{PerMinute: 60, URL: "https://osu.ppy.sh"},
		Mirrors: map[string]Mirror{
			"osudirect": {
				Set: "https://osu.direct/api/v2/s/{set_id}", Beatmap: "https://osu.direct/api/v2/b/{beatmap_id}",
				MD5: "https://osu.direct/api/v2/md5/{md5}", File: "https://osu.direct/api/osu/{beatmap_id}",
				Archive: "https://osu.direct/api/d/{set_id}", PerMinute: 60,
			},
			"mino": {
				Set: "https://catboy.best/api/v2/s/{set_id}", Beatmap: "https://catboy.best/api/v2/b/{beatmap_id}",
				MD5: "https://catboy.best/api/v2/md5/{md5}", File: "https://catboy.best/osu/{beatmap_id}",
				Archive: "https://catboy.best/d/{set_id}", ArchiveNoVideo: "https://catboy.best/d/{set_id}n", PerMinute: 60,
			},
		},
		UserAgent: "Peace (osu! server; github.com/pure-peace/peace)",
		Timeout:   10 * time.Second, Download: 10 * time.Minute, Stall: 30 * time.Second, MaxArchive: 512 << 20,
		Backoff: 10 * time.Second, BackoffMax: 30 * time.Minute, Missing: 6 * time.Hour,
	}
}

// Validate reports everything that cannot work, by key.
func (c Config) Validate() error {
	var errs []error
	fail := func(format string, arguments ...any) { errs = append(errs, fmt.Errorf(format, arguments...)) }
	within := func(key string, value, low, high time.Duration) {
		if value < low || value > high {
			fail("%s: must be %v to %v, is %v", key, low, high, value)
		}
	}
	seen := make(map[string]bool)
	for i, name := range c.Order {
		if _, mirror := c.Mirrors[name]; !mirror && name != DirectoryName && name != OfficialName {
			fail("order[%d]: there is no source called %q", i, name)
		}
		if seen[name] {
			fail("order[%d]: %q is there twice", i, name)
		}
		seen[name] = true
	}
	if c.Official.PerMinute < 1 || c.Official.PerMinute > 1200 {
		fail("official.per_minute: must be 1 to 1200, is %d", c.Official.PerMinute)
	}
	if c.Official.ClientID != 0 && c.Official.ClientSecret == "" {
		fail("official.client_secret: must not be empty when there is a client_id")
	}
	if err := checkURL(c.Official.URL); err != nil {
		fail("official.url: %w", err)
	}
	for _, name := range slices.Sorted(maps.Keys(c.Mirrors)) {
		errs = append(errs, c.Mirrors[name].validate(name))
	}
	if c.UserAgent == "" || strings.ContainsAny(c.UserAgent, "\r\n") {
		fail("user_agent: must be one line that is not empty")
	}
	within("timeout", c.Timeout, time.Second, 5*time.Minute)
	within("download_timeout", c.Download, time.Second, time.Hour)
	within("stall_timeout", c.Stall, time.Second, 10*time.Minute)
	within("backoff", c.Backoff, time.Second, time.Hour)
	within("backoff_max", c.BackoffMax, c.Backoff, 24*time.Hour)
	within("missing", c.Missing, time.Minute, 720*time.Hour)
	if c.MaxArchive < 1<<20 || c.MaxArchive > 2<<30 {
		fail("max_archive: must be 1 MiB to 2 GiB, is %d bytes", c.MaxArchive)
	}
	return errors.Join(errs...)
}

func (m Mirror) validate(name string) error {
	var errs []error
	check := func(key, template, placeholder string) {
		if template == "" {
			return
		}
		err := checkURL(strings.ReplaceAll(template, placeholder, "1"))
		if err == nil && !strings.Contains(template, placeholder) {
			err = fmt.Errorf("%s is not in it", placeholder)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("mirrors.%s.%s: %w", name, key, err))
		}
	}
	check("set", m.Set, setID)
	check("beatmap", m.Beatmap, beatmapID)
	check("md5", m.MD5, md5)
	check("file", m.File, beatmapID)
	check("archive", m.Archive, setID)
	check("archive_no_video", m.ArchiveNoVideo, setID)
	if name == DirectoryName || name == OfficialName {
		errs = append(errs, fmt.Errorf("mirrors.%s: another source has this name", name))
	}
	if m.PerMinute < 0 || m.PerMinute > 6000 {
		errs = append(errs, fmt.Errorf("mirrors.%s.per_minute: must be 0 to 6000, is %d", name, m.PerMinute))
	}
	return errors.Join(errs...)
}

func checkURL(text string) error {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || strings.ContainsAny(text, "{}") {
		return fmt.Errorf("%q is not an http or https URL", text)
	}
	return nil
}
