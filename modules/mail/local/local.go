// Package local sends mail through an SMTP server: it is the implementation of the mail contract that ships with Peace. Without a
// server it prints each mail in the log, for those who develop; New says so loudly.
//
// Accepted mails wait in an outbox in memory (outbox.go). Run sends them, a few at a time, and tries those again that the server
// did not take for now; smtp.go speaks to it.
package local

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	netmail "net/mail"
	"os"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/pure-peace/peace/modules/mail"
)

// Deps are what the module needs of others.
type Deps struct {
	Domain string // of the server, for the sender's address
	Log    *slog.Logger
}

// Service sends mail. It is safe for concurrent use; make one with New.
type Service struct {
	config Config
	log    *slog.Logger
	outbox *outbox
	send   func(context.Context, mail.Message) error // permanent when the error is
}

var _ mail.Service = (*Service)(nil)

// New reads the password. It does not speak to the server yet.
func New(_ context.Context, config Config, deps Deps) (*Service, error) {
	if err := config.Validate(); err != nil {
		return nil, err
	}
	s := &Service{config: config, log: deps.Log, outbox: newOutbox(config.Queue)}
	if config.Server == "" {
		deps.Log.Info("no mail is sent: without mail.server every mail, codes to log in with included, is printed in this log, which is for development only")
		s.send = s.print
		return s, nil
	}
	if config.PasswordFile != "" {
		text, err := os.ReadFile(config.PasswordFile)
		if err != nil {
			return nil, fmt.Errorf("password_file: %w", err)
		}
		config.Password = strings.TrimSpace(string(text))
	}
	from := config.From
	if from == "" {
		from = "noreply@" + deps.Domain
	}
	sender, err := netmail.ParseAddress(from)
	if err != nil {
		return nil, fmt.Errorf("from: %q is not an address", from)
	}
	client, err := newClient(config, sender)
	if err != nil {
		return nil, err
	}
	s.send = client.send
	return s, nil
}

// Send implements mail.Service.
func (s *Service) Send(ctx context.Context, m mail.Message) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := check(m); err != nil {
		return err
	}
	return s.outbox.add(m, time.Now())
}

func check(m mail.Message) error {
	address, err := netmail.ParseAddress(m.To)
	switch {
	case err != nil, address.Address != m.To, len(m.To) > mail.MaxAddress:
		return mail.ErrBadMessage.WithMessage("the address is not one")
	case m.Subject == "", len(m.Subject) > mail.MaxSubject, !utf8.ValidString(m.Subject), strings.ContainsFunc(m.Subject, unicode.IsControl):
		return mail.ErrBadMessage.WithMessage("the subject must be one line")
	case m.Text == "", len(m.Text) > mail.MaxText, !utf8.ValidString(m.Text):
		return mail.ErrBadMessage.WithMessage("the text must be there, and not too long")
	}
	return nil
}

// Run sends what was accepted until ctx ends.
func (s *Service) Run(ctx context.Context) error {
	var wg sync.WaitGroup
	for range s.config.Connections {
		wg.Go(func() { s.work(ctx) })
	}
	wg.Wait()
	return nil
}

// Drain takes no more, and waits until each mail that was accepted has been tried. What the server does not take then is lost,
// and logged.
func (s *Service) Drain(ctx context.Context) error {
	lost, err := s.outbox.drain(ctx)
	for range lost {
		s.log.WarnContext(ctx, "a mail was given up because the server stops")
	}
	return err
}

// work sends mails, one after another.
func (s *Service) work(ctx context.Context) {
	for {
		e, ok := s.outbox.take(ctx)
		if !ok {
			return
		}
		err := s.send(ctx, e.message)
		if err == nil {
			s.outbox.done()
			continue
		}
		if ctx.Err() != nil {
			s.outbox.done()
			return
		}
		pause := e.pause()
		if errors.As(err, new(permanent)) || time.Now().Add(pause).After(e.accepted.Add(s.config.RetryFor)) || !s.outbox.again(e, time.Now().Add(pause)) {
			s.log.ErrorContext(ctx, "a mail could not be sent", "error", err, "attempts", e.attempts)
			s.outbox.done()
			continue
		}
		s.log.WarnContext(ctx, "a mail waits", "error", err, "attempts", e.attempts, "pause", pause)
	}
}

// print is send without a server.
func (s *Service) print(ctx context.Context, m mail.Message) error {
	s.log.WarnContext(ctx, "a mail, printed because there is no mail.server", "to", m.To, "subject", m.Subject, "text", m.Text)
	return nil
}
