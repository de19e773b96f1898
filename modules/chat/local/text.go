package local

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/pure-peace/peace/modules/chat"
)

// clean returns a text as it is stored and shown: valid UTF-8 of at most limit characters without control characters, and
// whether its end was lost. Line breaks stay in what the server says itself, and are spaces in what people say.
func clean(text string, limit int, automatic bool) (cleaned string, cut bool) {
	if len(text) > chat.MaxText {
		end := chat.MaxText
		for end > 0 && !utf8.RuneStart(text[end]) {
			end--
		}
		text, cut = text[:end], true
	}
	text = strings.ToValidUTF8(text, "\uFFFD")
	text = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' && automatic:
			return r
		case r == '\n', r == '\t', r == '\u2028', r == '\u2029':
			return ' '
		case unicode.IsControl(r):
			return -1
		}
		return r
	}, text)
	text = strings.TrimSpace(text)
	count := 0
	for i := range text {
		if count == limit {
			return text[:i], true
		}
		count++
	}
	return text, cut
}

// echo returns a client's identifier of its message as it may be told on.
func echo(uuid string) string {
	if len(uuid) > chat.MaxUUID || !utf8.ValidString(uuid) {
		return ""
	}
	return uuid
}

var channelName = regexp.MustCompile(`^#[A-Za-z0-9_.-]{1,63}$`)

// acceptable reports whether a channel may be made.
func acceptable(c chat.Channel) bool {
	return channelName.MatchString(c.Name) && len(c.Topic) <= 256 && utf8.ValidString(c.Topic) &&
		!strings.ContainsFunc(c.Topic, unicode.IsControl)
}
