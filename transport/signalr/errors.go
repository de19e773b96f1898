package signalr

import (
	"errors"
	"fmt"

	"github.com/pure-peace/peace/modules/fault"
)

// Exception is an error that a client may read. Type is what a program in C# would have thrown: osu!lazer shows what stands behind
// the first colon of the whole text, and compares some of it.
type Exception struct {
	Type    string
	Message string
}

// Error returns "Type: Message".
func (e *Exception) Error() string { return e.Type + ": " + e.Message }

// HubException is the type of exceptions that have no better one.
const HubException = "HubException"

// Explain returns the exception in err's tree, or one for a fault, and nil when a client learns nothing but that something went wrong.
func Explain(err error) *Exception {
	var e *Exception
	if errors.As(err, &e) {
		return e
	}
	switch kind := fault.KindOf(err); kind {
	case fault.Internal, fault.Canceled:
		return nil
	case fault.Unavailable, fault.DeadlineExceeded:
		return &Exception{HubException, "The server cannot do this at the moment. Try again in a while."}
	}
	return &Exception{HubException, fault.As(err).Message}
}

// bindError says that a call does not fit its method.
type bindError struct{ cause error }

func (e *bindError) Error() string { return "signalr: the arguments do not fit: " + e.cause.Error() }

func (e *bindError) Unwrap() error { return e.cause }

var errStreams = errors.New("no method takes streams")

// What clients are told, in the words of ASP.NET (dotnet/aspnetcore src/SignalR/server/Core/src/Internal/DefaultHubDispatcher.cs),
// which libraries and players know.
const (
	textHandshakeTimeout = "Handshake was canceled."
	textConnectionError  = "Connection closed with an error."
	textSlow             = "Connection closed: too much was waiting to be sent."
)

func textProtocol(name string) string {
	return fmt.Sprintf("The protocol '%s' is not supported.", name)
}

func textVersion(version int, name string) string {
	return fmt.Sprintf("The server does not support version %d of the '%s' protocol.", version, name)
}

func textUnknownMethod(method string) string {
	return textBind(method) + " HubException: Method does not exist."
}

func textBind(method string) string {
	return fmt.Sprintf("Failed to invoke '%s' due to an error on the server.", method)
}

func textStreaming(method string) string {
	return fmt.Sprintf("The client attempted to invoke the streaming '%s' method with a non-streaming invocation.", method)
}

func textNotStreaming(method string) string {
	return fmt.Sprintf("The client attempted to invoke the non-streaming '%s' method with a streaming invocation.", method)
}

func textFailed(method string, e *Exception) string {
	text := fmt.Sprintf("An unexpected error occurred invoking '%s' on the server.", method)
	if e != nil {
		text += " " + e.Error()
	}
	return text
}
