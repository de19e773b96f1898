package mail_test

import (
	"context"
	"io"
	"log/slog"
	"mime"
	"mime/quotedprintable"
	netmail "net/mail"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/pure-peace/peace/modules/mail"
	"github.com/pure-peace/peace/modules/mail/local"
	"github.com/pure-peace/peace/modules/mail/mailpb"
	"github.com/pure-peace/peace/modules/mail/mailtest"
	"github.com/pure-peace/peace/transport/grpc/wiretest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestLocal(t *testing.T) { mailtest.Run(t, newSubject(t)) }

func TestRemote(t *testing.T) {
	s := newSubject(t)
	s.Mail = wiretest.Loopback(t, mailpb.Register, mailpb.NewClient, s.Mail)
	mailtest.Run(t, s)
}

func TestRoundTrip(t *testing.T) { wiretest.RoundTrip(t, mailpb.FromMessage, mailpb.ToMessage) }

// newSubject returns a service that runs until the test ends, with a server of its own.
func newSubject(t *testing.T) mailtest.Subject {
	t.Helper()
	server := newServer(t)
	config := local.DefaultConfig()
	config.Server, config.Security, config.From = server.address, local.Plain, "Peace <noreply@example.org>"
	s, err := local.New(t.Context(), config, local.Deps{Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return mailtest.Subject{Mail: s, Next: func(t *testing.T) mail.Message {
		t.Helper()
		select {
		case l := <-server.letters:
			return read(t, l)
		case <-time.After(10 * time.Second):
			t.Fatal("no mail came")
			return mail.Message{}
		}
	}}
}

// read makes of a letter what was sent.
func read(t *testing.T, l letter) mail.Message {
	t.Helper()
	m, err := netmail.ReadMessage(strings.NewReader(l.data))
	if err != nil {
		t.Fatal(err)
	}
	if from := m.Header.Get("From"); from != `"Peace" <noreply@example.org>` || l.from != "noreply@example.org" {
		t.Errorf("from %s, %s", from, l.from)
	}
	if to, err := netmail.ParseAddress(m.Header.Get("To")); err != nil || to.Address != l.to {
		t.Errorf("to %s, envelope %s, %v", m.Header.Get("To"), l.to, err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	if err != nil {
		t.Fatal(err)
	}
	if encoding := m.Header.Get("Content-Transfer-Encoding"); encoding != "quoted-printable" {
		t.Fatalf("encoded as %q", encoding)
	}
	text, err := io.ReadAll(quotedprintable.NewReader(m.Body))
	if err != nil {
		t.Fatal(err)
	}
	return mail.Message{To: l.to, Subject: subject, Text: strings.TrimSuffix(strings.ReplaceAll(string(text), "\r\n", "\n"), "\n") + "\n"}
}
