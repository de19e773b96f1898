package listen_test

import (
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/pure-peace/peace/transport/http/listen"
)

func TestTakenPortNamesItsHolder(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	l := listen.New()
	defer l.Close()
	_, err = l.Listen(t.Context(), "http", ln.Addr().String())
	if err == nil {
		t.Fatal("bound a port that is taken")
	}
	if !strings.Contains(err.Error(), ln.Addr().String()) {
		t.Errorf("%v does not name the address", err)
	}
	if want := "process " + strconv.Itoa(os.Getpid()); runtime.GOOS == "linux" && !strings.Contains(err.Error(), want) {
		t.Errorf("%v does not name %q", err, want)
	}
}

func TestUnixSocket(t *testing.T) {
	path := filepath.Join(t.TempDir(), "peace.sock")
	stale, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	l := listen.New()
	defer l.Close()
	if _, err := l.Listen(t.Context(), "http", "unix:"+path); err == nil || !strings.Contains(err.Error(), "another process answers") {
		t.Fatalf("listening on a live socket = %v", err)
	}
	stale.SetUnlinkOnClose(false) // as if its process had been killed
	_ = stale.Close()
	if _, err := l.Listen(t.Context(), "http", "unix:"+path); err != nil {
		t.Fatalf("the file of a dead process is in the way: %v", err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o660 {
		t.Errorf("socket mode %o, want 660", info.Mode().Perm())
	}
}

func TestUnixSocketSparesFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "precious")
	if err := os.WriteFile(path, []byte("data"), 0o600); err != nil {
		t.Fatal(err)
	}
	l := listen.New()
	defer l.Close()
	if _, err := l.Listen(t.Context(), "http", "unix:"+path); err == nil {
		t.Fatal("listened over a file")
	}
	if _, err := os.Stat(path); err != nil {
		t.Errorf("the file is gone: %v", err)
	}
}
