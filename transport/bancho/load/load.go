// Package load puts a server under load with emulated clients that behave as the game does: they log in, poll at its cadence,
// chat, look at each other, ask for boards, play and submit. It measures what players would feel. The command line around it
// is in app.
//
// It is meant for one's own server. Accounts are named after a prefix and made when they do not exist.
package load

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/packets"
	"github.com/pure-peace/peace/transport/bancho/client"
	web "github.com/pure-peace/peace/transport/web/client"
)

// Options say what to do. Client, Users and Duration are needed.
type Options struct {
	Client   client.Options // how to reach the server; its Name and Password are ignored
	Users    int            // clients that are online together, 1 to 100,000
	Rate     float64        // logins a second; 20 when zero
	Duration time.Duration  // how long they stay once all have logged in

	Prefix   string // of the accounts' names, followed by a number; "load" when ""
	Password string // of all of them; a fixed one when ""
	Register bool   // make accounts that do not exist as players do; otherwise their logins fail

	// Account, when set, is called before the first login of each client and makes its account when there is none: who
	// runs the server is not held back by the limits of players.
	Account func(ctx context.Context, name, password string) (made bool, err error)

	Chat    float64 // lines in Channel a minute from each client; each is received by all
	Channel string  // "#osu" when ""
	Status  float64 // status changes a minute from each client, as of a player who goes from map to map

	// Plays is how many beatmaps each client plays a minute. Before a play it asks for the board; the play itself takes no
	// time. Songs are what is played; without any, what the server's osu!direct lists first is downloaded.
	Plays float64
	Songs []web.Song

	// Progress, when set, is told once a second how far things are. It must return soon.
	Progress func(Progress)
}

// Progress is a view of a run.
type Progress struct {
	Elapsed  time.Duration
	Online   int
	Requests int64
	Errors   int64
}

// The operations of a Report.
const (
	Register = "register"
	Login    = "login"
	Poll     = "poll" // idle
	Send     = "send" // a poll that carries packets
	Chat     = "chat" // from saying a line until another client has it
	Search   = "search"
	Download = "download"
	Board    = "board"
	Submit   = "submit" // until the charts are there
)

var operations = []string{Register, Login, Poll, Send, Chat, Search, Download, Board, Submit}

// Report is what a run measured.
type Report struct {
	Users      int
	Elapsed    time.Duration
	Requests   int64
	Packets    int64 // received
	Throughput float64
	Operations []Operation // in the order of the constants, those that happened
	Relogins   int64       // clients that the server made log in again
}

// Operation is the latency of one kind of request.
type Operation struct {
	Name               string
	Count, Errors      int64
	P50, P90, P99, Max time.Duration
	FirstError         string
}

// Run puts load on the server until all is done or ctx ends, which is no error: the report is of what was done until then.
func Run(ctx context.Context, o Options) (Report, error) {
	if err := o.defaults(); err != nil {
		return Report{}, err
	}
	r := newRun(o)
	r.library.add(ctx, o.Songs, len(o.Songs))
	if len(o.Songs) > 0 && len(r.library.tunes) == 0 {
		return Report{}, errors.New("load: none of the Songs can be played")
	}
	began := time.Now()
	stopProgress := r.reportProgress(began)
	r.play(ctx)
	stopProgress()
	return r.report(time.Since(began)), nil
}

func (o *Options) defaults() error {
	switch {
	case o.Users < 1 || o.Users > 100_000:
		return errors.New("load: Users must be 1 to 100000")
	case o.Duration <= 0:
		return errors.New("load: Duration must be positive")
	case o.Client.Domain == "":
		return errors.New("load: Client.Domain is needed")
	case o.Rate < 0 || o.Chat < 0 || o.Status < 0 || o.Plays < 0:
		return errors.New("load: rates must not be negative")
	}
	if o.Rate == 0 {
		o.Rate = 20
	}
	if o.Prefix == "" {
		o.Prefix = "load"
	}
	if o.Password == "" {
		o.Password = "load generator " + o.Prefix
	}
	if o.Channel == "" {
		o.Channel = "#osu"
	}
	if o.Client.Transport == nil {
		o.Client.Transport = client.NewTransport(o.Client.Address, o.Client.TLS)
	}
	return nil
}

// run is one run.
type run struct {
	options  Options
	times    map[string]*recorder
	online   atomic.Int64
	requests atomic.Int64
	packets  atomic.Int64
	relogins atomic.Int64
	ready    chan struct{} // closed when the clients have logged in
	waiting  sync.WaitGroup
	library  library
}

func newRun(o Options) *run {
	r := &run{options: o, times: make(map[string]*recorder), ready: make(chan struct{})}
	for _, name := range operations {
		r.times[name] = new(recorder)
	}
	return r
}

// play starts the clients one after the other and returns when the last has left.
func (r *run) play(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if t, ok := r.options.Client.Transport.(*http.Transport); ok {
		defer t.CloseIdleConnections()
	}
	var clients sync.WaitGroup
	defer clients.Wait()
	pace := time.NewTicker(time.Duration(float64(time.Second) / r.options.Rate))
	defer pace.Stop()
	r.waiting.Add(r.options.Users)
	for i := range r.options.Users {
		clients.Go(func() { r.client(ctx, i) })
		if i == r.options.Users-1 {
			break
		}
		select {
		case <-pace.C:
		case <-ctx.Done():
			return
		}
	}
	arrived := make(chan struct{})
	go func() {
		defer close(arrived)
		r.waiting.Wait()
	}()
	select {
	case <-arrived:
	case <-ctx.Done():
		<-arrived
		return
	}
	select {
	case <-time.After(r.options.Duration):
	case <-ctx.Done():
	}
	cancel()
}

// client is the life of one client.
func (r *run) client(ctx context.Context, number int) {
	arrived := sync.OnceFunc(r.waiting.Done)
	defer arrived()
	o := r.options.Client
	o.Name, o.Password = r.options.Prefix+strconv.Itoa(number), r.options.Password
	if r.options.Account != nil {
		began := time.Now()
		made, err := r.options.Account(ctx, o.Name, o.Password)
		if ctx.Err() != nil {
			return
		}
		if made || err != nil {
			r.done(Register, began, err)
		}
		if err != nil {
			return
		}
	}
	c := client.New(o)
	if !r.enter(ctx, c) {
		return
	}
	arrived()
	r.online.Add(1)
	defer r.online.Add(-1)
	defer r.leave(c)
	if r.options.Plays > 0 {
		playing, stop := context.WithCancel(ctx)
		var player sync.WaitGroup
		defer player.Wait()
		defer stop()
		player.Go(func() { r.perform(playing, o) })
	}
	chat, status := newClock(r.options.Chat), newClock(r.options.Status)
	for {
		pause := time.NewTimer(c.Pause())
		select {
		case <-pause.C:
		case <-ctx.Done():
			pause.Stop()
			return
		}
		operation := Poll
		if chat.due() {
			c.Say(r.options.Channel, line(time.Now()))
			operation = Send
		}
		if status.due() {
			c.SetStatus(anyStatus())
			operation = Send
		}
		began := time.Now()
		list, err := c.Poll(ctx)
		if ctx.Err() != nil {
			return
		}
		r.done(operation, began, err)
		r.receive(list)
		if !c.LoggedIn() {
			r.relogins.Add(1)
			if !r.enter(ctx, c) {
				return
			}
		}
	}
}

// enter logs a client in, trying again as the game does while the server has problems.
func (r *run) enter(ctx context.Context, c *client.Client) bool {
	registered := false
	for ctx.Err() == nil {
		began := time.Now()
		err := c.Login(ctx)
		var rejected *client.Rejected
		switch {
		case ctx.Err() != nil:
			return false
		case err == nil:
			r.done(Login, began, nil)
			return true
		case errors.As(err, &rejected) && rejected.Code == packets.LoginFailed && r.options.Register && !registered:
			registered = true
			began := time.Now()
			err := c.Register(ctx, c.Name()+"@load.invalid.example")
			r.done(Register, began, err)
			if err != nil {
				return false
			}
			continue
		}
		r.done(Login, began, err)
		if rejected != nil && rejected.Code != packets.LoginServerError {
			return false // trying again changes nothing
		}
		pause := time.NewTimer(retryPause)
		select {
		case <-pause.C:
		case <-ctx.Done():
			pause.Stop()
		}
	}
	return false
}

// retryPause is how long the game waits before it connects again. Source: Lekuruu/osu.py osu/bancho.
const retryPause = 15 * time.Second

// leave logs a client out in a moment of its own, since the run's context is over.
func (r *run) leave(c *client.Client) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	_ = c.Logout(ctx)
}

func (r *run) done(operation string, began time.Time, err error) {
	r.requests.Add(1)
	if errors.Is(err, client.ErrRestart) {
		err = nil // the server's way of saying that it was restarted
	}
	r.times[operation].add(time.Since(began), err)
}

// receive measures how old the lines of other clients are.
func (r *run) receive(list []packets.Packet) {
	r.packets.Add(int64(len(list)))
	for _, p := range list {
		if m, ok := p.(packets.Message); ok {
			if said, ok := saidAt(m.Text); ok {
				r.times[Chat].add(time.Since(said), nil)
			}
		}
	}
}

// linePrefix begins the lines that carry the time when they were said.
const linePrefix = "peace load "

func line(now time.Time) string { return linePrefix + strconv.FormatInt(now.UnixNano(), 36) }

func saidAt(text string) (time.Time, bool) {
	if len(text) <= len(linePrefix) || text[:len(linePrefix)] != linePrefix {
		return time.Time{}, false
	}
	nano, err := strconv.ParseInt(text[len(linePrefix):], 36, 64)
	return time.Unix(0, nano), err == nil
}

func anyStatus() packets.Status {
	id := rand.Int32N(4_000_000)
	return packets.Status{
		Action:     osu.ActionPlaying,
		Info:       "Artist - Title " + strconv.Itoa(int(id)) + " [Insane]",
		BeatmapMD5: fmt.Sprintf("%032x", id),
		BeatmapID:  id,
	}
}

// clock says when something that happens so often a minute, at random times, is due.
type clock struct {
	mean time.Duration // 0 means never
	next time.Time
}

func newClock(perMinute float64) *clock {
	c := new(clock)
	if perMinute > 0 {
		c.mean = time.Duration(float64(time.Minute) / perMinute)
		c.schedule()
	}
	return c
}

func (c *clock) schedule() {
	c.next = time.Now().Add(time.Duration(rand.ExpFloat64() * float64(c.mean)))
}

func (c *clock) due() bool {
	if c.mean == 0 || time.Now().Before(c.next) {
		return false
	}
	c.schedule()
	return true
}
