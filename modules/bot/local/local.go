// Package local is the chat bot: a table of commands, and the loop that reads the bot's outbox and answers.
//
// The bot is a session of kind sessions.Bot, which any process finds or opens; draining its outbox hands each line to one of
// them. What a command does is a call of another module on behalf of the user; the bot decides only who may give it.
//
// The bot also says in public who leads a leaderboard now.
//
// The files: listen.go is the loop, command.go what a command is; players.go, plays.go, worth.go, staff.go and moderation.go are
// the built-in ones; focus.go remembers what players are talking about, announce.go follows scores.
package local

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/bot"
	"github.com/pure-peace/peace/modules/chat"
	"github.com/pure-peace/peace/modules/kudosu"
	"github.com/pure-peace/peace/modules/moderation"
	"github.com/pure-peace/peace/modules/performance"
	"github.com/pure-peace/peace/modules/rankings"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/users"
)

// Deps are the collaborators of the bot.
type Deps struct {
	State    state.Service
	Users    users.Service
	Sessions sessions.Service
	Chat     chat.Talk
	Log      *slog.Logger
	Domain   string // of the server, for links

	// These are nil when their module is off: the commands that need it are then not there.
	Beatmaps    beatmaps.Library
	Performance performance.Service
	Scores      scores.Boards
	Rankings    rankings.Service
	Moderation  moderation.Service
	Kudosu      kudosu.Service

	// Commands are added to the built-in ones; one with the name of a built-in command replaces it.
	Commands []Command
}

// Service implements bot.Service.
type Service struct {
	config   Config
	deps     Deps
	commands []Command          // by name
	byName   map[string]Command // aliases included
}

var _ bot.Service = (*Service)(nil)

// New returns the bot, which listens while Run runs.
func New(_ context.Context, config Config, deps Deps) (*Service, error) {
	if err := config.Validate(); err != nil {
		return nil, fmt.Errorf("bot: %w", err)
	}
	s := &Service{config: config, deps: deps, byName: map[string]Command{}}
	for _, c := range slices.Concat(deps.Commands, s.playerCommands(), s.playCommands(), s.staffCommands(), s.moderationCommands(), s.kudosuCommands()) {
		if c.Do == nil || c.Name == "" || strings.ToLower(c.Name) != c.Name || strings.ContainsAny(c.Name, " \n") {
			return nil, fmt.Errorf("bot: command %q needs a name in lower case and something to do", c.Name)
		}
		if _, taken := s.byName[c.Name]; taken {
			continue
		}
		s.commands = append(s.commands, c)
		s.byName[c.Name] = c
	}
	for _, c := range s.commands {
		for _, alias := range c.Aliases {
			if _, taken := s.byName[alias]; !taken {
				s.byName[alias] = c
			}
		}
	}
	slices.SortFunc(s.commands, func(a, b Command) int { return cmp.Compare(a.Name, b.Name) })
	return s, nil
}

// Commands implements bot.Service.
func (s *Service) Commands(_ context.Context, privileges users.Privileges) ([]bot.Command, error) {
	var all []bot.Command
	for _, c := range s.commands {
		if c.allows(privileges) {
			all = append(all, c.describe(s.config.Prefix))
		}
	}
	return all, nil
}

// Execute implements bot.Service.
func (s *Service) Execute(ctx context.Context, invocation bot.Invocation) (bot.Reply, error) {
	name, rest, ok := s.parse(invocation)
	if !ok {
		return bot.Reply{}, nil
	}
	command, ok := s.byName[name]
	if !ok {
		return bot.Reply{}, bot.ErrNoCommand
	}
	found, err := s.deps.Users.Get(ctx, []int32{invocation.UserID})
	if err != nil {
		return bot.Reply{}, err
	}
	if len(found) == 0 {
		return bot.Reply{}, users.ErrNotFound
	}
	user := found[0]
	if user.Restricted || !command.allows(user.Privileges) {
		return bot.Reply{}, bot.ErrForbidden
	}
	reply, err := command.Do(ctx, Call{
		User: user, Channel: invocation.Channel, Args: strings.Fields(rest), At: time.Now().UTC(), text: rest,
	})
	if errors.Is(err, bot.ErrUsage) {
		err = bot.ErrUsage.WithMessage("Usage: " + command.describe(s.config.Prefix).Usage)
	}
	if err != nil {
		return bot.Reply{}, err
	}
	reply.Public = reply.Public && invocation.Channel != ""
	return reply, nil
}

// parse splits a line into the command's name and the rest. In private the prefix may be left out.
func (s *Service) parse(invocation bot.Invocation) (name, rest string, ok bool) {
	text := strings.TrimSpace(invocation.Text)
	text, prefixed := strings.CutPrefix(text, s.config.Prefix)
	if !prefixed && invocation.Channel != "" {
		return "", "", false
	}
	name, rest = cutWord(text)
	if strings.Trim(name, "!?.") == "" { // nothing, or somebody is amazed
		return "", "", false
	}
	return strings.ToLower(name), rest, true
}
