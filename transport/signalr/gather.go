package signalr

import (
	"bufio"
	"net"
	"net/http"
	"sync"
)

const (
	// readAhead is the buffer that an idle connection holds: most of what the game sends fits. What is longer is read past it.
	readAhead = 512

	// headerRoom is for the header of a WebSocket frame, on its way to the gatherer.
	headerRoom = 16

	// gathered is how much is put together before it is written.
	gathered = 8 << 10
)

// gatherer is where the frames of a connection are written: what is written between begin and flush leaves in as few system calls as
// possible, from a buffer that is borrowed for that long. So a connection that is idle holds none.
type gatherer struct {
	conn net.Conn

	mu    sync.Mutex
	batch *[]byte // nil outside of begin and flush
}

var batches = sync.Pool{New: func() any {
	b := make([]byte, 0, gathered)
	return &b
}}

func (g *gatherer) begin() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.batch = batches.Get().(*[]byte)
}

// flush writes what is left. It must follow every begin.
func (g *gatherer) flush() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	err := g.empty()
	batches.Put(g.batch)
	g.batch = nil
	return err
}

func (g *gatherer) empty() error {
	if len(*g.batch) == 0 {
		return nil
	}
	_, err := g.conn.Write(*g.batch)
	*g.batch = (*g.batch)[:0]
	return err
}

// Write is also called for answers to pings, which come from the goroutine that reads.
func (g *gatherer) Write(p []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.batch == nil {
		return g.conn.Write(p)
	}
	if len(*g.batch)+len(p) > gathered {
		if err := g.empty(); err != nil {
			return 0, err
		}
	}
	if len(p) >= gathered {
		return g.conn.Write(p)
	}
	*g.batch = append(*g.batch, p...)
	return len(p), nil
}

// slim is the writer of an answer whose connection, when it is taken over, comes with small buffers.
type slim struct {
	http.ResponseWriter
	out *gatherer
}

// Hijack implements http.Hijacker.
func (s slim) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buffers, err := http.NewResponseController(s.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	s.out.conn = conn
	reader := buffers.Reader
	if reader.Buffered() == 0 { // else the client did not wait for the answer, which none does
		reader = bufio.NewReaderSize(conn, readAhead)
	}
	return conn, bufio.NewReadWriter(reader, bufio.NewWriterSize(s.out, headerRoom)), nil
}
