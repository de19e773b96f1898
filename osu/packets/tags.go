package packets

// tag is the identity of one packet as a type. It is what makes two types of Int[logout] and Int[friendAdd], and where each of
// them has its id from. A tag holds nothing and costs nothing.
type tag interface{ id() ID }

// Tags of the client's packets.
type (
	publicMessage               struct{}
	logout                      struct{}
	requestStatusUpdate         struct{}
	ping                        struct{}
	startSpectating             struct{}
	stopSpectating              struct{}
	spectateFrames              struct{}
	errorReport                 struct{}
	cantSpectate                struct{}
	privateMessage              struct{}
	partLobby                   struct{}
	joinLobby                   struct{}
	createMatch                 struct{}
	partMatch                   struct{}
	matchChangeSlot             struct{}
	matchReady                  struct{}
	matchLock                   struct{}
	matchChangeSettings         struct{}
	matchStart                  struct{}
	matchScoreUpdate            struct{}
	matchComplete               struct{}
	matchChangeMods             struct{}
	matchLoadComplete           struct{}
	matchNoBeatmap              struct{}
	matchNotReady               struct{}
	matchFailed                 struct{}
	matchHasBeatmap             struct{}
	matchSkipRequest            struct{}
	channelJoin                 struct{}
	matchTransferHost           struct{}
	friendAdd                   struct{}
	friendRemove                struct{}
	matchChangeTeam             struct{}
	channelPart                 struct{}
	receiveUpdates              struct{}
	setAwayMessage              struct{}
	ircOnly                     struct{}
	userStatsRequest            struct{}
	matchInvite                 struct{}
	matchChangePassword         struct{}
	tournamentMatchInfoRequest  struct{}
	userPresenceRequest         struct{}
	userPresenceRequestAll      struct{}
	toggleBlockNonFriendDMs     struct{}
	tournamentJoinMatchChannel  struct{}
	tournamentLeaveMatchChannel struct{}
)

func (publicMessage) id() ID               { return IDPublicMessage }
func (logout) id() ID                      { return IDLogout }
func (requestStatusUpdate) id() ID         { return IDRequestStatusUpdate }
func (ping) id() ID                        { return IDPing }
func (startSpectating) id() ID             { return IDStartSpectating }
func (stopSpectating) id() ID              { return IDStopSpectating }
func (spectateFrames) id() ID              { return IDSpectateFrames }
func (errorReport) id() ID                 { return IDErrorReport }
func (cantSpectate) id() ID                { return IDCantSpectate }
func (privateMessage) id() ID              { return IDPrivateMessage }
func (partLobby) id() ID                   { return IDPartLobby }
func (joinLobby) id() ID                   { return IDJoinLobby }
func (createMatch) id() ID                 { return IDCreateMatch }
func (partMatch) id() ID                   { return IDPartMatch }
func (matchChangeSlot) id() ID             { return IDMatchChangeSlot }
func (matchReady) id() ID                  { return IDMatchReady }
func (matchLock) id() ID                   { return IDMatchLock }
func (matchChangeSettings) id() ID         { return IDMatchChangeSettings }
func (matchStart) id() ID                  { return IDMatchStart }
func (matchScoreUpdate) id() ID            { return IDMatchScoreUpdate }
func (matchComplete) id() ID               { return IDMatchComplete }
func (matchChangeMods) id() ID             { return IDMatchChangeMods }
func (matchLoadComplete) id() ID           { return IDMatchLoadComplete }
func (matchNoBeatmap) id() ID              { return IDMatchNoBeatmap }
func (matchNotReady) id() ID               { return IDMatchNotReady }
func (matchFailed) id() ID                 { return IDMatchFailed }
func (matchHasBeatmap) id() ID             { return IDMatchHasBeatmap }
func (matchSkipRequest) id() ID            { return IDMatchSkipRequest }
func (channelJoin) id() ID                 { return IDChannelJoin }
func (matchTransferHost) id() ID           { return IDMatchTransferHost }
func (friendAdd) id() ID                   { return IDFriendAdd }
func (friendRemove) id() ID                { return IDFriendRemove }
func (matchChangeTeam) id() ID             { return IDMatchChangeTeam }
func (channelPart) id() ID                 { return IDChannelPart }
func (receiveUpdates) id() ID              { return IDReceiveUpdates }
func (setAwayMessage) id() ID              { return IDSetAwayMessage }
func (ircOnly) id() ID                     { return IDIRCOnly }
func (userStatsRequest) id() ID            { return IDUserStatsRequest }
func (matchInvite) id() ID                 { return IDMatchInvite }
func (matchChangePassword) id() ID         { return IDMatchChangePassword }
func (tournamentMatchInfoRequest) id() ID  { return IDTournamentMatchInfoRequest }
func (userPresenceRequest) id() ID         { return IDUserPresenceRequest }
func (userPresenceRequestAll) id() ID      { return IDUserPresenceRequestAll }
func (toggleBlockNonFriendDMs) id() ID     { return IDToggleBlockNonFriendDMs }
func (tournamentJoinMatchChannel) id() ID  { return IDTournamentJoinMatchChannel }
func (tournamentLeaveMatchChannel) id() ID { return IDTournamentLeaveMatchChannel }

// Tags of the server's packets.
type (
	userID                 struct{}
	commandError           struct{}
	message                struct{}
	pong                   struct{}
	changeUsername         struct{}
	ircQuit                struct{}
	spectatorJoined        struct{}
	spectatorLeft          struct{}
	spectatorFrames        struct{}
	versionUpdate          struct{}
	spectatorCantSpectate  struct{}
	getAttention           struct{}
	notification           struct{}
	updateMatch            struct{}
	newMatch               struct{}
	disposeMatch           struct{}
	lobbyJoin              struct{}
	lobbyPart              struct{}
	matchJoinSuccess       struct{}
	matchJoinFail          struct{}
	fellowSpectatorJoined  struct{}
	fellowSpectatorLeft    struct{}
	legacyAllPlayersLoaded struct{}
	matchStarted           struct{}
	matchScore             struct{}
	matchHostTransferred   struct{}
	matchAllPlayersLoaded  struct{}
	matchPlayerFailed      struct{}
	matchCompleted         struct{}
	matchSkip              struct{}
	unauthorized           struct{}
	channelJoinSuccess     struct{}
	channelInfo            struct{}
	channelKick            struct{}
	channelAutoJoin        struct{}
	friendsList            struct{}
	protocolVersion        struct{}
	mainMenuIcon           struct{}
	monitor                struct{}
	matchPlayerSkipped     struct{}
	restart                struct{}
	matchInvitation        struct{}
	channelInfoEnd         struct{}
	matchPasswordChanged   struct{}
	silenceEnd             struct{}
	userSilenced           struct{}
	userPresenceSingle     struct{}
	userPresenceBundle     struct{}
	userDMBlocked          struct{}
	targetIsSilenced       struct{}
	versionUpdateForced    struct{}
	switchServer           struct{}
	accountRestricted      struct{}
	rtx                    struct{}
	matchAbort             struct{}
	switchTournamentServer struct{}
)

func (userID) id() ID                 { return IDUserID }
func (commandError) id() ID           { return IDCommandError }
func (message) id() ID                { return IDMessage }
func (pong) id() ID                   { return IDPong }
func (changeUsername) id() ID         { return IDChangeUsername }
func (ircQuit) id() ID                { return IDIRCQuit }
func (spectatorJoined) id() ID        { return IDSpectatorJoined }
func (spectatorLeft) id() ID          { return IDSpectatorLeft }
func (spectatorFrames) id() ID        { return IDSpectatorFrames }
func (versionUpdate) id() ID          { return IDVersionUpdate }
func (spectatorCantSpectate) id() ID  { return IDSpectatorCantSpectate }
func (getAttention) id() ID           { return IDGetAttention }
func (notification) id() ID           { return IDNotification }
func (updateMatch) id() ID            { return IDUpdateMatch }
func (newMatch) id() ID               { return IDNewMatch }
func (disposeMatch) id() ID           { return IDDisposeMatch }
func (lobbyJoin) id() ID              { return IDLobbyJoin }
func (lobbyPart) id() ID              { return IDLobbyPart }
func (matchJoinSuccess) id() ID       { return IDMatchJoinSuccess }
func (matchJoinFail) id() ID          { return IDMatchJoinFail }
func (fellowSpectatorJoined) id() ID  { return IDFellowSpectatorJoined }
func (fellowSpectatorLeft) id() ID    { return IDFellowSpectatorLeft }
func (legacyAllPlayersLoaded) id() ID { return IDLegacyAllPlayersLoaded }
func (matchStarted) id() ID           { return IDMatchStarted }
func (matchScore) id() ID             { return IDMatchScore }
func (matchHostTransferred) id() ID   { return IDMatchHostTransferred }
func (matchAllPlayersLoaded) id() ID  { return IDMatchAllPlayersLoaded }
func (matchPlayerFailed) id() ID      { return IDMatchPlayerFailed }
func (matchCompleted) id() ID         { return IDMatchCompleted }
func (matchSkip) id() ID              { return IDMatchSkip }
func (unauthorized) id() ID           { return IDUnauthorized }
func (channelJoinSuccess) id() ID     { return IDChannelJoinSuccess }
func (channelInfo) id() ID            { return IDChannelInfo }
func (channelKick) id() ID            { return IDChannelKick }
func (channelAutoJoin) id() ID        { return IDChannelAutoJoin }
func (friendsList) id() ID            { return IDFriendsList }
func (protocolVersion) id() ID        { return IDProtocolVersion }
func (mainMenuIcon) id() ID           { return IDMainMenuIcon }
func (monitor) id() ID                { return IDMonitor }
func (matchPlayerSkipped) id() ID     { return IDMatchPlayerSkipped }
func (restart) id() ID                { return IDRestart }
func (matchInvitation) id() ID        { return IDMatchInvitation }
func (channelInfoEnd) id() ID         { return IDChannelInfoEnd }
func (matchPasswordChanged) id() ID   { return IDMatchPasswordChanged }
func (silenceEnd) id() ID             { return IDSilenceEnd }
func (userSilenced) id() ID           { return IDUserSilenced }
func (userPresenceSingle) id() ID     { return IDUserPresenceSingle }
func (userPresenceBundle) id() ID     { return IDUserPresenceBundle }
func (userDMBlocked) id() ID          { return IDUserDMBlocked }
func (targetIsSilenced) id() ID       { return IDTargetIsSilenced }
func (versionUpdateForced) id() ID    { return IDVersionUpdateForced }
func (switchServer) id() ID           { return IDSwitchServer }
func (accountRestricted) id() ID      { return IDAccountRestricted }
func (rtx) id() ID                    { return IDRTX }
func (matchAbort) id() ID             { return IDMatchAbort }
func (switchTournamentServer) id() ID { return IDSwitchTournamentServer }
