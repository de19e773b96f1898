package site

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"html/template"
	"io/fs"
	"log/slog"
	"net/http"
	"strings"
)

//go:embed pages
var files embed.FS

//go:embed pages/style.css
var style string

// styleHash is by which the Content-Security-Policy knows the pages' only style.
var styleHash = func() string {
	sum := sha256.Sum256([]byte(style))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}()

// pages are the templates, by the names of their files without the extension.
type pages map[string]*template.Template

// parsePages joins each page with the layout around it.
func parsePages() (pages, error) {
	parsed := pages{}
	names, err := fs.Glob(files, "pages/*.html")
	if err != nil {
		return nil, err
	}
	for _, path := range names {
		name := strings.TrimSuffix(strings.TrimPrefix(path, "pages/"), ".html")
		if name == "layout" {
			continue
		}
		if parsed[name], err = template.ParseFS(files, "pages/layout.html", path); err != nil {
			return nil, err
		}
	}
	return parsed, nil
}

// view is what a page shows.
type view struct {
	Title   string
	Domain  string
	User    string // who is logged in altogether; "" for nobody
	Form    string // the token for the forms of the page
	Style   template.CSS
	Notice  string // what went well
	Problem string // what did not
	Data    any
}

// show answers with a page.
func (v *visit) show(status int, name string, data view) {
	data.Domain, data.Style, data.Form = v.server.deps.Domain, template.CSS(style), v.form()
	if v.token.Verified {
		data.User = v.user.Name
	}
	var buf bytes.Buffer
	if err := v.server.pages[name].ExecuteTemplate(&buf, "layout", data); err != nil {
		v.server.deps.Log.LogAttrs(v.ctx(), slog.LevelError, "a page was not made", slog.String("page", name), slog.Any("error", err))
		http.Error(v.w, "Something went wrong on the server.", http.StatusInternalServerError)
		return
	}
	v.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	v.w.WriteHeader(status)
	_, _ = v.w.Write(buf.Bytes())
}

// problem answers with nothing but what went wrong.
func (v *visit) problem(status int, text string) {
	v.show(status, "problem", view{Title: "That did not work", Problem: text})
}
