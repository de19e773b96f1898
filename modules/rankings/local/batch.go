package local

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/uptrace/bun"
	"google.golang.org/protobuf/proto"

	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/rankings"
	"github.com/pure-peace/peace/modules/rankings/rankingspb"
	"github.com/pure-peace/peace/modules/scores"
)

// errRetired says that a count is neither in force nor in the making any more.
var errRetired = errors.New("another count is in force")

// counts is the row of ranking_counts.
type counts struct {
	bun.BaseModel `bun:"table:ranking_counts,alias:c"`

	ID       int    `bun:"id,pk"`
	Live     int32  `bun:"live"`
	Shadow   int32  `bun:"shadow"`
	Newest   int32  `bun:"newest"`
	Settings string `bun:"settings"` // under which the shadow was begun
}

func readCounts(ctx context.Context, db bun.IDB) (counts, error) {
	var c counts
	err := db.NewSelect().Model(&c).Where("id = 1").Scan(ctx)
	return c, err
}

// run counts entries: it reads what they touch, and applies them.
func (l *ledger) run(ctx context.Context, tx bun.IDB, entries []scores.Entry, memory *memory) error {
	if err := l.load(ctx, tx, entries, memory); err != nil {
		return err
	}
	for i := range entries {
		l.apply(&entries[i])
	}
	return nil
}

// load reads what the entries touch. Its statements are few and each of them finds its rows by a key.
func (l *ledger) load(ctx context.Context, tx bun.IDB, entries []scores.Entry, memory *memory) error {
	users, ids := make(map[int32]bool), []int64(nil)
	for i := range entries {
		users[entries[i].UserID] = true
		if concerns(&entries[i]) {
			ids = append(ids, entries[i].Score.ID)
		}
	}
	var rows []*figures
	err := tx.NewSelect().Model(&rows).Where("count_id = ?", l.count).
		Where("user_id IN (?)", bun.List(slices.Sorted(maps.Keys(users)))).Scan(ctx)
	if err != nil {
		return err
	}
	for _, f := range rows {
		l.figures[f.account()], l.seqs[f.account()] = f, f.Seq
	}
	if len(ids) == 0 {
		return nil
	}
	var plays []played
	if err := tx.NewSelect().Model(&plays).Where("count_id = ?", l.count).Where("score_id IN (?)", bun.List(ids)).Scan(ctx); err != nil {
		return err
	}
	for _, p := range plays {
		l.played[p.ScoreID] = p
	}
	if err := l.loadBests(ctx, tx, entries); err != nil {
		return err
	}
	for i := range entries {
		if e := &entries[i]; concerns(e) && l.reorders(e) {
			if err := l.loadList(ctx, tx, accountOf(e.Score), memory); err != nil {
				return err
			}
		}
	}
	return nil
}

// maxUnion bounds the parts of a union: SQLite takes 500.
const maxUnion = 250

func (l *ledger) loadBests(ctx context.Context, tx bun.IDB, entries []scores.Entry) error {
	wanted := make(map[place]bool)
	for i := range entries {
		if concerns(&entries[i]) {
			wanted[placeOf(entries[i].Score)] = true
		}
	}
	for places := range slices.Chunk(slices.Collect(maps.Keys(wanted)), maxUnion) {
		// A union of look-ups, because no way to ask for several keys of many columns is fast on every engine.
		var query *bun.SelectQuery
		for _, at := range places {
			one := tx.NewSelect().Model((*best)(nil)).Where("count_id = ?", l.count).Where("user_id = ?", at.user).
				Where("ruleset = ?", at.board.Ruleset).Where("variant = ?", at.board.Variant).Where("beatmap_id = ?", at.beatmap)
			if query == nil {
				query = one
			} else {
				query = query.UnionAll(one)
			}
		}
		var rows []best
		if err := query.Scan(ctx, &rows); err != nil {
			return err
		}
		for _, b := range rows {
			l.bests[place{account{b.UserID, rankings.Board{Ruleset: b.Ruleset, Variant: b.Variant}}, b.Beatmap}] = b
		}
	}
	return nil
}

// loadList reads the plays of a player that weigh, unless they are in memory.
func (l *ledger) loadList(ctx context.Context, tx bun.IDB, a account, memory *memory) error {
	if _, ok := l.lists[a]; ok {
		return nil
	}
	f := l.figures[a]
	if f == nil || f.Rated == 0 {
		l.lists[a] = nil
		return nil
	}
	if list, ok := memory.recall(l.count, a, f.Seq); ok {
		l.lists[a] = list
		return nil
	}
	rows, err := tx.NewSelect().Table("ranking_bests").Column("beatmap_id", "pp", "accuracy").
		Where("count_id = ?", l.count).Where("user_id = ?", a.user).Where("ruleset = ?", a.board.Ruleset).
		Where("variant = ?", a.board.Variant).Where("pp > 0").OrderExpr("pp DESC").Limit(weighed).Rows(ctx)
	if err != nil {
		return err
	}
	defer rows.Close()
	list := make([]rated, 0, min(f.Rated, weighed)+1)
	for rows.Next() {
		var r rated
		if err := rows.Scan(&r.beatmap, &r.pp, &r.accuracy); err != nil {
			return err
		}
		list = append(list, r)
	}
	slices.SortFunc(list, byWorth)
	l.lists[a] = list
	return rows.Err()
}

// save writes what has changed.
func (l *ledger) save(ctx context.Context, tx bun.IDB, now time.Time) error {
	for _, step := range []func() error{
		func() error { return l.saveScores(ctx, tx) },
		func() error { return l.saveBests(ctx, tx) },
		func() error { return l.saveMonths(ctx, tx) },
		func() error { return l.savePlaycounts(ctx, tx) },
		func() error { return l.findCombos(ctx, tx) },
		func() error { return l.saveFigures(ctx, tx) },
		func() error { return l.saveEffects(ctx, tx, now) },
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

var accountKey = []string{"count_id", "user_id", "ruleset", "variant"}

func (l *ledger) saveFigures(ctx context.Context, tx bun.IDB) error {
	rows := make([]*figures, 0, len(l.changed))
	for a := range l.changed {
		rows = append(rows, l.figures[a])
	}
	return upsert(ctx, tx, rows, database.Upsert{Key: accountKey, Replace: []string{
		"country", "former", "hidden", "pp", "accuracy", "rated", "ranked_score", "total_score", "playcount", "play_time", "hits",
		"max_combo", "grade_xh", "grade_x", "grade_sh", "grade_s", "grade_a", "last_played_at", "seq", "count_300", "count_100", "count_50", "count_miss",
	}})
}

func (l *ledger) saveScores(ctx context.Context, tx bun.IDB) error {
	var rows []played
	var gone []int64
	for id := range l.scores {
		if p, ok := l.played[id]; ok {
			rows = append(rows, p)
		} else {
			gone = append(gone, id)
		}
	}
	if len(gone) > 0 {
		_, err := tx.NewDelete().Model((*played)(nil)).Where("count_id = ?", l.count).Where("score_id IN (?)", bun.List(gone)).Exec(ctx)
		if err != nil {
			return err
		}
	}
	return upsert(ctx, tx, rows, database.Upsert{
		Key: []string{"count_id", "score_id"}, Replace: []string{
			"total", "play_time", "hits", "max_combo", "count_300", "count_100", "count_50", "count_miss",
		},
	})
}

func (l *ledger) saveBests(ctx context.Context, tx bun.IDB) error {
	var rows []best
	for at := range l.places {
		if b, ok := l.bests[at]; ok {
			rows = append(rows, b)
			continue
		}
		_, err := tx.NewDelete().Model((*best)(nil)).Where("count_id = ?", l.count).Where("user_id = ?", at.user).
			Where("ruleset = ?", at.board.Ruleset).Where("variant = ?", at.board.Variant).Where("beatmap_id = ?", at.beatmap).Exec(ctx)
		if err != nil {
			return err
		}
	}
	return upsert(ctx, tx, rows, database.Upsert{
		Key: append(accountKey[:4:4], "beatmap_id"), Replace: []string{"pp", "accuracy", "score", "grade"},
	})
}

// monthly is a row of ranking_months.
type monthly struct {
	bun.BaseModel `bun:"table:ranking_months,alias:m"`

	Count   int32 `bun:"count_id,pk"`
	UserID  int32 `bun:"user_id,pk"`
	Ruleset uint8 `bun:"ruleset,pk"`
	Variant uint8 `bun:"variant,pk"`
	Month   int   `bun:"month,pk"`
	Plays   int32 `bun:"plays"`
}

func (l *ledger) saveMonths(ctx context.Context, tx bun.IDB) error {
	var rows []monthly
	for m, plays := range l.months {
		if plays != 0 {
			rows = append(rows, monthly{
				Count: l.count, UserID: m.user, Ruleset: uint8(m.board.Ruleset), Variant: uint8(m.board.Variant),
				Month: m.month, Plays: plays,
			})
		}
	}
	return upsert(ctx, tx, rows, database.Upsert{Key: append(accountKey[:4:4], "month"), Add: []string{"plays"}})
}

// findCombos looks for the longest combo of those who have lost it.
func (l *ledger) findCombos(ctx context.Context, tx bun.IDB) error {
	for a := range l.combos {
		err := tx.NewSelect().Table("ranking_scores").ColumnExpr("COALESCE(MAX(max_combo), 0)").
			Where("count_id = ?", l.count).Where("user_id = ?", a.user).Where("ruleset = ?", a.board.Ruleset).
			Where("variant = ?", a.board.Variant).Scan(ctx, &l.figures[a].MaxCombo)
		if err != nil {
			return err
		}
	}
	return nil
}

// effects are rows of ranking_effects.
type effectRow struct {
	bun.BaseModel `bun:"table:ranking_effects,alias:e"`

	ScoreID   int64     `bun:"score_id,pk"`
	CountedAt time.Time `bun:"counted_at"`
	Effect    []byte    `bun:"effect"`
}

func (l *ledger) saveEffects(ctx context.Context, tx bun.IDB, now time.Time) error {
	rows := make([]effectRow, len(l.effects))
	for i, e := range l.effects {
		encoded, err := proto.Marshal(rankingspb.FromEffect(rankings.Effect{Before: e.before, After: e.after}))
		if err != nil {
			return err
		}
		rows[i] = effectRow{ScoreID: e.score, CountedAt: now, Effect: encoded}
	}
	return upsert(ctx, tx, rows, database.Upsert{Key: []string{"score_id"}}) // what was told stays
}

// upsert writes rows, if there are any.
func upsert[R any](ctx context.Context, tx bun.IDB, rows []R, how database.Upsert) error {
	if len(rows) == 0 {
		return nil
	}
	_, err := how.On(tx.NewInsert().Model(&rows)).Exec(ctx)
	return err
}
