package mail_test

import (
	"bufio"
	"net"
	"net/textproto"
	"strings"
	"sync"
	"testing"
)

// letter is what a server took.
type letter struct{ from, to, data string }

// server takes mail over SMTP, as little of it as needed.
type server struct {
	address string
	letters chan letter
}

func newServer(t *testing.T) *server {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &server{listener.Addr().String(), make(chan letter, 16)}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			wg.Go(func() {
				defer conn.Close()
				s.serve(conn)
			})
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		wg.Wait()
	})
	return s
}

func (s *server) serve(conn net.Conn) {
	say := func(line string) { _, _ = conn.Write([]byte(line + "\r\n")) }
	in := textproto.NewReader(bufio.NewReader(conn))
	say("220 test")
	var l letter
	for {
		line, err := in.ReadLine()
		if err != nil {
			return
		}
		command, rest, _ := strings.Cut(line, " ")
		switch strings.ToUpper(command) {
		case "EHLO":
			say("250-test\r\n250 8BITMIME")
		case "MAIL":
			l.from = between(rest)
			say("250 go on")
		case "RCPT":
			l.to = between(rest)
			say("250 go on")
		case "DATA":
			say("354 go on")
			data, err := in.ReadDotBytes()
			if err != nil {
				return
			}
			l.data = string(data)
			s.letters <- l
			say("250 taken")
		case "QUIT":
			say("221 bye")
			return
		default:
			say("250 fine")
		}
	}
}

// between returns what is between angle brackets.
func between(s string) string {
	_, s, _ = strings.Cut(s, "<")
	s, _, _ = strings.Cut(s, ">")
	return s
}
