package local

import (
	"context"
	"database/sql"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/pure-peace/peace/modules/achievements"
	"github.com/pure-peace/peace/modules/database"
)

// store is the SQL of this module over the tables medals, medal_earnings and medal_awards.
type store struct{ *database.DB }

type medalRow struct {
	bun.BaseModel `bun:"table:medals,alias:m"`

	ID   int32  `bun:"id,pk"`
	File string `bun:"file"`
}

type awardRow struct {
	bun.BaseModel `bun:"table:medal_awards,alias:a"`

	UserID  int32     `bun:"user_id,pk"`
	MedalID int32     `bun:"medal_id,pk"`
	ScoreID int64     `bun:"score_id"`
	At      time.Time `bun:"at"`
}

// numberAttempts is how often medals are numbered when another process does the same at the same moment.
const numberAttempts = 5

// number returns the id of each medal, and gives new ones the next that are free.
func (s store) number(ctx context.Context, files []string) (map[string]int32, error) {
	for attempt := 1; ; attempt++ {
		ids, err := s.tryNumber(ctx, files)
		if err == nil || attempt == numberAttempts || !database.IsUnique(err) {
			return ids, err
		}
	}
}

func (s store) tryNumber(ctx context.Context, files []string) (map[string]int32, error) {
	var ids map[string]int32
	err := s.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		ids = map[string]int32{}
		var rows []medalRow
		if err := tx.NewSelect().Model(&rows).Order("id").Scan(ctx); err != nil {
			return err
		}
		var last int32
		for _, r := range rows {
			ids[r.File] = r.ID
			last = r.ID
		}
		rows = nil
		for _, file := range files {
			if _, known := ids[file]; !known {
				last++
				ids[file] = last
				rows = append(rows, medalRow{ID: last, File: file})
			}
		}
		if len(rows) == 0 {
			return nil
		}
		_, err := tx.NewInsert().Model(&rows).Exec(ctx)
		return err
	})
	return ids, err
}

// apply makes the earnings of the scores what they are now, and the awards what follows.
func (s store) apply(ctx context.Context, tx bun.Tx, c change) error {
	dirty, err := s.replace(ctx, tx, c)
	if err != nil {
		return err
	}
	for _, user := range c.shown {
		var medals []int32
		err := tx.NewSelect().Model((*earning)(nil)).ColumnExpr("DISTINCT medal_id").Where("user_id = ?", user).Scan(ctx, &medals)
		if err != nil {
			return err
		}
		for _, medal := range medals {
			dirty[pair{user, medal}] = true
		}
	}
	for _, p := range slices.SortedFunc(maps.Keys(dirty), comparePairs) {
		if err := s.settle(ctx, tx, p, c.hidden[p.user]); err != nil {
			return err
		}
	}
	return nil
}

// replace changes the earnings of the scores and returns whose awards that may change.
func (s store) replace(ctx context.Context, tx bun.Tx, c change) (map[pair]bool, error) {
	dirty := map[pair]bool{}
	if len(c.scores) == 0 {
		return dirty, nil
	}
	var before []earning
	if err := tx.NewSelect().Model(&before).Where("score_id IN (?)", bun.List(c.scores)).Scan(ctx); err != nil {
		return nil, err
	}
	gone := map[earning]bool{}
	for _, e := range before {
		gone[e.identity()] = true
	}
	var added []earning
	for _, e := range c.now {
		if gone[e.identity()] {
			delete(gone, e.identity())
			continue
		}
		added = append(added, e)
	}
	for e := range gone {
		dirty[e.pair()] = true
		if _, err := tx.NewDelete().Model(&e).WherePK().Exec(ctx); err != nil {
			return nil, err
		}
	}
	if len(added) == 0 {
		return dirty, nil
	}
	if _, err := tx.NewInsert().Model(&added).Exec(ctx); err != nil {
		return nil, err
	}
	since, err := s.since(ctx, tx, added)
	if err != nil {
		return nil, err
	}
	for _, e := range added {
		// Who has the medal by an earlier score keeps it by that: most plays change nothing.
		if at, has := since[e.pair()]; !has || !at.Before(e.At) {
			dirty[e.pair()] = true
		}
	}
	return dirty, nil
}

// since returns when the users of the earnings earned what they have.
func (s store) since(ctx context.Context, tx bun.Tx, earnings []earning) (map[pair]time.Time, error) {
	users := map[int32]bool{}
	for _, e := range earnings {
		users[e.UserID] = true
	}
	var rows []awardRow
	err := tx.NewSelect().Model(&rows).Where("user_id IN (?)", bun.List(slices.Sorted(maps.Keys(users)))).Scan(ctx)
	if err != nil {
		return nil, err
	}
	since := make(map[pair]time.Time, len(rows))
	for _, r := range rows {
		since[pair{r.UserID, r.MedalID}] = r.At
	}
	return since, nil
}

// settle gives a medal to a user or takes it from him, as his earnings say. While he is restricted he gets nothing new.
func (s store) settle(ctx context.Context, tx bun.Tx, p pair, hidden bool) error {
	var first earning
	err := tx.NewSelect().Model(&first).Where("user_id = ?", p.user).Where("medal_id = ?", p.medal).
		Order("at", "score_id").Limit(1).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		_, err := tx.NewDelete().Model((*awardRow)(nil)).Where("user_id = ?", p.user).Where("medal_id = ?", p.medal).Exec(ctx)
		return err
	}
	if err != nil {
		return err
	}
	award := awardRow{UserID: p.user, MedalID: p.medal}
	err = tx.NewSelect().Model(&award).WherePK().Scan(ctx)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		if hidden {
			return nil
		}
		award.ScoreID, award.At = first.ScoreID, first.At
		_, err := tx.NewInsert().Model(&award).Exec(ctx)
		return err
	case err != nil:
		return err
	case award.ScoreID == first.ScoreID:
		return nil
	}
	// It was earned by another score, which may be gone, or be a later one than this that came back.
	award.ScoreID, award.At = first.ScoreID, first.At
	_, err = tx.NewUpdate().Model(&award).WherePK().Exec(ctx)
	return err
}

func (e earning) pair() pair { return pair{e.UserID, e.MedalID} }

// identity is the earning without its time, which is that of its score.
func (e earning) identity() earning {
	return earning{UserID: e.UserID, MedalID: e.MedalID, ScoreID: e.ScoreID}
}

func (s store) awards(ctx context.Context, userIDs []int32) ([]achievements.Award, error) {
	var awards []achievements.Award
	err := s.Reader.NewSelect().Model((*awardRow)(nil)).ColumnExpr("user_id, medal_id AS achievement_id, score_id, at").
		Where("user_id IN (?)", bun.List(userIDs)).Order("user_id", "at", "medal_id").Scan(ctx, &awards)
	return awards, err
}

// earnedBy returns the medals that users have by this score, by id.
func (s store) earnedBy(ctx context.Context, scoreID int64) ([]int32, error) {
	var ids []int32
	err := s.Reader.NewSelect().Model((*awardRow)(nil)).Column("medal_id").Where("score_id = ?", scoreID).Order("medal_id").
		Scan(ctx, &ids)
	return ids, err
}
