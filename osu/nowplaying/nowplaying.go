// Package nowplaying reads and writes what stable says when a player types /np: what he listens to, plays, edits or watches,
// as an action in chat.
//
//	is playing [https://osu.ppy.sh/beatmapsets/1#/75 Kenji Ninuma - DISCO PRINCE [Normal]] <Taiko> +Hidden -NoFail |4K|
//
// Whether there is such a beatmap is not asked. Source: osuAkatsuki/bancho.py app/api/domains/cho.py.
package nowplaying

import (
	"math"
	"strconv"
	"strings"

	"github.com/pure-peace/peace/osu"
)

// MaxText bounds the text that is read, in bytes. Titles have at most some hundred.
const MaxText = 2048

// Verb is what the player does.
type Verb string

// The verbs.
const (
	Playing   Verb = "playing"
	Editing   Verb = "editing"
	Watching  Verb = "watching"
	Listening Verb = "listening to"
)

// NowPlaying is what a player says.
type NowPlaying struct {
	Verb      Verb
	Host      string // of the link, without "osu."
	BeatmapID int32
	SetID     int32  // 0 when the link does not say
	Title     string // "artist - title [difficulty]", which is whatever the client says
	Ruleset   osu.Ruleset
	Told      bool // the ruleset, by the text or the link; otherwise it is the beatmap's own, or osu!
	Mods      osu.Mods
}

// rulesets are what follows the link when the ruleset is not osu!.
var rulesets = map[string]osu.Ruleset{
	"Taiko": osu.Taiko, "CatchTheBeat": osu.Catch, "osu!mania": osu.Mania, "osu!": osu.Standard,
}

// token is a mod as the client writes it.
type token struct {
	text string
	mods osu.Mods
}

// tokens are in the order in which the client writes them.
var tokens = []token{
	{"-Easy", osu.ModEasy}, {"-NoFail", osu.ModNoFail}, {"+Hidden", osu.ModHidden}, {"+HardRock", osu.ModHardRock},
	{"+Nightcore", osu.ModNightcore | osu.ModDoubleTime}, {"+DoubleTime", osu.ModDoubleTime}, {"-HalfTime", osu.ModHalfTime},
	{"+Perfect", osu.ModPerfect | osu.ModSuddenDeath}, {"+SuddenDeath", osu.ModSuddenDeath}, {"-SpunOut", osu.ModSpunOut},
	{"+Flashlight", osu.ModFlashlight}, {"|Autoplay|", osu.ModAutoplay}, {"|Cinema|", osu.ModCinema}, {"~Relax~", osu.ModRelax},
	{"~Autopilot~", osu.ModAutopilot}, {"~AutoPilot~", osu.ModAutopilot}, {"~Relax2~", osu.ModAutopilot}, {"~Target~", osu.ModTarget},
	{"+FadeIn", osu.ModFadeIn}, {"+Random", osu.ModRandom}, {"+Mirror", osu.ModMirror}, {"~ScoreV2~", osu.ModScoreV2},
	{"~TouchDevice~", osu.ModTouchDevice},
	{"|10K|", osu.ModKey5 | osu.ModKeyCoop}, {"|12K|", osu.ModKey6 | osu.ModKeyCoop}, {"|14K|", osu.ModKey7 | osu.ModKeyCoop},
	{"|16K|", osu.ModKey8 | osu.ModKeyCoop}, {"|18K|", osu.ModKey9 | osu.ModKeyCoop},
	{"|1K|", osu.ModKey1}, {"|2K|", osu.ModKey2}, {"|3K|", osu.ModKey3}, {"|4K|", osu.ModKey4}, {"|5K|", osu.ModKey5},
	{"|6K|", osu.ModKey6}, {"|7K|", osu.ModKey7}, {"|8K|", osu.ModKey8}, {"|9K|", osu.ModKey9},
}

// Parse reads the text of an action, with or without the frame that marks it as one ("\x01ACTION …\x01"). It reports whether
// the text is one of these with a link to a beatmap: players act in other ways, and listen to songs that nobody submitted.
func Parse(text string) (NowPlaying, bool) {
	if len(text) > MaxText {
		return NowPlaying{}, false
	}
	text = strings.TrimSuffix(strings.TrimPrefix(text, "\x01ACTION "), "\x01")
	text, ok := strings.CutPrefix(text, "is ")
	if !ok {
		return NowPlaying{}, false
	}
	var n NowPlaying
	for _, verb := range []Verb{Playing, Editing, Watching, Listening} {
		if rest, ok := strings.CutPrefix(text, string(verb)+" ["); ok {
			n.Verb, text = verb, rest
			break
		}
	}
	if n.Verb == "" {
		return NowPlaying{}, false
	}
	// Titles may have brackets and even what looks like mods, so the end of the link is looked for from behind.
	url, text, ok := strings.Cut(text, " ")
	if !ok || !n.link(url) {
		return NowPlaying{}, false
	}
	for {
		text = strings.TrimRight(text, " ")
		if title, ok := strings.CutSuffix(text, "]"); ok {
			n.Title = title
			return n, n.Title != ""
		}
		rest, word, ok := cutLast(text)
		if !ok || !n.suffix(word) {
			return NowPlaying{}, false
		}
		text = rest
	}
}

func cutLast(text string) (rest, word string, ok bool) {
	i := strings.LastIndexByte(text, ' ')
	if i < 0 {
		return "", "", false
	}
	return text[:i], text[i+1:], true
}

// suffix reads a word behind the link.
func (n *NowPlaying) suffix(word string) bool {
	if name, ok := strings.CutPrefix(word, "<"); ok {
		name, closed := strings.CutSuffix(name, ">")
		ruleset, known := rulesets[name]
		n.Ruleset, n.Told = ruleset, true
		return closed && known
	}
	for _, t := range tokens {
		if t.text == word {
			n.Mods |= t.mods
			return true
		}
	}
	return isToken(word)
}

// isToken reports whether a word has the form of a mod. One that is not known is no reason not to know the beatmap.
func isToken(word string) bool {
	if len(word) < 2 {
		return false
	}
	name, last := word[1:], len(word)-1
	switch word[0] {
	case '~', '|':
		if word[last] != word[0] {
			return false
		}
		name = word[1:last]
	case '+', '-':
	default:
		return false
	}
	return name != "" && !strings.ContainsFunc(name, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9')
	})
}

// link reads the address of a beatmap.
func (n *NowPlaying) link(url string) bool {
	rest, ok := strings.CutPrefix(url, "https://osu.")
	if !ok {
		rest, ok = strings.CutPrefix(url, "http://osu.")
	}
	if !ok {
		return false
	}
	host, path, ok := strings.Cut(rest, "/")
	if !ok || host == "" || strings.ContainsAny(host, "@\\?#") {
		return false
	}
	n.Host = host
	if path, ok := strings.CutPrefix(path, "b/"); ok {
		return n.oldLink(path)
	}
	if path, ok = strings.CutPrefix(path, "beatmapsets/"); !ok {
		return false
	}
	set, path, ok := strings.Cut(path, "#")
	if !ok {
		return false
	}
	name, id, ok := strings.Cut(strings.TrimSuffix(path, "/"), "/")
	if !ok {
		return false
	}
	if name != "" {
		ruleset, err := osu.ParseRuleset(name)
		if err != nil {
			return false
		}
		n.Ruleset, n.Told = ruleset, true
	}
	if n.SetID, ok = number(strings.TrimSuffix(set, "/")); !ok {
		return false
	}
	n.BeatmapID, ok = number(id)
	return ok
}

// oldLink reads what follows /b/.
func (n *NowPlaying) oldLink(path string) bool {
	id, mode, ok := strings.Cut(path, "?m=")
	if !ok {
		id, mode, ok = strings.Cut(path, "&m=")
	}
	if ok {
		ruleset, err := strconv.ParseUint(mode, 10, 8)
		if err != nil || ruleset >= uint64(osu.Rulesets) {
			return false
		}
		n.Ruleset, n.Told = osu.Ruleset(ruleset), true
	}
	n.BeatmapID, ok = number(id)
	return ok
}

// number reads an id. That of what was never submitted is 0 or below, and no id.
func number(text string) (int32, bool) {
	n, err := strconv.ParseInt(text, 10, 64)
	return int32(n), err == nil && n > 0 && n <= math.MaxInt32
}

// String returns the text as the current client says it, without the frame of an action.
func (n NowPlaying) String() string {
	var b strings.Builder
	b.WriteString("is " + string(n.Verb) + " [https://osu." + n.Host + "/beatmapsets/" + strconv.Itoa(int(n.SetID)) + "#/" +
		strconv.Itoa(int(n.BeatmapID)) + " " + n.Title + "]")
	if n.Told {
		for name, ruleset := range rulesets {
			if ruleset == n.Ruleset && ruleset != osu.Standard {
				b.WriteString(" <" + name + ">")
			}
		}
	}
	rest := n.Mods
	for _, t := range tokens {
		if rest.Has(t.mods) {
			rest &^= t.mods
			b.WriteString(" " + t.text)
		}
	}
	return b.String()
}
