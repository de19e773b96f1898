package web

import (
	"net/http"
	"strings"

	"github.com/go-chi/chi/v5"
)

// Beatmaps returns the handler of the b host: thumbnails and previews, which are found elsewhere.
func (s *Server) Beatmaps() http.Handler {
	r := chi.NewRouter()
	r.NotFound(empty(http.StatusNotFound))
	r.MethodNotAllowed(empty(http.StatusMethodNotAllowed))
	r.Get("/thumb/*", s.beatmapPicture)
	r.Get("/preview/*", s.beatmapPicture)
	return r
}

func (s *Server) beatmapPicture(w http.ResponseWriter, r *http.Request) {
	target := s.config.Load().Beatmaps
	if target == "" || strings.Contains(r.URL.Path, "..") {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	http.Redirect(w, r, target+r.URL.EscapedPath(), http.StatusFound)
}

// Assets returns the handler of the assets host: the pictures of the main menu. More can be added to its router.
func (s *Server) Assets() *chi.Mux {
	r := chi.NewRouter()
	r.NotFound(empty(http.StatusNotFound))
	r.MethodNotAllowed(empty(http.StatusMethodNotAllowed))
	r.Get("/menu-content.json", s.menuContent)
	return r
}
