// Package activity translates between what a lazer client says that its user does (a UserActivity) and what all clients can show of
// it (a sessions.Status). Lazer's own form is kept beside it, so that lazer users see each other exactly; everybody else sees the
// nearest thing that his client knows.
//
// Everything here is pure: nothing is looked up, and nothing of the session's other parts (do not disturb, the beatmap's checksum,
// mods) is decided.
package activity

import (
	"strings"
	"unicode/utf8"

	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/hubs"
)

// maxText is the limit of sessions.Status.Text.
const maxText = 512

// watching stands between who is watched and what he plays, as the stable client writes it.
const watching = " play "

// verbs are what the game calls playing each ruleset (ppy/osu PlayingVerb of each ruleset).
var verbs = [osu.Rulesets]string{
	osu.Standard: "Clicking circles",
	osu.Taiko:    "Bashing drums",
	osu.Catch:    "Catching fruit",
	osu.Mania:    "Smashing keys",
}

// Status returns the status that an activity is to all clients. A user who does not play remains in the ruleset that he was in;
// nothing else of the old status is kept. An activity that is too long to be kept has shorter texts in Detail.
func Status(a hubs.UserActivity, old sessions.Status) sessions.Status {
	s := sessions.Status{Ruleset: old.Ruleset, Detail: detail(a)}
	switch a := a.(type) {
	case hubs.InSoloGame:
		play(&s, osu.ActionPlaying, a.Game)
	case hubs.InPlaylistGame:
		play(&s, osu.ActionPlaying, a.Game)
	case hubs.PlayingDailyChallenge:
		play(&s, osu.ActionPlaying, a.Game)
	case hubs.InMultiplayerGame:
		play(&s, osu.ActionMultiplaying, a.Game)
	case hubs.SpectatingMultiplayerGame:
		play(&s, osu.ActionWatching, a.Game)
	case hubs.EditingBeatmap:
		edit(&s, osu.ActionEditing, a.Edit)
	case hubs.ModdingBeatmap:
		edit(&s, osu.ActionModding, a.Edit)
	case hubs.TestingBeatmap:
		edit(&s, osu.ActionTesting, a.Edit)
	case hubs.WatchingReplay:
		watch(&s, a.Replay)
	case hubs.SpectatingUser:
		watch(&s, a.Replay)
	case hubs.SearchingForLobby:
		s.Action = osu.ActionLobby
	case hubs.InLobby:
		s.Action, s.Text = osu.ActionMultiplayer, cut(a.RoomName, maxText)
	case hubs.InDailyChallengeLobby:
		s.Action, s.Text = osu.ActionMultiplayer, "Daily Challenge"
	}
	return s
}

func play(s *sessions.Status, action osu.Action, g hubs.Game) {
	s.Action, s.Text, s.BeatmapID = action, cut(g.BeatmapDisplayTitle, maxText), max(g.BeatmapID, 0)
	if g.RulesetID >= 0 && g.RulesetID < int32(osu.Rulesets) {
		s.Ruleset = osu.Ruleset(g.RulesetID)
	}
}

func edit(s *sessions.Status, action osu.Action, e hubs.Edit) {
	s.Action, s.Text, s.BeatmapID = action, cut(e.BeatmapDisplayTitle, maxText), max(e.BeatmapID, 0)
}

func watch(s *sessions.Status, r hubs.Replay) {
	s.Action, s.BeatmapID = osu.ActionWatching, max(r.BeatmapID, 0)
	text := r.PlayerName
	if title := r.BeatmapDisplayTitle.Or(""); title != "" {
		text += watching + title
	}
	s.Text = cut(text, maxText)
}

// Of returns the activity of a status that has no Detail: that of a user of another client. nil is somebody who is just there.
func Of(s sessions.Status) hubs.UserActivity {
	id := s.BeatmapID
	if id <= 0 {
		id = -1 // what the game has for beatmaps that are not online
	}
	game := hubs.Game{BeatmapID: id, BeatmapDisplayTitle: s.Text, RulesetID: int32(s.Ruleset)}
	if s.Ruleset.Valid() {
		game.RulesetPlayingVerb = verbs[s.Ruleset]
	}
	edited := hubs.Edit{BeatmapID: id, BeatmapDisplayTitle: s.Text}
	switch s.Action {
	case osu.ActionPlaying, osu.ActionPaused:
		return hubs.InSoloGame{Game: game}
	case osu.ActionMultiplaying:
		return hubs.InMultiplayerGame{Game: game}
	case osu.ActionEditing, osu.ActionSubmitting:
		return hubs.EditingBeatmap{Edit: edited}
	case osu.ActionModding:
		return hubs.ModdingBeatmap{Edit: edited}
	case osu.ActionTesting:
		return hubs.TestingBeatmap{Edit: edited}
	case osu.ActionWatching:
		replay := hubs.Replay{PlayerName: s.Text, BeatmapID: id}
		if player, title, ok := strings.Cut(s.Text, watching); ok {
			replay.PlayerName, replay.BeatmapDisplayTitle = player, hubs.Some(title)
		}
		return hubs.SpectatingUser{Replay: replay}
	case osu.ActionMultiplayer:
		return hubs.InLobby{RoomID: -1, RoomName: s.Text}
	case osu.ActionLobby:
		return hubs.SearchingForLobby{}
	case osu.ActionDirect:
		return hubs.ChoosingBeatmap{}
	}
	return nil
}

// Append appends the activity of a status of any client, as lazer encodes it.
func Append(b []byte, s sessions.Status) []byte {
	if len(s.Detail) > 0 {
		return append(b, s.Detail...)
	}
	return hubs.AppendUserActivity(b, Of(s))
}

// Presence is what lazer's clients are told of a user; nil is a user who is offline, or does not want to be seen.
type Presence struct{ Status *sessions.Status }

// AppendPresence appends a presence, which is a UserPresence or null.
func AppendPresence(b []byte, p Presence) []byte {
	if p.Status == nil {
		return hubs.AppendOrNull[hubs.UserPresence](b, nil)
	}
	status := hubs.Online
	if p.Status.Busy {
		status = hubs.DoNotDisturb
	}
	const members = 0x92 // a list of two: hubs.UserPresence with an activity that may be encoded already
	b = Append(append(b, members), *p.Status)
	return hubs.AppendUserStatus(b, hubs.Some(status))
}

// detail encodes an activity; nothing is nothing.
func detail(a hubs.UserActivity) []byte {
	if a == nil {
		return nil
	}
	// What is sent to others must be text. Lengths go down until the whole fits.
	for room := sessions.MaxDetail; room > 0; room /= 2 {
		if b := hubs.AppendUserActivity(nil, shorten(a, room)); len(b) <= sessions.MaxDetail {
			return b
		}
	}
	return nil
}

// shorten returns an activity whose texts have at most n bytes each, and are text.
func shorten(a hubs.UserActivity, n int) hubs.UserActivity {
	switch a := a.(type) {
	case hubs.InSoloGame:
		shortenGame(&a.Game, n)
		return a
	case hubs.InMultiplayerGame:
		shortenGame(&a.Game, n)
		return a
	case hubs.SpectatingMultiplayerGame:
		shortenGame(&a.Game, n)
		return a
	case hubs.InPlaylistGame:
		shortenGame(&a.Game, n)
		return a
	case hubs.PlayingDailyChallenge:
		shortenGame(&a.Game, n)
		return a
	case hubs.EditingBeatmap:
		a.BeatmapDisplayTitle = cut(a.BeatmapDisplayTitle, n)
		return a
	case hubs.ModdingBeatmap:
		a.BeatmapDisplayTitle = cut(a.BeatmapDisplayTitle, n)
		return a
	case hubs.TestingBeatmap:
		a.BeatmapDisplayTitle = cut(a.BeatmapDisplayTitle, n)
		return a
	case hubs.WatchingReplay:
		shortenReplay(&a.Replay, n)
		return a
	case hubs.SpectatingUser:
		shortenReplay(&a.Replay, n)
		return a
	case hubs.InLobby:
		a.RoomName = cut(a.RoomName, n)
		return a
	}
	return a
}

func shortenGame(g *hubs.Game, n int) {
	g.BeatmapDisplayTitle, g.RulesetPlayingVerb = cut(g.BeatmapDisplayTitle, n), cut(g.RulesetPlayingVerb, n)
}

func shortenReplay(r *hubs.Replay, n int) {
	r.PlayerName = cut(r.PlayerName, n)
	r.BeatmapDisplayTitle.Value = cut(r.BeatmapDisplayTitle.Value, n)
}

// cut makes text of s, of at most n bytes, without breaking a character.
func cut(s string, n int) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
