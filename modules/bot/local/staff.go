package local

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/pure-peace/peace/modules/bot"
	"github.com/pure-peace/peace/modules/chat"
	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/modules/sessions/sessionspb"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/modules/wire"
)

// maxReason bounds the characters of what is written into the audit log.
const maxReason = 1000

// everybody are the tags of all sessions of people.
var everybody = []string{
	sessions.KindTag(sessions.Stable), sessions.KindTag(sessions.Lazer),
	sessions.KindTag(sessions.IRC), sessions.KindTag(sessions.Tournament),
}

func (s *Service) staffCommands() []Command {
	const admins = users.Administrator | users.Developer
	return []Command{
		{Name: "silence", Args: "user duration reason", Summary: "Forbids a user to speak, for example for 30m, 2h or 7d.", Needs: users.Staff, Do: s.silence},
		{Name: "unsilence", Args: "user [reason]", Summary: "Lets a user speak again.", Needs: users.Staff, Do: s.unsilence},
		{Name: "kick", Args: "user [reason]", Summary: "Ends all sessions of a user.", Needs: users.Staff, Do: s.kick},
		{Name: "restrict", Args: "user reason", Summary: "Hides an account from everybody else.", Needs: admins, Do: s.restrict},
		{Name: "unrestrict", Args: "user reason", Summary: "Lifts a restriction.", Needs: admins, Do: s.unrestrict},
		{Name: "alert", Args: "text", Summary: "Shows a text on everybody's screen.", Needs: admins, Do: s.alert},
		{Name: "alertuser", Args: "user text", Summary: "Shows a text on a user's screen.", Needs: users.Staff, Do: s.alertUser},
		{Name: "announce", Args: "text", Summary: "Says something in the channel for announcements.", Needs: admins, Do: s.announce},
	}
}

func (s *Service) silence(ctx context.Context, call Call) (bot.Reply, error) {
	duration, ok := parseDuration(call.Arg(1))
	if !ok || call.Rest(2) == "" {
		return bot.Reply{}, bot.ErrUsage
	}
	target, err := s.find(ctx, call.Arg(0))
	if err != nil {
		return bot.Reply{}, err
	}
	if _, err := s.deps.Users.Silence(ctx, target.ID, call.User.ID, reason(call.Rest(2)), duration); err != nil {
		return bot.Reply{}, err
	}
	return say(fmt.Sprintf("%s was silenced for %s.", target.Name, call.Arg(1)))
}

func (s *Service) unsilence(ctx context.Context, call Call) (bot.Reply, error) {
	return s.sanction(ctx, call, 0, "%s may speak again.", func(id int32, reason string) error {
		_, err := s.deps.Users.Silence(ctx, id, call.User.ID, reason, 0)
		return err
	})
}

func (s *Service) restrict(ctx context.Context, call Call) (bot.Reply, error) {
	return s.sanction(ctx, call, 1, "%s was restricted.", func(id int32, reason string) error {
		_, err := s.deps.Users.Restrict(ctx, id, call.User.ID, reason)
		return err
	})
}

func (s *Service) unrestrict(ctx context.Context, call Call) (bot.Reply, error) {
	return s.sanction(ctx, call, 1, "%s is not restricted any more.", func(id int32, reason string) error {
		_, err := s.deps.Users.Unrestrict(ctx, id, call.User.ID, reason)
		return err
	})
}

// sanction does something to the user named first, for the reason that follows and has at least so many words.
func (s *Service) sanction(ctx context.Context, call Call, words int, done string, do func(id int32, reason string) error) (bot.Reply, error) {
	if len(call.Args) < 1+words {
		return bot.Reply{}, bot.ErrUsage
	}
	target, err := s.find(ctx, call.Arg(0))
	if err != nil {
		return bot.Reply{}, err
	}
	if err := do(target.ID, reason(call.Rest(1))); err != nil {
		return bot.Reply{}, err
	}
	return say(fmt.Sprintf(done, target.Name))
}

func (s *Service) kick(ctx context.Context, call Call) (bot.Reply, error) {
	if len(call.Args) == 0 {
		return bot.Reply{}, bot.ErrUsage
	}
	target, err := s.find(ctx, call.Arg(0))
	if err != nil {
		return bot.Reply{}, err
	}
	// Users keeps this rule for its own sanctions: nobody acts on his equals.
	if target.Bot || target.Privileges&users.Staff >= call.User.Privileges&users.Staff {
		return bot.Reply{}, users.ErrForbidden
	}
	n, err := s.deps.Sessions.Disconnect(ctx, target.ID, sessions.ReasonKicked)
	if err != nil {
		return bot.Reply{}, err
	}
	if n == 0 {
		return say(notOnline)
	}
	err = s.record(ctx, users.AuditEntry{ActorID: call.User.ID, TargetID: target.ID, Action: "kick", Reason: call.Rest(1)})
	if err != nil {
		return bot.Reply{}, err
	}
	return say(fmt.Sprintf("%s was kicked.", target.Name))
}

func (s *Service) alert(ctx context.Context, call Call) (bot.Reply, error) {
	text := call.Rest(0)
	if text == "" {
		return bot.Reply{}, bot.ErrUsage
	}
	n, err := s.deps.State.Append(ctx, notice(text, everybody...))
	if err != nil {
		return bot.Reply{}, err
	}
	if err := s.record(ctx, users.AuditEntry{ActorID: call.User.ID, Action: "alert", Reason: text}); err != nil {
		return bot.Reply{}, err
	}
	return say(fmt.Sprintf("Shown to %d clients.", n))
}

func (s *Service) alertUser(ctx context.Context, call Call) (bot.Reply, error) {
	text := call.Rest(1)
	if text == "" {
		return bot.Reply{}, bot.ErrUsage
	}
	target, err := s.find(ctx, call.Arg(0))
	if err != nil {
		return bot.Reply{}, err
	}
	n, err := s.deps.State.Append(ctx, notice(text, sessions.UserTag(target.ID)))
	if err != nil {
		return bot.Reply{}, err
	}
	if n == 0 {
		return say(notOnline)
	}
	err = s.record(ctx, users.AuditEntry{ActorID: call.User.ID, TargetID: target.ID, Action: "alert", Reason: text})
	if err != nil {
		return bot.Reply{}, err
	}
	return say(fmt.Sprintf("Shown to %s.", target.Name))
}

func (s *Service) announce(ctx context.Context, call Call) (bot.Reply, error) {
	text := call.Rest(0)
	if text == "" {
		return bot.Reply{}, bot.ErrUsage
	}
	line := chat.Line{SenderID: users.BotID, Target: s.config.AnnounceChannel, Text: text, Automatic: true}
	if _, err := s.deps.Chat.Say(ctx, line); err != nil {
		return bot.Reply{}, err
	}
	if err := s.record(ctx, users.AuditEntry{ActorID: call.User.ID, Action: "announce", Reason: text}); err != nil {
		return bot.Reply{}, err
	}
	return say("Announced.")
}

// record writes an audit row for what the users module does not do itself.
func (s *Service) record(ctx context.Context, entry users.AuditEntry) error {
	entry.Reason = reason(entry.Reason)
	return s.deps.Users.Record(ctx, entry)
}

func reason(text string) string {
	if runes := []rune(text); len(runes) > maxReason {
		return string(runes[:maxReason])
	}
	return text
}

func notice(text string, tags ...string) state.Append {
	return state.Append{
		Space: sessions.Space, Tags: tags,
		Item: wire.Pack(sessionspb.FromNotice(sessions.Notice{Text: text})),
	}
}

var units = map[byte]time.Duration{
	's': time.Second, 'm': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour, 'w': 7 * 24 * time.Hour,
}

// maxDuration is the longest silence that users allows.
const maxDuration = 10 * 365 * 24 * time.Hour

// parseDuration reads a time from 1 s to 10 years, written as numbers with units: 30m, 2h, 7d, 1d12h.
func parseDuration(text string) (time.Duration, bool) {
	var total time.Duration
	for text = strings.ToLower(text); text != ""; {
		end := strings.IndexFunc(text, func(r rune) bool { return r < '0' || r > '9' })
		if end < 1 {
			return 0, false
		}
		n, err := strconv.ParseInt(text[:end], 10, 32)
		unit := units[text[end]]
		if err != nil || unit == 0 || time.Duration(n) > maxDuration/unit {
			return 0, false
		}
		total += time.Duration(n) * unit
		text = text[end+1:]
	}
	return total, total >= time.Second && total <= maxDuration
}
