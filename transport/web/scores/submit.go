package scores

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/pure-peace/peace/modules/fault"
	"github.com/pure-peace/peace/modules/files"
	"github.com/pure-peace/peace/modules/moderation"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/submission"
	"github.com/pure-peace/peace/transport/http/limit"
	"github.com/pure-peace/peace/transport/http/realip"
	"github.com/pure-peace/peace/transport/web"
)

// unrankedMods are refused: with the first two nobody plays, and the client offers no submission with the others. Source:
// osuTitanic/deck app/helpers.
const unrankedMods = osu.ModAutoplay | osu.ModCinema | osu.ModTarget | osu.ModRandom | osu.ModKeyCoop | osu.ModKey1 |
	osu.ModKey2 | osu.ModKey3 | osu.ModScoreV2

// minReplay is the least that a replay can have: a header of compression and something compressed. Source:
// osuAkatsuki/bancho.py app/api/domains/osu.py.
const minReplay = 24

// longestPlay bounds how long a play is said to have taken: a game may stand paused for days, which is no reason to lose it.
const longestPlay = 24 * time.Hour

// submit takes a play.
func (s *Server) submit(w http.ResponseWriter, r *http.Request) {
	upload := &upload{body: r.Body, budget: s.uploads, share: s.share, place: realip.ClientIP(r.Context())}
	defer upload.release()
	play, err := receive(r, upload)
	if err != nil {
		s.answer(w, r, nil, err)
		return
	}
	// What has arrived completely is dealt with, whether or not the client waits for the answer.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), workTime)
	defer cancel()
	r = r.WithContext(ctx)
	body, err := s.take(r, play)
	s.answer(w, r, body, err)
}

// submitOld refuses clients that are too old.
func (s *Server) submitOld(w http.ResponseWriter, r *http.Request) {
	s.answer(w, r, nil, submission.RefusedVersion)
}

// receive reads and decrypts a play.
func receive(r *http.Request, body *upload) (*submission.Submission, error) {
	if r.ContentLength > submission.MaxBody {
		return nil, submission.ErrTooLarge
	}
	form, err := submission.ReadForm(r.Header.Get("Content-Type"), body)
	if _, refused := refusalOf(err); err != nil && !refused && fault.As(err) == nil {
		err = fmt.Errorf("%w: %w", errInterrupted, err)
	}
	if err != nil {
		return nil, err
	}
	if form.Old() {
		return nil, submission.RefusedVersion
	}
	return form.Open()
}

// take keeps a play and returns the charts that answer it.
func (s *Server) take(r *http.Request, play *submission.Submission) ([]byte, error) {
	ctx := r.Context()
	player, err := s.deps.Web.Online(r, play.Score.Player, play.PasswordMD5)
	if errors.Is(err, users.ErrBadCredentials) {
		return nil, s.stranger(ctx, play.Score.Player)
	}
	if err != nil {
		return nil, err
	}
	if ok, _ := s.submitting.AllowUser(player.User.ID); !ok {
		return nil, limit.ErrTooManyRequests
	}
	if play.Score.Mods.Any(unrankedMods) {
		return nil, submission.RefusedSilently
	}
	if len(play.Replay) < minReplay || !play.Score.Passed {
		play.Replay = nil
	}
	result, again, err := s.record(ctx, player, play, r.Header.Get("Token"))
	if err != nil {
		return nil, s.unrecorded(ctx, player.User.ID, play, err)
	}
	if !play.Score.Passed { // it counts, but there is nothing to show
		return nil, submission.RefusedSilently
	}
	if !again {
		s.congratulate(ctx, &result)
	}
	return s.charts(ctx, &result), nil
}

// stranger tells a wrong password from a wrong name.
func (s *Server) stranger(ctx context.Context, name string) error {
	found, err := s.deps.Users.Find(ctx, []string{name})
	switch {
	case err != nil:
		return err
	case len(found) == 0:
		return submission.RefusedUnknown
	}
	return submission.RefusedPassword
}

// record keeps a play, and reports whether it was kept before. The replay goes first: a score that has one always finds it,
// and one without a score harms nobody, because it is found again by its content when the client tries again.
func (s *Server) record(ctx context.Context, player web.Online, play *submission.Submission, token string) (result scores.Result, again bool, err error) {
	key := play.Score.Checksum
	if result, err = s.deps.Scores.Submitted(ctx, player.User.ID, key); !errors.Is(err, scores.ErrNotFound) {
		return result, true, err
	}
	entry := entryOf(player, play)
	entry.Doubts = s.doubts(player, play, token)
	if entry.Replay, err = s.keepReplay(ctx, play.Replay); err != nil {
		return result, false, err
	}
	result, err = s.deps.Scores.Submit(ctx, entry)
	return result, false, err
}

// entryOf returns a play as the scores module takes it, without its replay and doubts.
func entryOf(player web.Online, play *submission.Submission) scores.Submission {
	p := &play.Score
	statistics := p.Counts.Statistics(p.Ruleset)
	playTime := play.PlayTime
	if !p.Passed && play.FailTime > 0 {
		playTime = play.FailTime
	}
	playTime = min(playTime, longestPlay)
	entry := scores.Submission{
		Key: p.Checksum, UserID: player.User.ID, Client: scores.Stable, ClientVersion: clientVersion(gameOf(player, play), play.Build),
		BeatmapMD5: p.BeatmapMD5, Ruleset: p.Ruleset,
		Mods:       append(mods.FromLegacy(p.Mods, p.Ruleset), mods.Mod{Acronym: mods.Classic}),
		Statistics: statistics.Map(), MaxCombo: p.MaxCombo, Total: int64(p.Total), Grade: p.Grade, FullCombo: p.Perfect,
		Passed: p.Passed, Exited: play.Exited && !p.Passed, PlayTime: playTime, EndedAt: time.Now().UTC(),
	}
	if p.Ruleset == osu.Standard { // elsewhere they are among the statistics
		entry.Geki, entry.Katu = p.Counts.CountGeki, p.Counts.CountKatu
	}
	return entry
}

// gameOf returns the client that a play was most likely made with.
func gameOf(player web.Online, play *submission.Submission) sessions.Session {
	game := player.Games[0]
	for _, g := range player.Games {
		if g.ClientHashes == play.Hashes {
			return g
		}
		if g.Kind == sessions.Stable {
			game = g
		}
	}
	return game
}

// clientVersion returns the version that logged in, which says more than the build that submits, unless they are not the same.
func clientVersion(game sessions.Session, build string) string {
	if v, err := osu.ParseVersion(game.ClientVersion); err == nil && fmt.Sprint(v.Date) == build {
		return game.ClientVersion
	}
	return "b" + build
}

// keepReplay writes a replay under a name of its content and returns that.
func (s *Server) keepReplay(ctx context.Context, data []byte) (string, error) {
	if len(data) == 0 {
		return "", nil
	}
	sum := sha256.Sum256(data)
	key := "replays/" + hex.EncodeToString(sum[:])
	if _, err := files.Write(ctx, s.deps.Files, key, bytes.NewReader(data), submission.MaxReplay); err != nil {
		return "", fmt.Errorf("keep the replay: %w", err)
	}
	return key, nil
}

// unrecorded makes the faults of scores what the client understands. Plays that are not kept leave a finding.
func (s *Server) unrecorded(ctx context.Context, userID int32, play *submission.Submission, err error) error {
	switch {
	case errors.Is(err, scores.ErrUnknownBeatmap): // it is kept until the beatmap is known
		return submission.RefusedBeatmap
	case errors.Is(err, scores.ErrBadSubmission):
		s.report(ctx, moderation.Finding{Kind: "impossible_play", UserID: userID, Weight: 50, Detail: err.Error()})
		return submission.RefusedSilently
	case errors.Is(err, scores.ErrTaken):
		s.report(ctx, moderation.Finding{Kind: "checksum_copied", UserID: userID, Weight: 70, Detail: "another user's play is " + play.Score.Checksum})
		return submission.RefusedSilently
	}
	return err
}

// report keeps a finding that no score has.
func (s *Server) report(ctx context.Context, finding moderation.Finding) {
	s.metrics.doubts.WithLabelValues(finding.Kind).Inc()
	if s.deps.Moderation == nil {
		return
	}
	finding.Detail = plain(finding.Detail)
	if _, err := s.deps.Moderation.Report(ctx, finding); err != nil {
		s.deps.Log.LogAttrs(ctx, slog.LevelWarn, "a finding was lost",
			slog.String("kind", finding.Kind), slog.Int64("user", int64(finding.UserID)), slog.Any("error", err))
	}
}
