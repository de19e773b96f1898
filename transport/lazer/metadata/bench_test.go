package metadata_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pure-peace/peace/modules/relations"
	"github.com/pure-peace/peace/modules/sessions"
	sessionsLocal "github.com/pure-peace/peace/modules/sessions/local"
	"github.com/pure-peace/peace/modules/state/memory"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/osu/hubs"
	"github.com/pure-peace/peace/transport/lazer"
	"github.com/pure-peace/peace/transport/lazer/activity"
	"github.com/pure-peace/peace/transport/lazer/metadata"
)

// people are accounts that need no database, and have no friends.
type people struct{ users.Accounts }

func (people) Get(_ context.Context, ids []int32) ([]users.User, error) {
	list := make([]users.User, len(ids))
	for i, id := range ids {
		list[i] = users.User{ID: id, Name: fmt.Sprint("player ", id), Country: "DE"}
	}
	return list, nil
}

func (people) Settings(context.Context, int32) (users.Settings, error) { return users.Settings{}, nil }

func (people) SaveSettings(context.Context, int32, users.Settings) error { return nil }

func (people) List(context.Context, int32) ([]relations.Relation, error) { return nil, nil }

// crowd connects n games that take in what they are told, and hold next to no memory themselves. ear counts their bytes.
func crowd(b *testing.B, n int, watch bool) (registry *sessionsLocal.Service, heard *ear) {
	b.Helper()
	log := slog.New(slog.DiscardHandler)
	store, err := memory.New(b.Context(), memory.Config{}, log)
	if err != nil {
		b.Fatal(err)
	}
	registry, err = sessionsLocal.New(b.Context(), sessionsLocal.DefaultConfig(), sessionsLocal.Deps{State: store, Users: people{}, Log: log})
	if err != nil {
		b.Fatal(err)
	}
	gate, err := lazer.NewGate(lazer.DefaultConfig(), lazer.Deps{Tokens: tokens{}, State: store, Log: log})
	if err != nil {
		b.Fatal(err)
	}
	hub, err := metadata.New(metadata.Deps{Gate: gate, State: store, Users: people{}, Sessions: registry, Relations: people{}, Log: log})
	if err != nil {
		b.Fatal(err)
	}
	server := httptest.NewUnstartedServer(hub)
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, 0)
	server.Start()
	ctx, stop := context.WithCancel(context.WithoutCancel(b.Context()))
	var loops, readers sync.WaitGroup
	for _, run := range []func(context.Context) error{store.Run, registry.Run, gate.Run, hub.Run} {
		loops.Go(func() { _ = run(ctx) })
	}
	heard = &ear{reached: make(chan struct{}, 1)}
	conns := make([]net.Conn, n)
	b.Cleanup(func() {
		for _, conn := range conns {
			_ = conn.Close()
		}
		readers.Wait()
		_ = hub.Close()
		stop()
		loops.Wait()
		_ = store.Close()
		server.Close()
	})
	address := strings.TrimPrefix(server.URL, "http://")
	for i := range conns {
		conns[i] = upgrade(b, address, 1000+i, watch)
		if watch {
			readers.Go(func() { _, _ = io.Copy(heard, conns[i]) })
		}
	}
	return registry, heard
}

// ear counts bytes, and says when there are as many as were waited for.
type ear struct {
	n, target atomic.Int64
	reached   chan struct{}
}

func (e *ear) Write(p []byte) (int, error) {
	if n := e.n.Add(int64(len(p))); n == e.target.Load() {
		e.reached <- struct{}{}
	}
	return len(p), nil
}

// upgrade connects by hand, without a negotiation, and returns when the session is open.
func upgrade(b *testing.B, address string, id int, watch bool) net.Conn {
	b.Helper()
	var dialer net.Dialer
	conn, err := dialer.DialContext(b.Context(), "tcp", address)
	if err != nil {
		b.Fatal(err)
	}
	request := fmt.Sprintf("GET /signalr/metadata HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nAuthorization: Bearer %d\r\n\r\n", id)
	frame := func(payload string) string { // masked with zeros
		return string([]byte{0x82, byte(0x80 | len(payload)), 0, 0, 0, 0}) + payload
	}
	call := func(method string, args string) string {
		body := "\x96\x01\x80\xa11" + string([]byte{byte(0xa0 | len(method))}) + method + args + "\x90"
		return frame(string([]byte{byte(len(body))}) + body)
	}
	request += frame("{\"protocol\":\"messagepack\",\"version\":1}\x1e")
	last := call("EndWatchingMultiplayerRoom", "\x91\x01")
	if watch {
		last = call("BeginWatchingUserPresence", "\x90")
	}
	if _, err := conn.Write([]byte(request + last)); err != nil {
		b.Fatal(err)
	}
	r := bufio.NewReaderSize(conn, 512)
	response, err := http.ReadResponse(r, nil)
	if err != nil || response.StatusCode != http.StatusSwitchingProtocols {
		b.Fatal(err)
	}
	var seen []byte
	for !strings.Contains(string(seen), "\x94\x03\x80\xa11\x02") { // the answer
		c, err := r.ReadByte()
		if err != nil {
			b.Fatal(err)
		}
		seen = append(seen, c)
	}
	return conn
}

// BenchmarkNews tells 1,000 connections of a status. An operation ends when it has reached them all.
func BenchmarkNews(b *testing.B) {
	const n = 1000
	registry, heard := crowd(b, n, true)
	player, err := registry.Open(b.Context(), sessions.Opening{User: users.User{ID: 5, Name: "player"}, Kind: sessions.Lazer})
	if err != nil {
		b.Fatal(err)
	}
	settle := func() int64 {
		for last := int64(-1); ; time.Sleep(100 * time.Millisecond) {
			now := heard.n.Load()
			if now == last {
				return now
			}
			last = now
		}
	}
	before := settle()
	change := func(i int) {
		status := activity.Status(hubs.InSoloGame{Game: hubs.Game{BeatmapID: int32(1000 + i%1000), BeatmapDisplayTitle: "artist - title (creator) [difficulty]"}}, sessions.Status{})
		if _, err := registry.Update(b.Context(), player.Session.ID, sessions.Update{Status: &status}); err != nil {
			b.Fatal(err)
		}
	}
	change(0)
	size := settle() - before // all messages have the same
	heard.target.Store(heard.n.Load())
	for i := 1; b.Loop(); i++ {
		heard.target.Add(size)
		change(i)
		<-heard.reached
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/n, "µs/connection")
}

// BenchmarkIdle reports what a connection costs that has nothing to say, its session included.
func BenchmarkIdle(b *testing.B) {
	const n = 2000
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	crowd(b, n, false)
	runtime.GC()
	runtime.ReadMemStats(&after)
	for b.Loop() {
	}
	b.ReportMetric(float64(after.HeapInuse+after.StackInuse-before.HeapInuse-before.StackInuse)/n, "B/connection")
}
