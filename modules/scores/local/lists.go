package local

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/osu"
)

// Of implements scores.Boards.
func (s *Service) Of(ctx context.Context, list scores.List) (scores.Listing, error) {
	switch {
	case list.Limit < 1 || list.Limit > scores.MaxPage || list.Offset < 0:
		return scores.Listing{}, scores.ErrTooLarge
	case !list.Variant.In(list.Ruleset), list.Metric < scores.ByDefault || list.Metric > scores.ByClassic:
		return scores.Listing{}, scores.ErrBadBoard
	}
	metric := list.Metric
	if metric == scores.ByDefault {
		metric = s.cfg.metric(scores.Stable, list.Variant, osu.StatusRanked)
	}
	switch list.Kind {
	case scores.Best:
		return s.page(ctx, list, s.bests(list, scores.ByPerformance), "place, score_id", 0)
	case scores.Played:
		return s.page(ctx, list, s.bests(list, metric), "score_id DESC", 0)
	case scores.Firsts:
		q := s.db.Reader.NewSelect().TableExpr("score_leaders AS l").ColumnExpr("score_id").
			Where("user_id = ?", list.UserID).Where("ruleset = ?", list.Ruleset).Where("variant = ?", list.Variant).
			Where("metric = ?", metric)
		return s.page(ctx, list, q, "since DESC, score_id DESC", 0)
	case scores.Recent:
		q := s.db.Reader.NewSelect().TableExpr("scores AS s").ColumnExpr("id AS score_id").
			Where("user_id = ?", list.UserID).Where("ruleset = ?", list.Ruleset).Where("variant = ?", list.Variant).
			Where("removed_by = ?", present)
		if !list.Failed {
			q = q.Where("passed = ?", true)
		}
		return s.page(ctx, list, q, "id DESC", s.cfg.Recent)
	}
	return scores.Listing{}, scores.ErrBadBoard
}

// bests selects the user's bests by a metric.
func (s *Service) bests(list scores.List, metric scores.Metric) *bun.SelectQuery {
	q := s.db.Reader.NewSelect().TableExpr("score_bests AS b").ColumnExpr("score_id").
		Where("user_id = ?", list.UserID).Where("ruleset = ?", list.Ruleset).Where("variant = ?", list.Variant).
		Where("metric = ?", metric).Where("mods_key = ?", anyMods)
	if s.cfg.Merge {
		return q.Where("pool = ?", everybody)
	}
	return q.Where("pool IN (?, ?)", scores.Stable, scores.Lazer)
}

// page reads a page of what q selects; most bounds how far the list goes, when it is not 0.
func (s *Service) page(
	ctx context.Context, list scores.List, q *bun.SelectQuery, order string, most int,
) (out scores.Listing, err error) {
	if list.BeatmapID != 0 {
		q = q.Where("beatmap_id = ?", list.BeatmapID)
	}
	var ids []int64
	if most > 0 {
		// All of the list at once: where it ends is not known otherwise.
		if err := q.OrderExpr(order).Limit(int64(most)).Scan(ctx, &ids); err != nil {
			return out, err
		}
		out.Total = len(ids)
		ids = ids[min(list.Offset, len(ids)):]
		ids = ids[:min(list.Limit, len(ids))]
	} else {
		count, err := s.db.Reader.NewSelect().TableExpr("(?) AS list", q.Clone()).Count(ctx)
		if err != nil {
			return out, err
		}
		out.Total = int(count)
		if err := q.OrderExpr(order).Limit(int64(list.Limit)).Offset(int64(list.Offset)).Scan(ctx, &ids); err != nil {
			return out, err
		}
	}
	found, err := s.byID(ctx, ids)
	out.Scores = pick(found, ids)
	return out, err
}

// Grades implements scores.Boards.
func (s *Service) Grades(ctx context.Context, userID int32, beatmapIDs []int32) ([]scores.BeatmapGrades, error) {
	if len(beatmapIDs) > scores.MaxBatch {
		return nil, scores.ErrTooLarge
	}
	if len(beatmapIDs) == 0 {
		return nil, nil
	}
	var rows []struct {
		BeatmapID int32
		Ruleset   osu.Ruleset
		Grade     osu.Grade
	}
	metric := s.cfg.metric(scores.Stable, osu.Vanilla, osu.StatusRanked)
	err := s.db.Reader.NewSelect().TableExpr("score_bests AS b").Join("JOIN scores AS s ON s.id = b.score_id").
		ColumnExpr("b.beatmap_id, b.ruleset, s.grade").
		Where("b.user_id = ?", userID).Where("b.beatmap_id IN (?)", bun.List(beatmapIDs)).
		Where("b.variant = ?", osu.Vanilla).Where("b.metric = ?", metric).Where("b.mods_key = ?", anyMods).
		OrderExpr("b.place DESC, b.score_id DESC"). // where each client has boards of its own, the better of both is last
		Scan(ctx, &rows)
	if err != nil {
		return nil, err
	}
	grades := map[int32][]osu.Grade{}
	for _, r := range rows {
		if !r.Ruleset.Valid() {
			continue
		}
		if grades[r.BeatmapID] == nil {
			grades[r.BeatmapID] = []osu.Grade{osu.GradeNone, osu.GradeNone, osu.GradeNone, osu.GradeNone}
		}
		grades[r.BeatmapID][r.Ruleset] = r.Grade
	}
	var out []scores.BeatmapGrades
	for _, id := range beatmapIDs {
		if list := grades[id]; list != nil {
			out = append(out, scores.BeatmapGrades{BeatmapID: id, Grades: list})
			delete(grades, id)
		}
	}
	return out, nil
}
