package client

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
)

// Rulesets are the names of the rulesets as the API has them, by their number.
var Rulesets = [4]string{"osu", "taiko", "fruits", "mania"}

// Started is what a client knows when it has started up.
type Started struct {
	Friends    []Relation
	Blocks     []Relation
	Favourites []int32
	Own        [4]Statistics
	Presence   []Channel // channels that it is in already
	Channels   []Channel // public ones
	Feed       *Feed
}

// Start does what the game does after Login (facts in the order of the game: friends, blocks, favourites, statistics, the socket, chat
// and its default channels, backgrounds), hubs aside. The feed that it opens ends with Close or ctx.
func (c *Client) Start(ctx context.Context) (*Started, error) {
	var s Started
	if err := c.Get(ctx, "friends", nil, &s.Friends); err != nil {
		return nil, err
	}
	if err := c.Get(ctx, "blocks", nil, &s.Blocks); err != nil {
		return nil, err
	}
	var favourites Favourites
	if err := c.Get(ctx, "me/beatmapset-favourites", nil, &favourites); err != nil {
		return nil, err
	}
	s.Favourites = favourites.IDs
	id := strconv.Itoa(int(c.Me().ID))
	for i, ruleset := range Rulesets {
		var own User
		if err := c.Get(ctx, "users/"+id+"/"+ruleset, url.Values{"key": {"id"}}, &own); err != nil {
			return nil, err
		}
		if own.Statistics == nil {
			return nil, fmt.Errorf("users/%s/%s: without statistics", id, ruleset)
		}
		s.Own[i] = *own.Statistics
	}
	var err error
	if s.Feed, err = c.Listen(ctx); err != nil {
		return nil, err
	}
	if err := c.chat(ctx, &s); err != nil {
		s.Feed.Close()
		return nil, err
	}
	var backgrounds Backgrounds
	if err := c.Get(ctx, "seasonal-backgrounds", nil, &backgrounds); err != nil {
		s.Feed.Close()
		return nil, err
	}
	return &s, nil
}

// chat joins the default channels that there are, unless some were joined before.
func (c *Client) chat(ctx context.Context, s *Started) error {
	var updates Updates
	if err := c.Get(ctx, "chat/updates", url.Values{"since": {"0"}, "includes[]": {"presence"}}, &updates); err != nil {
		return err
	}
	s.Presence = updates.Presence
	if err := c.Get(ctx, "chat/channels", nil, &s.Channels); err != nil {
		return err
	}
	if len(s.Presence) == 0 {
		for _, name := range []string{"#lazer", "#osu", "#lobby"} {
			for _, channel := range s.Channels {
				if channel.Name != name {
					continue
				}
				joined, err := c.Join(ctx, channel.ID)
				if err != nil {
					return err
				}
				s.Presence = append(s.Presence, joined)
			}
		}
	}
	for _, channel := range s.Presence {
		if _, err := c.Messages(ctx, channel.ID); err != nil {
			return err
		}
	}
	return c.Acknowledge(ctx)
}

// Acknowledge says that the player is there, as the game does every minute.
func (c *Client) Acknowledge(ctx context.Context) error {
	var silences Acknowledged
	return c.Send(ctx, http.MethodPost, "chat/ack", nil, &silences)
}
