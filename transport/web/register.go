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

// register serves the sign-up forms of both games. stable sends its form first to have it checked ("check" is 1) and then to make
// the account ("check" is 0); lazer has no such field, and makes the account at once. Both send the password in plain text. Only
// the games may: a form of some website must not register its visitors.
//
// Failures of fields are 422 with messages for them, as on the official server; both clients show them beside the fields. What is
// no failure of a field is a message to lazer, whereas stable can show it beside the name only.
func (s *Server) register(w http.ResponseWriter, r *http.Request) {
	if !strings.HasPrefix(r.Header.Get("User-Agent"), userAgent) {
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
	isLazer := !r.PostForm.Has("check") && strings.Contains(r.Header.Get("Accept"), "application/json")
	refuse := func(status int, message string) {
		if isLazer {
			writeJSON(w, status, struct {
				Error string `json:"error"`
			}{message})
			return
		}
		formError(w, status, map[string]string{"username": message})
	}
	_, address := origin(r)
	user, err := s.deps.Users.Register(ctx, users.Registration{
		Name:      r.PostForm.Get("user[username]"),
		Email:     r.PostForm.Get("user[user_email]"),
		Password:  r.PostForm.Get("user[password]"),
		Country:   s.country(ctx, r),
		Address:   address,
		CheckOnly: !isLazer && r.PostForm.Get("check") != "0",
	})
	switch {
	case err == nil && isLazer:
		writeJSON(w, http.StatusOK, struct {
			ID       int32  `json:"id"`
			Username string `json:"username"`
			Country  string `json:"country_code"`
		}{user.ID, user.Name, user.Country})
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
	case errors.Is(err, users.ErrClosed):
		status := http.StatusUnprocessableEntity
		if isLazer {
			status = http.StatusForbidden
		}
		refuse(status, sentence(fault.As(err).Message))
	case errors.Is(err, users.ErrTooMany), errors.Is(err, users.ErrBusy):
		status := http.StatusUnprocessableEntity
		if isLazer {
			status = http.StatusTooManyRequests
		}
		refuse(status, sentence(fault.As(err).Message))
	case fault.KindOf(err) == fault.Canceled:
	default:
		s.deps.Log.LogAttrs(ctx, slog.LevelWarn, "a registration failed", slog.Any("error", err))
		refuse(http.StatusServiceUnavailable, "The server cannot do that at the moment. Please try again in a while.")
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
	writeJSON(w, status, struct {
		FormError form `json:"form_error"`
	}{form{lists}})
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

// sentence makes a fault's message fit for a screen.
func sentence(message string) string {
	if message == "" {
		return ""
	}
	return strings.ToUpper(message[:1]) + message[1:] + "."
}
