package peer

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"syscall"
)

// listen opens a listener. A unix socket is for this user alone, and one that nobody serves any more is taken over.
func listen(ctx context.Context, address string) (net.Listener, error) {
	var config net.ListenConfig
	network, path := splitListen(address)
	l, err := config.Listen(ctx, network, path)
	if errors.Is(err, syscall.EADDRINUSE) && network == "unix" && abandoned(ctx, path) {
		if err := os.Remove(path); err != nil {
			return nil, err
		}
		l, err = config.Listen(ctx, network, path)
	}
	if err != nil {
		return nil, err
	}
	if network == "unix" {
		if err := os.Chmod(path, 0o600); err != nil {
			return nil, errors.Join(fmt.Errorf("closing the socket to others: %w", err), l.Close())
		}
	}
	return l, nil
}

// abandoned says that a socket file is left over from a process that is gone.
func abandoned(ctx context.Context, path string) bool {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "unix", path)
	if err == nil {
		_ = conn.Close()
	}
	return errors.Is(err, syscall.ECONNREFUSED)
}
