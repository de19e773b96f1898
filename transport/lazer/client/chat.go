package client

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
)

// Join enters a channel.
func (c *Client) Join(ctx context.Context, id int64) (Channel, error) {
	var channel Channel
	path := fmt.Sprintf("chat/channels/%d/users/%d", id, c.Me().ID)
	return channel, c.Send(ctx, http.MethodPut, path, nil, &channel)
}

// Leave leaves a channel.
func (c *Client) Leave(ctx context.Context, id int64) error {
	return c.Send(ctx, http.MethodDelete, fmt.Sprintf("chat/channels/%d/users/%d", id, c.Me().ID), nil, nil)
}

// Messages returns the latest messages of a channel.
func (c *Client) Messages(ctx context.Context, id int64) ([]Message, error) {
	var messages []Message
	return messages, c.Get(ctx, fmt.Sprintf("chat/channels/%d/messages", id), nil, &messages)
}

// Say speaks in a channel or a conversation, and checks that the answer is the echo of that.
func (c *Client) Say(ctx context.Context, id int64, text string) (Message, error) {
	var m Message
	uuid := newUUID()
	path := fmt.Sprintf("chat/channels/%d/messages", id)
	err := c.Send(ctx, http.MethodPost, path, map[string]string{"message": text, "is_action": "false", "uuid": uuid}, &m)
	if err == nil && (m.UUID == nil || *m.UUID != uuid) {
		err = fmt.Errorf("%s: the answer does not repeat the uuid", path)
	}
	return m, err
}

// Whisper speaks to somebody with whom there is no conversation yet, and returns the id of the one that there is now.
func (c *Client) Whisper(ctx context.Context, userID int32, text string) (Message, int64, error) {
	var opened struct {
		ID      int64   `json:"new_channel_id" client:"required"`
		Message Message `json:"message" client:"required"`
	}
	err := c.Send(ctx, http.MethodPost, "chat/new", map[string]string{
		"target_id": strconv.Itoa(int(userID)), "message": text, "is_action": "false", "uuid": newUUID(),
	}, &opened)
	return opened.Message, opened.ID, err
}
