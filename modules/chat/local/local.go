// Package local is the chat, over SQL for what was said and state for who hears it.
//
// Membership is a tag on a session's record in state, so speaking in a channel is one append however many listen, and a
// session that ends leaves its channels by itself. The silence, restriction and privileges of who speaks are asked of users
// every time; nothing is decided by a copy.
//
// The files: say.go and whisper.go are the two ways to speak, room.go is joining, leaving and reading by name, threads.go and
// entering.go the same by number, channels.go what staff and modules do with channels, directory.go which there are; flood.go,
// text.go, away.go and silences.go are what their names say; upkeep.go is what happens by itself; store.go and memberships.go hold
// the SQL.
package local

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"github.com/uptrace/bun"
	"golang.org/x/sync/errgroup"

	"github.com/pure-peace/peace/modules/chat"
	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/relations"
	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/state/view"
	"github.com/pure-peace/peace/modules/users"
)

// Deps are the collaborators of the chat.
type Deps struct {
	DB        *database.DB
	State     state.Service
	Users     users.Service
	Relations relations.Service
	Sessions  sessions.Service
	Log       *slog.Logger
}

// Service implements chat.Service.
type Service struct {
	config    Config
	deps      Deps
	store     store
	directory *directory
	flood     *flood
	told      *told
	sizes     sizes
	silences  silences
}

var _ chat.Service = (*Service)(nil)

// New reads the channels, and makes those of the configuration when there are none.
func New(ctx context.Context, config Config, deps Deps) (*Service, error) {
	if err := config.Validate(); err != nil {
		return nil, fmt.Errorf("chat: %w", err)
	}
	s := &Service{
		config: config, deps: deps, store: store{deps.DB},
		flood: newFlood(config.Flood), told: newTold(),
	}
	if err := s.seed(ctx); err != nil {
		return nil, fmt.Errorf("chat: first channels: %w", err)
	}
	var err error
	s.directory, err = newDirectory(ctx, s.store, deps.State, deps.Log)
	return s, err
}

// seed fills an empty table.
func (s *Service) seed(ctx context.Context) error {
	return s.deps.DB.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		n, err := tx.NewSelect().Model((*channelRow)(nil)).Count(ctx)
		if err != nil || n > 0 {
			return err
		}
		var channels []chat.Channel
		for name, preset := range s.config.Channels {
			channels = append(channels, preset.channel(name))
		}
		return saveChannels(ctx, tx, channels, false)
	})
}

// Run keeps the list of channels current, takes users out of channels that they lost the right to, tells members how many
// they are, and deletes what is too old, until ctx ends.
func (s *Service) Run(ctx context.Context) error {
	var g errgroup.Group
	for _, task := range []func(context.Context){s.followChannels, s.followUsers, s.resize, s.expire} {
		g.Go(func() error {
			task(ctx)
			return nil
		})
	}
	g.Go(func() error {
		for range s.directory.temporary.Follow(ctx) {
			// The view is all that is wanted.
		}
		return nil
	})
	return g.Wait()
}

func (s *Service) followChannels(ctx context.Context) {
	view.Listen(ctx, s.deps.State, []string{channelsTopic}, s.deps.Log, s.directory.reload,
		func(ctx context.Context, _ state.Notice) error { return s.directory.reload(ctx) })
}

// user returns an account. users.ErrNotFound.
func (s *Service) user(ctx context.Context, id int32) (users.User, error) {
	found, err := s.deps.Users.Get(ctx, []int32{id})
	if err != nil {
		return users.User{}, err
	}
	if len(found) == 0 {
		return users.User{}, users.ErrNotFound
	}
	return found[0], nil
}

// count returns how many sessions are in each channel.
func (s *Service) count(ctx context.Context, channels []chat.Channel) ([]int, error) {
	tags := make([]string, len(channels))
	for i, c := range channels {
		tags[i] = sessions.ChannelTag(c.Name)
	}
	all := make([]int, 0, len(tags))
	for part := range slices.Chunk(tags, state.MaxTags) {
		counts, err := s.deps.State.Count(ctx, sessions.Space, part)
		if err != nil {
			return nil, err
		}
		all = append(all, counts...)
	}
	return all, nil
}

// countAll returns how many sessions are in each of all channels.
func (s *Service) countAll(ctx context.Context) (map[string]int, error) {
	channels := append(s.directory.list(), s.directory.temporary.All()...)
	counts, err := s.count(ctx, channels)
	if err != nil {
		return nil, err
	}
	members := make(map[string]int, len(channels))
	for i, c := range channels {
		members[c.Name] = counts[i]
	}
	return members, nil
}

// sized returns a channel with its members counted.
func (s *Service) sized(ctx context.Context, c chat.Channel) (chat.Channel, error) {
	counts, err := s.count(ctx, []chat.Channel{c})
	if err != nil {
		return chat.Channel{}, err
	}
	c.Members = counts[0]
	return c, nil
}

// channelsOf returns the channels that a session's record is in.
func channelsOf(record state.Record) []string {
	prefix := sessions.ChannelTag("")
	var names []string
	for _, tag := range record.Tags {
		if name, ok := strings.CutPrefix(tag, prefix); ok {
			names = append(names, name)
		}
	}
	return names
}

func member(record state.Record, channel string) bool {
	_, found := slices.BinarySearch(record.Tags, sessions.ChannelTag(channel))
	return found
}
