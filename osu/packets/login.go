package packets

import (
	"bytes"
	"errors"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bounds of a login, in bytes and hours. They leave room above what clients send.
const (
	MaxLogin        = 8 << 10 // the whole request body
	MaxLoginName    = 128
	MaxLoginVersion = 64
	MaxHashPart     = 64   // each part of the client hashes but the adapters
	MaxAdapters     = 2048 // about 150 network adapters
	MinUTCOffset    = -12
	MaxUTCOffset    = 14
)

// What can be wrong with a login. But for ErrLoginName, which a player may cause, they say that no client wrote the body.
var (
	ErrLoginSize     = errors.New("packets: login body is too large")
	ErrLoginEncoding = errors.New("packets: login body is not UTF-8")
	ErrLoginLines    = errors.New("packets: login body has fewer than three lines")
	ErrLoginName     = errors.New("packets: login name is empty, too long, or has control characters")
	ErrLoginPassword = errors.New("packets: login password is not 32 lower-case hexadecimal digits")
	ErrLoginFields   = errors.New("packets: login has fewer than five client fields")
	ErrLoginVersion  = errors.New("packets: login version is empty or too long")
	ErrLoginOffset   = errors.New("packets: login UTC offset is not a whole number of hours from -12 to 14")
	ErrLoginCity     = errors.New("packets: login display city flag is neither 0 nor 1")
	ErrLoginHashes   = errors.New("packets: login client hashes are not five parts with a colon after each, or too long")
	ErrLoginPMs      = errors.New("packets: login private message flag is neither 0 nor 1")
)

// Login is the request with which a client starts a session. It is text and no packet: three lines, each ended by \n, or by
// \r\n over plain TCP.
//
//	name
//	password md5
//	version|UTC offset|display city|client hashes|block strangers' messages
type Login struct {
	Name              string // as typed
	PasswordMD5       string // 32 lower-case hexadecimal digits
	Version           string // as sent; osu.ParseVersion reads it
	UTCOffset         int8   // hours, MinUTCOffset to MaxUTCOffset
	DisplayCity       bool   // show the city on the map
	Hashes            ClientHashes
	BlockNonFriendPMs bool
}

// ClientHashes identify the machine of a client. The client sends the same string with each score, and it enters the checksum
// of the score: compare the whole, by String or by ==.
type ClientHashes struct {
	Executable   string // md5 of osu!.exe
	Adapters     string // addresses of the network adapters, a dot after each, or [Wine]
	AdaptersMD5  string
	UninstallMD5 string // md5 of an id from the registry; with Wine the only part that tells machines apart
	DiskMD5      string // md5 of a serial number; the values for "0" and "unknown" are shared by many machines
}

// Wine stands for the adapters of a client under Wine.
const Wine = "runningunderwine"

// Wine reports whether the client runs under Wine.
func (h ClientHashes) Wine() bool { return h.Adapters == Wine }

// AdaptersValid reports whether the adapters are what a client sends: [Wine], or a list that ends with a dot and has at least
// one entry that is not empty. ParseLogin does not ask, so that a server can explain its refusal to the player.
// Source: osuAkatsuki/bancho.py app/api/domains/cho.py.
func (h ClientHashes) AdaptersValid() bool {
	return h.Wine() || strings.HasSuffix(h.Adapters, ".") && strings.Trim(h.Adapters, ".") != ""
}

// String returns the hashes exactly as the client sends them, a colon after each part including the last.
func (h ClientHashes) String() string {
	return strings.Join([]string{h.Executable, h.Adapters, h.AdaptersMD5, h.UninstallMD5, h.DiskMD5, ""}, ":")
}

// ParseClientHashes reads what [ClientHashes.String] writes.
func ParseClientHashes(s string) (ClientHashes, error) {
	parts := strings.SplitN(s, ":", 7)
	if len(parts) != 6 || parts[5] != "" || len(parts[1]) > MaxAdapters {
		return ClientHashes{}, ErrLoginHashes
	}
	h := ClientHashes{parts[0], parts[1], parts[2], parts[3], parts[4]}
	if max(len(h.Executable), len(h.AdaptersMD5), len(h.UninstallMD5), len(h.DiskMD5)) > MaxHashPart {
		return ClientHashes{}, ErrLoginHashes
	}
	return h, nil
}

// ParseLogin reads a login. Its errors are the ErrLogin values. Fields after the fifth, which modified clients send, and
// whatever follows the third line are ignored.
func ParseLogin(body []byte) (Login, error) {
	if len(body) > MaxLogin {
		return Login{}, ErrLoginSize
	}
	if !utf8.Valid(body) {
		return Login{}, ErrLoginEncoding
	}
	var lines [3]string
	for i := range lines {
		line, rest, ended := bytes.Cut(body, []byte{'\n'})
		if !ended {
			return Login{}, ErrLoginLines
		}
		lines[i], body = string(bytes.TrimSuffix(line, []byte{'\r'})), rest
	}
	l := Login{Name: lines[0], PasswordMD5: lines[1]}
	if l.Name == "" || len(l.Name) > MaxLoginName || strings.ContainsFunc(l.Name, unicode.IsControl) {
		return Login{}, ErrLoginName
	}
	if len(l.PasswordMD5) != 32 || strings.Trim(l.PasswordMD5, "0123456789abcdef") != "" {
		return Login{}, ErrLoginPassword
	}
	if err := l.parseClient(lines[2]); err != nil {
		return Login{}, err
	}
	return l, nil
}

// parseClient reads the third line.
func (l *Login) parseClient(line string) error {
	fields := strings.SplitN(line, "|", 6)
	if len(fields) < 5 {
		return ErrLoginFields
	}
	l.Version = fields[0]
	if l.Version == "" || len(l.Version) > MaxLoginVersion {
		return ErrLoginVersion
	}
	offset, err := strconv.ParseInt(fields[1], 10, 8)
	if err != nil || offset < MinUTCOffset || offset > MaxUTCOffset {
		return ErrLoginOffset
	}
	l.UTCOffset = int8(offset)
	var ok bool
	if l.DisplayCity, ok = parseFlag(fields[2]); !ok {
		return ErrLoginCity
	}
	if l.Hashes, err = ParseClientHashes(fields[3]); err != nil {
		return err
	}
	if l.BlockNonFriendPMs, ok = parseFlag(fields[4]); !ok {
		return ErrLoginPMs
	}
	return nil
}

func parseFlag(s string) (value, ok bool) { return s == "1", s == "0" || s == "1" }

// AppendLogin appends l as a client writes it. Fields that contain line ends, bars or colons do not read back.
func AppendLogin(dst []byte, l Login) []byte {
	dst = append(append(dst, l.Name...), '\n')
	dst = append(append(dst, l.PasswordMD5...), '\n')
	dst = append(append(dst, l.Version...), '|')
	dst = append(strconv.AppendInt(dst, int64(l.UTCOffset), 10), '|')
	dst = append(appendFlag(dst, l.DisplayCity), '|')
	dst = append(append(dst, l.Hashes.String()...), '|')
	return append(appendFlag(dst, l.BlockNonFriendPMs), '\n')
}

func appendFlag(dst []byte, v bool) []byte {
	if v {
		return append(dst, '1')
	}
	return append(dst, '0')
}
