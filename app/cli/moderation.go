package cli

import (
	"context"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/pure-peace/peace/app"
	"github.com/pure-peace/peace/modules/moderation"
	"github.com/pure-peace/peace/modules/users"
)

// evidence shows what looks wrong about plays, and takes the verdicts of staff, in the name of the bot.
type evidence struct {
	Suspects evidenceSuspects `cmd:"" default:"withargs" help:"List the players with open findings, the most suspect first."`
	Show     evidenceShow     `cmd:"" help:"Show findings about a player."`
	Inspect  evidenceInspect  `cmd:"" help:"Look at scores again now."`
	Review   evidenceReview   `cmd:"" help:"Give a verdict on findings; open takes it back. What follows from it is yours to do."`
}

type evidenceSuspects struct {
	Limit int `default:"20" help:"How many to show, 1 to 100."`
}

func (c evidenceSuspects) Run(ctx context.Context, p *program) error {
	return p.withTools(ctx, func(tools *app.Tools) error {
		service, err := app.Tool(tools, app.Moderation)
		if err != nil {
			return err
		}
		accounts, err := app.Tool(tools, app.Users)
		if err != nil {
			return err
		}
		suspects, err := service.Suspects(ctx, 0, c.Limit)
		if err != nil {
			return err
		}
		ids := make([]int32, len(suspects))
		for i, s := range suspects {
			ids[i] = s.UserID
		}
		found, err := accounts.Get(ctx, ids)
		if err != nil {
			return err
		}
		names := make(map[int32]users.User)
		for _, u := range found {
			names[u.ID] = u
		}
		w := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
		fmt.Fprint(w, "user\tname\tweight\tfindings\tlast\n")
		for _, s := range suspects {
			name := names[s.UserID].Name
			if names[s.UserID].Restricted {
				name += " (restricted)"
			}
			fmt.Fprintf(w, "%d\t%s\t%d\t%d\t%s\n", s.UserID, name, s.Weight, s.Findings, s.LastAt.Local().Format(time.DateTime))
		}
		return w.Flush()
	})
}

type evidenceShow struct {
	Name string `arg:"" help:"Of the player."`
	All  bool   `help:"Also those that have a verdict."`
}

func (c evidenceShow) Run(ctx context.Context, p *program) error {
	return p.withTools(ctx, func(tools *app.Tools) error {
		u, err := findUser(ctx, tools, c.Name)
		if err != nil {
			return err
		}
		service, err := app.Tool(tools, app.Moderation)
		if err != nil {
			return err
		}
		found, err := service.Findings(ctx, moderation.Query{UserID: u.ID, Closed: c.All, Limit: moderation.MaxPage})
		if err != nil {
			return err
		}
		return printFindings(p, found)
	})
}

type evidenceInspect struct {
	Scores []int64 `arg:"" name:"score"`
}

func (c evidenceInspect) Run(ctx context.Context, p *program) error {
	return withTool(ctx, p, app.Moderation, func(service moderation.Service) error {
		for _, id := range c.Scores {
			found, err := service.Inspect(ctx, id)
			if err != nil {
				return fmt.Errorf("score %d: %w", id, err)
			}
			if err := printFindings(p, found); err != nil {
				return err
			}
		}
		return nil
	})
}

type evidenceReview struct {
	Verdict string  `arg:"" enum:"harmless,confirmed,open"`
	IDs     []int64 `arg:"" name:"finding"`
	Note    string  `placeholder:"TEXT" help:"Why."`
}

func (c evidenceReview) Run(ctx context.Context, p *program) error {
	verdicts := map[string]moderation.Verdict{
		"harmless": moderation.VerdictHarmless, "confirmed": moderation.VerdictConfirmed, "open": moderation.VerdictOpen,
	}
	return withTool(ctx, p, app.Moderation, func(service moderation.Service) error {
		found, err := service.Review(ctx, c.IDs, users.BotID, verdicts[c.Verdict], c.Note)
		if err != nil {
			return err
		}
		return printFindings(p, found)
	})
}

func printFindings(p *program, found []moderation.Finding) error {
	w := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprint(w, "id\tweight\tkind\tscore\tseen\tlast\tverdict\tdetail\n")
	names := map[moderation.Verdict]string{
		moderation.VerdictOpen: "open", moderation.VerdictHarmless: "harmless", moderation.VerdictConfirmed: "confirmed",
	}
	for _, f := range found {
		about := "-"
		if f.ScoreID != 0 {
			about = fmt.Sprint(f.ScoreID)
		}
		fmt.Fprintf(w, "%d\t%d\t%s\t%s\t%d\t%s\t%s\t%s\n", f.ID, f.Weight, f.Kind, about, f.Seen, f.LastAt.Local().Format(time.DateTime), names[f.Verdict], f.Detail)
	}
	return w.Flush()
}
