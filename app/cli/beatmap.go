package cli

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"text/tabwriter"
	"time"

	"github.com/pure-peace/peace/app"
	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/osu"
)

// beatmap brings beatmaps to the server and says what becomes of them. Statuses are given in the name of the bot.
type beatmapCommand struct {
	Import  beatmapImport  `cmd:"" help:"Import archives (.osz), beatmaps (.osu), and folders of either, such as the game's Songs folder."`
	Search  beatmapSearch  `cmd:"" help:"Find beatmapsets by words and filters such as stars>5."`
	Show    beatmapShow    `cmd:"" help:"Show a beatmapset with its beatmaps."`
	Status  beatmapStatus  `cmd:"" help:"Give a beatmapset or a beatmap a status: it decides whether plays are ranked and earn pp."`
	Refresh beatmapRefresh `cmd:"" help:"Ask the configured sources for beatmapsets again, in the background of the running server."`
}

type beatmapSearch struct {
	Words  []string `arg:"" optional:"" help:"Words that must all be found, and filters."`
	Status string   `placeholder:"STATUS" help:"Only sets of this status."`
	Limit  int      `default:"20" help:"How many sets to show, 1 to 100."`
}

func (c beatmapSearch) Run(ctx context.Context, p *program) error {
	query := beatmaps.Query{Limit: c.Limit, Explicit: true}
	for i, word := range c.Words {
		if i > 0 {
			query.Text += " "
		}
		query.Text += word
	}
	if c.Status != "" {
		status, err := osu.ParseStatus(c.Status)
		if err != nil {
			return err
		}
		query.Statuses = []osu.Status{status}
	}
	return withTool(ctx, p, app.Beatmaps, func(service beatmaps.Service) error {
		page, err := service.Search(ctx, query)
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
		for _, set := range page.Sets {
			fmt.Fprintf(w, "%d\t%s\t%s - %s\tby %s\t%d beatmaps\n", set.ID, set.Status, set.Artist, set.Title, set.Creator, len(set.Beatmaps))
		}
		if err := w.Flush(); err != nil {
			return err
		}
		if page.Total > len(page.Sets) {
			fmt.Fprintf(p.stdout, "%d more\n", page.Total-len(page.Sets))
		}
		return nil
	})
}

type beatmapShow struct {
	Set int32 `arg:"" help:"The set's id."`
}

func (c beatmapShow) Run(ctx context.Context, p *program) error {
	return withTool(ctx, p, app.Beatmaps, func(service beatmaps.Service) error {
		found, err := service.Sets(ctx, []int32{c.Set})
		if err != nil {
			return err
		}
		if len(found) == 0 {
			return fmt.Errorf("set %d is not known here", c.Set)
		}
		return printSet(p, found[0])
	})
}

func printSet(p *program, set beatmaps.Set) error {
	w := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "set\t%d\nsong\t%s - %s\ncreator\t%s\nstatus\t%s\n", set.ID, set.Artist, set.Title, set.Creator, describeStatus(set.Status, set.Frozen))
	if !set.UpdatedAt.IsZero() {
		fmt.Fprintf(w, "updated\t%s\n", set.UpdatedAt.Local().Format(time.DateTime))
	}
	fmt.Fprintf(w, "archive\t%t\nfavourites\t%d\nplays\t%d\n", set.Local, set.Favourites, set.Plays)
	if err := w.Flush(); err != nil {
		return err
	}
	w = tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprint(w, "\nid\tmode\tstars\tlength\tstatus\tplays\tpasses\tname\n")
	for _, b := range set.Beatmaps {
		fmt.Fprintf(w, "%d\t%s\t%.2f\t%s\t%s\t%d\t%d\t%s\n", b.ID, b.Ruleset, b.Stars, b.Length.Round(time.Second), describeStatus(b.Status, b.Frozen), b.Plays, b.Passes, b.Name)
	}
	return w.Flush()
}

func describeStatus(s osu.Status, frozen bool) string {
	if frozen {
		return s.String() + ", frozen"
	}
	return s.String()
}

type beatmapStatus struct {
	Status  string `arg:"" help:"graveyard, wip, pending, ranked, approved, qualified or loved."`
	ID      string `arg:"" help:"The set's id, or with --beatmap a beatmap's."`
	Beatmap bool   `help:"ID is of one beatmap."`
	Thaw    bool   `help:"Let sources change the status again; otherwise it stays whatever they say."`
	Reason  string `placeholder:"TEXT" help:"Why, for the audit log."`
}

func (c beatmapStatus) Run(ctx context.Context, p *program) error {
	status, err := osu.ParseStatus(c.Status)
	if err != nil {
		return err
	}
	id, err := strconv.ParseInt(c.ID, 10, 32)
	if err != nil {
		return fmt.Errorf("%q is no id", c.ID)
	}
	change := beatmaps.StatusChange{Status: status, Frozen: !c.Thaw, Reason: c.Reason}
	if c.Beatmap {
		change.BeatmapIDs = []int32{int32(id)}
	} else {
		change.SetID = int32(id)
	}
	return withTool(ctx, p, app.Beatmaps, func(service beatmaps.Service) error {
		set, err := service.SetStatus(ctx, users.BotID, change)
		if err != nil {
			return err
		}
		return printSet(p, set)
	})
}

type beatmapRefresh struct {
	Sets []int32 `arg:"" help:"Ids of sets."`
}

func (c beatmapRefresh) Run(ctx context.Context, p *program) error {
	return p.withTools(ctx, func(tools *app.Tools) error {
		if !tools.Running() {
			return errors.New("no server runs here: sources are asked in the background of one")
		}
		service, err := app.Tool(tools, app.Beatmaps)
		if err != nil {
			return err
		}
		if err := service.Refresh(ctx, c.Sets); err != nil {
			return err
		}
		fmt.Fprintf(p.stdout, "%d sets will be asked for.\n", len(c.Sets))
		return nil
	})
}
