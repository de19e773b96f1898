package local

import (
	"cmp"
	"context"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/uptrace/bun"

	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/users"
)

const (
	// devicesKept bounds the devices of an account: the one unused for longest makes room for a new one.
	devicesKept = 1000
	// matchesKept bounds what Matches returns.
	matchesKept = 1000
	// visitEvery is how often a visit without a device, such as a request with a password in it, is written down.
	visitEvery = time.Minute

	maxClientVersion = 64
)

// shared are the values that say nothing of a machine because many have them: the MD5 of nothing, of "0", of "unknown" and
// of what the client says of the adapters under Wine. The empty value is one that is not known.
var shared = []string{"", md5hex(""), md5hex("0"), md5hex("unknown"), md5hex("runningunderwine")}

// device is a row of user_devices.
type device struct {
	bun.BaseModel `bun:"table:user_devices,alias:d"`

	UserID        int32     `bun:"user_id,pk"`
	Adapters      string    `bun:"adapters,pk"`
	Uninstall     string    `bun:"uninstall,pk"`
	Disk          string    `bun:"disk,pk"`
	Wine          bool      `bun:"wine,pk"`
	Executable    string    `bun:"executable"`
	ClientVersion string    `bun:"client_version"`
	Address       string    `bun:"address"`
	FirstAt       time.Time `bun:"first_at"`
	LastAt        time.Time `bun:"last_at"`
	Uses          int64     `bun:"uses"`
}

// newDevice takes what a client claims. A value that is not an MD5 is kept as not known.
func newDevice(id int32, d users.Device, address netip.Addr, at time.Time) device {
	known := func(s string) string {
		if !isMD5(s) {
			return ""
		}
		return s
	}
	version := strings.ReplaceAll(strings.ToValidUTF8(d.ClientVersion, ""), "\x00", "")
	if utf8.RuneCountInString(version) > maxClientVersion {
		version = string([]rune(version)[:maxClientVersion])
	}
	row := device{
		UserID: id, Adapters: known(d.Adapters), Uninstall: known(d.Uninstall), Disk: known(d.Disk), Wine: d.Wine,
		Executable: known(d.Executable), ClientVersion: version, FirstAt: at, LastAt: at, Uses: 1,
	}
	if address.IsValid() {
		row.Address = address.Unmap().WithZone("").String()
	}
	return row
}

// visit notes that the account was used, and the device that it was used from.
func (s store) visit(ctx context.Context, id int32, at time.Time, used *device) error {
	seen := func(ctx context.Context, db bun.IDB) error {
		_, err := db.NewUpdate().Model((*account)(nil)).Set("last_seen_at = ?", at).Where("id = ?", id).Exec(ctx)
		return err
	}
	if used == nil {
		return seen(ctx, s.DB)
	}
	return s.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		if err := seen(ctx, tx); err != nil {
			return err
		}
		_, err := database.Upsert{
			Key:     []string{"user_id", "adapters", "uninstall", "disk", "wine"},
			Replace: []string{"executable", "client_version", "address", "last_at"},
			Add:     []string{"uses"},
		}.On(tx.NewInsert().Model(used)).Exec(ctx)
		if err != nil {
			return err
		}
		return s.forgetDevices(ctx, tx, id)
	})
}

// forgetDevices keeps the latest devices of an account.
func (s store) forgetDevices(ctx context.Context, tx bun.Tx, id int32) error {
	var oldest []time.Time
	err := tx.NewSelect().Model((*device)(nil)).Column("last_at").Where("user_id = ?", id).
		Order("last_at DESC").Limit(1).Offset(devicesKept).Scan(ctx, &oldest)
	if err != nil || len(oldest) == 0 {
		return err
	}
	_, err = tx.NewDelete().Model((*device)(nil)).Where("user_id = ?", id).Where("last_at <= ?", oldest[0]).Exec(ctx)
	return err
}

// homesKept is how many of its latest devices tell where an account is at home.
const homesKept = 20

// hasComeFrom reports whether one of the account's latest devices was last used in a network.
func (s store) hasComeFrom(ctx context.Context, id int32, from netip.Prefix) (bool, error) {
	if !from.IsValid() {
		return false, nil
	}
	var addresses []string
	err := s.Reader.NewSelect().Model((*device)(nil)).Column("address").Where("user_id = ?", id).
		Order("last_at DESC").Limit(homesKept).Scan(ctx, &addresses)
	return slices.ContainsFunc(addresses, func(text string) bool {
		address, err := netip.ParseAddr(text)
		return err == nil && from.Contains(address)
	}), err
}

func (s store) devices(ctx context.Context, id int32) ([]users.DeviceRecord, error) {
	var rows []device
	err := s.Reader.NewSelect().Model(&rows).Where("user_id = ?", id).Order("last_at DESC").Limit(devicesKept).Scan(ctx)
	if err != nil {
		return nil, err
	}
	records := make([]users.DeviceRecord, len(rows))
	for i, r := range rows {
		records[i] = users.DeviceRecord{
			Device: users.Device{
				ClientVersion: r.ClientVersion, Executable: r.Executable,
				Adapters: r.Adapters, Uninstall: r.Uninstall, Disk: r.Disk, Wine: r.Wine,
			},
			FirstAt: r.FirstAt.UTC(), LastAt: r.LastAt.UTC(), Uses: int(r.Uses),
		}
		if r.Address != "" {
			records[i].Address, err = netip.ParseAddr(r.Address)
			if err != nil {
				return nil, err
			}
		}
	}
	return records, nil
}

// matches asks for each kind of value by itself: each question is then answered by one index.
func (s store) matches(ctx context.Context, id int32) ([]users.Match, error) {
	found := map[int32]*users.Match{}
	for _, kind := range []struct {
		column string
		wine   bool // whether the value counts under Wine
		mark   func(*users.Match)
	}{
		{"adapters", false, func(m *users.Match) { m.Adapters = true }},
		{"uninstall", true, func(m *users.Match) { m.Uninstall = true }},
		{"disk", false, func(m *users.Match) { m.Disk = true }},
	} {
		others, err := s.sharing(ctx, id, kind.column, kind.wine)
		if err != nil {
			return nil, err
		}
		for _, other := range others {
			m := found[other.UserID]
			if m == nil {
				m = &users.Match{UserID: other.UserID}
				found[other.UserID] = m
			}
			kind.mark(m)
			if at := other.LastAt.UTC(); at.After(m.LastAt) {
				m.LastAt = at
			}
		}
	}
	matches := make([]users.Match, 0, len(found))
	for _, m := range slices.SortedFunc(maps.Values(found), stronger) {
		matches = append(matches, *m)
	}
	return matches[:min(len(matches), matchesKept)], nil
}

type sharer struct {
	UserID int32     `bun:"user_id"`
	LastAt time.Time `bun:"last_at"`
}

// sharing returns the other accounts with a device that has the same value in the column as one of this account's.
func (s store) sharing(ctx context.Context, id int32, column string, wine bool) ([]sharer, error) {
	var others []sharer
	q := s.Reader.NewSelect().TableExpr("user_devices AS d").
		Join("JOIN user_devices AS o ON o.? = d.? AND o.user_id <> d.user_id", bun.Ident(column), bun.Ident(column)).
		ColumnExpr("o.user_id").ColumnExpr("MAX(o.last_at) AS last_at").
		Where("d.user_id = ?", id).Where("d.? NOT IN (?)", bun.Ident(column), bun.List(shared)).
		GroupExpr("o.user_id").OrderExpr("MAX(o.last_at) DESC").Limit(matchesKept)
	if !wine {
		q = q.Where("NOT d.wine AND NOT o.wine")
	}
	err := q.Scan(ctx, &others)
	return others, err
}

// stronger orders matches: by how many values fit, then the latest first.
func stronger(a, b *users.Match) int {
	strength := func(m *users.Match) (n int) {
		for _, fits := range []bool{m.Adapters, m.Uninstall, m.Disk} {
			if fits {
				n++
			}
		}
		return n
	}
	return cmp.Or(cmp.Compare(strength(b), strength(a)), b.LastAt.Compare(a.LastAt), cmp.Compare(a.UserID, b.UserID))
}
