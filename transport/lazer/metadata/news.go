package metadata

import (
	"sync"
	"sync/atomic"

	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/modules/sessions/sessionspb"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/wire"
	"github.com/pure-peace/peace/transport/lazer/activity"
	"github.com/pure-peace/peace/transport/signalr"
)

// news is what an item of an outbox means to lazer's clients. The zero value is something that they do not care about.
type news struct {
	userID int32 // whose presence it tells

	// The presence, for those who follow everybody and for friends; unless it must be asked for.
	everybody, friends signalr.Message
	ask                *question

	closed *sessions.Closed // the session is over
}

// question is how a user is shown who is still online when one of his clients is not. It is asked once for all who want to know.
type question struct {
	once   sync.Once
	answer news
}

// memoSlots is how much news is remembered: that of the last moments, which many connections are about to get.
const memoSlots = 1024

// memo remembers news by the id of its item, so that what all hear is encoded once. It has one place in it, and takes that of what
// was there before; of many who ask at once one encodes and the others wait. The zero value is ready.
type memo struct {
	slots [memoSlots]atomic.Pointer[remembered]
}

type remembered struct {
	id   uint64
	once sync.Once
	news news
}

// of returns the news of an item.
func (m *memo) of(item state.Item) *news {
	// Fibonacci hashing spreads ids, consecutive or not, over the places.
	slot := &m.slots[item.ID*0x9E3779B97F4A7C15>>(64-10)]
	r := slot.Load()
	for r == nil || r.id != item.ID {
		fresh := &remembered{id: item.ID}
		if slot.CompareAndSwap(r, fresh) {
			r = fresh
		} else {
			r = slot.Load()
		}
	}
	r.once.Do(func() { r.news = read(item.Data) })
	return &r.news
}

// read understands an item. Those of newer modules, and those that only other clients show, are no news.
func read(data []byte) news {
	event, err := wire.Unpack(data)
	if err != nil {
		return news{}
	}
	switch event := event.(type) {
	case *sessionspb.Arrived:
		if event.GetPresence().GetKind() == sessionspb.Kind_KIND_BOT {
			return news{}
		}
		return tell(event.GetPresence().GetUserId(), event.GetPresence().GetStatus())
	case *sessionspb.Moved:
		return tell(event.GetUserId(), event.GetStatus())
	case *sessionspb.Left:
		if len(event.GetRemaining()) > 0 {
			return news{userID: event.GetUserId(), ask: new(question)}
		}
		return presenceNews(event.GetUserId(), activity.Presence{})
	case *sessionspb.Closed:
		closed, err := sessionspb.ToClosed(event)
		if err != nil {
			return news{}
		}
		return news{closed: &closed}
	}
	return news{}
}

// tell is the news of what a user does.
func tell(userID int32, m *sessionspb.Status) news {
	status, err := sessionspb.ToStatus(m)
	if err != nil {
		return news{}
	}
	return presenceNews(userID, activity.Presence{Status: &status})
}

func presenceNews(userID int32, p activity.Presence) news {
	return news{userID: userID, everybody: userPresenceUpdated.Of(userID, p), friends: friendPresenceUpdated.Of(userID, p)}
}
