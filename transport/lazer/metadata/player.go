package metadata

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/time/rate"

	"github.com/pure-peace/peace/modules/rankings"
	"github.com/pure-peace/peace/modules/relations"
	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/osu/hubs"
	"github.com/pure-peace/peace/transport/lazer"
	"github.com/pure-peace/peace/transport/signalr"
)

// How fast a client may call. It does so when its user goes to another screen; one that calls faster waits.
const (
	callRate  = 5 // a second
	callBurst = 30

	// crowdCost is what it costs to be shown everybody, in calls.
	crowdCost = 5
)

// player is what the hub knows of a connection. Only the connection's own goroutine touches what has no other guard.
type player struct {
	session string // its ID; "" while the second factor is missing
	private bool   // the account does not want to be seen, as it stands in its settings
	board   hubs.Optional[rankings.Board]
	paced   *rate.Limiter

	said    bool                           // the client has said its status; until then a game that came back is as it was
	status  hubs.Optional[hubs.UserStatus] // as the client last said
	doing   hubs.UserActivity
	current sessions.Status

	gone    atomic.Bool   // the session is another's, or over
	drained chan struct{} // closed when nobody drains the outbox any more

	// mu is held by whoever delivers what happened to others, so that a snapshot is not overtaken by news that it has in it.
	mu       sync.Mutex
	friends  []int32 // ascending
	watching bool    // everybody's presence
}

func playerOf(c *signalr.Conn) *player { return c.State.(*player) }

// pace waits until the client may make so many calls.
func (p *player) pace(ctx context.Context, calls int) error { return p.paced.WaitN(ctx, calls) }

// visitor is what is looked up for somebody who connects.
type visitor struct {
	user     users.User
	settings users.Settings
	friends  []int32
	before   *sessions.Session // of the same process of the game
}

// connected opens the session, and tells the client where things stand.
func (h *Hub) connected(ctx context.Context, c *signalr.Conn) error {
	p := &player{paced: rate.NewLimiter(callRate, callBurst), drained: make(chan struct{})}
	c.State = p
	c.Send(noChallenge)
	who := c.Identity()
	if who.Pending {
		close(p.drained)
		return nil
	}
	v, err := h.visit(ctx, who)
	if err != nil {
		return err
	}
	p.friends, p.private = v.friends, v.settings.HidePresence
	opening := open(who, v)
	p.current = opening.Status
	if opening.Stats != (sessions.Stats{}) {
		p.board = hubs.Some(rankings.BoardOf(opening.Status))
	}
	opened, err := h.deps.Sessions.Open(ctx, opening)
	if err != nil {
		return err
	}
	p.session = opened.Session.ID
	if err := h.showFriends(ctx, c, v.friends); err != nil {
		_ = h.deps.Sessions.Close(ctx, p.session, sessions.ReasonLogout) // or it expires
		return err
	}
	go h.follow(c, p)
	return nil
}

// visit looks up what a session is opened with.
func (h *Hub) visit(ctx context.Context, who signalr.Identity) (v visitor, err error) {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		found, err := h.deps.Users.Get(ctx, []int32{who.UserID})
		if err == nil && len(found) == 0 {
			err = lazer.InvalidState("There is no such account.")
		}
		if err == nil {
			v.user = found[0]
		}
		return err
	})
	g.Go(func() (err error) {
		v.settings, err = h.deps.Users.Settings(ctx, who.UserID)
		return err
	})
	g.Go(func() (err error) {
		v.friends, err = h.friendsOf(ctx, who.UserID)
		return err
	})
	g.Go(func() error {
		list, err := h.deps.Sessions.Of(ctx, []int32{who.UserID})
		for i := range list {
			if s := &list[i]; s.Kind == sessions.Lazer && s.Instance != "" && s.Instance == who.Client {
				v.before = s
			}
		}
		return err
	})
	return v, g.Wait()
}

// friendsOf returns whom a user has befriended, ascending, and not more than a session can follow.
func (h *Hub) friendsOf(ctx context.Context, userID int32) ([]int32, error) {
	list, err := h.deps.Relations.List(ctx, userID)
	if err != nil {
		return nil, err
	}
	var ids []int32
	for _, r := range list {
		if r.Kind == relations.Friend && r.Target != userID {
			ids = append(ids, r.Target)
		}
	}
	slices.Sort(ids)
	return ids[:min(len(ids), sessions.MaxFriends)], nil
}

// open describes the session. Nobody sees it before its client has said that he may, unless it is that of a game which comes back.
func open(who signalr.Identity, v visitor) sessions.Opening {
	o := sessions.Opening{
		User:          v.user,
		Kind:          sessions.Lazer,
		ClientVersion: who.Version,
		Address:       who.Address,
		Location:      sessions.Location{Country: v.user.Country, Hidden: true},
		Status:        sessions.Status{Ruleset: v.user.Ruleset},
		Interest:      sessions.InterestFriends,
		Friends:       v.friends,
		FriendsOnly:   v.settings.FriendsOnlyMessages,
		Hidden:        true,
		Instance:      who.Client,
	}
	if v.before != nil {
		o.Status, o.Stats, o.Hidden = v.before.Status, v.before.Stats, v.before.Hidden || v.settings.HidePresence
	}
	return o
}

// disconnected ends the session, unless the client is to come back at once.
func (h *Hub) disconnected(ctx context.Context, c *signalr.Conn, _ bool) {
	p := playerOf(c)
	<-p.drained
	if p.session == "" || h.Draining() && !p.gone.Load() {
		return
	}
	if err := h.deps.Sessions.Close(ctx, p.session, sessions.ReasonLogout); err != nil {
		h.deps.Log.WarnContext(ctx, "a session of lazer is left to expire", "user", c.Identity().UserID, "error", err)
	}
}

var errStatus = lazer.InvalidState("There is no such status.")

// updateStatus changes whether others see the user, and may disturb him.
func (h *Hub) updateStatus(ctx context.Context, c *signalr.Conn, status hubs.Optional[hubs.UserStatus]) error {
	p := playerOf(c)
	if status.Valid && (status.Value < hubs.Offline || status.Value > hubs.Online) {
		return errStatus
	}
	if p.said && status == p.status {
		return nil
	}
	if err := p.pace(ctx, 1); err != nil {
		return err
	}
	next := p.current
	next.Busy = status.Valid && status.Value == hubs.DoNotDisturb
	hidden := hides(status)
	if err := h.update(ctx, c, next, &hidden); err != nil {
		return err
	}
	p.said, p.status = true, status
	if status.Valid && p.session != "" {
		h.remember(ctx, c, hidden)
	}
	h.echo(c, p)
	return nil
}

// remember writes whether the user wants to be seen into the settings of his account, as the official server does
// (ppy/osu-server-spectator Hubs/Metadata/MetadataHub.cs): the API then hides when he was here, from which lazer concludes, wherever he
// logs in, that he still does not want to. His status is changed all the same when that fails.
func (h *Hub) remember(ctx context.Context, c *signalr.Conn, private bool) {
	p, id := playerOf(c), c.Identity().UserID
	if p.private == private {
		return
	}
	settings, err := h.deps.Users.Settings(ctx, id)
	if err == nil && settings.HidePresence != private {
		settings.HidePresence = private
		err = h.deps.Users.SaveSettings(ctx, id, settings)
	}
	if err != nil {
		h.deps.Log.WarnContext(ctx, "whether a user wants to be seen is not remembered", "user", id, "error", err)
		return
	}
	p.private = private
}

// hides reports whether a status hides its user.
func hides(status hubs.Optional[hubs.UserStatus]) bool {
	return !status.Valid || status.Value == hubs.Offline
}

// update changes the session, if there is one.
func (h *Hub) update(ctx context.Context, c *signalr.Conn, next sessions.Status, hidden *bool) error {
	p := playerOf(c)
	if p.session != "" {
		change := sessions.Update{Status: &next, Hidden: hidden}
		h.addFigures(ctx, c, &change)
		if err := h.change(ctx, p, change); err != nil {
			return err
		}
	}
	p.current = next
	return nil
}

// change writes to the session.
func (h *Hub) change(ctx context.Context, p *player, change sessions.Update) error {
	_, err := h.deps.Sessions.Update(ctx, p.session, change)
	if errors.Is(err, sessions.ErrNoSession) {
		return lazer.ErrStale
	}
	return err
}

// figuresTimeout bounds the wait for figures: a status is worth more than the numbers beside it.
const figuresTimeout = 2 * time.Second

// addFigures adds the user's figures when he turns to another ruleset, for those who see them beside his name. When they change,
// rankings tells all sessions that show them.
func (h *Hub) addFigures(ctx context.Context, c *signalr.Conn, change *sessions.Update) {
	p := playerOf(c)
	board := rankings.BoardOf(*change.Status)
	if h.deps.Rankings == nil || p.board == hubs.Some(board) {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, figuresTimeout)
	defer cancel()
	list, err := h.deps.Rankings.Statistics(ctx, []int32{c.Identity().UserID}, board)
	if err != nil || len(list) != 1 {
		h.deps.Log.LogAttrs(ctx, slog.LevelWarn, "the statistics of a player are not known",
			slog.Int("user", int(c.Identity().UserID)), slog.Any("error", err))
		if p.board.Valid {
			change.Stats = new(sessions.Stats) // better none than those of another ruleset
			p.board = hubs.Optional[rankings.Board]{}
		}
		return
	}
	figures := list[0].Stats()
	change.Stats, p.board = &figures, hubs.Some(board)
}

// echo tells a client what others would see of its user.
func (h *Hub) echo(c *signalr.Conn, p *player) {
	c.Send(userPresenceUpdated.Of(c.Identity().UserID, p.presence()))
}
