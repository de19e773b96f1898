package source

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/performance"
	"github.com/pure-peace/peace/osu/osz"
)

// Bounds of what is believed.
const (
	maxFile = performance.MaxFile
	maxName = 255  // characters of a name; the official server allows fewer
	maxTags = 4096 // characters
)

// judge brings a set into range and checks that it is the one asked for, which it is not when a mirror answers a question
// about an old version of a beatmap with the latest.
func judge(set beatmaps.Set, key Key) (beatmaps.Set, error) {
	switch {
	case set.ID <= 0 || set.ID >= beatmaps.FirstLocalID:
		return set, fmt.Errorf("%w: the set has no id", errUnusable)
	case len(set.Beatmaps) == 0:
		return set, ErrNone
	case len(set.Beatmaps) > osz.MaxBeatmaps:
		return set, fmt.Errorf("%w: set %d has %d beatmaps", errUnusable, set.ID, len(set.Beatmaps))
	case !set.Status.Valid():
		return set, fmt.Errorf("%w: set %d has a status that does not exist", errUnusable, set.ID)
	}
	for _, text := range []*string{
		&set.Artist, &set.ArtistUnicode, &set.Title, &set.TitleUnicode, &set.Creator, &set.Source,
	} {
		*text = clean(*text, maxName)
	}
	set.Tags = clean(set.Tags, maxTags)
	if set.ArtistUnicode == set.Artist {
		set.ArtistUnicode = ""
	}
	if set.TitleUnicode == set.Title {
		set.TitleUnicode = ""
	}
	set.BPM = within(set.BPM, 0, 1e6)
	set.SubmittedAt, set.RankedAt, set.UpdatedAt = past(set.SubmittedAt), past(set.RankedAt), past(set.UpdatedAt)
	if !set.Status.HasLeaderboard() {
		set.RankedAt = time.Time{}
	}

	found := key.SetID == set.ID
	seen := make(map[int32]bool, len(set.Beatmaps))
	for i := range set.Beatmaps {
		b := &set.Beatmaps[i]
		b.MD5 = strings.ToLower(b.MD5)
		if err := judgeBeatmap(set, b); err != nil {
			return set, err
		}
		if seen[b.ID] {
			return set, fmt.Errorf("%w: set %d has beatmap %d twice", errUnusable, set.ID, b.ID)
		}
		seen[b.ID] = true
		found = found || key.BeatmapID == b.ID && b.ID != 0 || key.MD5 == b.MD5
	}
	if !found {
		return set, ErrNone
	}
	return set, nil
}

func judgeBeatmap(set beatmaps.Set, b *beatmaps.Beatmap) error {
	switch {
	case b.ID <= 0 || b.ID >= beatmaps.FirstLocalID:
		return fmt.Errorf("%w: a beatmap of set %d has no id", errUnusable, set.ID)
	case !isMD5(b.MD5):
		return fmt.Errorf("%w: beatmap %d has no MD5", errUnusable, b.ID)
	case !b.Ruleset.Valid():
		return fmt.Errorf("%w: beatmap %d is of a ruleset that does not exist", errUnusable, b.ID)
	case !b.Status.Valid():
		return fmt.Errorf("%w: beatmap %d has a status that does not exist", errUnusable, b.ID)
	}
	b.Name = clean(b.Name, maxName)
	if b.File == "" {
		b.File = FileName(set, *b)
	}
	b.BPM, b.Stars = within(b.BPM, 0, 1e6), within(b.Stars, 0, 1e4)
	for _, v := range []*float64{&b.CircleSize, &b.Approach, &b.Overall, &b.HealthDrain} {
		*v = within(*v, -1000, 1000)
	}
	b.Drain = min(b.Drain, b.Length)
	b.UpdatedAt = past(b.UpdatedAt)
	return nil
}

// FileName returns the name that the game gives the .osu file of a beatmap: sources do not tell it.
func FileName(set beatmaps.Set, b beatmaps.Beatmap) string {
	return Portable(fmt.Sprintf("%s - %s (%s) [%s].osu", set.Artist, set.Title, set.Creator, b.Name))
}

// Portable removes from a file name what Windows does not allow in one, as the game does.
func Portable(name string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || strings.ContainsRune(`\/:*?"<>|`, r) {
			return -1
		}
		return r
	}, name)
}

// clean makes one line of at most limit characters of a text.
func clean(text string, limit int) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == utf8.RuneError {
			return ' '
		}
		return r
	}, text)
	text = strings.TrimSpace(text)
	if utf8.RuneCountInString(text) > limit {
		text = strings.TrimSpace(string([]rune(text)[:limit]))
	}
	return text
}

func within(v, low, high float64) float64 { return min(max(v, low), high) }

// past forgets a time that is yet to come.
func past(at time.Time) time.Time {
	if at.After(time.Now().Add(24 * time.Hour)) {
		return time.Time{}
	}
	return at
}

// isMD5 reports whether s is one in lower-case hexadecimal.
func isMD5(s string) bool {
	_, err := hex.DecodeString(s)
	return err == nil && len(s) == 32 && s == strings.ToLower(s)
}

// judgeFile checks that a file is a .osu file. An empty one is how some sources say that there is none.
func judgeFile(file []byte) ([]byte, error) {
	text := bytes.TrimLeft(bytes.TrimPrefix(file, []byte("\xef\xbb\xbf")), " \r\n\t")
	switch {
	case len(text) == 0:
		return nil, ErrNone
	case !bytes.HasPrefix(text, []byte("osu file format v")):
		return nil, fmt.Errorf("source: this is no beatmap: it begins with %.16q", text)
	}
	return file, nil
}
