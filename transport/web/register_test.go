package web_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	usersLocal "github.com/pure-peace/peace/modules/users/local"
	"github.com/pure-peace/peace/transport/stacktest"
)

// lazer is the sign-up form as lazer sends it (ppy/osu osu.Game/Online/API/RegistrationRequest.cs, ppy/osu-framework
// osu.Framework/IO/Network/WebRequest.cs).
func lazer(name, email, password string) *http.Request {
	const boundary = "-----------------------------28947758029299"
	var body strings.Builder
	for _, field := range [][2]string{{"user[username]", name}, {"user[user_email]", email}, {"user[password]", password}} {
		body.WriteString("--" + boundary + "\r\nContent-Disposition: form-data; name=\"" + field[0] + "\"\r\n\r\n" + field[1] + "\r\n")
	}
	body.WriteString("--" + boundary + "--\r\n")
	return request("POST", "http://osu/users", body.String(), "Accept", "application/json", "Content-Type", "multipart/form-data; boundary="+boundary)
}

// answered reads what lazer reads of a failure, in its order (osu.Game/Online/API/APIAccess.cs).
func answered(t *testing.T, w *httptest.ResponseRecorder) (fields map[string][]string, message string) {
	t.Helper()
	var body struct {
		FormError *struct {
			User map[string][]string `json:"user"`
		} `json:"form_error"`
		Error string `json:"error"`
	}
	if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil {
		t.Fatalf("%q: %v", w.Body, err)
	}
	if body.FormError != nil {
		return body.FormError.User, ""
	}
	return nil, body.Error
}

func TestRegisterWithLazer(t *testing.T) {
	s, log := quiet(t, nil)
	const password = "a Secret 4 sure"
	for range 2 { // the account is there at once, and a repeated request finds it
		w := serve(s, lazer("New Player", "new@example.com", password))
		var made struct {
			ID       int32  `json:"id"`
			Username string `json:"username"`
		}
		if err := json.Unmarshal(w.Body.Bytes(), &made); err != nil || w.Code != http.StatusOK || made.ID == 0 || made.Username != "New Player" {
			t.Fatalf("answer is %d %q, %v", w.Code, w.Body, err)
		}
		found, err := s.Users.Find(t.Context(), []string{"New Player"})
		if err != nil || len(found) != 1 || found[0].ID != made.ID || found[0].Email != "new@example.com" {
			t.Errorf("accounts are %+v, %v", found, err)
		}
	}
	w := serve(s, lazer("new_player", "nothing", "short"))
	fields, _ := answered(t, w)
	if w.Code != http.StatusUnprocessableEntity || len(fields["username"]) != 1 || len(fields["user_email"]) != 1 || len(fields["password"]) != 1 {
		t.Errorf("answer is %d %q", w.Code, w.Body)
	}
	r := lazer("Another", "another@example.com", password)
	r.Header.Set("User-Agent", "Mozilla/5.0")
	if w := serve(s, r); w.Code != http.StatusForbidden {
		t.Errorf("a browser is answered %d %q", w.Code, w.Body)
	}
	if strings.Contains(log.String(), "Secret") {
		t.Errorf("the log has a password:\n%s", log)
	}
}

func TestRegistrationIsClosedToLazer(t *testing.T) {
	s, _ := quiet(t, func(o *stacktest.Options) { o.Users = func(c *usersLocal.Config) { c.Registration = false } })
	w := serve(s, lazer("New Player", "new@example.com", "a Secret 4 sure"))
	if fields, message := answered(t, w); w.Code != http.StatusForbidden || fields != nil || !strings.HasPrefix(message, "Registration is closed") {
		t.Errorf("answer is %d %q", w.Code, w.Body)
	}
}

func TestTooManyRegistrationsWithLazer(t *testing.T) {
	s, _ := quiet(t, func(o *stacktest.Options) { o.Users = func(c *usersLocal.Config) { c.RegistrationsPerAddress = 1 } })
	if w := serve(s, lazer("First", "first@example.com", "a Secret 4 sure")); w.Code != http.StatusOK {
		t.Fatalf("answer is %d %q", w.Code, w.Body)
	}
	w := serve(s, lazer("Second", "second@example.com", "a Secret 4 sure"))
	if fields, message := answered(t, w); w.Code != http.StatusTooManyRequests || fields != nil || message == "" {
		t.Errorf("answer is %d %q", w.Code, w.Body)
	}
}
