// Package replay reads and writes the replay files of the game, .osr, of the stable client since 2007 and of lazer.
//
// A file is a header with the score, and what the player did as a compressed list of frames. [Parse] reads the header and
// leaves the rest compressed, because most of a server's work on replays needs no frames: [Data] is read frame by frame with
// [Data.All] or at once with [Data.Recording]. Files of lazer end with a second compressed block that holds what stable's
// header has no room for: [Replay.Info].
//
// The file, all integers little endian:
//
//	u8 ruleset, i32 version, string MD5 of the beatmap, string player, string checksum
//	u16 × 6 counts of 300s, 100s, 50s, geki, katu and misses; i32 total score, u16 greatest combo, u8 full combo
//	i32 mods, string life bar, i64 date in ticks, i32 length and bytes of the frames
//	i64 online id (i32 in versions before 20140721, nothing in versions before 20121008)
//	f64 accuracy on targets, only of stable's Target Practice
//	i32 length and bytes of lazer's score, only in versions from 30000001 on
//
// A string is stored as in package packets. Compressed blocks are .lzma files of their own: a byte of properties, u32
// dictionary size, u64 size, stream.
//
// Files are hostile until proven otherwise: every length is checked before memory is taken, and the constants Max… bound what
// may come out of the compression.
//
// Sources: osu.Game/Scoring/Legacy/LegacyScoreEncoder.cs and LegacyScoreDecoder.cs of ppy/osu.
package replay
