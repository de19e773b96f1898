package scores_test

import (
	"bytes"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/replay"
)

// recorded puts a score with a replay into the fakes and returns the replay.
func (b *bench) recorded(t *testing.T, id int64, userID int32) replay.Data {
	t.Helper()
	data, err := replay.Compress(&replay.Recording{Frames: []replay.Frame{{Time: 5, X: 1, Y: 2, Keys: replay.Left1}}, Seed: 7, Seeded: true})
	if err != nil {
		t.Fatal(err)
	}
	b.scores.scores[id] = scores.Score{
		ID: id, UserID: userID, BeatmapID: 75, BeatmapMD5: beatmapMD5, Client: scores.Stable, ClientVersion: "b20250815",
		Mods:       mods.Of(mods.Hidden, mods.Nightcore, mods.Classic),
		Statistics: map[string]int32{"great": 300, "ok": 20, "meh": 3, "miss": 1}, MaxCombo: 456, Total: 900_000, Classic: 1234567,
		Geki: 60, Katu: 12, Grade: osu.GradeA, Passed: true, HasReplay: true, EndedAt: time.Date(2025, 9, 1, 12, 34, 56, 0, time.UTC),
	}
	key := "replays/" + strconv.FormatInt(id, 10)
	b.scores.replays[id], b.files.blobs[key] = key, data
	return data
}

func TestReplay(t *testing.T) {
	b := newBench(t, nil, nil)
	bob := b.Register(t, "Bob")
	b.recorded(t, 1, b.ann.ID())
	data := b.recorded(t, 2, bob.ID)
	get := func(id string) (int, string) {
		query := b.ann.Credentials("u", "h")
		query.Set("c", id)
		query.Set("m", "0")
		w := b.get("/web/osu-getreplay.php", query)
		return w.Code, w.Body.String()
	}
	if code, body := get("1"); code != 200 || body != string(data) || len(b.rankings.viewed) != 0 || len(b.scores.views) != 0 {
		t.Errorf("his own: %d, %d bytes, views %v", code, len(body), b.rankings.viewed)
	}
	if code, body := get("2"); code != 200 || body != string(data) || !cmp.Equal(b.rankings.viewed, []int32{bob.ID}) || !cmp.Equal(b.scores.views, []int32{b.ann.ID()}) {
		t.Errorf("another's: %d, %d bytes, views %v, %v", code, len(body), b.rankings.viewed, b.scores.views)
	}
	large := bytes.Repeat([]byte("0123456789"), 300_000)
	b.files.blobs["replays/2"] = large
	if code, body := get("2"); code != 200 || body != string(large) {
		t.Errorf("a large one: %d, %d bytes", code, len(body))
	}
	for _, id := range []string{"", "x", "3", "-1", "9223372036854775808", "1;DROP TABLE scores", "%s"} {
		if code, body := get(id); code != 404 || body != "" {
			t.Errorf("%q: %d %q", id, code, body)
		}
	}
	delete(b.files.blobs, "replays/2")
	if code, _ := get("2"); code != 404 || !strings.Contains(b.log.String(), "a replay is lost") {
		t.Errorf("a lost file: %d\n%s", code, b.log)
	}
	delete(b.scores.replays, 1)
	if code, _ := get("1"); code != 404 {
		t.Errorf("without a replay: %d", code)
	}
	b.recorded(t, 2, bob.ID)
	if _, err := b.Users.Restrict(t.Context(), bob.ID, users.BotID, "test"); err != nil {
		t.Fatal(err)
	}
	if code, _ := get("2"); code != 404 {
		t.Errorf("of a restricted player: %d", code)
	}
	if w := b.get("/web/osu-getreplay.php", url.Values{"c": {"1"}, "u": {"Ann"}, "h": {strings.Repeat("0", 32)}}); w.Code != 401 {
		t.Errorf("a stranger: %d", w.Code)
	}
}

func TestDownload(t *testing.T) {
	b := newBench(t, nil, nil)
	data := b.recorded(t, 1, b.ann.ID())
	w := b.get("/scores/1/download", nil)
	if w.Code != 200 {
		t.Fatalf("%d %q", w.Code, w.Body)
	}
	if got, want := w.Header().Get("Content-Disposition"), `attachment; filename="Ann - Artist - Title [Easy] (2025-09-01).osr"`; got != want {
		t.Errorf("header %s, want %s", got, want)
	}
	got, err := replay.Parse(w.Body.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	want := &replay.Replay{
		Version: 20250815, Beatmap: beatmapMD5, Player: "Ann", Checksum: got.Checksum, Count300: 300, Count100: 20, Count50: 3, CountGeki: 60, CountKatu: 12, CountMiss: 1,
		TotalScore: 1234567, MaxCombo: 456, Mods: osu.ModHidden | osu.ModDoubleTime | osu.ModNightcore, Date: replay.TicksOf(b.scores.scores[1].EndedAt),
		Frames: data, OnlineID: 1,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("file (-want +got):\n%s", diff)
	}
	if got.Verify() != replay.OriginWeb {
		t.Errorf("the checksum is %v's", got.Verify())
	}
	if len(b.scores.views) != 0 || len(b.rankings.viewed) != 0 {
		t.Error("a download counts as a view")
	}

	// Names that systems do not allow, and a beatmap that is gone.
	b.beatmaps.found[0].Set.Artist, b.beatmaps.found[0].Set.Title = "../..\\\"A\"", "曲\r\nX: y"
	w = b.get("/scores/1/download", nil)
	if got := w.Header().Get("Content-Disposition"); !strings.Contains(got, "filename*=utf-8''Ann%20-%20....A%20-%20%E6%9B%B2X%20y%20%5BEasy%5D") {
		t.Errorf("header %s", got)
	}
	b.beatmaps.found = nil
	w = b.get("/scores/1/download", nil)
	if got := w.Header().Get("Content-Disposition"); w.Code != 200 || !strings.Contains(got, beatmapMD5) {
		t.Errorf("%d, header %s", w.Code, got)
	}

	// A score of lazer has what its files hold.
	play := b.scores.scores[1]
	play.Client, play.ClientVersion, play.Maximum = scores.Lazer, "2026.821.0", map[string]int32{"great": 324}
	b.scores.scores[1] = play
	got, err = replay.Parse(b.get("/scores/1/download", nil).Body.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	info, err := got.Info()
	if err != nil || info == nil || info.ClientVersion != "2026.821.0" || info.UserID != b.ann.ID() || !got.Lazer() || got.TotalScore != 900_000 {
		t.Errorf("lazer: %+v, %v", info, err)
	}

	for _, path := range []string{"/scores/2/download", "/scores/x/download", "/scores/-1/download", "/scores/99999999999999999999/download"} {
		if w := b.get(path, nil); w.Code != 404 || w.Body.Len() != 0 {
			t.Errorf("%s: %d %q", path, w.Code, w.Body)
		}
	}
	play.Removed = true
	b.scores.scores[1] = play
	if w := b.get("/scores/1/download", nil); w.Code != 404 {
		t.Errorf("a removed score: %d", w.Code)
	}
	play.Removed = false
	b.scores.scores[1] = play
	if _, err := b.Users.Restrict(t.Context(), b.ann.ID(), users.BotID, "test"); err != nil {
		t.Fatal(err)
	}
	if w := b.get("/scores/1/download", nil); w.Code != 404 {
		t.Errorf("of a restricted player: %d", w.Code)
	}
}
