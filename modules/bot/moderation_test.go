package bot_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/pure-peace/peace/modules/bot"
	"github.com/pure-peace/peace/modules/bot/bottest"
	"github.com/pure-peace/peace/modules/bot/local"
	"github.com/pure-peace/peace/modules/moderation"
	"github.com/pure-peace/peace/modules/users"
)

// desk is a moderation module with one suspect.
type desk struct {
	moderation.Service

	found    moderation.Finding
	query    moderation.Query
	reviewer int32
	note     string
}

func (d *desk) Suspects(_ context.Context, offset, limit int) ([]moderation.Suspect, error) {
	if offset > 0 {
		return nil, nil
	}
	return []moderation.Suspect{{UserID: d.found.UserID, Weight: 90, Findings: 1}, {UserID: 1 << 30, Weight: 1, Findings: 1}}[:min(2, limit)], nil
}

func (d *desk) Findings(_ context.Context, query moderation.Query) ([]moderation.Finding, error) {
	d.query = query
	return []moderation.Finding{d.found}, nil
}

func (d *desk) Inspect(_ context.Context, id int64) ([]moderation.Finding, error) {
	if id != d.found.ScoreID {
		return nil, moderation.ErrNotFound
	}
	return []moderation.Finding{d.found}, nil
}

func (d *desk) Review(_ context.Context, ids []int64, by int32, verdict moderation.Verdict, note string) ([]moderation.Finding, error) {
	d.reviewer, d.note = by, note
	f := d.found
	f.Verdict = verdict
	return []moderation.Finding{f}[:len(ids)], nil
}

func (d *desk) Complaints(_ context.Context, userID int32, offset, limit int) ([]moderation.Complaint, error) {
	if userID != 0 && userID != d.found.UserID || offset != 0 {
		return nil, nil
	}
	return []moderation.Complaint{{
		At: time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC), By: 1 << 30, UserID: d.found.UserID, Kind: "comment", SubjectID: 5, Reason: "Spam",
		Text: "so\nmuch", Quote: strings.Repeat("Ж", 2000),
	}}[:min(1, limit)], nil
}

func TestModeration(t *testing.T) {
	s := newSubject(t)
	player := register(t, s, "suspicious_one")
	staff := register(t, s, "watchful_one")
	staff, err := s.Users.Grant(t.Context(), staff.ID, users.BotID, users.Moderator, 0)
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{found: moderation.Finding{
		ID: 7, Kind: "replay_copied", UserID: player.ID, ScoreID: 99, Weight: 95, Seen: 2, Detail: "all frames\nare " + strings.Repeat("Ж", 300),
	}}
	b, err := local.New(t.Context(), local.DefaultConfig(), local.Deps{
		State: s.State, Users: s.Users, Sessions: s.Sessions, Chat: s.Chat, Log: newLogger(t), Moderation: d,
	})
	if err != nil {
		t.Fatal(err)
	}
	say := func(by int32, text string) (string, error) {
		reply, err := b.Execute(t.Context(), bot.Invocation{UserID: by, Text: text})
		if reply.Public {
			t.Errorf("%s: everybody hears it", text)
		}
		return strings.Join(reply.Lines, "\n"), err
	}
	for text, want := range map[string]string{
		"!suspects":                     player.Name + ": 90 in 1 findings",
		"!suspects 2":                   "Nobody is suspect.",
		"!findings suspicious_one":      "7: replay_copied (95) of " + player.Name + ", score 99, seen 2 times: all frames are Ж",
		"!findings score 99 all":        "7: replay_copied",
		"!inspect 99":                   "7: replay_copied",
		"!reports":                      "2026-11-21: #1073741824 about " + player.Name + ", comment 5: Spam: so much | Ж",
		"!reports suspicious_one":       "2026-11-21: ",
		"!reports watchful_one":         "Nothing was reported.",
		"!review 7 harmless was a test": "7: replay_copied (95) of " + player.Name + ", score 99, seen 2 times, harmless: ",
	} {
		got, err := say(staff.ID, text)
		if err != nil || !strings.HasPrefix(got, want) {
			t.Errorf("%s: %q, %v", text, got, err)
		}
		for line := range strings.SplitSeq(got, "\n") {
			if len(line) > 400 {
				t.Errorf("%s: a line of %d bytes", text, len(line))
			}
		}
		if _, err := say(player.ID, text); err == nil {
			t.Errorf("%s: a player may", text)
		}
	}
	if d.reviewer != staff.ID || d.note != "was a test" {
		t.Errorf("reviewed by %d: %q", d.reviewer, d.note)
	}
	if _, err := say(staff.ID, "!findings score 99 all"); err != nil || d.query.ScoreID != 99 || !d.query.Closed {
		t.Errorf("%+v, %v", d.query, err)
	}
	for _, text := range []string{
		"!suspects 0", "!suspects x", "!findings", "!findings score", "!findings score x", "!inspect", "!inspect -1",
		"!review", "!review 7", "!review x open", "!review 7 guilty", "!review " + strings.Repeat("1,", moderation.MaxPage) + "1 open",
	} {
		if got, err := say(staff.ID, text); !errors.Is(err, bot.ErrUsage) {
			t.Errorf("%s: %q, %v", text, got, err)
		}
	}
	if _, err := say(staff.ID, "!findings nobody_at_all"); err == nil {
		t.Error("findings of nobody")
	}
	// A server without the module has none of it.
	if _, err := s.Bot.Execute(t.Context(), bot.Invocation{UserID: staff.ID, Text: "!suspects"}); err == nil {
		t.Error("suspects without moderation")
	}
}

func register(t *testing.T, s bottest.Subject, name string) users.User {
	t.Helper()
	u, err := s.Users.Register(t.Context(), users.Registration{Name: name, Password: "correct horse"})
	if err != nil {
		t.Fatal(err)
	}
	return u
}
