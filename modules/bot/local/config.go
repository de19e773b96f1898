package local

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
)

// Config is the bot section of the configuration.
type Config struct {
	Prefix          string `koanf:"prefix" doc:"what a command begins with"`
	ProfileURL      string `koanf:"profile_url" doc:"address of a player's page, to which the id is added; tools expect that of osu.ppy.sh"`
	BeatmapURL      string `koanf:"beatmap_url" doc:"address of a beatmap's page, to which the id is added; empty means this server's"`
	StaffChannel    string `koanf:"staff_channel" doc:"channel in which reports are told"`
	AnnounceChannel string `koanf:"announce_channel" doc:"channel in which announcements are made"`
	AnnounceFirsts  bool   `koanf:"announce_firsts" doc:"say there who leads a leaderboard now"`
}

// DefaultConfig is how the official bot is spoken to.
func DefaultConfig() Config {
	return Config{
		Prefix:          "!",
		ProfileURL:      "https://osu.ppy.sh/u/",
		StaffChannel:    "#staff",
		AnnounceChannel: "#announce",
		AnnounceFirsts:  true,
	}
}

// Validate reports the first setting that cannot work, named by its key.
func (c Config) Validate() error {
	switch {
	case c.Prefix == "" || len(c.Prefix) > 8 || strings.ContainsFunc(c.Prefix, unicode.IsSpace):
		return errors.New("prefix: must be 1 to 8 bytes without spaces")
	case !strings.HasPrefix(c.ProfileURL, "http://") && !strings.HasPrefix(c.ProfileURL, "https://"):
		return fmt.Errorf("profile_url: %q is no web address", c.ProfileURL)
	case c.BeatmapURL != "" && !strings.HasPrefix(c.BeatmapURL, "http://") && !strings.HasPrefix(c.BeatmapURL, "https://"):
		return fmt.Errorf("beatmap_url: %q is no web address", c.BeatmapURL)
	case !strings.HasPrefix(c.StaffChannel, "#"):
		return errors.New("staff_channel: must begin with #")
	case !strings.HasPrefix(c.AnnounceChannel, "#"):
		return errors.New("announce_channel: must begin with #")
	}
	return nil
}
