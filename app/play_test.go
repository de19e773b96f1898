package app_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pure-peace/peace/app/apptest"
	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/database/databasetest"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/osutest"
	"github.com/pure-peace/peace/osu/packets"
	"github.com/pure-peace/peace/osu/submission"
	"github.com/pure-peace/peace/transport/web/client"
)

// The moments of a competition at which a topology may do its worst.
const (
	songReady    step = "the song is downloaded"
	annSubmitted step = "Ann has submitted"
	bobSubmitted step = "Bob has submitted"
)

// competition is what two stable players do with a beatmap: find it, download it, play it, and look at the ranking. It must
// go the same way whatever the server is made of. The server has the beatmaps of songs.
func competition(t *testing.T, address string, between func(step)) {
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	ann, bob := client.New(player(t, address, "Ann")), client.New(player(t, address, "Bob"))
	song := download(ctx, t, ann)
	between(songReady)

	if board := boardOf(ctx, t, ann, song); board.Status != submission.Ranked || board.Count != 0 || board.Own != nil {
		t.Fatalf("the board before anybody has played is %+v", board)
	}
	first := submit(ctx, t, ann, song, 0.98, 0)
	if c := first.Response.Ranking; c.Before != nil || c.After.Rank != 1 || c.After.PP <= 0 {
		t.Errorf("Ann's chart of the beatmap is %+v, after %+v", c, c.After)
	}
	if c := first.Response.Overall; c.After.Rank != 1 || c.After.PP <= 0 || c.After.TotalScore != int64(first.Submission.Score.Total) {
		t.Errorf("Ann's chart is %+v", c.After)
	}
	if len(first.Response.Achievements) == 0 {
		t.Error("Ann got no medal for passing a beatmap")
	}
	between(annSubmitted)

	// What the game did not hear the answer to it submits again, and nothing counts twice.
	again := resubmit(ctx, t, ann, first.Submission)
	if again.ScoreID != first.Response.ScoreID || again.Overall.After.TotalScore != first.Response.Overall.After.TotalScore {
		t.Errorf("the second answer is %+v, the first was %+v", again, first.Response)
	}
	second := submit(ctx, t, bob, song, 0.9, 3)
	if rank := second.Response.Ranking.After.Rank; rank != 2 {
		t.Errorf("Bob is number %d on the beatmap", rank)
	}
	between(bobSubmitted)

	board := boardOf(ctx, t, bob, song)
	var names []string
	for _, line := range board.Lines {
		names = append(names, line.Player)
	}
	if !slices.Equal(names, []string{"Ann", "Bob"}) || board.Count != 2 || board.Own == nil || board.Own.Position != 2 {
		t.Errorf("Bob sees %v of %d, himself as %+v", names, board.Count, board.Own)
	}
	var data []byte
	eventually(ctx, t, "Bob gets Ann's replay", func() (err error) {
		data, err = bob.Replay(ctx, osu.Standard, first.Response.ScoreID)
		return err
	})
	if !bytes.Equal(data, first.Submission.Replay) {
		t.Errorf("%d bytes of replay, %d were uploaded", len(data), len(first.Submission.Replay))
	}

	// Her figures change in the game by themselves.
	third := submit(ctx, t, ann, song, 1, 0)
	if before := third.Response.Ranking.Before; before == nil || before.Rank != 1 {
		t.Errorf("Ann's second play began with %+v", before)
	}
	ann.Game().SetStatus(packets.Status{Action: osu.ActionIdle})
	expect(ctx, t, ann.Game(), func(s packets.UserStats) bool {
		return s.UserID == ann.Game().ID() && s.Rank == 1 && s.PP > 0 && s.PlayCount == 2 && s.TotalScore == third.Response.Overall.After.TotalScore
	})
	expect(ctx, t, bob.Game(), func(m packets.Message) bool { return m.Target == "#announce" && strings.Contains(m.Text, "Ann") })
}

// songs writes beatmaps into a folder as the game keeps them, and returns the folder.
func songs(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"osu-mixed", "taiko-speed"} {
		folder := filepath.Join(dir, name)
		if err := os.Mkdir(folder, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, name+".osu"), osutest.Sources(t)[0].Map(t, name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// bring imports songs as ranked into the server that arguments configure, as its operator does.
func bring(t *testing.T, arguments ...string) {
	t.Helper()
	cmd := exec.Command(os.Args[0], append([]string{"beatmap", "import", "--status", "ranked", songs(t)}, arguments...)...)
	cmd.Env = append(os.Environ(), beProgram+"=peace")
	if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "Imported 2: 2 beatmaps new") {
		t.Fatalf("importing: %v\n%s", err, out)
	}
}

func download(ctx context.Context, t *testing.T, c *client.Client) client.Song {
	t.Helper()
	ruleset := osu.Standard
	found, err := c.Search(ctx, client.Search{Text: "Synthetic", Ruleset: &ruleset, Category: 4})
	if err != nil || len(found.Sets) != 1 {
		t.Fatalf("searching for the set: %+v, %v", found, err)
	}
	list, err := c.Get(ctx, found.Sets[0].ID)
	if err != nil || len(list) != 1 {
		t.Fatalf("downloading set %d: %d beatmaps, %v", found.Sets[0].ID, len(list), err)
	}
	return list[0]
}

// eventually does something again until it works, as the game does.
func eventually(ctx context.Context, t *testing.T, what string, do func() error) {
	t.Helper()
	var err error
	for ctx.Err() == nil {
		if err = do(); err == nil {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("it never came to be that %s: %v", what, err)
}

func boardOf(ctx context.Context, t *testing.T, c *client.Client, song client.Song) (board *submission.Board) {
	t.Helper()
	eventually(ctx, t, "there is a board", func() (err error) {
		board, err = c.Board(ctx, song.Query(osu.Standard, 0, submission.BoardTop))
		return err
	})
	return board
}

// submit plays a song and submits it until the server takes it.
func submit(ctx context.Context, t *testing.T, c *client.Client, song client.Song, accuracy float64, misses int) client.Outcome {
	t.Helper()
	outcome, err := c.Play(ctx, song, client.Attempt{Ruleset: osu.Standard, Accuracy: accuracy, Misses: misses})
	if errors.Is(err, client.ErrLater) {
		outcome.Response = resubmit(ctx, t, c, outcome.Submission)
	} else if err != nil {
		t.Fatalf("%s submits: %v", c.Game().Name(), err)
	}
	return outcome
}

func resubmit(ctx context.Context, t *testing.T, c *client.Client, s *submission.Submission) (r *submission.Response) {
	t.Helper()
	eventually(ctx, t, "the score is taken", func() (err error) {
		r, err = c.Submit(ctx, s)
		return err
	})
	return r
}

func TestCompetitionOnASingleProcess(t *testing.T) {
	databasetest.EachURL(t, func(t *testing.T, url database.URL) {
		address := freeAddress(t)
		settings := apptest.Settings(t.TempDir())
		settings["http.listen"], settings["database.url"] = address, string(url)
		settings["admin.socket"] = filepath.Join(socketDir(t), "peace.sock")
		arguments := serveWith(settings)
		server := start(t, arguments...)
		waitForListener(t, address)
		bring(t, arguments[1:]...)
		competition(t, address, func(s step) {
			t.Logf("killing the server while %s", s)
			time.Sleep(500 * time.Millisecond) // for the journal of sessions
			server.kill()
			server = start(t, arguments...)
			waitForListener(t, address)
		})
	})
}

func TestCompetitionOnAFleet(t *testing.T) {
	address := freeAddress(t)
	processes := map[string][]string{}
	for _, module := range modules {
		processes[module] = []string{module}
	}
	file := fleetFile(t, processes, address)
	running := map[string]*process{}
	for module := range processes {
		running[module] = start(t, "serve", "--config", file, "--as", module)
	}
	start(t, "serve", "--config", file)
	waitForListener(t, address)
	bring(t, "--config", file)
	competition(t, address, func(s step) {
		for _, module := range []string{"beatmaps", "scores", "rankings", "achievements"} {
			t.Logf("killing %s while %s", module, s)
			running[module].kill()
			running[module] = start(t, "serve", "--config", file, "--as", module)
		}
	})
}
