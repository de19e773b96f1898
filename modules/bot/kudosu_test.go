package bot_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/pure-peace/peace/modules/bot"
	"github.com/pure-peace/peace/modules/bot/local"
	"github.com/pure-peace/peace/modules/kudosu"
	"github.com/pure-peace/peace/modules/users"
)

// ledger is kudosu with one player.
type ledger struct {
	kudosu.Service
	last  kudosu.Entry
	total int32
}

func (l *ledger) Give(_ context.Context, e kudosu.Entry) (kudosu.Entry, error) {
	if l.total+e.Amount < 0 {
		return e, kudosu.ErrBadGift
	}
	l.last = e
	l.total += e.Amount
	return e, nil
}

func (l *ledger) Totals(_ context.Context, ids []int32) ([]kudosu.Total, error) {
	return []kudosu.Total{{UserID: ids[0], Amount: l.total}}, nil
}

func TestKudosu(t *testing.T) {
	s := newSubject(t)
	player, staff := register(t, s, "helpful_one"), register(t, s, "giving_one")
	staff, err := s.Users.Grant(t.Context(), staff.ID, users.BotID, users.Moderator, 0)
	if err != nil {
		t.Fatal(err)
	}
	l := &ledger{}
	b, err := local.New(t.Context(), local.DefaultConfig(), local.Deps{
		State: s.State, Users: s.Users, Sessions: s.Sessions, Chat: s.Chat, Log: newLogger(t), Kudosu: l,
	})
	if err != nil {
		t.Fatal(err)
	}
	say := func(by int32, text string) (string, error) {
		reply, err := b.Execute(t.Context(), bot.Invocation{UserID: by, Text: text})
		return strings.Join(reply.Lines, "\n"), err
	}
	if got, err := say(staff.ID, "!kudosu helpful_one 5 for a good mod"); err != nil || got != player.Name+" has 5 kudosu now." {
		t.Errorf("%q, %v", got, err)
	}
	if l.last.UserID != player.ID || l.last.By != staff.ID || l.last.Reason != "for a good mod" {
		t.Errorf("%+v", l.last)
	}
	if got, err := say(staff.ID, "!kudosu helpful_one -2 for a bad one"); err != nil || got != player.Name+" has 3 kudosu now." {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := say(staff.ID, "!kudosu helpful_one -9 too much"); !errors.Is(err, kudosu.ErrBadGift) {
		t.Error(err)
	}
	for _, text := range []string{"!kudosu", "!kudosu helpful_one", "!kudosu helpful_one 5", "!kudosu helpful_one x reason", "!kudosu helpful_one 99999999999 reason"} {
		if _, err := say(staff.ID, text); !errors.Is(err, bot.ErrUsage) {
			t.Errorf("%s: %v", text, err)
		}
	}
	if _, err := say(player.ID, "!kudosu giving_one 5 thanks"); err == nil || l.total != 3 {
		t.Errorf("a player may: %d, %v", l.total, err)
	}
}
