// Package bancho is the contract of the module that speaks with osu!stable clients: login and packets in, packets out.
//
// It is a service and not an edge, so that what holds connections can be anything: transport/bancho serves it over HTTP, a
// gateway in another language serves it the same way over gRPC. All the rules of the protocol are behind it. It keeps
// nothing that matters in its process: sessions live in state, and any number of bancho processes may serve them.
//
// The packets themselves are in package osu/packets. Every method is safe for concurrent use; calls for one token are
// served one after the other.
package bancho

import (
	"context"
	"net/netip"

	"github.com/pure-peace/peace/modules/fault"
)

// Limits of this contract.
const (
	// MaxLogin bounds the body of a login.
	MaxLogin = 8 << 10
	// MaxRequest bounds the packets of one request.
	MaxRequest = 512 << 10
	// MaxReply is how many bytes of packets a reply has at most; what is left waits for the next request.
	MaxReply = 128 << 10
)

// The faults of this contract. A gateway answers each of them with the packets that the message calls for in its protocol:
// for HTTP see transport/bancho.
var (
	// ErrMalformed says that a login body is not one at all. Wrong passwords and the like are no faults but replies.
	ErrMalformed = fault.New(fault.Invalid, "bancho", "malformed", "not a login of an osu! client")
	// ErrTooLarge says that the request is over its limit.
	ErrTooLarge = fault.New(fault.Invalid, "bancho", "too_large", "the request is too large")
	// ErrOverlap says that several other exchanges of the same token are under way already.
	ErrOverlap = fault.New(fault.Exhausted, "bancho", "overlap", "too many requests of one client at once")
)

// Service speaks with stable clients.
type Service interface {
	// Login answers a login. The reply's packets say whether it worked; its token is never empty, because a client that gets
	// none does not try again. ErrMalformed, ErrTooLarge.
	Login(ctx context.Context, attempt Attempt) (Welcome, error)

	// Exchange takes the packets that a client sends with its token and returns those that wait for it. An unknown token
	// is answered with a restart packet, damaged packets are dropped and counted; neither is a fault. When what it needs
	// cannot be reached it fails with that fault, and the session lives on: a gateway must then give an answer that keeps
	// the client polling. ErrTooLarge, ErrOverlap.
	Exchange(ctx context.Context, token string, packets []byte) ([]byte, error)
}

// Attempt is a login as it reached a gateway.
type Attempt struct {
	Body    []byte     // osu/packets.ParseLogin
	Address netip.Addr // of the client
	Country string     // of the client, when a trusted proxy told it; else ""
}

// Welcome is the answer to a login.
type Welcome struct {
	Token   string // for the cho-token header
	Packets []byte
}
