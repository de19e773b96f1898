package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"path/filepath"

	"github.com/pure-peace/peace/transport/api"
	gateway "github.com/pure-peace/peace/transport/bancho"
	edge "github.com/pure-peace/peace/transport/http"
	"github.com/pure-peace/peace/transport/http/certs"
	"github.com/pure-peace/peace/transport/http/hosts"
	"github.com/pure-peace/peace/transport/http/realip"
)

// banchoHosts are the names that stable clients rotate among; all of them are one server.
var banchoHosts = []string{"c", "ce", "c4", "c5", "c6", "cho"}

// buildEdges puts the public hosts together. An edge whose module is off is left out, so that its hosts answer like any
// unknown one.
func (a *App) buildEdges(ctx context.Context) error {
	c, r := a.config, a.resolver
	router, err := hosts.New(append([]string{c.Domain}, c.Aliases...)...)
	if err != nil {
		return fmt.Errorf("domain: %w", err)
	}
	chain, err := edge.NewChain(c.HTTP, a.log.With("edge", "http"), a.shared.registry, a.shared.tracing.provider())
	if err != nil {
		return err
	}

	if a.plan.offers(Bancho.Name) {
		done := r.on("the gateway")
		deps := gateway.Deps{Bancho: Use(r, Bancho), Sessions: Use(r, Sessions), Domain: c.Domain, Log: a.log.With("edge", "bancho")}
		done()
		if err := r.takeErr(); err != nil {
			return err
		}
		handler, err := gateway.New(c.Gateway, deps)
		if err != nil {
			return err
		}
		if err := router.Handle(banchoHosts, chain.Hot("c", "/", handler)); err != nil {
			return err
		}
	}
	meet, err := a.buildLazer(chain)
	if err != nil {
		return err
	}
	if a.plan.offers(Users.Name) {
		if err := a.buildWeb(router, chain, meet); err != nil {
			return err
		}
	}
	if err := a.buildAPI(router, chain); err != nil {
		return err
	}
	// No edge calls the bot, but players who are served here expect it to listen.
	if a.plan.offers(Bot.Name) {
		Use(r, Bot)
		if err := r.takeErr(); err != nil {
			return err
		}
	}
	for _, e := range a.options.Extensions {
		for _, route := range e.Routes {
			handler, err := route.Handler(ctx, r)
			if err = errors.Join(err, r.takeErr()); err != nil {
				return err
			}
			if err := router.Handle(route.Hosts, chain.Edge("extension", handler)); err != nil {
				return err
			}
		}
	}
	if a.plan.offers(Users.Name) && !router.Serves("") {
		if err := router.Handle([]string{""}, meet.before(chain.Edge("domain", http.HandlerFunc(a.toPage)))); err != nil {
			return err
		}
	}
	return a.buildServer(router)
}

// toPage leads people who type the bare domain to the page of the server, on the port they came to.
func (a *App) toPage(w http.ResponseWriter, r *http.Request) {
	host := "osu." + a.config.Domain
	if _, port, err := net.SplitHostPort(r.Host); err == nil {
		host = net.JoinHostPort(host, port)
	}
	http.Redirect(w, r, "//"+host+"/", http.StatusFound)
}

// buildAPI adds the host for programs, with what this server has to tell.
func (a *App) buildAPI(router *hosts.Router, chain *edge.Chain) error {
	deps := api.Deps{Version: a.shared.version}
	if a.plan.offers(Sessions.Name) {
		deps.Sessions = Use(a.resolver, Sessions)
	}
	if a.plan.offers(Signature.Name) {
		deps.Signature = Use(a.resolver, Signature)
	}
	if err := a.resolver.takeErr(); err != nil {
		return err
	}
	return router.Handle([]string{"api"}, chain.Edge("api", api.New(deps)))
}

// buildServer makes the public listeners with their certificate.
func (a *App) buildServer(router *hosts.Router) error {
	c := a.config
	proxies, err := realip.New(c.Proxy)
	if err != nil {
		return err
	}
	if c.HTTPS.Listen != "" {
		a.certs, err = certs.New(c.TLS, certs.Site{
			Dir: filepath.Join(c.DataDir, "tls"), Domains: router.Domains(), Hosts: router.Hosts(),
		}, a.log.With("edge", "tls"))
		if err != nil && !errors.Is(err, certs.ErrOff) {
			return err
		}
	}
	a.hosts = router.Hosts()
	a.server, err = edge.New(c.Config, edge.Deps{
		Handler: router, Proxies: proxies, Listeners: a.listeners, Certs: a.certs, Log: a.log.With("edge", "http"), Registry: a.shared.registry,
	})
	return err
}
