package userstest

import (
	"slices"
	"strings"
	"testing"

	"github.com/pure-peace/peace/modules/users"
)

// named makes accounts of the names and returns their ids by name.
func named(t *testing.T, s Subject, names ...string) map[string]int32 {
	t.Helper()
	ids := make(map[string]int32, len(names))
	for _, name := range names {
		f := form()
		f.Name = name
		u, err := s.Users.Register(t.Context(), f)
		if err != nil {
			t.Fatal(name, err)
		}
		ids[name] = u.ID
	}
	return ids
}

func testSearch(t *testing.T, s Subject) {
	part := unused()[1:8]
	ids := named(t, s, part, part+"z", "a"+part, "Zz "+part+" q", "Bb "+strings.ToUpper(part), "hid"+part)
	if _, err := s.Users.Restrict(t.Context(), ids["hid"+part], users.BotID, "test"); err != nil {
		t.Fatal(err)
	}
	inOrder := []int32{ids[part], ids[part+"z"], ids["a"+part], ids["Bb "+strings.ToUpper(part)], ids["Zz "+part+" q"]}
	for name, search := range map[string]struct {
		text          string
		offset, limit int
		want          []int32
		total         int
	}{
		"all":               {part, 0, 10, inOrder, 5},
		"in capitals":       {" " + strings.ToUpper(part) + " ", 0, 10, inOrder, 5},
		"a page":            {part, 1, 3, inOrder[1:4], 5},
		"the last page":     {part, 4, 3, inOrder[4:], 5},
		"beyond the end":    {part, 9, 3, nil, 5},
		"nothing of it":     {part, 0, 0, nil, 5},
		"space is _":        {"z_" + part + " ", 0, 10, inOrder[4:], 1},
		"within":            {"z " + part, 0, 10, inOrder[4:], 1},
		"the end":           {part[2:] + " q", 0, 10, inOrder[4:], 1},
		"somebody hidden":   {"hid" + part, 0, 10, nil, 0},
		"nobody":            {part + "yy", 0, 10, nil, 0},
		"too long":          {strings.Repeat(part, 5), 0, 10, nil, 0},
		"much too long":     {strings.Repeat(part, 500), 0, 10, nil, 0},
		"not in names":      {"%" + part, 0, 10, nil, 0},
		"not text":          {"\xff" + part, 0, 10, nil, 0},
		"a zero":            {part + "\x00", 0, 10, nil, 0},
		"nothing":           {"", 0, 10, nil, 0},
		"only a space":      {" ", 0, 10, nil, 0},
		"in another script": {"Ω" + part, 0, 10, nil, 0},
	} {
		t.Run(name, func(t *testing.T) {
			found, total, err := s.Users.Search(t.Context(), search.text, search.offset, search.limit)
			if err != nil {
				t.Fatal(err)
			}
			var got []int32
			for _, u := range found {
				got = append(got, u.ID)
			}
			wantEqual(t, got, search.want)
			wantEqual(t, total, search.total)
		})
	}

	// By a name in any script, if it is the whole of it.
	unicode := "Ωß" + part
	if _, err := s.Users.Update(t.Context(), ids[part], users.BotID, users.Change{UnicodeName: &unicode}); err != nil {
		t.Fatal(err)
	}
	found, total, err := s.Users.Search(t.Context(), unicode, 0, 10)
	if err != nil || total != 1 || len(found) != 1 || found[0].ID != ids[part] {
		t.Errorf("by unicode name: %v, %d, %v", found, total, err)
	}

	// Who is called something else is found by that, and by nothing else.
	next := unused()
	if _, err := s.Users.Update(t.Context(), ids["a"+part], ids["a"+part], users.Change{Name: &next}); err != nil {
		t.Fatal(err)
	}
	if found, total, err := s.Users.Search(t.Context(), next[3:], 0, 10); err != nil || total != 1 || len(found) != 1 {
		t.Errorf("by the new name: %v, %d, %v", found, total, err)
	}
	if _, total, err := s.Users.Search(t.Context(), part, 0, 10); err != nil || total != 4 {
		t.Errorf("by the old name: %d, %v", total, err)
	}

	// A single letter is a beginning.
	found, _, err = s.Users.Search(t.Context(), part[:1], 0, users.MaxFound)
	if err != nil || len(found) == 0 || slices.ContainsFunc(found, func(u users.User) bool { return !strings.EqualFold(u.Name[:1], part[:1]) }) {
		t.Errorf("by one letter: %d, %v", len(found), err)
	}
}

func testSearchRefusals(t *testing.T, s Subject) {
	for _, page := range [][2]int{{-1, 1}, {0, -1}, {0, users.MaxFound + 1}, {users.MaxFound, 1}, {1 << 62, 1 << 62}} {
		_, _, err := s.Users.Search(t.Context(), "peace", page[0], page[1])
		want(t, err, users.ErrTooLarge)
	}
}

func testProfiles(t *testing.T, s Subject) {
	u, other := player(t, s), player(t, s)
	admin, _ := register(t, s, users.Administrator)
	got, err := s.Users.Profiles(t.Context(), []int32{other.ID, 1 << 30, u.ID, users.BotID})
	if err != nil {
		t.Fatal(err)
	}
	wantEqual(t, got, []users.Profile{{UserID: other.ID}, {UserID: u.ID}, {UserID: users.BotID}})

	told := users.Profile{
		UserID: u.ID, Interests: "Öl & “tea”", Occupation: "o", Location: "l", Website: "https://example.com/~me", Twitter: "t",
		Discord: "d#1", Playstyles: users.Tablet | users.Keyboard, Hue: ptr(int32(0)),
	}
	ignored := told
	ignored.FormerNames, ignored.FriendsOnlyMessages, ignored.HidePresence = []string{"x"}, true, true
	for range 2 {
		if err := s.Users.SaveProfile(t.Context(), ignored, u.ID); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Users.SaveSettings(t.Context(), other.ID, users.Settings{FriendsOnlyMessages: true, HidePresence: true}); err != nil {
		t.Fatal(err)
	}
	profiles := func(ids ...int32) []users.Profile {
		t.Helper()
		got, err := s.Users.Profiles(t.Context(), ids)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	wantEqual(t, profiles(u.ID, other.ID), []users.Profile{told, {UserID: other.ID, FriendsOnlyMessages: true, HidePresence: true}})

	// What staff gives stays with what the player changes, and is not his to change.
	titled := told
	titled.Title, titled.Colour, titled.Hue = "Champion", "ff00aa", nil
	want(t, s.Users.SaveProfile(t.Context(), titled, u.ID), users.ErrForbidden)
	want(t, s.Users.SaveProfile(t.Context(), titled, other.ID), users.ErrForbidden)
	if err := s.Users.SaveProfile(t.Context(), titled, admin.ID); err != nil {
		t.Fatal(err)
	}
	wantEqual(t, profiles(u.ID), []users.Profile{titled})
	titled.Interests = ""
	if err := s.Users.SaveProfile(t.Context(), titled, u.ID); err != nil {
		t.Fatal(err)
	}
	wantEqual(t, profiles(u.ID), []users.Profile{titled})
	rows, err := s.Users.Audit(t.Context(), u.ID, 0, 10)
	if err != nil || len(rows) != 1 || rows[0].ActorID != admin.ID || rows[0].Action != "profile" || rows[0].Details["title_to"] != "Champion" {
		t.Errorf("audit: %+v, %v", rows, err)
	}
	// An administrator titles himself.
	if err := s.Users.SaveProfile(t.Context(), users.Profile{UserID: admin.ID, Title: "Boss"}, admin.ID); err != nil {
		t.Error(err)
	}
}

func testProfileProblems(t *testing.T, s Subject) {
	u := player(t, s)
	for name, test := range map[string]struct {
		change func(*users.Profile)
		fields []string
	}{
		"long":       {func(p *users.Profile) { p.Interests, p.Twitter = strings.Repeat("ü", 101), strings.Repeat("x", 41) }, []string{"interests", "twitter"}},
		"lines":      {func(p *users.Profile) { p.Occupation, p.Location, p.Discord = "a\nb", "\x00", "a\tb" }, []string{"occupation", "location", "discord"}},
		"script":     {func(p *users.Profile) { p.Website = "javascript:alert(1)" }, []string{"website"}},
		"relative":   {func(p *users.Profile) { p.Website = "//example.com" }, []string{"website"}},
		"credential": {func(p *users.Profile) { p.Website = "https://a:b@example.com" }, []string{"website"}},
		"long url":   {func(p *users.Profile) { p.Website = "https://example.com/" + strings.Repeat("x", 100) }, []string{"website"}},
		"numbers":    {func(p *users.Profile) { p.Hue, p.Playstyles = ptr(int32(360)), 16 }, []string{"hue", "playstyles"}},
		"negative":   {func(p *users.Profile) { p.Hue, p.Playstyles = ptr(int32(-1)), -1 }, []string{"hue", "playstyles"}},
		"staff's":    {func(p *users.Profile) { p.Title, p.Colour = strings.Repeat("x", 41), "#ff00aa" }, []string{"title", "colour"}},
		"colour":     {func(p *users.Profile) { p.Colour = "FF00AA" }, []string{"colour"}},
	} {
		t.Run(name, func(t *testing.T) {
			p := users.Profile{UserID: u.ID}
			test.change(&p)
			wantFields(t, s.Users.SaveProfile(t.Context(), p, u.ID), test.fields...)
		})
	}
	fine := users.Profile{UserID: u.ID, Interests: strings.Repeat("ü", 100), Title: ""}
	if err := s.Users.SaveProfile(t.Context(), fine, u.ID); err != nil {
		t.Error(err)
	}
	want(t, s.Users.SaveProfile(t.Context(), users.Profile{UserID: 1 << 30}, users.BotID), users.ErrNotFound)
	want(t, s.Users.SaveProfile(t.Context(), users.Profile{UserID: users.BotID}, u.ID), users.ErrForbidden)
	_, err := s.Users.Profiles(t.Context(), make([]int32, users.MaxBatch+1))
	want(t, err, users.ErrTooLarge)
	if got, err := s.Users.Profiles(t.Context(), nil); err != nil || len(got) != 0 {
		t.Errorf("nobody's profiles: %v, %v", got, err)
	}
}

func testFormerNames(t *testing.T, s Subject) {
	u := player(t, s)
	first, second, third := u.Name, unused(), unused()
	check := func(name string, expected ...string) {
		t.Helper()
		if _, err := s.Users.Update(t.Context(), u.ID, u.ID, users.Change{Name: &name}); err != nil {
			t.Fatal(err)
		}
		got, err := s.Users.Profiles(t.Context(), []int32{u.ID})
		if err != nil || len(got) != 1 {
			t.Fatalf("%d profiles, %v", len(got), err)
		}
		wantEqual(t, got[0].FormerNames, expected)
	}
	check(second, first)
	check(strings.ToUpper(second), first) // the same name
	check(third, first, strings.ToUpper(second))
	check(first, strings.ToUpper(second), third)
	check(second, third, first)
	check(third, first, second)
}
