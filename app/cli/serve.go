package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"runtime"
	"strings"

	"github.com/lmittmann/tint"
	"golang.org/x/sync/errgroup"
	"golang.org/x/term"

	"github.com/pure-peace/peace/app"
	"github.com/pure-peace/peace/config"
	"github.com/pure-peace/peace/transport/http/listen"
)

// heapFloor is memory that is reserved and never touched, so that it costs no RAM: the collector waits until the heap has
// doubled, and a server with few players would otherwise collect its few megabytes many times a second.
const heapFloor = 16 << 20

// serve runs the server until it is told to stop.
type serve struct {
	Only []string `placeholder:"MODULE" help:"Be the process of these modules and nothing else, and offer them on peers.listen; \"gateway\" adds the public listeners."`
	As   string   `placeholder:"PEER" help:"Be the process that the configuration calls PEER: the modules assigned to it, on the address of its target."`
}

func (c serve) Run(ctx context.Context, p *program) error {
	floor := make([]byte, heapFloor)
	defer runtime.KeepAlive(floor)

	settings, err := p.load()
	if err != nil {
		return err
	}
	level := new(slog.LevelVar)
	level.Set(settings.Log.Level)
	log := slog.New(p.logHandler(settings.Log.Format, level))

	listeners, err := listen.Inherit(os.Getenv)
	if err != nil {
		return err
	}
	options := p.options
	options.Log, options.Level, options.Listeners, options.Only, options.As = log, level, listeners, c.Only, c.As
	server, err := app.New(ctx, settings, options)
	if err != nil {
		return errors.Join(err, listeners.Close())
	}

	ctx, stop := context.WithCancel(ctx)
	defer stop()
	takeover := false
	var around errgroup.Group
	around.Go(func() error { return c.signals(ctx, p, server, log, func() { takeover = true; stop() }) })
	if file := p.file(); file != "" {
		around.Go(func() error { return config.Watch(ctx, file, func() { p.reload(server, log) }) })
	}
	around.Go(func() error {
		select {
		case <-server.Started():
			server.Greet(p.stdout)
		case <-ctx.Done():
		}
		return nil
	})
	err = server.Run(ctx)
	stop()
	err = errors.Join(err, around.Wait())
	if err == nil && takeover {
		log.Info("handing the listeners over to a new program")
		return p.succeed(listeners)
	}
	return errors.Join(err, listeners.Close())
}

// signals reloads on SIGHUP, and on SIGUSR2 makes room for a new program, where the system has these.
func (c serve) signals(ctx context.Context, p *program, server *app.App, log *slog.Logger, handOver func()) error {
	hangup, upgrade := make(chan os.Signal, 1), make(chan os.Signal, 1)
	notify(hangup, upgrade)
	defer signal.Stop(hangup)
	defer signal.Stop(upgrade)
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-hangup:
			p.reload(server, log)
		case <-upgrade:
			if err := server.HoldListeners(); err != nil {
				log.Error("cannot hand over", "error", err)
				continue
			}
			handOver()
		}
	}
}

// reload loads the configuration anew and says what came of it. A configuration that is wrong changes nothing.
func (p *program) reload(server *app.App, log *slog.Logger) {
	settings, err := p.load()
	if err != nil {
		log.Error("the changed configuration is wrong, going on with the old one", "error", err)
		return
	}
	pending, err := server.Reload(settings)
	if err != nil {
		log.Error("not everything was reloaded", "error", err)
	}
	if len(pending) > 0 {
		log.Warn("some changes need a restart", "keys", strings.Join(pending, ", "))
	}
	log.Info("configuration reloaded")
}

// succeed becomes the program that is now at this one's path, with the same arguments.
func (p *program) succeed(listeners *listen.Listeners) error {
	path, err := os.Executable()
	if err != nil {
		return err
	}
	// The kernel says of a binary that was replaced where it used to be.
	return listeners.Exec(strings.TrimSuffix(path, " (deleted)"), os.Args, os.Environ())
}

// logHandler writes text for people and JSON for machines, to standard error.
func (p *program) logHandler(format string, level slog.Leveler) slog.Handler {
	file, isFile := p.stderr.(*os.File)
	terminal := isFile && term.IsTerminal(int(file.Fd()))
	if format == "json" || format == "auto" && !terminal {
		return slog.NewJSONHandler(p.stderr, &slog.HandlerOptions{Level: level})
	}
	return tint.NewTextHandler(p.stderr, &tint.Options{Level: level, NoColor: !terminal || os.Getenv("NO_COLOR") != ""})
}

// migrate shows and changes the schema of the database.
type migrate struct {
	Status migrateStatus `cmd:"" help:"List the changes and whether the database has them."`
	Up     migrateUp     `cmd:"" help:"Bring the schema up to date."`
	Down   migrateDown   `cmd:"" help:"Undo the latest changes. What they held is lost."`
}

type migrateStatus struct{}

func (migrateStatus) Run(ctx context.Context, p *program) error {
	return p.withMigrator(ctx, func(m *app.Migrator) error {
		status, err := m.Status(ctx)
		if err != nil {
			return err
		}
		for _, s := range status {
			switch {
			case !s.Known:
				fmt.Fprintf(p.stdout, "%s  unknown to this program, applied %s\n", s.Version, s.Applied.Format("2006-01-02 15:04:05"))
			case s.Applied.IsZero():
				fmt.Fprintf(p.stdout, "%s  %-24s pending\n", s.Version, s.Name)
			default:
				fmt.Fprintf(p.stdout, "%s  %-24s applied %s\n", s.Version, s.Name, s.Applied.Format("2006-01-02 15:04:05"))
			}
		}
		return nil
	})
}

type migrateUp struct{}

func (migrateUp) Run(ctx context.Context, p *program) error {
	return p.withMigrator(ctx, func(m *app.Migrator) error {
		done, err := m.Up(ctx)
		for _, s := range done {
			fmt.Fprintf(p.stdout, "%s  %s applied\n", s.Version, s.Name)
		}
		if err == nil && len(done) == 0 {
			fmt.Fprintln(p.stdout, "The schema is up to date.")
		}
		return err
	})
}

type migrateDown struct {
	Count int `arg:"" default:"1" help:"How many changes to undo."`
}

func (c migrateDown) Run(ctx context.Context, p *program) error {
	return p.withMigrator(ctx, func(m *app.Migrator) error {
		done, err := m.Down(ctx, c.Count)
		for _, s := range done {
			fmt.Fprintf(p.stdout, "%s  %s undone\n", s.Version, s.Name)
		}
		return err
	})
}

func (p *program) withMigrator(ctx context.Context, do func(*app.Migrator) error) error {
	settings, err := p.load()
	if err != nil {
		return err
	}
	m, err := app.NewMigrator(ctx, settings, p.options)
	if err != nil {
		return err
	}
	return errors.Join(do(m), m.Close())
}

// configuration checks and shows settings.
type configuration struct {
	Check   configCheck   `cmd:"" help:"Say whether the configuration is right."`
	Print   configPrint   `cmd:"" help:"Print the settings in force, secrets masked."`
	Example configExample `cmd:"" help:"Print a file with every setting, its default and what it does."`
}

type configCheck struct{}

func (configCheck) Run(p *program) error {
	if _, err := p.load(); err != nil {
		return err
	}
	_, err := fmt.Fprintln(p.stdout, "The configuration is right.")
	return err
}

type configPrint struct{}

func (configPrint) Run(p *program) error {
	settings, err := p.load()
	if err != nil {
		return err
	}
	return config.Print(p.stdout, settings, p.options.Sections()...)
}

type configExample struct{}

func (configExample) Run(p *program) error {
	return config.Example(p.stdout, app.DefaultConfig(), p.options.Sections()...)
}
