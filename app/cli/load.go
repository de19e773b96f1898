package cli

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/pure-peace/peace/app"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/transport/bancho/client"
	"github.com/pure-peace/peace/transport/bancho/load"
	web "github.com/pure-peace/peace/transport/web/client"
)

// loadTest plays many stable clients against a server. Without an address it plays against the one that is configured here.
type loadTest struct {
	Address  string        `placeholder:"HOST:PORT" help:"Where the server listens. By default that of http.listen, on this machine."`
	HTTPS    bool          `name:"https" help:"Speak HTTPS; the certificate may be of this server's own authority."`
	Users    int           `default:"100" help:"Clients that are online together."`
	Rate     float64       `default:"20" help:"Logins a second. The first login of an account costs the server its password hash."`
	Duration time.Duration `default:"30s" help:"How long the clients stay once all have logged in."`
	Chat     float64       `default:"1" help:"Lines in #osu a minute from each client; every other one receives each."`
	Status   float64       `default:"2" help:"Status changes a minute from each client."`
	Plays    float64       `default:"0" help:"Beatmaps that each client plays a minute: it asks for the board and submits. web_scores.submissions_per_minute limits it."`
	Beatmaps string        `type:"existingdir" placeholder:"DIR" help:"Folder with the .osz and .osu files to play, which the server must know. By default what its osu!direct lists first is downloaded."`
	Prefix   string        `default:"load" help:"Beginning of the accounts' names."`
	Register bool          `default:"true" negatable:"" help:"Make accounts that do not exist: as peace user does, or with --address as players do, which users.registrations_per_address limits."`
	JSON     bool          `name:"json" help:"Print the report as JSON."`
}

func (c loadTest) Run(ctx context.Context, p *program) error {
	settings, err := p.load()
	if err != nil {
		return err
	}
	target, err := c.target(settings)
	if err != nil {
		return err
	}
	if err := reach(ctx, target.Address); err != nil {
		return err
	}
	var account func(context.Context, string, string) (bool, error)
	if c.Register && c.Address == "" {
		tools, err := app.NewTools(ctx, settings, p.options)
		if err != nil {
			return err
		}
		defer func() { _ = tools.Close() }()
		service, err := app.Tool(tools, app.Users)
		if err != nil {
			return err
		}
		account = func(ctx context.Context, name, password string) (bool, error) {
			return makeAccount(ctx, service, name, password)
		}
	}
	songs, err := c.songs()
	if err != nil {
		return err
	}
	report, err := load.Run(ctx, load.Options{
		Account: account, Client: target, Users: c.Users, Rate: c.Rate, Duration: c.Duration, Chat: c.Chat, Status: c.Status,
		Prefix: c.Prefix, Register: c.Register, Plays: c.Plays, Songs: songs,
		Progress: func(now load.Progress) {
			fmt.Fprintf(p.stderr, "\r%4.0fs  %d online  %d requests  %d errors ", now.Elapsed.Seconds(), now.Online, now.Requests, now.Errors)
		},
	})
	fmt.Fprintln(p.stderr)
	if err != nil {
		return err
	}
	if c.JSON {
		encoder := json.NewEncoder(p.stdout)
		encoder.SetIndent("", "  ")
		return encoder.Encode(report)
	}
	w := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "operation\tcount\terrors\tp50\tp90\tp99\tmax\t")
	for _, o := range report.Operations {
		fmt.Fprintf(w, "%s\t%d\t%d\t%v\t%v\t%v\t%v\t\n", o.Name, o.Count, o.Errors, round(o.P50), round(o.P90), round(o.P99), round(o.Max))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	for _, o := range report.Operations {
		if o.FirstError != "" {
			fmt.Fprintf(p.stdout, "first error of %s: %s\n", o.Name, o.FirstError)
		}
	}
	fmt.Fprintf(p.stdout, "%d users, %.0f requests/s, %d packets received, %d had to log in again, in %v\n",
		report.Users, report.Throughput, report.Packets, report.Relogins, report.Elapsed.Round(time.Second))
	return nil
}

// maxSongs bounds the beatmaps that are played.
const maxSongs = 200

// songs reads the beatmaps of the folder; nil without one. Files that cannot be read are passed over, as the game does.
func (c loadTest) songs() (songs []web.Song, err error) {
	if c.Beatmaps == "" {
		return nil, nil
	}
	if c.Plays == 0 {
		return nil, errors.New("--beatmaps needs --plays")
	}
	err = filepath.WalkDir(c.Beatmaps, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		extension := strings.ToLower(filepath.Ext(path))
		if info, err := entry.Info(); err != nil || info.Size() > web.MaxArchive || extension != ".osz" && extension != ".osu" {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if extension == ".osz" {
			if list, err := web.Unpack(data, -1); err == nil {
				songs = append(songs, list...)
			}
		} else if song, err := web.Read(entry.Name(), data); err == nil {
			songs = append(songs, song)
		}
		if len(songs) >= maxSongs {
			return filepath.SkipAll
		}
		return nil
	})
	if err == nil && len(songs) == 0 {
		err = fmt.Errorf("no beatmap in %s can be read", c.Beatmaps)
	}
	return songs, err
}

// reach makes sure that somebody is there: emulated clients are as patient as the game.
func reach(ctx context.Context, address string) error {
	dialer := net.Dialer{Timeout: 5 * time.Second}
	conn, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		return fmt.Errorf("no server to play against: %w", err)
	}
	return conn.Close()
}

// makeAccount makes an account when there is none, and reports whether it did.
func makeAccount(ctx context.Context, service users.Service, name, password string) (bool, error) {
	found, err := service.Find(ctx, []string{name})
	if err != nil || len(found) > 0 {
		return false, err
	}
	_, err = service.Register(ctx, users.Registration{Name: name, Password: password})
	return err == nil, explain(err)
}

// target says how to reach the server.
func (c loadTest) target(settings *app.Config) (client.Options, error) {
	target := client.Options{Domain: settings.Domain, Address: c.Address}
	if target.Address == "" {
		listen := settings.HTTP.Listen
		if c.HTTPS {
			listen = settings.HTTPS.Listen
		}
		host, port, err := net.SplitHostPort(listen)
		if err != nil {
			return target, fmt.Errorf("no address to play against: name one with --address")
		}
		if host == "" {
			host = "127.0.0.1"
		}
		target.Address = net.JoinHostPort(host, port)
	}
	if c.HTTPS {
		roots, err := x509.SystemCertPool()
		if err != nil {
			return target, err
		}
		if own, err := os.ReadFile(filepath.Join(settings.DataDir, "tls", "ca.crt")); err == nil {
			roots.AppendCertsFromPEM(own)
		}
		target.TLS = &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	}
	return target, nil
}

// round makes a duration readable: three digits are enough.
func round(d time.Duration) time.Duration {
	for unit := time.Duration(1); ; unit *= 10 {
		if d < 1000*unit {
			return d.Round(unit)
		}
	}
}
