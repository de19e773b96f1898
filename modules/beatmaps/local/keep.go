package local

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"path"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/files"
	"github.com/pure-peace/peace/modules/performance"
	"github.com/pure-peace/peace/osu/beatmap"
)

// candidate is a .osu file that was read: what it says of its beatmap, and of its set.
type candidate struct {
	beatmap  beatmaps.Beatmap // ID and SetID as the file says them; 0 for none
	metadata beatmap.Metadata
	video    string // file name of the video, "" for none
	story    bool
}

// errNoBeatmap says why a file is none.
var errNoBeatmap = errors.New("there is nothing to hit in this file")

// read reads a .osu file that has a name.
func read(name string, data []byte) (candidate, error) {
	m, err := beatmap.Parse(data)
	if err != nil {
		return candidate{}, err
	}
	if len(m.HitObjects) == 0 { // as everything has that is no beatmap at all: the game's decoder is lenient
		return candidate{}, errNoBeatmap
	}
	if !m.Mode.Valid() {
		return candidate{}, fmt.Errorf("there is no ruleset %d", m.Mode)
	}
	f, err := m.Figures()
	if err != nil {
		return candidate{}, err
	}
	out := candidate{
		metadata: m.Metadata, story: strings.TrimSpace(m.Events.Storyboard) != "",
		beatmap: beatmaps.Beatmap{
			ID: official(m.ID), SetID: official(m.SetID), MD5: m.MD5, File: fileName(name), Name: m.Name, Ruleset: m.Mode,
			Circles: int32(f.Circles), Sliders: int32(f.Sliders + f.Holds), Spinners: int32(f.Spinners),
			Length: duration(f.Length), Drain: duration(f.Drain), BPM: f.BPM,
			CircleSize: shown(m.CircleSize), Approach: shown(m.ApproachRate), Overall: shown(m.OverallDifficulty),
			HealthDrain: shown(m.DrainRate), HasFile: true,
		},
	}
	if len(m.Events.Videos) > 0 {
		out.video = m.Events.Videos[0].File
	}
	return out, nil
}

// official returns an id as a file says it, or 0 when it cannot be one of the official server.
func official(id int32) int32 {
	if id <= 0 || id >= beatmaps.FirstLocalID {
		return 0
	}
	return id
}

// fileName returns the last part of a file's name in an archive.
func fileName(name string) string { return fit(path.Base(strings.ReplaceAll(name, `\`, "/"))) }

func duration(milliseconds float64) time.Duration {
	return time.Duration(finiteBy(milliseconds, 1e9)) * time.Millisecond
}

// shown returns a setting with the digits that it was written with, which a float32 as float64 would not have.
func shown(v float32) float64 { return math.Round(finite(float64(v))*1e4) / 1e4 }

// keepFile keeps the .osu file of a beatmap that is known by its MD5, for example because a source told of it, with what
// follows from it: figures, stars, combo. ErrNotFound when no beatmap has this MD5, ErrBadArchive when it is no beatmap.
func (s *Service) keepFile(ctx context.Context, data []byte) error {
	c, err := read("", data)
	if err != nil {
		return beatmaps.ErrBadArchive.WithMessage(err.Error())
	}
	places, err := s.store.locate(ctx, nil, []string{c.beatmap.MD5})
	if err != nil {
		return err
	}
	if len(places) == 0 {
		return beatmaps.ErrNotFound
	}
	if err := s.storeFile(ctx, c.beatmap.MD5, data); err != nil {
		return err
	}
	setID := places[0].SetID
	changed, _, err := s.edit(ctx, setID, func(_ context.Context, _ bun.Tx, d *draft) error {
		if row := d.byMD5(c.beatmap.MD5); row != nil {
			row.attach(&c.beatmap)
		}
		return nil
	})
	if err != nil {
		return err
	}
	s.rateSet(ctx, setID)
	s.changed(ctx, setID, changed)
	return nil
}

// storeFile puts a .osu file into the files module and teaches it to performance, which may find it too large.
func (s *Service) storeFile(ctx context.Context, md5 string, data []byte) error {
	key := beatmaps.FileKey(md5)
	there, err := s.deps.Files.Stat(ctx, []string{key})
	if err != nil {
		return err
	}
	if len(there) == 0 || there[0].Size != int64(len(data)) {
		if _, err := files.Write(ctx, s.deps.Files, key, bytes.NewReader(data), beatmap.MaxSize); err != nil {
			return err
		}
	}
	_, err = s.deps.Performance.Learn(ctx, data)
	if errors.Is(err, performance.ErrTooLarge) || errors.Is(err, performance.ErrBadBeatmap) {
		return nil // it can be played all the same
	}
	return err
}

// attach takes over what only the file itself says for certain.
func (r *beatmapRow) attach(b *beatmaps.Beatmap) {
	r.HasFile = true
	r.Circles, r.Sliders, r.Spinners = b.Circles, b.Sliders, b.Spinners
	r.Length, r.Drain = milliseconds(b.Length), milliseconds(b.Drain)
	if b.File != "" && b.File != "." {
		r.File = fit(b.File)
	}
}
