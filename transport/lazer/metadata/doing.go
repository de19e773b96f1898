package metadata

import (
	"context"
	"time"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/osu/hubs"
	"github.com/pure-peace/peace/transport/lazer/activity"
	"github.com/pure-peace/peace/transport/signalr"
)

// updateActivity changes what others see the user do.
func (h *Hub) updateActivity(ctx context.Context, c *signalr.Conn, doing hubs.UserActivity) error {
	p := playerOf(c)
	if doing == nil && p.doing == nil && len(p.current.Detail) == 0 {
		return nil
	}
	if err := p.pace(ctx, 1); err != nil {
		return err
	}
	next := activity.Status(doing, p.current)
	next.Busy = p.current.Busy
	if next.BeatmapID == p.current.BeatmapID {
		next.BeatmapMD5 = p.current.BeatmapMD5
	} else {
		next.BeatmapMD5 = h.checksum(ctx, next.BeatmapID)
	}
	if err := h.update(ctx, c, next, nil); err != nil {
		return err
	}
	p.doing = doing
	h.echo(c, p)
	return nil
}

// checksumTimeout bounds the wait for what only stable's players need: with it they can open the beatmap.
const checksumTimeout = 2 * time.Second

// checksum returns the MD5 of a beatmap, "" when it is not known.
func (h *Hub) checksum(ctx context.Context, beatmapID int32) string {
	if h.deps.Beatmaps == nil || beatmapID <= 0 {
		return ""
	}
	ctx, cancel := context.WithTimeout(ctx, checksumTimeout)
	defer cancel()
	found, err := h.deps.Beatmaps.Beatmaps(ctx, []beatmaps.Key{{ID: beatmapID}})
	if err != nil {
		h.deps.Log.WarnContext(ctx, "the beatmap of a status is not looked up", "beatmap", beatmapID, "error", err)
	}
	if len(found) != 1 {
		return ""
	}
	return found[0].Beatmap.MD5
}

// presence is what the client said of its user, as others see it.
func (p *player) presence() activity.Presence {
	if hides(p.status) {
		return activity.Presence{}
	}
	return activity.Presence{Status: &p.current}
}
