package local

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/uptrace/bun"
	"go.uber.org/goleak"

	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/database/databasetest"
	"github.com/pure-peace/peace/modules/oauth"
	"github.com/pure-peace/peace/modules/oauth/oauthtest"
	"github.com/pure-peace/peace/modules/state/memory"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// subject is a service that does not run, with what is around it.
type subject struct {
	*Service
	world *oauthtest.World
	log   *bytes.Buffer
	deps  Deps
}

func newSubject(t testing.TB, db *database.DB, edit func(*Config)) subject {
	t.Helper()
	var lines bytes.Buffer
	log := slog.New(slog.NewTextHandler(&lines, &slog.HandlerOptions{Level: slog.LevelDebug}))
	topics, err := memory.New(t.Context(), memory.Config{}, log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = topics.Close() })
	world := oauthtest.NewWorld(topics)
	config := DefaultConfig()
	config.KeyFile = filepath.Join(t.TempDir(), "oauth.key")
	if edit != nil {
		edit(&config)
	}
	deps := Deps{DB: db, Users: world, Mail: world, Topics: topics, Domain: "example.org", Log: log}
	s, err := New(t.Context(), config, deps)
	if err != nil {
		t.Fatal(err)
	}
	return subject{s, world, &lines, deps}
}

func (s subject) login(t testing.TB, p oauthtest.Player) oauth.Issued {
	t.Helper()
	issued, err := s.Password(t.Context(), oauth.Client{ID: oauth.GameClient, Secret: s.config.GameSecrets[0]},
		oauth.Login{Name: p.Name, Password: p.Password, Scopes: []string{"*"}, Version: oauth.TOTPVersion})
	if err != nil {
		t.Fatal(err)
	}
	return issued
}

func (s subject) refresh(t testing.TB, refresh string) (oauth.Issued, error) {
	t.Helper()
	return s.Refresh(t.Context(), oauth.Client{ID: oauth.GameClient, Secret: s.config.GameSecrets[0]}, refresh, nil)
}

// later makes all that is in the database older.
func (s subject) later(t testing.TB, by time.Duration) {
	t.Helper()
	s.cache.purge()
	var rows []tokenRow
	if err := s.store.NewSelect().Model(&rows).Scan(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		r.IssuedAt, r.ExpiresAt, r.EndsAt = r.IssuedAt.Add(-by), r.ExpiresAt.Add(-by), r.EndsAt.Add(-by)
		if !r.ReplacedAt.IsZero() {
			r.ReplacedAt = r.ReplacedAt.Add(-by)
		}
		if _, err := s.store.NewUpdate().Model(&r).WherePK().Exec(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	for _, table := range []string{"oauth_codes", "oauth_challenges"} {
		if _, err := s.store.NewUpdate().Table(table).Set("expires_at = ?", now().Add(-by)).Where("1 = 1").Exec(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

func want(t testing.TB, err, target error) {
	t.Helper()
	if !errors.Is(err, target) {
		t.Errorf("error is %v, want %v", err, target)
	}
}

func TestExpiry(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		s := newSubject(t, db, func(c *Config) { c.MailVerification = true })
		p := s.world.NewPlayer(t, true, 0)
		issued := s.login(t, p)
		code := s.world.Mails(p.Email)[0].Text
		s.later(t, 10*time.Minute)
		if _, err := s.Check(t.Context(), issued.AccessToken); err != nil {
			t.Errorf("after ten minutes: %v", err)
		}
		want(t, s.Verify(t.Context(), issued.Token.ID, eightOf(code)), oauth.ErrBadCode)
		if len(s.world.Mails(p.Email)) != 2 {
			t.Error("a code has expired, and no other one was sent")
		}
		s.later(t, 24*time.Hour)
		_, err := s.Check(t.Context(), issued.AccessToken)
		want(t, err, oauth.ErrNoToken)
		want(t, s.Verify(t.Context(), issued.Token.ID, "00000000"), oauth.ErrNoToken)
		next, err := s.refresh(t, issued.RefreshToken)
		if err != nil {
			t.Fatal(err)
		}
		s.later(t, 90*24*time.Hour)
		_, err = s.refresh(t, next.RefreshToken)
		want(t, err, oauth.ErrBadGrant)
		if err := s.store.clean(t.Context(), now()); err != nil {
			t.Fatal(err)
		}
		for _, model := range []any{(*tokenRow)(nil), (*codeRow)(nil), (*challengeRow)(nil)} {
			if n, err := s.store.NewSelect().Model(model).Count(t.Context()); err != nil || n != 0 {
				t.Errorf("%d rows of %T stay, %v", n, model, err)
			}
		}
	})
}

func eightOf(text string) string {
	for _, field := range strings.Fields(text) {
		if len(field) == mailCodeLength && strings.Trim(field, "0123456789abcdef") == "" {
			return field
		}
	}
	return ""
}

func TestGraceEnds(t *testing.T) {
	s := newSubject(t, databasetest.Open(t, database.SQLite), nil)
	issued := s.login(t, s.world.NewPlayer(t, false, 0))
	lost, err := s.refresh(t, issued.RefreshToken)
	if err != nil {
		t.Fatal(err)
	}
	s.later(t, s.config.RefreshGrace+time.Second)
	_, err = s.refresh(t, issued.RefreshToken)
	want(t, err, oauth.ErrBadGrant)
	_, err = s.Check(t.Context(), lost.AccessToken)
	want(t, err, oauth.ErrNoToken)
}

func TestCodeExpires(t *testing.T) {
	s := newSubject(t, databasetest.Open(t, database.SQLite), nil)
	p := s.world.NewPlayer(t, false, 0)
	a, err := s.Create(t.Context(), oauth.Application{OwnerID: p.ID, Name: "Tool", Redirects: []string{"https://example.com/"}})
	if err != nil {
		t.Fatal(err)
	}
	code, err := s.Authorize(t.Context(), oauth.Consent{UserID: p.ID, ClientID: a.ID, Scopes: []string{"public"}})
	if err != nil {
		t.Fatal(err)
	}
	s.later(t, time.Second)
	_, err = s.Exchange(t.Context(), oauth.Client{ID: a.ID, Secret: a.Secret}, oauth.Exchange{Code: code})
	want(t, err, oauth.ErrBadGrant)
}

// TestOldestEnds says that nobody fills the table by logging in.
func TestOldestEnds(t *testing.T) {
	s := newSubject(t, databasetest.Open(t, database.SQLite), nil)
	p := s.world.NewPlayer(t, false, 0)
	first := s.login(t, p)
	for range maxLines {
		s.login(t, p)
	}
	_, err := s.Check(t.Context(), first.AccessToken)
	want(t, err, oauth.ErrNoToken)
	if n, err := s.store.NewSelect().Model((*tokenRow)(nil)).Count(t.Context()); err != nil || n != maxLines {
		t.Errorf("%d tokens, %v", n, err)
	}
}

// TestLineIsShortened says that nobody fills the table by refreshing.
func TestLineIsShortened(t *testing.T) {
	s := newSubject(t, databasetest.Open(t, database.SQLite), nil)
	issued := s.login(t, s.world.NewPlayer(t, false, 0))
	for range maxReplaced + 20 {
		next, err := s.refresh(t, issued.RefreshToken)
		if err != nil {
			t.Fatal(err)
		}
		issued = next
	}
	if n, err := s.store.NewSelect().Model((*tokenRow)(nil)).Count(t.Context()); err != nil || n > maxReplaced+1 {
		t.Errorf("%d tokens, %v", n, err)
	}
	if _, err := s.Check(t.Context(), issued.AccessToken); err != nil {
		t.Error(err)
	}
}

// TestSecretsAreNotKept looks for everything that was handed out in what is in the database and in the log.
func TestSecretsAreNotKept(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		s := newSubject(t, db, nil)
		p := s.world.NewPlayer(t, true, 0)
		issued := s.login(t, p)
		a, err := s.Create(t.Context(), oauth.Application{OwnerID: p.ID, Name: "Tool", Redirects: []string{"https://example.com/"}})
		if err != nil {
			t.Fatal(err)
		}
		code, err := s.Authorize(t.Context(), oauth.Consent{UserID: p.ID, ClientID: a.ID, Scopes: []string{"public"}})
		if err != nil {
			t.Fatal(err)
		}
		e, err := s.Enrol(t.Context(), p.ID)
		if err != nil {
			t.Fatal(err)
		}
		secret, err := base32NoPad.DecodeString(e.Secret)
		if err != nil {
			t.Fatal(err)
		}
		kept := dump(t, db)
		for _, handed := range []string{issued.AccessToken, issued.RefreshToken, a.Secret, code, p.Password, e.Secret, string(secret)} {
			if strings.Contains(kept, handed) {
				t.Errorf("the database has %q", handed)
			}
			if strings.Contains(s.log.String(), handed) {
				t.Errorf("the log has %q", handed)
			}
		}
	})
}

// dump returns all that is in the tables.
func dump(t *testing.T, db *database.DB) string {
	t.Helper()
	var all strings.Builder
	add := func(rows any) {
		if err := db.NewSelect().Model(rows).Scan(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	var (
		tokens  []tokenRow
		codes   []codeRow
		apps    []applicationRow
		factors []authenticatorRow
	)
	add(&tokens)
	add(&codes)
	add(&apps)
	add(&factors)
	if len(tokens)*len(codes)*len(apps)*len(factors) == 0 {
		t.Fatal("the tables are empty")
	}
	for _, r := range tokens {
		all.Write(r.AccessHash)
		all.Write(r.RefreshHash)
		all.Write(r.Line)
	}
	for _, r := range codes {
		all.Write(r.Hash)
		all.WriteString(r.Challenge)
	}
	for _, r := range apps {
		all.Write(r.SecretHash)
	}
	for _, r := range factors {
		all.Write(r.Secret)
	}
	return all.String()
}

func TestKey(t *testing.T) {
	db := databasetest.Open(t, database.SQLite)
	s := newSubject(t, db, nil)
	info, err := os.Stat(s.config.KeyFile)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v, %v", info.Mode(), err)
	}
	if left, err := os.ReadDir(filepath.Dir(s.config.KeyFile)); err != nil || len(left) != 1 {
		t.Errorf("%v, %v", left, err)
	}
	if _, err := s.Enrol(t.Context(), s.world.NewPlayer(t, false, 0).ID); err != nil {
		t.Fatal(err)
	}
	if _, err := New(t.Context(), s.config, s.deps); err != nil {
		t.Errorf("with the same key: %v", err)
	}
	other := s.config
	other.KeyFile = filepath.Join(t.TempDir(), "deeper", "oauth.key")
	if _, err := New(t.Context(), other, s.deps); err == nil || !strings.HasPrefix(err.Error(), "key_file: ") {
		t.Errorf("with another key: %v", err)
	}
	for name, text := range map[string]string{"empty": "", "short": "abcd", "no digits": strings.Repeat("x", 64)} {
		other.KeyFile = filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(other.KeyFile, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := New(t.Context(), other, s.deps); err == nil || !strings.HasPrefix(err.Error(), "key_file: ") {
			t.Errorf("%s: %v", name, err)
		}
	}
	sealed := s.key.seal(1, []byte("a secret"))
	if _, err := s.key.open(2, sealed); err == nil {
		t.Error("what is sealed for one user opens for another")
	}
	sealed[len(sealed)-1] ^= 1
	if _, err := s.key.open(1, sealed); err == nil {
		t.Error("what was changed opens")
	}
	if _, err := s.key.open(1, nil); err == nil {
		t.Error("nothing opens")
	}
}

// TestCacheForgets says that what was being read while it ended is not remembered.
func TestCacheForgets(t *testing.T) {
	c := newCache(2)
	token := func(id int64) oauth.Token { return oauth.Token{ID: id, ExpiresAt: time.Now().Add(time.Hour)} }
	_, _, generation := c.get(hash("a"))
	c.forget([]int64{1})
	c.put(hash("a"), token(1), generation)
	if _, ok, _ := c.get(hash("a")); ok {
		t.Error("it is remembered")
	}
	for id, name := range []string{"a", "b", "c"} {
		_, _, generation := c.get(hash(name))
		c.put(hash(name), token(int64(id)), generation)
	}
	if c.known.Len() != 2 || len(c.byID) != 2 {
		t.Errorf("%d tokens by %d ids", c.known.Len(), len(c.byID))
	}
	c.forget([]int64{1, 1, 99})
	if _, ok, _ := c.get(hash("b")); ok || len(c.byID) != 1 {
		t.Error("it is not forgotten")
	}
	expired := token(7)
	expired.ExpiresAt = time.Now().Add(-time.Second)
	_, _, generation = c.get(hash("d"))
	c.put(hash("d"), expired, generation)
	if _, ok, _ := c.get(hash("d")); ok {
		t.Error("it has expired")
	}
	c.purge()
	if c.known.Len()+len(c.byID) != 0 {
		t.Error("there is something left")
	}
}

// TestWithoutMail says that nobody is asked for a code that cannot be sent.
func TestWithoutMail(t *testing.T) {
	db := databasetest.Open(t, database.SQLite)
	s := newSubject(t, db, func(c *Config) { c.MailVerification = true })
	s.Service.deps.Mail = nil
	p := s.world.NewPlayer(t, true, 0)
	if token := s.login(t, p).Token; !token.Verified {
		t.Errorf("%+v", token)
	}
}

func TestNewFails(t *testing.T) {
	for key, spoil := range map[string]func(*Config){
		"game_secrets[0]":  func(c *Config) { c.GameSecrets = []string{"short"} },
		"access_lifetime":  func(c *Config) { c.AccessLifetime = time.Second },
		"refresh_lifetime": func(c *Config) { c.RefreshLifetime = time.Hour },
		"site_lifetime":    func(c *Config) { c.SiteLifetime = 0 },
		"refresh_grace":    func(c *Config) { c.RefreshGrace = time.Hour },
		"key_file":         func(c *Config) { c.KeyFile = "" },
		"issuer":           func(c *Config) { c.Issuer = strings.Repeat("x", 65) },
		"code_failures":    func(c *Config) { c.CodeFailures = 0 },
		"code_mails":       func(c *Config) { c.CodeMails = 1001 },
		"code_window":      func(c *Config) { c.CodeWindow = time.Second },
		"cached_tokens":    func(c *Config) { c.CachedTokens = 0 },
	} {
		c := DefaultConfig()
		spoil(&c)
		if err := c.Validate(); err == nil || !strings.HasPrefix(err.Error(), key+": ") {
			t.Errorf("%s: %v", key, err)
		}
		if _, err := New(t.Context(), c, Deps{}); err == nil {
			t.Errorf("%s: New accepts it", key)
		}
	}
	if err := DefaultConfig().Validate(); err != nil {
		t.Error(err)
	}
}

// TestRefreshAndRevoke says that a token cannot be refreshed past its end.
func TestRefreshAndRevoke(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		s := newSubject(t, db, nil)
		p := s.world.NewPlayer(t, false, 0)
		for range 20 {
			issued := s.login(t, p)
			done := make(chan oauth.Issued, 1)
			go func() {
				next, err := s.refresh(t, issued.RefreshToken)
				if err != nil && !errors.Is(err, oauth.ErrBadGrant) {
					t.Error(err)
				}
				done <- next
			}()
			if err := s.Revoke(t.Context(), issued.Token.ID); err != nil {
				t.Error(err)
			}
			if next := <-done; next.AccessToken != "" {
				if _, err := s.Check(t.Context(), next.AccessToken); !errors.Is(err, oauth.ErrNoToken) {
					t.Fatalf("a token lives on: %v", err)
				}
			}
		}
	})
}

func FuzzRedirect(f *testing.F) {
	for _, address := range []string{"https://example.com/", "http://[::1]:80/x?y", "https://a;b/", "https://example.com\\@evil", "javascript:x", "https://%41/"} {
		f.Add(address)
	}
	f.Fuzz(func(t *testing.T, address string) {
		if !isRedirect(address) {
			return
		}
		if len(address) > oauth.MaxURL || strings.ContainsAny(address, "\\#\r\n\t <>\"") && strings.ContainsAny(address, "\\#\r\n\t ") {
			t.Fatalf("%q is accepted", address)
		}
		if rest, ok := strings.CutPrefix(strings.ToLower(address), "http"); !ok || !strings.HasPrefix(strings.TrimPrefix(rest, "s"), "://") {
			t.Fatalf("%q is accepted", address)
		}
	})
}

// BenchmarkCheck measures what every request of the API costs here.
func BenchmarkCheck(b *testing.B) {
	s := newSubject(b, databasetest.Open(b, database.SQLite), nil)
	issued := benchLogin(b, s)
	b.Run("remembered", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := s.Check(context.Background(), issued.AccessToken); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("read", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			s.cache.purge()
			if _, err := s.Check(context.Background(), issued.AccessToken); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func benchLogin(b *testing.B, s subject) oauth.Issued {
	b.Helper()
	issued, _, err := s.issue(b.Context(), bun.IDB(s.store), tokenRow{Line: newLine(), ClientID: oauth.GameClient, Scopes: "*", Verified: true}, 0)
	if err != nil {
		b.Fatal(err)
	}
	return issued
}
