// Package files is the contract of the module that keeps blobs: beatmap archives, replays, screenshots, pictures. They lie in
// a directory or in an S3-compatible store and never in the database.
//
// A blob has a key and bytes, and is never changed in place: writing a key again replaces the whole blob at once, and a reader
// sees either. A blob that is written without a key is named by its content, "sha256/" and the hexadecimal digest, so that equal
// blobs are one.
//
// Blobs travel in pieces, in both directions: Put for what fits into one, otherwise Begin, Append for each piece and Commit.
// Write, Load and Open do that for a consumer.
package files

import (
	"context"
	"iter"
	"time"

	"github.com/pure-peace/peace/modules/fault"
)

// Bounds of this contract.
const (
	MaxKey   = 200     // bytes of a key
	MaxPiece = 1 << 20 // bytes of a Put, an Append, or one element of a Read
	MaxBlob  = 4 << 30 // bytes of a blob
	MaxBatch = 1000    // keys of a Stat or a Delete, blobs of a List
)

// The faults of this contract.
var (
	ErrNotFound = fault.New(fault.NotFound, "files", "not_found", "no such file")
	// ErrBadKey says that a key is not one that ValidKey accepts, or that a blob was to be written under the key of a content.
	ErrBadKey = fault.New(fault.Invalid, "files", "bad_key", "this is not a key")
	// ErrTooLarge says that a piece, a blob or a list is over its bound.
	ErrTooLarge = fault.New(fault.Invalid, "files", "too_large", "this is too large")
	// ErrNoUpload says that an upload was finished, given up, or forgotten because nothing came for an hour.
	ErrNoUpload = fault.New(fault.NotFound, "files", "no_upload", "no such upload")
	// ErrMismatch says that an Append is not where the last one ended, or that the blob is not what Commit expected.
	ErrMismatch = fault.New(fault.Precondition, "files", "mismatch", "the upload is not what was expected")
	// ErrUnavailable says that the store could not be reached. What was asked for may have happened.
	ErrUnavailable = fault.New(fault.Unavailable, "files", "unavailable", "the file store cannot be reached")
	// ErrFull says that the store has no room, or that too many uploads are under way.
	ErrFull = fault.New(fault.Exhausted, "files", "full", "there is no room for this file")
)

// Service keeps blobs. It is safe for concurrent use.
type Service interface {
	// Put writes a blob of at most MaxPiece bytes. An empty key names it by its content. ErrBadKey, ErrTooLarge, ErrFull.
	Put(ctx context.Context, key string, data []byte) (Blob, error)

	// Begin starts to write a blob and returns the upload's name. ErrBadKey, ErrFull.
	Begin(ctx context.Context, key string) (string, error)
	// Append adds a piece at an offset, which is where the last one ended; the last piece may be sent again. An upload belongs
	// to one writer, whose calls come one after the other. ErrNoUpload, ErrMismatch, ErrTooLarge, ErrFull.
	Append(ctx context.Context, upload string, offset int64, data []byte) error
	// Commit makes the upload the blob and ends it, whatever comes of that. With a sha256 (in hexadecimal) other than that of the bytes it fails with ErrMismatch
	// and there is no blob. ErrNoUpload.
	Commit(ctx context.Context, upload, sha256 string) (Blob, error)
	// Abort gives an upload up; one that is not there is no error.
	Abort(ctx context.Context, upload string) error

	// Stat returns the blobs of the keys that exist, in the order asked for. ErrTooLarge.
	Stat(ctx context.Context, keys []string) ([]Blob, error)
	// Read yields a blob's bytes from an offset in pieces, at most length of them; a length of 0 or less means all. An offset
	// at or behind the end yields nothing. ErrNotFound.
	Read(ctx context.Context, key string, offset, length int64) iter.Seq2[[]byte, error]
	// List returns the blobs whose keys begin with prefix and come after `after`, by key, at most limit (1 to MaxBatch). Where
	// there are no more the answer is empty; a short one is not the end. ErrTooLarge.
	List(ctx context.Context, prefix, after string, limit int) ([]Blob, error)
	// Delete removes blobs; one that is not there is no error. ErrTooLarge.
	Delete(ctx context.Context, keys []string) error
}

// Blob describes a stored blob.
type Blob struct {
	Key      string
	Size     int64
	SHA256   string // in hexadecimal; "" when the store does not tell, as after an S3 List
	StoredAt time.Time
}
