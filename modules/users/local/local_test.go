package local

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/crypto/argon2"
	"golang.org/x/crypto/bcrypt"
	"golang.org/x/sync/semaphore"

	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/database/databasetest"
	"github.com/pure-peace/peace/modules/fault"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/users"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// deaf is a state module that cannot be reached.
type deaf struct{ state.Topics }

func (deaf) Publish(context.Context, string, []byte) error { return errors.New("gone") }

func newService(t testing.TB, db *database.DB, change func(*Config)) *Service {
	t.Helper()
	cfg := DefaultConfig()
	if change != nil {
		change(&cfg)
	}
	s, err := New(t.Context(), cfg, Deps{DB: db, Topics: deaf{}, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func newSQLite(t testing.TB, change func(*Config)) *Service {
	t.Helper()
	return newService(t, databasetest.Open(t, database.SQLite), change)
}

const password = "correct horse"

func player(name string) users.Registration {
	return users.Registration{Name: name, Email: name + "@example.com", Password: password}
}

func register(t testing.TB, s *Service, name string) users.User {
	t.Helper()
	u, err := s.Register(t.Context(), player(name))
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func login(t testing.TB, s *Service, name, password, address string) error {
	t.Helper()
	c := users.Credentials{Name: name, PasswordMD5: md5hex(password)}
	if address != "" {
		c.Address = netip.MustParseAddr(address)
	}
	_, err := s.Authenticate(t.Context(), c, nil)
	return err
}

func want(t testing.TB, err, target error) {
	t.Helper()
	if !errors.Is(err, target) {
		t.Errorf("error is %v, want %v", err, target)
	}
}

func wantNone(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Errorf("error is %v", err)
	}
}

func TestFirstID(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		s := newService(t, db, nil)
		for i := range int32(3) {
			if u := register(t, s, fmt.Sprintf("player%d", i)); u.ID != users.FirstPlayerID+i {
				t.Errorf("player %d has id %d", i, u.ID)
			}
		}
	})
}

func TestBotName(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		botName := func(s *Service) string {
			found, err := s.Get(t.Context(), []int32{users.BotID})
			if err != nil || len(found) != 1 {
				t.Fatal(found, err)
			}
			return found[0].Name
		}
		for _, name := range []string{"BanchoBot", "BanchoBot", "banchobot", "Other Bot", "BanchoBot"} {
			if got := botName(newService(t, db, func(c *Config) { c.BotName = name })); got != name {
				t.Errorf("the bot is called %q, want %q", got, name)
			}
		}
		register(t, newService(t, db, nil), "someone")
		cfg := DefaultConfig()
		cfg.BotName = "Someone"
		_, err := New(t.Context(), cfg, Deps{DB: db, Topics: deaf{}, Log: slog.New(slog.DiscardHandler)})
		if err == nil || !strings.HasPrefix(err.Error(), "bot_name: ") {
			t.Errorf("the name of a player: %v", err)
		}
	})
}

// TestStartTogether has several processes find an empty database at once.
func TestStartTogether(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				_, err := New(t.Context(), DefaultConfig(), Deps{DB: db, Topics: deaf{}, Log: slog.New(slog.DiscardHandler)})
				wantNone(t, err)
			})
		}
		wg.Wait()
	})
}

func TestConfig(t *testing.T) {
	wantNone(t, DefaultConfig().Validate())
	for key, spoil := range map[string]func(*Config){
		"name_min":                  func(c *Config) { c.NameMin = 1 },
		"bot_name":                  func(c *Config) { c.BotName = "b" },
		"failures_per_address":      func(c *Config) { c.FailuresPerAddress = 0 },
		"failures_per_account":      func(c *Config) { c.FailuresPerAccount = 0 },
		"failure_window":            func(c *Config) { c.FailureWindow = 0 },
		"registrations_per_address": func(c *Config) { c.RegistrationsPerAddress = 0 },
		"registration_window":       func(c *Config) { c.RegistrationWindow = 0 },
		"hash_wait":                 func(c *Config) { c.HashWait = 0 },
		"verified_passwords":        func(c *Config) { c.Verified = 0 },
	} {
		cfg := DefaultConfig()
		spoil(&cfg)
		if err := cfg.Validate(); err == nil || !strings.HasPrefix(err.Error(), key+": ") {
			t.Errorf("%s: %v", key, err)
		}
	}
}

func TestReload(t *testing.T) {
	s := newSQLite(t, nil)
	outside := player("outsider")
	outside.Address = netip.MustParseAddr("192.0.2.1")

	closed := DefaultConfig()
	closed.Registration = false
	wantNone(t, s.Reload(closed))
	_, err := s.Register(t.Context(), outside)
	want(t, err, users.ErrClosed)
	register(t, s, "insider") // the command line still can

	for _, change := range []func(*Config){
		func(c *Config) { c.BotName = "Other" },
		func(c *Config) { c.HashWait = time.Second },
		func(c *Config) { c.Verified = 7 },
		func(c *Config) { c.NameMin = 0 },
	} {
		bad := DefaultConfig()
		change(&bad)
		if err := s.Reload(bad); err == nil {
			t.Errorf("%+v was taken", bad)
		}
		_, err = s.Register(t.Context(), outside)
		want(t, err, users.ErrClosed)
	}
	wantNone(t, s.Reload(DefaultConfig()))
	_, err = s.Register(t.Context(), outside)
	wantNone(t, err)
}

func TestReserved(t *testing.T) {
	s := newSQLite(t, func(c *Config) { c.Reserved = []string{"Top Staff"} })
	form := player("top_STAFF")
	form.Address = netip.MustParseAddr("192.0.2.1")
	_, err := s.Register(t.Context(), form)
	if f := fault.As(err); f == nil || f.Details["name"] == "" {
		t.Errorf("by a player: %v", err)
	}
	somebody, name := register(t, s, "somebody"), "Top staff"
	_, err = s.Update(t.Context(), somebody.ID, somebody.ID, users.Change{Name: &name})
	want(t, err, users.ErrInvalidForm)
	_, err = s.Update(t.Context(), somebody.ID, users.BotID, users.Change{Name: &name})
	wantNone(t, err)
}

// TestGuessedCountry lets a player in although an edge told nonsense of his address.
func TestGuessedCountry(t *testing.T) {
	s := newSQLite(t, nil)
	form := player("somebody")
	form.Country = "QQ"
	_, err := s.Register(t.Context(), form)
	want(t, err, users.ErrInvalidForm)
	form.Address = netip.MustParseAddr("192.0.2.1")
	if u, err := s.Register(t.Context(), form); err != nil || u.Country != "" {
		t.Errorf("from %q, %v", u.Country, err)
	}
}

func TestAddressLimit(t *testing.T) {
	s := newSQLite(t, func(c *Config) { c.FailuresPerAddress = 3 })
	register(t, s, "victim")
	for _, address := range []string{"192.0.2.1", "2001:db8::1"} {
		wantNone(t, login(t, s, "victim", password, address))
		want(t, login(t, s, "victim", "guess 1", address), users.ErrBadCredentials)
		want(t, login(t, s, "nobody", "guess 2", address), users.ErrBadCredentials)
		want(t, login(t, s, "victim", "guess 3", address), users.ErrBadCredentials)
		want(t, login(t, s, "victim", "guess 4", address), users.ErrTooMany)
		want(t, login(t, s, "victim", password, address), users.ErrTooMany)
	}
	want(t, login(t, s, "victim", password, "::ffff:192.0.2.1"), users.ErrTooMany)
	want(t, login(t, s, "victim", password, "2001:db8::ffff"), users.ErrTooMany) // the same network
	wantNone(t, login(t, s, "victim", password, "192.0.2.2"))
	wantNone(t, login(t, s, "victim", password, "2001:db8:0:1::1"))
	wantNone(t, login(t, s, "victim", password, "")) // the server itself
}

func TestAccountLimit(t *testing.T) {
	s := newSQLite(t, func(c *Config) { c.FailuresPerAccount = 4 })
	register(t, s, "victim")
	register(t, s, "other")
	const home = "192.0.2.1"
	wantNone(t, login(t, s, "victim", password, home))
	for i := range 4 {
		want(t, login(t, s, "victim", "guess", fmt.Sprintf("198.51.100.%d", i)), users.ErrBadCredentials)
	}
	want(t, login(t, s, "victim", "guess", "203.0.113.1"), users.ErrTooMany)
	wantNone(t, login(t, s, "other", password, "203.0.113.1"))

	// At home one even mistypes as always.
	want(t, login(t, s, "victim", "tpyo", home), users.ErrBadCredentials)
	wantNone(t, login(t, s, "victim", password, home))
}

// TestAccountLimitAfterRestart guesses at the password of an account whose owner a new process has not met: it is let in from
// where its devices were used.
func TestAccountLimitAfterRestart(t *testing.T) {
	db := databasetest.Open(t, database.SQLite)
	before := newService(t, db, nil)
	register(t, before, "victim")
	visit := func(s *Service, address string) error {
		c := users.Credentials{Name: "victim", PasswordMD5: md5hex(password), Address: netip.MustParseAddr(address)}
		_, err := s.Authenticate(t.Context(), c, &users.Device{Disk: md5hex(address)})
		return err
	}
	wantNone(t, visit(before, "192.0.2.1"))
	wantNone(t, visit(before, "2001:db8::1"))

	s := newService(t, db, func(c *Config) { c.FailuresPerAccount = 4 })
	for i := range 4 {
		want(t, login(t, s, "victim", "guess", fmt.Sprintf("198.51.100.%d", i)), users.ErrBadCredentials)
	}
	want(t, visit(s, "203.0.113.1"), users.ErrTooMany)
	want(t, login(t, s, "victim", "tpyo", "192.0.2.1"), users.ErrBadCredentials)
	wantNone(t, visit(s, "2001:db8::ffff")) // the same network
	wantNone(t, visit(s, "192.0.2.1"))
}

// TestBurst has many guesses arrive at once: no more are tried than the limit allows, but for those that are being tried when it
// is met.
func TestBurst(t *testing.T) {
	const limit, processors = 2, 2
	s := newSQLite(t, func(c *Config) { c.FailuresPerAddress = limit })
	register(t, s, "victim")
	s.passwords = &passwords{semaphore.NewWeighted(processors), time.Minute}
	var (
		wg    sync.WaitGroup
		mu    sync.Mutex
		tried int
	)
	for i := range 20 {
		wg.Go(func() {
			err := login(t, s, "victim", fmt.Sprintf("guess %d", i), "192.0.2.1")
			if errors.Is(err, users.ErrBadCredentials) {
				mu.Lock()
				tried++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if tried < limit || tried >= limit+processors {
		t.Errorf("%d guesses were tried", tried)
	}
}

func TestRegistrationLimit(t *testing.T) {
	s := newSQLite(t, func(c *Config) { c.RegistrationsPerAddress = 2 })
	try := func(name, address string) error {
		form := player(name)
		form.Address = netip.MustParseAddr(address)
		_, err := s.Register(t.Context(), form)
		return err
	}
	wantNone(t, try("first", "192.0.2.1"))
	want(t, try("!", "192.0.2.1"), users.ErrInvalidForm) // does not count
	wantNone(t, try("second", "192.0.2.1"))
	wantNone(t, try("second", "192.0.2.1")) // a retry
	want(t, try("third", "192.0.2.1"), users.ErrTooMany)
	wantNone(t, try("third", "192.0.2.2"))
}

func TestBusy(t *testing.T) {
	s := newSQLite(t, func(c *Config) { c.HashWait = time.Millisecond })
	register(t, s, "player")
	for s.passwords.slots.TryAcquire(1) {
	}
	want(t, login(t, s, "player", "wrong", ""), users.ErrBusy)
	want(t, login(t, s, "nobody", "wrong", ""), users.ErrBusy)
	wantNone(t, login(t, s, "player", password, "")) // remembered
	_, err := s.Register(t.Context(), player("second"))
	want(t, err, users.ErrBusy)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = s.passwords.acquire(ctx)
	want(t, err, context.Canceled)
}

// TestOtherProcess changes a password behind the back of a service that remembers the old one.
func TestOtherProcess(t *testing.T) {
	db := databasetest.Open(t, database.SQLite)
	ours, theirs := newService(t, db, nil), newService(t, db, nil)
	u := register(t, ours, "player")
	wantNone(t, login(t, ours, "player", password, ""))
	next := "battery staple"
	_, err := theirs.Update(t.Context(), u.ID, u.ID, users.Change{Password: &next})
	wantNone(t, err)
	want(t, login(t, ours, "player", password, ""), users.ErrBadCredentials)
	wantNone(t, login(t, ours, "player", next, ""))
}

func TestImportedHashes(t *testing.T) {
	secret := md5hex(password)
	crypted, err := bcrypt.GenerateFromPassword([]byte(secret), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	salt := []byte("0123456789abcdef")
	weak := fmt.Sprintf("$argon2id$v=19$m=1024,t=1,p=2$%s$%s", base64.RawStdEncoding.EncodeToString(salt),
		base64.RawStdEncoding.EncodeToString(argon2.IDKey([]byte(secret), salt, 1, 1024, 2, 32)))
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		for name, stored := range map[string]string{
			"bcrypt": string(crypted), "PHP's": "$2y$" + string(crypted[4:]), "weak": weak,
		} {
			s := newService(t, db, nil)
			u := register(t, s, strings.ToLower(strings.Trim(name, "'s"))+"er")
			set := func(hash string) {
				_, err := db.NewUpdate().Table("users").Set("password_hash = ?", hash).Where("id = ?", u.ID).Exec(t.Context())
				wantNone(t, err)
			}
			set(stored)
			want(t, login(t, s, u.Name, "wrong", ""), users.ErrBadCredentials)
			wantNone(t, login(t, s, u.Name, password, ""))
			found, err := s.store.byID(t.Context(), []int32{u.ID})
			wantNone(t, err)
			if len(found) != 1 || !strings.HasPrefix(found[0].PasswordHash, hashPrefix) {
				t.Errorf("%s was not upgraded: %+v", name, found)
			}
			wantNone(t, login(t, s, u.Name, password, ""))
			wantNone(t, login(t, newService(t, db, nil), u.Name, password, ""))
		}
	})
}

func TestStrangeHashes(t *testing.T) {
	good := hash(md5hex(password))
	for _, stored := range []string{
		"", "$", "plain", md5hex(password), "$2a$", "$2a$31$" + strings.Repeat("a", 53), "$argon2i$v=19$m=8,t=1,p=1$AAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA",
		strings.Replace(good, "m=19456", "m=4294967295", 1), strings.Replace(good, "t=2", "t=0", 1),
		strings.Replace(good, "p=1", "p=0", 1), strings.Replace(good, "v=19", "v=16", 1), good + "!", good[:len(good)-40],
	} {
		if ok, _, err := verify(stored, md5hex(password)); ok || err == nil {
			t.Errorf("%q: %v, %v", stored, ok, err)
		}
	}
	if ok, outdated, err := verify(good, md5hex(password)); !ok || outdated || err != nil {
		t.Errorf("a new hash: %v, %v, %v", ok, outdated, err)
	}
	if good == hash(md5hex(password)) {
		t.Error("hashes have no salt")
	}
}

func TestRecent(t *testing.T) {
	r := newRecent[int, int](10)
	for i := range 1000 {
		r.put(i, i)
		if v, ok := r.get(0); !ok || v != 0 { // what is used stays
			t.Fatalf("0 is gone after %d", i)
		}
	}
	if n := len(r.young) + len(r.old); n > 10 {
		t.Errorf("%d entries are kept", n)
	}
	if _, ok := r.get(500); ok {
		t.Error("an old entry is kept")
	}
	if v, ok := r.get(999); !ok || v != 999 {
		t.Error("the latest entry is gone")
	}
}

func TestDevicesAreBounded(t *testing.T) {
	s := newSQLite(t, nil)
	u := register(t, s, "player")
	rows := make([]device, devicesKept+20)
	for i := range rows {
		at := time.Unix(int64(i), 0).UTC()
		rows[i] = newDevice(u.ID, users.Device{Disk: md5hex(fmt.Sprint(i))}, netip.Addr{}, at)
	}
	if _, err := s.store.NewInsert().Model(&rows).Exec(t.Context()); err != nil {
		t.Fatal(err)
	}
	c := users.Credentials{Name: u.Name, PasswordMD5: md5hex(password)}
	if _, err := s.Authenticate(t.Context(), c, &users.Device{Disk: md5hex("new")}); err != nil {
		t.Fatal(err)
	}
	records, err := s.Devices(t.Context(), u.ID)
	if err != nil || len(records) != devicesKept || records[0].Device.Disk != md5hex("new") {
		t.Errorf("%d devices, %v", len(records), err)
	}
	if n, err := s.store.NewSelect().Model((*device)(nil)).Count(t.Context()); err != nil || n != devicesKept {
		t.Errorf("%d rows, %v", n, err)
	}
}

func BenchmarkAuthenticateRemembered(b *testing.B) {
	s := newSQLite(b, nil)
	register(b, s, "player")
	c := users.Credentials{Name: "player", PasswordMD5: md5hex(password), Address: netip.MustParseAddr("192.0.2.1")}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Authenticate(b.Context(), c, nil); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAuthenticateHashed(b *testing.B) {
	s := newSQLite(b, nil)
	register(b, s, "player")
	c := users.Credentials{Name: "player", PasswordMD5: md5hex("wrong")}
	for b.Loop() {
		if _, err := s.Authenticate(b.Context(), c, nil); !errors.Is(err, users.ErrBadCredentials) {
			b.Fatal(err)
		}
	}
}

func BenchmarkGet(b *testing.B) {
	s := newSQLite(b, nil)
	id := []int32{register(b, s, "player").ID}
	b.ReportAllocs()
	for b.Loop() {
		if found, err := s.Get(b.Context(), id); err != nil || len(found) != 1 {
			b.Fatal(found, err)
		}
	}
}

func BenchmarkLogin(b *testing.B) {
	s := newSQLite(b, nil)
	register(b, s, "player")
	c := users.Credentials{Name: "player", PasswordMD5: md5hex(password), Address: netip.MustParseAddr("192.0.2.1")}
	used := &users.Device{ClientVersion: "b20250815", Adapters: md5hex("a"), Uninstall: md5hex("u"), Disk: md5hex("d")}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Authenticate(b.Context(), c, used); err != nil {
			b.Fatal(err)
		}
	}
}
