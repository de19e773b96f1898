package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/pure-peace/peace/app"
)

// backup copies the data of a server.
type backup struct {
	To string `arg:"" optional:"" help:"The directory to make; by default peace-backup-DATE-TIME here."`
}

func (c backup) Run(ctx context.Context, p *program) error {
	settings, err := p.load()
	if err != nil {
		return err
	}
	if c.To == "" {
		c.To = "peace-backup-" + time.Now().Format("20060102-150405")
	}
	note, err := app.Backup(ctx, settings, c.To, func(file string) { fmt.Fprintln(p.stdout, file) })
	if err != nil {
		return err
	}
	if note != "" {
		fmt.Fprintln(p.stdout, note)
	}
	fmt.Fprintf(p.stdout, "The copy is in %s. To use it, let data_dir name it.\n", c.To)
	return nil
}
