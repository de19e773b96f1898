package view_test

import (
	"context"
	"errors"
	"iter"
	"log/slog"
	"slices"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/state/memory"
	"github.com/pure-peace/peace/modules/state/view"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func newLogger(t *testing.T) *slog.Logger { return slog.New(slog.NewTextHandler(t.Output(), nil)) }

// script plays one list of events for each Watch, and ends it with an error; the last Watch stays open.
type script struct {
	state.Records
	watches [][]state.Event
	err     error
}

func (s *script) Watch(ctx context.Context, _ string) iter.Seq2[state.Event, error] {
	return func(yield func(state.Event, error) bool) {
		events := s.watches[0]
		s.watches = s.watches[1:]
		for _, e := range events {
			if !yield(e, nil) {
				return
			}
		}
		if len(s.watches) > 0 {
			yield(state.Event{}, s.err)
			return
		}
		<-ctx.Done()
		yield(state.Event{}, ctx.Err())
	}
}

func put(key string, version uint64, value string) state.Event {
	return state.Event{Type: state.EventPut, Record: state.Record{Key: key, Version: version, Value: []byte(value)}}
}

func gone(how state.EventType, key string, version uint64) state.Event {
	return state.Event{Type: how, Record: state.Record{Key: key, Version: version}}
}

var synced = state.Event{Type: state.EventSynced}

// play follows the script to its end and returns the view with what it yielded. Values "" are not shown.
func play(t *testing.T, s *script, prepare func(*view.View[string])) (*view.View[string], []string, map[string]string) {
	t.Helper()
	index := map[string]string{}
	v := view.New(s, view.Config[string]{
		Space:  "test",
		Decode: func(r state.Record) (string, bool) { return string(r.Value), len(r.Value) > 0 },
		Index: func(key string, old, current *string) {
			if was, known := index[key]; known != (old != nil) || known && was != *old {
				t.Errorf("the index is told that %s was %v, and it was %q", key, old, was)
			}
			delete(index, key)
			if current != nil {
				index[key] = *current
			}
		},
		Log: newLogger(t),
	})
	if prepare != nil {
		prepare(v)
	}
	var news []string
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			for c := range v.Follow(ctx) {
				news = append(news, strconv.Itoa(int(c.Type))+c.Key+c.Value)
			}
		}()
		time.Sleep(time.Hour) // pauses between watches included
		synctest.Wait()
		cancel()
		<-done
	})
	return v, news, index
}

func TestView(t *testing.T) {
	for name, test := range map[string]struct {
		watches [][]state.Event
		prepare func(*view.View[string])
		err     error
		news    []string
		shown   map[string]string
	}{
		"snapshot and changes": {
			watches: [][]state.Event{{put("a", 1, "x"), put("b", 2, "y"), synced, put("a", 3, "z"), gone(state.EventExpire, "b", 4)}},
			news:    []string{"1ax", "1by", "1az", "3by"},
			shown:   map[string]string{"a": "z"},
		},
		"own writes overtake": {
			watches: [][]state.Event{{put("a", 1, "x"), put("b", 2, "y"), put("c", 3, "late"), synced, put("a", 5, "own"), gone(state.EventDelete, "b", 6), put("c", 7, "new")}},
			prepare: func(v *view.View[string]) {
				v.Put("a", 5, "own")
				v.Remove("b", 6)
				v.Put("c", 7, "new")
				v.Put("c", 3, "late")
			},
			news:  nil,
			shown: map[string]string{"a": "own", "c": "new"},
		},
		"an outcome that is told late": {
			watches: [][]state.Event{{synced}},
			prepare: func(v *view.View[string]) {
				v.Remove("a", 9)
				v.Put("a", 8, "dead")
				v.Put("b", 1, "x")
				v.Forget("b")
				v.Put("b", 1, "x")
			},
			shown: map[string]string{},
		},
		"made again": {
			watches: [][]state.Event{{synced, put("a", 1, "x"), gone(state.EventDelete, "a", 2), put("a", 3, "y")}},
			news:    []string{"1ax", "2ax", "1ay"},
			shown:   map[string]string{"a": "y"},
		},
		"shown no more": {
			watches: [][]state.Event{{put("a", 1, "x"), synced, put("a", 2, ""), gone(state.EventExpire, "a", 3)}},
			news:    []string{"1ax", "2ax"},
			shown:   map[string]string{},
		},
		"lagged": {
			watches: [][]state.Event{
				{put("a", 1, "x"), put("b", 2, "y"), synced},
				{put("a", 5, "z"), synced},
			},
			err:   state.ErrLagged,
			news:  []string{"1ax", "1by", "1az", "3by"},
			shown: map[string]string{"a": "z"},
		},
		"broken before it is complete": {
			watches: [][]state.Event{{put("a", 1, "x")}, {put("a", 1, "x"), put("b", 2, "y")}, {put("b", 2, "y"), synced}},
			err:     errors.New("connection lost"),
			news:    []string{"1ax", "1by", "3ax"},
			shown:   map[string]string{"b": "y"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			v, news, index := play(t, &script{watches: test.watches, err: test.err}, test.prepare)
			if diff := cmp.Diff(test.news, news); diff != "" {
				t.Errorf("news (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.shown, index); diff != "" {
				t.Errorf("index (-want +got):\n%s", diff)
			}
			all := v.All()
			slices.Sort(all)
			var wanted []string
			for key, value := range test.shown {
				if got, _, ok := v.Get(key); !ok || got != value {
					t.Errorf("Get(%s) = %q, %v", key, got, ok)
				}
				wanted = append(wanted, value)
			}
			slices.Sort(wanted)
			if !slices.Equal(all, wanted) {
				t.Errorf("All = %q", all)
			}
			if err := v.Wait(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestGraves removes so many keys that old ones are forgotten.
func TestGraves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := view.New(&script{}, view.Config[string]{})
		for i := range 5000 {
			v.Remove(strconv.Itoa(i), uint64(i+1))
		}
		v.Put("0", 1, "late")
		if _, _, ok := v.Get("0"); ok {
			t.Error("it came back at once")
		}
		time.Sleep(time.Hour)
		for i := range 50_000 {
			v.Remove("x"+strconv.Itoa(i), uint64(i+1))
		}
		v.Put("0", 1, "forgotten")
		if _, _, ok := v.Get("0"); !ok {
			t.Error("an hour later it is still remembered")
		}
	})
}

func TestWait(t *testing.T) {
	v := view.New(&script{}, view.Config[string]{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := v.Wait(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v", err)
	}
}

func TestListen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, err := memory.New(t.Context(), memory.Config{}, newLogger(t))
		if err != nil {
			t.Fatal(err)
		}
		defer store.Close()
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		var heard []string
		go func() {
			defer close(done)
			view.Listen(ctx, store, []string{"topic"}, newLogger(t),
				func(context.Context) error {
					heard = append(heard, "begin")
					if len(heard) == 1 {
						return errors.New("not yet")
					}
					return nil
				},
				func(_ context.Context, n state.Notice) error {
					heard = append(heard, string(n.Payload))
					if string(n.Payload) == "bad" {
						return errors.New("no")
					}
					return nil
				})
		}()
		for _, payload := range []string{"one", "bad", "two"} {
			time.Sleep(time.Minute)
			if err := store.Publish(t.Context(), "topic", []byte(payload)); err != nil {
				t.Fatal(err)
			}
		}
		synctest.Wait()
		cancel()
		<-done
		if diff := cmp.Diff([]string{"begin", "begin", "one", "bad", "begin", "two"}, heard); diff != "" {
			t.Errorf("heard (-want +got):\n%s", diff)
		}
	})
}

func TestWake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, err := memory.New(t.Context(), memory.Config{}, newLogger(t))
		if err != nil {
			t.Fatal(err)
		}
		defer store.Close()
		ctx, cancel := context.WithCancel(t.Context())
		wake, done := view.Wake(ctx, store, []string{"topic"}, newLogger(t))
		<-wake // at the beginning
		for range 3 {
			if err := store.Publish(t.Context(), "topic", nil); err != nil {
				t.Fatal(err)
			}
		}
		synctest.Wait()
		<-wake
		select {
		case <-wake:
			t.Error("three events at once wake twice")
		default:
		}
		cancel()
		<-done
	})
}
