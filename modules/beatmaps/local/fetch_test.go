package local

import (
	"context"
	"crypto/md5" //nolint:gosec // how the game names beatmaps
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/beatmaps/source"
	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/database/databasetest"
	filesLocal "github.com/pure-peace/peace/modules/files/local"
	performanceLocal "github.com/pure-peace/peace/modules/performance/local"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/state/memory"
	"github.com/pure-peace/peace/osu"
)

// site is a mirror that says what a test puts into it.
type site struct {
	mu      sync.Mutex
	answers map[string]string // by path; what is not there is not found
	asked   map[string]int
}

func (s *site) put(path, answer string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answers[path] = answer
}

func (s *site) count(path string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked[path]
}

func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked[r.URL.Path]++
	answer, ok := s.answers[r.URL.Path]
	if !ok {
		http.NotFound(w, r)
		return
	}
	_, _ = io.WriteString(w, answer)
}

// fetching returns a service that asks a site.
func fetching(t *testing.T, edit func(*Config)) (*Service, *fetcher, *site) {
	t.Helper()
	mirror := &site{answers: make(map[string]string), asked: make(map[string]int)}
	server := httptest.NewServer(mirror)
	t.Cleanup(server.Close)
	cfg := DefaultConfig()
	cfg.Sources.Private, cfg.Sources.Order = true, []string{"site"}
	cfg.Sources.Mirrors = map[string]source.Mirror{"site": {
		Set: server.URL + "/s/{set_id}", Beatmap: server.URL + "/b/{beatmap_id}", MD5: server.URL + "/md5/{md5}",
		File: server.URL + "/osu/{beatmap_id}", Archive: server.URL + "/d/{set_id}", PerMinute: 6000,
	}}
	if edit != nil {
		edit(&cfg)
	}
	log, ctx := slog.New(slog.NewTextHandler(t.Output(), nil)), t.Context()
	db := databasetest.Indexed(t, databasetest.Open(t, database.SQLite), "beatmap_words")
	blobs := filesLocal.DefaultConfig()
	blobs.Dir, blobs.Sync = t.TempDir(), false
	store, err := filesLocal.New(ctx, blobs, filesLocal.Deps{Log: log})
	if err != nil {
		t.Fatal(err)
	}
	teacher := performanceLocal.DefaultConfig()
	teacher.Beatmaps = t.TempDir()
	calculator, err := performanceLocal.New(ctx, teacher, performanceLocal.Deps{DB: db, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	topics, err := memory.New(ctx, memory.Config{}, log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := topics.Close(); err != nil {
			t.Error(err)
		}
	})
	s, err := New(ctx, cfg, Deps{DB: db, Files: store, Performance: calculator, Topics: state.Topics(topics), Log: log})
	if err != nil {
		t.Fatal(err)
	}
	f, _ := s.finder.(*fetcher)
	if f != nil {
		t.Cleanup(f.sources.Close)
	}
	return s, f, mirror
}

// drain runs the errands that wait, and those that they make.
func (f *fetcher) drain(ctx context.Context) (n int) {
	for ; len(f.urgent)+len(f.later) > 0; n++ {
		e, _ := f.next(ctx)
		f.do(ctx, e)
		f.done(e)
	}
	return n
}

// song is a beatmap of set 5, with a background, a song and a video.
func song(id int32, name string) string {
	return fmt.Sprintf(`osu file format v14

[General]
AudioFilename: song.mp3
PreviewTime: 500
Mode: 0

[Metadata]
Title:Song
Artist:Singer
Creator:Mapper
Version:%s
BeatmapID:%d
BeatmapSetID:5

[Difficulty]
HPDrainRate:5
CircleSize:4
OverallDifficulty:7
ApproachRate:9
SliderMultiplier:1.4
SliderTickRate:1

[Events]
0,0,"bg.png",0,0
Video,0,"v.mp4"

[TimingPoints]
0,500,4,2,0,100,1,0

[HitObjects]
100,100,1000,1,0,0:0:0:0:
200,200,2000,1,0,0:0:0:0:
300,300,4000,1,0,0:0:0:0:
`, name, id)
}

func sum(text string) string {
	h := md5.Sum([]byte(text)) //nolint:gosec // see the import
	return hex.EncodeToString(h[:])
}

// listing is what the site says of set 5, with beatmaps by id.
func listing(status osu.Status, files map[int32]string) string {
	var maps []string
	for id, file := range files {
		maps = append(maps, fmt.Sprintf(`{"id":%d,"beatmapset_id":5,"version":"V%d","mode_int":0,"ranked":%d,"checksum":"%s","total_length":3}`,
			id, id, status, sum(file)))
	}
	return fmt.Sprintf(`{"id":5,"artist":"Singer","title":"Song","creator":"Mapper","user_id":9,"ranked":%d,"beatmaps":[%s]}`,
		status, strings.Join(maps, ","))
}

func TestFetchWhatIsAskedFor(t *testing.T) {
	s, f, mirror := fetching(t, nil)
	ctx := t.Context()
	easy, hard, lost := song(10, "V10"), song(11, "V11"), song(12, "V12")
	mirror.put("/md5/"+sum(easy), `{"id":10,"beatmapset_id":5}`)
	mirror.put("/s/5", listing(osu.StatusRanked, map[int32]string{10: easy, 11: hard, 12: lost}))
	mirror.put("/osu/10", easy)
	mirror.put("/osu/11", hard)
	mirror.put("/osu/12", hard) // another file than it said
	keys := []beatmaps.Key{{MD5: sum(easy)}, {MD5: strings.Repeat("0", 32)}}
	for range 3 {
		if found, err := s.Beatmaps(ctx, keys); err != nil || len(found) != 0 {
			t.Fatalf("%+v, %v", found, err)
		}
	}
	if len(f.urgent) != 2 {
		t.Errorf("%d errands for two questions", len(f.urgent))
	}
	f.drain(ctx)
	found, err := s.Beatmaps(ctx, keys)
	if err != nil || len(found) != 1 || found[0].Beatmap.ID != 10 || !found[0].Beatmap.HasFile || found[0].Set.Title != "Song" ||
		found[0].Beatmap.Status != osu.StatusRanked || found[0].Beatmap.Stars == 0 {
		t.Fatalf("%+v, %v", found, err)
	}
	set, err := s.Sets(ctx, []int32{5})
	if err != nil || len(set) != 1 || len(set[0].Beatmaps) != 3 {
		t.Fatalf("%+v, %v", set, err)
	}
	for _, b := range set[0].Beatmaps {
		if b.HasFile == (b.ID == 12) {
			t.Errorf("beatmap %d has its file: %v", b.ID, b.HasFile)
		}
	}
	// Nobody was bothered twice, not even for what is not there.
	f.drain(ctx)
	if _, err := s.Beatmaps(ctx, keys); err != nil {
		t.Fatal(err)
	}
	f.drain(ctx)
	if n := mirror.count("/md5/" + strings.Repeat("0", 32)); n != 1 {
		t.Errorf("asked %d times for what is not there", n)
	}
	if n := mirror.count("/osu/10"); n != 1 {
		t.Errorf("fetched a file %d times", n)
	}
}

func TestFetchRunsInTheBackground(t *testing.T) {
	s, _, mirror := fetching(t, nil)
	easy := song(10, "V10")
	mirror.put("/b/10", listing(osu.StatusLoved, map[int32]string{10: easy}))
	mirror.put("/osu/10", easy)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	for ctx.Err() == nil {
		found, err := s.Beatmaps(ctx, []beatmaps.Key{{ID: 10}})
		if err != nil {
			t.Error(err)
			break
		}
		if len(found) == 1 && found[0].Beatmap.HasFile {
			break
		}
		runtime.Gosched()
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestFetchQueueIsBounded(t *testing.T) {
	s, f, _ := fetching(t, func(c *Config) { c.Fetch.Queue = 16 })
	for id := range int32(1000) {
		f.want([]beatmaps.Key{{ID: id + 1}}, []int32{id + 1})
		f.refresh([]int32{id + 1})
	}
	if len(f.urgent) != 16 || len(f.later) != 16 || len(f.waiting) != 32 {
		t.Errorf("%d, %d and %d wait", len(f.urgent), len(f.later), len(f.waiting))
	}
	if n := f.drain(t.Context()); n != 32 || len(f.waiting) != 0 {
		t.Errorf("%d were run, %d wait", n, len(f.waiting))
	}
	if _, err := s.Sets(t.Context(), []int32{1}); err != nil {
		t.Fatal(err)
	}
}

func TestSweep(t *testing.T) {
	s, f, mirror := fetching(t, nil)
	ctx := t.Context()
	easy, hard := song(10, "V10"), song(11, "V11")
	mirror.put("/s/5", listing(osu.StatusPending, map[int32]string{10: easy}))
	if err := s.Refresh(ctx, []int32{5}); err != nil {
		t.Fatal(err)
	}
	f.drain(ctx)
	if n := mirror.count("/osu/10"); n != 0 {
		t.Errorf("the file of a pending beatmap was fetched %d times", n)
	}
	if _, err := f.sweepOnce(ctx, 0); err != nil || f.drain(ctx) != 0 {
		t.Errorf("a set was asked about that is fresh: %v", err)
	}
	// A week later it is ranked and has another beatmap; the file comes only later.
	mirror.put("/s/5", listing(osu.StatusRanked, map[int32]string{10: easy, 11: hard}))
	age := func() {
		t.Helper()
		_, _, err := s.edit(ctx, 5, func(_ context.Context, _ bun.Tx, d *draft) error {
			d.set.FetchedAt = time.Now().Add(-8 * 24 * time.Hour).UTC()
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		s.cache.forget()
	}
	age()
	if _, err := f.sweepOnce(ctx, 0); err != nil {
		t.Fatal(err)
	}
	f.drain(ctx)
	found, err := s.Beatmaps(ctx, []beatmaps.Key{{ID: 11}, {ID: 10}})
	if err != nil || len(found) != 2 || found[1].Beatmap.Status != osu.StatusRanked || found[0].Beatmap.HasFile {
		t.Fatalf("%+v, %v", found, err)
	}
	mirror.put("/osu/10", easy)
	mirror.put("/osu/11", hard)
	f.sources.Forget(source.Key{BeatmapID: 10})
	f.sources.Forget(source.Key{BeatmapID: 11})
	if _, err := f.sweepOnce(ctx, 0); err != nil {
		t.Fatal(err)
	}
	f.drain(ctx)
	if found, err = s.Beatmaps(ctx, []beatmaps.Key{{ID: 11}, {ID: 10}}); err != nil || !found[0].Beatmap.HasFile || !found[1].Beatmap.HasFile {
		t.Fatalf("%+v, %v", found, err)
	}
	// A set that is gone elsewhere stays, and is not asked about again at once.
	age()
	mirror.mu.Lock()
	delete(mirror.answers, "/s/5")
	mirror.mu.Unlock()
	for range 2 {
		if _, err := f.sweepOnce(ctx, 0); err != nil {
			t.Fatal(err)
		}
		f.drain(ctx)
	}
	if sets, err := s.Sets(ctx, []int32{5}); err != nil || len(sets) != 1 || mirror.count("/s/5") != 3 {
		t.Errorf("%+v, %v, asked %d times", sets, err, mirror.count("/s/5"))
	}
}

// TestDirectory finds a new version of a ranked set in a folder, which does not know that it is ranked.
func TestDirectory(t *testing.T) {
	dir := t.TempDir()
	s, f, mirror := fetching(t, func(c *Config) {
		c.Sources.Order, c.Sources.Directory = []string{source.DirectoryName, "site"}, dir
	})
	ctx := t.Context()
	easy, hard := song(10, "V10"), song(11, "V11")
	mirror.put("/b/10", listing(osu.StatusRanked, map[int32]string{10: easy}))
	f.want([]beatmaps.Key{{ID: 10}}, nil)
	f.drain(ctx)
	if err := os.WriteFile(filepath.Join(dir, "5 Singer - Song.osz"), []byte(pack5(t, whole(t))), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "6 Other.osz"), []byte(pack5(t, map[string]string{
		"x.osu": strings.NewReplacer("SetID:5", "SetID:6", "Song", "Other").Replace(song(60, "V60")),
	})), 0o600); err != nil {
		t.Fatal(err)
	}
	f.want([]beatmaps.Key{{MD5: sum(hard)}, {ID: 60}}, nil)
	f.drain(ctx)
	sets, err := s.Sets(ctx, []int32{5, 6})
	if err != nil || len(sets) != 2 || !sets[0].Local || sets[0].Status != osu.StatusRanked || !sets[1].Local || sets[1].Status != osu.StatusPending {
		t.Errorf("%+v, %v", sets, err)
	}
}

func TestFetchConfig(t *testing.T) {
	for key, edit := range map[string]func(*Config){
		"fetch.workers":      func(c *Config) { c.Fetch.Workers = 0 },
		"fetch.queue":        func(c *Config) { c.Fetch.Queue = 1 },
		"fetch.age":          func(c *Config) { c.Fetch.Age = time.Second },
		"fetch.sweep":        func(c *Config) { c.Fetch.Sweep = 0 },
		"media.archive":      func(c *Config) { c.Media.Archive = "https://example.com/" },
		"media.covers":       func(c *Config) { c.Media.Covers = "javascript:{set_id}" },
		"media.makers":       func(c *Config) { c.Media.Makers = 0 },
		"media.quality":      func(c *Config) { c.Media.Quality = 101 },
		"sources.user_agent": func(c *Config) { c.Sources.UserAgent = "" },
	} {
		cfg := DefaultConfig()
		edit(&cfg)
		_, err := New(t.Context(), cfg, Deps{Log: slog.New(slog.DiscardHandler)})
		if err == nil || !strings.HasPrefix(err.Error(), key+":") {
			t.Errorf("%s: %v", key, err)
		}
	}
	s, f, _ := fetching(t, func(c *Config) { c.Sources.Order = nil })
	if f != nil {
		t.Error("somebody is asked where nobody is to be")
	}
	if found, err := s.Beatmaps(t.Context(), []beatmaps.Key{{ID: 1}}); err != nil || len(found) != 0 {
		t.Errorf("%+v, %v", found, err)
	}
}
