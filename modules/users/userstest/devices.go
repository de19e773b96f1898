package userstest

import (
	"net/netip"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/pure-peace/peace/modules/users"
)

func newDevice() users.Device {
	return users.Device{
		ClientVersion: "b20250815", Executable: md5hex(unused()),
		Adapters: md5hex(unused()), Uninstall: md5hex(unused()), Disk: md5hex(unused()),
	}
}

// visitor is an account that can log in.
func visitor(t *testing.T, s Subject) (users.User, func(users.Device)) {
	t.Helper()
	u, f := register(t, s, 0)
	return u, func(d users.Device) {
		t.Helper()
		if _, err := s.Users.Authenticate(t.Context(), credentials(f), &d); err != nil {
			t.Fatal(err)
		}
	}
}

func testDevices(t *testing.T, s Subject) {
	u, f := register(t, s, 0)
	if records, err := s.Users.Devices(t.Context(), u.ID); err != nil || len(records) != 0 {
		t.Errorf("before the first login: %v, %v", records, err)
	}
	login := func(d users.Device, address string) {
		t.Helper()
		c := credentials(f)
		if address != "" {
			c.Address = netip.MustParseAddr(address)
		}
		if _, err := s.Users.Authenticate(t.Context(), c, &d); err != nil {
			t.Fatal(err)
		}
	}
	home, work := newDevice(), newDevice()
	work.Wine = true
	login(home, "")
	login(work, "2001:db8::1")
	updated := home
	updated.ClientVersion, updated.Executable = "b20260101", md5hex(unused())
	login(updated, "192.0.2.7")

	records, err := s.Users.Devices(t.Context(), u.ID)
	if err != nil {
		t.Fatal(err)
	}
	wantEqual(t, records, []users.DeviceRecord{
		{Device: updated, Address: netip.MustParseAddr("192.0.2.7"), Uses: 2},
		{Device: work, Address: netip.MustParseAddr("2001:db8::1"), Uses: 1},
	}, cmpopts.IgnoreFields(users.DeviceRecord{}, "FirstAt", "LastAt"), cmpopts.EquateComparable(netip.Addr{}))
	for _, r := range records {
		if r.FirstAt.IsZero() || r.LastAt.Before(r.FirstAt) || r.FirstAt.Location() != time.UTC {
			t.Errorf("used from %v to %v", r.FirstAt, r.LastAt)
		}
	}

	// A client can claim anything.
	login(users.Device{ClientVersion: "\x00\xff" + string(make([]byte, 1<<12)), Adapters: "'; --", Disk: "\x00", Uninstall: unused()}, "")
	if records, err := s.Users.Devices(t.Context(), u.ID); err != nil || len(records) != 3 {
		t.Errorf("after a strange login: %d devices, %v", len(records), err)
	}
}

func testMatches(t *testing.T, s Subject) {
	suspect, login := visitor(t, s)
	machine := newDevice()
	login(machine)

	expect := func(name string, change func(*users.Device), match *users.Match) {
		t.Helper()
		other, login := visitor(t, s)
		d := newDevice()
		change(&d)
		login(d)
		matches, err := s.Users.Matches(t.Context(), other.ID)
		if err != nil {
			t.Fatal(err)
		}
		var expected []users.Match
		if match != nil {
			match.UserID = suspect.ID
			expected = []users.Match{*match}
		}
		t.Log(name)
		wantEqual(t, matches, expected, cmpopts.IgnoreFields(users.Match{}, "LastAt"), cmpopts.EquateEmpty(),
			cmpopts.IgnoreSliceElements(func(m users.Match) bool { return m.UserID != suspect.ID }))
	}
	expect("nothing", func(*users.Device) {}, nil)
	expect("executable only", func(d *users.Device) { d.Executable, d.ClientVersion = machine.Executable, machine.ClientVersion }, nil)
	expect("disk", func(d *users.Device) { d.Disk = machine.Disk }, &users.Match{Disk: true})
	expect("adapters", func(d *users.Device) { d.Adapters = machine.Adapters }, &users.Match{Adapters: true})
	expect("uninstall", func(d *users.Device) { d.Uninstall = machine.Uninstall }, &users.Match{Uninstall: true})
	expect("all", func(d *users.Device) { *d = machine }, &users.Match{Adapters: true, Uninstall: true, Disk: true})
	expect("Wine", func(d *users.Device) { *d = machine; d.Wine = true }, &users.Match{Uninstall: true})
	expect("values in each other's place", func(d *users.Device) { d.Disk, d.Adapters = machine.Adapters, machine.Disk }, nil)

	// The suspect sees all of them, the one with most in common first.
	matches, err := s.Users.Matches(t.Context(), suspect.ID)
	if err != nil || len(matches) != 5 {
		t.Fatalf("%d matches, %v", len(matches), err)
	}
	if m := matches[0]; !m.Adapters || !m.Uninstall || !m.Disk || m.LastAt.IsZero() || m.LastAt.Location() != time.UTC {
		t.Errorf("the strongest is %+v", m)
	}

	// Values that many machines have.
	for _, value := range []string{"", md5hex(""), md5hex("0"), md5hex("unknown"), md5hex("runningunderwine")} {
		a, login := visitor(t, s)
		common := users.Device{Adapters: value, Uninstall: value, Disk: value}
		login(common)
		_, login = visitor(t, s)
		login(common)
		if matches, err := s.Users.Matches(t.Context(), a.ID); err != nil || len(matches) != 0 {
			t.Errorf("%q matches: %v, %v", value, matches, err)
		}
	}
}
