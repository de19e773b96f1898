package app_test

import (
	"bytes"
	"net"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/pure-peace/peace/app"
	"github.com/pure-peace/peace/app/cli"
)

// beProgram makes the test binary the program itself, for tests that kill it.
const beProgram = "PEACE_TEST_BE_PROGRAM"

func TestMain(m *testing.M) {
	switch os.Getenv(beProgram) {
	case "peace":
		os.Exit(cli.Main(os.Args[1:], app.Options{}))
	case "bare":
		serveBare(os.Args[1])
		os.Exit(1)
	}
	goleak.VerifyTestMain(m)
}

// serveWith returns the command line of a server with these settings.
func serveWith(settings map[string]string) []string {
	arguments := []string{"serve"}
	for key, value := range settings {
		arguments = append(arguments, "--set", key+"="+value)
	}
	return arguments
}

// process is a running `peace`.
type process struct {
	t    testing.TB
	cmd  *exec.Cmd
	log  *lockedBuffer
	wait func() error
}

// start runs peace with arguments until the test ends.
func start(t testing.TB, arguments ...string) *process {
	t.Helper()
	return startAs(t, "peace", arguments...)
}

// startAs runs one of the programs that the test binary can be.
func startAs(t testing.TB, program string, arguments ...string) *process {
	t.Helper()
	p := &process{t: t, cmd: exec.Command(os.Args[0], arguments...), log: &lockedBuffer{}}
	p.cmd.Env = append(os.Environ(), beProgram+"="+program)
	p.cmd.Stdout, p.cmd.Stderr = p.log, p.log
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p.wait = sync.OnceValue(p.cmd.Wait)
	t.Cleanup(func() {
		p.kill()
		if t.Failed() {
			t.Logf("%v\n%s", arguments, p.log)
		}
	})
	return p
}

// kill ends the process without a word.
func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	_ = p.wait()
}

// stop asks the process to end and expects that it does so in good order.
func (p *process) stop() {
	p.t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		p.t.Error(err)
	}
	if err := p.wait(); err != nil {
		p.t.Errorf("the process did not stop well: %v\n%s", err, p.log)
	}
}

// lockedBuffer is a buffer that a process writes to while a test may read it.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// freeAddress returns an address of the loopback that nobody listens on, for a server that has to keep it over restarts.
func freeAddress(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// waitForListener returns when somebody listens on the address.
func waitForListener(t testing.TB, address string) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if conn, err := net.Dial("tcp", address); err == nil {
			_ = conn.Close()
			return
		}
	}
	t.Fatalf("nobody listens on %s", address)
}

// socketDir returns a directory whose path is short enough for unix sockets.
func socketDir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "peace")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// setting writes a setting of the command line as a line of a file.
func setting(key, text string) string {
	value := strconv.Quote(text)
	if _, err := strconv.Atoi(text); err == nil {
		value = text
	}
	if key == "beatmaps.sources.order" { // the one list among apptest's settings
		value = "[]"
	}
	return key + " = " + value + "\n"
}
