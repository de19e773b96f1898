package local

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"math"
	"slices"

	"github.com/pure-peace/peace/modules/files"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/osu/hubs"
	"github.com/pure-peace/peace/osu/replay"
)

// piece is the frames of a bundle.
type piece struct {
	raw    []byte
	frames []hubs.LegacyReplayFrame
}

// assemble makes the frames of a replay of the bundles that lazer sent of a play. A bundle that cannot be read is told to damaged and
// left out. The order of bundles is that of their frames, whichever process kept them; one that the client sent again counts once.
// There is no data without frames.
//
// Source: ppy/osu osu.Game/Scoring/Legacy/LegacyScoreEncoder.cs.
func assemble(bundles [][]byte, damaged func(error)) (replay.Data, error) {
	pieces := make([]piece, 0, len(bundles))
	for _, raw := range bundles {
		var b hubs.FrameDataBundle
		if _, err := b.ReadMsg(raw); err != nil {
			damaged(err)
			continue
		}
		b.Frames = slices.DeleteFunc(b.Frames, func(f hubs.LegacyReplayFrame) bool {
			return !(math.Abs(f.Time) < math.MaxInt32/2) // NaN either
		})
		if len(b.Frames) > 0 {
			pieces = append(pieces, piece{raw, b.Frames})
		}
	}
	slices.SortStableFunc(pieces, func(a, b piece) int { return cmp.Compare(a.frames[0].Time, b.frames[0].Time) })
	pieces = slices.CompactFunc(pieces, func(a, b piece) bool { return bytes.Equal(a.raw, b.raw) })

	rec := replay.Recording{Seeded: true}
	for _, p := range pieces {
		for _, f := range p.frames {
			if len(rec.Frames) == replay.MaxFrames {
				break
			}
			rec.Frames = append(rec.Frames, replay.Frame{
				Time: int32(math.RoundToEven(f.Time)), X: coordinate(f.MouseX), Y: coordinate(f.MouseY), Keys: replay.Keys(f.ButtonState),
			})
		}
	}
	if len(rec.Frames) == 0 {
		return nil, nil
	}
	return replay.Compress(&rec)
}

// coordinate returns where a frame is, 0 where it is nowhere.
func coordinate(v hubs.Optional[float32]) float32 {
	if !v.Valid || !(math.Abs(float64(v.Value)) <= maxCoordinate) {
		return 0
	}
	return v.Value
}

// maxCoordinate is beyond what any ruleset says by a coordinate: mania's are up to 2²⁰, one bit for each column.
const maxCoordinate = 1 << 20

// keepReplay writes the frames of a replay under a name of their content, as those of stable are, and returns that.
func (s *Service) keepReplay(ctx context.Context, data []byte) (string, error) {
	sum := sha256.Sum256(data)
	key := "replays/" + hex.EncodeToString(sum[:])
	_, err := files.Write(ctx, s.deps.Files, key, bytes.NewReader(data), scores.MaxReplay)
	return key, err
}
