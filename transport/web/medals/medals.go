// Package medals serves the pictures of medals that the stable client asks of the assets host. An operator may put pictures of
// his own into a directory; for every other medal one is drawn: see draw.go.
//
// What medals there are, and who has them, belongs to modules/achievements.
package medals

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/go-chi/chi/v5"
	lru "github.com/hashicorp/golang-lru/v2"

	"github.com/pure-peace/peace/modules/achievements"
	"github.com/pure-peace/peace/modules/files/picture"
)

// Config is the section [medals].
type Config struct {
	Dir string `koanf:"dir" doc:"directory with pictures of medals, FILE.png and FILE@2x.png, which are shown instead of the drawn ones; relative to data_dir"`
}

// DefaultConfig looks in a directory that need not exist.
func DefaultConfig() Config { return Config{Dir: "medals"} }

// Validate has nothing to object to.
func (Config) Validate() error { return nil }

// Deps are what the edge needs of others.
type Deps struct {
	Achievements achievements.Service // nil when it is off: then only the operator's pictures are there
	Log          *slog.Logger
}

// Server has the pictures. It is safe for concurrent use; make one with New.
type Server struct {
	config Config
	deps   Deps
	drawn  *lru.Cache[string, drawing]
	pencil sync.Mutex // one picture is drawn at a time: it takes some milliseconds

	mu    sync.Mutex
	known map[string]bool // names of medals
	asked time.Time       // when they were asked for
}

const (
	// width of a picture; the larger form, with @2x in its name, has twice as much.
	width    = 128
	maxDrawn = 512 // pictures that are kept, about 15 KiB each
	maxFile  = 4 << 20
	age      = "public, max-age=86400"
	// relearn is how long the list of medals is believed; it changes when the server that awards them is replaced.
	relearn = time.Minute
	timeout = 5 * time.Second
)

// New returns the server.
func New(config Config, deps Deps) (*Server, error) {
	drawn, err := lru.New[string, drawing](maxDrawn)
	if err != nil {
		return nil, err
	}
	return &Server{config: config, deps: deps, drawn: drawn}, nil
}

// Assets adds the pictures to the assets host.
func (s *Server) Assets(r chi.Router) {
	r.Get("/medals/client/{name}", s.serve)
	r.Head("/medals/client/{name}", s.serve)
}

// drawing is a picture with what its bytes are called in caches.
type drawing struct {
	png []byte
	tag string
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	file, large, ok := parse(chi.URLParam(r, "name"))
	if !ok {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	if s.serveOwn(w, r, file, large) {
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), timeout)
	defer cancel()
	known, err := s.knows(ctx, file)
	switch {
	case err != nil:
		s.deps.Log.WarnContext(ctx, "medals are not known", "error", err)
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	case !known:
		w.WriteHeader(http.StatusNotFound)
		return
	}
	d := s.drawing(file, large)
	h.Set("Content-Type", "image/png")
	h.Set("Cache-Control", age)
	h.Set("ETag", d.tag)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(d.png))
}

// parse reads the name of a picture: that of a medal, with @2x for the larger form, and .png.
func parse(name string) (file string, large, ok bool) {
	file, ok = strings.CutSuffix(name, ".png")
	file, large = strings.CutSuffix(file, "@2x")
	if !ok || file == "" || len(file) > 64 {
		return "", false, false
	}
	for _, c := range []byte(file) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_' {
			return "", false, false
		}
	}
	return file, large, true
}

// serveOwn answers with the operator's picture, the smaller one when there is no larger one, and reports whether there is one.
func (s *Server) serveOwn(w http.ResponseWriter, r *http.Request, file string, large bool) bool {
	root, err := os.OpenRoot(s.config.Dir)
	if err != nil {
		return false
	}
	defer root.Close()
	if large && s.serveFile(w, r, root, file+"@2x.png") {
		return true
	}
	return s.serveFile(w, r, root, file+".png")
}

func (s *Server) serveFile(w http.ResponseWriter, r *http.Request, root *os.Root, name string) bool {
	f, err := root.Open(name)
	if err != nil {
		return false
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() || info.Size() > maxFile {
		return false
	}
	head := make([]byte, 16)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return false
	}
	format, ok := picture.FormatOf(head[:n])
	if _, err := f.Seek(0, io.SeekStart); err != nil || !ok {
		return false
	}
	w.Header().Set("Content-Type", format.ContentType())
	w.Header().Set("Cache-Control", "public, max-age=300")
	http.ServeContent(w, r, "", info.ModTime(), f)
	return true
}

// knows reports whether there is such a medal.
func (s *Server) knows(ctx context.Context, file string) (bool, error) {
	if s.deps.Achievements == nil {
		return false, nil
	}
	s.mu.Lock()
	known, fresh := s.known, time.Since(s.asked) < relearn
	s.mu.Unlock()
	if known[file] || fresh {
		return known[file], nil
	}
	all, err := s.deps.Achievements.Achievements(ctx)
	if err != nil {
		return false, err
	}
	known = make(map[string]bool, len(all))
	for _, a := range all {
		known[a.File] = true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.known, s.asked = known, time.Now()
	return known[file], nil
}

// drawing returns a picture, drawn when it is not there.
func (s *Server) drawing(file string, large bool) drawing {
	key, size := file, width
	if large {
		key, size = file+"@2x", 2*width
	}
	if d, ok := s.drawn.Get(key); ok {
		return d
	}
	s.pencil.Lock()
	defer s.pencil.Unlock()
	if d, ok := s.drawn.Get(key); ok {
		return d
	}
	d := drawing{png: draw(file, size)}
	sum := sha256.Sum256(d.png)
	d.tag = `"` + hex.EncodeToString(sum[:8]) + `"`
	s.drawn.Add(key, d)
	return d
}
