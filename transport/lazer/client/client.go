// Package client is an osu!lazer client in Go: it logs in, starts up, chats, plays, submits and watches, over the real wire. Tests of a
// server drive it, and the load generator runs many of it.
//
// It asks what the game asks, in the game's order and form (multipart forms with the framework's boundary, paths with their odd
// slashes), and reads answers as strictly as the game needs them: an answer that would break the game is an error that says where
// (package newtonsoft). What a server must answer beyond that is asserted by its user.
package client

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime/multipart"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/pure-peace/peace/transport/lazer/client/newtonsoft"
)

// What the game's releases prove themselves with (ppy/osu osu.Game/Online/ProductionEndpointConfiguration.cs): it is no secret.
const (
	ID     = "5"
	Secret = "FGc9GAtyHzeQDshWP5Ah7dega8hJACAJpQtw6OXk"
)

// DefaultVersion is the release that a client says it is unless told otherwise.
const DefaultVersion = 20260821

// maxAnswer bounds an answer that is read into memory.
const maxAnswer = 64 << 20

// boundary is the one of osu-framework (osu.Framework/IO/Network/WebRequest.cs).
const boundary = "-----------------------------28947758029299"

// Options say who plays where. Server is needed.
type Options struct {
	Server string // "https://osu.DOMAIN", what follows --api-url

	// Address ("127.0.0.1:5001") is where the server is found; "" looks its name up.
	Address string
	TLS     *tls.Config

	Version int    // x-api-version; DefaultVersion when 0
	Hash    string // of the game's assembly; made up when ""
}

// Client is one running game. It is safe for concurrent use.
type Client struct {
	options Options
	http    *http.Client
	session string // of this process, the same for all hubs

	mu      sync.Mutex
	access  string
	refresh string
	me      Me
}

// New returns a client that has not logged in.
func New(o Options) *Client {
	if o.Version == 0 {
		o.Version = DefaultVersion
	}
	if o.Hash == "" {
		o.Hash = "00000000000000000000000070656163"
	}
	o.Server = strings.TrimSuffix(o.Server, "/")
	return &Client{options: o, http: &http.Client{Transport: NewTransport(o.Address, o.TLS)}, session: newUUID()}
}

// NewTransport returns a transport that connects to address ("host:port"; "" for where the host really is).
func NewTransport(address string, config *tls.Config) *http.Transport {
	t := &http.Transport{TLSClientConfig: config, MaxIdleConnsPerHost: 16, IdleConnTimeout: time.Minute}
	if address != "" {
		var dialer net.Dialer
		t.DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
			return dialer.DialContext(ctx, network, address)
		}
	}
	return t
}

// Close gives the connections back.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Me returns what the server told of the player, as of the last Login or Refresh.
func (c *Client) Me() Me {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.me
}

// Token returns the access token.
func (c *Client) Token() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.access
}

// Failure is an answer that is no success, as the game shows it.
type Failure struct {
	Method, Path string
	Status       int
	Text         string // of "error", "hint" or "message"; the status' name without one
	Body         []byte
}

// Error implements error.
func (f *Failure) Error() string {
	return fmt.Sprintf("%s %s: %d: %s", f.Method, f.Path, f.Status, f.Text)
}

// request is one call of the API.
type request struct {
	method string
	path   string // below the server, beginning with a slash
	query  url.Values
	form   [][2]string
	json   any
	accept string
}

// Do makes a request of the API as the game does and reads its answer into the value (nil reads nothing; *[]byte takes it as it is).
// The error is a *Failure when the server answered otherwise, or a *newtonsoft.Error when the game would choke on the answer.
func (c *Client) do(ctx context.Context, q request, into any) error {
	target := c.options.Server + q.path
	if len(q.query) > 0 {
		target += "?" + q.query.Encode()
	}
	body, contentType, err := q.body()
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, q.method, target, body)
	if err != nil {
		return err
	}
	r.Header.Set("User-Agent", "osu!")
	r.Header.Set("Accept", "application/json")
	if q.accept != "" {
		r.Header.Set("Accept", q.accept)
	}
	if strings.HasPrefix(q.path, "/api/") { // and not where it logs in
		r.Header.Set("Accept-Language", "en")
		r.Header.Set("X-Api-Version", strconv.Itoa(c.options.Version))
		if token := c.Token(); token != "" {
			r.Header.Set("Authorization", "Bearer "+token)
		}
	}
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	response, err := c.http.Do(r)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	data, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return err
	}
	if response.StatusCode < 200 || response.StatusCode > 299 {
		return failure(q, response.StatusCode, data)
	}
	if raw, ok := into.(*[]byte); ok {
		*raw = data
		return nil
	}
	if into == nil {
		return nil
	}
	if err := newtonsoft.Read(data, into); err != nil {
		return fmt.Errorf("%s %s: %w", q.method, q.path, err)
	}
	return nil
}

func (q request) body() (io.Reader, string, error) {
	if q.json != nil {
		data, err := json.Marshal(q.json)
		return bytes.NewReader(data), "application/json", err
	}
	if q.form == nil {
		return nil, "", nil
	}
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	err := w.SetBoundary(boundary)
	for _, field := range q.form {
		err = errors.Join(err, w.WriteField(field[0], field[1]))
	}
	return &b, w.FormDataContentType(), errors.Join(err, w.Close())
}

func failure(q request, status int, data []byte) error {
	var words struct {
		Error   any `json:"error"`
		Hint    any `json:"hint"`
		Message any `json:"message"`
	}
	_ = json.Unmarshal(data, &words) // a failure need not be JSON
	text := http.StatusText(status)
	for _, word := range []any{words.Hint, words.Error, words.Message} {
		if s, ok := word.(string); ok && s != "" {
			text = s
			break
		}
	}
	return &Failure{q.method, q.path, status, text, data}
}

// Get asks the API for path ("me/"), and reads the answer into the value.
func (c *Client) Get(ctx context.Context, path string, query url.Values, into any) error {
	return c.do(ctx, request{method: http.MethodGet, path: "/api/v2/" + path, query: query}, into)
}

// Send sends a form to the API (POST, PUT, DELETE), and reads the answer into the value.
func (c *Client) Send(ctx context.Context, method, path string, form map[string]string, into any) error {
	q := request{method: method, path: "/api/v2/" + path}
	for _, name := range slices.Sorted(maps.Keys(form)) {
		q.form = append(q.form, [2]string{name, form[name]})
	}
	return c.do(ctx, q, into)
}

// newUUID returns a random id in the form of .NET's Guid.
func newUUID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
