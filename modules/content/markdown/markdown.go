// Package markdown turns the Markdown of operators and players into HTML that is safe to show, and finds its title, first picture
// and first paragraph.
//
// It is CommonMark with the additions of GitHub: tables, strikethrough, task lists, bare links. HTML in the text does not reach the
// page, and neither do links that would run a script. Whoever calls it bounds the text. Which files there are is content's business.
package markdown

import (
	"bytes"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/text"
)

// Renderer reads Markdown. It is safe for concurrent use; make one with New.
type Renderer struct{ md goldmark.Markdown }

// New returns a renderer.
func New() *Renderer {
	return &Renderer{goldmark.New(goldmark.WithExtensions(extension.GFM))}
}

// HTML returns the text as HTML, which ends with a line break unless it is empty.
func (r *Renderer) HTML(source string) string {
	var out bytes.Buffer
	if err := r.md.Convert([]byte(source), &out); err != nil {
		return "" // only a writer that fails does that, and a buffer cannot
	}
	return out.String()
}

// Outline is what a text is about.
type Outline struct {
	Title   string // of the first heading of level 1
	Image   string // address of the first picture
	Preview string // the first paragraph that has words, without its markup
}

// Outline returns what a text is about; what is not there is "".
func (r *Renderer) Outline(source string) Outline {
	var (
		o   Outline
		src = []byte(source)
	)
	// Walk ends early by itself once everything is found, and never fails as long as this function does not.
	_ = ast.Walk(r.md.Parser().Parse(text.NewReader(src)), func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Heading:
			if n.Level == 1 && o.Title == "" {
				o.Title = plain(n, src)
			}
		case *ast.Paragraph:
			if o.Preview == "" {
				o.Preview = plain(n, src)
			}
		case *ast.Image:
			if o.Image == "" {
				o.Image = string(n.Destination)
			}
		}
		if o.Title != "" && o.Preview != "" && o.Image != "" {
			return ast.WalkStop, nil
		}
		return ast.WalkContinue, nil
	})
	return o
}

// plain returns the words below a node: those of links, but not what stands for a picture that cannot be shown.
func plain(n ast.Node, src []byte) string {
	var b strings.Builder
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Image, *ast.RawHTML:
			return ast.WalkSkipChildren, nil
		case *ast.Text:
			b.Write(n.Value(src))
			if n.SoftLineBreak() || n.HardLineBreak() {
				b.WriteByte(' ')
			}
		case *ast.String:
			b.Write(n.Value)
		case *ast.AutoLink:
			b.Write(n.Label(src))
		}
		return ast.WalkContinue, nil
	})
	return strings.Join(strings.Fields(b.String()), " ")
}
