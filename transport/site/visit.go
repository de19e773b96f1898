package site

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/pure-peace/peace/modules/fault"
	"github.com/pure-peace/peace/modules/oauth"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/transport/http/problem"
	"github.com/pure-peace/peace/transport/http/realip"
)

// The cookies. The prefix makes browsers refuse them without HTTPS, for other paths and from other hosts.
const (
	sessionCookie = "__Host-peace"
	visitCookie   = "__Host-peace-visit" // of somebody who is not logged in, for his forms
)

// visit is one request, by whoever makes it.
type visit struct {
	server *Server
	w      http.ResponseWriter
	r      *http.Request

	access string      // "" for nobody
	token  oauth.Token // of the browser
	user   users.User
	visit  string // the secret behind the tokens of forms
}

func (v *visit) ctx() context.Context { return v.r.Context() }

func (v *visit) address() netip.Addr { return realip.ClientIP(v.ctx()) }

// page serves a request. It returns an error for what has no page of its own.
type page func(v *visit) error

// open serves everybody.
func (s *Server) open(p page) http.HandlerFunc { return s.serve(func(*visit) bool { return true }, p) }

// unproved serves who has logged in, even if his second factor is still to come.
func (s *Server) unproved(p page) http.HandlerFunc {
	return s.serve(func(v *visit) bool {
		if v.access == "" {
			v.toLogin()
			return false
		}
		return true
	}, p)
}

// proved serves who has logged in altogether.
func (s *Server) proved(p page) http.HandlerFunc {
	return s.serve(func(v *visit) bool {
		switch {
		case v.access == "":
			v.toLogin()
			return false
		case !v.token.Verified:
			v.redirect("/home/verify?next=" + url.QueryEscape(v.here()))
			return false
		}
		return true
	}, p)
}

func (s *Server) serve(admits func(*visit) bool, p page) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		v := &visit{server: s, w: w, r: r}
		protect(w.Header(), "")
		err := v.identify()
		if err == nil && r.Method == http.MethodPost {
			err = v.checkForm()
		}
		if err == nil && admits(v) {
			err = p(v)
		}
		if err != nil {
			v.fail(err)
		}
	}
}

// protect sets the headers that keep a page from being used by others. Forms may lead to `targets` besides this server: browsers
// apply the policy to where a form's answer redirects to.
func protect(h http.Header, targets string) {
	h.Set("Content-Security-Policy", "default-src 'none'; img-src data:; style-src '"+styleHash+"'; form-action 'self'"+targets+
		"; frame-ancestors 'none'; base-uri 'none'")
	h.Set("X-Frame-Options", "DENY")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
}

// identify finds out who visits.
func (v *visit) identify() error {
	if visit := v.cookie(visitCookie); len(visit) <= 64 {
		v.visit = visit
	}
	access := v.cookie(sessionCookie)
	if access == "" {
		return nil
	}
	token, err := v.server.deps.OAuth.Check(v.ctx(), access)
	if errors.Is(err, oauth.ErrNoToken) {
		v.forget()
		return nil
	}
	if err != nil {
		return err
	}
	// A token of the game is no cookie, as a cookie is no token for the API.
	if token.ClientID != oauth.SiteClient || !slices.Contains(token.Scopes, oauth.ScopeSite) {
		v.forget()
		return nil
	}
	found, err := v.server.deps.Users.Get(v.ctx(), []int32{token.UserID})
	if err != nil {
		return err
	}
	if len(found) == 1 {
		v.access, v.token, v.user, v.visit = access, token, found[0], access
	}
	return nil
}

// cookie returns what the browser sent; "" when it sent nothing.
func (v *visit) cookie(name string) string {
	cookie, err := v.r.Cookie(name)
	if err != nil {
		return ""
	}
	return cookie.Value
}

// remember logs the browser in.
func (v *visit) remember(issued oauth.Issued) {
	v.setCookie(sessionCookie, issued.AccessToken, time.Until(issued.Token.ExpiresAt))
	v.setCookie(visitCookie, "", -1)
	v.access, v.token, v.visit = issued.AccessToken, issued.Token, issued.AccessToken
}

// forget logs the browser out.
func (v *visit) forget() { v.setCookie(sessionCookie, "", -1) }

func (v *visit) setCookie(name, value string, lifetime time.Duration) {
	cookie := &http.Cookie{
		Name: name, Value: value, Path: "/", Secure: true, HttpOnly: true,
		// Not strict: who comes from an application to consent comes from another site.
		SameSite: http.SameSiteLaxMode,
	}
	switch {
	case lifetime < 0:
		cookie.MaxAge = -1
	case lifetime > 0:
		cookie.MaxAge = max(1, int(lifetime/time.Second))
	}
	http.SetCookie(v.w, cookie)
}

var (
	errForeign  = fault.New(fault.Forbidden, "site", "foreign", "this form does not come from this page, or your browser keeps no cookies: go back, load the page again and try again")
	errForm     = fault.New(fault.Invalid, "site", "form", "the form cannot be read")
	errTooMany  = fault.New(fault.Exhausted, "site", "too_many", "that was a bit much, wait a minute")
	errNotFound = fault.New(fault.NotFound, "site", "not_found", "there is no such page")
)

// checkForm reads the form of a POST, and refuses one that some other site has made the browser send.
func (v *visit) checkForm() error {
	if err := v.server.origin.Check(v.r); err != nil {
		return errForeign
	}
	v.r.Body = http.MaxBytesReader(v.w, v.r.Body, maxForm)
	if err := v.r.ParseForm(); err != nil {
		if errors.As(err, new(*http.MaxBytesError)) {
			return err
		}
		return errForm
	}
	for _, values := range v.r.PostForm {
		if len(values) != 1 || !utf8.ValidString(values[0]) || strings.ContainsRune(values[0], 0) {
			return errForm
		}
	}
	if v.visit == "" || subtle.ConstantTimeCompare([]byte(v.field("form")), []byte(formToken(v.visit))) != 1 {
		return errForeign
	}
	if v.user.ID != 0 {
		if ok, _ := v.server.forms.AllowUser(v.user.ID); !ok {
			return errTooMany
		}
	}
	return nil
}

// formToken is what the forms of a browser carry: it shows that whoever made the form knows the browser's cookie, and does not
// give the cookie away.
func formToken(secret string) string {
	sum := sha256.Sum256([]byte("peace form\x00" + secret))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// form returns the token for a form of this browser, which gets a cookie for it when it has none.
func (v *visit) form() string {
	if v.visit == "" {
		v.visit = rand.Text()
		v.setCookie(visitCookie, v.visit, 0)
	}
	return formToken(v.visit)
}

// field returns what was filled in; never what is in the address.
func (v *visit) field(name string) string { return v.r.PostForm.Get(name) }

// redirect goes on with another page of this server.
func (v *visit) redirect(path string) { http.Redirect(v.w, v.r, path, http.StatusSeeOther) }

// toLogin asks who it is, and comes back.
func (v *visit) toLogin() { v.redirect("/home/login?next=" + url.QueryEscape(v.here())) }

// here is the page to come back to: that of a form is asked for anew.
func (v *visit) here() string {
	if v.r.Method != http.MethodGet {
		return account
	}
	return destination(v.r.URL.RequestURI())
}

const (
	account   = "/home/account"
	authorize = "/oauth/authorize"
	maxNext   = 4 << 10
)

// destination returns where to go on, which is a page of this server whatever is asked for.
func destination(next string) string {
	if len(next) > maxNext || !strings.HasPrefix(next, "/") || strings.ContainsFunc(next, func(r rune) bool { return r <= ' ' || r == '\\' || r >= 0x7f }) {
		return account
	}
	u, err := url.Parse(next)
	if err != nil || u.IsAbs() || u.Host != "" || u.User != nil {
		return account
	}
	if u.Path == authorize || u.Path == account || strings.HasPrefix(u.Path, account+"/") && !strings.Contains(u.Path, "..") {
		return next
	}
	return account
}

// fail shows an error. What a person can mend is said; what went wrong here is in the log.
func (v *visit) fail(err error) {
	f, kind := fault.As(err), fault.KindOf(err)
	switch {
	case errors.As(err, new(*http.MaxBytesError)):
		v.problem(http.StatusRequestEntityTooLarge, "The form is too large.")
	case f != nil && f.Kind != fault.Internal && f.Kind != fault.Unavailable:
		v.problem(problem.StatusOf(f.Kind), sentence(f.Message))
	case kind == fault.Canceled:
	default:
		v.server.deps.Log.LogAttrs(v.ctx(), slog.LevelError, "a page failed", slog.String("path", v.r.URL.Path), slog.Any("error", err))
		v.problem(problem.StatusOf(kind), "The server cannot do that at the moment. Try again in a while.")
	}
}

// sentence makes a fault's message fit for a page.
func sentence(message string) string {
	if message == "" {
		return ""
	}
	return strings.ToUpper(message[:1]) + message[1:] + "."
}
