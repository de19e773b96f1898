package limit

import (
	"io"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
)

// Conns bounds the connections of the listeners it wraps, overall and by address. Loopback addresses, peers without an
// address and those that Exempt names have no bound of their own: a proxy carries many clients. It is safe for concurrent
// use, and its memory is bounded by the overall limit.
type Conns struct {
	perAddress int
	exempt     func(netip.Addr) bool
	slots      chan struct{} // one for each open connection and for each Accept that waits
	count      atomic.Int64
	refused    atomic.Uint64

	mu   sync.Mutex
	open map[[16]byte]int // by network, as for Rate
}

// NewConns allows total connections at a time and perAddress from one address (one /64 of IPv6). Both must be positive.
// exempt may be nil.
func NewConns(total, perAddress int, exempt func(netip.Addr) bool) *Conns {
	return &Conns{perAddress: perAddress, exempt: exempt, slots: make(chan struct{}, total), open: map[[16]byte]int{}}
}

// Open returns how many connections are open.
func (c *Conns) Open() int { return int(c.count.Load()) }

// Refused returns how many connections were closed because their address had too many.
func (c *Conns) Refused() uint64 { return c.refused.Load() }

// Listener wraps ln. At the overall limit it stops accepting, so that further clients wait in the kernel's queue; beyond
// the limit of an address it closes the connection at once.
func (c *Conns) Listener(ln net.Listener) net.Listener {
	return &listener{Listener: ln, conns: c, closed: make(chan struct{})}
}

type listener struct {
	net.Listener
	conns  *Conns
	once   sync.Once
	closed chan struct{}
}

// Close also wakes an Accept that waits for a free slot.
func (l *listener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return l.Listener.Close()
}

func (l *listener) Accept() (net.Conn, error) {
	c := l.conns
	for {
		select {
		case c.slots <- struct{}{}:
		case <-l.closed:
			return nil, net.ErrClosed
		}
		raw, err := l.Listener.Accept()
		if err != nil {
			<-c.slots
			return nil, err
		}
		network, counted := c.network(raw.RemoteAddr())
		if counted && !c.enter(network) {
			c.refused.Add(1)
			_ = raw.Close()
			<-c.slots
			continue
		}
		c.count.Add(1)
		return &conn{Conn: raw, release: sync.OnceFunc(func() {
			c.count.Add(-1)
			if counted {
				c.leave(network)
			}
			<-c.slots
		})}, nil
	}
}

func (c *Conns) network(remote net.Addr) (network [16]byte, counted bool) {
	tcp, ok := remote.(*net.TCPAddr)
	if !ok {
		return network, false
	}
	addr := tcp.AddrPort().Addr().Unmap()
	if addr.IsLoopback() || c.exempt != nil && c.exempt(addr) {
		return network, false
	}
	return networkOf(addr), true
}

func (c *Conns) enter(network [16]byte) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.open[network] >= c.perAddress {
		return false
	}
	c.open[network]++
	return true
}

func (c *Conns) leave(network [16]byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.open[network]--; c.open[network] == 0 {
		delete(c.open, network)
	}
}

type conn struct {
	net.Conn
	release func()
}

// ReadFrom and CloseWrite are what net/http looks for in a connection: to let the kernel copy a file to the client, and to
// end an answer without a reset when the client is still sending.

func (c *conn) ReadFrom(r io.Reader) (int64, error) { return io.Copy(c.Conn, r) }

func (c *conn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}

func (c *conn) Close() error {
	defer c.release()
	return c.Conn.Close()
}
