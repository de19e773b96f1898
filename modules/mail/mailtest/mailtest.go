// Package mailtest is the conformance suite of the mail contract: what it asks, every implementation must answer, in this process
// or behind a peer.
package mailtest

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pure-peace/peace/modules/mail"
)

// Subject is what is examined.
type Subject struct {
	Mail mail.Service

	// Next waits for the next mail that has arrived, and returns it.
	Next func(*testing.T) mail.Message
}

// Run runs the whole suite.
func Run(t *testing.T, s Subject) {
	t.Run("Send", func(t *testing.T) { testSend(t, s) })
	t.Run("BadMessages", func(t *testing.T) { testBadMessages(t, s) })
}

func testSend(t *testing.T, s Subject) {
	for _, m := range []mail.Message{
		{To: "player@example.com", Subject: "A code", Text: "Your code is 12345678.\n"},
		{To: "someone+else@sub.example.com", Subject: "Ünïcödé 小さい", Text: "Line one.\nLine two: 小さい.\n.\nAfter a dot.\n"},
		{To: "player@example.com", Subject: strings.Repeat("long ", mail.MaxSubject/5-1) + "end", Text: strings.Repeat("a long line ", 200) + "\n"},
	} {
		if err := s.Mail.Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(m, s.Next(t)); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	}
}

func testBadMessages(t *testing.T, s Subject) {
	good := mail.Message{To: "player@example.com", Subject: "A code", Text: "Hello."}
	for name, spoil := range map[string]func(*mail.Message){
		"no address":       func(m *mail.Message) { m.To = "" },
		"no host":          func(m *mail.Message) { m.To = "player" },
		"a name":           func(m *mail.Message) { m.To = "Player <player@example.com>" },
		"two addresses":    func(m *mail.Message) { m.To = "a@example.com, b@example.com" },
		"injected header":  func(m *mail.Message) { m.To = "a@example.com\r\nBcc: b@example.com" },
		"endless address":  func(m *mail.Message) { m.To = strings.Repeat("a", mail.MaxAddress) + "@example.com" },
		"no subject":       func(m *mail.Message) { m.Subject = "" },
		"two-line subject": func(m *mail.Message) { m.Subject = "A\r\nBcc: b@example.com" },
		"endless subject":  func(m *mail.Message) { m.Subject = strings.Repeat("a", mail.MaxSubject+1) },
		"no text":          func(m *mail.Message) { m.Text = "" },
		"endless text":     func(m *mail.Message) { m.Text = strings.Repeat("a", mail.MaxText+1) },
	} {
		t.Run(name, func(t *testing.T) {
			m := good
			spoil(&m)
			if err := s.Mail.Send(t.Context(), m); !errors.Is(err, mail.ErrBadMessage) {
				t.Errorf("error is %v", err)
			}
		})
	}
}
