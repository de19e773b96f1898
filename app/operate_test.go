package app_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"google.golang.org/grpc"

	"github.com/pure-peace/peace/app"
	"github.com/pure-peace/peace/app/apptest"
	"github.com/pure-peace/peace/config"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/osu/packets"
	"github.com/pure-peace/peace/transport/bancho/client"
)

// player registers and logs a player in.
func player(t *testing.T, address, name string) *client.Client {
	t.Helper()
	c := apptest.Client(t, address, name)
	if err := c.Register(t.Context(), strings.ToLower(name)+"@example.com"); err != nil {
		t.Fatal(err)
	}
	if err := c.Login(t.Context()); err != nil {
		t.Fatal(err)
	}
	return c
}

// settingsFile writes the settings of a test server into a file with more lines below, and returns its path.
func settingsFile(t testing.TB, settings map[string]string, more string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "peace.toml")
	var b strings.Builder
	for key, value := range settings {
		b.WriteString(setting(key, value))
	}
	if err := os.WriteFile(path, []byte(b.String()+more), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// welcomeOf logs in and returns the first notification.
func welcomeOf(t *testing.T, c *client.Client) string {
	t.Helper()
	if err := c.Login(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	n, err := client.Await(ctx, c, func(packets.Notification) bool { return true })
	if err != nil {
		t.Fatalf("there was no notification: %v", err)
	}
	return string(n)
}

func TestChangedSettingsTakeEffect(t *testing.T) {
	for _, tc := range []struct {
		name   string
		prompt func(*process)
	}{
		{"when the file changes", func(*process) {}},
		{"on SIGHUP", func(p *process) { _ = p.cmd.Process.Signal(syscall.SIGHUP) }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			address := freeAddress(t)
			settings := apptest.Settings(t.TempDir())
			settings["http.listen"] = address
			path := settingsFile(t, settings, "bancho.welcome = \"hello\"\n")
			server := start(t, "serve", "--config", path)
			waitForListener(t, address)
			ann := player(t, address, "Ann")
			if got := welcomeOf(t, ann); got != "hello" {
				t.Errorf("the welcome is %q", got)
			}

			old, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			changed := strings.Replace(string(old), `"hello"`, `"hello again"`, 1) +
				"chat.max_length = 100\nweb.site = \"https://site.example\"\n"
			if err := os.WriteFile(path, []byte(changed), 0o600); err != nil {
				t.Fatal(err)
			}
			tc.prompt(server)
			await(t.Context(), t, "the configuration is reloaded", func() bool {
				return strings.Contains(server.log.String(), "configuration reloaded")
			})
			if got := welcomeOf(t, ann); got != "hello again" {
				t.Errorf("the welcome is %q", got)
			}
			await(t.Context(), t, "what needs a restart is named, and nothing else", func() bool {
				return strings.Contains(server.log.String(), `"some changes need a restart","keys":"chat"`)
			})

			if err := os.WriteFile(path, []byte("domian = \"x\"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			tc.prompt(server)
			await(t.Context(), t, "the mistake is named", func() bool {
				return strings.Contains(server.log.String(), "domian: unknown key; did you mean domain?")
			})
			if got := welcomeOf(t, ann); got != "hello again" {
				t.Errorf("after the mistake the welcome is %q", got)
			}
		})
	}
}

// A new program takes the sockets over: no connection is refused, and nobody has to log in again.
func TestTakeover(t *testing.T) {
	address := freeAddress(t)
	settings := apptest.Settings(t.TempDir())
	settings["http.listen"] = address
	server := start(t, "serve", "--config", settingsFile(t, settings, ""))
	waitForListener(t, address)
	ann := player(t, address, "Ann")
	token := ann.Token()

	var dials, refused atomic.Int64
	stop := make(chan struct{})
	var dialling sync.WaitGroup
	dialling.Go(func() {
		for {
			select {
			case <-stop:
				return
			case <-time.After(2 * time.Millisecond):
			}
			conn, err := net.Dial("tcp", address)
			if err != nil {
				refused.Add(1)
				continue
			}
			dials.Add(1)
			_ = conn.Close()
		}
	})
	for generation := 2; generation <= 3; generation++ {
		if err := server.cmd.Process.Signal(syscall.SIGUSR2); err != nil {
			t.Fatal(err)
		}
		await(t.Context(), t, "the next program is ready", func() bool {
			return strings.Count(server.log.String(), `"msg":"ready"`) == generation
		})
		poll(t.Context(), t, ann)
	}
	close(stop)
	dialling.Wait()
	if refused.Load() > 0 || dials.Load() == 0 {
		t.Errorf("%d of %d connections were refused", refused.Load(), refused.Load()+dials.Load())
	}
	if !ann.LoggedIn() || ann.Token() != token {
		t.Error("Ann had to log in again")
	}
}

func TestHTTPS(t *testing.T) {
	c := apptest.Config(t, app.Options{})
	c.HTTPS.Listen = "127.0.0.1:0"
	server := apptest.Start(t, c, app.Options{})
	pem, err := os.ReadFile(filepath.Join(c.DataDir, "tls", "ca.crt"))
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		t.Fatal("ca.crt holds no certificate")
	}
	ann := client.New(client.Options{
		Domain: "localhost", Address: server.Addr("https").String(), TLS: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
		Name: "Ann", Password: "peaceful Ann!",
	})
	t.Cleanup(ann.Close)
	if err := ann.Register(t.Context(), "ann@example.com"); err != nil {
		t.Fatal(err)
	}
	if err := ann.StartUp(t.Context()); err != nil { // asks every host that the game asks
		t.Fatal(err)
	}
}

// What a command does is seen by players at once, because it is the running server that does it.
func TestCommandsReachTheRunningServer(t *testing.T) {
	c := apptest.Config(t, app.Options{})
	c.Admin.Socket = filepath.Join(socketDir(t), "peace.sock")
	server := apptest.Start(t, c, app.Options{})
	ann := server.Client(t, "Ann")
	if err := ann.Register(t.Context(), "ann@example.com"); err != nil {
		t.Fatal(err)
	}
	if err := ann.Login(t.Context()); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(c.Admin.Socket); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the socket is %v (%v)", info.Mode(), err)
	}

	tools, err := app.NewTools(t.Context(), c, app.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := tools.Close(); err != nil {
			t.Error(err)
		}
	}()
	if !tools.Running() {
		t.Error("the running server was not found")
	}
	accounts, err := app.Tool(tools, app.Users)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := accounts.Restrict(t.Context(), ann.ID(), users.BotID, "a test"); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	expect(ctx, t, ann, func(packets.AccountRestricted) bool { return true })
}

func TestDoctor(t *testing.T) {
	c := apptest.Config(t, app.Options{})
	c.HTTP.Listen = "127.0.0.1:0"
	for f := range app.Diagnose(t.Context(), c, app.Options{}) {
		if f.Severity == app.Trouble {
			t.Errorf("a fresh server has trouble with %s: %s", f.Subject, f.Text)
		}
	}
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	c.HTTP.Listen = taken.Addr().String()
	c.Database.URL = "sqlite:/dev/null/peace.db"
	troubled := map[string]bool{}
	for f := range app.Diagnose(t.Context(), c, app.Options{}) {
		if f.Severity == app.Trouble {
			troubled[f.Subject] = true
			if f.Mend == "" {
				t.Errorf("%s: %s, and no word on how to mend it", f.Subject, f.Text)
			}
		}
	}
	if !troubled["http.listen"] || !troubled["database"] {
		t.Errorf("trouble was found with %v", troubled)
	}
}

// A copy that was made while the server worked is a server with the same players in it, still logged in.
func TestBackup(t *testing.T) {
	c := apptest.Config(t, app.Options{})
	server := apptest.Start(t, c, app.Options{})
	ann := server.Client(t, "Ann")
	if err := ann.Register(t.Context(), "ann@example.com"); err != nil {
		t.Fatal(err)
	}
	if err := ann.Login(t.Context()); err != nil {
		t.Fatal(err)
	}
	to := filepath.Join(t.TempDir(), "copy")
	time.Sleep(3 * c.State.JournalInterval) // the session is in the journal by then
	if _, err := app.Backup(t.Context(), c, to, func(string) {}); err != nil {
		t.Fatal(err)
	}
	if err := server.Stop(); err != nil {
		t.Fatal(err)
	}

	settings := apptest.Settings(t.TempDir())
	settings["data_dir"], settings["http.listen"] = to, server.Address()
	copied, err := app.LoadConfig(config.Sources{Overrides: settings}, app.Options{})
	if err != nil {
		t.Fatal(err)
	}
	apptest.Start(t, copied, app.Options{})
	poll(t.Context(), t, ann)
	if !ann.LoggedIn() {
		t.Error("Ann had to log in again")
	}
}

// spans is an OTLP collector that counts.
type spans struct {
	collector.UnimplementedTraceServiceServer
	mu    sync.Mutex
	names map[string]int
}

func (s *spans) Export(_ context.Context, r *collector.ExportTraceServiceRequest) (*collector.ExportTraceServiceResponse, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, resource := range r.GetResourceSpans() {
		for _, scope := range resource.GetScopeSpans() {
			for _, span := range scope.GetSpans() {
				s.names[span.GetName()]++
			}
		}
	}
	return &collector.ExportTraceServiceResponse{}, nil
}

func TestTraces(t *testing.T) {
	socket, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	seen := &spans{names: map[string]int{}}
	collecting := grpc.NewServer()
	collector.RegisterTraceServiceServer(collecting, seen)
	go func() { _ = collecting.Serve(socket) }()
	t.Cleanup(collecting.Stop)

	c := apptest.Config(t, app.Options{})
	c.Tracing.Endpoint = "http://" + socket.Addr().String()
	server := apptest.Start(t, c, app.Options{})
	ann := server.Client(t, "Ann")
	if err := ann.Register(t.Context(), "ann@example.com"); err != nil {
		t.Fatal(err)
	}
	if err := ann.Login(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := server.Stop(); err != nil { // sends what is left
		t.Fatal(err)
	}
	seen.mu.Lock()
	defer seen.mu.Unlock()
	for _, name := range []string{"http c", "bancho/Login", "sessions/Open"} {
		if seen.names[name] == 0 {
			t.Errorf("there is no span %q among %v", name, seen.names)
		}
	}
}

func TestOperatorsListener(t *testing.T) {
	c := apptest.Config(t, app.Options{})
	c.Admin.Listen = "127.0.0.1:0"
	server := apptest.Start(t, c, app.Options{})
	get := func(path string) (int, string) {
		t.Helper()
		response, err := http.Get("http://" + server.Addr("admin").String() + path)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = response.Body.Close() }()
		body, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatal(err)
		}
		return response.StatusCode, string(body)
	}
	for path, want := range map[string]string{
		"/healthz": "ok", "/readyz": `"ready":true`, "/metrics": "peace_call_duration_seconds",
	} {
		if status, body := get(path); status != http.StatusOK || !strings.Contains(body, want) {
			t.Errorf("%s: %d %.200s", path, status, body)
		}
	}
	http.DefaultClient.CloseIdleConnections()
}

// The processes of one machine share a file that gives operators one port: only the gateway takes it.
func TestEachProcessOfAFleetHasAPortForOperators(t *testing.T) {
	file := fleetFile(t, map[string][]string{"core": {"state"}, "places": {"geoip"}}, "127.0.0.1:0")
	seen := map[string]bool{}
	for _, as := range []string{"core", "places"} {
		c, err := app.LoadConfig(config.Sources{File: file}, app.Options{})
		if err != nil {
			t.Fatal(err)
		}
		c.Admin = app.DefaultConfig().Admin
		seen[apptest.Start(t, c, app.Options{As: as}).Addr("admin").String()] = true
	}
	if len(seen) != 2 || seen[app.DefaultConfig().Admin.Listen] {
		t.Errorf("operators find the processes at %v", seen)
	}
}

// A second signal, when it is no echo of the first, ends a process that is still finishing its work.
func TestASecondSignalForces(t *testing.T) {
	address := freeAddress(t)
	settings := apptest.Settings(t.TempDir())
	settings["http.listen"], settings["shutdown_timeout"] = address, "1m"
	server := start(t, "serve", "--config", settingsFile(t, settings, ""))
	waitForListener(t, address)
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	const head = "POST / HTTP/1.1\r\nHost: c.localhost\r\nUser-Agent: osu!\r\nExpect: 100-continue\r\nContent-Length: 100\r\n\r\n"
	if _, err := io.WriteString(conn, head); err != nil {
		t.Fatal(err)
	}
	// Whoever asks for the body is at work on the request.
	if line, err := bufio.NewReader(conn).ReadString('\n'); err != nil || !strings.Contains(line, "100 Continue") {
		t.Fatalf("the server says %q, %v", line, err)
	}
	signal := func() {
		t.Helper()
		if err := server.cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
	}
	signal()
	signal() // an echo
	await(t.Context(), t, "the server stops", func() bool { return strings.Contains(server.log.String(), `"msg":"stopping"`) })
	time.Sleep(700 * time.Millisecond)
	if strings.Contains(server.log.String(), "forced") {
		t.Error("the echo forced it")
	}
	signal()
	_ = server.wait()
	if code := server.cmd.ProcessState.ExitCode(); code != 130 || !strings.Contains(server.log.String(), "forced to stop") {
		t.Errorf("it ended with %d", code)
	}
}
