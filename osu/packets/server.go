package packets

// Packets of the server with an empty payload.
type (
	// CommandError (6) is unused.
	CommandError = Empty[commandError]

	// Pong (8) keeps TCP connections alive. It is not needed over HTTP.
	Pong = Empty[pong]

	// IRCQuit (10) is unused.
	IRCQuit = Empty[ircQuit]

	// VersionUpdate (19) starts the client's updater.
	VersionUpdate = Empty[versionUpdate]

	// GetAttention (23) flashes the window.
	GetAttention = Empty[getAttention]

	// MatchJoinFail (37) refuses a creation or a join.
	MatchJoinFail = Empty[matchJoinFail]

	// LegacyAllPlayersLoaded (45) is unused; see [MatchAllPlayersLoaded].
	LegacyAllPlayersLoaded = Empty[legacyAllPlayersLoaded]

	// MatchHostTransferred (50) tells its receiver that he is host now.
	MatchHostTransferred = Empty[matchHostTransferred]

	// MatchAllPlayersLoaded (53) ends the wait for the others.
	MatchAllPlayersLoaded = Empty[matchAllPlayersLoaded]

	// MatchCompleted (58) ends the play.
	MatchCompleted = Empty[matchCompleted]

	// MatchSkip (61) skips the intro: all have voted.
	MatchSkip = Empty[matchSkip]

	// Unauthorized (62) is unused.
	Unauthorized = Empty[unauthorized]

	// Monitor (80) is unused: clients have lost the feature.
	Monitor = Empty[monitor]

	// ChannelInfoEnd (89) ends the channel list of a login.
	ChannelInfoEnd = Empty[channelInfoEnd]

	// VersionUpdateForced (102) says that the client must update.
	VersionUpdateForced = Empty[versionUpdateForced]

	// AccountRestricted (104) shows the notice of a restriction.
	AccountRestricted = Empty[accountRestricted]

	// MatchAbort (106) ends the play without results.
	MatchAbort = Empty[matchAbort]
)

// Packets of the server with one i32.
type (
	// UserID (5) answers a login: the user's id, or one of the negative Login constants. A negative one also ejects a
	// session.
	UserID = Int[userID]

	// SpectatorJoined (13) tells a host which user watches now.
	SpectatorJoined = Int[spectatorJoined]

	// SpectatorLeft (14) tells a host which user watches no more.
	SpectatorLeft = Int[spectatorLeft]

	// SpectatorCantSpectate (22) tells host and watchers which user has not got the beatmap.
	SpectatorCantSpectate = Int[spectatorCantSpectate]

	// DisposeMatch (28) is the id of a room that is gone. To a member it says that he left.
	DisposeMatch = Int[disposeMatch]

	// LobbyJoin (34) is legacy. Current clients ignore it.
	LobbyJoin = Int[lobbyJoin]

	// LobbyPart (35) is legacy. Current clients ignore it.
	LobbyPart = Int[lobbyPart]

	// FellowSpectatorJoined (42) tells a watcher which other user watches too.
	FellowSpectatorJoined = Int[fellowSpectatorJoined]

	// FellowSpectatorLeft (43) tells a watcher which other user watches no more.
	FellowSpectatorLeft = Int[fellowSpectatorLeft]

	// MatchPlayerFailed (57) is the index of a slot, not a user id.
	MatchPlayerFailed = Int[matchPlayerFailed]

	// ProtocolVersion (75) is the first packet of a login. Its value is [Protocol].
	ProtocolVersion = Int[protocolVersion]

	// MatchPlayerSkipped (81) is the index of the slot that voted to skip. Some servers send a user id here; the
	// official one and its emulations send the slot.
	MatchPlayerSkipped = Int[matchPlayerSkipped]

	// Restart (86) makes the client log in again after so many milliseconds. With 0 it answers an unknown token.
	Restart = Int[restart]

	// SilenceEnd (92) is the number of seconds for which the user cannot chat, 0 to lift the silence. It is no
	// timestamp.
	SilenceEnd = Int[silenceEnd]

	// UserSilenced (94) is the id of a user whose lines every client removes.
	UserSilenced = Int[userSilenced]

	// UserPresenceSingle (95) is the id of a user who came online. The client asks for the presence.
	UserPresenceSingle = Int[userPresenceSingle]

	// SwitchServer (103) moves the client to its next endpoint once it has been idle for so many seconds. Not for users
	// in a room.
	SwitchServer = Int[switchServer]
)

// Packets of the server with one string.
type (
	// ChangeUsername (9) is "old>>>>new". [UserPresence] renames a user as well.
	ChangeUsername = Text[changeUsername]

	// Notification (24) is a pop-up. It may have several lines.
	Notification = Text[notification]

	// ChannelJoinSuccess (64) opens the tab of a channel.
	ChannelJoinSuccess = Text[channelJoinSuccess]

	// ChannelKick (66) closes the tab of a channel: parted, refused, unknown.
	ChannelKick = Text[channelKick]

	// MainMenuIcon (76) is "image URL|click URL". Empty is none.
	MainMenuIcon = Text[mainMenuIcon]

	// MatchPasswordChanged (91) gives the members a room's new password, for their invitations.
	MatchPasswordChanged = Text[matchPasswordChanged]

	// RTX (105) is a prank that blacks out the screen. Do not use it on people.
	RTX = Text[rtx]

	// SwitchTournamentServer (107) is the host of another server.
	SwitchTournamentServer = Text[switchTournamentServer]
)

// Packets of the server with a list of ids.
type (
	// FriendsList (72) replaces the whole friend list.
	FriendsList = IDs[friendsList]

	// UserPresenceBundle (96) names users who are online. The official limit is 512 of them in a packet.
	UserPresenceBundle = IDs[userPresenceBundle]
)

// Packets of the server with a chat message.
type (
	// Message (7) is a chat line. The target is the name that the client knows: #multiplayer and #spectator, never the
	// internal name. Texts of 31,979 characters and more crash clients.
	Message = MessageOf[message]

	// MatchInvitation (88) is an invitation. Its text holds an osump:// link.
	MatchInvitation = MessageOf[matchInvitation]

	// UserDMBlocked (100) says that the user named by Target takes no messages from strangers. The other fields are
	// empty.
	UserDMBlocked = MessageOf[userDMBlocked]

	// TargetIsSilenced (101) says that the user named by Target is silenced. The other fields are empty.
	TargetIsSilenced = MessageOf[targetIsSilenced]
)

// Packets of the server with a channel.
type (
	// ChannelInfo (65) lists a channel, or updates its user count. For #spectator it reopens the tab.
	ChannelInfo = ChannelOf[channelInfo]

	// ChannelAutoJoin (67) lists a channel that the client joins by itself.
	ChannelAutoJoin = ChannelOf[channelAutoJoin]
)

// Packets of the server with a room.
type (
	// UpdateMatch (26) describes a room that changed. Hide the password from all who are not in it.
	UpdateMatch = MatchOf[updateMatch]

	// NewMatch (27) describes a room that appeared. Hide the password.
	NewMatch = MatchOf[newMatch]

	// MatchJoinSuccess (36) puts the client into the room, password included.
	MatchJoinSuccess = MatchOf[matchJoinSuccess]

	// MatchStarted (46) starts the play of those who get it.
	MatchStarted = MatchOf[matchStarted]
)

// Packets of the server with a score frame.
type (
	// MatchScore (48) is the running score of the player in Slot.
	MatchScore = ScoreOf[matchScore]
)

// Packets of the server with a bundle of replay frames.
type (
	// SpectatorFrames (15) is what the watched client plays. See [SpectateFrames].
	SpectatorFrames = FramesOf[spectatorFrames]
)
