package local

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"time"

	"github.com/uptrace/bun"

	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/osu"
)

// key names attributes: what they belong to, and who calculated them.
type key struct {
	beatmap   string // MD5
	ruleset   osu.Ruleset
	mods      string // those that matter to difficulty
	algorithm string
	version   int
	passed    int // objects of plays that stopped early, 0 for all; only attributes of all are stored
}

// store is the SQL of this module over the table difficulty_attributes.
type store struct{ *database.DB }

type row struct {
	bun.BaseModel `bun:"table:difficulty_attributes,alias:d"`

	Beatmap    string      `bun:"beatmap,pk"`
	Ruleset    osu.Ruleset `bun:"ruleset,pk"`
	Mods       string      `bun:"mods,pk"`
	Algorithm  string      `bun:"algorithm,pk"`
	Version    int         `bun:"version,pk"`
	Attributes string      `bun:"attributes"`
	CreatedAt  time.Time   `bun:"created_at"`
}

// maxMods is the width of the column mods. Longer sets, which nobody plays, are kept by their hash.
const maxMods = 191

func column(mods string) string {
	if len(mods) <= maxMods {
		return mods
	}
	sum := sha256.Sum256([]byte(mods))
	return "sha256:" + hex.EncodeToString(sum[:])
}

// find returns stored attributes; ok is false when there are none.
func (s store) find(ctx context.Context, k key) (attributes []byte, ok bool, err error) {
	var text string
	err = s.Reader.NewSelect().Model((*row)(nil)).Column("attributes").
		Where("beatmap = ?", k.beatmap).Where("ruleset = ?", k.ruleset).Where("mods = ?", column(k.mods)).
		Where("algorithm = ?", k.algorithm).Where("version = ?", k.version).Scan(ctx, &text)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, false, nil
	}
	return []byte(text), err == nil, err
}

// keep stores attributes. Those that somebody else stored meanwhile are equal, and stay.
func (s store) keep(ctx context.Context, k key, attributes []byte, at time.Time) error {
	insert := s.NewInsert().Model(&row{
		Beatmap: k.beatmap, Ruleset: k.ruleset, Mods: column(k.mods), Algorithm: k.algorithm, Version: k.version,
		Attributes: string(attributes), CreatedAt: at,
	})
	_, err := database.Upsert{Key: []string{"beatmap", "ruleset", "mods", "algorithm", "version"}}.On(insert).Exec(ctx)
	return err
}
