package local

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/database"
)

// changeRow says where in the log of changes a set is.
type changeRow struct {
	bun.BaseModel `bun:"table:beatmap_changes,alias:c"`

	SetID int32     `bun:"set_id,pk"`
	Seq   int64     `bun:"seq"`
	At    time.Time `bun:"at"`
}

// note moves a set to the end of the log. The row that counts is held until the transaction ends, so the log is in the order of
// commits, and a reader never passes over a change that comes later; it is taken after all others, so nobody waits in a circle.
func note(ctx context.Context, tx bun.Tx, setID int32) error {
	if _, err := tx.NewUpdate().Table("beatmap_change_end").Set("last_seq = last_seq + 1").Where("id = 1").Exec(ctx); err != nil {
		return err
	}
	row := changeRow{SetID: setID, At: time.Now().UTC()}
	var err error
	if row.Seq, err = lastChange(ctx, tx); err != nil {
		return err
	}
	_, err = database.Upsert{Key: []string{"set_id"}, Replace: []string{"seq", "at"}}.On(tx.NewInsert().Model(&row)).Exec(ctx)
	return err
}

func lastChange(ctx context.Context, db bun.IDB) (seq int64, err error) {
	err = db.NewSelect().Table("beatmap_change_end").Column("last_seq").Where("id = 1").Scan(ctx, &seq)
	return seq, err
}

// Changes implements beatmaps.Library.
func (s *Service) Changes(ctx context.Context, after int64, limit int) ([]beatmaps.Change, int64, error) {
	if limit < 1 || limit > beatmaps.MaxBatch {
		return nil, 0, beatmaps.ErrTooLarge
	}
	latest, err := lastChange(ctx, s.store.Reader)
	if err != nil || after >= latest {
		return nil, latest, err
	}
	var rows []changeRow
	err = s.store.Reader.NewSelect().Model(&rows).Column("set_id", "seq").Where("seq > ?", after).Order("seq").Limit(int64(limit)).Scan(ctx)
	if err != nil {
		return nil, 0, err
	}
	changes := make([]beatmaps.Change, len(rows))
	for i, row := range rows {
		changes[i] = beatmaps.Change{Seq: row.Seq, SetID: row.SetID}
		latest = max(latest, row.Seq) // one that was made since the end was read
	}
	return changes, latest, nil
}
