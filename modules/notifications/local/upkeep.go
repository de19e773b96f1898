package local

import (
	"context"
	"time"
)

// Old notifications are deleted a batch at a time, so that the writers of the database never wait for long.
const (
	expiryInterval = time.Hour
	expiryBatch    = 500
)

// expire deletes notifications that are too old, until ctx ends.
func (s *Service) expire(ctx context.Context) {
	ticker := time.NewTicker(expiryInterval)
	defer ticker.Stop()
	for {
		now := time.Now().UTC()
		for _, pass := range []struct {
			days int
			read bool
		}{{s.config.KeepRead, true}, {s.config.KeepUnread, false}} {
			for n := expiryBatch; n == expiryBatch && ctx.Err() == nil; {
				var err error
				n, err = s.store.deleteBefore(ctx, now.AddDate(0, 0, -pass.days), pass.read, expiryBatch)
				if err != nil && ctx.Err() == nil {
					s.deps.Log.WarnContext(ctx, "old notifications not deleted", "error", err)
				}
			}
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}
