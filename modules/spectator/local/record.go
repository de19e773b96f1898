package local

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/pure-peace/peace/modules/spectator"
	"github.com/pure-peace/peace/modules/state"
)

// Space is the state space of this package. Its records:
//
//	u1000              roster: what user 1000 plays                          tag r
//	c1000.77.ab.3      mailbox with the frames of token 77 of user 1000      tag f1000.77; x when nothing may be added any more
//	e1000.77           job: the play with token 77 has ended                 tag e until it is finished
//	w1000/CLIENT       watch: whom a client of user 1000 watches             tags w, w1001 and w1001.1000 for each player 1001
const Space = "spectator"

// The tags of records.
const (
	rosterTag = "r"
	jobTag    = "e"
	watchTag  = "w"
	closedTag = "x"
)

const (
	// chunkLife is how long frames outlive a play that nobody ends, which is longer than its token: see scores.Config.Tokens.
	chunkLife = 31 * 24 * time.Hour
	// spentLife is how long a finished job is remembered, so that its token is not played for again.
	spentLife = 24 * time.Hour
)

func decimal[T ~int32 | ~int64](n T) string { return strconv.FormatInt(int64(n), 10) }

func rosterKey(userID int32) string { return "u" + decimal(userID) }

// tokenName names a token of a user in keys and tags. Whose a token is may not be known yet, so the user is part of its name.
func tokenName(userID int32, token int64) string { return decimal(userID) + "." + decimal(token) }

func jobKey(userID int32, token int64) string    { return "e" + tokenName(userID, token) }
func framesTag(userID int32, token int64) string { return "f" + tokenName(userID, token) }

func watchKey(userID int32, client string) string { return "w" + decimal(userID) + "/" + client }
func watchedTag(target int32) string              { return "w" + decimal(target) }
func watchedByTag(target int32, user int32) string {
	return "w" + decimal(target) + "." + decimal(user)
}
func spillPrefix(userID int32, token int64) string {
	return "spectator/" + tokenName(userID, token) + "/"
}
func spillKey(u int32, t int64, name string) string { return spillPrefix(u, t) + name }

// roster is the plays of a user, in the order in which they began: at most spectator.MaxTokens with a token, and one without a token
// for each client.
type roster struct {
	Plays []*entry
}

// entry is a play in a roster.
type entry struct {
	Play      spectator.Play
	Shown     bool      // watchers see it: the latest of the user's, when he is not restricted and its beatmap is known
	Known     bool      // it may be shown
	Kept      bool      // its frames are kept
	SeenAt    time.Time // some moment at which its client was heard of, not the last one
	DroppedAt time.Time // when its client was lost; zero when it was not
}

// watch is whom a client watches.
type watch struct {
	Watcher spectator.Watcher
	Targets []target
}

type target struct {
	UserID  int32
	Missing bool // the beatmap
}

// job is a play with a token that has ended.
type job struct {
	Play     spectator.Play
	EndedAt  time.Time
	LeasedTo time.Time // until when a process works on it
	Told     bool      // the player was told of his score
	Finished bool
}

// encode never fails for the records of this package: they hold what JSON can.
func encode(record any) []byte {
	data, err := json.Marshal(record)
	if err != nil {
		panic("spectator: " + err.Error())
	}
	return data
}

func decode[T any](r state.Record) (*T, error) {
	out := new(T)
	if err := json.Unmarshal(r.Value, out); err != nil {
		return nil, fmt.Errorf("spectator: record %s: %w", r.Key, err)
	}
	return out, nil
}

// legible returns what a record holds, and false for one that cannot be read: it must not keep anybody from the others.
func legible[T any](ctx context.Context, s *Service, r state.Record) (*T, bool) {
	value, err := decode[T](r)
	if err != nil {
		s.log.ErrorContext(ctx, "a record of plays or watchers is skipped", "error", err)
	}
	return value, err == nil
}

// read returns a record, nil with version 0 when there is none.
func read[T any](ctx context.Context, s *Service, key string) (*T, uint64, error) {
	records, err := s.deps.State.Get(ctx, Space, []string{key})
	if err != nil || len(records) == 0 {
		return nil, 0, err
	}
	value, err := decode[T](records[0])
	return value, records[0].Version, err
}

// all calls visit with the records that carry a tag, until it fails.
func (s *Service) all(ctx context.Context, tag string, visit func(state.Record) error) error {
	for after := ""; ; {
		records, err := s.deps.State.List(ctx, Space, tag, after, state.MaxPage)
		if err != nil {
			return err
		}
		for _, r := range records {
			if err := visit(r); err != nil {
				return err
			}
		}
		if len(records) < state.MaxPage {
			return nil
		}
		after = records[len(records)-1].Key
	}
}

// swaps bounds how often a change is tried whose record others change at the same time.
const swaps = 20

// errUnchanged ends a change that has nothing to do.
var errUnchanged = errors.New("nothing to change")

// change changes what a user plays. edit gets the roster, changes it and returns what else is to be done in the same step; it may be
// called several times. errUnchanged leaves everything as it is.
func (s *Service) change(ctx context.Context, userID int32, edit func(*roster) ([]state.Change, error)) error {
	for range swaps {
		old, version, err := read[roster](ctx, s, rosterKey(userID))
		if err != nil {
			return err
		}
		if old == nil {
			old = new(roster)
		}
		also, err := edit(old)
		if errors.Is(err, errUnchanged) {
			return nil
		}
		if err != nil {
			return err
		}
		key := rosterKey(userID)
		step := state.Change{Put: &state.Put{Space: Space, Key: key, Value: encode(old), IfVersion: &version, AddTags: []string{rosterTag}}}
		if len(old.Plays) == 0 {
			step = state.Change{Delete: &state.Delete{Space: Space, Key: key, IfVersion: &version}}
		}
		_, err = s.deps.State.Apply(ctx, append([]state.Change{step}, also...))
		if !errors.Is(err, state.ErrConflict) {
			return err
		}
	}
	return state.ErrConflict
}
