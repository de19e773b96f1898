package web

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strings"

	"github.com/pure-peace/peace/modules/fault"
	"github.com/pure-peace/peace/modules/users"
)

// userAgent is what the game calls itself.
const userAgent = "osu!"

// formFields are the form's names for what the fault's details name.
var formFields = map[string]string{"name": "username", "email": "user_email", "password": "password"}

// register serves the sign-up form of the game. The client sends it first to have it checked and then to make the account,
// with the password in plain text. Only the game may: a form of some website must not register its visitors.
//
// Failures are 422 with messages for the fields, as on the official server; the client shows them beside the fields.
func (s *Server) register(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("User-Agent") != userAgent {
		http.Error(w, "Accounts are made with the game: start osu! and choose to register.", http.StatusForbidden)
		return
	}
	if err := parseForm(r, maxForm); err != nil {
		status := http.StatusBadRequest
		if tooLarge(err) {
			status = http.StatusRequestEntityTooLarge
		}
		formError(w, status, map[string]string{"username": "The form cannot be read."})
		return
	}
	ctx := r.Context()
	_, address := origin(r)
	_, err := s.deps.Users.Register(ctx, users.Registration{
		Name:      r.PostFormValue("user[username]"),
		Email:     r.PostFormValue("user[user_email]"),
		Password:  r.PostFormValue("user[password]"),
		Country:   s.country(ctx, r),
		Address:   address,
		CheckOnly: r.PostFormValue("check") != "0",
	})
	switch {
	case err == nil:
		text(w, "ok")
	case errors.Is(err, users.ErrInvalidForm):
		messages := make(map[string]string)
		for detail, message := range fault.As(err).Details {
			if field := formFields[detail]; field != "" {
				messages[field] = message
			}
		}
		if len(messages) == 0 {
			messages["username"] = sentence(fault.As(err).Message)
		}
		formError(w, http.StatusUnprocessableEntity, messages)
	case errors.Is(err, users.ErrClosed), errors.Is(err, users.ErrTooMany), errors.Is(err, users.ErrBusy):
		formError(w, http.StatusUnprocessableEntity, map[string]string{"username": sentence(fault.As(err).Message)})
	case fault.KindOf(err) == fault.Canceled:
	default:
		s.deps.Log.LogAttrs(ctx, slog.LevelWarn, "a registration failed", slog.Any("error", err))
		formError(w, http.StatusServiceUnavailable, map[string]string{"username": "The server cannot do that at the moment. Please try again in a while."})
	}
}

// parseForm reads a form of at most size bytes in either encoding, of which the game has used both.
func parseForm(r *http.Request, size int64) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	if err := r.ParseMultipartForm(size); err != nil && !errors.Is(err, http.ErrNotMultipart) {
		return err
	}
	return nil
}

// formError answers with messages for fields.
func formError(w http.ResponseWriter, status int, messages map[string]string) {
	lists := make(map[string][]string, len(messages))
	for field, message := range messages {
		lists[field] = []string{message}
	}
	type form struct {
		User map[string][]string `json:"user"`
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(struct {
		FormError form `json:"form_error"`
	}{form{lists}})
}

// sentence makes a fault's message fit for a screen.
func sentence(message string) string {
	if message == "" {
		return ""
	}
	return strings.ToUpper(message[:1]) + message[1:] + "."
}
