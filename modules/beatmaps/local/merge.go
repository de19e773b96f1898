package local

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/pure-peace/peace/modules/beatmaps"
)

// identify returns the id of the set that a parcel is of, a fresh one when it is of none that is known and says none.
func (s *Service) identify(ctx context.Context, p *parcel, name string) (id int32, fresh bool, err error) {
	var ids []int32
	var md5s []string
	for _, c := range p.candidates {
		md5s = append(md5s, c.beatmap.MD5)
		if c.beatmap.ID != 0 {
			ids = append(ids, c.beatmap.ID)
		}
	}
	first := p.candidates[0].metadata
	print := fingerprint(first.Artist, first.Title, first.Creator)
	if id := p.declared(name); id != 0 {
		// A file that was copied from another set still says that set's id.
		same, err := s.store.fits(ctx, id, print, ids, md5s)
		if err != nil || same {
			return id, false, err
		}
	}
	places, err := s.store.locate(ctx, nil, md5s)
	if err != nil {
		return 0, false, err
	}
	if len(places) > 0 {
		return places[0].SetID, false, nil
	}
	if id, err = s.store.byFingerprint(ctx, print); err != nil || id != 0 {
		return id, false, err
	}
	id, err = nextID(ctx, s.store.DB.DB, (*setRow)(nil))
	return id, true, err
}

// declared returns the set id that most of the files say, else the number that the archive's name begins with; 0 for none.
func (p *parcel) declared(name string) int32 {
	votes := make(map[int32]int)
	var best int32
	for _, c := range p.candidates {
		if id := c.beatmap.SetID; id != 0 {
			votes[id]++
			if best == 0 || votes[id] > votes[best] {
				best = id
			}
		}
	}
	if best != 0 || !p.archive {
		return best
	}
	digits, _, _ := strings.Cut(strings.TrimSuffix(fileName(name), ".osz"), " ")
	id, err := strconv.ParseInt(digits, 10, 32)
	if err != nil {
		return 0
	}
	return official(int32(id))
}

// merge puts the beatmaps of a parcel into a draft.
type merge struct {
	*draft
	now time.Time

	holder   map[string]place // of MD5s, in any set
	taken    map[int32]int32  // sets of the beatmaps that have the ids
	outdated map[string]int32
	brought  map[string]bool // MD5s of the parcel

	creator      int32 // of what is new
	new, changed int
	here         int  // beatmaps of the parcel that are, now, in the set
	untold       bool // the parcel has a version that sources did not know
	skipped      []string
}

// take does all of it.
func (m *merge) take(ctx context.Context, tx bun.Tx, p *parcel, options beatmaps.Import) error {
	if err := m.prepare(ctx, tx, p); err != nil {
		return err
	}
	if !m.draft.known {
		m.begin(options)
	}
	if m.set.ID >= beatmaps.FirstLocalID {
		m.creator = options.CreatorID
	}
	m.all(p)
	return m.number(ctx, tx)
}

// prepare reads where the parcel's beatmaps are already.
func (m *merge) prepare(ctx context.Context, tx bun.Tx, p *parcel) error {
	var ids []int32
	var md5s []string
	for _, c := range p.candidates {
		md5s = append(md5s, c.beatmap.MD5)
		if c.beatmap.ID != 0 {
			ids = append(ids, c.beatmap.ID)
		}
	}
	places, err := locate(ctx, tx, ids, md5s)
	if err != nil {
		return err
	}
	m.holder, m.taken, m.brought = make(map[string]place), make(map[int32]int32), make(map[string]bool)
	for _, md5 := range md5s {
		m.brought[md5] = true
	}
	for _, place := range places {
		m.holder[place.MD5], m.taken[place.ID] = place, place.SetID
	}
	m.outdated, err = outdated(ctx, tx, md5s)
	return err
}

// begin fills in a set that is new.
func (m *merge) begin(options beatmaps.Import) {
	m.set.Origin, m.set.SubmittedAt = imported, m.now
	if m.set.ID >= beatmaps.FirstLocalID {
		m.set.CreatorID = options.CreatorID
	}
	if options.Status != nil {
		m.set.Status, m.set.Frozen = *options.Status, options.Freeze
		if m.set.Status.HasLeaderboard() {
			m.set.RankedAt = m.now
		}
	}
}

// told reports whether a source has told about the set, so that the parcel only brings files.
func (m *merge) told() bool { return m.set.Origin != imported }

// all takes each candidate, and what they say of the set.
func (m *merge) all(p *parcel) {
	for i := range p.candidates {
		if err := m.one(&p.candidates[i]); err != nil {
			m.skipped = append(m.skipped, fmt.Sprintf("%s: %v", p.candidates[i].beatmap.File, err))
			m.untold = m.untold || errors.Is(err, errUntold)
		} else {
			m.here++
		}
	}
	if m.told() || m.known && m.new+m.changed == 0 {
		return
	}
	first := &p.candidates[0]
	set := m.set.set()
	set.Artist, set.ArtistUnicode = first.metadata.Artist, first.metadata.ArtistUnicode
	set.Title, set.TitleUnicode = first.metadata.Title, first.metadata.TitleUnicode
	set.Creator, set.Source, set.Tags = first.metadata.Creator, first.metadata.Source, first.metadata.Tags
	set.BPM, set.UpdatedAt = first.beatmap.BPM, m.now
	if p.archive {
		set.Video, set.Storyboard = p.video, p.story
		for _, c := range p.candidates {
			set.Storyboard = set.Storyboard || c.story
		}
	}
	m.set.describe(set)
}

// Why a file of a parcel is left out.
var (
	errOlder   = errors.New("is an older version of a beatmap that is here")
	errUntold  = errors.New("is not among the versions that the sources know")
	errForeign = errors.New("is a beatmap of another set that is here")
)

// one takes a candidate.
func (m *merge) one(c *candidate) error {
	if row := m.byMD5(c.beatmap.MD5); row != nil {
		row.attach(&c.beatmap)
		return nil
	}
	if _, ok := m.holder[c.beatmap.MD5]; ok {
		return errForeign
	}
	if _, ok := m.outdated[c.beatmap.MD5]; ok {
		return errOlder
	}
	if m.told() {
		return errUntold
	}
	c.beatmap.UpdatedAt = m.now
	row := m.earlier(c)
	if row == nil {
		id := c.beatmap.ID
		if _, taken := m.taken[id]; taken || m.byID(id) != nil {
			id = 0
		}
		row = m.add(beatmapRow{ID: id, MD5: c.beatmap.MD5, CreatorID: m.creator})
		m.new++
	} else {
		row.MD5, row.Rated, row.Stars, row.MaxCombo = c.beatmap.MD5, 0, 0, 0
		m.changed++
	}
	c.beatmap.CreatorID = row.CreatorID
	row.describe(c.beatmap)
	row.HasFile = true
	return nil
}

// earlier returns the beatmap of which a candidate is another version: the one with its id, else the one with its name in the
// same ruleset that has no id from elsewhere.
func (m *merge) earlier(c *candidate) *beatmapRow {
	if id := c.beatmap.ID; id != 0 {
		// Unless another file of this parcel has taken the id, or the very file is in the parcel too.
		if row := m.byID(id); row != nil && row.MD5 == m.was[id].MD5 && !m.brought[row.MD5] {
			return row
		}
	}
	return m.find(func(b *beatmapRow) bool {
		was, known := m.was[b.ID]
		return known && b.ID >= beatmaps.FirstLocalID && b.MD5 == was.MD5 && !m.brought[b.MD5] && b.Ruleset == c.beatmap.Ruleset &&
			(b.Name == fit(c.beatmap.Name) || b.File == c.beatmap.File)
	})
}

// number gives ids to the beatmaps that have none.
func (m *merge) number(ctx context.Context, tx bun.Tx) error {
	var next int32
	for _, row := range m.rows {
		if row.ID != 0 {
			continue
		}
		if next == 0 {
			var err error
			if next, err = nextID(ctx, tx, (*beatmapRow)(nil)); err != nil {
				return err
			}
		}
		row.ID = next
		next++
	}
	return nil
}

// ofArchive returns the set whose archive has these bytes.
func (s store) ofArchive(ctx context.Context, sha256 string) (id int32, ok bool, err error) {
	if sha256 == "" {
		return 0, false, nil
	}
	id, err = s.one(ctx, "archive_sha256 = ?", sha256)
	return id, id != 0, err
}

// byFingerprint returns the set without an official id that has the fingerprint, or 0.
func (s store) byFingerprint(ctx context.Context, print string) (int32, error) {
	return s.one(ctx, "fingerprint = ? AND id >= ?", print, beatmaps.FirstLocalID)
}

func (s store) one(ctx context.Context, where string, args ...any) (int32, error) {
	var ids []int32
	err := s.Reader.NewSelect().Model((*setRow)(nil)).Column("id").Where(where, args...).Order("id").Limit(1).Scan(ctx, &ids)
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	return ids[0], nil
}

// fits reports whether files may be of a set: when it is not known yet, when it is of the same song, or has one of the beatmaps.
func (s store) fits(ctx context.Context, id int32, print string, ids []int32, md5s []string) (bool, error) {
	entries, err := s.sets(ctx, []int32{id})
	if err != nil || len(entries) == 0 {
		return err == nil, err
	}
	e := entries[0]
	if fingerprint(e.set.Artist, e.set.Title, e.set.Creator) == print {
		return true, nil
	}
	for _, key := range ids {
		if _, ok := e.find(beatmaps.Key{ID: key}); ok {
			return true, nil
		}
	}
	for _, key := range md5s {
		if _, ok := e.find(beatmaps.Key{MD5: key}); ok {
			return true, nil
		}
	}
	return false, nil
}
