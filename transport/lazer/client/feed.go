package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/coder/websocket"

	"github.com/pure-peace/peace/transport/lazer/client/newtonsoft"
)

// maxEvents is how many events a Feed keeps for its reader; the game handles them at once, so a reader that is so far behind has
// forgotten about it.
const maxEvents = 1024

// Event is something that the notification socket told.
type Event struct {
	Name     string
	Error    string
	Channel  *Channel  // of chat.channel.join and chat.channel.part
	Messages []Message // of chat.message.new
	Users    []User    // who said them
	New      *Notified // of new
}

// Feed is the notification socket. It ends when the socket does, or when the game would have ended it over a message.
type Feed struct {
	conn   *websocket.Conn
	events chan Event
	err    error // why it ended; read it when events is closed
	cancel context.CancelFunc
	done   chan struct{}
}

// Listen asks where notifications are to be had, and opens the socket for them and for chat.
func (c *Client) Listen(ctx context.Context) (*Feed, error) {
	var list Notifications
	if err := c.Get(ctx, "notifications", nil, &list); err != nil {
		return nil, err
	}
	if !strings.HasPrefix(list.Endpoint, "ws://") && !strings.HasPrefix(list.Endpoint, "wss://") {
		return nil, fmt.Errorf("notifications: the endpoint %q is no absolute address of a socket", list.Endpoint)
	}
	conn, _, err := websocket.Dial(ctx, list.Endpoint, &websocket.DialOptions{ //nolint:bodyclose // the library closes it
		HTTPClient: c.http, HTTPHeader: http.Header{"Authorization": {"Bearer " + c.Token()}},
	})
	if err != nil {
		return nil, err
	}
	conn.SetReadLimit(1 << 20)
	if err := conn.Write(ctx, websocket.MessageText, []byte(`{"event":"chat.start"}`)); err != nil {
		return nil, errors.Join(err, conn.CloseNow())
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	f := &Feed{conn: conn, events: make(chan Event, maxEvents), cancel: cancel, done: make(chan struct{})}
	go f.read(ctx)
	return f, nil
}

// Next returns the next event, or why there are no more.
func (f *Feed) Next(ctx context.Context) (Event, error) {
	select {
	case e, ok := <-f.events:
		if !ok {
			return Event{}, f.err
		}
		return e, nil
	case <-ctx.Done():
		return Event{}, ctx.Err()
	}
}

// Await skips events until one fits.
func (f *Feed) Await(ctx context.Context, fits func(Event) bool) (Event, error) {
	for {
		e, err := f.Next(ctx)
		if err != nil || fits(e) {
			return e, err
		}
	}
}

// Said returns whether the event brings a message with this text.
func (e Event) Said(text string) bool {
	for _, m := range e.Messages {
		if m.Content == text {
			return true
		}
	}
	return false
}

// Close ends the feed.
func (f *Feed) Close() {
	f.cancel()
	_ = f.conn.CloseNow()
	<-f.done
}

func (f *Feed) read(ctx context.Context) {
	defer close(f.done)
	defer close(f.events)
	for {
		kind, data, err := f.conn.Read(ctx)
		if err == nil && kind != websocket.MessageText {
			err = errors.New("a binary message, on which the game drops the socket")
		}
		var e Event
		if err == nil {
			e, err = readEvent(data)
		}
		if err != nil {
			f.err = err
			return
		}
		select {
		case f.events <- e:
		case <-ctx.Done():
			f.err = ctx.Err()
			return
		}
	}
}

// readEvent reads a message as the game does, which knows some events and skips the others.
func readEvent(data []byte) (Event, error) {
	for i, b := range data {
		if b >= 0x80 {
			return Event{}, fmt.Errorf("the byte %#x at %d: the game decodes pieces of 1024 bytes one by one, and would break characters", b, i)
		}
	}
	var envelope struct {
		Event string         `json:"event"`
		Data  map[string]any `json:"data"`
		Error string         `json:"error"`
	}
	if err := newtonsoft.Read(data, &envelope); err != nil {
		return Event{}, err
	}
	e := Event{Name: envelope.Event, Error: envelope.Error}
	if e.Error != "" {
		return e, nil
	}
	var err error
	switch e.Name {
	case "chat.channel.join", "chat.channel.part":
		var body struct {
			Channel Channel `json:"data" client:"required"`
		}
		err = newtonsoft.Read(data, &body)
		e.Channel = &body.Channel
	case "chat.message.new":
		var body struct {
			Data struct {
				Messages []Message `json:"messages" client:"required,notnull"`
				Users    []User    `json:"users" client:"required,notnull"`
			} `json:"data" client:"required"`
		}
		err = newtonsoft.Read(data, &body)
		e.Messages, e.Users = body.Data.Messages, body.Data.Users
		if err == nil {
			err = e.oneUserEach()
		}
	case "new":
		var body struct {
			Notified Notified `json:"data" client:"required"`
		}
		err = newtonsoft.Read(data, &body)
		e.New = &body.Notified
	}
	return e, err
}

// oneUserEach checks what the game demands when it looks up who said something.
func (e Event) oneUserEach() error {
	for _, m := range e.Messages {
		found := 0
		for _, u := range e.Users {
			if u.ID == m.SenderID {
				found++
			}
		}
		if found != 1 {
			return fmt.Errorf("chat.message.new: %d users are the sender %d, where the game expects one", found, m.SenderID)
		}
	}
	return nil
}
