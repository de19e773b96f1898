package cli

import (
	"context"
	"errors"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/pure-peace/peace/app"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/osu"
)

// score shows and removes scores, in the name of the bot.
type scoreCommand struct {
	Show    scoreShow    `cmd:"" help:"Show scores."`
	Remove  scoreRemove  `cmd:"" help:"Take scores out of every board. They are kept and can be restored."`
	Restore scoreRestore `cmd:"" help:"Bring removed scores back."`
}

type scoreShow struct {
	IDs []int64 `arg:"" name:"id"`
}

func (c scoreShow) Run(ctx context.Context, p *program) error {
	return withTool(ctx, p, app.Scores, func(service scores.Service) error {
		found, err := service.Scores(ctx, c.IDs)
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
		fmt.Fprint(w, "id\tuser\tbeatmap\tmode\tmods\tgrade\taccuracy\tcombo\ttotal\tpp\tat\tdoubts\n")
		for _, s := range found {
			var doubts []string
			for _, d := range s.Doubts {
				doubts = append(doubts, d.Kind)
			}
			fmt.Fprintf(w, "%d\t%d\t%d\t%s\t%s\t%s\t%.2f%%\t%d\t%d\t%s\t%s\t%s\n", s.ID, s.UserID, s.BeatmapID, boardName(s.Ruleset, s.Variant),
				s.Mods, s.Grade, s.Accuracy*100, s.MaxCombo, s.Classic, ppText(s.PP), s.EndedAt.Local().Format(time.DateTime), list(doubts))
		}
		return w.Flush()
	})
}

func boardName(r osu.Ruleset, v osu.Variant) string {
	if v == osu.Vanilla {
		return r.String()
	}
	return r.String() + " " + v.String()
}

func ppText(pp *float64) string {
	if pp == nil {
		return "-"
	}
	return fmt.Sprintf("%.2f", *pp)
}

type scoreRemove struct {
	Reason string  `required:"" placeholder:"TEXT" help:"Why, for the audit log."`
	IDs    []int64 `arg:"" name:"id"`
}

func (c scoreRemove) Run(ctx context.Context, p *program) error {
	return withTool(ctx, p, app.Scores, func(service scores.Service) error {
		changed, err := service.Remove(ctx, c.IDs, users.BotID, c.Reason)
		if err == nil {
			fmt.Fprintf(p.stdout, "%d removed.\n", len(changed))
		}
		return err
	})
}

type scoreRestore struct {
	Reason string  `required:"" placeholder:"TEXT" help:"Why, for the audit log."`
	IDs    []int64 `arg:"" name:"id"`
}

func (c scoreRestore) Run(ctx context.Context, p *program) error {
	return withTool(ctx, p, app.Scores, func(service scores.Service) error {
		changed, err := service.Restore(ctx, c.IDs, users.BotID, c.Reason)
		if err == nil {
			fmt.Fprintf(p.stdout, "%d restored.\n", len(changed))
		}
		return err
	})
}

// boardFlags choose a ruleset and variant; none chooses all.
type boardFlags struct {
	Mode    string `placeholder:"MODE" help:"Only this mode: osu, taiko, fruits or mania."`
	Variant string `placeholder:"VARIANT" help:"Only this variant: vanilla, relax or autopilot."`
}

func (f boardFlags) read() (*osu.Ruleset, *osu.Variant, error) {
	var ruleset *osu.Ruleset
	var variant *osu.Variant
	if f.Mode != "" {
		r, err := osu.ParseRuleset(f.Mode)
		if err != nil {
			return nil, nil, err
		}
		ruleset = &r
	}
	if f.Variant != "" {
		v, err := osu.ParseVariant(f.Variant)
		if err != nil {
			return nil, nil, err
		}
		variant = &v
	}
	return ruleset, variant, nil
}

type userWipe struct {
	boardFlags `embed:""`
	Name       string `arg:""`
	Reason     string `arg:"" help:"Why, for the audit log."`
}

func (c userWipe) Run(ctx context.Context, p *program) error {
	return c.run(ctx, p, scores.Service.Wipe, "%d scores of %s are removed; peace user unwipe brings them back.\n")
}

type userUnwipe userWipe

func (c userUnwipe) Run(ctx context.Context, p *program) error {
	return userWipe(c).run(ctx, p, scores.Service.Unwipe, "%d scores of %s are back.\n")
}

func (c userWipe) run(ctx context.Context, p *program, do func(scores.Service, context.Context, scores.Wipe) (int, error), done string) error {
	ruleset, variant, err := c.read()
	if err != nil {
		return err
	}
	return p.withTools(ctx, func(tools *app.Tools) error {
		u, err := findUser(ctx, tools, c.Name)
		if err != nil {
			return err
		}
		service, err := app.Tool(tools, app.Scores)
		if err != nil {
			return err
		}
		n, err := do(service, ctx, scores.Wipe{UserID: u.ID, Ruleset: ruleset, Variant: variant, By: users.BotID, Reason: c.Reason})
		if err == nil {
			fmt.Fprintf(p.stdout, done, n, u.Name)
		}
		return err
	})
}

// recalc rates scores again, in the running server when there is one.
type recalc struct {
	boardFlags `embed:""`
	User       string  `placeholder:"NAME" help:"Only scores of this user."`
	Beatmaps   []int32 `name:"beatmap" placeholder:"ID" help:"Only scores on these beatmaps."`
	Outdated   bool    `help:"Only scores that another version of the algorithm has rated."`
	DryRun     bool    `help:"Change nothing; show what would change."`
	Algorithm  string  `placeholder:"NAME" help:"With --dry-run: another algorithm than the one that counts."`
	PerSecond  int     `placeholder:"N" help:"At most so many scores a second."`
	After      int64   `placeholder:"ID" help:"Resume after this score, as an interrupted recalculation says."`
}

func (c recalc) Run(ctx context.Context, p *program) error {
	ruleset, variant, err := c.read()
	if err != nil {
		return err
	}
	if c.Algorithm != "" && !c.DryRun {
		return errors.New("--algorithm needs --dry-run: performance.algorithm in the configuration says which one counts")
	}
	return p.withTools(ctx, func(tools *app.Tools) error {
		job := scores.Recalculation{
			Filter: scores.Filter{
				AfterID: c.After, BeatmapIDs: c.Beatmaps, Ruleset: ruleset, Variant: variant, Outdated: c.Outdated,
			},
			DryRun: c.DryRun, Algorithm: c.Algorithm, PerSecond: c.PerSecond,
		}
		if c.User != "" {
			u, err := findUser(ctx, tools, c.User)
			if err != nil {
				return err
			}
			job.Filter.UserID = u.ID
		}
		service, err := app.Tool(tools, app.Scores)
		if err != nil {
			return err
		}
		return c.follow(ctx, p, service, job)
	})
}

func (c recalc) follow(ctx context.Context, p *program, service scores.Service, job scores.Recalculation) error {
	var last scores.Progress
	last.ID = c.After
	start := time.Now()
	for progress, err := range service.Recalculate(ctx, job) {
		if err != nil {
			if last.ID > 0 {
				err = fmt.Errorf("%w; go on with --after %d", err, last.ID)
			}
			return err
		}
		last = progress
		if c.DryRun {
			for _, d := range progress.Differences {
				fmt.Fprintf(p.stdout, "score %d of user %d on beatmap %d: %s -> %s\n", d.ScoreID, d.UserID, d.BeatmapID, ppText(d.Old), ppText(d.New))
			}
		}
		rate := float64(progress.Done) / max(time.Since(start).Seconds(), 0.001)
		fmt.Fprintf(p.stderr, "\r%d of %d, %d changed, %d failed, %.0f a second ", progress.Done, progress.Total, progress.Changed, progress.Failed, rate)
	}
	fmt.Fprintln(p.stderr)
	verb := "Changed"
	if c.DryRun {
		verb = "Would change"
	}
	fmt.Fprintf(p.stdout, "%s %d of %d scores.\n", verb, last.Changed, last.Done)
	if last.Failed > 0 {
		return fmt.Errorf("%d scores could not be rated", last.Failed)
	}
	return nil
}

// findUser returns the account of a name.
func findUser(ctx context.Context, tools *app.Tools, name string) (users.User, error) {
	service, err := app.Tool(tools, app.Users)
	if err != nil {
		return users.User{}, err
	}
	return userOf(ctx, service, name)
}
