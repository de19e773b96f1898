// Package protocol is the language of ASP.NET Core SignalR hubs, without any connection: messages, their framing, and their two
// encodings, MessagePack and JSON. The facts are those of dotnet/aspnetcore src/SignalR/docs/specs/HubProtocol.md.
//
// Arguments and results are not decoded here: who knows their types reads them from Message.Body with functions of his own. That
// is not only quick, it is necessary: osu!lazer writes mod settings in a way that a reader without their class cannot skip.
package protocol

import "errors"

// Type says what a message is.
type Type uint8

// The types of messages.
const (
	Invocation       Type = 1
	StreamItem       Type = 2
	Completion       Type = 3
	StreamInvocation Type = 4
	CancelInvocation Type = 5
	Ping             Type = 6
	Close            Type = 7
)

// Result says what a Completion brings.
type Result uint8

// The results of an invocation.
const (
	Failed Result = 1 // Error says why
	Void   Result = 2
	Value  Result = 3 // Body has it
)

// Failures of Split and Parse. After any of them but ErrShort, the connection makes no sense any more.
var (
	ErrShort   = errors.New("signalr: the message is not complete yet")
	ErrTooLong = errors.New("signalr: the message is over the limit")
	ErrInvalid = errors.New("signalr: the message is malformed")
)

// Message is a message of a hub. What was parsed aliases the parsed bytes.
type Message struct {
	Type   Type
	ID     []byte // of the invocation; nil when no answer is wanted
	Target []byte // the method
	Count  int    // how many arguments are in Body

	// Body is the arguments, the item or the result, encoded one after another, and perhaps something after them, for Tail.
	Body []byte

	Result    Result
	Error     string // of a Completion or a Close; "" for none
	Reconnect bool   // Close: the client may come back at once
}

// Protocol encodes messages. A message that is to be sent is made by Begin, the appending of its values with Separate between them,
// and End; Whole does it for a message whose Body is complete. It is safe for concurrent use.
type Protocol interface {
	// Name is what a client calls the protocol in its handshake.
	Name() string
	// Text tells whether messages travel in WebSocket messages of the text kind.
	Text() bool

	// Split cuts the first message off b, without its framing. It fails with ErrShort when b does not hold all of it, ErrTooLong
	// when it is or will be over limit bytes, and ErrInvalid.
	Split(b []byte, limit int) (message, rest []byte, err error)
	// Parse reads a message that Split cut. A type that is not known is no error, for there may be more in the future.
	Parse(message []byte) (Message, error)
	// Tail checks what is left of a Body when all values are read, and returns how many streams the caller wants to send.
	Tail(rest []byte, m Message) (streams int, err error)

	// Begin appends all that comes before the values of m, which has no Body yet.
	Begin(b []byte, m Message) []byte
	// Separate appends what stands between two values.
	Separate(b []byte) []byte
	// End completes a message. b is what Begin appended to nothing; the returned frame is ready to be sent, and shares its memory.
	End(b []byte, m Message) []byte
}

// Whole returns the frame of a message whose values, if any, are in its Body already.
func Whole(p Protocol, m Message) []byte {
	b := p.Begin(make([]byte, 0, 32+len(m.ID)+len(m.Target)+len(m.Body)+len(m.Error)), m)
	return p.End(append(b, m.Body...), m)
}
