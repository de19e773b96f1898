package local

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/pure-peace/peace/modules/activity"
	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/state/view"
	"github.com/pure-peace/peace/osu"
)

const (
	setsCursor = "beatmaps"
	setsBatch  = 50
	// lookEvery is how often the log of changes is looked at without being told.
	lookEvery = 30 * time.Second
	// fresh is how long ago a set that is seen for the first time got its status or was made, for that to be news.
	fresh = 24 * time.Hour

	firstPause, longestPause = time.Second, time.Minute
)

type setRow struct {
	bun.BaseModel `bun:"table:activity_sets,alias:s"`

	SetID  int32  `bun:"set_id,pk"`
	Status int16  `bun:"status"`
	Files  string `bun:"files"`
	Gone   bool   `bun:"gone"`
}

type cursorRow struct {
	bun.BaseModel `bun:"table:activity_cursors,alias:c"`

	Name     string `bun:"name,pk"`
	Position int64  `bun:"position"`
}

// followSets follows the log of changed beatmaps until ctx ends.
func (s *Service) followSets(ctx context.Context) error {
	wake, listened := view.Wake(ctx, s.deps.Topics, []string{beatmaps.Topic}, s.deps.Log)
	defer func() { <-listened }()

	timer := time.NewTimer(0)
	defer timer.Stop()
	pause := firstPause
	for {
		select {
		case <-wake:
		case <-timer.C:
		case <-ctx.Done():
			return nil
		}
		err := s.catchUp(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			s.deps.Log.WarnContext(ctx, "changes of beatmaps are not followed", "again_in", pause, "error", err)
			timer.Reset(pause)
			pause = min(2*pause, longestPause)
		default:
			timer.Reset(lookEvery)
			pause = firstPause
		}
	}
}

// catchUp deals with everything that the log of changes has.
func (s *Service) catchUp(ctx context.Context) error {
	for {
		at, err := s.store.cursor(ctx, setsCursor)
		if err != nil {
			return err
		}
		changes, _, err := s.deps.Beatmaps.Changes(ctx, at, setsBatch)
		if err != nil || len(changes) == 0 {
			return err
		}
		if err := s.dealWith(ctx, at, changes); err != nil {
			return err
		}
	}
}

// errOvertaken says that another process has moved the cursor.
var errOvertaken = errors.New("another process was faster")

// dealWith tells what changes mean.
func (s *Service) dealWith(ctx context.Context, at int64, changes []beatmaps.Change) error {
	ids := make([]int32, len(changes))
	seqs := make(map[int32]int64, len(changes))
	for i, c := range changes {
		ids[i], seqs[c.SetID] = c.SetID, c.Seq
	}
	sets, err := s.deps.Beatmaps.Sets(ctx, ids)
	if err != nil {
		return err
	}
	known, err := s.store.sets(ctx, ids)
	if err != nil {
		return err
	}
	var rows []row
	var seen []setRow
	for _, set := range sets {
		is := newSetRow(set)
		was, ok := known[set.ID]
		if ok && was == is {
			continue
		}
		seen = append(seen, is)
		for _, kind := range news(set, was, is, ok) {
			rows = append(rows, newRow(fmt.Sprintf("set %d %d %d", set.ID, kind, seqs[set.ID]), 0, activity.Event{
				At: now(), Kind: kind, UserID: authorOf(set), Name: set.Creator, SetID: set.ID, Title: titleOf(set), Grade: osu.GradeNone,
				Status: set.Status,
			}))
		}
	}
	if rows, err = s.named(ctx, rows); err != nil {
		return err
	}
	err = s.deps.DB.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		if err := s.store.move(ctx, tx, setsCursor, at, changes[len(changes)-1].Seq); err != nil {
			return err
		}
		if err := s.store.add(ctx, tx, rows); err != nil {
			return err
		}
		return s.store.remember(ctx, tx, seen)
	})
	if errors.Is(err, errOvertaken) {
		return nil
	}
	return err
}

func newSetRow(set beatmaps.Set) setRow {
	r := setRow{SetID: set.ID, Status: int16(set.Status), Gone: true}
	md5s := make([]string, 0, len(set.Beatmaps))
	for _, m := range set.Beatmaps {
		if !m.Deleted {
			r.Gone = false
			md5s = append(md5s, m.MD5)
		}
	}
	slices.Sort(md5s)
	digest := sha256.New()
	for _, md5 := range md5s {
		digest.Write([]byte(md5))
	}
	r.Files = hex.EncodeToString(digest.Sum(nil))
	return r
}

// news returns what happened to a set. Sets of the official server come and change here whenever somebody asks for them: only
// their status is news.
func news(set beatmaps.Set, was, is setRow, known bool) []activity.Kind {
	var kinds []activity.Kind
	if set.ID >= beatmaps.FirstLocalID {
		switch {
		case !known && !is.Gone && time.Since(set.SubmittedAt) < fresh:
			kinds = append(kinds, activity.SetUploaded)
		case known && !was.Gone && is.Gone:
			return append(kinds, activity.SetDeleted)
		case known && was.Status == int16(osu.StatusGraveyard) && (set.Status == osu.StatusPending || set.Status == osu.StatusWIP):
			kinds = append(kinds, activity.SetRevived)
		case known && !is.Gone && was.Files != is.Files:
			kinds = append(kinds, activity.SetUpdated)
		}
	}
	changed := known && was.Status != is.Status || !known && time.Since(set.RankedAt) < fresh
	if changed && !is.Gone && set.Status.HasLeaderboard() {
		kinds = append(kinds, activity.SetApproved)
	}
	return kinds
}

// cursor returns how far a log was followed, and makes its row when it never was.
func (s store) cursor(ctx context.Context, name string) (int64, error) {
	row := cursorRow{Name: name}
	err := s.Reader.NewSelect().Model(&row).WherePK().Scan(ctx)
	if err == nil {
		return row.Position, nil
	}
	if _, err := (database.Upsert{Key: []string{"name"}}).On(s.NewInsert().Model(&cursorRow{Name: name})).Exec(ctx); err != nil {
		return 0, err
	}
	err = s.NewSelect().Model(&row).WherePK().Scan(ctx)
	return row.Position, err
}

// move moves a cursor from where it is believed to be, which locks its row until the transaction ends.
func (s store) move(ctx context.Context, tx bun.Tx, name string, from, to int64) error {
	moved, err := tx.NewUpdate().Model((*cursorRow)(nil)).Set("position = ?", to).Where("name = ?", name).Where("position = ?", from).Exec(ctx)
	if err != nil {
		return err
	}
	if n, err := moved.RowsAffected(); err != nil || n == 1 {
		return err
	}
	return errOvertaken
}

func (s store) sets(ctx context.Context, ids []int32) (map[int32]setRow, error) {
	var rows []setRow
	err := s.Reader.NewSelect().Model(&rows).Where("set_id IN (?)", bun.List(ids)).Scan(ctx)
	known := make(map[int32]setRow, len(rows))
	for _, r := range rows {
		known[r.SetID] = r
	}
	return known, err
}

func (s store) remember(ctx context.Context, tx bun.Tx, rows []setRow) error {
	if len(rows) == 0 {
		return nil
	}
	as := database.Upsert{Key: []string{"set_id"}, Replace: []string{"status", "files", "gone"}}
	_, err := as.On(tx.NewInsert().Model(&rows)).Exec(ctx)
	return err
}
