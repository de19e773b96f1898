package app_test

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pure-peace/peace/app"
	"github.com/pure-peace/peace/app/apptest"
	"github.com/pure-peace/peace/modules/geoip"
	"github.com/pure-peace/peace/modules/geoip/geoippb"
	"github.com/pure-peace/peace/modules/geoip/geoiptest"
	peer "github.com/pure-peace/peace/transport/grpc"
)

// needNode makes sure that Node.js is there, and the packages of a directory.
func needNode(t *testing.T, dir string) {
	t.Helper()
	if _, err := exec.LookPath("node"); err != nil {
		if os.Getenv("PEACE_TEST_REQUIRE") == "1" {
			t.Fatal("node is not installed")
		}
		t.Skip("node is not installed")
	}
	if _, err := os.Stat(filepath.Join(dir, "node_modules")); err != nil {
		install := exec.CommandContext(t.Context(), "npm", "ci", "--silent")
		install.Dir = dir
		if out, err := install.CombinedOutput(); err != nil {
			t.Fatalf("npm ci: %v\n%s", err, out)
		}
	}
}

// startNode runs one of the examples in Node.js until the test ends, and returns when it has said that it listens.
func startNode(t *testing.T, example, script string, arguments ...string) {
	t.Helper()
	dir := filepath.Join("..", "examples", example)
	needNode(t, dir)
	cmd := exec.Command("node", append([]string{script}, arguments...)...)
	cmd.Dir = dir
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	lines := bufio.NewScanner(out)
	if !lines.Scan() || !strings.Contains(lines.Text(), "listens on") {
		t.Fatalf("%s said %q", example, lines.Text())
	}
}

func TestModuleInNode(t *testing.T) {
	address := freeAddress(t)
	startNode(t, "geoip-node", "server.mjs", "--listen", address, "--token", "a token of the peer")
	target := peer.DefaultDialConfig()
	target.Target, target.Token = address, "a token of the peer"

	t.Run("conformance", func(t *testing.T) {
		conn, err := peer.Dial(target, peer.DialDeps{Peer: "places"})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.Close() }()
		geoiptest.Run(t, geoippb.NewClient(conn),
			geoiptest.Fixture{Address: "8.8.8.8", Location: geoip.Location{Country: "US", Latitude: 37.75, Longitude: -97.82}},
			geoiptest.Fixture{Address: "2001:4860:4860::8888", Location: geoip.Location{Country: "US", Latitude: 37.75, Longitude: -97.82}},
		)
	})
	t.Run("scenario", func(t *testing.T) {
		c := apptest.Config(t, app.Options{})
		c.Modules["geoip"] = "places"
		c.Peer["places"] = target
		c.Proxy.Trusted = []string{"127.0.0.1"} // so that the test can come from elsewhere
		server := apptest.Start(t, c, app.Options{})
		scenario(t, server.Address(), func(step) {})
		if got := countryOf(t, server.Address(), "133.11.5.5"); got != "jp" {
			t.Errorf("a client of a Japanese address is in %q", got)
		}
	})
}

// countryOf asks the server, as the game does at its start, where an address is.
func countryOf(t *testing.T, address, from string) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+address+"/web/bancho_connect.php?v=b20250815&retry=0", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = "osu.localhost"
	r.Header.Set("X-Forwarded-For", from)
	status, body := do(t, r)
	if status != http.StatusOK {
		t.Errorf("status is %d", status)
	}
	return body
}

func TestGatewayInNode(t *testing.T) {
	bancho, front := freeAddress(t), freeAddress(t)
	c := apptest.Config(t, app.Options{})
	c.Peers.Listen, c.Peers.Serve, c.Peers.Token = bancho, []string{"bancho"}, "a token of the peers"
	server := apptest.Start(t, c, app.Options{})
	startNode(t, "gateway-node", "gateway.mjs", "--listen", front, "--bancho", bancho, "--token", "a token of the peers")

	// The game speaks with two hosts: c is behind the gateway, osu is not.
	ctx := t.Context()
	for _, name := range []string{"Ann", "Bob"} {
		if err := server.Client(t, name).Register(ctx, strings.ToLower(name)+"@example.com"); err != nil {
			t.Fatal(err)
		}
	}
	play(t, front, func(s step) {
		if s != messageQueued {
			return
		}
		// The module behind the gateway is away for a while: clients keep polling, logins are put off, nobody is lost.
		if err := server.Stop(); err != nil {
			t.Fatal(err)
		}
		if status, header, body := raw(t, front, "nobody's", "\x04\x00\x00\x00\x00\x00\x00"); status != http.StatusOK || body != "" {
			t.Errorf("a poll is answered %d %q %v", status, body, header)
		}
		server = apptest.Start(t, c, app.Options{})
	})
	if err := server.Stop(); err != nil {
		t.Fatal(err)
	}
	status, header, body := raw(t, front, "", "Ann\n"+strings.Repeat("0", 32)+"\nb20250815|0|0|a:b.:c:d:e:|0\n")
	if status != http.StatusOK || body != "\x05\x00\x00\x04\x00\x00\x00\xfb\xff\xff\xff" || header.Get("cho-token") == "" {
		t.Errorf("a login is answered %d %q %v", status, body, header)
	}
}

// raw posts to a gateway as the game does.
func raw(t *testing.T, address, token, body string) (int, http.Header, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+address+"/", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("User-Agent", "osu!")
	if token != "" {
		r.Header.Set("osu-token", token)
	}
	c := http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := c.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, response.Header, string(text)
}

func TestCustomServer(t *testing.T) {
	dir := t.TempDir()
	program := filepath.Join(dir, "custom-server")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", program, "../examples/custom-server").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	settings := apptest.Settings(dir)
	address := freeAddress(t)
	settings["http.listen"] = address
	settings["lan.country"] = "DE"
	arguments := serveWith(settings)
	cmd := exec.Command(program, arguments...)
	var log lockedBuffer
	cmd.Stdout, cmd.Stderr = &log, &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if t.Failed() {
			t.Log(log.String())
		}
	})
	waitForListener(t, address)
	scenario(t, address, func(step) {})

	if got := countryOf(t, address, ""); got != "de" {
		t.Errorf("the replaced module says %q", got)
	}
	ann := apptest.Client(t, address, "Ann")
	form := ann.Credentials("u", "h")
	form.Set("name", "Peacekeepers")
	if status, body := request(t, http.MethodPost, address, "clans.localhost", form); status != http.StatusOK || !strings.Contains(body, "Peacekeepers") {
		t.Errorf("founding a clan: %d %s", status, body)
	}
	if status, _ := request(t, http.MethodPost, address, "clans.localhost", form); status != http.StatusConflict {
		t.Errorf("founding it again: %d", status)
	}
	_, body := request(t, http.MethodGet, address, "clans.localhost", nil)
	var clans []struct {
		Name    string
		OwnerID int32 `json:"owner_id"`
	}
	if err := json.Unmarshal([]byte(body), &clans); err != nil || len(clans) != 1 || clans[0].Name != "Peacekeepers" {
		t.Errorf("the clans are %s (%v)", body, err)
	}
}

// request asks a host of the server at address.
func request(t *testing.T, method, address, host string, form url.Values) (status int, body string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, "http://"+address+"/", strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Host = host
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return do(t, r)
}

func do(t *testing.T, r *http.Request) (status int, body string) {
	t.Helper()
	c := http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := c.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(text)
}
