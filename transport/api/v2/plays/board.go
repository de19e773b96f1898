package plays

import (
	"context"
	"slices"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/relations"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/mods"
	v2 "github.com/pure-peace/peace/transport/api/v2"
)

const defaultBoard = 50 // scores

// newVersion makes answers have the present form, whatever the client says.
const newVersion = 99999999

// board is a leaderboard. userScore is what programs of 2021 read.
type board struct {
	Scores    []any   `json:"scores"`
	Count     int     `json:"score_count"`
	Own       *placed `json:"user_score,omitempty"`
	OwnLegacy *placed `json:"userScore,omitempty"`
}

// placed is a score with its position on a board; null when that is not known.
type placed struct {
	Position *int32 `json:"position"`
	Score    any    `json:"score"`
}

// soloLeaderboard is the leaderboard in the present form, for clients that were written before there was another way to ask.
func (a *Area) soloLeaderboard(ctx context.Context, r *v2.Request) (any, error) {
	r.Version = newVersion
	return a.leaderboard(ctx, r)
}

// leaderboard is the best score of each player on a beatmap: of all, of a country, or of friends, with any mods or exactly some.
func (a *Area) leaderboard(ctx context.Context, r *v2.Request) (any, error) {
	found, err := a.beatmap(ctx, r)
	if err != nil {
		return nil, err
	}
	out := board{Scores: []any{}}
	if !found.Beatmap.Status.HasLeaderboard() {
		return out, nil
	}
	wanted, err := a.readBoard(r, &found.Beatmap)
	if err != nil {
		return nil, err
	}
	empty, err := a.scope(ctx, r, &wanted)
	if err != nil || empty {
		return out, err
	}
	listed, err := a.deps.Scores.Leaderboard(ctx, wanted)
	if err != nil {
		return nil, err
	}
	if r.Flag("legacy_only") {
		listed.Scores = slices.DeleteFunc(listed.Scores, func(p scores.Placed) bool { return p.Score.Client != scores.Stable })
	}
	own, err := a.own(ctx, wanted, &listed)
	if err != nil {
		return nil, err
	}
	all := make([]scores.Score, 0, len(listed.Scores)+1)
	for i := range listed.Scores {
		all = append(all, listed.Scores[i].Score)
	}
	n := len(all)
	if own != nil {
		all = append(all, own.Score)
	}
	shown, err := a.load(ctx, r, all, false, found)
	if err != nil {
		return nil, err
	}
	out.Scores, out.Count = shown.all(all[:n], nil), listed.Count
	if own != nil {
		if one, ok := shown.score(&own.Score); ok {
			out.Own = &placed{position(own), one.In(r.Version, &own.Score)}
			out.OwnLegacy = out.Own
		}
	}
	return out, nil
}

func position(p *scores.Placed) *int32 {
	if p.Position == 0 {
		return nil
	}
	return &p.Position
}

// readBoard reads which board is wanted, with any players.
func (a *Area) readBoard(r *v2.Request, b *beatmaps.Beatmap) (scores.Board, error) {
	limit, err := r.Number("limit", defaultBoard, 1, scores.MaxPage)
	if err != nil {
		return scores.Board{}, err
	}
	wanted := scores.Board{BeatmapID: b.ID, Client: scores.Lazer, UserID: r.UserID(), Limit: limit}
	if wanted.Ruleset, err = ruleset(r.Text("mode"), b.Ruleset); err != nil {
		return wanted, err
	}
	if r.Flag("legacy_only") {
		wanted.Client, wanted.Limit = scores.Stable, scores.MaxPage
	}
	if wanted.Mods, err = readMods(r); err != nil {
		return wanted, err
	}
	if wanted.Mods != nil {
		wanted.Variant = wanted.Mods.Variant(wanted.Ruleset)
	}
	return wanted, nil
}

// readMods reads the mods that a board is narrowed to; nil is any. NM says that there are none.
func readMods(r *v2.Request) (*mods.Set, error) {
	given, err := r.Texts("mods", mods.MaxMods)
	if err != nil {
		return nil, err
	}
	given = slices.DeleteFunc(given, func(text string) bool { return text == "" })
	if len(given) == 0 {
		return nil, nil
	}
	set := mods.Set{}
	for _, text := range given {
		one, err := mods.Parse(text)
		if err != nil {
			return nil, unprocessable("invalid mods specified")
		}
		set = append(set, one...)
	}
	return &set, nil
}

// The text that the official server refuses with. Source: ppy/osu-web resources/lang/en/errors.php.
var errSupporter = unprocessable("You must be an osu!supporter to use this feature.")

// scope narrows a board to the players that are wanted, and reports whether there cannot be any.
func (a *Area) scope(ctx context.Context, r *v2.Request, wanted *scores.Board) (empty bool, err error) {
	kind := r.Text("type")
	if kind != "country" && kind != "friend" && kind != "team" {
		return false, nil
	}
	viewer := r.UserID()
	if viewer == 0 {
		return false, errSupporter
	}
	people, err := a.deps.People.Compact(ctx, viewer, []int32{viewer})
	if err != nil {
		return false, err
	}
	if me := people[viewer]; me == nil || !me.IsSupporter {
		return false, errSupporter
	}
	switch kind {
	case "country":
		found, err := a.deps.Users.Get(ctx, []int32{viewer})
		if err != nil || len(found) == 0 || found[0].Country == "" {
			return true, err
		}
		wanted.Country = found[0].Country
	case "friend":
		all, err := a.deps.Relations.List(ctx, viewer)
		if err != nil {
			return false, err
		}
		ids := []int32{viewer}
		for _, one := range all {
			if one.Kind == relations.Friend && len(ids) < scores.MaxBatch {
				ids = append(ids, one.Target)
			}
		}
		wanted.Users = &scores.Users{IDs: ids}
	case "team": // there are none
		return true, nil
	}
	return false, nil
}

// own returns the viewer's best score of those that the board is narrowed to. Its position is known on the whole board, and where
// it is among those listed.
func (a *Area) own(ctx context.Context, wanted scores.Board, listed *scores.Leaderboard) (*scores.Placed, error) {
	if wanted.UserID == 0 {
		return nil, nil
	}
	for i := range listed.Scores {
		if p := &listed.Scores[i]; p.Score.UserID == wanted.UserID {
			return &scores.Placed{Score: p.Score, Position: p.Position}, nil
		}
	}
	if wanted.Mods == nil && wanted.Users == nil && wanted.Country == "" {
		return listed.Own, nil
	}
	mine := wanted
	mine.Users, mine.Country, mine.Limit = &scores.Users{IDs: []int32{wanted.UserID}}, "", 1
	alone, err := a.deps.Scores.Leaderboard(ctx, mine)
	if err != nil || len(alone.Scores) == 0 {
		return nil, err
	}
	return &scores.Placed{Score: alone.Scores[0].Score}, nil
}

// userScore is a user's best score on a beatmap, with its position.
func (a *Area) userScore(ctx context.Context, r *v2.Request) (any, error) {
	found, err := a.beatmap(ctx, r)
	if err != nil {
		return nil, err
	}
	user, err := r.User(ctx, a.deps.Users)
	if err != nil {
		return nil, err
	}
	wanted, err := a.readBoard(r, &found.Beatmap)
	if err != nil {
		return nil, err
	}
	wanted.UserID, wanted.Limit = user.ID, 0
	if wanted.Mods != nil {
		// Who stands before him with these mods is only known of the first hundred.
		wanted.Limit = scores.MaxPage
	}
	listed, err := a.deps.Scores.Leaderboard(ctx, wanted)
	if err != nil {
		return nil, err
	}
	own, err := a.own(ctx, wanted, &listed)
	if err != nil {
		return nil, err
	}
	if own == nil || r.Flag("legacy_only") && own.Score.Client != scores.Stable {
		return nil, v2.NotFound("score")
	}
	shown, err := a.load(ctx, r, []scores.Score{own.Score}, true, found)
	if err != nil {
		return nil, err
	}
	one, ok := shown.score(&own.Score)
	if !ok {
		return nil, v2.NotFound("score")
	}
	one.Beatmapset = nil
	return placed{position(own), one.In(r.Version, &own.Score)}, nil
}

// userScores are the scores of a user on a beatmap, the best first.
func (a *Area) userScores(ctx context.Context, r *v2.Request) (any, error) {
	found, err := a.beatmap(ctx, r)
	if err != nil {
		return nil, err
	}
	user, err := r.User(ctx, a.deps.Users)
	if err != nil {
		return nil, err
	}
	name := r.Text("ruleset")
	if name == "" {
		name = r.Text("mode")
	}
	in, err := ruleset(name, found.Beatmap.Ruleset)
	if err != nil {
		return nil, v2.NotFound("ruleset")
	}
	var all []scores.Score
	for variant := range osu.Variants {
		if !variant.In(in) {
			continue
		}
		list, err := a.deps.Scores.Of(ctx, scores.List{
			Kind: scores.Recent, UserID: user.ID, Ruleset: in, Variant: variant, BeatmapID: found.Beatmap.ID, Limit: scores.MaxPage,
		})
		if err != nil {
			return nil, err
		}
		all = append(all, list.Scores...)
	}
	if r.Flag("legacy_only") {
		all = slices.DeleteFunc(all, func(s scores.Score) bool { return s.Client != scores.Stable })
	}
	slices.SortStableFunc(all, func(x, y scores.Score) int { return int(min(max(y.Total-x.Total, -1), 1)) })
	shown, err := a.load(ctx, r, all, false, found)
	if err != nil {
		return nil, err
	}
	return struct {
		Scores []any `json:"scores"`
	}{shown.all(all, nil)}, nil
}
