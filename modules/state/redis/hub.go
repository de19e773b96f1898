package redis

import (
	"context"
	"sync"

	"github.com/redis/rueidis"

	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/state/internal/feed"
)

// message is what came over a channel.
type message struct{ channel, payload string }

// hub shares one connection among all that this process listens to. The connection is made when it is first needed. When it is
// lost, everything that came over it ends, and the next who asks gets another.
type hub struct {
	client rueidis.Client
	news   string // the channel that names records with news for a waiting drain

	mu      sync.Mutex
	closed  bool
	line    *line
	waiters map[string]map[chan struct{}]struct{}
	lines   sync.WaitGroup
}

// line is the connection. Its channels are guarded by hub.mu.
type line struct {
	conn     rueidis.DedicatedClient
	channels map[string]*channel
	// Commands are sent by a goroutine: sending waits for the reader, and the reader may wait for hub.mu.
	commands *feed.Feed[rueidis.Completed]
	lost     chan struct{}
}

// channel is a subscription on a line.
type channel struct {
	feeds map[*feed.Feed[message]]struct{}
	ready chan struct{} // closed when Redis has confirmed it
	known bool          // ready is closed
}

func newHub(client rueidis.Client, news string) *hub {
	return &hub{client: client, news: news, waiters: make(map[string]map[chan struct{}]struct{})}
}

// close hangs up for ever and returns when nothing of the hub runs any more.
func (h *hub) close() {
	h.mu.Lock()
	h.closed = true
	l := h.line
	h.mu.Unlock()
	if l != nil {
		l.conn.Close() // waits for the reader, which may wait for mu
	}
	h.lines.Wait()
}

// add subscribes a feed and returns when Redis has confirmed it.
func (h *hub) add(ctx context.Context, names []string, f *feed.Feed[message]) error {
	h.mu.Lock()
	if h.closed {
		h.mu.Unlock()
		return state.ErrClosed
	}
	l := h.connect()
	var ready []chan struct{}
	for _, name := range names {
		c := l.subscribe(name)
		ready = append(ready, c.ready)
		if f != nil {
			c.feeds[f] = struct{}{}
		}
	}
	h.mu.Unlock()
	for _, confirmed := range ready {
		var err error
		select {
		case <-confirmed:
			continue
		case <-l.lost:
			err = errRedis
		case <-ctx.Done():
			err = ctx.Err()
		}
		h.remove(names, f)
		return err
	}
	return nil
}

// remove takes a feed off its channels, and the channels that nobody listens to off the line. One that Redis has not confirmed yet
// stays for the next who wants it.
func (h *hub) remove(names []string, f *feed.Feed[message]) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.line == nil || f == nil {
		return
	}
	for _, name := range names {
		c := h.line.channels[name]
		if c == nil {
			continue
		}
		delete(c.feeds, f)
		if len(c.feeds) == 0 && c.known {
			delete(h.line.channels, name)
			h.line.send(h.line.conn.B().Unsubscribe().Channel(name).Build())
		}
	}
}

// listen returns a channel that is closed when a record has news. stop must be called.
func (h *hub) listen(ctx context.Context, record string) (news <-chan struct{}, stop func(), err error) {
	if err := h.add(ctx, []string{h.news}, nil); err != nil {
		return nil, nil, err
	}
	woken := make(chan struct{})
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.waiters[record] == nil {
		h.waiters[record] = make(map[chan struct{}]struct{})
	}
	h.waiters[record][woken] = struct{}{}
	return woken, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(h.waiters[record], woken)
		if len(h.waiters[record]) == 0 {
			delete(h.waiters, record)
		}
	}, nil
}

// connect returns the line. The caller holds h.mu.
func (h *hub) connect() *line {
	if h.line != nil {
		return h.line
	}
	conn, release := h.client.Dedicate()
	l := &line{
		conn:     conn,
		channels: make(map[string]*channel),
		commands: feed.New[rueidis.Completed](),
		lost:     make(chan struct{}),
	}
	ended := conn.SetPubSubHooks(rueidis.PubSubHooks{
		OnMessage:      func(m rueidis.PubSubMessage) { h.receive(l, m) },
		OnSubscription: func(s rueidis.PubSubSubscription) { h.confirm(l, s) },
	})
	h.line = l
	h.lines.Go(func() {
		<-ended //nolint:errcheck // why does not matter: the line is gone
		h.hangUp(l)
		release()
	})
	h.lines.Go(l.run)
	return l
}

// hangUp ends everything that came over a lost line.
func (h *hub) hangUp(l *line) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.line == l {
		h.line = nil
	}
	close(l.lost)
	for _, c := range l.channels {
		for f := range c.feeds {
			f.End(state.ErrLagged)
		}
	}
	for record := range h.waiters {
		h.wake(record) // they look again, and listen on another line
	}
}

func (h *hub) receive(l *line, m rueidis.PubSubMessage) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if m.Channel == h.news {
		h.wake(m.Message)
		return
	}
	if c := l.channels[m.Channel]; c != nil {
		for f := range c.feeds {
			f.Push(message{m.Channel, m.Message}, len(m.Message))
		}
	}
}

func (h *hub) wake(record string) {
	for woken := range h.waiters[record] {
		close(woken)
	}
	delete(h.waiters, record)
}

func (h *hub) confirm(l *line, s rueidis.PubSubSubscription) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if c := l.channels[s.Channel]; c != nil && s.Kind == "subscribe" && !c.known {
		c.known = true
		close(c.ready)
	}
}

// subscribe returns a channel of the line and asks Redis for it when it is new. The caller holds hub.mu.
func (l *line) subscribe(name string) *channel {
	c := l.channels[name]
	if c == nil {
		c = &channel{feeds: make(map[*feed.Feed[message]]struct{}), ready: make(chan struct{})}
		l.channels[name] = c
		l.send(l.conn.B().Subscribe().Channel(name).Build())
	}
	return c
}

func (l *line) send(command rueidis.Completed) { l.commands.Push(command, 0) }

// run sends the commands of the line until it is lost.
func (l *line) run() {
	ctx := context.Background()
	for {
		commands, err := l.commands.Fetch(ctx, l.lost)
		if err != nil {
			l.conn.Close() // no news in good order any more
			return
		}
		for _, command := range commands {
			if err := l.conn.Do(ctx, command).Error(); err != nil {
				l.conn.Close()
				return
			}
		}
	}
}
