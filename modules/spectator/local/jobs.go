package local

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/fault"
	"github.com/pure-peace/peace/modules/rankings"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/modules/scores/scorespb"
	"github.com/pure-peace/peace/modules/spectator"
	"github.com/pure-peace/peace/modules/spectator/spectatorpb"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/state/view"
	"github.com/pure-peace/peace/modules/wire"
)

const (
	// jobsEvery is how often jobs are looked for that another process left behind.
	jobsEvery = 2 * time.Second
	// leaseTime is how long a job belongs to a process that does not renew its lease, which it does three times as often.
	leaseTime = 30 * time.Second
	// askEvery is how often a score is asked for whose event may have been missed; later, when it is kept but not processed, seldom.
	askEvery, askSeldom = time.Second, 10 * time.Second
	// countTime is how long rankings may take to count a score before the player is told all the same.
	countTime = 30 * time.Second
	// stepTime bounds one step of a job.
	stepTime = 30 * time.Second
)

// jobs are the jobs of this process.
type jobs struct {
	wake    chan struct{}
	room    chan struct{} // a value for each job that is worked on
	writing chan struct{} // likewise for each replay that is put together

	mu     sync.Mutex
	mine   map[string]chan struct{} // by key; receives when the job's score may be there
	scores map[string]string        // submission key to job key
}

func newJobs(cfg Config) jobs {
	return jobs{
		wake: make(chan struct{}, 1), room: make(chan struct{}, cfg.Jobs), writing: make(chan struct{}, cfg.Workers),
		mine: map[string]chan struct{}{}, scores: map[string]string{},
	}
}

// rouse makes Run look for jobs.
func (j *jobs) rouse() {
	select {
	case j.wake <- struct{}{}:
	default:
	}
}

// take notes that this process works on a job, and reports false when it does already.
func (j *jobs) take(key, submission string) (news chan struct{}, ok bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.mine[key] != nil {
		return nil, false
	}
	news = make(chan struct{}, 1)
	j.mine[key], j.scores[submission] = news, key
	return news, true
}

func (j *jobs) give(key, submission string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	delete(j.mine, key)
	delete(j.scores, submission)
}

// hear tells the job that waits for a submission that it may be there.
func (j *jobs) hear(submission string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if news := j.mine[j.scores[submission]]; news != nil {
		select {
		case news <- struct{}{}:
		default:
		}
	}
}

// hearScores listens for scores that jobs wait for.
func (s *Service) hearScores(ctx context.Context) {
	nothing := func(context.Context) error { return nil }
	view.Listen(ctx, s.deps.State, []string{scores.Topic}, s.log, nothing, func(_ context.Context, n state.Notice) error {
		if event, err := wire.Unpack(n.Payload); err == nil {
			if m, ok := event.(*scorespb.Recorded); ok {
				s.jobs.hear(m.GetResult().GetScore().GetKey())
			}
		}
		return nil
	})
}

// finishAll works on jobs until ctx ends, and returns when the last one has been put back.
func (s *Service) finishAll(ctx context.Context) {
	var wg sync.WaitGroup
	defer wg.Wait()
	ticker := time.NewTicker(s.jobsEvery)
	defer ticker.Stop()
	for ctx.Err() == nil {
		err := s.all(ctx, jobTag, func(r state.Record) error {
			j, err := decode[job](r)
			if err != nil {
				s.log.ErrorContext(ctx, "a play that ended cannot be read", "key", r.Key, "error", err)
				return nil
			}
			if j.Finished || time.Now().Before(j.LeasedTo) {
				return nil
			}
			player := j.Play.Player
			news, ok := s.jobs.take(r.Key, scores.TokenKey(player.Token))
			if !ok {
				return nil
			}
			select {
			case s.jobs.room <- struct{}{}:
			default: // there is enough to do: another look finds it
				s.jobs.give(r.Key, scores.TokenKey(player.Token))
				return nil
			}
			wg.Go(func() {
				defer func() {
					s.jobs.give(r.Key, scores.TokenKey(player.Token))
					<-s.jobs.room
				}()
				s.finish(ctx, &task{key: r.Key, version: r.Version, job: *j, news: news})
			})
			return nil
		})
		if err != nil && ctx.Err() == nil {
			s.log.WarnContext(ctx, "plays that ended are not looked for", "error", err)
		}
		select {
		case <-ctx.Done():
		case <-ticker.C:
		case <-s.jobs.wake:
		}
	}
}

// task is a job that this process works on.
type task struct {
	key     string
	version uint64
	job     job
	news    chan struct{}
	renewed time.Time
}

// errLost says that another process has the job now.
var errLost = errors.New("another process has the job")

// save writes the job back, leased until then.
func (s *Service) save(ctx context.Context, t *task, until time.Time) error {
	t.job.LeasedTo = until
	put := &state.Put{Space: Space, Key: t.key, Value: encode(t.job), IfVersion: &t.version, AddTags: []string{jobTag}}
	if t.job.Finished {
		put.TTL, put.AddTags, put.RemoveTags = spentLife, nil, []string{jobTag}
	}
	outcomes, err := s.deps.State.Apply(ctx, []state.Change{{Put: put}})
	switch {
	case errors.Is(err, state.ErrConflict):
		return errLost
	case err != nil:
		return err
	}
	t.version, t.renewed = outcomes[0].Version, time.Now()
	return nil
}

// lease renews the lease of a job when it is time.
func (s *Service) lease(ctx context.Context, t *task) error {
	if time.Since(t.renewed) < s.leaseTime/3 {
		return nil
	}
	return s.save(ctx, t, time.Now().Add(s.leaseTime))
}

// finish works on a job until it is finished or ctx ends. What fails is tried again by whoever finds the job next.
func (s *Service) finish(ctx context.Context, t *task) {
	if err := s.lease(ctx, t); err != nil {
		if !errors.Is(err, errLost) && ctx.Err() == nil {
			s.log.WarnContext(ctx, "a play that ended is not taken on", "job", t.key, "error", err)
		}
		return
	}
	err := s.work(ctx, t)
	if errors.Is(err, errLost) {
		return
	}
	next := time.Now() // others may have it at once when this process stops
	if err != nil && ctx.Err() == nil {
		s.log.LogAttrs(ctx, slog.LevelWarn, "the replay of a play is not finished yet", slog.String("job", t.key), slog.Any("error", err))
		next = next.Add(askSeldom)
	}
	t.job.Finished = err == nil || ctx.Err() == nil && time.Since(t.job.EndedAt) > s.cfg.Pending
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stepTime)
	defer cancel()
	if t.job.Finished {
		if err := s.clear(ctx, t.job.Play.Player); err != nil {
			s.log.WarnContext(ctx, "frames of a play are left over", "job", t.key, "error", err)
			t.job.Finished, next = false, time.Now().Add(askSeldom)
		}
	}
	if err := s.save(ctx, t, next); err != nil && !errors.Is(err, errLost) {
		s.log.WarnContext(ctx, "a play that ended is not put back", "job", t.key, "error", err)
	}
}

// work does what is left to do of a job. Nil means that nothing is.
func (s *Service) work(ctx context.Context, t *task) error {
	result, err := s.await(ctx, t)
	if err != nil || result == nil {
		return err
	}
	if !t.job.Told {
		if err := s.tellProcessed(ctx, t, result); err != nil {
			return err
		}
		t.job.Told = true
		if err := s.save(ctx, t, time.Now().Add(s.leaseTime)); err != nil {
			return err
		}
	}
	return s.attach(ctx, t, result)
}

// await waits for the score of a play. Nil means that there will be none, because the client did not submit it or it was refused.
// Source of the time: ppy/osu-server-spectator Hubs/ScoreUploader.cs.
func (s *Service) await(ctx context.Context, t *task) (*scores.Result, error) {
	player := t.job.Play.Player
	for {
		step, cancel := context.WithTimeout(ctx, stepTime)
		result, err := s.deps.Scores.Submitted(step, player.UserID, scores.TokenKey(player.Token))
		cancel()
		pause, limit := askSeldom, s.cfg.Pending
		switch {
		case err == nil:
			return &result, nil
		case errors.Is(err, scores.ErrNotFound):
			pause, limit = askEvery, s.cfg.Score
		case errors.Is(err, scores.ErrBadSubmission):
			return nil, nil
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case !errors.Is(err, scores.ErrPending) && !errors.Is(err, scores.ErrUnknownBeatmap):
			s.log.WarnContext(ctx, "a score is not asked for", "job", t.key, "error", err)
		}
		if time.Since(t.job.EndedAt) > limit {
			return nil, nil
		}
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-t.news:
		case <-ctx.Done():
		}
		timer.Stop()
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err := s.lease(ctx, t); err != nil {
			return nil, err
		}
	}
}

// tellProcessed tells a player that his score is counted, when it is: his client asks for his statistics then.
func (s *Service) tellProcessed(ctx context.Context, t *task, result *scores.Result) error {
	begun := time.Now()
	for s.deps.Rankings != nil {
		step, cancel := context.WithTimeout(ctx, stepTime)
		_, err := s.deps.Rankings.Effect(step, result.Seq, result.Score.ID)
		cancel()
		if err == nil || errors.Is(err, rankings.ErrNoScore) || time.Since(begun) > countTime {
			break
		}
		timer := time.NewTimer(askEvery / 4)
		select {
		case <-timer.C:
		case <-ctx.Done():
		}
		timer.Stop()
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err := s.lease(ctx, t); err != nil {
			return err
		}
	}
	event := spectator.Processed{UserID: result.Score.UserID, ScoreID: result.Score.ID}
	return s.deps.State.Publish(ctx, spectator.ToPlayers, wire.Pack(spectatorpb.FromProcessed(event)))
}

// attach puts the replay together and gives it to the score: of plays that were passed, on beatmaps with a leaderboard.
// Source: ppy/osu-server-spectator Hubs/Spectator/SpectatorHub.cs, Hubs/ScoreUploader.cs.
func (s *Service) attach(ctx context.Context, t *task, result *scores.Result) error {
	score := &result.Score
	if !score.Passed {
		return nil
	}
	select {
	case s.jobs.writing <- struct{}{}:
		defer func() { <-s.jobs.writing }()
	case <-ctx.Done():
		return ctx.Err()
	}
	ctx, cancel := context.WithTimeout(ctx, s.leaseTime)
	defer cancel()
	if err := s.save(ctx, t, time.Now().Add(2*s.leaseTime)); err != nil {
		return err
	}
	found, err := s.deps.Beatmaps.Beatmaps(ctx, []beatmaps.Key{{ID: score.BeatmapID}})
	if err != nil {
		return err
	}
	if len(found) == 0 || !found[0].Beatmap.Status.HasLeaderboard() {
		return nil
	}
	bundles, err := s.gather(ctx, t.job.Play.Player)
	if err != nil {
		return err
	}
	data, err := assemble(bundles, func(err error) {
		s.log.WarnContext(ctx, "frames of a play cannot be read", "job", t.key, "error", err)
	})
	if err != nil || len(data) == 0 {
		return err
	}
	key, err := s.keepReplay(ctx, data)
	if err != nil {
		return err
	}
	err = s.deps.Scores.Attach(ctx, score.Key, key)
	if errors.Is(err, scores.ErrTaken) || fault.KindOf(err) == fault.NotFound {
		return nil // it has one, or it is gone
	}
	return err
}
