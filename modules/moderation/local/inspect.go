package local

import (
	"context"
	"errors"
	"time"

	"github.com/uptrace/bun"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/fault"
	"github.com/pure-peace/peace/modules/files"
	"github.com/pure-peace/peace/modules/moderation"
	"github.com/pure-peace/peace/modules/performance"
	"github.com/pure-peace/peace/modules/scores"
)

// Inspect implements moderation.Service.
func (s *Service) Inspect(ctx context.Context, scoreID int64) ([]moderation.Finding, error) {
	err := s.inspect(ctx, scoreID)
	if errors.Is(err, scores.ErrNotFound) {
		return nil, moderation.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return s.store.findings(ctx, moderation.Query{ScoreID: scoreID, Closed: true, Limit: moderation.MaxPage})
}

// subject is a score with what there is to compare it with.
type subject struct {
	score      scores.Score
	beatmap    *beatmaps.Beatmap       // nil when it is not known
	difficulty *performance.Difficulty // likewise
}

// inspect looks at everything about a score, keeps what it finds and takes the score out of the queue.
func (s *Service) inspect(ctx context.Context, scoreID int64) error {
	if err := s.slots.Acquire(ctx, 1); err != nil {
		return err
	}
	defer s.slots.Release(1)
	sub, err := s.subject(ctx, scoreID)
	if err != nil {
		return err
	}
	found := append(hints(&sub.score), figures(sub)...)
	if sub.score.HasReplay && sub.score.Passed {
		moves, said, err := s.replay(ctx, sub)
		if err != nil {
			return err
		}
		found = append(found, said...)
		if moves != nil {
			twins, err := s.compare(ctx, sub, moves)
			if err != nil {
				return err
			}
			found = append(found, twins...)
		}
	}
	stale := s.stale(sub.score.UserID)
	if stale {
		shared, err := s.hardware(ctx, sub.score.UserID)
		if err != nil {
			return err
		}
		found = append(found, shared...)
	}
	err = s.deps.DB.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		if err := s.store.done(ctx, tx, scoreID); err != nil {
			return err
		}
		return s.store.keep(ctx, tx, found, now())
	})
	if err == nil && stale {
		s.checked.Add(sub.score.UserID, time.Now())
	}
	return err
}

// subject asks for the score and what it was made on. scores.ErrNotFound.
func (s *Service) subject(ctx context.Context, scoreID int64) (subject, error) {
	var sub subject
	found, err := s.deps.Scores.Scores(ctx, []int64{scoreID})
	if err != nil {
		return sub, err
	}
	if len(found) == 0 {
		return sub, scores.ErrNotFound
	}
	sub.score = found[0]
	if !sub.score.Passed {
		return sub, nil // there is nothing to compare half a play with
	}
	maps, err := s.deps.Beatmaps.Beatmaps(ctx, []beatmaps.Key{{ID: sub.score.BeatmapID}})
	if err != nil {
		return sub, err
	}
	if len(maps) > 0 && maps[0].Beatmap.MD5 == sub.score.BeatmapMD5 {
		sub.beatmap = &maps[0].Beatmap
	}
	d, err := s.deps.Performance.Difficulty(ctx, performance.Target{
		Beatmap: sub.score.BeatmapMD5, Ruleset: sub.score.Ruleset, Mods: sub.score.Mods,
	})
	switch fault.KindOf(err) {
	case fault.NotFound, fault.Invalid, fault.Exhausted: // it cannot be rated, and so says nothing
		return sub, nil
	}
	if err != nil {
		return sub, err
	}
	sub.difficulty = &d
	return sub, nil
}

// replay reads and judges the replay of a score. Moves is nil when there is nothing to compare with other replays.
func (s *Service) replay(ctx context.Context, sub subject) (moves *moves, found []moderation.Finding, err error) {
	data, err := s.load(ctx, sub.score)
	switch {
	case errors.Is(err, scores.ErrNoReplay), errors.Is(err, files.ErrNotFound):
		return nil, []moderation.Finding{
			about(&sub.score, kindReplayMissing, weightOf(kindReplayMissing), "the replay is not in the store"),
		}, nil
	case errors.Is(err, files.ErrTooLarge):
		return nil, []moderation.Finding{
			about(&sub.score, kindReplayUnreadable, weightOf(kindReplayUnreadable), "the replay is too large"),
		}, nil
	case err != nil:
		return nil, nil, err
	}
	moves, found = watch(sub, data)
	return moves, found, nil
}

func (s *Service) load(ctx context.Context, score scores.Score) ([]byte, error) {
	// On behalf of its owner, so that it is no view.
	where, err := s.deps.Scores.Replay(ctx, score.ID, score.UserID)
	if err != nil {
		return nil, err
	}
	return files.Load(ctx, s.deps.Files, where.Key, scores.MaxReplay)
}
