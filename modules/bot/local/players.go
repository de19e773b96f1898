package local

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"github.com/pure-peace/peace/modules/bot"
	"github.com/pure-peace/peace/modules/chat"
	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/osu"
)

// maxRoll is the greatest number that can be rolled (osuAkatsuki/bancho.py app/commands.py).
const maxRoll = 32767

// The texts that the official bot answers with, which tools read (ppy/osu-wiki, BanchoBot).
const (
	notOnline    = "The user is currently not online."
	nowhere      = "The user's location could not be determined."
	userNotFound = "User not found"
	reported     = "Chat moderators have been alerted. Thanks for your help."
)

func (s *Service) playerCommands() []Command {
	return []Command{
		{Name: "help", Aliases: []string{"h"}, Args: "[command]", Summary: "Lists what the bot does.", Do: s.help},
		{Name: "roll", Args: "[n]", Summary: "Rolls a number from 1 to n, or to 100.", Do: s.roll},
		{Name: "stats", Args: "[user]", Summary: "Shows the figures of a player.", Do: s.stats},
		{Name: "where", Args: "user", Summary: "Tells the country that a player is in.", Do: s.where},
		{Name: "online", Summary: "Counts who is online.", Do: s.online},
		{Name: "report", Args: "text", Summary: "Calls the attention of the moderators.", Do: s.report},
	}
}

func (s *Service) help(ctx context.Context, call Call) (bot.Reply, error) {
	list, err := s.Commands(ctx, call.User.Privileges)
	if err != nil {
		return bot.Reply{}, err
	}
	wanted := strings.ToLower(strings.TrimPrefix(call.Arg(0), s.config.Prefix))
	var lines []string
	for _, c := range list {
		if wanted == "" || wanted == c.Name {
			lines = append(lines, c.Usage+" - "+c.Summary)
		}
	}
	if len(lines) == 0 {
		return bot.Reply{}, bot.ErrNoCommand
	}
	return say(lines...)
}

func (s *Service) roll(_ context.Context, call Call) (bot.Reply, error) {
	limit, err := strconv.Atoi(call.Arg(0))
	if err != nil || limit < 1 {
		limit = 100
	}
	n := 1 + rand.IntN(min(limit, maxRoll))
	return bot.Reply{Lines: []string{fmt.Sprintf("%s rolls %d point(s)", call.User.Name, n)}, Public: true}, nil
}

func (s *Service) stats(ctx context.Context, call Call) (bot.Reply, error) {
	target := call.User
	if name := call.Rest(0); name != "" {
		var err error
		if target, err = s.visibleTo(ctx, call.User, name); err != nil {
			return bot.Reply{}, err
		}
	}
	link := fmt.Sprintf("Stats for (%s)[%s%d]", target.Name, s.config.ProfileURL, target.ID)
	p, online, err := s.presence(ctx, call.User, target)
	if err != nil {
		return bot.Reply{}, err
	}
	switch {
	case s.deps.Rankings != nil:
		if p.Stats, err = s.figures(ctx, target); err != nil {
			return bot.Reply{}, err
		}
	case !online:
		return say(link+":", "The figures of a player are shown while he is online.")
	}
	if online {
		link += " is " + p.Status.Action.String()
	}
	return say(
		link+":",
		fmt.Sprintf("Score:    %s (#%d)", thousands(p.Stats.RankedScore), p.Stats.Rank),
		fmt.Sprintf("Plays:    %d (lv%d)", p.Stats.Playcount, osu.Level(p.Stats.TotalScore)),
		fmt.Sprintf("Accuracy: %.2f%%", 100*p.Stats.Accuracy),
	)
}

// figures returns what rankings counts of a player where he plays.
func (s *Service) figures(ctx context.Context, user users.User) (sessions.Stats, error) {
	board, err := s.boardOf(ctx, user)
	if err != nil {
		return sessions.Stats{}, err
	}
	found, err := s.deps.Rankings.Statistics(ctx, []int32{user.ID}, board)
	if err != nil || len(found) == 0 {
		return sessions.Stats{}, err
	}
	return sessions.Stats{
		RankedScore: found[0].RankedScore, TotalScore: found[0].TotalScore, Accuracy: float32(found[0].Accuracy),
		Playcount: found[0].Playcount, Rank: found[0].GlobalRank, Performance: float32(found[0].PP),
	}, nil
}

func (s *Service) where(ctx context.Context, call Call) (bot.Reply, error) {
	if len(call.Args) == 0 {
		return bot.Reply{}, bot.ErrUsage
	}
	target, err := s.visibleTo(ctx, call.User, call.Rest(0))
	if errors.Is(err, users.ErrNotFound) {
		return say(nowhere)
	}
	if err != nil {
		return bot.Reply{}, err
	}
	p, online, err := s.presence(ctx, call.User, target)
	switch {
	case err != nil:
		return bot.Reply{}, err
	case !online:
		return say(notOnline)
	case osu.Country(p.Location.Country) == osu.Unknown:
		return say(nowhere)
	}
	name := strings.ReplaceAll(p.Name, " ", "_")
	return say(fmt.Sprintf("%s is in %s", name, osu.Country(p.Location.Country).Name()))
}

func (s *Service) online(ctx context.Context, _ Call) (bot.Reply, error) {
	counts, err := s.deps.Sessions.Count(ctx)
	if err != nil {
		return bot.Reply{}, err
	}
	return say(fmt.Sprintf("Online: %d (stable %d, lazer %d, IRC %d)", counts.Visible, counts.Stable, counts.Lazer, counts.IRC))
}

// report writes the report down and tells the staff's channel.
func (s *Service) report(ctx context.Context, call Call) (bot.Reply, error) {
	text := call.Rest(0)
	if text == "" {
		return bot.Reply{}, bot.ErrUsage
	}
	entry := users.AuditEntry{
		ActorID: call.User.ID, Action: "report", Reason: text,
		Details: map[string]string{"channel": call.Channel, "at": call.At.Format(time.RFC3339)},
	}
	// By custom the first word is who is meant.
	if target, err := s.visibleTo(ctx, call.User, call.Arg(0)); err == nil {
		entry.TargetID = target.ID
	}
	if err := s.record(ctx, entry); err != nil {
		return bot.Reply{}, err
	}
	place := call.Channel
	if place == "" {
		place = "private"
	}
	_, err := s.deps.Chat.Say(ctx, chat.Line{
		SenderID: users.BotID, Target: s.config.StaffChannel, Automatic: true,
		Text: fmt.Sprintf("%s reports in %s: %s", call.User.Name, place, text),
	})
	if err != nil { // it is written down
		s.deps.Log.WarnContext(ctx, "report not told to the staff", "error", err)
	}
	return say(reported)
}

// find returns the account that a player names: by name, with underscores for spaces, or by #id.
func (s *Service) find(ctx context.Context, name string) (users.User, error) {
	var found []users.User
	var err error
	if digits, ok := strings.CutPrefix(name, "#"); ok {
		id, parseErr := strconv.ParseInt(digits, 10, 32)
		if parseErr != nil {
			return users.User{}, users.ErrNotFound.WithMessage(userNotFound)
		}
		found, err = s.deps.Users.Get(ctx, []int32{int32(id)})
	} else if name != "" {
		found, err = s.deps.Users.Find(ctx, []string{name})
	}
	if err != nil {
		return users.User{}, err
	}
	if len(found) == 0 {
		return users.User{}, users.ErrNotFound.WithMessage(userNotFound)
	}
	return found[0], nil
}

// visibleTo is find for those who may not know of restricted accounts.
func (s *Service) visibleTo(ctx context.Context, asker users.User, name string) (users.User, error) {
	target, err := s.find(ctx, name)
	if err == nil && target.Restricted && target.ID != asker.ID && !asker.Privileges.HasAny(users.Staff) {
		return users.User{}, users.ErrNotFound.WithMessage(userNotFound)
	}
	return target, err
}

// presence returns what the asker may see of somebody: of himself also when others see nothing.
func (s *Service) presence(ctx context.Context, asker, target users.User) (sessions.Presence, bool, error) {
	found, err := s.deps.Sessions.Presences(ctx, []int32{target.ID})
	if err != nil {
		return sessions.Presence{}, false, err
	}
	if len(found) > 0 {
		return found[0], true, nil
	}
	if asker.ID != target.ID {
		return sessions.Presence{}, false, nil
	}
	own, err := s.deps.Sessions.Of(ctx, []int32{target.ID})
	if err != nil || len(own) == 0 {
		return sessions.Presence{}, false, err
	}
	x := own[0]
	return sessions.Presence{
		UserID: x.User.ID, Name: x.User.Name, Kind: x.Kind, Location: x.Location, Status: x.Status, Stats: x.Stats,
	}, true, nil
}

// thousands writes a number with commas.
func thousands(n int64) string {
	text := strconv.FormatInt(n, 10)
	for i := len(text) - 3; i > 0 && text[i-1] != '-'; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}
