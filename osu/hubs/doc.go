// Package hubs holds the messages that the lazer client exchanges with its realtime hubs (spectator, metadata, multiplayer with
// quick play and ranked play), and their form in MessagePack.
//
// A class of the client is a struct here, of the same name. Each has AppendMsg, which appends it, and ReadMsg, which reads it from
// the beginning of a slice and returns what follows. Methods, hubs, framing and the state of rooms live elsewhere.
//
// # Form
//
// The client's serializer (MessagePack-CSharp with integer keys) writes an object as an array that is indexed by the keys of its
// members. So a reader passes over elements that it does not know and leaves members that are missing at the end as they are
// by default; both ends may be of different age. Null is nil, an enum its number. The form differs from generic MessagePack in one
// place: see [Mod].
//
// A member that the client may leave null is an [Optional] when it is a number or a text, a pointer or an interface when it
// is an object. AppendMsg on a nil pointer appends nil. Members of one of the interfaces [UserActivity], [MatchRoomState],
// [MatchUserState], [MatchServerEvent], [MatchUserRequest], [MultiplayerCountdown] and [MatchmakingQueueStatus] are unions: an
// array of a number, which names the class, and the object. The classes of a union only have the form with its number
// (as arguments of a method, too), so they are appended with AppendUserActivity, read with ReadUserActivity and so on.
//
// # Reading
//
// Reading never panics and allocates in proportion to what was really there, however large a header says an object is. The error
// says which class was being read. Text is not checked for being UTF-8, enums not for being known, numbers not for making sense: that
// is for those who use them. ReadMsg overwrites the whole value but reuses its slices and maps, so reading many messages of a
// kind into one value costs few allocations or none.
//
// Sources: ppy/osu osu.Game/Online, osu.Game/Users and osu.Game/Replays/Legacy, each class in the file of its name; the rules of the
// encoding are those of MessagePack-CSharp's StandardResolver and osu.Game/Online/SignalRUnionWorkaroundResolver.cs.
package hubs
