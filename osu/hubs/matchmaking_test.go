package hubs_test

import (
	"testing"
	"time"

	"github.com/pure-peace/peace/osu/hubs"
	"github.com/pure-peace/peace/osu/score"
)

// cardText is a GUID as text; its length and bytes are cardBytes.
const (
	cardText  = "6f9619ff-8b86-d011-b42d-00c04fc964ff"
	cardBytes = "d9 24 36663936313966662d386238362d643031312d623432642d303063303466633936346666"
)

func card(t *testing.T) hubs.GUID {
	t.Helper()
	g, err := hubs.ParseGUID(cardText)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestMatchmaking(t *testing.T) {
	const half = "cb 3f e0 00 00 00 00 00 00"
	pool := hubs.MatchmakingPool{ID: 1, RulesetID: 3, Variant: 4, Name: "4K", Type: hubs.RankedPlayPool}
	const poolBytes = "95 01 03 04 a2 34 4b 01"
	golden(t, "pool", pool, poolBytes)
	golden(t, "join request", hubs.MatchmakingJoinLobbyRequest{PoolID: 7}, "91 07")
	golden(t, "join response", hubs.MatchmakingJoinLobbyResponse{}, "90")
	golden(t, "issue request", hubs.MatchmakingIssueDuelRequest{UserID: 1000, PoolID: 7}, "92 cd 03 e8 07")
	golden(t, "issue response", hubs.MatchmakingIssueDuelResponse{}, "90")
	golden(t, "accept request", hubs.MatchmakingAcceptDuelRequest{ID: card(t)}, "91"+cardBytes)
	golden(t, "accept response", hubs.MatchmakingAcceptDuelResponse{}, "90")
	golden(t, "invitation", hubs.MatchmakingRoomInvitationParams{Type: hubs.RankedPlayPool}, "91 01")
	golden(t, "duel", hubs.MatchmakingDuelIssuedParams{ID: card(t), UserID: 2, Pool: pool}, "93"+cardBytes+"02"+poolBytes)
	golden(t, "tuple", hubs.RatingCount{Rating: 1500, Count: 3}, "92 cd 05 dc 03")
	golden(t, "lobby", hubs.MatchmakingLobbyStatus{
		UsersInQueue: []int32{1, 1000}, RatingDistribution: []hubs.RatingCount{{Rating: 1500, Count: 3}},
		UserRating: hubs.Some[int32](1600), RecentMatches: []hubs.MatchRoomState{hubs.StandardMatchRoomState{}, nil},
	}, "94 92 01 cd 03 e8 91 92 cd 05 dc 03 cd 06 40 92 92 03 93 c0 c2 c0 c0")
	golden(t, "empty lobby", hubs.MatchmakingLobbyStatus{}, "94 90 90 c0 90")

	round := hubs.MatchmakingRound{
		Round: 1, Placement: 2, TotalScore: 1_000_000, Accuracy: .5, MaxCombo: 200, Statistics: score.Statistics{score.Perfect: 3},
	}
	const roundBytes = "96 01 02 ce 00 0f 42 40" + half + "cc c8 81 06 03"
	golden(t, "round", round, roundBytes)
	user := hubs.MatchmakingUser{
		UserID: 1000, Placement: hubs.Some[int32](1), Points: 15, Rounds: map[int32]hubs.MatchmakingRound{1: round},
		AbandonedAt: hubs.Some(time.Date(2026, 8, 21, 14, 0, 0, 0, time.FixedZone("", 2*60*60))),
	}
	// A clock two hours ahead of UTC: what it shows, 14:00, and 120 minutes.
	const userBytes = "95 cd 03 e8 01 0f 91 81 01" + roundBytes + "92 d6 ff 6a 88 59 e0 78"
	golden(t, "player", user, userBytes)
	golden(t, "new player", hubs.MatchmakingUser{UserID: 3}, "95 03 c0 00 91 80 c0")

	union[hubs.MatchRoomState](t, hubs.AppendMatchRoomState, hubs.ReadMatchRoomState, hubs.MatchmakingRoomState{
		Stage: hubs.MatchmakingUserBeatmapSelect, CurrentRound: 2, CandidateItems: []int64{1, 1 << 32}, CandidateItem: -1,
		Users: map[int32]hubs.MatchmakingUser{1000: user, 3: {UserID: 3}}, GameplayItem: 9,
	}, "92 01 96 02 02 92 01 cf 00 00 00 01 00 00 00 00 ff 91 82 03 95 03 c0 00 91 80 c0 cd 03 e8"+userBytes+"09")

	for status, text := range map[hubs.MatchmakingQueueStatus]string{
		hubs.Searching{}: "92 00 90", hubs.MatchFound{}: "92 01 90", hubs.JoiningMatch{}: "92 02 90", nil: "c0",
	} {
		union(t, hubs.AppendMatchmakingQueueStatus, hubs.ReadMatchmakingQueueStatus, status, text)
	}
	refuses(t, hubs.ReadMatchmakingQueueStatus, "92 03 90", "90", "00")
}

func TestRankedPlay(t *testing.T) {
	const half = "cb 3f e0 00 00 00 00 00 00"
	golden(t, "card", hubs.RankedPlayCardItem{ID: card(t)}, "91"+cardBytes)
	golden(t, "lying card", hubs.RankedPlayCardState{Hovered: true, Selected: true, Order: 2, DragX: .5, DragY: -1},
		"97 c3 c2 c3 c2 02 ca 3f 00 00 00 ca bf 80 00 00")
	other := card(t)
	other[0] = 0x70
	golden(t, "hand", hubs.RankedPlayCardHandReplayFrame{
		Delay: .5, Cards: map[hubs.GUID]hubs.RankedPlayCardState{other: {Order: 1}, card(t): {}},
	}, "92"+half+"82"+cardBytes+"97 c2 c2 c2 c2 00 ca 00 00 00 00 ca 00 00 00 00"+
		"d9 24 3730"+cardBytes[len("d9 24 3666"):]+"97 c2 c2 c2 c2 01 ca 00 00 00 00 ca 00 00 00 00")
	damage := hubs.RankedPlayDamageInfo{Damage: 1, RawDamage: 2, OldLife: 3, NewLife: 4, DirectDamage: 5, Multiplier: .5, BonusDamage: 6}
	const damageBytes = "97 01 02 03 04 05" + half + "06"
	golden(t, "damage", damage, damageBytes)
	user := hubs.RankedPlayUserInfo{
		Rating: 1500, Life: 1_000_000, Hand: []hubs.RankedPlayCardItem{{ID: card(t)}}, RatingAfter: 1510, DamageInfo: &damage,
		RoundsWon: 1, DamageMultiplier: .5,
	}
	const userBytes = "97 cd 05 dc ce 00 0f 42 40 91 91" + cardBytes + "cd 05 e6" + damageBytes + "01" + half
	golden(t, "info", user, userBytes)
	golden(t, "empty info", hubs.RankedPlayUserInfo{}, "97 00 00 90 00 c0 00 cb 00 00 00 00 00 00 00 00")

	union[hubs.MatchRoomState](t, hubs.AppendMatchRoomState, hubs.ReadMatchRoomState, hubs.RankedPlayRoomState{
		Stage: hubs.RankedPlayCardPlay, CurrentRound: 1, DamageMultiplier: .5, Users: map[int32]hubs.RankedPlayUserInfo{1000: user},
		ActiveUserID: hubs.Some[int32](1000), StarRating: .5,
	}, "92 02 97 04 01"+half+"81 cd 03 e8"+userBytes+"cd 03 e8"+half+"c0")
}

func TestGUID(t *testing.T) {
	if got := card(t).String(); got != cardText {
		t.Errorf("got %s", got)
	}
	if upper, err := hubs.ParseGUID("6F9619FF-8B86-D011-B42D-00C04FC964FF"); err != nil || upper != card(t) {
		t.Errorf("got %v, %v", upper, err)
	}
	for _, text := range []string{"", cardText[1:], cardText + "0", "6f9619ff-8b86-d011-b42d+00c04fc964ff", "6f9619fg-8b86-d011-b42d-00c04fc964ff"} {
		if g, err := hubs.ParseGUID(text); err == nil {
			t.Errorf("%q is %v", text, g)
		}
	}
	refuses(t, func(b []byte) (any, []byte, error) {
		v, rest, err := hubs.Read[hubs.RankedPlayCardItem](b)
		if err != nil {
			return nil, rest, err
		}
		return v, rest, nil
	}, "91 a0", "91 01", "91 c0", "91 d9 24 7a663936313966662d386238362d643031312d623432642d303063303466633936346666")
}
