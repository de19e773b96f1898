// A server of one's own on Peace: the whole program is a call and a list of what it changes. It has every command of
// peace itself, and
//
//   - replaces a module: geoip says that everybody is where the LAN party is;
//   - adds one: clans, with a table, a section in the configuration file and a host of its own.
//
// Run it as you would run Peace: go run ./examples/custom-server --set lan.country=DE
package main

import (
	"context"
	"net/http"
	"net/netip"
	"os"

	"github.com/pure-peace/peace/app"
	"github.com/pure-peace/peace/app/cli"
	"github.com/pure-peace/peace/config"
	"github.com/pure-peace/peace/examples/custom-server/clans"
	geoipmodule "github.com/pure-peace/peace/modules/geoip/local"

	"github.com/pure-peace/peace/modules/geoip"
)

func main() { os.Exit(cli.Main(os.Args[1:], options())) }

func options() app.Options {
	settings := lan{Country: "JP"}
	return app.Options{
		Extensions: []app.Extension{
			{
				Modules: []app.Row{app.Geoip.Replace(func(context.Context, geoipmodule.Config, *app.Resolver) (geoip.Service, error) {
					return place{geoip.Location{Country: settings.Country}}, nil
				})},
				Config: &config.Section{Name: "lan", Into: &settings},
			},
			{
				Modules:    []app.Row{clansModule},
				Migrations: clans.Migrations,
				Routes: []app.Route{{
					Hosts: []string{"clans"},
					Handler: func(_ context.Context, r *app.Resolver) (http.Handler, error) {
						service, members := app.Use(r, clansModule), app.Use(r, app.Users)
						if err := r.Err(); err != nil {
							return nil, err
						}
						return clans.Handler(service, members), nil
					},
				}},
			},
		},
	}
}

// lan is the section [lan].
type lan struct {
	Country string `koanf:"country" doc:"where everybody is, as two letters"`
}

// place is a geoip module that knows one place.
type place struct{ geoip.Location }

func (p place) Locate(_ context.Context, address netip.Addr) (geoip.Location, error) {
	if !address.IsValid() {
		return geoip.Location{}, geoip.ErrBadAddress
	}
	return p.Location, nil
}

// clansModule is the row of the added module. It has no wire contract, so it lives where it is used.
var clansModule = &app.Module[*clans.Service, struct{}]{
	Name:   "clans",
	Config: func(*app.Config) struct{} { return struct{}{} },
	New: func(ctx context.Context, _ struct{}, r *app.Resolver) (*clans.Service, error) {
		db := r.Database(ctx)
		if err := r.Err(); err != nil {
			return nil, err
		}
		return clans.New(db), nil
	},
}
