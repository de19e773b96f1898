package local

import (
	"context"
	"sync"
	"time"
)

// sizes remembers how many are in each channel, so that a burst of logins counts once. The zero value knows nothing.
type sizes struct {
	mu      sync.Mutex
	members map[string]int // by channel; replaced and never changed
	at      time.Time
}

// recent returns what was counted at most `age` ago, and counts when there is no such thing. Those who ask meanwhile wait.
func (s *sizes) recent(ctx context.Context, age time.Duration, count func(context.Context) (map[string]int, error)) (map[string]int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.members != nil && time.Since(s.at) <= age {
		return s.members, nil
	}
	return s.refresh(ctx, count)
}

// anew counts.
func (s *sizes) anew(ctx context.Context, count func(context.Context) (map[string]int, error)) (map[string]int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.refresh(ctx, count)
}

func (s *sizes) refresh(ctx context.Context, count func(context.Context) (map[string]int, error)) (map[string]int, error) {
	members, err := count(ctx)
	if err != nil {
		return nil, err
	}
	s.members, s.at = members, time.Now()
	return members, nil
}
