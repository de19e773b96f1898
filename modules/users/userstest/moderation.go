package userstest

import (
	"context"
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp/cmpopts"
	"google.golang.org/protobuf/proto"

	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/modules/users/userspb"
)

func testRestrict(t *testing.T, s Subject) {
	u := player(t, s)
	admin, _ := register(t, s, users.Administrator)
	for _, step := range []struct {
		act        func(context.Context, int32, int32, string) (users.User, error)
		restricted bool
	}{
		{s.Users.Restrict, true}, {s.Users.Restrict, true}, {s.Users.Unrestrict, false}, {s.Users.Unrestrict, false},
	} {
		got, err := step.act(t.Context(), u.ID, admin.ID, "because")
		if err != nil {
			t.Fatal(err)
		}
		u.Restricted = step.restricted
		wantEqual(t, got, u)
		wantEqual(t, get(t, s, u.ID), u)
	}
	rows, err := s.Users.Audit(t.Context(), u.ID, 0, 10)
	if err != nil {
		t.Fatal(err)
	}
	// The repetitions changed nothing, and say nothing.
	wantEqual(t, rows, []users.AuditEntry{
		{ActorID: admin.ID, TargetID: u.ID, Action: "unrestrict", Reason: "because"},
		{ActorID: admin.ID, TargetID: u.ID, Action: "restrict", Reason: "because"},
	}, cmpopts.IgnoreFields(users.AuditEntry{}, "ID", "At"))

	_, err = s.Users.Restrict(t.Context(), 1<<30, admin.ID, "")
	want(t, err, users.ErrNotFound)
	_, err = s.Users.Restrict(t.Context(), u.ID, 1<<30, "")
	want(t, err, users.ErrForbidden)
	_, err = s.Users.Restrict(t.Context(), u.ID, admin.ID, strings.Repeat("é", 1001))
	wantFields(t, err, "reason")
	if _, err = s.Users.Restrict(t.Context(), u.ID, admin.ID, strings.Repeat("é", 1000)); err != nil {
		t.Error(err)
	}
}

func testSilence(t *testing.T, s Subject) {
	u := player(t, s)
	moderator, _ := register(t, s, users.Moderator)
	for _, duration := range []time.Duration{time.Hour, time.Second, 10 * 365 * 24 * time.Hour} {
		before := time.Now().Add(-time.Minute) // the peer's clock may differ a little
		got, err := s.Users.Silence(t.Context(), u.ID, moderator.ID, "spam", duration)
		if err != nil {
			t.Fatal(err)
		}
		if left := got.SilencedUntil.Sub(before); left < duration || left > duration+2*time.Minute {
			t.Errorf("a silence of %v ends in %v", duration, left)
		}
		wantEqual(t, get(t, s, u.ID), got)
	}
	got, err := s.Users.Silence(t.Context(), u.ID, moderator.ID, "sorry", 0)
	if err != nil {
		t.Fatal(err)
	}
	wantEqual(t, got, u)
	if _, err := s.Users.Silence(t.Context(), u.ID, moderator.ID, "sorry", 0); err != nil {
		t.Error(err)
	}
	for _, duration := range []time.Duration{-time.Second, time.Millisecond, 11 * 365 * 24 * time.Hour} {
		_, err := s.Users.Silence(t.Context(), u.ID, moderator.ID, "", duration)
		wantFields(t, err, "duration")
	}
	rows, err := s.Users.Audit(t.Context(), u.ID, 0, 10)
	if err != nil || len(rows) != 4 || rows[0].Action != "unsilence" || rows[1].Action != "silence" {
		t.Errorf("audit: %+v, %v", rows, err)
	}
}

func testGrant(t *testing.T, s Subject) {
	u := player(t, s)
	admin, _ := register(t, s, users.Administrator|users.Supporter)
	developer, _ := register(t, s, users.Developer)
	grant := func(by int32, add, remove users.Privileges) error {
		_, err := s.Users.Grant(t.Context(), u.ID, by, add, remove)
		return err
	}
	want(t, grant(admin.ID, users.Nominator, 0), users.ErrForbidden) // he is no nominator himself
	for _, step := range []struct {
		by                      int32
		add, remove, privileges users.Privileges
	}{
		{admin.ID, users.Supporter, 0, users.Supporter},
		{admin.ID, users.Supporter, 0, users.Supporter},
		{developer.ID, users.Nominator | users.Moderator, users.Supporter, users.Nominator | users.Moderator},
		{admin.ID, 0, users.Nominator | users.Moderator, 0},
		{users.BotID, users.Staff, 0, users.Staff},
	} {
		if err := grant(step.by, step.add, step.remove); err != nil {
			t.Fatal(err)
		}
		if got := get(t, s, u.ID).Privileges; got != step.privileges {
			t.Errorf("privileges are %b, want %b", got, step.privileges)
		}
	}
	want(t, grant(developer.ID, 0, users.Staff), users.ErrForbidden)
	wantFields(t, grant(users.BotID, 1<<50, 0), "privileges")
	rows, err := s.Users.Audit(t.Context(), u.ID, 0, 10)
	if err != nil || len(rows) != 4 || rows[0].Action != "grant" {
		t.Errorf("audit: %+v, %v", rows, err)
	}
}

// testRanks has everybody try everything on everybody.
func testRanks(t *testing.T, s Subject) {
	ranks := []users.Privileges{users.Supporter | users.Nominator, users.Moderator, users.Administrator, users.Developer}
	actors, targets := make([]users.User, len(ranks)), make([]users.User, len(ranks))
	for i, privileges := range ranks {
		actors[i], _ = register(t, s, privileges)
		targets[i], _ = register(t, s, privileges)
	}
	for i, actor := range actors {
		for j, target := range targets {
			check := func(act string, lowest int, err error) {
				t.Helper()
				if allowed := i > j && i >= lowest; (err == nil) != allowed {
					t.Errorf("%s of %b by %b: %v", act, target.Privileges, actor.Privileges, err)
				}
				if err != nil {
					want(t, err, users.ErrForbidden)
				}
			}
			_, err := s.Users.Silence(t.Context(), target.ID, actor.ID, "", time.Minute)
			check("silence", 1, err)
			_, err = s.Users.Restrict(t.Context(), target.ID, actor.ID, "")
			check("restrict", 2, err)
			_, err = s.Users.Unrestrict(t.Context(), target.ID, actor.ID, "")
			check("unrestrict", 2, err)
			_, err = s.Users.Grant(t.Context(), target.ID, actor.ID, 0, users.Tester)
			check("grant", 2, err)
			_, err = s.Users.Update(t.Context(), target.ID, actor.ID, users.Change{Country: ptr("FR")})
			check("update", 2, err)
		}
		_, err := s.Users.Restrict(t.Context(), actor.ID, actor.ID, "")
		want(t, err, users.ErrForbidden)
	}
	// Who is restricted has no say.
	if _, err := s.Users.Restrict(t.Context(), actors[2].ID, users.BotID, ""); err != nil {
		t.Fatal(err)
	}
	_, err := s.Users.Restrict(t.Context(), targets[0].ID, actors[2].ID, "")
	want(t, err, users.ErrForbidden)
}

func testRecord(t *testing.T, s Subject) {
	u := player(t, s)
	entry := users.AuditEntry{
		ID: 77, At: time.Unix(1, 0), ActorID: users.BotID, TargetID: u.ID, Action: "announce", Reason: "\"quoted\" 'text' \\ ?",
		Details: map[string]string{"channel": "#announce", "text": "小林 \n ?"},
	}
	if err := s.Users.Record(t.Context(), entry); err != nil {
		t.Fatal(err)
	}
	rows, err := s.Users.Audit(t.Context(), u.ID, 0, 10)
	if err != nil || len(rows) != 1 {
		t.Fatalf("audit: %+v, %v", rows, err)
	}
	if rows[0].ID == 77 || rows[0].At.Year() < 2000 {
		t.Errorf("id and time were taken from the caller: %+v", rows[0])
	}
	wantEqual(t, rows[0], entry, cmpopts.IgnoreFields(users.AuditEntry{}, "ID", "At"))

	wantFields(t, s.Users.Record(t.Context(), users.AuditEntry{Reason: strings.Repeat("a", 1001)}), "action", "reason")
	many := map[string]string{}
	for range 33 {
		many[unused()] = ""
	}
	wantFields(t, s.Users.Record(t.Context(), users.AuditEntry{Action: "a", Details: many}), "details")
}

func testAudit(t *testing.T, s Subject) {
	u := player(t, s)
	const rows = 5
	for range rows {
		if err := s.Users.Record(t.Context(), users.AuditEntry{TargetID: u.ID, Action: "test"}); err != nil {
			t.Fatal(err)
		}
	}
	var (
		before int64
		seen   int
	)
	for {
		page, err := s.Users.Audit(t.Context(), u.ID, before, 2)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range page {
			if before != 0 && e.ID >= before {
				t.Errorf("row %d follows %d", e.ID, before)
			}
			before = e.ID
		}
		if seen += len(page); len(page) < 2 || seen > rows {
			break
		}
	}
	if seen != rows {
		t.Errorf("%d rows on all pages, want %d", seen, rows)
	}
	if all, err := s.Users.Audit(t.Context(), 0, 0, rows); err != nil || len(all) != rows {
		t.Errorf("of everybody: %d rows, %v", len(all), err)
	}
	for _, limit := range []int{-1, 0, 1001} {
		_, err := s.Users.Audit(t.Context(), 0, 0, limit)
		want(t, err, users.ErrTooLarge)
	}
}

// testEvents follows one account through its changes.
func testEvents(t *testing.T, s Subject) {
	if s.Topics == nil {
		t.Skip("no topics to listen to")
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	next, stop := iter.Pull2(s.Topics.Subscribe(ctx, []string{users.Topic}))
	defer stop()
	if _, err, ok := next(); err != nil || !ok {
		t.Fatalf("no subscription: %v", err)
	}

	u := player(t, s)
	received := func() users.Changed {
		t.Helper()
		for {
			notice, err, ok := next()
			if err != nil || !ok {
				t.Fatalf("no event: %v", err)
			}
			var m userspb.Changed
			if err := proto.Unmarshal(notice.Payload, &m); err != nil {
				t.Fatal(err)
			}
			changed, err := userspb.ToChanged(&m)
			if err != nil {
				t.Fatal(err)
			}
			if changed.User.ID == u.ID { // others may use the server too
				return changed
			}
		}
	}
	update := func(change users.Change) (users.User, error) { return s.Users.Update(ctx, u.ID, u.ID, change) }
	for _, step := range []struct {
		name    string
		act     func() (users.User, error)
		changed users.Changed
	}{
		{"restrict", func() (users.User, error) { return s.Users.Restrict(ctx, u.ID, users.BotID, "") }, users.Changed{Restricted: true}},
		{"unrestrict", func() (users.User, error) { return s.Users.Unrestrict(ctx, u.ID, users.BotID, "") }, users.Changed{Restricted: true}},
		{"silence", func() (users.User, error) { return s.Users.Silence(ctx, u.ID, users.BotID, "", time.Hour) }, users.Changed{Silenced: true}},
		{"unsilence", func() (users.User, error) { return s.Users.Silence(ctx, u.ID, users.BotID, "", 0) }, users.Changed{Silenced: true}},
		{"grant", func() (users.User, error) { return s.Users.Grant(ctx, u.ID, users.BotID, users.Tester, 0) }, users.Changed{Privileges: true}},
		{"rename", func() (users.User, error) { return update(users.Change{Name: ptr(unused())}) }, users.Changed{Name: true}},
		{"unicode name", func() (users.User, error) { return update(users.Change{UnicodeName: ptr("Ω" + unused()[:9])}) }, users.Changed{Name: true}},
		{"password", func() (users.User, error) { return update(users.Change{Password: ptr("correct horse")}) }, users.Changed{Password: true}},
		{"country", func() (users.User, error) { return update(users.Change{Country: ptr("FR")}) }, users.Changed{Country: true}},
		{"e-mail", func() (users.User, error) { return update(users.Change{Email: ptr(unused() + "@example.com")}) }, users.Changed{}},
	} {
		after, err := step.act()
		if err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		step.changed.User = after
		wantEqual(t, received(), step.changed)

		// What changes nothing is not told: the next event is that of the next step.
		if _, err := update(users.Change{}); err != nil {
			t.Fatal(err)
		}
	}
}
