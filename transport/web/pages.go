package web

import (
	_ "embed"
	"html/template"
	"net/http"
)

//go:embed page.html
var pageText string

var pageTemplate = template.Must(template.New("page").Parse(pageText))

// index says what this server is. With a website, that is the index.
func (s *Server) index(w http.ResponseWriter, r *http.Request) {
	if site := s.config.Load().Site; site != "" {
		http.Redirect(w, r, site+"/", http.StatusFound)
		return
	}
	s.show(w, http.StatusOK, pageData{Domain: s.deps.Domain, Online: s.players.Count(r.Context())})
}

// page redirects what the game opens in a browser to the website, and says that there is none otherwise.
func (s *Server) page(w http.ResponseWriter, r *http.Request) {
	if site := s.config.Load().Site; site != "" {
		http.Redirect(w, r, withQuery(site+r.URL.EscapedPath(), r.URL.RawQuery), http.StatusFound)
		return
	}
	s.show(w, http.StatusNotFound, pageData{Domain: s.deps.Domain, Online: s.players.Count(r.Context()), Missing: true})
}

type pageData struct {
	Domain  string
	Online  int // -1 when it could not be found out
	Missing bool
}

func (s *Server) show(w http.ResponseWriter, status int, data pageData) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
	w.WriteHeader(status)
	_ = pageTemplate.Execute(w, data)
}
