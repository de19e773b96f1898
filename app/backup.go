package app

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	_ "modernc.org/sqlite" // opens what is to be copied
)

// Backup copies the data of a server into the directory `to`, which must not exist, and calls progress with the name of
// each file. SQLite files are copied as they are at one moment, also while the server writes to them. A database on a
// server is not copied: the returned note says how to.
func Backup(ctx context.Context, c *Config, to string, progress func(file string)) (note string, err error) {
	if err := os.Mkdir(to, 0o700); err != nil {
		return "", err
	}
	if path, ok := strings.CutPrefix(string(c.Database.URL), "sqlite:"); ok {
		progress("peace.db")
		if err := copySQLite(ctx, path, filepath.Join(to, "peace.db")); err != nil {
			return "", err
		}
	} else {
		tool := "pg_dump"
		if strings.HasPrefix(string(c.Database.URL), "mysql:") {
			tool = "mariadb-dump --single-transaction"
		}
		note = fmt.Sprintf("The database at %s is not part of this copy: use %s.", c.Database.URL, tool)
	}
	databases := map[string]bool{}
	for _, path := range []string{strings.TrimPrefix(string(c.Database.URL), "sqlite:"), c.State.Journal} {
		for _, suffix := range []string{"", "-wal", "-shm", ".lock", ".lock-journal"} {
			databases[filepath.Clean(path)+suffix] = true
		}
	}
	if c.State.Journal != "" {
		if _, err := os.Stat(c.State.Journal); err == nil {
			progress("state.db")
			if err := copySQLite(ctx, c.State.Journal, filepath.Join(to, "state.db")); err != nil {
				return note, err
			}
		}
	}
	self, err := filepath.Abs(to)
	if err != nil {
		return note, err
	}
	return note, filepath.WalkDir(c.DataDir, func(path string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) && path != c.DataDir {
			return nil // an upload that the server finished meanwhile, for one
		}
		if err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		name, err := filepath.Rel(c.DataDir, path)
		if err != nil {
			return err
		}
		if full, err := filepath.Abs(path); err != nil || full == self {
			return errors.Join(err, fs.SkipDir) // the copy itself may lie in the data directory
		}
		target := filepath.Join(to, name)
		switch {
		case name == "." || databases[filepath.Clean(path)]:
			return nil
		case entry.IsDir():
			return os.Mkdir(target, 0o700)
		case !entry.Type().IsRegular(): // the socket
			return nil
		}
		progress(name)
		if err := copyFile(path, target); !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	})
}

// copySQLite writes a consistent copy of a database that others may be using.
func copySQLite(ctx context.Context, from, to string) (err error) {
	db, err := sql.Open("sqlite", "file:"+filepath.ToSlash(from)+"?mode=ro&_pragma=busy_timeout(10000)")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if _, err := db.ExecContext(ctx, "VACUUM INTO ?", to); err != nil {
		return fmt.Errorf("copying %s: %w", from, err)
	}
	return os.Chmod(to, 0o600)
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Sync(), out.Close())
}
