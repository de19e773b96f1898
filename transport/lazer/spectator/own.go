package spectator

import (
	"context"
	"sync"
	"time"

	"github.com/pure-peace/peace/modules/spectator"
	"github.com/pure-peace/peace/modules/spectator/spectatorpb"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/state/view"
	"github.com/pure-peace/peace/modules/wire"
	"github.com/pure-peace/peace/osu/hubs"
	"github.com/pure-peace/peace/transport/signalr"
)

// listen tells players what concerns themselves, until ctx ends.
func (h *Hub) listen(ctx context.Context) {
	topics := []string{spectator.ToPlayers, seatTopic}
	stood := false
	view.Listen(ctx, h.deps.State, topics, h.deps.Log, func(ctx context.Context) error {
		if stood {
			h.tellWatchersAnew(ctx)
		} else {
			close(h.stands)
		}
		stood = true
		return nil
	}, func(ctx context.Context, n state.Notice) error {
		if n.Topic == seatTopic {
			h.sat(ctx, n.Payload)
			return nil
		}
		if event, err := wire.Unpack(n.Payload); err == nil {
			h.tell(event)
		}
		return nil
	})
}

// tell tells a player of an event.
func (h *Hub) tell(event any) {
	switch event := event.(type) {
	case *spectatorpb.Joined:
		w := event.GetWatcher()
		h.tellPlayer(event.GetTarget(), userStartedWatching.Of([]hubs.SpectatorUser{{OnlineID: w.GetUserId(), Username: w.GetName()}}))
	case *spectatorpb.Left:
		h.tellPlayer(event.GetTarget(), userEndedWatching.Of(event.GetUserId()))
	case *spectatorpb.Processed:
		m := userScoreProcessed.Of(event.GetUserId(), event.GetScoreId())
		if !h.tellPlayer(event.GetUserId(), m) {
			h.late.add(event.GetUserId(), event.GetScoreId(), time.Now())
		}
	}
}

// tellPlayer sends m to the connection of a player that counts, if it is here.
func (h *Hub) tellPlayer(player int32, m signalr.Message) bool {
	c := h.seats.of(player)
	if c == nil || c.Identity().Pending {
		return false
	}
	c.Send(m)
	return true
}

// tellWatchersAnew tells all players who watches them: what was said meanwhile may have been missed.
func (h *Hub) tellWatchersAnew(ctx context.Context) {
	for _, c := range h.Connections() {
		who := c.Identity()
		if who.Pending || h.seats.of(who.UserID) != c {
			continue
		}
		if watchers, err := h.deps.Spectator.Watchers(ctx, who.UserID); err == nil && len(watchers) > 0 {
			c.Send(userStartedWatching.Of(spectators(watchers)))
		}
	}
}

const (
	// lateAge is for how long a score that was processed is told to a player who connects after that: a client whose connection breaks
	// at the end of a play would wait for it in vain.
	lateAge = 30 * time.Second
	maxLate = 4096
)

// late are scores that were processed when their player was not here.
type late struct {
	mu   sync.Mutex
	list []lateScore // the oldest first
}

type lateScore struct {
	player int32
	score  int64
	at     time.Time
}

func (l *late) add(player int32, score int64, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.expire(now)
	if len(l.list) == maxLate {
		l.list = l.list[1:]
	}
	l.list = append(l.list, lateScore{player, score, now})
}

// of returns the scores of a player.
func (l *late) of(player int32, now time.Time) (scores []int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.expire(now)
	for _, s := range l.list {
		if s.player == player {
			scores = append(scores, s.score)
		}
	}
	return scores
}

// expire is called with the lock held.
func (l *late) expire(now time.Time) {
	for len(l.list) > 0 && now.Sub(l.list[0].at) > lateAge {
		l.list = l.list[1:]
	}
}
