package submission

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/pure-peace/peace/osu/crypto"
	"github.com/pure-peace/peace/osu/replay"
)

// Keys of the encryption. The build completes the first one; clients without one have the second.
const (
	keyPrefix = "osu!-scoreburgr---------"
	oldKey    = "h89f2-890h2h89b34g-h80g134n90133"
)

// Submission is what a form says.
type Submission struct {
	Score         Score
	Hashes        string // of the machine, as in the login, with the colon at their end: see packets.ParseClientHashes
	Visual        string // settings of what was seen
	Processes     string
	Screenshot    []byte
	Exited        bool
	FailTime      time.Duration // since the beginning of the music; 0 when it was passed
	PlayTime      time.Duration
	BeatmapMD5    string
	StoryboardMD5 string
	UniqueIDs     string // of the installation and the disk, with a bar between
	PasswordMD5   string
	Build         string // YYYYMMDD, or ""
	Replay        replay.Data
}

// Old reports whether the form is one of clients that do not say their build.
func (f *Form) Old() bool { return f.Build == "" }

func key(build string) []byte {
	if build == "" {
		return []byte(oldKey)
	}
	return []byte(keyPrefix + build)
}

// Open decrypts and reads the fields.
func (f *Form) Open() (*Submission, error) {
	s := &Submission{UniqueIDs: f.UniqueIDs, Screenshot: f.Screenshot, Replay: f.Replay}
	if f.Build != "" && !isBuild(f.Build) {
		return nil, malformed("osuver", f.Build)
	}
	s.Build = f.Build
	o := opener{key: key(f.Build)}
	var err error
	if o.iv, err = base64.StdEncoding.DecodeString(f.IV); err != nil || len(o.iv) != crypto.BlockSize {
		if f.IV == "" {
			return nil, fmt.Errorf("%w: iv", ErrMissing)
		}
		return nil, malformed("iv", f.IV)
	}
	if f.Score == "" {
		return nil, fmt.Errorf("%w: score", ErrMissing)
	}
	text := o.open("score", f.Score)
	s.Hashes = o.open("s", f.Hashes)
	s.Visual = strings.ToValidUTF8(o.open("fs", f.Visual), "\ufffd")
	s.Processes = strings.ToValidUTF8(o.open("pl", f.Processes), "\ufffd")
	if o.err != nil {
		return nil, o.err
	}
	if len(s.Hashes) > maxPlainHashes || !utf8.ValidString(s.Hashes) || !utf8.ValidString(s.UniqueIDs) {
		return nil, fmt.Errorf("%w: s or c1", ErrField)
	}
	if s.Score, err = ParseScore(text); err != nil {
		return nil, err
	}
	switch f.Exited {
	case "1", "True":
		s.Exited = true
	case "", "0", "False":
	default:
		return nil, malformed("x", f.Exited)
	}
	if s.FailTime, err = milliseconds("ft", f.FailTime); err != nil {
		return nil, err
	}
	if s.PlayTime, err = milliseconds("st", f.PlayTime); err != nil {
		return nil, err
	}
	for _, sum := range []struct {
		name, text string
		into       *string
	}{{"bmk", f.Beatmap, &s.BeatmapMD5}, {"sbk", f.Storyboard, &s.StoryboardMD5}, {"pass", f.Password, &s.PasswordMD5}} {
		if sum.text != "" && !isMD5(sum.text) {
			return nil, fmt.Errorf("%w: %s is no MD5", ErrField, sum.name) // and may be a secret
		}
		*sum.into = sum.text
	}
	if s.PasswordMD5 == "" {
		return nil, fmt.Errorf("%w: pass", ErrMissing)
	}
	return s, nil
}

// opener decrypts fields. The first failure sticks.
type opener struct {
	key, iv []byte
	err     error
}

func (o *opener) open(name, field string) string {
	if o.err != nil || field == "" {
		return ""
	}
	sealed, err := base64.StdEncoding.DecodeString(field)
	if err != nil {
		o.err = fmt.Errorf("%w: %s: %w", ErrSealed, name, err)
		return ""
	}
	text, err := crypto.Open(o.key, o.iv, sealed)
	if err != nil {
		o.err = fmt.Errorf("%w: %s: %w", ErrSealed, name, err)
	}
	return string(text)
}

// Seal encrypts what a client would and returns its form. The vector should be random.
func (s *Submission) Seal(iv [crypto.BlockSize]byte) (*Form, error) {
	if s.Build != "" && !isBuild(s.Build) {
		return nil, malformed("osuver", s.Build)
	}
	f := &Form{
		IV: base64.StdEncoding.EncodeToString(iv[:]), Exited: "0",
		FailTime: strconv.FormatInt(s.FailTime.Milliseconds(), 10), PlayTime: strconv.FormatInt(s.PlayTime.Milliseconds(), 10),
		Beatmap: s.BeatmapMD5, Storyboard: s.StoryboardMD5, UniqueIDs: s.UniqueIDs, Password: s.PasswordMD5, Build: s.Build,
		Screenshot: s.Screenshot, Replay: s.Replay,
	}
	if s.Exited {
		f.Exited = "1"
	}
	for _, field := range []struct {
		text string
		into *string
	}{{s.Score.String(), &f.Score}, {s.Hashes, &f.Hashes}, {s.Visual, &f.Visual}, {s.Processes, &f.Processes}} {
		if field.text == "" {
			continue
		}
		sealed, err := crypto.Seal(key(s.Build), iv[:], []byte(field.text))
		if err != nil {
			return nil, err
		}
		*field.into = base64.StdEncoding.EncodeToString(sealed)
	}
	return f, nil
}

func malformed(name, text string) error { return fmt.Errorf("%w: %s is %.40q", ErrField, name, text) }

// milliseconds reads a time. The game's clock starts before zero, so a play can end there: that counts as zero.
func milliseconds(name, text string) (time.Duration, error) {
	if text == "" {
		return 0, nil
	}
	ms, err := strconv.ParseInt(text, 10, 32)
	if err != nil {
		return 0, malformed(name, text)
	}
	return time.Duration(max(ms, 0)) * time.Millisecond, nil
}

func isMD5(s string) bool { return len(s) == 32 && strings.Trim(s, "0123456789abcdef") == "" }

func isBuild(s string) bool { return len(s) == 8 && strings.Trim(s, "0123456789") == "" }
