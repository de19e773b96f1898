package local

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/pure-peace/peace/modules/bot"
	"github.com/pure-peace/peace/modules/moderation"
	"github.com/pure-peace/peace/modules/users"
)

const (
	findingsPage = 10  // lines of an answer
	maxDetail    = 200 // bytes of a finding's detail in a line
)

// moderationCommands are for staff of a server that gathers findings.
func (s *Service) moderationCommands() []Command {
	if s.deps.Moderation == nil {
		return nil
	}
	return []Command{
		{Name: "suspects", Args: "[page]", Summary: "Lists the players with open findings, the heaviest first.", Needs: users.Staff, Do: s.suspects},
		{Name: "findings", Args: "user|score ID [all]", Summary: "Lists what was found about a player or a score.", Needs: users.Staff, Do: s.findings},
		{Name: "inspect", Args: "ID", Summary: "Looks at a score again.", Needs: users.Staff, Do: s.inspect},
		{Name: "review", Args: "ID[,ID...] harmless|confirmed|open [note]", Summary: "Gives a verdict on findings.", Needs: users.Staff, Do: s.review},
		{Name: "reports", Args: "[user]", Summary: "Lists what players reported, the latest first.", Needs: users.Staff, Do: s.reports},
	}
}

func (s *Service) suspects(ctx context.Context, call Call) (bot.Reply, error) {
	page := 1
	if text := call.Arg(0); text != "" {
		var err error
		if page, err = strconv.Atoi(text); err != nil || page < 1 || page > 1000 {
			return bot.Reply{}, bot.ErrUsage
		}
	}
	list, err := s.deps.Moderation.Suspects(ctx, (page-1)*findingsPage, findingsPage)
	if err != nil {
		return bot.Reply{}, err
	}
	if len(list) == 0 {
		return say("Nobody is suspect.")
	}
	ids := make([]int32, len(list))
	for i, x := range list {
		ids[i] = x.UserID
	}
	names, err := s.names(ctx, ids)
	if err != nil {
		return bot.Reply{}, err
	}
	lines := make([]string, len(list))
	for i, x := range list {
		lines[i] = fmt.Sprintf("%s: %d in %d findings, the last on %s", names[x.UserID], x.Weight, x.Findings, x.LastAt.Format("2006-01-02"))
	}
	return say(lines...)
}

// names returns the names of accounts, and #id of those that are gone.
func (s *Service) names(ctx context.Context, ids []int32) (map[int32]string, error) {
	found, err := s.deps.Users.Get(ctx, ids)
	if err != nil {
		return nil, err
	}
	names := make(map[int32]string, len(ids))
	for _, id := range ids {
		names[id] = fmt.Sprintf("#%d", id)
	}
	for _, u := range found {
		names[u.ID] = u.Name
	}
	return names, nil
}

func (s *Service) findings(ctx context.Context, call Call) (bot.Reply, error) {
	if len(call.Args) == 0 {
		return bot.Reply{}, bot.ErrUsage
	}
	query := moderation.Query{Limit: findingsPage, Closed: len(call.Args) > 1 && strings.EqualFold(call.Args[len(call.Args)-1], "all")}
	switch {
	case strings.EqualFold(call.Arg(0), "score"):
		id, err := strconv.ParseInt(call.Arg(1), 10, 64)
		if err != nil || id < 1 {
			return bot.Reply{}, bot.ErrUsage
		}
		query.ScoreID = id
	default:
		target, err := s.find(ctx, call.Arg(0))
		if err != nil {
			return bot.Reply{}, err
		}
		query.UserID = target.ID
	}
	found, err := s.deps.Moderation.Findings(ctx, query)
	if err != nil {
		return bot.Reply{}, err
	}
	return s.listed(ctx, found)
}

func (s *Service) inspect(ctx context.Context, call Call) (bot.Reply, error) {
	id, err := strconv.ParseInt(call.Arg(0), 10, 64)
	if err != nil || id < 1 {
		return bot.Reply{}, bot.ErrUsage
	}
	found, err := s.deps.Moderation.Inspect(ctx, id)
	if err != nil {
		return bot.Reply{}, err
	}
	return s.listed(ctx, found[:min(len(found), findingsPage)])
}

func (s *Service) reports(ctx context.Context, call Call) (bot.Reply, error) {
	var about int32
	if call.Arg(0) != "" {
		target, err := s.find(ctx, call.Arg(0))
		if err != nil {
			return bot.Reply{}, err
		}
		about = target.ID
	}
	list, err := s.deps.Moderation.Complaints(ctx, about, 0, findingsPage)
	if err != nil {
		return bot.Reply{}, err
	}
	if len(list) == 0 {
		return say("Nothing was reported.")
	}
	var ids []int32
	for _, c := range list {
		ids = append(ids, c.By, c.UserID)
	}
	names, err := s.names(ctx, ids)
	if err != nil {
		return bot.Reply{}, err
	}
	lines := make([]string, len(list))
	for i, c := range list {
		lines[i] = fmt.Sprintf("%s: %s about %s, %s %d: %s", c.At.Format("2006-01-02"), names[c.By], names[c.UserID], c.Kind, c.SubjectID, c.Reason)
		if said := strings.Trim(c.Text+" | "+c.Quote, " |"); said != "" {
			lines[i] += ": " + oneLine(said)
		}
	}
	return say(lines...)
}

var verdicts = map[string]moderation.Verdict{
	"open": moderation.VerdictOpen, "harmless": moderation.VerdictHarmless, "confirmed": moderation.VerdictConfirmed,
}

func (s *Service) review(ctx context.Context, call Call) (bot.Reply, error) {
	verdict, ok := verdicts[strings.ToLower(call.Arg(1))]
	if !ok {
		return bot.Reply{}, bot.ErrUsage
	}
	var ids []int64
	for text := range strings.SplitSeq(call.Arg(0), ",") {
		id, err := strconv.ParseInt(text, 10, 64)
		if err != nil || len(ids) == moderation.MaxPage {
			return bot.Reply{}, bot.ErrUsage
		}
		ids = append(ids, id)
	}
	found, err := s.deps.Moderation.Review(ctx, ids, call.User.ID, verdict, reason(call.Rest(2)))
	if err != nil {
		return bot.Reply{}, err
	}
	return s.listed(ctx, found[:min(len(found), findingsPage)])
}

// listed writes findings, each in a line.
func (s *Service) listed(ctx context.Context, found []moderation.Finding) (bot.Reply, error) {
	if len(found) == 0 {
		return say("Nothing was found.")
	}
	ids := make([]int32, len(found))
	for i, f := range found {
		ids[i] = f.UserID
	}
	names, err := s.names(ctx, ids)
	if err != nil {
		return bot.Reply{}, err
	}
	lines := make([]string, len(found))
	for i, f := range found {
		var b strings.Builder
		fmt.Fprintf(&b, "%d: %s (%d) of %s", f.ID, f.Kind, f.Weight, names[f.UserID])
		if f.ScoreID != 0 {
			fmt.Fprintf(&b, ", score %d", f.ScoreID)
		}
		if f.Seen > 1 {
			fmt.Fprintf(&b, ", seen %d times", f.Seen)
		}
		for name, v := range verdicts {
			if v == f.Verdict && v != moderation.VerdictOpen {
				b.WriteString(", " + name)
			}
		}
		if f.Detail != "" {
			b.WriteString(": " + oneLine(f.Detail))
		}
		lines[i] = b.String()
	}
	return say(lines...)
}

// oneLine makes a text short enough to be listed, without breaks.
func oneLine(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if len(text) <= maxDetail {
		return text
	}
	end := maxDetail
	for !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + "..."
}
