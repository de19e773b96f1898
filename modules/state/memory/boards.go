package memory

import (
	"cmp"
	"context"
	"sync"

	"github.com/pure-peace/peace/modules/state"
)

// standing is a score in the order of its board.
type standing state.Score

func (a standing) compare(b standing) int {
	return cmp.Or(cmp.Compare(b.Value, a.Value), cmp.Compare(a.Member, b.Member))
}

// board is a sorted set of scores.
type board struct {
	scores map[int64]float64
	order  sorted[standing]
}

type boardMember struct {
	board  string
	member int64
}

// boards are all boards, under a lock of their own: no Apply changes one. An empty board is not kept.
type boards struct {
	mu     sync.RWMutex
	byName map[string]*board

	// What the journal has to write; nil without a journal. A dropped board goes before the members that were set after it.
	dirty   map[boardMember]struct{}
	dropped map[string]struct{}
}

func (b *boards) count() int {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return len(b.byName)
}

func (b *boards) set(name string, score state.Score) {
	bd := b.byName[name]
	if bd == nil {
		bd = &board{scores: make(map[int64]float64)}
		b.byName[name] = bd
	}
	if old, ok := bd.scores[score.Member]; ok {
		if old == score.Value {
			return
		}
		bd.order.remove(standing{score.Member, old})
	}
	bd.scores[score.Member] = score.Value
	bd.order.insert(standing(score))
	b.changed(name, score.Member)
}

func (b *boards) changed(name string, member int64) {
	if b.dirty != nil {
		b.dirty[boardMember{name, member}] = struct{}{}
	}
}

// SetScores implements state.Boards.
func (s *Service) SetScores(ctx context.Context, board string, scores []state.Score) error {
	if err := state.CheckScores(board, scores); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	b := &s.boards
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, score := range scores {
		b.set(board, score)
	}
	return nil
}

// RemoveMembers implements state.Boards.
func (s *Service) RemoveMembers(ctx context.Context, board string, members []int64) error {
	if err := state.CheckMembers(board, members); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	b := &s.boards
	b.mu.Lock()
	defer b.mu.Unlock()
	bd := b.byName[board]
	if bd == nil {
		return nil
	}
	for _, member := range members {
		if value, ok := bd.scores[member]; ok {
			delete(bd.scores, member)
			bd.order.remove(standing{member, value})
			b.changed(board, member)
		}
	}
	if len(bd.scores) == 0 {
		delete(b.byName, board)
	}
	return nil
}

// Positions implements state.Boards.
func (s *Service) Positions(ctx context.Context, board string, members []int64) ([]int, error) {
	if err := state.CheckMembers(board, members); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	positions := make([]int, len(members))
	s.boards.mu.RLock()
	defer s.boards.mu.RUnlock()
	bd := s.boards.byName[board]
	if bd == nil {
		return positions, nil
	}
	for i, member := range members {
		if value, ok := bd.scores[member]; ok {
			before, _ := bd.order.position(standing{member, value})
			positions[i] = before + 1
		}
	}
	return positions, nil
}

// Range implements state.Boards.
func (s *Service) Range(ctx context.Context, board string, from, limit int) ([]state.Score, error) {
	if err := state.CheckRange(board, from, limit); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.boards.mu.RLock()
	defer s.boards.mu.RUnlock()
	bd := s.boards.byName[board]
	if bd == nil || from > bd.order.size {
		return nil, nil
	}
	scores := make([]state.Score, 0, min(limit, bd.order.size-from+1))
	for score := range bd.order.from(bd.order.at(from - 1)) {
		if len(scores) == limit {
			break
		}
		scores = append(scores, state.Score(score))
	}
	return scores, nil
}

// Size implements state.Boards.
func (s *Service) Size(ctx context.Context, board string) (int, error) {
	if err := state.CheckName(board); err != nil {
		return 0, err
	}
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	s.boards.mu.RLock()
	defer s.boards.mu.RUnlock()
	if bd := s.boards.byName[board]; bd != nil {
		return bd.order.size, nil
	}
	return 0, nil
}

// DropBoard implements state.Boards.
func (s *Service) DropBoard(ctx context.Context, board string) error {
	if err := state.CheckName(board); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	b := &s.boards
	b.mu.Lock()
	defer b.mu.Unlock()
	bd := b.byName[board]
	if bd == nil {
		return nil
	}
	delete(b.byName, board)
	if b.dropped != nil {
		b.dropped[board] = struct{}{}
	}
	return nil
}
