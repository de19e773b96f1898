package scores_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	achievementsLocal "github.com/pure-peace/peace/modules/achievements/local"
	"github.com/pure-peace/peace/modules/beatmaps"
	beatmapsLocal "github.com/pure-peace/peace/modules/beatmaps/local"
	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/database/databasetest"
	filesLocal "github.com/pure-peace/peace/modules/files/local"
	performanceLocal "github.com/pure-peace/peace/modules/performance/local"
	rankingsLocal "github.com/pure-peace/peace/modules/rankings/local"
	scoresLocal "github.com/pure-peace/peace/modules/scores/local"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/replay"
	"github.com/pure-peace/peace/osu/score"
	"github.com/pure-peace/peace/osu/submission"
	edge "github.com/pure-peace/peace/transport/web/scores"
)

// circles is a beatmap of n circles.
func circles(n int) []byte {
	var b strings.Builder
	b.WriteString("osu file format v14\n\n[General]\nMode: 0\n\n[Metadata]\nTitle:Title\nArtist:Artist\nCreator:Creator\nVersion:Easy\nBeatmapID:75\nBeatmapSetID:7\n\n" +
		"[Difficulty]\nHPDrainRate:5\nCircleSize:4\nOverallDifficulty:8\nApproachRate:9\nSliderMultiplier:1.4\nSliderTickRate:1\n\n[TimingPoints]\n0,300,4,2,1,60,1,0\n\n[HitObjects]\n")
	for i := range n {
		fmt.Fprintf(&b, "%d,%d,%d,1,0,0:0:0:0:\n", 100+(i%2)*200, 100+(i%3)*80, 1000+150*i)
	}
	return []byte(b.String())
}

// real puts the real modules into a bench.
type real struct {
	modules []interface{ Run(context.Context) error }
	beatmap beatmaps.Beatmap
}

func (m *real) fill(t testing.TB, topics state.Service, accounts users.Service, d *edge.Deps) {
	t.Helper()
	ctx, log := t.Context(), slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
	db := databasetest.Open(t, database.SQLite)
	blobs := filesLocal.DefaultConfig()
	blobs.Dir = t.TempDir()
	store, err := filesLocal.New(ctx, blobs, filesLocal.Deps{Log: log})
	check(t, err)
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	rated := performanceLocal.DefaultConfig()
	rated.Beatmaps = t.TempDir()
	calculator, err := performanceLocal.New(ctx, rated, performanceLocal.Deps{DB: db, Log: log})
	check(t, err)
	t.Cleanup(func() {
		if err := calculator.Close(); err != nil {
			t.Error(err)
		}
	})
	alone := beatmapsLocal.DefaultConfig()
	alone.Sources.Order = nil
	library, err := beatmapsLocal.New(ctx, alone, beatmapsLocal.Deps{
		DB: db, Files: store, Performance: calculator, Topics: topics, Users: accounts, Log: log,
	})
	check(t, err)
	table, err := scoresLocal.New(ctx, scoresLocal.DefaultConfig(), scoresLocal.Deps{
		DB: db, State: topics, Users: accounts, Beatmaps: library, Performance: calculator, Log: log,
	})
	check(t, err)
	ranks, err := rankingsLocal.New(ctx, rankingsLocal.DefaultConfig(), rankingsLocal.Deps{
		DB: db, Scores: table, State: topics, Sessions: d.Sessions, Log: log,
	})
	check(t, err)
	medals, err := achievementsLocal.New(ctx, achievementsLocal.DefaultConfig(), achievementsLocal.Deps{
		DB: db, Scores: table, Beatmaps: library, Performance: calculator, Topics: topics, Log: log,
	})
	check(t, err)
	m.modules = []interface{ Run(context.Context) error }{store, library, table, ranks, medals}

	_, err = store.Put(ctx, "imports/test.osu", circles(324))
	check(t, err)
	ranked := osu.StatusRanked
	imported, err := library.Import(ctx, "imports/test.osu", beatmaps.Import{Name: "Artist - Title (Creator) [Easy].osu", Status: &ranked, Freeze: true})
	check(t, err)
	m.beatmap = imported.Set.Beatmaps[0]
	d.Files, d.Beatmaps, d.Scores, d.Rankings, d.Achievements = store, library, table, ranks, medals
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// newReal is a bench with the real modules, which run until the test ends.
func newReal(t testing.TB) (*bench, beatmaps.Beatmap) {
	t.Helper()
	var modules real
	b := newBench(t, nil, nil)
	b.handler = b.edge(t, slog.New(slog.NewTextHandler(t.Output(), nil)), func(_ *edge.Config, d *edge.Deps) {
		modules.fill(t, b.State, b.Users, d)
		d.Metrics = nil
	})
	for _, m := range modules.modules {
		ctx, cancel := context.WithCancel(context.Background())
		ended := make(chan error, 1)
		go func() { ended <- m.Run(ctx) }()
		t.Cleanup(func() {
			cancel()
			if err := <-ended; err != nil {
				t.Error(err)
			}
		})
	}
	return b, modules.beatmap
}

// BenchmarkSubmitForReal is a submission with everything that it sets off until it is answered, from 16 clients at a time.
func BenchmarkSubmitForReal(b *testing.B) {
	s, beatmap := newReal(b)
	requests := make(chan *http.Request, b.N)
	for i := range b.N {
		play := s.play()
		play.Score.BeatmapMD5, play.BeatmapMD5, play.Score.Time, play.Score.Total = beatmap.MD5, beatmap.MD5, fmt.Sprint(i), int32(1000+i)
		play.Score.MaxCombo = 300
		play.Sign()
		requests <- upload(b, play)
	}
	close(requests)
	b.ResetTimer()
	var clients sync.WaitGroup
	for range 16 {
		clients.Go(func() {
			for r := range requests {
				if w := s.serve(r); !strings.HasPrefix(w.Body.String(), "beatmapId:") {
					b.Errorf("answer %d %q", w.Code, w.Body)
				}
			}
		})
	}
	clients.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "plays/s")
}

// TestForReal is a player with the real modules: he looks at the board, plays, improves, and watches his replay.
func TestForReal(t *testing.T) {
	b, beatmap := newReal(t)
	md5 := beatmap.MD5
	ask := func(pairs ...string) string {
		t.Helper()
		return b.board(append([]string{"c", md5, "f", beatmap.File}, pairs...)...)
	}
	empty := fmt.Sprintf("2|false|%d|%d|0|0|\n0\n[bold:0,size:20]Artist|Title\n0.00\n\n", beatmap.ID, beatmap.SetID)
	if got := ask(); got != empty {
		t.Fatalf("empty board %q, want %q", got, empty)
	}
	recording := &replay.Recording{Seed: 7, Seeded: true}
	for i := range 400 {
		recording.Frames = append(recording.Frames, replay.Frame{Time: int32(i * 130), X: 100, Y: 100, Keys: replay.Keys(i % 2)})
	}
	frames, err := replay.Compress(recording)
	check(t, err)
	submit := func(time string, total int32, edit func(*submission.Submission)) *httptest.ResponseRecorder {
		t.Helper()
		play := b.play()
		play.Score.BeatmapMD5, play.BeatmapMD5, play.Score.Time, play.Score.Total = md5, md5, time, total
		play.Score.MaxCombo, play.Replay = 300, frames
		if edit != nil {
			edit(play)
		}
		play.Sign()
		return b.serve(upload(t, play))
	}
	w := submit("250901120000", 1_000_000, nil)
	first, err := submission.ParseResponse(w.Body.String())
	if err != nil || first.ScoreID == 0 || first.Ranking.Before != nil || first.Ranking.After.Rank != 1 || first.Ranking.After.PP == 0 || first.Overall.After.Rank != 1 ||
		first.Overall.After.RankedScore != 1_000_000 || first.Beatmap.Plays != 1 || first.Beatmap.SetID != beatmap.SetID {
		t.Fatalf("first answer %q, %v", w.Body, err)
	}
	if len(first.Achievements) == 0 {
		t.Error("there are no medals for a first play")
	}
	if again := submit("250901120000", 1_000_000, nil); again.Body.String() != w.Body.String() {
		t.Errorf("answered again with\n%s\nafter\n%s", again.Body, w.Body)
	}
	w = submit("250901120100", 2_000_000, func(s *submission.Submission) {
		s.Score.Counts = score.Counts{Count300: 324, CountGeki: 70}
		s.Score.MaxCombo = 324
		s.Score.Perfect = true
	})
	second, err := submission.ParseResponse(w.Body.String())
	if err != nil || second.Ranking.Before == nil || second.Ranking.Before.TotalScore != 1_000_000 || second.Ranking.Before.Rank != 1 || second.Ranking.After.TotalScore != 2_000_000 ||
		second.Overall.Before == nil || second.Overall.After.RankedScore != 2_000_000 || second.Overall.After.TotalScore != 3_000_000 || second.Beatmap.Plays != 2 {
		t.Fatalf("second answer %q, %v", w.Body, err)
	}
	w = submit("250901120200", 500, func(s *submission.Submission) {
		s.Score.Passed, s.Score.Grade, s.FailTime, s.Replay = false, osu.GradeF, 10*time.Second, nil
		s.Score.Counts = score.Counts{Count300: 10, CountMiss: 20}
	})
	if w.Body.String() != "error: no" {
		t.Errorf("a fail is answered %q", w.Body)
	}
	board, err := submission.ParseBoard(ask())
	if err != nil || board.Count != 1 || len(board.Lines) != 1 || board.Own == nil || board.Lines[0].ScoreID != second.ScoreID || board.Lines[0].Total != 2_000_000 ||
		!board.Lines[0].Perfect || board.Lines[0].CountGeki != 70 || board.Lines[0].Mods != osu.ModHidden|osu.ModDoubleTime || !board.Lines[0].HasReplay {
		t.Fatalf("board %+v, %v", board, err)
	}
	for pairs, want := range map[string]int{"v=2 mods=72": 1, "v=2 mods=8": 0, "v=3": 1, "v=4": 1, "mods=128": 0, "m=1": 0, "m=3": 0, "v=0": 0} {
		var query []string
		for pair := range strings.FieldsSeq(pairs) {
			key, value, _ := strings.Cut(pair, "=")
			query = append(query, key, value)
		}
		if board, err := submission.ParseBoard(ask(query...)); err != nil || len(board.Lines) != want {
			t.Errorf("%s: %d scores, %v", pairs, len(board.Lines), err)
		}
	}
	query := b.ann.Credentials("u", "h")
	query.Set("c", fmt.Sprint(second.ScoreID))
	if w := b.get("/web/osu-getreplay.php", query); w.Code != 200 || w.Body.String() != string(frames) {
		t.Errorf("replay: %d, %d bytes", w.Code, w.Body.Len())
	}
	file, err := replay.Parse(b.get(fmt.Sprintf("/scores/%d/download", second.ScoreID), nil).Body.Bytes())
	if err != nil || file.OnlineID != second.ScoreID || file.Count300 != 324 || file.CountGeki != 70 || string(file.Frames) != string(frames) || file.Verify() != replay.OriginWeb {
		t.Errorf("file %+v, %v", file, err)
	}
	if w := submit("250901120300", 5, func(s *submission.Submission) { s.Score.BeatmapMD5, s.BeatmapMD5 = playMD5, playMD5 }); w.Body.String() != "error: beatmap" {
		t.Errorf("an unknown beatmap is answered %q", w.Body)
	}
	if w := submit("250901120400", 0, nil); w.Body.String() != "error: no" {
		t.Errorf("a play without a total is answered %q", w.Body)
	}
	if w := submit("250901120500", 5, func(s *submission.Submission) { s.UniqueIDs = strings.Repeat("\U0001ffff\x00", 60) }); !strings.HasPrefix(w.Body.String(), "beatmapId:") {
		t.Errorf("a play with strange ids is answered %q", w.Body)
	}
}
