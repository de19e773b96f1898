package bancho

import (
	"context"
	_ "embed"
	"html/template"
	"net/http"
	"sync"
	"time"

	"github.com/pure-peace/peace/modules/sessions"
)

// Counter tells how many are online. sessions.Service is one.
type Counter interface {
	Count(ctx context.Context) (sessions.Counts, error)
}

// page is what people see who open a c host in a browser.
type page struct {
	sessions Counter
	domain   string

	mu     sync.Mutex
	online int // -1 when it could not be found out
	asked  time.Time
}

// pageAge is how old the number on the page may be: people who reload it cost nothing.
const pageAge = 5 * time.Second

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
	}{p.domain, p.count(r.Context())})
}

func (p *page) count(ctx context.Context) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if time.Since(p.asked) < pageAge {
		return p.online
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second) // the next reader wants the number too
	defer cancel()
	p.online, p.asked = -1, time.Now()
	if counts, err := p.sessions.Count(ctx); err == nil {
		p.online = counts.Visible
	}
	return p.online
}
