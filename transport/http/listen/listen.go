// Package listen owns the listening sockets of a process: it binds them, and lets a new binary take them over without a
// refused connection.
//
// A takeover replaces the program and keeps the process. Hold duplicates every listening socket, so that the servers above
// can drain and close theirs while the kernel goes on queueing connections; Exec then starts the new program, which finds
// the sockets named in the environment (PEACE_LISTENERS) and goes on accepting. Sockets handed over by systemd (LISTEN_FDS)
// are taken the same way. What is served on a socket, and when to drain, is no business of this package.
package listen

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
)

// Env names the environment variable that carries inherited sockets, as comma-separated NAME=FD.
const Env = "PEACE_LISTENERS"

// ErrUnsupported says that sockets cannot be handed to another program on this operating system.
var ErrUnsupported = errors.New("listen: sockets cannot be handed over on this system")

// Listeners is the set of listening sockets of one App. Names are chosen by the caller ("http", "peer") and appear in
// errors and in the environment of a successor. It is safe for concurrent use.
type Listeners struct {
	mu    sync.Mutex
	held  map[string]inherited    // sockets nobody serves at the moment
	bound map[string]net.Listener // sockets that were given out
}

// inherited is a listening socket that waits for somebody to ask for it.
type inherited struct {
	file *os.File
	any  bool // serves whatever address is configured: the service manager chose it
}

// New returns an empty set, for an App that takes nothing over.
func New() *Listeners {
	return &Listeners{held: map[string]inherited{}, bound: map[string]net.Listener{}}
}

// Inherit returns a set that holds the sockets announced in the environment by a predecessor (PEACE_LISTENERS) or by
// systemd (LISTEN_FDS, LISTEN_FDNAMES; the name is the unit's FileDescriptorName). Only main should call it: the sockets
// belong to the process and can be taken once. A malformed announcement is an error, since a socket that is ignored would
// accept connections that nobody answers.
func Inherit(getenv func(string) string) (*Listeners, error) {
	l := New()
	fds, err := announced(getenv)
	if err != nil {
		return nil, err
	}
	for name, fd := range fds {
		file, err := adopt(fd.number, name)
		if err != nil {
			_ = l.Close()
			return nil, fmt.Errorf("listen: inherited socket %s: %w", name, err)
		}
		l.held[name] = inherited{file: file, any: fd.any}
	}
	return l, nil
}

// descriptor is one announced socket.
type descriptor struct {
	number int
	any    bool
}

func announced(getenv func(string) string) (map[string]descriptor, error) {
	fds := map[string]descriptor{}
	add := func(name string, d descriptor) error {
		if _, twice := fds[name]; twice {
			return fmt.Errorf("listen: two inherited sockets are named %q", name)
		}
		fds[name] = d
		return nil
	}
	if list := getenv(Env); list != "" {
		for entry := range strings.SplitSeq(list, ",") {
			name, text, ok := strings.Cut(entry, "=")
			number, err := strconv.Atoi(text)
			if !ok || name == "" || err != nil || number < 3 {
				return nil, fmt.Errorf("listen: %s: %q is not NAME=FD", Env, entry)
			}
			if err := add(name, descriptor{number: number}); err != nil {
				return nil, err
			}
		}
	}
	// The variables of systemd stay in the environment after an exec, and LISTEN_PID says whether they are still meant.
	// When PEACE_LISTENERS is there too, the same sockets came through a predecessor, which has numbered them anew.
	if count := getenv("LISTEN_FDS"); count != "" && getenv(Env) == "" && getenv("LISTEN_PID") == strconv.Itoa(os.Getpid()) {
		n, err := strconv.Atoi(count)
		if err != nil || n < 0 || n > 64 {
			return nil, fmt.Errorf("listen: LISTEN_FDS: %q is not a number from 0 to 64", count)
		}
		names := strings.Split(getenv("LISTEN_FDNAMES"), ":")
		for i := range n {
			name := "unknown"
			if i < len(names) && names[i] != "" {
				name = names[i]
			}
			if err := add(name, descriptor{number: 3 + i, any: true}); err != nil {
				return nil, err
			}
		}
	}
	return fds, nil
}

// Listen returns the held socket of that name when its address is still the wanted one, and binds anew otherwise. The
// address is HOST:PORT, :PORT, or unix:PATH. Errors name the address and, where the system tells, the process that has it.
func (l *Listeners) Listen(ctx context.Context, name, address string) (net.Listener, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if in, ok := l.held[name]; ok {
		delete(l.held, name)
		ln, err := net.FileListener(in.file) // duplicates the descriptor
		_ = in.file.Close()
		if err != nil {
			return nil, fmt.Errorf("listen: inherited socket %s: %w", name, err)
		}
		if in.any || sameAddress(ctx, ln.Addr(), address) {
			l.bound[name] = ln
			return ln, nil
		}
		_ = ln.Close() // the configured address has changed, and the old one may overlap it
	}
	ln, err := bind(ctx, address)
	if err != nil {
		return nil, err
	}
	l.bound[name] = ln
	return ln, nil
}

// Hold keeps every socket that was given out open beyond the Close of its listener, so that connections queue instead of
// being refused. A later Listen, in this process or after Exec in its successor, picks the socket up again. It returns
// ErrUnsupported where sockets cannot be duplicated.
func (l *Listeners) Hold() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	for name, ln := range l.bound {
		file, err := duplicate(ln)
		if err != nil {
			return fmt.Errorf("listen: hold %s: %w", name, err)
		}
		delete(l.bound, name)
		l.held[name] = inherited{file: file}
	}
	return nil
}

// Release closes the held sockets that nobody asked for. Call it once every server has its listener: a socket that an
// edited configuration no longer wants would otherwise queue connections for ever.
func (l *Listeners) Release() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	var errs []error
	for name, in := range l.held {
		errs = append(errs, in.file.Close())
		delete(l.held, name)
	}
	return errors.Join(errs...)
}

// Close closes every socket, held or given out.
func (l *Listeners) Close() error {
	err := l.Release()
	l.mu.Lock()
	defer l.mu.Unlock()
	for name, ln := range l.bound {
		if e := ln.Close(); e != nil && !errors.Is(e, net.ErrClosed) {
			err = errors.Join(err, e)
		}
		delete(l.bound, name)
	}
	return err
}

func bind(ctx context.Context, address string) (net.Listener, error) {
	var config net.ListenConfig
	if path, ok := strings.CutPrefix(address, "unix:"); ok {
		if err := removeStale(ctx, path); err != nil {
			return nil, err
		}
		ln, err := config.Listen(ctx, "unix", path)
		if err != nil {
			return nil, fmt.Errorf("listen on %s: %w", address, err)
		}
		// Whoever may write to the socket may speak for a proxy: owner and group, and not everybody.
		if err := os.Chmod(path, 0o660); err != nil {
			_ = ln.Close()
			return nil, fmt.Errorf("listen on %s: %w", address, err)
		}
		return ln, nil
	}
	ln, err := config.Listen(ctx, "tcp", address)
	if errors.Is(err, syscall.EADDRINUSE) {
		if holder := holderOf(address); holder != "" {
			return nil, fmt.Errorf("listen on %s: the port is taken by %s: %w", address, holder, err)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", address, err)
	}
	return ln, nil
}

// removeStale removes the socket file that a killed process left behind, and nothing else: not a file that is no socket,
// nor a socket that somebody answers on.
func removeStale(ctx context.Context, path string) error {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("listen on unix:%s: %w", path, err)
	}
	if info.Mode()&fs.ModeSocket == 0 {
		return fmt.Errorf("listen on unix:%s: a file that is not a socket is in the way", path)
	}
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "unix", path)
	if err == nil {
		_ = conn.Close()
		return fmt.Errorf("listen on unix:%s: another process answers there", path)
	}
	if !errors.Is(err, syscall.ECONNREFUSED) {
		return fmt.Errorf("listen on unix:%s: %w", path, err)
	}
	if err := os.Remove(path); err != nil {
		return fmt.Errorf("listen on unix:%s: %w", path, err)
	}
	return nil
}

// sameAddress reports whether a socket bound to have is what binding to want would give.
func sameAddress(ctx context.Context, have net.Addr, want string) bool {
	switch have := have.(type) {
	case *net.UnixAddr:
		path, ok := strings.CutPrefix(want, "unix:")
		return ok && path == have.Name
	case *net.TCPAddr:
		host, port, err := net.SplitHostPort(want)
		if err != nil {
			return false
		}
		number, err := net.DefaultResolver.LookupPort(ctx, "tcp", port)
		if err != nil || number != 0 && number != have.Port {
			return false
		}
		if host == "" {
			return have.IP.IsUnspecified()
		}
		ips, err := net.DefaultResolver.LookupIPAddr(ctx, host)
		if err != nil {
			return false
		}
		for _, ip := range ips {
			if ip.IP.Equal(have.IP) || ip.IP.IsUnspecified() && have.IP.IsUnspecified() {
				return true
			}
		}
	}
	return false
}
