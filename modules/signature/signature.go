// Package signature is the contract of the module that signs on behalf of the server and lets anybody check it.
//
// Signatures are ed25519 over exactly the bytes given. Keys rotate: the newest signs, and what older ones signed still
// verifies until the key is removed by the operator. Private keys never leave the module.
package signature

import (
	"context"
	"time"

	"github.com/pure-peace/peace/modules/fault"
)

// MaxMessage bounds the bytes that can be signed; hash larger things first.
const MaxMessage = 64 << 10

// The faults of this contract.
var (
	// ErrBadSignature says that the signature is not one of this server's over the message.
	ErrBadSignature = fault.New(fault.Invalid, "signature", "bad_signature", "the signature does not match")
	// ErrTooLarge says that the message is longer than MaxMessage.
	ErrTooLarge = fault.New(fault.Invalid, "signature", "too_large", "the message is too long to sign")
)

// Service signs and verifies. It is safe for concurrent use.
type Service interface {
	// Sign signs the message with the current key.
	Sign(ctx context.Context, message []byte) (Signature, error)

	// Verify returns nil when the signature is by one of the server's keys over the message, else ErrBadSignature.
	Verify(ctx context.Context, message []byte, signature Signature) error

	// Keys returns the public keys, newest first; the first one signs.
	Keys(ctx context.Context) ([]Key, error)

	// Rotate makes a new key, which signs from now on, and returns it.
	Rotate(ctx context.Context) (Key, error)
}

// Signature is an ed25519 signature with the key it was made by.
type Signature struct {
	KeyID string
	Bytes []byte // 64 bytes
}

// Key is a public key.
type Key struct {
	ID        string // the first 16 hex digits of the SHA-256 of Public
	Public    []byte // 32 bytes
	CreatedAt time.Time
}
