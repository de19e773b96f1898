package local

import (
	"context"
	"math"
	"time"

	"github.com/uptrace/bun"

	"github.com/pure-peace/peace/modules/activity"
	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/osu"
)

// store is the SQL of this module over the tables activity_events, activity_sets and activity_cursors.
type store struct{ *database.DB }

type row struct {
	bun.BaseModel `bun:"table:activity_events,alias:e"`

	ID        int64         `bun:"id,pk,autoincrement"`
	Source    string        `bun:"source"`
	At        time.Time     `bun:"at"`
	Kind      activity.Kind `bun:"kind"`
	UserID    int32         `bun:"user_id"`
	Name      string        `bun:"name"`
	OldName   string        `bun:"old_name"`
	BeatmapID int32         `bun:"beatmap_id"`
	SetID     int32         `bun:"set_id"`
	Title     string        `bun:"title"`
	Ruleset   int16         `bun:"ruleset"`
	Grade     int16         `bun:"grade"`
	Place     int32         `bun:"place"`
	Amount    int32         `bun:"amount"`
	Status    int16         `bun:"status"`
	MedalID   int32         `bun:"medal_id"`
	Medal     string        `bun:"medal"`
	MedalFile string        `bun:"medal_file"`
	ScoreID   int64         `bun:"score_id"`
	Removed   bool          `bun:"removed"`
	Hidden    bool          `bun:"hidden"`
}

// newRow returns the row of an event. Names are those of accounts or of mappers elsewhere, which may be long.
func newRow(source string, scoreID int64, e activity.Event) row {
	return row{
		Source: source, At: e.At.UTC().Truncate(time.Microsecond), Kind: e.Kind, UserID: e.UserID, Name: firstRunes(e.Name, maxName),
		OldName: firstRunes(e.OldName, maxName), BeatmapID: e.BeatmapID, SetID: e.SetID, Title: e.Title, Ruleset: int16(e.Ruleset),
		Grade: int16(e.Grade), Place: e.Rank, Amount: e.Count, Status: int16(e.Status), MedalID: e.MedalID, Medal: e.Medal,
		MedalFile: e.MedalFile, ScoreID: scoreID,
	}
}

const maxName = 64 // characters

// firstRunes returns as much of a text as n characters.
func firstRunes(text string, n int) string {
	for at := range text {
		if n == 0 {
			return text[:at]
		}
		n--
	}
	return text
}

func (r *row) event() activity.Event {
	return activity.Event{
		ID: r.ID, At: r.At.UTC(), Kind: r.Kind, UserID: r.UserID, Name: r.Name, OldName: r.OldName, BeatmapID: r.BeatmapID, SetID: r.SetID,
		Title: r.Title, Ruleset: osu.Ruleset(r.Ruleset), Grade: osu.Grade(r.Grade), Rank: r.Place, Count: r.Amount,
		Status: osu.Status(r.Status), MedalID: r.MedalID, Medal: r.Medal, MedalFile: r.MedalFile,
	}
}

func events(rows []row) []activity.Event {
	list := make([]activity.Event, len(rows))
	for i := range rows {
		list[i] = rows[i].event()
	}
	return list
}

// add writes events, but not those whose source is known.
func (s store) add(ctx context.Context, db bun.IDB, rows []row) error {
	if len(rows) == 0 {
		return nil
	}
	_, err := database.Upsert{Key: []string{"source"}}.On(db.NewInsert().Model(&rows).ExcludeColumn("id")).Exec(ctx)
	return err
}

// remove hides what scores brought about, or shows it again.
func (s store) remove(ctx context.Context, tx bun.Tx, scoreIDs []int64, removed bool) error {
	if len(scoreIDs) == 0 {
		return nil
	}
	_, err := tx.NewUpdate().Model((*row)(nil)).Set("removed = ?", removed).Where("score_id IN (?)", bun.List(scoreIDs)).Exec(ctx)
	return err
}

// hide keeps a player's events from everybody's feed, or shows them again.
func (s store) hide(ctx context.Context, tx bun.Tx, userID int32, hidden bool) error {
	_, err := tx.NewUpdate().Model((*row)(nil)).Set("hidden = ?", hidden).Where("user_id = ?", userID).Exec(ctx)
	return err
}

func (s store) of(ctx context.Context, userID int32, offset, limit int) ([]activity.Event, error) {
	var rows []row
	err := s.Reader.NewSelect().Model(&rows).Where("user_id = ?", userID).Where("removed = ?", false).
		Order("id DESC").Offset(int64(offset)).Limit(int64(limit)).Scan(ctx)
	return events(rows), err
}

func (s store) feed(ctx context.Context, after int64, descending bool, limit int) ([]activity.Event, error) {
	var rows []row
	q := s.Reader.NewSelect().Model(&rows).Where("removed = ?", false).Where("hidden = ?", false).Limit(int64(limit))
	if descending {
		if after == 0 {
			after = math.MaxInt64
		}
		q = q.Where("id < ?", after).Order("id DESC")
	} else {
		q = q.Where("id > ?", after).Order("id")
	}
	err := q.Scan(ctx)
	return events(rows), err
}

// oldest returns events from before a time.
func (s store) oldest(ctx context.Context, before time.Time, limit int) ([]int64, error) {
	var ids []int64
	err := s.Reader.NewSelect().Model((*row)(nil)).Column("id").Where("at < ?", before).Order("at").Limit(int64(limit)).Scan(ctx, &ids)
	return ids, err
}

func (s store) drop(ctx context.Context, ids []int64) error {
	_, err := s.NewDelete().Model((*row)(nil)).Where("id IN (?)", bun.List(ids)).Exec(ctx)
	return err
}
