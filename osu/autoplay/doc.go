// Package autoplay plays beatmaps as a player might: it decides what is hit how well, moves a cursor, presses keys, and counts
// as the stable client counts. What comes out fits together: judgements, combo, total score and the recording of a replay.
//
//	b, err := autoplay.New(ctx, m, osu.Standard, osu.ModHidden)
//	play := b.Play(autoplay.Options{Accuracy: 0.97, Misses: 2, Seed: 1})
//	frames, err := replay.Compress(&play.Recording)
//
// It is for clients that have nobody at the keyboard: tests of a server, its load generator, demonstrations. Nobody should
// mistake the result for a human's play: times within a hit window are drawn evenly, and the cursor moves in straight lines.
package autoplay
