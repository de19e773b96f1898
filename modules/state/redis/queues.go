package redis

import (
	"context"
	"encoding/binary"
	"errors"
	"iter"
	"strconv"
	"time"

	"github.com/redis/rueidis"

	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/state/internal/feed"
)

// listenTries is how often a waiting drain takes another connection when one is lost before it has begun to listen.
const listenTries = 3

// Append implements state.Queues.
func (s *Service) Append(ctx context.Context, a state.Append) (int, error) {
	outcomes, err := s.Apply(ctx, []state.Change{{Append: &a}})
	if err != nil {
		return 0, err
	}
	return outcomes[0].Reached, nil
}

// Drain implements state.Queues.
func (s *Service) Drain(ctx context.Context, space, key string, take state.Take) (state.Mail, error) {
	if err := state.CheckDrain(space, key, take); err != nil {
		return state.Mail{}, err
	}
	if take.MaxBytes == 0 {
		take.MaxBytes = state.MaxMailboxBytes
	}
	if take.Wait == 0 {
		return s.take(ctx, space, key, take, false)
	}
	timeout := time.NewTimer(take.Wait)
	defer timeout.Stop()
	record := strconv.Itoa(len(space)) + ":" + space + key
	for lost := 0; ; {
		// Listen first: the script makes the next append tell whoever listens.
		news, stop, err := s.hub.listen(ctx, record)
		if errors.Is(err, errRedis) && lost < listenTries {
			lost++
			continue
		}
		if err != nil {
			return state.Mail{}, s.fail(err)
		}
		mail, err := s.take(ctx, space, key, take, true)
		if err != nil || len(mail.Items) > 0 {
			stop()
			return mail, err
		}
		select {
		case <-news:
		case <-timeout.C:
			stop()
			return s.take(ctx, space, key, take, false)
		case <-ctx.Done():
			err = ctx.Err()
		case <-s.closing:
			err = state.ErrClosed
		}
		stop()
		if err != nil {
			return state.Mail{}, err
		}
	}
}

// take runs drain.lua.
func (s *Service) take(ctx context.Context, space, key string, take state.Take, wait bool) (state.Mail, error) {
	answer, err := s.drain.Exec(ctx, s.client, nil, []string{
		s.prefix, space, key, strconv.Itoa(take.MaxBytes), flag(wait), strconv.FormatUint(take.Acknowledge, 10), flag(take.Keep),
	}).ToArray()
	if err != nil {
		return state.Mail{}, s.fail(err)
	}
	var mail state.Mail
	more, err1 := answer[0].AsInt64()
	lost, err2 := answer[1].AsInt64()
	if err1 != nil || err2 != nil {
		return state.Mail{}, errFormat
	}
	mail.More, mail.Lost = more == 1, int(lost)
	for _, entry := range answer[2:] {
		b, err := entry.AsBytes()
		if err != nil || len(b) < 8 {
			return state.Mail{}, errFormat
		}
		mail.Items = append(mail.Items, state.Item{ID: binary.BigEndian.Uint64(b), Data: b[8:]})
	}
	return mail, nil
}

// flag writes a condition for a script.
func flag(set bool) string {
	if set {
		return "1"
	}
	return "0"
}

// Acknowledge implements state.Queues.
func (s *Service) Acknowledge(ctx context.Context, space string, receipts []state.Receipt) error {
	if err := state.CheckAcknowledge(space, receipts); err != nil {
		return err
	}
	args := make([]string, 0, 2+2*len(receipts))
	args = append(args, s.prefix, space)
	for _, receipt := range receipts {
		args = append(args, receipt.Key, strconv.FormatUint(receipt.ID, 10))
	}
	return s.fail(s.acknowledge.Exec(ctx, s.client, nil, args).Error())
}

// Publish implements state.Topics.
func (s *Service) Publish(ctx context.Context, topic string, payload []byte) error {
	if err := state.CheckPublish(topic, payload); err != nil {
		return err
	}
	publish := s.client.B().Publish().Channel(s.prefix + "p:" + topic).Message(rueidis.BinaryString(payload)).Build()
	return s.fail(s.client.Do(ctx, publish).Error())
}

// Subscribe implements state.Topics.
func (s *Service) Subscribe(ctx context.Context, topics []string) iter.Seq2[state.Notice, error] {
	return func(yield func(state.Notice, error) bool) {
		if err := s.subscribe(ctx, topics, yield); err != nil {
			yield(state.Notice{}, err)
		}
	}
}

// subscribe returns the error that ends it, or nil when the consumer has enough.
func (s *Service) subscribe(ctx context.Context, topics []string, yield func(state.Notice, error) bool) error {
	if err := state.CheckNames(topics, state.MaxTags); err != nil {
		return err
	}
	channels := make([]string, len(topics))
	for i, topic := range topics {
		channels[i] = s.prefix + "p:" + topic
	}
	f := feed.New[message]()
	if err := s.hub.add(ctx, channels, f); err != nil {
		return s.fail(err)
	}
	defer s.hub.remove(channels, f)
	if !yield(state.Notice{}, nil) {
		return nil
	}
	for {
		messages, err := f.Fetch(ctx, s.closing)
		if err != nil {
			return err
		}
		for _, m := range messages {
			if !yield(state.Notice{Topic: m.channel[len(s.prefix)+2:], Payload: []byte(m.payload)}, nil) {
				return nil
			}
		}
	}
}
