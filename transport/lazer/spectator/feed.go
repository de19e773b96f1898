package spectator

import (
	"context"
	"strconv"
	"sync"

	"github.com/pure-peace/peace/modules/fault"
	"github.com/pure-peace/peace/modules/spectator"
	"github.com/pure-peace/peace/modules/spectator/spectatorpb"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/state/view"
	"github.com/pure-peace/peace/modules/wire"
	"github.com/pure-peace/peace/transport/signalr"
)

// feeds are the players that are watched through this process.
type feeds struct {
	hub     *Hub
	started chan struct{} // closed when Run has begun

	mu    sync.Mutex
	ctx   context.Context // of Run
	loops sync.WaitGroup
	of    map[int32]*feed
}

// feed is what a player shows. It listens as long as somebody watches him, and remembers what he plays, so that whoever comes later
// learns of it in the right order: before what happens next, and not after.
type feed struct {
	player int32
	group  signalr.Group
	name   string // of the group
	users  int    // connections; guarded by feeds.mu
	cancel context.CancelFunc
	stands chan struct{} // closed when nothing is missed any more

	mu      sync.Mutex
	play    *spectator.Play // what he plays now; nil for nothing
	message signalr.Message // the same as it is told
	header  header          // of a play of the stable client
}

// errStopping is the failure of watching when the hub does not run.
var errStopping = fault.New(fault.Unavailable, "lazer", "stopping", "the server is stopping")

func (fs *feeds) init(h *Hub) {
	fs.hub, fs.started, fs.of = h, make(chan struct{}), make(map[int32]*feed)
}

// run lets feeds listen until ctx ends.
func (fs *feeds) run(ctx context.Context) {
	fs.mu.Lock()
	fs.ctx = ctx
	close(fs.started)
	fs.mu.Unlock()
	<-ctx.Done()
	fs.mu.Lock()   // nobody starts to listen after this
	fs.mu.Unlock() //nolint:staticcheck // the empty section is a barrier
	fs.loops.Wait()
}

// acquire returns the feed of a player once it stands. It must be released.
func (fs *feeds) acquire(ctx context.Context, player int32) (*feed, error) {
	select {
	case <-fs.started:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	fs.mu.Lock()
	if fs.ctx.Err() != nil {
		fs.mu.Unlock()
		return nil, errStopping
	}
	f := fs.of[player]
	if f == nil {
		f = &feed{player: player, name: "w" + strconv.Itoa(int(player)), stands: make(chan struct{})}
		f.group = fs.hub.Group(f.name)
		var life context.Context
		life, f.cancel = context.WithCancel(fs.ctx)
		fs.of[player] = f
		fs.loops.Go(func() { fs.listen(life, f) })
	}
	f.users++
	fs.mu.Unlock()
	select {
	case <-f.stands:
		return f, nil
	case <-ctx.Done():
		fs.release(f)
		return nil, ctx.Err()
	}
}

// release gives a feed back.
func (fs *feeds) release(f *feed) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	if f.users--; f.users == 0 {
		delete(fs.of, f.player)
		f.cancel()
	}
}

// listen follows a player. What may have been missed is made good by asking what he plays.
func (fs *feeds) listen(ctx context.Context, f *feed) {
	stood := false
	view.Listen(ctx, fs.hub.deps.State, []string{spectator.TopicOf(f.player)}, fs.hub.deps.Log, func(ctx context.Context) error {
		plays, err := fs.hub.deps.Spectator.Playing(ctx, []int32{f.player})
		if err != nil {
			return err
		}
		f.is(plays)
		if !stood {
			close(f.stands)
			stood = true
		}
		return nil
	}, func(_ context.Context, n state.Notice) error {
		if event, err := wire.Unpack(n.Payload); err == nil {
			f.take(event)
		}
		return nil
	})
}

// is brings the feed up to date.
func (f *feed) is(plays []spectator.Play) {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case len(plays) > 0:
		f.began(plays[0])
	case f.play != nil:
		gone := *f.play
		gone.State = spectator.Quit
		f.finished(gone)
	}
}

// take tells watchers of an event.
func (f *feed) take(event any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch event := event.(type) {
	case *spectatorpb.Sent:
		f.sent(event)
	case *spectatorpb.Began:
		if began, err := spectatorpb.ToBegan(event); err == nil {
			f.began(began.Play)
		}
	case *spectatorpb.Finished:
		if finished, err := spectatorpb.ToFinished(event); err == nil {
			f.finished(finished.Play)
		}
	}
}

// began, finished and sent are called with the lock held.
func (f *feed) began(play spectator.Play) {
	f.play, f.header = &play, header{}
	f.message = userBeganPlaying.Of(f.player, stateOf(&play))
	f.group.Send(f.message)
}

func (f *feed) finished(play spectator.Play) {
	f.play, f.message = nil, signalr.Message{}
	f.group.Send(userFinishedPlaying.Of(f.player, stateOf(&play)))
}

func (f *feed) sent(event *spectatorpb.Sent) {
	data := event.GetBundle().GetData()
	if spectator.Format(event.GetBundle().GetFormat()) == spectator.Stable {
		if f.play == nil {
			return // nobody could make sense of it
		}
		if data = f.header.translate(data, f.play.Ruleset); data == nil {
			return
		}
	}
	f.group.Send(userSentFrames.Of(f.player, data))
}

// join adds a watcher, who first learns what is played.
func (f *feed) join(c *signalr.Conn) {
	f.mu.Lock()
	defer f.mu.Unlock()
	c.Join(f.name)
	c.Send(f.message)
}
