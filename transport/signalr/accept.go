package signalr

import (
	"crypto/rand"
	"net/http"
	"time"

	"github.com/coder/websocket"
)

// accept takes a WebSocket: of a client that has negotiated, or of one that knows what it wants and has not.
func (h *Hub) accept(w http.ResponseWriter, r *http.Request) {
	who, ok := h.authenticate(w, r)
	if !ok {
		return
	}
	if h.full(who.UserID) {
		unavailable(w)
		return
	}
	id := rand.Text()
	if token := r.URL.Query().Get("id"); token != "" {
		invitation, ok := h.pending.take(token, time.Now())
		switch {
		case !ok:
			http.Error(w, "No Connection with that ID", http.StatusNotFound)
			return
		case invitation.who.UserID != who.UserID:
			http.Error(w, "This connection was negotiated by somebody else.", http.StatusForbidden)
			return
		}
		id = invitation.id
	}
	c := newConn(h, id, who)
	ws, err := websocket.Accept(slim{w, &c.wire}, r, &websocket.AcceptOptions{
		CompressionMode: websocket.CompressionDisabled,
		// A page of another site cannot make use of this: it would need the token, which no browser sends by itself.
		InsecureSkipVerify: true,
	})
	if err != nil {
		return // and answered
	}
	ws.SetReadLimit(-1) // messages of the hub have their own limit, and may be cut anywhere
	c.ws = ws
	if !h.add(c) {
		_ = ws.Close(websocket.StatusTryAgainLater, "")
		return
	}
	// The connection gets a goroutine of its own, so that this one, and all that belongs to the request, is free.
	go c.serve()
}
