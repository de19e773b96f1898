package local

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/pure-peace/peace/modules/moderation"
	"github.com/pure-peace/peace/modules/users"
)

const (
	compareEvery = 24 * time.Hour // how often the hardware of a player who plays is compared with that of others
	maxNamed     = 10             // accounts that a finding names
)

// stale reports whether a player's hardware is to be compared with that of others again.
func (s *Service) stale(userID int32) bool {
	at, ok := s.checked.Get(userID)
	return !ok || time.Since(at) >= compareEvery
}

// hardware returns a finding when other accounts play on the machine of this one. Families and internet cafés do, too, so it
// weighs little; more when another account was restricted.
func (s *Service) hardware(ctx context.Context, userID int32) ([]moderation.Finding, error) {
	matches, err := s.deps.Users.Matches(ctx, userID)
	if err != nil {
		return nil, err
	}
	if len(matches) == 0 {
		return nil, nil
	}
	others := make([]int32, 0, maxNamed)
	for _, m := range matches[:min(len(matches), maxNamed)] {
		others = append(others, m.UserID)
	}
	accounts, err := s.deps.Users.Get(ctx, others)
	if err != nil {
		return nil, err
	}
	restricted := map[int32]bool{}
	for _, a := range accounts {
		restricted[a.ID] = a.Restricted
	}
	f := moderation.Finding{Kind: kindHardware, UserID: userID}
	var named []string
	for _, m := range matches[:len(others)] {
		weight, shares := weighMatch(m)
		if restricted[m.UserID] {
			weight *= 3
			shares += ", restricted"
		}
		if weight > f.Weight {
			f.Weight, f.OtherUser = weight, m.UserID
		}
		named = append(named, fmt.Sprintf("%d (%s)", m.UserID, shares))
	}
	if more := len(matches) - len(others); more > 0 {
		named = append(named, fmt.Sprintf("%d more", more))
	}
	f.Detail = clean("shares hardware with " + strings.Join(named, "; "))
	return []moderation.Finding{f}, nil
}

// weighMatch says what is shared. An adapter may be a dongle, a disk may have been sold; all three are one machine.
func weighMatch(m users.Match) (weight int32, shares string) {
	var parts []string
	for _, part := range []struct {
		shared bool
		name   string
	}{{m.Adapters, "adapters"}, {m.Uninstall, "installation"}, {m.Disk, "disk"}} {
		if part.shared {
			parts = append(parts, part.name)
		}
	}
	return [...]int32{1, 3, 6, 12}[len(parts)], strings.Join(parts, " and ")
}
