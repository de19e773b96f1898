package local_test

import (
	"context"
	"log/slog"
	"slices"
	"testing"

	"github.com/pure-peace/peace/modules/bancho"
	"github.com/pure-peace/peace/modules/bancho/local"
	"github.com/pure-peace/peace/modules/rankings"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/packets"
	"github.com/pure-peace/peace/transport/stacktest"
)

// badRankings fails.
type badRankings struct{ rankings.Service }

func (badRankings) Statistics(context.Context, []int32, rankings.Board) ([]rankings.Statistics, error) {
	return nil, errAway
}

// own returns the figures in an answer about a user, in order.
func own(t *testing.T, s bancho.Service, token string, userID int32, asked ...packets.Packet) []packets.UserStats {
	t.Helper()
	var body []byte
	for _, p := range asked {
		body = p.Append(body)
	}
	reply, err := s.Exchange(t.Context(), token, body)
	if err != nil {
		t.Fatal(err)
	}
	var list []packets.UserStats
	for p, err := range packets.Split(reply, packets.ClientLimit) {
		if err != nil {
			t.Fatal(err)
		}
		if p.ID != packets.IDUserStats {
			continue
		}
		var stats packets.UserStats
		if err := stats.Decode(p.Payload); err != nil {
			t.Fatal(err)
		}
		if stats.UserID == userID {
			list = append(list, stats)
		}
	}
	return list
}

// played is a passed play of a user.
func played(user, beatmap int32, mods osu.Variant, pp float64) scores.Score {
	return scores.Score{
		UserID: user, BeatmapID: beatmap, Variant: mods, PP: &pp, Passed: true, Ranked: true, Classic: 1_000_000, Accuracy: 0.99, MaxCombo: 100,
	}
}

// TestStats follows the figures of a player from his login on: with his first words, when he turns to another board and back, and
// when something was counted.
func TestStats(t *testing.T) {
	s := stacktest.New(t, stacktest.Options{Log: slog.New(slog.DiscardHandler)})
	ann := s.Register(t, "Ann")
	s.Scores.Play(played(ann.ID, 1, osu.Vanilla, 100))
	_, seq := s.Scores.Play(played(ann.ID, 1, osu.Relax, 500))
	if _, err := s.Rankings.Effect(t.Context(), seq, seq); err != nil {
		t.Fatal(err)
	}
	p := with(t, s, func(*local.Deps) {})
	welcome, err := p.Login(t.Context(), attempt("Ann"))
	if err != nil {
		t.Fatal(err)
	}
	ask := func(asked ...packets.Packet) (pp []uint16) {
		t.Helper()
		for _, stats := range own(t, p, welcome.Token, ann.ID, asked...) {
			if stats.PP > 0 && (stats.Rank != 1 || stats.PlayCount == 0 || stats.RankedScore < 1_000_000 || stats.Accuracy < .9) {
				t.Errorf("stats are %+v", stats)
			}
			pp = append(pp, stats.PP)
		}
		return pp
	}
	for _, step := range []struct {
		name  string
		asked []packets.Packet
		pp    []uint16 // of the last figures
	}{
		{"first words", []packets.Packet{packets.RequestStatusUpdate{}}, []uint16{102}},
		{"same board", []packets.Packet{packets.ChangeAction{Action: osu.ActionPlaying, Mods: osu.ModHidden}}, nil},
		{"relax", []packets.Packet{packets.ChangeAction{Mods: osu.ModRelax}}, []uint16{502}},
		{"relax in mania is none", []packets.Packet{packets.ChangeAction{Mods: osu.ModRelax, Ruleset: osu.Mania}}, []uint16{0}},
		{"back", []packets.Packet{packets.ChangeAction{}}, []uint16{102}},
	} {
		got := ask(step.asked...)
		if len(step.pp) == 0 && len(got) > 0 && got[len(got)-1] != 102 || len(step.pp) > 0 && (len(got) == 0 || got[len(got)-1] != step.pp[0]) {
			t.Errorf("%s: %v, want %v", step.name, got, step.pp)
		}
	}
	// What is counted comes by itself.
	s.Scores.Play(played(ann.ID, 2, osu.Vanilla, 200))
	if _, err := s.Rankings.Effect(t.Context(), seq+1, seq+1); err != nil {
		t.Fatal(err)
	}
	for t.Context().Err() == nil {
		if slices.Contains(ask(packets.Ping{}), 299) { // 200 + 0.95·100 + 4.16
			return
		}
	}
	t.Error("the figures never came")
}

// TestStatsAway says that a player whose figures cannot be had has none, and is not kept from anything.
func TestStatsAway(t *testing.T) {
	s := stacktest.New(t, stacktest.Options{Log: slog.New(slog.DiscardHandler)})
	ann := s.Register(t, "Ann")
	for name, neighbour := range map[string]rankings.Service{"away": badRankings{}, "off": nil} {
		t.Run(name, func(t *testing.T) {
			p := with(t, s, func(d *local.Deps) { d.Rankings = neighbour })
			welcome, err := p.Login(t.Context(), attempt("Ann"))
			if err != nil {
				t.Fatal(err)
			}
			stats := sessions.Stats{Playcount: 7}
			id := sessions.ID(welcome.Token)
			if _, err := s.Sessions.Update(t.Context(), id, sessions.Update{Stats: &stats}); err != nil {
				t.Fatal(err)
			}
			own(t, p, welcome.Token, ann.ID, packets.ChangeAction{Ruleset: osu.Taiko}, packets.RequestStatusUpdate{})
			session, err := s.Sessions.Get(t.Context(), id)
			if err != nil || session.Status.Ruleset != osu.Taiko {
				t.Errorf("session is %+v, %v", session, err)
			}
			if want := map[string]int32{"away": 0, "off": 7}[name]; session.Stats.Playcount != want {
				t.Errorf("%d plays, want %d", session.Stats.Playcount, want)
			}
		})
	}
}
