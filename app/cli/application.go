package cli

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/pure-peace/peace/app"
	"github.com/pure-peace/peace/modules/oauth"
	"github.com/pure-peace/peace/modules/users"
)

// application makes and ends the programs that may act for users, for those who have no browser at hand. What users do for
// themselves is on the server's pages.
type application struct {
	Create applicationCreate `cmd:"" help:"Make an application and print its secret."`
	List   applicationList   `cmd:"" help:"Show the applications of a user."`
	Renew  applicationRenew  `cmd:"" help:"Give an application another secret; its tokens end."`
	Delete applicationDelete `cmd:"" help:"Remove an application; its tokens end."`
}

type applicationCreate struct {
	Owner    string   `arg:"" help:"Name of the user it belongs to."`
	Name     string   `arg:"" help:"What users see when they are asked for consent."`
	Redirect []string `placeholder:"URL" help:"Where users are sent when they have consented. May be repeated."`
}

func (c applicationCreate) Run(ctx context.Context, p *program) error {
	return p.withApplications(ctx, c.Owner, func(service oauth.Service, owner users.User) error {
		made, err := service.Create(ctx, oauth.Application{OwnerID: owner.ID, Name: c.Name, Redirects: c.Redirect})
		if err != nil {
			return err
		}
		fmt.Fprintf(p.stdout, "client_id      %d\nclient_secret  %s\n", made.ID, made.Secret)
		return nil
	})
}

type applicationList struct {
	Owner string `arg:"" help:"Name of the user."`
}

func (c applicationList) Run(ctx context.Context, p *program) error {
	return p.withApplications(ctx, c.Owner, func(service oauth.Service, owner users.User) error {
		all, err := service.Owned(ctx, owner.ID)
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "client_id\tname\tmade\tredirects")
		for _, a := range all {
			fmt.Fprintf(w, "%d\t%s\t%s\t%s\n", a.ID, a.Name, a.CreatedAt.Local().Format(time.DateTime), strings.Join(a.Redirects, " "))
		}
		return w.Flush()
	})
}

type applicationRenew struct {
	Owner string `arg:"" help:"Name of the user it belongs to."`
	ID    int64  `arg:"" help:"Its client_id."`
}

func (c applicationRenew) Run(ctx context.Context, p *program) error {
	return p.withApplications(ctx, c.Owner, func(service oauth.Service, owner users.User) error {
		renewed, err := service.Renew(ctx, owner.ID, c.ID)
		if err != nil {
			return err
		}
		fmt.Fprintf(p.stdout, "client_secret  %s\n", renewed.Secret)
		return nil
	})
}

type applicationDelete struct {
	Owner string `arg:"" help:"Name of the user it belongs to."`
	ID    int64  `arg:"" help:"Its client_id."`
}

func (c applicationDelete) Run(ctx context.Context, p *program) error {
	return p.withApplications(ctx, c.Owner, func(service oauth.Service, owner users.User) error {
		if err := service.Delete(ctx, owner.ID, c.ID); err != nil {
			return err
		}
		fmt.Fprintf(p.stdout, "The application %d is gone.\n", c.ID)
		return nil
	})
}

// userFactor switches the second factor of somebody off who has lost it.
type userFactor struct {
	Name string `arg:""`
}

func (c userFactor) Run(ctx context.Context, p *program) error {
	return p.withApplications(ctx, c.Name, func(service oauth.Service, u users.User) error {
		if err := service.Disenrol(ctx, u.ID, users.BotID, ""); err != nil {
			return err
		}
		fmt.Fprintf(p.stdout, "%s logs in with the password alone.\n", u.Name)
		return nil
	})
}

// withApplications calls do with the module of tokens and the user of a name.
func (p *program) withApplications(ctx context.Context, name string, do func(oauth.Service, users.User) error) error {
	return p.withTools(ctx, func(tools *app.Tools) error {
		service, err := app.Tool(tools, app.OAuth)
		if err != nil {
			return err
		}
		u, err := findUser(ctx, tools, name)
		if err != nil {
			return err
		}
		return do(service, u)
	})
}
