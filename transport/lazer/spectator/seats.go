package spectator

import (
	"context"
	"encoding/json"
	"slices"
	"sync"
	"time"

	"github.com/pure-peace/peace/transport/lazer"
	"github.com/pure-peace/peace/transport/signalr"
)

// seats know which connection of a user counts: his latest. Processes tell each other when somebody sits down, so that the
// connection that he may have elsewhere does not; at most once, which is enough, for a connection that is gone ends by itself.
type seats struct {
	mu    sync.Mutex
	taken map[int32]seat
	stale map[int32][]*signalr.Conn // have lost their seat, the oldest first
}

type seat struct {
	conn  *signalr.Conn
	since time.Time
}

// seatTopic is the state topic on which sittings are published.
const seatTopic = "lazer.spectator.seat"

// maxStale bounds the connections of a user that have lost their seat and do not go.
const maxStale = 4

// sitting says that a user has sat down.
type sitting struct {
	UserID  int32
	Client  string
	Process string
	At      time.Time
}

// take gives a connection its user's seat.
func (h *Hub) take(ctx context.Context, c *signalr.Conn) {
	s := sitting{c.Identity().UserID, clientOf(c), h.process, time.Now()}
	if old := h.seats.sit(c, s.At); old != nil {
		h.unseat(ctx, old, s.Client)
	}
	payload, err := json.Marshal(s)
	if err == nil {
		err = h.deps.State.Publish(ctx, seatTopic, payload)
	}
	if err != nil {
		h.deps.Log.WarnContext(ctx, "a user's connections elsewhere are not told of his new one", "user", s.UserID, "error", err)
	}
}

// sat hears of somebody who has sat down elsewhere.
func (h *Hub) sat(ctx context.Context, payload []byte) {
	var s sitting
	if err := json.Unmarshal(payload, &s); err != nil || s.Process == h.process {
		return // of another version, or of this hub
	}
	if old := h.seats.clear(s.UserID, s.At); old != nil {
		h.unseat(ctx, old, s.Client)
	}
}

// unseat tells a connection that it does not count any more. That of the same game has been given up by it already; another game is
// to log out, and its play is over. Neither is closed: its calls fail, and it is told nothing more.
func (h *Hub) unseat(ctx context.Context, old *signalr.Conn, client string) {
	old.LeaveAll()
	if who := old.Identity(); who.Client == "" || who.Client != client {
		old.Send(lazer.DisconnectRequested())
		h.drop(ctx, old)
	}
	if oldest := h.seats.retire(old); oldest != nil {
		oldest.Close("", false)
	}
}

// sit gives a connection its user's seat, and returns who had it.
func (s *seats) sit(c *signalr.Conn, now time.Time) (old *signalr.Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.taken == nil {
		s.taken, s.stale = make(map[int32]seat), make(map[int32][]*signalr.Conn)
	}
	user := c.Identity().UserID
	old = s.taken[user].conn
	s.taken[user] = seat{c, now}
	return old
}

// clear empties a user's seat if somebody has sat down elsewhere after who has it, and returns who had it.
func (s *seats) clear(user int32, at time.Time) (old *signalr.Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	taken, ok := s.taken[user]
	if !ok || taken.since.After(at) {
		return nil
	}
	delete(s.taken, user)
	return taken.conn
}

// of returns the connection that has a user's seat, or nil.
func (s *seats) of(user int32) *signalr.Conn {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.taken[user].conn
}

// retire notes that a connection has lost its seat, and returns one that is too many.
func (s *seats) retire(c *signalr.Conn) *signalr.Conn {
	s.mu.Lock()
	defer s.mu.Unlock()
	user := c.Identity().UserID
	s.stale[user] = append(s.stale[user], c)
	if len(s.stale[user]) > maxStale {
		return s.stale[user][0]
	}
	return nil
}

// leave notes that a connection has ended, and tells whether it had its user's seat.
func (s *seats) leave(c *signalr.Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	user := c.Identity().UserID
	if s.taken[user].conn == c {
		delete(s.taken, user)
		return true
	}
	rest := slices.DeleteFunc(s.stale[user], func(other *signalr.Conn) bool { return other == c })
	if s.stale[user] = rest; len(rest) == 0 {
		delete(s.stale, user)
	}
	return false
}
