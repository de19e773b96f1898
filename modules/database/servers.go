package database

import (
	"context"
	"crypto/tls"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/mysqldialect"
	"github.com/uptrace/bun/dialect/pgdialect"
	"github.com/uptrace/bun/driver/pgdriver"
	"github.com/uptrace/bun/schema"
)

const (
	dialTimeout = 10 * time.Second
	// readTimeout is the backstop behind the deadline that every call carries: a server that went away without a word
	// frees its connection after it.
	readTimeout = 5 * time.Minute
)

// openPostgres passes on the parameters that pgdriver knows (sslmode, sslrootcert, sslcert, sslkey, application_name,
// dial_timeout, read_timeout, write_timeout) and sets every other one in the session. Without sslmode a server elsewhere
// must speak TLS, and its certificate is not verified; sslmode=verify-full verifies it, sslmode=disable does without.
func openPostgres(ctx context.Context, a address, cfg Config) (*DB, error) {
	for key, value := range map[string]string{
		"timezone":         "UTC",
		"application_name": "peace",
		"dial_timeout":     dialTimeout.String(),
		"read_timeout":     readTimeout.String(),
	} {
		if !a.query.Has(key) || key == "timezone" {
			a.query.Set(key, value)
		}
	}
	if !a.query.Has("sslmode") {
		a.query.Set("sslmode", "require")
		if a.nearby() {
			a.query.Set("sslmode", "disable")
		}
	}
	if a.socket != "" {
		file, err := postgresSocket(a.socket)
		if err != nil {
			return nil, err
		}
		a.query.Set("host", file)
	}
	dsn := url.URL{
		Scheme: "postgres", User: url.UserPassword(a.user, a.password),
		Host: a.host, Path: "/" + a.name, RawQuery: a.query.Encode(),
	}
	connector, err := pgdriver.NewDriver().OpenConnector(dsn.String())
	if err != nil {
		return nil, err
	}
	pool := sql.OpenDB(connector)
	return openServer(ctx, pool, cfg, func() schema.Dialect { return pgdialect.New() })
}

// postgresSocket accepts what PostgreSQL's own tools do, the directory of the socket, as well as the socket itself.
func postgresSocket(file string) (string, error) {
	info, err := os.Stat(file)
	if err != nil {
		return "", err
	}
	if info.IsDir() {
		return path.Join(file, ".s.PGSQL.5432"), nil
	}
	return file, nil
}

// mysqlSession is set on every connection. The mode is spelt out because bun escapes strings with backslashes, which
// NO_BACKSLASH_ESCAPES in a server's own mode would turn into a way to inject SQL, and because a value that does not fit
// must fail as it does elsewhere.
var mysqlSession = map[string]string{
	"time_zone": "'+00:00'",
	"sql_mode":  "'STRICT_ALL_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,ONLY_FULL_GROUP_BY'",
}

// openMySQL understands one parameter, tls: true verifies the server's certificate, skip-verify does not, false does
// without. By default a server elsewhere is spoken to in TLS when it can.
func openMySQL(ctx context.Context, a address, cfg Config) (*DB, error) {
	config := mysql.NewConfig()
	config.User, config.Passwd, config.DBName = a.user, a.password, a.name
	config.Net, config.Addr = "tcp", a.host
	if a.socket != "" {
		config.Net, config.Addr = "unix", a.socket
	}
	config.ParseTime, config.Loc = true, time.UTC
	config.ClientFoundRows = true
	config.Timeout, config.ReadTimeout = dialTimeout, readTimeout
	config.Params = mysqlSession
	config.Logger = silent{}
	for key := range a.query {
		if key != "tls" {
			return nil, fmt.Errorf("unknown parameter %q", key)
		}
	}
	switch mode := a.query.Get("tls"); mode {
	case "":
		if !a.nearby() {
			config.TLSConfig = "preferred"
		}
	case "true":
		host, _, err := net.SplitHostPort(a.host)
		if err != nil {
			return nil, err
		}
		config.TLS = &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12}
	case "skip-verify", "false":
		config.TLSConfig = mode
	default:
		return nil, fmt.Errorf("tls: must be true, skip-verify or false, is %q", mode)
	}
	connector, err := mysql.NewConnector(config)
	if err != nil {
		return nil, err
	}
	pool := sql.OpenDB(connector)
	return openServer(ctx, pool, cfg, func() schema.Dialect {
		return mysqldialect.New(mysqldialect.WithTimeLocation("UTC"))
	})
}

// openServer pings before it makes the dialect, because MySQL's asks the server for its version and only prints a failure.
func openServer(ctx context.Context, pool *sql.DB, cfg Config, newDialect func() schema.Dialect) (*DB, error) {
	bound(pool, cfg)
	if err := pool.PingContext(ctx); err != nil {
		return nil, errors.Join(err, pool.Close())
	}
	db := bun.NewDB(pool, newDialect())
	return &DB{DB: db, Reader: db}, nil
}

// silent drops what the MySQL driver would print to standard error: it returns the same failures as errors.
type silent struct{}

func (silent) Print(...any) {}
