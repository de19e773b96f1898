package metadata

import (
	"context"
	"slices"

	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/transport/lazer/activity"
	"github.com/pure-peace/peace/transport/signalr"
)

// beginWatchingUserPresence shows a client everybody who is online, and from then on what they do.
func (h *Hub) beginWatchingUserPresence(ctx context.Context, c *signalr.Conn) error {
	p := playerOf(c)
	if p.session == "" {
		return nil
	}
	if err := p.pace(ctx, crowdCost); err != nil {
		return err
	}
	// First the session hears, then everybody is looked at: nobody who comes in between is missed. What is heard meanwhile waits for
	// the lock, and tells at worst what is known already.
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := h.setInterest(ctx, p, sessions.InterestEveryone, nil); err != nil {
		return err
	}
	p.watching = true
	ids, err := h.deps.Sessions.Online(ctx)
	if err != nil {
		return err
	}
	own := c.Identity().UserID
	for batch := range slices.Chunk(ids, sessions.MaxBatch) {
		list, err := h.deps.Sessions.Presences(ctx, batch)
		if err != nil {
			return err
		}
		for i := range list {
			if list[i].UserID == own || list[i].Kind == sessions.Bot {
				continue
			}
			if err := c.Deliver(ctx, userPresenceUpdated.Of(list[i].UserID, shown(&list[i]))); err != nil {
				return err
			}
		}
	}
	if own := p.presence(); own.Status != nil {
		h.echo(c, p)
	}
	return nil
}

// endWatchingUserPresence leaves a client with its user's friends.
func (h *Hub) endWatchingUserPresence(ctx context.Context, c *signalr.Conn) error {
	p := playerOf(c)
	if p.session == "" {
		return nil
	}
	if err := p.pace(ctx, 1); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.watching = false
	return h.setInterest(ctx, p, sessions.InterestFriends, p.friends)
}

// refreshFriends follows the list of friends, and shows those who are new on it.
func (h *Hub) refreshFriends(ctx context.Context, c *signalr.Conn) error {
	p := playerOf(c)
	if p.session == "" {
		return nil
	}
	if err := p.pace(ctx, 1); err != nil {
		return err
	}
	friends, err := h.friendsOf(ctx, c.Identity().UserID)
	if err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.watching {
		if err := h.setInterest(ctx, p, sessions.InterestFriends, friends); err != nil {
			return err
		}
	}
	added := slices.DeleteFunc(slices.Clone(friends), p.befriended)
	p.friends = friends
	return h.showFriends(ctx, c, added)
}

func (h *Hub) setInterest(ctx context.Context, p *player, interest sessions.Interest, friends []int32) error {
	return h.change(ctx, p, sessions.Update{Interest: &interest, Friends: friends})
}

// befriended reports whether the user has befriended somebody.
func (p *player) befriended(id int32) bool {
	_, found := slices.BinarySearch(p.friends, id)
	return found
}

// showFriends tells a client which of these are online.
func (h *Hub) showFriends(ctx context.Context, c *signalr.Conn, friends []int32) error {
	if len(friends) == 0 {
		return nil
	}
	list, err := h.deps.Sessions.Presences(ctx, friends)
	if err != nil {
		return err
	}
	for i := range list {
		c.Send(friendPresenceUpdated.Of(list[i].UserID, shown(&list[i])))
	}
	return nil
}

// shown is what lazer shows of a presence.
func shown(p *sessions.Presence) activity.Presence { return activity.Presence{Status: &p.Status} }
