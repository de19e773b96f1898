package signalr

import (
	"bufio"
	"bytes"
	"net"
	"net/http"
	"sync"
)

const (
	// readAhead is the buffer that an idle connection holds: most of what the game sends fits. What is longer is read past it.
	readAhead = 512

	// passing is for what the WebSocket's own buffers hold for a moment, because they must hold something.
	passing = 16

	// gathered is how much is put together before it is written.
	gathered = 8 << 10
)

// wire is the network under a WebSocket, with buffers that fit connections which are idle nearly always: a small one for what comes,
// and one that is borrowed for what goes. Between begin and flush, what is written is gathered, and leaves in few system calls.
type wire struct {
	net.Conn

	reader *bufio.Reader // of the WebSocket, over this
	ahead  []byte        // of buffer: has come, and was not taken yet
	buffer [readAhead]byte

	mu    sync.Mutex
	batch *[]byte // nil outside of begin and flush
}

// await returns when there is something to read. It is where connections spend their lives: called from as low on the stack as
// possible, it leaves the stack small.
func (w *wire) await() error {
	if w.reader.Buffered() > 0 {
		return nil
	}
	return w.fill()
}

func (w *wire) fill() error {
	if len(w.ahead) > 0 {
		return nil
	}
	n, err := w.Conn.Read(w.buffer[:])
	w.ahead = w.buffer[:n]
	if n > 0 {
		return nil
	}
	return err
}

// Read implements net.Conn.
func (w *wire) Read(p []byte) (int, error) {
	if len(w.ahead) == 0 {
		if len(p) >= readAhead {
			return w.Conn.Read(p)
		}
		if err := w.fill(); err != nil {
			return 0, err
		}
	}
	n := copy(p, w.ahead)
	w.ahead = w.ahead[n:]
	return n, nil
}

// gatherer is the writing side of a wire.
type gatherer struct{ *wire }

var batches = sync.Pool{New: func() any {
	b := make([]byte, 0, gathered)
	return &b
}}

func (w *wire) begin() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.batch = batches.Get().(*[]byte)
}

// flush writes what is left. It must follow every begin.
func (w *wire) flush() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	err := w.empty()
	batches.Put(w.batch)
	w.batch = nil
	return err
}

func (w *wire) empty() error {
	if len(*w.batch) == 0 {
		return nil
	}
	_, err := w.Conn.Write(*w.batch)
	*w.batch = (*w.batch)[:0]
	return err
}

// Write is also called for answers to pings, which come from the goroutine that reads.
func (g gatherer) Write(p []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.batch == nil {
		return g.Conn.Write(p)
	}
	if len(*g.batch)+len(p) > gathered {
		if err := g.empty(); err != nil {
			return 0, err
		}
	}
	if len(p) >= gathered {
		return g.Conn.Write(p)
	}
	*g.batch = append(*g.batch, p...)
	return len(p), nil
}

// slim is the writer of an answer whose connection, when it is taken over, is a wire.
type slim struct {
	http.ResponseWriter
	wire *wire
}

// Hijack implements http.Hijacker.
func (s slim) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buffers, err := http.NewResponseController(s.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	s.wire.Conn = conn
	// A client that does not wait for the answer may have said more already.
	early, err := buffers.Reader.Peek(buffers.Reader.Buffered())
	if err != nil {
		return nil, nil, err
	}
	s.wire.ahead = bytes.Clone(early)
	s.wire.reader = bufio.NewReaderSize(s.wire, passing)
	return s.wire, bufio.NewReadWriter(s.wire.reader, bufio.NewWriterSize(gatherer{s.wire}, passing)), nil
}
