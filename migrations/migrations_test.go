package migrations_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pure-peace/peace/migrations"
	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/database/databasetest"
)

func newMigrator(t *testing.T, db *database.DB, sources ...fs.FS) *migrations.Migrator {
	t.Helper()
	m, err := migrations.New(t.Context(), db, sources...)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func tables(t *testing.T, db *database.DB) []string {
	t.Helper()
	query := "SELECT table_name FROM information_schema.tables WHERE table_schema = "
	switch db.Engine() {
	case database.SQLite:
		query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
	case database.PostgreSQL:
		query += "'public'"
	default:
		query += "DATABASE()"
	}
	var found []string
	if err := db.NewRaw(query).Scan(t.Context(), &found); err != nil {
		t.Fatal(err)
	}
	slices.Sort(found)
	return found
}

// The shipped schema goes up, down to nothing, and up again to the same.
func TestUpDownUp(t *testing.T) {
	databasetest.EachURL(t, func(t *testing.T, url database.URL) {
		ctx := t.Context()
		db := databasetest.Connect(t, url)
		m := newMigrator(t, db)
		up, err := m.Up(ctx)
		if err != nil || len(up) == 0 {
			t.Fatal(up, err)
		}
		first := tables(t, db)
		if again, err := m.Up(ctx); err != nil || len(again) != 0 {
			t.Errorf("a second Up applied %v, %v", again, err)
		}
		down, err := m.Down(ctx, len(up)+1)
		if err != nil || len(down) != len(up) {
			t.Fatal(down, err)
		}
		if left := tables(t, db); !slices.Equal(left, []string{"peace_migrations"}) {
			t.Errorf("tables after Down: %v", left)
		}
		if _, err := m.Up(ctx); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(first, tables(t, db)); diff != "" {
			t.Error(diff)
		}
		status, err := m.Status(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range status {
			if !s.Known || time.Since(s.Applied).Abs() > time.Hour {
				t.Errorf("%+v", s)
			}
		}
	})
}

func source(files map[string]string) fstest.MapFS {
	out := fstest.MapFS{}
	for name, text := range files {
		out[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return out
}

var words = source(map[string]string{
	"20000101000000_words.up.sql": `
-- Every word; the answer to why? is no placeholder.
CREATE TABLE words (
    id {{.ID}}, name {{.String 8}} NOT NULL, story {{.Text}}, hash {{.Bytes 4}} NOT NULL, data {{.Blob}},
    at {{.Time}} NOT NULL DEFAULT {{.Now}}, flag {{.Bool}} NOT NULL DEFAULT FALSE, engine {{.String 8}} DEFAULT '{{.Engine}}',
    UNIQUE (name), UNIQUE (hash)
);
CREATE INDEX words_at ON words (at);
`,
	"20000101000000_words.down.sql": "DROP TABLE words;",
})

func TestVocabulary(t *testing.T) {
	databasetest.EachURL(t, func(t *testing.T, url database.URL) {
		ctx := t.Context()
		db := databasetest.Connect(t, url)
		if _, err := newMigrator(t, db, words).Up(ctx); err != nil {
			t.Fatal(err)
		}
		type word struct {
			ID    int64 `bun:",pk,autoincrement"`
			Name  string
			Story string
			Hash  []byte
			Data  []byte
			Flag  bool
		}
		rows := []*word{
			{Name: "peppy", Story: strings.Repeat("osu! ", 100_000), Hash: []byte{0, 1, 2, 255}, Data: []byte{0, '\\', '\'', 255}, Flag: true},
			{Name: "Peppy", Hash: []byte{1}}, // these four are four names
			{Name: "peppy ", Hash: []byte{2}},
			{Name: "péppy", Hash: []byte{3}},
			{Name: "日本語🎵日本語🎵", Story: `it's a \ "test"`, Hash: []byte{4}},
		}
		for _, row := range rows {
			if _, err := db.NewInsert().Model(row).Exec(ctx); err != nil {
				t.Fatalf("%q: %v", row.Name, err)
			}
			var got word
			if err := db.NewSelect().Model(&got).Where("name = ?", row.Name).Scan(ctx); err != nil {
				t.Fatalf("%q: %v", row.Name, err)
			}
			if len(got.Data) == 0 {
				got.Data = nil
			}
			if diff := cmp.Diff(row, &got); diff != "" {
				t.Error(diff)
			}
		}
		var sorted []string
		if err := db.NewSelect().Table("words").Column("name").Where("name LIKE '%eppy%'").WhereOr("name LIKE 'p%'").Order("name").Scan(ctx, &sorted); err != nil {
			t.Fatal(err)
		}
		if want := []string{"Peppy", "peppy", "peppy ", "péppy"}; !slices.Equal(sorted, want) {
			t.Errorf("sorted %q, want %q", sorted, want)
		}
	})
}

func TestFailureNamesFileAndStatement(t *testing.T) {
	databasetest.EachURL(t, func(t *testing.T, url database.URL) {
		ctx := t.Context()
		db := databasetest.Connect(t, url)
		m := newMigrator(t, db, words, source(map[string]string{
			"20000102000000_bad.up.sql":   "CREATE TABLE fine (id INTEGER);\n\nCREATE TABLE oops (id NOTHING THAT EXISTS,);",
			"20000102000000_bad.down.sql": "DROP TABLE IF EXISTS fine;",
		}))
		done, err := m.Up(ctx)
		var failed *migrations.StatementError
		if !errors.As(err, &failed) || failed.File != "20000102000000_bad.up.sql" || failed.Number != 2 || failed.Total != 2 {
			t.Fatalf("%+v", err)
		}
		for _, part := range []string{"20000102000000_bad.up.sql: statement 2 of 2", "CREATE TABLE oops"} {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%q is not in %v", part, err)
			}
		}
		if len(done) != 1 || done[0].Name != "words" {
			t.Errorf("done %v", done)
		}
		transactional := db.Engine() != database.MySQL
		if left := slices.Contains(tables(t, db), "fine"); left == transactional {
			t.Errorf("the first statement remains: %v", left)
		}
		if strings.Contains(err.Error(), "took effect") == transactional {
			t.Error("the error misleads about the first statement:", err)
		}
		status, err := m.Status(ctx)
		if err != nil || status[0].Applied.IsZero() || !status[1].Applied.IsZero() {
			t.Errorf("%+v, %v", status, err)
		}
	})
}

func TestDownRefusesWhatItDoesNotKnow(t *testing.T) {
	db := databasetest.Connect(t, databasetest.URL(t, database.SQLite))
	later := source(map[string]string{
		"29990101000000_later.up.sql":   "CREATE TABLE later (id INTEGER);",
		"29990101000000_later.down.sql": "DROP TABLE later;",
	})
	if _, err := newMigrator(t, db, later).Up(t.Context()); err != nil {
		t.Fatal(err)
	}
	m := newMigrator(t, db)
	if done, err := m.Down(t.Context(), 1); err == nil || len(done) > 0 {
		t.Errorf("undid %v, %v", done, err)
	}
	status, err := m.Status(t.Context())
	if err != nil || len(status) == 0 {
		t.Fatal(err)
	}
	if last := status[len(status)-1]; last.Known || last.Version != "29990101000000" {
		t.Errorf("%+v", last)
	}
}

func TestBadFiles(t *testing.T) {
	db := databasetest.Connect(t, "sqlite::memory:")
	const up, down = "20000101000000_a.up.sql", "20000101000000_a.down.sql"
	for want, sources := range map[string][]fs.FS{
		"a.sql: must be named YYYYMMDDHHMMSS_name.up.sql or .down.sql": {source(map[string]string{"a.sql": "SELECT 1;"})},
		up + ": has no .down.sql beside it":                            {source(map[string]string{up: "SELECT 1;"})},
		down + ": has no .up.sql beside it":                            {source(map[string]string{down: "SELECT 1;"})},
		up + ": contains no statement":                                 {source(map[string]string{up: "-- nothing\n"})},
		down + `: version 20000101000000 is taken by "a"`: {source(map[string]string{up: "SELECT 1;", down: "SELECT 1;"}),
			source(map[string]string{down: "SELECT 1;"})},
		"20000101000000_b.up.sql: version 20000101000000 is taken by \"a\"": {source(map[string]string{up: "SELECT 1;", down: "SELECT 1;"}),
			source(map[string]string{"20000101000000_b.up.sql": "SELECT 1;"})},
		"template: " + up + `:1:2: executing "` + up + `" at <.Nothing>: can't evaluate field Nothing in type migrations.vocabulary`: {
			source(map[string]string{up: "{{.Nothing}};"})},
	} {
		_, err := migrations.New(t.Context(), db, sources...)
		if err == nil || err.Error() != "migrations: "+want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
}

func TestExplicitSplit(t *testing.T) {
	db := databasetest.Connect(t, databasetest.URL(t, database.SQLite))
	m := newMigrator(t, db, source(map[string]string{
		"20000101000000_t.up.sql": `CREATE TABLE t (n INTEGER);
--bun:split
CREATE TRIGGER twice AFTER INSERT ON t WHEN NEW.n < 2 BEGIN
    INSERT INTO t VALUES (NEW.n + 1);
END;
`,
		"20000101000000_t.down.sql": "DROP TABLE t;",
	}))
	if _, err := m.Up(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// inlineReference is a foreign key that MySQL reads and forgets.
var inlineReference = regexp.MustCompile(`(?im)^.*\bREFERENCES\b.*$`)

func TestShippedFilesAvoidInlineReferences(t *testing.T) {
	files, err := fs.Glob(os.DirFS("sql"), "*.up.sql")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		text, err := os.ReadFile("sql/" + file)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range inlineReference.FindAllString(string(text), -1) {
			if !strings.Contains(strings.ToUpper(line), "FOREIGN KEY") && !strings.HasPrefix(strings.TrimSpace(line), "--") {
				t.Errorf("%s: %s", file, strings.TrimSpace(line))
			}
		}
	}
}

// Several processes start at once: all succeed, and each change is applied by one of them.
func TestProcessesStartingAtOnce(t *testing.T) {
	if url := os.Getenv("PEACE_MIGRATE_CHILD"); url != "" {
		db := databasetest.Connect(t, database.URL(url))
		done, err := newMigrator(t, db, words).Up(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		fmt.Printf("applied %d\n", len(done))
		return
	}
	databasetest.EachURL(t, func(t *testing.T, url database.URL) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		const processes = 4
		outputs := make(chan string, processes)
		for range processes {
			go func() {
				cmd := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestProcessesStartingAtOnce$", "-test.count=1")
				cmd.Env = append(os.Environ(), "PEACE_MIGRATE_CHILD="+string(url))
				out, err := cmd.CombinedOutput()
				if err != nil {
					out = fmt.Append(out, err)
				}
				outputs <- string(out)
			}()
		}
		workers := 0
		for range processes {
			out := <-outputs
			if !strings.Contains(out, "applied ") || !strings.Contains(out, "PASS") {
				t.Error(out)
			}
			if !strings.Contains(out, "applied 0") {
				workers++
			}
		}
		if workers != 1 {
			t.Errorf("%d processes migrated", workers)
		}
	})
}

// Whoever waits for the lock can be told to stop, and the lock of a process that was killed is free.
func TestLockEndsWithItsHolder(t *testing.T) {
	if url := os.Getenv("PEACE_LOCK_CHILD"); url != "" {
		if _, err := migrations.Lock(t.Context(), databasetest.Connect(t, database.URL(url))); err != nil {
			t.Fatal(err)
		}
		fmt.Println("held")
		_, _ = os.Stdin.Read(make([]byte, 1)) // until killed
		return
	}
	databasetest.EachURL(t, func(t *testing.T, url database.URL) {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestLockEndsWithItsHolder$", "-test.count=1")
		cmd.Env = append(os.Environ(), "PEACE_LOCK_CHILD="+string(url))
		stdin, err := cmd.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		defer stdin.Close()
		stdout, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		if line, err := bufio.NewReader(stdout).ReadString('\n'); line != "held\n" {
			t.Fatal(line, err)
		}

		db := databasetest.Connect(t, url)
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		defer cancel()
		if _, err := newMigrator(t, db).Up(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Up beside a lock: %v", err)
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait() // reports the kill
		if _, err := newMigrator(t, db).Up(t.Context()); err != nil {
			t.Error(err)
		}
	})
}
