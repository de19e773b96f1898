// Package realip says where a request comes from: the client's address, scheme and country, by the word of the socket and,
// only for peers on a list, by the headers that a reverse proxy adds.
//
// Everybody can send X-Forwarded-For. So the headers of a peer that is not a listed proxy are as if they were not there,
// and of a chain of addresses the right-most one that is no proxy of ours counts: everything to its left was written by
// the client. What is done with an address (limits, bans, audit) is decided elsewhere.
package realip

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// Config is the section [proxy].
type Config struct {
	Trusted   []string `koanf:"trusted" doc:"addresses and prefixes of reverse proxies whose forwarded headers are believed, for example 127.0.0.1 or 10.0.0.0/8"`
	TrustUnix bool     `koanf:"trust_unix" doc:"believe the forwarded headers of whoever connects over a unix socket"`
	Headers   []string `koanf:"headers" doc:"headers that carry the client's address, the first one present wins: list only those that your proxy sets itself"`
}

// headers that can carry the client's address.
const (
	xForwardedFor  = "X-Forwarded-For"
	xRealIP        = "X-Real-Ip"
	cfConnectingIP = "Cf-Connecting-Ip"
	forwarded      = "Forwarded"
)

// DefaultConfig trusts nobody. Its header order puts first the header that proxies append to, which a client cannot forge
// behind them, and last those that a proxy may pass through untouched.
func DefaultConfig() Config {
	return Config{Trusted: []string{}, Headers: []string{"X-Forwarded-For", "X-Real-IP", "CF-Connecting-IP", "Forwarded"}}
}

// Validate reports the first mistake with its key.
func (c Config) Validate() error {
	_, err := New(c)
	return err
}

// Proxies decides which peers are believed. It is immutable and safe for concurrent use.
type Proxies struct {
	trusted   []netip.Prefix
	trustUnix bool
	headers   []string
}

// New returns the Proxies of c, or an error that names the wrong key.
func New(c Config) (*Proxies, error) {
	p := &Proxies{trustUnix: c.TrustUnix}
	for _, text := range c.Trusted {
		prefix, err := parsePrefix(text)
		if err != nil {
			return nil, fmt.Errorf("trusted: %q is not an address or a prefix", text)
		}
		p.trusted = append(p.trusted, prefix)
	}
	for _, name := range c.Headers {
		name = http.CanonicalHeaderKey(name)
		if !slices.Contains([]string{xForwardedFor, xRealIP, cfConnectingIP, forwarded}, name) {
			return nil, fmt.Errorf("headers: %q is not one of X-Forwarded-For, X-Real-IP, CF-Connecting-IP, Forwarded", name)
		}
		p.headers = append(p.headers, name)
	}
	return p, nil
}

func parsePrefix(text string) (netip.Prefix, error) {
	text = strings.TrimSpace(text)
	if addr, err := netip.ParseAddr(text); err == nil {
		addr = addr.Unmap().WithZone("")
		return netip.PrefixFrom(addr, addr.BitLen()), nil
	}
	prefix, err := netip.ParsePrefix(text)
	if err == nil && prefix.Addr().Is4In6() && prefix.Bits() >= 96 {
		prefix = netip.PrefixFrom(prefix.Addr().Unmap(), prefix.Bits()-96)
	}
	return prefix.Masked(), err
}

// Trusts reports whether addr is a listed proxy.
func (p *Proxies) Trusts(addr netip.Addr) bool {
	for _, prefix := range p.trusted {
		if prefix.Contains(addr) {
			return true
		}
	}
	return false
}

// origin is where the requests of a connection, or one forwarded request, come from.
type origin struct {
	client  netip.Addr
	trusted bool // the direct peer is a listed proxy
}

type contextKey struct{}

// ConnContext notes the peer of a new connection; give it to http.Server.ConnContext. Doing this once per connection
// leaves nothing to do for the requests of clients that connect directly.
func (p *Proxies) ConnContext(ctx context.Context, conn net.Conn) context.Context {
	return context.WithValue(ctx, contextKey{}, p.origin(conn.RemoteAddr()))
}

func (p *Proxies) origin(addr net.Addr) *origin {
	switch addr := addr.(type) {
	case *net.TCPAddr:
		client := addr.AddrPort().Addr().Unmap().WithZone("")
		return &origin{client: client, trusted: p.Trusts(client)}
	case *net.UnixAddr:
		return &origin{trusted: p.trustUnix}
	}
	return &origin{}
}

// Handler resolves forwarded requests before next sees them. It costs a lookup unless the peer is a listed proxy.
func (p *Proxies) Handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		from, ok := r.Context().Value(contextKey{}).(*origin)
		if !ok { // a server without our ConnContext
			client, _ := netip.ParseAddrPort(r.RemoteAddr)
			addr := client.Addr().Unmap().WithZone("")
			from = &origin{client: addr, trusted: p.Trusts(addr)}
			r = r.WithContext(context.WithValue(r.Context(), contextKey{}, from))
		}
		if from.trusted {
			if client := p.forwardedFor(r.Header); client.IsValid() {
				r = r.WithContext(context.WithValue(r.Context(), contextKey{}, &origin{client: client, trusted: true}))
			}
		}
		next.ServeHTTP(w, r)
	})
}

// ClientIP returns the client's address: unmapped when it is IPv4, without a zone, and the zero Addr when it cannot be
// known, as over a unix socket without forwarded headers.
func ClientIP(ctx context.Context) netip.Addr {
	if from, ok := ctx.Value(contextKey{}).(*origin); ok {
		return from.client
	}
	return netip.Addr{}
}

// Trusted reports whether the request came through a listed proxy, so that its other X-… headers may be believed.
func Trusted(ctx context.Context) bool {
	from, ok := ctx.Value(contextKey{}).(*origin)
	return ok && from.trusted
}

// Scheme returns "https" or "http": what the client used, as far as a listed proxy or the connection tells.
func Scheme(r *http.Request) string {
	if Trusted(r.Context()) {
		switch proto := r.Header.Get("X-Forwarded-Proto"); proto {
		case "http", "https":
			return proto
		}
	}
	if r.TLS != nil {
		return "https"
	}
	return "http"
}
