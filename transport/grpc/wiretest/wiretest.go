// Package wiretest lets the conformance suite of a contract run across the wire: over a loopback connection with the real
// server and dialler, and against a peer from outside. It also checks that a .proto says all that its Go types say.
//
// It is for tests, those of third parties included. The suites themselves are in modules/NAME/NAMEtest.
package wiretest

import (
	"context"
	"log/slog"
	"os"
	"path"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"google.golang.org/grpc"

	peer "github.com/pure-peace/peace/transport/grpc"
)

// Loopback serves impl on a unix socket and returns a client of it. Both end with the test. register and newClient are
// those of the generated package: Loopback(t, userspb.Register, userspb.NewClient, impl).
func Loopback[S any](t testing.TB, register func(grpc.ServiceRegistrar, S), newClient func(grpc.ClientConnInterface) S, impl S) S {
	t.Helper()
	// Not t.TempDir: its name may exceed what a socket's path can hold.
	dir, err := os.MkdirTemp("", "peace")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })

	config := peer.DefaultConfig()
	config.Listen = "unix:" + filepath.Join(dir, "s")
	server, err := peer.NewServer(t.Context(), config, peer.Deps{Log: slog.New(slog.NewTextHandler(t.Output(), nil)), Name: "wiretest"})
	if err != nil {
		t.Fatal(err)
	}
	register(server, impl)
	ended := make(chan error, 1)
	go func() { ended <- server.Run(context.Background()) }()
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return newClient(dial(t, config.Listen))
}

// External returns a client of the peer that the environment names for the contract of S, and whether it names one.
// PEACE_TEST_PEER is a list of CONTRACT=TARGET, separated by commas, such as "users=unix:/run/users,state=127.0.0.1:7000";
// PEACE_TEST_PEER_TOKEN is the token for all of them. The suite finds the peer as the last run left it.
func External[S any](t testing.TB, newClient func(grpc.ClientConnInterface) S) (client S, ok bool) {
	t.Helper()
	contract := path.Base(reflect.TypeFor[S]().PkgPath())
	for entry := range strings.SplitSeq(os.Getenv("PEACE_TEST_PEER"), ",") {
		if name, target, found := strings.Cut(strings.TrimSpace(entry), "="); found && name == contract {
			return newClient(dial(t, target)), true
		}
	}
	return client, false
}

func dial(t testing.TB, target string) *peer.Conn {
	t.Helper()
	config := peer.DefaultDialConfig()
	config.Target, config.Token = target, os.Getenv("PEACE_TEST_PEER_TOKEN")
	conn, err := peer.Dial(config, peer.DialDeps{Peer: "wiretest", Name: "wiretest"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := conn.Close(); err != nil {
			t.Error(err)
		}
	})
	return conn
}
