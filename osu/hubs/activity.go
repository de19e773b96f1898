package hubs

import "github.com/tinylib/msgp/msgp"

// UserActivity is what a user does in the client: one of ChoosingBeatmap, InSoloGame, WatchingReplay, SpectatingUser,
// SearchingForLobby, InLobby, InMultiplayerGame, SpectatingMultiplayerGame, InPlaylistGame, EditingBeatmap, ModdingBeatmap,
// TestingBeatmap, InDailyChallengeLobby and PlayingDailyChallenge, as values. It may be nil: the user does nothing in particular.
type UserActivity interface {
	// appendActivity appends the number of the class and the object.
	appendActivity(b []byte) []byte
}

// The activities that have nothing to tell.
type (
	// ChoosingBeatmap is an activity: in song select.
	ChoosingBeatmap struct{}
	// SearchingForLobby is an activity: in the list of rooms.
	SearchingForLobby struct{}
	// InDailyChallengeLobby is an activity: before the day's challenge.
	InDailyChallengeLobby struct{}
)

// InLobby is an activity: in the room of a multiplayer game or playlist.
type InLobby struct {
	RoomID   int64 // -1 when it cannot be told
	RoomName string
}

// The activities on a beatmap.
type (
	// InSoloGame is an activity: playing alone.
	InSoloGame struct{ Game }
	// InMultiplayerGame is an activity: playing with others.
	InMultiplayerGame struct{ Game }
	// SpectatingMultiplayerGame is an activity: watching others play.
	SpectatingMultiplayerGame struct{ Game }
	// InPlaylistGame is an activity: playing an item of a playlist.
	InPlaylistGame struct{ Game }
	// PlayingDailyChallenge is an activity: playing the day's challenge.
	PlayingDailyChallenge struct{ Game }

	// EditingBeatmap is an activity: in the editor.
	EditingBeatmap struct{ Edit }
	// ModdingBeatmap is an activity: in the editor with somebody else's beatmap.
	ModdingBeatmap struct{ Edit }
	// TestingBeatmap is an activity: playing from the editor.
	TestingBeatmap struct{ Edit }

	// WatchingReplay is an activity: watching what was played.
	WatchingReplay struct{ Replay }
	// SpectatingUser is an activity: watching what is played.
	SpectatingUser struct{ Replay }
)

// Game is a beatmap that is played.
type Game struct {
	BeatmapID           int32
	BeatmapDisplayTitle string // "artist - title (creator) [difficulty]"
	RulesetID           int32
	RulesetPlayingVerb  string // "Clicking circles"
}

// Edit is a beatmap that is worked on.
type Edit struct {
	BeatmapID           int32
	BeatmapDisplayTitle string
}

// Replay is a play that is watched.
type Replay struct {
	ScoreID             int64
	PlayerName          string
	BeatmapID           int32 // -1 when unknown
	BeatmapDisplayTitle Optional[string]
}

// The numbers of the activities.
const (
	choosingBeatmap           = 11
	inSoloGame                = 12
	watchingReplay            = 13
	spectatingUser            = 14
	searchingForLobby         = 21
	inLobby                   = 22
	inMultiplayerGame         = 23
	spectatingMultiplayerGame = 24
	inPlaylistGame            = 31
	editingBeatmap            = 41
	moddingBeatmap            = 42
	testingBeatmap            = 43
	inDailyChallengeLobby     = 51
	playingDailyChallenge     = 52
)

// AppendUserActivity appends an activity with its number, or nil.
func AppendUserActivity(b []byte, a UserActivity) []byte {
	if a == nil {
		return msgp.AppendNil(b)
	}
	return a.appendActivity(b)
}

// ReadUserActivity reads an activity.
func ReadUserActivity(b []byte) (UserActivity, []byte, error) {
	r := reader{b: b}
	a := readUserActivity(&r)
	rest, err := r.end("UserActivity")
	return a, rest, err
}

func readUserActivity(r *reader) UserActivity {
	number, ok := r.union()
	if !ok {
		return nil
	}
	a := readActivityBody(r, number)
	if r.err != nil {
		return nil
	}
	return a
}

func readActivityBody(r *reader, number int) UserActivity {
	switch number {
	case choosingBeatmap:
		r.empty()
		return ChoosingBeatmap{}
	case inSoloGame:
		return InSoloGame{readGame(r)}
	case watchingReplay:
		return WatchingReplay{readReplay(r)}
	case spectatingUser:
		return SpectatingUser{readReplay(r)}
	case searchingForLobby:
		r.empty()
		return SearchingForLobby{}
	case inLobby:
		return readInLobby(r)
	case inMultiplayerGame:
		return InMultiplayerGame{readGame(r)}
	case spectatingMultiplayerGame:
		return SpectatingMultiplayerGame{readGame(r)}
	case inPlaylistGame:
		return InPlaylistGame{readGame(r)}
	case editingBeatmap:
		return EditingBeatmap{readEdit(r)}
	case moddingBeatmap:
		return ModdingBeatmap{readEdit(r)}
	case testingBeatmap:
		return TestingBeatmap{readEdit(r)}
	case inDailyChallengeLobby:
		r.empty()
		return InDailyChallengeLobby{}
	case playingDailyChallenge:
		return PlayingDailyChallenge{readGame(r)}
	}
	r.fail(errUnion)
	return nil
}

func (ChoosingBeatmap) appendActivity(b []byte) []byte   { return appendEmpty(b, choosingBeatmap) }
func (SearchingForLobby) appendActivity(b []byte) []byte { return appendEmpty(b, searchingForLobby) }
func (InDailyChallengeLobby) appendActivity(b []byte) []byte {
	return appendEmpty(b, inDailyChallengeLobby)
}

func (a InLobby) appendActivity(b []byte) []byte {
	b = begin(appendUnion(b, inLobby), 2)
	b = appendInt(b, a.RoomID)
	return msgp.AppendString(b, a.RoomName)
}

func readInLobby(r *reader) (a InLobby) {
	n := r.begin()
	if n > 0 {
		a.RoomID = r.int64()
	}
	if n > 1 {
		a.RoomName = r.string("")
	}
	r.rest(n - 2)
	return a
}

func (a InSoloGame) appendActivity(b []byte) []byte { return a.appendTo(appendUnion(b, inSoloGame)) }
func (a InMultiplayerGame) appendActivity(b []byte) []byte {
	return a.appendTo(appendUnion(b, inMultiplayerGame))
}
func (a SpectatingMultiplayerGame) appendActivity(b []byte) []byte {
	return a.appendTo(appendUnion(b, spectatingMultiplayerGame))
}
func (a InPlaylistGame) appendActivity(b []byte) []byte {
	return a.appendTo(appendUnion(b, inPlaylistGame))
}
func (a PlayingDailyChallenge) appendActivity(b []byte) []byte {
	return a.appendTo(appendUnion(b, playingDailyChallenge))
}

func (g Game) appendTo(b []byte) []byte {
	b = begin(b, 4)
	b = appendInt(b, g.BeatmapID)
	b = msgp.AppendString(b, g.BeatmapDisplayTitle)
	b = appendInt(b, g.RulesetID)
	return msgp.AppendString(b, g.RulesetPlayingVerb)
}

func readGame(r *reader) (g Game) {
	n := r.begin()
	if n > 0 {
		g.BeatmapID = r.int32()
	}
	if n > 1 {
		g.BeatmapDisplayTitle = r.string("")
	}
	if n > 2 {
		g.RulesetID = r.int32()
	}
	if n > 3 {
		g.RulesetPlayingVerb = r.string("")
	}
	r.rest(n - 4)
	return g
}

func (a EditingBeatmap) appendActivity(b []byte) []byte {
	return a.appendTo(appendUnion(b, editingBeatmap))
}
func (a ModdingBeatmap) appendActivity(b []byte) []byte {
	return a.appendTo(appendUnion(b, moddingBeatmap))
}
func (a TestingBeatmap) appendActivity(b []byte) []byte {
	return a.appendTo(appendUnion(b, testingBeatmap))
}

func (e Edit) appendTo(b []byte) []byte {
	b = begin(b, 2)
	b = appendInt(b, e.BeatmapID)
	return msgp.AppendString(b, e.BeatmapDisplayTitle)
}

func readEdit(r *reader) (e Edit) {
	n := r.begin()
	if n > 0 {
		e.BeatmapID = r.int32()
	}
	if n > 1 {
		e.BeatmapDisplayTitle = r.string("")
	}
	r.rest(n - 2)
	return e
}

func (a WatchingReplay) appendActivity(b []byte) []byte {
	return a.appendTo(appendUnion(b, watchingReplay))
}
func (a SpectatingUser) appendActivity(b []byte) []byte {
	return a.appendTo(appendUnion(b, spectatingUser))
}

func (p Replay) appendTo(b []byte) []byte {
	b = begin(b, 4)
	b = appendInt(b, p.ScoreID)
	b = msgp.AppendString(b, p.PlayerName)
	b = appendInt(b, p.BeatmapID)
	return appendOptional(b, p.BeatmapDisplayTitle, msgp.AppendString)
}

func readReplay(r *reader) (p Replay) {
	n := r.begin()
	if n > 0 {
		p.ScoreID = r.int64()
	}
	if n > 1 {
		p.PlayerName = r.string("")
	}
	if n > 2 {
		p.BeatmapID = r.int32()
	}
	if n > 3 && !r.null() {
		p.BeatmapDisplayTitle = Some(r.string(""))
	}
	r.rest(n - 4)
	return p
}
