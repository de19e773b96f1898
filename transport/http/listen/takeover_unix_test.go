//go:build unix

package listen_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"go.uber.org/goleak"

	"github.com/pure-peace/peace/transport/http/listen"
)

const generationEnv = "PEACE_TEST_GENERATION"

// TestMain lets the test binary play the server that is replaced: it serves its generation number until SIGUSR2 makes it
// drain and start itself again as the next generation.
func TestMain(m *testing.M) {
	if generation := os.Getenv(generationEnv); generation != "" {
		if err := serveGeneration(generation); err != nil {
			fmt.Println("failed:", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

func serveGeneration(generation string) error {
	replace := make(chan os.Signal, 1)
	signal.Notify(replace, syscall.SIGUSR2)
	listeners, err := listen.Inherit(os.Getenv)
	if err != nil {
		return err
	}
	ln, err := listeners.Listen(context.Background(), "http", os.Getenv("PEACE_TEST_ADDRESS"))
	if err != nil {
		return err
	}
	var open sync.WaitGroup
	server := &http.Server{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Connection", "close")
			_, _ = io.WriteString(w, generation)
		}),
		ConnState: func(_ net.Conn, state http.ConnState) {
			switch state {
			case http.StateNew:
				open.Add(1)
			case http.StateClosed:
				open.Done()
			}
		},
	}
	var serving sync.WaitGroup
	serving.Go(func() { _ = server.Serve(ln) })
	fmt.Printf("generation %s on %s\n", generation, ln.Addr())

	<-replace
	if err := listeners.Hold(); err != nil {
		return err
	}
	// Not Shutdown, which hangs up on accepted connections whose request it has not read yet.
	_ = ln.Close()
	serving.Wait()
	open.Wait()
	n, err := strconv.Atoi(generation)
	if err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	if err := os.Setenv(generationEnv, strconv.Itoa(n+1)); err != nil {
		return err
	}
	return listeners.Exec(self, os.Args, os.Environ())
}

func TestTakeoverRefusesNoConnection(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	child := exec.Command(self)
	child.Env = append(os.Environ(), generationEnv+"=1", "PEACE_TEST_ADDRESS=127.0.0.1:0")
	stdout, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	child.Stderr = os.Stderr
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = child.Process.Kill()
		_ = child.Wait()
	}()
	lines := bufio.NewScanner(stdout)
	started := func(generation int) (address string) {
		t.Helper()
		if !lines.Scan() {
			t.Fatalf("generation %d did not start: %v", generation, lines.Err())
		}
		address, ok := strings.CutPrefix(lines.Text(), fmt.Sprintf("generation %d on ", generation))
		if !ok {
			t.Fatalf("waiting for generation %d, the child said %q", generation, lines.Text())
		}
		return address
	}
	address := started(1)

	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	stop := make(chan struct{})
	var wg sync.WaitGroup
	var mu sync.Mutex
	seen := map[string]int{}
	for range 4 {
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				resp, err := client.Get("http://" + address)
				if err != nil {
					t.Errorf("a connection was lost: %v", err)
					return
				}
				body, err := io.ReadAll(resp.Body)
				_ = resp.Body.Close()
				if err != nil {
					t.Errorf("an answer was cut off: %v", err)
					return
				}
				mu.Lock()
				seen[string(body)]++
				mu.Unlock()
			}
		})
	}
	for generation := 2; generation <= 4; generation++ {
		for range 20 { // the stream has to be under way
			resp, err := client.Get("http://" + address)
			if err != nil {
				t.Fatal(err)
			}
			_, _ = io.Copy(io.Discard, resp.Body)
			_ = resp.Body.Close()
		}
		if err := child.Process.Signal(syscall.SIGUSR2); err != nil {
			t.Fatal(err)
		}
		if again := started(generation); again != address {
			t.Errorf("generation %d moved from %s to %s", generation, address, again)
		}
	}
	resp, err := client.Get("http://" + address)
	if err != nil {
		t.Fatal(err)
	}
	last, _ := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	close(stop)
	wg.Wait()
	if string(last) != "4" {
		t.Errorf("after three takeovers generation %s answers, want 4", last)
	}
	t.Logf("answers by generation: %v", seen)
}

func TestHeldSocketQueuesConnections(t *testing.T) {
	l := listen.New()
	defer l.Close()
	ln, err := l.Listen(t.Context(), "http", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := ln.Addr().String()
	if err := l.Hold(); err != nil {
		t.Fatal(err)
	}
	_ = ln.Close()

	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatalf("refused while held: %v", err)
	}
	defer conn.Close()
	again, err := l.Listen(t.Context(), "http", address)
	if err != nil {
		t.Fatal(err)
	}
	accepted, err := again.Accept()
	if err != nil {
		t.Fatalf("the queued connection was lost: %v", err)
	}
	defer accepted.Close()
	if accepted.RemoteAddr().String() != conn.LocalAddr().String() {
		t.Errorf("accepted %v, want the queued %v", accepted.RemoteAddr(), conn.LocalAddr())
	}
}

func TestChangedAddressIsBoundAnew(t *testing.T) {
	l := listen.New()
	defer l.Close()
	ln, err := l.Listen(t.Context(), "http", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := ln.Addr().(*net.TCPAddr).Port
	if err := l.Hold(); err != nil {
		t.Fatal(err)
	}
	_ = ln.Close()
	moved, err := l.Listen(t.Context(), "http", fmt.Sprintf(":%d", port))
	if err != nil {
		t.Fatalf("the old address still blocks the new one: %v", err)
	}
	if !moved.Addr().(*net.TCPAddr).IP.IsUnspecified() {
		t.Errorf("listens on %v, want every address", moved.Addr())
	}
}

func TestReleaseClosesWhatNobodyWants(t *testing.T) {
	l := listen.New()
	ln, err := l.Listen(t.Context(), "admin", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Hold(); err != nil {
		t.Fatal(err)
	}
	_ = ln.Close()
	if err := l.Release(); err != nil {
		t.Fatal(err)
	}
	if conn, err := net.Dial("tcp", ln.Addr().String()); err == nil {
		_ = conn.Close()
		t.Error("the released socket still accepts connections")
	}
}

func TestExecFailureKeepsTheSockets(t *testing.T) {
	l := listen.New()
	defer l.Close()
	ln, err := l.Listen(t.Context(), "http", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Hold(); err != nil {
		t.Fatal(err)
	}
	_ = ln.Close()
	if err := l.Exec(t.TempDir()+"/absent", []string{"absent"}, nil); !errors.Is(err, os.ErrNotExist) {
		t.Fatalf("Exec of an absent program = %v", err)
	}
	again, err := l.Listen(t.Context(), "http", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	if again.Addr().String() != ln.Addr().String() {
		t.Errorf("listens on %v, want %v", again.Addr(), ln.Addr())
	}
}

func TestInherit(t *testing.T) {
	pid := strconv.Itoa(os.Getpid())
	file, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for _, tc := range []struct {
		name string
		env  map[string]string
		want string // part of the error, "" for none
	}{
		{"nothing", nil, ""},
		{"not a pair", map[string]string{listen.Env: "http"}, "is not NAME=FD"},
		{"no number", map[string]string{listen.Env: "http=x"}, "is not NAME=FD"},
		{"standard output", map[string]string{listen.Env: "http=1"}, "is not NAME=FD"},
		{"same name twice", map[string]string{listen.Env: "http=900,http=901"}, "two inherited sockets"},
		{"closed descriptor", map[string]string{listen.Env: "http=900"}, "descriptor 900"},
		{"no socket", map[string]string{listen.Env: fmt.Sprintf("http=%d", file.Fd())}, "inherited socket http"},
		{"systemd, for another process", map[string]string{"LISTEN_FDS": "1", "LISTEN_PID": "1"}, ""},
		{"systemd, absurd count", map[string]string{"LISTEN_FDS": "100000", "LISTEN_PID": pid}, "LISTEN_FDS"},
		{"systemd, unnamed twice", map[string]string{"LISTEN_FDS": "2", "LISTEN_PID": pid}, "two inherited sockets"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			l, err := listen.Inherit(func(key string) string { return tc.env[key] })
			if tc.want == "" {
				if err != nil {
					t.Fatal(err)
				}
				_ = l.Close()
				return
			}
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("Inherit = %v, want an error with %q", err, tc.want)
			}
		})
	}
}

// TestSystemdSocket gives a child its socket as systemd does: descriptor 3, and the variables set by a shell that then
// becomes the child, because LISTEN_PID must be its process id.
func TestSystemdSocket(t *testing.T) {
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("no shell to set LISTEN_PID")
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	file, err := ln.(*net.TCPListener).File()
	if err != nil {
		t.Fatal(err)
	}
	_ = ln.Close()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	child := exec.Command(shell, "-c", `LISTEN_PID=$$ exec "$0"`, self)
	child.Env = append(os.Environ(), generationEnv+"=1", "PEACE_TEST_ADDRESS=127.0.0.1:1", "LISTEN_FDS=1", "LISTEN_FDNAMES=http")
	child.ExtraFiles = []*os.File{file}
	child.Stderr = os.Stderr
	stdout, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	_ = file.Close()
	defer func() {
		_ = child.Process.Kill()
		_ = child.Wait()
	}()
	lines := bufio.NewScanner(stdout)
	if want := "generation 1 on " + ln.Addr().String(); !lines.Scan() || lines.Text() != want {
		t.Errorf("the child said %q, want %q", lines.Text(), want)
	}
}
