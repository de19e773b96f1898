package local

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"
	"google.golang.org/protobuf/proto"

	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/modules/scores/scorespb"
	"github.com/pure-peace/peace/modules/wire"
	"github.com/pure-peace/peace/osu"
)

// settle makes scores of submissions.
func (s *Service) settle(ctx context.Context, batch []*intake) []error {
	return together(batch, func(batch []*intake) error {
		var made []*intake
		err := s.take(ctx, func(ctx context.Context, t *turn) (err error) {
			made, err = s.settleIn(ctx, t, batch)
			return err
		})
		if err != nil {
			return err
		}
		if err := s.step("settled"); err != nil {
			return err
		}
		for _, in := range made {
			s.publish(ctx, in.result)
		}
		return nil
	})
}

// publish tells of a score that is recorded. What is for staff only stays here.
func (s *Service) publish(ctx context.Context, result scores.Result) {
	result.Score.Doubts = nil
	if result.Previous != nil {
		previous := *result.Previous
		previous.Doubts = nil
		result.Previous = &previous
	}
	event := wire.Pack(scorespb.FromRecorded(scores.Recorded{Result: result}))
	if err := s.deps.State.Publish(ctx, scores.Topic, event); err != nil {
		s.log.WarnContext(ctx, "a score was not announced", "score", result.Score.ID, "error", err)
	}
}

// settleIn does it in a turn, and returns the submissions that are scores now: not those that somebody else was faster with.
func (s *Service) settleIn(ctx context.Context, t *turn, batch []*intake) ([]*intake, error) {
	todo, err := s.claim(ctx, t, batch)
	if err != nil || len(todo) == 0 {
		return nil, err
	}
	if err := s.step("claimed"); err != nil {
		return nil, err
	}
	players, err := t.players(ctx, todo)
	if err != nil {
		return nil, err
	}
	maps, err := t.beatmaps(ctx, todo)
	if err != nil {
		return nil, err
	}
	groups := make([]group, len(todo))
	for i, in := range todo {
		groups[i] = in.weighed.row.group()
	}
	l, err := s.ledger(ctx, t, groups, players)
	if err != nil {
		return nil, err
	}
	rows := make([]scoreRow, len(todo))
	previous := map[int64]scores.Score{}
	if err := s.readPrevious(ctx, t, l, todo, previous); err != nil {
		return nil, err
	}
	for i, in := range todo {
		rows[i] = in.weighed.row
		rows[i].ID = t.id()
		m := maps[rows[i].BeatmapID]
		m.Plays++
		if rows[i].Passed {
			m.Passes++
		}
		m.Fresh = false
		if in.result, err = s.place(ctx, t, l, &rows[i], in.weighed.beatmap.Status, previous); err != nil {
			return nil, err
		}
		in.result.Plays, in.result.Passes = m.Plays, m.Passes
		in.result.Seq = t.entry(scores.ScoreRecorded, rows[i].UserID, rows[i].ID)
		previous[rows[i].ID] = in.result.Score
	}
	if _, err := t.tx.NewInsert().Model(&rows).Exec(ctx); err != nil {
		return nil, fmt.Errorf("scores: %w", err)
	}
	if err := s.step("inserted"); err != nil {
		return nil, err
	}
	if err := l.write(ctx); err != nil {
		return nil, err
	}
	if err := s.step("placed"); err != nil {
		return nil, err
	}
	if err := t.putBeatmaps(ctx, maps); err != nil {
		return nil, err
	}
	return todo, t.finish(ctx, todo)
}

// claim returns the submissions of a batch that are still to be processed; the others get the outcome that they have.
func (s *Service) claim(ctx context.Context, t *turn, batch []*intake) ([]*intake, error) {
	keys := make([]string, len(batch))
	for i, in := range batch {
		keys[i] = in.row.Key
	}
	var rows []submissionRow
	q := t.tx.NewSelect().Model(&rows).Column("submission_key", "user_id", "state", "outcome", "reason", "received_at", "attempts").
		Where("submission_key IN (?)", bun.List(keys))
	if s.db.Locks() {
		q = q.For("UPDATE")
	}
	if err := q.Scan(ctx); err != nil {
		return nil, fmt.Errorf("submissions: %w", err)
	}
	known := make(map[string]*submissionRow, len(rows))
	for i := range rows {
		known[rows[i].Key] = &rows[i]
	}
	var todo []*intake
	taken := map[string]*intake{}
	for _, in := range batch {
		row := known[in.row.Key]
		switch {
		case row == nil:
			return nil, fmt.Errorf("submission %s is gone", in.row.Key)
		case row.State == received || row.State == waiting:
			if taken[in.row.Key] != nil {
				// Sent twice at once: the second one asks again, and finds the first one's outcome.
				return nil, errTwice
			}
			taken[in.row.Key] = in
			todo = append(todo, in)
		default:
			result, err := outcome(row)
			if err != nil {
				return nil, err
			}
			in.result = result
		}
	}
	return todo, nil
}

// errTwice makes a batch be worked through one by one.
var errTwice = fmt.Errorf("a submission is in a batch twice")

// players returns the players of submissions, and writes down those who are new.
func (t *turn) players(ctx context.Context, todo []*intake) (map[int32]playerRow, error) {
	ids := make([]int32, len(todo))
	for i, in := range todo {
		ids[i] = in.row.UserID
	}
	var rows []playerRow
	if err := t.tx.NewSelect().Model(&rows).Where("user_id IN (?)", bun.List(ids)).Scan(ctx); err != nil {
		return nil, fmt.Errorf("players: %w", err)
	}
	players := make(map[int32]playerRow, len(todo))
	for _, row := range rows {
		players[row.UserID] = row
	}
	var added []playerRow
	for _, in := range todo {
		if _, ok := players[in.row.UserID]; !ok {
			players[in.row.UserID] = in.weighed.player
			added = append(added, in.weighed.player)
		}
	}
	if len(added) == 0 {
		return players, nil
	}
	if _, err := t.tx.NewInsert().Model(&added).Exec(ctx); err != nil {
		return nil, fmt.Errorf("players: %w", err)
	}
	return players, nil
}

// beatmaps returns the rows of the submissions' beatmaps.
func (t *turn) beatmaps(ctx context.Context, todo []*intake) (map[int32]*beatmapRow, error) {
	ids := make([]int32, len(todo))
	for i, in := range todo {
		ids[i] = in.weighed.beatmap.ID
	}
	var rows []beatmapRow
	if err := t.tx.NewSelect().Model(&rows).Where("beatmap_id IN (?)", bun.List(ids)).Scan(ctx); err != nil {
		return nil, fmt.Errorf("beatmaps: %w", err)
	}
	maps := make(map[int32]*beatmapRow, len(todo))
	for i := range rows {
		maps[rows[i].BeatmapID] = &rows[i]
	}
	for _, in := range todo {
		b := in.weighed.beatmap
		if maps[b.ID] == nil {
			maps[b.ID] = &beatmapRow{BeatmapID: b.ID, MD5: b.MD5, Status: int16(b.Status)}
		} else if maps[b.ID].Status != int16(b.Status) || maps[b.ID].MD5 != b.MD5 {
			maps[b.ID].Stale = true // this score is ranked by another status or version than the earlier ones
			maps[b.ID].MD5 = anyVersion
		}
	}
	return maps, nil
}

// putBeatmaps writes them back. Of those that are there only what turns alone write: others may have marked them stale meanwhile.
func (t *turn) putBeatmaps(ctx context.Context, maps map[int32]*beatmapRow) error {
	rows := make([]beatmapRow, 0, len(maps))
	var changed []int32
	for id, row := range maps {
		rows = append(rows, *row)
		if row.Stale && row.MD5 == anyVersion {
			changed = append(changed, id)
		}
	}
	slices.SortFunc(rows, func(a, b beatmapRow) int { return cmp.Compare(a.BeatmapID, b.BeatmapID) })
	upsert := database.Upsert{Key: []string{"beatmap_id"}, Replace: []string{"plays", "passes", "fresh"}}
	if _, err := upsert.On(t.tx.NewInsert().Model(&rows)).Exec(ctx); err != nil {
		return fmt.Errorf("beatmaps: %w", err)
	}
	return markChanged(ctx, t.tx, changed)
}

// boardOf returns the board that tells how good a score is.
func (s *Service) boardOf(r *scoreRow, status osu.Status) (boardKey, scores.Metric) {
	client := scores.Client(r.Client)
	metric := s.cfg.metric(client, osu.Variant(r.Variant), status)
	return boardKey{r.BeatmapID, r.Ruleset, r.Variant, int16(metric), int16(s.cfg.pool(client)), anyMods}, metric
}

// readPrevious reads the scores that were the best of their players on the boards that count.
func (s *Service) readPrevious(ctx context.Context, t *turn, l *ledger, todo []*intake, into map[int64]scores.Score) error {
	var ids []int64
	for _, in := range todo {
		board, _ := s.boardOf(&in.weighed.row, in.weighed.beatmap.Status)
		if best, ok := l.bests[bestKey{in.row.UserID, board}]; ok && in.weighed.row.Ranked {
			ids = append(ids, best.ScoreID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	found, err := readScores(ctx, t.tx, ids)
	for _, row := range found {
		score, err := row.score()
		if err != nil {
			return err
		}
		into[row.ID] = score
	}
	return err
}

// place offers a new score to the ledger and says what came of it.
func (s *Service) place(
	ctx context.Context, t *turn, l *ledger, r *scoreRow, status osu.Status, previous map[int64]scores.Score,
) (result scores.Result, err error) {
	if result.Score, err = r.score(); err != nil {
		return result, err
	}
	board, metric := s.boardOf(r, status)
	result.Metric = metric
	if !r.Ranked {
		return result, nil
	}
	key := bestKey{r.UserID, board}
	leader, led := l.leaders[board]
	if old, ok := l.bests[key]; ok {
		if before, ok := previous[old.ScoreID]; ok {
			result.Previous = &before
		}
		if result.Before, err = t.position(ctx, board, old.standing()); err != nil {
			return result, fmt.Errorf("position: %w", err)
		}
	}
	l.offer(r)
	best, ok := l.bests[key]
	if !ok {
		return result, nil // the metric does not know this score
	}
	result.Best = best.ScoreID == r.ID
	if result.After, err = t.position(ctx, board, best.standing()); err != nil {
		return result, fmt.Errorf("position: %w", err)
	}
	if result.Best && result.After == 1 && !l.players[r.UserID].Hidden && led && leader.UserID != r.UserID {
		result.Dethroned = leader.UserID
	}
	return result, nil
}

// finish writes the outcome of submissions.
func (t *turn) finish(ctx context.Context, done []*intake) error {
	rows := make([]submissionRow, len(done))
	for i, in := range done {
		data, err := proto.Marshal(scorespb.FromResult(in.result))
		if err != nil {
			return fmt.Errorf("outcome: %w", err)
		}
		rows[i] = in.row
		// The score tells everything that the payload did.
		rows[i].State, rows[i].DueAt, rows[i].Outcome, rows[i].Payload = processed, time.Time{}, data, []byte{}
	}
	upsert := database.Upsert{Key: []string{"submission_key"}, Replace: []string{"state", "due_at", "outcome", "payload"}}
	if _, err := upsert.On(t.tx.NewInsert().Model(&rows)).Exec(ctx); err != nil {
		return fmt.Errorf("outcomes: %w", err)
	}
	return nil
}
