//go:build unix

package listen

import (
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// Exec replaces the running program by the one at path, keeping the process, and hands it the held sockets. Call Hold
// first, then drain and close everything else. The environment is env without what concerned earlier handovers. Exec
// returns only when it fails; the sockets are then still held, and the caller can Listen again and go on serving.
func (l *Listeners) Exec(path string, args, env []string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	var names []string
	for name, in := range l.held {
		number, err := inheritable(in.file, true)
		if err != nil {
			return fmt.Errorf("listen: hand over %s: %w", name, err)
		}
		names = append(names, fmt.Sprintf("%s=%d", name, number))
	}
	slices.Sort(names)
	// #nosec G204 -- the path is the running program's own
	err := syscall.Exec(path, args, append(cleanEnv(env), Env+"="+strings.Join(names, ",")))
	for _, in := range l.held { // still here: children started later must not get them
		_, _ = inheritable(in.file, false)
	}
	return fmt.Errorf("listen: start %s: %w", path, err)
}

// cleanEnv returns env without the announcements of sockets.
func cleanEnv(env []string) []string {
	stale := []string{Env + "=", "LISTEN_PID=", "LISTEN_FDS=", "LISTEN_FDNAMES="}
	return slices.DeleteFunc(slices.Clone(env), func(entry string) bool {
		return slices.ContainsFunc(stale, func(prefix string) bool { return strings.HasPrefix(entry, prefix) })
	})
}

// inheritable sets whether file stays open across an exec and returns its number. File.Fd is no good for this: it switches
// the socket to blocking mode, for every descriptor that shares it.
func inheritable(file *os.File, inherit bool) (int, error) {
	raw, err := file.SyscallConn()
	if err != nil {
		return 0, err
	}
	var number int
	var flagErr error
	err = raw.Control(func(fd uintptr) {
		number = int(fd)
		flags := unix.FD_CLOEXEC
		if inherit {
			flags = 0
		}
		_, flagErr = unix.FcntlInt(fd, unix.F_SETFD, flags)
	})
	return number, errors.Join(err, flagErr)
}

// duplicate returns a second descriptor of ln's socket, which stays open when ln is closed.
func duplicate(ln net.Listener) (*os.File, error) {
	switch ln := ln.(type) {
	case *net.TCPListener:
		return ln.File()
	case *net.UnixListener:
		ln.SetUnlinkOnClose(false) // the successor listens on the same file
		return ln.File()
	}
	return nil, fmt.Errorf("%T: %w", ln, ErrUnsupported)
}

// adopt takes over an inherited descriptor after checking that it is a listening socket.
func adopt(number int, name string) (*os.File, error) {
	listening, err := unix.GetsockoptInt(number, unix.SOL_SOCKET, unix.SO_ACCEPTCONN)
	if err != nil {
		return nil, fmt.Errorf("descriptor %d: %w", number, err)
	}
	if listening == 0 {
		return nil, fmt.Errorf("descriptor %d is not a listening socket", number)
	}
	unix.CloseOnExec(number)
	return os.NewFile(uintptr(number), name), nil
}
