package statetest

import (
	"context"
	"errors"
	"iter"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pure-peace/peace/modules/state"
)

// ended returns the error that a stream yields, after at most a few values.
func ended[T any](stream iter.Seq2[T, error]) error {
	n := 0
	for _, err := range stream {
		if err != nil {
			return err
		}
		if n++; n > 10 {
			break
		}
	}
	return errors.New("the stream did not end with an error")
}

func testLimits(t *testing.T, s state.Service) {
	ctx, space := t.Context(), unique()
	big := make([]byte, state.MaxValue+1)
	long := strings.Repeat("x", state.MaxName+1)
	fits := strings.Repeat("x", state.MaxName)
	names := func(n int) []string { return slices.Repeat([]string{"x"}, n) }
	one := func(c state.Change) error { _, err := s.Apply(ctx, []state.Change{c}); return err }
	add := func(a state.Append) error { _, err := s.Append(ctx, a); return err }

	// What just fits is taken.
	apply(t, s, state.Change{Put: &state.Put{Space: space, Key: fits, Value: big[1:], AddTags: []string{fits}}})
	want(t, send(t, s, state.Append{Space: space, Tags: []string{fits}, Item: big[1:]}), 1)
	check(t, s.Publish(ctx, fits, big[1:]))
	check(t, s.Acknowledge(ctx, space, slices.Repeat([]state.Receipt{{Key: fits}}, state.MaxPage)))
	apply(t, s, slices.Repeat([]state.Change{{Tag: &state.Tag{Space: space, Key: "none"}}}, state.MaxChanges)...)
	apply(t, s, state.Change{Delete: &state.Delete{Space: space, Key: fits}})

	errs := map[string]struct{ err, want error }{
		"long key":        {one(put(space, long, "")), state.ErrTooLarge},
		"long space":      {one(put(long, "k", "")), state.ErrTooLarge},
		"long tag":        {one(put(space, "k", "", long)), state.ErrTooLarge},
		"big value":       {one(put(space, "k", string(big))), state.ErrTooLarge},
		"tags in a put":   {one(put(space, "k", "", names(state.MaxTags+1)...)), state.ErrTooLarge},
		"big item":        {add(state.Append{Space: space, Item: big}), state.ErrTooLarge},
		"tags of append":  {add(state.Append{Space: space, Tags: names(state.MaxTags + 1)}), state.ErrTooLarge},
		"except tags":     {add(state.Append{Space: space, ExceptTags: names(state.MaxTags + 1)}), state.ErrTooLarge},
		"keys of append":  {add(state.Append{Space: space, Keys: names(state.MaxPage + 1)}), state.ErrTooLarge},
		"except keys":     {add(state.Append{Space: space, ExceptKeys: names(state.MaxPage + 1)}), state.ErrTooLarge},
		"big payload":     {s.Publish(ctx, "t", big), state.ErrTooLarge},
		"long topic":      {s.Publish(ctx, long, nil), state.ErrTooLarge},
		"long board":      {s.DropBoard(ctx, long), state.ErrTooLarge},
		"many scores":     {s.SetScores(ctx, "b", make([]state.Score, state.MaxScores+1)), state.ErrTooLarge},
		"many members":    {s.RemoveMembers(ctx, "b", make([]int64, state.MaxScores+1)), state.ErrTooLarge},
		"many changes":    {second(s.Apply(ctx, make([]state.Change, state.MaxChanges+1))), state.ErrTooLarge},
		"many keys":       {second(s.Get(ctx, space, names(state.MaxPage+1))), state.ErrTooLarge},
		"long page":       {second(s.List(ctx, space, "", "", state.MaxPage+1)), state.ErrTooLarge},
		"long range":      {second(s.Range(ctx, "b", 1, state.MaxPage+1)), state.ErrTooLarge},
		"many counts":     {second(s.Count(ctx, space, names(state.MaxTags+1))), state.ErrTooLarge},
		"many positions":  {second(s.Positions(ctx, "b", make([]int64, state.MaxScores+1))), state.ErrTooLarge},
		"many topics":     {ended(s.Subscribe(ctx, names(state.MaxTags+1))), state.ErrTooLarge},
		"long watch":      {ended(s.Watch(ctx, long)), state.ErrTooLarge},
		"empty page":      {second(s.List(ctx, space, "", "", 0)), state.ErrInvalid},
		"empty range":     {second(s.Range(ctx, "b", 1, 0)), state.ErrInvalid},
		"range from zero": {second(s.Range(ctx, "b", 0, 1)), state.ErrInvalid},
		"no key":          {one(put(space, "", "")), state.ErrInvalid},
		"no space":        {one(put("", "k", "")), state.ErrInvalid},
		"empty tag":       {one(put(space, "k", "", "")), state.ErrInvalid},
		"no topic":        {s.Publish(ctx, "", nil), state.ErrInvalid},
		"no board":        {s.DropBoard(ctx, ""), state.ErrInvalid},
		"negative ttl":    {one(state.Change{Put: &state.Put{Space: space, Key: "k", TTL: -1}}), state.ErrInvalid},
		"negative wait":   {second(s.Drain(ctx, space, "k", state.Take{Wait: -1})), state.ErrInvalid},
		"negative bytes":  {second(s.Drain(ctx, space, "k", state.Take{MaxBytes: -1})), state.ErrInvalid},
		"not a number":    {s.SetScores(ctx, "b", []state.Score{{Member: 1, Value: math.NaN()}}), state.ErrInvalid},
		"many receipts":   {s.Acknowledge(ctx, space, make([]state.Receipt, state.MaxPage+1)), state.ErrTooLarge},
		"long receipt":    {s.Acknowledge(ctx, space, []state.Receipt{{Key: long}}), state.ErrTooLarge},
		"no receipt":      {s.Acknowledge(ctx, space, []state.Receipt{{ID: 1}}), state.ErrInvalid},
		"receipts of no":  {s.Acknowledge(ctx, "", nil), state.ErrInvalid},
		"no record":       {second(s.Drain(ctx, space, "k", state.Take{})), state.ErrNoRecord},
		"no such wait":    {second(s.Drain(ctx, space, "k", state.Take{Wait: time.Hour})), state.ErrNoRecord},
		"no space to tag": {ended(s.Watch(ctx, "")), state.ErrInvalid},
	}
	for what, e := range errs {
		if !errors.Is(e.err, e.want) {
			t.Errorf("%s: error is %v, want %v", what, e.err, e.want)
		}
	}
	counts, err := s.Count(ctx, space, []string{""})
	check(t, err)
	want(t, counts, []int{0}) // nothing of all this was kept
}

func second[T any](_ T, err error) error { return err }

func testBadChanges(t *testing.T, s state.Service) {
	space := unique()
	for what, bad := range map[string]state.Change{
		"nothing":   {},
		"two parts": {Put: &state.Put{Space: space, Key: "k"}, Delete: &state.Delete{Space: space, Key: "k"}},
	} {
		if _, err := s.Apply(t.Context(), []state.Change{put(space, "other", ""), bad}); !errors.Is(err, state.ErrBadChange) {
			t.Errorf("%s: error is %v", what, err)
		}
	}
	want(t, get(t, s, space, "k", "other"), nil)
	want(t, apply(t, s), nil)
}

func testEndedContext(t *testing.T, s state.Service) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	space := unique()
	for what, err := range map[string]error{
		"Get":           second(s.Get(ctx, space, []string{"k"})),
		"List":          second(s.List(ctx, space, "", "", 1)),
		"Count":         second(s.Count(ctx, space, nil)),
		"Apply":         second(s.Apply(ctx, []state.Change{put(space, "k", "")})),
		"Watch":         ended(s.Watch(ctx, space)),
		"Append":        second(s.Append(ctx, state.Append{Space: space})),
		"Drain":         second(s.Drain(ctx, space, "k", state.Take{Wait: time.Hour})),
		"Acknowledge":   s.Acknowledge(ctx, space, nil),
		"SetScores":     s.SetScores(ctx, space, []state.Score{{Member: 1}}),
		"RemoveMembers": s.RemoveMembers(ctx, space, nil),
		"Positions":     second(s.Positions(ctx, space, nil)),
		"Range":         second(s.Range(ctx, space, 1, 1)),
		"Size":          second(s.Size(ctx, space)),
		"DropBoard":     s.DropBoard(ctx, space),
		"Publish":       s.Publish(ctx, space, nil),
		"Subscribe":     ended(s.Subscribe(ctx, []string{space})),
	} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: error is %v", what, err)
		}
	}
	want(t, get(t, s, space, "k"), nil)
}
