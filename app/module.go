package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"google.golang.org/grpc"

	"github.com/pure-peace/peace/modules/wire"
)

// Module is one row of the module table: a service S whose local implementation is configured by C. It knows three ways
// to come by the service and does not care which one is used.
//
// A row is a package-level variable, and New names the rows it depends on; so a cycle among the rows of a table is refused
// by the compiler.
type Module[S, C any] struct {
	// Name is what [modules], peers.serve and error messages call it.
	Name string

	// Config picks the module's section out of the tree.
	Config func(*Config) C

	// New makes the local implementation. It asks for its dependencies with Use and returns as soon as Resolver.Err says
	// that one is missing. It may find that the value also has Run, Drain, Close, Reload or Check: see Run.
	New func(ctx context.Context, config C, r *Resolver) (S, error)

	// Dial makes the remote one over a connection to the peer that serves it. Without it the module is always local.
	Dial func(grpc.ClientConnInterface) S

	// Serve offers an implementation to peers. Without it nobody can be offered the module.
	Serve func(grpc.ServiceRegistrar, S)

	// Observe wraps an implementation, local or remote, so that its calls are counted and traced. It may be nil.
	Observe func(S, wire.Observer) S
}

// Replace returns the row with another local implementation, for Extension.Modules.
func (m *Module[S, C]) Replace(with func(ctx context.Context, config C, r *Resolver) (S, error)) *Module[S, C] {
	replaced := *m
	replaced.New = with
	return &replaced
}

// Row is a Module of any service.
type Row interface {
	name() string
	resolve(ctx context.Context, r *Resolver) (*instance, error)
}

func (m *Module[S, C]) name() string { return m.Name }

// resolve makes the instance of the row, by the place that the resolver's configuration gives it.
func (m *Module[S, C]) resolve(ctx context.Context, r *Resolver) (*instance, error) {
	place, err := r.place(m.Name)
	if err != nil {
		return nil, err
	}
	made := &instance{name: m.Name, peer: place.peer}
	var service S
	if place.peer != "" && m.Dial == nil {
		return nil, fmt.Errorf("it cannot be at peer %s: it has no wire contract", place.peer)
	}
	if place.peer != "" {
		conn, err := r.dial(place.peer)
		if err != nil {
			return nil, err
		}
		service = m.Dial(conn)
	} else {
		service, err = m.New(ctx, m.Config(r.config), r)
		if err == nil {
			err = r.takeErr()
		}
		if err != nil {
			return nil, err
		}
		local := service // what is wrapped below can do less
		made.local = local
		made.reload = func(c *Config) error {
			if target, ok := any(local).(interface{ Reload(C) error }); ok {
				return target.Reload(m.Config(c))
			}
			return errNotReloadable
		}
		made.section = func(c *Config) any { return m.Config(c) }
	}
	if r.observer != nil && m.Observe != nil {
		service = m.Observe(service, r.observer)
	}
	made.service = service
	if m.Serve != nil {
		made.serve = func(to grpc.ServiceRegistrar) { m.Serve(to, service) }
	}
	return made, nil
}

// instance is a resolved row.
type instance struct {
	name    string
	peer    string                      // "" when local
	service any                         // what dependants get
	local   any                         // the implementation itself, for its capabilities; nil when remote
	serve   func(grpc.ServiceRegistrar) // nil when it cannot be served
	reload  func(*Config) error
	section func(*Config) any
}

// Resolver finds services for those who need them: each row is resolved once, when it is first asked for, and its
// dependencies are resolved before it. It is used by one goroutine, while an App is being built.
type Resolver struct {
	config    *Config
	rows      map[string]Row // replacements and additions by name; other rows stand for themselves
	place     func(module string) (place, error)
	dial      func(peer string) (grpc.ClientConnInterface, error)
	observer  wire.Observer
	shared    *shared
	instances map[string]*instance
	order     []*instance // in the order of completion: dependencies first
	path      []string    // of the modules being resolved now, outermost first
	err       error       // the first failure below the module being resolved
	ctx       context.Context
}

// place says where a module runs: at a peer, or here when peer is "".
type place struct{ peer string }

// Use returns the service of a row. When it cannot be had the result is the zero value, and Err tells why; so a New can
// ask for everything it needs and look once.
func Use[S, C any](r *Resolver, m *Module[S, C]) S {
	made := r.use(m)
	if made == nil {
		var none S
		return none
	}
	return made.service.(S)
}

// UseIfOn is Use for what one can do without: a module that the configuration switches off is the zero value, and no
// failure. One that is on but cannot be had is a failure all the same.
func UseIfOn[S, C any](r *Resolver, m *Module[S, C]) S {
	if _, err := r.place(m.Name); errors.Is(err, errOff) {
		var none S
		return none
	}
	return Use(r, m)
}

func (r *Resolver) use(row Row) *instance {
	if r.err != nil {
		return nil
	}
	name := row.name()
	if made := r.instances[name]; made != nil {
		return made
	}
	if slices.Contains(r.path, name) {
		r.err = &unresolved{fmt.Errorf("modules depend on one another in a circle: %s → %s", strings.Join(r.path, " → "), name)}
		return nil
	}
	if own, ok := r.rows[name]; ok {
		row = own
	}
	r.path = append(r.path, name)
	made, err := row.resolve(r.ctx, r)
	r.path = r.path[:len(r.path)-1]
	if err != nil {
		r.err = r.explain(name, err)
		return nil
	}
	r.instances[name] = made
	r.order = append(r.order, made)
	return made
}

// on makes Use speak for something that is no module, such as an edge, until the returned function is called.
func (r *Resolver) on(behalf string) (done func()) {
	r.path = append(r.path, behalf)
	return func() { r.path = r.path[:len(r.path)-1] }
}

// explain adds to a failure which module it was and who needed it.
func (r *Resolver) explain(name string, err error) error {
	if errors.As(err, new(*unresolved)) { // says it already, from further down
		return err
	}
	needed := ""
	if len(r.path) > 0 {
		needed = ", but " + r.path[len(r.path)-1] + " needs it"
	}
	if absent := absentError(""); errors.As(err, &absent) {
		return &unresolved{fmt.Errorf("%s is %s%s", name, absent, needed)}
	}
	return &unresolved{fmt.Errorf("module %s: %w", name, err)}
}

// unresolved marks an error that already names its module.
type unresolved struct{ error }

func (e *unresolved) Unwrap() error { return e.error }

// absentError says why a module is nowhere.
type absentError string

// errOff is why a module is nowhere that the configuration switches off.
const errOff = absentError("off")

func (e absentError) Error() string { return string(e) }

// Err returns the first failure of Use, or nil.
func (r *Resolver) Err() error { return r.err }

// takeErr is Err for the module that is being resolved, which reports it to its own dependant.
func (r *Resolver) takeErr() error {
	err := r.err
	r.err = nil
	return err
}
