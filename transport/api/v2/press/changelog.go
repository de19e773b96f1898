package press

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/pure-peace/peace/modules/content"
	v2 "github.com/pure-peace/peace/transport/api/v2"
	"github.com/pure-peace/peace/transport/api/v2/resource"
)

// changelogPage is how many builds a page has (ppy/osu-web app/Http/Controllers/ChangelogController.php).
const changelogPage = 21

type changelogAnswer struct {
	Streams []resource.UpdateStream `json:"streams"`
	Builds  []*resource.Build       `json:"builds"`
	Search  changelogSearch         `json:"search"`
}

type changelogSearch struct {
	Stream *string `json:"stream"`
	From   *string `json:"from"`
	To     *string `json:"to"`
	MaxID  *int64  `json:"max_id"`
	Limit  int     `json:"limit"`
}

// changelog answers GET changelog.
func (a *Area) changelog(ctx context.Context, r *v2.Request) (any, error) {
	formats, err := formatsOf(r)
	if err != nil {
		return nil, err
	}
	query := content.Builds{Stream: r.Text("stream"), From: r.Text("from"), To: r.Text("to"), Limit: changelogPage}
	answer := changelogAnswer{
		Streams: []resource.UpdateStream{}, Builds: []*resource.Build{},
		Search: changelogSearch{Stream: given(query.Stream), From: given(query.From), To: given(query.To), Limit: changelogPage},
	}
	if text := r.Text("max_id"); text != "" {
		id, err := strconv.ParseInt(text, 10, 32)
		if err != nil {
			return nil, v2.Refuse(http.StatusUnprocessableEntity, "max_id must be a number")
		}
		answer.Search.MaxID, query.Before = &id, max(id, 0)+1
	}
	if a.deps.Content == nil {
		return answer, nil
	}
	latest, err := a.deps.Content.Streams(ctx)
	if err != nil {
		return nil, err
	}
	for i := range latest {
		stream := resource.NewUpdateStream(&latest[i].Stream)
		stream.LatestBuild, stream.UserCount = resource.NewBuild(&latest[i]), new(int32)
		answer.Streams = append(answer.Streams, stream)
	}
	found, err := a.deps.Content.Builds(ctx, query)
	for i := range found {
		answer.Builds = append(answer.Builds, resource.NewFullBuild(&found[i], formats, a.deps.Links))
	}
	return answer, err
}

// given returns a parameter as it is told back.
func given(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// formatsOf reads in which forms the texts of changes are wanted: in both unless some are named.
func formatsOf(r *v2.Request) (resource.MessageFormats, error) {
	names, err := r.Texts("message_formats", 10)
	if err != nil {
		return resource.MessageFormats{}, err
	}
	var formats resource.MessageFormats
	for _, name := range names {
		formats.HTML = formats.HTML || name == "html"
		formats.Markdown = formats.Markdown || name == "markdown"
	}
	if !formats.HTML && !formats.Markdown {
		formats = resource.MessageFormats{HTML: true, Markdown: true}
	}
	return formats, nil
}

// build answers GET changelog/{stream}/{build}.
func (a *Area) build(ctx context.Context, r *v2.Request) (any, error) {
	return a.showBuild(r, func() (content.BuildPage, error) {
		return a.deps.Content.Build(ctx, r.Param("stream"), r.Param("build"), 0)
	})
}

// lookupBuild answers GET changelog/{changelog}: the version of a build, the name of a stream, whose latest is meant, or with
// key=id an id.
func (a *Area) lookupBuild(ctx context.Context, r *v2.Request) (any, error) {
	what := r.Param("changelog")
	return a.showBuild(r, func() (content.BuildPage, error) {
		if r.Text("key") == "id" {
			id, err := strconv.ParseInt(what, 10, 64)
			if err != nil {
				return content.BuildPage{}, content.ErrNotFound
			}
			return a.deps.Content.Build(ctx, "", "", id)
		}
		found, err := a.deps.Content.Build(ctx, "", what, 0)
		if !errors.Is(err, content.ErrNotFound) {
			return found, err
		}
		latest, err := a.deps.Content.Streams(ctx)
		if err != nil {
			return content.BuildPage{}, err
		}
		for _, b := range latest {
			if b.Stream.Name == what {
				return a.deps.Content.Build(ctx, what, b.Version, 0)
			}
		}
		// Last, a version without what clients put behind it.
		digits := strings.Map(func(c rune) rune {
			if c == '.' || c >= '0' && c <= '9' {
				return c
			}
			return -1
		}, what)
		if digits == "" {
			return content.BuildPage{}, content.ErrNotFound
		}
		return a.deps.Content.Build(ctx, "", digits, 0)
	})
}

func (a *Area) showBuild(r *v2.Request, find func() (content.BuildPage, error)) (any, error) {
	formats, err := formatsOf(r)
	if err != nil {
		return nil, err
	}
	if a.deps.Content == nil {
		return nil, v2.NotFound("build")
	}
	found, err := find()
	if errors.Is(err, content.ErrNotFound) {
		return nil, v2.NotFound("build")
	}
	if err != nil {
		return nil, err
	}
	return resource.NewBuildPage(&found, formats, a.deps.Links), nil
}
