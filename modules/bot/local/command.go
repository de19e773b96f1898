package local

import (
	"context"
	"strings"
	"time"
	"unicode"

	"github.com/pure-peace/peace/modules/bot"
	"github.com/pure-peace/peace/modules/users"
)

// Command is something that the bot does when it is told to. Modules and embedders add theirs through Deps.Commands.
type Command struct {
	Name    string           // lower case, without the prefix
	Aliases []string         // other names for the same, not listed
	Args    string           // as the usage shows them: "user [reason]"
	Summary string           // one sentence
	Needs   users.Privileges // any of these; 0 means everybody

	// Do answers a call. It returns bot.ErrUsage when the arguments are wrong, which becomes a line with the usage; the
	// message of any other fault is shown to the user as it is. It is called by one goroutine at a time for lines of chat,
	// and at any time for Execute, with a context that ends after some seconds.
	Do func(ctx context.Context, call Call) (bot.Reply, error)
}

// Call is one use of a command.
type Call struct {
	User    users.User // who gave the command
	Channel string     // where; "" in private
	Args    []string   // the words after the name
	At      time.Time

	text string // everything after the name
}

// Arg returns an argument by number from 0, "" when there are not so many.
func (c Call) Arg(i int) string {
	if i < len(c.Args) {
		return c.Args[i]
	}
	return ""
}

// Rest returns what follows the first n arguments as it was written.
func (c Call) Rest(n int) string {
	text := strings.TrimSpace(c.text)
	for range n {
		_, text = cutWord(text)
	}
	return text
}

// cutWord splits a text at its first space.
func cutWord(text string) (word, rest string) {
	if i := strings.IndexFunc(text, unicode.IsSpace); i >= 0 {
		return text[:i], strings.TrimSpace(text[i:])
	}
	return text, ""
}

// say is a reply to the one who gave the command.
func say(lines ...string) (bot.Reply, error) { return bot.Reply{Lines: lines}, nil }

// describe returns the form in which users see a command.
func (c Command) describe(prefix string) bot.Command {
	usage := prefix + c.Name
	if c.Args != "" {
		usage += " " + c.Args
	}
	return bot.Command{Name: c.Name, Usage: usage, Summary: c.Summary, Needs: c.Needs}
}

func (c Command) allows(privileges users.Privileges) bool {
	return c.Needs == 0 || privileges.HasAny(c.Needs|users.Developer)
}
