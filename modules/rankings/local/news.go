package local

import (
	"context"
	"maps"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/pure-peace/peace/modules/fault"
	"github.com/pure-peace/peace/modules/rankings"
	"github.com/pure-peace/peace/modules/sessions"
)

const (
	// maxNews bounds the players who wait to be told. Those beyond see their figures when they do something.
	maxNews = 20_000
	// newsCalls is how many sessions are updated at once.
	newsCalls = 4
)

// news are players whose figures changed and who were not told yet. Telling is not part of counting: it waits for sessions, and
// of several changes only the last one matters.
type news struct {
	mu      sync.Mutex
	waiting map[int32]bool
	some    chan struct{}
}

func newNews() news { return news{waiting: make(map[int32]bool), some: make(chan struct{}, 1)} }

func (n *news) add(users ...int32) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, id := range users {
		if len(n.waiting) < maxNews {
			n.waiting[id] = true
		}
	}
	if len(n.waiting) > 0 {
		select {
		case n.some <- struct{}{}:
		default:
		}
	}
}

// take returns those who wait, at most as many as one asks sessions about.
func (n *news) take() []int32 {
	n.mu.Lock()
	defer n.mu.Unlock()
	users := slices.Sorted(maps.Keys(n.waiting))
	users = users[:min(len(users), sessions.MaxBatch)]
	for _, id := range users {
		delete(n.waiting, id)
	}
	return users
}

// tell gives the sessions of those who wait their figures, until nobody waits.
func (s *Service) tell(ctx context.Context) {
	for {
		users := s.news.take()
		if len(users) == 0 {
			return
		}
		if err := s.tellUsers(ctx, users); err != nil && ctx.Err() == nil {
			s.log.WarnContext(ctx, "players were not told of their statistics", "error", err)
		}
	}
}

func (s *Service) tellUsers(ctx context.Context, users []int32) error {
	online, err := s.sessions.Of(ctx, users)
	if err != nil {
		return err
	}
	shown := make(map[rankings.Board][]sessions.Session)
	for _, one := range online {
		if one.Kind != sessions.IRC && one.Kind != sessions.Bot { // these show no figures
			board := rankings.BoardOf(one.Status)
			shown[board] = append(shown[board], one)
		}
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(newsCalls)
	for board, list := range shown {
		for part := range slices.Chunk(list, rankings.MaxBatch) {
			ids := make([]int32, len(part))
			for i, one := range part {
				ids[i] = one.User.ID
			}
			figures, err := s.Statistics(ctx, ids, board)
			if err != nil {
				return err
			}
			for i, one := range part {
				stats := figures[i].Stats()
				if one.Stats == stats {
					continue
				}
				group.Go(func() error {
					now, err := s.sessions.Update(ctx, one.ID, sessions.Update{Stats: &stats})
					switch {
					case fault.KindOf(err) == fault.NotFound: // he has left
						return nil
					case err == nil && rankings.BoardOf(now.Status) != board: // he went elsewhere meanwhile
						s.news.add(one.User.ID)
					}
					return err
				})
			}
		}
	}
	return group.Wait()
}
