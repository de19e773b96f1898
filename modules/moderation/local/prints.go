package local

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"math"
	"slices"
	"sort"
	"time"

	"github.com/uptrace/bun"

	"github.com/pure-peace/peace/modules/files"
	"github.com/pure-peace/peace/modules/moderation"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/osu"
)

// A replay is recognised by prints. The first is a hash of all frames. In osu!, where the cursor is at many moments tells one
// player from another, each of eight further ones is a hash of the cells of the playfield that it was in at four moments. A copy
// that was shaken a little shares some of them, another player's replay rarely one: those that share three are compared frame by
// frame.
const (
	parts       = 8
	moments     = 4 // of each part
	cell        = 24.0
	sharedParts = 3
	maxTwins    = 5    // replays that are read for a comparison
	maxRows     = 5000 // of the index that are looked at
)

type printRow struct {
	bun.BaseModel `bun:"table:replay_prints,alias:p"`

	BeatmapID int32 `bun:"beatmap_id,pk"`
	Print     int64 `bun:"print,pk"`
	ScoreID   int64 `bun:"score_id,pk"`
	UserID    int32 `bun:"user_id"`
}

// whole hashes all frames: whole pixels, because a copy that was written again may have lost fractions.
func (m *moves) whole() int64 {
	h := fnv.New64a()
	var b [16]byte
	for _, f := range m.frames {
		binary.LittleEndian.PutUint32(b[0:], uint32(f.Time))
		binary.LittleEndian.PutUint32(b[4:], uint32(int32(bounded32(f.X))))
		binary.LittleEndian.PutUint32(b[8:], uint32(int32(bounded32(f.Y))))
		binary.LittleEndian.PutUint32(b[12:], uint32(f.Keys))
		_, _ = h.Write(b[:])
	}
	return int64(h.Sum64())
}

// bounded32 rounds a coordinate to what any integer holds.
func bounded32(v float32) float64 {
	if v != v { // no number
		return 0
	}
	return math.Round(math.Min(math.Max(float64(v), -1e6), 1e6))
}

// partial hashes where the cursor was in each part of a beatmap of this length.
func (m *moves) partial(length time.Duration) []int64 {
	if m.ruleset != osu.Standard || length < 10*time.Second {
		return nil
	}
	step := float64(length.Milliseconds()) / (parts * moments)
	prints := make([]int64, parts)
	for part := range parts {
		h := fnv.New64a()
		_, _ = h.Write([]byte{byte(part)})
		for moment := range moments {
			x, y := m.at(step * (float64(part*moments+moment) + 0.5))
			var b [4]byte
			binary.LittleEndian.PutUint16(b[0:], uint16(int16(math.Floor(x/cell))))
			binary.LittleEndian.PutUint16(b[2:], uint16(int16(math.Floor(y/cell))))
			_, _ = h.Write(b[:])
		}
		prints[part] = int64(h.Sum64())
	}
	return prints
}

// at returns where the cursor was at a moment in milliseconds, on the line between two frames.
func (m *moves) at(moment float64) (x, y float64) {
	i := sort.Search(len(m.frames), func(i int) bool { return float64(m.frames[i].Time) > moment })
	switch i {
	case 0:
		return bounded32(m.frames[0].X), bounded32(m.frames[0].Y)
	case len(m.frames):
		return bounded32(m.frames[i-1].X), bounded32(m.frames[i-1].Y)
	}
	a, b := m.frames[i-1], m.frames[i]
	t := (moment - float64(a.Time)) / float64(b.Time-a.Time)
	ax, ay, bx, by := bounded32(a.X), bounded32(a.Y), bounded32(b.X), bounded32(b.Y)
	return ax + (bx-ax)*t, ay + (by-ay)*t
}

// apart returns how many pixels the cursors of two replays are apart on average, over the time that both have.
func (m *moves) apart(other *moves) float64 {
	first := math.Max(float64(m.frames[0].Time), float64(other.frames[0].Time))
	last := math.Min(float64(m.frames[len(m.frames)-1].Time), float64(other.frames[len(other.frames)-1].Time))
	if last-first < 5000 {
		return math.Inf(1)
	}
	const samples = 2000
	sum := 0.0
	for i := range samples {
		moment := first + (last-first)*(float64(i)+0.5)/samples
		ax, ay := m.at(moment)
		bx, by := other.at(moment)
		sum += math.Hypot(ax-bx, ay-by)
	}
	return sum / samples
}

// still reports whether there is too little in the frames to tell players apart.
func (m *moves) still() bool {
	changes := 0
	for i := 1; i < len(m.frames); i++ {
		a, b := m.frames[i-1], m.frames[i]
		if a.Keys != b.Keys || a.X != b.X || m.ruleset == osu.Standard && a.Y != b.Y {
			changes++
		}
	}
	return changes < fewFrames
}

// compare keeps the prints of a replay and returns what is found about it and other replays of its beatmap. Of two that are equal
// the later score is the copy. The prints come first, so that of two replays that are inspected at the same time at least one
// meets the other.
func (s *Service) compare(ctx context.Context, sub subject, m *moves) ([]moderation.Finding, error) {
	if m.still() {
		return nil, nil
	}
	prints := []int64{m.whole()}
	if sub.beatmap != nil {
		prints = append(prints, m.partial(sub.beatmap.Length)...)
	}
	err := s.deps.DB.InTx(ctx, func(ctx context.Context, tx bun.Tx) error { return s.store.imprint(ctx, tx, sub.score, prints) })
	if err != nil {
		return nil, err
	}
	twins, err := s.store.twins(ctx, sub.score, prints)
	if err != nil {
		return nil, err
	}
	var found []moderation.Finding
	for _, t := range twins {
		var kind, detail string
		switch {
		case t.equal && t.userID == sub.score.UserID:
			kind, detail = kindReplayRepeated, "all frames are those of score %d"
		case t.equal:
			kind, detail = kindReplayCopied, "all frames are those of score %d"
		case t.userID == sub.score.UserID:
			continue // one plays like oneself
		default:
			distance, err := s.distance(ctx, sub.score, m, t.scoreID)
			if err != nil {
				return nil, err
			}
			if distance >= s.config.Similar {
				continue
			}
			kind, detail = kindReplaySimilar, fmt.Sprintf("the cursor is %.1f pixels from that of score %%d", distance)
		}
		copied := moderation.Finding{Kind: kind, Weight: weightOf(kind)}
		original := t.scoreID
		if t.scoreID < sub.score.ID {
			copied.UserID, copied.ScoreID, copied.OtherUser = sub.score.UserID, sub.score.ID, t.userID
		} else {
			copied.UserID, copied.ScoreID, copied.OtherUser = t.userID, t.scoreID, sub.score.UserID
			original = sub.score.ID
		}
		copied.Detail = fmt.Sprintf(detail, original)
		found = append(found, copied)
	}
	return found, nil
}

// distance reads another replay and returns how far it is from this one; infinitely when it cannot be compared.
func (s *Service) distance(ctx context.Context, score scores.Score, m *moves, otherID int64) (float64, error) {
	found, err := s.deps.Scores.Scores(ctx, []int64{otherID})
	if err != nil {
		return 0, err
	}
	if len(found) == 0 || found[0].BeatmapMD5 != score.BeatmapMD5 {
		return math.Inf(1), nil
	}
	data, err := s.load(ctx, found[0])
	switch {
	case errors.Is(err, scores.ErrNoReplay), errors.Is(err, scores.ErrNotFound), errors.Is(err, files.ErrNotFound):
		return math.Inf(1), nil
	case err != nil:
		return 0, err
	}
	other, _ := watch(subject{score: found[0]}, data)
	if other == nil {
		return math.Inf(1), nil
	}
	return m.apart(other), nil
}

// twin is another replay that may be the same.
type twin struct {
	scoreID int64
	userID  int32
	equal   bool
	shared  int
}

// twins returns the replays of the beatmap that equal the one with these prints or may be like it, the likeliest first.
func (s store) twins(ctx context.Context, score scores.Score, prints []int64) ([]twin, error) {
	var rows []printRow
	err := s.Reader.NewSelect().Model(&rows).Where("beatmap_id = ?", score.BeatmapID).Where("print IN (?)", bun.List(prints)).
		Limit(maxRows).Scan(ctx)
	if err != nil {
		return nil, err
	}
	byScore := map[int64]*twin{}
	for _, r := range rows {
		if r.ScoreID == score.ID {
			continue
		}
		t := byScore[r.ScoreID]
		if t == nil {
			t = &twin{scoreID: r.ScoreID, userID: r.UserID}
			byScore[r.ScoreID] = t
		}
		if r.Print == prints[0] {
			t.equal = true
		} else {
			t.shared++
		}
	}
	var found []twin
	for _, t := range byScore {
		if t.equal || t.shared >= sharedParts {
			found = append(found, *t)
		}
	}
	slices.SortFunc(found, func(a, b twin) int {
		if a.equal != b.equal {
			if a.equal {
				return -1
			}
			return 1
		}
		return cmp.Or(cmp.Compare(b.shared, a.shared), cmp.Compare(a.scoreID, b.scoreID))
	})
	return found[:min(len(found), maxTwins)], nil
}

// imprint keeps the prints of a score's replay instead of those that it had.
func (s store) imprint(ctx context.Context, tx bun.Tx, score scores.Score, prints []int64) error {
	if _, err := tx.NewDelete().Model((*printRow)(nil)).Where("score_id = ?", score.ID).Exec(ctx); err != nil {
		return err
	}
	var rows []printRow
	for _, print := range slices.Compact(slices.Sorted(slices.Values(prints))) {
		rows = append(rows, printRow{BeatmapID: score.BeatmapID, Print: print, ScoreID: score.ID, UserID: score.UserID})
	}
	_, err := tx.NewInsert().Model(&rows).Exec(ctx)
	return err
}
