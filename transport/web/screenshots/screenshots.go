// Package screenshots takes the screenshots that players upload with the game, and shows them to everybody who has the link.
//
// A screenshot is a blob, and its key is all that is noted of it: "screenshots/OWNER/SECRET.jpg" (or .png). Its link has the
// same three parts, /ss/OWNER-SECRET.jpg, and the secret cannot be guessed. So the screenshots of a player can be listed and
// deleted without a table: see Of and Delete.
package screenshots

import (
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/pure-peace/peace/modules/fault"
	"github.com/pure-peace/peace/modules/files"
	"github.com/pure-peace/peace/modules/files/picture"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/transport/http/limit"
	"github.com/pure-peace/peace/transport/http/realip"
	"github.com/pure-peace/peace/transport/web"
)

// Config is the section [screenshots].
type Config struct {
	PerHour int `koanf:"per_hour" doc:"screenshots that a player may upload an hour in the long run, 1 to 3600; 0 switches uploads off"`
	Burst   int `koanf:"burst" doc:"screenshots that a player may upload at once, 1 to 1000"`
}

// DefaultConfig allows what players do on a good day.
func DefaultConfig() Config { return Config{PerHour: 60, Burst: 10} }

// Validate reports everything that is wrong, by key.
func (c Config) Validate() error {
	var errs []error
	if c.PerHour < 0 || c.PerHour > 3600 {
		errs = append(errs, fmt.Errorf("per_hour: must be 0 to 3600, is %d", c.PerHour))
	}
	if c.Burst < 1 || c.Burst > 1000 {
		errs = append(errs, fmt.Errorf("burst: must be 1 to 1000, is %d", c.Burst))
	}
	return errors.Join(errs...)
}

// Authenticator knows players by what the client sends with its requests: *web.Server.
type Authenticator interface {
	Player(style web.Style, next func(http.ResponseWriter, *http.Request, users.User)) http.HandlerFunc
	Refuse(w http.ResponseWriter, r *http.Request, err error)
}

// Deps are what the edge needs of others.
type Deps struct {
	Players Authenticator
	Files   files.Service
}

const (
	// maxPicture bounds a screenshot, maxBody the form around it.
	maxPicture = 4 << 20
	maxBody    = maxPicture + 64<<10
	// maxUploads bounds how many are in memory at a time. A form has to be read before it says whose it is.
	maxUploads = 32
	// transfer bounds how long an upload or a download may take.
	transfer = time.Minute
	// accounts is how many players and addresses are remembered for their rates.
	accounts = 4096
	// age is how long browsers and proxies may show a screenshot without asking. It never changes, but it may be deleted.
	age = "public, max-age=604800, immutable"
)

// limits are what a screenshot may be: of several large screens at most.
var limits = picture.Limits{Bytes: maxPicture, Side: 32_768, Pixels: 64 << 20}

// Server has the handlers. It is safe for concurrent use; make one with New.
type Server struct {
	deps    Deps
	config  Config
	slots   chan struct{}
	share   *limit.Share // of the slots
	byUser  *limit.Rate
	byPlace *limit.Rate
}

// New returns the server.
func New(config Config, deps Deps) (*Server, error) {
	if err := config.Validate(); err != nil {
		return nil, err
	}
	return &Server{
		deps: deps, config: config, slots: make(chan struct{}, maxUploads), share: limit.NewShare(maxUploads / 8),
		byUser:  limit.NewRate(float64(config.PerHour)/3600, config.Burst, accounts),
		byPlace: limit.NewRate(1, 4*config.Burst, accounts), // several players may share an address
	}, nil
}

// Osu adds the endpoints of the osu host to its router.
func (s *Server) Osu(r chi.Router) {
	long := r.With(limit.Stream, limit.Transfer(transfer, transfer), limit.Timeout(transfer))
	if s.config.PerHour > 0 {
		long.With(limit.Body(maxBody)).Post("/web/osu-screenshot.php", s.upload)
	}
	long.Get("/ss/{id}", s.show)
	long.Head("/ss/{id}", s.show)
}

// The faults of an upload.
var (
	errNoPicture = fault.New(fault.Invalid, "screenshots", "no_picture", "there is no picture in this form")
	errBusy      = fault.New(fault.Unavailable, "screenshots", "busy", "too many screenshots are on their way")
)

// upload takes a screenshot and answers with the last part of its link. What is refused is answered with a status alone:
// whatever an answer says, the client takes for a link.
func (s *Server) upload(w http.ResponseWriter, r *http.Request) {
	if ok, _ := s.byPlace.Allow(realip.ClientIP(r.Context())); !ok {
		s.deps.Players.Refuse(w, r, limit.ErrTooManyRequests)
		return
	}
	place := realip.ClientIP(r.Context())
	if !s.share.Take(place, 1) { // slow uploads of one place must not keep out all the others
		s.deps.Players.Refuse(w, r, errBusy)
		return
	}
	defer s.share.Give(place, 1)
	select {
	case s.slots <- struct{}{}:
		defer func() { <-s.slots }()
	default:
		s.deps.Players.Refuse(w, r, errBusy)
		return
	}
	if err := r.ParseMultipartForm(maxBody); err != nil { // all of it fits, so no part lands on the disk
		status := http.StatusBadRequest
		if errors.As(err, new(*http.MaxBytesError)) {
			status = http.StatusRequestEntityTooLarge
		}
		w.WriteHeader(status)
		return
	}
	s.deps.Players.Player(web.StyleC, s.take)(w, r)
}

// take keeps the screenshot of a player.
func (s *Server) take(w http.ResponseWriter, r *http.Request, user users.User) {
	if ok, _ := s.byUser.AllowUser(user.ID); !ok {
		s.deps.Players.Refuse(w, r, limit.ErrTooManyRequests)
		return
	}
	data, err := sent(r.MultipartForm)
	if err == nil && len(data) > maxPicture {
		w.WriteHeader(http.StatusRequestEntityTooLarge)
		return
	}
	var info picture.Info
	if err == nil {
		info, err = picture.Inspect(data, limits)
	}
	if err == nil && info.Format == picture.GIF {
		err = picture.ErrUnknown // the game makes none
	}
	if err != nil {
		s.deps.Players.Refuse(w, r, err)
		return
	}
	id, err := keep(r.Context(), s.deps.Files, user.ID, info.Format, data)
	if err != nil {
		s.deps.Players.Refuse(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.WriteString(w, id.String())
}

// sent returns the file of a form, which builds of the client give different names.
func sent(form *multipart.Form) ([]byte, error) {
	if form == nil {
		return nil, errNoPicture
	}
	for _, name := range []string{"ss", "jpg", "png"} {
		if parts := form.File[name]; len(parts) > 0 {
			file, err := parts[0].Open()
			if err != nil {
				return nil, err
			}
			defer file.Close() //nolint:revive // there is one, and the loop ends with it
			return io.ReadAll(io.LimitReader(file, maxPicture+1))
		}
	}
	return nil, errNoPicture
}

// show answers with a screenshot.
func (s *Server) show(w http.ResponseWriter, r *http.Request) {
	id, ok := parse(chi.URLParam(r, "id"))
	if !ok {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	file, err := files.Open(r.Context(), s.deps.Files, id.key())
	switch {
	case errors.Is(err, files.ErrNotFound):
		w.WriteHeader(http.StatusNotFound)
		return
	case err != nil:
		s.deps.Players.Refuse(w, r, err)
		return
	}
	defer file.Close()
	h := w.Header()
	h.Set("Content-Type", id.format.ContentType())
	h.Set("Cache-Control", age)
	h.Set("ETag", `"`+id.secret+`"`)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox") // a picture, whatever else it may be as well
	http.ServeContent(w, r, "", file.Blob.StoredAt, file)
}
