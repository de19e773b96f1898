package certs

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/acme"
	"golang.org/x/crypto/acme/autocert"
)

// ErrOff is returned by New when the configuration wants no HTTPS.
var ErrOff = errors.New("tls.mode is off")

// How often files are looked at for changes, and the local certificate for its age.
const (
	fileInterval = time.Minute
	ageInterval  = time.Hour
)

// Site is what has to be covered.
type Site struct {
	Dir     string   // where keys are kept, made with mode 0700; DATA_DIR/tls
	Domains []string // the main domain and its aliases
	Hosts   []string // every host name that is served, spelled out in a local certificate; what ACME may ask certificates for
}

// Source provides the certificate. It is safe for concurrent use.
type Source struct {
	mode string
	site Site
	log  *slog.Logger

	current atomic.Pointer[tls.Certificate] // local and files
	load    func(time.Time) (*tls.Certificate, error)
	loading sync.Mutex
	stamp   string // of the files that current was read from

	files [2]string
	acme  *autocert.Manager
}

// New loads or makes the certificate; an ACME one is requested when the first client asks for its host. It returns ErrOff
// when there is to be no HTTPS.
func New(cfg Config, site Site, log *slog.Logger) (*Source, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if len(site.Domains) == 0 {
		return nil, errors.New("domain: TLS needs a domain")
	}
	s := &Source{mode: cfg.ModeFor(site.Domains[0]), site: site, log: log}
	switch s.mode {
	case Off:
		return nil, ErrOff
	case Local:
		s.load = localSource{dir: site.Dir, domains: site.Domains, hosts: site.Hosts}.load
	case Files:
		s.files = [2]string{cfg.Cert, cfg.Key}
		s.load = s.loadFiles
	case ACME:
		s.acme = &autocert.Manager{
			Prompt:     autocert.AcceptTOS,
			Cache:      autocert.DirCache(filepath.Join(site.Dir, "acme")), // makes it with mode 0700
			HostPolicy: autocert.HostWhitelist(site.Hosts...),
			Email:      cfg.ACME.Email,
			Client:     &acme.Client{DirectoryURL: cfg.ACME.Directory, UserAgent: "peace"},
		}
		return s, nil
	}
	if err := s.Reload(); err != nil {
		return nil, err
	}
	return s, nil
}

// Mode returns how the certificate is come by: Local, Files or ACME.
func (s *Source) Mode() string { return s.mode }

// TLSConfig returns the configuration of a listener: TLS 1.2 and up, which .NET Framework on every supported Windows
// speaks, and HTTP/2.
func (s *Source) TLSConfig() *tls.Config {
	protocols := []string{"h2", "http/1.1"}
	if s.acme != nil {
		protocols = append(protocols, acme.ALPNProto)
	}
	return &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: protocols, GetCertificate: s.certificate}
}

func (s *Source) certificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	if s.acme != nil {
		return s.acme.GetCertificate(hello)
	}
	return s.current.Load(), nil
}

// ChallengeHandler answers the HTTP-01 challenges of ACME on the plain listener and leaves everything else to next.
func (s *Source) ChallengeHandler(next http.Handler) http.Handler {
	if s.acme == nil {
		return next
	}
	return s.acme.HTTPHandler(next)
}

// Run keeps the certificate fresh until ctx ends: it renews the local one and reads changed files. A failure is logged and
// the old certificate kept, since it serves until it expires. With ACME renewal takes care of itself.
func (s *Source) Run(ctx context.Context) error {
	if s.acme != nil {
		<-ctx.Done()
		return nil
	}
	interval := fileInterval
	if s.mode == Local {
		interval = ageInterval
	}
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
			if err := s.Reload(); err != nil {
				s.log.LogAttrs(ctx, slog.LevelError, "tls certificate not reloaded", slog.Any("error", err))
			}
		}
	}
}

// Reload reads or renews the certificate now if it has changed or aged.
func (s *Source) Reload() error {
	if s.acme != nil {
		return nil
	}
	s.loading.Lock()
	defer s.loading.Unlock()
	now := time.Now()
	if s.mode == Local {
		if current := s.current.Load(); current != nil && now.Add(renewBefore).Before(current.Leaf.NotAfter) {
			return nil
		}
	}
	cert, err := s.load(now)
	if err != nil {
		return fmt.Errorf("tls: %w", err)
	}
	if cert != nil {
		s.current.Store(cert)
	}
	return nil
}

// loadFiles returns the configured certificate, or nil when its files are those already read.
func (s *Source) loadFiles(time.Time) (*tls.Certificate, error) {
	var stamp string
	for _, name := range s.files {
		info, err := os.Stat(name)
		if err != nil {
			return nil, err
		}
		stamp += fmt.Sprint(info.ModTime().UnixNano(), info.Size(), " ")
	}
	if stamp == s.stamp {
		return nil, nil
	}
	cert, err := tls.LoadX509KeyPair(s.files[0], s.files[1])
	if err != nil {
		return nil, fmt.Errorf("tls.cert %s, tls.key %s: %w", s.files[0], s.files[1], err)
	}
	s.stamp = stamp
	return &cert, nil
}

// Authority returns the file with the certificate that players have to import, as Windows opens it, or "" when they need
// not: its issuer is public or not ours.
func (s *Source) Authority() string {
	if s.mode != Local {
		return ""
	}
	return filepath.Join(s.site.Dir, authorityFileDER)
}

// TrustHelp tells in a few lines how to import the authority, or returns "".
func (s *Source) TrustHelp() string {
	file := s.Authority()
	if file == "" {
		return ""
	}
	pemFile := filepath.Join(s.site.Dir, authorityFile)
	return fmt.Sprintf(`The certificate was issued by an authority of this server, which each player's machine has to trust:
  Windows  certutil -user -addstore Root "%s"   (or open the file and install it under "Trusted Root Certification Authorities")
  macOS    security add-trusted-cert -r trustRoot -k ~/Library/Keychains/login.keychain-db "%s"
  Linux    sudo cp "%s" /usr/local/share/ca-certificates/peace.crt && sudo update-ca-certificates
`, file, pemFile, pemFile)
}
