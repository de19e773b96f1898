package local

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/uptrace/bun"
	"google.golang.org/protobuf/proto"

	"github.com/pure-peace/peace/modules/chat"
	"github.com/pure-peace/peace/modules/chat/chatpb"
	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/modules/wire"
)

// Open implements chat.Service.
func (s *Service) Open(ctx context.Context, channel chat.Channel) (chat.Channel, error) {
	channel.ID, channel.Members = 0, 0
	if !acceptable(channel) {
		return chat.Channel{}, chat.ErrBadChannel
	}
	old, err := s.directory.find(ctx, channel.Name)
	exists := err == nil
	if err != nil && !errors.Is(err, chat.ErrNoChannel) {
		return chat.Channel{}, err
	}
	if exists && old.Temporary != channel.Temporary {
		return chat.Channel{}, chat.ErrBadChannel
	}
	if channel.Temporary {
		if channel.ID, err = s.store.number(ctx, channel.Name); err == nil {
			err = s.directory.put(ctx, channel)
		}
	} else {
		err = s.deps.DB.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
			return saveChannels(ctx, tx, []chat.Channel{channel}, true)
		})
		if err == nil {
			err = s.directory.changed(ctx)
		}
		if err == nil {
			channel, err = s.directory.find(ctx, channel.Name)
		}
	}
	if err != nil {
		return chat.Channel{}, err
	}
	if exists && old.Read != channel.Read {
		if err := s.reviewChannel(ctx, channel); err != nil {
			return chat.Channel{}, err
		}
	}
	channel, err = s.sized(ctx, channel)
	if err != nil {
		return chat.Channel{}, err
	}
	if exists && old.Topic != channel.Topic {
		err = s.tellMembers(ctx, channel.Name, chatpb.FromResized(chat.Resized{Channel: channel}))
	}
	return channel, err
}

// Close implements chat.Service.
func (s *Service) Close(ctx context.Context, name string) error {
	channel, err := s.directory.find(ctx, name)
	if errors.Is(err, chat.ErrNoChannel) {
		return nil
	}
	if err != nil {
		return err
	}
	if channel.Temporary {
		if err = s.directory.drop(ctx, name); err == nil {
			err = s.store.retire(ctx, channel.ID)
		}
	} else if err = s.store.deleteChannel(ctx, name); err == nil {
		if err = s.directory.changed(ctx); err == nil {
			err = s.store.disband(ctx, channel.ID)
		}
	}
	if err != nil {
		return err
	}
	return s.empty(ctx, channel)
}

// empty takes everybody out of a channel.
func (s *Service) empty(ctx context.Context, channel chat.Channel) error {
	tag := sessions.ChannelTag(channel.Name)
	for {
		records, err := s.deps.State.List(ctx, sessions.Space, tag, "", state.MaxChanges/2)
		if err != nil || len(records) == 0 {
			return err
		}
		if err := s.part(ctx, channel, records); err != nil {
			return err
		}
	}
}

// part takes sessions out of a channel, at most state.MaxChanges/2 of them, and tells them.
func (s *Service) part(ctx context.Context, channel chat.Channel, records []state.Record) error {
	item := wire.Pack(chatpb.FromParted(chat.Parted{Channel: channel.Name, ThreadID: channel.ID}))
	changes := make([]state.Change, 0, 2*len(records))
	for _, r := range records {
		changes = append(changes,
			state.Change{Tag: &state.Tag{Space: sessions.Space, Key: r.Key, Remove: []string{sessions.ChannelTag(channel.Name)}}},
			state.Change{Append: &state.Append{Space: sessions.Space, Keys: []string{r.Key}, Item: item}})
	}
	_, err := s.deps.State.Apply(ctx, changes)
	return err
}

// Find implements chat.Service.
func (s *Service) Find(ctx context.Context, name string) (chat.Channel, error) {
	channel, err := s.directory.find(ctx, name)
	if err != nil {
		return chat.Channel{}, err
	}
	return s.sized(ctx, channel)
}

// Members implements chat.Service.
func (s *Service) Members(ctx context.Context, name string) ([]int32, error) {
	if _, err := s.directory.find(ctx, name); err != nil {
		return nil, err
	}
	found := map[int32]bool{}
	var ids []int32
	for records, err := range s.inChannel(ctx, name) {
		if err != nil {
			return nil, err
		}
		for _, r := range records {
			if id := owner(r); !found[id] {
				found[id] = true
				ids = append(ids, id)
			}
		}
		if len(ids) >= chat.MaxPage {
			break
		}
	}
	slices.Sort(ids)
	return ids[:min(len(ids), chat.MaxPage)], nil
}

// inChannel yields the records of the sessions in a channel, page by page.
func (s *Service) inChannel(ctx context.Context, name string) func(yield func([]state.Record, error) bool) {
	return func(yield func([]state.Record, error) bool) {
		for after := ""; ; {
			records, err := s.deps.State.List(ctx, sessions.Space, sessions.ChannelTag(name), after, state.MaxPage)
			if err != nil {
				yield(nil, err)
				return
			}
			if len(records) > 0 && !yield(records, nil) || len(records) < state.MaxPage {
				return
			}
			after = records[len(records)-1].Key
		}
	}
}

// owner returns the user of a session's record, which is in its tags.
func owner(record state.Record) int32 {
	prefix := strings.TrimSuffix(sessions.UserTag(0), "0")
	for _, tag := range record.Tags {
		if digits, ok := strings.CutPrefix(tag, prefix); ok {
			id, _ := strconv.ParseInt(digits, 10, 32) // our own tag
			return int32(id)
		}
	}
	return 0
}

// reviewChannel takes those out of a channel who may not read it.
func (s *Service) reviewChannel(ctx context.Context, channel chat.Channel) error {
	if channel.Read == 0 {
		return nil
	}
	for records, err := range s.inChannel(ctx, channel.Name) {
		if err != nil {
			return err
		}
		ids := make([]int32, len(records))
		for i, r := range records {
			ids[i] = owner(r)
		}
		slices.Sort(ids)
		accounts, err := s.deps.Users.Get(ctx, slices.Compact(ids))
		if err != nil {
			return err
		}
		allowed := map[int32]bool{}
		for _, u := range accounts {
			allowed[u.ID] = readable(channel, u)
		}
		records = slices.DeleteFunc(records, func(r state.Record) bool { return allowed[owner(r)] })
		for some := range slices.Chunk(records, state.MaxChanges/2) {
			if err := s.part(ctx, channel, some); err != nil {
				return err
			}
		}
	}
	return nil
}

// reviewUser takes a user out of the channels that he may not read.
func (s *Service) reviewUser(ctx context.Context, u users.User) error {
	records, err := s.deps.State.List(ctx, sessions.Space, sessions.UserTag(u.ID), "", state.MaxPage)
	if err != nil {
		return err
	}
	for _, r := range records {
		for _, name := range channelsOf(r) {
			channel, err := s.directory.find(ctx, name)
			if err == nil && readable(channel, u) {
				continue
			}
			if err != nil && !errors.Is(err, chat.ErrNoChannel) {
				return err
			}
			channel.Name = name
			if err := s.part(ctx, channel, []state.Record{r}); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Service) tellMembers(ctx context.Context, name string, news proto.Message) error {
	_, err := s.deps.State.Append(ctx, state.Append{
		Space: sessions.Space,
		Tags:  []string{sessions.ChannelTag(name)},
		Item:  wire.Pack(news),
	})
	return err
}
