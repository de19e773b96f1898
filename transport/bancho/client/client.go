// Package client is an osu!stable client in Go: it logs in, polls, chats and keeps what a client would know, over the real
// wire. Tests of a server drive it, the load generator runs thousands of it, and a bot can be made of it.
//
//	c := client.New(client.Options{Domain: "localhost", Address: "127.0.0.1:5001", Name: "Ann", Password: "correct horse"})
//	err := c.Login(ctx)
//	c.Say("#osu", "hello")
//	line, err := client.Await(ctx, c, func(m packets.Message) bool { return m.Sender == "Bob" })
//
// It does what the game does by itself and nothing more: packets wait in a queue until the next poll takes them, a channel
// that the server opens is joined, unknown users are remembered as ids. It judges nothing; what a server must answer is
// asserted by its user.
package client

import (
	"bytes"
	"context"
	"crypto/md5"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/pure-peace/peace/osu/packets"
)

// DefaultVersion is the build that a client says it is unless told otherwise.
const DefaultVersion = "b20250815"

// Options say who plays where. Domain, Name and Password are needed.
type Options struct {
	Domain string // what follows -devserver: the hosts are c.DOMAIN, osu.DOMAIN, a.DOMAIN and so on

	// Address ("127.0.0.1:5001") is where every host is found; "" looks the hosts up and uses the usual ports.
	Address string
	TLS     *tls.Config // for HTTPS; nil means plain HTTP

	// Transport carries the requests, for clients that share one; then Address is ignored. See NewTransport.
	Transport http.RoundTripper

	Name              string
	Password          string               // plain text; what is sent is its MD5, except for a registration
	Version           string               // DefaultVersion when ""
	Hashes            packets.ClientHashes // made up of the name when zero, and UniqueIDs with it
	UniqueIDs         string               // of the installation and the disk, a bar between, whose MD5s are in the hashes
	UTCOffset         int8                 // hours
	DisplayCity       bool
	BlockNonFriendPMs bool
}

// Client is one running game. Its methods must not be called concurrently.
type Client struct {
	options Options
	http    *http.Client
	token   string
	queue   []byte           // what the next poll sends
	inbox   []packets.Packet // what Await has not looked at
	known   known
	pace    pace
}

// New returns a client that has not logged in.
func New(o Options) *Client {
	if o.Version == "" {
		o.Version = DefaultVersion
	}
	if o.Hashes == (packets.ClientHashes{}) {
		o.Hashes, o.UniqueIDs = HashesOf(o.Name), UniqueIDsOf(o.Name)
	}
	if o.Transport == nil {
		o.Transport = NewTransport(o.Address, o.TLS)
	}
	c := &Client{
		options: o,
		http: &http.Client{
			Transport:     o.Transport,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
	c.known.reset()
	return c
}

// NewTransport returns a transport that connects to address ("host:port"; "" for where the hosts really are) and keeps
// connections alive, one for each client that uses it.
func NewTransport(address string, config *tls.Config) *http.Transport {
	t := &http.Transport{
		TLSClientConfig:     config,
		DisableCompression:  true, // the game asks for it itself, and so does this client
		MaxIdleConnsPerHost: 1 << 16,
		IdleConnTimeout:     5 * time.Minute,
	}
	if address != "" {
		var dialer net.Dialer
		t.DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
			return dialer.DialContext(ctx, network, address)
		}
	}
	return t
}

// HashesOf makes up the hashes of a machine that nobody but the owner of the name has.
func HashesOf(name string) packets.ClientHashes {
	adapters := strings.ToUpper(md5Hex("adapter\x00" + name)[:12]) + "."
	uninstall, disk, _ := strings.Cut(UniqueIDsOf(name), "|")
	return packets.ClientHashes{
		Executable:   md5Hex("osu!.exe"),
		Adapters:     adapters,
		AdaptersMD5:  md5Hex(adapters),
		UninstallMD5: md5Hex(uninstall),
		DiskMD5:      md5Hex(disk),
	}
}

// UniqueIDsOf returns the ids of the machine of HashesOf. They are sent with each score.
func UniqueIDsOf(name string) string { return "uninstall\x00" + name + "|disk\x00" + name }

// Close lets go of the connections, unless the transport is shared. It sends nothing: see Logout.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Rejected says that the server refused a login or ejected the session.
type Rejected struct {
	Code    packets.UserID // one of the packets.Login constants
	Notices []string       // what was on the screen
}

func (e *Rejected) Error() string {
	return fmt.Sprintf("the server answered %d %q", e.Code, strings.Join(e.Notices, " / "))
}

// StatusError is an HTTP status that the game does not expect.
type StatusError struct {
	Status int
	Body   string
}

func (e *StatusError) Error() string {
	return fmt.Sprintf("HTTP %d %s: %.200q", e.Status, http.StatusText(e.Status), e.Body)
}

// ErrRestart says that the server wants the client to log in again after RestartDelay: it does not know the token, or it is
// about to go away.
var ErrRestart = errors.New("the server asks to log in again")

// ErrOffline says that the client is not logged in.
var ErrOffline = errors.New("not logged in")

// Login starts a session and takes in what the server tells first. What the game asks right after it (its channels, updates,
// its own figures, its status) is sent with the next poll. The error is a *Rejected when the server refuses.
func (c *Client) Login(ctx context.Context) error {
	c.token, c.queue, c.inbox = "", nil, nil
	c.known.reset()
	body := packets.AppendLogin(nil, packets.Login{
		Name:              c.options.Name,
		PasswordMD5:       md5Hex(c.options.Password),
		Version:           c.options.Version,
		UTCOffset:         c.options.UTCOffset,
		DisplayCity:       c.options.DisplayCity,
		Hashes:            c.options.Hashes,
		BlockNonFriendPMs: c.options.BlockNonFriendPMs,
	})
	reply, header, err := c.post(ctx, body)
	if err != nil {
		return err
	}
	if c.token = header.Get("Cho-Token"); c.token == "" {
		return errors.New("the login has no token: the game would not try again")
	}
	if _, err := c.take(reply); err != nil {
		c.token = ""
		return err
	}
	if c.known.id <= 0 {
		c.token = ""
		return errors.New("the login has neither a user id nor an error")
	}
	c.Send(packets.UpdatesAll, packets.RequestStatusUpdate{}, packets.ChangeAction{})
	return nil
}

// Send queues packets for the next poll.
func (c *Client) Send(list ...packets.Packet) {
	for _, p := range list {
		c.queue = p.Append(c.queue)
	}
	c.pace.active()
}

// Poll sends what is queued, or a ping, and returns what the server had for the client. It is an error when that ends the
// session: ErrRestart or a *Rejected; the packets are returned all the same. After a failed request the queue is lost, as
// it is in the game.
func (c *Client) Poll(ctx context.Context) ([]packets.Packet, error) {
	if c.token == "" {
		return nil, ErrOffline
	}
	body := c.queue
	c.queue = nil
	if body == nil {
		body = packets.Ping{}.Append(nil)
		c.pace.pinged()
	}
	reply, _, err := c.post(ctx, body)
	if err != nil {
		return nil, err
	}
	return c.take(reply)
}

// Await returns the first packet that match accepts, of those that have come since the last Await and, polling, of those that
// come. Packets before it are passed over for good. What the client knows is up to date with the packet.
func (c *Client) Await(ctx context.Context, match func(packets.Packet) bool) (packets.Packet, error) {
	for {
		if i := slices.IndexFunc(c.inbox, match); i >= 0 {
			p := c.inbox[i]
			c.inbox = slices.Delete(c.inbox, 0, i+1)
			return p, nil
		}
		c.inbox = c.inbox[:0]
		if _, err := c.Poll(ctx); err != nil {
			return nil, err
		}
	}
}

// Await is Client.Await for one type of packet. A nil match accepts every one of them.
func Await[P packets.Packet](ctx context.Context, c *Client, match func(P) bool) (P, error) {
	p, err := c.Await(ctx, func(p packets.Packet) bool {
		typed, ok := p.(P)
		return ok && (match == nil || match(typed))
	})
	typed, _ := p.(P)
	return typed, err
}

// maxInbox bounds the packets that wait for an Await; of more the oldest go.
const maxInbox = 4096

// take reads the packets of a reply and learns from them.
func (c *Client) take(reply []byte) ([]packets.Packet, error) {
	var (
		list  []packets.Packet
		fatal error
	)
	for raw, err := range packets.Split(reply, packets.ServerLimit) {
		if err != nil {
			return list, fmt.Errorf("reply of %d bytes: %w", len(reply), err)
		}
		p, err := packets.DecodeServer(packets.Raw{ID: raw.ID, Payload: bytes.Clone(raw.Payload)})
		if err != nil {
			return list, err
		}
		list = append(list, p)
		switch p := p.(type) {
		case packets.UserID:
			if p < 0 {
				fatal = &Rejected{Code: p}
			}
		case packets.Restart:
			fatal = ErrRestart
		}
		c.known.learn(p)
		c.react(p)
	}
	var rejected *Rejected
	if errors.As(fatal, &rejected) {
		rejected.Notices = notices(list)
	}
	if fatal != nil {
		c.token = ""
	}
	c.inbox = append(c.inbox, list...)
	if over := len(c.inbox) - maxInbox; over > 0 {
		c.inbox = slices.Delete(c.inbox, 0, over)
	}
	return list, fatal
}

// react does what the game does by itself.
func (c *Client) react(p packets.Packet) {
	switch p := p.(type) {
	case packets.ChannelAutoJoin:
		if !c.known.joined[p.Name] {
			c.Send(packets.ChannelJoin(p.Name))
		}
	case packets.UserID, packets.UserPresence, packets.UserStats, packets.UserPresenceBundle, packets.Message:
		c.pace.soon()
	}
}

func notices(list []packets.Packet) (texts []string) {
	for _, p := range list {
		if n, ok := p.(packets.Notification); ok {
			texts = append(texts, string(n))
		}
	}
	return texts
}

func md5Hex(s string) string {
	sum := md5.Sum([]byte(s))
	return hex.EncodeToString(sum[:])
}
