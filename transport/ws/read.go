package ws

import (
	"context"
	"encoding/json"

	"golang.org/x/time/rate"
)

const (
	// maxWord bounds the bytes of what a client says, which is a word or two.
	maxWord = 4 << 10
	// wordsPerSecond and wordsAtOnce bound how often it says something.
	wordsPerSecond, wordsAtOnce = 1, 20
)

// read hears what the client says, and answers its pings, until the socket ends. It says why.
func (c *conn) read() error {
	words := rate.NewLimiter(wordsPerSecond, wordsAtOnce)
	for {
		_, data, err := c.ws.Read(context.WithoutCancel(c.ctx))
		switch {
		case err != nil:
			return errGone
		case !words.Allow():
			return errNoisy
		}
		switch word(data) {
		case "chat.start":
			c.chatting.Store(true)
			c.attend()
		case "chat.end":
			c.chatting.Store(false)
		}
	}
}

// word returns what a client says; "" when it makes no sense.
func word(data []byte) string {
	var message struct {
		Event string `json:"event"`
	}
	if json.Unmarshal(data, &message) != nil {
		return ""
	}
	return message.Event
}
