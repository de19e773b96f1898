// Package bottest is the conformance suite of the bot contract: what it asks, every implementation must answer, in this
// process or behind a peer. It expects the commands that Peace has built in, with the prefix "!".
//
// It makes accounts with random names and leaves them behind. The bot must be listening: whether it answers in chat is asked
// as well.
package bottest

import (
	"crypto/rand"
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"

	"github.com/pure-peace/peace/modules/bot"
	"github.com/pure-peace/peace/modules/chat"
	"github.com/pure-peace/peace/modules/chat/chatpb"
	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/modules/sessions/sessionspb"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/modules/wire"
	"github.com/pure-peace/peace/osu"
)

// patience bounds the wait for an answer.
const patience = 20 * time.Second

// Subject is what is examined, with the neighbours that it uses.
type Subject struct {
	Bot      bot.Service
	State    state.Service
	Users    users.Service
	Sessions sessions.Service
	Chat     chat.Service
}

// Run runs the whole suite.
func Run(t *testing.T, s Subject) {
	for _, test := range []struct {
		name string
		run  func(*testing.T, Subject)
	}{
		{"Commands", testCommands},
		{"NoCommand", testNoCommand},
		{"Usage", testUsage},
		{"Roll", testRoll},
		{"Stats", testStats},
		{"Where", testWhere},
		{"Report", testReport},
		{"Sanctions", testSanctions},
		{"Kick", testKick},
		{"Alert", testAlert},
		{"Announce", testAnnounce},
		{"Private", testPrivate},
		{"Channel", testChannel},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, s) })
	}
}

func (s Subject) player(t *testing.T, privileges users.Privileges) users.User {
	t.Helper()
	name := "b " + strings.ToLower(rand.Text()[:12])
	u, err := s.Users.Register(t.Context(), users.Registration{
		Name: name, Email: name[2:] + "@example.com", Password: "pw " + name, Country: "DE", Privileges: privileges,
	})
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func (s Subject) online(t *testing.T, u users.User, channels ...string) string {
	t.Helper()
	opened, err := s.Sessions.Open(t.Context(), sessions.Opening{
		User: u, Kind: sessions.Stable, Channels: channels, Location: sessions.Location{Country: "DE"},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Sessions.Close(t.Context(), opened.Session.ID, sessions.ReasonLogout) })
	return opened.Session.ID
}

// tell executes a private line and returns the lines of the reply.
func (s Subject) tell(t *testing.T, u users.User, text string) []string {
	t.Helper()
	reply, err := s.Bot.Execute(t.Context(), bot.Invocation{UserID: u.ID, Text: text})
	if err != nil {
		t.Errorf("%s: %v", text, err)
	}
	if reply.Public {
		t.Errorf("%s: answered in public", text)
	}
	return reply.Lines
}

func (s Subject) refuses(t *testing.T, u users.User, text string, target error) {
	t.Helper()
	if _, err := s.Bot.Execute(t.Context(), bot.Invocation{UserID: u.ID, Channel: "#osu", Text: text}); !errors.Is(err, target) {
		t.Errorf("%s: error is %v, want %v", text, err, target)
	}
}

// await drains an outbox until an event of type M comes that fits.
func await[M proto.Message](t *testing.T, s Subject, id string, fits func(M) bool) M {
	t.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		mail, err := s.State.Drain(t.Context(), sessions.Space, id, state.Take{Wait: time.Second})
		if err != nil {
			t.Fatal(err)
		}
		for _, item := range mail.Items {
			event, err := wire.Unpack(item.Data)
			if err != nil {
				t.Fatal(err)
			}
			if m, ok := event.(M); ok && fits(m) {
				return m
			}
		}
	}
	t.Fatal("the event did not come")
	panic("unreachable")
}

func (s Subject) audit(t *testing.T, target int32) []string {
	t.Helper()
	rows, err := s.Users.Audit(t.Context(), target, 0, 10)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, r := range rows {
		all = append(all, r.Action+": "+r.Reason)
	}
	return all
}

// recorded fails unless an audit row without a target says that the actor did this lately.
func (s Subject) recorded(t *testing.T, actor int32, action, reason string) {
	t.Helper()
	rows, err := s.Users.Audit(t.Context(), 0, 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(rows, func(r users.AuditEntry) bool {
		return r.ActorID == actor && r.TargetID == 0 && r.Action == action && r.Reason == reason
	}) {
		t.Errorf("no audit row of %s %q by %d", action, reason, actor)
	}
}

func testCommands(t *testing.T, s Subject) {
	names := func(p users.Privileges) []string {
		t.Helper()
		list, err := s.Bot.Commands(t.Context(), p)
		if err != nil {
			t.Fatal(err)
		}
		var all []string
		for _, c := range list {
			if !strings.HasPrefix(c.Usage, "!"+c.Name) || c.Summary == "" {
				t.Errorf("%+v", c)
			}
			all = append(all, c.Name)
		}
		return all
	}
	player := []string{"help", "online", "report", "roll", "stats", "where"}
	if diff := cmp.Diff(player, names(0)); diff != "" {
		t.Errorf("a player's (-want +got):\n%s", diff)
	}
	moderator := append(slices.Clone(player), "alertuser", "kick", "silence", "unsilence")
	slices.Sort(moderator)
	if diff := cmp.Diff(moderator, names(users.Moderator)); diff != "" {
		t.Errorf("a moderator's (-want +got):\n%s", diff)
	}
	developer := append(slices.Clone(moderator), "alert", "announce", "restrict", "unrestrict")
	slices.Sort(developer)
	if diff := cmp.Diff(developer, names(users.Developer)); diff != "" {
		t.Errorf("a developer's (-want +got):\n%s", diff)
	}
	help := s.tell(t, s.player(t, 0), "!help")
	if len(help) != len(player) || !strings.HasPrefix(help[0], "!help") {
		t.Errorf("help %q", help)
	}
}

func testNoCommand(t *testing.T, s Subject) {
	u := s.player(t, 0)
	for _, text := range []string{"", "  ", "hello", "!", "!!!", "! help", "!?"} {
		reply, err := s.Bot.Execute(t.Context(), bot.Invocation{UserID: u.ID, Channel: "#osu", Text: text})
		if err != nil || reply.Lines != nil {
			t.Errorf("%q: %v, %v", text, reply, err)
		}
	}
	s.refuses(t, u, "!nonsense", bot.ErrNoCommand)
	s.refuses(t, u, "!help nonsense", bot.ErrNoCommand)
	s.refuses(t, u, "!kick somebody", bot.ErrForbidden)
	s.refuses(t, s.player(t, users.Moderator), "!restrict somebody why", bot.ErrForbidden)
	s.refuses(t, users.User{ID: 999}, "!help", users.ErrNotFound)
	if _, err := s.Users.Restrict(t.Context(), u.ID, users.BotID, "test"); err != nil {
		t.Fatal(err)
	}
	s.refuses(t, u, "!help", bot.ErrForbidden)
}

func testUsage(t *testing.T, s Subject) {
	u := s.player(t, users.Developer)
	for _, text := range []string{
		"!where", "!report", "!silence", "!silence x", "!silence x 5m", "!silence x forever why", "!silence x 0s why",
		"!silence x 11y why", "!silence x 99999w why", "!silence x 30 why", "!unsilence", "!kick", "!restrict x", "!unrestrict x",
		"!alert", "!alertuser x", "!announce  ",
	} {
		s.refuses(t, u, text, bot.ErrUsage)
	}
	_, err := s.Bot.Execute(t.Context(), bot.Invocation{UserID: u.ID, Text: "!where"})
	if err == nil || !strings.Contains(err.Error(), "!where user") {
		t.Errorf("the usage is not shown: %v", err)
	}
	for _, text := range []string{"!stats no one has this name", "!kick nobody", "!silence nobody 5m why", "!restrict #1 why", "!kick #x"} {
		if _, err := s.Bot.Execute(t.Context(), bot.Invocation{UserID: u.ID, Text: text}); err == nil {
			t.Errorf("%s: done", text)
		}
	}
}

func testRoll(t *testing.T, s Subject) {
	u := s.player(t, 0)
	for text, pattern := range map[string]string{
		"!roll":        `(\d{1,2}|100)`,
		"!roll 1":      `1`,
		"!ROLL 3 x":    `[123]`,
		"!roll -4":     `(\d{1,2}|100)`,
		"!roll 999999": `\d{1,5}`,
	} {
		reply, err := s.Bot.Execute(t.Context(), bot.Invocation{UserID: u.ID, Channel: "#osu", Text: text})
		wanted := regexp.MustCompile("^" + u.Name + " rolls " + pattern + ` point\(s\)$`)
		if err != nil || !reply.Public || len(reply.Lines) != 1 || !wanted.MatchString(reply.Lines[0]) {
			t.Errorf("%s: %v, %v", text, reply, err)
		}
	}
}

func testStats(t *testing.T, s Subject) {
	asker, u := s.player(t, 0), s.player(t, 0)
	id := s.online(t, u)
	status := sessions.Status{Action: osu.ActionPlaying}
	stats := sessions.Stats{RankedScore: 1234567, TotalScore: 340_000, Accuracy: .98764, Playcount: 123, Rank: 45}
	if _, err := s.Sessions.Update(t.Context(), id, sessions.Update{Status: &status, Stats: &stats}); err != nil {
		t.Fatal(err)
	}
	wanted := []string{"Score:    1,234,567 (#45)", "Plays:    123 (lv4)", "Accuracy: 98.76%"}
	lines := s.tell(t, asker, "!stats "+strings.ReplaceAll(u.Name, " ", "_"))
	head := regexp.MustCompile(`^Stats for \(` + u.Name + `\)\[https?://.*\d+\] is Playing:$`)
	if len(lines) != 4 || !head.MatchString(lines[0]) || !slices.Equal(lines[1:], wanted) {
		t.Errorf("lines %q", lines)
	}
	if own := s.tell(t, u, "stats"); len(own) != 4 || own[0] != lines[0] {
		t.Errorf("his own %q", own)
	}
	if offline := s.tell(t, u, "!stats "+asker.Name); len(offline) == 0 || strings.Contains(offline[0], " is ") {
		t.Errorf("offline %q", offline)
	}
}

func testWhere(t *testing.T, s Subject) {
	asker, u, offline, hidden := s.player(t, 0), s.player(t, 0), s.player(t, 0), s.player(t, 0)
	s.online(t, u)
	name := strings.ReplaceAll(u.Name, " ", "_")
	for text, wanted := range map[string]string{
		"!where " + name:         name + " is in Germany",
		"!where " + u.Name:       name + " is in Germany",
		"!where " + offline.Name: "The user is currently not online.",
		"!where nobody":          "The user's location could not be determined.",
		"!where #x":              "The user's location could not be determined.",
	} {
		if diff := cmp.Diff([]string{wanted}, s.tell(t, asker, text)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
	}
	if _, err := s.Users.Restrict(t.Context(), hidden.ID, users.BotID, "test"); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(s.tell(t, asker, "!where nobody"), s.tell(t, asker, "!where "+hidden.Name)); diff != "" {
		t.Errorf("a restricted account is not like none (-none +it):\n%s", diff)
	}
	s.refuses(t, asker, "!stats "+hidden.Name, users.ErrNotFound)
	if lines := s.tell(t, asker, "!online"); len(lines) != 1 || !strings.HasPrefix(lines[0], "Online: ") {
		t.Errorf("online %q", lines)
	}
}

func testReport(t *testing.T, s Subject) {
	u, target := s.player(t, 0), s.player(t, 0)
	staff := s.online(t, s.player(t, users.Moderator), "#staff")
	text := strings.ReplaceAll(target.Name, " ", "_") + " is rude"
	reply, err := s.Bot.Execute(t.Context(), bot.Invocation{UserID: u.ID, Channel: "#osu", Text: "!report " + text})
	if err != nil || reply.Public || !slices.Equal(reply.Lines, []string{"Chat moderators have been alerted. Thanks for your help."}) {
		t.Errorf("%v, %v", reply, err)
	}
	told := await(t, s, staff, func(m *chatpb.Said) bool { return m.GetMessage().GetChannel() == "#staff" })
	if got := told.GetMessage().GetText(); got != u.Name+" reports in #osu: "+text {
		t.Errorf("the staff is told %q", got)
	}
	rows, err := s.Users.Audit(t.Context(), target.ID, 0, 1)
	if err != nil || len(rows) != 1 {
		t.Fatalf("%d audit rows, %v", len(rows), err)
	}
	if r := rows[0]; r.Action != "report" || r.ActorID != u.ID || r.Reason != text || r.Details["channel"] != "#osu" || r.Details["at"] == "" {
		t.Errorf("audit %+v", r)
	}
}

func testSanctions(t *testing.T, s Subject) {
	staff, admin, u := s.player(t, users.Moderator), s.player(t, users.Administrator), s.player(t, 0)
	name := strings.ReplaceAll(u.Name, " ", "_")
	account := func() users.User {
		t.Helper()
		found, err := s.Users.Get(t.Context(), []int32{u.ID})
		if err != nil || len(found) != 1 {
			t.Fatal(len(found), err)
		}
		return found[0]
	}
	s.tell(t, staff, "!silence "+name+" 1d12h foul  language")
	if left := account().Silenced(time.Now()); left < 35*time.Hour || left > 36*time.Hour {
		t.Errorf("silenced for %v", left)
	}
	s.tell(t, staff, "!unsilence "+name)
	if left := account().Silenced(time.Now()); left != 0 {
		t.Errorf("still silenced for %v", left)
	}
	s.tell(t, admin, "!restrict "+name+" cheats")
	if !account().Restricted {
		t.Error("not restricted")
	}
	s.tell(t, admin, "!unrestrict "+name+" does not")
	if account().Restricted {
		t.Error("still restricted")
	}
	entries, err := s.Users.Audit(t.Context(), u.ID, 0, 10)
	if err != nil {
		t.Fatal(err)
	}
	var rows []string
	for _, r := range entries {
		actor := map[int32]string{staff.ID: "staff", admin.ID: "admin"}[r.ActorID]
		rows = append(rows, actor+" "+r.Action+": "+r.Reason)
	}
	wanted := []string{"admin unrestrict: does not", "admin restrict: cheats", "staff unsilence: ", "staff silence: foul  language"}
	if diff := cmp.Diff(wanted, rows); diff != "" {
		t.Errorf("audit (-want +got):\n%s", diff)
	}
	s.refuses(t, staff, "!silence "+admin.Name[:1]+"_"+admin.Name[2:]+" 5m why", users.ErrForbidden)
}

func testKick(t *testing.T, s Subject) {
	staff, u := s.player(t, users.Moderator), s.player(t, 0)
	id := s.online(t, u)
	name := strings.ReplaceAll(u.Name, " ", "_")
	if diff := cmp.Diff([]string{u.Name + " was kicked."}, s.tell(t, staff, "!kick "+name+" go home")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	await(t, s, id, func(m *sessionspb.Closed) bool { return m.GetReason() == sessionspb.Reason_REASON_KICKED })
	if diff := cmp.Diff([]string{"kick: go home"}, s.audit(t, u.ID)); diff != "" {
		t.Errorf("audit (-want +got):\n%s", diff)
	}
	s.refuses(t, staff, "!kick "+strings.ReplaceAll(s.player(t, users.Administrator).Name, " ", "_"), users.ErrForbidden)
	s.refuses(t, staff, "!kick #1", users.ErrForbidden)
}

func testAlert(t *testing.T, s Subject) {
	admin, u := s.player(t, users.Administrator), s.player(t, 0)
	id := s.online(t, u)
	s.tell(t, admin, "!alert dinner is ready")
	await(t, s, id, func(m *sessionspb.Notice) bool { return m.GetText() == "dinner is ready" })
	s.recorded(t, admin.ID, "alert", "dinner is ready")
	s.tell(t, admin, "!alertuser "+strings.ReplaceAll(u.Name, " ", "_")+" yours too")
	await(t, s, id, func(m *sessionspb.Notice) bool { return m.GetText() == "yours too" })
	if diff := cmp.Diff([]string{"alert: yours too"}, s.audit(t, u.ID)); diff != "" {
		t.Errorf("audit (-want +got):\n%s", diff)
	}
}

func testAnnounce(t *testing.T, s Subject) {
	id := s.online(t, s.player(t, 0), "#announce")
	admin := s.player(t, users.Administrator)
	s.tell(t, admin, "!announce the server moves")
	s.recorded(t, admin.ID, "announce", "the server moves")
	m := await(t, s, id, func(m *chatpb.Said) bool { return m.GetMessage().GetText() == "the server moves" })
	if m.GetMessage().GetSenderId() != users.BotID || m.GetMessage().GetChannel() != "#announce" {
		t.Errorf("announced as %v", m)
	}
}

func testPrivate(t *testing.T, s Subject) {
	u := s.player(t, 0)
	id := s.online(t, u)
	names, err := s.Users.Get(t.Context(), []int32{users.BotID})
	if err != nil || len(names) != 1 {
		t.Fatal(len(names), err)
	}
	ask := func(text, wanted string) {
		t.Helper()
		if _, err := s.Chat.Whisper(t.Context(), chat.Line{SenderID: u.ID, SessionID: id, Target: names[0].Name, Text: text}); err != nil {
			t.Fatal(err)
		}
		m := await(t, s, id, func(m *chatpb.Whispered) bool { return m.GetMessage().GetSenderId() == users.BotID })
		if got := m.GetMessage().GetText(); got != wanted {
			t.Errorf("%s: %q, want %q", text, got, wanted)
		}
	}
	ask("!roll 1", u.Name+" rolls 1 point(s)")
	ask("roll 1", u.Name+" rolls 1 point(s)")
	ask("!where", "Usage: !where user")
	ask("!kick somebody", bot.ErrForbidden.Message)
	ask("!nonsense", "I do not know that one. !help lists what I do.")
}

func testChannel(t *testing.T, s Subject) {
	name := "#" + strings.ToLower(rand.Text()[:12])
	if _, err := s.Chat.Open(t.Context(), chat.Channel{Name: name}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Chat.Close(t.Context(), name) })
	u := s.player(t, 0)
	id, listener := s.online(t, u, name), s.online(t, s.player(t, 0), name)
	for _, text := range []string{"!nonsense", "not a command", "!where", "!roll 1"} {
		if _, err := s.Chat.Say(t.Context(), chat.Line{SenderID: u.ID, SessionID: id, Target: name, Text: text}); err != nil {
			t.Fatal(err)
		}
	}
	// Of all that, the roll alone is answered where everybody reads it; lines are answered in their order.
	m := await(t, s, listener, func(m *chatpb.Said) bool { return m.GetMessage().GetSenderId() == users.BotID })
	if got := m.GetMessage().GetText(); got != u.Name+" rolls 1 point(s)" {
		t.Errorf("said %q", got)
	}
	w := await(t, s, id, func(m *chatpb.Whispered) bool { return m.GetMessage().GetSenderId() == users.BotID })
	if got := w.GetMessage().GetText(); got != "Usage: !where user" {
		t.Errorf("whispered %q", got)
	}
}
