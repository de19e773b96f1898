package local

import (
	"slices"

	lru "github.com/hashicorp/golang-lru/v2"

	"github.com/pure-peace/peace/modules/rankings"
)

const (
	// memoryLists bounds the players whose plays are in memory, at most 12 KiB each.
	memoryLists = 2048
	// memoryEffects bounds the latest effects in memory, half a KiB each: edges ask for them at once.
	memoryEffects = 4096
)

// memory is what spares questions to the database. What it keeps is valid or can be seen not to be.
type memory struct {
	lists   *lru.Cache[listed, sequel]
	effects *lru.Cache[int64, rankings.Effect]
}

type listed struct {
	count int32
	account
}

// sequel is a list as it is after an entry.
type sequel struct {
	seq  int64
	list []rated
}

func newMemory() (*memory, error) {
	lists, err := lru.New[listed, sequel](memoryLists)
	if err != nil {
		return nil, err
	}
	effects, err := lru.New[int64, rankings.Effect](memoryEffects)
	return &memory{lists, effects}, err
}

// recall returns a copy of the plays of a player whose figures were changed last by the entry seq.
func (m *memory) recall(count int32, a account, seq int64) ([]rated, bool) {
	known, ok := m.lists.Get(listed{count, a})
	if !ok || known.seq != seq {
		return nil, false
	}
	return slices.Clone(known.list), true
}

// keep remembers the plays that a batch has read and changed, once it is written.
func (m *memory) keep(l *ledger) {
	for a, list := range l.lists {
		f := l.figures[a]
		if len(list) < min(int(f.Rated), weighed) { // it lost one, and what follows the last is not here
			m.lists.Remove(listed{l.count, a})
			continue
		}
		m.lists.Add(listed{l.count, a}, sequel{f.Seq, list[:min(len(list), weighed)]})
	}
	for a := range l.changed {
		if _, ok := l.lists[a]; ok {
			continue
		}
		if known, ok := m.lists.Get(listed{l.count, a}); ok && known.seq == l.seqs[a] {
			m.lists.Add(listed{l.count, a}, sequel{l.figures[a].Seq, known.list})
		}
	}
}
