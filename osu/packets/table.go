package packets

// DecodeClient decodes a packet that a client sent. An id that clients do not use gives the packet itself, as a [Raw]. It is for
// tools and tests: code that knows which packet it wants calls that type's Decode, which boxes nothing.
func DecodeClient(p Raw) (Packet, error) {
	if int(p.ID) < len(table) && table[p.ID].client != nil {
		return table[p.ID].client(p.Payload)
	}
	return p, nil
}

// DecodeServer decodes a packet that a server sent, as [DecodeClient] does one of a client.
func DecodeServer(p Raw) (Packet, error) {
	if int(p.ID) < len(table) && table[p.ID].server != nil {
		return table[p.ID].server(p.Payload)
	}
	return p, nil
}

// FromClient reports whether clients send packets with this id.
func (id ID) FromClient() bool { return int(id) < len(table) && table[id].client != nil }

// FromServer reports whether servers send packets with this id.
func (id ID) FromServer() bool { return int(id) < len(table) && table[id].server != nil }

// decode is the decoder of the packets of type P.
func decode[P Packet, D interface {
	*P
	Decode(payload []byte) error
}](payload []byte) (Packet, error) {
	var p P
	if err := D(&p).Decode(payload); err != nil {
		return nil, err
	}
	return p, nil
}

// table holds the packets by id.
var table = [...]struct {
	name           string
	client, server func(payload []byte) (Packet, error)
}{
	IDChangeAction:                {name: "ChangeAction", client: decode[ChangeAction]},
	IDPublicMessage:               {name: "PublicMessage", client: decode[PublicMessage]},
	IDLogout:                      {name: "Logout", client: decode[Logout]},
	IDRequestStatusUpdate:         {name: "RequestStatusUpdate", client: decode[RequestStatusUpdate]},
	IDPing:                        {name: "Ping", client: decode[Ping]},
	IDUserID:                      {name: "UserID", server: decode[UserID]},
	IDCommandError:                {name: "CommandError", server: decode[CommandError]},
	IDMessage:                     {name: "Message", server: decode[Message]},
	IDPong:                        {name: "Pong", server: decode[Pong]},
	IDChangeUsername:              {name: "ChangeUsername", server: decode[ChangeUsername]},
	IDIRCQuit:                     {name: "IRCQuit", server: decode[IRCQuit]},
	IDUserStats:                   {name: "UserStats", server: decode[UserStats]},
	IDUserLogout:                  {name: "UserLogout", server: decode[UserLogout]},
	IDSpectatorJoined:             {name: "SpectatorJoined", server: decode[SpectatorJoined]},
	IDSpectatorLeft:               {name: "SpectatorLeft", server: decode[SpectatorLeft]},
	IDSpectatorFrames:             {name: "SpectatorFrames", server: decode[SpectatorFrames]},
	IDStartSpectating:             {name: "StartSpectating", client: decode[StartSpectating]},
	IDStopSpectating:              {name: "StopSpectating", client: decode[StopSpectating]},
	IDSpectateFrames:              {name: "SpectateFrames", client: decode[SpectateFrames]},
	IDVersionUpdate:               {name: "VersionUpdate", server: decode[VersionUpdate]},
	IDErrorReport:                 {name: "ErrorReport", client: decode[ErrorReport]},
	IDCantSpectate:                {name: "CantSpectate", client: decode[CantSpectate]},
	IDSpectatorCantSpectate:       {name: "SpectatorCantSpectate", server: decode[SpectatorCantSpectate]},
	IDGetAttention:                {name: "GetAttention", server: decode[GetAttention]},
	IDNotification:                {name: "Notification", server: decode[Notification]},
	IDPrivateMessage:              {name: "PrivateMessage", client: decode[PrivateMessage]},
	IDUpdateMatch:                 {name: "UpdateMatch", server: decode[UpdateMatch]},
	IDNewMatch:                    {name: "NewMatch", server: decode[NewMatch]},
	IDDisposeMatch:                {name: "DisposeMatch", server: decode[DisposeMatch]},
	IDPartLobby:                   {name: "PartLobby", client: decode[PartLobby]},
	IDJoinLobby:                   {name: "JoinLobby", client: decode[JoinLobby]},
	IDCreateMatch:                 {name: "CreateMatch", client: decode[CreateMatch]},
	IDJoinMatch:                   {name: "JoinMatch", client: decode[JoinMatch]},
	IDPartMatch:                   {name: "PartMatch", client: decode[PartMatch]},
	IDLobbyJoin:                   {name: "LobbyJoin", server: decode[LobbyJoin]},
	IDLobbyPart:                   {name: "LobbyPart", server: decode[LobbyPart]},
	IDMatchJoinSuccess:            {name: "MatchJoinSuccess", server: decode[MatchJoinSuccess]},
	IDMatchJoinFail:               {name: "MatchJoinFail", server: decode[MatchJoinFail]},
	IDMatchChangeSlot:             {name: "MatchChangeSlot", client: decode[MatchChangeSlot]},
	IDMatchReady:                  {name: "MatchReady", client: decode[MatchReady]},
	IDMatchLock:                   {name: "MatchLock", client: decode[MatchLock]},
	IDMatchChangeSettings:         {name: "MatchChangeSettings", client: decode[MatchChangeSettings]},
	IDFellowSpectatorJoined:       {name: "FellowSpectatorJoined", server: decode[FellowSpectatorJoined]},
	IDFellowSpectatorLeft:         {name: "FellowSpectatorLeft", server: decode[FellowSpectatorLeft]},
	IDMatchStart:                  {name: "MatchStart", client: decode[MatchStart]},
	IDLegacyAllPlayersLoaded:      {name: "LegacyAllPlayersLoaded", server: decode[LegacyAllPlayersLoaded]},
	IDMatchStarted:                {name: "MatchStarted", server: decode[MatchStarted]},
	IDMatchScoreUpdate:            {name: "MatchScoreUpdate", client: decode[MatchScoreUpdate]},
	IDMatchScore:                  {name: "MatchScore", server: decode[MatchScore]},
	IDMatchComplete:               {name: "MatchComplete", client: decode[MatchComplete]},
	IDMatchHostTransferred:        {name: "MatchHostTransferred", server: decode[MatchHostTransferred]},
	IDMatchChangeMods:             {name: "MatchChangeMods", client: decode[MatchChangeMods]},
	IDMatchLoadComplete:           {name: "MatchLoadComplete", client: decode[MatchLoadComplete]},
	IDMatchAllPlayersLoaded:       {name: "MatchAllPlayersLoaded", server: decode[MatchAllPlayersLoaded]},
	IDMatchNoBeatmap:              {name: "MatchNoBeatmap", client: decode[MatchNoBeatmap]},
	IDMatchNotReady:               {name: "MatchNotReady", client: decode[MatchNotReady]},
	IDMatchFailed:                 {name: "MatchFailed", client: decode[MatchFailed]},
	IDMatchPlayerFailed:           {name: "MatchPlayerFailed", server: decode[MatchPlayerFailed]},
	IDMatchCompleted:              {name: "MatchCompleted", server: decode[MatchCompleted]},
	IDMatchHasBeatmap:             {name: "MatchHasBeatmap", client: decode[MatchHasBeatmap]},
	IDMatchSkipRequest:            {name: "MatchSkipRequest", client: decode[MatchSkipRequest]},
	IDMatchSkip:                   {name: "MatchSkip", server: decode[MatchSkip]},
	IDUnauthorized:                {name: "Unauthorized", server: decode[Unauthorized]},
	IDChannelJoin:                 {name: "ChannelJoin", client: decode[ChannelJoin]},
	IDChannelJoinSuccess:          {name: "ChannelJoinSuccess", server: decode[ChannelJoinSuccess]},
	IDChannelInfo:                 {name: "ChannelInfo", server: decode[ChannelInfo]},
	IDChannelKick:                 {name: "ChannelKick", server: decode[ChannelKick]},
	IDChannelAutoJoin:             {name: "ChannelAutoJoin", server: decode[ChannelAutoJoin]},
	IDBeatmapInfoRequest:          {name: "BeatmapInfoRequest", client: decode[BeatmapInfoRequest]},
	IDBeatmapInfoReply:            {name: "BeatmapInfoReply", server: decode[BeatmapInfoReply]},
	IDMatchTransferHost:           {name: "MatchTransferHost", client: decode[MatchTransferHost]},
	IDPrivileges:                  {name: "Privileges", server: decode[Privileges]},
	IDFriendsList:                 {name: "FriendsList", server: decode[FriendsList]},
	IDFriendAdd:                   {name: "FriendAdd", client: decode[FriendAdd]},
	IDFriendRemove:                {name: "FriendRemove", client: decode[FriendRemove]},
	IDProtocolVersion:             {name: "ProtocolVersion", server: decode[ProtocolVersion]},
	IDMainMenuIcon:                {name: "MainMenuIcon", server: decode[MainMenuIcon]},
	IDMatchChangeTeam:             {name: "MatchChangeTeam", client: decode[MatchChangeTeam]},
	IDChannelPart:                 {name: "ChannelPart", client: decode[ChannelPart]},
	IDReceiveUpdates:              {name: "ReceiveUpdates", client: decode[ReceiveUpdates]},
	IDMonitor:                     {name: "Monitor", server: decode[Monitor]},
	IDMatchPlayerSkipped:          {name: "MatchPlayerSkipped", server: decode[MatchPlayerSkipped]},
	IDSetAwayMessage:              {name: "SetAwayMessage", client: decode[SetAwayMessage]},
	IDUserPresence:                {name: "UserPresence", server: decode[UserPresence]},
	IDIRCOnly:                     {name: "IRCOnly", client: decode[IRCOnly], server: decode[IRCOnly]},
	IDUserStatsRequest:            {name: "UserStatsRequest", client: decode[UserStatsRequest]},
	IDRestart:                     {name: "Restart", server: decode[Restart]},
	IDMatchInvite:                 {name: "MatchInvite", client: decode[MatchInvite]},
	IDMatchInvitation:             {name: "MatchInvitation", server: decode[MatchInvitation]},
	IDChannelInfoEnd:              {name: "ChannelInfoEnd", server: decode[ChannelInfoEnd]},
	IDMatchChangePassword:         {name: "MatchChangePassword", client: decode[MatchChangePassword]},
	IDMatchPasswordChanged:        {name: "MatchPasswordChanged", server: decode[MatchPasswordChanged]},
	IDSilenceEnd:                  {name: "SilenceEnd", server: decode[SilenceEnd]},
	IDTournamentMatchInfoRequest:  {name: "TournamentMatchInfoRequest", client: decode[TournamentMatchInfoRequest]},
	IDUserSilenced:                {name: "UserSilenced", server: decode[UserSilenced]},
	IDUserPresenceSingle:          {name: "UserPresenceSingle", server: decode[UserPresenceSingle]},
	IDUserPresenceBundle:          {name: "UserPresenceBundle", server: decode[UserPresenceBundle]},
	IDUserPresenceRequest:         {name: "UserPresenceRequest", client: decode[UserPresenceRequest]},
	IDUserPresenceRequestAll:      {name: "UserPresenceRequestAll", client: decode[UserPresenceRequestAll]},
	IDToggleBlockNonFriendDMs:     {name: "ToggleBlockNonFriendDMs", client: decode[ToggleBlockNonFriendDMs]},
	IDUserDMBlocked:               {name: "UserDMBlocked", server: decode[UserDMBlocked]},
	IDTargetIsSilenced:            {name: "TargetIsSilenced", server: decode[TargetIsSilenced]},
	IDVersionUpdateForced:         {name: "VersionUpdateForced", server: decode[VersionUpdateForced]},
	IDSwitchServer:                {name: "SwitchServer", server: decode[SwitchServer]},
	IDAccountRestricted:           {name: "AccountRestricted", server: decode[AccountRestricted]},
	IDRTX:                         {name: "RTX", server: decode[RTX]},
	IDMatchAbort:                  {name: "MatchAbort", server: decode[MatchAbort]},
	IDSwitchTournamentServer:      {name: "SwitchTournamentServer", server: decode[SwitchTournamentServer]},
	IDTournamentJoinMatchChannel:  {name: "TournamentJoinMatchChannel", client: decode[TournamentJoinMatchChannel]},
	IDTournamentLeaveMatchChannel: {name: "TournamentLeaveMatchChannel", client: decode[TournamentLeaveMatchChannel]},
}
