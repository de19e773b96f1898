package load

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/autoplay"
	"github.com/pure-peace/peace/osu/submission"
	"github.com/pure-peace/peace/transport/bancho/client"
	web "github.com/pure-peace/peace/transport/web/client"
)

const (
	// maxSets is how many sets are downloaded when the server's own are played, and maxSongs of how many beatmaps in all.
	maxSets  = 5
	maxSongs = 20

	// failed is the part of the plays that are not passed, and quit the part of those that is left.
	failed, quit = 0.2, 0.5

	// coarse is the time between frames of a replay in which nothing happens: compressing finer ones would take the load
	// generator more time than the server spends on them.
	coarse = 250 * time.Millisecond
)

// modsPlayed are what players choose from.
var modsPlayed = []osu.Mods{0, 0, osu.ModHidden, osu.ModHardRock, osu.ModDoubleTime, osu.ModHidden | osu.ModDoubleTime, osu.ModNoFail}

// tune is a song that can be played, with each of the mods once it was asked for.
type tune struct {
	web.Song

	mu    sync.Mutex
	ready map[osu.Mods]*autoplay.Beatmap
}

func (t *tune) with(ctx context.Context, mods osu.Mods) (*autoplay.Beatmap, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if m, ok := t.ready[mods]; ok {
		return m, nil
	}
	m, err := autoplay.New(ctx, t.Map, t.Map.Mode, mods)
	if err == nil {
		t.ready[mods] = m
	}
	return m, err
}

// library is what is played. Whoever needs it first fills it, if it is not given.
type library struct {
	mu    sync.Mutex
	tunes []*tune
}

// add takes in songs that can be played, up to maxSongs.
func (l *library) add(ctx context.Context, songs []web.Song, most int) {
	for _, song := range songs {
		t := &tune{Song: song, ready: make(map[osu.Mods]*autoplay.Beatmap)}
		if _, err := t.with(ctx, 0); err == nil && len(l.tunes) < most {
			l.tunes = append(l.tunes, t)
		}
	}
}

// errNoSongs says that the server has nothing to play.
var errNoSongs = errors.New("the server has no beatmap with a leaderboard that can be downloaded")

// pick returns something to play.
func (r *run) pick(ctx context.Context, c *web.Client) (*tune, error) {
	l := &r.library
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.tunes) == 0 {
		if err := r.download(ctx, c); err != nil {
			return nil, err
		}
	}
	return l.tunes[rand.IntN(len(l.tunes))], nil
}

// download fills the library with what osu!direct lists first.
func (r *run) download(ctx context.Context, c *web.Client) error {
	began := time.Now()
	found, err := c.Search(ctx, web.Search{Text: web.MostPlayed, Category: web.CategoryRanked})
	r.did(ctx, Search, began, err)
	if err != nil {
		return err
	}
	for _, set := range found.Sets[:min(len(found.Sets), 4*maxSets)] {
		began := time.Now()
		songs, err := c.Get(ctx, set.ID)
		var elsewhere *web.Elsewhere
		if !errors.As(err, &elsewhere) { // nobody but the server is put under load
			r.did(ctx, Download, began, err)
		}
		r.library.add(ctx, songs, maxSongs)
		if ctx.Err() != nil || len(r.library.tunes) == maxSongs {
			break
		}
	}
	if len(r.library.tunes) == 0 {
		return cmp.Or(ctx.Err(), errNoSongs)
	}
	return nil
}

// did counts a request of a player, unless it was cut off by the end of the run.
func (r *run) did(ctx context.Context, operation string, began time.Time, err error) {
	if ctx.Err() == nil {
		r.done(operation, began, err)
	}
}

// perform is the life of somebody who plays. The options are those of his other half, which is online while this one plays.
func (r *run) perform(ctx context.Context, o client.Options) {
	c := web.New(client.New(o))
	due := newClock(r.options.Plays)
	scored := make(map[string]bool) // beatmaps by MD5
	for {
		pause := time.NewTimer(time.Until(due.next))
		select {
		case <-pause.C:
		case <-ctx.Done():
			pause.Stop()
			return
		}
		due.schedule()
		began := time.Now()
		song, err := r.pick(ctx, c)
		if err != nil {
			if errors.Is(err, errNoSongs) {
				r.did(ctx, Search, began, err)
			}
			continue
		}
		if r.look(ctx, c, song, scored[song.MD5]) && r.submit(ctx, c, song) {
			scored[song.MD5] = true
		}
	}
}

// look asks for a board, on which there must be a score of one's own once there was one.
func (r *run) look(ctx context.Context, c *web.Client, song *tune, scored bool) bool {
	began := time.Now()
	board, err := c.Board(ctx, song.Query(song.Map.Mode, 0, submission.BoardTop))
	if err == nil && scored && board.BeatmapID != 0 && board.Own == nil {
		err = fmt.Errorf("a score on %s is not on its board", song.Name())
	}
	r.did(ctx, Board, began, err)
	return err == nil && ctx.Err() == nil
}

// submit plays and submits, and reports whether there is a new score to be found on the board.
func (r *run) submit(ctx context.Context, c *web.Client, song *tune) bool {
	attempt := web.Attempt{
		Ruleset: song.Map.Mode, Mods: modsPlayed[rand.IntN(len(modsPlayed))], Accuracy: 0.85 + 0.15*rand.Float64(), Misses: rand.IntN(10),
		Interval: coarse,
	}
	if rand.Float64() < failed && !attempt.Mods.Has(osu.ModNoFail) {
		attempt.Until, attempt.Exited = 0.05+0.9*rand.Float64(), rand.Float64() < quit
	}
	m, err := song.with(ctx, attempt.Mods)
	if err != nil {
		return false // these mods cannot be played on it
	}
	s, err := c.Perform(m, song.Song, attempt)
	if err != nil {
		r.did(ctx, Submit, time.Now(), err)
		return false
	}
	if s.Score.Total == 0 {
		return false // all of a very short beatmap was missed, which the game keeps to itself
	}
	began := time.Now()
	response, err := c.Submit(ctx, s)
	var refusal submission.Refusal
	if !s.Score.Passed && errors.As(err, &refusal) && refusal == submission.RefusedSilently {
		err = nil // counted, and nothing to be shown
	}
	r.did(ctx, Submit, began, err)
	return err == nil && response != nil
}
