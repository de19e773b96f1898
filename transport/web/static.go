package web

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"github.com/pure-peace/peace/transport/web/covers"
)

// Assets returns the handler of the assets host: the pictures of the main menu and the covers of
// profiles. More can be added to its router.
func (s *Server) Assets() *chi.Mux {
	r := chi.NewRouter()
	r.NotFound(empty(http.StatusNotFound))
	r.MethodNotAllowed(empty(http.StatusMethodNotAllowed))
	r.Get("/menu-content.json", s.menuContent)
	r.Get("/user-covers/{cover}", covers.ServeHTTP)
	return r
}
