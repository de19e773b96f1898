package local

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/moderation"
)

// store is the SQL of this module. Whoever changes findings first locks the rows of their users in suspects (lock), in the order
// of ids, and makes them true again (count) before he commits.
type store struct{ *database.DB }

type findingRow struct {
	bun.BaseModel `bun:"table:findings,alias:f"`

	ID         int64              `bun:"id,pk,autoincrement"`
	Kind       string             `bun:"kind"`
	UserID     int32              `bun:"user_id"`
	ScoreID    int64              `bun:"score_id"`
	OtherUser  int32              `bun:"other_user"`
	Weight     int32              `bun:"weight"`
	Detail     string             `bun:"detail"`
	Seen       int32              `bun:"seen"`
	FirstAt    time.Time          `bun:"first_at"`
	LastAt     time.Time          `bun:"last_at"`
	Verdict    moderation.Verdict `bun:"verdict"`
	ReviewedBy int32              `bun:"reviewed_by"`
	ReviewedAt bun.NullTime       `bun:"reviewed_at"`
	Note       string             `bun:"note"`
}

type suspectRow struct {
	bun.BaseModel `bun:"table:suspects,alias:s"`

	UserID   int32     `bun:"user_id,pk"`
	Weight   int32     `bun:"weight"`
	Findings int32     `bun:"findings"`
	LastAt   time.Time `bun:"last_at"`
}

// findingKey are the columns that name a finding.
var findingKey = []string{"user_id", "score_id", "kind"}

func newRow(f moderation.Finding, at time.Time) findingRow {
	return findingRow{
		Kind: f.Kind, UserID: f.UserID, ScoreID: f.ScoreID, OtherUser: f.OtherUser, Weight: f.Weight, Detail: f.Detail,
		Seen: 1, FirstAt: at, LastAt: at,
	}
}

func (r findingRow) finding() moderation.Finding {
	return moderation.Finding{
		ID: r.ID, Kind: r.Kind, UserID: r.UserID, ScoreID: r.ScoreID, OtherUser: r.OtherUser, Weight: r.Weight, Detail: r.Detail,
		Seen: r.Seen, FirstAt: r.FirstAt, LastAt: r.LastAt, Verdict: r.Verdict, ReviewedBy: r.ReviewedBy,
		ReviewedAt: r.ReviewedAt.Time, Note: r.Note,
	}
}

func findingsOf(rows []findingRow) []moderation.Finding {
	found := make([]moderation.Finding, len(rows))
	for i, r := range rows {
		found[i] = r.finding()
	}
	return found
}

// report keeps a finding that somebody saw, or sees again.
func (s store) report(ctx context.Context, tx bun.Tx, f moderation.Finding, at time.Time) (findingRow, error) {
	var r findingRow
	if err := s.lock(ctx, tx, []int32{f.UserID}, at); err != nil {
		return r, err
	}
	row := newRow(f, at)
	again := database.Upsert{Key: findingKey, Replace: []string{"other_user", "detail", "last_at"}, Add: []string{"seen"}}
	if _, err := again.On(tx.NewInsert().Model(&row).ExcludeColumn("id")).Exec(ctx); err != nil {
		return r, err
	}
	if err := s.named(ctx, tx, f, &r); err != nil {
		return r, err
	}
	if err := s.weigh(ctx, tx, &r, f.Weight); err != nil {
		return r, err
	}
	return r, s.count(ctx, tx, []int32{f.UserID})
}

// keep writes what was found by looking at something that stays the same: seeing it again is no news.
func (s store) keep(ctx context.Context, tx bun.Tx, found []moderation.Finding, at time.Time) error {
	if len(found) == 0 {
		return nil
	}
	concerned := map[int32]bool{}
	for _, f := range found {
		concerned[f.UserID] = true
	}
	users := slices.Sorted(maps.Keys(concerned))
	if err := s.lock(ctx, tx, users, at); err != nil {
		return err
	}
	for _, f := range found {
		row := newRow(f, at)
		same := database.Upsert{Key: findingKey, Replace: []string{"other_user", "detail"}}
		if _, err := same.On(tx.NewInsert().Model(&row).ExcludeColumn("id")).Exec(ctx); err != nil {
			return err
		}
		var r findingRow
		if err := s.named(ctx, tx, f, &r); err != nil {
			return err
		}
		if err := s.weigh(ctx, tx, &r, f.Weight); err != nil {
			return err
		}
	}
	return s.count(ctx, tx, users)
}

func (s store) named(ctx context.Context, tx bun.Tx, f moderation.Finding, r *findingRow) error {
	return tx.NewSelect().Model(r).Where("user_id = ?", f.UserID).Where("score_id = ?", f.ScoreID).Where("kind = ?", f.Kind).
		Scan(ctx)
}

// weigh makes a finding heavier when it was seen to be. What was judged harmless was judged as it was then: heavier, it is open
// again.
func (s store) weigh(ctx context.Context, tx bun.Tx, r *findingRow, weight int32) error {
	if weight <= r.Weight {
		return nil
	}
	r.Weight = weight
	if r.Verdict == moderation.VerdictHarmless {
		r.Verdict = moderation.VerdictOpen
	}
	_, err := tx.NewUpdate().Model(r).Column("weight", "verdict").WherePK().Exec(ctx)
	return err
}

// review writes a verdict and returns the findings with it.
func (s store) review(
	ctx context.Context, tx bun.Tx, found []moderation.Finding, by int32, verdict moderation.Verdict, note string, at time.Time,
) ([]moderation.Finding, error) {
	concerned := map[int32]bool{}
	ids := make([]int64, len(found))
	for i, f := range found {
		concerned[f.UserID], ids[i] = true, f.ID
	}
	users := slices.Sorted(maps.Keys(concerned))
	if err := s.lock(ctx, tx, users, at); err != nil {
		return nil, err
	}
	_, err := tx.NewUpdate().Model((*findingRow)(nil)).Set("verdict = ?", verdict).Set("reviewed_by = ?", by).
		Set("reviewed_at = ?", at).Set("note = ?", note).Where("id IN (?)", bun.List(ids)).Exec(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.count(ctx, tx, users); err != nil {
		return nil, err
	}
	return s.byID(ctx, tx, ids)
}

// lock makes sure that users have a row in suspects and holds it until the transaction ends, so that their findings are counted
// by one transaction after another.
func (s store) lock(ctx context.Context, tx bun.Tx, users []int32, at time.Time) error {
	for _, user := range users {
		row := suspectRow{UserID: user, LastAt: at}
		hold := database.Upsert{Key: []string{"user_id"}, Add: []string{"findings"}} // by nothing
		if _, err := hold.On(tx.NewInsert().Model(&row)).Exec(ctx); err != nil {
			return err
		}
	}
	return nil
}

// count makes the rows of users in suspects true, and removes those of users without open findings.
func (s store) count(ctx context.Context, tx bun.Tx, users []int32) error {
	for _, user := range users {
		row := suspectRow{UserID: user}
		err := tx.NewSelect().Model((*findingRow)(nil)).ColumnExpr("COALESCE(SUM(weight), 0), COUNT(*)").
			Where("user_id = ?", user).Where("verdict = ?", moderation.VerdictOpen).Scan(ctx, &row.Weight, &row.Findings)
		if err != nil {
			return err
		}
		if row.Findings == 0 {
			if _, err := tx.NewDelete().Model(&row).WherePK().Exec(ctx); err != nil {
				return err
			}
			continue
		}
		err = tx.NewSelect().Model((*findingRow)(nil)).Column("last_at").Where("user_id = ?", user).
			Where("verdict = ?", moderation.VerdictOpen).Order("last_at DESC").Limit(1).Scan(ctx, &row.LastAt)
		if err != nil {
			return err
		}
		if _, err := tx.NewUpdate().Model(&row).WherePK().Exec(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (s store) byID(ctx context.Context, db bun.IDB, ids []int64) ([]moderation.Finding, error) {
	var rows []findingRow
	err := db.NewSelect().Model(&rows).Where("id IN (?)", bun.List(ids)).Order("weight DESC", "last_at DESC", "id DESC").Scan(ctx)
	return findingsOf(rows), err
}

func (s store) findings(ctx context.Context, query moderation.Query) ([]moderation.Finding, error) {
	var rows []findingRow
	q := s.Reader.NewSelect().Model(&rows)
	if query.UserID != 0 {
		q = q.Where("user_id = ?", query.UserID)
	}
	if query.ScoreID != 0 {
		q = q.Where("score_id = ?", query.ScoreID)
	}
	if query.Kind != "" {
		q = q.Where("kind = ?", query.Kind)
	}
	if !query.Closed {
		q = q.Where("verdict = ?", moderation.VerdictOpen)
	}
	err := q.Order("weight DESC", "last_at DESC", "id DESC").Offset(int64(query.Offset)).Limit(int64(query.Limit)).Scan(ctx)
	return findingsOf(rows), err
}

func (s store) suspects(ctx context.Context, offset, limit int) ([]moderation.Suspect, error) {
	var found []moderation.Suspect
	err := s.Reader.NewSelect().Model((*suspectRow)(nil)).Column("user_id", "weight", "findings", "last_at").
		Order("weight DESC", "last_at DESC", "user_id DESC").Offset(int64(offset)).Limit(int64(limit)).Scan(ctx, &found)
	return found, err
}
