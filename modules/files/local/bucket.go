package local

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
	"golang.org/x/sync/errgroup"

	"github.com/pure-peace/peace/modules/files"
)

const (
	// attempts is how often a request is sent that fails for a reason which may pass.
	attempts = 3
	// atOnce is how many requests work on a list of keys: the protocol of S3 asks for each on its own.
	atOnce = 8
	// binary is the media type of all objects: nobody is served from the store itself.
	binary = "application/octet-stream"
	// sumHeader is the metadata of an object in which its sha256 is kept.
	sumHeader = "Sha256"
	// leftover is when an upload in the store belongs to a process that is gone. The store tells when it began, not when it
	// was last continued.
	leftover = 24 * time.Hour
)

// bucket keeps blobs as objects of an S3-compatible store. It speaks only what all of them understand.
type bucket struct {
	core      minio.Core
	transport *http.Transport
	name      string
	prefix    string
}

func openBucket(ctx context.Context, cfg S3Config) (*bucket, error) {
	secret := cfg.Secret
	if cfg.SecretFile != "" {
		text, err := os.ReadFile(cfg.SecretFile)
		if err != nil {
			return nil, fmt.Errorf("s3.secret_file: %w", err)
		}
		secret = strings.TrimSpace(string(text))
	}
	endpoint, err := url.Parse(cfg.Endpoint)
	if err != nil {
		return nil, fmt.Errorf("s3.endpoint: %w", err)
	}
	secure := endpoint.Scheme == "https"
	transport, err := minio.DefaultTransport(secure)
	if err != nil {
		return nil, fmt.Errorf("s3.endpoint: %w", err)
	}
	transport.ResponseHeaderTimeout = cfg.Timeout
	lookup := minio.BucketLookupDNS
	if cfg.PathStyle {
		lookup = minio.BucketLookupPath
	}
	client, err := minio.New(endpoint.Host, &minio.Options{
		Creds: credentials.NewStaticV4(cfg.AccessKey, secret, ""), Secure: secure, Transport: transport,
		Region: cfg.Region, BucketLookup: lookup, MaxRetries: attempts,
	})
	if err != nil {
		return nil, fmt.Errorf("s3: %w", err)
	}
	b := &bucket{core: minio.Core{Client: client}, transport: transport, name: cfg.Bucket, prefix: cfg.Prefix}
	if err := b.check(ctx); err != nil {
		return nil, errors.Join(err, b.close())
	}
	return b, nil
}

func (b *bucket) put(ctx context.Context, key string, data []byte, sum string) (files.Blob, error) {
	info, err := b.core.PutObject(ctx, b.name, b.prefix+key, bytes.NewReader(data), int64(len(data)), "", sum, minio.PutObjectOptions{
		ContentType: binary, UserMetadata: map[string]string{sumHeader: sum}, DisableContentSha256: true, // it is given
	})
	if err != nil {
		return files.Blob{}, bucketFault(err)
	}
	return files.Blob{Key: key, Size: int64(len(data)), SHA256: sum, StoredAt: stored(info.LastModified)}, nil
}

// stored is when an object was stored by an answer that need not say so.
func stored(at time.Time) time.Time {
	if at.IsZero() {
		at = time.Now()
	}
	return at.UTC()
}

func (b *bucket) confirm(ctx context.Context, key string) (files.Blob, error) {
	info, err := b.core.StatObject(ctx, b.name, b.prefix+key, minio.StatObjectOptions{})
	if err != nil {
		return files.Blob{}, bucketFault(err)
	}
	blob := files.Blob{Key: key, Size: info.Size, StoredAt: info.LastModified.UTC(), SHA256: info.UserMetadata[sumHeader]}
	if content := strings.TrimPrefix(key, files.ContentKey("")); content != key {
		blob.SHA256 = content
	}
	return blob, nil
}

func (b *bucket) stat(ctx context.Context, keys []string) ([]files.Blob, error) {
	found := make([]files.Blob, len(keys))
	err := each(ctx, keys, func(ctx context.Context, i int) (err error) {
		found[i], err = b.confirm(ctx, keys[i])
		if errors.Is(err, files.ErrNotFound) {
			return nil
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	blobs := found[:0]
	for _, blob := range found {
		if blob.Key != "" {
			blobs = append(blobs, blob)
		}
	}
	return blobs, nil
}

func (b *bucket) read(ctx context.Context, key string, offset, length int64) (io.ReadCloser, int64, error) {
	var options minio.GetObjectOptions
	var err error
	switch {
	case length > 0:
		err = options.SetRange(offset, offset+length-1)
	case offset > 0:
		err = options.SetRange(offset, 0)
	}
	if err != nil {
		return nil, 0, err
	}
	body, info, _, err := b.core.GetObject(ctx, b.name, b.prefix+key, options)
	switch {
	case err == nil:
		return body, info.Size, nil
	case minio.ToErrorResponse(err).StatusCode == http.StatusRequestedRangeNotSatisfiable: // there is a blob, but not there
		return http.NoBody, 0, nil
	}
	return nil, 0, bucketFault(err)
}

func (b *bucket) list(ctx context.Context, prefix, after string, limit int) ([]files.Blob, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	options := minio.ListObjectsOptions{Prefix: b.prefix + prefix, Recursive: true, MaxKeys: limit}
	if after != "" {
		options.StartAfter = b.prefix + after
	}
	var blobs []files.Blob
	for info := range b.core.ListObjectsIter(ctx, b.name, options) {
		if info.Err != nil {
			return nil, bucketFault(info.Err)
		}
		key := strings.TrimPrefix(info.Key, b.prefix)
		if !files.ValidKey(key) {
			continue // on its way, or not ours
		}
		blobs = append(blobs, files.Blob{Key: key, Size: info.Size, StoredAt: info.LastModified.UTC()})
		if len(blobs) == limit {
			break
		}
	}
	return blobs, nil
}

func (b *bucket) remove(ctx context.Context, keys []string) error {
	return each(ctx, keys, func(ctx context.Context, i int) error {
		err := bucketFault(b.core.RemoveObject(ctx, b.name, b.prefix+keys[i], minio.RemoveObjectOptions{}))
		if errors.Is(err, files.ErrNotFound) {
			return nil
		}
		return err
	})
}

// each calls f with the index of each key, a few at a time, until one fails.
func each(ctx context.Context, keys []string, f func(context.Context, int) error) error {
	group, inner := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	for i := range keys {
		if inner.Err() != nil {
			break
		}
		group.Go(func() error { return f(inner, i) })
	}
	if err := group.Wait(); err != nil {
		return err
	}
	return ctx.Err()
}

func (b *bucket) sweep(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var errs []error
	for upload := range b.core.ListIncompleteUploads(ctx, b.name, b.prefix, true) {
		if upload.Err != nil {
			return errors.Join(append(errs, bucketFault(upload.Err))...)
		}
		if time.Since(upload.Initiated) > leftover {
			errs = append(errs, b.core.AbortMultipartUpload(ctx, b.name, upload.Key, upload.UploadID))
		}
	}
	for info := range b.core.ListObjectsIter(ctx, b.name, minio.ListObjectsOptions{Prefix: b.prefix + unfinished + "/", Recursive: true}) {
		if info.Err != nil {
			return errors.Join(append(errs, bucketFault(info.Err))...)
		}
		if time.Since(info.LastModified) > leftover {
			errs = append(errs, b.core.RemoveObject(ctx, b.name, info.Key, minio.RemoveObjectOptions{}))
		}
	}
	return errors.Join(errs...)
}

func (b *bucket) check(ctx context.Context) error {
	there, err := b.core.BucketExists(ctx, b.name)
	switch {
	case err != nil:
		return fmt.Errorf("s3: %w", bucketFault(err))
	case !there:
		return fmt.Errorf("s3.bucket: there is no bucket %q", b.name)
	}
	return nil
}

func (b *bucket) close() error {
	b.transport.CloseIdleConnections()
	return nil
}

// bucketFault makes faults of the failures of a store that the contract names. What a store refuses for another reason is a
// mistake of its configuration, or of this program.
func bucketFault(err error) error {
	switch response := minio.ToErrorResponse(err); {
	case err == nil, errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case response.Code == minio.NoSuchKey || response.StatusCode == http.StatusNotFound && response.Code != minio.NoSuchBucket:
		return files.ErrNotFound
	case response.StatusCode == http.StatusInsufficientStorage:
		return fmt.Errorf("%w: %v", files.ErrFull, err)
	case response.StatusCode >= 500 || response.StatusCode == http.StatusTooManyRequests || response.StatusCode == 0:
		return fmt.Errorf("%w: %v", files.ErrUnavailable, err)
	}
	return err
}
