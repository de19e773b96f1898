package local

import (
	"context"
	"errors"
	"fmt"
	netmail "net/mail"

	gomail "github.com/wneessen/go-mail"

	"github.com/pure-peace/peace/modules/mail"
)

// permanent is a failure that will not go away.
type permanent struct{ error }

func (p permanent) Unwrap() error { return p.error }

// client speaks to the SMTP server.
type client struct {
	smtp *gomail.Client
	from *netmail.Address
}

func newClient(config Config, from *netmail.Address) (*client, error) {
	host, port, err := config.hostPort()
	if err != nil {
		return nil, err
	}
	options := []gomail.Option{gomail.WithPort(port), gomail.WithTimeout(config.Timeout)}
	switch config.Security {
	case TLS:
		options = append(options, gomail.WithSSL())
	case Plain:
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS))
	default:
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	}
	if config.Username != "" {
		options = append(options, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover),
			gomail.WithUsername(config.Username), gomail.WithPassword(config.Password))
	}
	smtp, err := gomail.NewClient(host, options...)
	if err != nil {
		return nil, fmt.Errorf("server: %w", err)
	}
	return &client{smtp, from}, nil
}

// send delivers one mail to the server. What it returns says nothing of the mail's text.
func (c *client) send(ctx context.Context, m mail.Message) error {
	letter := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	letter.FromMailAddress(c.from)
	if err := letter.To(m.To); err != nil {
		return permanent{err}
	}
	letter.Subject(m.Subject)
	letter.SetDate()
	letter.SetMessageID()
	letter.SetGenHeader("Auto-Submitted", "auto-generated") // no holiday greetings in return
	letter.SetBodyString(gomail.TypeTextPlain, m.Text)

	conn, err := c.smtp.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return err
	}
	// A server that took the mail and then does not say goodbye has taken it all the same.
	defer func() { _ = c.smtp.CloseWithSMTPClient(conn) }()
	err = c.smtp.SendWithSMTPClient(conn, letter)
	var refused *gomail.SendError
	if errors.As(err, &refused) && !refused.IsTemp() && refused.ErrorCode() >= 500 {
		return permanent{err}
	}
	return err
}
