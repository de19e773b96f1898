package userstest

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/pure-peace/peace/modules/fault"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/osu"
)

func testRegister(t *testing.T, s Subject) {
	f := form()
	f.UnicodeName = "小林 " + f.Name[:8]
	f.Privileges = users.Supporter | users.Nominator
	f.Country = "jp"
	u, err := s.Users.Register(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	if u.ID < users.FirstPlayerID {
		t.Errorf("id is %d, below the first of players", u.ID)
	}
	if u.CreatedAt.IsZero() || u.CreatedAt.Location() != time.UTC {
		t.Errorf("made at %v", u.CreatedAt)
	}
	wantEqual(t, u, users.User{
		ID: u.ID, Name: f.Name, UnicodeName: f.UnicodeName, Email: f.Email, Country: "JP",
		Privileges: users.Supporter | users.Nominator, CreatedAt: u.CreatedAt,
	})
	wantEqual(t, get(t, s, u.ID), u)
	if next := player(t, s); next.ID <= u.ID {
		t.Errorf("id %d follows %d", next.ID, u.ID)
	}
}

func testCheckOnly(t *testing.T, s Subject) {
	f := form()
	f.CheckOnly = true
	u, err := s.Users.Register(t.Context(), f)
	if err != nil || u.ID != 0 {
		t.Errorf("a check returned id %d, %v", u.ID, err)
	}
	if found, err := s.Users.Find(t.Context(), []string{f.Name}); err != nil || len(found) != 0 {
		t.Errorf("a check made an account: %v, %v", found, err)
	}
	f.Name, f.Password = "!", "x"
	_, err = s.Users.Register(t.Context(), f)
	wantFields(t, err, "name", "password")
}

func testBadForms(t *testing.T, s Subject) {
	for _, test := range []struct {
		name   string
		spoil  func(*users.Registration)
		fields []string
	}{
		{"no name", func(f *users.Registration) { f.Name = "" }, []string{"name"}},
		{"short name", func(f *users.Registration) { f.Name = "a" }, []string{"name"}},
		{"long name", func(f *users.Registration) { f.Name = "abcdefghijklmnop" }, []string{"name"}},
		{"foreign letter", func(f *users.Registration) { f.Name = "pæppy" }, []string{"name"}},
		{"markup", func(f *users.Registration) { f.Name = "<b>peppy" }, []string{"name"}},
		{"line break", func(f *users.Registration) { f.Name = "ab\ncd" }, []string{"name"}},
		{"zero byte", func(f *users.Registration) { f.Name = "ab\x00cd" }, []string{"name"}},
		{"space first", func(f *users.Registration) { f.Name = " abc" }, []string{"name"}},
		{"space last", func(f *users.Registration) { f.Name = "abc " }, []string{"name"}},
		{"two spaces", func(f *users.Registration) { f.Name = "ab  cd" }, []string{"name"}},
		{"space and underscore", func(f *users.Registration) { f.Name = "a b_c" }, []string{"name"}},

		{"unicode name of ASCII", func(f *users.Registration) { f.UnicodeName = "peppy" }, []string{"unicode_name"}},
		{"wide Latin", func(f *users.Registration) { f.UnicodeName = "ｐｅｐｐｙ" }, []string{"unicode_name"}},
		{"reversed text", func(f *users.Registration) { f.UnicodeName = "小\u202e林" }, []string{"unicode_name"}},
		{"joiner", func(f *users.Registration) { f.UnicodeName = "小\u200d林" }, []string{"unicode_name"}},
		{"invisible letter", func(f *users.Registration) { f.UnicodeName = "小\u3164" }, []string{"unicode_name"}},
		{"symbol", func(f *users.Registration) { f.UnicodeName = "小☃" }, []string{"unicode_name"}},
		{"control", func(f *users.Registration) { f.UnicodeName = "小\t林" }, []string{"unicode_name"}},
		{"mark first", func(f *users.Registration) { f.UnicodeName = "\u0301小" }, []string{"unicode_name"}},
		{"long unicode name", func(f *users.Registration) { f.UnicodeName = strings.Repeat("小", 16) }, []string{"unicode_name"}},
		{"huge unicode name", func(f *users.Registration) { f.UnicodeName = strings.Repeat("小", 1<<16) }, []string{"unicode_name"}},

		{"no e-mail address", func(f *users.Registration) { f.Email = "nobody" }, []string{"email"}},
		{"e-mail with a name", func(f *users.Registration) { f.Email = "A <a@example.com>" }, []string{"email"}},
		{"two e-mail addresses", func(f *users.Registration) { f.Email = "a@example.com, b@example.com" }, []string{"email"}},
		{"e-mail with a line break", func(f *users.Registration) { f.Email = "a@example.com\r\nBcc: b@example.com" }, []string{"email"}},
		{"long e-mail", func(f *users.Registration) { f.Email = strings.Repeat("a", 300) + "@example.com" }, []string{"email"}},

		{"short password", func(f *users.Registration) { f.Password = "abcdefg" }, []string{"password"}},
		{"long password", func(f *users.Registration) { f.Password = strings.Repeat("abcdefgh", 32) }, []string{"password"}},
		{"monotonous password", func(f *users.Registration) { f.Password = "abcabcabcabc" }, []string{"password"}},
		{"common password", func(f *users.Registration) { f.Password = "Password123" }, []string{"password"}},
		{"name as password", func(f *users.Registration) { f.Password = strings.ToUpper(f.Name) }, []string{"password"}},
		{"e-mail as password", func(f *users.Registration) { f.Password = f.Email }, []string{"password"}},

		{"country", func(f *users.Registration) { f.Country = "Germany" }, []string{"country"}},
		{"privileges", func(f *users.Registration) { f.Privileges = 1 << 40 }, []string{"privileges"}},
		{"several", func(f *users.Registration) { f.Name, f.Email, f.Password = "a", "b", "c" }, []string{"name", "email", "password"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := form()
			test.spoil(&f)
			_, err := s.Users.Register(t.Context(), f)
			wantFields(t, err, test.fields...)
		})
	}
	t.Run("good names", func(t *testing.T) {
		for _, name := range []string{"[" + unused()[:9] + "]", "a b " + unused()[:8], "_" + unused()[:9] + "_", "-" + unused()[:8]} {
			f := form()
			f.Name = name
			if _, err := s.Users.Register(t.Context(), f); err != nil {
				t.Errorf("%q: %v", name, err)
			}
		}
	})
}

func testTaken(t *testing.T, s Subject) {
	f := form()
	f.Name = "A b " + unused()[:8]
	f.UnicodeName = "Ωmega " + unused()[:8]
	f.Email = "Some." + f.Email
	if _, err := s.Users.Register(t.Context(), f); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name   string
		change func(*users.Registration)
		fields []string
	}{
		{"same name", func(g *users.Registration) { g.Name = f.Name }, []string{"name"}},
		{"same safe name", func(g *users.Registration) { g.Name = strings.ToUpper(osu.SafeName(f.Name)) }, []string{"name"}},
		{"same e-mail", func(g *users.Registration) { g.Email = f.Email }, []string{"email"}},
		{"e-mail in another case", func(g *users.Registration) { g.Email = strings.ToUpper(f.Email) }, []string{"email"}},
		{"same unicode name", func(g *users.Registration) { g.UnicodeName = f.UnicodeName }, []string{"unicode_name"}},
		{"unicode name in another case", func(g *users.Registration) { g.UnicodeName = strings.ToLower(f.UnicodeName) }, []string{"unicode_name"}},
		{"everything", func(g *users.Registration) { g.Name, g.Email, g.UnicodeName = f.Name, f.Email, f.UnicodeName },
			[]string{"name", "email", "unicode_name"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			g := form()
			test.change(&g)
			_, err := s.Users.Register(t.Context(), g)
			wantFields(t, err, test.fields...)
			g.CheckOnly = true
			_, err = s.Users.Register(t.Context(), g)
			wantFields(t, err, test.fields...)
		})
	}
}

func testRepeat(t *testing.T, s Subject) {
	f := form()
	first, err := s.Users.Register(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	again, err := s.Users.Register(t.Context(), f)
	if err != nil {
		t.Fatalf("the same form again: %v", err)
	}
	wantEqual(t, again, first)

	for name, change := range map[string]func(*users.Registration){
		"password":      func(f *users.Registration) { f.Password += "!" },
		"name's case":   func(f *users.Registration) { f.Name = strings.ToUpper(f.Name) },
		"only checking": func(f *users.Registration) { f.CheckOnly = true },
	} {
		g := f
		change(&g)
		_, err := s.Users.Register(t.Context(), g)
		t.Log(name)
		wantFields(t, err, "name", "email")
	}
	g := f
	g.Email = "other." + f.Email
	_, err = s.Users.Register(t.Context(), g)
	wantFields(t, err, "name")
}

// testRace has two registrations meet: that of the same name by two people, and that of one person twice.
func testRace(t *testing.T, s Subject) {
	together := func(a, b users.Registration) (ids []int32, errs []error) {
		var (
			wg sync.WaitGroup
			mu sync.Mutex
		)
		for _, f := range []users.Registration{a, b} {
			wg.Go(func() {
				u, err := s.Users.Register(t.Context(), f)
				mu.Lock()
				defer mu.Unlock()
				if err != nil {
					errs = append(errs, err)
					return
				}
				ids = append(ids, u.ID)
			})
		}
		wg.Wait()
		return ids, errs
	}
	for range 5 {
		a, b := form(), form()
		a.Name = "x y " + unused()[:8]
		b.Name = strings.ToUpper(osu.SafeName(a.Name))
		ids, errs := together(a, b)
		if len(ids) != 1 || len(errs) != 1 {
			t.Fatalf("%d won with the same name: %v", len(ids), errs)
		}
		wantFields(t, errs[0], "name")

		a = form()
		ids, errs = together(a, a)
		if len(errs) != 0 || ids[0] != ids[1] {
			t.Fatalf("a retry while the first is under way: %v, %v", ids, errs)
		}
	}
}

func testAuthenticate(t *testing.T, s Subject) {
	f := form()
	f.Name = "A b " + unused()[:8]
	f.UnicodeName = "Ωmega " + unused()[:8]
	made, err := s.Users.Register(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time the answer may be remembered
		for _, name := range []string{f.Name, osu.SafeName(f.Name), strings.ToUpper(f.Name), f.UnicodeName, strings.ToUpper(f.Email)} {
			u, err := s.Users.Authenticate(t.Context(), users.Credentials{Name: name, PasswordMD5: md5hex(f.Password)}, nil)
			if err != nil || u.ID != made.ID {
				t.Errorf("as %q: id %d, %v", name, u.ID, err)
			}
			if u.LastSeenAt.IsZero() {
				t.Error("the visit was not noted")
			}
		}
		for name, c := range map[string]users.Credentials{
			"wrong password":  {Name: f.Name, PasswordMD5: md5hex("wrong")},
			"plain password":  {Name: f.Name, PasswordMD5: f.Password},
			"no password":     {Name: f.Name},
			"upper-case MD5":  {Name: f.Name, PasswordMD5: strings.ToUpper(md5hex(f.Password))},
			"unknown name":    {Name: unused(), PasswordMD5: md5hex(f.Password)},
			"unknown e-mail":  {Name: unused() + "@example.com", PasswordMD5: md5hex(f.Password)},
			"no name":         {PasswordMD5: md5hex(f.Password)},
			"strange name":    {Name: "\x00%_\u202e", PasswordMD5: md5hex(f.Password)},
			"very long name":  {Name: strings.Repeat("a", 1<<16), PasswordMD5: md5hex(f.Password)},
			"long and a mail": {Name: strings.Repeat("a", 1<<16) + "@example.com", PasswordMD5: md5hex(f.Password)},
		} {
			u, err := s.Users.Authenticate(t.Context(), c, nil)
			if !errors.Is(err, users.ErrBadCredentials) || u.ID != 0 {
				t.Errorf("%s: id %d, %v", name, u.ID, err)
			}
		}
	}
	if seen := get(t, s, made.ID).LastSeenAt; seen.IsZero() {
		t.Error("the visit was not kept")
	}
	if _, err := s.Users.Restrict(t.Context(), made.ID, users.BotID, ""); err != nil {
		t.Fatal(err)
	}
	if u, err := s.Users.Authenticate(t.Context(), credentials(f), nil); err != nil || !u.Restricted {
		t.Errorf("a restricted account: %+v, %v", u, err)
	}
}

func testGet(t *testing.T, s Subject) {
	a, b := player(t, s), player(t, s)
	found, err := s.Users.Get(t.Context(), []int32{b.ID, -1, 0, 1 << 30, a.ID})
	if err != nil {
		t.Fatal(err)
	}
	wantEqual(t, found, []users.User{b, a})
	if found, err := s.Users.Get(t.Context(), nil); err != nil || len(found) != 0 {
		t.Errorf("nothing asked for: %v, %v", found, err)
	}
	if _, err := s.Users.Get(t.Context(), make([]int32, users.MaxBatch)); err != nil {
		t.Errorf("a full batch: %v", err)
	}
	_, err = s.Users.Get(t.Context(), make([]int32, users.MaxBatch+1))
	want(t, err, users.ErrTooLarge)
}

func testFind(t *testing.T, s Subject) {
	f := form()
	f.Name = "A b " + unused()[:8]
	f.UnicodeName = "Ça " + unused()[:8]
	a, err := s.Users.Register(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	b := player(t, s)
	decomposed := strings.Replace(f.UnicodeName, "Ç", "C\u0327", 1)
	found, err := s.Users.Find(t.Context(), []string{
		strings.ToUpper(b.Name), unused(), "", "\x00", "%", "\xff", strings.Repeat("小", 1<<10),
		osu.SafeName(f.Name), f.UnicodeName, decomposed, strings.ToLower(f.UnicodeName), f.Email,
	})
	if err != nil {
		t.Fatal(err)
	}
	wantEqual(t, found, []users.User{b, a, a, a})
	_, err = s.Users.Find(t.Context(), slices.Repeat([]string{b.Name}, users.MaxBatch+1))
	want(t, err, users.ErrTooLarge)
}

func testUpdate(t *testing.T, s Subject) {
	u, f := register(t, s, 0)
	renamed := form()
	next, err := s.Users.Update(t.Context(), u.ID, u.ID, users.Change{
		Name: &renamed.Name, UnicodeName: ptr("Ωm" + renamed.Name[:8]), Email: &renamed.Email, Country: ptr("fr"),
		Ruleset: ptr(osu.Mania), Password: &renamed.Password,
	})
	if err != nil {
		t.Fatal(err)
	}
	expected := u
	expected.Name, expected.UnicodeName, expected.Email = renamed.Name, "Ωm"+renamed.Name[:8], renamed.Email
	expected.Country, expected.Ruleset = "FR", osu.Mania
	expected.PasswordSerial = u.PasswordSerial + 1
	wantEqual(t, next, expected)
	wantEqual(t, get(t, s, u.ID), expected)

	if _, err := s.Users.Authenticate(t.Context(), credentials(renamed), nil); err != nil {
		t.Errorf("the new name and password: %v", err)
	}
	for _, c := range []users.Credentials{credentials(f), {Name: renamed.Name, PasswordMD5: md5hex(f.Password)}} {
		_, err := s.Users.Authenticate(t.Context(), c, nil)
		want(t, err, users.ErrBadCredentials)
	}

	// Only another spelling of one's own name, and nothing at all.
	upper := strings.ToUpper(renamed.Name)
	if next, err = s.Users.Update(t.Context(), u.ID, u.ID, users.Change{Name: &upper, UnicodeName: ptr("")}); err != nil {
		t.Fatal(err)
	}
	expected.Name, expected.UnicodeName = upper, ""
	wantEqual(t, next, expected, cmpopts.IgnoreFields(users.User{}, "LastSeenAt"))
	if next, err = s.Users.Update(t.Context(), u.ID, u.ID, users.Change{}); err != nil {
		t.Fatal(err)
	}
	wantEqual(t, next, expected, cmpopts.IgnoreFields(users.User{}, "LastSeenAt"))
	if rows, err := s.Users.Audit(t.Context(), u.ID, 0, 10); err != nil || len(rows) != 0 {
		t.Errorf("what players do themselves was audited: %v, %v", rows, err)
	}

	// The name that was given up is free.
	g := form()
	g.Name = f.Name
	if _, err := s.Users.Register(t.Context(), g); err != nil {
		t.Errorf("the old name: %v", err)
	}

	if _, err := s.Users.Update(t.Context(), u.ID, users.BotID, users.Change{Country: ptr("")}); err != nil {
		t.Fatal(err)
	}
	rows, err := s.Users.Audit(t.Context(), u.ID, 0, 10)
	if err != nil || len(rows) != 1 || rows[0].Action != "update" || rows[0].ActorID != users.BotID {
		t.Errorf("what staff changes is not audited: %+v, %v", rows, err)
	}
}

func testUpdateProblems(t *testing.T, s Subject) {
	u, f := register(t, s, 0)
	other := player(t, s)
	for name, test := range map[string]struct {
		change users.Change
		fields []string
	}{
		"bad everything": {users.Change{
			Name: ptr("x"), UnicodeName: ptr("x"), Email: ptr("x"), Country: ptr("x"), Ruleset: ptr(osu.Ruleset(200)), Password: ptr("x"),
		}, []string{"name", "unicode_name", "email", "country", "ruleset", "password"}},
		"taken name":           {users.Change{Name: ptr(strings.ToUpper(other.Name))}, []string{"name"}},
		"taken and short":      {users.Change{Name: &other.Name, Password: ptr("x")}, []string{"name", "password"}},
		"taken e-mail":         {users.Change{Email: ptr(strings.ToUpper(other.Email))}, []string{"email"}},
		"the name as password": {users.Change{Password: &f.Name}, []string{"password"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := s.Users.Update(t.Context(), u.ID, u.ID, test.change)
			wantFields(t, err, test.fields...)
		})
	}
	wantEqual(t, get(t, s, u.ID), u)
	_, err := s.Users.Update(t.Context(), 1<<30, users.BotID, users.Change{Country: ptr("FR")})
	want(t, err, users.ErrNotFound)
	_, err = s.Users.Update(t.Context(), u.ID, other.ID, users.Change{Country: ptr("FR")})
	want(t, err, users.ErrForbidden)

	// Two accounts want one name at once.
	name := unused()
	var (
		wg   sync.WaitGroup
		errs = make([]error, 2)
	)
	for i, id := range []int32{u.ID, other.ID} {
		wg.Go(func() { _, errs[i] = s.Users.Update(t.Context(), id, id, users.Change{Name: &name}) })
	}
	wg.Wait()
	if (errs[0] == nil) == (errs[1] == nil) {
		t.Fatalf("a name for two: %v", errs)
	}
	wantFields(t, errors.Join(errs...), "name")
}

func testSettings(t *testing.T, s Subject) {
	u := player(t, s)
	got, err := s.Users.Settings(t.Context(), u.ID)
	if err != nil {
		t.Fatal(err)
	}
	wantEqual(t, got, users.Settings{})
	for _, settings := range []users.Settings{
		{FriendsOnlyMessages: true, HideLocation: true, HidePresence: true, Language: "pt-BR"},
		{HideLocation: true},
	} {
		for range 2 {
			if err := s.Users.SaveSettings(t.Context(), u.ID, settings); err != nil {
				t.Fatal(err)
			}
		}
		if got, err = s.Users.Settings(t.Context(), u.ID); err != nil {
			t.Fatal(err)
		}
		wantEqual(t, got, settings)
	}
	wantFields(t, s.Users.SaveSettings(t.Context(), u.ID, users.Settings{Language: "<script>"}), "language")
	want(t, s.Users.SaveSettings(t.Context(), 1<<30, users.Settings{}), users.ErrNotFound)
	_, err = s.Users.Settings(t.Context(), 1<<30)
	want(t, err, users.ErrNotFound)
}

func testBot(t *testing.T, s Subject) {
	bot := get(t, s, users.BotID)
	if !bot.Bot || bot.Name == "" {
		t.Errorf("the bot is %+v", bot)
	}
	for _, md5 := range []string{"", md5hex("")} {
		_, err := s.Users.Authenticate(t.Context(), users.Credentials{Name: bot.Name, PasswordMD5: md5}, nil)
		want(t, err, users.ErrBadCredentials)
	}
	f := form()
	f.Name = strings.ToLower(bot.Name)
	_, err := s.Users.Register(t.Context(), f)
	wantFields(t, err, "name")

	developer, _ := register(t, s, users.Developer)
	for _, by := range []int32{users.BotID, developer.ID} {
		_, err = s.Users.Restrict(t.Context(), users.BotID, by, "")
		want(t, err, users.ErrForbidden)
		_, err = s.Users.Update(t.Context(), users.BotID, by, users.Change{Password: ptr("correct horse")})
		want(t, err, users.ErrForbidden)
	}
	if kind := fault.KindOf(err); kind != fault.Forbidden {
		t.Errorf("kind %v", kind)
	}
}
