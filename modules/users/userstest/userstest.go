// Package userstest is the conformance suite of the users contract: what it asks, every implementation must answer, in this
// process or behind a peer.
//
// It makes accounts with random names and leaves them behind, so it can run on an implementation that has others, such as
// the peer that PEACE_TEST_PEER names; not on one that matters. What is configurable (reserved names, limits, the length of
// names within 3 to 15) it stays clear of. It calls without addresses, as the command line does.
package userstest

import (
	"crypto/md5"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/pure-peace/peace/modules/fault"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/users"
)

// Subject is what is examined.
type Subject struct {
	Users users.Service

	// Topics is where the service publishes. Without it, nothing is asked of events.
	Topics state.Topics
}

// Run runs the whole suite.
func Run(t *testing.T, s Subject) {
	for _, test := range []struct {
		name string
		run  func(*testing.T, Subject)
	}{
		{"Register", testRegister},
		{"CheckOnly", testCheckOnly},
		{"BadForms", testBadForms},
		{"Taken", testTaken},
		{"Repeat", testRepeat},
		{"Race", testRace},
		{"Authenticate", testAuthenticate},
		{"Get", testGet},
		{"Find", testFind},
		{"Update", testUpdate},
		{"UpdateProblems", testUpdateProblems},
		{"Settings", testSettings},
		{"Search", testSearch},
		{"SearchRefusals", testSearchRefusals},
		{"Profiles", testProfiles},
		{"ProfileProblems", testProfileProblems},
		{"FormerNames", testFormerNames},
		{"Bot", testBot},
		{"Restrict", testRestrict},
		{"Silence", testSilence},
		{"Grant", testGrant},
		{"Ranks", testRanks},
		{"Record", testRecord},
		{"Audit", testAudit},
		{"Devices", testDevices},
		{"Matches", testMatches},
		{"Events", testEvents},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, s) })
	}
}

// unused returns a name that nobody has.
func unused() string { return "t" + strings.ToLower(rand.Text()[:13]) }

// form is a registration that is acceptable.
func form() users.Registration {
	name := unused()
	return users.Registration{Name: name, Email: name + "@example.com", Password: "pw " + name, Country: "DE"}
}

// register makes an account with the privileges and returns it with its form.
func register(t *testing.T, s Subject, privileges users.Privileges) (users.User, users.Registration) {
	t.Helper()
	f := form()
	f.Privileges = privileges
	u, err := s.Users.Register(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	return u, f
}

// player makes an account without privileges.
func player(t *testing.T, s Subject) users.User {
	t.Helper()
	u, _ := register(t, s, 0)
	return u
}

// credentials are those of an account made with the form.
func credentials(f users.Registration) users.Credentials {
	return users.Credentials{Name: f.Name, PasswordMD5: md5hex(f.Password)}
}

func md5hex(s string) string {
	sum := md5.Sum([]byte(s))
	return hex.EncodeToString(sum[:])
}

// get returns the account as it is now.
func get(t *testing.T, s Subject, id int32) users.User {
	t.Helper()
	found, err := s.Users.Get(t.Context(), []int32{id})
	if err != nil || len(found) != 1 {
		t.Fatalf("Get(%d) = %d users, %v", id, len(found), err)
	}
	return found[0]
}

func want(t *testing.T, err, target error) {
	t.Helper()
	if !errors.Is(err, target) {
		t.Errorf("error is %v, want %v", err, target)
	}
}

// wantFields fails unless err is ErrInvalidForm with a sentence for each of the fields and no other.
func wantFields(t *testing.T, err error, fields ...string) {
	t.Helper()
	want(t, err, users.ErrInvalidForm)
	f := fault.As(err)
	if f == nil {
		return
	}
	var got []string
	for field, sentence := range f.Details {
		got = append(got, field)
		if sentence == "" {
			t.Errorf("nothing is said about %s", field)
		}
	}
	if diff := cmp.Diff(fields, got, cmpopts.SortSlices(strings.Compare), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("fields of %v (-want +got):\n%s", f.Details, diff)
	}
}

func wantEqual[T any](t *testing.T, got, want T, options ...cmp.Option) {
	t.Helper()
	if diff := cmp.Diff(want, got, options...); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func ptr[T any](v T) *T { return &v }
