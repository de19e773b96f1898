package packets

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

const (
	loginMD5    = "5f4dcc3b5aa765d61d8327deb882cf99"
	loginHashes = "98e83379d45538379c2ac4e47c3be81d:001122334455..66778899AABB.:476e54af2da2b70ab752bd74f4c3f0e0:" +
		"9a141cd5e628755e59c9279e1ca48b83:75688b0220ad16c4e02152b6c2b56424:"
	loginBody = "Peace Tester\n" + loginMD5 + "\nb20250815.2cuttingedge|-8|1|" + loginHashes + "|0\n"
)

var login = Login{
	Name:        "Peace Tester",
	PasswordMD5: loginMD5,
	Version:     "b20250815.2cuttingedge",
	UTCOffset:   -8,
	DisplayCity: true,
	Hashes: ClientHashes{
		Executable:   "98e83379d45538379c2ac4e47c3be81d",
		Adapters:     "001122334455..66778899AABB.",
		AdaptersMD5:  "476e54af2da2b70ab752bd74f4c3f0e0",
		UninstallMD5: "9a141cd5e628755e59c9279e1ca48b83",
		DiskMD5:      "75688b0220ad16c4e02152b6c2b56424",
	},
}

func TestParseLogin(t *testing.T) {
	for name, body := range map[string]string{
		"as sent over HTTP":     loginBody,
		"as sent over TCP":      strings.ReplaceAll(loginBody, "\n", "\r\n"),
		"with a protocol field": strings.Replace(loginBody, "|0\n", "|0|19\n", 1),
		"with more after it":    loginBody + "more\nlines\n",
	} {
		got, err := ParseLogin([]byte(body))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(login, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	if got := login.Hashes.String(); got != loginHashes {
		t.Errorf("hashes are %q, want them as they were sent: %q", got, loginHashes)
	}
	if got := string(AppendLogin([]byte("x"), login)); got != "x"+loginBody {
		t.Errorf("login is written as %q", got)
	}
}

func TestParseLoginErrors(t *testing.T) {
	replace := func(old, new string) string {
		if strings.Count(loginBody, old) != 1 {
			t.Fatalf("%q is not once in the login", old)
		}
		return strings.Replace(loginBody, old, new, 1)
	}
	for _, tt := range []struct {
		name, body string
		want       error
	}{
		{"empty", "", ErrLoginLines},
		{"two lines", "a\n" + loginMD5 + "\n", ErrLoginLines},
		{"third line without an end", strings.TrimSuffix(loginBody, "\n"), ErrLoginLines},
		{"large", loginBody + strings.Repeat("x", MaxLogin), ErrLoginSize},
		{"no UTF-8", replace("Peace", "P\xffeace"), ErrLoginEncoding},
		{"no name", replace("Peace Tester", ""), ErrLoginName},
		{"no name, over TCP", replace("Peace Tester", "\r"), ErrLoginName},
		{"long name", replace("Peace Tester", strings.Repeat("x", MaxLoginName+1)), ErrLoginName},
		{"control character in the name", replace("Peace Tester", "Peace\tTester"), ErrLoginName},
		{"two ends of a line", replace("Peace Tester", "Peace Tester\r\r"), ErrLoginName},
		{"no password", replace(loginMD5, ""), ErrLoginPassword},
		{"short password", replace(loginMD5, loginMD5[1:]), ErrLoginPassword},
		{"long password", replace(loginMD5, loginMD5+"0"), ErrLoginPassword},
		{"upper-case password", replace(loginMD5, strings.ToUpper(loginMD5)), ErrLoginPassword},
		{"plain password", replace(loginMD5, strings.Repeat("p", 32)), ErrLoginPassword},
		{"four fields", replace("|0\n", "\n"), ErrLoginFields},
		{"no version", replace("b20250815.2cuttingedge", ""), ErrLoginVersion},
		{"long version", replace("cuttingedge", strings.Repeat("x", MaxLoginVersion)), ErrLoginVersion},
		{"offset is a word", replace("|-8|", "|UTC|"), ErrLoginOffset},
		{"offset is a fraction", replace("|-8|", "|5.5|"), ErrLoginOffset},
		{"offset too far west", replace("|-8|", "|-13|"), ErrLoginOffset},
		{"offset too far east", replace("|-8|", "|15|"), ErrLoginOffset},
		{"offset overflows", replace("|-8|", "|264|"), ErrLoginOffset},
		{"city is a word", replace("|-8|1|", "|-8|True|"), ErrLoginCity},
		{"no hashes", replace(loginHashes, ""), ErrLoginHashes},
		{"hashes without the last colon", replace(":|", "|"), ErrLoginHashes},
		{"four hashes", replace("98e83379d45538379c2ac4e47c3be81d:", ""), ErrLoginHashes},
		{"six hashes", replace(":|", ":x:|"), ErrLoginHashes},
		{"long hash", replace("98e83379d45538379c2ac4e47c3be81d", strings.Repeat("0", MaxHashPart+1)), ErrLoginHashes},
		{"long adapters", replace("001122334455..", strings.Repeat(".", MaxAdapters)), ErrLoginHashes},
		{"PM flag is 2", replace("|0\n", "|2\n"), ErrLoginPMs},
	} {
		if got, err := ParseLogin([]byte(tt.body)); !errors.Is(err, tt.want) || got != (Login{}) {
			t.Errorf("%s: %+v, %v; want %v", tt.name, got, err, tt.want)
		}
	}
}

func TestAdapters(t *testing.T) {
	for adapters, want := range map[string]bool{
		"001122334455.": true, "001122334455..66778899AABB.": true, Wine: true,
		"": false, ".": false, "...": false, "001122334455": false, Wine + "!": false,
	} {
		h := ClientHashes{Adapters: adapters}
		if got := h.AdaptersValid(); got != want {
			t.Errorf("adapters %q valid: %t", adapters, got)
		}
		if got := h.Wine(); got != (adapters == Wine) {
			t.Errorf("adapters %q are Wine: %t", adapters, got)
		}
	}
}

func TestLoginRoundTrip(t *testing.T) {
	part := rapid.StringMatching(`[0-9A-Za-z._ -]{0,40}`)
	rapid.Check(t, func(t *rapid.T) {
		l := Login{
			Name:        rapid.StringMatching(`[\[\]A-Za-z0-9_ ぁ-ん-]{1,30}`).Draw(t, "name"),
			PasswordMD5: rapid.StringMatching(`[0-9a-f]{32}`).Draw(t, "password"),
			Version:     rapid.StringMatching(`b[0-9]{8}(\.[0-9])?(beta|tourney)?`).Draw(t, "version"),
			UTCOffset:   rapid.Int8Range(MinUTCOffset, MaxUTCOffset).Draw(t, "offset"),
			DisplayCity: rapid.Bool().Draw(t, "city"),
			Hashes: ClientHashes{
				part.Draw(t, "executable"), part.Draw(t, "adapters"), part.Draw(t, "adapters md5"),
				part.Draw(t, "uninstall"), part.Draw(t, "disk"),
			},
			BlockNonFriendPMs: rapid.Bool().Draw(t, "pms"),
		}
		got, err := ParseLogin(AppendLogin(nil, l))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(l, got); diff != "" {
			t.Fatalf("(-written +read):\n%s", diff)
		}
	})
}
