package metadata

import (
	"context"
	"math"
	"sync"
	"time"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/state/view"
	"github.com/pure-peace/peace/osu/hubs"
	"github.com/pure-peace/peace/transport/signalr"
)

const (
	// maxUpdates is how many sets a client is told of at a time, as in the official library (ppy/osu-queue-processor).
	maxUpdates = 100

	// gathering is how long the first change waits for others, and lookAgain how often the log is read unasked: news of changes come
	// at most once, and the log has all.
	gathering = time.Second
	lookAgain = time.Minute
)

// getChangesSince returns which sets changed. The client asks until there is nothing; from then on it is told.
func (h *Hub) getChangesSince(ctx context.Context, c *signalr.Conn, after int32) (hubs.BeatmapUpdates, error) {
	if h.deps.Beatmaps == nil {
		return hubs.BeatmapUpdates{LastProcessedQueueID: after}, nil
	}
	if err := playerOf(c).pace(ctx, 1); err != nil {
		return hubs.BeatmapUpdates{}, err
	}
	return h.changes(ctx, int64(max(after, 0)))
}

// changes returns a page of the log. A client that comes from another server may be ahead of it, and is put right.
func (h *Hub) changes(ctx context.Context, after int64) (hubs.BeatmapUpdates, error) {
	list, latest, err := h.deps.Beatmaps.Changes(ctx, after, maxUpdates)
	if err != nil {
		return hubs.BeatmapUpdates{}, err
	}
	u := hubs.BeatmapUpdates{BeatmapSetIDs: make([]int32, len(list)), LastProcessedQueueID: queueID(min(after, latest))}
	for i, change := range list {
		u.BeatmapSetIDs[i] = change.SetID
		u.LastProcessedQueueID = queueID(change.Seq)
	}
	return u, nil
}

func queueID(seq int64) int32 { return int32(min(seq, math.MaxInt32)) }

// followLibrary tells all clients of sets that change, until ctx ends.
func (h *Hub) followLibrary(ctx context.Context) {
	changed := make(chan struct{}, 1)
	wake := func() {
		select {
		case changed <- struct{}{}:
		default:
		}
	}
	var listening sync.WaitGroup
	defer listening.Wait()
	listening.Go(func() {
		view.Listen(ctx, h.deps.State, []string{beatmaps.Topic}, h.deps.Log,
			func(context.Context) error { wake(); return nil },
			func(context.Context, state.Notice) error { wake(); return nil })
	})
	ticker := time.NewTicker(lookAgain)
	defer ticker.Stop()
	cursor := int64(-1)
	for {
		select {
		case <-changed:
			rest(ctx, gathering)
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
		var err error
		if cursor, err = h.announce(ctx, cursor); err != nil && ctx.Err() == nil {
			h.deps.Log.WarnContext(ctx, "clients are not told of changed beatmaps", "error", err)
		}
	}
}

// announce tells all clients of what changed behind the cursor, and returns where it got to. The first time nobody needs to be told.
func (h *Hub) announce(ctx context.Context, cursor int64) (int64, error) {
	if cursor < 0 {
		_, latest, err := h.deps.Beatmaps.Changes(ctx, math.MaxInt32, 1)
		if err != nil {
			return cursor, err
		}
		return latest, nil
	}
	for {
		updates, err := h.changes(ctx, cursor)
		if err != nil || len(updates.BeatmapSetIDs) == 0 {
			return cursor, err
		}
		h.Send(beatmapSetsUpdated.Of(updates))
		cursor = int64(updates.LastProcessedQueueID)
	}
}
