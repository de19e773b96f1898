// Package compress shortens HTTP answers with gzip, for clients that ask for it: Write for an answer that is complete in
// memory, Handler for handlers that write as they go. Request bodies are none of its business: osu! never compresses them.
package compress

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

// MinSize is a body size in bytes below which gzip saves less than a network packet.
const MinSize = 1024

var writers = sync.Pool{New: func() any {
	w, _ := gzip.NewWriterLevel(io.Discard, gzip.BestSpeed) // the level is valid
	return w
}}

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// Accepted reports whether the client takes gzip, by its Accept-Encoding.
func Accepted(r *http.Request) bool {
	wildcard := false
	for _, line := range r.Header["Accept-Encoding"] {
		for entry := range strings.SplitSeq(line, ",") {
			coding, parameters, _ := strings.Cut(entry, ";")
			coding = strings.TrimSpace(coding)
			if strings.EqualFold(coding, "gzip") {
				return !zeroWeight(parameters)
			}
			wildcard = wildcard || coding == "*" && !zeroWeight(parameters)
		}
	}
	return wildcard
}

// zeroWeight reports whether parameters are ";q=0", the way to refuse a coding.
func zeroWeight(parameters string) bool {
	name, value, _ := strings.Cut(parameters, "=")
	if !strings.EqualFold(strings.TrimSpace(name), "q") {
		return false
	}
	weight, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
	return err == nil && weight == 0
}

// Write answers 200 with body, compressed when the client accepts that and body has MinSize bytes or more. It sets
// Content-Length, and Vary for caches; the other headers are the caller's. The error is that of writing to the client.
func Write(w http.ResponseWriter, r *http.Request, body []byte) error {
	h := w.Header()
	if len(body) >= MinSize {
		addVary(h)
		if Accepted(r) {
			buffer := buffers.Get().(*bytes.Buffer)
			defer putBuffer(buffer)
			buffer.Reset()
			z := writers.Get().(*gzip.Writer)
			defer writers.Put(z)
			z.Reset(buffer)
			_, _ = z.Write(body) // a buffer takes everything
			_ = z.Close()
			if buffer.Len() < len(body) {
				h["Content-Encoding"] = []string{"gzip"}
				body = buffer.Bytes()
			}
		}
	}
	h["Content-Length"] = []string{strconv.Itoa(len(body))}
	_, err := w.Write(body)
	return err
}

// putBuffer keeps ordinary buffers for reuse and leaves huge ones to the collector.
func putBuffer(b *bytes.Buffer) {
	if b.Cap() <= 1<<20 {
		buffers.Put(b)
	}
}

func addVary(h http.Header) {
	for _, line := range h["Vary"] {
		if strings.Contains(strings.ToLower(line), "accept-encoding") {
			return
		}
	}
	h.Add("Vary", "Accept-Encoding")
}

// Handler compresses the answers of next when the client accepts it, the answer is text, JSON or the like of MinSize bytes
// or more, and next has not encoded it already.
func Handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		addVary(w.Header())
		if !Accepted(r) || r.Method == http.MethodHead || r.Header.Get("Upgrade") != "" {
			next.ServeHTTP(w, r)
			return
		}
		z := &writer{ResponseWriter: w}
		next.ServeHTTP(z, r)
		z.finish() // not deferred: after a panic the answer must not be completed
	})
}

// writer holds back the first MinSize bytes of an answer to decide whether it is worth compressing.
type writer struct {
	http.ResponseWriter
	status  int
	held    []byte
	decided bool
	gzip    *gzip.Writer // nil when the answer passes unchanged
}

func (w *writer) WriteHeader(status int) {
	if status < 200 && status != http.StatusSwitchingProtocols {
		w.ResponseWriter.WriteHeader(status) // informational: the answer is still to come
		return
	}
	if w.status != 0 {
		return
	}
	w.status = status
	if status == http.StatusSwitchingProtocols || status == http.StatusNoContent || status == http.StatusNotModified {
		_ = w.decide(false) // nothing is held that could fail to be written
	}
}

func (w *writer) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	if !w.decided {
		w.held = append(w.held, p...)
		if len(w.held) < MinSize {
			return len(p), nil
		}
		return len(p), w.decide(true)
	}
	if w.gzip != nil {
		return w.gzip.Write(p)
	}
	return w.ResponseWriter.Write(p)
}

// decide sends the header and what was held back; worth says whether the size justifies compression.
func (w *writer) decide(worth bool) error {
	w.decided = true
	h := w.Header()
	if worth && h.Get("Content-Type") == "" {
		h.Set("Content-Type", http.DetectContentType(w.held))
	}
	if worth && w.status != http.StatusPartialContent && h.Get("Content-Encoding") == "" && compressible(h.Get("Content-Type")) {
		h.Del("Content-Length")
		h.Set("Content-Encoding", "gzip")
		if tag := h.Get("ETag"); strings.HasPrefix(tag, `"`) {
			h.Set("ETag", "W/"+tag) // no longer the same bytes for everybody
		}
		w.gzip = writers.Get().(*gzip.Writer)
		w.gzip.Reset(w.ResponseWriter)
	}
	if w.status != 0 {
		w.ResponseWriter.WriteHeader(w.status)
	}
	held := w.held
	w.held = nil
	if len(held) == 0 {
		return nil
	}
	var err error
	if w.gzip != nil {
		_, err = w.gzip.Write(held)
	} else {
		_, err = w.ResponseWriter.Write(held)
	}
	return err
}

// FlushError sends what there is: a handler that flushes streams, and wants its bytes out whatever their number.
func (w *writer) FlushError() error {
	if !w.decided {
		if w.status == 0 {
			w.status = http.StatusOK
		}
		if err := w.decide(true); err != nil {
			return err
		}
	}
	if w.gzip != nil {
		if err := w.gzip.Flush(); err != nil {
			return err
		}
	}
	return http.NewResponseController(w.ResponseWriter).Flush()
}

// Flush is FlushError for handlers that look for http.Flusher.
func (w *writer) Flush() { _ = w.FlushError() }

func (w *writer) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *writer) finish() {
	if !w.decided {
		_ = w.decide(false)
	}
	if w.gzip != nil {
		_ = w.gzip.Close()
		writers.Put(w.gzip)
	}
}

// compressible reports whether a content type is not compressed already.
func compressible(contentType string) bool {
	media, _, _ := strings.Cut(contentType, ";")
	media = strings.ToLower(strings.TrimSpace(media))
	switch media {
	case "application/json", "application/javascript", "application/xml", "application/wasm", "image/svg+xml", "application/x-osu-beatmap":
		return true
	}
	return strings.HasPrefix(media, "text/") && media != "text/event-stream" || strings.HasSuffix(media, "+json") || strings.HasSuffix(media, "+xml")
}
