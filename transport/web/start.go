package web

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
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

func (s *Server) seasonal(w http.ResponseWriter, _ *http.Request) {
	images := s.config.Load().Seasonal
	if images == nil {
		images = []string{}
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

func (s *Server) menuContent(w http.ResponseWriter, _ *http.Request) {
	now := time.Now()
	images := []menuImage{}
	menu := s.config.Load().Menu
	for _, name := range slices.Sorted(maps.Keys(menu)) {
		m := menu[name]
		images = append(images, menuImage{
			Image:     m.Image,
			URL:       m.Link,
			IsCurrent: !now.Before(m.Begins) && (m.Expires.IsZero() || now.Before(m.Expires)),
			Begins:    unlessZero(m.Begins),
			Expires:   unlessZero(m.Expires),
		})
	}
	answerJSON(w, struct {
		Images []menuImage `json:"images"`
	}{images})
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
