package local

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"unicode"

	"github.com/uptrace/bun"
	"golang.org/x/text/unicode/norm"

	"github.com/pure-peace/peace/modules/database"
)

// Sets are found by words, which are made here and not by the engines' own tokenizers: so all engines find the same, short words
// and such without spaces between them included, and nothing that a user types is ever read as part of a query's syntax.
//
// A word is stored behind a letter that tells where it is from, and once more behind anywhere, as in "afreedom tfreedom".
const (
	anywhere    = 'x'
	fromArtist  = 'a'
	fromTitle   = 't'
	fromCreator = 'c'
)

// marked is what stands before each stored word: with it, none is shorter than MySQL stores, nor one that MySQL leaves out.
const marker = "qz"

const (
	maxWord  = 32   // characters of a word; what is longer is cut, when it is looked for too
	maxWords = 1000 // of a set
)

// split returns the words of a text in lower case, without accents. Scripts that do not separate words are split into pairs
// of characters that overlap, and the last character: whoever looks for one or more of them in a row finds them.
func split(text string) []string {
	var words []string
	var word []rune
	joined := false // whether the word is of a script that does not separate words
	flush := func() {
		switch {
		case len(word) == 0:
		case !joined:
			words = append(words, string(word[:min(len(word), maxWord)]))
		default:
			for i := range word {
				words = append(words, string(word[i:min(i+2, len(word))]))
			}
		}
		word = word[:0]
	}
	for _, r := range fold(text) {
		if !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.IsMark(r) {
			if r != '\'' && r != '’' { // don't is one word
				flush()
			}
			continue
		}
		if unbroken := unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai) || r == 'ー'; unbroken != joined {
			flush()
			joined = unbroken
		}
		word = append(word, r)
	}
	flush()
	return words
}

// fold makes characters equal that most people take to be: in either case and width, with and without accents.
func fold(text string) string {
	text = norm.NFKD.String(strings.ToLower(text))
	text = strings.Map(func(r rune) rune {
		if r >= 0x300 && r <= 0x36f { // accents of Latin, Greek and Cyrillic letters
			return -1
		}
		return r
	}, text)
	return strings.ToLower(norm.NFC.String(text))
}

// wanted returns the words of a text of which those that overlap are left out: what a search must find.
func wanted(text string) []string {
	words := split(text)
	out := words[:0]
	for i, word := range words {
		if i > 0 && followsPair(words[i-1], word) {
			continue
		}
		out = append(out, word)
	}
	return out
}

// followsPair reports whether a word is the last character of the pair before it.
func followsPair(before, word string) bool {
	pair, last := []rune(before), []rune(word)
	return len(last) == 1 && len(pair) == 2 && pair[1] == last[0] &&
		unicode.In(last[0], unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai)
}

// words returns what a set with these beatmaps is found by.
func words(s *setRow, rows iter.Seq[*beatmapRow]) []string {
	seen := make(map[string]bool)
	var all []string
	add := func(from rune, texts ...string) {
		for _, text := range texts {
			for _, word := range split(text) {
				for _, stored := range [...]string{mark(anywhere, word), mark(from, word)} {
					if !seen[stored] && len(all) < maxWords {
						seen[stored] = true
						all = append(all, stored)
					}
				}
			}
		}
	}
	add(fromTitle, s.Title, s.TitleUnicode)
	add(fromArtist, s.Artist, s.ArtistUnicode)
	add(fromCreator, s.Creator)
	add(anywhere, s.Source)
	for b := range rows {
		if !b.Deleted {
			add(anywhere, b.Name)
		}
	}
	add(anywhere, s.Tags)
	slices.Sort(all)
	return all
}

func mark(from rune, word string) string { return marker + string(from) + word }

// writeWords replaces the words of a set.
func writeWords(ctx context.Context, db bun.IDB, setID int32, words []string) error {
	id, text := "set_id", strings.Join(words, " ")
	switch db.Dialect().Name() {
	case database.SQLite:
		id = "rowid"
	case database.PostgreSQL:
		text = "'" + strings.Join(words, "' '") + "'" // letters and numbers only
	case database.MySQL:
		text = strings.Join(encoded(words), " ")
	}
	if _, err := db.ExecContext(ctx, "DELETE FROM ? WHERE ? = ?", bun.Ident("beatmap_words"), bun.Ident(id), setID); err != nil {
		return err
	}
	_, err := db.ExecContext(ctx, "INSERT INTO beatmap_words (?, words) VALUES (?, ?)", bun.Ident(id), setID, text)
	return err
}

// matching returns the query of the ids of the sets that have all of the marked words, as beginnings of theirs.
func matching(db bun.IDB, words []string) *bun.SelectQuery {
	q := db.NewSelect().Table("beatmap_words")
	switch db.Dialect().Name() {
	case database.SQLite:
		return q.Column("rowid").Where("beatmap_words MATCH ?", `"`+strings.Join(words, `"* "`)+`"*`)
	case database.PostgreSQL:
		return q.Column("set_id").Where("words @@ CAST(? AS TSQUERY)", "'"+strings.Join(words, "':* & '")+"':*")
	default:
		return q.Column("set_id").Where("MATCH (words) AGAINST (? IN BOOLEAN MODE)", "+"+strings.Join(encoded(words), "* +")+"*")
	}
}

// maxEncoded bounds the characters of a word for MySQL, which leaves out those of more than 84.
const maxEncoded = 80

// encoded writes words in the letters that MySQL takes to be part of a word, whatever its version knows of the others.
func encoded(words []string) []string {
	out := make([]string, len(words))
	for i, word := range words {
		var b strings.Builder
		for _, r := range word {
			if r < unicode.MaxASCII {
				b.WriteRune(r)
			} else {
				fmt.Fprintf(&b, "%06x", r)
			}
		}
		out[i] = b.String()[:min(b.Len(), maxEncoded)]
	}
	return out
}
