package press

import (
	"context"

	"github.com/pure-peace/peace/modules/kudosu"
	v2 "github.com/pure-peace/peace/transport/api/v2"
	"github.com/pure-peace/peace/transport/api/v2/resource"
)

// A page of the ranking, and how many pages there are.
const rankingPage, maxRankingPages = 50, 20

// kudosu answers GET users/{user}/kudosu.
func (a *Area) kudosu(ctx context.Context, r *v2.Request) (any, error) {
	user, err := a.player(ctx, r)
	if err != nil {
		return nil, err
	}
	offset, limit, err := page(r)
	shown := []resource.KudosuHistory{}
	if err != nil || limit == 0 || a.deps.Kudosu == nil {
		return shown, err
	}
	entries, err := a.deps.Kudosu.History(ctx, user, offset, limit)
	if err != nil {
		return nil, err
	}
	var givers []int32
	for _, e := range entries {
		givers = append(givers, e.By)
	}
	found, err := a.deps.People.Compact(ctx, r.UserID(), givers)
	if err != nil {
		return nil, err
	}
	for i := range entries {
		shown = append(shown, resource.NewKudosuHistory(&entries[i], found[entries[i].By], a.deps.Links))
	}
	return shown, nil
}

type kudosuRanking struct {
	Ranking []*resource.User `json:"ranking"`
}

// kudosuRanking answers GET rankings/kudosu.
func (a *Area) kudosuRanking(ctx context.Context, r *v2.Request) (any, error) {
	answer := kudosuRanking{Ranking: []*resource.User{}}
	number, err := r.Number("page", 1, 1, maxRankingPages)
	if err != nil || a.deps.Kudosu == nil {
		return answer, err
	}
	ranked, err := a.deps.Kudosu.Ranking(ctx, (number-1)*rankingPage, rankingPage)
	if err != nil {
		return nil, err
	}
	found, err := a.deps.People.Compact(ctx, r.UserID(), idsOf(ranked))
	if err != nil {
		return nil, err
	}
	for _, t := range ranked {
		if u := found[t.UserID]; u != nil { // those who are restricted have their place to themselves
			u.Kudosu = &resource.Kudosu{Available: t.Amount, Total: t.Amount}
			answer.Ranking = append(answer.Ranking, u)
		}
	}
	return answer, nil
}

func idsOf(totals []kudosu.Total) []int32 {
	ids := make([]int32, len(totals))
	for i, t := range totals {
		ids[i] = t.UserID
	}
	return ids
}
