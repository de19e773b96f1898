package local

import (
	"errors"
	"fmt"
	"time"
)

// Config is the sessions section of the configuration.
type Config struct {
	Timeout     time.Duration `koanf:"timeout" doc:"a session whose client was not heard of for so long ends; stable clients stay silent for up to 5 minutes"`
	Connected   time.Duration `koanf:"connected_timeout" doc:"the same for clients that hold a connection (lazer, notification sockets): how long they may take to come back after the process that served them has died"`
	MaxSessions int           `koanf:"max_sessions" doc:"sessions at most; more logins are refused, staff excepted. A player in lazer has two"`
}

// DefaultConfig outlasts the longest silence of a stable client, 300 s (osuAkatsuki/bancho.py app/bg_loops.py), by a minute.
func DefaultConfig() Config {
	return Config{Timeout: 6 * time.Minute, Connected: 2 * time.Minute, MaxSessions: 100_000}
}

// Validate reports the first setting that cannot work, named by its key.
func (c Config) Validate() error {
	switch {
	case c.Timeout < 10*time.Second || c.Timeout > 24*time.Hour:
		return fmt.Errorf("timeout: must be between 10s and 24h, is %v", c.Timeout)
	case c.Connected < 10*time.Second || c.Connected > 24*time.Hour:
		return fmt.Errorf("connected_timeout: must be between 10s and 24h, is %v", c.Connected)
	case c.MaxSessions < 1:
		return errors.New("max_sessions: must be positive")
	}
	return nil
}
