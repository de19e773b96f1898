package local

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/osu"
)

// draft is a set with its beatmaps inside of a transaction: read, changed, written.
type draft struct {
	set  setRow
	rows []*beatmapRow

	known  bool // the set was there before
	before setRow
	was    map[int32]beatmapRow
}

// attempts bounds how often a draft is begun anew because another process wrote the same set, or one with the same file.
const attempts = 4

// edit runs change on a draft of a set in a transaction and writes what became of it. It returns the beatmaps that appeared,
// changed their file or status, or were deleted, and whether anything at all is different.
func (s *Service) edit(
	ctx context.Context, id int32, change func(ctx context.Context, tx bun.Tx, d *draft) error,
) (changed []beatmaps.Beatmap, different bool, err error) {
	unlock := s.sets.lock(id)
	defer unlock()
	for range attempts {
		err = s.store.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
			d, err := s.store.open(ctx, tx, id)
			if err != nil {
				return err
			}
			if err := change(ctx, tx, d); err != nil {
				return err
			}
			d.settle()
			changed, different, err = d.write(ctx, tx)
			return err
		})
		if !database.IsUnique(err) {
			break
		}
	}
	return changed, different, err
}

// open reads a set for writing. One that is not there is an empty draft.
func (s store) open(ctx context.Context, tx bun.Tx, id int32) (*draft, error) {
	d := &draft{set: setRow{ID: id}, was: make(map[int32]beatmapRow)}
	q := tx.NewSelect().Model(&d.set).Where("id = ?", id)
	if s.Locks() {
		q = q.For("UPDATE")
	}
	err := q.Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		d.set = setRow{ID: id}
		return d, nil
	}
	if err != nil {
		return nil, err
	}
	d.known = true
	var rows []beatmapRow
	if err := tx.NewSelect().Model(&rows).Where("set_id = ?", id).Order("id").Scan(ctx); err != nil {
		return nil, err
	}
	d.set.utc()
	d.before = d.set
	for i := range rows {
		rows[i].UpdatedAt = rows[i].UpdatedAt.UTC()
		d.was[rows[i].ID] = rows[i]
		d.rows = append(d.rows, &rows[i])
	}
	return d, nil
}

func (r *setRow) utc() {
	for _, t := range []*time.Time{&r.SubmittedAt, &r.RankedAt, &r.UpdatedAt, &r.SortedAt, &r.FetchedAt} {
		*t = t.UTC()
	}
}

// find returns the beatmap that is right, or nil.
func (d *draft) find(right func(*beatmapRow) bool) *beatmapRow {
	if i := slices.IndexFunc(d.rows, right); i >= 0 {
		return d.rows[i]
	}
	return nil
}

func (d *draft) byMD5(md5 string) *beatmapRow {
	return d.find(func(b *beatmapRow) bool { return b.MD5 == md5 })
}

func (d *draft) byID(id int32) *beatmapRow {
	return d.find(func(b *beatmapRow) bool { return b.ID == id })
}

// add puts a new beatmap into the set, with the set's status.
func (d *draft) add(b beatmapRow) *beatmapRow {
	b.SetID, b.Status, b.Frozen = d.set.ID, d.set.Status, d.set.Frozen
	d.rows = append(d.rows, &b)
	return &b
}

// settle brings up to date what follows from the rest.
func (d *draft) settle() {
	s := &d.set
	s.Rulesets, s.Stars, s.Plays = 0, 0, 0
	for _, b := range d.rows {
		s.Plays += b.Plays
		if !b.Deleted {
			s.Rulesets |= 1 << b.Ruleset
			s.Stars = max(s.Stars, b.Stars)
		}
	}
	if s.UpdatedAt.IsZero() {
		s.UpdatedAt = never
	}
	s.SortedAt = s.UpdatedAt
	if !s.RankedAt.IsZero() {
		s.SortedAt = s.RankedAt
	}
	s.Fingerprint = fingerprint(s.Artist, s.Title, s.Creator)
}

// fingerprint is equal for versions of one set that have no id.
func fingerprint(artist, title, creator string) string {
	sum := sha256.Sum256([]byte(strings.ToLower(fit(artist) + "\x00" + fit(title) + "\x00" + fit(creator))))
	return hex.EncodeToString(sum[:16])
}

// write writes what is different.
func (d *draft) write(ctx context.Context, tx bun.Tx) (changed []beatmaps.Beatmap, different bool, err error) {
	switch {
	case !d.known:
		different = true
		_, err = tx.NewInsert().Model(&d.set).Exec(ctx)
	case d.set != d.before:
		different = true
		_, err = tx.NewUpdate().Model(&d.set).WherePK().Exec(ctx)
	}
	if err != nil {
		return nil, false, err
	}
	noted := d.known && d.set.Status != d.before.Status // something that clients keep a copy of
	there := make(map[int32]bool, len(d.rows))
	for _, b := range d.rows {
		there[b.ID] = true
	}
	for id := range d.was { // given another id
		if !there[id] {
			if _, err := tx.NewDelete().Model((*beatmapRow)(nil)).Where("id = ?", id).Exec(ctx); err != nil {
				return nil, false, err
			}
		}
	}
	for _, b := range d.rows {
		was, known := d.was[b.ID]
		if known && *b == was {
			continue
		}
		different = true
		if err := writeBeatmap(ctx, tx, b, was, known); err != nil {
			return nil, false, err
		}
		held := !known || b.MD5 != was.MD5 || b.Status != was.Status || b.Deleted != was.Deleted
		if held || b.Frozen != was.Frozen || b.HasFile != was.HasFile {
			changed = append(changed, b.beatmap())
		}
		noted = noted || held
	}
	if !different {
		return nil, false, nil
	}
	if noted {
		if err := note(ctx, tx, d.set.ID); err != nil {
			return nil, false, err
		}
	}
	return changed, true, d.writeWords(ctx, tx)
}

// writeWords writes what the set is found by, if that is different: it is the most expensive part of a write.
func (d *draft) writeWords(ctx context.Context, tx bun.Tx) error {
	now := words(&d.set, slices.Values(d.rows))
	if d.known {
		before := words(&d.before, func(yield func(*beatmapRow) bool) {
			for _, id := range slices.Sorted(maps.Keys(d.was)) {
				if row := d.was[id]; !yield(&row) {
					return
				}
			}
		})
		if slices.Equal(now, before) {
			return nil
		}
	}
	return writeWords(ctx, tx, d.set.ID, now)
}

func writeBeatmap(ctx context.Context, tx bun.Tx, b *beatmapRow, was beatmapRow, known bool) error {
	if !known {
		_, err := tx.NewInsert().Model(b).Exec(ctx)
		return err
	}
	if _, err := tx.NewUpdate().Model(b).WherePK().Exec(ctx); err != nil {
		return err
	}
	if b.MD5 == was.MD5 {
		return nil
	}
	// What was outdated may have become the latest again.
	if _, err := tx.NewDelete().Model((*versionRow)(nil)).Where("md5 = ?", b.MD5).Exec(ctx); err != nil {
		return err
	}
	insert := tx.NewInsert().Model(&versionRow{MD5: was.MD5, BeatmapID: b.ID, File: was.File, ReplacedAt: time.Now().UTC()})
	_, err := database.Upsert{Key: []string{"md5"}, Replace: []string{"beatmap_id", "file", "replaced_at"}}.On(insert).Exec(ctx)
	return err
}

// nextID returns the first id that is free for a set or a beatmap without an official one. Who loses a race for it begins anew.
func nextID(ctx context.Context, db bun.IDB, model any) (int32, error) {
	var last sql.NullInt32
	err := db.NewSelect().Model(model).ColumnExpr("MAX(id)").Where("id >= ?", beatmaps.FirstLocalID).Scan(ctx, &last)
	if err != nil || !last.Valid {
		return beatmaps.FirstLocalID, err
	}
	return last.Int32 + 1, nil
}

// overall returns the status of a set whose beatmaps have these: of the one that has come furthest.
func overall(rows []*beatmapRow) osu.Status {
	order := []osu.Status{
		osu.StatusGraveyard, osu.StatusWIP, osu.StatusPending, osu.StatusQualified, osu.StatusLoved, osu.StatusApproved, osu.StatusRanked,
	}
	best := 0
	for _, b := range rows {
		if !b.Deleted {
			best = max(best, slices.Index(order, b.Status))
		}
	}
	return order[best]
}
