package memory

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/pure-peace/peace/modules/state"
)

func mustApply(t testing.TB, s *Service, changes ...state.Change) []state.Outcome {
	t.Helper()
	outcomes, err := s.Apply(context.Background(), changes)
	if err != nil {
		t.Fatal(err)
	}
	return outcomes
}

func reopen(t testing.TB, s *Service, path string) *Service {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return open(t, path)
}

// dump is everything that a restart must keep.
func dump(t testing.TB, s *Service) map[string]any {
	t.Helper()
	all := map[string]any{}
	for name, sp := range s.spaces {
		for r := range sp.order.all() {
			var mail []string
			for _, it := range r.box.items[r.box.head:] {
				mail = append(mail, fmt.Sprintf("%d %s", it.id, it.data))
			}
			all[name+"/"+r.key] = []any{*r.now, r.box.lost, mail}
		}
	}
	for name, b := range s.boards.byName {
		all["board "+name] = b.scores
	}
	return all
}

func TestJournalKeepsEverything(t *testing.T) {
	path := filepath.Join(t.TempDir(), "it has spaces? #1", "state.db")
	s := open(t, path)
	put := func(space, key, value string, tags ...string) state.Change {
		return state.Change{Put: &state.Put{Space: space, Key: key, Value: []byte(value), TTL: time.Hour, AddTags: tags}}
	}
	keep := func(key string, maxBytes int) uint64 {
		mail, err := s.Drain(t.Context(), "a", key, state.Take{Keep: true, MaxBytes: maxBytes})
		if err != nil || len(mail.Items) == 0 {
			t.Fatal(mail, err)
		}
		return mail.Items[len(mail.Items)-1].ID
	}
	item := func(text string, tags ...string) state.Change {
		return state.Change{Append: &state.Append{Space: "a", Tags: tags, Item: []byte(text)}}
	}
	steps := []func(){
		func() {
			mustApply(t, s, put("a", "1", "x", "t", "\"é\x00"), put("a", "2", "", "t"), put("b", "1", "y"))
		},
		func() { mustApply(t, s, item("first", "t"), item("second", "t"), item("only one", "\"é\x00")) },
		func() { _, _ = s.Drain(t.Context(), "a", "1", state.Take{MaxBytes: 5}) },
		func() {
			mustApply(t, s, put("a", "1", "changed", "u"), state.Change{Tag: &state.Tag{Space: "b", Key: "1", Add: []string{"t"}}})
		},
		func() { _, _ = s.Drain(t.Context(), "a", "2", state.Take{}) },
		// The same key with another mailbox, in one flush and over two.
		func() {
			mustApply(t, s, state.Change{Delete: &state.Delete{Space: "a", Key: "1"}}, put("a", "1", "again"))
		},
		func() { mustApply(t, s, put("a", "1", "again", "t"), item("third", "t")) },
		func() { mustApply(t, s, state.Change{Delete: &state.Delete{Space: "a", Key: "1"}}) },
		func() { mustApply(t, s, put("a", "1", "and again", "t")) },
		func() {
			for range state.MaxMailboxItems + 3 {
				mustApply(t, s, item("many", "t"))
			}
		},
		// What is kept stays, what is acknowledged goes, and so does what was lost and told.
		func() { keep("1", 100) },
		func() {
			if err := s.Acknowledge(t.Context(), "a", []state.Receipt{{Key: "1", ID: keep("1", 100)}}); err != nil {
				t.Fatal(err)
			}
		},
		func() { _, _ = s.Drain(t.Context(), "a", "1", state.Take{Acknowledge: keep("1", 200), Keep: true}) },
		func() { _, _ = s.Drain(t.Context(), "a", "1", state.Take{Acknowledge: keep("1", 0), Keep: true}) },
		func() { mustApply(t, s, item("and one more", "t")) },
		func() {
			_ = s.SetScores(t.Context(), "pp", []state.Score{{Member: 1, Value: 0.1}, {Member: -2, Value: 7}})
		},
		func() { _ = s.RemoveMembers(t.Context(), "pp", []int64{1}) },
		func() {
			_ = s.DropBoard(t.Context(), "pp")
			_ = s.SetScores(t.Context(), "pp", []state.Score{{Member: 3, Value: 3}})
		},
		func() { _ = s.DropBoard(t.Context(), "pp") },
		func() { mustApply(t, s, state.Change{Delete: &state.Delete{Space: "b", Key: "1"}}) },
	}
	for i, step := range steps {
		last := s.seq
		step()
		before := dump(t, s)
		if i%3 == 1 {
			if err := s.flush(); err != nil {
				t.Fatal(err)
			}
			continue // two steps over one life
		}
		s = reopen(t, s, path)
		if d := cmp.Diff(before, dump(t, s), cmpopts.EquateEmpty()); d != "" {
			t.Fatalf("step %d (-before +after the restart)\n%s", i, d)
		}
		if s.seq < last {
			t.Fatalf("the numbers went back from %d to %d", last, s.seq)
		}
	}
	mustApply(t, s, state.Change{Delete: &state.Delete{Space: "a", Key: "1"}}, state.Change{Delete: &state.Delete{Space: "a", Key: "2"}})
	if err := s.flush(); err != nil {
		t.Fatal(err)
	}
	for _, table := range []string{"records", "mail", "items", "scores"} {
		var n int
		if err := s.journal.store.db.QueryRow("SELECT count(*) FROM " + table).Scan(&n); err != nil || n != 0 {
			t.Errorf("%d rows are left in %s: %v", n, table, err)
		}
	}
}

// TestNumbersWithClockBack reserves numbers beyond the clock: the next start must begin after them.
func TestNumbersWithClockBack(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	s := open(t, path)
	s.seq = 1 << 60
	given := mustApply(t, s, state.Change{Put: &state.Put{Space: "s", Key: "k"}})[0].Version
	if err := s.flush(); err != nil {
		t.Fatal(err)
	}
	s = reopen(t, s, path)
	if next := mustApply(t, s, state.Change{Put: &state.Put{Space: "s", Key: "k"}})[0].Version; next <= given {
		t.Fatalf("version %d after %d", next, given)
	}
}

func TestJournalInUse(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	open(t, path)
	_, err := New(t.Context(), Config{Journal: path}, slog.New(slog.DiscardHandler))
	if err == nil || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "another process") {
		t.Fatalf("error is %v", err)
	}
}

// TestJournalCanBeCopied reads the file while the engine writes it, as a backup does.
func TestJournalCanBeCopied(t *testing.T) {
	dir := t.TempDir()
	s := open(t, filepath.Join(dir, "state.db"))
	mustApply(t, s, state.Change{Put: &state.Put{Space: "s", Key: "k"}})
	if err := s.flush(); err != nil {
		t.Fatal(err)
	}
	db, err := openSQLite(filepath.Join(dir, "state.db"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec("VACUUM INTO ?", filepath.Join(dir, "copy.db")); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(dump(t, s), dump(t, open(t, filepath.Join(dir, "copy.db"))), cmpopts.EquateEmpty()); d != "" {
		t.Fatal(d)
	}
}

func TestJournalDamaged(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	if err := os.WriteFile(path, []byte(strings.Repeat("this is no journal ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := New(t.Context(), Config{Journal: path}, slog.New(slog.DiscardHandler))
	if err == nil || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "is damaged") {
		t.Fatalf("error is %v", err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Fatal("the damaged file was touched:", err)
	}
}

func TestJournalOfTheFuture(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	s := open(t, path)
	if _, err := s.journal.store.db.Exec("PRAGMA user_version = 99"); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := New(t.Context(), Config{Journal: path}, slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), "99") {
		t.Fatalf("error is %v", err)
	}
}

// TestJournalCannotBeWritten makes writes fail for a time: durable appends say so, nothing is lost when it works again.
func TestJournalCannotBeWritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	s := open(t, path)
	mustApply(t, s, state.Change{Put: &state.Put{Space: "s", Key: "k"}}, state.Change{Put: &state.Put{Space: "s", Key: "old"}})
	if err := s.flush(); err != nil {
		t.Fatal(err)
	}
	pragma := func(text string) {
		t.Helper()
		if _, err := s.journal.store.db.Exec("PRAGMA query_only = " + text); err != nil {
			t.Fatal(err)
		}
	}
	pragma("on")
	_, err := s.Append(t.Context(), state.Append{Space: "s", Keys: []string{"k"}, Item: []byte("1"), Durable: true})
	if !errors.Is(err, errJournal) {
		t.Fatalf("error is %v", err)
	}
	mustApply(t, s,
		state.Change{Put: &state.Put{Space: "s", Key: "new"}},
		state.Change{Delete: &state.Delete{Space: "s", Key: "old"}},
		state.Change{Append: &state.Append{Space: "s", Keys: []string{"new"}, Item: []byte("2")}},
	)
	if err := s.SetScores(t.Context(), "b", []state.Score{{Member: 1, Value: 1}}); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if err := s.flush(); err == nil || s.Check(t.Context()) == nil {
			t.Fatal("nobody noticed that the journal is not written")
		}
	}
	if s.Stats().JournalFailures != 4 {
		t.Fatalf("%d failures were counted", s.Stats().JournalFailures)
	}
	pragma("off")
	if err := s.flush(); err != nil || s.Check(t.Context()) != nil {
		t.Fatal(err, s.Check(t.Context()))
	}
	before := dump(t, s)
	if len(before) != 3 {
		t.Fatalf("there is %v", before)
	}
	s = reopen(t, s, path)
	if d := cmp.Diff(before, dump(t, s), cmpopts.EquateEmpty()); d != "" {
		t.Fatal(d)
	}
}

// The crash test runs this test binary as a child, kills it in the middle of its work and looks at the journal it leaves. The
// child appends durable items with rising numbers, tells each when it is safe, and drains some.
const crashChild = "PEACE_STATE_CRASH_CHILD"

func TestCrashChild(t *testing.T) {
	path := os.Getenv(crashChild)
	if path == "" {
		t.Skip("this is the child of TestKill")
	}
	s, err := New(t.Context(), Config{Journal: path, Interval: 5 * time.Millisecond}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = s.Run(t.Context()) }()
	for _, key := range []string{"keeps", "drains", "reads"} {
		mustApply(t, s, state.Change{Put: &state.Put{Space: "s", Key: key, AddTags: []string{"t"}}})
	}
	var arrived uint64
	first, _ := strconv.Atoi(os.Getenv(crashChild + "_FROM"))
	for i := first; ; i++ {
		out := mustApply(t, s,
			state.Change{Put: &state.Put{Space: "pair", Key: "a", Value: []byte(strconv.Itoa(i))}},
			state.Change{Put: &state.Put{Space: "pair", Key: "b", Value: []byte(strconv.Itoa(i))}},
			state.Change{Append: &state.Append{Space: "s", Tags: []string{"t"}, Item: []byte(strconv.Itoa(i)), Durable: i%2 == 0}},
		)
		if i%2 == 0 {
			fmt.Println("safe", i, out[1].Version)
		}
		if i%5 == 0 {
			if _, err := s.Drain(t.Context(), "s", "drains", state.Take{}); err != nil {
				t.Fatal(err)
			}
			mail, err := s.Drain(t.Context(), "s", "reads", state.Take{Acknowledge: arrived, Keep: true})
			if err != nil {
				t.Fatal(err)
			}
			arrived = mail.Items[len(mail.Items)-1].ID
			fmt.Println("read", i) // so the next round acknowledges it
		}
	}
}

func TestKill(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	next, version := 0, uint64(0)
	for round := range 12 {
		child := exec.Command(os.Args[0], "-test.run=^TestCrashChild$")
		child.Env = append(os.Environ(), crashChild+"="+path, crashChild+"_FROM="+strconv.Itoa(next))
		out, err := child.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		safe, read := -1, -1
		lines := bufio.NewScanner(out)
		for n := 0; lines.Scan(); {
			var i int
			var v uint64
			if _, err := fmt.Sscanf(lines.Text(), "read %d", &i); err == nil {
				read = i
				continue
			}
			if _, err := fmt.Sscanf(lines.Text(), "safe %d %d", &i, &v); err != nil {
				continue
			}
			if v <= version {
				t.Fatalf("version %d was given after %d", v, version)
			}
			safe, version = i, v
			if n++; n == 10+17*round {
				if err := child.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			}
		}
		_ = child.Wait()
		if safe < 0 {
			t.Fatal("the child did nothing")
		}

		s := open(t, path)
		pair, err := s.Get(t.Context(), "pair", []string{"a", "b"})
		if err != nil || len(pair) != 2 || string(pair[0].Value) != string(pair[1].Value) {
			t.Fatalf("half of an Apply survived: %v %v", pair, err)
		}
		// Every durable item since the last round is there, in order, once.
		have, last := map[int]bool{}, -1
		mail, err := s.Drain(t.Context(), "s", "keeps", state.Take{})
		if err != nil {
			t.Fatal(err)
		}
		for _, item := range mail.Items {
			i, _ := strconv.Atoi(string(item.Data))
			if i <= last {
				t.Fatalf("item %d after %d", i, last)
			}
			have[i], last = true, i
		}
		for i := next; i <= safe; i++ {
			if i%2 == 0 && !have[i] {
				t.Fatalf("round %d: durable item %d was lost; the mailbox ends with %d", round, i, last)
			}
		}
		// And in the mailbox whose reader acknowledges, every one that it had not told to have read.
		clear(have)
		if mail, err = s.Drain(t.Context(), "s", "reads", state.Take{}); err != nil {
			t.Fatal(err)
		}
		for _, item := range mail.Items {
			i, _ := strconv.Atoi(string(item.Data))
			have[i] = true
		}
		for i := read + 1; i <= safe; i++ {
			if i >= next && i%2 == 0 && !have[i] {
				t.Fatalf("round %d: durable item %d was lost; read was %d", round, i, read)
			}
		}
		next = last + 1
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
