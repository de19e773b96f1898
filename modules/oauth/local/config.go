package local

import (
	"errors"
	"fmt"
	"time"
)

// Config is the oauth section of the configuration.
type Config struct {
	GameSecrets []string `koanf:"game_secrets" doc:"secrets by which the game is known; those of its releases and of its development builds are public"`

	AccessLifetime  time.Duration `koanf:"access_lifetime" doc:"how long a token is good, 5m to 720h"`
	RefreshLifetime time.Duration `koanf:"refresh_lifetime" doc:"how long a token can be refreshed: who does not play for so long has to log in again"`
	SiteLifetime    time.Duration `koanf:"site_lifetime" doc:"how long a browser stays logged in on the server's pages"`
	RefreshGrace    time.Duration `koanf:"refresh_grace" doc:"how long a refresh may be repeated whose answer was lost, up to 5m"`

	MailVerification bool   `koanf:"mail_verification" doc:"whether players without an authenticator are asked for a code by mail when they log in"`
	KeyFile          string `koanf:"key_file" doc:"file of the key that encrypts the secrets of authenticators, made when it is missing; relative to data_dir. All processes that run this module need the same"`
	Issuer           string `koanf:"issuer" doc:"what authenticators show as the name of the server; empty for its domain"`

	CodeFailures int           `koanf:"code_failures" doc:"wrong codes for one account before it has to wait, 1 to 1000"`
	CodeMails    int           `koanf:"code_mails" doc:"codes that are mailed to one account before it has to wait, 1 to 1000"`
	CodeWindow   time.Duration `koanf:"code_window" doc:"how long wrong codes and mails are counted, 1m to 24h"`

	CachedTokens int `koanf:"cached_tokens" doc:"tokens that are kept in memory, some 300 bytes each"`
}

// DefaultConfig suits a public server. The secrets are those of ppy/osu osu.Game/Online/ProductionEndpointConfiguration.cs and
// DevelopmentEndpointConfiguration.cs.
func DefaultConfig() Config {
	return Config{
		GameSecrets:     []string{"FGc9GAtyHzeQDshWP5Ah7dega8hJACAJpQtw6OXk", "3LP2mhUrV89xxzD1YKNndXHEhWWCRLPNKioZ9ymT"},
		AccessLifetime:  24 * time.Hour,
		RefreshLifetime: 90 * 24 * time.Hour,
		SiteLifetime:    7 * 24 * time.Hour,
		RefreshGrace:    time.Minute,
		KeyFile:         "oauth.key",
		CodeFailures:    10,
		CodeMails:       6,
		CodeWindow:      30 * time.Minute,
		CachedTokens:    50_000,
	}
}

// Validate reports the first setting that cannot work, named by its key.
func (c Config) Validate() error {
	const year = 366 * 24 * time.Hour
	for i, secret := range c.GameSecrets {
		if len(secret) < 16 {
			return fmt.Errorf("game_secrets[%d]: must have at least 16 characters", i)
		}
	}
	switch {
	case c.AccessLifetime < 5*time.Minute || c.AccessLifetime > 720*time.Hour:
		return errors.New("access_lifetime: must be 5m to 720h")
	case c.RefreshLifetime < c.AccessLifetime || c.RefreshLifetime > year:
		return errors.New("refresh_lifetime: must be at least access_lifetime, and at most a year")
	case c.SiteLifetime < 5*time.Minute || c.SiteLifetime > year:
		return errors.New("site_lifetime: must be 5m to a year")
	case c.RefreshGrace < 0 || c.RefreshGrace > 5*time.Minute:
		return errors.New("refresh_grace: must be 0s to 5m")
	case c.KeyFile == "":
		return errors.New("key_file: must not be empty")
	case len(c.Issuer) > 64:
		return errors.New("issuer: must have at most 64 bytes")
	case c.CodeFailures < 1 || c.CodeFailures > 1000:
		return errors.New("code_failures: must be 1 to 1000")
	case c.CodeMails < 1 || c.CodeMails > 1000:
		return errors.New("code_mails: must be 1 to 1000")
	case c.CodeWindow < time.Minute || c.CodeWindow > 24*time.Hour:
		return errors.New("code_window: must be 1m to 24h")
	case c.CachedTokens < 1 || c.CachedTokens > 10_000_000:
		return errors.New("cached_tokens: must be 1 to 10000000")
	}
	return nil
}
