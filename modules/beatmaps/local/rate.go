package local

import (
	"context"
	"errors"
	"time"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/files"
	"github.com/pure-peace/peace/modules/performance"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/beatmap"
)

const (
	// Beatmaps that could not be rated when they came, or were by an older version of the algorithm, are looked for now and then.
	rateInterval = time.Minute
	rateBatch    = 200
	// unratable is added to the version that cannot rate a beatmap, so that it is tried again with the next one only.
	unratable = 1 << 30
)

// rateAll rates what is not rated, until ctx ends.
func (s *Service) rateAll(ctx context.Context) {
	ticker := time.NewTicker(rateInterval)
	defer ticker.Stop()
	for {
		if err := s.rateSome(ctx); err != nil && ctx.Err() == nil {
			s.log.WarnContext(ctx, "beatmaps could not be rated", "error", err)
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}

// rateSome rates until nothing is left, or until performance cannot.
func (s *Service) rateSome(ctx context.Context) error {
	versions, err := s.versions(ctx)
	if err != nil {
		return err
	}
	for r := range osu.Rulesets {
		for {
			rows, err := s.store.unrated(ctx, r, versions[r], rateBatch)
			if err != nil {
				return err
			}
			n, err := s.rateRows(ctx, rows, versions)
			if err != nil {
				return err
			}
			if n < len(rows) || len(rows) < rateBatch {
				break
			}
		}
	}
	return nil
}

// rateSet rates what is not rated of a set, as well as it can in half of the time that the caller has left, and reports whether
// anything was. rateAll does the rest.
func (s *Service) rateSet(ctx context.Context, setID int32) bool {
	if deadline, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Until(deadline)/2)
		defer cancel()
	}
	versions, err := s.versions(ctx)
	if err != nil {
		s.log.WarnContext(ctx, "beatmaps are rated later", "set", setID, "error", err)
		return false
	}
	rows, err := s.store.unratedOf(ctx, setID, versions)
	if err != nil {
		s.log.WarnContext(ctx, "beatmaps are rated later", "set", setID, "error", err)
		return false
	}
	n, err := s.rateRows(ctx, rows, versions)
	if err != nil && ctx.Err() == nil {
		s.log.WarnContext(ctx, "beatmaps are rated later", "set", setID, "error", err)
	}
	return n > 0
}

// versions returns the version of the algorithm that counts, by ruleset.
func (s *Service) versions(ctx context.Context) ([osu.Rulesets]int32, error) {
	var versions [osu.Rulesets]int32
	algorithms, err := s.deps.Performance.Algorithms(ctx)
	if err != nil {
		return versions, err
	}
	if len(algorithms) > 0 {
		copy(versions[:], algorithms[0].Versions)
	}
	return versions, nil
}

// rateRows rates beatmaps and returns how many it could deal with. It ends at the first failure that is not the beatmap's.
func (s *Service) rateRows(ctx context.Context, rows []beatmapRow, versions [osu.Rulesets]int32) (done int, err error) {
	for i := range rows {
		row := &rows[i]
		d, err := s.difficulty(ctx, row)
		row.Rated = versions[row.Ruleset]
		switch {
		case err == nil:
			row.Stars, row.MaxCombo = finite(d.Stars), d.MaxCombo
		case hopeless(err):
			s.log.InfoContext(ctx, "a beatmap cannot be rated", "beatmap", row.ID, "error", err)
			row.Rated += unratable
		default:
			return done, err
		}
		if err := s.store.rate(ctx, row); err != nil {
			return done, err
		}
		s.cache.forget(row.SetID)
		done++
	}
	return done, nil
}

// hopeless reports whether it is the beatmap's own fault.
func hopeless(err error) bool {
	for _, reason := range []error{
		performance.ErrBadBeatmap, performance.ErrBadRuleset, performance.ErrTooHard, performance.ErrTooLarge,
		performance.ErrUnknownBeatmap, files.ErrNotFound, files.ErrTooLarge,
	} {
		if errors.Is(err, reason) {
			return true
		}
	}
	return false
}

// difficulty asks performance, and teaches it the file first when it has forgotten it.
func (s *Service) difficulty(ctx context.Context, row *beatmapRow) (performance.Difficulty, error) {
	target := performance.Target{Beatmap: row.MD5, Ruleset: row.Ruleset}
	d, err := s.deps.Performance.Difficulty(ctx, target)
	if !errors.Is(err, performance.ErrUnknownBeatmap) {
		return d, err
	}
	data, err := files.Load(ctx, s.deps.Files, beatmaps.FileKey(row.MD5), min(beatmap.MaxSize, performance.MaxFile))
	if err != nil {
		return d, err
	}
	if _, err := s.deps.Performance.Learn(ctx, data); err != nil {
		return d, err
	}
	return s.deps.Performance.Difficulty(ctx, target)
}

// unrated returns beatmaps of a ruleset that an older version rated, or none.
func (s store) unrated(ctx context.Context, ruleset osu.Ruleset, version int32, limit int) ([]beatmapRow, error) {
	var rows []beatmapRow
	err := s.Reader.NewSelect().Model(&rows).Where("has_file = ?", true).Where("ruleset = ?", ruleset).
		Where("(rated < ? OR rated >= ? AND rated < ?)", version, unratable, version+unratable).Limit(int64(limit)).Scan(ctx)
	return rows, err
}

func (s store) unratedOf(ctx context.Context, setID int32, versions [osu.Rulesets]int32) ([]beatmapRow, error) {
	var rows, all []beatmapRow
	err := s.Reader.NewSelect().Model(&all).Where("set_id = ?", setID).Order("id").Scan(ctx)
	for _, row := range all {
		version := versions[row.Ruleset]
		if row.HasFile && (row.Rated < version || row.Rated >= unratable && row.Rated < version+unratable) {
			rows = append(rows, row)
		}
	}
	return rows, err
}

// rate writes a beatmap's stars, unless its file has changed meanwhile, and those of its set.
func (s store) rate(ctx context.Context, row *beatmapRow) error {
	_, err := s.NewUpdate().Model((*beatmapRow)(nil)).Set("stars = ?", row.Stars).Set("max_combo = ?", row.MaxCombo).
		Set("rated = ?", row.Rated).Where("id = ?", row.ID).Where("md5 = ?", row.MD5).Exec(ctx)
	if err != nil {
		return err
	}
	hardest := s.NewSelect().Model((*beatmapRow)(nil)).ColumnExpr("COALESCE(MAX(stars), 0)").
		Where("b.set_id = ?", row.SetID).Where("b.deleted = ?", false)
	_, err = s.NewUpdate().Model((*setRow)(nil)).Set("stars = (?)", hardest).Where("id = ?", row.SetID).Exec(ctx)
	return err
}
