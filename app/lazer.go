package app

import (
	"net/http"
	"strings"

	"github.com/go-chi/chi/v5"

	oauthapi "github.com/pure-peace/peace/transport/api/oauth"
	v2 "github.com/pure-peace/peace/transport/api/v2"
	"github.com/pure-peace/peace/transport/api/v2/people"
	"github.com/pure-peace/peace/transport/api/v2/plays"
	"github.com/pure-peace/peace/transport/api/v2/press"
	"github.com/pure-peace/peace/transport/api/v2/resource"
	"github.com/pure-peace/peace/transport/api/v2/songs"
	"github.com/pure-peace/peace/transport/api/v2/talk"
	edge "github.com/pure-peace/peace/transport/http"
	"github.com/pure-peace/peace/transport/lazer"
	"github.com/pure-peace/peace/transport/lazer/metadata"
	"github.com/pure-peace/peace/transport/lazer/spectator"
	"github.com/pure-peace/peace/transport/signalr"
	"github.com/pure-peace/peace/transport/site"
	"github.com/pure-peace/peace/transport/ws"
)

// APIConfig is what the API v2 of osu! can be told.
type APIConfig struct {
	OAuth oauthapi.Config `koanf:"oauth"`
	V2    v2.Config       `koanf:"v2"`
	Songs songs.Config    `koanf:"songs"`
	Plays plays.Config    `koanf:"plays"`
	Talk  talk.Config     `koanf:"talk"`
}

// DefaultAPIConfig is what the areas have by default.
func DefaultAPIConfig() APIConfig {
	return APIConfig{
		OAuth: oauthapi.DefaultConfig(), V2: v2.DefaultConfig(), Songs: songs.DefaultConfig(), Plays: plays.DefaultConfig(),
		Talk: talk.DefaultConfig(),
	}
}

// noSubmission is what lazer's editor is told.
const noSubmission = "Beatmaps cannot be submitted to this server."

// meeting is where lazer clients and programs come in: paths that are the same on the osu host and on the bare domain, with hubs and
// sockets that the chain around ordinary handlers would cut off.
type meeting struct {
	routes []route
}

// route leads a path, and what is below it, to a handler.
type route struct {
	path    string
	handler http.Handler
}

func (r route) takes(path string) bool {
	below, ok := strings.CutPrefix(path, r.path)
	return ok && (below == "" || below[0] == '/')
}

// before sends what is the meeting's to it, and everything else on.
func (m *meeting) before(next http.Handler) http.Handler {
	if m == nil {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for _, route := range m.routes {
			if route.takes(r.URL.Path) {
				route.handler.ServeHTTP(w, r)
				return
			}
		}
		next.ServeHTTP(w, r)
	})
}

// hubs returns the handler of the hubs on a host of their own.
func (m *meeting) hubs() http.Handler {
	var own meeting
	for _, route := range m.routes {
		if rest, ok := strings.CutPrefix(route.path, "/signalr"); ok {
			route.path = rest
			own.routes = append(own.routes, route)
		}
	}
	return own.before(http.NotFoundHandler())
}

// buildLazer makes the edges of lazer and of API v2. There are none when tokens or rankings are off: programs of others count on both.
func (a *App) buildLazer(chain *edge.Chain) (*meeting, error) {
	if !a.plan.offers(OAuth.Name) || !a.plan.offers(Rankings.Name) {
		return nil, nil
	}
	api, account, err := a.buildAPIv2()
	if err != nil {
		return nil, err
	}
	accountEdge := chain.Edge("account", account)
	gate, err := edgeOf(a.resolver, "lazer", a.newGate)
	if err != nil {
		return nil, err
	}
	metrics, err := signalr.NewMetrics(a.shared.registry)
	if err != nil {
		return nil, err
	}
	a.edges = append(a.edges, partOf("lazer", gate))
	m := &meeting{routes: []route{
		{v2.Prefix, chain.Edge("api.v2", api)},
		{"/oauth", accountEdge},
		{"/home/login", accountEdge},
		{"/home/verify", accountEdge},
		{"/home/logout", accountEdge},
		{"/home/account", accountEdge},
		{"/beatmap-submission", chain.Edge("bss", lazer.Absent(noSubmission))},
	}}
	feed, err := edgeOf(a.resolver, "notification socket", a.newFeed)
	if err != nil {
		return nil, err
	}
	a.edges = append(a.edges, partOf("notification socket", feed))
	m.routes = append(m.routes, route{"/home/notifications/feed", chain.Socket("osu", "/home/notifications/feed", feed)})
	presence, err := edgeOf(a.resolver, "metadata hub", a.newMetadataHub(gate, metrics))
	if err != nil {
		return nil, err
	}
	a.edges = append(a.edges, partOf("metadata hub", presence))
	m.routes = append(m.routes, route{"/signalr/metadata", chain.Socket("osu", "/signalr/metadata", presence)})
	if a.plan.offers(Spectator.Name) {
		plays, err := edgeOf(a.resolver, "spectator hub", a.newSpectatorHub(gate, metrics))
		if err != nil {
			return nil, err
		}
		a.edges = append(a.edges, partOf("spectator hub", plays))
		m.routes = append(m.routes, route{"/signalr/spectator", chain.Socket("osu", "/signalr/spectator", plays)})
	}
	return m, nil
}

// buildAPIv2 makes API v2 of the areas whose modules are on, and the handler of tokens and of the pages on which players see to them.
func (a *App) buildAPIv2() (*v2.API, http.Handler, error) {
	api, err := edgeOf(a.resolver, "API v2", a.newAPIv2)
	if err != nil {
		return nil, nil, err
	}
	tokens, err := edgeOf(a.resolver, "OAuth", a.newOAuthAPI)
	if err != nil {
		return nil, nil, err
	}
	tokens.RegisterAPI(api)
	pages, err := edgeOf(a.resolver, "site", a.newPages)
	if err != nil {
		return nil, nil, err
	}
	account := chi.NewRouter()
	tokens.Register(account)
	pages.Register(account)
	for _, add := range []struct {
		module string // that must be on
		area   func(*v2.API) error
	}{
		{Users.Name, area(a, "people", a.newPeople)},
		{Users.Name, area(a, "talk", a.newTalk)},
		{Users.Name, area(a, "press", a.newPress)},
		{Beatmaps.Name, area(a, "songs", a.newSongs)},
		{Scores.Name, area(a, "plays", a.newPlays)},
	} {
		if !a.plan.offers(add.module) {
			continue
		}
		if err := add.area(api); err != nil {
			return nil, nil, err
		}
	}
	return api, account, nil
}

// area returns what adds an area to API v2.
func area[A interface{ Register(*v2.API) }](a *App, name string, ask func(*Resolver) func() (A, error)) func(*v2.API) error {
	return func(api *v2.API) error {
		built, err := edgeOf(a.resolver, "API v2 ("+name+")", ask)
		if err == nil {
			built.Register(api)
		}
		return err
	}
}

// people shows users to everybody that shows them.
func (a *App) people(r *Resolver) *resource.People {
	return resource.NewPeople(resource.PeopleDeps{
		Users: Use(r, Users), Sessions: Use(r, Sessions), Rankings: Use(r, Rankings), Domain: a.config.Domain,
		Supporters: a.config.API.V2.Supporter == v2.Everybody,
	})
}

func (a *App) newAPIv2(r *Resolver) func() (*v2.API, error) {
	deps := v2.Deps{Tokens: Use(r, OAuth), Log: a.log.With("edge", "api.v2")}
	return func() (*v2.API, error) { return v2.New(a.config.API.V2, deps) }
}

func (a *App) newOAuthAPI(r *Resolver) func() (*oauthapi.Server, error) {
	deps := oauthapi.Deps{OAuth: Use(r, OAuth), Log: a.log.With("edge", "oauth")}
	return func() (*oauthapi.Server, error) { return oauthapi.New(a.config.API.OAuth, deps) }
}

func (a *App) newPeople(r *Resolver) func() (*people.Area, error) {
	deps := people.Deps{
		People: a.people(r), Users: Use(r, Users), Relations: Use(r, Relations), Rankings: Use(r, Rankings), Beatmaps: UseIfOn(r, Beatmaps),
		Scores: UseIfOn(r, Scores), Achievements: UseIfOn(r, Achievements), Comments: UseIfOn(r, Comments), Wiki: UseIfOn(r, Content), Kudosu: UseIfOn(r, Kudosu),
		MaxRelations: a.config.Relations.Max, Log: a.log.With("edge", "api.v2"),
	}
	return func() (*people.Area, error) { return people.New(deps), nil }
}

func (a *App) newSongs(r *Resolver) func() (*songs.Area, error) {
	deps := songs.Deps{
		Beatmaps: Use(r, Beatmaps), Files: Use(r, Files), Users: Use(r, Users), People: a.people(r), Scores: UseIfOn(r, Scores),
		Rankings: Use(r, Rankings), Performance: UseIfOn(r, Performance), Links: resource.LinksOf(a.config.Domain),
	}
	return func() (*songs.Area, error) { return songs.New(a.config.API.Songs, deps) }
}

func (a *App) newPlays(r *Resolver) func() (*plays.Area, error) {
	deps := plays.Deps{
		Scores: Use(r, Scores), Beatmaps: Use(r, Beatmaps), Users: Use(r, Users), People: a.people(r), Relations: Use(r, Relations),
		Files: Use(r, Files), Rankings: Use(r, Rankings), Links: resource.LinksOf(a.config.Domain), Log: a.log.With("edge", "api.v2"),
	}
	return func() (*plays.Area, error) { return plays.New(a.config.API.Plays, deps) }
}

func (a *App) newTalk(r *Resolver) func() (*talk.Area, error) {
	deps := talk.Deps{
		People: a.people(r), Chat: Use(r, Chat), Notifications: UseIfOn(r, Notifications), Log: a.log.With("edge", "api.v2"),
	}
	return func() (*talk.Area, error) { return talk.New(a.config.API.Talk, deps) }
}

func (a *App) newPress(r *Resolver) func() (*press.Area, error) {
	deps := press.Deps{
		People: a.people(r), Content: UseIfOn(r, Content), Comments: UseIfOn(r, Comments), Activity: UseIfOn(r, Activity), Kudosu: UseIfOn(r, Kudosu),
		Achievements: UseIfOn(r, Achievements), Moderation: UseIfOn(r, Moderation), Beatmaps: UseIfOn(r, Beatmaps),
		Scores: UseIfOn(r, Scores), Chat: Use(r, Chat), Links: resource.LinksOf(a.config.Domain), Log: a.log.With("edge", "api.v2"),
	}
	return func() (*press.Area, error) { return press.New(deps), nil }
}

func (a *App) newPages(r *Resolver) func() (*site.Server, error) {
	deps := site.Deps{OAuth: Use(r, OAuth), Users: Use(r, Users), Domain: a.config.Domain, Log: a.log.With("edge", "site")}
	return func() (*site.Server, error) { return site.New(a.config.Site, deps) }
}

func (a *App) newFeed(r *Resolver) func() (*ws.Handler, error) {
	deps := ws.Deps{
		Tokens: Use(r, OAuth), Users: Use(r, Users), Sessions: Use(r, Sessions), Chat: Use(r, Chat), State: Use(r, State), People: a.people(r),
		Log: a.log.With("edge", "notifications"),
	}
	return func() (*ws.Handler, error) {
		var err error
		if deps.Metrics, err = ws.NewMetrics(a.shared.registry); err != nil {
			return nil, err
		}
		return ws.New(a.config.Feed, deps)
	}
}

func (a *App) newGate(r *Resolver) func() (*lazer.Gate, error) {
	deps := lazer.Deps{Tokens: Use(r, OAuth), State: Use(r, State), Log: a.log.With("edge", "lazer")}
	return func() (*lazer.Gate, error) { return lazer.NewGate(a.config.Lazer, deps) }
}

func (a *App) newSpectatorHub(gate *lazer.Gate, metrics *signalr.Metrics) func(*Resolver) func() (*spectator.Hub, error) {
	return func(r *Resolver) func() (*spectator.Hub, error) {
		deps := spectator.Deps{
			Gate: gate, Spectator: Use(r, Spectator), State: Use(r, State), Metrics: metrics, Log: a.log.With("edge", "spectator hub"),
		}
		return func() (*spectator.Hub, error) { return spectator.New(deps) }
	}
}

func (a *App) newMetadataHub(gate *lazer.Gate, metrics *signalr.Metrics) func(*Resolver) func() (*metadata.Hub, error) {
	return func(r *Resolver) func() (*metadata.Hub, error) {
		deps := metadata.Deps{
			Gate: gate, State: Use(r, State), Users: Use(r, Users), Sessions: Use(r, Sessions), Relations: Use(r, Relations),
			Rankings: Use(r, Rankings), Beatmaps: UseIfOn(r, Beatmaps), Metrics: metrics, Log: a.log.With("edge", "metadata hub"),
		}
		return func() (*metadata.Hub, error) { return metadata.New(deps) }
	}
}
