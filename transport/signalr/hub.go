package signalr

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/pure-peace/peace/transport/signalr/protocol"
)

// Hub is a hub with its connections. It is safe for concurrent use; make one with New.
type Hub struct {
	config  Config
	options Options
	methods map[string]*Method // by name, and by name in lower case
	pending negotiated
	ping    []byte
	epoch   time.Time // what ages are measured from

	mu       sync.RWMutex
	conns    map[*Conn]struct{}
	groups   map[string]map[*Conn]struct{}
	users    map[int32][]*Conn
	draining bool

	running sync.WaitGroup // goroutines of connections
}

// New returns a hub with its methods. It starts nothing, but needs Run for everything that is about time.
func New(config Config, options Options, methods ...Method) (*Hub, error) {
	if err := config.Validate(); err != nil {
		return nil, err
	}
	if options.Name == "" || options.Protocol == nil || options.Authenticate == nil || options.Log == nil {
		return nil, errors.New("signalr: Options need Name, Protocol, Authenticate and Log")
	}
	if options.Explain == nil {
		options.Explain = Explain
	}
	h := &Hub{
		config:  config,
		options: options,
		methods: make(map[string]*Method, 2*len(methods)),
		ping:    protocol.Whole(options.Protocol, protocol.Message{Type: protocol.Ping}),
		epoch:   time.Now(),
		conns:   make(map[*Conn]struct{}),
		groups:  make(map[string]map[*Conn]struct{}),
		users:   make(map[int32][]*Conn),
	}
	for i := range methods {
		m := &methods[i]
		folded := strings.ToLower(m.name)
		if h.methods[folded] != nil {
			return nil, fmt.Errorf("signalr: hub %s has two methods %s", options.Name, m.name)
		}
		h.methods[folded], h.methods[m.name] = m, m
	}
	return h, nil
}

// method finds the method that a client calls target.
func (h *Hub) method(target []byte) *Method {
	if m := h.methods[string(target)]; m != nil {
		return m
	}
	return h.methods[strings.ToLower(string(target))]
}

// ServeHTTP answers negotiations (POST …/negotiate) and takes WebSockets (GET) at whatever path it is mounted.
func (h *Hub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch negotiation := strings.HasSuffix(r.URL.Path, "/negotiate"); {
	case negotiation && r.Method == http.MethodPost:
		h.negotiate(w, r)
	case !negotiation && r.Method == http.MethodGet:
		h.accept(w, r)
	default:
		if negotiation {
			w.Header().Set("Allow", http.MethodPost)
		} else {
			w.Header().Set("Allow", http.MethodGet)
		}
		http.Error(w, "This is a SignalR hub.", http.StatusMethodNotAllowed)
	}
}

// since returns the time of the hub's clock.
func (h *Hub) since() time.Duration { return time.Since(h.epoch) }

// Count returns how many connections there are, those included that are still shaking hands.
func (h *Hub) Count() int {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return len(h.conns)
}

// Send sends m to all connections.
func (h *Hub) Send(m Message) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	for c := range h.conns {
		c.Send(m)
	}
}

// Connections returns those that there are at the moment, those included that are still shaking hands.
func (h *Hub) Connections() []*Conn {
	h.mu.RLock()
	defer h.mu.RUnlock()
	list := make([]*Conn, 0, len(h.conns))
	for c := range h.conns {
		list = append(list, c)
	}
	return list
}

// Of returns the connections of a user, the oldest first.
func (h *Hub) Of(userID int32) []*Conn {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return slices.Clone(h.users[userID])
}

// SendTo sends m to all connections of a user.
func (h *Hub) SendTo(userID int32, m Message) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	for _, c := range h.users[userID] {
		c.Send(m)
	}
}

// Group is a set of connections under a name. It is there as long as somebody is in it.
type Group struct {
	hub  *Hub
	name string
}

// Group returns the group of a name, which Conn.Join puts connections into.
func (h *Hub) Group(name string) Group { return Group{h, name} }

// Send sends m to all of the group.
func (g Group) Send(m Message) {
	g.hub.mu.RLock()
	defer g.hub.mu.RUnlock()
	for c := range g.hub.groups[g.name] {
		c.Send(m)
	}
}

// SendExcept sends m to all of the group but one.
func (g Group) SendExcept(except *Conn, m Message) {
	g.hub.mu.RLock()
	defer g.hub.mu.RUnlock()
	for c := range g.hub.groups[g.name] {
		if c != except {
			c.Send(m)
		}
	}
}

// Size returns how many connections are in the group.
func (g Group) Size() int {
	g.hub.mu.RLock()
	defer g.hub.mu.RUnlock()
	return len(g.hub.groups[g.name])
}

// Connections returns those of the group.
func (g Group) Connections() []*Conn {
	g.hub.mu.RLock()
	defer g.hub.mu.RUnlock()
	list := make([]*Conn, 0, len(g.hub.groups[g.name]))
	for c := range g.hub.groups[g.name] {
		list = append(list, c)
	}
	return list
}

// add takes a connection in, unless the hub is full or draining. Of a user who has too many, the oldest one goes.
func (h *Hub) add(c *Conn) bool {
	h.mu.Lock()
	if h.fullLocked(c.user) {
		h.mu.Unlock()
		return false
	}
	var oldest *Conn
	if of := h.users[c.user]; len(of) >= maxOfUser {
		oldest = of[len(of)-maxOfUser]
	}
	h.conns[c] = struct{}{}
	h.users[c.user] = append(h.users[c.user], c)
	h.running.Add(1)
	h.mu.Unlock()
	h.options.Metrics.opened(h)
	if oldest != nil {
		oldest.Close("", false)
	}
	return true
}

// maxOfUser bounds the connections of a user. The game has one for each hub, and a few that are gone without a word.
const maxOfUser = 16

// maxWithEnding bounds them together with those that are being closed: a client that does not go when it is told to gets no more.
const maxWithEnding = 4 * maxOfUser

func (h *Hub) remove(c *Conn) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.conns, c)
	if rest := slices.DeleteFunc(h.users[c.user], func(other *Conn) bool { return other == c }); len(rest) > 0 {
		h.users[c.user] = rest
	} else {
		delete(h.users, c.user)
	}
	for _, group := range c.groups {
		h.leave(c, group)
	}
	c.groups = nil
}

// join and leave are called with the lock held.
func (h *Hub) join(c *Conn, group string) {
	members := h.groups[group]
	if members == nil {
		members = make(map[*Conn]struct{})
		h.groups[group] = members
	}
	members[c] = struct{}{}
}

func (h *Hub) leave(c *Conn, group string) {
	members := h.groups[group]
	delete(members, c)
	if len(members) == 0 {
		delete(h.groups, group)
	}
}

// full tells whether another connection of a user would be refused.
func (h *Hub) full(user int32) bool {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return h.fullLocked(user)
}

// fullLocked is called with the lock held.
func (h *Hub) fullLocked(user int32) bool {
	return h.draining || len(h.conns) >= h.config.MaxConnections || len(h.users[user]) >= maxWithEnding
}

// Draining tells whether Drain has begun.
func (h *Hub) Draining() bool {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return h.draining
}

// tick is how often Run looks after the connections.
const tick = time.Second

// Run sends pings and ends what has timed out, until ctx ends. Connections outlive it: see Drain and Close.
func (h *Hub) Run(ctx context.Context) error {
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
			h.pending.tidy(time.Now())
			for _, c := range h.Connections() {
				c.look(h.since())
			}
		}
	}
}

// Drain takes no further connections, says farewell to those that there are, closes each as soon as the call that it is in has been
// answered, and waits for them until ctx ends. Clients come back at once, and find another process, or this one's successor.
// Connections that are held are closed when they are released, or shortly before the deadline of ctx. What is left when ctx ends is
// cut off.
func (h *Hub) Drain(ctx context.Context) error {
	h.mu.Lock()
	h.draining = true
	h.mu.Unlock()
	h.Send(h.options.Farewell)
	for _, c := range h.Connections() {
		c.leave(false)
	}
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		h.running.Wait()
	}()
	var patience <-chan time.Time // for those that are held
	if deadline, ok := ctx.Deadline(); ok {
		left := time.Until(deadline)
		timer := time.NewTimer(left - min(left/4, grace/2))
		defer timer.Stop()
		patience = timer.C
	}
	select {
	case <-gone:
		return nil
	case <-patience:
		for _, c := range h.Connections() {
			c.leave(true)
		}
	case <-ctx.Done():
	}
	select {
	case <-gone:
	case <-ctx.Done():
		h.cut()
		<-gone
	}
	return nil
}

// Close cuts all connections off, and waits for their goroutines.
func (h *Hub) Close() error {
	h.mu.Lock()
	h.draining = true
	h.mu.Unlock()
	h.cut()
	h.running.Wait()
	return nil
}

func (h *Hub) cut() {
	for _, c := range h.Connections() {
		c.cut(causeServer)
	}
}
