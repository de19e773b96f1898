package local

import (
	"errors"
	"fmt"
	"net"
	netmail "net/mail"
	"strconv"
	"time"
)

// The ways to keep the connection to the mail server private.
const (
	StartTLS = "starttls" // required, on the port of submission
	TLS      = "tls"
	Plain    = "none" // only without a password
)

// Config is the mail section of the configuration.
type Config struct {
	Server       string        `koanf:"server" doc:"HOST:PORT of the SMTP server that takes our mail; empty prints every mail in the log, for development"`
	Security     string        `koanf:"security" doc:"starttls, tls or none"`
	Username     string        `koanf:"username" doc:"user at the SMTP server; empty logs in nowhere"`
	Password     string        `koanf:"password" secret:"true" doc:"password at the SMTP server"`
	PasswordFile string        `koanf:"password_file" doc:"file that holds the password instead"`
	From         string        `koanf:"from" doc:"who the mails are from, for example Peace <noreply@example.org>; empty for noreply at the server's domain"`
	Queue        int           `koanf:"queue" doc:"mails that can wait to be sent, 1 to 100000"`
	Connections  int           `koanf:"connections" doc:"mails that are sent at once, 1 to 16"`
	Timeout      time.Duration `koanf:"timeout" doc:"how long the SMTP server may take for one step, 1s to 5m"`
	RetryFor     time.Duration `koanf:"retry_for" doc:"how long a mail is tried again that the SMTP server did not take for now, up to 48h"`
}

// DefaultConfig has no server: mails are printed.
func DefaultConfig() Config {
	return Config{Security: StartTLS, Queue: 1000, Connections: 2, Timeout: 30 * time.Second, RetryFor: time.Hour}
}

// Validate reports the first setting that cannot work, named by its key.
func (c Config) Validate() error {
	switch {
	case c.Queue < 1 || c.Queue > 100_000:
		return fmt.Errorf("queue: must be 1 to 100000, is %d", c.Queue)
	case c.Connections < 1 || c.Connections > 16:
		return fmt.Errorf("connections: must be 1 to 16, is %d", c.Connections)
	case c.Timeout < time.Second || c.Timeout > 5*time.Minute:
		return fmt.Errorf("timeout: must be 1s to 5m, is %v", c.Timeout)
	case c.RetryFor < 0 || c.RetryFor > 48*time.Hour:
		return fmt.Errorf("retry_for: must be 0s to 48h, is %v", c.RetryFor)
	case c.Security != StartTLS && c.Security != TLS && c.Security != Plain:
		return fmt.Errorf("security: must be %s, %s or %s", StartTLS, TLS, Plain)
	case c.Password != "" && c.PasswordFile != "":
		return errors.New("password_file: the password is there already")
	case (c.Username == "") != (c.Password == "" && c.PasswordFile == ""):
		return errors.New("username: goes together with a password")
	case c.Username != "" && c.Security == Plain:
		return errors.New("security: a password is not sent over a connection that everybody can read")
	}
	if c.From != "" {
		if _, err := netmail.ParseAddress(c.From); err != nil {
			return errors.New("from: must be an address, or NAME <ADDRESS>")
		}
	}
	if c.Server == "" {
		return nil
	}
	if _, _, err := c.hostPort(); err != nil {
		return err
	}
	return nil
}

func (c Config) hostPort() (string, int, error) {
	host, text, err := net.SplitHostPort(c.Server)
	if err != nil || host == "" {
		return "", 0, errors.New("server: must be HOST:PORT")
	}
	port, err := strconv.Atoi(text)
	if err != nil || port < 1 || port > 65535 {
		return "", 0, errors.New("server: must be HOST:PORT")
	}
	return host, port, nil
}
