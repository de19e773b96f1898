package local

import (
	"context"
	"fmt"
	"strconv"

	"github.com/pure-peace/peace/modules/bot"
	"github.com/pure-peace/peace/modules/kudosu"
	"github.com/pure-peace/peace/modules/users"
)

// kudosuCommands are for staff of a server that keeps kudosu.
func (s *Service) kudosuCommands() []Command {
	if s.deps.Kudosu == nil {
		return nil
	}
	return []Command{
		{Name: "kudosu", Args: "user amount reason", Summary: "Gives a user kudosu, or with a negative amount takes it away.", Needs: users.Staff, Do: s.giveKudosu},
	}
}

func (s *Service) giveKudosu(ctx context.Context, call Call) (bot.Reply, error) {
	amount, err := strconv.ParseInt(call.Arg(1), 10, 32)
	if err != nil || call.Rest(2) == "" {
		return bot.Reply{}, bot.ErrUsage
	}
	target, err := s.find(ctx, call.Arg(0))
	if err != nil {
		return bot.Reply{}, err
	}
	_, err = s.deps.Kudosu.Give(ctx, kudosu.Entry{UserID: target.ID, By: call.User.ID, Amount: int32(amount), Reason: call.Rest(2)})
	if err != nil {
		return bot.Reply{}, err
	}
	totals, err := s.deps.Kudosu.Totals(ctx, []int32{target.ID})
	if err != nil || len(totals) == 0 {
		return bot.Reply{}, err
	}
	return say(fmt.Sprintf("%s has %d kudosu now.", target.Name, totals[0].Amount))
}
