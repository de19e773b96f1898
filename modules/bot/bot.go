// Package bot is the contract of the server's chat bot: the commands that players and staff give by writing to it.
//
// The bot is a user like any other (users.BotID) with a session of its own that never expires. Its module reads that
// session's outbox: every private message to the bot, and every line of a channel that begins with the command prefix, is
// a command. Since the outbox lives in state, commands that were written while the module was down are answered when it is
// back, each by one process.
//
// The contract is what an edge, the CLI or another bot needs: the list of commands, and executing one.
package bot

import (
	"context"

	"github.com/pure-peace/peace/modules/fault"
	"github.com/pure-peace/peace/modules/users"
)

// The faults of this contract.
var (
	ErrNoCommand = fault.New(fault.NotFound, "bot", "no_command", "no such command")
	ErrForbidden = fault.New(fault.Forbidden, "bot", "forbidden", "you may not use this command")
	ErrUsage     = fault.New(fault.Invalid, "bot", "usage", "the command's arguments are wrong") // the message shows the usage
)

// Service executes commands.
type Service interface {
	// Commands returns the commands that a user with these privileges may use, by name.
	Commands(ctx context.Context, privileges users.Privileges) ([]Command, error)

	// Execute does what a line says on behalf of a user and returns what to tell him. A line that is no command has the
	// zero Reply. ErrNoCommand, ErrForbidden, ErrUsage.
	Execute(ctx context.Context, invocation Invocation) (Reply, error)
}

// Command describes a command for `!help`.
type Command struct {
	Name    string           // without the prefix
	Usage   string           // with the prefix: "!roll [n]"
	Summary string           // one sentence
	Needs   users.Privileges // any of these; 0 means everybody
}

// Invocation is a line given to the bot.
type Invocation struct {
	UserID  int32
	Channel string // where it was written; "" in private
	Text    string // the whole line, prefix included
}

// Reply is what the bot says.
type Reply struct {
	Lines  []string
	Public bool // said in the channel where the command was given; otherwise told to the user in private
}
