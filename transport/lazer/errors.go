package lazer

import (
	"errors"

	"github.com/pure-peace/peace/modules/fault"
	"github.com/pure-peace/peace/transport/signalr"
	"github.com/pure-peace/peace/transport/signalr/protocol"
)

// InvalidState returns the exception with which the game's hubs refuse things: the game shows the text
// (ppy/osu osu.Game/Online/Multiplayer/InvalidStateException.cs).
func InvalidState(text string) *signalr.Exception {
	return &signalr.Exception{Type: "InvalidStateException", Message: text}
}

var (
	errVersion = InvalidState("Realtime online functionality is not supported on this version of the game. Please upgrade to the latest version.")

	// ErrStale refuses calls of a connection whose user has another one by now.
	ErrStale = InvalidState("State is not valid for this connection")

	// ErrShuttingDown makes the game connect anew and call again, when it begins a play or enters a room. It compares the text
	// (ppy/osu osu.Game/Online/HubClientConnector.cs).
	ErrShuttingDown = &signalr.Exception{Type: "ServerShuttingDownException", Message: "Server is shutting down."}
)

// Explain says how the game learns of an error: of a fault, whatever its kind, as of a state that does not allow it.
func Explain(err error) *signalr.Exception {
	e := signalr.Explain(err)
	if e == nil {
		return nil
	}
	if own := (*signalr.Exception)(nil); errors.As(err, &own) || fault.As(err) == nil {
		return e
	}
	return InvalidState(e.Message)
}

// Calls that all hubs of the game make (ppy/osu osu.Game/Online/IStatefulUserHubClient.cs).
var (
	disconnectRequested = signalr.Event0(protocol.MessagePack, "DisconnectRequested").Of()
	serverShuttingDown  = signalr.Event0(protocol.MessagePack, "ServerShuttingDown").Of()
)

// DisconnectRequested makes a game log out: another one has taken its place.
func DisconnectRequested() signalr.Message { return disconnectRequested }

// ServerShuttingDown makes a game connect anew when it is idle.
func ServerShuttingDown() signalr.Message { return serverShuttingDown }
