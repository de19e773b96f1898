package site

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/pure-peace/peace/modules/fault"
	"github.com/pure-peace/peace/modules/oauth"
	"github.com/pure-peace/peace/modules/users"
)

// site is the client that these pages are.
var site = oauth.Client{ID: oauth.SiteClient}

type loginData struct{ Name, Next string }

func (s *Server) showLogin(v *visit) error {
	next := destination(v.r.URL.Query().Get("next"))
	if v.access != "" {
		v.redirect(next)
		return nil
	}
	v.show(http.StatusOK, "login", view{Title: "Log in", Data: loginData{Next: next}})
	return nil
}

func (s *Server) login(v *visit) error {
	next := destination(v.field("next"))
	refuse := func(status int, text string) error {
		v.show(status, "login", view{Title: "Log in", Problem: text, Data: loginData{Name: v.field("name"), Next: next}})
		return nil
	}
	if ok, _ := s.logins.Allow(v.address()); !ok {
		v.w.Header().Set("Retry-After", "60")
		return refuse(http.StatusTooManyRequests, "That were too many attempts, wait a minute.")
	}
	issued, err := s.enter(v, v.field("name"), v.field("password"))
	switch {
	case errors.Is(err, oauth.ErrBadGrant), errors.Is(err, users.ErrTooMany), errors.Is(err, users.ErrBusy):
		f := fault.As(err)
		status := http.StatusUnprocessableEntity
		if f.Kind == fault.Exhausted {
			status = http.StatusTooManyRequests
		}
		return refuse(status, sentence(f.Message))
	case err != nil:
		return err
	}
	if v.access != "" {
		if err := s.deps.OAuth.Revoke(v.ctx(), v.token.ID); err != nil {
			return err
		}
	}
	v.remember(issued)
	v.onward(next)
	return nil
}

// enter gets a token for the browser.
func (s *Server) enter(v *visit, name, password string) (oauth.Issued, error) {
	return s.deps.OAuth.Password(v.ctx(), site, oauth.Login{
		Name: name, Password: password, Scopes: []string{oauth.ScopeSite}, Address: v.address(), Version: oauth.TOTPVersion,
	})
}

// onward goes to a page, past the second factor if that is still to come.
func (v *visit) onward(next string) {
	if !v.token.Verified {
		next = "/home/verify?next=" + url.QueryEscape(next)
	}
	v.redirect(next)
}

type verifyData struct {
	Mail bool
	Next string
}

func (v *visit) showVerifyWith(status int, next, notice, text string) {
	v.show(status, "verify", view{
		Title: "One more step", Notice: notice, Problem: text, Data: verifyData{Mail: v.token.Method == oauth.MethodMail, Next: next},
	})
}

func (s *Server) showVerify(v *visit) error {
	next := destination(v.r.URL.Query().Get("next"))
	if v.token.Verified {
		v.redirect(next)
		return nil
	}
	notice := ""
	switch v.r.URL.Query().Get("sent") {
	case "again":
		notice = "Another code is on its way."
	case "mail":
		notice = "A code is on its way to your e-mail address."
	}
	v.showVerifyWith(http.StatusOK, next, notice, "")
	return nil
}

func (s *Server) verify(v *visit) error {
	next := destination(v.field("next"))
	err := s.deps.OAuth.Verify(v.ctx(), v.token.ID, v.field("code"))
	switch {
	case err == nil:
		v.redirect(next)
		return nil
	case errors.Is(err, oauth.ErrBadCode), errors.Is(err, oauth.ErrTries):
		f := fault.As(err)
		if f.Details["method"] == "mail" {
			v.token.Method = oauth.MethodMail
		}
		status := http.StatusUnprocessableEntity
		if f.Kind == fault.Exhausted {
			status = http.StatusTooManyRequests
		}
		v.showVerifyWith(status, next, "", sentence(f.Message))
		return nil
	}
	return err
}

func (s *Server) reissue(v *visit) error {
	return v.sent(s.deps.OAuth.Reissue(v.ctx(), v.token.ID), "again")
}

func (s *Server) fallBack(v *visit) error {
	return v.sent(s.deps.OAuth.FallBack(v.ctx(), v.token.ID), "mail")
}

// sent says that a mail is on its way, or why none is.
func (v *visit) sent(err error, what string) error {
	next := destination(v.field("next"))
	switch {
	case err == nil:
		v.redirect("/home/verify?sent=" + what + "&next=" + url.QueryEscape(next))
		return nil
	case errors.Is(err, oauth.ErrNoMail):
		v.showVerifyWith(http.StatusUnprocessableEntity, next, "", "There is no e-mail address to send a code to. Use a backup code, or ask the staff of this server.")
		return nil
	case errors.Is(err, oauth.ErrTries):
		v.showVerifyWith(http.StatusTooManyRequests, next, "", sentence(fault.As(err).Message))
		return nil
	}
	return err
}

func (s *Server) logout(v *visit) error {
	if err := s.deps.OAuth.Revoke(v.ctx(), v.token.ID); err != nil {
		return err
	}
	v.forget()
	v.redirect("/home/login")
	return nil
}
