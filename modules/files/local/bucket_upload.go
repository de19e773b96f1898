package local

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"

	"github.com/minio/minio-go/v7"

	"github.com/pure-peace/peace/modules/files"
)

// partSize is what the parts of an upload have but the last: stores want at least 5 MiB, and at most 10,000 parts.
const partSize = 8 << 20

// partWriter writes an object. It gathers pieces into parts; what fits into one part is put at once in the end.
type partWriter struct {
	bucket *bucket
	object string // its name in the store
	loose  bool   // the name is not the final one, which is that of the content
	buffer []byte
	size   int64

	upload string // the store's name of it, "" before the first part
	parts  []minio.CompletePart
	copied bool // the object has to go, because it was complete under its first name
}

func (b *bucket) begin(_ context.Context, key string) (writer, error) {
	if key == "" {
		return &partWriter{bucket: b, object: b.prefix + unfinished + "/" + rand.Text(), loose: true}, nil
	}
	return &partWriter{bucket: b, object: b.prefix + key}, nil
}

func (w *partWriter) append(ctx context.Context, data []byte) error {
	before := len(w.buffer)
	w.buffer = append(w.buffer, data...)
	if len(w.buffer) >= partSize {
		if err := w.send(ctx); err != nil {
			w.buffer = w.buffer[:before]
			return err
		}
	}
	w.size += int64(len(data))
	return nil
}

// send makes a part of what is gathered.
func (w *partWriter) send(ctx context.Context) error {
	b := w.bucket
	if w.upload == "" {
		upload, err := b.core.NewMultipartUpload(ctx, b.name, w.object, minio.PutObjectOptions{ContentType: binary})
		if err != nil {
			return bucketFault(err)
		}
		w.upload = upload
	}
	sum := sha256.Sum256(w.buffer)
	part, err := b.core.PutObjectPart(ctx, b.name, w.object, w.upload, len(w.parts)+1, bytes.NewReader(w.buffer), int64(len(w.buffer)),
		minio.PutObjectPartOptions{Sha256Hex: hex.EncodeToString(sum[:]), DisableContentSha256: true}) // it is given
	if err != nil {
		return bucketFault(err)
	}
	w.parts = append(w.parts, minio.CompletePart{PartNumber: part.PartNumber, ETag: part.ETag})
	w.buffer = w.buffer[:0]
	return nil
}

func (w *partWriter) commit(ctx context.Context, key, sum string) (files.Blob, error) {
	b := w.bucket
	if w.upload == "" {
		return b.put(ctx, key, w.buffer, sum)
	}
	if len(w.buffer) > 0 {
		if err := w.send(ctx); err != nil {
			return files.Blob{}, err
		}
	}
	info, err := b.core.CompleteMultipartUpload(ctx, b.name, w.object, w.upload, w.parts, minio.PutObjectOptions{})
	if err != nil {
		return files.Blob{}, bucketFault(err)
	}
	w.upload = ""
	blob := files.Blob{Key: key, Size: w.size, SHA256: sum, StoredAt: stored(info.LastModified)}
	if !w.loose {
		return blob, nil
	}
	w.copied = true
	if found, err := b.confirm(ctx, key); err != nil || found.Size != w.size {
		_, err := b.core.CopyObject(ctx, b.name, w.object, b.name, b.prefix+key, nil, minio.CopySrcOptions{}, minio.PutObjectOptions{})
		if err != nil {
			return files.Blob{}, bucketFault(err)
		}
	}
	_ = w.abort(ctx) // the blob is there; what stays beside it is swept up later
	return blob, nil
}

func (w *partWriter) abort(ctx context.Context) error {
	var errs []error
	b := w.bucket
	if w.upload != "" {
		errs = append(errs, bucketFault(b.core.AbortMultipartUpload(ctx, b.name, w.object, w.upload)))
		w.upload = ""
	}
	if w.copied {
		errs = append(errs, bucketFault(b.core.RemoveObject(ctx, b.name, w.object, minio.RemoveObjectOptions{})))
		w.copied = false
	}
	w.buffer = nil
	return errors.Join(errs...)
}
