package markdown_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/pure-peace/peace/modules/content/markdown"
)

func TestHTML(t *testing.T) {
	r := markdown.New()
	for name, test := range map[string]struct{ in, want string }{
		"nothing":       {"", ""},
		"emphasis":      {"a **b** ~~c~~", "<p>a <strong>b</strong> <del>c</del></p>\n"},
		"a bare link":   {"see https://example.com", `<p>see <a href="https://example.com">https://example.com</a></p>` + "\n"},
		"a script":      {"a <script>alert(1)</script>", "<p>a <!-- raw HTML omitted -->alert(1)<!-- raw HTML omitted --></p>\n"},
		"a block":       {"<iframe src=x></iframe>", "<!-- raw HTML omitted -->\n"},
		"a script link": {"[a](javascript:alert(1))", `<p><a href="">a</a></p>` + "\n"},
		"a data link":   {"[a](data:text/html;base64,AAAA)", `<p><a href="">a</a></p>` + "\n"},
		"a picture":     {`![a"b](/x.png)`, `<p><img src="/x.png" alt="a&quot;b"></p>` + "\n"},
	} {
		if got := r.HTML(test.in); got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}

func TestOutline(t *testing.T) {
	r := markdown.New()
	for name, test := range map[string]struct {
		in   string
		want markdown.Outline
	}{
		"nothing": {},
		"all": {
			"# A *title*\n\n![banner](/a.png)\n\nThe first\nline, [linked](/b). <b>c</b> & `d`\n\nThe second.\n\n![](/b.png)",
			markdown.Outline{Title: "A title", Image: "/a.png", Preview: "The first line, linked. c & d"},
		},
		"a smaller heading": {"## Part\n\nText", markdown.Outline{Preview: "Text"}},
		"two titles":        {"# One\n\n# Two", markdown.Outline{Title: "One"}},
	} {
		if diff := cmp.Diff(test.want, r.Outline(test.in)); diff != "" {
			t.Errorf("%s: -want +got:\n%s", name, diff)
		}
	}
}

func FuzzHTML(f *testing.F) {
	for _, seed := range []string{
		"# Title\n\ntext", "<script>x</script>", "[a](javascript:x)", "|a|b|\n|-|-|\n|1|2|", "![a](b)", "- [ ] x", "```\nx", "\x00", "&#x6a;",
		"[a]: javascript:x\n\n[a]", "<a\nhref=x>", "***a**", strings.Repeat("[", 100), strings.Repeat("> ", 100),
	} {
		f.Add(seed)
	}
	r := markdown.New()
	f.Fuzz(func(t *testing.T, source string) {
		if len(source) > 4096 {
			return
		}
		html := r.HTML(source)
		// A text may say these words; only a tag or an attribute could do something.
		for _, bad := range []string{"<script", "<iframe", "<style", `="javascript:`, `="vbscript:`} {
			if strings.Contains(strings.ToLower(html), bad) {
				t.Errorf("%q in %q", bad, html)
			}
		}
		if utf8.ValidString(source) && !utf8.ValidString(html) {
			t.Errorf("%q is not UTF-8", html)
		}
		r.Outline(source)
	})
}
