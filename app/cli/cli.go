// Package cli is the command line of Peace: it reads arguments, asks app to do the work and says on the terminal what
// happened. A server of one's own calls Main with its extensions and has every command.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"github.com/pure-peace/peace/app"
	"github.com/pure-peace/peace/config"
	"github.com/pure-peace/peace/transport/http/listen"
)

// defaultFile is read when it is there and no other file was named.
const defaultFile = "peace.toml"

// arguments is the whole command line.
type arguments struct {
	File string            `name:"config" short:"c" placeholder:"FILE" env:"PEACE_CONFIG" help:"Read the configuration from FILE (default: peace.toml, when it is there)."`
	Set  map[string]string `placeholder:"KEY=VALUE" mapsep:"none" help:"Override one setting, for example --set domain=example.com. May be repeated."`

	Serve    serve          `cmd:"" default:"withargs" help:"Run the server. This is what happens without a command."`
	Migrate  migrate        `cmd:"" help:"Show or change the state of the database's schema."`
	Settings configuration  `cmd:"" name:"config" help:"Check or show the configuration."`
	User     user           `cmd:"" help:"Make and change accounts."`
	App      application    `cmd:"" name:"application" help:"Make and end programs that may act for users."`
	Beatmap  beatmapCommand `cmd:"" help:"Import beatmaps, find them, and decide what becomes of them."`
	Score    scoreCommand   `cmd:"" help:"Show, remove and restore scores."`
	Recalc   recalc         `cmd:"" help:"Rate scores again by the algorithm that counts, also while the server runs."`
	Ranking  ranking        `cmd:"" help:"Count players' statistics and ranks anew."`
	Evidence evidence       `cmd:"" help:"See what looks wrong about plays, and judge it."`
	Doctor   doctor         `cmd:"" help:"Check everything that a working server needs, and say how to mend it."`
	Backup   backup         `cmd:"" help:"Copy the data of this server, also while it runs."`
	Load     loadTest       `cmd:"" help:"Play many stable clients against a server and measure it."`
	PP       pp             `cmd:"" name:"pp" help:"Calculate difficulty and pp of beatmaps, without a server."`
	Version  version        `cmd:"" help:"Print the version."`
}

// program is what every command works with.
type program struct {
	args    *arguments
	options app.Options
	stdin   io.Reader
	stdout  io.Writer
	stderr  io.Writer
}

// Main runs the command line and returns the exit code of the process: 0 when all went well, 1 when the command failed, 2
// when the command line makes no sense.
func Main(args []string, options app.Options) int {
	p := &program{options: options, stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr}
	return p.main(args)
}

// exit is how kong leaves: after --help, for one.
type exit int

func (p *program) main(args []string) (code int) {
	var parsed arguments
	p.args = &parsed
	defer func() {
		if left := recover(); left != nil {
			e, ours := left.(exit)
			if !ours {
				panic(left)
			}
			code = int(e)
		}
	}()
	parser, err := kong.New(&parsed,
		kong.Name("peace"),
		kong.Description("An osu! server: one binary for stable clients, lazer clients, IRC and programs."),
		kong.UsageOnError(),
		kong.Writers(p.stdout, p.stderr),
		kong.Exit(func(code int) { panic(exit(code)) }),
		kong.Vars{"privileges": privilegeNames()},
	)
	if err != nil {
		fmt.Fprintln(p.stderr, "peace:", err)
		return 2
	}
	command, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintln(p.stderr, "peace:", err)
		var usage *kong.ParseError
		if errors.As(err, &usage) {
			fmt.Fprintln(p.stderr, "Try `peace --help`.")
		}
		return 2
	}
	ctx, stop := interruptible(p.stderr)
	defer stop()
	command.BindTo(ctx, (*context.Context)(nil))
	if err := command.Run(p); err != nil {
		fmt.Fprintln(p.stderr, "peace:", err)
		return 1
	}
	return 0
}

// impatience is how long after the first signal another one counts as a second thought: supervisors and terminals may
// deliver one wish twice.
const impatience = 500 * time.Millisecond

// interruptible returns a context that ends with the first SIGINT or SIGTERM. A second one forces the process to end.
func interruptible(stderr io.Writer) (context.Context, func()) {
	ctx, cancel := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		if _, open := <-signals; !open {
			return
		}
		first := time.Now()
		cancel()
		for range signals {
			if time.Since(first) > impatience {
				fmt.Fprintln(stderr, "peace: forced to stop")
				os.Exit(130)
			}
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		close(signals)
		cancel()
	}
}

// file returns the path of the configuration file, or "" when there is none.
func (p *program) file() string {
	if p.args.File != "" {
		return p.args.File
	}
	if _, err := os.Stat(defaultFile); err == nil {
		return defaultFile
	}
	return ""
}

// load reads the configuration that the command line names.
func (p *program) load() (*app.Config, error) {
	// A predecessor tells of its sockets in the environment as well; that is no setting.
	environ := slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, listen.Env+"=") })
	return app.LoadConfig(config.Sources{File: p.file(), Environ: environ, Overrides: p.args.Set}, p.options)
}

// version prints which Peace this is.
type version struct{}

func (version) Run(p *program) error {
	_, err := fmt.Fprintln(p.stdout, "peace", p.options.BuildVersion())
	return err
}

// list joins names for people: "a, b and c".
func list(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}
