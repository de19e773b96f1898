package direct

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/osu"
)

const (
	pageSize  = 100
	maxOffset = 10_000 // of beatmaps.Query
	playedMax = 3      // pages of a player's beatmaps in one ruleset that are searched
)

// filters are what the client's list of categories sends in r. What is not in here means all.
var filters = map[string][]osu.Status{
	"0": {osu.StatusRanked, osu.StatusApproved},
	"2": {osu.StatusPending, osu.StatusWIP},
	"3": {osu.StatusQualified},
	"5": {osu.StatusGraveyard},
	"7": {osu.StatusRanked, osu.StatusApproved}, // those that the player has played
	"8": {osu.StatusLoved},
}

// orders are what the client sends instead of a text when nothing is typed.
var orders = map[string]beatmaps.Order{
	"Newest": beatmaps.ByRanked, "Top Rated": beatmaps.ByRating, "Most Played": beatmaps.ByPlays,
	"Top+Rated": beatmaps.ByRating, "Most+Played": beatmaps.ByPlays, // encoded twice by some builds
}

// search is osu!direct's list. Its first line is the number of sets that follow, or one more than a page holds when there is
// another page. An error is -1 and a line for the player.
func (s *Server) search(w http.ResponseWriter, r *http.Request, user users.User) {
	parameters := r.URL.Query()
	page, err := strconv.Atoi(parameters.Get("p"))
	if err != nil || page < 0 {
		page = 0
	}
	if page > maxOffset/pageSize-1 {
		text(w, "0")
		return
	}
	query := wanted(parameters)
	query.Offset, query.Limit = page*pageSize, pageSize
	if parameters.Get("r") == "7" {
		query.Only = true
		query.Within, err = s.played(r.Context(), user.ID, query.Ruleset)
	} else {
		err = nil
	}
	var found beatmaps.Page
	if err == nil {
		found, err = s.deps.Beatmaps.Search(r.Context(), query)
	}
	if err != nil {
		if r.Context().Err() == nil {
			s.deps.Log.LogAttrs(r.Context(), slog.LevelWarn, "a search for beatmaps failed", slog.Any("error", err))
		}
		text(w, "-1\nThe search is not available at the moment. Please try again in a while.")
		return
	}
	count := len(found.Sets)
	if count == pageSize && found.Total > query.Offset+count {
		count++
	}
	var b strings.Builder
	b.WriteString(strconv.Itoa(count))
	for i := range found.Sets {
		b.WriteByte('\n')
		writeSet(&b, &found.Sets[i])
	}
	text(w, b.String())
}

// wanted reads what to search for.
func wanted(parameters url.Values) beatmaps.Query {
	query := beatmaps.Query{Explicit: true, Statuses: filters[parameters.Get("r")]}
	if mode, err := strconv.ParseUint(parameters.Get("m"), 10, 8); err == nil && osu.Ruleset(mode).Valid() {
		ruleset := osu.Ruleset(mode)
		query.Ruleset = &ruleset
	}
	typed := strings.TrimSpace(strings.ToValidUTF8(parameters.Get("q"), ""))
	if order, ok := orders[typed]; ok {
		query.Order = order
		if ranked := parameters.Get("r"); order == beatmaps.ByRanked && (ranked == "2" || ranked == "5") {
			query.Order = beatmaps.ByUpdated
		}
		return query
	}
	query.Text = clip(typed, beatmaps.MaxQuery)
	return query
}

// clip cuts valid text to at most limit bytes, between characters.
func clip(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	return strings.ToValidUTF8(text[:limit], "")
}

// played returns the sets of beatmaps that a player has passed, those of late.
func (s *Server) played(ctx context.Context, userID int32, only *osu.Ruleset) ([]int32, error) {
	if s.deps.Scores == nil {
		return nil, nil
	}
	var keys []beatmaps.Key
	for ruleset := range osu.Rulesets {
		if only != nil && *only != ruleset {
			continue
		}
		for page := range playedMax {
			list, err := s.deps.Scores.Of(ctx, scores.List{
				Kind: scores.Played, UserID: userID, Ruleset: ruleset, Offset: page * scores.MaxPage, Limit: scores.MaxPage,
			})
			if err != nil {
				return nil, err
			}
			for i := range list.Scores {
				keys = append(keys, beatmaps.Key{ID: list.Scores[i].BeatmapID})
			}
			if len(list.Scores) < scores.MaxPage {
				break
			}
		}
	}
	keys = keys[:min(len(keys), beatmaps.MaxBatch)]
	if len(keys) == 0 {
		return nil, nil
	}
	found, err := s.deps.Beatmaps.Beatmaps(ctx, keys)
	if err != nil {
		return nil, err
	}
	seen := make(map[int32]bool, len(found))
	var sets []int32
	for i := range found {
		if id := found[i].Set.ID; !seen[id] && len(sets) < beatmaps.MaxFavourites {
			seen[id] = true
			sets = append(sets, id)
		}
	}
	return sets, nil
}

// searchSet is the line of one set, for links in chat and for a beatmap that somebody else plays. Nothing means that it is not
// known; topics and posts are those of the official forum, which nobody here knows.
func (s *Server) searchSet(w http.ResponseWriter, r *http.Request, _ users.User) {
	set, ok, err := s.findSet(r.Context(), r.URL.Query())
	switch {
	case err != nil:
		s.deps.Players.Refuse(w, r, err)
	case !ok:
		text(w, "")
	default:
		var b strings.Builder
		writeSet(&b, &set)
		text(w, b.String())
	}
}

func (s *Server) findSet(ctx context.Context, parameters url.Values) (set beatmaps.Set, ok bool, err error) {
	id := number(parameters.Get("s"))
	key := beatmaps.Key{ID: number(parameters.Get("b"))}
	if key.ID == 0 {
		key.MD5 = md5Of(parameters.Get("c"))
	}
	if id == 0 && key != (beatmaps.Key{}) {
		found, err := s.deps.Beatmaps.Beatmaps(ctx, []beatmaps.Key{key})
		if err != nil || len(found) == 0 {
			return set, false, err
		}
		id = found[0].Set.ID
	}
	if id == 0 {
		return set, false, nil
	}
	sets, err := s.deps.Beatmaps.Sets(ctx, []int32{id})
	if err != nil || len(sets) == 0 {
		return set, false, err
	}
	return sets[0], true, nil
}

// number reads an id above 0; 0 is what is none.
func number(text string) int32 {
	id, err := strconv.ParseInt(text, 10, 32)
	if err != nil || id < 0 {
		return 0
	}
	return int32(id)
}

// md5Of returns an MD5 in lower case; "" is what is none.
func md5Of(text string) string {
	if len(text) != 32 || strings.Trim(text, "0123456789abcdefABCDEF") != "" {
		return ""
	}
	return strings.ToLower(text)
}
