package local

import (
	"context"
	"slices"
	"sync"
	"testing"
	"testing/synctest"

	"google.golang.org/protobuf/proto"

	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/modules/spectator"
	"github.com/pure-peace/peace/modules/spectator/spectatorpb"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/modules/users/userspb"
	"github.com/pure-peace/peace/modules/wire"
)

// banned is accounts of which some are restricted.
type banned struct {
	mu  sync.Mutex
	ids []int32
}

func (b *banned) add(id int32) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ids = append(b.ids, id)
}

func (b *banned) Get(ctx context.Context, ids []int32) ([]users.User, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	list, err := everybody{}.Get(ctx, ids)
	for i := range list {
		list[i].Restricted = slices.Contains(b.ids, list[i].ID)
	}
	return list, err
}

// restrict restricts a player; said says whether that is heard.
func (s *scene) restrict(id int32, said bool) {
	s.Helper()
	s.banned.add(id)
	if said {
		m := userspb.FromChanged(users.Changed{User: users.User{ID: id, Restricted: true}, Restricted: true})
		payload, err := proto.Marshal(m)
		s.must(err)
		s.must(s.store.Publish(s.Context(), users.Topic, payload))
	}
	synctest.Wait()
}

// TestRestricted restricts players in the middle of a play, and of watching.
func TestRestricted(t *testing.T) {
	inTime(t, func(s *scene) {
		for id := range int32(6) {
			s.here[id] = sessions.Session{ID: "s" + decimal(id), Kind: sessions.Stable, User: users.User{ID: id}}
		}
		player := s.play(1)
		other := s.play(4)
		watch := func(user, target int32, format spectator.Format) {
			s.Helper()
			_, err := s.Watch(s.Context(), spectator.Watcher{UserID: user, Client: "s" + decimal(user), Format: format}, target)
			s.must(err)
		}
		watch(1, 4, spectator.Lazer)
		watch(2, 1, spectator.Stable)
		watch(3, 1, spectator.Lazer)
		watch(5, 4, spectator.Stable)
		wantSeen := func(when string, ids ...int32) {
			s.Helper()
			plays, err := s.Playing(s.Context(), []int32{1, 4})
			s.must(err)
			var got []int32
			for _, p := range plays {
				got = append(got, p.Player.UserID)
			}
			if !slices.Equal(got, ids) {
				s.Errorf("%s: %d are seen playing, want %d", when, got, ids)
			}
		}
		wantWatchers := func(when string, target int32, ids ...int32) {
			s.Helper()
			list, err := s.Watchers(s.Context(), target)
			s.must(err)
			var got []int32
			for _, w := range list {
				got = append(got, w.UserID)
			}
			if !slices.Equal(got, ids) {
				s.Errorf("%s: %d is watched by %d, want %d", when, target, got, ids)
			}
		}
		heard := listen(s, spectator.TopicOf(1))
		s.restrict(1, true)
		wantSeen("restricted", 4)
		wantWatchers("restricted", 1, 3)
		wantWatchers("restricted", 4, 5)
		s.must(s.Send(s.Context(), player, bundle(1))) // which is kept all the same
		synctest.Wait()
		if got := heard(); len(got) != 1 {
			s.Errorf("watchers hear %v", got)
		} else if m, ok := got[0].(*spectatorpb.Finished); !ok || m.GetPlay().GetState() != spectatorpb.State_STATE_QUIT {
			s.Errorf("watchers hear %v", got[0])
		}
		s.restrict(1, true) // again
		wantSeen("restricted again", 4)

		// Whoever was restricted while nobody listened is found when somebody does.
		s.restrict(4, false)
		wantSeen("unheard", 4)
		s.must(s.reviewAccounts(s.Context()))
		wantSeen("reviewed")
		s.must(s.End(s.Context(), player, spectator.Passed))
		s.must(s.End(s.Context(), other, spectator.Passed))
	})
}

// listen returns what was said on a topic so far.
func listen(s *scene, topic string) (heard func() []proto.Message) {
	var (
		mu  sync.Mutex
		all []proto.Message
	)
	ctx, cancel := context.WithCancel(s.Context())
	s.Cleanup(cancel)
	go func() {
		for n, err := range s.store.Subscribe(ctx, []string{topic}) {
			if err != nil {
				return
			}
			if m, err := wire.Unpack(n.Payload); err == nil && n.Topic != "" {
				mu.Lock()
				all = append(all, m)
				mu.Unlock()
			}
		}
	}()
	synctest.Wait()
	return func() []proto.Message {
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(all)
	}
}
