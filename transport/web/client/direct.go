package client

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/mods"
)

// Search is a search of osu!direct. The zero value finds what is ranked, the newest first.
type Search struct {
	Text     string       // or one of the orders below
	Ruleset  *osu.Ruleset // nil for all
	Category int          // as the client numbers them: 4 for any
	Page     int          // from 0
}

// Texts that stand for an order.
const (
	Newest     = "Newest"
	TopRated   = "Top Rated"
	MostPlayed = "Most Played"
)

// Categories of a search.
const (
	CategoryRanked = 0
	CategoryAny    = 4
)

// Found is a page of a search.
type Found struct {
	Sets []Set
	More bool // there is another page
}

// Set is a beatmapset as osu!direct lists it.
type Set struct {
	File         string // name of the archive
	Artist       string
	Title        string
	Creator      string
	Status       osu.Status
	Rating       float64
	UpdatedAt    time.Time
	ID           int32
	ThreadID     int32
	Video        bool
	Storyboard   bool
	Size         int64
	SizeNoVideo  int64
	Difficulties []Difficulty
}

// Difficulty is a beatmap of a Set.
type Difficulty struct {
	Name    string // with its stars before it
	Ruleset osu.Ruleset
}

// pageSize is how many sets a page of a search holds.
const pageSize = 100

// Search searches.
func (c *Client) Search(ctx context.Context, s Search) (Found, error) {
	mode := -1
	if s.Ruleset != nil {
		mode = int(*s.Ruleset)
	}
	if s.Text == "" {
		s.Text = Newest
	}
	body, err := c.get(ctx, "/web/osu-search.php", styleB, url.Values{
		"r": {strconv.Itoa(s.Category)}, "q": {s.Text}, "m": {strconv.Itoa(mode)}, "p": {strconv.Itoa(s.Page)},
	})
	if err != nil {
		return Found{}, err
	}
	return parseSearch(body)
}

func parseSearch(body string) (Found, error) {
	first, rest, _ := strings.Cut(body, "\n")
	n, err := strconv.Atoi(first)
	switch {
	case err != nil || n > pageSize+1:
		return Found{}, fmt.Errorf("%w: a search begins with %.40q", ErrAnswer, first)
	case n < 0:
		return Found{}, fmt.Errorf("the search failed: %.200s", rest)
	}
	found := Found{More: n > pageSize}
	if rest = strings.TrimSuffix(rest, "\n"); rest != "" {
		for line := range strings.SplitSeq(rest, "\n") {
			set, err := parseSet(line)
			if err != nil {
				return Found{}, err
			}
			found.Sets = append(found.Sets, set)
		}
	}
	if len(found.Sets) != min(n, pageSize) {
		return Found{}, fmt.Errorf("%w: %d sets are announced, %d listed", ErrAnswer, n, len(found.Sets))
	}
	return found, nil
}

// parseSet reads a line. Answers for one set may end before the difficulties.
func parseSet(line string) (Set, error) {
	fields := strings.Split(line, "|")
	if len(fields) < 13 || len(fields) > 15 {
		return Set{}, fmt.Errorf("%w: a set of %d fields: %.80q", ErrAnswer, len(fields), line)
	}
	var failed error
	number := func(i int, least int64) int64 {
		if fields[i] == "" {
			return 0
		}
		n, err := strconv.ParseInt(fields[i], 10, 64)
		if (err != nil || n < least) && failed == nil {
			failed = fmt.Errorf("%w: field %d of a set is %.40q", ErrAnswer, i, fields[i])
		}
		return n
	}
	s := Set{
		File: fields[0], Artist: fields[1], Title: fields[2], Creator: fields[3], Status: osu.Status(number(4, -3)),
		ID: int32(number(7, 1)), ThreadID: int32(number(8, 0)), Video: number(9, 0) != 0, Storyboard: number(10, 0) != 0,
		Size: number(11, 0), SizeNoVideo: number(12, 0),
	}
	var err error
	if s.Rating, err = strconv.ParseFloat(fields[5], 64); err != nil && failed == nil {
		failed = fmt.Errorf("%w: the rating of a set is %.40q", ErrAnswer, fields[5])
	}
	if s.UpdatedAt, err = parseTime(fields[6]); err != nil && failed == nil {
		failed = err
	}
	if len(fields) > 13 && fields[13] != "" {
		for text := range strings.SplitSeq(fields[13], ",") {
			i := strings.LastIndexByte(text, '@')
			mode, err := strconv.ParseUint(text[i+1:], 10, 8)
			if (i < 0 || err != nil || !osu.Ruleset(mode).Valid()) && failed == nil {
				failed = fmt.Errorf("%w: a difficulty is %.80q", ErrAnswer, text)
			}
			s.Difficulties = append(s.Difficulties, Difficulty{text[:max(i, 0)], osu.Ruleset(mode)})
		}
	}
	return s, failed
}

// parseTime reads the two forms of a date that servers write.
func parseTime(text string) (time.Time, error) {
	for _, layout := range []string{time.RFC3339, time.DateTime} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("%w: a date is %.40q", ErrAnswer, text)
}

// SetOf returns the set of a beatmap; nil when there is none.
func (c *Client) SetOf(ctx context.Context, beatmapMD5 string) (*Set, error) {
	return c.lookUp(ctx, "c", beatmapMD5)
}

// SetOfID returns a set by its id; nil when there is none.
func (c *Client) SetOfID(ctx context.Context, id int32) (*Set, error) {
	return c.lookUp(ctx, "s", strconv.Itoa(int(id)))
}

func (c *Client) lookUp(ctx context.Context, key, value string) (*Set, error) {
	const path = "/web/osu-search-set.php"
	answer, err := c.game.Get(ctx, "osu", path+"?"+c.signed(styleB, url.Values{key: {value}}).Encode())
	if err == nil && answer.Status == http.StatusNotFound {
		return nil, nil
	}
	body, err := expect(path, answer, err)
	if err != nil || body == "" {
		return nil, err
	}
	set, err := parseSet(strings.TrimSuffix(body, "\n"))
	return &set, err
}

// Info is what the song list knows of a beatmap.
type Info struct {
	Index     int // in the files asked for; -1 when it was asked for by id
	BeatmapID int32
	SetID     int32
	MD5       string
	Status    osu.Status
	Grades    [osu.Rulesets]osu.Grade
}

// Infos asks for what the song list shows, by file names and ids. Those that are not known are missing.
func (c *Client) Infos(ctx context.Context, files []string, ids []int32) ([]Info, error) {
	const path = "/web/osu-getbeatmapinfo.php"
	request, err := json.Marshal(map[string]any{"Filenames": append([]string{}, files...), "Ids": append([]int32{}, ids...)})
	if err != nil {
		return nil, err
	}
	// The game names no type that fits.
	answer, err := c.game.Upload(ctx, "osu", path+"?"+c.signed(styleB, url.Values{}).Encode(), "text/plain", nil, request)
	body, err := expect(path, answer, err)
	if err != nil || body == "" {
		return nil, err
	}
	var infos []Info
	for line := range strings.SplitSeq(strings.TrimSuffix(body, "\n"), "\n") {
		info, err := parseInfo(line)
		if err == nil && (info.Index < -1 || info.Index >= len(files)) {
			err = fmt.Errorf("%w: nobody asked for %d", ErrAnswer, info.Index)
		}
		if err != nil {
			return nil, err
		}
		infos = append(infos, info)
	}
	return infos, nil
}

func parseInfo(line string) (Info, error) {
	fields := strings.Split(line, "|")
	if len(fields) != 9 {
		return Info{}, fmt.Errorf("%w: information of %d fields: %.80q", ErrAnswer, len(fields), line)
	}
	numbers := [5]int{}
	for _, i := range []int{0, 1, 2, 4} {
		n, err := strconv.ParseInt(fields[i], 10, 32)
		if err != nil {
			return Info{}, fmt.Errorf("%w: field %d of information is %.40q", ErrAnswer, i, fields[i])
		}
		numbers[i] = int(n)
	}
	info := Info{
		Index: numbers[0], BeatmapID: int32(numbers[1]), SetID: int32(numbers[2]), MD5: fields[3], Status: osu.Status(numbers[4]),
	}
	for r := range info.Grades {
		grade, err := osu.ParseGrade(fields[5+r])
		if err != nil {
			return Info{}, fmt.Errorf("%w: %w", ErrAnswer, err)
		}
		info.Grades[r] = grade
	}
	return info, nil
}

// Stars asks for the star rating of a beatmap.
func (c *Client) Stars(ctx context.Context, beatmapID int32, ruleset osu.Ruleset, set mods.Set) (float64, error) {
	request, err := json.Marshal(map[string]any{"beatmap_id": beatmapID, "ruleset_id": ruleset, "mods": append(mods.Set{}, set...)})
	if err != nil {
		return 0, err
	}
	answer, err := c.game.Upload(ctx, "osu", "/difficulty-rating", "application/json", nil, request)
	body, err := expect("/difficulty-rating", answer, err)
	if err != nil {
		return 0, err
	}
	stars, err := strconv.ParseFloat(strings.TrimSpace(body), 64)
	if err != nil {
		return 0, fmt.Errorf("%w: the star rating is %.40q", ErrAnswer, body)
	}
	return stars, nil
}
