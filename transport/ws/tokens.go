package ws

import (
	"context"
	"errors"

	"golang.org/x/sync/errgroup"

	"github.com/pure-peace/peace/modules/oauth"
	"github.com/pure-peace/peace/modules/oauth/oauthpb"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/state/view"
	"github.com/pure-peace/peace/modules/wire"
)

// bind files a socket under a token, unbind takes it out. Both need the lock.
func (h *Handler) bind(c *conn, token int64) {
	if h.byToken[token] == nil {
		h.byToken[token] = map[*conn]struct{}{}
	}
	h.byToken[token][c] = struct{}{}
	c.bound = token
}

func (h *Handler) unbind(c *conn) {
	delete(h.byToken[c.bound], c)
	if len(h.byToken[c.bound]) == 0 {
		delete(h.byToken, c.bound)
	}
}

// followTokens ends, verifies and moves sockets with their tokens, until ctx ends.
func (h *Handler) followTokens(ctx context.Context) {
	view.Listen(ctx, h.deps.State, []string{oauth.Topic}, h.deps.Log, h.compareTokens,
		func(ctx context.Context, notice state.Notice) error {
			event, err := wire.Unpack(notice.Payload)
			if err != nil {
				h.deps.Log.ErrorContext(ctx, "event of a token does not parse", "error", err)
				return nil
			}
			if m, ok := event.(*oauthpb.Changed); ok {
				h.tokenChanged(m)
			}
			return nil
		})
}

func (h *Handler) tokenChanged(m *oauthpb.Changed) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, id := range m.GetTokenIds() {
		for c := range h.byToken[id] {
			switch {
			case m.GetVerified():
				c.verify()
			case m.GetSuccessor() != 0:
				// The client has refreshed its token: it is still the same one, but this end does not know the new token's secret.
				h.unbind(c)
				h.bind(c, m.GetSuccessor())
				c.refreshed()
			default:
				c.end(errLogout)
			}
		}
	}
}

// compareAtOnce bounds how many tokens are looked at side by side.
const compareAtOnce = 8

// compareTokens looks at the tokens of all sockets: what happened to them while nobody listened was told to nobody.
func (h *Handler) compareTokens(ctx context.Context) error {
	h.mu.Lock()
	all := make([]*conn, 0, len(h.conns))
	for c := range h.conns {
		all = append(all, c)
	}
	h.mu.Unlock()
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(compareAtOnce)
	for _, c := range all {
		g.Go(func() error { return c.compare(ctx) })
	}
	return g.Wait()
}

// compare brings a socket up to its token. One that is gone may have been refreshed, so its client is not logged out: it comes again
// with what it has.
func (c *conn) compare(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	token, err := c.handler.deps.Tokens.Check(ctx, c.access)
	switch {
	case errors.Is(err, oauth.ErrNoToken):
		c.end(errStale)
	case err != nil:
		return err
	case token.Verified:
		c.verify()
	}
	return nil
}
