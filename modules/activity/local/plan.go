package local

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/uptrace/bun"

	"github.com/pure-peace/peace/modules/activity"
	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/fault"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/modules/scores/follow"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/osu"
)

// batch is what entries of the log of scores come down to.
type batch struct {
	rows     []row
	removed  []int64
	restored []int64
	hidden   map[int32]bool // players who were restricted, or are not any more

	beatmaps map[int32]beatmaps.Found // that were played
}

// plan implements follow.Plan.
func (s *Service) plan(ctx context.Context, entries []scores.Entry) (follow.Effects, error) {
	b := batch{hidden: map[int32]bool{}}
	var told []scores.Entry // of scores that may have brought something about
	played := map[int32]bool{}
	for _, e := range entries {
		switch {
		case e.Kind == scores.PlayerHidden || e.Kind == scores.PlayerShown:
			b.hidden[e.UserID] = e.Hidden // as it is now, so that the last word is the true one
		case e.Score == nil:
		case e.Score.Removed:
			b.removed = append(b.removed, e.Score.ID)
		case e.Kind == scores.ScoreRestored || e.Kind == scores.ScoreRecorded:
			if e.Kind == scores.ScoreRestored {
				b.restored = append(b.restored, e.Score.ID)
			}
			played[e.Score.BeatmapID] = true
			if e.Score.Passed && e.Score.Ranked && e.Score.Variant == osu.Vanilla && !e.Hidden {
				told = append(told, e)
			}
		}
	}
	var err error
	if b.beatmaps, err = s.findBeatmaps(ctx, slices.Sorted(maps.Keys(played))); err != nil {
		return follow.Effects{}, err
	}
	for _, e := range told {
		if err := s.tell(ctx, &b, e); err != nil {
			return follow.Effects{}, fmt.Errorf("score %d: %w", e.Score.ID, err)
		}
	}
	b.count(entries[len(entries)-1])
	if b.rows, err = s.named(ctx, b.rows); err != nil {
		return follow.Effects{}, err
	}
	if len(b.rows)+len(b.removed)+len(b.restored)+len(b.hidden) == 0 {
		return follow.Effects{}, nil
	}
	return follow.Effects{Write: func(ctx context.Context, tx bun.Tx) error { return s.store.apply(ctx, tx, &b) }}, nil
}

func (s store) apply(ctx context.Context, tx bun.Tx, b *batch) error {
	if err := s.add(ctx, tx, b.rows); err != nil {
		return err
	}
	if err := s.remove(ctx, tx, b.restored, false); err != nil {
		return err
	}
	if err := s.remove(ctx, tx, b.removed, true); err != nil {
		return err
	}
	for _, user := range slices.Sorted(maps.Keys(b.hidden)) {
		if err := s.hide(ctx, tx, user, b.hidden[user]); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) findBeatmaps(ctx context.Context, ids []int32) (map[int32]beatmaps.Found, error) {
	found := make(map[int32]beatmaps.Found, len(ids))
	for some := range slices.Chunk(ids, beatmaps.MaxBatch) {
		keys := make([]beatmaps.Key, len(some))
		for i, id := range some {
			keys[i] = beatmaps.Key{ID: id}
		}
		answer, err := s.deps.Beatmaps.Beatmaps(ctx, keys)
		if err != nil {
			return nil, err
		}
		for _, f := range answer {
			found[f.Beatmap.ID] = f
		}
	}
	return found, nil
}

// tell adds what a score brought about: a place, another player's loss of the first one, medals. Names come later.
func (s *Service) tell(ctx context.Context, b *batch, e scores.Entry) error {
	f, known := b.beatmaps[e.Score.BeatmapID]
	if !known {
		return nil // gone with its title
	}
	id := strconv.FormatInt(e.Score.ID, 10)
	about := activity.Event{
		At: e.Score.EndedAt, UserID: e.UserID, BeatmapID: f.Beatmap.ID, SetID: f.Beatmap.SetID, Title: titleOf(f.Set) + " [" + f.Beatmap.Name + "]",
		Ruleset: e.Score.Ruleset, Grade: e.Score.Grade,
	}
	result, err := s.deps.Scores.Submitted(ctx, e.UserID, e.Score.Key)
	switch {
	case errors.Is(err, scores.ErrNotFound) || fault.KindOf(err) == fault.Invalid: // its result is not kept any more
	case err != nil:
		return err
	default:
		if result.Best && result.After >= 1 && result.After <= s.config.Rank {
			reached := about
			reached.Kind, reached.Rank = activity.Rank, result.After
			b.rows = append(b.rows, newRow("rank "+id, e.Score.ID, reached))
		}
		if result.Dethroned != 0 && result.Plays >= s.config.Lost {
			lost := about
			lost.Kind, lost.UserID, lost.Grade = activity.RankLost, result.Dethroned, osu.GradeNone
			b.rows = append(b.rows, newRow("lost "+id, e.Score.ID, lost))
		}
	}
	if s.deps.Medals == nil {
		return nil
	}
	medals, err := s.deps.Medals.Earned(ctx, e.Seq, e.Score.ID)
	for _, m := range medals {
		b.rows = append(b.rows, newRow(fmt.Sprintf("medal %d %s", m.ID, id), e.Score.ID, activity.Event{
			At: e.Score.EndedAt, Kind: activity.Medal, UserID: e.UserID, Ruleset: e.Score.Ruleset, Grade: osu.GradeNone,
			MedalID: m.ID, Medal: m.Name, MedalFile: m.File,
		}))
	}
	return err
}

// named adds the names of players, and takes out what is about those who are restricted or gone.
func (s *Service) named(ctx context.Context, rows []row) ([]row, error) {
	wanted := map[int32]bool{}
	for _, r := range rows {
		if r.UserID != 0 {
			wanted[r.UserID] = true
		}
	}
	accounts := make(map[int32]users.User, len(wanted))
	for some := range slices.Chunk(slices.Sorted(maps.Keys(wanted)), users.MaxBatch) {
		found, err := s.deps.Users.Get(ctx, some)
		if err != nil {
			return nil, err
		}
		for _, u := range found {
			accounts[u.ID] = u
		}
	}
	rows = slices.DeleteFunc(rows, func(r row) bool {
		u, ok := accounts[r.UserID]
		return r.UserID != 0 && (!ok || u.Restricted)
	})
	for i := range rows {
		if u, ok := accounts[rows[i].UserID]; ok {
			rows[i].Name = u.Name
		}
	}
	return rows, nil
}

// firstMilestone is how many plays of a beatmap are told first; ten times as many are the next.
const firstMilestone = 1000

// milestone returns the number of plays that was reached just now, if one was: beatmaps are told of their plays a little late, and
// those that were played more often before this module was there have nothing to celebrate.
func milestone(plays int32) int32 {
	for at := int64(firstMilestone); at <= int64(plays); at *= 10 {
		if int64(plays) <= at+at/10 {
			return int32(at)
		}
	}
	return 0
}

// count adds beatmaps that were played very often.
func (b *batch) count(last scores.Entry) {
	for _, id := range slices.Sorted(maps.Keys(b.beatmaps)) {
		f := b.beatmaps[id]
		plays := milestone(f.Beatmap.Plays)
		if plays == 0 {
			continue
		}
		b.rows = append(b.rows, newRow(fmt.Sprintf("plays %d %d", id, plays), 0, activity.Event{
			At: last.At, Kind: activity.BeatmapPlayed, UserID: authorOf(f.Set), Name: f.Set.Creator, BeatmapID: id, SetID: f.Beatmap.SetID,
			Title: titleOf(f.Set) + " [" + f.Beatmap.Name + "]", Ruleset: f.Beatmap.Ruleset, Grade: osu.GradeNone, Count: plays,
		}))
	}
}

func titleOf(set beatmaps.Set) string { return set.Artist + " - " + set.Title }

// authorOf returns who made a set; 0 when he has no account here.
func authorOf(set beatmaps.Set) int32 {
	if set.ID >= beatmaps.FirstLocalID {
		return set.CreatorID
	}
	return 0
}
