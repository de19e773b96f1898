package packets

import "fmt"

// ID says what a packet is. Both directions share one numbering, so that an id alone says which payload it has and who may send
// it; only the unused [IDIRCOnly] belongs to both.
type ID uint16

// The ids of the client's packets.
const (
	IDChangeAction                ID = 0
	IDPublicMessage               ID = 1
	IDLogout                      ID = 2
	IDRequestStatusUpdate         ID = 3
	IDPing                        ID = 4
	IDStartSpectating             ID = 16
	IDStopSpectating              ID = 17
	IDSpectateFrames              ID = 18
	IDErrorReport                 ID = 20
	IDCantSpectate                ID = 21
	IDPrivateMessage              ID = 25
	IDPartLobby                   ID = 29
	IDJoinLobby                   ID = 30
	IDCreateMatch                 ID = 31
	IDJoinMatch                   ID = 32
	IDPartMatch                   ID = 33
	IDMatchChangeSlot             ID = 38
	IDMatchReady                  ID = 39
	IDMatchLock                   ID = 40
	IDMatchChangeSettings         ID = 41
	IDMatchStart                  ID = 44
	IDMatchScoreUpdate            ID = 47
	IDMatchComplete               ID = 49
	IDMatchChangeMods             ID = 51
	IDMatchLoadComplete           ID = 52
	IDMatchNoBeatmap              ID = 54
	IDMatchNotReady               ID = 55
	IDMatchFailed                 ID = 56
	IDMatchHasBeatmap             ID = 59
	IDMatchSkipRequest            ID = 60
	IDChannelJoin                 ID = 63
	IDBeatmapInfoRequest          ID = 68
	IDMatchTransferHost           ID = 70
	IDFriendAdd                   ID = 73
	IDFriendRemove                ID = 74
	IDMatchChangeTeam             ID = 77
	IDChannelPart                 ID = 78
	IDReceiveUpdates              ID = 79
	IDSetAwayMessage              ID = 82
	IDIRCOnly                     ID = 84
	IDUserStatsRequest            ID = 85
	IDMatchInvite                 ID = 87
	IDMatchChangePassword         ID = 90
	IDTournamentMatchInfoRequest  ID = 93
	IDUserPresenceRequest         ID = 97
	IDUserPresenceRequestAll      ID = 98
	IDToggleBlockNonFriendDMs     ID = 99
	IDTournamentJoinMatchChannel  ID = 108
	IDTournamentLeaveMatchChannel ID = 109
)

// The ids of the server's packets.
const (
	IDUserID                 ID = 5
	IDCommandError           ID = 6
	IDMessage                ID = 7
	IDPong                   ID = 8
	IDChangeUsername         ID = 9
	IDIRCQuit                ID = 10
	IDUserStats              ID = 11
	IDUserLogout             ID = 12
	IDSpectatorJoined        ID = 13
	IDSpectatorLeft          ID = 14
	IDSpectatorFrames        ID = 15
	IDVersionUpdate          ID = 19
	IDSpectatorCantSpectate  ID = 22
	IDGetAttention           ID = 23
	IDNotification           ID = 24
	IDUpdateMatch            ID = 26
	IDNewMatch               ID = 27
	IDDisposeMatch           ID = 28
	IDLobbyJoin              ID = 34
	IDLobbyPart              ID = 35
	IDMatchJoinSuccess       ID = 36
	IDMatchJoinFail          ID = 37
	IDFellowSpectatorJoined  ID = 42
	IDFellowSpectatorLeft    ID = 43
	IDLegacyAllPlayersLoaded ID = 45
	IDMatchStarted           ID = 46
	IDMatchScore             ID = 48
	IDMatchHostTransferred   ID = 50
	IDMatchAllPlayersLoaded  ID = 53
	IDMatchPlayerFailed      ID = 57
	IDMatchCompleted         ID = 58
	IDMatchSkip              ID = 61
	IDUnauthorized           ID = 62
	IDChannelJoinSuccess     ID = 64
	IDChannelInfo            ID = 65
	IDChannelKick            ID = 66
	IDChannelAutoJoin        ID = 67
	IDBeatmapInfoReply       ID = 69
	IDPrivileges             ID = 71
	IDFriendsList            ID = 72
	IDProtocolVersion        ID = 75
	IDMainMenuIcon           ID = 76
	IDMonitor                ID = 80
	IDMatchPlayerSkipped     ID = 81
	IDUserPresence           ID = 83
	IDRestart                ID = 86
	IDMatchInvitation        ID = 88
	IDChannelInfoEnd         ID = 89
	IDMatchPasswordChanged   ID = 91
	IDSilenceEnd             ID = 92
	IDUserSilenced           ID = 94
	IDUserPresenceSingle     ID = 95
	IDUserPresenceBundle     ID = 96
	IDUserDMBlocked          ID = 100
	IDTargetIsSilenced       ID = 101
	IDVersionUpdateForced    ID = 102
	IDSwitchServer           ID = 103
	IDAccountRestricted      ID = 104
	IDRTX                    ID = 105
	IDMatchAbort             ID = 106
	IDSwitchTournamentServer ID = 107
)

// String returns the name of the packet's Go type, or "packet(n)" for an id that names nothing.
func (id ID) String() string {
	if int(id) < len(table) && table[id].name != "" {
		return table[id].name
	}
	return fmt.Sprintf("packet(%d)", uint16(id))
}
