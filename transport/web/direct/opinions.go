package direct

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/fault"
	"github.com/pure-peace/peace/modules/users"
)

// rate asks whether a player may vote on a beatmap, or votes. Everything is answered in words of the client's own. After a vote
// the answer is the one to a player who has voted, with the average, as by osuAkatsuki/bancho.py: that is what it shows.
func (s *Server) rate(w http.ResponseWriter, r *http.Request) {
	parameters := r.URL.Query()
	user, err := s.deps.Players.Authenticate(r, parameters.Get("u"), parameters.Get("p"))
	if err != nil {
		if fault.KindOf(err) == fault.Unauthenticated {
			text(w, "auth fail")
			return
		}
		s.deps.Players.Refuse(w, r, err)
		return
	}
	value := 0
	if vote := parameters.Get("v"); vote != "" && vote != "0" {
		if value, err = strconv.Atoi(vote); err != nil || value < 1 || value > 10 {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
	}
	md5 := md5Of(parameters.Get("c"))
	if md5 == "" {
		text(w, "no exist")
		return
	}
	found, err := s.deps.Beatmaps.Beatmaps(r.Context(), []beatmaps.Key{{MD5: md5}})
	if err == nil && len(found) == 0 {
		err = beatmaps.ErrNotFound
	}
	var rating beatmaps.Rating
	if err == nil {
		rating, err = s.deps.Beatmaps.Vote(r.Context(), user.ID, found[0].Beatmap.ID, value)
	}
	switch {
	case err == nil && value == 0:
		text(w, "ok")
	case err == nil:
		text(w, "alreadyvoted\n"+average(rating.Average))
	case errors.Is(err, beatmaps.ErrVoted):
		mean, _ := strconv.ParseFloat(fault.As(err).Details["average"], 64)
		text(w, "alreadyvoted\n"+average(mean))
	case errors.Is(err, beatmaps.ErrNotFound):
		text(w, "no exist")
	case errors.Is(err, beatmaps.ErrNotRanked):
		text(w, "not ranked")
	case errors.Is(err, beatmaps.ErrOwn):
		text(w, "owner")
	default:
		s.deps.Players.Refuse(w, r, err)
	}
}

func average(mean float64) string { return strconv.FormatFloat(mean, 'f', 2, 64) }

// favourites lists the ids of the player's favourite sets, one a line.
func (s *Server) favourites(w http.ResponseWriter, r *http.Request, user users.User) {
	ids, err := s.deps.Beatmaps.Favourites(r.Context(), user.ID)
	if err != nil {
		s.deps.Players.Refuse(w, r, err)
		return
	}
	lines := make([]string, len(ids))
	for i, id := range ids {
		lines[i] = strconv.Itoa(int(id))
	}
	text(w, strings.Join(lines, "\n"))
}

// addFavourite answers with a text that the client shows.
func (s *Server) addFavourite(w http.ResponseWriter, r *http.Request, user users.User) {
	id := number(r.URL.Query().Get("a"))
	before, err := s.deps.Beatmaps.Favourites(r.Context(), user.ID)
	if err != nil {
		s.deps.Players.Refuse(w, r, err)
		return
	}
	for _, favourite := range before {
		if favourite == id {
			text(w, "This beatmap is among your favourites already.")
			return
		}
	}
	_, err = s.deps.Beatmaps.Favour(r.Context(), user.ID, id, true)
	switch {
	case err == nil:
		text(w, "Added to your favourites. You have "+strconv.Itoa(len(before)+1)+" now.")
	case errors.Is(err, beatmaps.ErrNotFound):
		text(w, "This beatmap is not known here.")
	case errors.Is(err, beatmaps.ErrTooMany):
		text(w, "You have too many favourites. Remove one first.")
	default:
		s.deps.Players.Refuse(w, r, err)
	}
}

// subjects are what a comment is about, in the client's words.
var subjects = map[string]beatmaps.Subject{
	"song": beatmaps.AboutSet, "map": beatmaps.AboutBeatmap, "replay": beatmaps.AboutScore,
}

// longestSong bounds the moment of a comment.
const longestSong = 24 * time.Hour

// comment lists the comments that scroll by while a beatmap is played or watched, or adds one.
func (s *Server) comment(w http.ResponseWriter, r *http.Request, user users.User) {
	scoreID, err := strconv.ParseInt(r.FormValue("r"), 10, 64)
	if err != nil || scoreID < 0 {
		scoreID = 0
	}
	about := beatmaps.Comment{SetID: number(r.FormValue("s")), BeatmapID: number(r.FormValue("b")), ScoreID: scoreID}
	switch r.FormValue("a") {
	case "get":
		s.comments(w, r, about)
	case "post":
		s.say(w, r, user, about)
	default:
		w.WriteHeader(http.StatusBadRequest)
	}
}

// say keeps a comment. Of what nobody shall see nothing is said: the client shows a player his own in any case.
func (s *Server) say(w http.ResponseWriter, r *http.Request, user users.User, comment beatmaps.Comment) {
	if user.Restricted || user.Silenced(time.Now()) > 0 {
		return
	}
	moment, err := strconv.ParseInt(r.FormValue("starttime"), 10, 64)
	subject, known := subjects[strings.ToLower(r.FormValue("target"))]
	comment.Text = oneLine(r.FormValue("comment"))
	moment = max(moment, 0) // the game's clock starts before the music
	if err != nil || moment > longestSong.Milliseconds() || !known ||
		comment.Text == "" || utf8.RuneCountInString(comment.Text) > beatmaps.MaxComment {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	comment.UserID, comment.Subject, comment.Moment = user.ID, subject, time.Duration(moment)*time.Millisecond
	if colour := strings.ToLower(r.FormValue("f")); user.Privileges.Has(users.Supporter) && isColour(colour) {
		comment.Colour = colour
	}
	if _, err := s.deps.Beatmaps.Comment(r.Context(), comment); err != nil {
		s.deps.Players.Refuse(w, r, err)
	}
}

// comments lists moment, subject, format and text, with tabs between. The format is the writer's role and a colour.
func (s *Server) comments(w http.ResponseWriter, r *http.Request, about beatmaps.Comment) {
	list, err := s.deps.Beatmaps.Comments(r.Context(), about.SetID, about.BeatmapID, about.ScoreID)
	var writers map[int32]users.User
	var owner int32
	if err == nil && len(list) > 0 {
		writers, err = s.writers(r, list)
	}
	if err == nil && len(list) > 0 && about.SetID >= beatmaps.FirstLocalID { // otherwise a creator is not one of our users
		var sets []beatmaps.Set
		if sets, err = s.deps.Beatmaps.Sets(r.Context(), []int32{about.SetID}); len(sets) == 1 {
			owner = sets[0].CreatorID
		}
	}
	if err != nil {
		s.deps.Players.Refuse(w, r, err)
		return
	}
	var b strings.Builder
	for _, c := range list {
		writer, there := writers[c.UserID]
		if !there || writer.Restricted {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(strconv.FormatInt(c.Moment.Milliseconds(), 10))
		for _, part := range []string{subjectName(c.Subject), format(writer, c, owner), oneLine(c.Text)} {
			b.WriteByte('\t')
			b.WriteString(part)
		}
	}
	text(w, b.String())
}

// writers returns the accounts of those who wrote the comments.
func (s *Server) writers(r *http.Request, list []beatmaps.Comment) (map[int32]users.User, error) {
	seen := make(map[int32]bool)
	var ids []int32
	for _, c := range list {
		if !seen[c.UserID] {
			seen[c.UserID] = true
			ids = append(ids, c.UserID)
		}
	}
	accounts, err := s.deps.Users.Get(r.Context(), ids[:min(len(ids), users.MaxBatch)])
	if err != nil {
		return nil, err
	}
	writers := make(map[int32]users.User, len(accounts))
	for _, account := range accounts {
		writers[account.ID] = account
	}
	return writers, nil
}

func subjectName(subject beatmaps.Subject) string {
	for name, s := range subjects {
		if s == subject {
			return name
		}
	}
	return "song"
}

func format(writer users.User, c beatmaps.Comment, owner int32) string {
	role := ""
	switch {
	case writer.ID == owner:
		role = "creator"
	case writer.Privileges.Has(users.Nominator):
		role = "bat"
	case writer.Privileges.Has(users.Supporter):
		role = "supporter"
	}
	if isColour(c.Colour) {
		return role + "|" + c.Colour
	}
	return role
}

// oneLine takes out of a comment what ends its field or its line.
func oneLine(text string) string {
	clean := strings.Map(func(r rune) rune {
		if r == '|' || unicode.IsControl(r) || r == unicode.ReplacementChar {
			return ' '
		}
		return r
	}, text)
	return strings.TrimSpace(clean)
}

func isColour(text string) bool {
	return len(text) == 6 && strings.Trim(text, "0123456789abcdef") == ""
}
