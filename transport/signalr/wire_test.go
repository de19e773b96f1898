package signalr_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/coder/websocket"
	"github.com/tinylib/msgp/msgp"

	"github.com/pure-peace/peace/modules/fault"
	"github.com/pure-peace/peace/transport/signalr"
	"github.com/pure-peace/peace/transport/signalr/client"
	"github.com/pure-peace/peace/transport/signalr/protocol"
)

// raw is a client that sends what it likes.
type raw struct {
	t   testing.TB
	ws  *websocket.Conn
	got []byte // what came and was not looked at
}

// open connects without a handshake.
func (h *host) open(t testing.TB, token string) *raw {
	t.Helper()
	ws, _, err := websocket.Dial(t.Context(), h.url, &websocket.DialOptions{
		HTTPClient: h.client, HTTPHeader: http.Header{"Authorization": {"Bearer " + token}},
	})
	if err != nil {
		t.Fatal(err)
	}
	ws.SetReadLimit(-1)
	t.Cleanup(func() { _ = ws.CloseNow() })
	return &raw{t: t, ws: ws}
}

const hello = "{\"protocol\":\"messagepack\",\"version\":1}\x1e"

// greet opens a connection and shakes hands.
func (h *host) greet(t testing.TB, token string) *raw {
	t.Helper()
	r := h.open(t, token)
	r.send(hello)
	r.gets("{}\x1e")
	return r
}

func (r *raw) send(data string) {
	r.t.Helper()
	if err := r.ws.Write(r.t.Context(), websocket.MessageBinary, []byte(data)); err != nil {
		r.t.Fatal(err)
	}
}

// gets waits for these bytes.
func (r *raw) gets(want string) {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), patience)
	defer cancel()
	for len(r.got) < len(want) {
		_, data, err := r.ws.Read(ctx)
		if err != nil {
			r.t.Fatalf("got %q and %v, want %q", r.got, err, want)
		}
		r.got = append(r.got, data...)
	}
	if !bytes.HasPrefix(r.got, []byte(want)) {
		r.t.Fatalf("got %q, want %q", r.got, want)
	}
	r.got = r.got[len(want):]
}

// ends waits for the end, and returns what came before.
func (r *raw) ends() string {
	ctx, cancel := context.WithTimeout(r.t.Context(), patience)
	defer cancel()
	for {
		_, data, err := r.ws.Read(ctx)
		if err != nil {
			if errors.Is(err, context.DeadlineExceeded) {
				r.t.Error("the connection stays")
			}
			return string(r.got)
		}
		r.got = append(r.got, data...)
	}
}

func frame(m protocol.Message) string { return string(protocol.Whole(protocol.MessagePack, m)) }

func call(id, target string, count int, body string) string {
	m := protocol.Message{Type: protocol.Invocation, Target: []byte(target), Count: count, Body: []byte(body)}
	if id != "" {
		m.ID = []byte(id)
	}
	return frame(m)
}

func void(id string) string {
	return frame(protocol.Message{Type: protocol.Completion, ID: []byte(id), Result: protocol.Void})
}

func failed(id, text string) string {
	return frame(protocol.Message{Type: protocol.Completion, ID: []byte(id), Result: protocol.Failed, Error: text})
}

func closed(text string, reconnect bool) string {
	return frame(protocol.Message{Type: protocol.Close, Error: text, Reconnect: reconnect})
}

// Messages of the hub and of the WebSocket have nothing to do with each other.
func TestFraming(t *testing.T) {
	h := serve(t, nil)
	r := h.greet(t, "one")
	three := call("1", "Nothing", 0, "") + "\x02\x91\x06" + call("2", "Nothing", 0, "") + call("", "Nothing", 0, "") + call("3", "Nothing", 0, "")
	r.send(three) // several in one
	r.gets(void("1") + void("2") + void("3"))
	for i := range len(three) { // one in several
		r.send(three[i : i+1])
	}
	r.gets(void("1") + void("2") + void("3"))
	r.send("") // none in one
	r.send(hello[:0])
	// The handshake may come with what follows it, and in pieces.
	r = h.open(t, "one")
	r.send(hello[:10])
	r.send(hello[10:] + call("1", "Nothing", 0, ""))
	r.gets("{}\x1e" + void("1"))
	// Fragments of a message of the WebSocket.
	w, err := r.ws.Writer(t.Context(), websocket.MessageBinary)
	if err != nil {
		t.Fatal(err)
	}
	for i := range len(three) {
		if _, err := w.Write([]byte(three[i : i+1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	r.gets(void("1") + void("2") + void("3"))
	// The longest message that is allowed, and what is behind it.
	text := strings.Repeat("x", 32<<10-100)
	r.send(call("1", "Note", 1, string(msgp.AppendString(nil, text))) + three)
	r.gets(void("1") + void("1") + void("2") + void("3"))
	if got := receive(t, h.seen); got != text {
		t.Errorf("%d bytes arrived as %d", len(text), len(got))
	}
}

// What is no message ends the connection; what is one that makes no sense does not.
func TestNonsense(t *testing.T) {
	h := serve(t, nil)
	unhex := func(text string) string {
		b, err := hex.DecodeString(strings.ReplaceAll(text, " ", ""))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	for name, sent := range map[string]string{
		"a length of 6 bytes":     unhex("ff ff ff ff ff 01"),
		"2 GiB":                   unhex("ff ff ff ff 07"),
		"over the limit":          unhex("81 80 02"),
		"nothing":                 unhex("00"),
		"text":                    unhex("05") + "hello",
		"an invocation too short": unhex("04 93 01 80 c0"),
		"a million headers":       unhex("09 96 01 df 000f4240 c0 c0"),
		"too many arguments":      unhex("0b 96 01 80 c0 a1 6d dd ffffffff"),
		"a completion of nothing": unhex("07 95 03 80 a1 31 09 c0"),
	} {
		r := h.greet(t, "one")
		r.send(sent)
		if got := r.ends(); got != closed("Connection closed with an error.", false) {
			t.Errorf("%s: %q", name, got)
		}
		if got := receive(t, h.ended); got != "1 false" {
			t.Errorf("%s: %q", name, got)
		}
	}
	r := h.greet(t, "one")
	for name, sent := range map[string]string{
		"a result that nobody asked for": void("17"),
		"an item of no stream":           frame(protocol.Message{Type: protocol.StreamItem, ID: []byte("1"), Body: []byte{1}}),
		"the end of no stream":           frame(protocol.Message{Type: protocol.CancelInvocation, ID: []byte("1")}),
		"a message of the future":        unhex("04 92 63 91 01"),
		"a sequence number":              unhex("03 92 09 05"),
		"a method that is not there":     call("", "Missing", 0, ""),
		"arguments that are not there":   call("", "Double", 1, ""),
	} {
		r.send(sent + call("1", "Nothing", 0, ""))
		r.gets(void("1"))
		_ = name
	}
	bind := "Failed to invoke 'Double' due to an error on the server."
	for name, test := range map[string]struct{ sent, text string }{
		"too few":      {call("1", "Double", 0, ""), bind},
		"too many":     {call("1", "Double", 2, "\x01\x02"), bind},
		"wrong type":   {call("1", "Double", 1, "\xa1x"), bind},
		"null":         {call("1", "Double", 1, "\xc0"), bind},
		"none":         {call("1", "Double", 1, ""), bind},
		"more":         {call("1", "Double", 1, "\x01\x01"), bind},
		"streams":      {unhex("11 96 01 80 a1 31 a6 446f75626c65 91 05 91 a1 31"), bind},
		"binary name":  {call("1", "\xff\xfe", 0, ""), "Failed to invoke '\xff\xfe' due to an error on the server. HubException: Method does not exist."},
		"too deep":     {call("1", "Double", 1, strings.Repeat("\x91", 30000)), bind},
		"stream twice": {frame(protocol.Message{Type: protocol.StreamInvocation, Target: []byte("Count"), Count: 1, Body: []byte{1}, ID: []byte("1")}), ""},
	} {
		r.send(test.sent)
		if test.text != "" {
			r.gets(failed("1", test.text))
			continue
		}
		r.gets(frame(protocol.Message{Type: protocol.StreamItem, ID: []byte("1"), Body: []byte{0}}) + void("1"))
		_ = name
	}
}

func TestHandshakes(t *testing.T) {
	h := serve(t, nil)
	refused := func(text string) string { return "{\"error\":\"" + text + "\"}\x1e" }
	for name, test := range map[string]struct{ sent, want string }{
		"another protocol": {"{\"protocol\":\"json\",\"version\":1}\x1e", refused("The protocol 'json' is not supported.")},
		"another version":  {"{\"protocol\":\"messagepack\",\"version\":2}\x1e", refused("The server does not support version 2 of the 'messagepack' protocol.")},
		"no JSON":          {"\x02\x91\x06\x1e", refused("Connection closed with an error.")},
		"half":             {"{\"protocol\":\"messagepack\"}\x1e", refused("Connection closed with an error.")},
		"no end":           {strings.Repeat("x", 33<<10), refused("Connection closed with an error.")},
	} {
		r := h.open(t, "one")
		r.send(test.sent)
		if got := r.ends(); got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
	if h.hub.Group("all").Size() > 0 || len(h.ended) > 0 {
		t.Error("the hub heard of them")
	}
}

func TestClientSaysGoodbye(t *testing.T) {
	h := serve(t, nil)
	r := h.greet(t, "one")
	r.send(frame(protocol.Message{Type: protocol.Close}))
	r.ends()
	if got := receive(t, h.ended); got != "1 true" {
		t.Errorf("a Close message: %q", got)
	}
	for status, want := range map[websocket.StatusCode]string{
		websocket.StatusNormalClosure: "1 true", websocket.StatusGoingAway: "1 true", websocket.StatusInternalError: "1 false",
	} {
		r := h.greet(t, "one")
		_ = r.ws.Close(status, "")
		if got := receive(t, h.ended); got != want {
			t.Errorf("status %d: %q", status, got)
		}
	}
}

func TestConnectedFails(t *testing.T) {
	h := serve(t, func(_ *signalr.Config, o *signalr.Options) {
		o.Connected = func(context.Context, *signalr.Conn) error { return errNotHost }
	})
	r := h.greet(t, "one")
	if got, want := r.ends(), closed("Connection closed with an error. HubException: you are not the host", false); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if len(h.ended) > 0 {
		t.Error("there was a Disconnected without a Connected")
	}
}

func (h *host) do(t *testing.T, method, path, token string) *http.Response {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, h.url+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		r.Header.Set("Authorization", "bearer "+token)
	}
	response, err := h.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = response.Body.Close() })
	return response
}

func TestNegotiate(t *testing.T) {
	h := serve(t, nil)
	negotiate := func(query, token string) map[string]any {
		t.Helper()
		response := h.do(t, http.MethodPost, "/negotiate"+query, token)
		body, err := io.ReadAll(response.Body)
		if err != nil || response.StatusCode != http.StatusOK || response.Header.Get("Content-Type") != "application/json" {
			t.Fatalf("%s %s, %v", response.Status, body, err)
		}
		var answer map[string]any
		if err := json.Unmarshal(body, &answer); err != nil {
			t.Fatal(err)
		}
		return answer
	}
	dial := func(id, token string) error {
		options := h.options(token)
		options.Direct = true
		options.URL += "?id=" + url.QueryEscape(id)
		c, err := client.Dial(t.Context(), options)
		if err == nil {
			c.Cut()
		}
		return err
	}
	status := func(err error) int {
		if e := (*client.RefusedError)(nil); errors.As(err, &e) {
			return e.Status
		}
		return 0
	}
	one := negotiate("?negotiateVersion=1", "one")
	id, token := one["connectionId"].(string), one["connectionToken"].(string)
	if one["negotiateVersion"] != 1.0 || id == "" || token == "" || id == token {
		t.Errorf("got %v", one)
	}
	transports, err := json.Marshal(one["availableTransports"])
	if want := `[{"transferFormats":["Text","Binary"],"transport":"WebSockets"}]`; err != nil || string(transports) != want {
		t.Errorf("transports %s", transports)
	}
	if got := status(dial(id, "one")); got != http.StatusNotFound {
		t.Errorf("with the public id: status %d", got)
	}
	if err := dial(token, "one"); err != nil {
		t.Errorf("with the token: %v", err)
	}
	if got := status(dial(token, "one")); got != http.StatusNotFound {
		t.Errorf("with the token, again: status %d", got)
	}
	other := negotiate("?negotiateVersion=1", "one")["connectionToken"].(string)
	if got := status(dial(other, "two")); got != http.StatusForbidden {
		t.Errorf("with the token of somebody else: status %d", got)
	}
	zero := negotiate("", "one")
	if zero["negotiateVersion"] != 0.0 || zero["connectionToken"] != nil {
		t.Errorf("version 0: %v", zero)
	}
	if err := dial(zero["connectionId"].(string), "one"); err != nil {
		t.Errorf("version 0: %v", err)
	}
	if got := negotiate("?negotiateVersion=x", "one"); got["error"] == nil {
		t.Errorf("no version: %v", got)
	}
	if r := h.do(t, http.MethodPost, "/negotiate?negotiateVersion=1&access_token=one", ""); r.StatusCode != http.StatusOK {
		t.Errorf("with the token in the query: %s", r.Status)
	}
	for _, token := range []string{"", "forged"} {
		r := h.do(t, http.MethodPost, "/negotiate?negotiateVersion=1", token)
		if r.StatusCode != http.StatusUnauthorized || r.Header.Get("WWW-Authenticate") != "Bearer" {
			t.Errorf("token %q: %s", token, r.Status)
		}
	}
	if r := h.do(t, http.MethodGet, "/negotiate", "one"); r.StatusCode != http.StatusMethodNotAllowed || r.Header.Get("Allow") != http.MethodPost {
		t.Errorf("GET: %s", r.Status)
	}
	if r := h.do(t, http.MethodPost, "", "one"); r.StatusCode != http.StatusMethodNotAllowed || r.Header.Get("Allow") != http.MethodGet {
		t.Errorf("POST: %s", r.Status)
	}
	if r := h.do(t, http.MethodGet, "", "one"); r.StatusCode != http.StatusUpgradeRequired {
		t.Errorf("no WebSocket: %s", r.Status)
	}
	// Of many negotiations of one user, the oldest go, and only his.
	first := negotiate("?negotiateVersion=1", "one")["connectionToken"].(string)
	others := negotiate("?negotiateVersion=1", "two")["connectionToken"].(string)
	for range 8 {
		negotiate("?negotiateVersion=1", "one")
	}
	if got := status(dial(first, "one")); got != http.StatusNotFound {
		t.Errorf("the oldest of many: status %d", got)
	}
	if err := dial(others, "two"); err != nil {
		t.Errorf("somebody else's: %v", err)
	}
}

func TestFull(t *testing.T) {
	h := serve(t, func(c *signalr.Config, _ *signalr.Options) { c.MaxConnections = 2 })
	a, _ := h.greet(t, "one"), h.greet(t, "two")
	for _, direct := range []bool{false, true} {
		options := h.options("three")
		options.Direct = direct
		_, err := client.Dial(t.Context(), options)
		if e := (*client.RefusedError)(nil); !errors.As(err, &e) || e.Status != http.StatusServiceUnavailable {
			t.Errorf("the third: %v", err)
		}
	}
	_ = a.ws.Close(websocket.StatusNormalClosure, "")
	receive(t, h.ended)
	eventually(t, "there is a place", func() bool { return h.hub.Count() < 2 })
	h.greet(t, "three")
}

// Of a user who connects again and again, the oldest connection goes.
func TestConnectionsOfUser(t *testing.T) {
	h := serve(t, nil)
	list := make([]*raw, 18)
	for i := range list {
		list[i] = h.greet(t, "one")
	}
	for _, r := range list[:2] {
		if got := r.ends(); got != closed("", false) {
			t.Errorf("one of the oldest got %q", got)
		}
	}
	for _, r := range list[2:] {
		r.send(call("1", "Nothing", 0, ""))
		r.gets(void("1"))
	}
}

// A client that does not go when it is told to gets no more connections, and others get theirs.
func TestConnectionsThatStay(t *testing.T) {
	h := serve(t, nil)
	for range 64 {
		h.open(t, "one")
	}
	if r := h.do(t, http.MethodPost, "/negotiate", "one"); r.StatusCode != http.StatusServiceUnavailable || r.Header.Get("Retry-After") == "" {
		t.Errorf("a negotiation: %s", r.Status)
	}
	options := h.options("one")
	options.Direct = true
	_, err := client.Dial(t.Context(), options)
	if e := (*client.RefusedError)(nil); !errors.As(err, &e) || e.Status != http.StatusServiceUnavailable {
		t.Errorf("another connection: %v", err)
	}
	h.greet(t, "two")
}

func TestOutageOfAuthentication(t *testing.T) {
	h := serve(t, func(_ *signalr.Config, o *signalr.Options) {
		o.Authenticate = func(*http.Request, string) (signalr.Identity, error) {
			return signalr.Identity{}, fault.New(fault.Unavailable, "test", "away", "not now")
		}
	})
	if r := h.do(t, http.MethodPost, "/negotiate", "one"); r.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("status %s", r.Status)
	}
}

func TestNew(t *testing.T) {
	options := signalr.Options{Name: "x", Protocol: protocol.MessagePack, Authenticate: authenticate, Log: quietLog}
	nothing := func(context.Context, *signalr.Conn) error { return nil }
	if _, err := signalr.New(signalr.DefaultConfig(), options, signalr.Action0("a", nothing), signalr.Action0("A", nothing)); err == nil {
		t.Error("two methods of one name")
	}
	if _, err := signalr.New(signalr.DefaultConfig(), signalr.Options{}); err == nil {
		t.Error("no options")
	}
	if _, err := signalr.New(signalr.Config{}, options); err == nil {
		t.Error("no config")
	} else {
		for _, key := range []string{"keep_alive", "client_timeout", "handshake_timeout", "call_timeout", "max_message", "max_queue", "max_connections"} {
			if !strings.Contains(err.Error(), key+":") {
				t.Errorf("nothing said of %s: %v", key, err)
			}
		}
	}
}
