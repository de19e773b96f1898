package app

import (
	"errors"

	edge "github.com/pure-peace/peace/transport/http"
	"github.com/pure-peace/peace/transport/http/hosts"
	"github.com/pure-peace/peace/transport/lazer"
	"github.com/pure-peace/peace/transport/web"
	"github.com/pure-peace/peace/transport/web/direct"
	"github.com/pure-peace/peace/transport/web/medals"
	webscores "github.com/pure-peace/peace/transport/web/scores"
	"github.com/pure-peace/peace/transport/web/screenshots"
)

// buildWeb adds what the games ask for besides bancho. What belongs to a module that is off is not there.
func (a *App) buildWeb(router *hosts.Router, chain *edge.Chain, meet *meeting) error {
	site, err := edgeOf(a.resolver, "web", a.newSite)
	if err != nil {
		return err
	}
	a.site = site
	osu, assets := site.Osu(), site.Assets()
	if a.plan.offers(Files.Name) {
		shots, err := edgeOf(a.resolver, "screenshots", a.newScreenshots)
		if err != nil {
			return err
		}
		shots.Osu(osu)
	}
	if a.plan.offers(Achievements.Name) {
		pictures, err := edgeOf(a.resolver, "medals", a.newMedals)
		if err != nil {
			return err
		}
		pictures.Assets(assets)
	}
	if a.plan.offers(Beatmaps.Name) {
		songs, err := edgeOf(a.resolver, "osu!direct", a.newDirect)
		if err != nil {
			return err
		}
		songs.Osu(osu)
		songs.Assets(assets)
		if err := router.Handle([]string{"b"}, chain.Edge("b", songs.B())); err != nil {
			return err
		}
	}
	if a.plan.offers(Scores.Name) {
		plays, err := edgeOf(a.resolver, "scores", a.newWebScores)
		if err != nil {
			return err
		}
		plays.Osu(osu)
	}
	osuEdge := chain.Edge("osu", osu)
	if meet != nil {
		// The bare domain takes registrations, too: lazer knows but one address.
		meet.routes = append(meet.routes, route{"/users", osuEdge})
		if err := errors.Join(
			router.Handle([]string{"spectator", "spectator.osu"}, meet.hubs()),
			router.Handle([]string{"bss"}, chain.Edge("bss", lazer.Absent(noSubmission))),
		); err != nil {
			return err
		}
	}
	return errors.Join(
		router.Handle([]string{"osu"}, meet.before(osuEdge)),
		router.Handle([]string{"a"}, chain.Edge("a", site.Avatars())),
		router.Handle([]string{"assets"}, chain.Edge("assets", assets)),
	)
}

// edgeOf builds an edge from the modules that its constructor asks for. When one of them cannot be had the edge is named as
// the one that needs it.
func edgeOf[E any](r *Resolver, name string, ask func(*Resolver) func() (E, error)) (E, error) {
	done := r.on("the " + name + " edge")
	build := ask(r)
	done()
	if err := r.takeErr(); err != nil {
		var none E
		return none, err
	}
	return build()
}

func (a *App) newSite(r *Resolver) func() (*web.Server, error) {
	deps := web.Deps{
		Domain: a.config.Domain, Users: Use(r, Users), Relations: Use(r, Relations), Sessions: Use(r, Sessions), Chat: Use(r, Chat),
		Geoip: Use(r, Geoip), Moderation: UseIfOn(r, Moderation), Content: UseIfOn(r, Content), Log: a.log.With("edge", "web"),
	}
	return func() (*web.Server, error) { return web.New(a.config.Web, deps) }
}

func (a *App) newScreenshots(r *Resolver) func() (*screenshots.Server, error) {
	deps := screenshots.Deps{Players: a.site, Files: Use(r, Files)}
	return func() (*screenshots.Server, error) { return screenshots.New(a.config.Screenshots, deps) }
}

func (a *App) newMedals(r *Resolver) func() (*medals.Server, error) {
	deps := medals.Deps{Achievements: Use(r, Achievements), Log: a.log.With("edge", "medals")}
	return func() (*medals.Server, error) { return medals.New(a.config.Medals, deps) }
}

func (a *App) newDirect(r *Resolver) func() (*direct.Server, error) {
	deps := direct.Deps{
		Players: a.site, Users: Use(r, Users), Beatmaps: Use(r, Beatmaps), Files: Use(r, Files), Scores: UseIfOn(r, Scores),
		Performance: UseIfOn(r, Performance), Log: a.log.With("edge", "direct"),
	}
	return func() (*direct.Server, error) { return direct.New(a.config.Direct, deps) }
}

func (a *App) newWebScores(r *Resolver) func() (*webscores.Server, error) {
	deps := webscores.Deps{
		Web: a.site, Users: Use(r, Users), Sessions: Use(r, Sessions), Relations: Use(r, Relations), Files: Use(r, Files),
		Beatmaps: Use(r, Beatmaps), Scores: Use(r, Scores), State: Use(r, State), Rankings: UseIfOn(r, Rankings),
		Achievements: UseIfOn(r, Achievements), Moderation: UseIfOn(r, Moderation), Domain: a.config.Domain,
		Log: a.log.With("edge", "scores"), Metrics: a.shared.registry,
	}
	return func() (*webscores.Server, error) { return webscores.New(a.config.WebScores, deps) }
}
