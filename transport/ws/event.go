package ws

import (
	"context"
	"encoding/json"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/pure-peace/peace/modules/chat"
	"github.com/pure-peace/peace/modules/chat/chatpb"
	"github.com/pure-peace/peace/modules/notifications/notificationspb"
	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/modules/sessions/sessionspb"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/wire"
	"github.com/pure-peace/peace/transport/api/v2/resource"
)

// frame is what becomes of an event. One that clients are not told of has no data.
type frame struct {
	name string
	chat bool // needs chat.start
	data []byte
	end  error // why the socket ends with it
}

// frame returns what becomes of an item in the outbox of a user.
func (h *Handler) frame(item state.Item, userID int32) frame {
	return h.memo.frame(item.ID, func() frame {
		f, err := h.encode(item.Data, userID)
		if err != nil {
			// Its module is newer than this program.
			h.deps.Log.Debug("skip an event", "error", err)
			return frame{}
		}
		return f
	})
}

func (h *Handler) encode(data []byte, userID int32) (frame, error) {
	event, err := wire.Unpack(data)
	if err != nil {
		return frame{}, err
	}
	switch m := event.(type) {
	case *chatpb.Said:
		e, err := chatpb.ToSaid(m)
		if err != nil {
			return frame{}, err
		}
		return h.message(e.Message)
	case *chatpb.Whispered:
		e, err := chatpb.ToWhispered(m)
		if err != nil {
			return frame{}, err
		}
		return h.message(e.Message)
	case *chatpb.Entered:
		e, err := chatpb.ToEntered(m)
		if err != nil {
			return frame{}, err
		}
		return h.channel("chat.channel.join", userID, e.Thread)
	case *chatpb.Exited:
		e, err := chatpb.ToExited(m)
		if err != nil {
			return frame{}, err
		}
		return h.channel("chat.channel.part", userID, e.Thread)
	case *chatpb.Parted:
		t := chat.Thread{ID: m.GetThreadId(), Channel: chat.Channel{ID: m.GetThreadId(), Name: m.GetChannel()}}
		return h.channel("chat.channel.part", userID, t)
	case *notificationspb.Notified:
		e, err := notificationspb.ToNotified(m)
		if err != nil {
			return frame{}, err
		}
		return encoded("new", false, resource.NotificationOf(e.Notification))
	case *notificationspb.Seen:
		e, err := notificationspb.ToSeen(m)
		if err != nil {
			return frame{}, err
		}
		return encoded("read", false, seenOf(e.IDs))
	case *sessionspb.Closed:
		return frame{end: endOf(sessions.Reason(m.GetReason()))}, nil
	case *sessionspb.Restarting:
		return frame{end: errStopping}, nil
	}
	return frame{}, nil
}

// endOf says what the end of a session means for its client.
func endOf(reason sessions.Reason) error {
	switch reason {
	case sessions.ReasonReplaced:
		return errReplaced
	case sessions.ReasonKicked, sessions.ReasonPassword, sessions.ReasonDeleted:
		return errLogout
	}
	return errStale
}

type said struct {
	Messages []resource.Message `json:"messages"`
	// Users has each sender exactly once: lazer's look-up fails when there are two or none.
	Users []*resource.Person `json:"users"`
}

// message is the frame of something that was said. Who said it is looked up, and when that fails is shown by what the message
// knows of him.
func (h *Handler) message(m chat.Message) (frame, error) {
	sender := h.persons(m.SenderID)[m.SenderID]
	if sender == nil {
		sender = h.deps.People.Gone(m.SenderID, m.SenderName)
	}
	return encoded("chat.message.new", true, said{
		Messages: []resource.Message{resource.MessageOf(m, nil)},
		Users:    []*resource.Person{sender},
	})
}

// channel is the frame of a thread that its user entered or left.
func (h *Handler) channel(name string, userID int32, t chat.Thread) (frame, error) {
	var other *resource.Person
	if t.OtherID != 0 {
		other = h.persons(t.OtherID)[t.OtherID]
	}
	return encoded(name, true, resource.ListedChannelOf(t, userID, other))
}

// persons looks users up. Its result may lack them.
func (h *Handler) persons(ids ...int32) map[int32]*resource.Person {
	ctx, cancel := context.WithTimeout(context.Background(), checkTimeout)
	defer cancel()
	found, err := h.deps.People.Persons(ctx, 0, ids)
	if err != nil {
		h.deps.Log.WarnContext(ctx, "who said something is not known", "error", err)
	}
	return found
}

type seen struct {
	Notifications []seenOne `json:"notifications"`
}

type seenOne struct {
	ID int64 `json:"id"`
}

func seenOf(ids []int64) seen {
	all := make([]seenOne, len(ids))
	for i, id := range ids {
		all[i].ID = id
	}
	return seen{all}
}

type envelope struct {
	Event string `json:"event"`
	Data  any    `json:"data,omitempty"` // an object
}

// encoded is the frame of an event.
func encoded(name string, chat bool, data any) (frame, error) {
	text, err := json.Marshal(envelope{name, data})
	if err != nil {
		return frame{}, err
	}
	return frame{name: name, chat: chat, data: ascii(text)}, nil
}

// bare is an event without data, which cannot fail.
func bare(name string) []byte { return []byte(`{"event":"` + name + `"}`) }

// ascii writes JSON so that every character is one byte: lazer reads pieces of 1024 bytes and decodes each by itself, which breaks
// a longer character that lies across a border.
func ascii(text []byte) []byte {
	wide := 0
	for _, b := range text {
		if b >= utf8.RuneSelf {
			wide++
		}
	}
	if wide == 0 {
		return text
	}
	out := make([]byte, 0, len(text)+4*wide)
	for i := 0; i < len(text); {
		if text[i] < utf8.RuneSelf {
			out = append(out, text[i])
			i++
			continue
		}
		// Outside of strings there is nothing but ASCII, so that an escape is right wherever a character is.
		r, n := utf8.DecodeRune(text[i:])
		i += n
		if high, low := utf16.EncodeRune(r); high != utf8.RuneError {
			out = escape(escape(out, high), low)
		} else {
			out = escape(out, r)
		}
	}
	return out
}

// escape appends a character of the basic plane, or half of another one.
func escape(b []byte, r rune) []byte {
	const digits = "0123456789abcdef"
	return append(b, '\\', 'u', digits[r>>12&15], digits[r>>8&15], digits[r>>4&15], digits[r&15])
}
