package submission

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"

	"github.com/pure-peace/peace/osu/packets"
	"github.com/pure-peace/peace/osu/replay"
)

// Bounds of a form. Encrypted fields are longer than what they hold by padding and base64.
const (
	MaxReplay     = 10 << 20 // bytes of the compressed frames
	MaxScreenshot = 4 << 20
	MaxProcesses  = 1 << 20 // encoded
	MaxScore      = 64 << 10
	MaxHashes     = 8 << 10
	MaxVisual     = 64 << 10
	MaxUniqueIDs  = 1 << 10
	maxWord       = 64 // numbers and checksums
	maxParts      = 64

	// MaxBody bounds a whole form. It leaves room for the headers of its parts.
	MaxBody = MaxReplay + MaxScreenshot + MaxProcesses + MaxScore + MaxHashes + MaxVisual + 256<<10
)

// What can be wrong with a form. Errors of ReadForm and Form.Open wrap one of these and name the field, or are the error of
// the reader.
var (
	ErrForm      = errors.New("submission: this is no form of a score")
	ErrTruncated = errors.New("submission: the form ends too early")
	ErrTooLarge  = errors.New("submission: too large")
	ErrMissing   = errors.New("submission: a field is missing")
	ErrTwice     = errors.New("submission: a field is there twice")
	ErrField     = errors.New("submission: malformed field")
	ErrSealed    = errors.New("submission: a field cannot be decrypted")
	ErrScore     = errors.New("submission: malformed score")
)

// Form is the multipart form as the client sends it. The fields that are encrypted are base64 of what [crypto.Seal] returns.
// Score and IV are needed to open it; what else is missing is empty.
type Form struct {
	Score      string      // score, the text part: encrypted
	Replay     replay.Data // score, the file part: empty when the play was not passed
	Hashes     string      // s: encrypted
	IV         string      // iv: base64 of 32 bytes
	Visual     string      // fs: encrypted
	Processes  string      // pl: encrypted, of older clients
	Screenshot []byte      // i: of clients that fail their own check of Flashlight
	Exited     string      // x: 1 or 0
	FailTime   string      // ft: ms
	PlayTime   string      // st: ms
	Beatmap    string      // bmk: MD5 of the file when it was submitted
	Storyboard string      // sbk: MD5 of the .osb
	UniqueIDs  string      // c1: two ids with a bar between
	Password   string      // pass: MD5
	Build      string      // osuver: YYYYMMDD; empty in clients of before about 2015, which have another key
}

// part is a field of a form: either text or data has it.
type part struct {
	name  string
	file  string // name of the file that the part pretends to be; "" for text
	limit int
	text  *string
	data  *[]byte
}

// parts lists the fields in the order in which they are written.
func (f *Form) parts() []part {
	return []part{
		{name: "x", limit: maxWord, text: &f.Exited},
		{name: "ft", limit: maxWord, text: &f.FailTime},
		{name: "score", limit: MaxScore, text: &f.Score},
		{name: "fs", limit: MaxVisual, text: &f.Visual},
		{name: "bmk", limit: maxWord, text: &f.Beatmap},
		{name: "sbk", limit: maxWord, text: &f.Storyboard},
		{name: "iv", limit: maxWord, text: &f.IV},
		{name: "c1", limit: MaxUniqueIDs, text: &f.UniqueIDs},
		{name: "st", limit: maxWord, text: &f.PlayTime},
		{name: "pass", limit: maxWord, text: &f.Password},
		{name: "osuver", limit: maxWord, text: &f.Build},
		{name: "s", limit: MaxHashes, text: &f.Hashes},
		{name: "pl", limit: MaxProcesses, text: &f.Processes},
		{name: "i", file: "i", limit: MaxScreenshot, data: &f.Screenshot},
		{name: "score", file: "replay", limit: MaxReplay, data: (*[]byte)(&f.Replay)},
	}
}

// ReadForm reads a form of the content type, which names its boundary. It reads at most MaxBody bytes. Fields that it does not
// know are skipped.
func ReadForm(contentType string, body io.Reader) (*Form, error) {
	kind, parameters, err := mime.ParseMediaType(contentType)
	if err != nil || kind != "multipart/form-data" || parameters["boundary"] == "" {
		return nil, fmt.Errorf("%w: its content type is %.128q", ErrForm, contentType)
	}
	source := &source{reader: body, left: MaxBody}
	reader := multipart.NewReader(source, parameters["boundary"])
	f := new(Form)
	fields := f.parts()
	seen := make([]bool, len(fields))
	for range maxParts {
		p, err := reader.NextRawPart()
		if err == io.EOF { // wrapped, it would be the end of the body without that of the form
			return f, nil
		}
		if err != nil {
			return nil, source.explain(err)
		}
		i := find(fields, p)
		if i < 0 {
			continue
		}
		if seen[i] {
			return nil, fmt.Errorf("%w: %s", ErrTwice, fields[i].name)
		}
		seen[i] = true
		if err := fields[i].read(p); err != nil {
			return nil, source.explain(err)
		}
	}
	return nil, fmt.Errorf("%w: more than %d parts", ErrTooLarge, maxParts)
}

// find returns the index of a part's field, -1 when it has none. Two fields are called score: one of them is a file.
func find(fields []part, p *multipart.Part) int {
	name, file := p.FormName(), p.FileName() != ""
	for i := range fields {
		if fields[i].name == name && (name != "score" || file == (fields[i].data != nil)) {
			return i
		}
	}
	return -1
}

// read takes in the content of a part.
func (f *part) read(r io.Reader) error {
	b, err := io.ReadAll(io.LimitReader(r, int64(f.limit)+1))
	switch {
	case err != nil:
		return err
	case len(b) > f.limit:
		return fmt.Errorf("%w: %s has over %d bytes", ErrTooLarge, f.name, f.limit)
	case f.text != nil:
		*f.text = string(b)
	case len(b) > 0:
		*f.data = b
	}
	return nil
}

// source bounds the body and remembers how reading it failed, which the multipart reader hides.
type source struct {
	reader io.Reader
	left   int64
	err    error
}

func (s *source) Read(p []byte) (int, error) {
	if s.left <= 0 {
		s.err = fmt.Errorf("%w: the form has over %d bytes", ErrTooLarge, MaxBody)
		return 0, s.err
	}
	n, err := s.reader.Read(p[:min(int64(len(p)), s.left)])
	s.left -= int64(n)
	if err != nil && !errors.Is(err, io.EOF) {
		s.err = err
	}
	return n, err
}

// explain tells an error of the connection, which may go away, from one of the form, which does not.
func (s *source) explain(err error) error {
	switch {
	case s.err != nil:
		return s.err
	case errors.Is(err, ErrTooLarge):
		return err
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return ErrTruncated
	default:
		return fmt.Errorf("%w: %w", ErrForm, err)
	}
}

// Write writes the form as the client does; w remains to be closed. Fields that are empty are left out, but for the replay: a
// client that has none sends an empty one.
func (f *Form) Write(w *multipart.Writer) error {
	for _, field := range f.parts() {
		var err error
		switch {
		case field.text != nil && *field.text != "":
			err = w.WriteField(field.name, *field.text)
		case field.data != nil && (len(*field.data) > 0 || field.name == "score"):
			var out io.Writer
			if out, err = w.CreateFormFile(field.name, field.file); err == nil {
				_, err = out.Write(*field.data)
			}
		}
		if err != nil {
			return fmt.Errorf("submission: %w", err)
		}
	}
	return nil
}

// maxPlainHashes bounds the decrypted hashes: what a login may have, with its colons.
const maxPlainHashes = packets.MaxAdapters + 4*packets.MaxHashPart + 5
