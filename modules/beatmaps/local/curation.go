package local

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/users"
)

// auditAction is what a change of status is called in the audit log.
const auditAction = "beatmap.status"

// Refresh implements beatmaps.Curation.
func (s *Service) Refresh(_ context.Context, setIDs []int32) error {
	if len(setIDs) > beatmaps.MaxBatch {
		return beatmaps.ErrTooLarge
	}
	var ids []int32
	for _, id := range setIDs {
		if id > 0 && id < beatmaps.FirstLocalID {
			ids = append(ids, id)
		}
	}
	if len(ids) > 0 {
		s.finder.refresh(ids)
	}
	return nil
}

// SetStatus implements beatmaps.Curation.
func (s *Service) SetStatus(ctx context.Context, by int32, change beatmaps.StatusChange) (beatmaps.Set, error) {
	switch {
	case !change.Status.Valid():
		return beatmaps.Set{}, beatmaps.ErrBadStatus
	case len(change.BeatmapIDs) > beatmaps.MaxBatch:
		return beatmaps.Set{}, beatmaps.ErrTooLarge
	}
	if err := s.mayCurate(ctx, by); err != nil {
		return beatmaps.Set{}, err
	}
	e, ids, err := s.subject(ctx, change)
	if err != nil {
		return beatmaps.Set{}, err
	}
	// Written down first: nothing changes that is not. It is not in the transaction because the log may be in another database.
	if err := s.deps.Users.Record(ctx, audit(by, change, e)); err != nil {
		return beatmaps.Set{}, err
	}
	changed, _, err := s.edit(ctx, e.set.ID, func(_ context.Context, _ bun.Tx, d *draft) error {
		d.decide(change, ids)
		return nil
	})
	if err != nil {
		return beatmaps.Set{}, err
	}
	s.changed(ctx, e.set.ID, changed)
	if e, err = s.set(ctx, e.set.ID); err != nil {
		return beatmaps.Set{}, err
	}
	return e.whole(), nil
}

// mayCurate fails with ErrForbidden unless the user may change the status of beatmaps.
func (s *Service) mayCurate(ctx context.Context, by int32) error {
	found, err := s.deps.Users.Get(ctx, []int32{by})
	if err != nil {
		return err
	}
	if len(found) == 0 {
		return beatmaps.ErrForbidden
	}
	u := found[0]
	if !u.Bot && (u.Restricted || !u.Privileges.HasAny(users.Nominator|users.Administrator|users.Developer)) {
		return beatmaps.ErrForbidden
	}
	return nil
}

// subject returns the set that a change is of, and its beatmaps that it is of, without any for all. ErrNotFound.
func (s *Service) subject(ctx context.Context, change beatmaps.StatusChange) (*entry, map[int32]bool, error) {
	if change.SetID != 0 {
		e, err := s.set(ctx, change.SetID)
		return e, nil, err
	}
	if len(change.BeatmapIDs) == 0 {
		return nil, nil, beatmaps.ErrNotFound
	}
	places, err := s.store.locate(ctx, change.BeatmapIDs[:1], nil)
	if err != nil {
		return nil, nil, err
	}
	if len(places) == 0 {
		return nil, nil, beatmaps.ErrNotFound
	}
	e, err := s.set(ctx, places[0].SetID)
	if err != nil {
		return nil, nil, err
	}
	ids := make(map[int32]bool)
	for _, id := range change.BeatmapIDs {
		if _, ok := e.find(beatmaps.Key{ID: id}); !ok {
			return nil, nil, beatmaps.ErrNotFound
		}
		ids[id] = true
	}
	return e, ids, nil
}

// decide gives beatmaps, or all without ids, a status, and the set that which follows.
func (d *draft) decide(change beatmaps.StatusChange, ids map[int32]bool) {
	frozen := true
	for _, row := range d.rows {
		if ids == nil || ids[row.ID] {
			row.Status, row.Frozen = change.Status, change.Frozen
		}
		frozen = frozen && (row.Frozen || row.Deleted)
	}
	had := d.set.Status.HasLeaderboard()
	if ids == nil {
		d.set.Status, d.set.Frozen = change.Status, change.Frozen
	} else {
		d.set.Status, d.set.Frozen = overall(d.rows), frozen
	}
	switch has := d.set.Status.HasLeaderboard(); {
	case !has:
		d.set.RankedAt = time.Time{}
	case !had || d.set.RankedAt.IsZero():
		d.set.RankedAt = stored(time.Now())
	}
}

func audit(by int32, change beatmaps.StatusChange, e *entry) users.AuditEntry {
	details := map[string]string{
		"set": fmt.Sprint(e.set.ID), "was": e.set.Status.String(), "status": change.Status.String(), "frozen": strconv.FormatBool(change.Frozen),
	}
	if change.SetID == 0 {
		details["beatmaps"] = cut(strings.Trim(fmt.Sprint(change.BeatmapIDs), "[]"), maxText)
	}
	return users.AuditEntry{ActorID: by, Action: auditAction, Reason: change.Reason, Details: details}
}

// SetCounts implements beatmaps.Curation.
func (s *Service) SetCounts(ctx context.Context, counts []beatmaps.Counts) error {
	if len(counts) > beatmaps.MaxBatch {
		return beatmaps.ErrTooLarge
	}
	if len(counts) == 0 {
		return nil
	}
	sets, err := s.store.setCounts(ctx, counts)
	if err != nil {
		return err
	}
	if len(sets) > 0 {
		s.cache.forget(sets...)
	}
	return nil
}

// setCounts writes counts and returns the sets that have others now.
func (s store) setCounts(ctx context.Context, counts []beatmaps.Counts) ([]int32, error) {
	of := make(map[int32]beatmaps.Counts, len(counts))
	ids := make([]int32, 0, len(counts))
	for _, c := range counts {
		of[c.BeatmapID] = c
		ids = append(ids, c.BeatmapID)
	}
	var sets []int32
	err := s.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		sets = nil
		var rows []beatmapRow
		q := tx.NewSelect().Model(&rows).Column("id", "set_id", "plays", "passes").Where("id IN (?)", bun.List(ids)).Order("id")
		if s.Locks() {
			q = q.For("UPDATE")
		}
		if err := q.Scan(ctx); err != nil {
			return err
		}
		more := make(map[int32]int64)
		for _, row := range rows {
			c := of[row.ID]
			plays, passes := int64(max(c.Plays, 0)), int64(max(c.Passes, 0))
			if plays == row.Plays && passes == row.Passes {
				continue
			}
			_, err := tx.NewUpdate().Model((*beatmapRow)(nil)).Set("plays = ?", plays).Set("passes = ?", passes).
				Where("id = ?", row.ID).Exec(ctx)
			if err != nil {
				return err
			}
			more[row.SetID] += plays - row.Plays
		}
		for _, id := range slices.Sorted(maps.Keys(more)) {
			_, err := tx.NewUpdate().Model((*setRow)(nil)).Set("plays = plays + ?", more[id]).Where("id = ?", id).Exec(ctx)
			if err != nil {
				return err
			}
			sets = append(sets, id)
		}
		return nil
	})
	return sets, err
}
