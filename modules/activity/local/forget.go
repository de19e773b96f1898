package local

import (
	"context"
	"time"
)

const (
	forgetEvery = time.Hour
	forgetBatch = 500
)

// forget removes old events until ctx ends.
func (s *Service) forget(ctx context.Context) error {
	ticker := time.NewTicker(forgetEvery)
	defer ticker.Stop()
	for {
		if err := s.forgetOld(ctx); err != nil && ctx.Err() == nil {
			s.deps.Log.WarnContext(ctx, "old events were not removed", "error", err)
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// forgetOld removes what is too old, a little at a time.
func (s *Service) forgetOld(ctx context.Context) error {
	for {
		ids, err := s.store.oldest(ctx, now().Add(-s.config.Keep), forgetBatch)
		if err != nil || len(ids) == 0 {
			return err
		}
		if err := s.store.drop(ctx, ids); err != nil {
			return err
		}
	}
}
