package direct

import (
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/pure-peace/peace/modules/beatmaps"
)

// writeSet writes a set as osu!direct reads it:
//
//	file|artist|title|creator|status|rating|updated|set|topic|video|storyboard|size|size without video|difficulties
//
// with difficulties as name@ruleset between commas. No text can end its field, as the client knows no escape.
func writeSet(b *strings.Builder, set *beatmaps.Set) {
	for _, part := range []string{ArchiveName(set), set.Artist, set.Title, set.Creator} {
		b.WriteString(field(part))
		b.WriteByte('|')
	}
	b.WriteString(strconv.Itoa(int(set.Status)))
	b.WriteByte('|')
	b.WriteString(strconv.FormatFloat(set.Rating.Average, 'f', 2, 64))
	b.WriteByte('|')
	b.WriteString(updated(set).UTC().Format("2006-01-02T15:04:05+00:00"))
	for _, n := range []int64{
		int64(set.ID), int64(set.ThreadID), bit(set.Video), bit(set.Storyboard), set.Size, set.SizeNoVideo,
	} {
		b.WriteByte('|')
		b.WriteString(strconv.FormatInt(n, 10))
	}
	b.WriteByte('|')
	for i := range set.Beatmaps {
		if i > 0 {
			b.WriteByte(',')
		}
		writeDifficulty(b, &set.Beatmaps[i])
	}
}

// writeDifficulty writes a difficulty's name with its stars, where they are known: the client shows the text as it is.
func writeDifficulty(b *strings.Builder, beatmap *beatmaps.Beatmap) {
	if beatmap.Stars > 0 {
		b.WriteByte('[')
		b.WriteString(strconv.FormatFloat(beatmap.Stars, 'f', 2, 64))
		b.WriteString("⭐] ")
	}
	b.WriteString(separators.Replace(field(beatmap.Name)))
	b.WriteByte('@')
	b.WriteString(strconv.Itoa(int(beatmap.Ruleset)))
}

// separators of difficulties are replaced by signs that look like them.
var separators = strings.NewReplacer(",", "‚", "@", "＠")

// field makes a text fit between two bars.
func field(text string) string {
	clean := strings.Map(func(r rune) rune {
		switch {
		case r == '|':
			return 'ǀ' // a letter that looks like it
		case unicode.IsControl(r), r == '\u2028', r == '\u2029', r == unicode.ReplacementChar:
			return ' '
		}
		return r
	}, text)
	return strings.TrimSpace(clean)
}

// ArchiveName returns the name of a set's archive, as the official server builds it.
func ArchiveName(set *beatmaps.Set) string {
	name := strconv.Itoa(int(set.ID)) + " " + set.Artist + " - " + set.Title
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(`\/:*?"<>|`, r) || unicode.IsControl(r) {
			return -1
		}
		return r
	}, clip(strings.ToValidUTF8(name, ""), 200)) + ".osz"
}

// updated returns a time even for sets without one, because the client insists on it.
func updated(set *beatmaps.Set) time.Time {
	for _, at := range []time.Time{set.UpdatedAt, set.RankedAt, set.SubmittedAt} {
		if !at.IsZero() {
			return at
		}
	}
	return time.Unix(0, 0)
}

func bit(b bool) int64 {
	if b {
		return 1
	}
	return 0
}
