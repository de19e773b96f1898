package local

import (
	"context"
	"fmt"
	"slices"

	"google.golang.org/protobuf/proto"

	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/state/view"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/modules/users/userspb"
)

// followUsers keeps the visibility and the country of players as the users module has them.
func (s *Service) followUsers(ctx context.Context) {
	view.Listen(ctx, s.deps.State, []string{users.Topic}, s.log, s.reviewPlayers, func(ctx context.Context, n state.Notice) error {
		var m userspb.Changed
		if err := proto.Unmarshal(n.Payload, &m); err != nil {
			s.log.ErrorContext(ctx, "event of an account does not parse", "error", err)
			return nil
		}
		changed, err := userspb.ToChanged(&m)
		if err != nil || !changed.Restricted && !changed.Country {
			return err
		}
		// What the account is now, not what it was when it changed: events of several processes come in any order.
		accounts, err := s.deps.Users.Get(ctx, []int32{changed.User.ID})
		if err != nil {
			return err
		}
		return s.setPlayers(ctx, accounts)
	})
}

// reviewPlayers asks about all players, for what may have been missed.
func (s *Service) reviewPlayers(ctx context.Context) error {
	for after := int32(0); ; {
		var ids []int32
		err := s.db.Reader.NewSelect().Model((*playerRow)(nil)).Column("user_id").Where("user_id > ?", after).
			Order("user_id").Limit(users.MaxBatch).Scan(ctx, &ids)
		if err != nil || len(ids) == 0 {
			return err
		}
		accounts, err := s.deps.Users.Get(ctx, ids)
		if err != nil {
			return err
		}
		if err := s.setPlayers(ctx, accounts); err != nil {
			return err
		}
		after = ids[len(ids)-1]
	}
}

// setPlayers takes in what the users module says of accounts.
func (s *Service) setPlayers(ctx context.Context, accounts []users.User) error {
	for part := range slices.Chunk(accounts, maxRows) {
		ids := make([]int32, len(part))
		for i, u := range part {
			ids[i] = u.ID
		}
		known, err := readPlayers(ctx, s.db.Reader, ids)
		if err != nil {
			return err
		}
		for _, u := range part {
			now := playerRow{UserID: u.ID, Country: u.Country, Hidden: u.Restricted}
			if old, ok := known[u.ID]; ok && old == now {
				continue
			}
			err := s.take(ctx, func(ctx context.Context, t *turn) error { return s.setPlayer(ctx, t, now) })
			if err != nil {
				return fmt.Errorf("scores: player %d: %w", u.ID, err)
			}
			s.notify(ctx)
		}
	}
	return nil
}

// setPlayer brings a player's places up to date. One who is not known has none, but is written down all the same: he may be about
// to have his first, with what was known of him before.
func (s *Service) setPlayer(ctx context.Context, t *turn, now playerRow) error {
	known, err := readPlayers(ctx, t.tx, []int32{now.UserID})
	if err != nil {
		return err
	}
	old, ok := known[now.UserID]
	if ok && old == now {
		return nil
	}
	upsert := database.Upsert{Key: []string{"user_id"}, Replace: []string{"country", "hidden"}}
	if _, err := upsert.On(t.tx.NewInsert().Model(&now)).Exec(ctx); err != nil || !ok {
		return err
	}
	_, err = t.tx.NewUpdate().Model((*bestRow)(nil)).Set("country = ?", now.Country).Set("hidden = ?", now.Hidden).
		Where("user_id = ?", now.UserID).Exec(ctx)
	if err != nil {
		return err
	}
	t.lost = true
	if old.Country != now.Country {
		t.entry(scores.PlayerMoved, now.UserID, 0)
	}
	switch {
	case now.Hidden && !old.Hidden:
		t.entry(scores.PlayerHidden, now.UserID, 0)
		return t.abdicate(ctx, now.UserID)
	case old.Hidden && !now.Hidden:
		t.entry(scores.PlayerShown, now.UserID, 0)
		return t.reclaim(ctx, now.UserID)
	}
	return nil
}

// abdicate finds others to lead the boards that a player led.
func (t *turn) abdicate(ctx context.Context, userID int32) error {
	var led []leaderRow
	if err := t.tx.NewSelect().Model(&led).Where("user_id = ?", userID).Scan(ctx); err != nil {
		return err
	}
	for _, row := range led {
		if err := t.findLeader(ctx, row.key(), leaderRow{}); err != nil {
			return err
		}
	}
	return nil
}

// reclaim makes a player lead the boards on which nobody is better.
func (t *turn) reclaim(ctx context.Context, userID int32) error {
	var rows []leaderRow
	err := t.tx.NewSelect().TableExpr("score_bests AS b").
		Join("LEFT JOIN score_leaders AS l ON l.beatmap_id = b.beatmap_id AND l.ruleset = b.ruleset AND l.variant = b.variant"+
			" AND l.metric = b.metric AND l.pool = b.pool").
		ColumnExpr("b.beatmap_id, b.ruleset, b.variant, b.metric, b.pool, b.user_id, b.score_id, b.place").
		Where("b.user_id = ?", userID).Where("b.mods_key = ?", anyMods).
		Where("(l.user_id IS NULL OR b.place < l.place OR (b.place = l.place AND b.score_id < l.score_id))").
		Scan(ctx, &rows)
	if err != nil {
		return err
	}
	for i := range rows {
		rows[i].Since = t.now
	}
	return t.putLeaders(ctx, rows)
}
