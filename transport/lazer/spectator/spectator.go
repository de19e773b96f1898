// Package spectator is the hub through which osu!lazer shows its plays and watches those of others. It translates between the calls of
// the game (ppy/osu osu.Game/Online/Spectator/ISpectatorServer.cs and ISpectatorClient.cs, both generations) and modules/spectator,
// which knows the rules.
//
// A bundle of frames is checked for being one and passed on as the bytes that it came in. For each player that somebody watches, a
// process listens once (feed.go), encodes what happens once, and sends the same bytes to all who watch him here.
//
// Connections have no session. A user has one connection: a later one of the same game takes its place silently, one of another game
// makes it log out (seats.go).
package spectator

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/tinylib/msgp/msgp"
	"golang.org/x/time/rate"

	"github.com/pure-peace/peace/modules/spectator"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/osu/hubs"
	"github.com/pure-peace/peace/transport/lazer"
	"github.com/pure-peace/peace/transport/signalr"
	"github.com/pure-peace/peace/transport/signalr/protocol"
)

// Service is the part of modules/spectator that is used.
type Service interface {
	Begin(ctx context.Context, play spectator.Play) error
	Send(ctx context.Context, player spectator.Player, bundle spectator.Bundle) error
	End(ctx context.Context, player spectator.Player, state spectator.State) error
	Drop(ctx context.Context, userID int32, client string) error
	Watch(ctx context.Context, watcher spectator.Watcher, target int32) (*spectator.Play, error)
	Unwatch(ctx context.Context, userID int32, client string, target int32) error
	Watchers(ctx context.Context, target int32) ([]spectator.Watcher, error)
	Playing(ctx context.Context, userIDs []int32) ([]spectator.Play, error)
}

// Deps are what the hub needs of others.
type Deps struct {
	Gate      *lazer.Gate
	Spectator Service
	State     state.Topics
	Metrics   *signalr.Metrics // nil for none
	Log       *slog.Logger
}

// Hub is the spectator hub. It is safe for concurrent use; make one with New.
type Hub struct {
	*signalr.Hub
	deps    Deps
	process string        // whose sittings these are
	stands  chan struct{} // closed when players can be told what concerns them
	seats   seats
	feeds   feeds
	late    late
}

// New returns the hub.
func New(deps Deps) (*Hub, error) {
	if deps.Gate == nil || deps.Spectator == nil || deps.State == nil || deps.Log == nil {
		return nil, errors.New("transport/lazer/spectator: Deps need Gate, Spectator, State and Log")
	}
	h := &Hub{deps: deps, process: rand.Text(), stands: make(chan struct{})}
	h.feeds.init(h)
	var err error
	h.Hub, err = deps.Gate.Hub(signalr.Options{
		Name: "spectator", Connected: h.connected, Disconnected: h.disconnected, Admit: h.admit, Metrics: deps.Metrics, Log: deps.Log,
	},
		signalr.Action2("BeginPlaySessionV2", hubs.ReadOptionalInt64, hubs.Read[hubs.SpectatorState], h.begin),
		signalr.Action2("SendFrameDataV2", hubs.ReadOptionalInt64, readBundle, h.send),
		signalr.Action2("EndPlaySessionV2", hubs.ReadOptionalInt64, hubs.ReadEnum[hubs.SpectatedUserState], h.end),
		// Clients from before these three got their numbers use those without; they do not say a second time which play they mean.
		signalr.Action2("BeginPlaySession", hubs.ReadOptionalInt64, hubs.Read[hubs.SpectatorState], h.beginFirst),
		signalr.Action1("SendFrameData", readBundle, h.sendFirst),
		signalr.Action1("EndPlaySession", hubs.Read[hubs.SpectatorState], h.endFirst),
		signalr.Action1("StartWatchingUser", msgp.ReadInt32Bytes, h.watch),
		signalr.Action1("EndWatchingUser", msgp.ReadInt32Bytes, h.unwatch),
	)
	if err != nil {
		return nil, err
	}
	return h, nil
}

// What the hub calls.
var (
	userBeganPlaying    = signalr.Event2(protocol.MessagePack, "UserBeganPlaying", msgp.AppendInt32, hubs.Append[hubs.SpectatorState])
	userFinishedPlaying = signalr.Event2(protocol.MessagePack, "UserFinishedPlaying", msgp.AppendInt32, hubs.Append[hubs.SpectatorState])
	userSentFrames      = signalr.Event2(protocol.MessagePack, "UserSentFrames", msgp.AppendInt32, signalr.AppendRaw)
	userScoreProcessed  = signalr.Event2(protocol.MessagePack, "UserScoreProcessed", msgp.AppendInt32, msgp.AppendInt64)
	userStartedWatching = signalr.Event1(protocol.MessagePack, "UserStartedWatching", hubs.AppendList[hubs.SpectatorUser])
	userEndedWatching   = signalr.Event1(protocol.MessagePack, "UserEndedWatching", msgp.AppendInt32)
)

// Run keeps the connections alive and listens to what concerns them, until ctx ends. It must be called once; connections wait for it.
func (h *Hub) Run(ctx context.Context) error {
	var loops sync.WaitGroup
	loops.Go(func() { _ = h.Hub.Run(ctx) }) // which does not fail
	loops.Go(func() { h.listen(ctx) })
	loops.Go(func() { h.feeds.run(ctx) })
	loops.Wait()
	return nil
}

// How fast a client may begin and end plays, and turn to players; one that calls faster waits. When it connects anew, it turns to all
// players again whom it watched.
const (
	callRate  = 50 // a second
	callBurst = 2 * spectator.MaxWatching
)

// guest is what the hub knows of a connection. Only the connection's own goroutine touches it.
type guest struct {
	paced    *rate.Limiter
	watching map[int32]*feed      // by player; nil until there is one
	token    hubs.Optional[int64] // of the play that the first generation of methods means
	began    bool                 // such a play
}

func guestOf(c *signalr.Conn) *guest { return c.State.(*guest) }

// clientOf returns the name by which modules/spectator knows a client: the game's, so that it is the same one when it comes back.
func clientOf(c *signalr.Conn) string {
	if client := c.Identity().Client; client != "" {
		return client
	}
	return c.ID()
}

// connected seats the user, and tells him who watches him.
func (h *Hub) connected(ctx context.Context, c *signalr.Conn) error {
	who := c.Identity()
	c.State = &guest{paced: rate.NewLimiter(callRate, callBurst)}
	if who.Pending { // whoever has no more than the password must not put another out
		return nil
	}
	select {
	case <-h.stands:
	case <-ctx.Done(): // better served than not
	}
	h.take(ctx, c)
	for _, score := range h.late.of(who.UserID, time.Now()) {
		c.Send(userScoreProcessed.Of(who.UserID, score))
	}
	watchers, err := h.deps.Spectator.Watchers(ctx, who.UserID)
	if err != nil {
		h.deps.Log.WarnContext(ctx, "a player is not told who watches him", "user", who.UserID, "error", err)
		return nil
	}
	if len(watchers) > 0 {
		c.Send(userStartedWatching.Of(spectators(watchers)))
	}
	return nil
}

// maxShown bounds the watchers that a player is told of at once.
const maxShown = 1000

func spectators(watchers []spectator.Watcher) []hubs.SpectatorUser {
	list := make([]hubs.SpectatorUser, 0, min(len(watchers), maxShown))
	for _, w := range watchers[:cap(list)] {
		list = append(list, hubs.SpectatorUser{OnlineID: w.UserID, Username: w.Name})
	}
	return list
}

// disconnected ends what the client did, unless it has another connection already, or is to come back at once.
func (h *Hub) disconnected(ctx context.Context, c *signalr.Conn, _ bool) {
	for _, f := range guestOf(c).watching {
		h.feeds.release(f)
	}
	if !h.seats.leave(c) || h.Draining() || c.Identity().Pending {
		return
	}
	h.drop(ctx, c)
}

// drop says that a client is gone.
func (h *Hub) drop(ctx context.Context, c *signalr.Conn) {
	user := c.Identity().UserID
	if err := h.deps.Spectator.Drop(ctx, user, clientOf(c)); err != nil {
		h.deps.Log.WarnContext(ctx, "a client's play is left to end by itself", "user", user, "error", err)
	}
}

// admit refuses what a connection asks whose user has another one.
func (h *Hub) admit(_ context.Context, c *signalr.Conn, method string) error {
	switch who := c.Identity(); {
	case !who.Pending && h.seats.of(who.UserID) != c:
		return lazer.ErrStale
	case h.Draining() && (method == "BeginPlaySessionV2" || method == "BeginPlaySession"):
		return lazer.ErrShuttingDown
	}
	return nil
}
