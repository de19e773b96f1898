package app

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Gateway is the name by which Only asks for the public listeners.
const Gateway = "gateway"

// plan decides which modules live in this process, which are somebody else's, and what this process offers.
type plan struct {
	config *Config
	known  []string // names of all modules, built in and added
	only   []string // the modules that may be local here; nil means any
	serve  []string
	listen string // of the peer listener; "" means none
	edges  bool
}

// newPlan reads [modules], [peer] and [peers], narrowed by what the command line asked for: only names modules (and
// Gateway), as names a peer whose modules this process is to be.
func newPlan(c *Config, known, only []string, as string) (*plan, error) {
	p := &plan{config: c, known: known, serve: c.Peers.Serve, listen: c.Peers.Listen, edges: true}
	for module, where := range c.Modules {
		if !slices.Contains(known, module) {
			return nil, fmt.Errorf("modules.%s: there is no such module; there are %s", module, strings.Join(known, ", "))
		}
		if _, isPeer := c.Peer[where]; where != "local" && where != "off" && !isPeer {
			return nil, fmt.Errorf("modules.%s: %q is neither local nor off, and there is no [peer.%s]", module, where, where)
		}
	}
	switch {
	case as != "" && only != nil:
		return nil, fmt.Errorf("--as and --only exclude each other")
	case as != "":
		peer, ok := c.Peer[as]
		if !ok {
			return nil, fmt.Errorf("--as %s: there is no [peer.%s]", as, as)
		}
		for _, module := range slices.Sorted(maps.Keys(c.Modules)) {
			if c.Modules[module] == as {
				p.only = append(p.only, module)
			}
		}
		if p.only == nil {
			return nil, fmt.Errorf("--as %s: no module is assigned to it under [modules]", as)
		}
		p.listen = strings.TrimPrefix(peer.Target, "dns:///")
		p.serve, p.edges = p.only, false
	case only != nil:
		p.only = slices.DeleteFunc(slices.Clone(only), func(name string) bool { return name == Gateway })
		p.edges = len(p.only) < len(only)
		p.serve = p.only
	}
	for _, module := range append(slices.Clone(p.only), p.serve...) {
		if !slices.Contains(known, module) {
			return nil, fmt.Errorf("%s: there is no such module; there are %s", module, strings.Join(known, ", "))
		}
	}
	if len(p.serve) > 0 && p.listen == "" {
		return nil, fmt.Errorf("peers.listen: must be set, so that others can reach %s", strings.Join(p.serve, ", "))
	}
	return p, nil
}

// place says where a module is. A module that only this process could make, but that it was told not to, is an error for
// whoever needs it.
func (p *plan) place(module string) (place, error) {
	where := p.config.Modules[module]
	if where == "off" {
		return place{}, errOff
	}
	if slices.Contains(p.only, module) {
		return place{}, nil
	}
	if where != "" && where != "local" {
		return place{peer: where}, nil
	}
	if p.only != nil {
		return place{}, absentError("not among the modules of this process and assigned to no peer")
	}
	return place{}, nil
}

// offers reports whether a module can be had from here at all.
func (p *plan) offers(module string) bool {
	_, err := p.place(module)
	return err == nil
}
