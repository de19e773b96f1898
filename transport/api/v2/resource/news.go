package resource

import (
	"strings"

	"github.com/pure-peace/peace/modules/content"
)

// NewsPost is a post. Preview is in lists, Content and Navigation in the post itself.
type NewsPost struct {
	ID           int64           `json:"id"`
	Author       string          `json:"author"`
	EditURL      string          `json:"edit_url"`
	FirstImage   *string         `json:"first_image"` // null, because lazer tries to load an empty address
	FirstImage2x *string         `json:"first_image@2x"`
	PublishedAt  Time            `json:"published_at"`
	UpdatedAt    Time            `json:"updated_at"`
	Slug         string          `json:"slug"`
	Title        string          `json:"title"`
	Content      *string         `json:"content,omitempty"`
	Navigation   *NewsNavigation `json:"navigation,omitempty"`
	Preview      *string         `json:"preview,omitempty"`
}

// NewsNavigation are the posts beside a post.
type NewsNavigation struct {
	Newer *NewsPost `json:"newer,omitempty"`
	Older *NewsPost `json:"older,omitempty"`
}

// NewNewsPost shows a post without what is not always shown.
func NewNewsPost(p *content.Post, links Links) *NewsPost {
	return &NewsPost{
		ID: p.ID, Author: p.Author, EditURL: links.News(p.Slug), FirstImage: links.picture(p.Image), FirstImage2x: links.picture(p.Image),
		PublishedAt: At(p.PublishedAt), UpdatedAt: At(p.UpdatedAt), Slug: p.Slug, Title: p.Title,
	}
}

// NewNewsPage shows a post with its text and its neighbours.
func NewNewsPage(p *content.PostPage, links Links) *NewsPost {
	post := NewNewsPost(&p.Post, links)
	post.Content = &p.Post.HTML
	post.Navigation = &NewsNavigation{}
	if p.Newer != nil {
		post.Navigation.Newer = NewNewsPost(p.Newer, links)
	}
	if p.Older != nil {
		post.Navigation.Older = NewNewsPost(p.Older, links)
	}
	return post
}

// News is the page of a post.
func (l Links) News(slug string) string { return l.Site + "/home/news/" + slug }

// picture returns an address in full; null for none.
func (l Links) picture(address string) *string {
	if strings.HasPrefix(address, "/") && !strings.HasPrefix(address, "//") {
		address = l.Site + address
	}
	return line(address)
}
