package database

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"path"
	"strings"

	"github.com/uptrace/bun/dialect"
)

// URL is the address of a database. It prints, logs and marshals without its password; convert it to a string for the
// whole.
type URL string

// String returns the address with the password masked. An address that does not parse is masked entirely, since there is
// no telling which part of it is the password.
func (u URL) String() string {
	if rest, ok := strings.CutPrefix(string(u), "sqlite:"); ok {
		return "sqlite:" + rest
	}
	if u == "" {
		return ""
	}
	parsed, err := url.Parse(string(u))
	if err != nil || parsed.Host == "" && parsed.User == nil {
		return "***"
	}
	return parsed.Redacted()
}

// MarshalText masks like String, so that a printed configuration shows which database is used.
func (u URL) MarshalText() ([]byte, error) { return []byte(u.String()), nil }

// LogValue masks like String.
func (u URL) LogValue() slog.Value { return slog.StringValue(u.String()) }

// GoString masks like String.
func (u URL) GoString() string { return u.String() }

// address is a URL taken apart.
type address struct {
	scheme         dialect.Name
	file           string // SQLite: a path, or ":memory:"
	user, password string
	host           string // host:port, empty with a socket
	socket         string
	name           string
	query          url.Values // what else was asked for; never socket
}

var errURL = errors.New("not a valid address; characters such as @ / ? # % in the password must be percent-encoded")

func (u URL) parse() (address, error) {
	if file, ok := strings.CutPrefix(string(u), "sqlite:"); ok {
		switch {
		case file == "":
			return address{}, errors.New("sqlite: needs a path, for example sqlite:data/peace.db")
		case strings.ContainsRune(file, 0):
			return address{}, errors.New("sqlite: the path contains a zero byte")
		}
		return address{scheme: SQLite, file: file}, nil
	}

	// url.Parse quotes the address in its error, and pieces of it inside: nothing of that is repeated.
	parsed, err := url.Parse(string(u))
	if err != nil {
		return address{}, errURL
	}
	a := address{name: strings.TrimPrefix(parsed.Path, "/"), query: parsed.Query()}
	var port string
	switch parsed.Scheme {
	case "postgres", "postgresql":
		a.scheme, port = PostgreSQL, "5432"
	case "mysql", "mariadb":
		a.scheme, port = MySQL, "3306"
	default:
		return address{}, errors.New("must start with sqlite:, postgres:// or mysql://")
	}
	if parsed.User != nil {
		a.user = parsed.User.Username()
		a.password, _ = parsed.User.Password()
	}
	if a.user == "" {
		return address{}, errors.New("names no user")
	}
	if a.name == "" || strings.Contains(a.name, "/") {
		return address{}, errors.New("must end with the name of one database")
	}
	a.socket = a.query.Get("socket")
	a.query.Del("socket")
	if a.socket != "" {
		if !path.IsAbs(a.socket) {
			return address{}, fmt.Errorf("socket: must be an absolute path, is %q", a.socket)
		}
		return a, nil
	}
	if parsed.Hostname() == "" {
		return address{}, errors.New("names no host")
	}
	if p := parsed.Port(); p != "" {
		port = p
	}
	a.host = net.JoinHostPort(parsed.Hostname(), port)
	return a, nil
}

// nearby reports whether the server is on this machine, where encryption would only cost.
func (a address) nearby() bool {
	if a.socket != "" {
		return true
	}
	host, _, err := net.SplitHostPort(a.host)
	if err != nil {
		return false
	}
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// redact hides the password in the text of an error from a driver. The error can still be matched.
func (u URL) redact(err error) error {
	a, parseErr := u.parse()
	if err == nil || parseErr != nil || a.password == "" {
		return err
	}
	text := err.Error()
	for _, secret := range []string{a.password, url.QueryEscape(a.password), url.PathEscape(a.password)} {
		text = strings.ReplaceAll(text, secret, "xxxxx")
	}
	if text == err.Error() {
		return err
	}
	return &redactedError{text: text, err: err}
}

type redactedError struct {
	text string
	err  error
}

func (e *redactedError) Error() string { return e.text }

func (e *redactedError) Is(target error) bool { return errors.Is(e.err, target) }
