package app

import (
	"slices"
	"testing"

	peer "github.com/pure-peace/peace/transport/grpc"
)

var known = []string{"state", "users", "bancho"}

// fleet is a configuration that all processes of a server share.
func fleet() *Config {
	c := DefaultConfig()
	c.Modules = map[string]string{"state": "core", "users": "core", "bancho": "logic"}
	c.Peer = map[string]peer.DialConfig{"core": {Target: "dns:///127.0.0.1:7001"}, "logic": {Target: "127.0.0.1:7002"}}
	return c
}

func TestPlaces(t *testing.T) {
	type expect struct{ module, peer, absent string }
	for _, tc := range []struct {
		name   string
		config *Config
		only   []string
		as     string
		want   []expect
		serve  []string
		listen string
		edges  bool
	}{
		{"everything here", DefaultConfig(), nil, "", []expect{{"users", "", ""}, {"bancho", "", ""}}, []string{}, "", true},
		{"the gateway of a fleet", fleet(), nil, "", []expect{{"users", "core", ""}, {"bancho", "logic", ""}}, []string{}, "", true},
		{"a process of a fleet", fleet(), nil, "core", []expect{{"state", "", ""}, {"users", "", ""}, {"bancho", "logic", ""}}, []string{"state", "users"}, "127.0.0.1:7001", false},
		{
			"one module by name",
			func() *Config { c := DefaultConfig(); c.Peers.Listen = "127.0.0.1:7000"; return c }(),
			[]string{"state"}, "",
			[]expect{{"state", "", ""}, {"users", "", "not among the modules of this process and assigned to no peer"}},
			[]string{"state"}, "127.0.0.1:7000", false,
		},
		{"only the gateway", fleet(), []string{Gateway}, "", []expect{{"bancho", "logic", ""}}, nil, "", true},
		{
			"off",
			func() *Config { c := DefaultConfig(); c.Modules["users"] = "off"; return c }(), nil, "",
			[]expect{{"users", "", "off"}, {"state", "", ""}}, []string{}, "", true,
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p, err := newPlan(tc.config, known, tc.only, tc.as)
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range tc.want {
				where, err := p.place(want.module)
				absent := ""
				if err != nil {
					absent = err.Error()
				}
				if where.peer != want.peer || absent != want.absent {
					t.Errorf("%s is at %q (%q), want %q (%q)", want.module, where.peer, absent, want.peer, want.absent)
				}
			}
			if !slices.Equal(p.serve, tc.serve) || p.listen != tc.listen || p.edges != tc.edges {
				t.Errorf("serves %v on %q, edges %v; want %v on %q, %v", p.serve, p.listen, p.edges, tc.serve, tc.listen, tc.edges)
			}
		})
	}
}

func TestPlansThatMakeNoSense(t *testing.T) {
	with := func(change func(*Config)) *Config { c := fleet(); change(c); return c }
	for _, tc := range []struct {
		name   string
		config *Config
		only   []string
		as     string
		want   string
	}{
		{"an unknown module", with(func(c *Config) { c.Modules["user"] = "local" }), nil, "", "modules.user: there is no such module; there are state, users, bancho"},
		{"an unknown peer", with(func(c *Config) { c.Modules["users"] = "cor" }), nil, "", `modules.users: "cor" is neither local nor off, and there is no [peer.cor]`},
		{"an unknown module to serve", with(func(c *Config) { c.Peers.Serve = []string{"chat"} }), nil, "", "chat: there is no such module; there are state, users, bancho"},
		{"nowhere to serve", with(func(c *Config) { c.Peers.Serve = []string{"users"} }), nil, "", "peers.listen: must be set, so that others can reach users"},
		{"as nobody", fleet(), nil, "edge", "--as edge: there is no [peer.edge]"},
		{"as somebody without modules", with(func(c *Config) { c.Peer["idle"] = peer.DialConfig{} }), nil, "idle", "--as idle: no module is assigned to it under [modules]"},
		{"as and only", fleet(), []string{"users"}, "core", "--as and --only exclude each other"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := newPlan(tc.config, known, tc.only, tc.as)
			if err == nil || err.Error() != tc.want {
				t.Errorf("error is %v, want %q", err, tc.want)
			}
		})
	}
}
