// Package hosts sends each request to the handler of its host name: c.DOMAIN to bancho, osu.DOMAIN to the web endpoints,
// a.DOMAIN to the avatars. It knows names below one or more domains and nothing of what is served on them.
package hosts

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/pure-peace/peace/transport/http/realip"
)

// maxHost is the longest host name of the DNS, in bytes.
const maxHost = 253

// Router dispatches on the Host header, ignoring its case, port and trailing dot. Register every handler before the first
// request; serving is then safe for concurrent use and allocates nothing.
type Router struct {
	domains  []string
	handlers map[string]http.Handler // by complete host name, in lower case
	fallback http.Handler
}

// New returns a Router for names below the given domains, of which the first is the main one and the others are aliases.
func New(domains ...string) (*Router, error) {
	r := &Router{handlers: map[string]http.Handler{}, fallback: http.HandlerFunc(unknown)}
	for _, domain := range domains {
		canonical, ok := canonicalHost(domain, new([maxHost]byte))
		if name := string(canonical); !ok || !isHost(name) || strings.Contains(domain, ":") {
			return nil, fmt.Errorf("%q is not a domain", domain)
		} else if slices.Contains(r.domains, name) {
			return nil, fmt.Errorf("the domain %q is listed twice", domain)
		} else {
			r.domains = append(r.domains, name)
		}
	}
	return r, nil
}

// Handle serves the names below every domain with h; the empty name is the bare domain. It fails when a name is taken or is
// none: two handlers for one host are a mistake that must not depend on their order.
func (r *Router) Handle(names []string, h http.Handler) error {
	for _, name := range names {
		for _, domain := range r.domains {
			host := domain
			if name != "" {
				host = strings.ToLower(name) + "." + domain
			}
			if !isHost(host) {
				return fmt.Errorf("%q is not a host name", host)
			}
			if _, taken := r.handlers[host]; taken {
				return fmt.Errorf("the host %q has two handlers", host)
			}
			r.handlers[host] = h
		}
	}
	return nil
}

// Serves reports whether a name below the main domain has a handler; the empty name is the bare domain.
func (r *Router) Serves(name string) bool {
	if name != "" {
		name += "."
	}
	return len(r.domains) > 0 && r.handlers[strings.ToLower(name)+r.domains[0]] != nil
}

// Fallback serves requests for hosts without a handler; by default they get a plain 404.
func (r *Router) Fallback(h http.Handler) { r.fallback = h }

// Domains returns the domains, the main one first.
func (r *Router) Domains() []string { return slices.Clone(r.domains) }

// Hosts returns every host name that has a handler, sorted: what certificates have to cover.
func (r *Router) Hosts() []string { return slices.Sorted(maps.Keys(r.handlers)) }

// ServeHTTP dispatches on the Host header, or on the X-Forwarded-Host of a listed proxy when that names a host of ours. A
// request without a usable Host is answered 400.
func (r *Router) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	if realip.Trusted(req.Context()) {
		if forwarded := req.Header.Get("X-Forwarded-Host"); forwarded != "" {
			if h, _ := r.lookup(forwarded); h != nil {
				h.ServeHTTP(w, req)
				return
			}
		}
	}
	switch h, ok := r.lookup(req.Host); {
	case !ok:
		http.Error(w, "This request names no host.", http.StatusBadRequest)
	case h == nil:
		r.fallback.ServeHTTP(w, req)
	default:
		h.ServeHTTP(w, req)
	}
}

// lookup returns the handler of a Host header, nil when nobody has the name, and false when it is no name at all.
func (r *Router) lookup(host string) (http.Handler, bool) {
	var buffer [maxHost]byte
	name, ok := canonicalHost(host, &buffer)
	return r.handlers[string(name)], ok
}

// canonicalHost writes host into buffer without port and trailing dot and in lower case.
func canonicalHost(host string, buffer *[maxHost]byte) ([]byte, bool) {
	if strings.HasPrefix(host, "[") { // an IPv6 address keeps its colons
		end := strings.IndexByte(host, ']')
		if end < 0 {
			return nil, false
		}
		host = host[1:end]
	} else if colon := strings.IndexByte(host, ':'); colon >= 0 {
		host = host[:colon]
	}
	host = strings.TrimSuffix(host, ".")
	if host == "" || len(host) > maxHost {
		return nil, false
	}
	for i := range len(host) {
		c := host[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		buffer[i] = c
	}
	return buffer[:len(host)], true
}

// isHost reports whether name is a host name in lower case: dot-separated labels of letters, digits, hyphens and, since
// container names have them, underscores.
func isHost(name string) bool {
	if len(name) > maxHost {
		return false
	}
	for label := range strings.SplitSeq(name, ".") {
		if label == "" || len(label) > 63 || strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" ||
			label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
	}
	return true
}

func unknown(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(http.StatusNotFound)
	_, _ = io.WriteString(w, "This is a Peace server. Nothing is served under this name.\n")
}
