package bancho

import (
	_ "embed"
	"html/template"
	"net/http"

	"github.com/pure-peace/peace/transport/online"
)

// page is what people see who open a c host in a browser.
type page struct {
	players *online.Players
	domain  string
}

//go:embed page.html
var pageText string

var pageTemplate = template.Must(template.New("page").Parse(pageText))

func (p *page) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
	if r.Method == http.MethodHead {
		return
	}
	_ = pageTemplate.Execute(w, struct {
		Domain string
		Online int
	}{p.domain, p.players.Count(r.Context())})
}
