package plays

import (
	"context"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/osu"
	v2 "github.com/pure-peace/peace/transport/api/v2"
	"github.com/pure-peace/peace/transport/api/v2/resource"
)

// shown is scores with what is shown beside them, loaded for all at once.
type shown struct {
	area    *Area
	viewer  int32
	version int
	found   map[int32]*beatmaps.Found
	people  map[int32]*resource.User
	with    bool // beatmaps and sets
}

// load looks up the beatmaps and players of scores. Beatmaps are only shown when with is set; those given in known are not asked
// for again.
func (a *Area) load(ctx context.Context, r *v2.Request, plays []scores.Score, with bool, known ...beatmaps.Found) (*shown, error) {
	s := &shown{area: a, viewer: r.UserID(), version: r.Version, found: make(map[int32]*beatmaps.Found), with: with}
	for i := range known {
		s.found[known[i].Beatmap.ID] = &known[i]
	}
	var keys []beatmaps.Key
	var ids []int32
	players := make(map[int32]bool)
	for i := range plays {
		p := &plays[i]
		if _, ok := s.found[p.BeatmapID]; !ok {
			s.found[p.BeatmapID] = nil
			keys = append(keys, beatmaps.Key{ID: p.BeatmapID})
		}
		if !players[p.UserID] {
			players[p.UserID] = true
			ids = append(ids, p.UserID)
		}
	}
	if len(keys) > 0 {
		found, err := a.deps.Beatmaps.Beatmaps(ctx, keys)
		if err != nil {
			return nil, err
		}
		for i := range found {
			s.found[found[i].Beatmap.ID] = &found[i]
		}
	}
	if len(ids) == 0 {
		return s, nil
	}
	var err error
	s.people, err = a.deps.People.Compact(ctx, s.viewer, ids)
	return s, err
}

// score returns a score as the API has it; false when its player cannot be seen by the viewer, or its beatmap, which is to be
// shown, is gone: lazer takes null for neither.
func (s *shown) score(p *scores.Score) (*resource.Score, bool) {
	f, user := s.found[p.BeatmapID], s.people[p.UserID]
	if user == nil || s.with && f == nil {
		return nil, false
	}
	var combo int32
	if f != nil && f.Beatmap.Ruleset == p.Ruleset && f.Beatmap.MD5 == p.BeatmapMD5 {
		combo = f.Beatmap.MaxCombo
	}
	out := resource.NewScore(p, combo)
	out.User = user
	if p.UserID == s.viewer && s.viewer != 0 {
		out.CurrentUserAttributes.Pin = &resource.Pin{ScoreID: p.ID}
	}
	if s.with {
		out.Beatmap = resource.NewBeatmap(&f.Beatmap, &f.Set, &s.area.deps.Links).In(p.Ruleset)
		out.Beatmapset = resource.NewBeatmapset(&f.Set, &s.area.deps.Links)
	}
	return out, true
}

// all returns scores in the form that the client's version reads, those left out that cannot be shown. change may add to each.
func (s *shown) all(plays []scores.Score, change func(i int, out *resource.Score)) []any {
	out := make([]any, 0, len(plays))
	for i := range plays {
		one, ok := s.score(&plays[i])
		if !ok {
			continue
		}
		if change != nil {
			change(i, one)
		}
		out = append(out, one.In(s.version, &plays[i]))
	}
	return out
}

// ruleset reads a ruleset by its name; def when there is none.
func ruleset(name string, def osu.Ruleset) (osu.Ruleset, error) {
	if name == "" {
		return def, nil
	}
	chosen, err := osu.ParseRuleset(name)
	if err != nil {
		return 0, unprocessable("invalid mode specified")
	}
	return chosen, nil
}
