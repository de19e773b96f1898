// Package talk is the area of API v2 about what reaches a user: chat, and notifications. Their shapes are in package resource; what
// is said and happens while a client is connected comes over the socket of transport/ws, whose address is told here.
//
// Chat's refusals are 422 with a text, which lazer prints in the channel. The official API answers some of them with 403, but a
// client that takes 403 for the end of its session would log its user out for being silenced.
package talk

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"

	"github.com/pure-peace/peace/modules/chat"
	"github.com/pure-peace/peace/modules/fault"
	"github.com/pure-peace/peace/modules/notifications"
	v2 "github.com/pure-peace/peace/transport/api/v2"
	"github.com/pure-peace/peace/transport/api/v2/resource"
)

// Config is the section [api.v2.talk].
type Config struct {
	NotificationEndpoint string `koanf:"notification_endpoint" doc:"address of the notification socket, ws:// or wss://, for servers that offer it elsewhere than at /home/notifications/feed of the host that is asked; empty for there"`
}

// DefaultConfig has the socket beside the API.
func DefaultConfig() Config { return Config{} }

// Validate reports what is wrong, by key.
func (c Config) Validate() error {
	if c.NotificationEndpoint == "" {
		return nil
	}
	u, err := url.Parse(c.NotificationEndpoint)
	if err != nil || u.Scheme != "ws" && u.Scheme != "wss" || u.Host == "" {
		return fmt.Errorf("notification_endpoint: %q is no absolute ws:// or wss:// address", c.NotificationEndpoint)
	}
	return nil
}

// Deps are what the area needs of others.
type Deps struct {
	People        *resource.People
	Chat          Chat
	Notifications Notifications // nil when the module is off: then there are none
	Log           *slog.Logger
}

// Chat is the part of chat.Service that is needed here.
type Chat interface {
	chat.Memberships
	Whisper(ctx context.Context, line chat.Line) (chat.Whisper, error)
}

// Notifications is the part of notifications.Service that is needed here.
type Notifications interface {
	List(ctx context.Context, userID int32, before int64, limit int, unread bool) ([]notifications.Notification, int, error)
	MarkRead(ctx context.Context, userID int32, which notifications.Which) error
}

// Area has the endpoints. It is safe for concurrent use; make one with New.
type Area struct {
	config Config
	deps   Deps
}

// New returns the area.
func New(config Config, deps Deps) (*Area, error) {
	if err := config.Validate(); err != nil {
		return nil, err
	}
	if deps.People == nil || deps.Chat == nil {
		return nil, errors.New("transport/api/v2/talk: Deps need People and Chat")
	}
	return &Area{config, deps}, nil
}

// Register adds the endpoints to an API.
func (a *Area) Register(api *v2.API) {
	api.Get("/chat/updates", v2.ChatRead, a.updates)
	api.Get("/chat/presence", v2.ChatRead, a.presence)
	api.Post("/chat/ack", v2.ChatRead, a.ack)
	api.Post("/chat/new", v2.ChatWrite, a.begin)

	api.Get("/chat/channels", v2.ChatRead, a.list)
	api.Post("/chat/channels", v2.ChatManage, a.create)
	api.Get("/chat/channels/{channel}", v2.ChatRead, a.show)
	api.Put("/chat/channels/{channel}/users/{user}", v2.ChatManage, a.join)
	api.Delete("/chat/channels/{channel}/users/{user}", v2.ChatManage, a.part)
	api.Get("/chat/channels/{channel}/messages", v2.ChatRead, a.messages)
	api.Post("/chat/channels/{channel}/messages", v2.ChatWrite, a.post)
	api.Put("/chat/channels/{channel}/mark-as-read/{message}", v2.ChatRead, a.markAsRead)

	api.Get("/notifications", v2.Game, a.notifications)
	api.Post("/notifications/mark-read", v2.Game, a.markRead)
}

// explain puts a fault of chat into the words and statuses of the API.
func explain(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, chat.ErrNoChannel), errors.Is(err, chat.ErrNotMember):
		return v2.NotFound("channel")
	case errors.Is(err, chat.ErrNoRecipient):
		return v2.Refuse(http.StatusUnprocessableEntity, "There is no such player.")
	case errors.Is(err, chat.ErrEmpty):
		return v2.Refuse(http.StatusUnprocessableEntity, "An empty message cannot be sent.")
	case errors.Is(err, chat.ErrTooLong):
		return v2.Refuse(http.StatusUnprocessableEntity, "This message is too long.")
	case errors.Is(err, chat.ErrFlood):
		return v2.Refuse(http.StatusTooManyRequests, "You are writing too fast. Wait a moment before you go on.")
	case errors.Is(err, chat.ErrSilenced):
		return v2.Refuse(http.StatusUnprocessableEntity, "You cannot write while you are silenced.")
	case errors.Is(err, chat.ErrTooMany):
		return v2.Refuse(http.StatusUnprocessableEntity, "You are in too many channels. Leave one first.")
	}
	if f := fault.As(err); f != nil && f.Domain == chat.ErrBlocked.Domain && f.Kind == fault.Forbidden {
		return v2.Refuse(http.StatusUnprocessableEntity, sentence(f.Message))
	}
	return err
}

// sentence makes a fault's message fit for a screen.
func sentence(message string) string {
	if message == "" {
		return ""
	}
	return string(message[0]-'a'+'A') + message[1:] + "."
}
