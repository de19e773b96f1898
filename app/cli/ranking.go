package cli

import (
	"context"
	"fmt"

	"github.com/pure-peace/peace/app"
	"github.com/pure-peace/peace/modules/rankings"
)

// ranking looks after what is counted for players.
type ranking struct {
	Rebuild rankingRebuild `cmd:"" help:"Count the statistics of all players anew from the log of scores, while they play; needed after a change of how plays count in [rankings]."`
}

type rankingRebuild struct{}

func (rankingRebuild) Run(ctx context.Context, p *program) error {
	return withTool(ctx, p, app.Rankings, func(service rankings.Service) error {
		var counted int64
		for progress, err := range service.Rebuild(ctx) {
			if err != nil {
				return fmt.Errorf("%w; the same command goes on from here", err)
			}
			counted = progress.Seq
			fmt.Fprintf(p.stderr, "\r%d of %d ", progress.Seq, progress.Latest)
		}
		fmt.Fprintln(p.stderr)
		fmt.Fprintf(p.stdout, "Counted %d entries of the log.\n", counted)
		return nil
	})
}
