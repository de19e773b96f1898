package local

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/modules/state"
)

const (
	// maxReceipts bounds the sessions whose last mail is not acknowledged yet. Beyond, mail is taken out at once.
	maxReceipts = 1 << 17

	// receiptAge is how long a receipt may wait for the next poll to carry it. Then it goes to state with others. The reply
	// has left this process by then, and what it gave in its last receiptAge is all that comes twice when it is killed, or
	// when the client's next poll is served by another process.
	receiptAge = 50 * time.Millisecond
	// receiptPause is the time between two looks at them.
	receiptPause = receiptAge / 2
	// farewell bounds the last look of a process that stops.
	farewell = 2 * time.Second
)

// receipts remembers which mail was given to whom. Mail stays in state until it is acknowledged, so what a process had in
// hand when it died comes again from the next one. The next poll of a session acknowledges without a call of its own; for
// what no poll has taken along in time, Run does, for many sessions at once. The zero value is ready.
type receipts struct {
	mu      sync.Mutex
	pending map[string]receipt // by session
}

type receipt struct {
	id uint64 // of the last item
	at time.Time
}

// of returns the id of the last item that was given to a session, and whether there is room to remember another.
func (r *receipts) of(session string) (id uint64, room bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.pending[session].id, len(r.pending) < maxReceipts
}

// given notes what a session has been given; no mail means that nothing is left to acknowledge.
func (r *receipts) given(session string, acknowledged uint64, kept bool, mail state.Mail) {
	if acknowledged == 0 && len(mail.Items) == 0 {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if !kept || len(mail.Items) == 0 {
		delete(r.pending, session)
		return
	}
	if r.pending == nil {
		r.pending = make(map[string]receipt)
	}
	r.pending[session] = receipt{mail.Items[len(mail.Items)-1].ID, time.Now()}
}

// older returns up to limit receipts from before a time.
func (r *receipts) older(than time.Time, limit int) (list []state.Receipt) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for session, entry := range r.pending {
		if len(list) == limit {
			break
		}
		if entry.at.Before(than) {
			list = append(list, state.Receipt{Key: session, ID: entry.id})
		}
	}
	return list
}

// settled forgets receipts, unless there are newer ones of their sessions.
func (r *receipts) settled(list []state.Receipt) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, done := range list {
		if r.pending[done.Key].id == done.ID {
			delete(r.pending, done.Key)
		}
	}
}

// Run acknowledges what clients were given until ctx ends, and then the rest.
func (s *Service) Run(ctx context.Context) error {
	tick := time.NewTicker(receiptPause)
	defer tick.Stop()
	for ctx.Err() == nil {
		select {
		case now := <-tick.C:
			s.acknowledge(ctx, now.Add(-receiptPause))
		case <-ctx.Done():
		}
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), farewell)
	defer cancel()
	s.acknowledge(ctx, time.Now().Add(time.Hour))
	return nil
}

// acknowledge sends the receipts from before a time. Those that cannot be sent wait for the next time.
func (s *Service) acknowledge(ctx context.Context, before time.Time) {
	for {
		list := s.receipts.older(before, state.MaxPage)
		if len(list) == 0 {
			return
		}
		if err := s.queues.Acknowledge(ctx, sessions.Space, list); err != nil {
			if ctx.Err() == nil {
				s.log.LogAttrs(ctx, slog.LevelDebug, "acknowledge mail", slog.Any("error", err))
			}
			return
		}
		s.receipts.settled(list)
	}
}
