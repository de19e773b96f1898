// Package certs provides the TLS certificate of Peace's public hosts, in one of three ways: from an authority of its own
// that it makes in the data directory (development, LANs), from files that somebody else renews, or from an ACME authority
// such as Let's Encrypt. Certificates between peers are configured elsewhere.
package certs

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// The modes of Config.Mode.
const (
	Auto  = "auto"  // ACME when its terms are accepted and the domain is public, files when named, Local otherwise
	Local = "local" // an authority of our own, which players have to import
	Files = "files" // certificate and key from files, read again when they change
	ACME  = "acme"  // a public authority
	Off   = "off"   // no HTTPS: a proxy in front does it
)

// Config is the section [tls].
type Config struct {
	Mode string     `koanf:"mode" doc:"where the certificate comes from: auto, local (an authority of our own), files, acme, or off"`
	Cert string     `koanf:"cert" doc:"file with the certificate and its chain in PEM, for mode files; it is read again when it changes"`
	Key  string     `koanf:"key" doc:"file with the private key in PEM, for mode files"`
	ACME ACMEConfig `koanf:"acme"`
}

// ACMEConfig is the section [tls.acme].
type ACMEConfig struct {
	AcceptTerms bool   `koanf:"accept_terms" doc:"accept the terms of service of the ACME authority; without this no certificate is requested"`
	Email       string `koanf:"email" doc:"address that the authority may write to about certificates that expire"`
	Directory   string `koanf:"directory" doc:"directory URL of the ACME authority"`
}

// DefaultConfig decides by the domain.
func DefaultConfig() Config {
	return Config{Mode: Auto, ACME: ACMEConfig{Directory: "https://acme-v02.api.letsencrypt.org/directory"}}
}

// Validate reports the first mistake with its key.
func (c Config) Validate() error {
	if !slices.Contains([]string{Auto, Local, Files, ACME, Off}, c.Mode) {
		return fmt.Errorf("mode: %q is not one of auto, local, files, acme, off", c.Mode)
	}
	if c.Mode == Files && c.Cert == "" {
		return errors.New("cert: must name a file when tls.mode is files")
	}
	if (c.Cert == "") != (c.Key == "") {
		return errors.New("key: tls.cert and tls.key must be set together")
	}
	if c.Mode == ACME && !c.ACME.AcceptTerms {
		return errors.New("acme.accept_terms: must be true when tls.mode is acme")
	}
	if u, err := url.Parse(c.ACME.Directory); c.ACME.Directory != "" && (err != nil || u.Scheme != "https" || u.Host == "") {
		return fmt.Errorf("acme.directory: %q is not an https URL", c.ACME.Directory)
	}
	if c.ACME.Email != "" && !strings.Contains(c.ACME.Email, "@") {
		return fmt.Errorf("acme.email: %q is not a mail address", c.ACME.Email)
	}
	return nil
}

// ModeFor returns the mode that c means for a domain: Auto is resolved.
func (c Config) ModeFor(domain string) string {
	switch {
	case c.Mode != Auto:
		return c.Mode
	case c.Cert != "":
		return Files
	case c.ACME.AcceptTerms && isPublic(domain):
		return ACME
	}
	return Local
}

// isPublic reports whether a certificate authority could have anything to say about domain.
func isPublic(domain string) bool {
	if _, err := netip.ParseAddr(domain); err == nil {
		return false
	}
	last := domain[strings.LastIndexByte(domain, '.')+1:]
	return last != domain && !slices.Contains([]string{"local", "test", "localhost", "internal", "lan", "home", "invalid", "example"}, last)
}
