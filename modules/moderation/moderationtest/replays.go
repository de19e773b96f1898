package moderationtest

import (
	"testing"
	"time"

	"github.com/pure-peace/peace/modules/moderation"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/replay"
)

// edited returns the frames of a player with a change made to each.
func edited(seed uint64, change func(i int, f *replay.Frame)) []replay.Frame {
	frames := Frames(osu.Standard, seed)
	for i := range frames {
		change(i, &frames[i])
	}
	return frames
}

func testReplays(t *testing.T, s Subject) {
	m := s.World.NewBeatmap(osu.Standard)
	for name, test := range map[string]struct {
		frames func(seed uint64) []replay.Frame
		edit   func(*scores.Score)
		want   []string
	}{
		"none":           {func(uint64) []replay.Frame { return nil }, nil, []string{"replay_missing"}},
		"none, of lazer": {func(uint64) []replay.Frame { return nil }, func(x *scores.Score) { x.Client = scores.Lazer }, nil},
		"never pressed": {func(seed uint64) []replay.Frame {
			return edited(seed, func(_ int, f *replay.Frame) { f.Keys = 0 })
		}, nil, []string{"replay_presses"}},
		"never pressed, with Relax": {func(seed uint64) []replay.Frame {
			return edited(seed, func(_ int, f *replay.Frame) { f.Keys = 0 })
		}, func(x *scores.Score) { x.Variant, x.Mods = osu.Relax, mods.Of(mods.Relax) }, nil},
		"half of it": {func(seed uint64) []replay.Frame {
			frames := Frames(osu.Standard, seed)
			return frames[:len(frames)/2]
		}, func(x *scores.Score) { x.Statistics = map[string]int32{"great": 40, "miss": 80} }, []string{"replay_short"}},
		"hardly a frame": {func(seed uint64) []replay.Frame {
			frames := Frames(osu.Standard, seed)
			return []replay.Frame{frames[0], frames[len(frames)-1]}
		}, func(x *scores.Score) { x.Statistics = map[string]int32{"meh": 1, "miss": circles - 1} }, []string{"replay_frames"}},
	} {
		t.Run(name, func(t *testing.T) {
			score := Honest(s.World.NewUser(0), m)
			if test.edit != nil {
				test.edit(&score)
			}
			wantInspected(t, s, s.World.Play(t, score, test.frames(uint64(score.UserID))), test.want...)
		})
	}
	t.Run("unreadable", func(t *testing.T) {
		id := s.World.Upload(t, Honest(s.World.NewUser(0), m), []byte("not a replay, whatever it says"))
		wantInspected(t, s, id, "replay_unreadable")
	})
	t.Run("with a header", func(t *testing.T) {
		for combo, want := range map[uint16][]string{60: nil, 61: {"replay_header"}} {
			score := Honest(s.World.NewUser(0), m)
			score.Client = scores.Lazer
			file := replay.Replay{
				Version: replay.Latest, Beatmap: m.MD5, Player: "player", MaxCombo: combo, Count300: circles - 5, CountMiss: 5,
				Date: replay.TicksOf(time.Now()), Frames: Compress(t, Frames(osu.Standard, uint64(score.UserID))),
			}
			wantInspected(t, s, s.World.Upload(t, score, file.Append(nil)), want...)
		}
	})
	t.Run("mania", func(t *testing.T) {
		m := s.World.NewBeatmap(osu.Mania)
		score := Honest(s.World.NewUser(0), m)
		wantInspected(t, s, s.World.Play(t, score, Frames(osu.Mania, uint64(score.UserID))))
		score = Honest(s.World.NewUser(0), m)
		still := Frames(osu.Mania, uint64(score.UserID))
		for i := range still {
			still[i].X = 0
		}
		wantInspected(t, s, s.World.Play(t, score, still), "replay_presses")
	})
}

func testCopies(t *testing.T, s Subject) {
	m := s.World.NewBeatmap(osu.Standard)
	owner := s.World.NewUser(0)
	seed := uint64(owner)
	original := s.World.Play(t, Honest(owner, m), Frames(osu.Standard, seed))
	wantInspected(t, s, original)

	for name, test := range map[string]struct {
		frames []replay.Frame
		mods   mods.Set
		want   string
	}{
		"exactly": {Frames(osu.Standard, seed), nil, "replay_copied"},
		"without fractions": {edited(seed, func(_ int, f *replay.Frame) {
			f.X, f.Y = float32(int(f.X+0.5)), float32(int(f.Y+0.5))
		}), nil, "replay_copied"},
		"shaken": {edited(seed, func(i int, f *replay.Frame) { f.X += float32(i%3) - 1; f.Y += float32(i%2) - 0.5 }), nil, "replay_similar"},
		"turned": {edited(seed, func(_ int, f *replay.Frame) { f.X, f.Y = f.X+2, 384-f.Y }), mods.Of(mods.HardRock), "replay_similar"},
	} {
		t.Run(name, func(t *testing.T) {
			thief := s.World.NewUser(0)
			score := Honest(thief, m)
			score.Mods = test.mods
			id := s.World.Play(t, score, test.frames)
			found := wantKind(t, s, id, test.want)
			if found.OtherUser != owner && found.OtherUser >= thief {
				t.Errorf("shared with %d: %+v", found.OtherUser, found)
			}
		})
	}
	t.Run("by himself", func(t *testing.T) {
		id := s.World.Play(t, Honest(owner, m), Frames(osu.Standard, seed))
		wantKind(t, s, id, "replay_repeated")
	})
	t.Run("another player", func(t *testing.T) {
		for range 5 {
			user := s.World.NewUser(0)
			wantInspected(t, s, s.World.Play(t, Honest(user, m), Frames(osu.Standard, uint64(user))))
		}
	})
	t.Run("looked at the other way round", func(t *testing.T) {
		m := s.World.NewBeatmap(osu.Taiko)
		first, second := s.World.NewUser(0), s.World.NewUser(0)
		frames := Frames(osu.Taiko, uint64(first))
		a := s.World.Play(t, Honest(first, m), frames)
		b := s.World.Play(t, Honest(second, m), frames)
		if _, err := s.Moderation.Inspect(t.Context(), b); err != nil {
			t.Fatal(err)
		}
		wantInspected(t, s, a)
		if found := wantKind(t, s, b, "replay_copied"); found.OtherUser != first || found.UserID != second {
			t.Errorf("%+v", found)
		}
	})
	for _, f := range findings(t, s, moderation.Query{ScoreID: original}) {
		t.Errorf("about the original: %+v", f)
	}
}

// wantKind inspects a score and returns its finding of the kind, beside which there may be others: copies are like each other.
func wantKind(t *testing.T, s Subject, id int64, kind string) moderation.Finding {
	t.Helper()
	found, err := s.Moderation.Inspect(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range found {
		if f.Kind == kind {
			return f
		}
	}
	t.Fatalf("found %v, want %v", kinds(found), kind)
	return moderation.Finding{}
}

func testHardware(t *testing.T, s Subject) {
	user, other, restricted := s.World.NewUser(0), s.World.NewUser(0), s.World.NewUser(0)
	s.World.Restrict(restricted)
	s.World.Share(user,
		users.Match{UserID: other, Adapters: true, Disk: true, LastAt: time.Now()},
		users.Match{UserID: restricted, Uninstall: true, LastAt: time.Now()})
	id := s.World.Play(t, Honest(user, s.World.NewBeatmap(osu.Standard)), Frames(osu.Standard, uint64(user)))
	wantInspected(t, s, id)
	found := findings(t, s, moderation.Query{UserID: user})
	if len(found) != 1 || found[0].Kind != "shared_hardware" || found[0].ScoreID != 0 || found[0].OtherUser != restricted {
		t.Fatalf("%+v", found)
	}
	if found[0].Weight > 40 {
		t.Errorf("it is a weak hint, but weighs %d", found[0].Weight)
	}
}
