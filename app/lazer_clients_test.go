package app_test

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/pure-peace/peace/app"
	"github.com/pure-peace/peace/app/apptest"
	"github.com/pure-peace/peace/config"
	"github.com/pure-peace/peace/modules/oauth"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/difficulty"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/osutest"
	lazer "github.com/pure-peace/peace/transport/lazer/client"
	web "github.com/pure-peace/peace/transport/web/client"
)

// pages are what the operator of the server has written.
var pages = map[string]string{
	"news/2026-08-21-welcome.md":      "---\ntitle: Welcome\nauthor: Ann\n---\n\nHello, *everybody*.\n",
	"wiki/Rules/en.md":                "# Rules\n\nBe kind.\n",
	"changelog/streams.toml":          "[[stream]]\nname = \"lazer\"\ntitle = \"Lazer\"\nfeatured = true\n",
	"changelog/lazer/2026.821.0.toml": "date = 2026-08-21T12:00:00Z\n\n[[entry]]\ntype = \"add\"\ncategory = \"Server\"\ntitle = \"Both games meet\"\n",
	"backgrounds.toml":                "ends = 2099-01-01\n\n[[background]]\nurl = \"https://assets.example.com/winter.jpg\"\n",
}

// world is what the suites in testdata/lazer know of the server.
type world struct {
	Server      string            `json:"server"`
	Feed        string            `json:"feed"`
	Application worldApplication  `json:"application"`
	Code        string            `json:"code"`
	Redirect    string            `json:"redirect"`
	Tokens      map[string]string `json:"tokens"`
	Ann         worldUser         `json:"ann"`
	Bob         worldUser         `json:"bob"`
	Beatmap     worldBeatmap      `json:"beatmap"`
	Score       worldScore        `json:"score"`
	Board       []int32           `json:"board"`
	News        string            `json:"news"`
}

type worldApplication struct {
	ID     int64  `json:"id"`
	Secret string `json:"secret"`
}

type worldUser struct {
	ID   int32  `json:"id"`
	Name string `json:"name"`
}

type worldBeatmap struct {
	ID      int32   `json:"id"`
	Set     int32   `json:"set"`
	MD5     string  `json:"md5"`
	StarsDT float64 `json:"starsDT"`
}

type worldScore struct {
	ID int64   `json:"id"`
	PP float64 `json:"pp"`
}

// TestClientsOfOthers runs libraries that nobody here wrote against a server on which two players have played.
func TestClientsOfOthers(t *testing.T) {
	dir := filepath.Join("testdata", "lazer")
	needNode(t, dir)
	settings := apptest.Settings(t.TempDir())
	settings["admin.socket"] = filepath.Join(socketDir(t), "peace.sock")
	for name, text := range pages {
		path := filepath.Join(settings["data_dir"], "content", filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c, err := app.LoadConfig(config.Sources{Overrides: settings}, app.Options{})
	if err != nil {
		t.Fatal(err)
	}
	server := apptest.Start(t, c, app.Options{})
	bring(t, serveWith(settings)[1:]...)
	for _, suite := range []string{"hubs.mjs", "api-v2-js.mjs", "web-js.mjs"} {
		t.Run(suite, func(t *testing.T) {
			// Each has accounts of its own: a suite ends with revoking and taking over.
			known, err := json.Marshal(populate(t, c, server.Address(), suite[:3]))
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
			defer cancel()
			cmd := exec.CommandContext(ctx, "node", suite)
			cmd.Dir = dir
			cmd.Env = append(os.Environ(), "PEACE_WORLD="+string(known))
			out, err := cmd.CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			t.Logf("%s", out)
		})
	}
}

// populate lets two players register and play, and returns what there is to see.
func populate(t *testing.T, c *app.Config, address, prefix string) world {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	w := world{
		Server: "http://localhost:" + port, Feed: "ws://localhost:" + port + "/home/notifications/feed", Redirect: "http://localhost/callback",
		News: "2026-08-21-welcome",
	}
	ann, bob := signIn(ctx, t, address, prefix+" Ann"), signIn(ctx, t, address, prefix+" Bob")
	w.Ann, w.Bob = worldUser{ann.Me().ID, ann.Me().Username}, worldUser{bob.Me().ID, bob.Me().Username}
	w.Tokens = map[string]string{"ann": ann.Token(), "bob": bob.Token()}
	if err := ann.Send(ctx, http.MethodPost, "friends?target="+strconv.Itoa(int(w.Bob.ID)), nil, nil); err != nil {
		t.Fatal(err)
	}

	song := localSong(t)
	for i, player := range []*lazer.Client{ann, bob} {
		hubs, err := player.Connect(ctx)
		if err != nil {
			t.Fatal(err)
		}
		_, submitted, err := player.Play(ctx, hubs, song, lazer.Attempt{Accuracy: 0.99 - 0.05*float64(i), Misses: i, Seed: uint64(i + 1)}, false)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := hubs.Await(ctx, func(c lazer.Call) bool { return c.Method == "UserScoreProcessed" && c.ScoreID == submitted.ID }); err != nil {
			t.Fatalf("%s's score is not counted: %v", player.Me().Username, err)
		}
		hubs.Close()
		if player == ann {
			w.Score.ID = submitted.ID
		}
	}
	beatmap, err := ann.Lookup(ctx, song)
	if err != nil {
		t.Fatal(err)
	}
	fast, err := difficulty.Calculate(ctx, song.Map, osu.Standard, mods.Set{{Acronym: mods.DoubleTime}})
	if err != nil {
		t.Fatal(err)
	}
	w.Beatmap = worldBeatmap{beatmap.ID, beatmap.BeatmapsetID, song.MD5, fast.Stars()}
	board, err := ann.Board(ctx, beatmap.ID, osu.Standard, "global")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range board.Scores {
		w.Board = append(w.Board, s.UserID)
		if int64(s.ID) == w.Score.ID && s.PP != nil {
			w.Score.PP = *s.PP
		}
	}
	eventually(ctx, t, "the replay is there", func() error {
		_, err := ann.Replay(ctx, w.Score.ID)
		return err
	})
	register(ctx, t, c, &w)
	// Ours goes first: every screen of the game opens.
	if err := bob.Tour(ctx, lazer.Sights{
		UserID: w.Ann.ID, Username: w.Ann.Name, BeatmapID: w.Beatmap.ID, SetID: w.Beatmap.Set, Stream: "lazer", Version: "2026.821.0", Wiki: "en/Rules",
	}); err != nil {
		t.Errorf("the game would break on:\n%v", err)
	}
	return w
}

func signIn(ctx context.Context, t *testing.T, address, name string) *lazer.Client {
	t.Helper()
	p := newLazer(t, address)
	if err := p.Register(ctx, name, name[:3]+name[4:]+"@example.com", "peaceful "+name+"!"); err != nil {
		t.Fatal(err)
	}
	if err := p.Login(ctx, name, "peaceful "+name+"!"); err != nil {
		t.Fatal(err)
	}
	return p
}

// register makes an application of Ann's, to which she has consented.
func register(ctx context.Context, t *testing.T, c *app.Config, w *world) {
	t.Helper()
	tools, err := app.NewTools(ctx, c, app.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := tools.Close(); err != nil {
			t.Error(err)
		}
	}()
	service, err := app.Tool(tools, app.OAuth)
	if err != nil {
		t.Fatal(err)
	}
	application, err := service.Create(ctx, oauth.Application{OwnerID: w.Ann.ID, Name: "suite", Redirects: []string{w.Redirect}})
	if err != nil {
		t.Fatal(err)
	}
	w.Application = worldApplication{application.ID, application.Secret}
	w.Code, err = service.Authorize(ctx, oauth.Consent{
		UserID: w.Ann.ID, ClientID: application.ID, Redirect: w.Redirect,
		Scopes: []string{"public", "identify", "friends.read", "chat.read", "chat.write", "chat.write_manage"},
	})
	if err != nil {
		t.Fatal(err)
	}
}

// localSong is the one of songs for the standard ruleset.
func localSong(t *testing.T) web.Song {
	t.Helper()
	const name = "osu-mixed.osu"
	song, err := web.Read(name, osutest.Sources(t)[0].Map(t, "osu-mixed"))
	if err != nil {
		t.Fatal(err)
	}
	return song
}
