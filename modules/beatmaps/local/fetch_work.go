package local

import (
	"context"
	"crypto/md5" //nolint:gosec // beatmaps are named by their MD5 everywhere in the game; it guards nothing
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/beatmaps/source"
	"github.com/pure-peace/peace/modules/files"
)

// set asks for a set and saves what is told. A set that is known here and nowhere else stays as it is, until the next time.
func (f *fetcher) set(ctx context.Context, e errand) error {
	told, origin, err := f.sources.Set(ctx, e.key)
	if errors.Is(err, source.ErrNone) && e.what == refreshSet {
		return f.touch(ctx, e.key.SetID)
	}
	if err != nil {
		return err
	}
	if origin == source.DirectoryName {
		// It knows what its archives say of themselves, which is worth as much as an import: less than what others have told.
		if e.what == refreshSet {
			return f.touch(ctx, e.key.SetID)
		}
		return f.keep(ctx, told.ID)
	}
	set, err := f.service.save(ctx, told, origin)
	if err != nil {
		return err
	}
	if !f.cfg.Files {
		return nil
	}
	for i := range set.Beatmaps {
		b := &set.Beatmaps[i]
		if b.HasFile || b.ID >= beatmaps.FirstLocalID {
			continue
		}
		queue := f.later
		if e.key.MD5 == b.MD5 || e.key.BeatmapID == b.ID {
			queue = f.urgent // somebody has it on his screen
		}
		if queue == f.urgent || b.Status.HasLeaderboard() {
			f.file(queue, b.ID, b.MD5)
		}
	}
	return nil
}

// touch notes that the sources were asked about a set, so that others have their turn.
func (f *fetcher) touch(ctx context.Context, setID int32) error {
	_, _, err := f.service.edit(ctx, setID, func(_ context.Context, _ bun.Tx, d *draft) error {
		if !d.known {
			return beatmaps.ErrNotFound
		}
		d.set.FetchedAt = stored(time.Now())
		return nil
	})
	if errors.Is(err, beatmaps.ErrNotFound) {
		return nil
	}
	return err
}

// take fetches a beatmap's file. When it is another version than the one that is known, what is known may be old; when the
// sources do not agree with themselves, that is all the same asked once.
func (f *fetcher) take(ctx context.Context, key source.Key) error {
	data, err := f.sources.File(ctx, key.BeatmapID)
	if err != nil {
		return err
	}
	sum := md5.Sum(data) //nolint:gosec // see the import
	if hex.EncodeToString(sum[:]) != key.MD5 {
		f.wrong.Add(key, time.Now())
		found, err := f.service.store.locate(ctx, []int32{key.BeatmapID}, nil)
		if err == nil && len(found) == 1 {
			f.refresh([]int32{found[0].SetID})
		}
		return err
	}
	err = f.service.keepFile(ctx, data)
	if errors.Is(err, beatmaps.ErrBadArchive) {
		f.wrong.Add(key, time.Now())
	}
	if errors.Is(err, beatmaps.ErrNotFound) {
		return nil // meanwhile there is another version
	}
	return err
}

// keep fetches a set's archive and imports it, as if an operator had brought it.
func (f *fetcher) keep(ctx context.Context, setID int32) error {
	archive, err := f.sources.Archive(ctx, setID, false)
	if err != nil {
		return err
	}
	defer archive.Close()
	key := fmt.Sprintf("incoming/%d.osz", setID)
	store := f.service.deps.Files
	if _, err := files.Write(ctx, store, key, archive, f.service.cfg.MaxArchive); err != nil {
		return fmt.Errorf("fetch the archive of set %d: %w", setID, err)
	}
	_, err = f.service.Import(ctx, key, beatmaps.Import{Name: fmt.Sprintf("%d.osz", setID)})
	return errors.Join(err, store.Delete(context.WithoutCancel(ctx), []string{key}))
}

const (
	sweepSets  = 20  // sets that a sweep asks about again
	sweepFiles = 100 // files that it asks for
)

// sweep asks about what is old and for what is missing, a little at a time.
func (f *fetcher) sweep(ctx context.Context) {
	tick := time.NewTicker(f.cfg.Sweep)
	defer tick.Stop()
	after := int32(0) // the last beatmap whose file was asked for
	for {
		if len(f.later) == 0 {
			var err error
			if after, err = f.sweepOnce(ctx, after); err != nil && ctx.Err() == nil {
				f.service.log.WarnContext(ctx, "beatmaps that are old were not found", "error", err)
			}
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

func (f *fetcher) sweepOnce(ctx context.Context, after int32) (int32, error) {
	if f.cfg.Age > 0 {
		old, err := f.service.store.unasked(ctx, sweepSets)
		if err == nil && len(old) < sweepSets {
			var stale []int32
			stale, err = f.service.store.stale(ctx, time.Now().Add(-f.cfg.Age).UTC(), sweepSets-len(old))
			old = append(old, stale...)
		}
		if err != nil {
			return after, err
		}
		f.refresh(old)
	}
	if !f.cfg.Files {
		return 0, nil
	}
	missing, err := f.service.store.fileless(ctx, after, sweepFiles)
	if err != nil {
		return after, err
	}
	for _, p := range missing {
		f.file(f.later, p.ID, p.MD5)
		after = p.ID
	}
	if len(missing) < sweepFiles {
		return 0, nil // begin anew: what failed may be there by then
	}
	return after, nil
}

// unasked returns official sets that came with an archive and that no source was asked about yet.
func (s store) unasked(ctx context.Context, limit int) ([]int32, error) {
	var ids []int32
	err := s.Reader.NewSelect().Model((*setRow)(nil)).Column("id").Where("fetched_at IS NULL").
		Where("id < ?", beatmaps.FirstLocalID).Order("id").Limit(int64(limit)).Scan(ctx, &ids)
	return ids, err
}

// fileless returns beatmaps with a leaderboard whose file is missing, by id.
func (s store) fileless(ctx context.Context, after int32, limit int) ([]place, error) {
	var found []place
	err := s.Reader.NewSelect().Model((*beatmapRow)(nil)).Column("id", "set_id", "md5", "file", "deleted").
		Where("has_file = ?", false).Where("deleted = ?", false).Where("id > ?", after).Where("id < ?", beatmaps.FirstLocalID).
		Where("status > 0").Order("id").Limit(int64(limit)).Scan(ctx, &found)
	return found, err
}
