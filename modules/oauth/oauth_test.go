package oauth_test

import (
	"context"
	"log/slog"
	"path/filepath"
	"testing"

	"go.uber.org/goleak"

	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/database/databasetest"
	"github.com/pure-peace/peace/modules/oauth/local"
	"github.com/pure-peace/peace/modules/oauth/oauthpb"
	"github.com/pure-peace/peace/modules/oauth/oauthtest"
	"github.com/pure-peace/peace/modules/state/memory"
	"github.com/pure-peace/peace/transport/grpc/wiretest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestLocal(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		// Whether a key is that of the authenticators is tried on any of them.
		oauthtest.Run(t, newSubject(t, databasetest.Indexed(t, db, "oauth_authenticators")))
	})
}

func TestRemote(t *testing.T) {
	s := newSubject(t, databasetest.Open(t, database.SQLite))
	s.OAuth = wiretest.Loopback(t, oauthpb.Register, oauthpb.NewClient, s.OAuth)
	oauthtest.Run(t, s)
}

// newSubject returns a service that runs until the test ends.
func newSubject(t *testing.T, db *database.DB) oauthtest.Subject {
	t.Helper()
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	topics, err := memory.New(t.Context(), memory.Config{}, log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := topics.Close(); err != nil {
			t.Error(err)
		}
	})
	world := oauthtest.NewWorld(topics)
	config := local.DefaultConfig()
	config.GameSecrets = append(config.GameSecrets, oauthtest.GameSecret)
	config.MailVerification, config.CodeFailures, config.CodeMails = true, 10, 10
	config.KeyFile = filepath.Join(t.TempDir(), "oauth.key")
	s, err := local.New(t.Context(), config, local.Deps{DB: db, Users: world, Mail: world, Topics: topics, Domain: "example.org", Log: log})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return oauthtest.Subject{OAuth: s, World: world, Topics: topics}
}

func TestRoundTrip(t *testing.T) {
	wiretest.RoundTrip(t, oauthpb.FromClient, oauthpb.ToClient)
	wiretest.RoundTrip(t, oauthpb.FromLogin, oauthpb.ToLogin)
	wiretest.RoundTrip(t, oauthpb.FromToken, oauthpb.ToToken)
	wiretest.RoundTrip(t, oauthpb.FromIssued, oauthpb.ToIssued)
	wiretest.RoundTrip(t, oauthpb.FromConsent, oauthpb.ToConsent)
	wiretest.RoundTrip(t, oauthpb.FromExchange, oauthpb.ToExchange)
	wiretest.RoundTrip(t, oauthpb.FromApplication, oauthpb.ToApplication)
	wiretest.RoundTrip(t, oauthpb.FromEnrolment, oauthpb.ToEnrolment)
	wiretest.RoundTrip(t, oauthpb.FromChanged, oauthpb.ToChanged)
}
