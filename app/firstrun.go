package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/pure-peace/peace/modules/users"
)

// newSecret returns 26 characters that nobody can guess.
func newSecret() string { return rand.Text() }

// makeAdministrator makes the first account of a server that has none, when the accounts are kept by this process.
func (a *App) makeAdministrator(ctx context.Context) error {
	in := a.resolver.instances[Users.Name]
	if in == nil || in.local == nil || a.config.Administrator == "" {
		return nil
	}
	service := in.service.(users.Service)
	// The name is asked for as well, since a database may skip an id.
	first, err := service.Get(ctx, []int32{users.FirstPlayerID})
	if err != nil || len(first) > 0 {
		return err
	}
	if first, err = service.Find(ctx, []string{a.config.Administrator}); err != nil || len(first) > 0 {
		return err
	}
	account := Account{Name: a.config.Administrator, Password: newSecret()[:16]}
	_, err = service.Register(ctx, users.Registration{
		Name: account.Name, Email: "administrator@" + a.config.Domain, Password: account.Password,
		Privileges: users.Supporter | users.Moderator | users.Administrator | users.Developer,
	})
	if errors.Is(err, users.ErrInvalidForm) {
		// Another process of this server may be starting for the first time as well, and be ahead.
		if made, again := service.Find(ctx, []string{account.Name}); again == nil && len(made) > 0 {
			return nil
		}
	}
	if err != nil {
		return fmt.Errorf("administrator: %w", err)
	}
	a.administrator = &account
	return nil
}

// Greet tells a person what has started, how players connect, and what remains to be done. The administrator's password is
// told by the start that made it, and never again.
func (a *App) Greet(w io.Writer) {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("Peace %s", a.shared.version)
	if a.server != nil {
		if addr := a.Addr("http"); addr != nil {
			line("  http   %s", address(addr))
		}
		if addr := a.Addr("https"); addr != nil {
			line("  https  %s", address(addr))
		}
	}
	if addr := a.Addr("peer"); addr != nil {
		line("  peers  %s: %s", addr, strings.Join(a.plan.serve, ", "))
	}
	if addr := a.Addr("admin"); addr != nil {
		line("  admin  http://%s/readyz, /metrics", addr)
	}
	for name, peer := range a.remoteNames() {
		line("  module %s is at peer %s", name, peer)
	}
	if a.administrator != nil {
		line("")
		line("An account was made for you. This is shown once:")
		line("  name      %s", a.administrator.Name)
		line("  password  %s", a.administrator.Password)
	}
	if a.server != nil {
		line("")
		a.explainConnecting(line)
	}
	// A terminal that is gone is no reason to stop.
	_, _ = io.WriteString(w, b.String())
}

// explainConnecting says how players reach the server, and what stands in their way.
func (a *App) explainConnecting(line func(string, ...any)) {
	line("Players connect with")
	line("  osu!.exe -devserver %s", a.config.Domain)
	secure := a.Addr("https")
	if len(a.edges) > 0 && secure != nil {
		at := "https://osu." + a.config.Domain
		if p := port(secure); p != "443" {
			at += ":" + p
		}
		line("osu!lazer finds the server at")
		line("  %s   (docs/lazer.md says how to tell it)", at)
	}
	switch {
	case secure == nil:
		line("The games speak HTTPS, stable on port 443 only: put a proxy with a certificate for *.%s in front.", a.config.Domain)
	case port(secure) != "443":
		line("Stable knows no other port than 443: set https.listen to \":443\", or forward 443 to %s.", port(secure))
	}
	if a.certs != nil {
		if help := a.certs.TrustHelp(); help != "" {
			line("%s", strings.TrimSpace(help))
		}
	}
	if a.config.Domain == "localhost" {
		line("Windows does not know names below localhost by itself. In C:\\Windows\\System32\\drivers\\etc\\hosts it needs")
		line("  127.0.0.1 %s", strings.Join(a.hosts, " "))
	}
	line("`peace doctor` checks all of this.")
}

// address shows a bound address as people type it.
func address(addr net.Addr) string {
	host, port, err := net.SplitHostPort(addr.String())
	if err != nil {
		return addr.String()
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		return "port " + port + " on every address"
	}
	return net.JoinHostPort(host, port)
}

func port(addr net.Addr) string {
	_, port, err := net.SplitHostPort(addr.String())
	if err != nil {
		return ""
	}
	return port
}
