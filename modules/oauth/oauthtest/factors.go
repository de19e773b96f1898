package oauthtest

import (
	"bytes"
	"errors"
	"fmt"
	"image/png"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/pure-peace/peace/modules/fault"
	"github.com/pure-peace/peace/modules/oauth"
	"github.com/pure-peace/peace/modules/users"
)

var eightDigits = regexp.MustCompile(`(?m)^\s*([0-9a-f]{8})\s*$`)

// mailed returns the latest code that was sent to a player.
func mailed(t *testing.T, s Subject, p Player) string {
	t.Helper()
	mails := s.World.Mails(p.Email)
	if len(mails) == 0 {
		t.Fatal("there is no mail")
	}
	found := eightDigits.FindStringSubmatch(mails[len(mails)-1].Text)
	if found == nil {
		t.Fatalf("no code in %q", mails[len(mails)-1].Text)
	}
	return found[1]
}

// wrong returns a code that is another one.
func wrong(code string) string {
	if code[0] == '0' {
		return "1" + code[1:]
	}
	return "0" + code[1:]
}

func testMailCode(t *testing.T, s Subject) {
	p := s.World.NewPlayer(t, true, 0)
	issued := login(t, s, p)
	if issued.Token.Verified || issued.Token.Method != oauth.MethodMail {
		t.Fatalf("%+v", issued.Token)
	}
	wantEqual(t, good(t, s, issued.AccessToken), issued.Token)
	code := mailed(t, s, p)
	other := login(t, s, p)
	want(t, s.OAuth.Verify(t.Context(), issued.Token.ID, mailed(t, s, p)), oauth.ErrBadCode) // that is another token's
	for _, bad := range []string{"", "x", wrong(code), code + "0", strings.Repeat("0", 1<<16), "\xff"} {
		want(t, s.OAuth.Verify(t.Context(), issued.Token.ID, bad), oauth.ErrBadCode)
	}
	if good(t, s, issued.AccessToken).Verified {
		t.Fatal("a wrong code has verified it")
	}
	if err := s.OAuth.Verify(t.Context(), issued.Token.ID, " "+strings.ToUpper(code[:4])+" "+code[4:]); err != nil {
		t.Fatal(err)
	}
	if token := good(t, s, issued.AccessToken); !token.Verified || token.Method != oauth.MethodNone {
		t.Errorf("%+v", token)
	}
	if good(t, s, other.AccessToken).Verified {
		t.Error("another token was verified with it")
	}
	if err := s.OAuth.Verify(t.Context(), issued.Token.ID, "again"); err != nil {
		t.Errorf("one that is verified already: %v", err)
	}
}

func testMailTries(t *testing.T, s Subject) {
	p := s.World.NewPlayer(t, true, 0)
	issued := login(t, s, p)
	code := mailed(t, s, p)
	for range 8 {
		want(t, s.OAuth.Verify(t.Context(), issued.Token.ID, wrong(code)), oauth.ErrBadCode)
	}
	want(t, s.OAuth.Verify(t.Context(), issued.Token.ID, code), oauth.ErrBadCode) // and another one was sent
	next := mailed(t, s, p)
	if next == code {
		t.Fatal("no other code was sent")
	}
	if err := s.OAuth.Verify(t.Context(), issued.Token.ID, next); err != nil {
		t.Error(err)
	}
}

func testReissue(t *testing.T, s Subject) {
	p := s.World.NewPlayer(t, true, 0)
	issued := login(t, s, p)
	code := mailed(t, s, p)
	if err := s.OAuth.Reissue(t.Context(), issued.Token.ID); err != nil {
		t.Fatal(err)
	}
	next := mailed(t, s, p)
	want(t, s.OAuth.Verify(t.Context(), issued.Token.ID, code), oauth.ErrBadCode)
	if err := s.OAuth.Verify(t.Context(), issued.Token.ID, next); err != nil {
		t.Error(err)
	}
	want(t, s.OAuth.Reissue(t.Context(), issued.Token.ID), oauth.ErrNoMail)
	// Nobody's mailbox is filled.
	issued = login(t, s, p)
	var err error
	for range 20 {
		if err = s.OAuth.Reissue(t.Context(), issued.Token.ID); err != nil {
			break
		}
	}
	want(t, err, oauth.ErrTries)
}

// enrolled switches a player's authenticator on, and returns its secret and the backup codes.
func enrolled(t *testing.T, s Subject, p Player) (string, []string) {
	t.Helper()
	e, err := s.OAuth.Enrol(t.Context(), p.ID)
	if err != nil {
		t.Fatal(err)
	}
	codes, err := s.OAuth.Confirm(t.Context(), p.ID, totpCode(t, e.Secret, 0))
	if err != nil {
		t.Fatal(err)
	}
	return e.Secret, codes
}

// totpCode returns the code of a time that is some steps from now. A code is taken once, so the next one is of the next step.
func totpCode(t *testing.T, secret string, steps int) string {
	t.Helper()
	code, err := totp.GenerateCode(secret, time.Now().Add(time.Duration(steps)*30*time.Second))
	if err != nil {
		t.Fatal(err)
	}
	return code
}

func wantEnrolled(t *testing.T, s Subject, p Player, on bool, codes int) {
	t.Helper()
	gotOn, gotCodes, err := s.OAuth.Enrolled(t.Context(), p.ID)
	if err != nil || gotOn != on || gotCodes != codes {
		t.Errorf("enrolled: %v with %d codes, %v; want %v with %d", gotOn, gotCodes, err, on, codes)
	}
}

func testAuthenticator(t *testing.T, s Subject) {
	p := s.World.NewPlayer(t, true, 0)
	wantEnrolled(t, s, p, false, 0)
	_, err := s.OAuth.Confirm(t.Context(), p.ID, "123456")
	want(t, err, oauth.ErrNotEnrolled)
	given, err := s.OAuth.Enrol(t.Context(), p.ID)
	if err != nil {
		t.Fatal(err)
	}
	begun, err := s.OAuth.Enrol(t.Context(), p.ID) // anew
	if err != nil {
		t.Fatal(err)
	}
	if begun.Secret == given.Secret {
		t.Error("the secret is the same")
	}
	u, err := url.Parse(begun.URL)
	if err != nil || u.Scheme != "otpauth" || u.Host != "totp" || u.Query().Get("secret") != begun.Secret || !strings.Contains(u.Path, p.Name) {
		t.Errorf("%s, %v", begun.URL, err)
	}
	if picture, err := png.DecodeConfig(bytes.NewReader(begun.Picture)); err != nil || picture.Width < 100 {
		t.Errorf("%v, %v", picture, err)
	}
	wantEnrolled(t, s, p, false, 0)
	if login(t, s, p).Token.Method == oauth.MethodTOTP {
		t.Error("an authenticator is asked for that was not confirmed")
	}
	_, err = s.OAuth.Confirm(t.Context(), p.ID, totpCode(t, given.Secret, 0))
	want(t, err, oauth.ErrBadCode)
	codes, err := s.OAuth.Confirm(t.Context(), p.ID, totpCode(t, begun.Secret, -1))
	if err != nil {
		t.Fatal(err)
	}
	if len(codes) != oauth.BackupCodes {
		t.Errorf("%d backup codes", len(codes))
	}
	wantEnrolled(t, s, p, true, oauth.BackupCodes)
	_, err = s.OAuth.Enrol(t.Context(), p.ID)
	want(t, err, oauth.ErrEnrolled)
	_, err = s.OAuth.Confirm(t.Context(), p.ID, totpCode(t, begun.Secret, 1))
	want(t, err, oauth.ErrEnrolled)

	mails := len(s.World.Mails(p.Email))
	issued := login(t, s, p)
	if issued.Token.Verified || issued.Token.Method != oauth.MethodTOTP || len(s.World.Mails(p.Email)) != mails {
		t.Fatalf("%+v", issued.Token)
	}
	want(t, s.OAuth.Reissue(t.Context(), issued.Token.ID), oauth.ErrNoMail)
	want(t, s.OAuth.Verify(t.Context(), issued.Token.ID, totpCode(t, begun.Secret, -1)), oauth.ErrBadCode) // it was used
	want(t, s.OAuth.Verify(t.Context(), issued.Token.ID, totpCode(t, begun.Secret, 100)), oauth.ErrBadCode)
	code := totpCode(t, begun.Secret, 1)
	if err := s.OAuth.Verify(t.Context(), issued.Token.ID, code[:3]+" "+code[3:]); err != nil {
		t.Fatal(err)
	}
	if !good(t, s, issued.AccessToken).Verified {
		t.Error("it is not verified")
	}
	again := login(t, s, p)
	want(t, s.OAuth.Verify(t.Context(), again.Token.ID, code), oauth.ErrBadCode)
}

func testOldClient(t *testing.T, s Subject) {
	p, bare := s.World.NewPlayer(t, true, 0), s.World.NewPlayer(t, false, 0)
	enrolled(t, s, p)
	enrolled(t, s, bare)
	for _, tc := range []struct {
		player  Player
		version int
		method  oauth.Method
	}{
		{p, oauth.TOTPVersion - 1, oauth.MethodMail},
		{p, 0, oauth.MethodTOTP}, // lazer does not say, and is not old
		{p, oauth.TOTPVersion, oauth.MethodTOTP},
		{bare, 0, oauth.MethodTOTP}, // it cannot be asked, and must not get in
	} {
		issued, err := s.OAuth.Password(t.Context(), game, oauth.Login{
			Name: tc.player.Name, Password: tc.player.Password, Scopes: []string{"*"}, Version: tc.version,
		})
		if err != nil {
			t.Fatal(err)
		}
		if issued.Token.Verified || issued.Token.Method != tc.method {
			t.Errorf("version %d: %+v", tc.version, issued.Token)
		}
	}
}

func testFallBack(t *testing.T, s Subject) {
	p, bare := s.World.NewPlayer(t, true, 0), s.World.NewPlayer(t, false, 0)
	secret, _ := enrolled(t, s, p)
	enrolled(t, s, bare)
	issued := login(t, s, p)
	if err := s.OAuth.FallBack(t.Context(), issued.Token.ID); err != nil {
		t.Fatal(err)
	}
	if token := good(t, s, issued.AccessToken); token.Method != oauth.MethodMail || token.Verified {
		t.Errorf("%+v", token)
	}
	if err := s.OAuth.Verify(t.Context(), issued.Token.ID, mailed(t, s, p)); err != nil {
		t.Fatal(err)
	}
	want(t, s.OAuth.FallBack(t.Context(), issued.Token.ID), oauth.ErrNoMail)
	want(t, s.OAuth.FallBack(t.Context(), login(t, s, bare).Token.ID), oauth.ErrNoMail)

	// Who finds his authenticator again can use it.
	issued = login(t, s, p)
	if err := s.OAuth.FallBack(t.Context(), issued.Token.ID); err != nil {
		t.Fatal(err)
	}
	if err := s.OAuth.Verify(t.Context(), issued.Token.ID, totpCode(t, secret, 1)); err != nil {
		t.Error(err)
	}
}

func testBackupCodes(t *testing.T, s Subject) {
	p, q := s.World.NewPlayer(t, true, 0), s.World.NewPlayer(t, true, 0)
	_, codes := enrolled(t, s, p)
	_, others := enrolled(t, s, q)
	issued := login(t, s, p)
	want(t, s.OAuth.Verify(t.Context(), issued.Token.ID, others[0]), oauth.ErrBadCode)
	if err := s.OAuth.Verify(t.Context(), issued.Token.ID, strings.ToUpper(codes[3][:4])+"-"+codes[3][4:]); err != nil {
		t.Fatal(err)
	}
	wantEnrolled(t, s, p, true, oauth.BackupCodes-1)
	again := login(t, s, p)
	want(t, s.OAuth.Verify(t.Context(), again.Token.ID, codes[3]), oauth.ErrBadCode)
	if err := s.OAuth.Verify(t.Context(), again.Token.ID, codes[4]); err != nil {
		t.Fatal(err)
	}
	// lazer's form for authenticators takes six digits, that for mails takes a backup code.
	third := login(t, s, p)
	if err := s.OAuth.FallBack(t.Context(), third.Token.ID); err != nil {
		t.Fatal(err)
	}
	if err := s.OAuth.Verify(t.Context(), third.Token.ID, codes[5]); err != nil {
		t.Fatal(err)
	}
	wantEnrolled(t, s, q, true, oauth.BackupCodes)
}

func testDisenrol(t *testing.T, s Subject) {
	p := s.World.NewPlayer(t, true, 0)
	want(t, s.OAuth.Disenrol(t.Context(), p.ID, p.ID, ""), oauth.ErrNotEnrolled)
	if _, err := s.OAuth.Enrol(t.Context(), p.ID); err != nil {
		t.Fatal(err)
	}
	if err := s.OAuth.Disenrol(t.Context(), p.ID, p.ID, ""); err != nil {
		t.Errorf("one that was not confirmed: %v", err)
	}
	secret, codes := enrolled(t, s, p)
	want(t, s.OAuth.Disenrol(t.Context(), p.ID, p.ID, ""), oauth.ErrBadCode)
	want(t, s.OAuth.Disenrol(t.Context(), p.ID, p.ID, "aaaaaaaa"), oauth.ErrBadCode)
	if err := s.OAuth.Disenrol(t.Context(), p.ID, p.ID, totpCode(t, secret, 1)); err != nil {
		t.Fatal(err)
	}
	wantEnrolled(t, s, p, false, 0)
	_, codes2 := enrolled(t, s, p)
	want(t, s.OAuth.Disenrol(t.Context(), p.ID, p.ID, codes[0]), oauth.ErrBadCode) // those went with it
	if err := s.OAuth.Disenrol(t.Context(), p.ID, p.ID, codes2[0]); err != nil {
		t.Fatal(err)
	}

	player, moderator := s.World.NewPlayer(t, false, 0), s.World.NewPlayer(t, false, users.Moderator)
	administrator, developer := s.World.NewPlayer(t, false, users.Administrator), s.World.NewPlayer(t, false, users.Developer)
	for _, tc := range []struct {
		by, target Player
		err        error
	}{
		{player, p, oauth.ErrForbidden},
		{moderator, p, oauth.ErrForbidden},
		{administrator, administrator2(t, s), oauth.ErrForbidden},
		{administrator, developer, oauth.ErrForbidden},
		{Player{User: users.User{ID: 2}}, p, oauth.ErrForbidden},
		{administrator, p, nil},
		{developer, administrator, nil},
		{Player{User: users.User{ID: users.BotID}}, developer, nil},
	} {
		t.Run(fmt.Sprintf("%s by %s", tc.target.Name, tc.by.Name), func(t *testing.T) {
			enrolled(t, s, tc.target)
			err := s.OAuth.Disenrol(t.Context(), tc.target.ID, tc.by.ID, "")
			if !errors.Is(err, tc.err) {
				t.Errorf("error is %v, want %v", err, tc.err)
			}
			rows := s.World.Audit(tc.target.ID)
			if tc.err == nil && (len(rows) != 1 || rows[0].ActorID != tc.by.ID) {
				t.Errorf("audit: %v", rows)
			}
			if tc.err != nil {
				if len(rows) != 0 {
					t.Errorf("audit: %v", rows)
				}
				if err := s.OAuth.Disenrol(t.Context(), tc.target.ID, users.BotID, ""); err != nil {
					t.Fatal(err)
				}
				s.World.forgetAudit(tc.target.ID)
			}
		})
	}
}

func administrator2(t *testing.T, s Subject) Player {
	t.Helper()
	return s.World.NewPlayer(t, false, users.Administrator)
}

func testFactorGone(t *testing.T, s Subject) {
	p, bare := s.World.NewPlayer(t, true, 0), s.World.NewPlayer(t, false, 0)
	for _, player := range []Player{p, bare} {
		enrolled(t, s, player)
	}
	issued, open := login(t, s, p), login(t, s, bare)
	for _, player := range []Player{p, bare} {
		if err := s.OAuth.Disenrol(t.Context(), player.ID, users.BotID, ""); err != nil {
			t.Fatal(err)
		}
	}
	err := s.OAuth.Verify(t.Context(), issued.Token.ID, "123456")
	want(t, err, oauth.ErrBadCode)
	if f := fault.As(err); f == nil || f.Details["method"] != "mail" {
		t.Errorf("the client is not told that it is mail now: %v", f)
	}
	if err := s.OAuth.Verify(t.Context(), issued.Token.ID, mailed(t, s, p)); err != nil {
		t.Error(err)
	}
	// Nothing is left to ask for.
	if err := s.OAuth.Verify(t.Context(), open.Token.ID, "123456"); err != nil {
		t.Error(err)
	}
}

func testTries(t *testing.T, s Subject) {
	p, bystander := s.World.NewPlayer(t, false, 0), s.World.NewPlayer(t, false, 0)
	secret, codes := enrolled(t, s, p)
	_, others := enrolled(t, s, bystander)
	for i := range 10 {
		want(t, s.OAuth.Verify(t.Context(), login(t, s, p).Token.ID, fmt.Sprintf("%06d", 100_000+i)), oauth.ErrBadCode)
	}
	issued := login(t, s, p)
	want(t, s.OAuth.Verify(t.Context(), issued.Token.ID, totpCode(t, secret, 1)), oauth.ErrTries)
	want(t, s.OAuth.Verify(t.Context(), issued.Token.ID, codes[0]), oauth.ErrTries)
	want(t, s.OAuth.Disenrol(t.Context(), p.ID, p.ID, codes[0]), oauth.ErrTries)
	if err := s.OAuth.Verify(t.Context(), login(t, s, bystander).Token.ID, others[0]); err != nil {
		t.Error(err)
	}
}

func testNothingToVerify(t *testing.T, s Subject) {
	p := s.World.NewPlayer(t, false, 0)
	_, c := application(t, s, p.ID)
	issued, err := s.OAuth.ClientCredentials(t.Context(), c, []string{"public"})
	if err != nil {
		t.Fatal(err)
	}
	ended := login(t, s, p)
	if err := s.OAuth.Revoke(t.Context(), ended.Token.ID); err != nil {
		t.Fatal(err)
	}
	for _, id := range []int64{0, -1, 1 << 60, issued.Token.ID, ended.Token.ID} {
		want(t, s.OAuth.Verify(t.Context(), id, "123456"), oauth.ErrNoToken)
		want(t, s.OAuth.Reissue(t.Context(), id), oauth.ErrNoToken)
		want(t, s.OAuth.FallBack(t.Context(), id), oauth.ErrNoToken)
	}
	want(t, s.OAuth.Reissue(t.Context(), login(t, s, p).Token.ID), oauth.ErrNoMail)
	_, err = s.OAuth.Enrol(t.Context(), 2)
	want(t, err, users.ErrNotFound)
}
