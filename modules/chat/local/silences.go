package local

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/pure-peace/peace/modules/chat"
	"github.com/pure-peace/peace/modules/users"
)

const (
	// silenceAction is what users calls a silence in the audit log, where each one has its number.
	silenceAction = "silence"
	// silenceAge and maxSilences bound what is remembered, auditPage and auditPages what is read to find it.
	silenceAge  = 7 * 24 * time.Hour
	maxSilences = 100
	auditPage   = 200
	auditPages  = 10
	// silencesFresh is how old the list may be when nobody said that it changed.
	silencesFresh = 10 * time.Second
)

// silences remembers who was silenced lately, so that the many clients that ask every minute are answered from memory. The zero
// value knows nothing.
type silences struct {
	mu   sync.Mutex
	list []silence // by id
	last int64     // the newest row of the audit log that was read
	at   time.Time // of the last look; zero to look again
}

type silence struct {
	chat.Silence

	at time.Time
}

// stale makes the next question look again.
func (l *silences) stale() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.at = time.Time{}
}

// recent returns the silences of the last week, by id, at most maxSilences. The list is replaced and never changed.
func (l *silences) recent(ctx context.Context, audit func(ctx context.Context, target int32, before int64, limit int) ([]users.AuditEntry, error)) ([]silence, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	if age := now.Sub(l.at); age >= 0 && age < silencesFresh {
		return l.list, nil
	}
	var news []silence
	last, before := l.last, int64(0)
search:
	for range auditPages {
		rows, err := audit(ctx, 0, before, auditPage)
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			if row.ID <= l.last || now.Sub(row.At) > silenceAge {
				break search
			}
			last, before = max(last, row.ID), row.ID
			if row.Action == silenceAction {
				news = append(news, silence{chat.Silence{ID: row.ID, UserID: row.TargetID}, row.At})
			}
		}
		if len(rows) < auditPage || len(news) >= maxSilences {
			break
		}
	}
	slices.Reverse(news)
	list := slices.Concat(l.list, news)
	list = slices.DeleteFunc(list, func(s silence) bool { return now.Sub(s.at) > silenceAge })
	l.list, l.last, l.at = list[max(0, len(list)-maxSilences):], last, now
	return l.list, nil
}

// Silences implements chat.Service.
func (s *Service) Silences(ctx context.Context, after, message int64) ([]chat.Silence, error) {
	list, err := s.silences.recent(ctx, s.deps.Users.Audit)
	if err != nil || len(list) == 0 || after <= 0 && message <= 0 {
		return nil, err
	}
	since := time.Time{}
	if after <= 0 {
		said, found, err := s.store.saidAt(ctx, message)
		if err != nil || !found {
			return nil, err
		}
		since = said
	}
	var all []chat.Silence
	for _, silence := range list {
		if silence.ID > after && silence.at.After(since) {
			all = append(all, silence.Silence)
		}
	}
	return all, nil
}
