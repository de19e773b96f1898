package site_test

import (
	"encoding/base64"
	"image/png"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/pure-peace/peace/modules/oauth"
	oauthlocal "github.com/pure-peace/peace/modules/oauth/local"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/transport/site"
)

func TestPasswordChange(t *testing.T) {
	s := newStack(t, nil)
	u := s.player()
	b, other := s.browser(), s.browser()
	b.login(u, "/home/account")
	other.login(u, "/home/account")
	const next = "another Secret 5"
	change := func(current, password, again string) answer {
		return b.send(b.get("/home/account/password"), "/home/account/password", "current", current, "password", password, "again", again)
	}
	change("wrong", next, next).says(422, "That is not your password.")
	change(password, next, next+"x").says(422, "not the same")
	change(password, "short", "short").says(422, "characters")
	change(password, u.Name+u.Name, u.Name+u.Name) // whatever that is answered, it must not be lost
	current := password
	if _, err := s.users.Authenticate(t.Context(), credentials(u, password), nil); err != nil {
		current = u.Name + u.Name
	}
	old := b.cookie()
	change(current, next, next).redirects("/home/account?done=password")
	b.get("/home/account?done=password").says(200, "Your password is changed.")
	if b.cookie() == old {
		t.Error("the browser goes on with the old token")
	}
	if _, err := s.users.Authenticate(t.Context(), credentials(u, next), nil); err != nil {
		t.Errorf("the new password: %v", err)
	}
	// What is in an address is never shown as it is.
	if page := b.get("/home/account?done=<b>evil</b>"); strings.Contains(page.body, "evil") {
		t.Errorf("%s", page.body)
	}
}

func TestElsewhere(t *testing.T) {
	s := newStack(t, nil)
	u := s.player()
	b, other := s.browser(), s.browser()
	b.login(u, "/home/account")
	other.login(u, "/home/account")
	b.send(b.get("/home/account"), "/home/account/elsewhere").redirects("/home/account?done=elsewhere")
	other.get("/home/account").redirects("/home/login?next=%2Fhome%2Faccount")
	b.get("/home/account?done=elsewhere").says(200, "logged out everywhere else")
}

func totpCode(t *testing.T, secret string, steps int) string {
	t.Helper()
	code, err := totp.GenerateCode(secret, time.Now().Add(time.Duration(steps)*30*time.Second))
	if err != nil {
		t.Fatal(err)
	}
	return code
}

func TestAuthenticator(t *testing.T) {
	s := newStack(t, nil)
	u := s.player()
	b := s.browser()
	b.login(u, "/home/account")
	const path = "/home/account/authenticator"
	b.send(b.get(path), path, "password", "wrong").says(422, "That is not your password.")
	page := b.send(b.get(path), path, "password", password).says(200, "Scan this")
	secret := strings.ReplaceAll(regexp.MustCompile(`<p class="secret">([A-Z2-7 ]+)</p>`).FindStringSubmatch(page.body)[1], " ", "")
	picture := regexp.MustCompile(`src="data:image/png;base64,([^"]*)"`).FindStringSubmatch(strings.ReplaceAll(page.body, "&#43;", "+"))
	if picture == nil {
		t.Fatalf("there is no picture: %s", page.body)
	}
	if _, err := png.Decode(base64.NewDecoder(base64.StdEncoding, strings.NewReader(picture[1]))); err != nil {
		t.Error(err)
	}
	page = b.send(page, path+"/confirm", "code", "000000").says(422, "That is not the code.")
	if strings.Contains(page.body, secret) || strings.Contains(page.body, "data:image") {
		t.Error("the secret is shown again")
	}
	page = b.send(page, path+"/confirm", "code", totpCode(t, secret, 0)).says(200, "Your backup codes", "never shown again")
	var codes []string
	for _, found := range regexp.MustCompile(`<li>([a-z0-9]{8})</li>`).FindAllStringSubmatch(page.body, -1) {
		codes = append(codes, found[1])
	}
	if len(codes) != oauth.BackupCodes {
		t.Fatalf("%d backup codes: %s", len(codes), page.body)
	}
	b.get(path).says(200, "10 backup codes are left")
	b.get("/home/account").says(200, "It is on")

	// From now on a password is not enough for anything.
	next := s.browser()
	next.login(u, "/home/verify?next=%2Fhome%2Faccount")
	for _, hidden := range []string{"/home/account", "/home/account/password", "/home/account/applications", "/oauth/authorize"} {
		if a := next.get(hidden); a.status != 303 || !strings.HasPrefix(a.location, "/home/verify?next=") {
			t.Errorf("%s is answered %d %s", hidden, a.status, a.location)
		}
	}
	page = next.get("/home/verify?next=%2Fhome%2Faccount%2Fpassword").says(200, "Open your authenticator")
	if strings.Contains(page.body, u.Name) {
		t.Error("the page shows whose it is")
	}
	page = next.send(page, "/home/verify", "code", "000000").says(422, "wrong")
	next.send(page, "/home/verify", "code", totpCode(t, secret, 1)).redirects("/home/account/password")
	next.get("/home/account").says(200, u.Name)
	next.get("/home/verify").redirects("/home/account")

	// A lost authenticator: a mail, or a backup code.
	mailed := s.browser()
	mailed.login(u, "/home/verify?next=%2Fhome%2Faccount")
	mailed.send(mailed.get("/home/verify"), "/home/verify/mail").redirects("/home/verify?sent=mail&next=%2Fhome%2Faccount")
	page = mailed.get("/home/verify?sent=mail").says(200, "on its way", "eight characters")
	mailed.send(page, "/home/verify/again").redirects("/home/verify?sent=again&next=%2Fhome%2Faccount")
	page = mailed.get("/home/verify?sent=again").says(200, "Another code")
	sent := s.mails.Mails(u.Email)
	found := regexp.MustCompile(`(?m)^ +([0-9a-f]{8})$`).FindStringSubmatch(sent[len(sent)-1].Text)
	mailed.send(page, "/home/verify", "code", found[1]).redirects("/home/account")
	lost := s.browser()
	lost.login(u, "/home/verify?next=%2Fhome%2Faccount")
	lost.send(lost.get("/home/verify"), "/home/verify", "code", codes[0]).redirects("/home/account")
	lost.send(lost.get(path), path+"/off", "code", codes[0]).says(422, "nor a backup code that is left", "9 backup codes are left")
	lost.send(lost.get(path), path+"/off", "code", codes[1]).redirects("/home/account?done=off")
	lost.get("/home/account?done=off").says(200, "It is off", "is switched off")
	s.browser().login(u, "/home/account")
	for _, code := range append(codes, secret) {
		if strings.Contains(s.log.String(), code) {
			t.Error("the log has a code or the secret")
		}
	}
}

func TestNoMail(t *testing.T) {
	s := newStack(t, nil)
	u, err := s.users.Register(t.Context(), users.Registration{Name: "bare", Password: password})
	if err != nil {
		t.Fatal(err)
	}
	e, err := s.oauth.Enrol(t.Context(), u.ID)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.oauth.Confirm(t.Context(), u.ID, totpCode(t, e.Secret, 0)); err != nil {
		t.Fatal(err)
	}
	b := s.browser()
	b.login(u, "/home/verify?next=%2Fhome%2Faccount")
	b.send(b.get("/home/verify"), "/home/verify/mail").says(422, "no e-mail address")
}

func TestVerifyTries(t *testing.T) {
	s := newStack(t, func(c *oauthlocal.Config, _ *site.Config) {
		c.MailVerification, c.CodeFailures, c.CodeMails = true, 3, 2
	})
	u := s.player()
	b := s.browser()
	b.login(u, "/home/verify?next=%2Fhome%2Faccount")
	for range 3 {
		b.send(b.get("/home/verify"), "/home/verify", "code", "00000000").says(422)
	}
	b.send(b.get("/home/verify"), "/home/verify", "code", "00000000").says(429, "wait a while")
	b.send(b.get("/home/verify"), "/home/verify/again").redirects("/home/verify?sent=again&next=%2Fhome%2Faccount")
	b.send(b.get("/home/verify"), "/home/verify/again").says(429, "Too many codes")
	b.send(b.get("/home/verify"), "/home/logout").redirects("/home/login")
}
