package load_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/pure-peace/peace/modules/users"
	userlocal "github.com/pure-peace/peace/modules/users/local"
	"github.com/pure-peace/peace/transport/bancho/client"
	"github.com/pure-peace/peace/transport/bancho/load"
	"github.com/pure-peace/peace/transport/stacktest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestRun(t *testing.T) {
	s := stacktest.New(t, stacktest.Options{Log: slog.New(slog.DiscardHandler)}).Serve(t)
	options := load.Options{
		Client:   client.Options{Domain: stacktest.Domain, Address: s.Address},
		Users:    12,
		Rate:     1000,
		Duration: 1500 * time.Millisecond,
		Register: true,
		Chat:     120,
		Status:   120,
	}
	most := 0
	options.Progress = func(p load.Progress) { most = max(most, p.Online) }
	for round, operation := range []string{load.Register, load.Login} {
		report, err := load.Run(t.Context(), options)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%+v", report)
		seen := map[string]load.Operation{}
		for _, o := range report.Operations {
			seen[o.Name] = o
			if o.P50 > o.P99 || o.P99 > o.Max || o.Count > o.Errors && o.Max == 0 {
				t.Errorf("latencies make no sense: %+v", o)
			}
			if o.Errors > 0 && o.Name != load.Login {
				t.Errorf("%s: %d errors, the first: %s", o.Name, o.Errors, o.FirstError)
			}
		}
		if seen[operation].Count != 12 {
			t.Errorf("round %d: %s happened %d times", round, operation, seen[operation].Count)
		}
		if seen[load.Poll].Count+seen[load.Send].Count == 0 || seen[load.Chat].Count == 0 {
			t.Errorf("round %d: nobody polls or chats: %+v", round, seen)
		}
		if report.Requests == 0 || report.Throughput <= 0 || report.Packets == 0 {
			t.Errorf("report is %+v", report)
		}
	}
	if most != 12 {
		t.Errorf("%d clients were online together, want 12", most)
	}
	counts, err := s.Sessions.Count(t.Context())
	if err != nil || counts.Stable != 0 {
		t.Errorf("%d sessions are left, %v", counts.Stable, err)
	}
}

func TestRunWithAccountsOfTheOperator(t *testing.T) {
	limited := func(c *userlocal.Config) { c.RegistrationsPerAddress, c.FailuresPerAddress = 1, 1 }
	s := stacktest.New(t, stacktest.Options{Log: slog.New(slog.DiscardHandler), Users: limited}).Serve(t)
	report, err := load.Run(t.Context(), load.Options{
		Client: client.Options{Domain: stacktest.Domain, Address: s.Address}, Users: 4, Rate: 1000, Duration: time.Millisecond, Register: true,
		Account: func(ctx context.Context, name, password string) (bool, error) {
			_, err := s.Users.Register(ctx, users.Registration{Name: name, Password: password})
			return true, err
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range report.Operations {
		if o.Errors > 0 {
			t.Errorf("%s: %d errors, the first: %s", o.Name, o.Errors, o.FirstError)
		}
	}
	if first := report.Operations[0]; first.Name != load.Register || first.Count != 4 {
		t.Errorf("the first operation is %+v, want 4 accounts made", first)
	}
}

func TestRunIsInterrupted(t *testing.T) {
	s := stacktest.New(t, stacktest.Options{Log: slog.New(slog.DiscardHandler)}).Serve(t)
	ctx, cancel := context.WithCancel(t.Context())
	report, err := load.Run(ctx, load.Options{
		Client: client.Options{Domain: stacktest.Domain, Address: s.Address}, Users: 3, Rate: 100, Duration: time.Hour, Register: true,
		Progress: func(p load.Progress) {
			if p.Online > 0 {
				cancel()
			}
		},
	})
	if err != nil || report.Requests == 0 {
		t.Errorf("report is %+v, %v", report, err)
	}
}

func TestOptions(t *testing.T) {
	good := load.Options{Client: client.Options{Domain: "x"}, Users: 1, Duration: time.Second}
	for name, edit := range map[string]func(*load.Options){
		"users": func(o *load.Options) { o.Users = 0 }, "duration": func(o *load.Options) { o.Duration = 0 },
		"domain": func(o *load.Options) { o.Client.Domain = "" }, "rate": func(o *load.Options) { o.Rate = -1 },
	} {
		o := good
		edit(&o)
		if _, err := load.Run(t.Context(), o); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
