// Package signalr is the server of ASP.NET Core SignalR hubs, as osu!lazer and the libraries of Microsoft speak it: negotiation,
// WebSockets, the handshake, calls in both directions, streams, groups, keep-alive and a stop that no client suffers from. What the
// methods of a hub do lives elsewhere: transport/lazer has the hubs of the game. The encoding of messages is in package protocol, the
// client's half in package client.
//
// A hub is a list of methods, and what happens around them:
//
//	var joined = signalr.Event1(protocol.MessagePack, "Joined", msgp.AppendInt32)
//
//	hub, err := signalr.New(signalr.DefaultConfig(), signalr.Options{
//		Name: "chat", Protocol: protocol.MessagePack, Authenticate: authenticate, Log: log,
//		Connected: func(ctx context.Context, c *signalr.Conn) error { c.Join("everybody"); return nil },
//	},
//		signalr.Action1("Join", msgp.ReadInt32Bytes, func(ctx context.Context, c *signalr.Conn, room int32) error {
//			hub.Group("everybody").Send(joined.Of(c.Identity().UserID))
//			return nil
//		}),
//		signalr.Func0("Count", msgp.AppendInt, func(ctx context.Context, c *signalr.Conn) (int, error) { return hub.Count(), nil }),
//	)
//
// A Hub is an http.Handler for its path and for path/negotiate; Run does what is due, Drain ends it for clients that come back.
//
// # Order
//
// What a connection calls is done one after the other, in the order of its messages, on one goroutine; so are Connected, which comes
// first, and Disconnected, which comes last and exactly once. A method that takes long holds up the rest of its connection. Only
// streams run beside it. Messages to a connection leave in the order in which they were sent.
//
// # Bounds
//
// A message may have Config.MaxMessage bytes, what waits for a client Config.MaxQueue. A client that does not take what is sent to
// it, and so meets that bound, is closed and may come back: it has missed something, and finds out where things stand when it
// connects anew. A user has 16 connections to a hub: of more, the oldest go, and one who lets none go is refused others. Nothing that a
// client sends can cost another one anything.
//
// # Failures
//
// A method's error becomes the text of its completion, and the connection stays: see Explain. The same goes for methods that are
// not there and arguments that do not fit. Only bytes that are no messages end a connection.
package signalr

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"github.com/pure-peace/peace/transport/signalr/protocol"
)

// Config is the section of a hub, or of several.
type Config struct {
	KeepAlive        time.Duration `koanf:"keep_alive" doc:"a client that was sent nothing for so long is sent a ping"`
	ClientTimeout    time.Duration `koanf:"client_timeout" doc:"a client that has sent nothing for so long, or taken nothing, is gone"`
	HandshakeTimeout time.Duration `koanf:"handshake_timeout" doc:"how long a client may take to say which protocol it speaks"`
	CallTimeout      time.Duration `koanf:"call_timeout" doc:"how long a method of a hub may take"`
	MaxMessage       int           `koanf:"max_message" doc:"bytes of a message from a client"`
	MaxQueue         int           `koanf:"max_queue" doc:"bytes that may wait for a client; one that does not take them is closed, and may come back"`
	MaxConnections   int           `koanf:"max_connections" doc:"connections of a hub in this process"`
}

// DefaultConfig is what ASP.NET does where it has a say.
func DefaultConfig() Config {
	return Config{
		KeepAlive:        15 * time.Second,
		ClientTimeout:    30 * time.Second,
		HandshakeTimeout: 15 * time.Second,
		CallTimeout:      10 * time.Second,
		MaxMessage:       32 << 10,
		MaxQueue:         1 << 20,
		MaxConnections:   50_000,
	}
}

// Validate reports everything that cannot work, by key.
func (c Config) Validate() error {
	var errs []error
	between := func(key string, d, low, high time.Duration) {
		if d < low || d > high {
			errs = append(errs, errors.New(key+": must be "+low.String()+" to "+high.String()))
		}
	}
	between("keep_alive", c.KeepAlive, time.Second, 10*time.Minute)
	between("client_timeout", c.ClientTimeout, 2*time.Second, time.Hour)
	between("handshake_timeout", c.HandshakeTimeout, time.Second, 5*time.Minute)
	between("call_timeout", c.CallTimeout, time.Second, 5*time.Minute)
	if c.ClientTimeout < c.KeepAlive {
		errs = append(errs, errors.New("client_timeout: must not be shorter than keep_alive"))
	}
	if c.MaxMessage < 1<<10 || c.MaxMessage > 1<<20 {
		errs = append(errs, errors.New("max_message: must be 1024 to 1048576"))
	}
	if c.MaxQueue < max(c.MaxMessage, 1<<10) || c.MaxQueue > 64<<20 {
		errs = append(errs, errors.New("max_queue: must be at least max_message, and at most 67108864"))
	}
	if c.MaxConnections < 1 {
		errs = append(errs, errors.New("max_connections: must be positive"))
	}
	return errors.Join(errs...)
}

// Identity is whose connection it is, as Authenticate found out.
type Identity struct {
	UserID  int32
	TokenID int64
	Secret  string     // the token itself, with which to ask again whether it is valid; not for logs
	Pending bool       // the second factor has not been given yet: the user is to be hidden
	Client  string     // X-Client-Session-ID: which process of the game this is; several hubs and later connections share it
	Version string     // X-Osu-Version-Hash: which build
	Address netip.Addr // of the client
}

// Options say what a hub is. Name, Protocol, Authenticate and Log are required.
type Options struct {
	Name     string            // in logs and metrics
	Protocol protocol.Protocol // the only one that the hub speaks

	// Authenticate says whose request it is. token is the bearer token of the header, or else access_token of the query, or "". A
	// fault becomes the status of the answer, which the client takes as a reason to try again later, with a new token.
	Authenticate func(r *http.Request, token string) (Identity, error)

	// Connected is called when a connection can be sent something, before its first call. After an error it is closed, and there is
	// no Disconnected.
	Connected func(ctx context.Context, c *Conn) error
	// Disconnected is called when a connection that was Connected has ended. clean says that the client left on purpose. Its context
	// outlives the connection by Config.CallTimeout.
	Disconnected func(ctx context.Context, c *Conn, clean bool)
	// Admit is asked before each call; an error is the call's answer.
	Admit func(ctx context.Context, c *Conn, method string) error
	// Explain says what a client learns of an error. nil means Explain of this package.
	Explain func(err error) *Exception
	// Farewell is sent to all connections when the hub drains, before they are closed. Its zero value is nothing.
	Farewell Message

	Metrics *Metrics // nil for none
	Log     *slog.Logger
}
