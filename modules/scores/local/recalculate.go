package local

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/performance"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/mods"
)

// recalcBatch is how many scores are rated together, and written in one turn.
const recalcBatch = 500

// Recalculate implements scores.Curation.
func (s *Service) Recalculate(ctx context.Context, r scores.Recalculation) iter.Seq2[scores.Progress, error] {
	return func(yield func(scores.Progress, error) bool) {
		progress := scores.Progress{ID: r.Filter.AfterID}
		filter, err := s.filter(ctx, &r)
		if err == nil {
			progress.Total, err = s.countScores(ctx, filter, r.Filter.AfterID)
		}
		if err != nil {
			yield(scores.Progress{}, err)
			return
		}
		begun, told := time.Now(), time.Now()
		for {
			batch := recalcBatch
			if r.PerSecond > 0 {
				batch = min(batch, r.PerSecond)
			}
			rows, err := s.nextScores(ctx, filter, progress.ID, batch)
			if err == nil && len(rows) > 0 {
				var done revaluation
				if done, err = s.revalue(ctx, rows, r.Algorithm, r.DryRun); err == nil {
					progress.ID, progress.Done = rows[len(rows)-1].ID, progress.Done+len(rows)
					progress.Changed += done.changed
					progress.Failed += done.failed
					progress.Differences = greatest(append(progress.Differences, done.differences...))
				}
			}
			switch {
			case err != nil:
				yield(progress, err)
				return
			case len(rows) < batch:
				yield(progress, nil)
				return
			}
			if time.Since(told) >= time.Second {
				if !yield(progress, nil) {
					return
				}
				told, progress.Differences = time.Now(), nil
			}
			if err := pace(ctx, begun, progress.Done, r.PerSecond); err != nil {
				yield(progress, err)
				return
			}
		}
	}
}

// pace waits until so many scores may have been done.
func pace(ctx context.Context, begun time.Time, done, perSecond int) error {
	if perSecond <= 0 {
		return ctx.Err()
	}
	due := begun.Add(time.Duration(float64(done) / float64(perSecond) * float64(time.Second)))
	timer := time.NewTimer(time.Until(due))
	defer timer.Stop()
	select {
	case <-timer.C:
		return ctx.Err()
	case <-ctx.Done():
		return ctx.Err()
	}
}

// greatest keeps the greatest differences.
func greatest(differences []scores.Difference) []scores.Difference {
	size := func(d scores.Difference) float64 {
		var a, b float64
		if d.Old != nil {
			a = *d.Old
		}
		if d.New != nil {
			b = *d.New
		}
		return math.Abs(b - a)
	}
	slices.SortStableFunc(differences, func(a, b scores.Difference) int { return cmp.Compare(size(b), size(a)) })
	return differences[:min(len(differences), scores.MaxPage)]
}

// filter checks a recalculation and returns what narrows a query over scores to what it chooses.
func (s *Service) filter(ctx context.Context, r *scores.Recalculation) (func(*bun.SelectQuery) *bun.SelectQuery, error) {
	f := r.Filter
	switch {
	case len(f.BeatmapIDs) > scores.MaxBatch:
		return nil, scores.ErrTooLarge
	case f.Ruleset != nil && !f.Ruleset.Valid(), f.Variant != nil && !f.Variant.Valid(), r.PerSecond < 0:
		return nil, scores.ErrBadBoard
	case r.Algorithm != "" && !r.DryRun:
		return nil, scores.ErrBadBoard.WithMessage("another algorithm than the one that counts can only be tried")
	}
	var algorithm performance.Algorithm
	if s.deps.Performance != nil {
		algorithms, err := s.deps.Performance.Algorithms(ctx)
		if err != nil {
			return nil, err
		}
		i := slices.IndexFunc(algorithms, func(a performance.Algorithm) bool { return r.Algorithm == "" || a.Name == r.Algorithm })
		if i < 0 {
			return nil, performance.ErrUnknownAlgorithm
		}
		algorithm = algorithms[i]
	}
	return func(q *bun.SelectQuery) *bun.SelectQuery {
		if f.UserID != 0 {
			q = q.Where("user_id = ?", f.UserID)
		}
		if len(f.BeatmapIDs) > 0 {
			q = q.Where("beatmap_id IN (?)", bun.List(f.BeatmapIDs))
		}
		if f.Ruleset != nil {
			q = q.Where("ruleset = ?", *f.Ruleset)
		}
		if f.Variant != nil {
			q = q.Where("variant = ?", *f.Variant)
		}
		if f.Outdated {
			q = q.WhereGroup(" AND ", func(q *bun.SelectQuery) *bun.SelectQuery {
				q = q.WhereOr("rated_by <> ?", algorithm.Name)
				for ruleset, version := range algorithm.Versions {
					q = q.WhereOr("ruleset = ? AND rated_version <> ?", ruleset, version)
				}
				return q
			})
		}
		return q
	}, nil
}

func (s *Service) countScores(ctx context.Context, filter func(*bun.SelectQuery) *bun.SelectQuery, after int64) (int, error) {
	n, err := filter(s.db.Reader.NewSelect().Model((*scoreRow)(nil))).Where("id > ?", after).Count(ctx)
	return int(n), err
}

func (s *Service) nextScores(
	ctx context.Context, filter func(*bun.SelectQuery) *bun.SelectQuery, after int64, limit int,
) ([]scoreRow, error) {
	var rows []scoreRow
	err := filter(s.db.Reader.NewSelect().Model(&rows)).Where("id > ?", after).Order("id").Limit(int64(limit)).Scan(ctx)
	return rows, err
}

// revaluation is what came of some scores.
type revaluation struct {
	changed, failed int
	differences     []scores.Difference
}

// revalue works out anew what scores are worth, and unless it is a dry run writes what is different.
func (s *Service) revalue(ctx context.Context, rows []scoreRow, algorithm string, dry bool) (out revaluation, err error) {
	plays := make([]*play, len(rows))
	for i := range rows {
		if plays[i], err = rows[i].play(); err != nil {
			return out, err
		}
	}
	known, err := s.mapsOf(ctx, rows)
	if err != nil {
		return out, err
	}
	ratings, err := s.rateAll(ctx, plays, algorithm)
	if err != nil {
		return out, err
	}
	strayed, err := s.strayed(ctx, rows)
	if err != nil {
		return out, err
	}
	var moved, all []scoreRow
	for i := range rows {
		b, ok := known[rows[i].BeatmapID]
		if !ok {
			out.failed++
			continue
		}
		w := plays[i].value(&b, ratings[i].difficulty, ratings[i].performance)
		if ratings[i].failed {
			out.failed++
			// What it was worth stays, as far as the beatmap still gives it.
			w.total, w.ratedBy, w.ratedVersion = rows[i].Total, rows[i].RatedBy, rows[i].RatedVersion
			if w.ranked && b.Status.GivesPerformance() {
				if w.pp = rows[i].PP; w.pp == nil {
					w.ratedBy, w.ratedVersion = "", 0 // so that news of the beatmap's file have it rated
				}
			}
		}
		if !same(w.pp, rows[i].PP) {
			out.differences = append(out.differences, scores.Difference{
				ScoreID: rows[i].ID, UserID: rows[i].UserID, BeatmapID: rows[i].BeatmapID, Old: rows[i].PP, New: w.pp,
			})
		}
		row := rows[i]
		row.Total, row.Classic, row.Ranked, row.PP, row.RatedBy, row.RatedVersion = w.total, w.classic, w.ranked, w.pp, w.ratedBy, w.ratedVersion
		switch {
		case !same(w.pp, rows[i].PP) || w.ranked != rows[i].Ranked || w.total != rows[i].Total || w.classic != rows[i].Classic:
			out.changed++
			moved, all = append(moved, row), append(all, row)
		case strayed[row.group()]:
			moved, all = append(moved, row), append(all, row)
			delete(strayed, row.group())
		case row.RatedBy != rows[i].RatedBy || row.RatedVersion != rows[i].RatedVersion:
			all = append(all, row)
		}
	}
	if dry || len(all) == 0 {
		return out, nil
	}
	err = s.take(ctx, func(ctx context.Context, t *turn) error {
		// Only these columns: what else a row says may have changed since it was read.
		upsert := database.Upsert{Key: []string{"id"}, Replace: []string{"total", "classic", "ranked", "pp", "rated_by", "rated_version"}}
		if _, err := upsert.On(t.tx.NewInsert().Model(&all)).Exec(ctx); err != nil {
			return err
		}
		if err := t.compare(ctx, known); err != nil || len(moved) == 0 {
			return err
		}
		return s.reshape(ctx, t, moved, scores.ScoreRevalued)
	})
	if err == nil && len(moved) > 0 {
		s.notify(ctx)
	}
	return out, err
}

// compare has the scores of beatmaps reviewed that were taken for something else than what their scores are ranked by: they changed
// while the scores were worked out, or news of a change was lost.
func (t *turn) compare(ctx context.Context, by map[int32]beatmaps.Beatmap) error {
	ids := slices.Sorted(maps.Keys(by))
	if len(ids) == 0 {
		return nil
	}
	var rows []beatmapRow
	if err := t.tx.NewSelect().Model(&rows).Where("beatmap_id IN (?)", bun.List(ids)).Scan(ctx); err != nil {
		return err
	}
	var changed []int32
	for _, r := range rows {
		if b := by[r.BeatmapID]; r.Status != int16(b.Status) || r.MD5 != b.MD5 {
			changed = append(changed, r.BeatmapID)
		}
	}
	return markChanged(ctx, t.tx, changed)
}

// strayed returns the groups of scores whose bests are on boards of other clients than the configuration says: it was changed.
func (s *Service) strayed(ctx context.Context, rows []scoreRow) (map[group]bool, error) {
	pools := map[group]map[int16]bool{} // that their scores belong in
	for i := range rows {
		if r := &rows[i]; r.Ranked && r.RemovedBy == present {
			if pools[r.group()] == nil {
				pools[r.group()] = map[int16]bool{}
			}
			pools[r.group()][int16(s.cfg.pool(scores.Client(r.Client)))] = true
		}
	}
	has := map[group]map[int16]bool{}
	for part := range slices.Chunk(slices.Collect(maps.Keys(pools)), maxTerms) {
		var bests []bestRow
		err := s.db.Reader.NewSelect().Model(&bests).Column("user_id", "beatmap_id", "ruleset", "variant", "pool").
			Where("metric = ?", scores.ByClassic).Where("mods_key = ?", anyMods).
			WhereGroup(" AND ", func(q *bun.SelectQuery) *bun.SelectQuery {
				for _, g := range part {
					q = q.WhereOr("user_id = ? AND beatmap_id = ? AND ruleset = ? AND variant = ?", g.user, g.beatmap, g.ruleset, g.variant)
				}
				return q
			}).Scan(ctx)
		if err != nil {
			return nil, err
		}
		for i := range bests {
			g := bests[i].group()
			if has[g] == nil {
				has[g] = map[int16]bool{}
			}
			has[g][bests[i].Pool] = true
		}
	}
	strayed := map[group]bool{}
	for g, wanted := range pools {
		for pool := range wanted {
			strayed[g] = strayed[g] || !has[g][pool]
		}
		for pool := range has[g] {
			strayed[g] = strayed[g] || (pool == int16(everybody)) != s.cfg.Merge
		}
	}
	return strayed, nil
}

func same(a, b *float64) bool { return a == b || a != nil && b != nil && *a == *b }

// play returns what the player did.
func (r *scoreRow) play() (*play, error) {
	p := &play{
		client: scores.Client(r.Client), md5: r.BeatmapMD5, ruleset: osu.Ruleset(r.Ruleset), maxCombo: r.MaxCombo, passed: r.Passed,
		total: r.Classic,
	}
	if p.client == scores.Lazer {
		p.total = r.Total
	}
	var err error
	if p.mods, err = mods.Parse(r.Mods); err != nil {
		return nil, fmt.Errorf("score %d: mods: %w", r.ID, err)
	}
	if err := json.Unmarshal([]byte(r.Statistics), &p.statistics); err != nil {
		return nil, fmt.Errorf("score %d: statistics: %w", r.ID, err)
	}
	if p.got, err = statistics(p.statistics); err != nil {
		return nil, fmt.Errorf("score %d: %w", r.ID, err)
	}
	if r.Maximum != nil {
		var counts map[string]int32
		if err := json.Unmarshal([]byte(*r.Maximum), &counts); err != nil {
			return nil, fmt.Errorf("score %d: maximum: %w", r.ID, err)
		}
		maximum, err := statistics(counts)
		if err != nil {
			return nil, fmt.Errorf("score %d: %w", r.ID, err)
		}
		p.maximum = &maximum
	}
	return p, nil
}

// mapsOf returns the beatmaps of scores that are known, by id.
func (s *Service) mapsOf(ctx context.Context, rows []scoreRow) (map[int32]beatmaps.Beatmap, error) {
	out := map[int32]beatmaps.Beatmap{}
	seen := map[int32]bool{}
	var keys []beatmaps.Key
	for i := range rows {
		if id := rows[i].BeatmapID; !seen[id] {
			seen[id] = true
			keys = append(keys, beatmaps.Key{ID: id})
		}
	}
	found, err := s.deps.Beatmaps.Beatmaps(ctx, keys)
	for _, f := range found {
		out[f.Beatmap.ID] = f.Beatmap
	}
	return out, err
}

// rating is what the performance module says of a play.
type rating struct {
	difficulty  *performance.Difficulty
	performance *performance.Performance
	failed      bool
}

// rateAll asks the performance module about many plays, those on the same beatmap with the same mods together.
func (s *Service) rateAll(ctx context.Context, plays []*play, algorithm string) ([]rating, error) {
	out := make([]rating, len(plays))
	for i := range out {
		out[i].failed = true
	}
	if s.deps.Performance == nil {
		return out, nil
	}
	type what struct {
		md5     string
		ruleset osu.Ruleset
		mods    string
	}
	var jobs []performance.Job
	var members [][]int
	index := map[what]int{}
	for i, p := range plays {
		key := what{p.md5, p.ruleset, p.mods.String()}
		j, ok := index[key]
		if !ok || len(jobs[j].Plays) >= performance.MaxPlays {
			j = len(jobs)
			index[key] = j
			target := p.target()
			target.Algorithm = algorithm
			jobs, members = append(jobs, performance.Job{ID: int64(j), Target: target}), append(members, nil)
		}
		jobs[j].Plays, members[j] = append(jobs[j].Plays, p.performance()), append(members[j], i)
	}
	for outcome, err := range s.deps.Performance.Recalculate(ctx, jobs) {
		if err != nil {
			return nil, err
		}
		if outcome.ID < 0 || outcome.ID >= int64(len(jobs)) {
			continue
		}
		for n, i := range members[outcome.ID] {
			switch {
			case outcome.Reason == performance.ErrBadPlay.Reason:
				out[i] = s.rateOne(ctx, jobs[outcome.ID].Target, plays[i])
			case outcome.Reason == "" && n < len(outcome.Performance):
				out[i] = rating{difficulty: &outcome.Difficulty, performance: &outcome.Performance[n]}
			}
		}
	}
	return out, ctx.Err()
}

// rateOne rates a play that another one, which cannot be rated, was asked about with.
func (s *Service) rateOne(ctx context.Context, target performance.Target, p *play) rating {
	difficulty, err := s.deps.Performance.Difficulty(ctx, target)
	if err != nil {
		return rating{failed: true}
	}
	pp, err := s.deps.Performance.Performance(ctx, target, []performance.Play{p.performance()})
	if err != nil || len(pp) != 1 {
		return rating{difficulty: &difficulty, failed: true}
	}
	return rating{difficulty: &difficulty, performance: &pp[0]}
}
