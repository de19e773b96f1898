package certs_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/pure-peace/peace/transport/http/certs"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var quiet = slog.New(slog.DiscardHandler)

func config(mode string) certs.Config {
	cfg := certs.DefaultConfig()
	cfg.Mode = mode
	return cfg
}

func source(t *testing.T, cfg certs.Config, dir string, domains ...string) *certs.Source {
	t.Helper()
	s, err := certs.New(cfg, certs.Site{Dir: dir, Domains: domains, Hosts: []string{"c." + domains[0]}}, quiet)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// served returns the certificate that a client gets for a server name.
func served(t *testing.T, s *certs.Source, name string) *x509.Certificate {
	t.Helper()
	cert, err := s.TLSConfig().GetCertificate(&tls.ClientHelloInfo{ServerName: name})
	if err != nil {
		t.Fatal(err)
	}
	return cert.Leaf
}

func authority(t *testing.T, dir string) *x509.CertPool {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, "ca.crt"))
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(data) {
		t.Fatal("ca.crt holds no certificate")
	}
	return pool
}

func TestLocalCertificateCoversEveryHost(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "tls")
	s := source(t, config(certs.Local), dir, "peace.test", "alias.example", "192.168.1.5")
	roots := authority(t, dir)
	for _, name := range []string{"peace.test", "c.peace.test", "osu.alias.example", "localhost", "a.localhost", "127.0.0.1", "::1", "192.168.1.5"} {
		client, server := net.Pipe()
		done := make(chan error, 1)
		go func() { done <- tls.Server(server, s.TLSConfig()).Handshake() }()
		if err := tls.Client(client, &tls.Config{RootCAs: roots, ServerName: name, MaxVersion: tls.VersionTLS12}).Handshake(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if err := <-done; err != nil {
			t.Errorf("%s, server: %v", name, err)
		}
		_, _ = client.Close(), server.Close()
	}
	leaf := served(t, s, "")
	if !slices.Contains(leaf.DNSNames, "c.peace.test") {
		t.Errorf("the certificate names %q: not every client matches wildcards such as *.localhost", leaf.DNSNames)
	}
	if life := leaf.NotAfter.Sub(leaf.NotBefore); life > 397*24*time.Hour {
		t.Errorf("the certificate lives for %v", life)
	}
	if _, ok := leaf.PublicKey.(*ecdsa.PublicKey); !ok {
		t.Errorf("the key is a %T", leaf.PublicKey)
	}
	for name, mode := range map[string]os.FileMode{"ca.key": 0o600, "server.key": 0o600, "ca.crt": 0o644, "ca.cer": 0o644, ".": 0o700} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != mode {
			t.Errorf("%s has mode %o, want %o", name, info.Mode().Perm(), mode)
		}
	}
	der, err := os.ReadFile(s.Authority())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := x509.ParseCertificate(der); err != nil {
		t.Errorf("the file to import: %v", err)
	}
	if !strings.Contains(s.TrustHelp(), s.Authority()) {
		t.Error("the help does not name the file")
	}
}

func TestLocalCertificateIsKeptAndRenewed(t *testing.T) {
	dir := t.TempDir()
	first := served(t, source(t, config(certs.Local), dir, "peace.test"), "")
	caBefore, _ := os.ReadFile(filepath.Join(dir, "ca.crt"))
	if again := served(t, source(t, config(certs.Local), dir, "peace.test"), ""); !again.Equal(first) {
		t.Error("a restart issued a new certificate")
	}
	moved := served(t, source(t, config(certs.Local), dir, "peace.test", "more.test"), "")
	if moved.Equal(first) || moved.VerifyHostname("c.more.test") != nil {
		t.Error("a new domain is not covered")
	}
	if err := os.WriteFile(filepath.Join(dir, "server.crt"), []byte("half a fi"), 0o600); err != nil {
		t.Fatal(err)
	}
	source(t, config(certs.Local), dir, "peace.test")
	if caAfter, _ := os.ReadFile(filepath.Join(dir, "ca.crt")); string(caAfter) != string(caBefore) {
		t.Error("the authority that players trust was replaced")
	}
	if err := os.WriteFile(filepath.Join(dir, "ca.key"), []byte("broken"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := certs.New(config(certs.Local), certs.Site{Dir: dir, Domains: []string{"peace.test"}}, quiet); err == nil {
		t.Error("a broken authority was replaced silently")
	}
}

func TestRunRenewsBeforeExpiry(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) { // its clock starts in 2000 and goes on as the bubble sleeps
		s := source(t, config(certs.Local), dir, "peace.test")
		first := served(t, s, "")
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- s.Run(ctx) }()

		time.Sleep(time.Until(first.NotAfter.Add(-31 * 24 * time.Hour)))
		synctest.Wait()
		if !served(t, s, "").Equal(first) {
			t.Error("renewed too early")
		}
		time.Sleep(2 * 24 * time.Hour)
		synctest.Wait()
		if served(t, s, "").Equal(first) {
			t.Error("not renewed within 30 days of its end")
		}
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

func TestFilesAreReadAgain(t *testing.T) {
	one, two := t.TempDir(), t.TempDir()
	source(t, config(certs.Local), one, "one.test")
	source(t, config(certs.Local), two, "two.test")
	cfg := config(certs.Auto)
	cfg.Cert, cfg.Key = filepath.Join(one, "server.crt"), filepath.Join(one, "server.key")
	s := source(t, cfg, t.TempDir(), "one.test")
	if s.Mode() != certs.Files || served(t, s, "").VerifyHostname("c.one.test") != nil {
		t.Fatalf("mode %s serves %v", s.Mode(), served(t, s, "").DNSNames)
	}
	before := served(t, s, "")
	replace := func(name string, data []byte) {
		t.Helper()
		path := filepath.Join(one, name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		later := time.Now().Add(time.Hour)
		if err := os.Chtimes(path, later, later); err != nil {
			t.Fatal(err)
		}
	}
	cert, _ := os.ReadFile(filepath.Join(two, "server.crt"))
	key, _ := os.ReadFile(filepath.Join(two, "server.key"))
	replace("server.crt", cert) // only half of the pair is there yet
	if err := s.Reload(); err == nil || !served(t, s, "").Equal(before) {
		t.Errorf("a mismatched pair: %v", err)
	}
	replace("server.key", key)
	if err := s.Reload(); err != nil {
		t.Fatal(err)
	}
	if served(t, s, "").VerifyHostname("c.two.test") != nil {
		t.Error("the old certificate is still served")
	}
}

func TestACMEAnswersOnlyForOurHosts(t *testing.T) {
	asked := make(chan string, 8)
	directory := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked <- r.URL.Path
		http.Error(w, "no", http.StatusTeapot)
	}))
	defer directory.Close()
	cfg := config(certs.ACME)
	cfg.ACME.AcceptTerms = true
	cfg.ACME.Directory = directory.URL
	s := source(t, cfg, t.TempDir(), "example.org")
	_, err := s.TLSConfig().GetCertificate(&tls.ClientHelloInfo{ServerName: "evil.example.org", CipherSuites: []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256}})
	if err == nil || len(asked) != 0 {
		t.Errorf("a stranger's host: %v, %d requests to the authority", err, len(asked))
	}

	next := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "next") })
	for path, want := range map[string]string{"/web/x": "next", "/.well-known/acme-challenge/unknown": ""} {
		w := httptest.NewRecorder()
		r := httptest.NewRequest(http.MethodGet, "http://c.example.org"+path, nil)
		s.ChallengeHandler(next).ServeHTTP(w, r)
		if (w.Body.String() == "next") != (want == "next") {
			t.Errorf("%s answered %d %q", path, w.Code, w.Body)
		}
	}
}

func TestModeFor(t *testing.T) {
	accepted := config(certs.Auto)
	accepted.ACME.AcceptTerms = true
	for _, tc := range []struct {
		cfg          certs.Config
		domain, want string
	}{
		{config(certs.Auto), "localhost", certs.Local},
		{config(certs.Auto), "example.org", certs.Local}, // nobody accepted any terms
		{accepted, "example.org", certs.ACME},
		{accepted, "localhost", certs.Local},
		{accepted, "peace.local", certs.Local},
		{accepted, "osu.internal", certs.Local},
		{accepted, "203.0.113.1", certs.Local},
		{config(certs.Off), "example.org", certs.Off},
	} {
		if got := tc.cfg.ModeFor(tc.domain); got != tc.want {
			t.Errorf("ModeFor(%s) = %s, want %s", tc.domain, got, tc.want)
		}
	}
	if _, err := certs.New(config(certs.Off), certs.Site{Domains: []string{"localhost"}}, quiet); !errors.Is(err, certs.ErrOff) {
		t.Errorf("New with mode off = %v", err)
	}
}

func TestConfigErrorsNameTheKey(t *testing.T) {
	for want, edit := range map[string]func(*certs.Config){
		"mode":              func(c *certs.Config) { c.Mode = "sometimes" },
		"cert":              func(c *certs.Config) { c.Mode = certs.Files },
		"key":               func(c *certs.Config) { c.Cert = "x" },
		"acme.accept_terms": func(c *certs.Config) { c.Mode = certs.ACME },
		"acme.directory":    func(c *certs.Config) { c.ACME.Directory = "http://plain" },
		"acme.email":        func(c *certs.Config) { c.ACME.Email = "nobody" },
	} {
		cfg := certs.DefaultConfig()
		edit(&cfg)
		if err := cfg.Validate(); err == nil || !strings.HasPrefix(err.Error(), want+":") {
			t.Errorf("Validate = %v, want an error about %s", err, want)
		}
	}
}

func BenchmarkGetCertificate(b *testing.B) {
	s, err := certs.New(config(certs.Local), certs.Site{Dir: b.TempDir(), Domains: []string{"localhost"}}, quiet)
	if err != nil {
		b.Fatal(err)
	}
	get := s.TLSConfig().GetCertificate
	for b.Loop() {
		_, _ = get(nil)
	}
}
