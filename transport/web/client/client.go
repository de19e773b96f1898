// Package client is the web half of an osu!stable client in Go: what the game asks and tells over HTTP beside bancho. It searches
// and downloads beatmaps, shows boards, plays, submits, watches replays, rates, comments and takes screenshots, over the real
// wire and with real encryption. Package client of transport/bancho is the other half, and knows who plays where.
//
//	game := bancho.New(bancho.Options{Domain: "localhost", Name: "Ann", Password: "correct horse"})
//	err := game.Login(ctx)
//	ann := client.New(game)
//	songs, err := ann.Get(ctx, 41823)
//	outcome, err := ann.Play(ctx, songs[0], client.Attempt{Accuracy: 0.98})
//	fmt.Println(outcome.Response.Overall.After.Rank)
//
// It reads answers as strictly as a test can: what the game would not understand is an error here.
package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	bancho "github.com/pure-peace/peace/transport/bancho/client"
)

// ErrAnswer says that an answer is not what the game expects.
var ErrAnswer = errors.New("the game does not understand the answer")

// Client is the web half of a game. Its methods must not be called concurrently, neither with each other nor with those of the
// other half.
type Client struct{ game *bancho.Client }

// New returns the web half of a game.
func New(game *bancho.Client) *Client { return &Client{game} }

// Game returns the other half.
func (c *Client) Game() *bancho.Client { return c.game }

// The styles in which endpoints take credentials.
var (
	styleA = [2]string{"us", "ha"}
	styleB = [2]string{"u", "h"}
	styleC = [2]string{"u", "p"}
)

// signed adds the player's credentials to parameters.
func (c *Client) signed(style [2]string, parameters url.Values) url.Values {
	for key, values := range c.game.Credentials(style[0], style[1]) {
		parameters[key] = values
	}
	return parameters
}

// get asks the osu host and expects 200.
func (c *Client) get(ctx context.Context, path string, style [2]string, parameters url.Values) (string, error) {
	answer, err := c.game.Get(ctx, "osu", path+"?"+c.signed(style, parameters).Encode())
	return expect(path, answer, err)
}

// expect returns the body of a 200.
func expect(path string, answer bancho.Answer, err error) (string, error) {
	if err == nil && answer.Status != http.StatusOK {
		err = fmt.Errorf("%s: %w", path, &bancho.StatusError{Status: answer.Status, Body: string(answer.Body)})
	}
	if err != nil {
		return "", err
	}
	return string(answer.Body), nil
}
