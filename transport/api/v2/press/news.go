package press

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/pure-peace/peace/modules/content"
	v2 "github.com/pure-peace/peace/transport/api/v2"
	"github.com/pure-peace/peace/transport/api/v2/resource"
)

const (
	newsPage, maxNews = 12, 21 // posts of a page (ppy/osu-web app/Http/Controllers/NewsController.php)
	// maxSidebar bounds the posts of a year that are listed beside the others.
	maxSidebar = 500
)

type newsAnswer struct {
	Posts   []*resource.NewsPost `json:"news_posts"`
	Sidebar newsSidebar          `json:"news_sidebar"`
	Search  newsSearch           `json:"search"`
	v2.Cursor
}

type newsSidebar struct {
	CurrentYear int                  `json:"current_year"`
	Posts       []*resource.NewsPost `json:"news_posts"`
	Years       []int                `json:"years"`
}

type newsSearch struct {
	Limit int    `json:"limit"`
	Sort  string `json:"sort"`
	Year  *int   `json:"year"`
}

// newsCursor is where the news go on.
type newsCursor struct {
	PublishedAt string `json:"published_at"`
	ID          int64  `json:"id"`
}

// news answers GET news.
func (a *Area) news(ctx context.Context, r *v2.Request) (any, error) {
	limit, err := r.Number("limit", newsPage, 1, maxNews)
	if err != nil {
		return nil, err
	}
	year, err := r.Number("year", 0, 0, 9999)
	if err != nil {
		return nil, err
	}
	var at newsCursor
	if _, err := r.Cursor(&at); err != nil {
		return nil, err
	}
	answer := newsAnswer{
		Posts: []*resource.NewsPost{}, Search: newsSearch{Limit: limit, Sort: "published_desc"},
		Sidebar: newsSidebar{CurrentYear: time.Now().UTC().Year(), Posts: []*resource.NewsPost{}, Years: []int{}},
	}
	if year != 0 {
		answer.Search.Year = &year
	}
	if a.deps.Content == nil {
		return answer, nil
	}
	found, err := a.deps.Content.News(ctx, year, at.ID, limit)
	if err != nil {
		return nil, err
	}
	for i := range found.Posts {
		post := resource.NewNewsPost(&found.Posts[i], a.deps.Links)
		post.Preview = &found.Posts[i].Preview
		answer.Posts = append(answer.Posts, post)
	}
	if len(found.Posts) > 0 {
		answer.Sidebar.CurrentYear = found.Posts[0].PublishedAt.Year()
	}
	if last := len(found.Posts) - 1; found.More && last >= 0 {
		answer.Cursor = v2.CursorOf(newsCursor{found.Posts[last].PublishedAt.UTC().Format(time.RFC3339), found.Posts[last].ID})
	}
	answer.Sidebar.Years = append(answer.Sidebar.Years, found.Years...)
	answer.Sidebar.Posts, err = a.ofYear(ctx, answer.Sidebar.CurrentYear)
	return answer, err
}

// ofYear returns the posts of a year, newest first.
func (a *Area) ofYear(ctx context.Context, year int) ([]*resource.NewsPost, error) {
	posts := []*resource.NewsPost{}
	var before int64
	for len(posts) < maxSidebar {
		found, err := a.deps.Content.News(ctx, year, before, content.MaxPage)
		if err != nil {
			return nil, err
		}
		for i := range found.Posts {
			before = found.Posts[i].ID
			posts = append(posts, resource.NewNewsPost(&found.Posts[i], a.deps.Links))
		}
		if !found.More || len(found.Posts) == 0 {
			break
		}
	}
	return posts, nil
}

// post answers GET news/{slug}, and with key=id GET news/{id}.
func (a *Area) post(ctx context.Context, r *v2.Request) (any, error) {
	if a.deps.Content == nil {
		return nil, v2.NotFound("news post")
	}
	slug, id := r.Param("post"), int64(0)
	if r.Text("key") == "id" {
		n, err := strconv.ParseInt(slug, 10, 64)
		if err != nil {
			return nil, v2.NotFound("news post")
		}
		slug, id = "", n
	}
	found, err := a.deps.Content.Post(ctx, slug, id)
	if errors.Is(err, content.ErrNotFound) {
		return nil, v2.NotFound("news post")
	}
	if err != nil {
		return nil, err
	}
	return resource.NewNewsPage(&found, a.deps.Links), nil
}
