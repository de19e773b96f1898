package client

import (
	"bytes"
	"context"
	"crypto/md5"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/autoplay"
	"github.com/pure-peace/peace/osu/crypto"
	"github.com/pure-peace/peace/osu/packets"
	"github.com/pure-peace/peace/osu/replay"
	"github.com/pure-peace/peace/osu/submission"
	bancho "github.com/pure-peace/peace/transport/bancho/client"
)

// ErrLater says that the game would keep a score and submit it again: the server answered with nothing or an error status.
var ErrLater = errors.New("the server asks to submit later")

// Query asks for the board of a beatmap.
func (s Song) Query(ruleset osu.Ruleset, mods osu.Mods, kind submission.BoardKind) submission.BoardQuery {
	return submission.BoardQuery{
		BeatmapMD5: s.MD5, File: s.File, SetID: s.SetID, Ruleset: ruleset, Mods: mods, Kind: kind, Version: submission.CurrentBoards,
	}
}

// Board asks for a leaderboard.
func (c *Client) Board(ctx context.Context, q submission.BoardQuery) (*submission.Board, error) {
	body, err := c.get(ctx, "/web/osu-osz2-getscores.php", styleA, q.Values())
	if err != nil {
		return nil, err
	}
	return submission.ParseBoard(body)
}

// Attempt says how a beatmap is played.
type Attempt struct {
	Ruleset  osu.Ruleset
	Mods     osu.Mods
	Accuracy float64 // aimed at, 0 to 1
	Misses   int
	Until    float64 // part after which the player fails; 0 for a play that is passed
	Exited   bool    // he quits instead of failing
	Seed     uint64  // of chance; 0 for one that is drawn
	Interval time.Duration
}

// Outcome is a play that was submitted.
type Outcome struct {
	Submission *submission.Submission
	Response   *submission.Response // nil when the server shows none
}

// Play plays a song and submits it. A play that was not passed is refused silently by the rules, which is no error of it.
func (c *Client) Play(ctx context.Context, song Song, a Attempt) (Outcome, error) {
	m, err := autoplay.New(ctx, song.Map, a.Ruleset, a.Mods)
	if err != nil {
		return Outcome{}, err
	}
	s, err := c.Perform(m, song, a)
	if err != nil {
		return Outcome{}, err
	}
	c.game.SetStatus(packets.Status{
		Action: osu.ActionPlaying, Info: song.Name(), BeatmapMD5: song.MD5, Mods: a.Mods, Ruleset: a.Ruleset, BeatmapID: song.Map.ID,
	})
	response, err := c.Submit(ctx, s)
	var refusal submission.Refusal
	if errors.As(err, &refusal) && refusal == submission.RefusedSilently && !s.Score.Passed {
		err = nil
	}
	return Outcome{s, response}, err
}

// Name returns what others see that is played.
func (s Song) Name() string {
	return fmt.Sprintf("%s - %s [%s]", s.Map.Artist, s.Map.Title, s.Map.Name)
}

// Perform plays a beatmap and returns what the game would submit. The beatmap must be of the attempt's ruleset and mods.
func (c *Client) Perform(m *autoplay.Beatmap, song Song, a Attempt) (*submission.Submission, error) {
	if a.Seed == 0 {
		var b [8]byte
		_, _ = rand.Read(b[:]) // never fails
		for _, v := range b {
			a.Seed = a.Seed<<8 | uint64(v)
		}
	}
	play := m.Play(autoplay.Options{Accuracy: a.Accuracy, Misses: a.Misses, Seed: a.Seed, Until: a.Until, Interval: a.Interval})
	s := &submission.Submission{
		Score: submission.Score{
			BeatmapMD5: song.MD5, Player: c.game.Name(), Supporter: osu.ClientPrivileges(c.game.Privileges())&osu.ClientSupporter != 0,
			Counts: play.Counts, Total: play.Total, MaxCombo: play.MaxCombo, Perfect: play.FullCombo, Grade: play.Grade,
			Mods: a.Mods.WithImplied(), Passed: play.Passed, Ruleset: a.Ruleset, Time: submission.Timestamp(time.Now()),
		},
		Visual: "Peace", Exited: a.Exited && !play.Passed, PlayTime: play.Length, BeatmapMD5: song.MD5, PasswordMD5: c.game.PasswordMD5(),
	}
	var hashes packets.ClientHashes
	hashes, s.UniqueIDs = c.game.Machine()
	s.Hashes = hashes.String()
	if v, err := osu.ParseVersion(c.game.Version()); err == nil {
		s.Build = fmt.Sprintf("%08d", v.Date)
		s.Score.Version = s.Build
	}
	if play.Passed {
		var err error
		if s.Replay, err = replay.Compress(&play.Recording); err != nil {
			return nil, err
		}
	} else {
		s.FailTime = play.Ended
	}
	s.Sign()
	return s, nil
}

// Submit submits a play and reads the charts. The error is a [submission.Refusal] when the server will never take it, and
// ErrLater when the game would try again.
func (c *Client) Submit(ctx context.Context, s *submission.Submission) (*submission.Response, error) {
	var iv [crypto.BlockSize]byte
	_, _ = rand.Read(iv[:]) // never fails
	form, err := s.Seal(iv)
	if err != nil {
		return nil, err
	}
	return c.SubmitForm(ctx, form)
}

// SubmitForm is Submit for a form that may be anything.
func (c *Client) SubmitForm(ctx context.Context, form *submission.Form) (*submission.Response, error) {
	const path = "/web/osu-submit-modular-selector.php"
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	if err := errors.Join(form.Write(w), w.Close()); err != nil {
		return nil, err
	}
	answer, err := c.game.Upload(ctx, "osu", path, w.FormDataContentType(), http.Header{"Token": {token(body.Bytes())}}, body.Bytes())
	if err != nil {
		return nil, err
	}
	if answer.Status != http.StatusOK || len(answer.Body) == 0 {
		return nil, fmt.Errorf("%w: %w", ErrLater, &bancho.StatusError{Status: answer.Status, Body: string(answer.Body)})
	}
	return submission.ParseResponse(string(answer.Body))
}

// token makes up a header in the form of the real one, whose content only the game's maker knows.
func token(body []byte) string {
	var noise [3072]byte
	_, _ = rand.Read(noise[:]) // never fails
	sum := md5.Sum(body)
	return base64.StdEncoding.EncodeToString(noise[:]) + "|" + hex.EncodeToString(sum[:])
}

// Replay fetches the frames of a score.
func (c *Client) Replay(ctx context.Context, ruleset osu.Ruleset, scoreID int64) (replay.Data, error) {
	body, err := c.get(ctx, "/web/osu-getreplay.php", styleB, url.Values{
		"m": {strconv.Itoa(int(ruleset))}, "c": {strconv.FormatInt(scoreID, 10)},
	})
	return replay.Data(body), err
}
