package local

import (
	"context"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/uptrace/bun"
	"golang.org/x/sync/errgroup"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/osu"
)

// totals remembers for a moment how many sets queries find: who turns pages asks for it again and again.
type totals = lru.Cache[string, counted]

type counted struct {
	n  int
	at time.Time
}

const (
	totalsKept = 4096
	totalsAge  = 30 * time.Second
)

func newTotals() *totals {
	t, err := lru.New[string, counted](totalsKept)
	if err != nil { // only for a size below 1
		panic(err)
	}
	return t
}

// Search implements beatmaps.Library.
func (s *Service) Search(ctx context.Context, query beatmaps.Query) (beatmaps.Page, error) {
	if err := check(query); err != nil {
		return beatmaps.Page{}, err
	}
	if query.Only && len(query.Within) == 0 {
		return beatmaps.Page{}, nil
	}
	p := s.plan(query)
	var ids []int32
	var cursor string
	var total int
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() (err error) {
		ids, cursor, err = p.page(gctx)
		return err
	})
	g.Go(func() (err error) {
		total, err = s.total(gctx, p)
		return err
	})
	if err := g.Wait(); err != nil {
		return beatmaps.Page{}, err
	}
	known, err := s.entries(ctx, ids)
	if err != nil {
		return beatmaps.Page{}, err
	}
	page := beatmaps.Page{Total: max(total, min(len(ids), maxTotal)), Cursor: cursor}
	for _, id := range ids {
		if e := known[id]; e != nil {
			page.Sets = append(page.Sets, e.whole())
		}
	}
	return page, nil
}

// plan is how a query is answered.
type plan struct {
	db    bun.IDB
	query beatmaps.Query
	terms terms
	order order
}

// order is a column that sets are sorted by; the id decides among equals.
type order struct {
	column string
	kind   any // of the column's values
}

var orders = map[beatmaps.Order]order{
	beatmaps.ByRelevance:  {"sorted_at", time.Time{}},
	beatmaps.ByRanked:     {"sorted_at", time.Time{}},
	beatmaps.ByUpdated:    {"updated_at", time.Time{}},
	beatmaps.ByRating:     {"rating", 0.0},
	beatmaps.ByPlays:      {"plays", int64(0)},
	beatmaps.ByFavourites: {"favourites", int64(0)},
	beatmaps.ByTitle:      {"title", ""},
	beatmaps.ByArtist:     {"artist", ""},
	beatmaps.ByDifficulty: {"stars", 0.0},
	beatmaps.ByCreator:    {"creator", ""},
}

func (s *Service) plan(query beatmaps.Query) *plan {
	p := &plan{db: s.store.Reader, query: query, terms: parse(query.Text)}
	for _, name := range p.terms.tags {
		p.terms.diffs = append(p.terms.diffs, s.tags.given(name))
	}
	var ok bool
	if p.order, ok = orders[query.Order]; !ok {
		p.order = orders[beatmaps.ByRelevance]
	}
	return p
}

// sets returns the query of all sets that have the words, but for what is asked of single beatmaps.
func (p *plan) sets(words []string) *bun.SelectQuery {
	q := p.db.NewSelect().TableExpr("beatmapsets AS ?", bun.Ident("hit"))
	if len(words) > 0 {
		q = q.Where("hit.id IN (?)", matching(p.db, words))
	}
	for _, c := range p.terms.set {
		q = q.Where(c.expr, c.args...)
	}
	if len(p.query.Statuses) > 0 {
		q = q.Where("hit.status IN (?)", bun.List(p.query.Statuses))
	}
	if !p.query.Explicit {
		q = q.Where("hit.explicit = ?", false)
	}
	if p.query.Genre != 0 {
		q = q.Where("hit.genre = ?", p.query.Genre)
	}
	if p.query.Language != 0 {
		q = q.Where("hit.language = ?", p.query.Language)
	}
	if p.query.Video {
		q = q.Where("hit.video = ?", true)
	}
	if p.query.Story {
		q = q.Where("hit.storyboard = ?", true)
	}
	if len(p.query.Within) > 0 {
		q = q.Where("hit.id IN (?)", bun.List(p.query.Within))
	}
	if len(p.query.Without) > 0 {
		q = q.Where("hit.id NOT IN (?)", bun.List(p.query.Without))
	}
	if p.query.Featured {
		q = q.Where("hit.track_id <> 0")
	}
	if p.query.CreatorID != 0 {
		q = q.Where("hit.creator_id = ?", p.query.CreatorID).Where("hit.id >= ?", beatmaps.FirstLocalID)
	}
	if p.query.GuestID != 0 {
		q = q.Where("hit.creator_id <> ?", p.query.GuestID).Where("hit.id IN (?)", p.guest())
	}
	if p.query.Ruleset != nil {
		in := 1 << (*p.query.Ruleset & 7)
		if p.query.Converts {
			in |= 1 << osu.Standard
		}
		q = q.Where("(hit.rulesets & ?) <> 0", in)
	}
	return q
}

// guest returns the query of the sets that have a beatmap of a user of this server.
func (p *plan) guest() *bun.SelectQuery {
	return p.db.NewSelect().TableExpr("beatmaps AS g").Column("set_id").Where("g.creator_id = ?", p.query.GuestID).
		Where("g.set_id >= ?", beatmaps.FirstLocalID).Where("g.deleted = ?", false)
}

// beatmaps returns the query of the beatmaps that the search asks for, or nil when it does not ask for single ones.
func (p *plan) beatmaps() *bun.SelectQuery {
	if len(p.terms.diffs) == 0 {
		return nil
	}
	q := p.db.NewSelect().TableExpr("beatmaps AS b").Where("b.deleted = ?", false)
	if p.query.Ruleset != nil {
		if p.query.Converts && *p.query.Ruleset != osu.Standard {
			q = q.Where("b.ruleset IN (?, ?)", osu.Standard, *p.query.Ruleset)
		} else {
			q = q.Where("b.ruleset = ?", *p.query.Ruleset)
		}
	}
	for _, c := range p.terms.diffs {
		q = q.Where(c.expr, c.args...)
	}
	return q
}

// first returns the query of the sets that are found, for the first few of them: it looks into each set until it has them.
func (p *plan) first(t tier) *bun.SelectQuery {
	q := p.in(t)
	if b := p.beatmaps(); b != nil {
		q = q.Where("EXISTS (?)", b.ColumnExpr("1").Where("b.set_id = hit.id"))
	}
	return q
}

// all returns the same query for all of them. Without words that leave few sets, it goes through the beatmaps once.
func (p *plan) all(t tier) *bun.SelectQuery {
	if b := p.beatmaps(); b != nil && len(p.terms.words)+len(p.query.Within) == 0 {
		return p.in(t).Join("JOIN (?) AS have ON have.set_id = hit.id", b.Column("set_id").Distinct())
	}
	return p.first(t)
}

// tier is a part of what is found.
type tier int

const (
	everything tier = iota
	titled          // all of the words are in the title, as one means most likely
	further         // and the others
)

// tiers returns the parts of what is found that follow each other.
func (p *plan) tiers() []tier {
	if p.query.Order != beatmaps.ByRelevance || len(p.terms.title) == 0 {
		return []tier{everything}
	}
	return []tier{titled, further}
}

func (p *plan) in(t tier) *bun.SelectQuery {
	switch t {
	case titled:
		return p.sets(p.terms.title)
	case further:
		return p.sets(p.terms.words).Where("hit.id NOT IN (?)", matching(p.db, p.terms.title))
	}
	return p.sets(p.terms.words)
}

// page returns the ids of the page, and the cursor of the next.
func (p *plan) page(ctx context.Context) (ids []int32, next string, err error) {
	tiers := p.tiers()
	from, resumed := p.resume(len(tiers))
	limit, offset := p.query.Limit, p.query.Offset
	var last hit
	for i := from.Tier; i < len(tiers); i++ {
		q := p.first(tiers[i])
		if resumed && i == from.Tier {
			q = p.after(q, from)
		}
		hits, err := p.sorted(ctx, q, limit+1-len(ids), offset)
		if err != nil {
			return nil, "", err
		}
		for _, h := range hits {
			if len(ids) == limit {
				return ids, last.cursor(p.query), nil
			}
			h.Tier = i
			ids, last = append(ids, h.ID), h
		}
		switch {
		case len(hits) > 0:
			offset = 0
		case offset > 0 && i+1 < len(tiers):
			n, err := count(ctx, p.db, p.all(tiers[i]))
			if err != nil {
				return nil, "", err
			}
			offset = max(offset-n, 0)
		}
	}
	return ids, "", nil
}

// sorted returns a part of what a query of sets finds, with what it is sorted by.
func (p *plan) sorted(ctx context.Context, q *bun.SelectQuery, limit, offset int) ([]hit, error) {
	direction := "DESC"
	if p.query.Ascending {
		direction = "ASC"
	}
	q = q.ColumnExpr("hit.id").ColumnExpr("hit.?", bun.Ident(p.order.column)).
		OrderExpr("hit.? "+direction+", hit.id "+direction, bun.Ident(p.order.column)).Limit(int64(limit))
	if offset > 0 {
		q = q.Offset(int64(offset))
	}
	rows, err := q.Rows(ctx)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var hits []hit
	for rows.Next() {
		var h hit
		if err := rows.Scan(&h.ID, h.value(p.order.kind)); err != nil {
			return nil, err
		}
		h.Time = h.Time.UTC()
		hits = append(hits, h)
	}
	return hits, rows.Err()
}

// total returns how many sets the query finds, at most maxTotal.
func (s *Service) total(ctx context.Context, p *plan) (int, error) {
	q := p.all(everything)
	key := q.String()
	if c, ok := s.totals.Get(key); ok && time.Since(c.at) < totalsAge {
		return c.n, nil
	}
	n, err := count(ctx, p.db, q)
	if err == nil {
		s.totals.Add(key, counted{n, time.Now()})
	}
	return n, err
}

// count counts what a query of sets finds, at most maxTotal.
func count(ctx context.Context, db bun.IDB, q *bun.SelectQuery) (n int, err error) {
	err = db.NewSelect().TableExpr("(?) AS found", q.ColumnExpr("hit.id").Limit(maxTotal)).ColumnExpr("COUNT(*)").Scan(ctx, &n)
	return n, err
}
