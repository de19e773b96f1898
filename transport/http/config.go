package http

import (
	"errors"
	"fmt"
	"net"
	"strings"
	"time"
)

// Config is what a Server needs of the configuration: the sections [http] and [https].
type Config struct {
	HTTP  PlainConfig  `koanf:"http"`
	HTTPS SecureConfig `koanf:"https"`
}

// PlainConfig is the section [http]. Its limits hold for HTTPS too.
type PlainConfig struct {
	Listen                   string        `koanf:"listen" doc:"address of the plain HTTP listener, as :8080, 127.0.0.1:8080 or unix:PATH; empty switches it off"`
	ReadHeaderTimeout        time.Duration `koanf:"read_header_timeout" doc:"how long a client may take to send a request's header"`
	ReadTimeout              time.Duration `koanf:"read_timeout" doc:"how long a client may take to send a whole request; uploads have more"`
	WriteTimeout             time.Duration `koanf:"write_timeout" doc:"how long an answer may take, from the end of the request's header; downloads have more"`
	IdleTimeout              time.Duration `koanf:"idle_timeout" doc:"how long a connection is kept open for the next request"`
	RequestTimeout           time.Duration `koanf:"request_timeout" doc:"how long the server works on a request before giving up"`
	DrainLinger              time.Duration `koanf:"drain_linger" doc:"how long idle connections may send one more request while the server stops, so that no client runs into a closing door"`
	MaxHeaderBytes           int           `koanf:"max_header_bytes" doc:"largest header of a request, in bytes"`
	MaxConnections           int           `koanf:"max_connections" doc:"most connections at a time, and no more than three quarters of the files that the system lets this process open; further clients wait"`
	MaxConnectionsPerAddress int           `koanf:"max_connections_per_address" doc:"most connections at a time from one address that is neither this machine nor a trusted proxy"`
	Rate                     float64       `koanf:"rate" doc:"requests a second that one address may make in the long run, besides the polls of game clients"`
	RateBurst                int           `koanf:"rate_burst" doc:"requests that one address may make at once"`
}

// SecureConfig is the section [https]. Its certificate is configured in [tls].
type SecureConfig struct {
	Listen string `koanf:"listen" doc:"address of the HTTPS listener, as :8443 or unix:PATH; empty switches it off"`
}

// DefaultConfig listens on every address, on ports that need no privileges: a second machine with the game can connect.
func DefaultConfig() Config {
	return Config{
		HTTP: PlainConfig{
			Listen:                   ":8080",
			ReadHeaderTimeout:        10 * time.Second,
			ReadTimeout:              30 * time.Second,
			WriteTimeout:             30 * time.Second,
			IdleTimeout:              75 * time.Second,
			RequestTimeout:           15 * time.Second,
			DrainLinger:              3 * time.Second, // game clients poll every 1 to 2.5 seconds
			MaxHeaderBytes:           32 << 10,
			MaxConnections:           65536,
			MaxConnectionsPerAddress: 256,
			Rate:                     1000,
			RateBurst:                2000,
		},
		HTTPS: SecureConfig{Listen: ":8443"},
	}
}

// Validate reports the first mistake with its key.
func (c Config) Validate() error {
	if c.HTTP.Listen == "" && c.HTTPS.Listen == "" {
		return errors.New("http.listen: http.listen and https.listen are both empty, so nobody could connect")
	}
	for _, address := range []struct{ key, value string }{{"http.listen", c.HTTP.Listen}, {"https.listen", c.HTTPS.Listen}} {
		if address.value == "" || strings.HasPrefix(address.value, "unix:") {
			continue
		}
		if _, port, err := net.SplitHostPort(address.value); err != nil || port == "" {
			return fmt.Errorf("%s: %q is not HOST:PORT, :PORT or unix:PATH", address.key, address.value)
		}
	}
	for _, d := range []struct {
		key   string
		value time.Duration
	}{
		{"read_header_timeout", c.HTTP.ReadHeaderTimeout}, {"read_timeout", c.HTTP.ReadTimeout}, {"write_timeout", c.HTTP.WriteTimeout},
		{"idle_timeout", c.HTTP.IdleTimeout}, {"request_timeout", c.HTTP.RequestTimeout},
	} {
		if d.value <= 0 {
			return fmt.Errorf("http.%s: must be positive", d.key)
		}
	}
	if c.HTTP.DrainLinger < 0 {
		return errors.New("http.drain_linger: must not be negative")
	}
	for _, n := range []struct {
		key             string
		value, min, max int
	}{
		{"max_header_bytes", c.HTTP.MaxHeaderBytes, 4 << 10, 1 << 20}, {"max_connections", c.HTTP.MaxConnections, 16, 1 << 22},
		{"max_connections_per_address", c.HTTP.MaxConnectionsPerAddress, 1, 1 << 22}, {"rate_burst", c.HTTP.RateBurst, 1, 1 << 30},
	} {
		if n.value < n.min || n.value > n.max {
			return fmt.Errorf("http.%s: must be from %d to %d", n.key, n.min, n.max)
		}
	}
	if !(c.HTTP.Rate >= 0.001 && c.HTTP.Rate <= 1e6) { // not NaN either
		return errors.New("http.rate: must be from 0.001 to 1000000")
	}
	return nil
}
