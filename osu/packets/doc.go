// Package packets reads and writes the binary protocol of the stable client, called bancho: every packet of either direction,
// so that a server and an emulated client can both be built on it. It holds layouts and nothing else: no connections, no
// sessions, no rules about who may send what.
//
// # Packets
//
// A request body is a run of packets from the client, a response body a run of packets from the server. All numbers are
// little endian.
//
//	packet   = id u16 · compression u8, always 0 · length u32 · payload, length bytes
//	string   = 0x00                          ; absent, read and written as ""
//	         | 0x0b · length ULEB128 · UTF-8 ; 0x0b 0x00 is "" too, except as a [Password]
//	ids      = count u16 · count × i32
//	message  = sender string · text string · target string · sender id i32
//	channel  = name string · topic string · users u16
//
// Layouts of single packets stand with their types.
//
// # Writing
//
// Each packet is a type, and a value of it is a [Packet] that appends itself, header included:
//
//	b = packets.UserID(1000).Append(b)
//	b = packets.Notification("Welcome!").Append(b)
//	b = packets.FriendsList{3, 1000}.Append(b)
//	b = packets.Message{Sender: "Ann", Text: "hi", Target: "#osu", SenderID: 1000}.Append(b)
//	b = packets.ChannelInfoEnd{}.Append(b)
//
// Many packets differ in nothing but the id. Their types are instances of a few generic kinds ([Empty], [Int], [Text], [IDs],
// [MessageOf], [ChannelOf], [MatchOf], [ScoreOf], [FramesOf]) and convert to each other: packets.UpdateMatch(m) is the packet
// that describes the [Match] m, packets.Message(p) turns a [PublicMessage] into what its readers get.
//
// # Reading
//
// [Split] walks over a body without allocating: it yields each packet as a [Raw], whose payload is a part of the body. A reader
// picks what it knows by ID and leaves the rest, so unknown packets cost nothing. What it picks, it decodes:
//
//	for p, err := range packets.Split(body, packets.ClientLimit) {
//		...
//		case packets.IDJoinMatch:
//			var join packets.JoinMatch
//			err = join.Decode(p.Payload)
//
// Decoding trusts nothing: every length is held against the bytes that are there before memory is taken for it. Bytes after the
// last field are ignored, as newer clients add fields. Strings with ill-formed UTF-8 are repaired with U+FFFD when they are
// read, so no reader further on meets one; writing takes a string as it is. After an error the decoded value is unspecified.
//
// A packet that is passed on as it came needs no decoding: Raw{ID: IDSpectatorFrames, Payload: p.Payload}.Append(b) puts a
// payload under another id.
package packets
