package peer_test

import (
	"context"
	"errors"
	"io"
	"iter"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	peer "github.com/pure-peace/peace/transport/grpc"
	"github.com/pure-peace/peace/transport/grpc/internal/echo/echopb"
)

func TestPeerLostAndBack(t *testing.T) {
	entered := make(chan struct{})
	s := serve(t, service{write: func(ctx context.Context, _ string) (string, error) {
		close(entered)
		<-ctx.Done()
		return "", errors.New("never seen")
	}})
	conn := dial(t, s.target, func(c *peer.DialConfig) { c.Timeout = 300 * time.Millisecond })
	patient := client(t, s.target)
	lost := make(chan error, 1)
	go func() {
		_, err := patient.Write(t.Context(), "x")
		lost <- err
	}()
	<-entered
	s.stop()
	if err := <-lost; !errors.Is(err, peer.ErrPeerUnavailable) {
		t.Errorf("lost during the call: %v", err)
	}
	if _, err := echopb.NewClient(conn).Write(t.Context(), "x"); !errors.Is(err, peer.ErrPeerUnavailable) {
		t.Errorf("away: %v", err)
	}
	for _, err := range echopb.NewClient(conn).Count(t.Context(), 1) {
		if !errors.Is(err, peer.ErrPeerUnavailable) {
			t.Errorf("stream to a peer that is away: %v", err)
		}
	}
	serve(t, service{}, func(c *peer.Config) { c.Listen = s.target })
	if _, err := patient.Write(t.Context(), "x"); err != nil {
		t.Errorf("back again: %v", err)
	}
}

func TestAbandonedSocketIsTakenOver(t *testing.T) {
	address := socket(t)
	l, err := net.Listen("unix", strings.TrimPrefix(address, "unix:"))
	if err != nil {
		t.Fatal(err)
	}
	l.(*net.UnixListener).SetUnlinkOnClose(false)
	_ = l.Close()
	s := serve(t, service{}, func(c *peer.Config) { c.Listen = address })
	if _, err := client(t, s.target).Write(t.Context(), "x"); err != nil {
		t.Error(err)
	}
	config := peer.DefaultConfig()
	config.Listen = address
	if _, err := peer.NewServer(t.Context(), config, peer.Deps{Log: slog.New(slog.DiscardHandler)}); err == nil {
		t.Error("a socket in use was taken over")
	}
}

func TestDrain(t *testing.T) {
	entered, leave := make(chan struct{}), make(chan struct{})
	s := serve(t, service{
		write: func(_ context.Context, text string) (string, error) {
			close(entered)
			<-leave
			return text, nil
		},
		count: func(ctx context.Context, _ int32) iter.Seq2[int32, error] {
			return func(yield func(int32, error) bool) {
				yield(0, nil)
				<-ctx.Done()
				yield(0, ctx.Err())
			}
		},
	})
	c := client(t, s.target)
	written := make(chan error, 1)
	go func() {
		_, err := c.Write(t.Context(), "x")
		written <- err
	}()
	<-entered
	var drained error
	var last error
	var wait sync.WaitGroup
	for _, err := range c.Count(t.Context(), 0) {
		if last = err; err == nil {
			wait.Go(func() { drained = s.Drain(t.Context()) })
		}
	}
	if !errors.Is(last, peer.ErrPeerUnavailable) {
		t.Errorf("a stream ended with %v, want one that sends its caller elsewhere", last)
	}
	close(leave)
	if err := <-written; err != nil {
		t.Errorf("a call in flight: %v", err)
	}
	if wait.Wait(); drained != nil {
		t.Error(drained)
	}

	stuck := make(chan struct{})
	s = serve(t, service{write: func(ctx context.Context, _ string) (string, error) {
		close(stuck)
		<-ctx.Done()
		return "", ctx.Err()
	}})
	go func() {
		_, err := client(t, s.target).Write(t.Context(), "x")
		written <- err
	}()
	<-stuck
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Drain(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Drain past its time: %v", err)
	}
	if err := <-written; err == nil {
		t.Error("a call outlived the drain")
	}
}

// TestHostileConnections opens connections that are not HTTP/2, announce huge frames or never finish their handshake.
func TestHostileConnections(t *testing.T) {
	s := serve(t, service{}, func(c *peer.Config) {
		c.Listen, c.HandshakeTimeout, c.MaxConnections = "127.0.0.1:0", 100*time.Millisecond, 2
	})
	preface := "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
	for name, bytes := range map[string]string{
		"silence":        "",
		"noise":          strings.Repeat("\xff\x00\x80peace", 1000),
		"half a preface": preface[:10],
		"huge frame":     preface + "\xff\xff\xff\x04\x00\x00\x00\x00\x00",
	} {
		conn, err := net.Dial("tcp", s.target)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(conn, bytes); err != nil {
			t.Logf("%s: %v", name, err)
		}
		if _, err := io.Copy(io.Discard, conn); err != nil { // returns when the server has hung up
			t.Logf("%s: %v", name, err)
		}
		_ = conn.Close()
	}
	// One that announces headers without end keeps its connection until it fails to answer a ping, and no other.
	conn, err := net.Dial("tcp", s.target)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	headers := "\x00\x40\x00\x01\x00\x00\x00\x00\x01" + strings.Repeat("\x40\x7f", 1<<12)
	if _, err := io.WriteString(conn, preface+"\x00\x00\x00\x04\x00\x00\x00\x00\x00"+headers); err != nil {
		t.Fatal(err)
	}
	if _, err := client(t, s.target).Write(t.Context(), "x"); err != nil {
		t.Errorf("a caller afterwards: %v", err)
	}
}
