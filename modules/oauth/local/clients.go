package local

import (
	"context"

	"github.com/pure-peace/peace/modules/oauth"
)

// program is a client that has proved which one it is.
type program struct {
	id      int64
	ownerID int32 // 0 for those of the server itself
}

func (p program) isApplication() bool { return p.id >= oauth.FirstClient }

// identify checks a client's secret. That of the site is its word: edges do not take it from outside.
func (s *Service) identify(ctx context.Context, c oauth.Client) (program, error) {
	switch {
	case c.ID == oauth.GameClient:
		fits := false
		for _, secret := range s.config.GameSecrets {
			kept := hash(secret)
			fits = same(c.Secret, kept[:]) || fits
		}
		if !fits {
			return program{}, oauth.ErrBadClient
		}
		return program{id: c.ID}, nil
	case c.ID == oauth.SiteClient && c.Secret == "":
		return program{id: c.ID}, nil
	case c.ID < oauth.FirstClient || len(c.Secret) != secretLength:
		return program{}, oauth.ErrBadClient
	}
	row, err := s.store.application(ctx, c.ID)
	if err != nil {
		return program{}, err
	}
	if row == nil || !same(c.Secret, row.SecretHash) {
		return program{}, oauth.ErrBadClient
	}
	return program{id: c.ID, ownerID: row.OwnerID}, nil
}

// notForThis refuses a client that is what it says, but not one for this grant.
func notForThis() error {
	return oauth.ErrBadClient.With("error", "unauthorized_client").WithMessage("this grant is not for this client")
}
