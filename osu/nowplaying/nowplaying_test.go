package nowplaying_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/nowplaying"
)

const (
	current = "https://osu.ppy.sh/beatmapsets/1#/75"
	title   = "Kenji Ninuma - DISCO PRINCE [Normal]"
)

func TestParse(t *testing.T) {
	plain := nowplaying.NowPlaying{Verb: nowplaying.Playing, Host: "ppy.sh", BeatmapID: 75, SetID: 1, Title: title}
	with := func(edit func(*nowplaying.NowPlaying)) nowplaying.NowPlaying {
		n := plain
		edit(&n)
		return n
	}
	for text, want := range map[string]nowplaying.NowPlaying{
		"is playing [" + current + " " + title + "]":                    plain,
		"\x01ACTION is playing [" + current + " " + title + "]\x01":     plain,
		"is playing [https://osu.ppy.sh/beatmapsets/1#/75/ x - y]":      with(func(n *nowplaying.NowPlaying) { n.Title = "x - y" }),
		"is listening to [" + current + " Kenji Ninuma - DISCO PRINCE]": with(func(n *nowplaying.NowPlaying) { n.Verb, n.Title = nowplaying.Listening, "Kenji Ninuma - DISCO PRINCE" }),
		"is editing [" + current + " " + title + "]":                    with(func(n *nowplaying.NowPlaying) { n.Verb = nowplaying.Editing }),
		"is watching [" + current + " " + title + "] ":                  with(func(n *nowplaying.NowPlaying) { n.Verb = nowplaying.Watching }),
		"is playing [https://osu.peace.test:8443/beatmapsets/1#fruits/75/ " + title + "] +Hidden": with(func(n *nowplaying.NowPlaying) {
			n.Host, n.Ruleset, n.Told, n.Mods = "peace.test:8443", osu.Catch, true, osu.ModHidden
		}),
		"is playing [" + current + " " + title + "] +Hidden +Newest ~Newer~ |New|": with(func(n *nowplaying.NowPlaying) { n.Mods = osu.ModHidden }),
		"is playing [http://osu.ppy.sh/b/75 " + title + "]":                        with(func(n *nowplaying.NowPlaying) { n.SetID = 0 }),
		"is playing [https://osu.ppy.sh/b/75?m=3 " + title + "] |7K|": with(func(n *nowplaying.NowPlaying) {
			n.SetID, n.Ruleset, n.Told, n.Mods = 0, osu.Mania, true, osu.ModKey7
		}),
		"is playing [https://osu.ppy.sh/b/75&m=1 " + title + "]": with(func(n *nowplaying.NowPlaying) { n.SetID, n.Ruleset, n.Told = 0, osu.Taiko, true }),
		"is playing [" + current + " " + title + "] <Taiko> -NoFail -Easy +Hidden +HardRock +SuddenDeath +DoubleTime ~Relax~": with(func(n *nowplaying.NowPlaying) {
			n.Ruleset, n.Told = osu.Taiko, true
			n.Mods = osu.ModNoFail | osu.ModEasy | osu.ModHidden | osu.ModHardRock | osu.ModSuddenDeath | osu.ModDoubleTime | osu.ModRelax
		}),
		"is playing [" + current + " " + title + "] <CatchTheBeat> -HalfTime +Flashlight |Autoplay| -SpunOut ~Autopilot~ |Cinema| ~Target~": with(func(n *nowplaying.NowPlaying) {
			n.Ruleset, n.Told = osu.Catch, true
			n.Mods = osu.ModHalfTime | osu.ModFlashlight | osu.ModAutoplay | osu.ModSpunOut | osu.ModAutopilot | osu.ModCinema | osu.ModTarget
		}),
		"is playing [" + current + " " + title + "] <osu!mania> +Nightcore +Perfect |18K|": with(func(n *nowplaying.NowPlaying) {
			n.Ruleset, n.Told = osu.Mania, true
			n.Mods = osu.ModNightcore | osu.ModDoubleTime | osu.ModPerfect | osu.ModSuddenDeath | osu.ModKey9 | osu.ModKeyCoop
		}),
		"is playing [" + current + " a [b] +Hidden] <Taiko> [c]] +HardRock": with(func(n *nowplaying.NowPlaying) {
			n.Title, n.Mods = "a [b] +Hidden] <Taiko> [c]", osu.ModHardRock
		}),
	} {
		got, ok := nowplaying.Parse(text)
		if diff := cmp.Diff(want, got); diff != "" || !ok {
			t.Errorf("%q: %v (-want +got):\n%s", text, ok, diff)
		}
	}
	for _, text := range []string{
		"", "is", "is playing", "is playing a game", "waves", "is eating [" + current + " x]", "is playing [" + current + "]",
		"is playing [" + current + " ]", "is playing [" + current + " x] Unknown", "is playing [" + current + " x] ~New|", "is playing [" + current + " x] +", "is playing [" + current + " x] +N-w", "is playing [" + current + " x] <golf>",
		"is playing [" + current + " x] <Taiko", "is playing [ftp://osu.ppy.sh/b/1 x]", "is playing [https://ppy.sh/b/1 x]",
		"is playing [https://osu.ppy.sh/s/1 x]", "is playing [https://osu.ppy.sh/b/0 x]", "is playing [https://osu.ppy.sh/b/-1 x]",
		"is playing [https://osu.ppy.sh/b/2147483648 x]", "is playing [https://osu.ppy.sh/b/1?m=4 x]", "is playing [https://osu.ppy.sh/b/1?m= x]",
		"is playing [https://osu.ppy.sh/beatmapsets/1#golf/75 x]", "is playing [https://osu.ppy.sh/beatmapsets/1/75 x]",
		"is playing [https://osu.ppy.sh/beatmapsets/x#/75 x]", "is playing [https://osu.evil@host/b/1 x]", "is playing [https://osu./b/1 x]",
		"is playing [" + current + " " + strings.Repeat("x", nowplaying.MaxText) + "]",
	} {
		if got, ok := nowplaying.Parse(text); ok {
			t.Errorf("%q is read as %+v", text, got)
		}
	}
}

// TestMods writes and reads every mod that the client can say.
func TestMods(t *testing.T) {
	n := nowplaying.NowPlaying{Verb: nowplaying.Playing, Host: "ppy.sh", BeatmapID: 2, SetID: 1, Title: "x"}
	for bit := osu.Mods(1); bit < osu.AllMods; bit <<= 1 {
		if bit == osu.ModKeyCoop { // is said together with the columns
			continue
		}
		n.Mods = bit.WithImplied()
		got, ok := nowplaying.Parse(n.String())
		if diff := cmp.Diff(n, got); diff != "" || !ok {
			t.Errorf("%v: %q, %v (-want +got):\n%s", bit, n, ok, diff)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{
		"is playing [" + current + " " + title + "] <Taiko> +Hidden |4K|", "\x01ACTION is listening to [http://osu.ppy.sh/b/1?m=2 a - b]\x01",
		"is watching [https://osu.x/beatmapsets/9#mania/8/ [[]] ~Relax~", "is editing [https://osu.ppy.sh/b/1 ] ]",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		n, ok := nowplaying.Parse(text)
		if !ok {
			return
		}
		if n.BeatmapID <= 0 || n.SetID < 0 || !n.Ruleset.Valid() || n.Title == "" {
			t.Fatalf("%q is read as %+v", text, n)
		}
		if len(n.String()) > nowplaying.MaxText || n.SetID == 0 || n.Told {
			return // is written in another form
		}
		if again, ok := nowplaying.Parse(n.String()); !ok || again != n {
			t.Errorf("%+v is written as %q and read as %+v", n, n, again)
		}
	})
}
