package local

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/pure-peace/peace/modules/files"
	"github.com/pure-peace/peace/modules/spectator"
	"github.com/pure-peace/peace/modules/state"
)

// What a chunk holds at most; a mailbox would drop its oldest items beyond state.MaxMailboxBytes.
const (
	chunkBytes = 128 << 10
	chunkItems = 2000

	// maxChunks bounds the chunks of a play: a client that begins it over and over begins a chunk each time, of whose bytes nobody
	// knows how many there are in all.
	maxChunks = 4 * spectator.MaxReplay / chunkBytes
)

// chunk is the mailbox that a process adds a play's frames to. Each process has its own.
type chunk struct {
	key   string // "" before there is one
	bytes int
	items int
	total int // bytes of all chunks, as far as this process knows
}

// keep adds a bundle to what is kept of a play. It returns when the bundle would survive the death of every process. What is more
// than a replay may have is not kept.
func (s *Service) keep(ctx context.Context, it *stream, player spectator.Player, data []byte) error {
	c := &it.chunk
	if c.total+len(data) > spectator.MaxReplay {
		return nil
	}
	full := c.key != "" && (c.bytes+len(data) > s.chunkBytes || c.items >= chunkItems)
	previous := c.key
	var changes []state.Change
	if c.key == "" || full {
		if it.known = it.known && !full; !it.known { // frames shall not be kept for a play that has ended since
			if err := s.look(ctx, it, player); err != nil || !it.kept {
				return err
			}
		}
		if n, err := s.countChunks(ctx, player); err != nil {
			return err
		} else if n >= maxChunks {
			c.total = spectator.MaxReplay
			return nil
		}
		c.key = chunkKey(player, s.live.process, s.live.chunks.Add(1))
		c.bytes, c.items = 0, 0
		changes = append(changes, state.Change{Put: &state.Put{
			Space: Space, Key: c.key, TTL: chunkLife, AddTags: []string{framesTag(player.UserID, player.Token)},
		}})
	}
	changes = append(changes, state.Change{Append: &state.Append{
		Space: Space, Keys: []string{c.key}, ExceptTags: []string{closedTag}, Item: data, Durable: true,
	}})
	outcomes, err := s.deps.State.Apply(ctx, changes)
	if err != nil {
		if len(changes) > 1 {
			c.key = "" // it is there or not; the next one is another
		}
		return err
	}
	if outcomes[len(outcomes)-1].Reached == 0 { // another process has ended the play since
		it.known, c.key = false, ""
		return s.keep(ctx, it, player, data)
	}
	c.bytes += len(data) + 16
	c.items++
	c.total += len(data)
	if full {
		if err := s.spill(ctx, player, previous); err != nil {
			s.log.WarnContext(ctx, "frames stay in state", "user", player.UserID, "token", player.Token, "error", err)
		}
	}
	return nil
}

// chunkKey names a chunk. The numbers sort as text.
func chunkKey(p spectator.Player, process string, number int64) string {
	return "c" + tokenName(p.UserID, p.Token) + "." + process + fmt.Sprintf(".%012d", number)
}

// spill moves a chunk that is full to the files module. Until its record is gone it is in both places, which does no harm.
func (s *Service) spill(ctx context.Context, p spectator.Player, key string) error {
	items, err := s.items(ctx, key)
	if err != nil || len(items) == 0 {
		return err
	}
	data := []byte{}
	for _, item := range items {
		data = binary.AppendUvarint(data, uint64(len(item)))
		data = append(data, item...)
	}
	if _, err := s.deps.Files.Put(ctx, spillKey(p.UserID, p.Token, key), data); err != nil {
		return err
	}
	_, err = s.deps.State.Apply(ctx, []state.Change{{Delete: &state.Delete{Space: Space, Key: key}}})
	return err
}

// items returns what lies in a chunk, and leaves it there.
func (s *Service) items(ctx context.Context, key string) ([][]byte, error) {
	mail, err := s.deps.State.Drain(ctx, Space, key, state.Take{Keep: true})
	if errors.Is(err, state.ErrNoRecord) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if mail.Lost > 0 || mail.More {
		s.log.ErrorContext(ctx, "frames of a play are lost", "chunk", key, "bundles", mail.Lost)
	}
	out := make([][]byte, len(mail.Items))
	for i, item := range mail.Items {
		out[i] = item.Data
	}
	return out, nil
}

// errSpilled says that a file of frames is damaged.
var errSpilled = errors.New("a file of frames is damaged")

// unspill reads what spill wrote.
func unspill(data []byte) (items [][]byte, err error) {
	for len(data) > 0 {
		n, size := binary.Uvarint(data)
		if size <= 0 || n > uint64(len(data)-size) {
			return items, errSpilled
		}
		items = append(items, data[size:size+int(n)])
		data = data[size+int(n):]
	}
	return items, nil
}

// chunksOf returns the keys of a play's chunks that are in state.
func (s *Service) chunksOf(ctx context.Context, p spectator.Player) (keys []string, err error) {
	err = s.all(ctx, framesTag(p.UserID, p.Token), func(r state.Record) error {
		keys = append(keys, r.Key)
		return nil
	})
	return keys, err
}

// countChunks returns how many chunks a play has, wherever they are.
func (s *Service) countChunks(ctx context.Context, p spectator.Player) (int, error) {
	counts, err := s.deps.State.Count(ctx, Space, []string{framesTag(p.UserID, p.Token)})
	if err != nil {
		return 0, err
	}
	names, err := s.spilled(ctx, p)
	return counts[0] + len(names), err
}

// closeChunks returns the changes after which nothing is added to a play's frames.
func (s *Service) closeChunks(ctx context.Context, p spectator.Player) ([]state.Change, error) {
	if p.Token == 0 {
		return nil, nil
	}
	keys, err := s.chunksOf(ctx, p)
	var changes []state.Change
	for _, key := range keys[:min(len(keys), state.MaxChanges/2)] {
		changes = append(changes, state.Change{Tag: &state.Tag{Space: Space, Key: key, Add: []string{closedTag}}})
	}
	return changes, err
}

// gather returns all bundles of a play that were kept: those of a chunk in their order, chunks by name.
func (s *Service) gather(ctx context.Context, p spectator.Player) ([][]byte, error) {
	// A chunk may go from state to a file at any time, never the other way: state first.
	keys, err := s.chunksOf(ctx, p)
	if err != nil {
		return nil, err
	}
	chunks := map[string][][]byte{}
	for _, key := range keys {
		items, err := s.items(ctx, key)
		if err != nil {
			return nil, err
		}
		if len(items) > 0 {
			chunks[key] = items
		}
	}
	names, err := s.spilled(ctx, p)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		key := strings.TrimPrefix(name, spillPrefix(p.UserID, p.Token))
		if _, ok := chunks[key]; ok {
			continue
		}
		data, err := files.Load(ctx, s.deps.Files, name, 2*chunkBytes)
		if err != nil {
			return nil, err
		}
		if chunks[key], err = unspill(data); err != nil {
			s.log.ErrorContext(ctx, "frames of a play are lost", "file", name, "error", err)
		}
	}
	order := make([]string, 0, len(chunks))
	for key := range chunks {
		order = append(order, key)
	}
	slices.Sort(order)
	var all [][]byte
	for _, key := range order {
		all = append(all, chunks[key]...)
	}
	return all, nil
}

// spilled returns the keys of a play's chunks in the files module.
func (s *Service) spilled(ctx context.Context, p spectator.Player) (names []string, err error) {
	for after := ""; ; {
		blobs, err := s.deps.Files.List(ctx, spillPrefix(p.UserID, p.Token), after, files.MaxBatch)
		if err != nil || len(blobs) == 0 {
			return names, err
		}
		for _, b := range blobs {
			names = append(names, b.Key)
		}
		after = blobs[len(blobs)-1].Key
	}
}

// clear removes everything that was kept of a play.
func (s *Service) clear(ctx context.Context, p spectator.Player) error {
	names, err := s.spilled(ctx, p)
	if err != nil {
		return err
	}
	for part := range slices.Chunk(names, files.MaxBatch) {
		if err := s.deps.Files.Delete(ctx, part); err != nil {
			return err
		}
	}
	keys, err := s.chunksOf(ctx, p)
	if err != nil {
		return err
	}
	for part := range slices.Chunk(keys, state.MaxChanges) {
		var changes []state.Change
		for _, key := range part {
			changes = append(changes, state.Change{Delete: &state.Delete{Space: Space, Key: key}})
		}
		if _, err := s.deps.State.Apply(ctx, changes); err != nil {
			return err
		}
	}
	return nil
}
