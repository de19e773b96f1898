package app_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/pure-peace/peace/app"
	"github.com/pure-peace/peace/app/apptest"
	lazer "github.com/pure-peace/peace/transport/lazer/client"
	signalr "github.com/pure-peace/peace/transport/signalr/client"
)

// TestStopTellsHubsToComeBack stops a server under a lazer client: it hears of it, and is asked to connect again.
func TestStopTellsHubsToComeBack(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	server := apptest.Start(t, apptest.Config(t, app.Options{}), app.Options{})
	lena := arrive(ctx, t, server.Address(), "Lena")
	if err := server.Stop(); err != nil {
		t.Fatal(err)
	}
	lena.hears(ctx, "the server goes", func(c lazer.Call) bool { return c.Method == "ServerShuttingDown" })
	for hub, err := range lena.hubs.Ended(ctx) {
		var closed *signalr.CloseError
		if !errors.As(err, &closed) || !closed.Reconnect || closed.Text != "" {
			t.Errorf("the %s hub ended with %v", hub, err)
		}
	}
	if _, err := lena.feed.Await(ctx, func(lazer.Event) bool { return false }); err == nil || errors.Is(err, ctx.Err()) {
		t.Errorf("the socket ended with %v", err)
	}
}
