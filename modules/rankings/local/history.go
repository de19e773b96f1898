package local

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/rankings"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/osu"
)

// chronicle is a row of rank_histories: the ranks of the days up to Day, and the best one.
type chronicle struct {
	bun.BaseModel `bun:"table:rank_histories,alias:h"`

	UserID    int32       `bun:"user_id,pk"`
	Ruleset   osu.Ruleset `bun:"ruleset,pk"`
	Variant   osu.Variant `bun:"variant,pk"`
	Day       int32       `bun:"day"`
	Ranks     []byte      `bun:"ranks"`
	Highest   int32       `bun:"highest"`
	HighestAt time.Time   `bun:"highest_at"`
}

var chronicleKey = []string{"user_id", "ruleset", "variant"}

// dayOf numbers the days, which begin at midnight UTC.
func dayOf(at time.Time) int32 { return int32(at.Unix() / (24 * 60 * 60)) }

// write puts down the rank of a day, and keeps so many days.
func (c *chronicle) write(day, rank int32, days int) {
	ranks := c.last(day-1, days-1)
	c.Day, c.Ranks = day, make([]byte, 0, 4*days)
	for _, r := range append(ranks, rank) {
		c.Ranks = binary.LittleEndian.AppendUint32(c.Ranks, uint32(r))
	}
}

// last returns the ranks of so many days, the last of them day; 0 where none was written.
func (c *chronicle) last(day int32, days int) []int32 {
	out := make([]int32, days)
	for i := range len(c.Ranks) / 4 {
		back := int(day-c.Day) + len(c.Ranks)/4 - 1 - i // days before day
		if at := days - 1 - back; at >= 0 && at < days {
			out[at] = int32(binary.LittleEndian.Uint32(c.Ranks[4*i:]))
		}
	}
	return out
}

// reach notes the best rank, and when it was reached.
func (c *chronicle) reach(rank int32, at time.Time) bool {
	if rank == 0 || c.Highest != 0 && c.Highest <= rank {
		return false
	}
	c.Highest, c.HighestAt = rank, at
	return true
}

func (s store) chronicle(ctx context.Context, db bun.IDB, board rankings.Board, userIDs []int32) (map[int32]chronicle, error) {
	var rows []chronicle
	err := db.NewSelect().Model(&rows).Where("user_id IN (?)", bun.List(userIDs)).
		Where("ruleset = ?", board.Ruleset).Where("variant = ?", board.Variant).Scan(ctx)
	known := make(map[int32]chronicle, len(rows))
	for _, r := range rows {
		known[r.UserID] = r
	}
	return known, err
}

// reach keeps ranks that are the best their players have ever had.
func (s store) reach(ctx context.Context, now ranks, at time.Time) error {
	boards := make(map[rankings.Board][]int32)
	for a, rank := range now {
		if rank > 0 {
			boards[a.board] = append(boards[a.board], a.user)
		}
	}
	for board, users := range boards {
		known, err := s.chronicle(ctx, s.Reader, board, users)
		if err != nil {
			return err
		}
		users = slices.DeleteFunc(users, func(user int32) bool {
			c := known[user]
			return !c.reach(now[account{user, board}], at)
		})
		if len(users) == 0 {
			continue
		}
		slices.Sort(users) // whoever writes the same rows locks them in the same order
		var rows []chronicle
		for _, user := range users {
			rows = append(rows, chronicle{
				UserID: user, Ruleset: board.Ruleset, Variant: board.Variant, Ranks: []byte{},
				Highest: now[account{user, board}], HighestAt: at,
			})
		}
		better := database.Upsert{Key: chronicleKey, Replace: []string{"highest", "highest_at"}}
		if _, err := better.On(s.NewInsert().Model(&rows)).Exec(ctx); err != nil {
			return err
		}
	}
	return nil
}

// dayCursor is the name under which the last day is kept whose ranks are written down.
const dayCursor = "day"

// snapshot writes down the ranks of a day, unless that was done. Doing it twice at once changes nothing but ranks that have changed.
func (s *Service) snapshot(ctx context.Context, at time.Time) error {
	var last int32
	err := s.store.NewSelect().Table("ranking_cursors").Column("position").Where("name = ?", dayCursor).Scan(ctx, &last)
	if err != nil && !errors.Is(err, sql.ErrNoRows) || last >= dayOf(at) {
		return err
	}
	for _, board := range allBoards() {
		for from := 1; ; from += state.MaxPage {
			page, err := s.state.Range(ctx, boardName(board, rankings.ByPerformance, ""), from, state.MaxPage)
			if err != nil {
				return err
			}
			if len(page) == 0 {
				break
			}
			if err := s.writeDown(ctx, board, from, page, at); err != nil {
				return err
			}
		}
	}
	done := map[string]any{"name": dayCursor, "position": dayOf(at)}
	insert := s.store.NewInsert().Model(&done).Table("ranking_cursors")
	_, err = database.Upsert{Key: []string{"name"}, Replace: []string{"position"}}.On(insert).Exec(ctx)
	return err
}

// writeDown keeps the ranks of the players of a page that begins at position from.
func (s *Service) writeDown(ctx context.Context, board rankings.Board, from int, page []state.Score, at time.Time) error {
	place := make(map[int32]int32, len(page))
	users := make([]int32, len(page))
	for i, m := range page {
		users[i] = int32(m.Member)
		place[users[i]] = int32(from + i)
	}
	slices.Sort(users)
	return s.store.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		known, err := s.store.chronicle(ctx, tx, board, users)
		if err != nil {
			return err
		}
		rows := make([]chronicle, len(users))
		for i, user := range users {
			row := known[user]
			row.UserID, row.Ruleset, row.Variant = user, board.Ruleset, board.Variant
			row.write(dayOf(at), place[user], s.config.HistoryDays)
			row.reach(place[user], at)
			rows[i] = row
		}
		return upsert(ctx, tx, rows, database.Upsert{
			Key: chronicleKey, Replace: []string{"day", "ranks", "highest", "highest_at"},
		})
	})
}

// History implements rankings.Service.
func (s *Service) History(ctx context.Context, userID int32, board rankings.Board) (rankings.History, error) {
	if err := check(board); err != nil {
		return rankings.History{}, err
	}
	now := time.Now().UTC()
	known, err := s.store.chronicle(ctx, s.store.Reader, board, []int32{userID})
	if err != nil {
		return rankings.History{}, err
	}
	positions, err := s.state.Positions(ctx, boardName(board, rankings.ByPerformance, ""), []int64{int64(userID)})
	if err != nil {
		return rankings.History{}, err
	}
	row := known[userID]
	row.write(dayOf(now), int32(positions[0]), s.config.HistoryDays)
	row.reach(int32(positions[0]), now)
	h := rankings.History{Ranks: row.last(dayOf(now), s.config.HistoryDays), Highest: row.Highest}
	if row.Highest != 0 {
		h.HighestAt = row.HighestAt.UTC()
	}
	h.Months, err = s.store.months(ctx, userID, board)
	return h, err
}

// RanksAgo implements rankings.Service.
func (s *Service) RanksAgo(ctx context.Context, userIDs []int32, board rankings.Board, days int) ([]int32, error) {
	if len(userIDs) > rankings.MaxBatch || days < 1 || days >= rankings.HistoryDays {
		return nil, rankings.ErrTooLarge
	}
	if err := check(board); err != nil || len(userIDs) == 0 {
		return nil, err
	}
	known, err := s.store.chronicle(ctx, s.store.Reader, board, userIDs)
	if err != nil {
		return nil, err
	}
	then := dayOf(time.Now()) - int32(days)
	ago := make([]int32, len(userIDs))
	for i, id := range userIDs {
		row := known[id]
		ago[i] = row.last(then, 1)[0]
	}
	return ago, nil
}

// effect reads what a play has changed.
func (s store) effect(ctx context.Context, scoreID int64) ([]byte, error) {
	var row effectRow
	err := s.Reader.NewSelect().Model(&row).Where("score_id = ?", scoreID).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, rankings.ErrNoScore
	}
	return row.Effect, err
}
