package people

import (
	"context"
	"net/http"

	"github.com/pure-peace/peace/modules/content"
	"github.com/pure-peace/peace/modules/users"
	v2 "github.com/pure-peace/peace/transport/api/v2"
	"github.com/pure-peace/peace/transport/api/v2/resource"
)

const (
	// userPage and wikiPage are how much a page of a search has.
	userPage = 20
	wikiPage = 50

	maxPages = users.MaxFound / userPage
)

type searchResult struct {
	User *found[resource.User]     `json:"user,omitempty"`
	Wiki *found[resource.WikiPage] `json:"wiki_page,omitempty"`
}

type found[T any] struct {
	Data  []*T `json:"data"`
	Total int  `json:"total"`
}

// search answers GET search?mode=…&query=…: for users, for wiki pages, or for both.
func (a *Area) search(ctx context.Context, r *v2.Request) (any, error) {
	mode := r.Text("mode")
	switch mode {
	case "", "all", "user", "wiki_page":
	default:
		return nil, v2.Refuse(http.StatusUnprocessableEntity, "invalid mode specified")
	}
	page, err := r.Number("page", 1, 1, maxPages+1) // of which the last has nothing
	if err != nil {
		return nil, err
	}
	var result searchResult
	if mode != "wiki_page" {
		if result.User, err = a.searchUsers(ctx, r, page); err != nil {
			return nil, err
		}
	}
	if mode != "user" {
		if result.Wiki, err = a.searchWiki(ctx, r, page); err != nil {
			return nil, err
		}
	}
	return result, nil
}

func (a *Area) searchUsers(ctx context.Context, r *v2.Request, page int) (*found[resource.User], error) {
	offset := (page - 1) * userPage
	named, total, err := a.deps.Users.Search(ctx, r.Text("query"), offset, min(userPage, users.MaxFound-offset))
	if err != nil {
		return nil, err
	}
	ids := make([]int32, len(named))
	for i, u := range named {
		ids[i] = u.ID
	}
	shown, err := a.deps.People.Compact(ctx, r.UserID(), ids)
	if err != nil {
		return nil, err
	}
	return &found[resource.User]{Data: ordered(shown, ids), Total: total}, nil
}

func (a *Area) searchWiki(ctx context.Context, r *v2.Request, page int) (*found[resource.WikiPage], error) {
	result := &found[resource.WikiPage]{Data: []*resource.WikiPage{}}
	text := r.Text("query")
	if a.deps.Wiki == nil || text == "" || len(text) > content.MaxQuery {
		return result, nil
	}
	pages, total, err := a.deps.Wiki.Search(ctx, r.Text("locale"), text, (page-1)*wikiPage, wikiPage)
	if err != nil {
		return nil, err
	}
	for i := range pages {
		result.Data = append(result.Data, resource.NewWikiPage(&pages[i]))
	}
	result.Total = total
	return result, nil
}
