package talk

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/pure-peace/peace/modules/chat"
	v2 "github.com/pure-peace/peace/transport/api/v2"
	"github.com/pure-peace/peace/transport/api/v2/resource"
)

// maxForm bounds the forms of chat; a message has at most chat.MaxText bytes.
const maxForm = 64 << 10

// maxMessages bounds the messages of an answer.
const maxMessages = 50

// list answers GET chat/channels: the channels that one could join.
func (a *Area) list(ctx context.Context, r *v2.Request) (any, error) {
	threads, err := a.deps.Chat.Public(ctx, r.UserID())
	if err != nil {
		return nil, err
	}
	all := make([]resource.Channel, len(threads))
	for i, t := range threads {
		all[i] = resource.ChannelOf(t, nil)
	}
	return all, nil
}

// presence answers GET chat/presence: what one is in.
func (a *Area) presence(ctx context.Context, r *v2.Request) (any, error) {
	return a.listed(ctx, r.UserID())
}

func (a *Area) listed(ctx context.Context, userID int32) ([]resource.Channel, error) {
	threads, err := a.deps.Chat.Threads(ctx, userID)
	if err != nil {
		return nil, err
	}
	others, err := a.others(ctx, userID, threads)
	if err != nil {
		return nil, err
	}
	all := make([]resource.Channel, len(threads))
	for i, t := range threads {
		all[i] = resource.ListedChannelOf(t, userID, others[t.OtherID])
	}
	return all, nil
}

// others loads the other sides of conversations.
func (a *Area) others(ctx context.Context, userID int32, threads []chat.Thread) (map[int32]*resource.Person, error) {
	var ids []int32
	for _, t := range threads {
		if t.OtherID != 0 {
			ids = append(ids, t.OtherID)
		}
	}
	if len(ids) == 0 {
		return nil, nil //nolint:nilnil // nobody, and a nil map can be read
	}
	return a.deps.People.Persons(ctx, userID, ids)
}

// listedOne shows one thread as its user's list does.
func (a *Area) listedOne(ctx context.Context, userID int32, t chat.Thread) (resource.Channel, error) {
	others, err := a.others(ctx, userID, []chat.Thread{t})
	return resource.ListedChannelOf(t, userID, others[t.OtherID]), err
}

type shown struct {
	Channel resource.Channel `json:"channel"`
	Users   []*resource.User `json:"users"` // of a conversation
}

// show answers GET chat/channels/{channel}, to those who are in it.
func (a *Area) show(ctx context.Context, r *v2.Request) (any, error) {
	t, err := a.thread(ctx, r)
	if err != nil {
		return nil, err
	}
	if t.OtherID == 0 && !t.Entered {
		return nil, v2.NotFound("channel")
	}
	answer := shown{Users: []*resource.User{}}
	if answer.Channel, err = a.listedOne(ctx, r.UserID(), t); err != nil || t.OtherID == 0 {
		return answer, err
	}
	found, err := a.deps.People.Compact(ctx, r.UserID(), answer.Channel.Users)
	if err != nil {
		return nil, err
	}
	for _, id := range slices.Compact(slices.Clone(answer.Channel.Users)) {
		if u := found[id]; u != nil {
			answer.Users = append(answer.Users, u)
		}
	}
	return answer, nil
}

// thread returns the thread that the path names.
func (a *Area) thread(ctx context.Context, r *v2.Request) (chat.Thread, error) {
	id, err := r.LongID("channel")
	if err != nil {
		return chat.Thread{}, err
	}
	t, err := a.deps.Chat.Thread(ctx, r.UserID(), id)
	return t, explain(err)
}

// himself reports a path that names another user.
func himself(r *v2.Request) error {
	id, err := r.ID("user")
	if err != nil {
		return err
	}
	if id != r.UserID() {
		return v2.Refuse(http.StatusForbidden, "You can do that for yourself only.")
	}
	return nil
}

// join answers PUT chat/channels/{channel}/users/{user}. Temporary channels are entered by what they belong to.
func (a *Area) join(ctx context.Context, r *v2.Request) (any, error) {
	if err := himself(r); err != nil {
		return nil, err
	}
	t, err := a.thread(ctx, r)
	if err != nil {
		return nil, err
	}
	if t, err = a.deps.Chat.Enter(ctx, r.UserID(), t.ID); err != nil {
		return nil, explain(err)
	}
	return a.listedOne(ctx, r.UserID(), t)
}

// part answers DELETE chat/channels/{channel}/users/{user}.
func (a *Area) part(ctx context.Context, r *v2.Request) (any, error) {
	if err := himself(r); err != nil {
		return nil, err
	}
	id, err := r.LongID("channel")
	if err != nil {
		return nil, err
	}
	return nil, a.deps.Chat.Leave(ctx, r.UserID(), id)
}

// create answers POST chat/channels, which opens a conversation. One in which nothing was said has no id yet: its first message goes
// to chat/new.
func (a *Area) create(ctx context.Context, r *v2.Request) (any, error) {
	form, err := r.Form(maxForm)
	if err != nil {
		return nil, err
	}
	if form.Get("type") != resource.PrivateMessages {
		return nil, v2.Refuse(http.StatusUnprocessableEntity, "Only conversations (type PM) can be opened.")
	}
	target, err := target(form)
	if err != nil {
		return nil, err
	}
	t, err := a.deps.Chat.Converse(ctx, r.UserID(), target)
	if err != nil {
		return nil, explain(err)
	}
	channel, err := a.listedOne(ctx, r.UserID(), t)
	if err != nil {
		return nil, err
	}
	recent := []resource.Message{}
	if t.ID != 0 {
		said, err := a.deps.Chat.Messages(ctx, r.UserID(), t.ID, chat.Part{Limit: maxMessages})
		if err != nil {
			return nil, explain(err)
		}
		if recent, err = a.deps.People.Messages(ctx, r.UserID(), said); err != nil {
			return nil, err
		}
	}
	channel.RecentMessages = &recent
	return channel, nil
}

// target reads target_id.
func target(form url.Values) (int32, error) {
	id, err := strconv.ParseInt(form.Get("target_id"), 10, 32)
	if err != nil || id <= 0 {
		return 0, explain(chat.ErrNoRecipient)
	}
	return int32(id), nil
}
