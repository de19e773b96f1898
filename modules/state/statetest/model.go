package statetest

import (
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/pure-peace/peace/modules/state"
)

// model is state's records and queues in the simplest form: one space, no time.
type model map[string]modelRecord

type modelRecord struct {
	value   string
	tags    []string
	version uint64
	mail    []string
}

func (m model) clone() model {
	c := model{}
	for key, r := range m {
		r.tags, r.mail = slices.Clone(r.tags), slices.Clone(r.mail)
		c[key] = r
	}
	return c
}

// retag returns tags without remove and with add, sorted.
func retag(tags, add, remove []string) []string {
	set := map[string]bool{}
	for _, tag := range tags {
		set[tag] = true
	}
	for _, tag := range remove {
		delete(set, tag)
	}
	for _, tag := range add {
		set[tag] = true
	}
	return slices.Sorted(maps.Keys(set))
}

// apply makes a change with the version that the engine has given it. It reports whether the change's condition holds.
func (m model) apply(c state.Change, o state.Outcome) (ok bool, outcome state.Outcome) {
	switch {
	case c.Put != nil:
		r := m[c.Put.Key]
		if c.Put.IfVersion != nil && *c.Put.IfVersion != r.version {
			return false, state.Outcome{}
		}
		r.value, r.tags, r.version = string(c.Put.Value), retag(r.tags, c.Put.AddTags, c.Put.RemoveTags), o.Version
		m[c.Put.Key] = r
		return true, state.Outcome{Version: o.Version}
	case c.Tag != nil:
		r, there := m[c.Tag.Key]
		if !there {
			return true, state.Outcome{}
		}
		tags := retag(r.tags, c.Tag.Add, c.Tag.Remove)
		if !slices.Equal(tags, r.tags) {
			r.tags, r.version = tags, o.Version
			m[c.Tag.Key] = r
		}
		return true, state.Outcome{Version: r.version}
	case c.Delete != nil:
		r, there := m[c.Delete.Key]
		if c.Delete.IfVersion != nil && *c.Delete.IfVersion != r.version {
			return false, state.Outcome{}
		}
		if !there {
			return true, state.Outcome{}
		}
		delete(m, c.Delete.Key)
		return true, state.Outcome{Version: o.Version}
	default:
		a := c.Append
		reached := 0
		for key, r := range m {
			carries := func(tag string) bool { return slices.Contains(r.tags, tag) }
			if !slices.ContainsFunc(a.Tags, carries) && !slices.Contains(a.Keys, key) ||
				slices.ContainsFunc(a.ExceptTags, carries) || slices.Contains(a.ExceptKeys, key) {
				continue
			}
			r.mail = append(slices.Clone(r.mail), string(a.Item))
			m[key] = r
			reached++
		}
		return true, state.Outcome{Reached: reached}
	}
}

// change draws a change; its conditions are sometimes right.
func (m model) change(rt *rapid.T, space string) state.Change {
	keys := rapid.SampledFrom([]string{"a", "b", "c", "d"})
	tags := rapid.SliceOfN(rapid.SampledFrom([]string{"s", "t", "u", "v"}), 0, 3)
	key := keys.Draw(rt, "key")
	var condition *uint64
	if rapid.IntRange(0, 3).Draw(rt, "conditional") == 0 {
		condition = rapid.SampledFrom([]*uint64{new(uint64), new(m[key].version), new(m[key].version), new(m[key].version + 1)}).Draw(rt, "condition")
	}
	switch rapid.IntRange(0, 5).Draw(rt, "kind") {
	case 0, 1:
		return state.Change{Put: &state.Put{
			Space: space, Key: key, Value: []byte(rapid.StringN(0, 3, 10).Draw(rt, "value")), IfVersion: condition,
			AddTags: tags.Draw(rt, "add"), RemoveTags: tags.Draw(rt, "remove"),
		}}
	case 2:
		return state.Change{Tag: &state.Tag{Space: space, Key: key, Add: tags.Draw(rt, "add"), Remove: tags.Draw(rt, "remove")}}
	case 3:
		return state.Change{Delete: &state.Delete{Space: space, Key: key, IfVersion: condition}}
	default:
		some := rapid.SliceOfN(keys, 0, 2)
		return state.Change{Append: &state.Append{
			Space: space, Tags: tags.Draw(rt, "tags"), Keys: some.Draw(rt, "keys"), ExceptTags: tags.Draw(rt, "except"),
			ExceptKeys: some.Draw(rt, "exceptKeys"), Item: []byte(rapid.StringN(0, 3, 10).Draw(rt, "item")),
		}}
	}
}

// testModel applies random changes, several at once, and compares the engine with the model after each.
func testModel(t *testing.T, s state.Service) {
	ctx := t.Context()
	rapid.Check(t, func(rt *rapid.T) {
		space, m, last := unique(), model{}, uint64(0)
		rt.Repeat(map[string]func(*rapid.T){
			"apply": func(rt *rapid.T) {
				var changes []state.Change
				for range rapid.IntRange(1, 5).Draw(rt, "n") {
					changes = append(changes, m.change(rt, space))
				}
				outcomes, err := s.Apply(ctx, changes)
				after, holds := m.clone(), true
				for i, c := range changes {
					// A version that no condition can mean stands for those that the engine did not give.
					o := state.Outcome{Version: 1<<63 + uint64(i)}
					if err == nil {
						o = outcomes[i]
					}
					var expected state.Outcome
					if holds, expected = after.apply(c, o); !holds {
						break
					}
					if err != nil {
						continue
					}
					want(rt, o, expected)
					if o.Version != 0 && c.Tag == nil {
						if o.Version <= last {
							rt.Fatalf("version %d after %d", o.Version, last)
						}
						last = o.Version
					}
				}
				if !holds {
					wantError(rt, err, state.ErrConflict)
					return
				}
				check(rt, err)
				m = after
			},
			"drain": func(rt *rapid.T) {
				key := rapid.SampledFrom([]string{"a", "b", "c", "d"}).Draw(rt, "key")
				mail, err := s.Drain(ctx, space, key, state.Take{})
				r, there := m[key]
				if !there {
					wantError(rt, err, state.ErrNoRecord)
					return
				}
				check(rt, err)
				var got []string
				for _, item := range mail.Items {
					got = append(got, string(item.Data))
				}
				want(rt, got, r.mail)
				r.mail = nil
				m[key] = r
			},
			"keep": func(rt *rapid.T) {
				key := rapid.SampledFrom([]string{"a", "b", "c", "d"}).Draw(rt, "key")
				r, there := m[key]
				mail, err := s.Drain(ctx, space, key, state.Take{Keep: true})
				if !there {
					wantError(rt, err, state.ErrNoRecord)
					return
				}
				check(rt, err)
				want(rt, len(mail.Items), len(r.mail))
				for i, item := range mail.Items {
					want(rt, string(item.Data), r.mail[i])
				}
				n := rapid.IntRange(0, len(mail.Items)).Draw(rt, "acknowledged")
				if n == 0 {
					return
				}
				check(rt, s.Acknowledge(ctx, space, []state.Receipt{{Key: key, ID: mail.Items[n-1].ID}}))
				r.mail = r.mail[n:]
				m[key] = r
			},
			"": func(rt *rapid.T) { m.compare(rt, s, space) },
		})
		for key := range m {
			apply := []state.Change{{Delete: &state.Delete{Space: space, Key: key}}}
			if _, err := s.Apply(ctx, apply); err != nil {
				rt.Fatal(err)
			}
		}
	})
}

func (m model) compare(rt *rapid.T, s state.Service, space string) {
	for _, tag := range []string{"", "s", "t", "u", "v"} {
		var expected []state.Record
		for _, key := range slices.Sorted(maps.Keys(m)) {
			r := m[key]
			if tag == "" || slices.Contains(r.tags, tag) {
				expected = append(expected, state.Record{Space: space, Key: key, Value: []byte(r.value), Tags: r.tags, Version: r.version})
			}
		}
		got, err := s.List(rt.Context(), space, tag, "", 10)
		check(rt, err)
		want(rt, got, expected)
		counts, err := s.Count(rt.Context(), space, []string{tag})
		check(rt, err)
		want(rt, counts, []int{len(expected)})
	}
}
