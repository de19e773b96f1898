package local

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"
	"google.golang.org/protobuf/proto"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/modules/scores/scorespb"
)

// intake is a submission on its way.
type intake struct {
	sub     scores.Submission
	row     submissionRow // as it is, or is to be, in the table
	first   bool          // it was not there before
	weighed *weighed
	result  scores.Result
}

// Times of submissions that are not processed at once.
const (
	// patience is how long the process that kept a submission has for it before others take it for interrupted.
	patience = 15 * time.Second
	// A submission that could not be processed waits so long, doubling.
	firstDelay, lastDelay = time.Second, 5 * time.Minute
	// One whose beatmap is unknown waits for news of it; now and then it is looked for without.
	firstSearch, lastSearch = 10 * time.Minute, 24 * time.Hour
)

// Submit implements scores.Intake.
func (s *Service) Submit(ctx context.Context, submission scores.Submission) (scores.Result, error) {
	now := time.Now().UTC().Truncate(time.Microsecond)
	if err := check(&submission, now); err != nil {
		return scores.Result{}, err
	}
	if err := s.checkToken(ctx, &submission); err != nil {
		return scores.Result{}, err
	}
	payload, err := proto.Marshal(scorespb.FromSubmission(submission))
	if err != nil {
		return scores.Result{}, fmt.Errorf("scores: submission: %w", err)
	}
	in := &intake{sub: submission, row: submissionRow{
		Key: submission.Key, UserID: submission.UserID, BeatmapMD5: submission.BeatmapMD5, Payload: payload,
		State: received, DueAt: now.Add(patience), ReceivedAt: now,
	}}
	if err := s.keeping.do(ctx, in); err != nil {
		return scores.Result{}, err
	}
	if err := s.step("kept"); err != nil {
		return scores.Result{}, err
	}
	if !in.first {
		if in.row.UserID != submission.UserID {
			return scores.Result{}, scores.ErrTaken
		}
		if in.row.State == processed || in.row.State == refused {
			return outcome(&in.row)
		}
		if in.sub, err = submissionOf(&in.row); err != nil {
			return scores.Result{}, err
		}
	}
	return s.process(ctx, in)
}

// Submitted implements scores.Intake.
func (s *Service) Submitted(ctx context.Context, userID int32, key string) (scores.Result, error) {
	var found []submissionRow
	err := s.db.Reader.NewSelect().Model(&found).Where("submission_key = ?", key).Scan(ctx)
	if err != nil {
		return scores.Result{}, err
	}
	if len(found) == 0 || found[0].UserID != userID {
		return scores.Result{}, scores.ErrNotFound
	}
	return outcome(&found[0])
}

// outcome returns what became of a submission.
func outcome(row *submissionRow) (scores.Result, error) {
	switch row.State {
	case waiting:
		return scores.Result{}, scores.ErrUnknownBeatmap
	case refused:
		return scores.Result{}, scores.ErrBadSubmission.WithMessage(row.Reason)
	case received:
		return scores.Result{}, scores.ErrPending
	}
	var m scorespb.Result
	if err := proto.Unmarshal(row.Outcome, &m); err != nil {
		return scores.Result{}, fmt.Errorf("scores: outcome of %s: %w", row.Key, err)
	}
	return scorespb.ToResult(&m)
}

func submissionOf(row *submissionRow) (scores.Submission, error) {
	var m scorespb.Submission
	if err := proto.Unmarshal(row.Payload, &m); err != nil {
		return scores.Submission{}, fmt.Errorf("scores: submission %s: %w", row.Key, err)
	}
	return scorespb.ToSubmission(&m)
}

// keep writes submissions that are new, and reads those that are not.
func (s *Service) keep(ctx context.Context, batch []*intake) []error {
	return together(batch, func(batch []*intake) error {
		err := s.db.InTx(ctx, func(ctx context.Context, tx bun.Tx) error { return keep(ctx, tx, batch) })
		if database.IsUnique(err) { // another process was faster with one of them
			err = s.db.InTx(ctx, func(ctx context.Context, tx bun.Tx) error { return keep(ctx, tx, batch) })
		}
		return err
	})
}

func keep(ctx context.Context, tx bun.Tx, batch []*intake) error {
	keys := make([]string, len(batch))
	for i, in := range batch {
		keys[i] = in.row.Key
	}
	var there []submissionRow
	if err := tx.NewSelect().Model(&there).Where("submission_key IN (?)", bun.List(keys)).Scan(ctx); err != nil {
		return err
	}
	known := make(map[string]submissionRow, len(there))
	for _, row := range there {
		known[row.Key] = row
	}
	var rows []submissionRow
	for _, in := range batch {
		row, ok := known[in.row.Key]
		if in.first = !ok; in.first {
			rows = append(rows, in.row)
			known[in.row.Key] = in.row // the same key may come twice in a batch
		} else {
			in.row = row
		}
	}
	if len(rows) == 0 {
		return nil
	}
	_, err := tx.NewInsert().Model(&rows).Exec(ctx)
	return err
}

// together runs work for a batch and, when that fails, for each of its items alone, so that one that cannot be written does not
// keep the others from it.
func together[T any](batch []T, work func([]T) error) []error {
	errs := make([]error, len(batch))
	err := work(batch)
	if err == nil || len(batch) == 1 || errors.Is(err, context.DeadlineExceeded) {
		for i := range errs {
			errs[i] = err
		}
		return errs
	}
	for i := range batch {
		errs[i] = work(batch[i : i+1])
	}
	return errs
}

// process weighs and settles a submission that is kept.
func (s *Service) process(ctx context.Context, in *intake) (scores.Result, error) {
	var err error
	in.weighed, err = s.weigh(ctx, &in.sub)
	switch {
	case err == nil:
		if err = s.step("weighed"); err == nil {
			err = s.settling.do(ctx, in)
		}
	case errors.Is(err, errUnknown):
		return scores.Result{}, s.await(ctx, in)
	case errors.Is(err, scores.ErrBadSubmission):
		return scores.Result{}, s.refuse(ctx, in, err)
	}
	switch {
	case err == nil:
		return in.result, nil
	case errors.Is(err, scores.ErrBadSubmission), errors.Is(err, scores.ErrUnknownBeatmap):
		return scores.Result{}, err
	case errors.Is(err, errStopped):
		return scores.Result{}, err
	}
	s.log.WarnContext(ctx, "a score is processed later", "key", in.row.Key, "user", in.row.UserID, "error", err)
	if err := s.put(ctx, in, received, postponed(in.row.Attempts, firstDelay, lastDelay), ""); err != nil {
		s.log.WarnContext(ctx, "a score is not told when to be processed", "key", in.row.Key, "error", err)
	}
	if ctx.Err() != nil {
		return scores.Result{}, ctx.Err()
	}
	return scores.Result{}, scores.ErrPending
}

// errStopped is what tests end a step with, as if the process had been killed there.
var errStopped = errors.New("stopped")

// await lets a submission wait for its beatmap.
func (s *Service) await(ctx context.Context, in *intake) error {
	if err := s.put(ctx, in, waiting, postponed(in.row.Attempts, firstSearch, lastSearch), ""); err != nil {
		s.log.WarnContext(ctx, "a score is not told to wait for its beatmap", "key", in.row.Key, "error", err)
		return scores.ErrPending
	}
	// It may have become known since, and the news of it have found nothing that waits.
	found, err := s.deps.Beatmaps.Beatmaps(ctx, []beatmaps.Key{{MD5: in.row.BeatmapMD5}})
	if err == nil && len(found) > 0 {
		err = s.setBeatmaps(ctx, []beatmaps.Beatmap{found[0].Beatmap})
	}
	if err != nil && ctx.Err() == nil {
		s.log.WarnContext(ctx, "a beatmap is not looked for once more", "key", in.row.Key, "error", err)
	}
	return scores.ErrUnknownBeatmap
}

// refuse ends a submission that cannot be a score. What it says is kept, for whoever looks into it.
func (s *Service) refuse(ctx context.Context, in *intake, why error) error {
	if err := s.put(ctx, in, refused, 0, why.Error()); err != nil {
		s.log.WarnContext(ctx, "the refusal of a score is not kept", "key", in.row.Key, "error", err)
		return scores.ErrPending
	}
	return why
}

// put gives a submission that is not processed another state, and says when to try again. It happens even when the caller has gone.
func (s *Service) put(ctx context.Context, in *intake, state int16, delay time.Duration, reason string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.cfg.Timeout)
	defer cancel()
	q := s.db.NewUpdate().Model((*submissionRow)(nil)).Set("state = ?", state).Set("attempts = attempts + 1").
		Set("reason = ?", cut(reason, 255)).Where("submission_key = ?", in.row.Key).Where("state IN (?, ?)", received, waiting)
	if delay > 0 {
		q = q.Set("due_at = ?", time.Now().UTC().Add(delay))
	} else {
		q = q.Set("due_at = NULL")
	}
	_, err := q.Exec(ctx)
	return err
}

// cut bounds a text to so many characters.
func cut(text string, most int) string {
	if r := []rune(text); len(r) > most {
		return string(r[:most])
	}
	return text
}
