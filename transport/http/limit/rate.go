package limit

import (
	"encoding/binary"
	"hash/maphash"
	"math"
	"net/http"
	"net/netip"
	"strconv"
	"sync"
	"time"

	"github.com/pure-peace/peace/modules/fault"
	"github.com/pure-peace/peace/transport/http/problem"
	"github.com/pure-peace/peace/transport/http/realip"
)

// ErrTooManyRequests is the fault of a client that exceeds a Rate.
var ErrTooManyRequests = fault.New(fault.Exhausted, "http", "too_many_requests", "too many requests, try again later")

// rateWays is how many addresses share a place in the table before one of them is forgotten.
const rateWays = 8

// Rate allows each address so many requests a second, with bursts. An IPv6 client is its /64, the least that is given to
// one customer. It keeps 24 bytes an address in a table of fixed size: under a flood from more addresses than it holds, it
// forgets those closest to a full allowance, so memory never grows and a lone flooder is still held back. That, and one
// table without allocation per address, is why it is not built of x/time/rate limiters. It is safe for concurrent use.
type Rate struct {
	interval int64 // nanoseconds between requests at the steady rate
	window   int64 // nanoseconds of allowance that may be used at once
	start    time.Time
	seed     maphash.Seed
	places   []ratePlace
}

type ratePlace struct {
	mu      sync.Mutex
	entries [rateWays]rateEntry
}

// rateEntry is an address in the generic cell rate algorithm: full is when its whole allowance is back, in nanoseconds
// since the start. An entry in the past says nothing that a fresh one does not.
type rateEntry struct {
	network [16]byte
	full    int64
}

// NewRate returns a Rate of perSecond requests a second and bursts of burst, for at least addresses addresses at a time.
// perSecond is clamped to 0.001…1e6, burst and addresses are at least 1.
func NewRate(perSecond float64, burst, addresses int) *Rate {
	perSecond = min(max(perSecond, 0.001), 1e6)
	interval := int64(float64(time.Second) / perSecond)
	return &Rate{
		interval: interval,
		window:   int64(min(float64(interval)*float64(max(burst, 1)), math.MaxInt64/4)),
		start:    time.Now(),
		seed:     maphash.MakeSeed(), // an attacker must not choose who shares a place with whom
		places:   make([]ratePlace, (max(addresses, 1)+rateWays-1)/rateWays),
	}
}

// Allow counts a request of addr and reports whether it is within the rate; if not, retry says when the next one will be.
// All clients without an address share one allowance.
func (l *Rate) Allow(addr netip.Addr) (ok bool, retry time.Duration) { return l.allow(networkOf(addr)) }

// AllowUser counts a request of an account instead of an address. One Rate counts either accounts or addresses.
func (l *Rate) AllowUser(id int32) (ok bool, retry time.Duration) {
	var network [16]byte
	binary.BigEndian.PutUint32(network[:], uint32(id))
	return l.allow(network)
}

func (l *Rate) allow(network [16]byte) (ok bool, retry time.Duration) {
	_, retry, ok = l.Spend(network, 1)
	return ok, retry
}

// Key is whose allowance a Rate counts. One Rate counts keys of one kind, or of kinds that cannot be equal.
type Key = [16]byte

// AddressKey is the key of an address, or of its network. No address has the key of a number.
func AddressKey(addr netip.Addr) Key { return networkOf(addr) }

// NumberKey is the key of something that has a number, such as a token.
func NumberKey(n int64) Key {
	var key Key
	key[0] = 0xff // ff00::/8 is multicast: nobody comes from there
	binary.BigEndian.PutUint64(key[8:], uint64(n))
	return key
}

// Spend counts cost requests at once, all or none (but no more than the burst, so that something dear is not impossible), and
// tells how many are left; when there were too few, retry says when there will be enough.
func (l *Rate) Spend(key Key, cost int) (left int, retry time.Duration, ok bool) {
	network := key
	price := min(int64(max(cost, 0))*l.interval, l.window)
	now := int64(time.Since(l.start)) + l.window // so that zero entries lie in the past
	hash := maphash.Comparable(l.seed, network)
	place := &l.places[hash%uint64(len(l.places))]

	place.mu.Lock()
	defer place.mu.Unlock()
	entry := &place.entries[0]
	for i := range place.entries {
		e := &place.entries[i]
		if e.network == network && e.full > 0 {
			entry = e
			break
		}
		if e.full < entry.full {
			entry = e
		}
	}
	if entry.network != network || entry.full == 0 {
		*entry = rateEntry{network: network}
	}
	before := max(entry.full, now)
	full := before + price
	if over := full - now - l.window; over > 0 {
		return int((now + l.window - before) / l.interval), time.Duration(over), false
	}
	entry.full = full
	return int((now + l.window - full) / l.interval), 0, true
}

// networkOf returns who shares an allowance with addr, in 16 bytes.
func networkOf(addr netip.Addr) [16]byte {
	network := addr.As16()
	if addr.Is6() && !addr.Is4In6() {
		binary.BigEndian.PutUint64(network[8:], 0)
	}
	return network
}

// Handler answers requests beyond the rate 429 with Retry-After in whole seconds.
func (l *Rate) Handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ok, retry := l.Allow(realip.ClientIP(r.Context()))
		if !ok {
			seconds := (retry + time.Second - 1) / time.Second
			w.Header().Set("Retry-After", strconv.FormatInt(int64(seconds), 10))
			problem.WriteError(w, r, ErrTooManyRequests)
			return
		}
		next.ServeHTTP(w, r)
	})
}
