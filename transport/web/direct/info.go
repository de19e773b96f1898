package direct

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/files"
	"github.com/pure-peace/peace/modules/performance"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/mods"
)

// maxInfos is how many beatmaps the client asks for at once; more are none of it.
const maxInfos = 100

// info tells the song list which of the player's beatmaps are ranked and how well he has done on them. Those that are not known
// have no line. The content type of the request does not matter: the client sends none.
func (s *Server) info(w http.ResponseWriter, r *http.Request, user users.User) {
	var wanted struct {
		Filenames []string `json:"Filenames"`
		IDs       []int32  `json:"Ids"`
	}
	if err := json.NewDecoder(r.Body).Decode(&wanted); err != nil {
		refuseBody(w, err)
		return
	}
	n := len(wanted.Filenames)
	if n+len(wanted.IDs) == 0 || n+len(wanted.IDs) > maxInfos {
		text(w, "")
		return
	}
	var keys []beatmaps.Key
	indexes := make(map[beatmaps.Key][]int) // of the names; -1 for ids
	add := func(key beatmaps.Key, index int) {
		if indexes[key] == nil {
			keys = append(keys, key)
		}
		indexes[key] = append(indexes[key], index)
	}
	for i, name := range wanted.Filenames { // some are there twice: players copy folders
		if key := (beatmaps.Key{File: strings.ToValidUTF8(clip(name, 512), "")}); key.File != "" {
			add(key, i)
		}
	}
	for _, id := range wanted.IDs {
		if key := (beatmaps.Key{ID: id}); id > 0 {
			add(key, -1)
		}
	}
	found, err := s.deps.Beatmaps.Beatmaps(r.Context(), keys)
	grades := make(map[int32][]osu.Grade, len(found))
	if err == nil && len(found) > 0 && s.deps.Scores != nil {
		ids := make([]int32, len(found))
		for i := range found {
			ids[i] = found[i].Beatmap.ID
		}
		list, failed := s.deps.Scores.Grades(r.Context(), user.ID, ids)
		for _, g := range list {
			grades[g.BeatmapID] = g.Grades
		}
		err = failed
	}
	if err != nil {
		s.deps.Players.Refuse(w, r, err)
		return
	}
	var b strings.Builder
	for i := range found {
		if found[i].Beatmap.Deleted {
			continue
		}
		for _, index := range indexes[found[i].Key] {
			if b.Len() > 0 {
				b.WriteByte('\n')
			}
			writeInfo(&b, index, &found[i].Beatmap, grades[found[i].Beatmap.ID])
		}
	}
	text(w, b.String())
}

// writeInfo writes index|beatmap|set|md5|status|grade|grade|grade|grade.
func writeInfo(b *strings.Builder, index int, beatmap *beatmaps.Beatmap, grades []osu.Grade) {
	b.WriteString(strconv.Itoa(index))
	for _, part := range []string{
		strconv.Itoa(int(beatmap.ID)), strconv.Itoa(int(beatmap.SetID)), beatmap.MD5, strconv.Itoa(max(0, int(beatmap.Status))),
	} {
		b.WriteByte('|')
		b.WriteString(part)
	}
	for ruleset := range int(osu.Rulesets) {
		grade := osu.GradeNone
		if ruleset < len(grades) {
			grade = grades[ruleset]
		}
		b.WriteByte('|')
		b.WriteString(grade.String())
	}
}

// stars calculates the star rating of a beatmap with mods, which the client cannot do for new mods and rulesets itself.
func (s *Server) stars(w http.ResponseWriter, r *http.Request) {
	var wanted struct {
		BeatmapID int32    `json:"beatmap_id"`
		RulesetID uint8    `json:"ruleset_id"`
		Mods      mods.Set `json:"mods"`
	}
	if err := json.NewDecoder(r.Body).Decode(&wanted); err != nil || wanted.BeatmapID <= 0 {
		refuseBody(w, err)
		return
	}
	found, err := s.deps.Beatmaps.Beatmaps(r.Context(), []beatmaps.Key{{ID: wanted.BeatmapID}})
	if err == nil && len(found) == 0 {
		err = beatmaps.ErrNotFound
	}
	if err == nil && s.deps.Performance == nil {
		err = performance.ErrUnknownBeatmap
	}
	var difficulty performance.Difficulty
	if err == nil {
		target := performance.Target{Beatmap: found[0].Beatmap.MD5, Ruleset: osu.Ruleset(wanted.RulesetID), Mods: wanted.Mods}
		difficulty, err = s.difficulty(r, found[0].Beatmap, target)
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	text(w, strconv.FormatFloat(difficulty.Stars, 'f', -1, 64))
}

// difficulty asks how hard a beatmap is, and teaches it if performance has lost or never had it.
func (s *Server) difficulty(r *http.Request, beatmap beatmaps.Beatmap, target performance.Target) (performance.Difficulty, error) {
	difficulty, err := s.deps.Performance.Difficulty(r.Context(), target)
	if !errors.Is(err, performance.ErrUnknownBeatmap) || !beatmap.HasFile {
		return difficulty, err
	}
	data, err := files.Load(r.Context(), s.deps.Files, beatmaps.FileKey(beatmap.MD5), performance.MaxFile)
	if err != nil {
		return difficulty, err
	}
	if _, err := s.deps.Performance.Learn(r.Context(), data); err != nil {
		return difficulty, err
	}
	return s.deps.Performance.Difficulty(r.Context(), target)
}

// refuseBody answers a body that is not what it should be; nil is one that says nothing sensible.
func refuseBody(w http.ResponseWriter, err error) {
	if errors.As(err, new(*http.MaxBytesError)) {
		w.WriteHeader(http.StatusRequestEntityTooLarge)
		return
	}
	w.WriteHeader(http.StatusBadRequest)
}
