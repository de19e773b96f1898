package web

import (
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"slices"

	"github.com/pure-peace/peace/modules/fault"
	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/transport/http/realip"
)

// Style is how an endpoint gets its credentials: the names of the parameters for name and password.
type Style struct{ name, password string }

// The styles. A fourth one is that of score submission, whose name is inside what is submitted: see Server.Online.
var (
	StyleA = Style{"us", "ha"} // leaderboards, lastfm
	StyleB = Style{"u", "h"}   // most
	StyleC = Style{"u", "p"}   // screenshots, ratings, comments
)

// Online is a player with the stable clients, of any kind, that he is online with: usually one, many in tournaments.
type Online struct {
	User  users.User
	Games []sessions.Session
}

// Player serves an endpoint to players: those with good credentials who are online with a stable client. Everybody else gets
// an empty 401, as by osuAkatsuki/bancho.py and osuTitanic/deck. The credentials are in the query, or in the form.
func (s *Server) Player(style Style, next func(http.ResponseWriter, *http.Request, users.User)) http.HandlerFunc {
	return s.Game(style, func(w http.ResponseWriter, r *http.Request, player Online) { next(w, r, player.User) })
}

// Game is Player for an endpoint that needs to know the client as well.
func (s *Server) Game(style Style, next func(http.ResponseWriter, *http.Request, Online)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		query := r.URL.Query()
		name, password := query.Get(style.name), query.Get(style.password)
		if r.Method == http.MethodPost && password == "" {
			name, password = r.FormValue(style.name), r.FormValue(style.password)
		}
		player, err := s.Online(r, name, password)
		if err != nil {
			s.Refuse(w, r, err)
			return
		}
		next(w, r, player)
	}
}

// ErrOffline says that a player with good credentials has no session.
var ErrOffline = fault.New(fault.Unauthenticated, "web", "offline", "log in with the game first")

// Authenticate returns the account of name and password (32 lower-case hex digits of an MD5) if it is online with a stable
// client. Otherwise the fault is users.ErrBadCredentials, ErrOffline, or another one of a module.
func (s *Server) Authenticate(r *http.Request, name, passwordMD5 string) (users.User, error) {
	player, err := s.Online(r, name, passwordMD5)
	return player.User, err
}

// Online is Authenticate for callers who need to know the client as well.
func (s *Server) Online(r *http.Request, name, passwordMD5 string) (Online, error) {
	if name == "" || len(passwordMD5) != 32 {
		return Online{}, users.ErrBadCredentials
	}
	_, address := origin(r)
	credentials := users.Credentials{Name: name, PasswordMD5: passwordMD5, Address: address}
	user, err := s.deps.Users.Authenticate(r.Context(), credentials, nil)
	if err != nil {
		return Online{}, err
	}
	online, err := s.deps.Sessions.Of(r.Context(), []int32{user.ID})
	if err != nil {
		return Online{}, err
	}
	games := slices.DeleteFunc(online, func(session sessions.Session) bool {
		return session.Kind != sessions.Stable && session.Kind != sessions.Tournament
	})
	if len(games) == 0 {
		return Online{}, ErrOffline
	}
	return Online{User: user, Games: games}, nil
}

// Refuse answers a request of a player that failed, with a status and nothing else: what the client makes of a body differs
// from build to build.
func (s *Server) Refuse(w http.ResponseWriter, r *http.Request, err error) {
	switch fault.KindOf(err) {
	case fault.Unauthenticated:
		w.WriteHeader(http.StatusUnauthorized)
	case fault.Invalid, fault.NotFound:
		w.WriteHeader(http.StatusBadRequest)
	case fault.Exhausted:
		w.Header().Set("Retry-After", "10")
		w.WriteHeader(http.StatusTooManyRequests)
	case fault.Canceled:
	case fault.Unavailable, fault.DeadlineExceeded:
		w.Header().Set("Retry-After", "10")
		s.report(w, r, http.StatusServiceUnavailable, err)
	default:
		s.report(w, r, http.StatusInternalServerError, err)
	}
}

func (s *Server) report(w http.ResponseWriter, r *http.Request, status int, err error) {
	s.deps.Log.LogAttrs(r.Context(), slog.LevelWarn, "web request failed", slog.String("path", r.URL.Path), slog.Any("error", err))
	w.WriteHeader(status)
}

// origin returns the country that a trusted proxy named, and the client's address.
func origin(r *http.Request) (country string, address netip.Addr) {
	return realip.GeoOf(r).Country, realip.ClientIP(r.Context())
}

// tooLarge reports whether reading a body failed because of its size.
func tooLarge(err error) bool { return errors.As(err, new(*http.MaxBytesError)) }
