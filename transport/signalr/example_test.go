package signalr_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/tinylib/msgp/msgp"

	"github.com/pure-peace/peace/transport/signalr"
	"github.com/pure-peace/peace/transport/signalr/client"
	"github.com/pure-peace/peace/transport/signalr/protocol"
)

// A hub with one method, and a client that calls it and is called.
func Example() {
	spoke := signalr.Event2(protocol.MessagePack, "Spoke", msgp.AppendInt32, msgp.AppendString)
	var hub *signalr.Hub
	hub, err := signalr.New(signalr.DefaultConfig(), signalr.Options{
		Name: "chat", Protocol: protocol.MessagePack, Log: quietLog,
		Authenticate: func(*http.Request, string) (signalr.Identity, error) { return signalr.Identity{UserID: 1000}, nil },
		Connected: func(_ context.Context, c *signalr.Conn) error {
			c.Join("everybody")
			return nil
		},
	},
		signalr.Func1("Say", msgp.ReadStringBytes, msgp.AppendInt, func(_ context.Context, c *signalr.Conn, text string) (int, error) {
			everybody := hub.Group("everybody")
			everybody.Send(spoke.Of(c.Identity().UserID, text))
			return everybody.Size(), nil
		}),
	)
	if err != nil {
		panic(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = hub.Run(ctx)
	}()
	server := httptest.NewServer(hub)

	conn, err := client.Dial(ctx, client.Options{
		URL: server.URL + "/signalr/chat", Protocol: protocol.MessagePack, HTTP: server.Client(),
		Handlers: []client.Handler{client.On2("Spoke", msgp.ReadInt32Bytes, msgp.ReadStringBytes, func(id int32, text string) {
			fmt.Println(id, "says", text)
		})},
	})
	if err != nil {
		panic(err)
	}
	heard, err := client.Call(ctx, conn, "Say", msgp.ReadIntBytes, client.Arg(msgp.AppendString, "hello"))
	fmt.Println(heard, "heard it,", err)
	conn.Close()

	_ = hub.Drain(ctx)
	stop()
	<-ended
	server.Close()
	// Output:
	// 1000 says hello
	// 1 heard it, <nil>
}
