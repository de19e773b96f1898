package local

import (
	"context"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/beatmaps/beatmapspb"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/state/view"
	"github.com/pure-peace/peace/modules/wire"
)

// follow forgets what other processes changed, until ctx ends.
func (s *Service) follow(ctx context.Context) {
	begin := func(context.Context) error {
		s.cache.forget()
		return nil
	}
	view.Listen(ctx, s.deps.Topics, []string{beatmaps.Topic}, s.log, begin, func(ctx context.Context, notice state.Notice) error {
		m, err := wire.Unpack(notice.Payload)
		if err != nil {
			s.log.ErrorContext(ctx, "event of beatmaps does not parse", "error", err)
			return nil
		}
		if m, ok := m.(*beatmapspb.Changed); ok {
			s.cache.forget(m.GetSetId())
		}
		return nil
	})
}
