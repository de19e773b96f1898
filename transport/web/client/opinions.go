package client

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"mime/multipart"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Vote is what a server says about a player's vote.
type Vote string

// The answers.
const (
	MayVote    Vote = "ok"
	Voted      Vote = "alreadyvoted"
	NoBeatmap  Vote = "no exist"
	NotRanked  Vote = "not ranked"
	OwnBeatmap Vote = "owner"
	NoPlayer   Vote = "auth fail"
)

// Rate votes on a beatmap from 1 to 10, or with 0 asks whether the player may, and returns the average if the server tells it.
func (c *Client) Rate(ctx context.Context, beatmapMD5 string, value int) (Vote, float64, error) {
	parameters := url.Values{"c": {beatmapMD5}}
	if value != 0 {
		parameters.Set("v", strconv.Itoa(value))
	}
	body, err := c.get(ctx, "/web/osu-rate.php", styleC, parameters)
	if err != nil {
		return "", 0, err
	}
	word, number, told := strings.Cut(body, "\n")
	switch v := Vote(word); v {
	case MayVote, Voted, NoBeatmap, NotRanked, OwnBeatmap, NoPlayer:
		if !told || number == "" {
			return v, 0, nil
		}
		average, err := strconv.ParseFloat(number, 64)
		if err != nil {
			err = fmt.Errorf("%w: the average is %.40q", ErrAnswer, number)
		}
		return v, average, err
	}
	return "", 0, fmt.Errorf("%w: a vote is answered %.80q", ErrAnswer, body)
}

// Comment is a line that scrolls by in a song.
type Comment struct {
	Moment time.Duration
	Target string // "song", "map" or "replay"
	Role   string // of who wrote it: "player", "creator", "bat", "subscriber", "supporter" or ""
	Colour string // six hexadecimal digits, "" for none
	Text   string
}

// Place is what comments are about.
type Place struct {
	SetID     int32
	BeatmapID int32
	ScoreID   int64 // 0 for none
}

// Comments returns the comments of a place.
func (c *Client) Comments(ctx context.Context, at Place) ([]Comment, error) {
	body, err := c.comment(ctx, at, map[string]string{"a": "get"})
	if err != nil || body == "" {
		return nil, err
	}
	return parseComments(body)
}

func parseComments(body string) (list []Comment, err error) {
	for line := range strings.SplitSeq(strings.TrimSuffix(body, "\n"), "\n") {
		fields := strings.Split(line, "\t")
		if len(fields) != 4 {
			return nil, fmt.Errorf("%w: a comment is %.80q", ErrAnswer, line)
		}
		ms, err := strconv.ParseInt(fields[0], 10, 64)
		if err != nil {
			return nil, fmt.Errorf("%w: the moment of a comment is %.40q", ErrAnswer, fields[0])
		}
		comment := Comment{Moment: time.Duration(ms) * time.Millisecond, Target: fields[1], Text: fields[3]}
		comment.Role, comment.Colour, _ = strings.Cut(fields[2], "|")
		list = append(list, comment)
	}
	return list, nil
}

// Comment writes a comment.
func (c *Client) Comment(ctx context.Context, at Place, comment Comment) error {
	_, err := c.comment(ctx, at, map[string]string{
		"a": "post", "target": comment.Target, "f": comment.Colour, "starttime": strconv.FormatInt(comment.Moment.Milliseconds(), 10),
		"comment": comment.Text,
	})
	return err
}

func (c *Client) comment(ctx context.Context, at Place, fields map[string]string) (string, error) {
	for key, values := range c.signed(styleC, url.Values{}) {
		fields[key] = values[0]
	}
	fields["s"], fields["b"] = strconv.Itoa(int(at.SetID)), strconv.Itoa(int(at.BeatmapID))
	fields["r"], fields["m"] = strconv.FormatInt(at.ScoreID, 10), "0"
	return c.form(ctx, "/web/osu-comment.php", fields, nil)
}

// form posts a multipart form; write, when it is set, adds to it.
func (c *Client) form(ctx context.Context, path string, fields map[string]string, write func(*multipart.Writer) error) (string, error) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for key, value := range fields {
		if err := w.WriteField(key, value); err != nil {
			return "", err
		}
	}
	if write != nil {
		if err := write(w); err != nil {
			return "", err
		}
	}
	if err := w.Close(); err != nil {
		return "", err
	}
	answer, err := c.game.Upload(ctx, "osu", path, w.FormDataContentType(), nil, b.Bytes())
	return expect(path, answer, err)
}

// Favourites returns the ids of the player's favourite sets.
func (c *Client) Favourites(ctx context.Context) ([]int32, error) {
	body, err := c.get(ctx, "/web/osu-getfavourites.php", styleB, url.Values{})
	if err != nil {
		return nil, err
	}
	var ids []int32
	for line := range strings.FieldsSeq(body) {
		id, err := strconv.ParseInt(line, 10, 32)
		if err != nil {
			return nil, fmt.Errorf("%w: a favourite is %.40q", ErrAnswer, line)
		}
		ids = append(ids, int32(id))
	}
	return ids, nil
}

// AddFavourite adds a set to the player's favourites and returns what he is told.
func (c *Client) AddFavourite(ctx context.Context, setID int32) (string, error) {
	return c.get(ctx, "/web/osu-addfavourite.php", styleB, url.Values{"a": {strconv.Itoa(int(setID))}})
}

// Screenshot uploads a picture and returns the path below osu.DOMAIN where it is.
func (c *Client) Screenshot(ctx context.Context, picture []byte) (string, error) {
	fields := map[string]string{"v": "1"}
	for key, values := range c.signed(styleC, url.Values{}) {
		fields[key] = values[0]
	}
	name, err := c.form(ctx, "/web/osu-screenshot.php", fields, func(w *multipart.Writer) error {
		part, err := w.CreateFormFile("ss", "ss")
		if err != nil {
			return err
		}
		_, err = part.Write(picture)
		return err
	})
	if err != nil {
		return "", err
	}
	if name == "" || strings.ContainsAny(name, " \n<>:") {
		return "", fmt.Errorf("%w: a screenshot is called %.80q", ErrAnswer, name)
	}
	return "/ss/" + name, nil
}

// ErrStop says that the server does not want to be told again.
var ErrStop = errors.New("the server asks to stop")

// Listening tells which beatmap's music is heard. The error is ErrStop when the server does not want to know.
func (c *Client) Listening(ctx context.Context, beatmapID int32) error {
	return c.lastFM(ctx, strconv.Itoa(int(beatmapID)))
}

// Tell tells what the client noticed about its machine, in the same way. Source of the flags: osuAkatsuki/bancho.py
// app/constants/clientflags.py.
func (c *Client) Tell(ctx context.Context, flags uint32) error {
	return c.lastFM(ctx, "a"+strconv.FormatUint(uint64(flags), 10))
}

func (c *Client) lastFM(ctx context.Context, what string) error {
	body, err := c.get(ctx, "/web/lastfm.php", styleA, url.Values{"action": {"np"}, "b": {what}})
	switch {
	case err != nil:
		return err
	case body == "-3":
		return ErrStop
	case body != "":
		return fmt.Errorf("%w: %.80q", ErrAnswer, body)
	}
	return nil
}
