package view

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"time"

	"github.com/pure-peace/peace/modules/state"
)

// Listen hands each event of the topics to take until ctx ends. Events come at most once, so whenever it begins to listen
// it first calls begin, which brings up to date what events may have missed. When either fails, or the subscription lags or
// breaks, it begins again after a pause.
func Listen(ctx context.Context, from state.Topics, topics []string, log *slog.Logger,
	begin func(context.Context) error, take func(context.Context, state.Notice) error,
) {
	pause := firstPause
	for {
		stood, err := listen(ctx, from, topics, begin, take)
		if ctx.Err() != nil {
			return
		}
		if stood {
			pause = firstPause
		}
		log.WarnContext(ctx, "listens again", "topics", strings.Join(topics, " "), "error", err)
		select {
		case <-time.After(pause):
			pause = min(2*pause, longestPause)
		case <-ctx.Done():
			return
		}
	}
}

// listen subscribes once. It reports whether begin had succeeded.
func listen(ctx context.Context, from state.Topics, topics []string,
	begin func(context.Context) error, take func(context.Context, state.Notice) error,
) (stood bool, err error) {
	for notice, err := range from.Subscribe(ctx, topics) {
		if err != nil {
			return stood, err
		}
		if notice.Topic == "" {
			if err := begin(ctx); err != nil {
				return stood, err
			}
			stood = true
			continue
		}
		if err := take(ctx, notice); err != nil {
			return stood, err
		}
	}
	return stood, errors.New("the subscription ended without an error")
}

// Wake listens to topics until ctx ends, on behalf of somebody who keeps his place in what they are about: wake can be received from
// whenever there may be more, once for however many events, and at the beginning. done is closed when it does not listen any more.
func Wake(ctx context.Context, from state.Topics, topics []string, log *slog.Logger) (wake, done <-chan struct{}) {
	more, ended := make(chan struct{}, 1), make(chan struct{})
	nudge := func() error {
		select {
		case more <- struct{}{}:
		default:
		}
		return nil
	}
	go func() {
		defer close(ended)
		Listen(ctx, from, topics, log,
			func(context.Context) error { return nudge() },
			func(context.Context, state.Notice) error { return nudge() })
	}()
	return more, ended
}
