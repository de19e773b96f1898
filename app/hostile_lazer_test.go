package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pure-peace/peace/app"
	"github.com/pure-peace/peace/app/apptest"
	"github.com/pure-peace/peace/config"
	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/oauth"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/packets"
	bancho "github.com/pure-peace/peace/transport/bancho/client"
	lazer "github.com/pure-peace/peace/transport/lazer/client"
	web "github.com/pure-peace/peace/transport/web/client"
)

// TestHostileLazerClients plays what is sent to the doors of lazer and of programs against a whole server, beside a lazer player and a
// stable player who must not notice. Each attack gets an answer in the protocol's own words, nothing fails inside, nobody else loses
// anything, and what the attacks took is given back.
func TestHostileLazerClients(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	defer cancel()
	settings := apptest.Settings(t.TempDir())
	settings["admin.socket"], settings["admin.listen"] = filepath.Join(socketDir(t), "peace.sock"), "127.0.0.1:0"
	settings["users.failures_per_address"] = "20"
	settings["lazer.hubs.handshake_timeout"] = "1s"
	settings["chat.flood.messages"] = "20"
	settings["site.logins"] = "60"
	settings["api.oauth.rate"], settings["api.oauth.burst"] = "1000", "1000"
	// All attacks come from one address, that of the good players: what stops it stops nothing here.
	settings["http.rate"], settings["http.rate_burst"] = "1000000", "1000000"
	c, err := app.LoadConfig(config.Sources{Overrides: settings}, app.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var log lockedBuffer
	server := apptest.Start(t, c, app.Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
	bring(t, serveWith(settings)[1:]...)

	g := meet(ctx, t, server)
	r := &rogue{villain: villain{t: t, server: server, metrics: "http://" + server.Addr("admin").String() + "/metrics"}, good: g, config: c}
	r.arm(ctx)
	r.calm()
	heap, goroutines := r.size()

	for _, attack := range []struct {
		name string
		play func(context.Context, *testing.T, *rogue)
	}{
		{"tokens that are none", wrongTokens},
		{"tokens for something else", otherTokens},
		{"tokens without the second factor", halfTokens},
		{"handshakes that are none", brokenHandshakes},
		{"negotiations without end", negotiationFlood},
		{"connections without end", connectionFlood},
		{"frames that are none", brokenFrames},
		{"messages that are none", brokenMessages},
		{"calls that are none", brokenCalls},
		{"plays of others", playsOfOthers},
		{"notification sockets", brokenSockets},
		{"questions", apiQuestions},
		{"paths", apiPaths},
		{"forms", apiForms},
		{"scores", brokenScores},
		{"comments and reports", commentFlood},
		{"talk", talkFlood}, // which ends in silence
		{"pages", brokenPages},
		{"requests for tokens", tokenRequests}, // last: afterwards the address of the test may not try any more
	} {
		t.Run(attack.name, func(t *testing.T) {
			r.t = t
			attack.play(ctx, t, r)
			g.unharmed(ctx, t)
		})
	}
	r.t = t
	g.play(ctx, t)

	r.calm()
	if now, _ := r.size(); now > heap+48<<20 {
		t.Errorf("the heap has grown from %d to %d bytes", heap, now)
	}
	await(ctx, t, "goroutines are what they were", func() bool {
		r.calm()
		_, now := r.size()
		return now <= goroutines+30
	})
	text := log.String()
	if strings.Contains(text, "panic") || strings.Contains(text, "goroutine ") {
		t.Errorf("the server panicked:\n%s", text)
	}
	for line := range strings.Lines(text) {
		if strings.Contains(line, "level=ERROR") {
			t.Errorf("the server blames itself: %s", line)
		}
	}
}

// company is a lazer player and a stable player who have nothing to do with the attacks.
type company struct {
	lena    *lazerPlayer
	stan    *bancho.Client
	channel lazer.Channel // in which both are
	song    web.Song
	beatmap lazer.Beatmap
	token   int64 // of a play that Lena has begun before all attacks, and ends after them
	said    int
}

func meet(ctx context.Context, t *testing.T, server *apptest.Server) *company {
	t.Helper()
	g := &company{lena: arrive(ctx, t, server.Address(), "Lena"), stan: player(t, server.Address(), "Stan"), song: localSong(t)}
	var channels []lazer.Channel
	if err := g.lena.Get(ctx, "chat/channels", nil, &channels); err != nil {
		t.Fatal(err)
	}
	g.channel = channels[slices.IndexFunc(channels, func(c lazer.Channel) bool { return c.Name == "#osu" })]
	await(ctx, t, "Stan is in #osu", func() bool {
		poll(ctx, t, g.stan)
		return slices.Contains(g.stan.Joined(), "#osu")
	})
	var err error
	if g.beatmap, err = g.lena.Lookup(ctx, g.song); err != nil {
		t.Fatal(err)
	}
	if g.token, err = g.lena.ScoreToken(ctx, g.beatmap.ID, g.song, osu.Standard); err != nil {
		t.Fatal(err)
	}
	submit(ctx, t, web.New(g.stan), g.song, 0.9, 3)
	return g
}

// unharmed shows that the good players are still there, in the same connections, and that the server does for them what it did.
func (g *company) unharmed(ctx context.Context, t *testing.T) {
	t.Helper()
	g.lena.t = t
	g.said++
	hello := fmt.Sprintf("hello %d from lazer", g.said)
	if _, err := g.lena.Say(ctx, g.channel.ID, hello); err != nil {
		t.Fatalf("Lena cannot speak: %v", err)
	}
	expect(ctx, t, g.stan, func(m packets.Message) bool { return m.Sender == "Lena" && m.Text == hello })
	hello = fmt.Sprintf("hello %d from stable", g.said)
	g.stan.Say("#osu", hello)
	poll(ctx, t, g.stan)
	g.lena.reads(ctx, hello)
	if err := g.lena.hubs.RefreshFriends(ctx); err != nil {
		t.Fatalf("Lena's metadata hub: %v", err)
	}
	if err := g.lena.hubs.Unwatch(ctx, g.stan.ID()); err != nil {
		t.Fatalf("Lena's spectator hub: %v", err)
	}
	board, err := g.lena.Board(ctx, g.beatmap.ID, osu.Standard, "global")
	if err != nil || len(board.Scores) == 0 || !slices.ContainsFunc(board.Scores, func(s lazer.Score) bool { return s.UserID == g.stan.ID() }) {
		t.Errorf("Lena sees a board with %d scores, without Stan: %v", len(board.Scores), err)
	}
	if !g.stan.LoggedIn() {
		t.Error("Stan was logged out")
	}
}

// play ends the play that Lena has held a token for all the time.
func (g *company) play(ctx context.Context, t *testing.T) {
	t.Helper()
	g.lena.t = t
	p, err := lazer.Perform(ctx, g.song, lazer.Attempt{Mods: mods.Set{{Acronym: mods.Hidden}}, Accuracy: 0.99, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	if err := g.lena.hubs.Show(ctx, g.beatmap.ID, g.token, p, false); err != nil {
		t.Fatal(err)
	}
	submitted, err := g.lena.Submit(ctx, g.beatmap.ID, g.token, p)
	if err != nil {
		t.Fatal(err)
	}
	if err := g.lena.hubs.Finish(ctx, g.token, true); err != nil {
		t.Fatal(err)
	}
	g.lena.hears(ctx, "her score is counted", func(c lazer.Call) bool { return c.Method == "UserScoreProcessed" && c.ScoreID == submitted.ID })
	eventually(ctx, t, "the replay is there", func() error {
		_, err := g.lena.Replay(ctx, submitted.ID)
		return err
	})
	board, err := g.lena.Board(ctx, g.beatmap.ID, osu.Standard, "global")
	if err != nil || board.Own == nil || board.Own.Score.UserID != g.lena.Me().ID {
		t.Errorf("Lena's own score is %+v: %v", board.Own, err)
	}
}

// rogue attacks a server with an account and programs of his own.
type rogue struct {
	villain
	good   *company
	config *app.Config
	tools  *app.Tools // of the server's operator

	access  string   // a token of the game for the account; each attack gets another
	id      int32    // of the account
	expired string   // was a token
	revoked string   // so was this
	program string   // token of an application that acts for itself
	partial string   // token of an application that may read friends and who the user is
	others  []string // all of those that are tokens no more, and some that never were

	application oauth.Application
	once        sync.Once
	client      *http.Client
}

const rogueName = "Mallory"

// arm gets the rogue what he attacks with.
func (r *rogue) arm(ctx context.Context) {
	r.t.Helper()
	m := newLazer(r.t, r.server.Address())
	if err := m.Register(ctx, rogueName, "mallory@example.com", "peaceful "+rogueName+"!"); err != nil {
		r.t.Fatal(err)
	}
	r.renew()
	var me struct{ ID int32 }
	status, body := r.api("GET", "/me/", "")
	if status != http.StatusOK || json.Unmarshal(body, &me) != nil {
		r.t.Fatalf("me: %d %s", status, body)
	}
	r.id = me.ID

	r.renew()
	r.revoked = r.access
	if status, body := r.api("DELETE", "/oauth/tokens/current", ""); status != http.StatusNoContent {
		r.t.Fatalf("revoking: %d %s", status, body)
	}
	r.renew()
	r.expired = r.access
	r.expire(ctx)
	r.renew()
	r.makeApplication(ctx)
	flipped := []byte(r.access)
	flipped[len(flipped)-1] ^= 1
	r.others = []string{
		r.expired, r.revoked, string(flipped), "x", strings.Repeat("A", 43), strings.Repeat("A", 10_000), "' OR 1=1 --", "eyJhbGciOiJub25lIn0.e30.",
		"null", "\xff\xfe", "%00", r.access + "A", r.access[:len(r.access)-1],
	}
}

// renew gets another token of the game, for which no limit has counted anything.
func (r *rogue) renew() {
	r.t.Helper()
	r.access = r.grant("grant_type=password&username="+rogueName+"&password=peaceful+"+rogueName+"!&scope=*", lazer.ID, lazer.Secret)
}

// grant asks for a token.
func (r *rogue) grant(form, client, secret string) string {
	r.t.Helper()
	status, body := r.send("POST", "osu", "/oauth/token", form+"&client_id="+client+"&client_secret="+secret, "Content-Type", urlencoded)
	var issued struct {
		Token string `json:"access_token"`
	}
	if status != http.StatusOK || json.Unmarshal(body, &issued) != nil || issued.Token == "" {
		r.t.Fatalf("%s: %d %s", form, status, body)
	}
	return issued.Token
}

const (
	urlencoded = "application/x-www-form-urlencoded"
	jsonType   = "application/json"
)

// expire lets all tokens expire that have never been used, which nobody remembers but the database.
func (r *rogue) expire(ctx context.Context) {
	r.t.Helper()
	db, err := database.Open(ctx, r.config.Database.Config)
	if err != nil {
		r.t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	changed, err := db.NewUpdate().Table("oauth_tokens").Set("expires_at = ?", time.Now().Add(-time.Minute).UTC()).
		Where("user_id = ? AND NOT used", r.id).Exec(ctx)
	if err != nil {
		r.t.Fatal(err)
	}
	if n, err := changed.RowsAffected(); err != nil || n != 1 {
		r.t.Fatalf("%d tokens have expired, %v", n, err)
	}
}

// makeApplication makes an application with tokens for less than the game may do.
func (r *rogue) makeApplication(ctx context.Context) {
	r.t.Helper()
	var err error
	if r.tools, err = app.NewTools(ctx, r.config, app.Options{}); err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { _ = r.tools.Close() })
	service, err := app.Tool(r.tools, app.OAuth)
	if err != nil {
		r.t.Fatal(err)
	}
	const back = "http://localhost/callback"
	if r.application, err = service.Create(ctx, oauth.Application{
		OwnerID: r.id, Name: "<script>alert(1)</script>", Redirects: []string{back},
	}); err != nil {
		r.t.Fatal(err)
	}
	code, err := service.Authorize(ctx, oauth.Consent{
		UserID: r.id, ClientID: r.application.ID, Redirect: back, Scopes: []string{oauth.ScopeIdentify, oauth.ScopeFriendsRead},
	})
	if err != nil {
		r.t.Fatal(err)
	}
	id := fmt.Sprint(r.application.ID)
	r.program = r.grant("grant_type=client_credentials&scope=public", id, r.application.Secret)
	r.partial = r.grant("grant_type=authorization_code&redirect_uri="+back+"&code="+code, id, r.application.Secret)
}

// api asks API v2 with the rogue's token, unless a header says otherwise, and looks at the shape of what is answered.
func (r *rogue) api(method, path, body string, header ...string) (int, []byte) {
	r.t.Helper()
	header = append([]string{"Authorization", "Bearer " + r.access, "Content-Type", jsonType}, header...)
	status, answer := r.send(method, "osu", "/api/v2"+path, body, header...)
	if status >= 500 || status == 0 {
		r.t.Errorf("%s %.200s with %.100q: %d %.200s", method, path, body, status, answer)
	} else if status >= 400 && status != http.StatusRequestHeaderFieldsTooLarge && method != http.MethodHead && !explained(answer) {
		r.t.Errorf("%s %.200s with %.100q: %d, but %.200q", method, path, body, status, answer)
	}
	return status, answer
}

// explained tells whether an answer is a failure as clients of the API read it.
func explained(answer []byte) bool {
	var failure map[string]any
	if json.Unmarshal(answer, &failure) != nil {
		return false
	}
	for _, key := range []string{"error", "authentication", "method", "form_error"} {
		if _, ok := failure[key]; ok {
			return !bytes.Contains(answer, []byte("goroutine")) && !bytes.Contains(answer, []byte("SQL"))
		}
	}
	return false
}

// calm is that of the villain, and lets go of what the rogue holds besides.
func (r *rogue) calm() {
	r.http().CloseIdleConnections()
	r.villain.calm()
}
