package web

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"strings"
	"time"
)

// banchoConnect is asked before each login. The client takes the country from it; it needs no account, and checking the
// password here would only hash it twice.
func (s *Server) banchoConnect(w http.ResponseWriter, r *http.Request) {
	text(w, strings.ToLower(s.country(r.Context(), r)))
}

// checkUpdates says that there is nothing new, or leaves the answer to another server.
func (s *Server) checkUpdates(w http.ResponseWriter, r *http.Request) {
	if target := s.config.Load().Updates; target != "" {
		http.Redirect(w, r, withQuery(target, r.URL.RawQuery), http.StatusTemporaryRedirect)
		return
	}
	answerJSON(w, []struct{}{})
}

// seasonal answers with the pictures of the season. Without them the game shows its own.
func (s *Server) seasonal(w http.ResponseWriter, r *http.Request) {
	images := []string{}
	if s.deps.Content != nil {
		season, err := s.deps.Content.Backgrounds(r.Context())
		if err != nil {
			s.deps.Log.LogAttrs(r.Context(), slog.LevelWarn, "the seasonal backgrounds cannot be had", slog.Any("error", err))
		}
		for _, image := range season.Images {
			images = append(images, s.address(image.URL))
		}
	}
	answerJSON(w, images)
}

// menuImage is an entry of menu-content.json.
type menuImage struct {
	Image     string     `json:"image"`
	URL       string     `json:"url"`
	IsCurrent bool       `json:"IsCurrent"`
	Begins    *time.Time `json:"begins"`
	Expires   *time.Time `json:"expires"`
}

// menuContent answers both games, of which lazer looks at the dates and stable at IsCurrent.
func (s *Server) menuContent(w http.ResponseWriter, r *http.Request) {
	now := time.Now()
	images := []menuImage{}
	if s.deps.Content != nil {
		menu, err := s.deps.Content.Menu(r.Context())
		if err != nil {
			s.deps.Log.LogAttrs(r.Context(), slog.LevelWarn, "the menu has no banners", slog.Any("error", err))
		}
		for _, m := range menu {
			images = append(images, menuImage{
				Image:     s.address(m.Image),
				URL:       s.address(m.URL),
				IsCurrent: !now.Before(m.Begins) && (m.Ends.IsZero() || now.Before(m.Ends)),
				Begins:    unlessZero(m.Begins),
				Expires:   unlessZero(m.Ends),
			})
		}
	}
	answerJSON(w, struct {
		Images []menuImage `json:"images"`
	}{images})
}

// address returns an address in full: operators may leave out their own server.
func (s *Server) address(address string) string {
	if strings.HasPrefix(address, "/") && !strings.HasPrefix(address, "//") {
		return "https://osu." + s.deps.Domain + address
	}
	return address
}

func unlessZero(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

func answerJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}

// withQuery adds a raw query to a URL, which may have one already.
func withQuery(target, query string) string {
	switch {
	case query == "":
		return target
	case strings.Contains(target, "?"):
		return target + "&" + query
	}
	return target + "?" + query
}
