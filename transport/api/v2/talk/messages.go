package talk

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/pure-peace/peace/modules/chat"
	v2 "github.com/pure-peace/peace/transport/api/v2"
	"github.com/pure-peace/peace/transport/api/v2/resource"
)

// number reads an id of a query or a form; absent is 0, and so is what is negative. What is no number is a 422.
func number(name, text string) (int64, error) {
	if text == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, v2.Refuse(http.StatusUnprocessableEntity, name+" must be a number")
	}
	return max(n, 0), nil
}

type messagesAndUsers struct {
	Messages []resource.Message `json:"messages"`
	Users    []*resource.Person `json:"users"` // each sender once
}

// messages answers GET chat/channels/{channel}/messages, by id.
func (a *Area) messages(ctx context.Context, r *v2.Request) (any, error) {
	id, err := r.LongID("channel")
	if err != nil {
		return nil, err
	}
	part := chat.Part{}
	if part.Limit, err = r.Number("limit", maxMessages, 1, maxMessages); err != nil {
		return nil, err
	}
	if part.After, err = number("since", r.Text("since")); err != nil {
		return nil, err
	}
	if part.Before, err = number("until", r.Text("until")); err != nil {
		return nil, err
	}
	said, err := a.deps.Chat.Messages(ctx, r.UserID(), id, part)
	if err != nil {
		return nil, explain(err)
	}
	all, err := a.deps.People.Messages(ctx, r.UserID(), said)
	if err != nil || !r.Flag("return_object") {
		return all, err
	}
	answer := messagesAndUsers{Messages: all, Users: []*resource.Person{}}
	for i := range all {
		sender := all[i].Sender
		if !slices.ContainsFunc(answer.Users, func(u *resource.Person) bool { return u.ID == sender.ID }) {
			answer.Users = append(answer.Users, sender)
		}
		all[i].Sender = nil
	}
	return answer, nil
}

// line reads what is to be said.
func line(r *v2.Request) (chat.Line, url.Values, error) {
	form, err := r.Form(maxForm)
	if err != nil {
		return chat.Line{}, nil, err
	}
	action := form.Get("is_action")
	return chat.Line{
		SenderID: r.UserID(), Text: form.Get("message"), Action: action == "1" || strings.EqualFold(action, "true"),
		UUID: form.Get("uuid"), Whole: true,
	}, form, nil
}

// post answers POST chat/channels/{channel}/messages.
func (a *Area) post(ctx context.Context, r *v2.Request) (any, error) {
	line, _, err := line(r)
	if err != nil {
		return nil, err
	}
	if line.ThreadID, err = r.LongID("channel"); err != nil {
		return nil, err
	}
	said, err := a.deps.Chat.Speak(ctx, line)
	if err != nil {
		return nil, explain(err)
	}
	return a.message(ctx, r.UserID(), said)
}

func (a *Area) message(ctx context.Context, viewer int32, said chat.Message) (resource.Message, error) {
	all, err := a.deps.People.Messages(ctx, viewer, []chat.Message{said})
	if err != nil {
		return resource.Message{}, err
	}
	return all[0], nil
}

type begun struct {
	Channel      resource.Channel `json:"channel"`
	Message      resource.Message `json:"message"`
	NewChannelID int64            `json:"new_channel_id"`
}

// begin answers POST chat/new, the first message of a conversation.
func (a *Area) begin(ctx context.Context, r *v2.Request) (any, error) {
	line, form, err := line(r)
	if err != nil {
		return nil, err
	}
	if line.RecipientID, err = target(form); err != nil {
		return nil, err
	}
	if line.RecipientID == r.UserID() {
		return nil, chat.ErrYourself
	}
	whisper, err := a.deps.Chat.Whisper(ctx, line)
	if err != nil {
		return nil, explain(err)
	}
	answer := begun{NewChannelID: whisper.Message.ThreadID}
	if answer.Message, err = a.message(ctx, r.UserID(), whisper.Message); err != nil {
		return nil, err
	}
	t, err := a.deps.Chat.Thread(ctx, r.UserID(), whisper.Message.ThreadID)
	if err != nil {
		return nil, explain(err)
	}
	answer.Channel, err = a.listedOne(ctx, r.UserID(), t)
	return answer, err
}

// markAsRead answers PUT chat/channels/{channel}/mark-as-read/{message}.
func (a *Area) markAsRead(ctx context.Context, r *v2.Request) (any, error) {
	id, err := r.LongID("channel")
	if err != nil {
		return nil, err
	}
	message, err := r.LongID("message")
	if err != nil {
		return nil, err
	}
	return nil, explain(a.deps.Chat.See(ctx, r.UserID(), id, message))
}

type silence struct {
	ID     int64 `json:"id"`
	UserID int32 `json:"user_id"`
}

// silences returns who was silenced after a silence or, without one, after a message.
func (a *Area) silences(ctx context.Context, after, message int64) ([]silence, error) {
	found, err := a.deps.Chat.Silences(ctx, after, message)
	if err != nil {
		return nil, err
	}
	all := make([]silence, len(found))
	for i, s := range found {
		all[i] = silence(s)
	}
	return all, nil
}

type acknowledged struct {
	Silences []silence `json:"silences"`
}

// ack answers POST chat/ack. Who is online is told by sockets, so that all it does is to tell of silences.
func (a *Area) ack(ctx context.Context, r *v2.Request) (any, error) {
	form, err := r.Form(maxForm)
	if err != nil {
		return nil, err
	}
	after, err := number("history_since", form.Get("history_since"))
	if err != nil {
		return nil, err
	}
	message, err := number("since", form.Get("since"))
	if err != nil {
		return nil, err
	}
	found, err := a.silences(ctx, after, message)
	return acknowledged{found}, err
}

// news are the parts of GET chat/updates that were asked for.
type news struct {
	Presence *[]resource.Channel `json:"presence,omitempty"`
	Silences *[]silence          `json:"silences,omitempty"`
	Messages *[]resource.Message `json:"messages,omitempty"`
}

// The parts of updates.
const (
	withPresence = "presence"
	withSilences = "silences"
	withMessages = "messages"
)

// updates answers GET chat/updates. Messages are those after since, of one channel or all; since 0, which is how lazer begins, is a
// client that knows nothing and reads each channel by itself, so it gets none.
func (a *Area) updates(ctx context.Context, r *v2.Request) (any, error) {
	if r.Text("since") == "" {
		return nil, v2.Refuse(http.StatusUnprocessableEntity, "since is missing")
	}
	since, err := number("since", r.Text("since"))
	if err != nil {
		return nil, err
	}
	after, err := number("history_since", r.Text("history_since"))
	if err != nil {
		return nil, err
	}
	includes, err := r.Texts("includes", 8)
	if err != nil {
		return nil, err
	}
	wants := func(part string) bool { return len(includes) == 0 || slices.Contains(includes, part) }
	var answer news
	if wants(withPresence) {
		found, err := a.listed(ctx, r.UserID())
		if err != nil {
			return nil, err
		}
		answer.Presence = &found
	}
	if wants(withSilences) {
		found, err := a.silences(ctx, after, since)
		if err != nil {
			return nil, err
		}
		answer.Silences = &found
	}
	if wants(withMessages) {
		found, err := a.said(ctx, r, since)
		if err != nil {
			return nil, err
		}
		answer.Messages = &found
	}
	return answer, nil
}

// said returns messages after an id.
func (a *Area) said(ctx context.Context, r *v2.Request, since int64) ([]resource.Message, error) {
	if since == 0 {
		return []resource.Message{}, nil
	}
	channel, err := number("channel", r.Text("channel"))
	if err != nil {
		return nil, err
	}
	var said []chat.Message
	if channel != 0 {
		said, err = a.deps.Chat.Messages(ctx, r.UserID(), channel, chat.Part{After: since, Limit: maxMessages})
	} else {
		said, err = a.deps.Chat.Updates(ctx, r.UserID(), since, maxMessages)
	}
	if err != nil {
		return nil, explain(err)
	}
	return a.deps.People.Messages(ctx, r.UserID(), said)
}
