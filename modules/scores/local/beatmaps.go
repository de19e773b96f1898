package local

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/beatmaps/beatmapspb"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/state/view"
	"github.com/pure-peace/peace/modules/wire"
)

// pushCounts tells the beatmaps module how often beatmaps are played.
func (s *Service) pushCounts(ctx context.Context) {
	every(ctx, s.cfg.Counts, nil, func() {
		if err := s.pushSome(ctx); err != nil && ctx.Err() == nil {
			s.log.WarnContext(ctx, "the plays of beatmaps are not told", "error", err)
		}
	})
}

func (s *Service) pushSome(ctx context.Context) error {
	for {
		var rows []beatmapRow
		err := s.db.Reader.NewSelect().Model(&rows).Where("fresh = ?", false).Order("beatmap_id").Limit(beatmaps.MaxBatch).Scan(ctx)
		if err != nil || len(rows) == 0 {
			return err
		}
		counts := make([]beatmaps.Counts, len(rows))
		for i, r := range rows {
			counts[i] = beatmaps.Counts{BeatmapID: r.BeatmapID, Plays: r.Plays, Passes: r.Passes}
		}
		if err := s.deps.Beatmaps.SetCounts(ctx, counts); err != nil {
			return err
		}
		for part := range slices.Chunk(rows, maxTerms) {
			ids := make([]int32, len(part))
			for i, r := range part {
				ids[i] = r.BeatmapID
			}
			_, err := s.db.NewUpdate().Model((*beatmapRow)(nil)).Set("fresh = ?", true).
				WhereGroup(" AND ", func(q *bun.UpdateQuery) *bun.UpdateQuery {
					for _, r := range part {
						q = q.WhereOr("beatmap_id = ? AND plays = ? AND passes = ?", r.BeatmapID, r.Plays, r.Passes)
					}
					return q
				}).Exec(ctx)
			if err != nil {
				return err
			}
			// Another process may have told more, and these after it.
			_, err = s.db.NewUpdate().Model((*beatmapRow)(nil)).Set("fresh = ?", false).Where("fresh = ?", true).
				Where("beatmap_id IN (?)", bun.List(ids)).
				WhereGroup(" AND NOT ", func(q *bun.UpdateQuery) *bun.UpdateQuery {
					for _, r := range part {
						q = q.WhereOr("beatmap_id = ? AND plays = ? AND passes = ?", r.BeatmapID, r.Plays, r.Passes)
					}
					return q
				}).Exec(ctx)
			if err != nil {
				return err
			}
		}
		if len(rows) < beatmaps.MaxBatch {
			return nil
		}
	}
}

// reviewStale ranks and rates the scores of beatmaps anew whose version or status changed.
func (s *Service) reviewStale(ctx context.Context) {
	every(ctx, s.cfg.Retry, nil, func() {
		if err := s.reviewSome(ctx); err != nil && ctx.Err() == nil {
			s.log.WarnContext(ctx, "scores of changed beatmaps are not reviewed", "error", err)
		}
	})
}

func (s *Service) reviewSome(ctx context.Context) error {
	var rows []beatmapRow
	err := s.db.Reader.NewSelect().Model(&rows).Where("stale = ?", true).Order("beatmap_id").Limit(dueBatch).Scan(ctx)
	if err != nil {
		return err
	}
	for _, r := range rows {
		if err := s.review(ctx, r.BeatmapID); err != nil {
			return fmt.Errorf("beatmap %d: %w", r.BeatmapID, err)
		}
	}
	return nil
}

func (s *Service) review(ctx context.Context, beatmapID int32) error {
	found, err := s.deps.Beatmaps.Beatmaps(ctx, []beatmaps.Key{{ID: beatmapID}})
	if err != nil {
		return err
	}
	if len(found) == 0 {
		_, err := s.db.NewUpdate().Model((*beatmapRow)(nil)).Set("stale = ?", false).Where("beatmap_id = ?", beatmapID).Exec(ctx)
		return err
	}
	// First what the scores are to be ranked by, so that a change in between is noticed as one: scores that are settled from now
	// on are compared with it, all others are found below.
	b := found[0].Beatmap
	if err := s.take(ctx, func(ctx context.Context, t *turn) error { return t.rankBy(ctx, &b) }); err != nil {
		return err
	}
	s.notify(ctx)
	for _, err := range s.Recalculate(ctx, scores.Recalculation{Filter: scores.Filter{BeatmapIDs: []int32{beatmapID}}}) {
		if err != nil {
			return err
		}
	}
	_, err = s.db.NewUpdate().Model((*beatmapRow)(nil)).Set("stale = ?", false).
		Where("beatmap_id = ?", beatmapID).Where("status = ?", b.Status).Where("md5 = ?", b.MD5).Exec(ctx)
	return err
}

// rankBy writes down what a beatmap's scores are ranked by. Those who follow the log count by the status as well, so it tells of
// every player's best when that is another one now, whether or not the scores themselves will be worth something else.
func (t *turn) rankBy(ctx context.Context, b *beatmaps.Beatmap) error {
	var was beatmapRow
	if err := t.tx.NewSelect().Model(&was).Where("beatmap_id = ?", b.ID).Scan(ctx); err != nil {
		return err
	}
	_, err := t.tx.NewUpdate().Model((*beatmapRow)(nil)).Set("status = ?", b.Status).Set("md5 = ?", b.MD5).
		Where("beatmap_id = ?", b.ID).Exec(ctx)
	if err != nil || was.Status == int16(b.Status) {
		return err
	}
	var bests []bestRow
	err = t.tx.NewSelect().Model(&bests).Column("user_id", "score_id").Where("beatmap_id = ?", b.ID).
		Where("metric = ?", scores.ByClassic).Where("mods_key = ?", anyMods).Order("score_id").Scan(ctx)
	for _, best := range bests {
		t.entry(scores.ScoreRevalued, best.UserID, best.ScoreID)
	}
	return err
}

// anyVersion stands in the place of a beatmap's MD5 when it is known to have changed: whoever is reviewing its scores at that moment finds
// that they are to be reviewed once more.
const anyVersion = ""

// markChanged has the scores of beatmaps reviewed.
func markChanged(ctx context.Context, db bun.IDB, ids []int32) error {
	if len(ids) == 0 {
		return nil
	}
	slices.Sort(ids)
	_, err := db.NewUpdate().Model((*beatmapRow)(nil)).Set("stale = ?", true).Set("md5 = ?", anyVersion).
		Where("beatmap_id IN (?)", bun.List(ids)).Exec(ctx)
	return err
}

// followBeatmaps processes what waited for beatmaps that are known now, and reviews the scores of those that changed.
func (s *Service) followBeatmaps(ctx context.Context) {
	view.Listen(ctx, s.deps.State, []string{beatmaps.Topic}, s.log, s.reviewBeatmaps, func(ctx context.Context, n state.Notice) error {
		event, err := wire.Unpack(n.Payload)
		if err != nil {
			s.log.ErrorContext(ctx, "event of a beatmap does not parse", "error", err)
			return nil
		}
		m, ok := event.(*beatmapspb.Changed)
		if !ok {
			return nil
		}
		changed, err := beatmapspb.ToChanged(m)
		if err != nil {
			return err
		}
		return s.setBeatmaps(ctx, changed.Beatmaps)
	})
}

// reviewBeatmaps looks for all submissions that wait and at all beatmaps that were played, for what may have been missed.
func (s *Service) reviewBeatmaps(ctx context.Context) error {
	_, err := s.db.NewUpdate().Model((*submissionRow)(nil)).Set("due_at = ?", time.Now().UTC()).Where("state = ?", waiting).Exec(ctx)
	if err != nil {
		return err
	}
	s.rouse()
	for after := int32(0); ; {
		var ids []int32
		err := s.db.Reader.NewSelect().Model((*beatmapRow)(nil)).Column("beatmap_id").Where("beatmap_id > ?", after).
			Order("beatmap_id").Limit(beatmaps.MaxBatch).Scan(ctx, &ids)
		if err != nil || len(ids) == 0 {
			return err
		}
		keys := make([]beatmaps.Key, len(ids))
		for i, id := range ids {
			keys[i].ID = id
		}
		found, err := s.deps.Beatmaps.Beatmaps(ctx, keys)
		if err != nil {
			return err
		}
		list := make([]beatmaps.Beatmap, len(found))
		for i := range found {
			list[i] = found[i].Beatmap
		}
		if err := s.setBeatmaps(ctx, list); err != nil {
			return err
		}
		after = ids[len(ids)-1]
	}
}

// setBeatmaps takes in what the beatmaps module says.
func (s *Service) setBeatmaps(ctx context.Context, list []beatmaps.Beatmap) error {
	for part := range slices.Chunk(list, maxTerms) {
		hashes := make([]string, len(part))
		for i := range part {
			hashes[i] = part[i].MD5
		}
		result, err := s.db.NewUpdate().Model((*submissionRow)(nil)).Set("due_at = ?", time.Now().UTC()).
			Where("state = ?", waiting).Where("beatmap_md5 IN (?)", bun.List(hashes)).Exec(ctx)
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); err == nil && n > 0 {
			s.rouse()
		}
		ids := make([]int32, len(part))
		for i := range part {
			ids[i] = part[i].ID
		}
		var rows []beatmapRow
		if err := s.db.Reader.NewSelect().Model(&rows).Where("beatmap_id IN (?)", bun.List(ids)).Scan(ctx); err != nil {
			return err
		}
		known := map[int32]beatmapRow{}
		for _, r := range rows {
			known[r.BeatmapID] = r
		}
		for _, b := range part {
			r, ok := known[b.ID]
			switch {
			case !ok || r.Stale && r.MD5 == anyVersion:
				continue
			case r.Status != int16(b.Status) || r.MD5 != b.MD5:
				if err := markChanged(ctx, s.db, []int32{b.ID}); err != nil {
					return err
				}
				continue
			case r.Stale || !b.HasFile || s.deps.Performance == nil:
				continue
			}
			unrated, err := s.unrated(ctx, b.ID)
			if err != nil {
				return err
			}
			if !unrated {
				continue
			}
			_, err = s.db.NewUpdate().Model((*beatmapRow)(nil)).Set("stale = ?", true).Where("beatmap_id = ?", b.ID).Exec(ctx)
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// unrated reports whether a beatmap has a ranked score that was not rated, for want of its file.
func (s *Service) unrated(ctx context.Context, beatmapID int32) (bool, error) {
	return s.db.Reader.NewSelect().Model((*scoreRow)(nil)).Where("beatmap_id = ?", beatmapID).Where("ranked = ?", true).
		Where("rated_by = ?", "").Exists(ctx)
}
