package local

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"sync/atomic"

	"google.golang.org/protobuf/proto"

	"github.com/pure-peace/peace/modules/chat"
	"github.com/pure-peace/peace/modules/chat/chatpb"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/state/view"
	"github.com/pure-peace/peace/modules/users"
)

// space holds the records of temporary channels; the topic tells the processes of chat that stored channels changed.
const (
	space         = "channels"
	channelsTopic = "chat.channels"
)

// directory knows the channels: stored ones from the database, temporary ones from state. Finding one costs no call.
type directory struct {
	store     store
	state     state.Service
	reading   sync.Mutex // held while stored is read, so that an older reading never takes the place of a newer one
	stored    atomic.Pointer[map[string]chat.Channel]
	temporary *view.View[chat.Channel]
}

func newDirectory(ctx context.Context, s store, from state.Service, log *slog.Logger) (*directory, error) {
	d := &directory{store: s, state: from}
	d.temporary = view.New(from, view.Config[chat.Channel]{
		Space: space,
		Decode: func(record state.Record) (chat.Channel, bool) {
			channel, err := decode(record)
			if err != nil {
				log.Error("channel record does not parse", "channel", record.Key, "error", err)
			}
			return channel, err == nil
		},
		Log: log,
	})
	return d, d.reload(ctx)
}

func decode(record state.Record) (chat.Channel, error) {
	var m chatpb.Channel
	if err := proto.Unmarshal(record.Value, &m); err != nil {
		return chat.Channel{}, err
	}
	return chatpb.ToChannel(&m)
}

// reload reads the stored channels.
func (d *directory) reload(ctx context.Context) error {
	d.reading.Lock()
	defer d.reading.Unlock()
	channels, err := d.store.channels(ctx)
	if err != nil {
		return fmt.Errorf("chat: read channels: %w", err)
	}
	d.stored.Store(&channels)
	return nil
}

// changed reloads the stored channels here and in the other processes.
func (d *directory) changed(ctx context.Context) error {
	if err := d.reload(ctx); err != nil {
		return err
	}
	return d.state.Publish(ctx, channelsTopic, nil)
}

// list returns the stored channels, by name.
func (d *directory) list() []chat.Channel {
	channels := *d.stored.Load()
	all := make([]chat.Channel, 0, len(channels))
	for _, name := range slices.Sorted(maps.Keys(channels)) {
		all = append(all, channels[name])
	}
	return all
}

// find returns a channel, its members not counted. ErrNoChannel.
func (d *directory) find(ctx context.Context, name string) (chat.Channel, error) {
	if !channelName.MatchString(name) {
		return chat.Channel{}, chat.ErrNoChannel
	}
	if c, ok := (*d.stored.Load())[name]; ok {
		return c, nil
	}
	if c, _, ok := d.temporary.Get(name); ok {
		return d.numbered(ctx, c)
	}
	// It may have been opened elsewhere a moment ago.
	records, err := d.state.Get(ctx, space, []string{name})
	if err != nil {
		return chat.Channel{}, err
	}
	if len(records) == 0 {
		d.temporary.Forget(name)
		return chat.Channel{}, chat.ErrNoChannel
	}
	c, err := decode(records[0])
	if err != nil {
		return chat.Channel{}, err
	}
	d.temporary.Put(name, records[0].Version, c)
	return d.numbered(ctx, c)
}

// numbered returns a temporary channel with its number, which those lack that an earlier version of this program opened.
func (d *directory) numbered(ctx context.Context, c chat.Channel) (chat.Channel, error) {
	if c.ID != 0 {
		return c, nil
	}
	var err error
	if c.ID, err = d.store.number(ctx, c.Name); err != nil {
		return chat.Channel{}, err
	}
	return c, d.put(ctx, c)
}

// put makes or changes a temporary channel.
func (d *directory) put(ctx context.Context, c chat.Channel) error {
	value, err := proto.Marshal(chatpb.FromChannel(c))
	if err != nil {
		return err
	}
	outcomes, err := d.state.Apply(ctx, []state.Change{{Put: &state.Put{Space: space, Key: c.Name, Value: value}}})
	if err == nil {
		d.temporary.Put(c.Name, outcomes[0].Version, c)
	}
	return err
}

// drop ends a temporary channel.
func (d *directory) drop(ctx context.Context, name string) error {
	outcomes, err := d.state.Apply(ctx, []state.Change{{Delete: &state.Delete{Space: space, Key: name}}})
	if err == nil {
		d.temporary.Remove(name, outcomes[0].Version)
	}
	return err
}

// readable reports whether a user may read and join a channel; writable, whether he may write in it.
func readable(c chat.Channel, u users.User) bool { return allowed(c.Read, u) }
func writable(c chat.Channel, u users.User) bool { return allowed(c.Write, u) }

func allowed(any users.Privileges, u users.User) bool {
	return any == 0 || u.Bot || u.Privileges.HasAny(any|users.Developer)
}
