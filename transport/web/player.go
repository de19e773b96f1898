package web

import (
	"log/slog"
	"net/http"
	"strconv"
	"strings"

	"github.com/pure-peace/peace/modules/relations"
	"github.com/pure-peace/peace/modules/users"
)

// friends lists the ids of the player's friends, one a line. The bot is everybody's friend.
func (s *Server) friends(w http.ResponseWriter, r *http.Request, user users.User) {
	list, err := s.deps.Relations.List(r.Context(), user.ID)
	if err != nil {
		s.Refuse(w, r, err)
		return
	}
	lines := []string{strconv.Itoa(int(users.BotID))}
	for _, relation := range list {
		if relation.Kind == relations.Friend && relation.Target != users.BotID {
			lines = append(lines, strconv.Itoa(int(relation.Target)))
		}
	}
	text(w, strings.Join(lines, "\n"))
}

// markAsRead is told when the player opens the tab of a conversation. Tabs of channels have nothing unread.
func (s *Server) markAsRead(w http.ResponseWriter, r *http.Request, user users.User) {
	name := r.URL.Query().Get("channel")
	if name == "" || strings.HasPrefix(name, "#") {
		return
	}
	found, err := s.deps.Users.Find(r.Context(), []string{name})
	if err == nil && len(found) == 1 {
		err = s.deps.Chat.MarkRead(r.Context(), user.ID, found[0].ID)
	}
	if err != nil {
		s.Refuse(w, r, err)
	}
}

// crashReport takes what a game says about its own crash. There is no account in it that could be trusted.
func (s *Server) crashReport(w http.ResponseWriter, r *http.Request) {
	if err := parseForm(r, maxReport); err != nil {
		if tooLarge(err) {
			w.WriteHeader(http.StatusRequestEntityTooLarge)
		}
		return
	}
	s.deps.Log.LogAttrs(r.Context(), slog.LevelDebug, "a game crashed",
		slog.String("version", short(r.PostFormValue("version"), 64)),
		slog.String("mode", short(r.PostFormValue("osumode"), 64)),
		slog.String("feedback", short(r.PostFormValue("feedback"), 256)),
		slog.String("exception", short(r.PostFormValue("exception"), 1024)),
		slog.String("stacktrace", short(r.PostFormValue("stacktrace"), 4096)))
}

// sessionReport takes the statistics that some builds send, which nothing here needs.
func (s *Server) sessionReport(http.ResponseWriter, *http.Request) {}

// short bounds what strangers can write into a log.
func short(s string, n int) string {
	if len(s) > n {
		s = strings.ToValidUTF8(s[:n], "") + "…"
	}
	return s
}
