package app_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/pquerna/otp/totp"

	"github.com/pure-peace/peace/app"
	"github.com/pure-peace/peace/osu/hubs"
	lazer "github.com/pure-peace/peace/transport/lazer/client"
	signalr "github.com/pure-peace/peace/transport/signalr/client"
)

// halfTokens has the password of somebody with an authenticator, and not the authenticator.
func halfTokens(ctx context.Context, t *testing.T, r *rogue) {
	const name, password = "Trudy", "peaceful Trudy!"
	trudy := newLazer(t, r.server.Address())
	if err := trudy.Register(ctx, name, "trudy@example.com", password); err != nil {
		t.Fatal(err)
	}
	if err := trudy.Login(ctx, name, password); err != nil {
		t.Fatal(err)
	}
	id := trudy.Me().ID
	r.enrol(ctx, id)
	if err := trudy.Login(ctx, name, password); !errors.Is(err, lazer.ErrSecondFactor) {
		t.Fatalf("with an authenticator: %v", err)
	}
	half := trudy.Token()

	visit(func(scope, method, path string) {
		if strings.HasPrefix(path, "/session/verify") || path == "/oauth/tokens/current" {
			return
		}
		status, answer := r.api(method, r.real(path), "{}", "Authorization", "Bearer "+half)
		if asked := status == http.StatusUnauthorized && string(bytes.TrimSpace(answer)) == `{"method":"totp"}`; asked == (method == http.MethodGet) {
			t.Errorf("%s %s: %d %.100s", method, path, status, answer)
		}
	})

	socket := r.socket(ctx, t, feedURL, half)
	if err := socket.Write(ctx, websocket.MessageText, []byte(`{"event":"chat.start"}`)); err != nil {
		t.Fatal(err)
	}
	if _, data, err := socket.Read(ctx); err != nil || !bytes.Contains(data, []byte("connection.ready")) {
		t.Fatalf("%s, %v", data, err)
	}
	metadata, err := r.dial(ctx, "metadata", half, false)
	if err != nil {
		t.Fatal(err) // the game connects before it asks for the code
	}
	defer metadata.Close()
	spectator, err := r.dial(ctx, "spectator", half, false)
	if err != nil {
		t.Fatal(err)
	}
	defer spectator.Close()
	if err := errors.Join(
		metadata.Invoke(ctx, "UpdateStatus", signalr.Arg(hubs.AppendUserStatus, hubs.Some(hubs.Online))), metadata.Invoke(ctx, "BeginWatchingUserPresence"),
	); err != nil {
		t.Errorf("the metadata hub: %v", err)
	}
	if err := spectator.Invoke(ctx, "StartWatchingUser", signalr.Arg(hubs.AppendInt[int32], r.good.lena.Me().ID)); err == nil {
		t.Error("who has not proved himself may watch")
	}
	r.good.unharmed(ctx, t)
	if _, online := r.good.stan.Online()[id]; online {
		t.Error("who has not proved himself is seen")
	}
	go func() { _ = socket.Close(websocket.StatusNormalClosure, "") }()
	if said, _ := ending(ctx, t, socket); len(said) > 0 {
		t.Errorf("who has not proved himself hears %s", said)
	}

	// Another login does not bring further guesses.
	wrong, slow := 0, 0
	for i := range 40 {
		if i == 20 {
			if err := trudy.Login(ctx, name, password); !errors.Is(err, lazer.ErrSecondFactor) {
				t.Fatal(err)
			}
			half = trudy.Token()
		}
		switch status, answer := r.api("POST", "/session/verify", fmt.Sprintf(`{"verification_key":"%06d"}`, i), "Authorization", "Bearer "+half); status {
		case http.StatusUnprocessableEntity:
			wrong++
		case http.StatusTooManyRequests:
			slow++
		default:
			t.Errorf("a guess is answered %d %s", status, answer)
		}
	}
	if wrong == 0 || wrong > 10 || slow < 30 {
		t.Errorf("of 40 guesses %d were wrong and %d too many", wrong, slow)
	}
}

// enrol gives an account an authenticator.
func (r *rogue) enrol(ctx context.Context, id int32) {
	r.t.Helper()
	service, err := app.Tool(r.tools, app.OAuth)
	if err != nil {
		r.t.Fatal(err)
	}
	enrolment, err := service.Enrol(ctx, id)
	if err != nil {
		r.t.Fatal(err)
	}
	code, err := totp.GenerateCode(enrolment.Secret, time.Now())
	if err != nil {
		r.t.Fatal(err)
	}
	if _, err := service.Confirm(ctx, id, code); err != nil {
		r.t.Fatal(err)
	}
}
