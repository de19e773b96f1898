package peer

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/pure-peace/peace/transport/grpc/peerpb"
)

// Description is what a peer says about itself.
type Description struct {
	Name, Build string
	Services    []string // full names, for example "peace.users.v1.UsersService"
}

// Describe asks the peer what it is.
func (c *Conn) Describe(ctx context.Context) (Description, error) {
	out, err := peerpb.NewPeerServiceClient(c).Describe(ctx, &peerpb.DescribeRequest{})
	if err != nil {
		return Description{}, err
	}
	return Description{Name: out.GetName(), Build: out.GetBuild(), Services: out.GetServices()}, nil
}

// Check fails with ErrNotServed or ErrVersion unless the peer offers each of the services (full names such as
// userspb.UsersService_ServiceDesc.ServiceName), and otherwise as a call does. A peer that cannot describe itself, such as
// one in another language, passes: its calls will tell.
func (c *Conn) Check(ctx context.Context, services ...string) error {
	d, err := c.Describe(ctx)
	if errors.Is(err, ErrNotServed) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, service := range services {
		if slices.Contains(d.Services, service) {
			continue
		}
		us, them := side("this process", c.name, c.build), side("peer "+c.peer, d.Name, d.Build)
		for _, offered := range d.Services {
			if contract(offered) == contract(service) {
				return ErrVersion.With("service", service).WithMessage(
					fmt.Sprintf("%s needs %s, but %s offers %s: run the same version on both sides", us, service, them, offered))
			}
		}
		return ErrNotServed.With("service", service).WithMessage(
			fmt.Sprintf("%s needs %s, but %s does not offer it: add its module to peers.serve over there", us, service, them))
	}
	return nil
}

// side names one end of a connection for people.
func side(role, name, build string) string {
	if detail := strings.TrimSpace(name + " " + build); detail != "" {
		return role + " (" + detail + ")"
	}
	return role
}

// contract returns a service's full name without the version of its package.
func contract(service string) string {
	parts := strings.Split(service, ".")
	if len(parts) < 3 {
		return service
	}
	return strings.Join(slices.Delete(parts, len(parts)-2, len(parts)-1), ".")
}
