package local

import (
	"crypto/md5"
	_ "embed"
	"encoding/hex"
	"fmt"
	"maps"
	"net/mail"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/osu"
)

// The bounds of a form.
const (
	maxName        = 15 // the client's own registration form allows no more
	maxEmail       = 254
	minPassword    = 8
	maxPassword    = 72
	minDistinct    = 4 // characters of a password
	maxLanguage    = 35
	maxReason      = 1000
	maxUnicodeKey  = 255
	minUnicodeName = 1
)

// problems collects a sentence for each field that is not acceptable.
type problems map[string]string

// add notes what is wrong with a field; an empty sentence says that nothing is. The first sentence for a field stays.
func (p problems) add(field, sentence string) {
	if sentence != "" && p[field] == "" {
		p[field] = sentence
	}
}

// err returns all sentences as one fault, or nil when there is none.
func (p problems) err() error {
	if len(p) == 0 {
		return nil
	}
	f := users.ErrInvalidForm
	for _, field := range slices.Sorted(maps.Keys(p)) {
		f = f.With(field, p[field])
	}
	return f
}

// nameProblem says why a plain name is not acceptable. The rules are those of ppy/osu-web
// app/Libraries/UsernameValidation.php.
func nameProblem(name string, shortest int) string {
	switch {
	case len(name) < shortest:
		return fmt.Sprintf("A name needs at least %d characters.", shortest)
	case len(name) > maxName:
		return fmt.Sprintf("A name has at most %d characters.", maxName)
	case strings.ContainsFunc(name, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("-[]_ ", r)
	}):
		return "A name can only contain letters of the Latin alphabet, digits, spaces and the characters - [ ] _."
	case strings.TrimSpace(name) != name:
		return "A name cannot begin or end with a space."
	case strings.Contains(name, "  "):
		return "A name cannot contain two spaces in a row."
	case strings.Contains(name, "_") && strings.Contains(name, " "):
		return "A name can contain underscores or spaces, not both."
	}
	return ""
}

// unicodeName returns the form in which a name in any script is kept, the key by which such names must differ, and what is
// wrong with it. The key sees through case, width and other compatible forms and is never plain ASCII: no unicode name can
// pass for somebody's plain name.
func unicodeName(typed string) (name, key, problem string) {
	if len(typed) > 4*maxName*utf8.UTFMax || !utf8.ValidString(typed) {
		return "", "", fmt.Sprintf("A name has at most %d characters.", maxName)
	}
	name = norm.NFC.String(typed)
	key = norm.NFKC.String(cases.Fold().String(norm.NFKC.String(name)))
	length := utf8.RuneCountInString(name)
	first, _ := utf8.DecodeRuneInString(name)
	switch {
	case length < minUnicodeName || length > maxName || utf8.RuneCountInString(key) > maxUnicodeKey:
		problem = fmt.Sprintf("A name has %d to %d characters.", minUnicodeName, maxName)
	case strings.ContainsFunc(name, notInNames):
		problem = "A name can only contain letters, numbers and spaces."
	case strings.TrimSpace(name) != name || strings.Contains(name, "  ") || unicode.IsMark(first):
		problem = "A name begins with a letter or a number, and never has two spaces in a row or one at its end."
	case !strings.ContainsFunc(key, func(r rune) bool { return r > unicode.MaxASCII }):
		problem = "This name needs a letter that the plain name cannot have."
	}
	return name, key, problem
}

// notInNames reports whether no name in any script has the character: everything but letters, marks, numbers and the space,
// and those letters and marks that cannot be seen.
func notInNames(r rune) bool {
	if unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector) {
		return true
	}
	return r != ' ' && !unicode.In(r, unicode.Letter, unicode.Mark, unicode.Number)
}

// emailProblem says why an e-mail address is not acceptable.
func emailProblem(email string) string {
	parsed, err := mail.ParseAddress(email)
	if len(email) > maxEmail || err != nil || parsed.Address != email {
		return "This is not an e-mail address."
	}
	return ""
}

// emailKey is the form by which e-mail addresses must differ.
func emailKey(email string) string { return strings.ToLower(email) }

//go:embed common_passwords.txt
var commonPasswords string

// passwordProblem says why a password is not acceptable for the account of that name and e-mail address.
func passwordProblem(password, name, email string) string {
	length := utf8.RuneCountInString(password)
	lower := strings.ToLower(password)
	distinct := map[rune]bool{}
	for _, r := range password[:min(len(password), maxPassword*utf8.UTFMax)] {
		distinct[r] = true
	}
	switch {
	case length < minPassword:
		return fmt.Sprintf("A password needs at least %d characters.", minPassword)
	case length > maxPassword:
		return fmt.Sprintf("A password has at most %d characters.", maxPassword)
	case len(distinct) < minDistinct:
		return fmt.Sprintf("A password needs at least %d different characters.", minDistinct)
	case name != "" && strings.EqualFold(password, name), email != "" && strings.EqualFold(password, email):
		return "The password cannot be the name or the e-mail address."
	case strings.Contains(commonPasswords, "\n"+lower+"\n"):
		return "This is one of the passwords that everybody tries first."
	}
	return ""
}

// countryCode returns the code in upper case, and what is wrong with it.
func countryCode(typed string) (code, problem string) {
	code = strings.ToUpper(typed)
	if code != "" && osu.ParseCountry(code) == osu.Unknown {
		return "", "This is not the code of a country."
	}
	return code, ""
}

// languageProblem says why a language is not acceptable: it must look like a BCP 47 tag.
func languageProblem(language string) string {
	strange := strings.ContainsFunc(language, func(r rune) bool {
		return r != '-' && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9')
	})
	if len(language) > maxLanguage || strange {
		return "This is not the code of a language."
	}
	return ""
}

// reasonProblem says why the reason of a moderator's act is not acceptable.
func reasonProblem(reason string) string {
	if utf8.RuneCountInString(reason) > maxReason || !utf8.ValidString(reason) || strings.ContainsRune(reason, 0) {
		return fmt.Sprintf("A reason has at most %d characters.", maxReason)
	}
	return ""
}

// md5hex is what the stable client makes of a password before it sends it.
func md5hex(password string) string {
	sum := md5.Sum([]byte(password))
	return hex.EncodeToString(sum[:])
}

// isMD5 reports whether s is 32 lower-case hex digits.
func isMD5(s string) bool {
	return len(s) == 2*md5.Size && !strings.ContainsFunc(s, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'a' || r > 'f')
	})
}
