package packets

// Packets of the client with an empty payload.
type (
	// RequestStatusUpdate (3) asks for the own UserStats.
	RequestStatusUpdate = Empty[requestStatusUpdate]

	// Ping (4) is the idle poll.
	Ping = Empty[ping]

	// StopSpectating (17) ends watching.
	StopSpectating = Empty[stopSpectating]

	// CantSpectate (21) says that the watcher has not got the beatmap.
	CantSpectate = Empty[cantSpectate]

	// PartLobby (29) leaves the list of multiplayer rooms.
	PartLobby = Empty[partLobby]

	// JoinLobby (30) enters the list of multiplayer rooms.
	JoinLobby = Empty[joinLobby]

	// PartMatch (33) leaves the room.
	PartMatch = Empty[partMatch]

	// MatchReady (39) says that the player is ready.
	MatchReady = Empty[matchReady]

	// MatchStart (44) is the host's start.
	MatchStart = Empty[matchStart]

	// MatchComplete (49) says that the player reached the end.
	MatchComplete = Empty[matchComplete]

	// MatchLoadComplete (52) says that the beatmap is loaded.
	MatchLoadComplete = Empty[matchLoadComplete]

	// MatchNoBeatmap (54) says that the player has not got the beatmap.
	MatchNoBeatmap = Empty[matchNoBeatmap]

	// MatchNotReady (55) takes readiness back.
	MatchNotReady = Empty[matchNotReady]

	// MatchFailed (56) says that the player failed.
	MatchFailed = Empty[matchFailed]

	// MatchHasBeatmap (59) says that the player has got the beatmap now.
	MatchHasBeatmap = Empty[matchHasBeatmap]

	// MatchSkipRequest (60) votes to skip the intro.
	MatchSkipRequest = Empty[matchSkipRequest]

	// MatchChangeTeam (77) swaps the team.
	MatchChangeTeam = Empty[matchChangeTeam]

	// IRCOnly (84) is unused, in both directions.
	IRCOnly = Empty[ircOnly]
)

// Packets of the client with one i32.
type (
	// Logout (2) says that the client closes: 0 exits, 1 restarts for an update. It also arrives by mistake within the
	// first second of a session, and is ignored then.
	Logout = Int[logout]

	// StartSpectating (16) names the user to watch. Naming the watched one again says that his beatmap has been
	// downloaded; −1, from a tournament client, is nobody.
	StartSpectating = Int[startSpectating]

	// MatchChangeSlot (38) asks for the slot with that index.
	MatchChangeSlot = Int[matchChangeSlot]

	// MatchLock (40) is the host's click on the slot with that index: open and locked swap, an occupant is kicked.
	MatchLock = Int[matchLock]

	// MatchChangeMods (51) holds an osu.Mods: those of the room from its host, the player's own where mods are free.
	MatchChangeMods = Int[matchChangeMods]

	// MatchTransferHost (70) is the index of the slot whose player becomes host.
	MatchTransferHost = Int[matchTransferHost]

	// FriendAdd (73) is the id of a user.
	FriendAdd = Int[friendAdd]

	// FriendRemove (74) is the id of a user, who may be offline.
	FriendRemove = Int[friendRemove]

	// ReceiveUpdates (79) is one of the Updates constants.
	ReceiveUpdates = Int[receiveUpdates]

	// MatchInvite (87) is the id of a user to invite.
	MatchInvite = Int[matchInvite]

	// TournamentMatchInfoRequest (93) is the id of a room that a tournament client wants described.
	TournamentMatchInfoRequest = Int[tournamentMatchInfoRequest]

	// UserPresenceRequestAll (98) asks for the presence of everybody. The number is a clock of the client.
	UserPresenceRequestAll = Int[userPresenceRequestAll]

	// ToggleBlockNonFriendDMs (99) is 1 to refuse private messages of strangers and 0 to take them.
	ToggleBlockNonFriendDMs = Int[toggleBlockNonFriendDMs]

	// TournamentJoinMatchChannel (108) is the id of the room whose chat a tournament client joins.
	TournamentJoinMatchChannel = Int[tournamentJoinMatchChannel]

	// TournamentLeaveMatchChannel (109) is the id of the room whose chat a tournament client leaves.
	TournamentLeaveMatchChannel = Int[tournamentLeaveMatchChannel]
)

// Packets of the client with one string.
type (
	// ErrorReport (20) is an exception report. Current clients do not send it.
	ErrorReport = Text[errorReport]

	// ChannelJoin (63) names a channel to join.
	ChannelJoin = Text[channelJoin]

	// ChannelPart (78) names a channel whose tab was closed.
	ChannelPart = Text[channelPart]
)

// Packets of the client with a list of ids.
type (
	// UserStatsRequest (85) names users whose UserStats are wanted.
	UserStatsRequest = IDs[userStatsRequest]

	// UserPresenceRequest (97) names users whose UserPresence is wanted.
	UserPresenceRequest = IDs[userPresenceRequest]
)

// Packets of the client with a chat message.
type (
	// PublicMessage (1) is a line for a channel. Sender and SenderID are the client's claim: ignore them. The sender
	// shows his own line by himself and must not get it back.
	PublicMessage = MessageOf[publicMessage]

	// PrivateMessage (25) is a line for the user whose name is the target.
	PrivateMessage = MessageOf[privateMessage]

	// SetAwayMessage (82) holds the away text in Text; an empty one ends being away.
	SetAwayMessage = MessageOf[setAwayMessage]
)

// Packets of the client with a room.
type (
	// CreateMatch (31) asks for a room.
	CreateMatch = MatchOf[createMatch]

	// MatchChangeSettings (41) is the host's new name, beatmap, ruleset and types. Its slots, host and mods say
	// nothing.
	MatchChangeSettings = MatchOf[matchChangeSettings]

	// MatchChangePassword (90) is the host's new password. Nothing else in it is used.
	MatchChangePassword = MatchOf[matchChangePassword]
)

// Packets of the client with a score frame.
type (
	// MatchScoreUpdate (47) is the running score, several times a second. Relay it as [MatchScore] through [Raw], after
	// [SetScoreSlot].
	MatchScoreUpdate = ScoreOf[matchScoreUpdate]
)

// Packets of the client with a bundle of replay frames.
type (
	// SpectateFrames (18) is what the watched client plays. Relay it as [SpectatorFrames] without decoding it, through
	// [Raw].
	SpectateFrames = FramesOf[spectateFrames]
)
