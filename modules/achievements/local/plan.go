package local

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/fault"
	"github.com/pure-peace/peace/modules/performance"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/modules/scores/follow"
)

// earning is a score that is good enough for a medal.
type earning struct {
	bun.BaseModel `bun:"table:medal_earnings,alias:e"`

	UserID  int32     `bun:"user_id,pk"`
	MedalID int32     `bun:"medal_id,pk"`
	ScoreID int64     `bun:"score_id,pk"`
	At      time.Time `bun:"at"`
}

// change is what a batch of entries comes down to.
type change struct {
	scores []int64        // that were looked at
	now    []earning      // what they earn
	hidden map[int32]bool // of all players in the batch
	shown  []int32        // players who were restricted and are not any more
}

// plan implements follow.Plan.
func (s *Service) plan(ctx context.Context, entries []scores.Entry) (follow.Effects, error) {
	// What an entry says of a score and a player is as it is now, so that the last one of each has it all.
	latest := map[int64]scores.Entry{}
	c := change{hidden: map[int32]bool{}}
	for _, e := range entries {
		c.hidden[e.UserID] = e.Hidden
		if e.Score != nil {
			latest[e.Score.ID] = e
		}
		if e.Kind == scores.PlayerShown {
			c.shown = append(c.shown, e.UserID)
		}
	}
	found, err := s.lookUp(ctx, latest)
	if err != nil {
		return follow.Effects{}, err
	}
	for _, id := range slices.Sorted(maps.Keys(latest)) {
		e := latest[id]
		c.scores = append(c.scores, id)
		ids, err := s.judge(ctx, e, found)
		if err != nil {
			return follow.Effects{}, fmt.Errorf("score %d: %w", id, err)
		}
		for _, medal := range ids {
			c.now = append(c.now, earning{UserID: e.UserID, MedalID: medal, ScoreID: id, At: e.Score.EndedAt.UTC().Truncate(time.Microsecond)})
		}
	}
	c.shown = slices.Compact(slices.Sorted(slices.Values(c.shown)))
	if len(c.scores)+len(c.shown) == 0 {
		return follow.Effects{}, nil
	}
	return follow.Effects{Write: func(ctx context.Context, tx bun.Tx) error { return s.store.apply(ctx, tx, c) }}, nil
}

// eligible reports whether a score can earn anything.
func eligible(score *scores.Score) bool { return !score.Removed && score.Passed && score.Ranked }

// lookUp asks for the beatmaps of all scores that can earn something, by id.
func (s *Service) lookUp(ctx context.Context, entries map[int64]scores.Entry) (map[int32]beatmaps.Found, error) {
	wanted := map[int32]bool{}
	for _, e := range entries {
		if eligible(e.Score) {
			wanted[e.Score.BeatmapID] = true
		}
	}
	found := make(map[int32]beatmaps.Found, len(wanted))
	if len(wanted) == 0 {
		return found, nil
	}
	var keys []beatmaps.Key
	for _, id := range slices.Sorted(maps.Keys(wanted)) {
		keys = append(keys, beatmaps.Key{ID: id})
	}
	answer, err := s.deps.Beatmaps.Beatmaps(ctx, keys)
	if err != nil {
		return nil, err
	}
	for _, f := range answer {
		found[f.Beatmap.ID] = f
	}
	return found, nil
}

// judge returns the medals that a score earns, by id.
func (s *Service) judge(ctx context.Context, e scores.Entry, found map[int32]beatmaps.Found) ([]int32, error) {
	if !eligible(e.Score) {
		return nil, nil
	}
	f, known := found[e.Score.BeatmapID]
	if !known || !f.Beatmap.Status.GivesPerformance() {
		return nil, nil
	}
	stars, err := s.stars(ctx, e.Score)
	if err != nil {
		return nil, err
	}
	play := Play{Score: *e.Score, Beatmap: f.Beatmap, Set: f.Set, Stars: stars, Bests: e.Bests}
	var ids []int32
	for _, m := range s.medals {
		if m.Ruleset != nil && *m.Ruleset != e.Score.Ruleset {
			continue
		}
		earned, err := m.Earned(ctx, play)
		if err != nil {
			return nil, fmt.Errorf("medal %s: %w", m.File, err)
		}
		if earned {
			ids = append(ids, m.id)
		}
	}
	return ids, nil
}

// stars returns how hard the play was. A beatmap that cannot be rated is NaN, which no condition is true of; what may be better
// in a moment is an error.
func (s *Service) stars(ctx context.Context, score *scores.Score) (float64, error) {
	d, err := s.deps.Performance.Difficulty(ctx, performance.Target{
		Beatmap: score.BeatmapMD5, Ruleset: score.Ruleset, Mods: score.Mods,
	})
	if err == nil {
		return d.Stars, nil
	}
	switch fault.KindOf(err) {
	case fault.NotFound, fault.Invalid, fault.Exhausted:
		s.deps.Log.WarnContext(ctx, "the stars of a play are not known", "score", score.ID, "beatmap", score.BeatmapMD5, "error", err)
		return math.NaN(), nil
	default:
		return 0, err
	}
}

// pair is a user and a medal.
type pair struct{ user, medal int32 }

func comparePairs(a, b pair) int {
	return cmp.Or(cmp.Compare(a.user, b.user), cmp.Compare(a.medal, b.medal))
}
