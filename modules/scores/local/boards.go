package local

import (
	"container/list"
	"context"
	"slices"
	"sort"
	"sync"

	"github.com/uptrace/bun"

	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/scores"
)

// change is what a turn did to one player's place on a board; was and now are nil where he had or has none that is shown.
type change struct {
	board    boardKey
	user     int32
	country  string
	was, now *standing
}

// placed is one place of a board in memory.
type placed struct {
	standing
	user    int32
	country [2]byte
}

// boards keeps the boards that were asked for in memory, the least recently used going first, so that a position or a count costs
// no walk through the database. Turns of this process tell what they changed; what other processes did, the log tells.
type boards struct {
	db    *database.DB
	limit int // places in all

	mu    sync.Mutex
	seq   int64 // of the last entry that the boards know of; unread before the first turn
	known map[boardKey]*board
	lru   *list.List // of *board, the latest used first
	total int
}

const unread = -1

func newBoards(db *database.DB, limit int) *boards {
	return &boards{db: db, limit: limit, seq: unread, known: map[boardKey]*board{}, lru: list.New()}
}

// board is one board. Those who find it unloaded wait for the one who loads it.
type board struct {
	key     boardKey
	element *list.Element
	loaded  chan struct{} // closed when places or err are there
	err     error

	// Guarded by boards.mu until loaded is closed.
	pending []change
	size    int

	mu     sync.RWMutex
	places []placed // in order
}

// get returns a board, and reads it when it is not there.
func (b *boards) get(ctx context.Context, key boardKey) (*board, error) {
	b.mu.Lock()
	it := b.known[key]
	if it != nil {
		b.lru.MoveToFront(it.element)
		b.mu.Unlock()
		select {
		case <-it.loaded:
			if it.err == nil {
				return it, nil
			}
			// The one who read it may have been in a greater hurry.
			if ctx.Err() == nil {
				return b.alone(ctx, key)
			}
			return nil, ctx.Err()
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	it = &board{key: key, loaded: make(chan struct{})}
	it.element = b.lru.PushFront(it)
	b.known[key] = it
	b.mu.Unlock()

	places, err := b.read(ctx, key)
	b.mu.Lock()
	defer b.mu.Unlock()
	defer close(it.loaded)
	it.places, it.err = places, err
	if err != nil {
		b.forget(it)
		return nil, err
	}
	for _, c := range it.pending {
		it.apply(c)
	}
	it.pending = nil
	b.resize(it)
	return it, nil
}

// alone reads a board for one caller.
func (b *boards) alone(ctx context.Context, key boardKey) (*board, error) {
	places, err := b.read(ctx, key)
	return &board{key: key, places: places}, err
}

func (b *boards) read(ctx context.Context, key boardKey) ([]placed, error) {
	// Past bun's models: a board may have a hundred thousand places.
	rows, err := whereBoard(b.db.Reader.NewSelect().Model((*bestRow)(nil)), key).Where("hidden = ?", false).
		Column("place", "score_id", "user_id", "country").Order("place", "score_id").Rows(ctx)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var places []placed
	for rows.Next() {
		var p placed
		var country string
		if err := rows.Scan(&p.place, &p.score, &p.user, &country); err != nil {
			return nil, err
		}
		copy(p.country[:], country)
		places = append(places, p)
	}
	return slices.Clip(places), rows.Err()
}

// forget drops a board. Callers hold b.mu.
func (b *boards) forget(it *board) {
	if b.known[it.key] == it {
		delete(b.known, it.key)
		b.lru.Remove(it.element)
		b.total -= it.size
	}
}

// resize accounts for a board's size and makes room. Callers hold b.mu.
func (b *boards) resize(it *board) {
	if b.known[it.key] != it {
		return // dropped meanwhile
	}
	size := len(it.places) + 8 // an empty board takes room as well
	b.total += size - it.size
	it.size = size
	for b.total > b.limit && b.lru.Len() > 1 {
		b.forget(b.lru.Back().Value.(*board))
	}
}

// ahead counts the players who stand before at, if the board is in memory.
func (b *boards) ahead(key boardKey, at standing) (int, bool) {
	b.mu.Lock()
	it := b.known[key]
	b.mu.Unlock()
	if it == nil {
		return 0, false
	}
	select {
	case <-it.loaded:
	default:
		return 0, false
	}
	if it.err != nil {
		return 0, false
	}
	return it.ahead(at), true
}

// apply takes in what a turn of this process committed.
func (b *boards) apply(t *turn) {
	b.mu.Lock()
	defer b.mu.Unlock()
	// The log told of this turn already, and perhaps of later ones: what the boards have may be newer than its changes.
	overtaken := len(t.entries) > 0 && b.seq >= t.lastSeq
	b.seq = max(b.seq, t.lastSeq)
	if t.lost {
		b.clear()
		return
	}
	for _, c := range t.changes {
		it := b.known[c.board]
		if it == nil {
			continue
		}
		if overtaken {
			b.forget(it)
			continue
		}
		select {
		case <-it.loaded:
			it.mu.Lock()
			it.apply(c)
			it.mu.Unlock()
			b.resize(it)
		default:
			it.pending = append(it.pending, c)
		}
	}
}

// clear forgets everything. Callers hold b.mu.
func (b *boards) clear() {
	for _, it := range b.known {
		b.forget(it)
	}
}

// mostMissed is how many entries of other processes are looked at one by one.
const mostMissed = 1000

// catchUp forgets the boards that other processes changed up to an entry of the log.
func (b *boards) catchUp(ctx context.Context, db bun.IDB, seq int64) error {
	b.mu.Lock()
	since := b.seq
	b.mu.Unlock()
	if since >= seq {
		return nil
	}
	var missed []struct {
		Kind      scores.EntryKind
		BeatmapID int32
		Ruleset   int16
		Variant   int16
	}
	if since != unread {
		err := db.NewSelect().TableExpr("score_log AS e").Join("LEFT JOIN scores AS s ON s.id = e.score_id").
			ColumnExpr("e.kind, COALESCE(s.beatmap_id, 0) AS beatmap_id, COALESCE(s.ruleset, 0) AS ruleset, COALESCE(s.variant, 0) AS variant").
			Where("e.seq > ?", since).Where("e.seq <= ?", seq).OrderExpr("e.seq").Limit(mostMissed+1).Scan(ctx, &missed)
		if err != nil {
			return err
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.seq = max(b.seq, seq)
	type place struct {
		beatmap          int32
		ruleset, variant int16
	}
	changed := map[place]bool{}
	for _, m := range missed {
		if m.BeatmapID == 0 || len(missed) > mostMissed {
			b.clear()
			return nil
		}
		changed[place{m.BeatmapID, m.Ruleset, m.Variant}] = true
	}
	for key, it := range b.known {
		if since == unread || changed[place{key.beatmap, key.ruleset, key.variant}] {
			b.forget(it)
		}
	}
	return nil
}

// search returns the index of the first place that is not before at.
func (it *board) search(at standing) int {
	return sort.Search(len(it.places), func(i int) bool { return !it.places[i].before(at) })
}

// apply puts one player where he belongs. Doing it again changes nothing.
func (it *board) apply(c change) {
	i := -1
	if c.was != nil {
		if j := it.search(*c.was); j < len(it.places) && it.places[j].user == c.user {
			i = j
		}
	}
	if i < 0 {
		i = slices.IndexFunc(it.places, func(p placed) bool { return p.user == c.user })
	}
	if i >= 0 {
		it.places = slices.Delete(it.places, i, i+1)
	}
	if c.now != nil {
		p := placed{standing: *c.now, user: c.user}
		copy(p.country[:], c.country)
		it.places = slices.Insert(it.places, it.search(*c.now), p)
	}
}

func (it *board) ahead(at standing) int {
	it.mu.RLock()
	defer it.mu.RUnlock()
	return it.search(at)
}

// top returns the first places that pass, and how many do in all. A nil filter passes all.
func (it *board) top(limit int, passes func(*placed) bool) (first []placed, count int) {
	it.mu.RLock()
	defer it.mu.RUnlock()
	if passes == nil {
		return slices.Clone(it.places[:min(limit, len(it.places))]), len(it.places)
	}
	for i := range it.places {
		if passes(&it.places[i]) {
			if count++; count <= limit {
				first = append(first, it.places[i])
			}
		}
	}
	return first, count
}
