package local

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/osu"
)

// save puts what a source says of a set, with all of its beatmaps, into the library, and returns the set as it is now. Of
// the set, Local, Size and what players do are ours; a status that is frozen here stays. A beatmap that the source has no more is deleted, one
// with another MD5 is a new version, which has no file until keepFile brings it. Beatmaps without an id or an MD5 are left out, and so
// are those that another set here has.
//
// It is for finders: origin is the name of the source.
func (s *Service) save(ctx context.Context, set beatmaps.Set, origin string) (beatmaps.Set, error) {
	if set.ID <= 0 || set.ID >= beatmaps.FirstLocalID {
		return beatmaps.Set{}, fmt.Errorf("beatmaps: %s tells of a set with the id %d", origin, set.ID)
	}
	told := make([]beatmaps.Beatmap, 0, len(set.Beatmaps))
	md5s, ids := make([]string, 0, len(told)), make([]int32, 0, len(told))
	for _, b := range set.Beatmaps {
		if b.ID > 0 && b.ID < beatmaps.FirstLocalID && isMD5(b.MD5) && b.Ruleset.Valid() {
			told, md5s, ids = append(told, b), append(md5s, b.MD5), append(ids, b.ID)
		}
	}
	changed, _, err := s.edit(ctx, set.ID, func(ctx context.Context, tx bun.Tx, d *draft) error {
		places, err := locate(ctx, tx, ids, md5s)
		if err != nil {
			return err
		}
		d.tell(set, told, places)
		d.set.Origin, d.set.FetchedAt = cut(origin, 32), stored(time.Now())
		return nil
	})
	if err != nil {
		return beatmaps.Set{}, fmt.Errorf("beatmaps: save set %d: %w", set.ID, err)
	}
	s.changed(ctx, set.ID, changed)
	e, err := s.set(ctx, set.ID)
	if err != nil {
		return beatmaps.Set{}, err
	}
	return e.whole(), nil
}

// tell takes over what a source says. places are where the ids and MD5s of its beatmaps are already.
func (d *draft) tell(set beatmaps.Set, told []beatmaps.Beatmap, places []place) {
	elsewhere := make(map[int32]bool)
	holder := make(map[string]int32)
	for _, p := range places {
		holder[p.MD5] = p.ID
		if p.SetID != d.set.ID {
			elsewhere[p.ID] = true
		}
	}
	d.set.describe(set)
	if !d.set.Frozen {
		d.set.Status, d.set.RankedAt = valid(set.Status), stored(set.RankedAt)
	}
	listed := make(map[int32]bool, len(told))
	for _, b := range told {
		if elsewhere[b.ID] || elsewhere[holder[b.MD5]] || listed[b.ID] {
			continue
		}
		row := d.byID(b.ID)
		if same := d.byMD5(b.MD5); same != nil && same != row {
			// The file came before the source was asked, without an id. It gets the one that everybody knows, unless it was played.
			if row != nil || same.ID < beatmaps.FirstLocalID || same.Plays > 0 {
				listed[same.ID] = true
				continue
			}
			same.ID, row = b.ID, same
		}
		if row == nil {
			row = d.add(beatmapRow{ID: b.ID})
		}
		if row.MD5 != b.MD5 {
			d.set.Local, d.set.ArchiveSHA256 = false, "" // the archive, if there is one, is of an earlier version
		}
		listed[row.ID] = true
		row.tell(b)
	}
	if !d.set.Local {
		d.set.Size, d.set.SizeNoVideo = max(set.Size, 0), max(set.SizeNoVideo, 0)
	}
	for _, row := range d.rows {
		if !listed[row.ID] && row.ID < beatmaps.FirstLocalID {
			row.Deleted = true
		}
	}
}

// tell takes over what a source says of a beatmap. What was counted and calculated from the very file stays.
func (r *beatmapRow) tell(b beatmaps.Beatmap) {
	if r.MD5 != b.MD5 {
		r.MD5, r.HasFile, r.Rated = b.MD5, false, 0
	}
	calculated := *r
	r.describe(b)
	if r.Rated == 0 {
		r.Stars, r.MaxCombo = finite(b.Stars), b.MaxCombo
	}
	if r.HasFile {
		r.Circles, r.Sliders, r.Spinners = calculated.Circles, calculated.Sliders, calculated.Spinners
		r.Length, r.Drain = calculated.Length, calculated.Drain
	}
	if !r.Frozen {
		r.Status = valid(b.Status)
	}
}

func valid(status osu.Status) osu.Status {
	if !status.Valid() {
		return osu.StatusPending
	}
	return status
}
