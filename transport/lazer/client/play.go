package client

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"strconv"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/autoplay"
	"github.com/pure-peace/peace/osu/difficulty"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/replay"
	"github.com/pure-peace/peace/osu/score"
	web "github.com/pure-peace/peace/transport/web/client"
)

// Attempt says how a song is played.
type Attempt struct {
	Ruleset  osu.Ruleset
	Mods     mods.Set
	Accuracy float64 // aimed at, 0 to 1
	Misses   int
	Quit     bool   // the player leaves in the middle
	Seed     uint64 // of what his hands do
}

// Performance is a played song: what its client would submit, and what the player's hands did.
type Performance struct {
	Song       web.Song
	Ruleset    osu.Ruleset
	Mods       mods.Set
	Statistics score.Statistics
	Maximum    score.Statistics
	MaxCombo   int
	Accuracy   float64
	Total      int64
	Without    int64 // total without mods
	Grade      osu.Grade
	Passed     bool
	Frames     []replay.Frame
}

// Perform plays a song.
func Perform(ctx context.Context, song web.Song, a Attempt) (*Performance, error) {
	p := &Performance{Song: song, Ruleset: a.Ruleset, Mods: a.Mods}
	attributes, err := p.attributes(ctx)
	if err != nil {
		return nil, err
	}
	hands, err := autoplay.New(ctx, song.Map, a.Ruleset, a.Mods.Legacy(a.Ruleset))
	if err != nil {
		return nil, err
	}
	until := 0.0
	if a.Quit {
		until = 0.5
	}
	play := attributes.Reach(a.Mods, a.Accuracy, a.Misses)
	p.Statistics, p.Maximum, p.MaxCombo, p.Accuracy, p.Passed = play.Statistics, attributes.Max, play.MaxCombo, play.Accuracy, !a.Quit
	p.Frames = hands.Play(autoplay.Options{Accuracy: a.Accuracy, Misses: a.Misses, Until: until, Seed: a.Seed}).Recording.Frames
	p.Grade = score.Grade(a.Ruleset, p.Accuracy, &p.Statistics, score.Silver(a.Mods))
	if a.Quit {
		p.Grade = osu.GradeF
	}
	p.total(attributes.MaxCombo())
	return p, nil
}

func (p *Performance) attributes(ctx context.Context) (*difficulty.Attributes, error) {
	return difficulty.Calculate(ctx, p.Song.Map, p.Ruleset, p.Mods)
}

// total gives the play about the total that it would have: the combo counts by its greatest part.
func (p *Performance) total(full int) {
	combo := float64(p.MaxCombo) / float64(max(full, 1))
	a := p.Accuracy
	var total float64
	switch p.Ruleset {
	case osu.Taiko:
		total = 250_000*combo + 750_000*math.Pow(a, 3.6)
	case osu.Catch:
		total = 1_000_000 * combo * a
	case osu.Mania:
		total = 150_000*combo + 850_000*math.Pow(a, 2+2*a)
	default:
		total = 500_000*a*combo + 500_000*math.Pow(a, 5)
	}
	p.Without = int64(math.Round(total))
	p.Total = score.WithMultiplier(p.Without, p.Mods.ScoreMultiplier(p.Ruleset, mods.Terms{}))
}

// body is what the game submits (ppy/osu osu.Game/Online/API/Requests/Responses/SoloScoreInfo.cs, ForSubmission).
type body struct {
	RulesetID  int              `json:"ruleset_id"`
	Passed     bool             `json:"passed"`
	Total      int64            `json:"total_score"`
	Without    int64            `json:"total_score_without_mods"`
	Accuracy   float64          `json:"accuracy"`
	MaxCombo   int              `json:"max_combo"`
	Rank       string           `json:"rank"`
	Mods       mods.Set         `json:"mods,omitempty"`
	Statistics map[string]int32 `json:"statistics"`
	Maximum    map[string]int32 `json:"maximum_statistics"`
	Pauses     []int32          `json:"pauses"`
	Ranked     bool             `json:"ranked"`
}

// Lookup asks what the server knows of a song, as the game does before it plays online.
func (c *Client) Lookup(ctx context.Context, song web.Song) (Beatmap, error) {
	var b Beatmap
	query := url.Values{"checksum": {song.MD5}, "filename": {song.File}}
	if song.Map.ID > 0 {
		query.Set("id", strconv.Itoa(int(song.Map.ID)))
	}
	if err := c.Get(ctx, "beatmaps/lookup", query, &b); err != nil {
		return b, err
	}
	if b.Checksum != song.MD5 {
		return b, fmt.Errorf("beatmaps/lookup: the server knows %s by %s", song.MD5, b.Checksum)
	}
	return b, nil
}

// ScoreToken asks for leave to submit a play.
func (c *Client) ScoreToken(ctx context.Context, beatmapID int32, song web.Song, ruleset osu.Ruleset) (int64, error) {
	var token struct {
		ID int64 `json:"id" client:"required"`
	}
	err := c.Send(ctx, http.MethodPost, fmt.Sprintf("beatmaps/%d/solo/scores", beatmapID), map[string]string{
		"version_hash": c.options.Hash, "beatmap_hash": song.MD5, "ruleset_id": strconv.Itoa(int(ruleset)),
	}, &token)
	return token.ID, err
}

// Submit submits a play with its token.
func (c *Client) Submit(ctx context.Context, beatmapID int32, token int64, p *Performance) (Submitted, error) {
	var s Submitted
	err := c.do(ctx, request{
		method: http.MethodPut, path: fmt.Sprintf("/api/v2/beatmaps/%d/solo/scores/%d", beatmapID, token),
		json: body{
			RulesetID: int(p.Ruleset), Passed: p.Passed, Total: p.Total, Without: p.Without, Accuracy: p.Accuracy, MaxCombo: p.MaxCombo,
			Rank: p.Grade.String(), Mods: p.Mods, Statistics: p.Statistics.Map(), Maximum: p.Maximum.Map(), Pauses: []int32{}, Ranked: true,
		},
	}, &s)
	return s, err
}

// Board asks for the leaderboard of a beatmap: scope is global, country or friend.
func (c *Client) Board(ctx context.Context, beatmapID int32, ruleset osu.Ruleset, scope string) (Board, error) {
	var b Board
	query := url.Values{"type": {scope}, "mode": {Rulesets[ruleset]}, "limit": {"50"}}
	return b, c.Get(ctx, fmt.Sprintf("beatmaps/%d/scores", beatmapID), query, &b)
}

// Replay downloads the replay of a score.
func (c *Client) Replay(ctx context.Context, scoreID int64) ([]byte, error) {
	var data []byte
	err := c.do(ctx, request{
		method: http.MethodGet, path: fmt.Sprintf("/api/v2/scores/%d/download", scoreID), accept: "application/octet-stream",
	}, &data)
	return data, err
}
