package local

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/osu"
)

// tokenRow is a row of score_tokens.
type tokenRow struct {
	bun.BaseModel `bun:"table:score_tokens,alias:k"`

	ID            int64     `bun:"id,pk,autoincrement"`
	UserID        int32     `bun:"user_id"`
	BeatmapID     int32     `bun:"beatmap_id"`
	BeatmapMD5    string    `bun:"beatmap_md5"`
	Ruleset       int16     `bun:"ruleset"`
	ClientVersion string    `bun:"client_version"`
	Status        int16     `bun:"status"`
	IssuedAt      time.Time `bun:"issued_at"`
}

func (r *tokenRow) token() scores.Token {
	return scores.Token{
		ID: r.ID, UserID: r.UserID, BeatmapID: r.BeatmapID, BeatmapMD5: r.BeatmapMD5, Ruleset: osu.Ruleset(r.Ruleset),
		ClientVersion: r.ClientVersion, Status: osu.Status(r.Status), IssuedAt: r.IssuedAt.UTC(),
	}
}

// Issue implements scores.Intake. Any beatmap that is known may be played for a token, of whatever status.
// Source: ppy/osu-web app/Http/Controllers/ScoreTokensController.php, app/Models/ScoreToken.php.
func (s *Service) Issue(ctx context.Context, attempt scores.Attempt) (scores.Token, error) {
	switch {
	case attempt.UserID <= 0:
		return scores.Token{}, impossible("nobody makes it")
	case len(attempt.ClientVersion) > maxVersion || !plain(attempt.ClientVersion):
		return scores.Token{}, impossible("the version of its client")
	case attempt.BeatmapID <= 0:
		return scores.Token{}, scores.ErrUnknownBeatmap
	}
	found, err := s.deps.Beatmaps.Beatmaps(ctx, []beatmaps.Key{{ID: attempt.BeatmapID}})
	switch {
	case err != nil:
		return scores.Token{}, fmt.Errorf("scores: beatmap: %w", err)
	case len(found) == 0 || found[0].Beatmap.Deleted:
		return scores.Token{}, scores.ErrUnknownBeatmap
	}
	b := found[0].Beatmap
	switch {
	case attempt.BeatmapMD5 != b.MD5:
		return scores.Token{}, scores.ErrOtherBeatmap
	case !attempt.Ruleset.Valid() || b.Ruleset != osu.Standard && b.Ruleset != attempt.Ruleset:
		return scores.Token{}, scores.ErrBadRuleset
	}
	row := tokenRow{
		UserID: attempt.UserID, BeatmapID: b.ID, BeatmapMD5: b.MD5, Ruleset: int16(attempt.Ruleset),
		ClientVersion: attempt.ClientVersion, Status: int16(b.Status), IssuedAt: time.Now().UTC().Truncate(time.Microsecond),
	}
	if _, err := s.db.NewInsert().Model(&row).Exec(ctx); err != nil {
		return scores.Token{}, err
	}
	return row.token(), nil
}

// Token implements scores.Intake.
func (s *Service) Token(ctx context.Context, id int64) (scores.Token, error) {
	var rows []tokenRow
	if err := s.db.Reader.NewSelect().Model(&rows).Where("id = ?", id).Scan(ctx); err != nil {
		return scores.Token{}, err
	}
	if len(rows) == 0 {
		return scores.Token{}, scores.ErrNoToken
	}
	return rows[0].token(), nil
}

// checkToken refuses a submission whose key names a token that was not issued for it. One that was taken already may come again
// however old its token is.
func (s *Service) checkToken(ctx context.Context, sub *scores.Submission) error {
	id, ok := scores.TokenOf(sub.Key)
	if !ok {
		return nil
	}
	token, err := s.Token(ctx, id)
	if errors.Is(err, scores.ErrNoToken) {
		known, err := s.db.Reader.NewSelect().Model((*submissionRow)(nil)).Where("submission_key = ?", sub.Key).
			Where("user_id = ?", sub.UserID).Exists(ctx)
		if err == nil && !known {
			return scores.ErrNoToken
		}
		return err
	}
	if err == nil && (token.UserID != sub.UserID || token.BeatmapMD5 != sub.BeatmapMD5 || token.Ruleset != sub.Ruleset ||
		sub.Client != scores.Lazer) {
		return scores.ErrNoToken
	}
	return err
}

// begun refuses a play that began before its beatmap was ranked. Source: ppy/osu-web app/Http/Controllers/Solo/ScoresController.php.
func (s *Service) begun(ctx context.Context, sub *scores.Submission, set *beatmaps.Set) error {
	id, ok := scores.TokenOf(sub.Key)
	if !ok || set.RankedAt.IsZero() {
		return nil
	}
	token, err := s.Token(ctx, id)
	switch {
	case errors.Is(err, scores.ErrNoToken):
		return nil
	case err != nil:
		return err
	case token.IssuedAt.Before(set.RankedAt):
		return scores.ErrBadSubmission.WithMessage("beatmapset state has been updated")
	}
	return nil
}

// forgetTokens deletes tokens that nobody plays for any more.
func (s *Service) forgetTokens(ctx context.Context) {
	every(ctx, time.Hour, nil, func() {
		_, err := s.db.NewDelete().Model((*tokenRow)(nil)).Where("issued_at < ?", time.Now().UTC().Add(-s.cfg.Tokens)).Exec(ctx)
		if err != nil && ctx.Err() == nil {
			s.log.WarnContext(ctx, "old score tokens are not deleted", "error", err)
		}
	})
}
