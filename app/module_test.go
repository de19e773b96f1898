package app

import (
	"context"
	"errors"
	"strings"
	"testing"

	"google.golang.org/grpc"
)

// toy services, each of which knows only its own name.
type toy struct{ name string }

func toyRow(name string, needs ...func(*Resolver)) *Module[*toy, struct{}] {
	return &Module[*toy, struct{}]{
		Name:   name,
		Config: func(*Config) struct{} { return struct{}{} },
		New: func(_ context.Context, _ struct{}, r *Resolver) (*toy, error) {
			for _, need := range needs {
				need(r)
			}
			if err := r.Err(); err != nil {
				return nil, err
			}
			return &toy{name}, nil
		},
		Dial: func(grpc.ClientConnInterface) *toy { return &toy{name + " from afar"} },
	}
}

func needs(row *Module[*toy, struct{}]) func(*Resolver) { return func(r *Resolver) { Use(r, row) } }

// resolverOf resolves with the places of the given configuration.
func resolverOf(t *testing.T, modules map[string]string, rows ...Row) *Resolver {
	t.Helper()
	r := &Resolver{
		ctx: t.Context(), config: &Config{}, rows: map[string]Row{}, instances: map[string]*instance{},
		place: func(module string) (place, error) {
			switch where := modules[module]; where {
			case "off":
				return place{}, errOff
			case "", "local":
				return place{}, nil
			default:
				return place{where}, nil
			}
		},
		dial: func(string) (grpc.ClientConnInterface, error) { return nil, nil },
	}
	for _, row := range rows {
		r.rows[row.name()] = row
	}
	return r
}

func TestUseResolvesOnceAndDependenciesFirst(t *testing.T) {
	users := toyRow("users")
	scores := toyRow("scores", needs(users))
	rankings := toyRow("rankings", needs(users), needs(scores))
	r := resolverOf(t, nil)
	first, again := Use(r, rankings), Use(r, rankings)
	if err := r.Err(); err != nil {
		t.Fatal(err)
	}
	if first != again {
		t.Error("rankings was made twice")
	}
	var order []string
	for _, in := range r.order {
		order = append(order, in.name)
	}
	if got := strings.Join(order, " "); got != "users scores rankings" {
		t.Errorf("made in the order %q", got)
	}
}

func TestAModuleAtAPeerIsDialledAndNeedsNothingHere(t *testing.T) {
	users := toyRow("users")
	scores := toyRow("scores", needs(users))
	r := resolverOf(t, map[string]string{"scores": "pp", "users": "off"})
	if got := Use(r, scores); got == nil || got.name != "scores from afar" {
		t.Errorf("got %v", got)
	}
	if err := r.Err(); err != nil {
		t.Error(err)
	}
}

func TestFailuresNameBothSides(t *testing.T) {
	users := toyRow("users")
	scores := toyRow("scores", needs(users))
	broken := toyRow("users")
	broken.New = func(context.Context, struct{}, *Resolver) (*toy, error) { return nil, errors.New("disk full") }
	circular := toyRow("users", func(r *Resolver) { Use(r, scores) })
	far := toyRow("users")
	far.Dial = nil
	for _, tc := range []struct {
		name    string
		modules map[string]string
		row     Row
		want    string
	}{
		{"off", map[string]string{"users": "off"}, nil, "users is off, but scores needs it"},
		{"broken", nil, broken, "module users: disk full"},
		{"a circle made by a replacement", nil, circular, "modules depend on one another in a circle: scores → users → scores"},
		{"remote without a contract", map[string]string{"users": "a"}, far, "module users: it cannot be at peer a: it has no wire contract"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := resolverOf(t, tc.modules)
			if tc.row != nil {
				r.rows["users"] = tc.row
			}
			Use(r, scores)
			if err := r.Err(); err == nil || err.Error() != tc.want {
				t.Errorf("error is %q, want %q", err, tc.want)
			}
		})
	}
}

func TestWhatIsOffCanBeDoneWithout(t *testing.T) {
	users := toyRow("users")
	r := resolverOf(t, map[string]string{"users": "off"})
	if got := UseIfOn(r, users); got != nil || r.Err() != nil {
		t.Errorf("a module that is off: %v, %v", got, r.Err())
	}
	if got := UseIfOn(resolverOf(t, nil), users); got == nil || got.name != "users" {
		t.Errorf("a module that is on: %v", got)
	}
	r = resolverOf(t, nil)
	r.place = func(string) (place, error) { return place{}, absentError("assigned to no peer") }
	if UseIfOn(r, users); r.Err() == nil {
		t.Error("a module that is on and nowhere is no failure")
	}
}

func TestReplaceLeavesTheTableAlone(t *testing.T) {
	users := toyRow("users")
	own := users.Replace(func(context.Context, struct{}, *Resolver) (*toy, error) { return &toy{"own"}, nil })
	if got := Use(resolverOf(t, nil, own), users); got.name != "own" {
		t.Errorf("the replacement was not used: %q", got.name)
	}
	if got := Use(resolverOf(t, nil), users); got.name != "users" {
		t.Errorf("the table was changed: %q", got.name)
	}
}
