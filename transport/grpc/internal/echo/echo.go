// Package echo is a contract for the tests of the peer transport: its methods do what a test tells them to.
package echo

import (
	"context"
	"iter"
)

// Service echoes and misbehaves.
type Service interface {
	// Read returns the text. It is free of side effects.
	Read(ctx context.Context, text string) (string, error)
	// Write returns the text.
	Write(ctx context.Context, text string) (string, error)
	// Count yields the numbers from 0 to n-1, or for ever when n is negative.
	Count(ctx context.Context, n int32) iter.Seq2[int32, error]
}
