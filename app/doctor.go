package app

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"iter"
	"maps"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/pure-peace/peace/transport/http/certs"
)

// Severity says how bad a Finding is.
type Severity int

// The severities.
const (
	Fine    Severity = iota // as it should be
	Warning                 // works, but somebody will be bitten
	Trouble                 // does not work
)

// String returns the word that people read.
func (s Severity) String() string { return [...]string{"ok", "warning", "trouble"}[s] }

// Finding is the result of one check.
type Finding struct {
	Severity Severity
	Subject  string // what was looked at
	Text     string // what was found
	Mend     string // what to do about it; "" when there is nothing to do
}

// diagnosis is what the checks work on.
type diagnosis struct {
	config  *Config
	options Options
	running bool // a server answers on the socket
}

// Diagnose checks everything that a working server needs, one thing after the other, and changes nothing but that it makes
// the data directory. It may run beside the server.
func Diagnose(ctx context.Context, c *Config, o Options) iter.Seq[Finding] {
	return func(yield func(Finding) bool) {
		d := diagnosis{config: c, options: o, running: answers(ctx, c.Admin.Socket)}
		for _, check := range []func(context.Context) iter.Seq[Finding]{
			d.process, d.dataDir, d.database, d.addresses, d.names, d.certificate, d.peers,
		} {
			for f := range check(ctx) {
				if !yield(f) {
					return
				}
			}
		}
	}
}

// one makes a sequence of a single finding.
func one(f Finding) iter.Seq[Finding] {
	return func(yield func(Finding) bool) { yield(f) }
}

func (d diagnosis) process(context.Context) iter.Seq[Finding] {
	if d.running {
		return one(Finding{Fine, "process", "a server is running and answers on " + d.config.Admin.Socket, ""})
	}
	return one(Finding{Fine, "process", "no server is running here", ""})
}

func (d diagnosis) dataDir(context.Context) iter.Seq[Finding] {
	dir, err := filepath.Abs(d.config.DataDir)
	if err == nil {
		err = makeDataDir(d.config)
	}
	if err == nil {
		var probe *os.File
		if probe, err = os.CreateTemp(dir, ".doctor-*"); err == nil {
			err = errors.Join(probe.Close(), os.Remove(probe.Name()))
		}
	}
	if err != nil {
		return one(Finding{Trouble, "data_dir", err.Error(), "give this user the right to write there, or set data_dir to another directory"})
	}
	if info, err := os.Stat(dir); err == nil && info.Mode().Perm()&0o077 != 0 {
		return one(Finding{Warning, "data_dir", dir + " can be read by other users of this machine", "chmod 700 " + dir})
	}
	return one(Finding{Fine, "data_dir", dir + " can be written", ""})
}

func (d diagnosis) database(ctx context.Context) iter.Seq[Finding] {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	begin := time.Now()
	m, err := NewMigrator(ctx, d.config, d.options)
	if err != nil {
		return one(Finding{Trouble, "database", err.Error(), "check database.url, and that the server runs and lets this user in"})
	}
	defer func() { _ = m.Close() }()
	status, err := m.Status(ctx)
	if err != nil {
		return one(Finding{Trouble, "database", err.Error(), "check that the user of database.url may make tables"})
	}
	took := time.Since(begin).Round(time.Millisecond)
	pending, unknown := 0, 0
	for _, s := range status {
		if s.Applied.IsZero() {
			pending++
		}
		if !s.Known {
			unknown++
		}
	}
	switch {
	case unknown > 0:
		return one(Finding{Warning, "database", fmt.Sprintf("%d changes of its schema are unknown to this program", unknown), "run the version of Peace that made them, or a newer one"})
	case pending > 0 && !d.config.Database.Migrate:
		return one(Finding{Trouble, "database", fmt.Sprintf("its schema lacks %d changes", pending), "peace migrate up"})
	case pending > 0:
		return one(Finding{Fine, "database", fmt.Sprintf("%s answers in %v; the next start applies %d changes", d.config.Database.URL, took, pending), ""})
	}
	return one(Finding{Fine, "database", fmt.Sprintf("%s answers in %v and is up to date", d.config.Database.URL, took), ""})
}

// addresses checks that the listeners can be bound, or are bound by the running server.
func (d diagnosis) addresses(ctx context.Context) iter.Seq[Finding] {
	return func(yield func(Finding) bool) {
		for _, l := range []struct{ key, address string }{
			{"http.listen", d.config.HTTP.Listen}, {"https.listen", d.config.HTTPS.Listen},
			{"admin.listen", d.config.Admin.Listen}, {"peers.listen", d.config.Peers.Listen},
		} {
			if l.address == "" || strings.HasPrefix(l.address, "unix:") {
				continue
			}
			var config net.ListenConfig
			socket, err := config.Listen(ctx, "tcp", l.address)
			f := Finding{Fine, l.key, l.address + " is free", ""}
			switch {
			case err == nil:
				_ = socket.Close()
			case d.running:
				f.Text = l.address + " is taken, by the running server it seems"
			case errors.Is(err, os.ErrPermission):
				f = Finding{Trouble, l.key, err.Error(), "ports below 1024 need a privilege: setcap cap_net_bind_service=+ep on the binary, or a proxy in front"}
			default:
				f = Finding{Trouble, l.key, err.Error(), "stop the program that has it, or choose another address"}
			}
			if !yield(f) {
				return
			}
		}
	}
}

// names checks that the game will find the hosts.
func (d diagnosis) names(ctx context.Context) iter.Seq[Finding] {
	return func(yield func(Finding) bool) {
		ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
		defer cancel()
		var missing []string
		var seen []netip.Addr
		for _, name := range gameHosts(d.config.Domain) {
			addrs, err := net.DefaultResolver.LookupNetIP(ctx, "ip", name)
			if err != nil {
				missing = append(missing, name)
				continue
			}
			for _, a := range addrs {
				if a = a.Unmap(); !slices.Contains(seen, a) {
					seen = append(seen, a)
				}
			}
		}
		if len(missing) > 0 {
			severity, mend := Trouble, "add a DNS record for *."+d.config.Domain+" that points at this machine"
			if d.config.Domain == "localhost" || strings.HasSuffix(d.config.Domain, ".localhost") {
				severity, mend = Warning, "add to the hosts file of the player's machine: 127.0.0.1 "+strings.Join(missing, " ")
			}
			yield(Finding{severity, "domain", "there is no address for " + strings.Join(missing, ", "), mend})
			return
		}
		yield(Finding{Fine, "domain", fmt.Sprintf("the hosts of %s have the address %s", d.config.Domain, join(seen)), ""})
	}
}

// gameHosts are the names that a stable client needs.
func gameHosts(domain string) []string {
	var names []string
	for _, host := range []string{"c", "ce", "c4", "c5", "c6", "osu", "a", "b", "assets"} {
		names = append(names, host+"."+domain)
	}
	return names
}

func join(addrs []netip.Addr) string {
	texts := make([]string, len(addrs))
	for i, a := range addrs {
		texts[i] = a.String()
	}
	return strings.Join(texts, ", ")
}

// certificate checks what the game would be shown.
func (d diagnosis) certificate(context.Context) iter.Seq[Finding] {
	return func(yield func(Finding) bool) {
		c := d.config
		if c.HTTPS.Listen == "" {
			yield(Finding{Warning, "tls", "https.listen is empty: the game speaks nothing but HTTPS", "a proxy in front needs a certificate for *." + c.Domain})
			return
		}
		mode := c.TLS.ModeFor(c.Domain)
		if mode == certs.ACME {
			yield(Finding{Fine, "tls", "certificates come from " + c.TLS.ACME.Directory + " when a host is first asked for", ""})
			return
		}
		source, err := certs.New(c.TLS, certs.Site{
			Dir: filepath.Join(c.DataDir, "tls"), Domains: append([]string{c.Domain}, c.Aliases...), Hosts: gameHosts(c.Domain),
		}, d.options.logger())
		if errors.Is(err, certs.ErrOff) {
			yield(Finding{Warning, "tls", "tls.mode is off: the game speaks nothing but HTTPS", "a proxy in front needs a certificate for *." + c.Domain})
			return
		}
		if err != nil {
			yield(Finding{Trouble, "tls", err.Error(), "check tls.mode, tls.cert and tls.key"})
			return
		}
		for _, name := range gameHosts(c.Domain) {
			leaf, err := leafFor(source, name)
			switch {
			case err != nil:
				yield(Finding{Trouble, "tls", err.Error(), "use a certificate for *." + c.Domain})
				return
			case time.Until(leaf.NotAfter) < 7*24*time.Hour:
				yield(Finding{Warning, "tls", "the certificate ends on " + leaf.NotAfter.Format(time.DateOnly), "renew the files of tls.cert and tls.key"})
				return
			}
		}
		if mode == certs.Local {
			yield(Finding{Warning, "tls", "the certificate is by this server's own authority, which players have to trust", strings.TrimSpace(source.TrustHelp())})
			return
		}
		yield(Finding{Fine, "tls", "the certificate covers every host", ""})
	}
}

// leafFor returns the certificate that a client asking for name is shown, when it is valid for that name.
func leafFor(source *certs.Source, name string) (*x509.Certificate, error) {
	cert, err := source.TLSConfig().GetCertificate(&tls.ClientHelloInfo{ServerName: name})
	if err != nil {
		return nil, err
	}
	leaf := cert.Leaf
	if leaf == nil {
		if leaf, err = x509.ParseCertificate(cert.Certificate[0]); err != nil {
			return nil, err
		}
	}
	return leaf, leaf.VerifyHostname(name)
}

// peers checks that the other processes answer and offer what is assigned to them.
func (d diagnosis) peers(ctx context.Context) iter.Seq[Finding] {
	return func(yield func(Finding) bool) {
		a, err := newApp(ctx, d.config, Options{Version: d.options.Version, Extensions: d.options.Extensions})
		if err != nil {
			yield(Finding{Trouble, "modules", err.Error(), "mend the configuration"})
			return
		}
		defer func() { _ = a.shared.close() }()
		for _, name := range slices.Sorted(maps.Keys(d.config.Peer)) {
			ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
			f := Finding{Fine, "peer." + name, d.config.Peer[name].Target + " answers", ""}
			if _, err := a.shared.dial(name); err != nil {
				f = Finding{Trouble, "peer." + name, err.Error(), "mend the section"}
			} else if err := a.shared.conns[name].Check(ctx); err != nil {
				f = Finding{Trouble, "peer." + name, err.Error(), "start that process, and check that token and certificates are the same on both sides"}
			}
			cancel()
			if !yield(f) {
				return
			}
		}
	}
}
