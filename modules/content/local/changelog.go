package local

import (
	"bytes"
	"errors"
	"fmt"
	"hash/fnv"
	"path"
	"regexp"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"

	"github.com/pure-peace/peace/modules/content"
	"github.com/pure-peace/peace/modules/content/markdown"
)

var (
	streamName  = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,31}$`)
	versionName = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z._-]{0,63}$`)
)

const (
	maxBuild    = 64 << 10 // bytes of its file: a page of builds has the texts of all of them
	maxEntries  = 250      // of a build, fewer than an id has room for
	maxStreams  = 100
	maxCategory = 100 // bytes
)

// buildFile is changelog/STREAM/VERSION.toml.
type buildFile struct {
	Date  any         `toml:"date"` // with a time and a zone, or without
	Entry []entryFile `toml:"entry"`
}

type entryFile struct {
	Type     string `toml:"type"`
	Category string `toml:"category"`
	Title    string `toml:"title"`
	Text     string `toml:"text"`
	Major    bool   `toml:"major"`
	URL      string `toml:"url"`
	Author   string `toml:"author"`
}

// streamsFile is changelog/streams.toml.
type streamsFile struct {
	Stream []struct {
		Name     string `toml:"name"`
		Title    string `toml:"title"`
		Featured bool   `toml:"featured"`
	} `toml:"stream"`
}

// decode reads TOML, and takes keys that nobody knows for mistakes.
func decode(file string, into any) error {
	d := toml.NewDecoder(bytes.NewReader([]byte(file)))
	d.DisallowUnknownFields()
	err := d.Decode(into)
	var unknown *toml.StrictMissingError
	if errors.As(err, &unknown) && len(unknown.Errors) > 0 {
		row, _ := unknown.Errors[0].Position()
		return fmt.Errorf("line %d: there is no key %s", row, strings.Join(unknown.Errors[0].Key(), "."))
	}
	var bad *toml.DecodeError
	if errors.As(err, &bad) {
		row, column := bad.Position()
		return fmt.Errorf("line %d, column %d: %w", row, column, err)
	}
	return err
}

// readBuild reads changelog/STREAM/VERSION.toml.
func readBuild(r *markdown.Renderer, name, file string) (*content.Build, error) {
	stream, version := path.Base(path.Dir(name)), strings.TrimSuffix(path.Base(name), ".toml")
	switch {
	case !streamName.MatchString(stream):
		return nil, fmt.Errorf("%.40q is no name of a stream: lower case letters, digits, dots and dashes", stream)
	case !versionName.MatchString(version):
		return nil, fmt.Errorf("%.40q is no version: letters, digits, dots and dashes", version)
	}
	if len(file) > maxBuild {
		return nil, fmt.Errorf("it is larger than %d bytes", maxBuild)
	}
	var f buildFile
	if err := decode(file, &f); err != nil {
		return nil, err
	}
	at, err := moment(f.Date)
	if err == nil {
		at, err = inRange(at)
	}
	if err != nil {
		return nil, err
	}
	if len(f.Entry) > maxEntries {
		return nil, fmt.Errorf("it has more than %d entries", maxEntries)
	}
	b := &content.Build{ID: stamp(at, stream+"/"+version), Version: version, Stream: content.Stream{Name: stream}, CreatedAt: at}
	for i, e := range f.Entry {
		entry, err := e.entry(r)
		if err != nil {
			return nil, fmt.Errorf("entry %d: %w", i+1, err)
		}
		b.Entries = append(b.Entries, entry)
	}
	return b, nil
}

// moment reads a date of TOML, which may come without a time or a zone.
func moment(date any) (time.Time, error) {
	switch date := date.(type) {
	case time.Time:
		return date.UTC(), nil
	case toml.LocalDateTime:
		return date.AsTime(time.UTC), nil
	case toml.LocalDate:
		return date.AsTime(time.UTC), nil
	case string:
		return parseDate(date)
	}
	return time.Time{}, errors.New("it has no date, as in date = 2026-11-21T18:00:00Z")
}

func (e entryFile) entry(r *markdown.Renderer) (content.Entry, error) {
	entry := content.Entry{
		Type: firstOf(e.Type, "misc"), Category: firstOf(e.Category, "Misc"), Title: strings.TrimSpace(e.Title),
		Markdown: strings.TrimSpace(e.Text), Major: e.Major, URL: e.URL, Author: strings.TrimSpace(e.Author),
	}
	switch {
	case entry.Type != "add" && entry.Type != "fix" && entry.Type != "misc": // lazer knows no other, and fails
		return entry, fmt.Errorf("type %.40q is none of add, fix, misc", entry.Type)
	case entry.Title == "" || len(entry.Title) > maxTitle || len(entry.Author) > maxTitle || len(entry.Category) > maxCategory:
		return entry, fmt.Errorf("it needs a title of at most %d bytes", maxTitle)
	case entry.URL != "" && !isLink(entry.URL):
		return entry, fmt.Errorf("url %.80q is neither https://… nor /…", entry.URL)
	}
	entry.HTML = r.HTML(entry.Markdown)
	return entry, nil
}

// readStreams reads changelog/streams.toml.
func readStreams(file string) ([]content.Stream, error) {
	var f streamsFile
	if err := decode(file, &f); err != nil {
		return nil, err
	}
	if len(f.Stream) > maxStreams {
		return nil, fmt.Errorf("it has more than %d streams", maxStreams)
	}
	var streams []content.Stream
	for _, s := range f.Stream {
		if !streamName.MatchString(s.Name) || len(s.Title) > maxTitle {
			return nil, fmt.Errorf("%.40q is no name of a stream: lower case letters, digits, dots and dashes", s.Name)
		}
		streams = append(streams, content.Stream{Name: s.Name, Title: firstOf(s.Title, s.Name), Featured: s.Featured})
	}
	return streams, nil
}

// stamp returns an id of 31 bits that grows with the time, to the hour; the name tells what was made in one hour apart.
func stamp(at time.Time, name string) int64 {
	return int64(at.Sub(epoch)/time.Hour)<<nameBits | int64(digest(name)%(1<<nameBits))
}

const nameBits = 11

func digest(name string) uint32 {
	h := fnv.New32a()
	h.Write([]byte(name))
	return h.Sum32()
}

// isLink reports whether an address is one that may be opened or shown.
func isLink(address string) bool {
	const most = 1000
	if len(address) > most || strings.ContainsAny(address, " \t\r\n\"<>\\") {
		return false
	}
	return strings.HasPrefix(address, "https://") || strings.HasPrefix(address, "http://") ||
		strings.HasPrefix(address, "/") && !strings.HasPrefix(address, "//")
}
