package limit_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/pure-peace/peace/transport/http/limit"
	"github.com/pure-peace/peace/transport/http/problem"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestBody(t *testing.T) {
	handler := limit.Body(4)(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.ReadAll(r.Body); err != nil {
			problem.WriteError(w, r, err)
		}
	}))
	for _, tc := range []struct {
		name   string
		body   io.Reader
		status int
	}{
		{"fits", strings.NewReader("1234"), 200},
		{"announced too large", strings.NewReader("12345"), 413},
		{"grows too large", io.MultiReader(strings.NewReader("12345")), 413},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/", tc.body))
			if w.Code != tc.status {
				t.Errorf("status %d, want %d", w.Code, tc.status)
			}
		})
	}
}

func TestTimeoutEndsTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		handler := limit.Timeout(time.Second)(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			<-r.Context().Done()
			if err := r.Context().Err(); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("the context ended with %v", err)
			}
		}))
		start := time.Now()
		handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil))
		if took := time.Since(start); took != time.Second {
			t.Errorf("ended after %v, want 1s", took)
		}
	})
}

// TestTimeoutContextIsAnOrdinaryOne holds the lazy context to what package context promises.
func TestTimeoutContextIsAnOrdinaryOne(t *testing.T) {
	within := func(ctx context.Context, use func(context.Context)) {
		r := httptest.NewRequestWithContext(ctx, http.MethodGet, "/", nil)
		limit.Timeout(time.Second)(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { use(r.Context()) })).ServeHTTP(nil, r)
	}
	expect := func(t *testing.T, ctx context.Context, want error) {
		t.Helper()
		if err := ctx.Err(); !errors.Is(err, want) {
			t.Errorf("Err = %v, want %v", err, want)
		}
		select {
		case <-ctx.Done():
			if want == nil {
				t.Error("Done too early")
			}
		default:
			if want != nil {
				t.Error("not Done")
			}
		}
		if err := context.Cause(ctx); !errors.Is(err, want) {
			t.Errorf("Cause = %v, want %v", err, want)
		}
	}
	for _, tc := range []struct {
		name string
		run  func(t *testing.T)
	}{
		{"nobody waits", func(t *testing.T) {
			var kept context.Context
			within(t.Context(), func(ctx context.Context) {
				kept = ctx
				if err := ctx.Err(); err != nil {
					t.Errorf("Err = %v before the deadline", err)
				}
			})
			expect(t, kept, context.Canceled)
		}},
		{"a child ends with the request", func(t *testing.T) {
			var child context.Context
			var cancel context.CancelFunc
			within(t.Context(), func(ctx context.Context) {
				child, cancel = context.WithTimeout(ctx, time.Hour)
				expect(t, child, nil)
			})
			expect(t, child, context.Canceled)
			cancel()
		}},
		{"polled beyond the deadline", func(t *testing.T) {
			within(t.Context(), func(ctx context.Context) {
				time.Sleep(time.Second)
				expect(t, ctx, context.DeadlineExceeded)
			})
		}},
		{"the client leaves", func(t *testing.T) {
			client, leave := context.WithCancel(t.Context())
			within(client, func(ctx context.Context) {
				child, cancel := context.WithCancel(ctx)
				defer cancel()
				leave()
				synctest.Wait()
				expect(t, ctx, context.Canceled)
				expect(t, child, context.Canceled)
			})
		}},
		{"an earlier deadline outside", func(t *testing.T) {
			outer, cancel := context.WithTimeout(t.Context(), time.Millisecond)
			defer cancel()
			within(outer, func(ctx context.Context) {
				want, _ := outer.Deadline()
				if got, ok := ctx.Deadline(); !ok || !got.Equal(want) {
					t.Errorf("Deadline = %v, want %v", got, want)
				}
				<-ctx.Done()
				expect(t, ctx, context.DeadlineExceeded)
			})
		}},
	} {
		t.Run(tc.name, func(t *testing.T) { synctest.Test(t, tc.run) })
	}
}

type key struct{}

func TestStreamOutlivesTheTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gone, leave := context.WithCancel(context.Background())
		values := func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), key{}, "kept")))
			})
		}
		handler := limit.Timeout(time.Minute)(limit.Timeout(time.Second)(values(limit.Stream(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			time.Sleep(time.Hour) // of the bubble's clock
			ctx, cancel := context.WithTimeout(r.Context(), time.Hour)
			defer cancel()
			if err := ctx.Err(); err != nil {
				t.Errorf("after an hour: %v", err)
			}
			if ctx.Value(key{}) != "kept" {
				t.Error("the values of the context are lost")
			}
			leave()
			synctest.Wait()
			if err := ctx.Err(); !errors.Is(err, context.Canceled) {
				t.Errorf("after the client left: %v", err)
			}
		})))))
		handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(gone, http.MethodGet, "/", nil))
	})
}

func TestRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rate := limit.NewRate(10, 3, 100)
		client := netip.MustParseAddr("192.0.2.1")
		allow := func(addr netip.Addr, want bool) {
			t.Helper()
			if ok, retry := rate.Allow(addr); ok != want {
				t.Fatalf("Allow(%v) = %v (retry in %v), want %v", addr, ok, retry, want)
			}
		}
		for range 3 {
			allow(client, true)
		}
		if ok, retry := rate.Allow(client); ok || retry != 100*time.Millisecond {
			t.Fatalf("the fourth of a burst of 3: %v, retry in %v", ok, retry)
		}
		allow(netip.MustParseAddr("192.0.2.2"), true) // nobody else pays
		allow(netip.MustParseAddr("::ffff:192.0.2.1"), false)
		allow(netip.Addr{}, true)

		time.Sleep(100 * time.Millisecond)
		allow(client, true)
		allow(client, false)
		time.Sleep(time.Hour) // unused allowance does not add up
		for range 3 {
			allow(client, true)
		}
		allow(client, false)
	})
}

func TestRateCountsAnIPv6NetworkAsOneClient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rate := limit.NewRate(1, 1, 100)
		if ok, _ := rate.Allow(netip.MustParseAddr("2001:db8:0:1::1")); !ok {
			t.Fatal("the first request is refused")
		}
		if ok, _ := rate.Allow(netip.MustParseAddr("2001:db8:0:1:ffff::9")); ok {
			t.Error("another address of the same /64 has its own allowance")
		}
		if ok, _ := rate.Allow(netip.MustParseAddr("2001:db8:0:2::1")); !ok {
			t.Error("another /64 is refused")
		}
	})
}

func TestRateCountsUsers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rate := limit.NewRate(1, 1, 100)
		for _, id := range []int32{1000, 1001, 1 << 30} {
			if ok, _ := rate.AllowUser(id); !ok {
				t.Errorf("the first request of %d is refused", id)
			}
			if ok, retry := rate.AllowUser(id); ok || retry != time.Second {
				t.Errorf("the second request of %d: %v, retry in %v", id, ok, retry)
			}
		}
	})
}

func TestRateSpend(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rate := limit.NewRate(2, 10, 100)
		check := func(key limit.Key, cost, left int, retry time.Duration, ok bool) {
			t.Helper()
			gotLeft, gotRetry, gotOK := rate.Spend(key, cost)
			if gotLeft != left || gotRetry != retry || gotOK != ok {
				t.Errorf("Spend(%d) = %d, %v, %t, want %d, %v, %t", cost, gotLeft, gotRetry, gotOK, left, retry, ok)
			}
		}
		token, address := limit.NumberKey(1), limit.AddressKey(netip.MustParseAddr("2001:db8::1"))
		check(token, 1, 9, 0, true)
		check(token, 6, 3, 0, true)
		check(token, 0, 3, 0, true)
		check(token, 5, 3, time.Second, false) // nothing is spent
		check(token, 3, 0, 0, true)
		check(address, 1000, 0, 0, true) // no more than all
		check(limit.NumberKey(2), -1, 10, 0, true)
		time.Sleep(time.Second)
		check(token, 1, 1, 0, true)
	})
}

// TestRateUnderFlood sends a million addresses through a table for a thousand: nothing may be allocated, and a flooder who
// goes on meanwhile stays limited.
func TestRateUnderFlood(t *testing.T) {
	rate := limit.NewRate(1, 10, 1000)
	flooder := netip.MustParseAddr("192.0.2.1")
	for range 10 {
		rate.Allow(flooder)
	}
	var n, allowed uint32
	flood := testing.AllocsPerRun(1_000_000, func() {
		n++
		rate.Allow(netip.AddrFrom4([4]byte{10, byte(n >> 16), byte(n >> 8), byte(n)}))
		if ok, _ := rate.Allow(flooder); ok {
			allowed++
		}
	})
	if flood != 0 {
		t.Errorf("%v allocations a request", flood)
	}
	if allowed > 100 { // one a second, with room for a machine on its knees
		t.Errorf("the flooder got %d requests through", allowed)
	}
}

func TestRateHandler(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		handler := limit.NewRate(0.4, 1, 1).Handler(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
		for _, want := range []struct {
			status int
			retry  string
		}{{200, ""}, {429, "3"}} {
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
			if w.Code != want.status || w.Header().Get("Retry-After") != want.retry {
				t.Errorf("%d, Retry-After %q, want %+v", w.Code, w.Header().Get("Retry-After"), want)
			}
		}
	})
}

// addressed is a listener whose connections come from chosen addresses.
type addressed struct {
	from   chan string
	closed chan struct{}
}

func (l *addressed) Accept() (net.Conn, error) {
	select {
	case from := <-l.from:
		ours, theirs := net.Pipe()
		_ = theirs.Close()
		return remoteConn{ours, net.TCPAddrFromAddrPort(netip.MustParseAddrPort(from))}, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}
func (l *addressed) Close() error   { close(l.closed); return nil }
func (l *addressed) Addr() net.Addr { return &net.TCPAddr{} }

type remoteConn struct {
	net.Conn
	remote net.Addr
}

func (c remoteConn) RemoteAddr() net.Addr { return c.remote }

func TestConnsPerAddress(t *testing.T) {
	trusted := netip.MustParseAddr("10.0.0.1")
	conns := limit.NewConns(100, 2, func(a netip.Addr) bool { return a == trusted })
	inner := &addressed{from: make(chan string, 16), closed: make(chan struct{})}
	ln := conns.Listener(inner)
	defer ln.Close()
	for _, from := range []string{"192.0.2.1:1", "192.0.2.1:2", "192.0.2.1:3", "192.0.2.1:4", "192.0.2.2:1"} {
		inner.from <- from
	}
	var open []net.Conn
	accept := func(want string) {
		t.Helper()
		c, err := ln.Accept()
		if err != nil {
			t.Fatal(err)
		}
		if got := c.RemoteAddr().String(); got != want {
			t.Fatalf("accepted %s, want %s", got, want)
		}
		open = append(open, c)
	}
	accept("192.0.2.1:1")
	accept("192.0.2.1:2")
	accept("192.0.2.2:1")
	if conns.Refused() != 2 {
		t.Errorf("refused %d, want 2", conns.Refused())
	}
	for range 2 { // closing twice must free one place only
		_ = open[0].Close()
	}
	inner.from <- "192.0.2.1:5"
	inner.from <- "192.0.2.1:6"
	accept("192.0.2.1:5")
	for _, from := range []string{"10.0.0.1:1", "10.0.0.1:2", "10.0.0.1:3", "127.0.0.1:1", "127.0.0.1:2", "127.0.0.1:3"} {
		inner.from <- from
		accept(from)
	}
	for _, c := range open {
		_ = c.Close()
	}
	if conns.Open() != 0 {
		t.Errorf("%d connections are still counted", conns.Open())
	}
}

func TestConnsOverallLimitWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		conns := limit.NewConns(1, 1, nil)
		inner := &addressed{from: make(chan string, 2), closed: make(chan struct{})}
		ln := conns.Listener(inner)
		inner.from <- "192.0.2.1:1"
		inner.from <- "192.0.2.2:1"
		first, err := ln.Accept()
		if err != nil {
			t.Fatal(err)
		}
		accepted := make(chan error)
		accept := func() {
			_, err := ln.Accept()
			accepted <- err
		}
		go accept()
		synctest.Wait()
		select {
		case err := <-accepted:
			t.Fatalf("accepted beyond the limit: %v", err)
		default:
		}
		_ = first.Close()
		if err := <-accepted; err != nil {
			t.Fatal(err)
		}
		go accept() // full again
		synctest.Wait()
		_ = ln.Close()
		if err := <-accepted; !errors.Is(err, net.ErrClosed) {
			t.Errorf("Accept after Close = %v", err)
		}
	})
}

func BenchmarkRate(b *testing.B) {
	rate := limit.NewRate(1e6, 1000, 1<<14)
	b.ReportAllocs()
	var n uint32
	for b.Loop() {
		n++
		rate.Allow(netip.AddrFrom4([4]byte{10, 0, byte(n >> 8), byte(n)}))
	}
}

func BenchmarkTimeout(b *testing.B) {
	h := limit.Timeout(time.Minute)(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	b.ReportAllocs()
	for b.Loop() {
		h.ServeHTTP(nil, r)
	}
}
