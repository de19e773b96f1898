package local

import (
	"context"
	"errors"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/pure-peace/peace/modules/chat"
	"github.com/pure-peace/peace/modules/chat/chatpb"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/state/view"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/modules/users/userspb"
)

const (
	// unjoined is how long a temporary channel may be empty before anybody joins it.
	unjoined = time.Minute

	// Old messages are deleted a batch at a time, so that the writers of the database never wait for long.
	expiryInterval = time.Hour
	expiryBatch    = 500
)

// followUsers takes users out of channels when they lose the privileges for them.
func (s *Service) followUsers(ctx context.Context) {
	begin := func(ctx context.Context) error {
		for _, channel := range s.directory.list() {
			if err := s.reviewChannel(ctx, channel); err != nil {
				return err
			}
		}
		return nil
	}
	view.Listen(ctx, s.deps.State, []string{users.Topic}, s.deps.Log, begin, func(ctx context.Context, notice state.Notice) error {
		var m userspb.Changed
		if err := proto.Unmarshal(notice.Payload, &m); err != nil {
			s.deps.Log.ErrorContext(ctx, "event of an account does not parse", "error", err)
			return nil
		}
		if m.GetSilenced() {
			s.silences.stale()
		}
		if !m.GetPrivileges() {
			return nil
		}
		u, err := s.user(ctx, m.GetUser().GetId())
		if errors.Is(err, users.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		return s.reviewUser(ctx, u)
	})
}

// resize tells members how many they are, and ends temporary channels that nobody is in. Of several processes the one that
// holds the lease does it; each of them counts, for those who log in through it.
func (s *Service) resize(ctx context.Context) {
	ticker := time.NewTicker(s.config.ResizeInterval)
	defer ticker.Stop()
	lease := &lease{records: s.deps.State, ttl: 3 * s.config.ResizeInterval}
	defer lease.release(context.WithoutCancel(ctx))
	census := newCensus()
	for {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
		members, err := s.sizes.anew(ctx, s.countAll)
		held := false
		if err == nil {
			held, err = lease.hold(ctx)
		}
		if err == nil && !held {
			census = newCensus() // another process knows better
			continue
		}
		if err == nil {
			err = s.takeCensus(ctx, census, members)
		}
		if err != nil && ctx.Err() == nil {
			s.deps.Log.WarnContext(ctx, "members of channels not counted", "error", err)
		}
	}
}

// census is what is remembered of channels between two counts.
type census struct {
	members map[string]int
	empty   map[string]time.Time // temporary channels that nobody has been in yet
}

func newCensus() *census { return &census{map[string]int{}, map[string]time.Time{}} }

// takeCensus compares the members of each channel with those of the last time.
func (s *Service) takeCensus(ctx context.Context, c *census, members map[string]int) error {
	now := time.Now()
	last := *c
	*c = *newCensus()
	for _, channel := range append(s.directory.list(), s.directory.temporary.All()...) {
		if _, counted := members[channel.Name]; !counted {
			continue // made since
		}
		channel.Members = members[channel.Name]
		c.members[channel.Name] = channel.Members
		before, known := last.members[channel.Name]
		if channel.Temporary && channel.Members == 0 {
			since, waiting := last.empty[channel.Name]
			if !waiting {
				since = now
			}
			if before > 0 || now.Sub(since) >= unjoined {
				// Those who entered it may be connecting again; the module that opened it closes it when they are gone.
				if populated, err := s.store.populated(ctx, channel.ID); err != nil {
					return err
				} else if populated {
					c.empty[channel.Name] = since
					continue
				}
				if err := s.directory.drop(ctx, channel.Name); err != nil {
					return err
				}
				if err := s.store.retire(ctx, channel.ID); err != nil {
					return err
				}
				continue
			}
			c.empty[channel.Name] = since
		}
		if known && before != channel.Members {
			if err := s.tellMembers(ctx, channel.Name, chatpb.FromResized(chat.Resized{Channel: channel})); err != nil {
				return err
			}
		}
	}
	return nil
}

// lease is the right to do what one process should do.
type lease struct {
	records state.Records
	ttl     time.Duration
	version uint64 // of the record while it is ours
}

const leaseSpace, leaseKey = "chat", "census"

// hold takes the lease or renews it, and reports whether it is ours. One that ran out while this process was held up, and that
// nobody else has taken, is taken again at once: what was remembered still holds.
func (l *lease) hold(ctx context.Context) (bool, error) {
	for {
		outcomes, err := l.records.Apply(ctx, []state.Change{{Put: &state.Put{
			Space: leaseSpace, Key: leaseKey, TTL: l.ttl, IfVersion: &l.version,
		}}})
		switch {
		case err == nil:
			l.version = outcomes[0].Version
			return true, nil
		case !errors.Is(err, state.ErrConflict):
			return false, err
		case l.version == 0:
			return false, nil
		}
		l.version = 0
	}
}

// release gives the lease up; when that fails it ends by itself.
func (l *lease) release(ctx context.Context) {
	if l.version == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	_, _ = l.records.Apply(ctx, []state.Change{{Delete: &state.Delete{Space: leaseSpace, Key: leaseKey, IfVersion: &l.version}}})
}

// expire deletes messages that are too old, and threads that nothing is left of.
func (s *Service) expire(ctx context.Context) {
	if s.config.RetentionDays == 0 {
		return
	}
	ticker := time.NewTicker(expiryInterval)
	defer ticker.Stop()
	for {
		limit := time.Now().UTC().AddDate(0, 0, -s.config.RetentionDays)
		for n := expiryBatch; n == expiryBatch; {
			var err error
			if n, err = s.store.deleteBefore(ctx, limit, expiryBatch); err != nil && ctx.Err() == nil {
				s.deps.Log.WarnContext(ctx, "old messages not deleted", "error", err)
			}
		}
		for n := expiryBatch; n == expiryBatch; {
			var err error
			if n, err = s.store.forget(ctx, expiryBatch); err != nil && ctx.Err() == nil {
				s.deps.Log.WarnContext(ctx, "threads of old channels not deleted", "error", err)
			}
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}
