package app_test

import (
	"context"
	"errors"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"github.com/pure-peace/peace/app"
	"github.com/pure-peace/peace/app/apptest"
	"github.com/pure-peace/peace/config"
	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/osu/packets"
	lazer "github.com/pure-peace/peace/transport/lazer/client"
)

// staffed is a server with its modules at hand, as the commands of staff have them.
func staffed(t *testing.T) (*apptest.Server, users.Service, sessions.Service) {
	t.Helper()
	settings := apptest.Settings(t.TempDir())
	settings["admin.socket"] = filepath.Join(socketDir(t), "peace.sock")
	c, err := app.LoadConfig(config.Sources{Overrides: settings}, app.Options{})
	if err != nil {
		t.Fatal(err)
	}
	server := apptest.Start(t, c, app.Options{})
	tools, err := app.NewTools(t.Context(), c, app.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := tools.Close(); err != nil {
			t.Error(err)
		}
	})
	accounts, err := app.Tool(tools, app.Users)
	if err != nil {
		t.Fatal(err)
	}
	online, err := app.Tool(tools, app.Sessions)
	if err != nil {
		t.Fatal(err)
	}
	return server, accounts, online
}

// again is the player in another process of the game, or on another machine.
func again(ctx context.Context, t *testing.T, server *apptest.Server, name string) *lazerPlayer {
	t.Helper()
	p := &lazerPlayer{Client: newLazer(t, server.Address()), t: t}
	if err := p.Login(ctx, name, "peaceful "+name+"!"); err != nil {
		t.Fatal(err)
	}
	var err error
	if p.feed, err = p.Listen(ctx); err != nil {
		t.Fatal(err)
	}
	if p.hubs, err = p.Connect(ctx); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.leave)
	return p
}

func disconnected(c lazer.Call) bool { return c.Method == "DisconnectRequested" }

// TestOneAccountManyClients lets one player be there with both games at once, and staff reach all of them.
func TestOneAccountManyClients(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	server, accounts, online := staffed(t)
	first := arrive(ctx, t, server.Address(), "Lena")
	bob := player(t, server.Address(), "Bob")
	lena := apptest.Client(t, server.Address(), "Lena")
	if err := lena.Login(ctx); err != nil {
		t.Fatalf("lazer's password is not that of stable: %v", err)
	}
	id := first.Me().ID

	// A second lazer drives the first out, and no stable client; coming back from the same process drives nobody out.
	second := again(ctx, t, server, "Lena")
	first.hears(ctx, "it has to go", disconnected)
	second.revive(ctx)
	poll(ctx, t, lena)
	if !lena.LoggedIn() {
		t.Error("a lazer client drove a stable one out")
	}
	if err := second.hubs.WatchPresence(ctx); err != nil {
		t.Fatal(err)
	}
	second.hears(ctx, "Bob is there", func(c lazer.Call) bool { return c.UserID == bob.ID() && c.Presence != nil })

	t.Run("silenced", func(t *testing.T) {
		if _, err := accounts.Silence(ctx, id, users.BotID, "a test", time.Hour); err != nil {
			t.Fatal(err)
		}
		var failure *lazer.Failure
		await(ctx, t, "Lena may not speak", func() bool {
			_, _, err := second.Whisper(ctx, bob.ID(), "psst")
			return errors.As(err, &failure)
		})
		if failure.Status != http.StatusUnprocessableEntity {
			t.Errorf("a silenced player is answered %v", failure)
		}
		expect(ctx, t, lena, func(s packets.SilenceEnd) bool { return s > 0 })
		if _, err := accounts.Silence(ctx, id, users.BotID, "a test", 0); err != nil {
			t.Fatal(err)
		}
		eventually(ctx, t, "Lena may speak again", func() error {
			_, _, err := second.Whisper(ctx, bob.ID(), "hello again")
			return err
		})
	})
	t.Run("restricted", func(t *testing.T) {
		if _, err := accounts.Restrict(ctx, id, users.BotID, "a test"); err != nil {
			t.Fatal(err)
		}
		await(ctx, t, "Bob does not see Lena", func() bool {
			poll(ctx, t, bob)
			_, seen := bob.Online()[id]
			return !seen
		})
		if _, err := accounts.Unrestrict(ctx, id, users.BotID, "a test"); err != nil {
			t.Fatal(err)
		}
		await(ctx, t, "Bob sees Lena", func() bool {
			poll(ctx, t, bob)
			_, seen := bob.Online()[id]
			return seen
		})
	})
	t.Run("kicked", func(t *testing.T) {
		if _, err := online.Disconnect(ctx, id, sessions.ReasonKicked); err != nil {
			t.Fatal(err)
		}
		second.hears(ctx, "it has to go", disconnected)
		await(ctx, t, "the stable client has to go", func() bool {
			_, _ = lena.Poll(ctx) // fails once it has gone
			return !lena.LoggedIn()
		})
	})
	t.Run("another password", func(t *testing.T) {
		third := again(ctx, t, server, "Lena")
		if err := lena.Login(ctx); err != nil {
			t.Fatal(err)
		}
		password := "quite another one!"
		if _, err := accounts.Update(ctx, id, users.BotID, users.Change{Password: &password}); err != nil {
			t.Fatal(err)
		}
		if _, err := third.feed.Await(ctx, func(e lazer.Event) bool { return e.Name == "logout" }); err != nil {
			t.Fatalf("nobody says that the token has ended: %v", err)
		}
		var failure *lazer.Failure
		await(ctx, t, "the old token is refused", func() bool {
			err := third.Get(ctx, "me/", nil, nil)
			return errors.As(err, &failure) && failure.Status == http.StatusUnauthorized
		})
		if err := third.Refresh(ctx); !errors.As(err, &failure) {
			t.Errorf("the old token could be refreshed: %v", err)
		}
		await(ctx, t, "the stable client has to go", func() bool {
			_, _ = lena.Poll(ctx) // fails once it has gone
			return !lena.LoggedIn()
		})
		if err := third.Login(ctx, "Lena", password); err != nil {
			t.Errorf("the new password: %v", err)
		}
	})
}
