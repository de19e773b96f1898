package bot_test

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/bot"
	"github.com/pure-peace/peace/modules/bot/bottest"
	"github.com/pure-peace/peace/modules/bot/local"
	"github.com/pure-peace/peace/modules/chat"
	"github.com/pure-peace/peace/modules/chat/chatpb"
	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/database/databasetest"
	performanceLocal "github.com/pure-peace/peace/modules/performance/local"
	"github.com/pure-peace/peace/modules/rankings"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/modules/scores/scorespb"
	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/modules/wire"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/mods"
)

// stream is a beatmap of a hundred circles.
func stream() []byte {
	var b strings.Builder
	b.WriteString("osu file format v14\n\n[General]\nMode: 0\n\n[Metadata]\nTitle:T\nArtist:A\nVersion:V\n\n[Difficulty]\nHPDrainRate:5\nCircleSize:4\nOverallDifficulty:8\nApproachRate:9\nSliderMultiplier:1.4\nSliderTickRate:1\n\n[TimingPoints]\n0,300,4,2,1,60,1,0\n\n[HitObjects]\n")
	for i := range 100 {
		fmt.Fprintf(&b, "%d,%d,%d,1,0,0:0:0:0:\n", 100+(i%2)*200, 100+(i%3)*80, 1000+150*i)
	}
	return []byte(b.String())
}

type library struct {
	beatmaps.Library
	found []beatmaps.Found
}

func (l *library) Beatmaps(_ context.Context, keys []beatmaps.Key) ([]beatmaps.Found, error) {
	var found []beatmaps.Found
	for _, key := range keys {
		for _, f := range l.found {
			if f.Beatmap.ID == key.ID {
				f.Key = key
				found = append(found, f)
			}
		}
	}
	return found, nil
}

type table struct {
	scores.Boards
	asked []scores.List
	list  scores.Listing
}

func (s *table) Of(_ context.Context, list scores.List) (scores.Listing, error) {
	s.asked = append(s.asked, list)
	return s.list, nil
}

type figures struct {
	rankings.Service
	of map[int32]rankings.Statistics
}

func (f figures) Statistics(_ context.Context, ids []int32, board rankings.Board) ([]rankings.Statistics, error) {
	found := f.of[ids[0]]
	if board != found.Board {
		return []rankings.Statistics{{UserID: ids[0]}}, nil
	}
	return []rankings.Statistics{found}, nil
}

// game is a bot that knows beatmaps and scores, and a player.
type game struct {
	bottest.Subject
	library *library
	table   *table
	figures figures
	ann     users.User
	outbox  string
}

func newGame(t *testing.T) *game {
	t.Helper()
	config := performanceLocal.DefaultConfig()
	config.Beatmaps = t.TempDir()
	calculator, err := performanceLocal.New(t.Context(), config, performanceLocal.Deps{
		DB: databasetest.Open(t, database.SQLite), Log: newLogger(t),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := calculator.Close(); err != nil {
			t.Error(err)
		}
	})
	md5, err := calculator.Learn(t.Context(), stream())
	if err != nil {
		t.Fatal(err)
	}
	g := &game{
		Subject: newNeighbours(t), table: &table{}, figures: figures{of: map[int32]rankings.Statistics{}},
		library: &library{found: []beatmaps.Found{
			{
				Set: beatmaps.Set{ID: 1, Artist: "Kenji Ninuma", Title: "DISCO PRINCE", Creator: "peppy"},
				Beatmap: beatmaps.Beatmap{
					ID: 75, SetID: 1, MD5: md5, Name: "Normal", Status: osu.StatusRanked, Stars: 2.4, MaxCombo: 100, Length: 142 * time.Second,
					BPM: 119.999, CircleSize: 4, Approach: 9, Overall: 8, HealthDrain: 5.5,
				},
			},
			{Beatmap: beatmaps.Beatmap{ID: 76, MD5: strings.Repeat("0", 32)}},
		}},
	}
	g.Bot = start(t, g.Subject, func(d *local.Deps) {
		d.Domain, d.Beatmaps, d.Performance, d.Scores, d.Rankings = "peace.test", g.library, calculator, g.table, g.figures
	})
	g.ann, g.outbox = g.player(t, "Ann Player", "#announce", "#osu")
	return g
}

func (g *game) player(t *testing.T, name string, channels ...string) (users.User, string) {
	t.Helper()
	u, err := g.Users.Register(t.Context(), users.Registration{Name: name, Email: osu.SafeName(name) + "@example.com", Password: "pw of " + name})
	if err != nil {
		t.Fatal(err)
	}
	opened, err := g.Sessions.Open(t.Context(), sessions.Opening{User: u, Kind: sessions.Stable, Channels: channels})
	if err != nil {
		t.Fatal(err)
	}
	return u, opened.Session.ID
}

// ask executes a private line.
func (g *game) ask(t *testing.T, text string) string {
	t.Helper()
	reply, err := g.Bot.Execute(t.Context(), bot.Invocation{UserID: g.ann.ID, Text: text})
	if err != nil {
		return "! " + err.Error()
	}
	return strings.Join(reply.Lines, "\n")
}

// hears returns the next text that the bot says to the player, or in a channel.
func (g *game) hears(t *testing.T) string {
	t.Helper()
	for t.Context().Err() == nil {
		mail, err := g.State.Drain(t.Context(), sessions.Space, g.outbox, state.Take{Wait: time.Second, MaxBytes: 1})
		if err != nil {
			t.Fatal(err)
		}
		for _, item := range mail.Items {
			event, err := wire.Unpack(item.Data)
			if err != nil {
				t.Fatal(err)
			}
			switch event := event.(type) {
			case *chatpb.Whispered:
				if event.GetMessage().GetSenderId() == users.BotID {
					return event.GetMessage().GetText()
				}
			case *chatpb.Said:
				return event.GetMessage().GetChannel() + " " + event.GetMessage().GetText()
			}
		}
	}
	return ""
}

const np = "is playing [https://osu.ppy.sh/beatmapsets/1#/75 Kenji Ninuma - DISCO PRINCE [Normal]]"

func (g *game) act(t *testing.T, text string) {
	t.Helper()
	found, err := g.Users.Get(t.Context(), []int32{users.BotID})
	if err != nil || len(found) != 1 {
		t.Fatal(len(found), err)
	}
	if _, err := g.Chat.Whisper(t.Context(), chat.Line{SenderID: g.ann.ID, SessionID: g.outbox, Target: found[0].Name, Text: text, Action: true}); err != nil {
		t.Fatal(err)
	}
}

func TestNowPlaying(t *testing.T) {
	g := newGame(t)
	if got := g.ask(t, "!with 98%"); !strings.Contains(got, "Type /np first") {
		t.Errorf("before /np: %q", got)
	}
	g.act(t, np+" +DoubleTime +Hidden")
	plain := g.hears(t)
	five := regexp.MustCompile(`^90%: ([\d.]+)pp \| 95%: ([\d.]+)pp \| 98%: ([\d.]+)pp \| 99%: ([\d.]+)pp \| 100%: ([\d.]+)pp$`)
	worth := five.FindStringSubmatch(plain)
	if worth == nil || !slices.IsSortedFunc(worth[1:], numerically) {
		t.Fatalf("answer %q", plain)
	}
	full := "100%: " + worth[5] + "pp"
	answer := g.ask(t, "!with 100%")
	if want := "[https://osu.peace.test/b/75 Kenji Ninuma - DISCO PRINCE [Normal]] +HDDT "; !strings.HasPrefix(answer, want) || !strings.HasSuffix(answer, " stars, 100x/100x, 0 miss | "+full) {
		t.Errorf("answer %q, want %q … %q", answer, want, full)
	}
	// The words go in any order, and say the same.
	wanted := g.ask(t, "!with 98% 50x 3m +HR")
	if !strings.Contains(wanted, "] +HR ") || !strings.Contains(wanted, " stars, 50x/100x, 3 miss | 98%: ") {
		t.Errorf("answer %q", wanted)
	}
	for _, text := range []string{"!with 50x 3x HR 98", "!with hr 98.0% 3x 50x", "!with 3miss 98,0% 50X", "!pp 50x 98 3misses"} {
		if got := g.ask(t, text); got != wanted {
			t.Errorf("%s: %q, want %q", text, got, wanted)
		}
	}
	if got := g.ask(t, "!with nm"); !strings.Contains(got, "[Normal]] ") || strings.Contains(got, "+") {
		t.Errorf("without mods: %q", got)
	}
	for _, text := range []string{
		"!with 101%", "!with -1%", "!with nan", "!with 98% 99%", "!with 1x 2x 3x", "!with 1m 2m", "!with qq", "!with 99999999999x",
		"!with hd hr", "!with 1m 2x 3x", "!with %", "!with x", "!with 1e400",
	} {
		if got := g.ask(t, text); !strings.HasPrefix(got, "! ") || !strings.Contains(got, "Usage: !with") {
			t.Errorf("%s: %q", text, got)
		}
	}
	// Converted, and in a ruleset that a beatmap of another does not have.
	g.act(t, np+" <Taiko>")
	if got := g.hears(t); !strings.HasPrefix(got, "90%: ") || got == plain {
		t.Errorf("as taiko: %q", got)
	}
	// A beatmap that nobody knows, and one whose file nobody has.
	for _, id := range []string{"75000", "76"} {
		g.act(t, strings.Replace(np, "#/75", "#/"+id, 1))
		if got := g.hears(t); !strings.HasPrefix(got, "Sorry, I do not know that beatmap.") {
			t.Errorf("%s: %q", id, got)
		}
	}
	// In public the bot only remembers.
	if _, err := g.Chat.Say(t.Context(), chat.Line{SenderID: g.ann.ID, SessionID: g.outbox, Target: "#osu", Text: np, Action: true}); err != nil {
		t.Fatal(err)
	}
	for t.Context().Err() == nil {
		if got := g.ask(t, "!map"); strings.HasPrefix(got, "[https://osu.peace.test/b/75 ") {
			break
		}
	}
}

func numerically(a, b string) int {
	x, errX := strconv.ParseFloat(a, 64)
	y, errY := strconv.ParseFloat(b, 64)
	if errX != nil || errY != nil {
		return 1
	}
	return cmp.Compare(x, y)
}

func TestMap(t *testing.T) {
	g := newGame(t)
	want := "[https://osu.peace.test/b/75 Kenji Ninuma - DISCO PRINCE [Normal]] by peppy (osu!, ranked) | 2.40 stars | 2:22 | 120 BPM | CS 4 AR 9 OD 8 HP 5.5 | 100x"
	if got := g.ask(t, "!map 75"); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := g.ask(t, "!with 100%"); !strings.Contains(got, "100%: ") {
		t.Errorf("afterwards: %q", got)
	}
	for text, want := range map[string]string{
		"!map 99": "Sorry, I do not know", "!map x": "Usage: !map", "!map 99999999999": "Usage: !map", "!map -75": "Usage: !map",
	} {
		if got := g.ask(t, text); !strings.Contains(got, want) {
			t.Errorf("%s: %q", text, got)
		}
	}
}

func TestScores(t *testing.T) {
	g := newGame(t)
	if got := g.ask(t, "!last"); got != "There are no plays of Ann Player in osu!." {
		t.Errorf("no plays: %q", got)
	}
	if got := g.ask(t, "!top"); got != "There are no ranked scores of Ann Player in osu!." {
		t.Errorf("no scores: %q", got)
	}
	pp := 123.456
	play := scores.Score{
		ID: 1, BeatmapID: 75, Mods: mods.Of(mods.Hidden, mods.DoubleTime, mods.Classic), Grade: osu.GradeA, Accuracy: 0.98765, Classic: 1234567,
		MaxCombo: 99, Statistics: map[string]int32{"miss": 1}, PP: &pp, EndedAt: time.Now().Add(-2*time.Hour - time.Second),
	}
	gone := scores.Score{BeatmapID: 1234, Grade: osu.GradeF, EndedAt: time.Now().Add(time.Minute)}
	g.table.list = scores.Listing{Scores: []scores.Score{play, gone}, Total: 17}
	g.table.asked = nil
	lines := []string{
		"[https://osu.peace.test/b/75 Kenji Ninuma - DISCO PRINCE [Normal]] +HDDT A 98.77% 1,234,567 99x/100x 1 miss | 123.46pp | 2 hours ago",
		"[https://osu.peace.test/b/1234 a beatmap] F 0.00% 0 0x | just now",
	}
	if diff := gocmp.Diff("Best of 17 scores of Ann Player in osu!:\n1. "+lines[0]+"\n2. "+lines[1], g.ask(t, "!top")); diff != "" {
		t.Errorf("top (-want +got):\n%s", diff)
	}
	if diff := gocmp.Diff(strings.Join(lines, "\n"), g.ask(t, "!recent")); diff != "" {
		t.Errorf("last (-want +got):\n%s", diff)
	}
	bob, session := g.player(t, "Bob")
	status := sessions.Status{Ruleset: osu.Taiko, Mods: osu.ModRelax}
	if _, err := g.Sessions.Update(t.Context(), session, sessions.Update{Status: &status}); err != nil {
		t.Fatal(err)
	}
	g.ask(t, "!last bob")
	g.ask(t, "!best Ann_Player mania")
	g.ask(t, "!top Ann Player osu ap")
	g.ask(t, "!top Bob fruits")
	want := []scores.List{
		{Kind: scores.Best, UserID: g.ann.ID, Limit: 5},
		{Kind: scores.Recent, UserID: g.ann.ID, Failed: true, Limit: 1},
		{Kind: scores.Recent, UserID: bob.ID, Ruleset: osu.Taiko, Variant: osu.Relax, Failed: true, Limit: 1},
		{Kind: scores.Best, UserID: g.ann.ID, Ruleset: osu.Mania, Limit: 5},
		{Kind: scores.Best, UserID: g.ann.ID, Variant: osu.Autopilot, Limit: 5},
		{Kind: scores.Best, UserID: bob.ID, Ruleset: osu.Catch, Limit: 5},
	}
	if diff := gocmp.Diff(want, g.table.asked); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
	if _, err := g.Users.Restrict(t.Context(), bob.ID, users.BotID, "test"); err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{"!top bob": "User not found", "!top nobody": "User not found", "!top taiko ap": "Usage: !top"} {
		if got := g.ask(t, text); !strings.Contains(got, want) {
			t.Errorf("%s: %q", text, got)
		}
	}
}

func TestFigures(t *testing.T) {
	g := newGame(t)
	g.figures.of[g.ann.ID] = rankings.Statistics{RankedScore: 1234567, TotalScore: 340_000, Accuracy: .98764, Playcount: 123, GlobalRank: 45}
	link := fmt.Sprintf("Stats for (Ann Player)[https://osu.ppy.sh/u/%d]", g.ann.ID)
	rest := "\nScore:    1,234,567 (#45)\nPlays:    123 (lv4)\nAccuracy: 98.76%"
	if got := g.ask(t, "!stats"); got != link+" is Idle:"+rest {
		t.Errorf("online: %q", got)
	}
	if err := g.Sessions.Close(t.Context(), g.outbox, sessions.ReasonLogout); err != nil {
		t.Fatal(err)
	}
	if got := g.ask(t, "!stats Ann Player"); got != link+":"+rest {
		t.Errorf("offline: %q", got)
	}
}

// TestAnnouncements runs two bots: each first place is said once, and that of restricted players never.
func TestAnnouncements(t *testing.T) {
	g := newGame(t)
	start(t, g.Subject, func(d *local.Deps) { d.Domain, d.Beatmaps, d.Scores = "peace.test", g.library, g.table })
	bob, _ := g.player(t, "Bob")
	cheat, _ := g.player(t, "Cheat")
	if _, err := g.Users.Restrict(t.Context(), cheat.ID, users.BotID, "test"); err != nil {
		t.Fatal(err)
	}
	pp := 123.456
	first := scores.Result{
		Best: true, After: 1, Metric: scores.ByClassic, Dethroned: bob.ID,
		Score: scores.Score{
			ID: 1, UserID: g.ann.ID, BeatmapID: 75, Ranked: true, Accuracy: 0.98765, PP: &pp, Classic: 1234567,
			Mods: mods.Of(mods.HardRock, mods.Classic),
		},
	}
	publish := func(edit func(*scores.Result)) {
		t.Helper()
		result := first
		edit(&result)
		if err := g.State.Publish(t.Context(), scores.Topic, wire.Pack(scorespb.FromRecorded(scores.Recorded{Result: result}))); err != nil {
			t.Fatal(err)
		}
	}
	ann := fmt.Sprintf("[https://osu.ppy.sh/u/%d Ann Player]", g.ann.ID)
	beatmap := "[https://osu.peace.test/b/75 Kenji Ninuma - DISCO PRINCE [Normal]]"
	want := "#announce " + ann + " achieved #1 on " + beatmap + " <osu!> +HR with 98.77% for 123.46pp."
	previous := fmt.Sprintf(" (Previous #1: [https://osu.ppy.sh/u/%d Bob])", bob.ID)
	heard := map[string]bool{}
	for id := int64(1); id <= 20 || len(heard) == 0; id++ { // what nobody hears, because nobody listens yet, is not said
		worth := float64(id)
		publish(func(r *scores.Result) { r.Score.ID, r.Score.PP = id, &worth })
		for {
			line := g.said(t, 50*time.Millisecond)
			if line == "" {
				break
			}
			head, tail, _ := strings.Cut(line, " for ")
			if number, rest, _ := strings.Cut(tail, "pp."); head+" for 123.46pp." != want || rest != previous || heard[number] {
				t.Fatalf("announced %q, want %q%s, each once: %v", line, want, previous, heard)
			} else {
				heard[number] = true
			}
		}
	}
	publish(func(r *scores.Result) { r.Score.ID, r.Best = 1001, false })
	publish(func(r *scores.Result) { r.Score.ID, r.After = 1002, 2 })
	publish(func(r *scores.Result) { r.Score.ID, r.Score.Ranked = 1003, false })
	publish(func(r *scores.Result) { r.Score.ID, r.Score.UserID = 1004, cheat.ID })
	publish(func(r *scores.Result) { r.Score.ID, r.Score.UserID = 1005, 99999 })
	publish(func(r *scores.Result) { r.Score.ID, r.Score.BeatmapID = 1006, 99999 })
	publish(func(r *scores.Result) { r.Score.ID = 0 })
	if err := g.State.Publish(t.Context(), scores.Topic, []byte("garbage")); err != nil { // the bots listen again after it
		t.Fatal(err)
	}
	for id := int64(2000); t.Context().Err() == nil; id++ {
		publish(func(r *scores.Result) {
			r.Score.ID, r.Score.PP, r.Dethroned, r.Score.Ruleset, r.Score.Mods = id, nil, cheat.ID, osu.Taiko, mods.Of(mods.Classic)
		})
		if got := g.said(t, 200*time.Millisecond); got != "" {
			if want := "#announce " + ann + " achieved #1 on " + beatmap + " <osu!taiko> with 98.77% for 1,234,567."; got != want {
				t.Errorf("announced %q, want %q", got, want)
			}
			return
		}
	}
}

// said returns the next line that somebody says in a channel, "" when there is none for a while.
func (g *game) said(t *testing.T, wait time.Duration) string {
	t.Helper()
	for {
		mail, err := g.State.Drain(t.Context(), sessions.Space, g.outbox, state.Take{Wait: wait, MaxBytes: 1})
		if err != nil {
			t.Fatal(err)
		}
		if len(mail.Items) == 0 {
			return ""
		}
		event, err := wire.Unpack(mail.Items[0].Data)
		if err != nil {
			t.Fatal(err)
		}
		if said, ok := event.(*chatpb.Said); ok {
			return said.GetMessage().GetChannel() + " " + said.GetMessage().GetText()
		}
	}
}
