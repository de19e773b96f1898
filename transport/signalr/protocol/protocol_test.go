package protocol_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tinylib/msgp/msgp"

	"github.com/pure-peace/peace/transport/signalr/protocol"
)

// golden are messages of both protocols. Those of MessagePack are from dotnet/aspnetcore src/SignalR/docs/specs/HubProtocol.md and
// from what the classes of osu!lazer look like.
var golden = []struct {
	name    string
	message protocol.Message // its Body without what follows the values
	binary  string           // without the length
	text    string           // without the separator
}{
	{
		"invocation", protocol.Message{Type: protocol.Invocation, ID: []byte("xyz"), Target: []byte("method"), Count: 1, Body: []byte{42}},
		"96 01 80 a3 78797a a6 6d6574686f64 91 2a 90", `{"type":1,"invocationId":"xyz","target":"method","arguments":[42]}`,
	},
	{
		"invocation without an answer", protocol.Message{Type: protocol.Invocation, Target: []byte("method"), Count: 1, Body: []byte{42}},
		"96 01 80 c0 a6 6d6574686f64 91 2a 90", `{"type":1,"target":"method","arguments":[42]}`,
	},
	{
		"UpdateStatus(Online)", protocol.Message{Type: protocol.Invocation, ID: []byte("1"), Target: []byte("UpdateStatus"), Count: 1, Body: []byte{2}},
		"96 01 80 a1 31 ac 557064617465537461747573 91 02 90", `{"type":1,"invocationId":"1","target":"UpdateStatus","arguments":[2]}`,
	},
	{
		"stream invocation", protocol.Message{Type: protocol.StreamInvocation, ID: []byte("xyz"), Target: []byte("method"), Count: 1, Body: []byte{42}},
		"96 04 80 a3 78797a a6 6d6574686f64 91 2a 90", `{"type":4,"invocationId":"xyz","target":"method","arguments":[42]}`,
	},
	{
		"item", protocol.Message{Type: protocol.StreamItem, ID: []byte("xyz"), Body: []byte{42}},
		"94 02 80 a3 78797a 2a", `{"type":2,"invocationId":"xyz","item":42}`,
	},
	{
		"failure", protocol.Message{Type: protocol.Completion, ID: []byte("xyz"), Result: protocol.Failed, Error: "Error"},
		"95 03 80 a3 78797a 01 a5 4572726f72", `{"type":3,"invocationId":"xyz","error":"Error"}`,
	},
	{
		"void", protocol.Message{Type: protocol.Completion, ID: []byte("1"), Result: protocol.Void},
		"94 03 80 a1 31 02", `{"type":3,"invocationId":"1"}`,
	},
	{
		"result", protocol.Message{Type: protocol.Completion, ID: []byte("xyz"), Result: protocol.Value, Body: []byte{42}},
		"95 03 80 a3 78797a 03 2a", `{"type":3,"invocationId":"xyz","result":42}`,
	},
	{
		"cancel", protocol.Message{Type: protocol.CancelInvocation, ID: []byte("xyz")},
		"93 05 80 a3 78797a", `{"type":5,"invocationId":"xyz"}`,
	},
	{"ping", protocol.Message{Type: protocol.Ping}, "91 06", `{"type":6}`},
	{"close", protocol.Message{Type: protocol.Close}, "93 07 c0 c2", `{"type":7}`},
	{
		"close with a text", protocol.Message{Type: protocol.Close, Error: "xyz", Reconnect: true},
		"93 07 a3 78797a c3", `{"type":7,"error":"xyz","allowReconnect":true}`,
	},
}

func unhex(t testing.TB, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(text, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// values is how the golden value is written in each protocol.
func values(p protocol.Protocol, m protocol.Message) protocol.Message {
	if len(m.Body) > 0 && p == protocol.JSON {
		m.Body = strconv.AppendInt(nil, int64(m.Body[0]), 10)
	}
	return m
}

func TestGolden(t *testing.T) {
	for _, g := range golden {
		binary := unhex(t, g.binary)
		check(t, g.name, protocol.MessagePack, g.message, append([]byte{byte(len(binary))}, binary...))
		check(t, g.name, protocol.JSON, values(protocol.JSON, g.message), []byte(g.text+"\x1e"))
	}
}

func check(t *testing.T, name string, p protocol.Protocol, m protocol.Message, frame []byte) {
	t.Helper()
	if got := protocol.Whole(p, m); !bytes.Equal(got, frame) {
		t.Errorf("%s in %s is written as %q, want %q", name, p.Name(), got, frame)
	}
	message, rest, err := p.Split(append(frame, "next"...), 1<<10)
	if err != nil || string(rest) != "next" {
		t.Fatalf("%s in %s: rest %q, %v", name, p.Name(), rest, err)
	}
	got, err := p.Parse(message)
	if err != nil {
		t.Fatalf("%s in %s: %v", name, p.Name(), err)
	}
	body := got.Body
	got.Body = nil
	if len(m.Body) > 0 {
		if !bytes.HasPrefix(body, m.Body) {
			t.Errorf("%s in %s has the values %q", name, p.Name(), body)
		}
		body = body[len(m.Body):]
	}
	if streams, err := p.Tail(body, m); err != nil || streams != 0 {
		t.Errorf("%s in %s ends with %d streams, %v", name, p.Name(), streams, err)
	}
	m.Body = nil
	if diff := cmp.Diff(m, got); diff != "" {
		t.Errorf("%s in %s (-want +got):\n%s", name, p.Name(), diff)
	}
	for end := range len(frame) - 1 {
		if _, _, err := p.Split(frame[:end], 1<<10); !errors.Is(err, protocol.ErrShort) {
			t.Errorf("%s in %s, %d bytes of %d: %v", name, p.Name(), end, len(frame), err)
		}
	}
}

// What other programs write differently.
func TestDialects(t *testing.T) {
	for name, test := range map[string]struct {
		binary  string
		count   int
		streams int
	}{
		"without the list of streams": {"95 01 80 c0 a1 6d 92 01 02", 2, 0},
		"headers":                     {"96 01 82 a1 61 a1 62 a1 63 a1 64 c0 a1 6d 92 01 02 90", 2, 0},
		"no headers at all":           {"96 01 c0 c0 a1 6d 92 01 02 90", 2, 0},
		"streams":                     {"96 01 80 c0 a1 6d 92 01 02 92 a1 78 a1 79", 2, 2},
		"wide integers":               {"96 cc 01 80 c0 d9 01 6d dc 0002 01 02 90", 2, 0},
	} {
		m, err := protocol.MessagePack.Parse(unhex(t, test.binary))
		if err != nil || m.Count != test.count || string(m.Target) != "m" {
			t.Errorf("%s: %+v, %v", name, m, err)
			continue
		}
		streams, err := protocol.MessagePack.Tail(m.Body[test.count:], m)
		if err != nil || streams != test.streams {
			t.Errorf("%s: %d streams, %v", name, streams, err)
		}
	}
	for name, test := range map[string]struct {
		text    string
		streams int
	}{
		"order":   {`{"arguments":[1,{"a":[2]},"x,y"],"target":"m","type":1}`, 0},
		"spaces":  {"{ \"type\": 1, \"target\": \"m\",\n \"arguments\": [ 1 , {\"a\":[2]} , \"x,y\" ] }", 0},
		"streams": {`{"type":1,"target":"m","arguments":[1,{"a":[2]},"x,y"],"streamIds":["1","2"]}`, 2},
		"unknown": {`{"type":1,"target":"m","arguments":[1,{"a":[2]},"x,y"],"headers":{"a":"b"},"more":1}`, 0},
	} {
		m, err := protocol.JSON.Parse([]byte(test.text))
		if err != nil || m.Count != 3 {
			t.Errorf("%s: %+v, %v", name, m, err)
			continue
		}
		a, rest, err1 := protocol.ReadJSON[int](m.Body)
		b, rest, err2 := protocol.ReadJSON[map[string][]int](rest)
		c, rest, err3 := protocol.ReadJSON[string](rest)
		if err := errors.Join(err1, err2, err3); err != nil || a != 1 || b["a"][0] != 2 || c != "x,y" {
			t.Errorf("%s: %v %v %v, %v", name, a, b, c, err)
		}
		if streams, err := protocol.JSON.Tail(rest, m); err != nil || streams != test.streams {
			t.Errorf("%s: %d streams, %v", name, streams, err)
		}
	}
	for _, p := range []protocol.Protocol{protocol.MessagePack, protocol.JSON} { // of a later version
		message := unhex(t, "92 09 01")
		if p.Text() {
			message = []byte(`{"type":99,"sequenceId":1}`)
		}
		if m, err := p.Parse(message); err != nil || m.Type < 8 {
			t.Errorf("%s: %v, %v", p.Name(), m, err)
		}
	}
}

func TestMalformed(t *testing.T) {
	for name, text := range map[string]string{
		"nothing": "", "no array": "01", "empty array": "90", "no type": "91", "text as type": "91 a1 31", "map": "81 01 01",
		"short":               "94 01 80 c0 a1 6d",
		"no target":           "96 01 80 c0",
		"target is a number":  "96 01 80 c0 01 90 90",
		"arguments are none":  "96 01 80 c0 a1 6d 01 90",
		"too many":            "96 01 80 c0 a1 6d dd ffffffff",
		"headers are numbers": "96 01 81 01 01 c0 a1 6d 90 90",
		"endless headers":     "96 01 df ffffffff",
		"id is a number":      "96 01 80 01 a1 6d 90 90",
		"completion":          "94 03 80 a1 31 04",
		"completion of none":  "94 03 80 a1 31 03",
		"completion, short":   "93 03 80 a1 31",
		"close":               "92 07 01",
	} {
		if m, err := protocol.MessagePack.Parse(unhex(t, text)); !errors.Is(err, protocol.ErrInvalid) {
			t.Errorf("%s: %+v, %v", name, m, err)
		}
	}
	for _, text := range []string{
		"", "null", "[]", "1", "{", `{}`, `{"type":"1"}`, `{"type":1}`, `{"type":1,"target":"m"}`, `{"type":1,"arguments":[]}`,
		`{"type":1,"target":1,"arguments":[]}`, `{"type":1,"target":"m","arguments":{}}`, `{"type":-1}`, `{"type":1000}`,
		`{"type":3,"invocationId":"1","error":"x","result":1}`, `{"type":3,"invocationId":1}`, `{"type":6}x`,
	} {
		if m, err := protocol.JSON.Parse([]byte(text)); !errors.Is(err, protocol.ErrInvalid) {
			t.Errorf("%s: %+v, %v", text, m, err)
		}
	}
	for _, text := range []string{"00", "90 90", "91", "91 01", "a1 31", ""} {
		if streams, err := protocol.MessagePack.Tail(unhex(t, text), protocol.Message{Type: protocol.Invocation}); err == nil {
			t.Errorf("tail %q: %d", text, streams)
		}
	}
}

func TestLengths(t *testing.T) {
	for _, length := range []int{0, 1, 127, 128, 300, 16383, 16384, 32768} {
		body := msgp.AppendBytes(nil, make([]byte, length))
		frame := protocol.Whole(protocol.MessagePack, protocol.Message{Type: protocol.StreamItem, ID: []byte("1"), Body: body})
		message, rest, err := protocol.MessagePack.Split(frame, 1<<20)
		if err != nil || len(rest) > 0 {
			t.Fatal(err)
		}
		if m, err := protocol.MessagePack.Parse(message); err != nil || !bytes.Equal(m.Body, body) {
			t.Errorf("%d bytes came back as %d, %v", len(body), len(m.Body), err)
		}
		if _, _, err := protocol.MessagePack.Split(frame, len(message)-1); !errors.Is(err, protocol.ErrTooLong) {
			t.Errorf("over the limit: %v", err)
		}
		if _, _, err := protocol.MessagePack.Split(frame[:min(5, len(frame))], len(message)-1); !errors.Is(err, protocol.ErrTooLong) {
			t.Errorf("over the limit, when only its length has come: %v", err)
		}
	}
	for text, want := range map[string]error{
		"ff ff ff ff 0f": protocol.ErrInvalid, "ff ff ff ff ff 01": protocol.ErrInvalid, "ff ff ff ff 07": protocol.ErrTooLong,
		"80 80 80 80": protocol.ErrShort, "81 80 00": protocol.ErrShort,
	} {
		if _, _, err := protocol.MessagePack.Split(unhex(t, text), 1<<10); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", text, err, want)
		}
	}
	long := strings.Repeat("x", 100)
	for text, want := range map[string]error{long: protocol.ErrTooLong, long + "\x1e": protocol.ErrTooLong, long[:50]: protocol.ErrShort} {
		if _, _, err := protocol.JSON.Split([]byte(text), 60); !errors.Is(err, want) {
			t.Errorf("%d bytes of text: %v, want %v", len(text), err, want)
		}
	}
}

func TestHandshake(t *testing.T) {
	frame := protocol.Handshake{Protocol: "messagepack", Version: 1}.Frame()
	if want := `{"protocol":"messagepack","version":1}` + "\x1e"; string(frame) != want {
		t.Errorf("written as %q", frame)
	}
	message, rest, err := protocol.SplitHandshake(append(frame, 2, 0x91, 6), 100)
	if err != nil || len(rest) != 3 {
		t.Fatal(rest, err)
	}
	if h, err := protocol.ParseHandshake(message); err != nil || h != (protocol.Handshake{Protocol: "messagepack", Version: 1}) {
		t.Errorf("%v, %v", h, err)
	}
	for _, text := range []string{"", "{}", `{"protocol":"json"}`, `{"version":1}`, `{"protocol":1,"version":1}`, `{"protocol":"json","version":"1"}`, "\x91\x06"} {
		if h, err := protocol.ParseHandshake([]byte(text)); !errors.Is(err, protocol.ErrInvalid) {
			t.Errorf("%s: %v, %v", text, h, err)
		}
	}
	for refusal, want := range map[string]string{"": "{}\x1e", `say "x"`: `{"error":"say \"x\""}` + "\x1e"} {
		frame := protocol.Welcome(refusal)
		if string(frame) != want {
			t.Errorf("%q is written as %q", refusal, frame)
		}
		if got, err := protocol.ParseWelcome(frame[:len(frame)-1]); err != nil || got != refusal {
			t.Errorf("%q is read as %q, %v", refusal, got, err)
		}
	}
}
