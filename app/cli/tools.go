package cli

import (
	"context"
	"errors"

	"github.com/pure-peace/peace/app"
)

// withTools calls do with the modules of the running server, or with ones made here for the moment when none runs.
func (p *program) withTools(ctx context.Context, do func(*app.Tools) error) error {
	c, err := p.load()
	if err != nil {
		return err
	}
	tools, err := app.NewTools(ctx, c, p.options)
	if err != nil {
		return err
	}
	return errors.Join(explain(do(tools)), tools.Close())
}

// withTool is withTools for a single module.
func withTool[S, C any](ctx context.Context, p *program, row *app.Module[S, C], do func(S) error) error {
	return p.withTools(ctx, func(tools *app.Tools) error {
		service, err := app.Tool(tools, row)
		if err != nil {
			return err
		}
		return do(service)
	})
}
