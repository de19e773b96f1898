package local

import (
	"errors"
	"fmt"
	"time"

	"github.com/pure-peace/peace/modules/chat"
	"github.com/pure-peace/peace/modules/users"
)

// Config is the chat section of the configuration.
type Config struct {
	MaxLength      int               `koanf:"max_length" doc:"characters of a message at most; what is longer is cut"`
	RetentionDays  int               `koanf:"retention_days" doc:"delete messages older than so many days, unread ones too; 0 keeps them for ever"`
	ResizeInterval time.Duration     `koanf:"resize_interval" doc:"how often clients are told the changed numbers of members of their channels"`
	Flood          Flood             `koanf:"flood"`
	Channels       map[string]Preset `koanf:"channels" doc:"channels, by name without the #, that an empty database begins with"`
}

// Flood limits how fast one user may write. Staff and bots are exempt.
type Flood struct {
	Messages int           `koanf:"messages" doc:"messages that a user may send within the window"`
	Window   time.Duration `koanf:"window" doc:"time in which the messages are counted"`
	Strikes  int           `koanf:"strikes" doc:"refused messages without a pause after which the user is silenced; 0 never silences"`
	Silence  time.Duration `koanf:"silence" doc:"length of that silence"`
}

// Preset is a channel that an empty database begins with.
type Preset struct {
	Topic    string `koanf:"topic" doc:"what the channel is about"`
	Read     string `koanf:"read" doc:"who may read and join: everybody, supporter, tournament, nominator, staff, administrator or developer"`
	Write    string `koanf:"write" doc:"who may write, in the same words"`
	AutoJoin bool   `koanf:"auto_join" doc:"whether those who may read are in it from login"`
}

// audiences are the words of Preset.Read and Preset.Write.
var audiences = map[string]users.Privileges{
	"":              0,
	"everybody":     0,
	"supporter":     users.Supporter | users.Staff,
	"tournament":    users.TournamentHost | users.Staff,
	"nominator":     users.Nominator | users.Staff,
	"staff":         users.Staff,
	"administrator": users.Administrator | users.Developer,
	"developer":     users.Developer,
}

// DefaultConfig has the pace that official servers allow a person (ppy/osu-wiki, Bot account) and the channels that clients
// expect: lazer joins #osu, #lazer and #lobby by these names (ppy/osu osu.Game/Online/Chat/ChannelManager.cs).
func DefaultConfig() Config {
	return Config{
		MaxLength:      2000,
		RetentionDays:  180,
		ResizeInterval: 5 * time.Second,
		Flood:          Flood{Messages: 10, Window: 5 * time.Second, Strikes: 10, Silence: 5 * time.Minute},
		Channels: map[string]Preset{
			"osu":       {Topic: "General discussion.", AutoJoin: true},
			"announce":  {Topic: "Exemplary plays and announcements.", Write: "staff", AutoJoin: true},
			"lazer":     {Topic: "For those who play with lazer."},
			"lobby":     {Topic: "Looking for people to play with."},
			"supporter": {Topic: "For those who keep the server running.", Read: "supporter", Write: "supporter"},
			"staff":     {Topic: "For those who look after the others; reports arrive here.", Read: "staff", Write: "staff", AutoJoin: true},
		},
	}
}

// Validate reports the first setting that cannot work, named by its key.
func (c Config) Validate() error {
	switch {
	case c.MaxLength < 1 || c.MaxLength > chat.MaxText/4:
		return fmt.Errorf("max_length: must be between 1 and %d, is %d", chat.MaxText/4, c.MaxLength)
	case c.RetentionDays < 0:
		return errors.New("retention_days: must not be negative")
	case c.ResizeInterval < 100*time.Millisecond || c.ResizeInterval > time.Hour:
		return fmt.Errorf("resize_interval: must be between 100ms and 1h, is %v", c.ResizeInterval)
	case c.Flood.Messages < 1:
		return errors.New("flood.messages: must be positive")
	case c.Flood.Window <= 0:
		return errors.New("flood.window: must be positive")
	case c.Flood.Strikes < 0:
		return errors.New("flood.strikes: must not be negative")
	case c.Flood.Silence < time.Second && c.Flood.Strikes > 0:
		return errors.New("flood.silence: must be at least 1s")
	}
	for name, p := range c.Channels {
		if _, ok := audiences[p.Read]; !ok {
			return fmt.Errorf("channels.%s.read: %q is no audience", name, p.Read)
		}
		if _, ok := audiences[p.Write]; !ok {
			return fmt.Errorf("channels.%s.write: %q is no audience", name, p.Write)
		}
		if !acceptable(p.channel(name)) {
			return fmt.Errorf("channels.%s: the name or topic is not acceptable", name)
		}
	}
	return nil
}

func (p Preset) channel(name string) chat.Channel {
	return chat.Channel{
		Name: "#" + name, Topic: p.Topic, Read: audiences[p.Read], Write: audiences[p.Write], AutoJoin: p.AutoJoin,
	}
}
