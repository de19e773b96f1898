// Package mail is the contract of the module that sends mail to players: codes to log in with, and whatever else the server has
// to tell somebody who is not there.
//
// A message that was accepted is sent in the background, and tried again for a while when the receiving side is away. It waits in
// memory: one that is accepted when the process is killed may be lost, so what depends on a mail lets its user ask for another.
package mail

import (
	"context"

	"github.com/pure-peace/peace/modules/fault"
)

// Bounds of this contract.
const (
	MaxAddress = 254      // bytes
	MaxSubject = 200      // bytes, one line
	MaxText    = 64 << 10 // bytes
)

// The faults of this contract.
var (
	ErrBadMessage = fault.New(fault.Invalid, "mail", "bad_message", "the address, subject or text is not acceptable")
	ErrBusy       = fault.New(fault.Exhausted, "mail", "busy", "too many messages wait to be sent")
	ErrClosed     = fault.New(fault.Unavailable, "mail", "closed", "mail is shutting down")
)

// Service sends mail. It is safe for concurrent use.
type Service interface {
	// Send accepts a message for sending. ErrBadMessage, ErrBusy, ErrClosed.
	Send(ctx context.Context, message Message) error
}

// Message is a mail in plain text.
type Message struct {
	To      string // an address, without a name
	Subject string
	Text    string
}
