package local

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// front is what stands above the text of a news post or a wiki page, in YAML between two lines ---, as in ppy/osu-wiki. Keys that
// it does not name are left to the client, which reads the wiki's itself.
type front struct {
	Title   string   `yaml:"title"`
	Author  string   `yaml:"author"`
	Image   string   `yaml:"image"`
	Date    string   `yaml:"date"`
	Updated string   `yaml:"updated"`
	Layout  string   `yaml:"layout"`
	Tags    []string `yaml:"tags"`
}

const (
	maxFront   = 16 << 10 // bytes
	maxTitle   = 300      // bytes of a title, an author, a tag
	maxPreview = 1000     // bytes
	maxTags    = 200
)

// short cuts what a text says of itself to at most n bytes, at the end of a word where there is one.
func short(text string, n int) string {
	if len(text) <= n {
		return text
	}
	const dots = "…"
	cut := strings.ToValidUTF8(text[:n-len(dots)], "")
	if at := strings.LastIndexByte(cut, ' '); at > 0 {
		cut = cut[:at]
	}
	return cut + dots
}

// splitFront parts a file into what stands above its text and the text. A file that does not begin with --- is all text.
func splitFront(file string) (front, string, error) {
	var f front
	file = strings.ReplaceAll(strings.TrimPrefix(file, "\uFEFF"), "\r\n", "\n")
	rest, ok := strings.CutPrefix(file, "---\n")
	if !ok {
		return f, file, nil
	}
	above, text, ok := strings.Cut("\n"+rest+"\n", "\n---\n")
	switch {
	case !ok:
		return f, "", errors.New("its front matter has no end: a line --- is missing")
	case len(above) > maxFront:
		return f, "", fmt.Errorf("its front matter is longer than %d bytes", maxFront)
	}
	if err := yaml.Unmarshal([]byte(above), &f); err != nil {
		return front{}, "", fmt.Errorf("its front matter: %w", err)
	}
	return f, strings.TrimSuffix(text, "\n"), f.check()
}

func (f *front) check() error {
	if len(f.Tags) > maxTags {
		return fmt.Errorf("it has more than %d tags", maxTags)
	}
	for _, text := range append([]string{f.Title, f.Author, f.Image}, f.Tags...) {
		if len(text) > maxTitle {
			return fmt.Errorf("a title, author, image or tag is longer than %d bytes", maxTitle)
		}
	}
	return nil
}

// dateLayouts are how operators write moments; without a zone they are in UTC.
var dateLayouts = []string{
	time.RFC3339, "2006-01-02 15:04:05 -0700", "2006-01-02 15:04:05Z07:00", "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02",
}

func parseDate(text string) (time.Time, error) {
	for _, layout := range dateLayouts {
		if t, err := time.Parse(layout, strings.TrimSpace(text)); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("%.40q is no date, as in 2026-11-21 18:00:00", text)
}

// epoch is the time from which ids count: the year in which the game came out.
var epoch = time.Date(2007, 1, 1, 0, 0, 0, 0, time.UTC)

// idHours is how many hours ids can count from there: until the year 2126.
const idHours = 1 << 20

func inRange(t time.Time) (time.Time, error) {
	if t.Before(epoch) || t.Sub(epoch) >= idHours*time.Hour {
		return time.Time{}, errors.New("its date is not between 2007 and 2126")
	}
	return t, nil
}
