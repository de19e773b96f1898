package client

import (
	"context"
	"strings"

	"github.com/pure-peace/peace/osu/packets"
)

// Say queues a line for a channel.
func (c *Client) Say(channel, text string) {
	c.Send(packets.PublicMessage{Text: text, Target: channel})
}

// Act queues a /me line for a channel.
func (c *Client) Act(channel, text string) {
	c.Say(channel, "\x01ACTION "+text+"\x01")
}

// Whisper queues a private message.
func (c *Client) Whisper(name, text string) {
	c.Send(packets.PrivateMessage{Text: text, Target: name})
}

// Join queues joining a channel. Joined has it once the server agreed.
func (c *Client) Join(channel string) { c.Send(packets.ChannelJoin(channel)) }

// Part queues leaving a channel, whose tab closes at once.
func (c *Client) Part(channel string) {
	delete(c.known.joined, channel)
	c.Send(packets.ChannelPart(channel))
}

// SetStatus queues a new status.
func (c *Client) SetStatus(s packets.Status) { c.Send(packets.ChangeAction(s)) }

// Spectate queues watching a player, instead of whom it watched before.
func (c *Client) Spectate(id int32) { c.Send(packets.StartSpectating(id)) }

// StopSpectating queues the end of it.
func (c *Client) StopSpectating() { c.Send(packets.StopSpectating{}) }

// SetAway queues an away message; "" ends being away.
func (c *Client) SetAway(text string) { c.Send(packets.SetAwayMessage{Text: text}) }

// AddFriend queues befriending a user; the game changes its own list at once.
func (c *Client) AddFriend(id int32) {
	c.known.friends = append(c.known.friends, id)
	c.Send(packets.FriendAdd(id))
}

// RemoveFriend queues ending a friendship.
func (c *Client) RemoveFriend(id int32) {
	kept := c.known.friends[:0]
	for _, friend := range c.known.friends {
		if friend != id {
			kept = append(kept, friend)
		}
	}
	c.known.friends = kept
	c.Send(packets.FriendRemove(id))
}

// Logout sends what is queued and a logout, and forgets the session. The server ignores a logout in the first second.
func (c *Client) Logout(ctx context.Context) error {
	if c.token == "" {
		return ErrOffline
	}
	body := packets.Logout(0).Append(c.queue)
	_, _, err := c.post(ctx, body)
	c.queue, c.token = nil, ""
	return err
}

// IsAction reports whether a chat line is a /me line, and returns what is done.
func IsAction(text string) (string, bool) {
	text, ok := strings.CutPrefix(text, "\x01ACTION ")
	return strings.TrimSuffix(text, "\x01"), ok
}
