package local

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/uptrace/bun"

	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/modules/users"
)

// maxReason bounds the characters of a reason, as the audit log does.
const maxReason = 1000

// Remove implements scores.Curation.
func (s *Service) Remove(ctx context.Context, ids []int64, by int32, reason string) ([]int64, error) {
	return s.curate(ctx, ids, by, reason, scores.ScoreRemoved)
}

// Restore implements scores.Curation.
func (s *Service) Restore(ctx context.Context, ids []int64, by int32, reason string) ([]int64, error) {
	return s.curate(ctx, ids, by, reason, scores.ScoreRestored)
}

func (s *Service) curate(ctx context.Context, ids []int64, by int32, reason string, kind scores.EntryKind) ([]int64, error) {
	if len(ids) > scores.MaxBatch {
		return nil, scores.ErrTooLarge
	}
	if len(ids) == 0 {
		return nil, nil
	}
	var changed []scoreRow
	err := s.take(ctx, func(ctx context.Context, t *turn) (err error) {
		find, mark := "removed_by = 0", int64(byItself)
		if kind == scores.ScoreRestored {
			find, mark = "removed_by <> 0", present
		}
		changed = nil
		for part := range slices.Chunk(ids, maxRows) {
			var rows []scoreRow
			err := t.tx.NewSelect().Model(&rows).Where("id IN (?)", bun.List(part)).Where(find).Order("id").Scan(ctx)
			if err != nil {
				return err
			}
			changed = append(changed, rows...)
		}
		return s.mark(ctx, t, changed, mark, kind)
	})
	if err != nil {
		return nil, err
	}
	if len(changed) > 0 {
		s.notify(ctx)
	}
	out := make([]int64, len(changed))
	details := map[int32]int{}
	for i := range changed {
		out[i] = changed[i].ID
		details[changed[i].UserID]++
	}
	action := "scores.remove"
	if kind == scores.ScoreRestored {
		action = "scores.restore"
	}
	for player, n := range details {
		s.audit(ctx, users.AuditEntry{ActorID: by, TargetID: player, Action: action, Reason: reason,
			Details: map[string]string{"scores": strconv.Itoa(n)}})
	}
	return out, nil
}

// mark sets removed_by of scores and counts their players' bests anew.
func (s *Service) mark(ctx context.Context, t *turn, rows []scoreRow, mark int64, kind scores.EntryKind) error {
	if len(rows) == 0 {
		return nil
	}
	ids := make([]int64, len(rows))
	for i := range rows {
		ids[i] = rows[i].ID
	}
	for part := range slices.Chunk(ids, maxRows) {
		_, err := t.tx.NewUpdate().Model((*scoreRow)(nil)).Set("removed_by = ?", mark).Where("id IN (?)", bun.List(part)).Exec(ctx)
		if err != nil {
			return err
		}
	}
	return s.reshape(ctx, t, rows, kind)
}

// reshape counts the bests of the scores' players anew, and writes an entry for each score.
func (s *Service) reshape(ctx context.Context, t *turn, changed []scoreRow, kind scores.EntryKind) error {
	seen := map[group]bool{}
	var groups []group
	var ids []int32
	for i := range changed {
		t.entry(kind, changed[i].UserID, changed[i].ID)
		if g := changed[i].group(); !seen[g] {
			seen[g] = true
			groups, ids = append(groups, g), append(ids, g.user)
		}
	}
	players, err := readPlayers(ctx, t.tx, ids)
	if err != nil {
		return err
	}
	l, err := s.ledger(ctx, t, groups, players)
	if err != nil {
		return err
	}
	for part := range slices.Chunk(groups, maxTerms) {
		var rows []scoreRow
		err := t.tx.NewSelect().Model(&rows).
			Column("id", "user_id", "beatmap_id", "ruleset", "variant", "client", "mods_key", "total", "classic", "pp", "ranked", "removed_by").
			Where("ranked = ?", true).Where("removed_by = ?", present).
			WhereGroup(" AND ", func(q *bun.SelectQuery) *bun.SelectQuery {
				for _, g := range part {
					q = q.WhereOr("beatmap_id = ? AND user_id = ? AND ruleset = ? AND variant = ?", g.beatmap, g.user, g.ruleset, g.variant)
				}
				return q
			}).Scan(ctx)
		if err != nil {
			return err
		}
		l.recount(part, rows)
	}
	return l.write(ctx)
}

// audit writes down what staff did. The effect is there already, so a failure is only logged.
func (s *Service) audit(ctx context.Context, entry users.AuditEntry) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.cfg.Timeout)
	defer cancel()
	entry.Reason = cut(entry.Reason, maxReason)
	if err := s.deps.Users.Record(ctx, entry); err != nil {
		s.log.ErrorContext(ctx, "an action on scores is not in the audit log", "action", entry.Action, "by", entry.ActorID,
			"target", entry.TargetID, "error", err)
	}
}

// wipeBatch is how many scores are wiped in a turn, so that players who submit meanwhile do not wait for long.
const wipeBatch = 300

// all is the ruleset and variant of a wipe of all of them.
const all = -1

func row(w scores.Wipe) wipeRow {
	r := wipeRow{UserID: w.UserID, Ruleset: all, Variant: all, By: w.By, Reason: cut(w.Reason, maxReason)}
	if w.Ruleset != nil {
		r.Ruleset = int16(*w.Ruleset)
	}
	if w.Variant != nil {
		r.Variant = int16(*w.Variant)
	}
	return r
}

// Wipe implements scores.Curation.
func (s *Service) Wipe(ctx context.Context, wipe scores.Wipe) (int, error) {
	w := row(wipe)
	w.At = time.Now().UTC().Truncate(time.Microsecond)
	if _, err := s.db.NewInsert().Model(&w).Exec(ctx); err != nil {
		return 0, err
	}
	n, err := s.markAll(ctx, w.ID, scores.ScoreRemoved, func(q *bun.SelectQuery) *bun.SelectQuery {
		q = q.Where("user_id = ?", w.UserID).Where("removed_by = ?", present)
		if w.Ruleset != all {
			q = q.Where("ruleset = ?", w.Ruleset)
		}
		if w.Variant != all {
			q = q.Where("variant = ?", w.Variant)
		}
		return q
	})
	if n == 0 && err == nil {
		// There was nothing to wipe: the wipe before is the one that can be undone.
		_, err = s.db.NewDelete().Model(&w).WherePK().Exec(ctx)
	}
	if n > 0 || err == nil {
		s.audit(ctx, users.AuditEntry{ActorID: w.By, TargetID: w.UserID, Action: "scores.wipe", Reason: w.Reason,
			Details: map[string]string{"scores": strconv.Itoa(n), "wipe": strconv.FormatInt(w.ID, 10)}})
	}
	return n, err
}

// Unwipe implements scores.Curation.
func (s *Service) Unwipe(ctx context.Context, wipe scores.Wipe) (int, error) {
	asked := row(wipe)
	var w wipeRow
	err := s.db.NewSelect().Model(&w).Where("user_id = ?", asked.UserID).Where("ruleset = ?", asked.Ruleset).
		Where("variant = ?", asked.Variant).Where("undone = ?", false).Order("id DESC").Limit(1).Scan(ctx)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return 0, nil
	case err != nil:
		return 0, err
	}
	n, err := s.markAll(ctx, present, scores.ScoreRestored, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("removed_by = ?", w.ID).Where("user_id = ?", w.UserID)
	})
	if err != nil {
		return n, err
	}
	if _, err := s.db.NewUpdate().Model((*wipeRow)(nil)).Set("undone = ?", true).Where("id = ?", w.ID).Exec(ctx); err != nil {
		return n, err
	}
	s.audit(ctx, users.AuditEntry{ActorID: wipe.By, TargetID: w.UserID, Action: "scores.unwipe", Reason: wipe.Reason,
		Details: map[string]string{"scores": strconv.Itoa(n), "wipe": strconv.FormatInt(w.ID, 10)}})
	return n, nil
}

// markAll marks everything that the query finds, a turn at a time.
func (s *Service) markAll(
	ctx context.Context, mark int64, kind scores.EntryKind, find func(*bun.SelectQuery) *bun.SelectQuery,
) (n int, err error) {
	for {
		var rows []scoreRow
		err := s.take(ctx, func(ctx context.Context, t *turn) error {
			rows = nil
			if err := find(t.tx.NewSelect().Model(&rows)).Order("id").Limit(wipeBatch).Scan(ctx); err != nil {
				return err
			}
			return s.mark(ctx, t, rows, mark, kind)
		})
		if err != nil {
			return n, fmt.Errorf("scores: after %d: %w", n, err)
		}
		n += len(rows)
		s.notify(ctx)
		if len(rows) < wipeBatch {
			return n, nil
		}
	}
}
