package statetest

import (
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/pure-peace/peace/modules/state"
)

func testPut(t *testing.T, s state.Service) {
	space := unique()
	made := apply(t, s, state.Change{Put: &state.Put{
		Space: space, Key: "k", Value: []byte{0, 1, 255}, TTL: time.Hour + time.Nanosecond, AddTags: []string{"b", "a", "b"},
	}})
	if made[0].Version == 0 {
		t.Fatal("version 0 means no record")
	}
	want(t, get(t, s, space, "k"), []state.Record{{
		Space: space, Key: "k", Value: []byte{0, 1, 255}, Tags: []string{"a", "b"}, Version: made[0].Version, TTL: time.Hour + time.Nanosecond,
	}})

	// A second put replaces the value and the time to live, and keeps the tags that it does not name.
	changed := apply(t, s, state.Change{Put: &state.Put{
		Space: space, Key: "k", AddTags: []string{"c", "d"}, RemoveTags: []string{"a", "d", "never"},
	}}, put(unique(), "k", "of another space"))
	if changed[0].Version <= made[0].Version || changed[1].Version <= changed[0].Version {
		t.Fatalf("versions do not grow: %v then %v", made, changed)
	}
	want(t, get(t, s, space, "none", "k", "k"), []state.Record{
		{Space: space, Key: "k", Tags: []string{"b", "c", "d"}, Version: changed[0].Version},
		{Space: space, Key: "k", Tags: []string{"b", "c", "d"}, Version: changed[0].Version},
	})
}

func conditional(space, key string, version uint64) state.Change {
	return state.Change{Put: &state.Put{Space: space, Key: key, IfVersion: &version}}
}

func testConditions(t *testing.T, s state.Service) {
	space, ctx := unique(), t.Context()
	_, err := s.Apply(ctx, []state.Change{conditional(space, "k", 7)})
	wantError(t, err, state.ErrConflict)
	v := apply(t, s, conditional(space, "k", 0))[0].Version
	_, err = s.Apply(ctx, []state.Change{conditional(space, "k", 0)})
	wantError(t, err, state.ErrConflict)
	_, err = s.Apply(ctx, []state.Change{conditional(space, "k", v+1)})
	wantError(t, err, state.ErrConflict)
	v2 := apply(t, s, conditional(space, "k", v))[0].Version
	_, err = s.Apply(ctx, []state.Change{{Delete: &state.Delete{Space: space, Key: "k", IfVersion: &v}}})
	wantError(t, err, state.ErrConflict)
	// A condition sees the changes before it.
	_, err = s.Apply(ctx, []state.Change{put(space, "k", ""), conditional(space, "k", v2)})
	wantError(t, err, state.ErrConflict)
	want(t, get(t, s, space, "k")[0].Version, v2)
	gone := apply(t, s, state.Change{Delete: &state.Delete{Space: space, Key: "k", IfVersion: &v2}}, conditional(space, "k", 0))
	if gone[0].Version <= v2 || gone[1].Version <= gone[0].Version {
		t.Fatalf("versions do not grow: %d then %v", v2, gone)
	}
	apply(t, s, state.Change{Delete: &state.Delete{Space: space, Key: "k"}})
	_, err = s.Apply(ctx, []state.Change{{Delete: &state.Delete{Space: space, Key: "k", IfVersion: &v2}}})
	wantError(t, err, state.ErrConflict)
	var none uint64
	want(t, apply(t, s, state.Change{Delete: &state.Delete{Space: space, Key: "k", IfVersion: &none}}), []state.Outcome{{}})
}

func testTags(t *testing.T, s state.Service) {
	space := unique()
	tag := func(add, remove []string) uint64 {
		return apply(t, s, state.Change{Tag: &state.Tag{Space: space, Key: "k", Add: add, Remove: remove}})[0].Version
	}
	count := func(tags ...string) []int {
		counts, err := s.Count(t.Context(), space, tags)
		check(t, err)
		return counts
	}
	want(t, tag([]string{"a"}, nil), 0) // no record
	want(t, count("", "a"), []int{0, 0})
	v := apply(t, s, put(space, "k", "value", "a"), put(space, "other", "", "a", "x"))[0].Version
	want(t, tag([]string{"a"}, []string{"never"}), v)
	want(t, tag(nil, nil), v)
	v2 := tag([]string{"c", "b"}, []string{"a"})
	if v2 <= v {
		t.Fatalf("version %d after %d", v2, v)
	}
	want(t, get(t, s, space, "k"), []state.Record{{Space: space, Key: "k", Value: []byte("value"), Tags: []string{"b", "c"}, Version: v2}})
	want(t, count("a", "b", "c", "x", "never", ""), []int{1, 1, 1, 1, 0, 2})
	tag(nil, []string{"b", "c"})
	want(t, count("a", "b", "c", "x", ""), []int{1, 0, 0, 1, 2})
	want(t, count(), nil)
}

func testTagLimit(t *testing.T, s state.Service) {
	space := unique()
	var tags []string
	for i := range state.MaxTags {
		tags = append(tags, name("t%04d", i))
	}
	apply(t, s, put(space, "k", "", tags...))
	want(t, get(t, s, space, "k")[0].Tags, tags)
	_, err := s.Apply(t.Context(), []state.Change{put(space, "new", ""), {Tag: &state.Tag{Space: space, Key: "k", Add: []string{"more"}}}})
	wantError(t, err, state.ErrTooLarge)
	_, err = s.Apply(t.Context(), []state.Change{put(space, "new", ""), put(space, "k", "changed", "more")})
	wantError(t, err, state.ErrTooLarge)
	want(t, get(t, s, space, "new"), nil)
	apply(t, s, state.Change{Tag: &state.Tag{Space: space, Key: "k", Add: []string{"more"}, Remove: tags[:1]}})
	want(t, send(t, s, state.Append{Space: space, Tags: tags}), 1)
	apply(t, s, state.Change{Delete: &state.Delete{Space: space, Key: "k"}})
}

func testDelete(t *testing.T, s state.Service) {
	space := unique()
	del := state.Change{Delete: &state.Delete{Space: space, Key: "k"}}
	want(t, apply(t, s, del), []state.Outcome{{}})
	v := apply(t, s, put(space, "k", "", "a"))[0].Version
	send(t, s, state.Append{Space: space, Keys: []string{"k"}, Item: []byte("lost with its record")})
	if gone := apply(t, s, del)[0].Version; gone <= v {
		t.Fatalf("version %d after %d", gone, v)
	}
	want(t, get(t, s, space, "k"), nil)
	_, err := s.Drain(t.Context(), space, "k", state.Take{})
	wantError(t, err, state.ErrNoRecord)
	apply(t, s, put(space, "k", ""))
	want(t, drain(t, s, space, "k"), nil)
	want(t, get(t, s, space, "k")[0].Tags, nil)
	want(t, send(t, s, state.Append{Space: space, Tags: []string{"a"}}), 0)
}

func testList(t *testing.T, s state.Service) {
	space, ctx := unique(), t.Context()
	keys := func(tag, after string, limit int) string {
		records, err := s.List(ctx, space, tag, after, limit)
		check(t, err)
		var keys []string
		for _, r := range records {
			keys = append(keys, r.Key)
		}
		return strings.Join(keys, " ")
	}
	want(t, keys("", "", 10), "")
	for i, key := range []string{"b", "a", "é", "c", "B", "aa", "~"} {
		tags := []string{"all"}
		if i%2 == 0 {
			tags = append(tags, "even")
		}
		apply(t, s, put(space, key, "", tags...))
	}
	want(t, keys("", "", 100), "B a aa b c ~ é") // in the order of the bytes
	want(t, keys("all", "", 3), "B a aa")
	want(t, keys("", "aa", 3), "b c ~")
	want(t, keys("", "ab", 2), "b c") // a key that is not there
	want(t, keys("even", "", 100), "B b ~ é")
	want(t, keys("even", "b", 1), "~")
	want(t, keys("even", "é", 1), "")
	want(t, keys("never", "", 1), "")

	// Many pages.
	big := unique()
	var changes []state.Change
	for i := range 2500 {
		changes = append(changes, put(big, name("%05d", i*7919%2500), strconv.Itoa(i), "t"))
		if len(changes) == 250 {
			apply(t, s, changes...)
			changes = nil
		}
	}
	for _, tag := range []string{"", "t"} {
		after, n := "", 0
		for {
			page, err := s.List(ctx, big, tag, after, 999)
			check(t, err)
			for _, r := range page {
				want(t, r.Key, name("%05d", n))
				n++
			}
			if len(page) < 999 {
				break
			}
			after = page[len(page)-1].Key
		}
		want(t, n, 2500)
	}
}

func testAllOrNone(t *testing.T, s state.Service) {
	space, topic := unique(), unique()
	apply(t, s, put(space, "old", "1", "a"), put(space, "doomed", "1", "a"))
	send(t, s, state.Append{Space: space, Keys: []string{"doomed"}, Item: []byte("kept")})
	before := get(t, s, space, "old", "doomed")
	next := subscribe(t, s, topic)
	_, err := s.Apply(t.Context(), []state.Change{
		put(space, "new", "", "a", "b"),
		put(unique(), "new", ""),
		put(space, "old", "2", "b"),
		{Tag: &state.Tag{Space: space, Key: "old", Add: []string{"c"}, Remove: []string{"a"}}},
		{Delete: &state.Delete{Space: space, Key: "doomed"}},
		{Append: &state.Append{Space: space, Tags: []string{"a", "b", "c"}, Item: []byte("x")}},
		{Publish: &state.Publish{Topic: topic, Payload: []byte("never")}},
		put(space, "doomed", "made again", "z"),
		conditional(space, "old", 1),
	})
	wantError(t, err, state.ErrConflict)
	want(t, get(t, s, space, "old", "doomed", "new"), before)
	counts, err := s.Count(t.Context(), space, []string{"", "a", "b", "c", "z"})
	check(t, err)
	want(t, counts, []int{2, 2, 0, 0, 0})
	want(t, drain(t, s, space, "old"), nil)
	want(t, drain(t, s, space, "doomed"), []string{"kept"})
	check(t, s.Publish(t.Context(), topic, []byte("first")))
	want(t, string(next().Payload), "first")
}

func testInOrder(t *testing.T, s state.Service) {
	space := unique()
	item := func(text string) state.Change {
		return state.Change{Append: &state.Append{Space: space, Tags: []string{"a"}, Item: []byte(text)}}
	}
	outcomes := apply(t, s,
		item("to nobody"),
		put(space, "one", "", "a"),
		item("to one"),
		put(space, "two", "", "a"),
		item("to both"),
		state.Change{Tag: &state.Tag{Space: space, Key: "one", Remove: []string{"a"}}},
		item("to two"),
		state.Change{Delete: &state.Delete{Space: space, Key: "two"}},
		item("to nobody"),
		put(space, "two", ""),
	)
	var reached []int
	for _, o := range outcomes {
		reached = append(reached, o.Reached)
	}
	want(t, reached, []int{0, 0, 1, 0, 2, 0, 1, 0, 0, 0})
	want(t, drain(t, s, space, "one"), []string{"to one", "to both"})
	want(t, drain(t, s, space, "two"), nil)
}

func testOwnership(t *testing.T, s state.Service) {
	space, topic := unique(), unique()
	value, item, payload := []byte("value"), []byte("item"), []byte("payload")
	tags := []string{"b", "a"}
	one, two := subscribe(t, s, topic), subscribe(t, s, topic)
	apply(t, s,
		state.Change{Put: &state.Put{Space: space, Key: "k", Value: value, AddTags: tags}},
		put(space, "l", "", "a"),
		state.Change{Append: &state.Append{Space: space, Tags: []string{"a"}, Item: item}},
		state.Change{Publish: &state.Publish{Topic: topic, Payload: payload}},
	)
	for _, b := range [][]byte{value, item, payload} {
		clear(b)
	}
	clear(tags)
	for range 2 {
		r := get(t, s, space, "k")[0]
		want(t, string(r.Value), "value")
		want(t, r.Tags, []string{"a", "b"})
		clear(r.Value)
		clear(r.Tags)
		listed, err := s.List(t.Context(), space, "b", "", 1)
		check(t, err)
		want(t, string(listed[0].Value), "value")
		clear(listed[0].Value)
	}
	for _, key := range []string{"k", "l"} {
		mail, err := s.Drain(t.Context(), space, key, state.Take{})
		check(t, err)
		want(t, string(mail.Items[0].Data), "item")
		clear(mail.Items[0].Data)
	}
	for _, next := range []func() state.Notice{one, two} {
		n := next()
		want(t, string(n.Payload), "payload")
		clear(n.Payload)
	}
}

func testStrangeNames(t *testing.T, s state.Service) {
	space := unique()
	names := []string{"\x00", ":", "a:b", "a\x00b", "{a}", "*", "[", "\xc3\xa9", "日本", "-inf", "+", " ", "\n", "%s"}
	for i, key := range names {
		apply(t, s, put(space, key, strconv.Itoa(i), key), put(space+key, "k", strconv.Itoa(i)))
	}
	for i, key := range names {
		records, err := s.List(t.Context(), space, key, "", 10)
		check(t, err)
		if len(records) != 1 || records[0].Key != key || string(records[0].Value) != strconv.Itoa(i) {
			t.Fatalf("tag %q lists %v", key, records)
		}
		want(t, string(get(t, s, space+key, "k")[0].Value), strconv.Itoa(i))
		want(t, send(t, s, state.Append{Space: space, Tags: []string{key}, Item: []byte(key)}), 1)
		want(t, drain(t, s, space, key), []string{key})
	}
	records, err := s.List(t.Context(), space, "", "", state.MaxPage)
	check(t, err)
	want(t, len(records), len(names))
}

func testConcurrentCounter(t *testing.T, s state.Service) {
	space := unique()
	apply(t, s, put(space, "n", "0"))
	const workers, each = 8, 15
	all(workers, func(int) {
		for range each {
			for {
				r, err := s.Get(t.Context(), space, []string{"n"})
				if err != nil || len(r) != 1 {
					t.Errorf("%v: %v", r, err)
					return
				}
				n, _ := strconv.Atoi(string(r[0].Value))
				_, err = s.Apply(t.Context(), []state.Change{{Put: &state.Put{
					Space: space, Key: "n", Value: []byte(strconv.Itoa(n + 1)), IfVersion: &r[0].Version,
				}}})
				if err == nil {
					break
				}
				if !errors.Is(err, state.ErrConflict) {
					t.Error(err)
					return
				}
			}
		}
	})
	want(t, string(get(t, s, space, "n")[0].Value), strconv.Itoa(workers*each))
}

// testConcurrentPairs writes two records together and expects every reader to see them together.
func testConcurrentPairs(t *testing.T, s state.Service) {
	space := unique()
	apply(t, s, put(space, "a", "start", "on"), put(space, "b", "start", "on"))
	const rounds = 60
	all(4, func(worker int) {
		for round := range rounds {
			if worker%2 == 0 {
				value := name("%d %d", worker, round)
				change := []state.Change{put(space, "a", value, "on"), put(space, "b", value, "on")}
				if round%3 == 0 {
					change = []state.Change{{Delete: &state.Delete{Space: space, Key: "a"}}, {Delete: &state.Delete{Space: space, Key: "b"}}}
				}
				if _, err := s.Apply(t.Context(), change); err != nil {
					t.Error(err)
				}
				continue
			}
			got, err := s.Get(t.Context(), space, []string{"a", "b"})
			if err != nil || len(got) == 1 || len(got) == 2 && string(got[0].Value) != string(got[1].Value) {
				t.Errorf("Get saw half of an Apply: %v %v", got, err)
			}
			listed, err := s.List(t.Context(), space, "on", "", 10)
			if err != nil || len(listed) == 1 || len(listed) == 2 && string(listed[0].Value) != string(listed[1].Value) {
				t.Errorf("List saw half of an Apply: %v %v", listed, err)
			}
			counts, err := s.Count(t.Context(), space, []string{"", "on"})
			if err != nil || counts[0] != counts[1] || counts[0] == 1 {
				t.Errorf("Count saw half of an Apply: %v %v", counts, err)
			}
		}
	})
}
