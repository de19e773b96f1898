package submission_test

import (
	"errors"
	"math"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/submission"
)

const (
	chartLines = "beatmapId:315|beatmapSetId:141|beatmapPlaycount:12|beatmapPasscount:5|approvedDate:2007-10-06 17:46:31\n" +
		"chartId:beatmap|chartUrl:https://osu.peace.test/beatmapsets/141|chartName:Beatmap Ranking|rankBefore:7|rankAfter:2|" +
		"rankedScoreBefore:100|rankedScoreAfter:2147483648|totalScoreBefore:100|totalScoreAfter:2147483648|maxComboBefore:9|" +
		"maxComboAfter:456|accuracyBefore:98.76|accuracyAfter:100.00|ppBefore:12|ppAfter:124|onlineScoreId:77\n" +
		"chartId:overall|chartUrl:https://osu.peace.test/u/1000|chartName:Overall Ranking|rankBefore:|rankAfter:1|" +
		"rankedScoreBefore:|rankedScoreAfter:5|totalScoreBefore:|totalScoreAfter:6|maxComboBefore:|maxComboAfter:7|" +
		"accuracyBefore:|accuracyAfter:93.33|ppBefore:|ppAfter:0|toNextRank:400|toNextRankUser:Bob|onlineScoreId:77|" +
		"achievements-new:osu-combo-500+500 Combo+500 big ones!/all-intro-hidden+Blindsight+A  b"
	shortChart = "|rankBefore:|rankAfter:1|rankedScoreBefore:|rankedScoreAfter:1|totalScoreBefore:|totalScoreAfter:1|maxComboBefore:|" +
		"maxComboAfter:1|accuracyBefore:|accuracyAfter:1.5|ppBefore:|ppAfter:1.25|"
)

func response() *submission.Response {
	return &submission.Response{
		Beatmap: submission.BeatmapFigures{ID: 315, SetID: 141, Plays: 12, Passes: 5, ApprovedAt: time.Date(2007, 10, 6, 17, 46, 31, 0, time.UTC)},
		Ranking: submission.Chart{
			URL:    "https://osu.peace.test/beatmapsets/141",
			Before: &submission.Figures{Rank: 7, RankedScore: 100, TotalScore: 100, MaxCombo: 9, Accuracy: 0.9876, PP: 12},
			After:  submission.Figures{Rank: 2, RankedScore: 1 << 31, TotalScore: 1 << 31, MaxCombo: 456, Accuracy: 1, PP: 124},
		},
		Overall: submission.Chart{
			URL:   "https://osu.peace.test/u/1000",
			After: submission.Figures{Rank: 1, RankedScore: 5, TotalScore: 6, MaxCombo: 7, Accuracy: 0.9333},
			Next:  &submission.Rival{Name: "Bob", Score: 400},
		},
		ScoreID: 77,
		Achievements: []submission.Achievement{
			{File: "osu-combo-500", Name: "500 Combo", Description: "500 big ones!"},
			{File: "all-intro-hidden", Name: "Blindsight", Description: "A  b"},
		},
	}
}

// close compares figures that went through two decimals.
var about = cmp.Comparer(func(a, b float64) bool { return math.Abs(a-b) < 1e-9 })

func TestResponse(t *testing.T) {
	r := response()
	if got := string(r.Append(nil)); got != chartLines {
		t.Errorf("the answer is\n%s\nwant\n%s", got, chartLines)
	}
	read, err := submission.ParseResponse(chartLines)
	if d := cmp.Diff(r, read, about); d != "" || err != nil {
		t.Errorf("read: %v %s", err, d)
	}
	// What would end a value does not.
	r.Achievements[1].Description = "A+/b"
	r.Overall.Next.Name = "Bob"
	r.Ranking.Before.PP, r.Ranking.After.PP = 12.4, 123.5
	r.Ranking.Before.Rank = 7
	if got := string(r.Append(nil)); got != chartLines {
		t.Errorf("the answer is\n%s\nwant\n%s", got, chartLines)
	}
	r.Overall.URL, r.Overall.Next.Name = "https://peace.test/a|b\nc", "|"
	r.Achievements = nil
	if read, err = submission.ParseResponse(string(r.Append([]byte(nil)))); err != nil || read.Overall.URL != "https://peace.test/a b c" {
		t.Errorf("read: %+v, %v", read, err)
	}
	// An unranked player's zeros are nothing before, and something now.
	r.Overall.Before, r.Overall.After = &submission.Figures{}, submission.Figures{}
	if text := string(r.Append(nil)); !strings.Contains(text, "rankBefore:|rankAfter:0|") || !strings.Contains(text, "accuracyBefore:|accuracyAfter:0.00|") {
		t.Errorf("a player without anything: %s", text)
	}
}

func TestResponseOfOthers(t *testing.T) {
	// Charts as osuAkatsuki/bancho.py and osuTitanic/deck write them.
	first := "beatmapId:1|beatmapSetId:2|beatmapPlaycount:3|beatmapPasscount:4|approvedDate:2020-02-02 02:02:02"
	for name, text := range map[string]string{
		"bancho.py": first + "|\n|chartId:beatmap|chartUrl:https://x|chartName:B" + shortChart + "onlineScoreId:9|\n|chartId:overall|chartUrl:" +
			"|chartName:O" + shortChart + "achievements-new:",
		"deck": first + "\nchartId:beatmap|chartUrl:|chartName:B" + shortChart + "achievements:x\nchartId:overall|chartUrl:|chartName:O" +
			shortChart + "achievements-new:|onlineScoreId:9\n",
	} {
		r, err := submission.ParseResponse(text)
		if err != nil || r.ScoreID != 9 || r.Ranking.After.PP != 1.25 || r.Overall.After.Rank != 1 || r.Overall.Before != nil {
			t.Errorf("%s: %+v, %v", name, r, err)
		}
	}
}

func TestResponseRefused(t *testing.T) {
	var refusal submission.Refusal
	if _, err := submission.ParseResponse(submission.RefusedBanned.Body()); !errors.As(err, &refusal) || refusal != submission.RefusedBanned {
		t.Errorf("error is %v", err)
	}
	if got := submission.RefusedSilently.Body(); got != "error: no" {
		t.Errorf("a refusal is %q", got)
	}
	replace := func(from, to string) string {
		if !strings.Contains(chartLines, from) {
			t.Fatalf("%q is not there", from)
		}
		return strings.Replace(chartLines, from, to, 1)
	}
	for name, text := range map[string]string{
		"nothing":            "",
		"a page":             "<!doctype html>\n<html>\n</html>",
		"a byte order mark":  "\ufeff" + chartLines,
		"two lines":          chartLines[:strings.LastIndex(chartLines, "\n")],
		"no pair":            replace("rankAfter:2|", "rankAfter|"),
		"twice":              replace("rankAfter:2|", "rankAfter:2|rankAfter:3|"),
		"missing":            replace("rankAfter:2|", ""),
		"another chart":      replace("chartId:beatmap", "chartId:monthly"),
		"a comma":            replace("accuracyAfter:100.00", "accuracyAfter:99,99"),
		"more than all":      replace("accuracyAfter:100.00", "accuracyAfter:100.01"),
		"not a number":       replace("ppAfter:124", "ppAfter:NaN"),
		"nothing after":      replace("ppAfter:124", "ppAfter:"),
		"an exponent":        replace("rankedScoreAfter:2147483648", "rankedScoreAfter:2e9"),
		"a negative rank":    replace("rankBefore:7", "rankBefore:-7"),
		"a huge rank":        replace("rankBefore:7", "rankBefore:4294967303"),
		"half a medal":       replace("+500 big ones!", ""),
		"a date of the API":  replace("2007-10-06 17:46:31", "2007-10-06T17:46:31Z"),
		"no date":            replace("2007-10-06 17:46:31", ""),
		"a negative beatmap": replace("beatmapId:315", "beatmapId:-1"),
		"no id":              strings.ReplaceAll(chartLines, "onlineScoreId:77", "online:77"),
		"too long":           chartLines + strings.Repeat(" ", submission.MaxResponse),
	} {
		if r, err := submission.ParseResponse(text); !errors.Is(err, submission.ErrResponse) {
			t.Errorf("%s: %+v, error is %v", name, r, err)
		}
	}
}

const boardLines = "2|false|315|141|2|1234|CC BY\n-12\n[bold:0,size:20]FAIRY FORE|Vivid\n9.87\n" +
	"77|Ann|2147483647|456|3|20|300|1|12|60|0|72|1000|2|1756730096|1\n" +
	"78|Bob B|9000|500|0|1|322|0|0|61|1|576|1001|1|1700000000|0\n" +
	"77|Ann|2147483647|456|3|20|300|1|12|60|0|72|1000|2|1756730096|1"

func board() *submission.Board {
	ann := submission.Line{
		ScoreID: 77, Player: "Ann", Total: math.MaxInt32, MaxCombo: 456, Count50: 3, Count100: 20, Count300: 300, CountMiss: 1,
		CountKatu: 12, CountGeki: 60, Mods: osu.ModHidden | osu.ModDoubleTime, UserID: 1000, Position: 2,
		Time: time.Unix(1756730096, 0).UTC(), HasReplay: true,
	}
	bob := submission.Line{
		ScoreID: 78, Player: "Bob B", Total: 9000, MaxCombo: 500, Count100: 1, Count300: 322, CountGeki: 61, Perfect: true,
		Mods: osu.ModNightcore | osu.ModDoubleTime, UserID: 1001, Position: 1, Time: time.Unix(1700000000, 0).UTC(),
	}
	return &submission.Board{
		Status: submission.Ranked, BeatmapID: 315, SetID: 141, Count: 2, TrackID: 1234, License: "CC BY", Offset: -12,
		Title: submission.DisplayTitle("FAIRY FORE", "Vivid"), Rating: 9.87, Own: &ann, Lines: []submission.Line{bob, ann},
	}
}

func TestBoard(t *testing.T) {
	b := board()
	if got := string(b.Append(nil)); got != boardLines {
		t.Errorf("the board is\n%s\nwant\n%s", got, boardLines)
	}
	for name, edit := range map[string]func(*submission.Board){
		"full":         func(*submission.Board) {},
		"no own score": func(b *submission.Board) { b.Own = nil },
		"only own":     func(b *submission.Board) { b.Lines = nil },
		"no scores":    func(b *submission.Board) { b.Own, b.Lines = nil, nil },
		"unsubmitted":  func(b *submission.Board) { *b = submission.Board{Status: submission.NotSubmitted} },
		"to update":    func(b *submission.Board) { *b = submission.Board{Status: submission.NeedsUpdate} },
		"packed":       func(b *submission.Board) { b.Packed, b.License, b.TrackID = true, "", 0 },
	} {
		want := board()
		edit(want)
		got, err := submission.ParseBoard(string(want.Append(nil)))
		if d := cmp.Diff(want, got); d != "" || err != nil {
			t.Errorf("%s: %v %s", name, err, d)
		}
	}
	if got := string((&submission.Board{Status: submission.NotSubmitted}).Append(nil)); got != "-1|false" {
		t.Errorf("a beatmap that is not submitted: %q", got)
	}
	b.Own, b.Lines = nil, nil
	if text := string(b.Append(nil)); !strings.HasSuffix(text, "\n9.87\n\n") {
		t.Errorf("a board without scores ends with %q", text[len(text)-8:])
	}
	b = board()
	b.Own.Total = 1 << 40
	b.Lines[1].Player, b.Title = "A|n\nn", strings.Replace(b.Title, "Vivid", "Vi\nvid", 1)
	if got, err := submission.ParseBoard(string(b.Append(nil))); err != nil || got.Own.Total != math.MaxInt32 || got.Lines[1].Player != "A n n" {
		t.Errorf("strange values: %+v, %v", got, err)
	}
}

func TestBoardRefused(t *testing.T) {
	replace := func(from, to string) string {
		if !strings.Contains(boardLines, from) {
			t.Fatalf("%q is not there", from)
		}
		return strings.Replace(boardLines, from, to, 1)
	}
	for name, text := range map[string]string{
		"nothing":             "",
		"a page":              "<!doctype html>",
		"a strange status":    replace("2|false", "6|false"),
		"true in digits":      replace("2|false", "2|0"),
		"a short header":      replace("|CC BY", ""),
		"a long header":       replace("|CC BY", "|CC BY|0"),
		"no own line":         boardLines[:strings.Index(boardLines, "\n77")],
		"no offset":           replace("\n-12\n", "\n\n"),
		"no rating":           replace("\n9.87\n", "\n\n"),
		"a comma":             replace("\n9.87\n", "\n9,87\n"),
		"perfect in words":    replace("|60|0|", "|60|False|"),
		"a score too few":     replace("|1756730096|1\n", "|1756730096\n"),
		"a score too many":    replace("|1756730096|1\n", "|1756730096|1|\n"),
		"an empty line":       boardLines + "\n\n",
		"a long one":          boardLines + strings.Repeat("\n77|Ann|1|456|3|20|300|1|12|60|0|72|1000|2|1756730096|1", 50),
		"more than no board":  "-1|false\n0",
		"not submitted, more": "-1|false|1",
		"too long":            boardLines + strings.Repeat("\n", submission.MaxResponse),
	} {
		if b, err := submission.ParseBoard(text); !errors.Is(err, submission.ErrResponse) {
			t.Errorf("%s: %+v, error is %v", name, b, err)
		}
	}
}

func TestBoardStatus(t *testing.T) {
	for _, tc := range []struct {
		status              osu.Status
		now, three, another submission.BoardStatus // versions 4, 3 and 2
	}{
		{osu.StatusGraveyard, 0, 0, 0},
		{osu.StatusWIP, 0, 0, 0},
		{osu.StatusPending, 0, 0, 0},
		{osu.StatusRanked, 2, 2, 4},
		{osu.StatusApproved, 3, 3, 3},
		{osu.StatusQualified, 4, 4, 2},
		{osu.StatusLoved, 5, 3, 3},
	} {
		for version, want := range map[int]submission.BoardStatus{4: tc.now, 3: tc.three, 2: tc.another} {
			if got := submission.BoardStatusOf(tc.status, version); got != want {
				t.Errorf("%v in version %d is %d, want %d", tc.status, version, got, want)
			}
		}
	}
}

func TestBoardQuery(t *testing.T) {
	want := submission.BoardQuery{
		BeatmapMD5: strings.Repeat("0a", 16), File: `A + B - "100%" (C) [D's].osu`, SetID: -1, Ruleset: osu.Mania, Mods: osu.ModMirror,
		Kind: submission.BoardFriends, Version: submission.CurrentBoards, HeaderOnly: true, Cheats: true, Package: "x",
	}
	values, err := url.ParseQuery(want.Values().Encode())
	if err != nil {
		t.Fatal(err)
	}
	if got, err := submission.ParseBoardQuery(values); err != nil || got != want {
		t.Errorf("the query is %+v, %v", got, err)
	}
	least := submission.BoardQuery{BeatmapMD5: want.BeatmapMD5, SetID: -1, Kind: submission.BoardTop}
	if got, err := submission.ParseBoardQuery(url.Values{"c": {want.BeatmapMD5}}); err != nil || got != least {
		t.Errorf("the least query is %+v, %v", got, err)
	}
	for key, value := range map[string]string{
		"c": "' OR 1=1", "i": "1e3", "m": "4", "mods": "-1", "v": "9", "vv": "x", "s": "2", "a": "yes",
		"f": strings.Repeat("a", 1025), "h": strings.Repeat("a", 65),
	} {
		values := want.Values()
		values.Set(key, value)
		if q, err := submission.ParseBoardQuery(values); !errors.Is(err, submission.ErrField) && !errors.Is(err, submission.ErrTooLarge) {
			t.Errorf("%s: %+v, error is %v", key, q, err)
		}
	}
}
