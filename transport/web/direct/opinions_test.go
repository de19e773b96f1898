package direct

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/users"
)

func TestRate(t *testing.T) {
	s := newStage(t, nil)
	s.known = []beatmaps.Set{disco()}
	ask := func(query string) string { return s.get("/web/osu-rate.php?p=" + password + "&c=" + md5Of75 + query) }
	for _, c := range []struct {
		query string
		err   error
		want  string
	}{
		{"", nil, "ok"}, {"&v=0", nil, "ok"}, {"&v=9", nil, "alreadyvoted\n8.46"}, {"", beatmaps.ErrNotRanked, "not ranked"},
		{"", beatmaps.ErrOwn, "owner"}, {"", beatmaps.ErrVoted.With("average", "7.126").With("votes", "3"), "alreadyvoted\n7.13"},
		{"&v=5", beatmaps.ErrNotFound, "no exist"}, {"&c=zzz", nil, "ok"},
	} {
		s.voteErr = c.err
		if got := ask(c.query); got != c.want {
			t.Errorf("%s, %v: %q", c.query, c.err, got)
		}
	}
	s.votes, s.voteErr = nil, nil
	for _, vote := range []string{"11", "-1", "x", "1e1", "99999999999999999999", "5%0A"} {
		if got := ask("&v=" + vote); got != "" || s.votes != nil {
			t.Errorf("vote %s: %q, %v", vote, got, s.votes)
		}
	}
	if got := s.get("/web/osu-rate.php?p=" + password + "&c='--"); got != "no exist" {
		t.Errorf("no MD5: %q", got)
	}
	if got := s.get("/web/osu-rate.php?p=wrong&c=" + md5Of75); got != "auth fail" {
		t.Errorf("a stranger: %q", got)
	}
}

func TestFavourites(t *testing.T) {
	s := newStage(t, nil)
	for _, c := range []struct{ path, want string }{
		{"getfavourites.php", ""},
		{"addfavourite.php?a=1", "Added to your favourites. You have 1 now."},
		{"addfavourite.php?a=1", "This beatmap is among your favourites already."},
		{"addfavourite.php?a=9", "This beatmap is not known here."},
		{"addfavourite.php?a=x", "This beatmap is not known here."},
		{"getfavourites.php", "1"},
	} {
		if got := s.get("/web/osu-" + c.path); got != c.want {
			t.Errorf("%s: %q", c.path, got)
		}
	}
	s.favoured = []int32{3, 1}
	if got := s.get("/web/osu-getfavourites.php"); got != "3\n1" {
		t.Errorf("%q", got)
	}
}

// form sends a form as the client does.
func (s stage) form(t *testing.T, fields map[string]string) (int, string) {
	t.Helper()
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	for name, value := range fields {
		if err := form.WriteField(name, value); err != nil {
			t.Fatal(err)
		}
	}
	if err := form.Close(); err != nil {
		t.Fatal(err)
	}
	w := s.ask(http.MethodPost, "/web/osu-comment.php", b.String(), "Content-Type", form.FormDataContentType())
	return w.Code, w.Body.String()
}

func TestComments(t *testing.T) {
	s := newStage(t, nil)
	s.known = []beatmaps.Set{disco()}
	ask := func(fields ...string) (int, string) {
		t.Helper()
		all := map[string]string{"u": "Ann", "p": password, "b": "75", "s": "1", "r": "0", "m": "0"}
		for i := 0; i < len(fields); i += 2 {
			all[fields[i]] = fields[i+1]
		}
		return s.form(t, all)
	}
	post := func(fields ...string) (int, string) {
		return ask(append([]string{"a", "post", "target", "map", "starttime", "1500", "comment", "hello", "f", "ff0000"}, fields...)...)
	}
	if status, got := post("comment", "a\tb|c\r\nd\x00", "r", "77"); status != 200 || got != "" {
		t.Errorf("%d %q", status, got)
	}
	want := beatmaps.Comment{
		UserID: 3, Subject: beatmaps.AboutBeatmap, SetID: 1, BeatmapID: 75, ScoreID: 77, Moment: 1500 * time.Millisecond, Text: "a b c  d",
	}
	if diff := cmp.Diff([]beatmaps.Comment{want}, s.comments); diff != "" {
		t.Error(diff)
	}
	s.player.Privileges = users.Supporter
	post("f", "FF00aa", "target", "Song", "comment", strings.Repeat("é", 80))
	if c := s.comments[1]; c.Colour != "ff00aa" || c.Subject != beatmaps.AboutSet || len([]rune(c.Text)) != 80 {
		t.Errorf("%+v", c)
	}
	post("f", "red|\t")
	if c := s.comments[2]; c.Colour != "" {
		t.Errorf("%+v", c)
	}
	if post("starttime", "-1800"); len(s.comments) != 4 || s.comments[3].Moment != 0 {
		t.Errorf("before the music: %+v", s.comments)
	}
	s.comments = nil
	for _, fields := range [][]string{
		{"comment", ""}, {"comment", " \t|"}, {"comment", strings.Repeat("é", 81)}, {"target", "x"}, {"starttime", ""}, {"starttime", "x"},
		{"starttime", "99999999999999999999"}, {"starttime", "86400001"}, {"a", "drop"}, {"p", "wrong"}, {"comment", strings.Repeat("x", 20<<10)},
	} {
		if status, got := post(fields...); status < 400 || status >= 500 || s.comments != nil {
			t.Errorf("%.30v: %d %q, %v", fields, status, got, s.comments)
		}
	}
	s.player.Restricted = true
	if status, _ := post(); status != 200 || s.comments != nil {
		t.Errorf("of a restricted player: %d, %v", status, s.comments)
	}
	for i, id := range []int32{4, 5, 6, 7, 8} {
		s.comments = append(s.comments, beatmaps.Comment{
			UserID: id, Subject: beatmaps.Subject(i%3 + 1), Moment: time.Duration(i) * time.Second, Text: fmt.Sprintf("n%d", i), Colour: []string{"", "00ff00"}[i%2],
		})
	}
	s.comments[0].Text = "x\ty"
	if status, got := ask("a", "get"); status != 200 || got != "0\tsong\t\tx y\n1000\tmap\tsupporter|00ff00\tn1\n2000\treplay\tbat\tn2" {
		t.Errorf("%d %q", status, got)
	}
}
