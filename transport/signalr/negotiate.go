package signalr

import (
	"crypto/rand"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/pure-peace/peace/modules/fault"
	"github.com/pure-peace/peace/transport/http/problem"
)

const (
	// negotiationAge is how long a client may take from the negotiation to the WebSocket.
	negotiationAge = 30 * time.Second

	// maxNegotiated bounds the negotiations that have no connection yet, of everybody and of a user: of those, the oldest goes.
	maxNegotiated       = 1 << 14
	maxNegotiatedOfUser = 8
)

// negotiation is the answer to a client that asks how it can connect. Its token lets a WebSocket in, its id is for everybody to know.
type negotiation struct {
	Version    int         `json:"negotiateVersion"`
	ID         string      `json:"connectionId"`
	Token      string      `json:"connectionToken,omitempty"`
	Transports []transport `json:"availableTransports"`
}

type transport struct {
	Transport string   `json:"transport"`
	Formats   []string `json:"transferFormats"`
}

// webSockets is the only way there is: everything that speaks to hubs today has it.
var webSockets = []transport{{"WebSockets", []string{"Text", "Binary"}}}

func (h *Hub) negotiate(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Cache-Control", "no-store")
	version := 0
	if text := r.URL.Query().Get("negotiateVersion"); text != "" {
		var err error
		if version, err = strconv.Atoi(text); err != nil {
			answer(w, map[string]string{"error": "The client requested a non-integer protocol version."})
			return
		}
	}
	who, ok := h.authenticate(w, r)
	if !ok {
		return
	}
	if h.full(who.UserID) {
		unavailable(w)
		return
	}
	n := negotiation{Version: min(max(version, 0), 1), ID: rand.Text(), Token: rand.Text(), Transports: webSockets}
	if !h.pending.put(n.Token, n.ID, who, time.Now()) {
		unavailable(w)
		return
	}
	if n.Version == 0 { // one id for both ends, and so a secret one
		n.ID, n.Token = n.Token, ""
	}
	answer(w, n)
}

func answer(w http.ResponseWriter, body any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(body) // the client is gone
}

func unavailable(w http.ResponseWriter) {
	w.Header().Set("Retry-After", "5")
	http.Error(w, "The server takes no further connections at the moment.", http.StatusServiceUnavailable)
}

// authenticate returns whose request it is, or answers it.
func (h *Hub) authenticate(w http.ResponseWriter, r *http.Request) (Identity, bool) {
	who, err := h.options.Authenticate(r, bearer(r))
	if err == nil {
		return who, true
	}
	if fault.KindOf(err) == fault.Unauthenticated {
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	problem.WriteError(w, r, err)
	return Identity{}, false
}

// bearer returns the token of a request. In the query is where programs in browsers put it, which cannot set headers of WebSockets.
func bearer(r *http.Request) string {
	if scheme, token, ok := strings.Cut(r.Header.Get("Authorization"), " "); ok && strings.EqualFold(scheme, "Bearer") {
		return strings.TrimSpace(token)
	}
	return r.URL.Query().Get("access_token")
}

// negotiated are the negotiations that no WebSocket has followed yet.
type negotiated struct {
	mu     sync.Mutex
	tokens map[string]invitation
	order  []string           // tokens, the oldest first; some may be gone
	ofUser map[int32][]string // the oldest first
}

type invitation struct {
	id   string
	who  Identity
	made time.Time
}

func (n *negotiated) put(token, id string, who Identity, now time.Time) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.tokens == nil {
		n.tokens, n.ofUser = make(map[string]invitation), make(map[int32][]string)
	}
	n.expire(now)
	if of := n.ofUser[who.UserID]; len(of) >= maxNegotiatedOfUser {
		n.drop(of[0])
	}
	if len(n.tokens) >= maxNegotiated {
		return false
	}
	n.tokens[token] = invitation{id, who, now}
	n.ofUser[who.UserID] = append(n.ofUser[who.UserID], token)
	n.order = append(n.order, token)
	return true
}

// take returns what was put, once.
func (n *negotiated) take(token string, now time.Time) (invitation, bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.expire(now)
	i, ok := n.tokens[token]
	if ok {
		n.drop(token)
	}
	return i, ok
}

// tidy forgets what is too old.
func (n *negotiated) tidy(now time.Time) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.expire(now)
}

// expire and drop are called with the lock held; drop for a token that is there.
func (n *negotiated) expire(now time.Time) {
	gone := 0
	for _, token := range n.order {
		i, ok := n.tokens[token]
		if ok && now.Sub(i.made) < negotiationAge {
			break
		}
		if ok {
			n.drop(token)
		}
		gone++
	}
	if n.order = n.order[gone:]; len(n.order) == 0 {
		n.order = nil
	}
	if len(n.order) > 2*maxNegotiated { // mostly of those that are gone
		n.order = slices.DeleteFunc(n.order, func(token string) bool { _, ok := n.tokens[token]; return !ok })
	}
}

func (n *negotiated) drop(token string) {
	user := n.tokens[token].who.UserID
	delete(n.tokens, token)
	rest := slices.DeleteFunc(n.ofUser[user], func(other string) bool { return other == token })
	if n.ofUser[user] = rest; len(rest) == 0 {
		delete(n.ofUser, user)
	}
}
