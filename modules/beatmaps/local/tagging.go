package local

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/database"
)

type tagRow struct {
	bun.BaseModel `bun:"table:beatmap_tags,alias:t"`

	BeatmapID int32     `bun:"beatmap_id,pk"`
	UserID    int32     `bun:"user_id,pk"`
	TagID     int32     `bun:"tag_id,pk"`
	At        time.Time `bun:"at"`
}

type tagCountRow struct {
	bun.BaseModel `bun:"table:beatmap_tag_counts,alias:n"`

	BeatmapID int32 `bun:"beatmap_id,pk"`
	TagID     int32 `bun:"tag_id,pk"`
	Players   int32 `bun:"players"`
}

// given returns that players have given a beatmap a tag: the one with the name, or without such a one any with the name in its own.
func (c *catalogue) given(name string) condition {
	ids := c.byName[name]
	for _, tag := range c.all {
		if len(c.byName[name]) == 0 && strings.Contains(strings.ToLower(tag.Name), name) {
			ids = append(ids, tag.ID)
		}
	}
	if len(ids) == 0 {
		return condition{"1 = 0", nil}
	}
	return condition{
		"b.id IN (SELECT n.beatmap_id FROM beatmap_tag_counts AS n WHERE n.tag_id IN (?) AND n.players > 0)", []any{bun.List(ids)},
	}
}

// Tags implements beatmaps.Tagging.
func (s *Service) Tags(context.Context) ([]beatmaps.Tag, error) {
	all := slices.Clone(s.tags.all)
	for i := range all {
		if r := all[i].Ruleset; r != nil {
			own := *r
			all[i].Ruleset = &own
		}
	}
	return all, nil
}

// Tag implements beatmaps.Tagging.
func (s *Service) Tag(ctx context.Context, userID, beatmapID, tagID int32, on bool) error {
	tag, ok := s.tags.byID[tagID]
	if !ok && on { // one that is no more can still be taken back
		return beatmaps.ErrNoTag
	}
	found, err := s.beatmap(ctx, beatmapID)
	switch {
	case err != nil:
		return err
	case found.Beatmap.Deleted:
		return beatmaps.ErrNotFound
	case on && tag.Ruleset != nil && *tag.Ruleset != found.Beatmap.Ruleset:
		return beatmaps.ErrBadTag
	}
	return s.store.tag(ctx, tagRow{BeatmapID: beatmapID, UserID: userID, TagID: tagID, At: time.Now().UTC()}, on)
}

func (s store) tag(ctx context.Context, row tagRow, on bool) error {
	return s.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		// The tags of one beatmap are counted one after another.
		var id int32
		q := tx.NewSelect().Model((*beatmapRow)(nil)).Column("id").Where("id = ?", row.BeatmapID)
		if s.Locks() {
			q = q.For("UPDATE")
		}
		if err := q.Scan(ctx, &id); err != nil {
			return err
		}
		var mine []int32
		err := tx.NewSelect().Model((*tagRow)(nil)).Column("tag_id").Where("beatmap_id = ?", row.BeatmapID).
			Where("user_id = ?", row.UserID).Scan(ctx, &mine)
		if err != nil || on == slices.Contains(mine, row.TagID) {
			return err
		}
		count := tagCountRow{BeatmapID: row.BeatmapID, TagID: row.TagID, Players: 1}
		if on {
			if len(mine) >= beatmaps.MaxTags {
				return beatmaps.ErrTooMany.WithMessage("you have given this beatmap too many tags")
			}
			_, err = tx.NewInsert().Model(&row).Exec(ctx)
		} else {
			count.Players = -1
			_, err = tx.NewDelete().Model(&row).WherePK().Exec(ctx)
		}
		if err != nil {
			return err
		}
		_, err = database.Upsert{Key: []string{"beatmap_id", "tag_id"}, Add: []string{"players"}}.On(tx.NewInsert().Model(&count)).Exec(ctx)
		return err
	})
}

// Tagged implements beatmaps.Tagging.
func (s *Service) Tagged(ctx context.Context, userID int32, beatmapIDs []int32) ([]beatmaps.Tagged, error) {
	if len(beatmapIDs) > beatmaps.MaxBatch {
		return nil, beatmaps.ErrTooLarge
	}
	if len(beatmapIDs) == 0 {
		return nil, nil
	}
	var counts []tagCountRow
	err := s.store.Reader.NewSelect().Model(&counts).Where("beatmap_id IN (?)", bun.List(beatmapIDs)).Where("players > 0").Scan(ctx)
	if err != nil || len(counts) == 0 {
		return nil, err
	}
	of := make(map[int32]*beatmaps.Tagged)
	for _, c := range counts {
		if _, ok := s.tags.byID[c.TagID]; !ok {
			continue
		}
		if of[c.BeatmapID] == nil {
			of[c.BeatmapID] = &beatmaps.Tagged{BeatmapID: c.BeatmapID}
		}
		of[c.BeatmapID].Counts = append(of[c.BeatmapID].Counts, beatmaps.TagCount{TagID: c.TagID, Count: c.Players})
	}
	if userID != 0 {
		var mine []tagRow
		err := s.store.Reader.NewSelect().Model(&mine).Column("beatmap_id", "tag_id").Where("beatmap_id IN (?)", bun.List(beatmapIDs)).
			Where("user_id = ?", userID).Order("tag_id").Scan(ctx)
		if err != nil {
			return nil, err
		}
		for _, m := range mine {
			if tagged := of[m.BeatmapID]; tagged != nil {
				if _, ok := s.tags.byID[m.TagID]; ok {
					tagged.Own = append(tagged.Own, m.TagID)
				}
			}
		}
	}
	var out []beatmaps.Tagged
	for _, id := range beatmapIDs {
		if tagged := of[id]; tagged != nil {
			delete(of, id)
			slices.SortFunc(tagged.Counts, func(a, b beatmaps.TagCount) int {
				return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.TagID, b.TagID))
			})
			out = append(out, *tagged)
		}
	}
	return out, nil
}
