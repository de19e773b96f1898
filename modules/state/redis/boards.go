package redis

import (
	"context"
	"fmt"
	"strconv"

	"github.com/redis/rueidis"

	"github.com/pure-peace/peace/modules/state"
)

// Redis orders the members of equal score by their bytes and counts from the lowest score. So scores are kept negative, and members
// as text that sorts like their numbers: 16 hexadecimal digits with the sign turned over.

func memberText(member int64) string { return fmt.Sprintf("%016x", uint64(member)^1<<63) }

func (s *Service) board(name string) string { return s.prefix + "b:" + name }

// SetScores implements state.Boards.
func (s *Service) SetScores(ctx context.Context, board string, scores []state.Score) error {
	if err := state.CheckScores(board, scores); err != nil || len(scores) == 0 {
		return err
	}
	add := s.client.B().Zadd().Key(s.board(board)).ScoreMember()
	for _, score := range scores {
		add = add.ScoreMember(0-score.Value, memberText(score.Member))
	}
	return s.fail(s.client.Do(ctx, add.Build()).Error())
}

// RemoveMembers implements state.Boards.
func (s *Service) RemoveMembers(ctx context.Context, board string, members []int64) error {
	if err := state.CheckMembers(board, members); err != nil {
		return err
	}
	if len(members) == 0 {
		return ctx.Err()
	}
	texts := make([]string, len(members))
	for i, member := range members {
		texts[i] = memberText(member)
	}
	return s.fail(s.client.Do(ctx, s.client.B().Zrem().Key(s.board(board)).Member(texts...).Build()).Error())
}

// Positions implements state.Boards. The positions of one call are not of one moment when the board is changed meanwhile.
func (s *Service) Positions(ctx context.Context, board string, members []int64) ([]int, error) {
	if err := state.CheckMembers(board, members); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	commands := make(rueidis.Commands, len(members))
	for i, member := range members {
		commands[i] = s.client.B().Zrank().Key(s.board(board)).Member(memberText(member)).Build()
	}
	positions := make([]int, len(members))
	for i, answer := range s.client.DoMulti(ctx, commands...) {
		before, err := answer.AsInt64()
		if rueidis.IsRedisNil(err) {
			continue
		}
		if err != nil {
			return nil, s.fail(err)
		}
		positions[i] = int(before) + 1
	}
	return positions, nil
}

// Range implements state.Boards.
func (s *Service) Range(ctx context.Context, board string, from, limit int) ([]state.Score, error) {
	if err := state.CheckRange(board, from, limit); err != nil {
		return nil, err
	}
	first := int64(from) - 1
	last := first + int64(limit) - 1
	if last < first {
		return nil, ctx.Err() // no board is that long
	}
	get := s.client.B().Zrange().Key(s.board(board)).Min(strconv.FormatInt(first, 10)).Max(strconv.FormatInt(last, 10)).Withscores().Build()
	answer, err := s.client.Do(ctx, get).AsZScores()
	if err != nil {
		return nil, s.fail(err)
	}
	scores := make([]state.Score, len(answer))
	for i, z := range answer {
		member, err := strconv.ParseUint(z.Member, 16, 64)
		if err != nil {
			return nil, errFormat
		}
		scores[i] = state.Score{Member: int64(member ^ 1<<63), Value: 0 - z.Score}
	}
	return scores, nil
}

// Size implements state.Boards.
func (s *Service) Size(ctx context.Context, board string) (int, error) {
	if err := state.CheckName(board); err != nil {
		return 0, err
	}
	n, err := s.client.Do(ctx, s.client.B().Zcard().Key(s.board(board)).Build()).AsInt64()
	return int(n), s.fail(err)
}

// DropBoard implements state.Boards.
func (s *Service) DropBoard(ctx context.Context, board string) error {
	if err := state.CheckName(board); err != nil {
		return err
	}
	return s.fail(s.client.Do(ctx, s.client.B().Unlink().Key(s.board(board)).Build()).Error())
}
