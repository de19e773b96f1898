package site

import (
	"encoding/base64"
	"errors"
	"html/template"
	"net/http"
	"strings"

	"github.com/pure-peace/peace/modules/fault"
	"github.com/pure-peace/peace/modules/oauth"
)

type authenticatorData struct {
	On      bool
	Left    int          // backup codes
	Begun   bool         // a code is waited for
	Secret  string       // of an authenticator that was just begun, in groups of four
	Picture template.URL // its QR code
	Codes   []string     // backup codes that are new
}

func (v *visit) showFactor(status int, text string, data authenticatorData) {
	v.show(status, "authenticator", view{Title: "Your authenticator", Problem: text, Data: data})
}

func (s *Server) showAuthenticator(v *visit) error { return s.authenticator(v, http.StatusOK, "") }

// authenticator shows how things stand.
func (s *Server) authenticator(v *visit, status int, text string) error {
	on, left, err := s.deps.OAuth.Enrolled(v.ctx(), v.user.ID)
	if err != nil {
		return err
	}
	v.showFactor(status, text, authenticatorData{On: on, Left: left})
	return nil
}

// enrol begins: with the password, so that nobody who finds a browser open locks its owner out.
func (s *Server) enrol(v *visit) error {
	if err := s.knows(v, v.field("password")); err != nil {
		if status, text, ok := wrongPassword(err); ok {
			return s.authenticator(v, status, text)
		}
		return err
	}
	e, err := s.deps.OAuth.Enrol(v.ctx(), v.user.ID)
	if errors.Is(err, oauth.ErrEnrolled) {
		return s.authenticator(v, http.StatusConflict, "It is on already.")
	}
	if err != nil {
		return err
	}
	v.showFactor(http.StatusOK, "", authenticatorData{
		Begun: true, Secret: inFours(e.Secret), Picture: template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(e.Picture)),
	})
	return nil
}

// inFours puts a space after every four characters, for those who type.
func inFours(s string) string {
	var b strings.Builder
	for i, r := range s {
		if i > 0 && i%4 == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return b.String()
}

func (s *Server) confirm(v *visit) error {
	codes, err := s.deps.OAuth.Confirm(v.ctx(), v.user.ID, v.field("code"))
	switch {
	case err == nil:
		v.showFactor(http.StatusOK, "", authenticatorData{On: true, Left: len(codes), Codes: codes})
		return nil
	case errors.Is(err, oauth.ErrBadCode):
		// The secret is not shown a second time: what was scanned is still good.
		v.showFactor(http.StatusUnprocessableEntity, "That is not the code. Look whether the clock of your device is right, and try the next one.", authenticatorData{Begun: true})
		return nil
	case errors.Is(err, oauth.ErrTries):
		v.showFactor(http.StatusTooManyRequests, sentence(fault.As(err).Message), authenticatorData{Begun: true})
		return nil
	case errors.Is(err, oauth.ErrNotEnrolled), errors.Is(err, oauth.ErrEnrolled):
		return s.authenticator(v, http.StatusConflict, "There is nothing to confirm any more.")
	}
	return err
}

func (s *Server) disenrol(v *visit) error {
	err := s.deps.OAuth.Disenrol(v.ctx(), v.user.ID, v.user.ID, v.field("code"))
	switch {
	case err == nil, errors.Is(err, oauth.ErrNotEnrolled):
		v.redirect(account + "?done=off")
		return nil
	case errors.Is(err, oauth.ErrBadCode):
		return s.authenticator(v, http.StatusUnprocessableEntity, "That is not a code of your authenticator, nor a backup code that is left.")
	case errors.Is(err, oauth.ErrTries):
		return s.authenticator(v, http.StatusTooManyRequests, sentence(fault.As(err).Message))
	}
	return err
}
