package plays_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/fault"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/transport/api/v2/plays"
	"github.com/pure-peace/peace/transport/api/v2/resource"
	"github.com/pure-peace/peace/transport/api/v2/v2test"
)

// form is what lazer sends for a token.
func (b *bench) form() url.Values {
	return url.Values{"version_hash": {"0123456789abcdef0123456789abcdef"}, "beatmap_hash": {b.beatmap.MD5}, "ruleset_id": {"0"}}
}

func (b *bench) token(t testing.TB, access string) int64 {
	t.Helper()
	var issued struct {
		ID     int64
		Item   *int64 `json:"playlist_item_id"`
		Map    int32  `json:"beatmap_id"`
		UserID int32  `json:"user_id"`
		At     string `json:"created_at"`
	}
	b.Do(t, http.MethodPost, "/beatmaps/75/solo/scores", access, b.form()).Into(t, &issued)
	if issued.ID <= 0 || issued.Item != nil || issued.Map != 75 || issued.UserID == 0 || issued.At == "" {
		t.Errorf("%+v", issued)
	}
	return issued.ID
}

func TestToken(t *testing.T) {
	b := newBench(t, nil)
	_, token := b.Player(t, "Ann")
	if first, second := b.token(t, token), b.token(t, token); first == second {
		t.Errorf("one token for two plays: %d", first)
	}
	b.Import(t, v2test.Circles{N: 30, Title: "Graveyard", Version: "Easy", ID: 80, Set: 8}, osu.StatusGraveyard)
	with := func(key, value string) url.Values {
		form := maps.Clone(b.form())
		if value == "" {
			form.Del(key)
		} else {
			form.Set(key, value)
		}
		return form
	}
	const path = "/beatmaps/75/solo/scores"
	for _, test := range []struct {
		path string
		form url.Values
		code int
		text string
	}{
		{path, with("beatmap_hash", strings.Repeat("0", 32)), 422, "invalid or missing beatmap_hash"},
		{path, with("beatmap_hash", ""), 422, "invalid or missing beatmap_hash"},
		{path, with("ruleset_id", ""), 422, "missing ruleset_id"},
		{path, with("ruleset_id", "4"), 422, "invalid ruleset_id"},
		{path, with("ruleset_id", "-1"), 422, "invalid ruleset_id"},
		{path, with("ruleset_id", "x"), 422, "invalid ruleset_id"},
		{"/beatmaps/76/solo/scores", b.form(), 404, "Specified beatmap couldn't be found."},
		{"/beatmaps/-1/solo/scores", b.form(), 404, "Specified beatmap couldn't be found."},
		{"/beatmaps/80/solo/scores", b.form(), 422, "invalid or missing beatmap_hash"},
	} {
		refused(t, b.Do(t, http.MethodPost, test.path, token, test.form), test.code, test.text)
	}
	if a := b.Do(t, http.MethodPost, path, token, with("unknown", "field")); a.Code != 200 {
		t.Errorf("a field that a newer client sends: %d %s", a.Code, a.Body)
	}
	if a := b.Do(t, http.MethodPost, path, token, with("ruleset_id", "3")); a.Code != 200 {
		t.Errorf("a convert: %d %s", a.Code, a.Body)
	}
	if a := b.Do(t, http.MethodPost, path, b.Token(0, "public"), b.form()); a.Code != 403 {
		t.Errorf("a program: %d", a.Code)
	}
	if a := b.Do(t, http.MethodPost, path, "", b.form()); a.Code != 401 {
		t.Errorf("nobody: %d", a.Code)
	}
}

func TestVersionHashes(t *testing.T) {
	b := newBench(t, func(c *plays.Config, _ *plays.Deps) {
		c.Versions = map[string][]string{"2026.821.0": {"0123456789ABCDEF0123456789ABCDEF"}}
	})
	_, token := b.Player(t, "Ann")
	id := b.token(t, token)
	if issued, err := b.Scores.Token(t.Context(), id); err != nil || issued.ClientVersion != "2026.821.0" {
		t.Errorf("%+v, %v", issued, err)
	}
	for _, hash := range []string{"", "x", strings.Repeat("0", 32)} {
		form := b.form()
		form.Set("version_hash", hash)
		refused(t, b.Do(t, http.MethodPost, "/beatmaps/75/solo/scores", token, form), 422, "invalid client hash")
	}
	off := newBench(t, func(c *plays.Config, _ *plays.Deps) { c.Submission = false })
	_, token = off.Player(t, "Ann")
	refused(t, off.Do(t, http.MethodPost, "/beatmaps/75/solo/scores", token, off.form()), 422, "score submission is disabled")
	refused(t, off.Do(t, http.MethodPut, "/beatmaps/75/solo/scores/1", token, told()), 422, "score submission is disabled")
}

// told is what lazer submits.
func told() map[string]any {
	return map[string]any{
		"ruleset_id": 0, "passed": true, "total_score": 950_000, "total_score_without_mods": 900_000, "accuracy": 0.99, "max_combo": 40, "rank": "S",
		"mods": []any{map[string]any{"acronym": "HD"}}, "statistics": map[string]any{"great": 39, "ok": 1, "newer_result": 3},
		"maximum_statistics": map[string]any{"great": 40}, "pauses": []int{1000, 2000}, "ranked": true, "newer_field": map[string]any{},
	}
}

func TestSubmit(t *testing.T) {
	b := newBench(t, nil)
	ann, token := b.Player(t, "Ann")
	bob, other := b.Player(t, "Bob")
	b.lazer(t, bob.ID, "b", 960_000)
	put := func(path string, body any) (got resource.Score) {
		t.Helper()
		b.Do(t, http.MethodPut, path, token, body).Into(t, &got)
		return got
	}
	path := fmt.Sprintf("/beatmaps/75/solo/scores/%d", b.token(t, token))
	got := put(path, told())
	if got.ID <= 0 || got.Position == nil || *got.Position != 2 || got.UserID != ann.ID || got.User == nil || got.TotalScore != 950_000 || got.Rank != "SH" ||
		got.TotalScoreWithoutMods == nil || *got.TotalScoreWithoutMods != 900_000 || !got.Mods.Has(mods.Hidden) || len(got.Pauses) != 2 || got.HasReplay ||
		!got.Ranked || !got.Passed || got.PP == nil || !got.IsPerfectCombo || !got.Processed {
		t.Errorf("%+v", got)
	}
	// Whoever submits again gets the same, whatever he says then.
	again := told()
	again["total_score"] = 999_999
	for _, body := range []any{told(), again, "{}", "not json"} {
		if same := put(path, body); same.ID != got.ID || same.TotalScore != 950_000 {
			t.Errorf("again: %+v", same)
		}
	}
	refused(t, b.Do(t, http.MethodPut, path, other, told()), 404, "Specified score token couldn't be found.")
	refused(t, b.Do(t, http.MethodPut, strings.Replace(path, "75", "76", 1), token, told()), 404, "Specified score token couldn't be found.")
	for _, id := range []string{"999999", "0", "-1", "x", "99999999999999999999"} {
		refused(t, b.Do(t, http.MethodPut, "/beatmaps/75/solo/scores/"+id, token, told()), 404, "Specified score token couldn't be found.")
	}
	// A play that was not passed has the rank F, even if an old build says another.
	failed := told()
	failed["passed"] = false
	got = put(fmt.Sprintf("/beatmaps/75/solo/scores/%d", b.token(t, token)), failed)
	if got.Rank != "F" || got.Passed || got.Ranked || got.Preserve {
		t.Errorf("%+v", got)
	}
	// What old builds leave out is as if it were empty.
	bare := map[string]any{"passed": true, "total_score": 1000, "accuracy": 0.5, "max_combo": 40, "rank": "D", "statistics": map[string]any{"meh": 40}}
	got = put(fmt.Sprintf("/beatmaps/75/solo/scores/%d", b.token(t, token)), bare)
	if got.TotalScore != 1000 || got.Position != nil {
		t.Errorf("%+v", got)
	}
}

func TestSubmitTogether(t *testing.T) {
	b := newBench(t, nil)
	_, token := b.Player(t, "Ann")
	path := fmt.Sprintf("/beatmaps/75/solo/scores/%d", b.token(t, token))
	var group sync.WaitGroup
	ids := make([]int64, 8)
	for i := range ids {
		group.Go(func() {
			var got resource.Score
			if a := b.Do(t, http.MethodPut, path, token, told()); json.Unmarshal(a.Body, &got) == nil {
				ids[i] = got.ID
			}
		})
	}
	group.Wait()
	for _, id := range ids {
		if id <= 0 || id != ids[0] {
			t.Fatalf("one play became several scores, or was lost: %v", ids)
		}
	}
}

func TestSubmitRefused(t *testing.T) {
	b := newBench(t, nil)
	_, token := b.Player(t, "Ann")
	path := fmt.Sprintf("/beatmaps/75/solo/scores/%d", b.token(t, token))
	for _, test := range []struct {
		key   string
		value any
		want  string
	}{
		{"rank", "Z", "'Z' is not a valid rank."}, {"rank", "N", "'N' is not a valid rank."}, {"rank", "", "'' is not a valid rank."},
		{"accuracy", 1.1, "Invalid accuracy."}, {"accuracy", -0.1, "Invalid accuracy."}, {"accuracy", nil, "Invalid accuracy."},
		{"total_score", 0, "Invalid total_score."}, {"total_score", -5, "Invalid total_score."}, {"total_score", 1 << 31, "Invalid total_score."},
		{"total_score", nil, "Invalid total_score."}, {"total_score_without_mods", -1, "Invalid total_score_without_mods."},
		{"total_score_without_mods", 1 << 31, "Invalid total_score_without_mods."}, {"max_combo", nil, "field missing: 'max_combo'"},
		{"max_combo", -1, "Invalid max_combo."}, {"passed", nil, "field missing: 'passed'"},
		{"statistics", map[string]any{}, "field cannot be empty: 'statistics'"}, {"statistics", nil, "field cannot be empty: 'statistics'"},
		{"statistics", map[string]any{"great": -1}, "Invalid statistics."}, {"statistics", map[string]any{"great": "x"}, "Invalid statistics."},
		{"maximum_statistics", map[string]any{"great": 1.5}, "Invalid maximum_statistics."},
		{"mods", []any{map[string]any{"acronym": "ZZ"}}, "invalid mod for ruleset: ZZ"},
		{"mods", []any{map[string]any{"acronym": "EZ"}, map[string]any{"acronym": "HR"}}, "mods EZ and HR do not go together"},
		{"mods", "x", "invalid mods specified"}, {"mods", []any{5}, "invalid mods specified"},
	} {
		body := told()
		body[test.key] = test.value
		refused(t, b.Do(t, http.MethodPut, path, token, body), 422, test.want)
	}
	for _, body := range []string{"", "{", "[]", `{"passed":"yes"}`, `{"total_score":1e400}`} {
		if a := b.Do(t, http.MethodPut, path, token, body); a.Code != 422 {
			t.Errorf("%q: %d %s", body, a.Code, a.Body)
		}
	}
	if a := b.Do(t, http.MethodPut, path, token, `{"rank":"`+strings.Repeat("x", 2<<20)+`"}`); a.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("a large body: %d", a.Code)
	}
	automatic := told()
	automatic["mods"] = []any{map[string]any{"acronym": "AT"}}
	if a := b.Do(t, http.MethodPut, path, token, automatic); a.Code != 422 {
		t.Errorf("the game played: %d %s", a.Code, a.Body)
	}
	// None of it was kept: the token is still good.
	var got resource.Score
	settings := told()
	settings["mods"] = []any{map[string]any{"acronym": "DT", "settings": map[string]any{"speed_change": 1.25, "newer_setting": true}}}
	b.Do(t, http.MethodPut, path, token, settings).Into(t, &got)
	if dt, ok := got.Mods.Get(mods.DoubleTime); !ok || len(dt.Settings) != 1 {
		t.Errorf("%+v", got.Mods)
	}
}

// The beatmap is ranked while somebody plays it.
func TestSubmitRankedMeanwhile(t *testing.T) {
	b := newBench(t, nil)
	_, token := b.Player(t, "Ann")
	set := b.Import(t, v2test.Circles{N: 30, Title: "Pending", Version: "Easy", ID: 80, Set: 8}, osu.StatusPending)
	form := b.form()
	form.Set("beatmap_hash", set.Beatmaps[0].MD5)
	var issued struct{ ID int64 }
	b.Do(t, http.MethodPost, "/beatmaps/80/solo/scores", token, form).Into(t, &issued)
	if _, err := b.Beatmaps.SetStatus(t.Context(), users.BotID, beatmaps.StatusChange{SetID: 8, Status: osu.StatusRanked}); err != nil {
		t.Fatal(err)
	}
	body := told()
	body["statistics"], body["maximum_statistics"], body["max_combo"] = map[string]any{"great": 30}, map[string]any{"great": 30}, 30
	refused(t, b.Do(t, http.MethodPut, fmt.Sprintf("/beatmaps/80/solo/scores/%d", issued.ID), token, body), 422, "beatmapset state has been updated")
}

// troubled are scores whose intake has trouble.
type troubled struct {
	scores.Service
	mu   sync.Mutex
	errs []error // of the next submissions
	last error   // of all after them
	kept error   // what Submitted says
}

func (s *troubled) Submit(ctx context.Context, sub scores.Submission) (scores.Result, error) {
	s.mu.Lock()
	err := s.last
	if len(s.errs) > 0 {
		err, s.errs = s.errs[0], s.errs[1:]
	}
	s.mu.Unlock()
	if err != nil {
		return scores.Result{}, err
	}
	return s.Service.Submit(ctx, sub)
}

func (s *troubled) Submitted(ctx context.Context, userID int32, key string) (scores.Result, error) {
	if s.kept != nil {
		return scores.Result{}, s.kept
	}
	return s.Service.Submitted(ctx, userID, key)
}

// Lazer waits thirty seconds and does not try again (trap 14).
func TestSubmitTrouble(t *testing.T) {
	intake := &troubled{}
	b := newBench(t, func(c *plays.Config, d *plays.Deps) {
		intake.Service, _ = d.Scores.(scores.Service)
		d.Scores, c.Patience = intake, time.Second
	})
	_, token := b.Player(t, "Ann")
	put := func() v2test.Answer {
		t.Helper()
		return b.Do(t, http.MethodPut, fmt.Sprintf("/beatmaps/75/solo/scores/%d", b.token(t, token)), token, told())
	}
	var got resource.Score
	down := fault.New(fault.Unavailable, "scores", "down", "scores are down")
	intake.errs = []error{scores.ErrBusy, down, scores.ErrPending, scores.ErrPending}
	if put().Into(t, &got); got.ID <= 0 {
		t.Errorf("after some trouble: %+v", got)
	}
	intake.last = scores.ErrPending
	got = resource.Score{}
	if put().Into(t, &got); got.ID != 0 || got.Processed || got.TotalScore != 950_000 || got.Position != nil {
		t.Errorf("kept, not processed: %+v", got)
	}
	intake.last = scores.ErrBusy
	refused(t, put(), http.StatusServiceUnavailable, "The server is too busy to take this score.")
	intake.last = down
	refused(t, put(), http.StatusServiceUnavailable, "scores are down")
	intake.last, intake.kept = scores.ErrBusy, scores.ErrPending
	got = resource.Score{}
	if put().Into(t, &got); got.Processed || got.TotalScore != 950_000 {
		t.Errorf("kept, though nobody said so: %+v", got)
	}
	intake.kept = nil
	intake.last = errors.New("broken")
	if a := put(); a.Code != http.StatusInternalServerError || strings.Contains(string(a.Body), "broken") {
		t.Errorf("%d %s", a.Code, a.Body)
	}
}
