package scores_test

import (
	"context"
	"iter"
	"slices"
	"sync"

	"github.com/pure-peace/peace/modules/achievements"
	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/files"
	"github.com/pure-peace/peace/modules/moderation"
	"github.com/pure-peace/peace/modules/rankings"
	"github.com/pure-peace/peace/modules/scores"
)

// The fakes answer what a test tells them to, and remember what they were asked. A method that no test expects panics.

type fakeScores struct {
	scores.Service
	mu        sync.Mutex
	submitted []scores.Submission
	answer    func(scores.Submission) (scores.Result, error)
	known     map[string]scores.Result
	board     scores.Leaderboard
	boardErr  error
	asked     []scores.Board
	scores    map[int64]scores.Score
	replays   map[int64]string
	views     []int32
}

func (f *fakeScores) Submitted(_ context.Context, userID int32, key string) (scores.Result, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if result, ok := f.known[key]; ok && result.Score.UserID == userID {
		return result, nil
	}
	return scores.Result{}, scores.ErrNotFound
}

func (f *fakeScores) Submit(_ context.Context, s scores.Submission) (scores.Result, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.submitted = append(f.submitted, s)
	if f.answer == nil {
		return scores.Result{}, scores.ErrUnknownBeatmap
	}
	result, err := f.answer(s)
	if err == nil {
		f.known[s.Key] = result
	}
	return result, err
}

func (f *fakeScores) Leaderboard(_ context.Context, board scores.Board) (scores.Leaderboard, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked = append(f.asked, board)
	answer := f.board
	answer.Scores = slices.Clone(answer.Scores[:min(board.Limit, len(answer.Scores))])
	return answer, f.boardErr
}

func (f *fakeScores) Scores(_ context.Context, ids []int64) ([]scores.Score, error) {
	var found []scores.Score
	for _, id := range ids {
		if s, ok := f.scores[id]; ok {
			found = append(found, s)
		}
	}
	return found, nil
}

func (f *fakeScores) Replay(_ context.Context, id int64, viewer int32) (scores.Replay, error) {
	key, ok := f.replays[id]
	if !ok {
		return scores.Replay{}, scores.ErrNoReplay
	}
	if viewer != f.scores[id].UserID {
		f.views = append(f.views, viewer)
	}
	return scores.Replay{Score: f.scores[id], Key: key}, nil
}

type fakeBeatmaps struct {
	beatmaps.Library
	found []beatmaps.Found // by any key that fits
	err   error
	asked int
}

func (f *fakeBeatmaps) Beatmaps(_ context.Context, keys []beatmaps.Key) ([]beatmaps.Found, error) {
	f.asked++
	var found []beatmaps.Found
	for _, key := range keys {
		for _, one := range f.found {
			if key.MD5 == one.Beatmap.MD5 || key.ID != 0 && key.ID == one.Beatmap.ID || key.File != "" && key.File == one.Beatmap.File {
				one.Key = key
				found = append(found, one)
			}
		}
	}
	return found, f.err
}

type fakeFiles struct {
	files.Service
	mu    sync.Mutex
	blobs map[string][]byte
	err   error
}

func (f *fakeFiles) Put(_ context.Context, key string, data []byte) (files.Blob, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err != nil {
		return files.Blob{}, f.err
	}
	f.blobs[key] = slices.Clone(data)
	return files.Blob{Key: key, Size: int64(len(data))}, nil
}

func (f *fakeFiles) Read(_ context.Context, key string, _, _ int64) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		f.mu.Lock()
		data, ok := f.blobs[key]
		f.mu.Unlock()
		if !ok {
			yield(nil, files.ErrNotFound)
			return
		}
		for piece := range slices.Chunk(data, files.MaxPiece) {
			if !yield(piece, nil) {
				return
			}
		}
	}
}

type fakeRankings struct {
	rankings.Service
	effect rankings.Effect
	err    error
	shown  rankings.Statistics
	viewed []int32
}

func (f *fakeRankings) Effect(context.Context, int64, int64) (rankings.Effect, error) {
	return f.effect, f.err
}

func (f *fakeRankings) Statistics(context.Context, []int32, rankings.Board) ([]rankings.Statistics, error) {
	return []rankings.Statistics{f.shown}, nil
}

func (f *fakeRankings) Viewed(_ context.Context, userID int32, _ rankings.Board) error {
	f.viewed = append(f.viewed, userID)
	return nil
}

type fakeAchievements struct {
	achievements.Service
	earned []achievements.Achievement
	err    error
}

func (f *fakeAchievements) Earned(context.Context, int64, int64) ([]achievements.Achievement, error) {
	return f.earned, f.err
}

type fakeModeration struct {
	moderation.Service
	mu       sync.Mutex
	findings []moderation.Finding
}

func (f *fakeModeration) Report(_ context.Context, finding moderation.Finding) (moderation.Finding, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.findings = append(f.findings, finding)
	return finding, nil
}
