package app

import (
	"context"
	"io/fs"
	"log/slog"
	"net/http"
	"runtime/debug"

	"github.com/pure-peace/peace/config"
	"github.com/pure-peace/peace/transport/http/listen"
)

// Options are what an App is given besides its configuration.
type Options struct {
	Version    string            // of the program; empty means that of the main module
	Log        *slog.Logger      // nil means none
	Level      *slog.LevelVar    // the level of Log, when it can be changed
	Listeners  *listen.Listeners // sockets to take over; nil means none
	Only       []string          // the modules of this process, and Gateway; nil leaves it to the configuration
	As         string            // be the process that others know under this peer's name
	Extensions []Extension
}

// Extension is what a server of one's own adds to Peace. Every part is optional.
type Extension struct {
	// Modules replace built-in rows of the same name (Module.Replace) or add further ones. Added modules run when a route or
	// another module uses them, or when peers.serve names them.
	Modules []Row

	// Routes are further HTTP handlers on hosts of the domain.
	Routes []Route

	// Migrations are further changes of the schema, see package migrations.
	Migrations fs.FS

	// Config is a section of the configuration file of the extension's own.
	Config *config.Section
}

// Route serves the hosts NAME.DOMAIN; the empty name is the domain itself. A host that is Peace's own is refused.
type Route struct {
	Hosts   []string
	Handler func(context.Context, *Resolver) (http.Handler, error)
}

// BuildVersion returns the version of the program.
func (o Options) BuildVersion() string {
	if o.Version != "" {
		return o.Version
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	version, modified := info.Main.Version, ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision" && (version == "" || version == "(devel)"):
			version = s.Value[:min(12, len(s.Value))]
		case s.Key == "vcs.modified" && s.Value == "true":
			modified = "+changes"
		}
	}
	if version == "" || version == "(devel)" {
		return "development"
	}
	return version + modified
}

// logger returns Log, or one that says nothing.
func (o Options) logger() *slog.Logger {
	if o.Log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return o.Log
}

// Sections returns the extensions' own sections of the configuration.
func (o Options) Sections() []config.Section {
	var sections []config.Section
	for _, e := range o.Extensions {
		if e.Config != nil {
			sections = append(sections, *e.Config)
		}
	}
	return sections
}

func (o Options) migrations() []fs.FS {
	var sources []fs.FS
	for _, e := range o.Extensions {
		if e.Migrations != nil {
			sources = append(sources, e.Migrations)
		}
	}
	return sources
}

// rows returns the table with the extensions' rows in it, by name, and the names in order.
func (o Options) rows() (map[string]Row, []string) {
	rows, names := map[string]Row{}, []string{}
	add := func(row Row) {
		if rows[row.name()] == nil {
			names = append(names, row.name())
		}
		rows[row.name()] = row
	}
	for _, row := range table() {
		add(row)
	}
	for _, e := range o.Extensions {
		for _, row := range e.Modules {
			add(row)
		}
	}
	return rows, names
}
