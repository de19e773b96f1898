package packets_test

import (
	"fmt"

	"github.com/pure-peace/peace/osu/packets"
)

// A server reads the packets of a request and writes its answer.
func Example() {
	// What a client might send: a line of chat, an idle poll, and something newer than this server.
	request := packets.PublicMessage{Text: "hello", Target: "#osu"}.Append(nil)
	request = packets.Ping{}.Append(request)
	request = packets.Raw{ID: 4242, Payload: []byte("?")}.Append(request)

	var response []byte
	for p, err := range packets.Split(request, packets.ClientLimit) {
		if err != nil {
			fmt.Println("the rest of the request is damaged:", err)
			break
		}
		switch p.ID {
		case packets.IDPublicMessage:
			var said packets.PublicMessage
			if err := said.Decode(p.Payload); err != nil {
				fmt.Println(err)
				continue
			}
			fmt.Printf("%s: %s\n", said.Target, said.Text)
			response = packets.Notification("You said " + said.Text).Append(response)
		case packets.IDPing:
			// Nothing to do: the request itself has shown that the client lives.
		default:
			fmt.Println("skipped", p.ID)
		}
	}
	response = packets.SilenceEnd(0).Append(response)

	// And what the client reads.
	for raw, err := range packets.Split(response, packets.ServerLimit) {
		if err != nil {
			fmt.Println(err)
			break
		}
		p, err := packets.DecodeServer(raw)
		if err != nil {
			fmt.Println(err)
			continue
		}
		switch p := p.(type) {
		case packets.Notification:
			fmt.Println("notification:", string(p))
		case packets.SilenceEnd:
			fmt.Println("silent for", int(p), "seconds")
		}
	}
	// Output:
	// #osu: hello
	// skipped packet(4242)
	// notification: You said hello
	// silent for 0 seconds
}

// Each packet appends itself to what is there already.
func ExamplePacket() {
	var b []byte
	b = packets.Protocol.Append(b)
	b = packets.UserID(1000).Append(b)
	b = packets.ChannelInfoEnd{}.Append(b)
	fmt.Printf("% x\n", b)
	// Output:
	// 4b 00 00 04 00 00 00 13 00 00 00 05 00 00 04 00 00 00 e8 03 00 00 59 00 00 00 00 00 00
}
