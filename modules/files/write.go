package files

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"time"
)

// Write writes a blob of whatever r yields, in one piece if it fits and as an upload otherwise. More than limit bytes (at
// most MaxBlob) are ErrTooLarge; they, and a reader that fails, leave no blob.
func Write(ctx context.Context, s Service, key string, r io.Reader, limit int64) (Blob, error) {
	limit = min(limit, MaxBlob)
	r = io.LimitReader(r, limit+1) // one more tells what is too large
	var piece bytes.Buffer         // grows with what there is: most blobs are small
	n, err := piece.ReadFrom(io.LimitReader(r, MaxPiece+1))
	switch {
	case err != nil:
		return Blob{}, err
	case n > limit:
		return Blob{}, ErrTooLarge
	case n <= MaxPiece:
		return s.Put(ctx, key, piece.Bytes())
	}
	upload, err := s.Begin(ctx, key)
	if err != nil {
		return Blob{}, err
	}
	sum, err := send(ctx, s, upload, io.MultiReader(&piece, r), limit)
	if err != nil {
		return Blob{}, errors.Join(err, abort(ctx, s, upload))
	}
	return s.Commit(ctx, upload, sum)
}

// send appends all of r to an upload and returns the sha256 of it.
func send(ctx context.Context, s Service, upload string, r io.Reader, limit int64) (string, error) {
	hash := sha256.New()
	piece := make([]byte, MaxPiece)
	for offset := int64(0); ; {
		n, err := io.ReadFull(r, piece)
		if n > 0 {
			if offset+int64(n) > limit {
				return "", ErrTooLarge
			}
			hash.Write(piece[:n])
			if err := s.Append(ctx, upload, offset, piece[:n]); err != nil {
				return "", err
			}
			offset += int64(n)
		}
		switch {
		case err == nil:
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			return hex.EncodeToString(hash.Sum(nil)), nil
		default:
			return "", err
		}
	}
}

// abort gives up an upload of a caller who may be gone himself. One that cannot be given up is forgotten in an hour.
func abort(ctx context.Context, s Service, upload string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	return s.Abort(ctx, upload)
}
