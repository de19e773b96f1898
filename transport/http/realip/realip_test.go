package realip_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pure-peace/peace/transport/http/realip"
)

func proxies(t testing.TB, edit func(*realip.Config)) *realip.Proxies {
	t.Helper()
	cfg := realip.DefaultConfig()
	if edit != nil {
		edit(&cfg)
	}
	p, err := realip.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// resolve sends a request with the header lines through p and returns it as a handler sees it.
func resolve(p *realip.Proxies, remote string, lines ...string) (seen *http.Request) {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.RemoteAddr = remote
	for _, line := range lines {
		name, value, _ := strings.Cut(line, ": ")
		r.Header.Add(name, value)
	}
	p.Handler(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { seen = r })).ServeHTTP(nil, r)
	return seen
}

func TestClientIP(t *testing.T) {
	behindProxy := func(c *realip.Config) { c.Trusted = []string{"10.0.0.0/8", "2001:db8::/32", "::ffff:172.16.0.0/112"} }
	onlyCloudflare := func(c *realip.Config) {
		c.Trusted = []string{"10.0.0.1"}
		c.Headers = []string{"CF-Connecting-IP"}
	}
	for _, tc := range []struct {
		name   string
		config func(*realip.Config)
		remote string
		lines  []string
		want   string
	}{
		{"direct", nil, "192.0.2.1:5", nil, "192.0.2.1"},
		{"direct, IPv4 in IPv6", nil, "[::ffff:192.0.2.1]:5", nil, "192.0.2.1"},
		{"direct, zone", nil, "[fe80::1%eth0]:5", nil, "fe80::1"},
		{"nobody is trusted by default", nil, "127.0.0.1:5", []string{"X-Forwarded-For: 1.1.1.1"}, "127.0.0.1"},
		{"a stranger's X-Forwarded-For", behindProxy, "192.0.2.1:5", []string{"X-Forwarded-For: 1.1.1.1"}, "192.0.2.1"},
		{"a stranger's other headers", behindProxy, "192.0.2.1:5",
			[]string{"X-Real-IP: 1.1.1.1", "CF-Connecting-IP: 1.1.1.1", "Forwarded: for=1.1.1.1"}, "192.0.2.1"},

		{"one hop", behindProxy, "10.0.0.1:5", []string{"X-Forwarded-For: 1.1.1.1"}, "1.1.1.1"},
		{"mapped prefix", behindProxy, "172.16.3.4:5", []string{"X-Forwarded-For: 1.1.1.1"}, "1.1.1.1"},
		{"IPv6 proxy", behindProxy, "[2001:db8::9]:5", []string{"X-Forwarded-For: 2606::1"}, "2606::1"},
		{"our own proxies are skipped", behindProxy, "10.0.0.1:5", []string{"X-Forwarded-For: 1.1.1.1, 10.2.2.2,10.3.3.3"}, "1.1.1.1"},
		{"what the client wrote does not count", behindProxy, "10.0.0.1:5", []string{"X-Forwarded-For: 6.6.6.6, 1.1.1.1"}, "1.1.1.1"},
		{"nor a proxy address the client wrote", behindProxy, "10.0.0.1:5", []string{"X-Forwarded-For: 6.6.6.6, 10.9.9.9, 1.1.1.1"}, "1.1.1.1"},
		{"lines count as one list", behindProxy, "10.0.0.1:5", []string{"X-Forwarded-For: 6.6.6.6", "X-Forwarded-For: 1.1.1.1, 10.2.2.2"}, "1.1.1.1"},
		{"all hops are ours", behindProxy, "10.0.0.1:5", []string{"X-Forwarded-For: 10.4.4.4, 10.2.2.2"}, "10.4.4.4"},
		{"nonsense ends the walk", behindProxy, "10.0.0.1:5", []string{"X-Forwarded-For: 1.1.1.1, unknown, 10.2.2.2"}, "10.2.2.2"},
		{"only nonsense", behindProxy, "10.0.0.1:5", []string{"X-Forwarded-For: <script>"}, "10.0.0.1"},
		{"empty", behindProxy, "10.0.0.1:5", []string{"X-Forwarded-For: "}, "10.0.0.1"},
		{"with ports", behindProxy, "10.0.0.1:5", []string{"X-Forwarded-For: 1.1.1.1:4711"}, "1.1.1.1"},
		{"IPv6 with a port", behindProxy, "10.0.0.1:5", []string{"X-Forwarded-For: [2606::1]:80"}, "2606::1"},
		{"X-Forwarded-For before what proxies pass through", behindProxy, "10.0.0.1:5",
			[]string{"CF-Connecting-IP: 6.6.6.6", "Forwarded: for=6.6.6.6", "X-Forwarded-For: 1.1.1.1"}, "1.1.1.1"},
		{"an endless chain is not followed", behindProxy, "10.0.0.1:5",
			[]string{"X-Forwarded-For: 6.6.6.6" + strings.Repeat(",10.1.1.1", 1000)}, "10.1.1.1"},

		{"X-Real-IP", behindProxy, "10.0.0.1:5", []string{"X-Real-IP: 1.1.1.1"}, "1.1.1.1"},
		{"X-Real-IP twice", behindProxy, "10.0.0.1:5", []string{"X-Real-IP: 1.1.1.1", "X-Real-IP: 2.2.2.2"}, "10.0.0.1"},
		{"CF-Connecting-IP", behindProxy, "10.0.0.1:5", []string{"CF-Connecting-IP: 2606::1"}, "2606::1"},
		{"Forwarded", behindProxy, "10.0.0.1:5", []string{`Forwarded: for=6.6.6.6, For="[2606::1]:4711";proto=https, for=10.2.2.2`}, "2606::1"},
		{"Forwarded, obfuscated", behindProxy, "10.0.0.1:5", []string{"Forwarded: for=_hidden"}, "10.0.0.1"},
		{"only the configured header", onlyCloudflare, "10.0.0.1:5", []string{"X-Forwarded-For: 6.6.6.6", "CF-Connecting-IP: 1.1.1.1"}, "1.1.1.1"},
		{"the configured header is absent", onlyCloudflare, "10.0.0.1:5", []string{"X-Forwarded-For: 6.6.6.6"}, "10.0.0.1"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := realip.ClientIP(resolve(proxies(t, tc.config), tc.remote, tc.lines...).Context())
			if got != netip.MustParseAddr(tc.want) {
				t.Errorf("ClientIP = %v, want %v", got, tc.want)
			}
		})
	}
}

func TestUnixPeersAreTrustedOnlyWhenConfigured(t *testing.T) {
	for _, trust := range []bool{false, true} {
		p := proxies(t, func(c *realip.Config) { c.TrustUnix = trust })
		client, server := net.Pipe()
		_ = client.Close()
		t.Cleanup(func() { _ = server.Close() })
		ctx := p.ConnContext(t.Context(), unixConn{server})
		r := httptest.NewRequestWithContext(ctx, http.MethodGet, "/", nil)
		r.Header.Set("X-Forwarded-For", "1.1.1.1")
		var got netip.Addr
		p.Handler(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = realip.ClientIP(r.Context()) })).ServeHTTP(nil, r)
		if got.IsValid() != trust {
			t.Errorf("trust_unix = %v: ClientIP = %v", trust, got)
		}
	}
}

type unixConn struct{ net.Conn }

func (unixConn) RemoteAddr() net.Addr { return &net.UnixAddr{Net: "unix"} }

func TestGeo(t *testing.T) {
	trusted := proxies(t, func(c *realip.Config) { c.Trusted = []string{"10.0.0.1"} })
	full := []string{"CF-IPCountry: DE", "CF-IPLatitude: 52.5", "CF-IPLongitude: -13.25"}
	for _, tc := range []struct {
		name   string
		remote string
		lines  []string
		want   realip.Geo
	}{
		{"forged", "192.0.2.1:5", full, realip.Geo{}},
		{"Cloudflare", "10.0.0.1:5", full, realip.Geo{Country: "DE", Latitude: 52.5, Longitude: -13.25, HasPosition: true}},
		{"plain names", "10.0.0.1:5", []string{"X-Country-Code: FR"}, realip.Geo{Country: "FR"}},
		{"unknown", "10.0.0.1:5", []string{"CF-IPCountry: XX"}, realip.Geo{}},
		{"Tor", "10.0.0.1:5", []string{"CF-IPCountry: T1"}, realip.Geo{}},
		{"nonsense", "10.0.0.1:5", []string{"CF-IPCountry: Germany"}, realip.Geo{}},
		{"position out of range", "10.0.0.1:5", []string{"CF-IPCountry: DE", "CF-IPLatitude: NaN", "CF-IPLongitude: 1e9"}, realip.Geo{Country: "DE"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, realip.GeoOf(resolve(trusted, tc.remote, tc.lines...))); diff != "" {
				t.Errorf("GeoOf (-want +got):\n%s", diff)
			}
		})
	}
}

func TestScheme(t *testing.T) {
	trusted := proxies(t, func(c *realip.Config) { c.Trusted = []string{"10.0.0.1"} })
	for _, tc := range []struct{ remote, header, want string }{
		{"10.0.0.1:5", "https", "https"},
		{"10.0.0.1:5", "javascript", "http"},
		{"192.0.2.1:5", "https", "http"},
	} {
		if got := realip.Scheme(resolve(trusted, tc.remote, "X-Forwarded-Proto: "+tc.header)); got != tc.want {
			t.Errorf("Scheme from %s with %s = %s, want %s", tc.remote, tc.header, got, tc.want)
		}
	}
}

func TestConfigErrorsNameTheKey(t *testing.T) {
	for _, tc := range []struct {
		cfg  realip.Config
		want string
	}{
		{realip.Config{Trusted: []string{"everyone"}}, "trusted"},
		{realip.Config{Trusted: []string{"10.0.0.0/99"}}, "trusted"},
		{realip.Config{Headers: []string{"User-Agent"}}, "headers"},
	} {
		if err := tc.cfg.Validate(); err == nil || !strings.HasPrefix(err.Error(), tc.want) {
			t.Errorf("Validate(%+v) = %v, want an error about %s", tc.cfg, err, tc.want)
		}
	}
	if err := realip.DefaultConfig().Validate(); err != nil {
		t.Errorf("the default is invalid: %v", err)
	}
}

func FuzzForwarded(f *testing.F) {
	f.Add("1.1.1.1, [::1]:80", `for="[2606::1]:4711";proto=https`)
	f.Add(",,,", "for")
	p := proxies(f, func(c *realip.Config) { c.Trusted = []string{"10.0.0.0/8"} })
	f.Fuzz(func(t *testing.T, chain, element string) {
		for _, line := range []string{"X-Forwarded-For: " + chain, "Forwarded: " + element, "X-Real-IP: " + chain} {
			addr := realip.ClientIP(resolve(p, "10.0.0.1:5", line).Context())
			if !addr.IsValid() || addr.Is4In6() || addr.Zone() != "" {
				t.Errorf("%s gives %v", line, addr)
			}
		}
	})
}

func BenchmarkDirect(b *testing.B) {
	p := proxies(b, nil)
	ctx := p.ConnContext(context.Background(), tcpConn{})
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/", nil)
	h := p.Handler(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if !realip.ClientIP(r.Context()).IsValid() {
			b.Fatal("no address")
		}
	}))
	b.ReportAllocs()
	for b.Loop() {
		h.ServeHTTP(nil, r)
	}
}

type tcpConn struct{ net.Conn }

func (tcpConn) RemoteAddr() net.Addr { return &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 5} }
