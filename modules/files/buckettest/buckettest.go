// Package buckettest is an S3-compatible store in memory for tests: as much of the protocol as the files module needs,
// with signatures and checksums verified as a real one does. It forgets everything with the test.
package buckettest

import (
	"bytes"
	"crypto/md5" //nolint:gosec // the protocol's tags are MD5
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// What a client needs to know besides the address.
const (
	Region    = "test-1"
	AccessKey = "an access key"
	Secret    = "a secret" //nolint:gosec // of a store that exists for a test
)

// minPart is the least that every part of an upload but the last must have.
const minPart = 5 << 20

// Store is a running store. Its hooks may be set before the first request.
type Store struct {
	URL    string
	Bucket string

	// Fail, if set, answers a request with a status instead of 0.
	Fail func(r *http.Request) int

	mu      sync.Mutex
	objects map[string]*object
	uploads map[string]*upload
}

type object struct {
	data   []byte
	tag    string
	meta   http.Header
	stored time.Time
}

type upload struct {
	key   string
	parts map[int]object
	began time.Time
}

// New starts a store with one bucket that ends with the test.
func New(t testing.TB) *Store {
	t.Helper()
	s := &Store{Bucket: "blobs", objects: make(map[string]*object), uploads: make(map[string]*upload)}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	s.URL = server.URL
	return s
}

// Objects returns the names of all objects, in order.
func (s *Store) Objects() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.objects))
}

// Add puts an object there.
func (s *Store) Add(name string, data []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.objects[name] = newObject(data)
}

// Uploads returns how many uploads are under way.
func (s *Store) Uploads() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.uploads)
}

// Age makes everything older.
func (s *Store) Age(by time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, o := range s.objects {
		o.stored = o.stored.Add(-by)
	}
	for _, u := range s.uploads {
		u.began = u.began.Add(-by)
	}
}

// ServeHTTP implements http.Handler.
func (s *Store) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	if s.Fail != nil {
		if status := s.Fail(r); status != 0 {
			refuse(w, status, "InjectedFailure")
			return
		}
	}
	if !signed(r) {
		refuse(w, http.StatusForbidden, "SignatureDoesNotMatch")
		return
	}
	sum := sha256.Sum256(body)
	claimed := r.Header.Get("X-Amz-Content-Sha256")
	if claimed != hex.EncodeToString(sum[:]) && (claimed != "UNSIGNED-PAYLOAD" || len(body) > 0) {
		refuse(w, http.StatusBadRequest, "XAmzContentSHA256Mismatch")
		return
	}
	bucket, key, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	if bucket != s.Bucket {
		refuse(w, http.StatusNotFound, "NoSuchBucket")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	query := r.URL.Query()
	switch {
	case key == "" && r.Method == http.MethodHead:
	case key == "" && r.Method == http.MethodGet && query.Has("uploads"):
		s.listUploads(w, query)
	case key == "" && r.Method == http.MethodGet && query.Get("list-type") == "2":
		s.list(w, query)
	case key == "":
		refuse(w, http.StatusNotImplemented, "NotImplemented")
	case r.Method == http.MethodPost && query.Has("uploads"):
		id := rand.Text()
		s.uploads[id] = &upload{key: key, parts: make(map[int]object), began: time.Now()}
		answer(w, struct {
			XMLName               xml.Name `xml:"InitiateMultipartUploadResult"`
			Bucket, Key, UploadId string
		}{Bucket: bucket, Key: key, UploadId: id})
	case query.Has("uploadId"):
		s.continueUpload(w, r, key, body)
	case r.Method == http.MethodPut && r.Header.Get("X-Amz-Copy-Source") != "":
		s.copy(w, r, key)
	case r.Method == http.MethodPut:
		o := newObject(body)
		for name, values := range r.Header {
			if strings.HasPrefix(name, "X-Amz-Meta-") {
				o.meta[name] = values
			}
		}
		s.objects[key] = o
		w.Header().Set("ETag", o.tag)
	case r.Method == http.MethodGet, r.Method == http.MethodHead:
		s.get(w, r, key)
	case r.Method == http.MethodDelete:
		delete(s.objects, key)
		w.WriteHeader(http.StatusNoContent)
	default:
		refuse(w, http.StatusNotImplemented, "NotImplemented")
	}
}

func newObject(data []byte) *object {
	sum := md5.Sum(data) //nolint:gosec // see the import
	return &object{data: data, tag: `"` + hex.EncodeToString(sum[:]) + `"`, meta: make(http.Header), stored: time.Now()}
}

// get answers with an object or with the range of it that is asked for.
func (s *Store) get(w http.ResponseWriter, r *http.Request, key string) {
	o := s.objects[key]
	if o == nil {
		refuse(w, http.StatusNotFound, "NoSuchKey")
		return
	}
	first, last, status := 0, len(o.data)-1, http.StatusOK
	if text, ok := strings.CutPrefix(r.Header.Get("Range"), "bytes="); ok {
		from, to, _ := strings.Cut(text, "-")
		first, _ = strconv.Atoi(from)
		if n, err := strconv.Atoi(to); err == nil {
			last = min(last, n)
		}
		if first > last {
			refuse(w, http.StatusRequestedRangeNotSatisfiable, "InvalidRange")
			return
		}
		status = http.StatusPartialContent
		w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", first, last, len(o.data)))
	}
	h := w.Header()
	maps.Copy(h, o.meta)
	h.Set("ETag", o.tag)
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Last-Modified", o.stored.UTC().Format(http.TimeFormat))
	h.Set("Content-Length", strconv.Itoa(last+1-first))
	w.WriteHeader(status)
	if r.Method == http.MethodGet {
		_, _ = w.Write(o.data[first : last+1])
	}
}

func (s *Store) copy(w http.ResponseWriter, r *http.Request, key string) {
	source, err := url.PathUnescape(r.Header.Get("X-Amz-Copy-Source"))
	from := s.objects[strings.TrimPrefix(strings.TrimPrefix(source, "/"), s.Bucket+"/")]
	if err != nil || from == nil {
		refuse(w, http.StatusNotFound, "NoSuchKey")
		return
	}
	to := *from
	to.stored = time.Now()
	s.objects[key] = &to
	answer(w, struct {
		XMLName      xml.Name `xml:"CopyObjectResult"`
		ETag         string
		LastModified time.Time
	}{ETag: to.tag, LastModified: to.stored.UTC()})
}

// continueUpload adds a part, ends an upload, or gives it up.
func (s *Store) continueUpload(w http.ResponseWriter, r *http.Request, key string, body []byte) {
	query := r.URL.Query()
	id := query.Get("uploadId")
	u := s.uploads[id]
	if u == nil || u.key != key {
		refuse(w, http.StatusNotFound, "NoSuchUpload")
		return
	}
	switch r.Method {
	case http.MethodPut:
		n, err := strconv.Atoi(query.Get("partNumber"))
		if err != nil || n < 1 || n > 10_000 {
			refuse(w, http.StatusBadRequest, "InvalidArgument")
			return
		}
		part := newObject(body)
		u.parts[n] = *part
		w.Header().Set("ETag", part.tag)
	case http.MethodDelete:
		delete(s.uploads, id)
		w.WriteHeader(http.StatusNoContent)
	case http.MethodPost:
		var order struct {
			Part []struct {
				PartNumber int
				ETag       string
			}
		}
		if err := xml.Unmarshal(body, &order); err != nil || len(order.Part) == 0 {
			refuse(w, http.StatusBadRequest, "MalformedXML")
			return
		}
		var data bytes.Buffer
		for i, named := range order.Part {
			part, ok := u.parts[named.PartNumber]
			if !ok || strings.Trim(named.ETag, `"`) != strings.Trim(part.tag, `"`) {
				refuse(w, http.StatusBadRequest, "InvalidPart")
				return
			}
			if i < len(order.Part)-1 && len(part.data) < minPart {
				refuse(w, http.StatusBadRequest, "EntityTooSmall")
				return
			}
			data.Write(part.data)
		}
		o := newObject(data.Bytes())
		o.tag = fmt.Sprintf(`%s-%d"`, strings.TrimSuffix(o.tag, `"`), len(order.Part))
		s.objects[key] = o
		delete(s.uploads, id)
		answer(w, struct {
			XMLName           xml.Name `xml:"CompleteMultipartUploadResult"`
			Bucket, Key, ETag string
		}{Bucket: s.Bucket, Key: key, ETag: o.tag})
	default:
		refuse(w, http.StatusNotImplemented, "NotImplemented")
	}
}

// refuse answers with an error in the protocol's form.
func refuse(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	_ = xml.NewEncoder(w).Encode(struct {
		XMLName       xml.Name `xml:"Error"`
		Code, Message string
	}{Code: code, Message: code})
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/xml")
	_ = xml.NewEncoder(w).Encode(v)
}
