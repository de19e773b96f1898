package scores_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/pure-peace/peace/modules/achievements"
	"github.com/pure-peace/peace/modules/fault"
	"github.com/pure-peace/peace/modules/files"
	"github.com/pure-peace/peace/modules/rankings"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/packets"
	"github.com/pure-peace/peace/osu/submission"
	"github.com/pure-peace/peace/transport/bancho/client"
	"github.com/pure-peace/peace/transport/http/realip"
	edge "github.com/pure-peace/peace/transport/web/scores"
)

// first makes the fake take every play as a new best that leads the board.
func (b *bench) first() {
	pp := 123.456
	b.scores.answer = func(s scores.Submission) (scores.Result, error) {
		return scores.Result{
			Score: scores.Score{
				ID: 1001, Key: s.Key, UserID: s.UserID, BeatmapID: 75, BeatmapMD5: s.BeatmapMD5, Ruleset: s.Ruleset, Mods: s.Mods,
				Statistics: s.Statistics, MaxCombo: s.MaxCombo, Classic: s.Total, Accuracy: 0.94907, PP: &pp, Passed: s.Passed, Grade: osu.GradeA,
			},
			Seq: 9, Metric: scores.ByClassic, Best: true, After: 1, Plays: 10, Passes: 5,
		}, nil
	}
}

// byAcronym compares mods in any order.
var byAcronym = cmpopts.SortSlices(func(a, b mods.Mod) bool { return a.Acronym < b.Acronym })

func TestSubmit(t *testing.T) {
	b := newBench(t, nil, nil)
	b.first()
	b.rankings.effect = rankings.Effect{
		After: rankings.Statistics{GlobalRank: 3, RankedScore: 1234567, TotalScore: 1234567, MaxCombo: 456, Accuracy: 0.94907, PP: 123.5, Playcount: 1},
	}
	b.achievements.earned = []achievements.Achievement{{File: "osu-skill-pass-1", Name: "Rising Star", Description: "Can't go forward without the first steps."}}
	w := b.serve(upload(t, b.play()))
	want := strings.Join([]string{
		"beatmapId:75|beatmapSetId:7|beatmapPlaycount:10|beatmapPasscount:5|approvedDate:2007-10-06 17:46:31",
		"chartId:beatmap|chartUrl:https://osu.peace.test/b/75|chartName:Beatmap Ranking|rankBefore:|rankAfter:1|rankedScoreBefore:|rankedScoreAfter:1234567|totalScoreBefore:|totalScoreAfter:1234567|maxComboBefore:|maxComboAfter:456|accuracyBefore:|accuracyAfter:94.91|ppBefore:|ppAfter:123|onlineScoreId:1001",
		"chartId:overall|chartUrl:https://osu.peace.test/u/1000|chartName:Overall Ranking|rankBefore:|rankAfter:3|rankedScoreBefore:|rankedScoreAfter:1234567|totalScoreBefore:|totalScoreAfter:1234567|maxComboBefore:|maxComboAfter:456|accuracyBefore:|accuracyAfter:94.91|ppBefore:|ppAfter:124|onlineScoreId:1001|achievements-new:osu-skill-pass-1+Rising Star+Can't go forward without the first steps.",
	}, "\n")
	if diff := cmp.Diff(want, w.Body.String()); diff != "" || w.Code != 200 {
		t.Errorf("answer %d (-want +got):\n%s", w.Code, diff)
	}

	play := b.play()
	sum := sha256.Sum256(play.Replay)
	key := "replays/" + hex.EncodeToString(sum[:])
	entry := scores.Submission{
		Key: play.Score.Checksum, UserID: b.ann.ID(), Client: scores.Stable, ClientVersion: "b20250815", BeatmapMD5: beatmapMD5,
		Mods: mods.Of(mods.Hidden, mods.DoubleTime, mods.Classic), Statistics: map[string]int32{"great": 300, "ok": 20, "meh": 3, "miss": 1},
		MaxCombo: 456, Total: 1234567, Grade: osu.GradeA, Passed: true, PlayTime: 100 * time.Second, Replay: key, Geki: 60, Katu: 12,
	}
	if diff := cmp.Diff([]scores.Submission{entry}, b.scores.submitted, cmpopts.IgnoreFields(scores.Submission{}, "EndedAt"), byAcronym); diff != "" {
		t.Errorf("submission (-want +got):\n%s", diff)
	}
	if got := b.files.blobs[key]; string(got) != string(play.Replay) {
		t.Errorf("the replay is %d bytes", len(got))
	}
	notice, err := client.Await(t.Context(), b.ann, func(n packets.Notification) bool { return strings.Contains(string(n), "achieved") })
	if err != nil || notice != "You achieved #1! (123.46pp)" {
		t.Errorf("notice %q, %v", notice, err)
	}

	// The same again, as after a lost answer: the same charts, and nothing is done twice.
	again := b.serve(upload(t, b.play()))
	if again.Body.String() != w.Body.String() || len(b.scores.submitted) != 1 {
		t.Errorf("answered again with %q, %d submissions", again.Body, len(b.scores.submitted))
	}
	if got, err := testutil.GatherAndCount(b.metrics, "peace_web_scores_submissions_total"); err != nil || got != 1 {
		t.Errorf("%d kinds of answers are counted, %v", got, err)
	}
}

func TestImprovement(t *testing.T) {
	b := newBench(t, nil, func(c *edge.Config, _ *edge.Deps) { c.Notify = false })
	pp, before := 200.0, 150.0
	b.scores.answer = func(s scores.Submission) (scores.Result, error) {
		return scores.Result{
			Score:    scores.Score{ID: 2, UserID: s.UserID, BeatmapID: 75, Classic: s.Total, MaxCombo: 456, Accuracy: 1, PP: &pp},
			Previous: &scores.Score{ID: 1, Classic: 1000000, MaxCombo: 400, Accuracy: 0.5, PP: &before},
			Best:     true, Before: 17, After: 4,
		}, nil
	}
	b.rankings.effect = rankings.Effect{
		Before: rankings.Statistics{GlobalRank: 30, RankedScore: 10, TotalScore: 20, MaxCombo: 400, Accuracy: 0.9, PP: 99.6, Playcount: 3},
		After:  rankings.Statistics{GlobalRank: 28, RankedScore: 30, TotalScore: 40, MaxCombo: 456, Accuracy: 0.95, PP: 150, Playcount: 4},
	}
	lines := strings.Split(b.serve(upload(t, b.play())).Body.String(), "\n")
	for i, want := range []string{
		"beatmapId:75|",
		"rankBefore:17|rankAfter:4|rankedScoreBefore:1000000|rankedScoreAfter:1234567|totalScoreBefore:1000000|totalScoreAfter:1234567|maxComboBefore:400|maxComboAfter:456|accuracyBefore:50.00|accuracyAfter:100.00|ppBefore:150|ppAfter:200|",
		"rankBefore:30|rankAfter:28|rankedScoreBefore:10|rankedScoreAfter:30|totalScoreBefore:20|totalScoreAfter:40|maxComboBefore:400|maxComboAfter:456|accuracyBefore:90.00|accuracyAfter:95.00|ppBefore:100|ppAfter:150|",
	} {
		if len(lines) != 3 || !strings.Contains(lines[i], want) {
			t.Fatalf("line %d of %q lacks %q", i, lines, want)
		}
	}
}

// TestWithout is a server without the modules that are optional, and one whose modules fail: the score is taken all the same.
func TestWithout(t *testing.T) {
	off := newBench(t, nil, func(_ *edge.Config, d *edge.Deps) {
		d.Rankings, d.Achievements, d.Moderation, d.State, d.Metrics = nil, nil, nil, nil, nil
	})
	broken := newBench(t, nil, nil)
	broken.rankings.err, broken.achievements.err = rankings.ErrPending, achievements.ErrPending
	broken.beatmaps.err = errors.New("no beatmaps")
	for _, b := range []*bench{off, broken} {
		b.first()
		body := b.serve(upload(t, b.play())).Body.String()
		if got, err := submission.ParseResponse(body); err != nil || got.ScoreID != 1001 || got.Ranking.After.Rank != 1 || got.Overall.After.Rank != 0 {
			t.Errorf("answer %q, %v", body, err)
		}
		b.scores.answer = func(scores.Submission) (scores.Result, error) { return scores.Result{}, scores.ErrBadSubmission }
		play := b.play()
		play.Score.Time = "250901123457"
		play.Sign()
		if w := b.serve(upload(t, play)); w.Body.String() != "error: no" {
			t.Errorf("answer %q", w.Body)
		}
	}
}

func TestFailedPlays(t *testing.T) {
	b := newBench(t, nil, nil)
	b.first()
	for name, tc := range map[string]struct {
		edit func(*submission.Submission)
		want scores.Submission
	}{
		"failed": {
			func(s *submission.Submission) { s.FailTime = 30 * time.Second },
			scores.Submission{PlayTime: 30 * time.Second},
		},
		"exited": {
			func(s *submission.Submission) { s.Exited, s.FailTime = true, 20*time.Second },
			scores.Submission{PlayTime: 20 * time.Second, Exited: true},
		},
		"exited at once": {
			func(s *submission.Submission) { s.Exited = true },
			scores.Submission{PlayTime: 100 * time.Second, Exited: true},
		},
		"paused for a week": {
			func(s *submission.Submission) { s.Exited, s.PlayTime = true, 7*24*time.Hour },
			scores.Submission{PlayTime: 24 * time.Hour, Exited: true},
		},
	} {
		b.scores.submitted = nil
		play := b.play()
		play.Score.Passed, play.Score.Grade, play.Score.Time = false, osu.GradeF, play.Score.Time+name
		tc.edit(play)
		play.Sign()
		if w := b.serve(upload(t, play)); w.Code != 200 || w.Body.String() != "error: no" {
			t.Errorf("%s: answer %d %q", name, w.Code, w.Body)
		}
		if len(b.scores.submitted) != 1 {
			t.Fatalf("%s: %d submissions", name, len(b.scores.submitted))
		}
		got := b.scores.submitted[0]
		if got.PlayTime != tc.want.PlayTime || got.Exited != tc.want.Exited || got.Passed || got.Replay != "" || len(got.Doubts) != 0 {
			t.Errorf("%s: %+v", name, got)
		}
	}
	if len(b.files.blobs) != 0 {
		t.Error("replays of plays that were not passed are kept")
	}
}

// TestDoubts tampers with a play in every way that can be told: it is taken, and each is written down.
func TestDoubts(t *testing.T) {
	b := newBench(t, nil, nil)
	b.first()
	for name, tc := range map[string]struct {
		edit   func(*submission.Submission)
		header string
		unsign bool
		want   []string
	}{
		"nothing":     {edit: func(*submission.Submission) {}},
		"total":       {edit: func(s *submission.Submission) { s.Score.Total++ }, unsign: true, want: []string{"checksum"}},
		"machine":     {edit: func(s *submission.Submission) { s.Hashes = client.HashesOf("Bob").String() }, want: []string{"client_hashes", "unique_ids"}},
		"build":       {edit: func(s *submission.Submission) { s.Build, s.Score.Version = "20250101", "20250101" }, want: []string{"client_build"}},
		"ids":         {edit: func(s *submission.Submission) { s.UniqueIDs = "a|b" }, want: []string{"unique_ids"}},
		"beatmap":     {edit: func(s *submission.Submission) { s.BeatmapMD5 = playMD5 }, want: []string{"beatmap_changed"}},
		"flags":       {edit: func(s *submission.Submission) { s.Score.Flags = submission.FlagSpeed }, want: []string{"client_flags"}},
		"image":       {edit: func(s *submission.Submission) { s.Screenshot = []byte("\xff\xd8 not a picture") }, want: []string{"flashlight_image"}},
		"no replay":   {edit: func(s *submission.Submission) { s.Replay = nil }, want: []string{"no_replay"}},
		"tiny replay": {edit: func(s *submission.Submission) { s.Replay = []byte("tiny") }, want: []string{"no_replay"}},
		"mods":        {edit: func(s *submission.Submission) { s.Score.Mods = osu.ModEasy | osu.ModHardRock }, want: []string{"mods"}},
		"keys":        {edit: func(s *submission.Submission) { s.Score.Mods = osu.ModKey4 | osu.ModKey7 }, want: []string{"mods"}},
		"token":       {edit: func(*submission.Submission) {}, header: "short", want: []string{"token"}},
		"token parts": {edit: func(*submission.Submission) {}, header: "short|" + playMD5, want: []string{"token"}},
		"perfect pairs": {edit: func(s *submission.Submission) {
			s.Score.Mods = osu.ModPerfect.WithImplied() | osu.ModNightcore.WithImplied()
		}},
	} {
		b.scores.submitted = nil
		play := b.play()
		play.Score.Time = name
		if tc.unsign {
			play.Sign()
			tc.edit(play)
		} else {
			tc.edit(play)
			play.Sign()
		}
		r := upload(t, play)
		if tc.header != "" {
			r.Header.Set("Token", tc.header)
		}
		if w := b.serve(r); !strings.HasPrefix(w.Body.String(), "beatmapId:") {
			t.Errorf("%s: answer %d %q", name, w.Code, w.Body)
			continue
		}
		var got []string
		for _, d := range b.scores.submitted[0].Doubts {
			got = append(got, d.Kind)
			if len(d.Detail) > 512 || strings.ContainsFunc(d.Detail, unicode.IsControl) {
				t.Errorf("%s: detail %q", name, d.Detail)
			}
		}
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("%s: doubts (-want +got):\n%s\n%v", name, diff, b.scores.submitted[0].Doubts)
		}
	}
}

// TestRefusals are answers that are final.
func TestRefusals(t *testing.T) {
	b := newBench(t, nil, nil)
	for name, tc := range map[string]struct {
		edit func(*submission.Submission)
		form func(*submission.Form)
		err  error // of scores
		want string
		seen string // the kind of a finding
	}{
		"password":       {edit: func(s *submission.Submission) { s.PasswordMD5 = playMD5 }, want: "pass"},
		"no such user":   {edit: func(s *submission.Submission) { s.Score.Player = "Nobody at all" }, want: "nouser"},
		"format tricks":  {edit: func(s *submission.Submission) { s.Score.Player = "%s%n' OR 1=1 --" }, want: "nouser"},
		"autoplay":       {edit: func(s *submission.Submission) { s.Score.Mods = osu.ModAutoplay }, want: "no"},
		"score v2":       {edit: func(s *submission.Submission) { s.Score.Mods = osu.ModScoreV2 | osu.ModHidden }, want: "no"},
		"unknown map":    {err: scores.ErrUnknownBeatmap, want: "beatmap"},
		"impossible":     {err: scores.ErrBadSubmission.WithMessage("a combo of 456 on 3 objects"), want: "no", seen: "impossible_play"},
		"copied":         {err: scores.ErrTaken, want: "no", seen: "checksum_copied"},
		"wrong vector":   {form: func(f *submission.Form) { f.IV = "AAAA" }, want: "no"},
		"no vector":      {form: func(f *submission.Form) { f.IV = "" }, want: "no"},
		"other vector":   {form: func(f *submission.Form) { f.IV = "/////////////////////////////////////////w=" }, want: "no"},
		"wrong build":    {form: func(f *submission.Form) { f.Build = "20250816" }, want: "no"},
		"build tricks":   {form: func(f *submission.Form) { f.Build = "2025%s%n" }, want: "no"},
		"no build":       {form: func(f *submission.Form) { f.Build = "" }, want: "oldver"},
		"no score":       {form: func(f *submission.Form) { f.Score = "" }, want: "no"},
		"no base64":      {form: func(f *submission.Form) { f.Score = "!!!!" }, want: "no"},
		"half a block":   {form: func(f *submission.Form) { f.Score = "AAAAAAAAAAAAAAAAAAAAAA==" }, want: "no"},
		"no hashes":      {form: func(f *submission.Form) { f.Hashes = "AAAA" }, want: "no"},
		"no password":    {form: func(f *submission.Form) { f.Password = "" }, want: "no"},
		"large score":    {form: func(f *submission.Form) { f.Score = strings.Repeat("A", submission.MaxScore+1) }, want: "no"},
		"huge numbers":   {form: func(f *submission.Form) { f.PlayTime = "99999999999999999999" }, want: "no"},
		"negative":       {form: func(f *submission.Form) { f.FailTime = "1e9" }, want: "no"},
		"large replay":   {form: func(f *submission.Form) { f.Replay = make([]byte, submission.MaxReplay+1) }, want: "no"},
		"SQL":            {form: func(f *submission.Form) { f.Beatmap = "' OR '1'='1" }, want: "no"},
		"strange exit":   {form: func(f *submission.Form) { f.Exited = "maybe" }, want: "no"},
		"unique tricks":  {form: func(f *submission.Form) { f.UniqueIDs = "\xff\xfe|%d" }, want: "no"},
		"foreign fields": {edit: func(s *submission.Submission) { s.Score.BeatmapMD5 = strings.Repeat("0", 32) }, err: scores.ErrUnknownBeatmap, want: "beatmap"},
	} {
		b.scores.answer = func(scores.Submission) (scores.Result, error) { return scores.Result{}, tc.err }
		b.moderation.findings = nil
		play := b.play()
		if tc.edit != nil {
			tc.edit(play)
		}
		play.Sign()
		var edits []func(*submission.Form)
		if tc.form != nil {
			edits = append(edits, tc.form)
		}
		if w := b.serve(upload(t, play, edits...)); w.Code != 200 || w.Body.String() != "error: "+tc.want {
			t.Errorf("%s: answer %d %q, want error: %s", name, w.Code, w.Body, tc.want)
		}
		if tc.seen != "" && (len(b.moderation.findings) != 1 || b.moderation.findings[0].Kind != tc.seen || b.moderation.findings[0].UserID != b.ann.ID()) {
			t.Errorf("%s: findings %+v", name, b.moderation.findings)
		}
	}
	for name, body := range map[string]string{"nothing": "", "not a form": "hello", "cut": "--x\r\nContent-Disposition: form-data; name=\"score\"\r\n\r\nAA"} {
		r := httptest.NewRequest("POST", "/web/osu-submit-modular-selector.php", strings.NewReader(body))
		r.Header.Set("Content-Type", "multipart/form-data; boundary=x")
		if w := b.serve(r); w.Code != 200 || w.Body.String() != "error: no" {
			t.Errorf("%s: answer %d %q", name, w.Code, w.Body)
		}
	}
	r := httptest.NewRequest("POST", "/web/osu-submit-modular-selector.php", strings.NewReader("x"))
	r.ContentLength = submission.MaxBody + 1
	if w := b.serve(r); w.Code != 200 || w.Body.String() != "error: no" {
		t.Errorf("too large: answer %d %q", w.Code, w.Body)
	}
	for _, path := range []string{"osu-submit.php", "osu-submit-new.php", "osu-submit-modular.php"} {
		for _, method := range []string{"GET", "POST"} {
			w := b.serve(httptest.NewRequest(method, "/web/"+path+"?score=x&pass=y", strings.NewReader("score")))
			if w.Code != 200 || w.Body.String() != "error: oldver" {
				t.Errorf("%s %s: answer %d %q", method, path, w.Code, w.Body)
			}
		}
	}
	if strings.Contains(b.log.String(), b.play().PasswordMD5) {
		t.Errorf("the log has a password:\n%s", b.log)
	}
}

// TestLater are answers after which the client tries again.
func TestLater(t *testing.T) {
	b := newBench(t, nil, nil)
	b.first()
	answer := b.scores.answer
	for name, tc := range map[string]struct {
		err, files error
		want       int
	}{
		"pending":     {err: scores.ErrPending, want: 503},
		"unavailable": {err: fault.New(fault.Unavailable, "x", "y", "z"), want: 503},
		"internal":    {err: errors.New("disk"), want: 500},
		"no files":    {files: files.ErrUnavailable, want: 503},
		"files full":  {files: files.ErrFull, want: 429},
	} {
		b.scores.answer = func(scores.Submission) (scores.Result, error) { return scores.Result{}, tc.err }
		if tc.err == nil {
			b.scores.answer = answer
		}
		b.files.err, b.scores.submitted = tc.files, nil
		if w := b.serve(upload(t, b.play())); w.Code != tc.want || w.Body.Len() != 0 {
			t.Errorf("%s: answer %d %q, want %d", name, w.Code, w.Body, tc.want)
		}
		if tc.files != nil && len(b.scores.submitted) != 0 {
			t.Errorf("%s: a score without its replay is kept", name)
		}
	}
	b.scores.answer, b.files.err = answer, nil
	r := upload(t, b.play())
	r.Body = io.NopCloser(io.MultiReader(io.LimitReader(r.Body, 100), broken{}))
	if w := b.serve(r); w.Code != 400 || w.Body.Len() != 0 {
		t.Errorf("interrupted: answer %d %q", w.Code, w.Body)
	}
	if _, err := b.Sessions.Disconnect(t.Context(), b.ann.ID(), 1); err != nil {
		t.Fatal(err)
	}
	if w := b.serve(upload(t, b.play())); w.Code != 503 || w.Body.Len() != 0 {
		t.Errorf("offline: answer %d %q", w.Code, w.Body)
	}
}

// broken is a connection that breaks.
type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestRates(t *testing.T) {
	b := newBench(t, nil, func(c *edge.Config, _ *edge.Deps) { c.Submissions, c.Boards, c.Replays = 2, 2, 2 })
	b.first()
	var codes []int
	for range 2 {
		codes = append(codes, b.serve(upload(t, b.play())).Code)
		codes = append(codes, b.get("/web/osu-osz2-getscores.php", b.query()).Code)
		codes = append(codes, b.get("/web/osu-getreplay.php", b.ann.Credentials("u", "h")).Code)
		codes = append(codes, b.get("/scores/1/download", nil).Code)
	}
	if want := []int{200, 200, 404, 404, 429, 429, 429, 429}; !slices.Equal(codes, want) {
		t.Errorf("answers %v, want %v", codes, want)
	}
}

// TestCrowd fills the memory for submissions: one that does not fit is taken later, and the memory comes back.
func TestCrowd(t *testing.T) {
	b := newBench(t, nil, func(c *edge.Config, _ *edge.Deps) { c.UploadMemory = 32 << 20 })
	b.first()
	var held []*io.PipeWriter
	ended := make(chan int)
	for range 4 {
		in, out := io.Pipe()
		r := httptest.NewRequest("POST", "/web/osu-submit-modular-selector.php", in)
		r.Header.Set("Content-Type", "multipart/form-data; boundary=x")
		go func() { ended <- b.serve(r).Code }()
		held = append(held, out)
		head := "--x\r\nContent-Disposition: form-data; name=\"score\"; filename=\"replay\"\r\n\r\n"
		if _, err := io.WriteString(out, head+strings.Repeat("r", 8<<20-200)); err != nil {
			t.Error(err)
		}
	}
	if w := b.serve(upload(t, b.play())); w.Code != 503 || w.Body.Len() != 0 {
		t.Errorf("in a crowd: answer %d %q", w.Code, w.Body)
	}
	for _, out := range held {
		_ = out.CloseWithError(io.ErrUnexpectedEOF)
		<-ended
	}
	if w := b.serve(upload(t, b.play())); w.Code != 200 || !strings.HasPrefix(w.Body.String(), "beatmapId:") {
		t.Errorf("afterwards: answer %d %q", w.Code, w.Body)
	}
}

// TestGreed holds as much memory for submissions as one address can have: others still submit.
func TestGreed(t *testing.T) {
	b := newBench(t, nil, nil)
	b.first()
	proxies, err := realip.New(realip.DefaultConfig())
	if err != nil {
		t.Fatal(err)
	}
	b.handler = proxies.Handler(b.handler)
	from := func(address string, r *http.Request) *http.Request {
		r.RemoteAddr = address + ":1234"
		return r
	}
	var held []*io.PipeWriter
	ended := make(chan int)
	for range 4 {
		in, out := io.Pipe()
		r := httptest.NewRequest("POST", "/web/osu-submit-modular-selector.php", in)
		r.Header.Set("Content-Type", "multipart/form-data; boundary=x")
		go func() { ended <- b.serve(from("192.0.2.1", r)).Code }()
		held = append(held, out)
		head := "--x\r\nContent-Disposition: form-data; name=\"score\"; filename=\"replay\"\r\n\r\n"
		if _, err := io.WriteString(out, head+strings.Repeat("r", 8<<20-200)); err != nil {
			t.Error(err)
		}
	}
	if w := b.serve(from("192.0.2.1", upload(t, b.play()))); w.Code != 503 {
		t.Errorf("the greedy one: answer %d %q", w.Code, w.Body)
	}
	if w := b.serve(from("192.0.2.2", upload(t, b.play()))); w.Code != 200 || !strings.HasPrefix(w.Body.String(), "beatmapId:") {
		t.Errorf("another one: answer %d %q", w.Code, w.Body)
	}
	for _, out := range held {
		_ = out.CloseWithError(io.ErrUnexpectedEOF)
		<-ended
	}
	if w := b.serve(from("192.0.2.1", upload(t, b.play()))); w.Code != 200 {
		t.Errorf("afterwards: answer %d %q", w.Code, w.Body)
	}
}

// TestRestricted: a restricted player notices nothing.
func TestRestricted(t *testing.T) {
	b := newBench(t, nil, nil)
	b.first()
	if _, err := b.Users.Restrict(t.Context(), b.ann.ID(), users.BotID, "test"); err != nil {
		t.Fatal(err)
	}
	if w := b.serve(upload(t, b.play())); !strings.HasPrefix(w.Body.String(), "beatmapId:") {
		t.Errorf("answer %d %q", w.Code, w.Body)
	}
}
