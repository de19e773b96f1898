package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/pure-peace/peace/app"
)

// doctor checks a server and says how to mend it.
type doctor struct{}

func (doctor) Run(ctx context.Context, p *program) error {
	settings, err := p.load()
	if err != nil {
		return fmt.Errorf("the configuration is wrong:\n%w", err)
	}
	trouble := 0
	for f := range app.Diagnose(ctx, settings, p.options) {
		fmt.Fprintf(p.stdout, "%-8s %-14s %s\n", f.Severity, f.Subject, f.Text)
		for line := range strings.SplitSeq(f.Mend, "\n") {
			if line != "" {
				fmt.Fprintf(p.stdout, "%-8s %-14s → %s\n", "", "", line)
			}
		}
		if f.Severity == app.Trouble {
			trouble++
		}
	}
	if trouble > 0 {
		return errors.New("something has to be mended")
	}
	return nil
}
