package source

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// archiveMagic begins every zip file that has a file in it.
var archiveMagic = []byte("PK\x03\x04")

// download opens an archive of at most limit bytes.
func (c *client) download(ctx context.Context, url string, limit int64) (*Archive, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	timer := time.AfterFunc(c.stall, func() { cancel(errStalled) })
	response, err := c.do(ctx, http.MethodGet, url, nil, //nolint:bodyclose // whoever has the archive closes it
		http.Header{"Accept": {"application/octet-stream, */*"}})
	if err != nil {
		timer.Stop()
		if cause := context.Cause(ctx); cause != nil {
			err = cause
		}
		cancel(nil)
		return nil, err
	}
	d := &download{ctx: ctx, cancel: cancel, body: response.Body, left: limit, stall: c.stall, timer: timer}
	if response.ContentLength > limit {
		_ = d.Close()
		return nil, fmt.Errorf("%w: %d bytes", errLarge, response.ContentLength)
	}
	archive, err := judged(d)
	if err != nil {
		return nil, err
	}
	archive.Size = max(0, response.ContentLength)
	return archive, nil
}

// judged looks at the first bytes of what should be an archive: pages of errors come with status 200, too.
func judged(in io.ReadCloser) (*Archive, error) {
	buffered := bufio.NewReaderSize(in, 64<<10)
	head, err := buffered.Peek(len(archiveMagic))
	if err == nil && !bytes.Equal(head, archiveMagic) {
		err = fmt.Errorf("source: this is no archive: it begins with %.16q", head)
	}
	if err != nil {
		_ = in.Close()
		return nil, fmt.Errorf("source: read an archive: %w", err)
	}
	return &Archive{ReadCloser: struct {
		io.Reader
		io.Closer
	}{buffered, in}}, nil
}

var (
	errStalled = fmt.Errorf("source: nothing came for too long: %w", context.DeadlineExceeded)
	errLarge   = fmt.Errorf("source: the archive is too large")
)

// download is a body that ends with an error when it is too large or stops coming.
type download struct {
	ctx    context.Context // of the request that the body belongs to
	cancel context.CancelCauseFunc
	body   io.ReadCloser
	left   int64
	stall  time.Duration
	timer  *time.Timer
}

func (d *download) Read(p []byte) (int, error) {
	d.timer.Reset(d.stall) // while nobody reads nothing is missed, except by the deadline of the whole
	n, err := d.body.Read(p)
	d.timer.Stop()
	if d.left -= int64(n); d.left < 0 {
		return 0, errLarge
	}
	if err != nil && !errors.Is(err, io.EOF) && context.Cause(d.ctx) != nil {
		err = context.Cause(d.ctx)
	}
	return n, err
}

func (d *download) Close() error {
	d.timer.Stop()
	d.cancel(nil)
	return d.body.Close()
}
