package site

import (
	"crypto/md5"
	"encoding/hex"
	"errors"
	"net/http"

	"github.com/pure-peace/peace/modules/fault"
	"github.com/pure-peace/peace/modules/users"
)

type accountData struct {
	Email        string
	Enrolled     bool
	BackupCodes  int
	Applications int
	Authorized   int
}

// notices are what an address may ask a page to say; nothing else of an address is ever shown.
var notices = map[string]string{
	"elsewhere": "You are logged out everywhere else.",
	"password":  "Your password is changed. Everything else that was logged in to your account has to log in again.",
	"off":       "Your authenticator is switched off.",
	"deleted":   "The application is deleted, and its tokens are good no more.",
	"changed":   "The application is changed.",
	"withdrawn": "The application cannot act for you any more.",
}

func (v *visit) notice() string { return notices[v.r.URL.Query().Get("done")] }

func (s *Server) showAccount(v *visit) error {
	on, codes, err := s.deps.OAuth.Enrolled(v.ctx(), v.user.ID)
	if err != nil {
		return err
	}
	owned, err := s.deps.OAuth.Owned(v.ctx(), v.user.ID)
	if err != nil {
		return err
	}
	authorized, err := s.deps.OAuth.Authorized(v.ctx(), v.user.ID)
	if err != nil {
		return err
	}
	v.show(http.StatusOK, "account", view{Title: "Your account", Notice: v.notice(), Data: accountData{
		Email: v.user.Email, Enrolled: on, BackupCodes: codes, Applications: len(owned), Authorized: len(authorized),
	}})
	return nil
}

// endElsewhere ends everything but this browser: games, other browsers, and applications.
func (s *Server) endElsewhere(v *visit) error {
	if _, err := s.deps.OAuth.RevokeUser(v.ctx(), v.user.ID, v.token.ID); err != nil {
		return err
	}
	v.redirect(account + "?done=elsewhere")
	return nil
}

func (s *Server) showPassword(v *visit) error {
	v.show(http.StatusOK, "password", view{Title: "Change your password"})
	return nil
}

// knows reports whether a visitor knows his password, which is asked for again before anything that could lock him out. The fault
// is one of users otherwise.
func (s *Server) knows(v *visit, password string) error {
	sum := md5.Sum([]byte(password)) // what accounts know of a password: see package users
	user, err := s.deps.Users.Authenticate(v.ctx(), users.Credentials{
		Name: v.user.Name, PasswordMD5: hex.EncodeToString(sum[:]), Address: v.address(),
	}, nil)
	if err == nil && user.ID != v.user.ID {
		return users.ErrBadCredentials
	}
	return err
}

// wrongPassword returns what to say of a fault of knows; false when it is another one.
func wrongPassword(err error) (status int, text string, ok bool) {
	switch {
	case errors.Is(err, users.ErrBadCredentials):
		return http.StatusUnprocessableEntity, "That is not your password.", true
	case errors.Is(err, users.ErrTooMany), errors.Is(err, users.ErrBusy):
		return http.StatusTooManyRequests, sentence(fault.As(err).Message), true
	}
	return 0, "", false
}

func (s *Server) changePassword(v *visit) error {
	refuse := func(status int, text string) error {
		v.show(status, "password", view{Title: "Change your password", Problem: text})
		return nil
	}
	next := v.field("password")
	if next != v.field("again") {
		return refuse(http.StatusUnprocessableEntity, "The two new passwords are not the same.")
	}
	if err := s.knows(v, v.field("current")); err != nil {
		if status, text, ok := wrongPassword(err); ok {
			return refuse(status, text)
		}
		return err
	}
	_, err := s.deps.Users.Update(v.ctx(), v.user.ID, v.user.ID, users.Change{Password: &next})
	switch {
	case errors.Is(err, users.ErrInvalidForm):
		text := fault.As(err).Details["password"]
		if text == "" {
			text = sentence(fault.As(err).Message)
		}
		return refuse(http.StatusUnprocessableEntity, text)
	case errors.Is(err, users.ErrBusy):
		return refuse(http.StatusTooManyRequests, sentence(fault.As(err).Message))
	case err != nil:
		return err
	}
	// That has ended all tokens, the one of this browser as well. It gets another one, which may have to be proved again.
	v.forget()
	issued, err := s.enter(v, v.user.Name, next)
	if err != nil {
		v.redirect("/home/login")
		return nil //nolint:nilerr // the password is changed; who logs in now learns what is wrong
	}
	v.remember(issued)
	v.onward(account + "?done=password")
	return nil
}
