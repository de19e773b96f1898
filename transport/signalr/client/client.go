// Package client is the client's half of SignalR hubs: it negotiates, connects, calls methods and is called, for tests, emulators
// and load. It behaves like the library of Microsoft that osu!lazer uses. Whether and when to connect anew is the caller's affair.
//
//	conn, err := client.Dial(ctx, client.Options{
//		URL: "https://osu.example.com/signalr/spectator", Token: token, Protocol: protocol.MessagePack,
//		Handlers: []client.Handler{
//			client.On1("UserEndedWatching", msgp.ReadInt32Bytes, func(id int32) { … }),
//		},
//	})
//	err = conn.Invoke(ctx, "StartWatchingUser", client.Arg(msgp.AppendInt32, 1000))
//	updates, err := client.Call(ctx, conn, "GetChangesSince", hubs.Read[hubs.BeatmapUpdates], client.Arg(msgp.AppendInt32, 5))
package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"

	"github.com/coder/websocket"

	"github.com/pure-peace/peace/transport/signalr/protocol"
)

// Options say what to connect to, and as whom. URL and Protocol are required.
type Options struct {
	URL      string // of the hub, http or https
	Protocol protocol.Protocol
	Token    string       // bearer token; "" for none
	Header   http.Header  // of the negotiation and the WebSocket, besides the token
	HTTP     *http.Client // nil for http.DefaultClient; its Timeout must be 0

	// Direct connects without negotiating.
	Direct bool

	// Handlers are called by the server. Unhandled, if not nil, hears of calls that have none, or whose arguments do not fit.
	Handlers  []Handler
	Unhandled func(target string, arguments []byte)

	KeepAlive     time.Duration // between pings; 0 means 15 s, below 0 means never
	ServerTimeout time.Duration // silence of the server after which it is gone; 0 means 30 s
}

const (
	keepAlive        = 15 * time.Second
	serverTimeout    = 30 * time.Second
	handshakeTimeout = 15 * time.Second
	maxMessage       = 16 << 20
)

// ErrClosed is the failure of calls on a connection that Close has ended.
var ErrClosed = errors.New("signalr client: the connection is closed")

// RefusedError is an HTTP status in place of a negotiation or a WebSocket.
type RefusedError struct {
	Status int
	Body   string
}

func (e *RefusedError) Error() string {
	return fmt.Sprintf("signalr client: status %d: %s", e.Status, e.Body)
}

// HandshakeError is a handshake that the server refused.
type HandshakeError struct{ Text string }

func (e *HandshakeError) Error() string { return "signalr client: handshake refused: " + e.Text }

// CloseError is a Close message of the server.
type CloseError struct {
	Text      string // "" when nothing is wrong
	Reconnect bool
}

func (e *CloseError) Error() string {
	return fmt.Sprintf("signalr client: closed by the server (%q, reconnect %t)", e.Text, e.Reconnect)
}

// CallError is a call that failed on the server.
type CallError struct{ Text string }

func (e *CallError) Error() string { return e.Text }

// Conn is a connection to a hub. It is safe for concurrent use.
type Conn struct {
	options Options
	ws      *websocket.Conn
	id      string
	rest    []byte // what came behind the handshake

	done    chan struct{}
	pinging sync.WaitGroup

	mu       sync.Mutex
	err      error // why it ended
	last     uint64
	pending  map[string]*call
	handlers map[string]Handler
	closing  bool
}

// call is a call that waits for the server.
type call struct {
	answers chan protocol.Message // buffered; closed with the connection
	stream  bool
}

// Dial connects. ctx bounds that, and not the connection.
func Dial(ctx context.Context, options Options) (*Conn, error) {
	if options.HTTP == nil {
		options.HTTP = http.DefaultClient
	}
	if options.KeepAlive == 0 {
		options.KeepAlive = keepAlive
	}
	if options.ServerTimeout == 0 {
		options.ServerTimeout = serverTimeout
	}
	address, err := url.Parse(options.URL)
	if err != nil {
		return nil, err
	}
	header := options.Header.Clone()
	if header == nil {
		header = make(http.Header)
	}
	if options.Token != "" {
		header.Set("Authorization", "Bearer "+options.Token)
	}
	c := &Conn{options: options, done: make(chan struct{}), pending: make(map[string]*call), handlers: make(map[string]Handler)}
	for _, h := range options.Handlers {
		c.handlers[h.target] = h
	}
	if !options.Direct {
		var token string
		if c.id, token, err = negotiate(ctx, options.HTTP, address, header); err != nil {
			return nil, err
		}
		query := address.Query()
		query.Set("id", token)
		address.RawQuery = query.Encode()
	}
	//nolint:bodyclose // refused closes the body; that of a WebSocket is none
	ws, response, err := websocket.Dial(ctx, address.String(), &websocket.DialOptions{
		HTTPClient: options.HTTP, HTTPHeader: header, CompressionMode: websocket.CompressionDisabled,
	})
	if err != nil {
		if response != nil {
			return nil, refused(response)
		}
		return nil, err
	}
	ws.SetReadLimit(-1)
	c.ws = ws
	if err := c.shake(ctx); err != nil {
		_ = ws.CloseNow()
		return nil, err
	}
	if options.KeepAlive > 0 {
		c.pinging.Go(c.ping)
	}
	go c.read()
	return c, nil
}

// negotiate asks how to connect.
func negotiate(ctx context.Context, client *http.Client, hub *url.URL, header http.Header) (id, token string, err error) {
	address := *hub
	address.Path += "/negotiate"
	query := address.Query()
	query.Set("negotiateVersion", "1")
	address.RawQuery = query.Encode()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address.String(), http.NoBody)
	if err != nil {
		return "", "", err
	}
	r.Header = header.Clone()
	r.Header.Set("X-Requested-With", "XMLHttpRequest")
	response, err := client.Do(r)
	if err != nil {
		return "", "", err
	}
	if response.StatusCode != http.StatusOK {
		return "", "", refused(response)
	}
	defer func() { _ = response.Body.Close() }()
	var answer struct {
		ConnectionID    string
		ConnectionToken string
		Error           string
	}
	if err := json.NewDecoder(io.LimitReader(response.Body, 64<<10)).Decode(&answer); err != nil {
		return "", "", fmt.Errorf("signalr client: negotiation: %w", err)
	}
	if answer.Error != "" {
		return "", "", errors.New("signalr client: negotiation: " + answer.Error)
	}
	return answer.ConnectionID, answer.ConnectionToken, nil
}

func refused(response *http.Response) error {
	defer func() { _ = response.Body.Close() }()
	body, _ := io.ReadAll(io.LimitReader(response.Body, 1<<10))
	return &RefusedError{response.StatusCode, string(body)}
}

// shake says which protocol will be spoken.
func (c *Conn) shake(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, handshakeTimeout)
	defer cancel()
	hello := protocol.Handshake{Protocol: c.options.Protocol.Name(), Version: protocol.Version}
	if err := c.ws.Write(ctx, c.kind(), hello.Frame()); err != nil {
		return err
	}
	for {
		_, data, err := c.ws.Read(ctx)
		if err != nil {
			return err
		}
		c.rest = append(c.rest, data...)
		message, rest, err := protocol.SplitHandshake(c.rest, maxMessage)
		if errors.Is(err, protocol.ErrShort) {
			continue
		}
		if err != nil {
			return err
		}
		refusal, err := protocol.ParseWelcome(message)
		if err != nil {
			return err
		}
		if refusal != "" {
			return &HandshakeError{refusal}
		}
		c.rest = rest
		return nil
	}
}

func (c *Conn) kind() websocket.MessageType {
	if c.options.Protocol.Text() {
		return websocket.MessageText
	}
	return websocket.MessageBinary
}

// ID returns the public name of the connection; "" when it was not negotiated.
func (c *Conn) ID() string { return c.id }

// Done is closed when the connection has ended.
func (c *Conn) Done() <-chan struct{} { return c.done }

// Err says why the connection ended: a *CloseError when the server said so, ErrClosed after Close, and otherwise what became of the
// network. nil while it is there.
func (c *Conn) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}

// Close ends the connection, on purpose, and waits for that.
func (c *Conn) Close() {
	c.mu.Lock()
	c.closing = true
	c.mu.Unlock()
	_ = c.ws.Close(websocket.StatusNormalClosure, "")
	<-c.done
}

// Cut ends the connection as the loss of the network would.
func (c *Conn) Cut() {
	c.mu.Lock()
	c.closing = true
	c.mu.Unlock()
	_ = c.ws.CloseNow()
	<-c.done
}

// read takes what the server says, until it is over.
func (c *Conn) read() {
	err := c.listen()
	c.mu.Lock()
	if c.closing {
		err = ErrClosed
	}
	c.err = err
	for id, waiting := range c.pending {
		close(waiting.answers)
		delete(c.pending, id)
	}
	c.mu.Unlock()
	if e := (*CloseError)(nil); errors.As(err, &e) {
		_ = c.ws.Close(websocket.StatusNormalClosure, "")
	}
	_ = c.ws.CloseNow()
	close(c.done)
	c.pinging.Wait()
}

func (c *Conn) listen() error {
	input := c.rest
	c.rest = nil
	for {
		for {
			message, rest, err := c.options.Protocol.Split(input, maxMessage)
			if errors.Is(err, protocol.ErrShort) {
				break
			}
			if err != nil {
				return err
			}
			input = rest
			if err := c.receive(message); err != nil {
				return err
			}
		}
		ctx, cancel := context.WithTimeout(context.Background(), c.options.ServerTimeout)
		_, data, err := c.ws.Read(ctx)
		cancel()
		if err != nil {
			return err
		}
		input = append(input[:len(input):len(input)], data...)
	}
}

func (c *Conn) receive(message []byte) error {
	m, err := c.options.Protocol.Parse(message)
	if err != nil {
		return err
	}
	switch m.Type {
	case protocol.Invocation:
		c.mu.Lock()
		h, ok := c.handlers[string(m.Target)]
		c.mu.Unlock()
		if (!ok || !h.call(c.options.Protocol, m)) && c.options.Unhandled != nil {
			c.options.Unhandled(string(m.Target), m.Body)
		}
	case protocol.Completion, protocol.StreamItem:
		c.mu.Lock()
		defer c.mu.Unlock()
		waiting := c.pending[string(m.ID)]
		if waiting == nil || m.Type == protocol.StreamItem && !waiting.stream {
			return nil
		}
		select {
		case waiting.answers <- m:
		default:
			return errors.New("signalr client: a stream is not taken")
		}
		if m.Type == protocol.Completion {
			delete(c.pending, string(m.ID))
			close(waiting.answers)
		}
	case protocol.Close:
		return &CloseError{m.Error, m.Reconnect}
	}
	return nil
}

func (c *Conn) ping() {
	ping := protocol.Whole(c.options.Protocol, protocol.Message{Type: protocol.Ping})
	ticker := time.NewTicker(c.options.KeepAlive)
	defer ticker.Stop()
	for {
		select {
		case <-c.done:
			return
		case <-ticker.C:
			_ = c.write(context.Background(), ping) // a dead connection is noticed where it is read
		}
	}
}

// Write sends bytes as they are, in one message of the WebSocket: what a client of a library cannot do, and a test must.
func (c *Conn) Write(ctx context.Context, frame []byte) error { return c.write(ctx, frame) }

// write is not interrupted by ctx, for half a message would be the end of the connection.
func (c *Conn) write(ctx context.Context, frame []byte) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.options.ServerTimeout)
	defer cancel()
	return c.ws.Write(ctx, c.kind(), frame)
}

// start sends a call and notes that it waits.
func (c *Conn) start(ctx context.Context, kind protocol.Type, target string, args []Argument) (string, *call, error) {
	c.mu.Lock()
	if c.err != nil {
		c.mu.Unlock()
		return "", nil, c.err
	}
	c.last++
	id := strconv.FormatUint(c.last, 10)
	waiting := &call{answers: make(chan protocol.Message, 1)}
	if kind == protocol.StreamInvocation {
		waiting = &call{answers: make(chan protocol.Message, maxAhead), stream: true}
	}
	c.pending[id] = waiting
	c.mu.Unlock()
	if err := c.write(ctx, encode(c.options.Protocol, kind, []byte(id), target, args)); err != nil {
		c.forget(id)
		return "", nil, err
	}
	return id, waiting, nil
}

func (c *Conn) forget(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.pending, id)
}

// maxAhead is how many items of a stream wait for who ranges over it.
const maxAhead = 4096
