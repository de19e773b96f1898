package activity_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/hubs"
	"github.com/pure-peace/peace/transport/lazer/activity"
)

var (
	game   = hubs.Game{BeatmapID: 75, BeatmapDisplayTitle: "a - b (c) [d]", RulesetID: 3, RulesetPlayingVerb: "Smashing keys"}
	edit   = hubs.Edit{BeatmapID: 75, BeatmapDisplayTitle: "a - b (c) [d]"}
	replay = hubs.Replay{ScoreID: 5, PlayerName: "peppy", BeatmapID: 75, BeatmapDisplayTitle: hubs.Some("a - b (c) [d]")}
)

// TestStatus translates each activity for clients that do not know it.
func TestStatus(t *testing.T) {
	const title = "a - b (c) [d]"
	on := func(action osu.Action, text string, ruleset osu.Ruleset) sessions.Status {
		return sessions.Status{Action: action, Text: text, BeatmapID: 75, Ruleset: ruleset}
	}
	for _, test := range []struct {
		activity hubs.UserActivity
		want     sessions.Status
	}{
		{nil, sessions.Status{Ruleset: osu.Taiko}},
		{hubs.ChoosingBeatmap{}, sessions.Status{Ruleset: osu.Taiko}},
		{hubs.InSoloGame{Game: game}, on(osu.ActionPlaying, title, osu.Mania)},
		{hubs.InPlaylistGame{Game: game}, on(osu.ActionPlaying, title, osu.Mania)},
		{hubs.PlayingDailyChallenge{Game: game}, on(osu.ActionPlaying, title, osu.Mania)},
		{hubs.InMultiplayerGame{Game: game}, on(osu.ActionMultiplaying, title, osu.Mania)},
		{hubs.SpectatingMultiplayerGame{Game: game}, on(osu.ActionWatching, title, osu.Mania)},
		{hubs.EditingBeatmap{Edit: edit}, on(osu.ActionEditing, title, osu.Taiko)},
		{hubs.ModdingBeatmap{Edit: edit}, on(osu.ActionModding, title, osu.Taiko)},
		{hubs.TestingBeatmap{Edit: edit}, on(osu.ActionTesting, title, osu.Taiko)},
		{hubs.WatchingReplay{Replay: replay}, on(osu.ActionWatching, "peppy play "+title, osu.Taiko)},
		{hubs.SpectatingUser{Replay: replay}, on(osu.ActionWatching, "peppy play "+title, osu.Taiko)},
		{hubs.SpectatingUser{Replay: hubs.Replay{PlayerName: "p", BeatmapID: -1}}, sessions.Status{Action: osu.ActionWatching, Text: "p", Ruleset: osu.Taiko}},
		{hubs.SearchingForLobby{}, sessions.Status{Action: osu.ActionLobby, Ruleset: osu.Taiko}},
		{hubs.InLobby{RoomID: 7, RoomName: "room"}, sessions.Status{Action: osu.ActionMultiplayer, Text: "room", Ruleset: osu.Taiko}},
		{hubs.InDailyChallengeLobby{}, sessions.Status{Action: osu.ActionMultiplayer, Text: "Daily Challenge", Ruleset: osu.Taiko}},
		// Unknown beatmaps, and rulesets that the game does not come with.
		{hubs.InSoloGame{Game: hubs.Game{BeatmapID: -1, RulesetID: -1}}, sessions.Status{Action: osu.ActionPlaying, Ruleset: osu.Taiko}},
		{hubs.InSoloGame{Game: hubs.Game{BeatmapID: 1, RulesetID: 4}}, sessions.Status{Action: osu.ActionPlaying, BeatmapID: 1, Ruleset: osu.Taiko}},
	} {
		old := sessions.Status{Action: osu.ActionAFK, Text: "old", BeatmapMD5: "old", BeatmapID: 9, Mods: 64, Ruleset: osu.Taiko, Detail: []byte("old")}
		got := activity.Status(test.activity, old)
		if test.activity != nil {
			if want := hubs.AppendUserActivity(nil, test.activity); !bytes.Equal(got.Detail, want) {
				t.Errorf("%T: detail is %x, want %x", test.activity, got.Detail, want)
			}
		} else if got.Detail != nil {
			t.Errorf("nothing has the detail %x", got.Detail)
		}
		got.Detail = nil
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%T (-want +got):\n%s", test.activity, diff)
		}
	}
}

// TestOf translates each action of other clients.
func TestOf(t *testing.T) {
	const title = "a - b [d]"
	game := hubs.Game{BeatmapID: 75, BeatmapDisplayTitle: title, RulesetID: 2, RulesetPlayingVerb: "Catching fruit"}
	edit := hubs.Edit{BeatmapID: 75, BeatmapDisplayTitle: title}
	want := map[osu.Action]hubs.UserActivity{
		osu.ActionIdle:         nil,
		osu.ActionAFK:          nil,
		osu.ActionPlaying:      hubs.InSoloGame{Game: game},
		osu.ActionEditing:      hubs.EditingBeatmap{Edit: edit},
		osu.ActionModding:      hubs.ModdingBeatmap{Edit: edit},
		osu.ActionMultiplayer:  hubs.InLobby{RoomID: -1, RoomName: title},
		osu.ActionWatching:     hubs.SpectatingUser{Replay: hubs.Replay{PlayerName: title, BeatmapID: 75}},
		osu.ActionUnknown:      nil,
		osu.ActionTesting:      hubs.TestingBeatmap{Edit: edit},
		osu.ActionSubmitting:   hubs.EditingBeatmap{Edit: edit},
		osu.ActionPaused:       hubs.InSoloGame{Game: game},
		osu.ActionLobby:        hubs.SearchingForLobby{},
		osu.ActionMultiplaying: hubs.InMultiplayerGame{Game: game},
		osu.ActionDirect:       hubs.ChoosingBeatmap{},
		200:                    nil,
	}
	for action, want := range want {
		got := activity.Of(sessions.Status{Action: action, Text: title, BeatmapID: 75, Ruleset: osu.Catch})
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%v (-want +got):\n%s", action, diff)
		}
	}
	watched := activity.Of(sessions.Status{Action: osu.ActionWatching, Text: "peppy play a - b [d]"})
	if diff := cmp.Diff(hubs.SpectatingUser{Replay: hubs.Replay{
		PlayerName: "peppy", BeatmapID: -1, BeatmapDisplayTitle: hubs.Some("a - b [d]"),
	}}, watched); diff != "" {
		t.Errorf("watching (-want +got):\n%s", diff)
	}
	for ruleset, verb := range []string{"Clicking circles", "Bashing drums", "Catching fruit", "Smashing keys"} {
		got := activity.Of(sessions.Status{Action: osu.ActionPlaying, Ruleset: osu.Ruleset(ruleset)})
		if diff := cmp.Diff(hubs.InSoloGame{Game: hubs.Game{BeatmapID: -1, RulesetID: int32(ruleset), RulesetPlayingVerb: verb}}, got); diff != "" {
			t.Errorf("ruleset %d (-want +got):\n%s", ruleset, diff)
		}
	}
}

// TestThere goes there and back: what other clients see of lazer's users, and lazer of theirs, is the same thing.
func TestThere(t *testing.T) {
	for action := osu.ActionIdle; action <= osu.ActionDirect; action++ {
		status := sessions.Status{Action: action, Text: "peppy play x", BeatmapID: 75, Ruleset: osu.Taiko}
		again := activity.Of(activity.Status(activity.Of(status), status))
		switch action {
		case osu.ActionDirect: // which has no equal
		default:
			if diff := cmp.Diff(activity.Of(status), again); diff != "" {
				t.Errorf("%v (-want +got):\n%s", action, diff)
			}
		}
	}
}

func TestPresence(t *testing.T) {
	lazer := activity.Status(hubs.SpectatingMultiplayerGame{Game: game}, sessions.Status{})
	busy := sessions.Status{Busy: true}
	for name, test := range map[string]struct {
		status *sessions.Status
		want   *hubs.UserPresence
	}{
		"offline":        {nil, nil},
		"lazer":          {&lazer, &hubs.UserPresence{Activity: hubs.SpectatingMultiplayerGame{Game: game}, Status: hubs.Some(hubs.Online)}},
		"do not disturb": {&busy, &hubs.UserPresence{Status: hubs.Some(hubs.DoNotDisturb)}},
		"stable": {
			&sessions.Status{Action: osu.ActionLobby},
			&hubs.UserPresence{Activity: hubs.SearchingForLobby{}, Status: hubs.Some(hubs.Online)},
		},
	} {
		b := activity.AppendPresence(nil, activity.Presence{Status: test.status})
		if want := hubs.AppendOrNull(nil, test.want); !bytes.Equal(b, want) {
			t.Errorf("%s is %x, want %x", name, b, want)
		}
	}
}

// TestLong keeps what is too long in part, and what is no text as text.
func TestLong(t *testing.T) {
	long := strings.Repeat("é", 2000) + "\xff"
	for _, a := range []hubs.UserActivity{
		hubs.InSoloGame{Game: hubs.Game{BeatmapDisplayTitle: long, RulesetPlayingVerb: long}},
		hubs.InMultiplayerGame{Game: hubs.Game{BeatmapDisplayTitle: long}},
		hubs.SpectatingMultiplayerGame{Game: hubs.Game{BeatmapDisplayTitle: long}},
		hubs.InPlaylistGame{Game: hubs.Game{BeatmapDisplayTitle: long}},
		hubs.PlayingDailyChallenge{Game: hubs.Game{BeatmapDisplayTitle: long}},
		hubs.EditingBeatmap{Edit: hubs.Edit{BeatmapDisplayTitle: long}},
		hubs.ModdingBeatmap{Edit: hubs.Edit{BeatmapDisplayTitle: long}},
		hubs.TestingBeatmap{Edit: hubs.Edit{BeatmapDisplayTitle: long}},
		hubs.WatchingReplay{Replay: hubs.Replay{PlayerName: long, BeatmapDisplayTitle: hubs.Some(long)}},
		hubs.SpectatingUser{Replay: hubs.Replay{PlayerName: long}},
		hubs.InLobby{RoomName: long},
	} {
		s := activity.Status(a, sessions.Status{})
		if len(s.Text) > 512 || !utf8.ValidString(s.Text) || !strings.HasPrefix(s.Text, strings.Repeat("é", 200)) {
			t.Errorf("%T: text of %d bytes", a, len(s.Text))
		}
		if len(s.Detail) > sessions.MaxDetail {
			t.Errorf("%T: detail of %d bytes", a, len(s.Detail))
		}
		back, rest, err := hubs.ReadUserActivity(s.Detail)
		if err != nil || len(rest) != 0 {
			t.Errorf("%T: detail does not read: %v", a, err)
		}
		if text := fmt.Sprint(back); !utf8.ValidString(text) || !strings.Contains(text, strings.Repeat("é", 100)) {
			t.Errorf("%T: detail is %v", a, back)
		}
	}
	if s := activity.Status(hubs.InLobby{RoomName: "a\xffb"}, sessions.Status{}); s.Text != "a\uFFFDb" {
		t.Errorf("text is %q", s.Text)
	}
}
