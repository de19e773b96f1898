package local

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/pure-peace/peace/modules/scores"
)

// Attach implements scores.Intake. It needs no turn: nobody else writes replays.
func (s *Service) Attach(ctx context.Context, submissionKey, replay string) error {
	if replay == "" || len(replay) > maxReplayKey || !plain(replay) {
		return impossible("the key of its replay")
	}
	result, err := s.db.NewUpdate().Model((*scoreRow)(nil)).Set("replay = ?", replay).
		Where("submission_key = ?", submissionKey).Where("replay IN (?)", bun.List([]string{"", replay})).Exec(ctx)
	if err != nil {
		return err
	}
	if n, err := result.RowsAffected(); err == nil && n > 0 {
		return nil
	}
	// Either there is no such score, or it has a replay; MySQL moreover does not count a row that was so already.
	var rows []scoreRow
	err = s.db.NewSelect().Model(&rows).Column("replay").Where("submission_key = ?", submissionKey).Scan(ctx)
	switch {
	case err != nil:
		return err
	case len(rows) == 0:
		return scores.ErrNotFound
	case rows[0].Replay != replay:
		return scores.ErrTaken
	}
	return nil
}
