package cli

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/pure-peace/peace/app"
	"github.com/pure-peace/peace/modules/fault"
	"github.com/pure-peace/peace/modules/users"
)

// user makes and changes accounts, through the running server when there is one, so that players see it at once. All of it
// is done in the name of the bot, which may do everything.
type user struct {
	Create     userCreate     `cmd:"" help:"Make an account."`
	Show       userShow       `cmd:"" help:"Show an account with its devices and what staff did to it."`
	Password   userPassword   `cmd:"" help:"Give an account a new password; its sessions end."`
	Grant      userGrant      `cmd:"" help:"Give privileges."`
	Revoke     userRevoke     `cmd:"" help:"Take privileges away."`
	Restrict   userRestrict   `cmd:"" help:"Hide an account from everybody else."`
	Unrestrict userUnrestrict `cmd:"" help:"Lift a restriction."`
	Silence    userSilence    `cmd:"" help:"Forbid an account to chat for a time; 0s ends it."`
	Factor     userFactor     `cmd:"" name:"second-factor-off" help:"Switch the authenticator of somebody off who has lost it."`
	Wipe       userWipe       `cmd:"" help:"Remove all scores of an account. They are kept and can be restored."`
	Unwipe     userUnwipe     `cmd:"" help:"Bring back what the last wipe removed."`
}

type passwordFlag struct {
	Stdin bool `name:"password-stdin" help:"Read the password from the first line of standard input; otherwise one is made and printed."`
}

// read returns the password and whether it was made here.
func (f passwordFlag) read(p *program) (password string, made bool, err error) {
	if !f.Stdin {
		return rand.Text()[:16], true, nil
	}
	scanner := bufio.NewScanner(p.stdin)
	if !scanner.Scan() {
		return "", false, errors.Join(errors.New("no password on standard input"), scanner.Err())
	}
	return scanner.Text(), false, nil
}

type userCreate struct {
	passwordFlag `embed:""`
	Name         string   `arg:"" help:"The name to log in with."`
	Email        string   `arg:"" help:"The e-mail address."`
	Unicode      string   `placeholder:"NAME" help:"A second name in any script."`
	Country      string   `placeholder:"CODE" help:"The flag, as two letters."`
	Grant        []string `placeholder:"PRIVILEGE" help:"Privileges to begin with: ${privileges}."`
}

func (c userCreate) Run(ctx context.Context, p *program) error {
	privileges, err := parsePrivileges(c.Grant)
	if err != nil {
		return err
	}
	password, made, err := c.read(p)
	if err != nil {
		return err
	}
	return p.withUsers(ctx, func(service users.Service) error {
		u, err := service.Register(ctx, users.Registration{
			Name: c.Name, UnicodeName: c.Unicode, Email: c.Email, Password: password,
			Country: strings.ToUpper(c.Country), Privileges: privileges,
		})
		if err != nil {
			return err
		}
		fmt.Fprintf(p.stdout, "Made %s with id %d.\n", u.Name, u.ID)
		if made {
			fmt.Fprintf(p.stdout, "Password: %s\n", password)
		}
		return nil
	})
}

type userPassword struct {
	passwordFlag `embed:""`
	Name         string `arg:""`
}

func (c userPassword) Run(ctx context.Context, p *program) error {
	password, made, err := c.read(p)
	if err != nil {
		return err
	}
	return p.withUser(ctx, c.Name, func(service users.Service, u users.User) error {
		if _, err := service.Update(ctx, u.ID, users.BotID, users.Change{Password: &password}); err != nil {
			return err
		}
		fmt.Fprintf(p.stdout, "%s has a new password.\n", u.Name)
		if made {
			fmt.Fprintf(p.stdout, "Password: %s\n", password)
		}
		return nil
	})
}

type userGrant struct {
	Name       string   `arg:""`
	Privileges []string `arg:"" help:"Any of ${privileges}."`
}

func (c userGrant) Run(ctx context.Context, p *program) error {
	return p.grant(ctx, c.Name, c.Privileges, nil)
}

type userRevoke struct {
	Name       string   `arg:""`
	Privileges []string `arg:"" help:"Any of ${privileges}."`
}

func (c userRevoke) Run(ctx context.Context, p *program) error {
	return p.grant(ctx, c.Name, nil, c.Privileges)
}

func (p *program) grant(ctx context.Context, name string, add, remove []string) error {
	added, err := parsePrivileges(add)
	if err != nil {
		return err
	}
	removed, err := parsePrivileges(remove)
	if err != nil {
		return err
	}
	return p.withUser(ctx, name, func(service users.Service, u users.User) error {
		u, err := service.Grant(ctx, u.ID, users.BotID, added, removed)
		if err != nil {
			return err
		}
		fmt.Fprintf(p.stdout, "%s: %s\n", u.Name, describePrivileges(u.Privileges))
		return nil
	})
}

type userRestrict struct {
	Name   string `arg:""`
	Reason string `arg:"" help:"Why, for the audit log."`
}

func (c userRestrict) Run(ctx context.Context, p *program) error {
	return p.withUser(ctx, c.Name, func(service users.Service, u users.User) error {
		if _, err := service.Restrict(ctx, u.ID, users.BotID, c.Reason); err != nil {
			return err
		}
		fmt.Fprintf(p.stdout, "%s is restricted.\n", u.Name)
		return nil
	})
}

type userUnrestrict struct {
	Name   string `arg:""`
	Reason string `arg:"" help:"Why, for the audit log."`
}

func (c userUnrestrict) Run(ctx context.Context, p *program) error {
	return p.withUser(ctx, c.Name, func(service users.Service, u users.User) error {
		if _, err := service.Unrestrict(ctx, u.ID, users.BotID, c.Reason); err != nil {
			return err
		}
		fmt.Fprintf(p.stdout, "%s is no longer restricted.\n", u.Name)
		return nil
	})
}

type userSilence struct {
	Name     string        `arg:""`
	Duration time.Duration `arg:"" help:"How long, for example 30m or 24h; 0s ends a silence."`
	Reason   string        `arg:"" help:"Why, for the audit log."`
}

func (c userSilence) Run(ctx context.Context, p *program) error {
	return p.withUser(ctx, c.Name, func(service users.Service, u users.User) error {
		u, err := service.Silence(ctx, u.ID, users.BotID, c.Reason, c.Duration)
		if err != nil {
			return err
		}
		if u.Silenced(time.Now()) == 0 {
			fmt.Fprintf(p.stdout, "%s may chat.\n", u.Name)
		} else {
			fmt.Fprintf(p.stdout, "%s is silenced until %s.\n", u.Name, u.SilencedUntil.Local().Format(time.DateTime))
		}
		return nil
	})
}

type userShow struct {
	Name string `arg:""`
}

func (c userShow) Run(ctx context.Context, p *program) error {
	return p.withUser(ctx, c.Name, func(service users.Service, u users.User) error {
		devices, err := service.Devices(ctx, u.ID)
		if err != nil {
			return err
		}
		matches, err := service.Matches(ctx, u.ID)
		if err != nil {
			return err
		}
		audit, err := service.Audit(ctx, u.ID, 0, 20)
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintf(w, "id\t%d\nname\t%s\n", u.ID, u.Name)
		if u.UnicodeName != "" {
			fmt.Fprintf(w, "unicode name\t%s\n", u.UnicodeName)
		}
		fmt.Fprintf(w, "e-mail\t%s\ncountry\t%s\nprivileges\t%s\n", u.Email, u.Country, describePrivileges(u.Privileges))
		fmt.Fprintf(w, "restricted\t%t\n", u.Restricted)
		if u.Silenced(time.Now()) > 0 {
			fmt.Fprintf(w, "silenced until\t%s\n", u.SilencedUntil.Local().Format(time.DateTime))
		}
		fmt.Fprintf(w, "made\t%s\n", u.CreatedAt.Local().Format(time.DateTime))
		if !u.LastSeenAt.IsZero() {
			fmt.Fprintf(w, "last seen\t%s\n", u.LastSeenAt.Local().Format(time.DateTime))
		}
		for _, d := range devices {
			fmt.Fprintf(w, "device\t%s from %s, %d times, last %s\n", d.Device.ClientVersion, d.Address, d.Uses, d.LastAt.Local().Format(time.DateTime))
		}
		for _, m := range matches {
			var shared []string
			for name, same := range map[string]bool{"adapters": m.Adapters, "installation": m.Uninstall, "disk": m.Disk} {
				if same {
					shared = append(shared, name)
				}
			}
			slices.Sort(shared)
			fmt.Fprintf(w, "same hardware\tuser %d: %s\n", m.UserID, list(shared))
		}
		for _, a := range audit {
			fmt.Fprintf(w, "%s\t%s\n", a.At.Local().Format(time.DateTime), describeAudit(a))
		}
		return w.Flush()
	})
}

// describeAudit says what was done, by whom, why, and with what.
func describeAudit(a users.AuditEntry) string {
	text := fmt.Sprintf("%s by user %d", a.Action, a.ActorID)
	if a.Reason != "" {
		text += ": " + a.Reason
	}
	var details []string
	for _, key := range slices.Sorted(maps.Keys(a.Details)) {
		details = append(details, key+" "+a.Details[key])
	}
	if details != nil {
		text += " (" + strings.Join(details, ", ") + ")"
	}
	return text
}

func (p *program) withUsers(ctx context.Context, do func(users.Service) error) error {
	return withTool(ctx, p, app.Users, do)
}

func (p *program) withUser(ctx context.Context, name string, do func(users.Service, users.User) error) error {
	return p.withUsers(ctx, func(service users.Service) error {
		u, err := userOf(ctx, service, name)
		if err != nil {
			return err
		}
		return do(service, u)
	})
}

func userOf(ctx context.Context, service users.Accounts, name string) (users.User, error) {
	found, err := service.Find(ctx, []string{strings.TrimSpace(name)})
	if err != nil {
		return users.User{}, err
	}
	if len(found) == 0 {
		return users.User{}, fmt.Errorf("there is no user %q", name)
	}
	return found[0], nil
}

// explain turns a fault into lines for a terminal: what was wrong with each field.
func explain(err error) error {
	f := fault.As(err)
	if f == nil || len(f.Details) == 0 {
		return err
	}
	var b strings.Builder
	b.WriteString(f.Message)
	for _, field := range slices.Sorted(maps.Keys(f.Details)) {
		fmt.Fprintf(&b, "\n  %s: %s", field, f.Details[field])
	}
	return errors.New(b.String())
}

// privileges are the names of the command line.
var privileges = map[string]users.Privileges{
	"supporter":     users.Supporter,
	"tester":        users.Tester,
	"nominator":     users.Nominator,
	"tournament":    users.TournamentHost,
	"moderator":     users.Moderator,
	"administrator": users.Administrator,
	"developer":     users.Developer,
}

func privilegeNames() string { return list(slices.Sorted(maps.Keys(privileges))) }

func parsePrivileges(names []string) (users.Privileges, error) {
	var all users.Privileges
	for _, name := range names {
		one, ok := privileges[strings.ToLower(name)]
		if !ok {
			return 0, fmt.Errorf("there is no privilege %q; there are %s", name, privilegeNames())
		}
		all |= one
	}
	return all, nil
}

func describePrivileges(have users.Privileges) string {
	var names []string
	for name, one := range privileges {
		if have.Has(one) {
			names = append(names, name)
		}
	}
	if names == nil {
		return "none"
	}
	slices.Sort(names)
	return list(names)
}
