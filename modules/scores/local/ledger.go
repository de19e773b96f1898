package local

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/scores"
)

// standing is where a score stands on a board: smaller is better, and of two equal scores the older one is.
type standing struct{ place, score int64 }

func (a standing) before(b standing) bool {
	return a.place < b.place || a.place == b.place && a.score < b.score
}

// boardKey names a board.
type boardKey struct {
	beatmap int32
	ruleset int16
	variant int16
	metric  int16
	pool    int16
	mods    string
}

// bestKey names the best of a player on a board.
type bestKey struct {
	user  int32
	board boardKey
}

func (r *bestRow) key() bestKey {
	return bestKey{r.UserID, boardKey{r.BeatmapID, r.Ruleset, r.Variant, r.Metric, r.Pool, r.ModsKey}}
}

func (r *bestRow) standing() standing { return standing{r.Place, r.ScoreID} }

func (r *leaderRow) key() boardKey {
	return boardKey{r.BeatmapID, r.Ruleset, r.Variant, r.Metric, r.Pool, anyMods}
}

func (r *leaderRow) standing() standing { return standing{r.Place, r.ScoreID} }

// group is the plays of one player that compare with each other.
type group struct {
	user, beatmap    int32
	ruleset, variant int16
}

func (r *scoreRow) group() group { return group{r.UserID, r.BeatmapID, r.Ruleset, r.Variant} }

func (r *bestRow) group() group { return group{r.UserID, r.BeatmapID, r.Ruleset, r.Variant} }

// maxTerms bounds the alternatives of one WHERE: SQLite takes no expression deeper than a thousand.
const maxTerms = 200

// ledger works out, within a turn, who is best on which board. It knows the bests of some groups and the leaders of their boards,
// takes scores in or counts groups anew, and writes what changed.
type ledger struct {
	turn    *turn
	pool    func(scores.Client) scores.Client
	players map[int32]playerRow

	bests   map[bestKey]bestRow
	stored  map[bestKey]bestRow // as the table has them
	leaders map[boardKey]leaderRow
	led     map[boardKey]bool // leaders that changed
	unsure  map[boardKey]bool // boards whose leader has to be looked for
}

// ledger returns one that knows the groups, whose players are given.
func (s *Service) ledger(ctx context.Context, t *turn, groups []group, players map[int32]playerRow) (*ledger, error) {
	l := &ledger{
		turn: t, pool: s.cfg.pool, players: players,
		bests: map[bestKey]bestRow{}, stored: map[bestKey]bestRow{},
		leaders: map[boardKey]leaderRow{}, led: map[boardKey]bool{}, unsure: map[boardKey]bool{},
	}
	for part := range slices.Chunk(groups, maxTerms) {
		var bests []bestRow
		err := t.tx.NewSelect().Model(&bests).WhereGroup(" AND ", func(q *bun.SelectQuery) *bun.SelectQuery {
			for _, g := range part {
				q = q.WhereOr("user_id = ? AND beatmap_id = ? AND ruleset = ? AND variant = ?", g.user, g.beatmap, g.ruleset, g.variant)
			}
			return q
		}).Scan(ctx)
		if err != nil {
			return nil, fmt.Errorf("bests: %w", err)
		}
		for _, b := range bests {
			l.bests[b.key()], l.stored[b.key()] = b, b
		}
		var leaders []leaderRow
		err = t.tx.NewSelect().Model(&leaders).WhereGroup(" AND ", func(q *bun.SelectQuery) *bun.SelectQuery {
			seen := map[group]bool{}
			for _, g := range part {
				g.user = 0
				if !seen[g] {
					seen[g] = true
					q = q.WhereOr("beatmap_id = ? AND ruleset = ? AND variant = ?", g.beatmap, g.ruleset, g.variant)
				}
			}
			return q
		}).Scan(ctx)
		if err != nil {
			return nil, fmt.Errorf("leaders: %w", err)
		}
		for _, leader := range leaders {
			l.leaders[leader.key()] = leader
		}
	}
	return l, nil
}

// boardsOf yields the boards that a score stands on, with its place.
func (l *ledger) boardsOf(r *scoreRow, yield func(boardKey, standing)) {
	if !r.Ranked || r.RemovedBy != present {
		return
	}
	pool := int16(l.pool(scores.Client(r.Client)))
	for _, m := range metrics {
		place, ok := r.place(m)
		if !ok {
			continue
		}
		for _, mods := range [...]string{anyMods, r.ModsKey} {
			yield(boardKey{r.BeatmapID, r.Ruleset, r.Variant, int16(m), pool, mods}, standing{place, r.ID})
		}
	}
}

// offer takes a new score in.
func (l *ledger) offer(r *scoreRow) {
	l.boardsOf(r, func(board boardKey, at standing) {
		key := bestKey{r.UserID, board}
		if best, ok := l.bests[key]; !ok || at.before(best.standing()) {
			l.set(key, at)
		}
	})
}

// recount replaces the bests of groups by those among all their scores.
func (l *ledger) recount(groups []group, rows []scoreRow) {
	best := map[bestKey]standing{}
	for i := range rows {
		l.boardsOf(&rows[i], func(board boardKey, at standing) {
			key := bestKey{rows[i].UserID, board}
			if old, ok := best[key]; !ok || at.before(old) {
				best[key] = at
			}
		})
	}
	of := map[group]bool{}
	for _, g := range groups {
		of[g] = true
	}
	for key, row := range l.bests {
		if _, ok := best[key]; !ok && of[row.group()] {
			l.unset(key)
		}
	}
	for key, at := range best {
		l.set(key, at)
	}
}

// set makes a score the best on a board.
func (l *ledger) set(key bestKey, at standing) {
	old, had := l.bests[key]
	if had && old.standing() == at {
		return
	}
	player := l.players[key.user]
	b := key.board
	l.bests[key] = bestRow{
		UserID: key.user, BeatmapID: b.beatmap, Ruleset: b.ruleset, Variant: b.variant, Metric: b.metric, Pool: b.pool,
		ModsKey: b.mods, ScoreID: at.score, Place: at.place, Country: player.Country, Hidden: player.Hidden,
	}
	if player.Hidden {
		return
	}
	c := change{board: b, user: key.user, country: player.Country, now: &at}
	if had {
		before := old.standing()
		c.was = &before
	}
	l.turn.changes = append(l.turn.changes, c)
	if b.mods != anyMods {
		return
	}
	switch leader, led := l.leaders[b]; {
	case !led || at.before(leader.standing()):
		l.lead(key, at)
	case leader.UserID == key.user: // and this is worse than what made him so
		l.unsure[b] = true
	}
}

// unset leaves a player without a best on a board.
func (l *ledger) unset(key bestKey) {
	old, had := l.bests[key]
	if !had {
		return
	}
	delete(l.bests, key)
	if old.Hidden {
		return
	}
	was := old.standing()
	l.turn.changes = append(l.turn.changes, change{board: key.board, user: key.user, was: &was})
	if key.board.mods == anyMods && l.leaders[key.board].UserID == key.user {
		l.unsure[key.board] = true
	}
}

// lead makes a player the first on a board.
func (l *ledger) lead(key bestKey, at standing) {
	b := key.board
	row := leaderRow{
		BeatmapID: b.beatmap, Ruleset: b.ruleset, Variant: b.variant, Metric: b.metric, Pool: b.pool,
		UserID: key.user, ScoreID: at.score, Place: at.place, Since: l.turn.now,
	}
	if old, ok := l.leaders[b]; ok && old.UserID == key.user {
		row.Since = old.Since
	}
	l.leaders[b] = row
	l.led[b] = true
}

// write puts what changed into the tables.
func (l *ledger) write(ctx context.Context) error {
	var better []bestRow
	for key, row := range l.bests {
		if old, ok := l.stored[key]; !ok || old != row {
			better = append(better, row)
		}
	}
	var gone []bestKey
	for key := range l.stored {
		if _, ok := l.bests[key]; !ok {
			gone = append(gone, key)
		}
	}
	if err := l.writeBests(ctx, better, gone); err != nil {
		return fmt.Errorf("bests: %w", err)
	}
	if err := l.writeLeaders(ctx); err != nil {
		return fmt.Errorf("leaders: %w", err)
	}
	return nil
}

func (l *ledger) writeBests(ctx context.Context, better []bestRow, gone []bestKey) error {
	upsert := database.Upsert{
		Key:     []string{"user_id", "beatmap_id", "ruleset", "variant", "metric", "pool", "mods_key"},
		Replace: []string{"score_id", "place", "country", "hidden"},
	}
	for part := range slices.Chunk(better, maxRows) {
		if _, err := upsert.On(l.turn.tx.NewInsert().Model(&part)).Exec(ctx); err != nil {
			return err
		}
	}
	for part := range slices.Chunk(gone, maxTerms) {
		_, err := l.turn.tx.NewDelete().Model((*bestRow)(nil)).WhereGroup(" AND ", func(q *bun.DeleteQuery) *bun.DeleteQuery {
			for _, k := range part {
				q = q.WhereOr("user_id = ? AND beatmap_id = ? AND ruleset = ? AND variant = ? AND metric = ? AND pool = ? AND mods_key = ?",
					k.user, k.board.beatmap, k.board.ruleset, k.board.variant, k.board.metric, k.board.pool, k.board.mods)
			}
			return q
		}).Exec(ctx)
		if err != nil {
			return err
		}
	}
	return nil
}

// maxRows bounds the rows of one INSERT.
const maxRows = 500

func (l *ledger) writeLeaders(ctx context.Context) error {
	for board := range l.unsure {
		delete(l.led, board)
		if err := l.turn.findLeader(ctx, board, l.leaders[board]); err != nil {
			return err
		}
	}
	var rows []leaderRow
	for board := range l.led {
		rows = append(rows, l.leaders[board])
	}
	return l.turn.putLeaders(ctx, rows)
}

// putLeaders writes who leads.
func (t *turn) putLeaders(ctx context.Context, rows []leaderRow) error {
	upsert := database.Upsert{
		Key:     []string{"beatmap_id", "ruleset", "variant", "metric", "pool"},
		Replace: []string{"user_id", "score_id", "place", "since"},
	}
	for part := range slices.Chunk(rows, maxRows) {
		if _, err := upsert.On(t.tx.NewInsert().Model(&part)).Exec(ctx); err != nil {
			return err
		}
	}
	return nil
}

// findLeader looks for the first of a board, where old led, among the bests that are written.
func (t *turn) findLeader(ctx context.Context, board boardKey, old leaderRow) error {
	var first bestRow
	err := whereBoard(t.tx.NewSelect().Model(&first), board).Where("hidden = ?", false).
		Order("place", "score_id").Limit(1).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		_, err = t.tx.NewDelete().Model((*leaderRow)(nil)).Where("beatmap_id = ?", board.beatmap).Where("ruleset = ?", board.ruleset).
			Where("variant = ?", board.variant).Where("metric = ?", board.metric).Where("pool = ?", board.pool).Exec(ctx)
		return err
	}
	if err != nil {
		return err
	}
	leader := leaderRow{
		BeatmapID: board.beatmap, Ruleset: board.ruleset, Variant: board.variant, Metric: board.metric, Pool: board.pool,
		UserID: first.UserID, ScoreID: first.ScoreID, Place: first.Place, Since: t.now,
	}
	if old.UserID == first.UserID {
		leader.Since = old.Since
	}
	return t.putLeaders(ctx, []leaderRow{leader})
}

// whereBoard narrows a query over score_bests to a board.
func whereBoard(q *bun.SelectQuery, board boardKey) *bun.SelectQuery {
	return q.Where("beatmap_id = ?", board.beatmap).Where("ruleset = ?", board.ruleset).Where("variant = ?", board.variant).
		Where("metric = ?", board.metric).Where("pool = ?", board.pool).Where("mods_key = ?", board.mods)
}
