package songs

import (
	"context"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/transport/api/v2/resource"
)

// details is what answers about single beatmaps and sets have beyond the library's rows, asked for all of them at once.
type details struct {
	votes      map[int32][]int32
	tagged     map[int32]beatmaps.Tagged
	tags       map[int32]resource.Tag
	plays      map[int32]int32
	favourites map[int32]bool
	people     map[int32]*resource.User
}

// about asks for the details of beatmaps and sets, for a viewer. admirers are users to load beside the makers.
func (a *Area) about(ctx context.Context, viewer int32, sets []*beatmaps.Set, all []*beatmaps.Beatmap, admirers []int32) (*details, error) {
	d := &details{}
	var setIDs, ids []int32
	people := slices.Clone(admirers)
	for _, s := range sets {
		setIDs = append(setIDs, s.ID)
		if resource.Offline(s.ID) { // elsewhere ids are those of users of the official server
			people = append(people, s.CreatorID)
		}
	}
	for _, b := range all {
		ids = append(ids, b.ID)
		if resource.Offline(b.SetID) {
			people = append(people, b.CreatorID)
		}
	}
	people = slices.DeleteFunc(people, func(id int32) bool { return id == 0 })

	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		d.votes, err = a.votes(ctx, setIDs)
		return err
	})
	group.Go(func() (err error) {
		d.tagged, d.tags, err = a.tagged(ctx, viewer, ids)
		return err
	})
	group.Go(func() (err error) {
		d.plays, err = a.playcounts(ctx, viewer, ids)
		return err
	})
	group.Go(func() (err error) {
		d.favourites, err = a.favourites(ctx, viewer)
		return err
	})
	group.Go(func() (err error) {
		if len(people) > 0 {
			d.people, err = a.deps.People.Compact(ctx, viewer, people)
		}
		return err
	})
	return d, group.Wait()
}

func (a *Area) votes(ctx context.Context, setIDs []int32) (map[int32][]int32, error) {
	votes, err := a.deps.Beatmaps.Votes(ctx, setIDs)
	of := make(map[int32][]int32, len(votes))
	for _, v := range votes {
		of[v.SetID] = v.Counts
	}
	return of, err
}

func (a *Area) tagged(ctx context.Context, viewer int32, ids []int32) (map[int32]beatmaps.Tagged, map[int32]resource.Tag, error) {
	tagged, err := a.deps.Beatmaps.Tagged(ctx, viewer, ids)
	if err != nil || len(tagged) == 0 {
		return nil, nil, err
	}
	all, err := a.deps.Beatmaps.Tags(ctx)
	if err != nil {
		return nil, nil, err
	}
	of, tags := make(map[int32]beatmaps.Tagged, len(tagged)), make(map[int32]resource.Tag, len(all))
	for _, t := range tagged {
		of[t.BeatmapID] = t
	}
	for i := range all {
		tags[all[i].ID] = resource.NewTag(&all[i])
	}
	return of, tags, nil
}

// playcounts returns how often the viewer played beatmaps.
func (a *Area) playcounts(ctx context.Context, viewer int32, ids []int32) (map[int32]int32, error) {
	if viewer == 0 || a.deps.Rankings == nil || len(ids) == 0 {
		return nil, nil
	}
	counts, err := a.deps.Rankings.Playcounts(ctx, viewer, ids)
	if err != nil {
		return nil, err
	}
	of := make(map[int32]int32, len(counts))
	for i, n := range counts[:min(len(counts), len(ids))] {
		of[ids[i]] = n
	}
	return of, nil
}

// favourites returns the sets that the viewer likes.
func (a *Area) favourites(ctx context.Context, viewer int32) (map[int32]bool, error) {
	if viewer == 0 {
		return nil, nil
	}
	ids, err := a.deps.Beatmaps.Favourites(ctx, viewer)
	has := make(map[int32]bool, len(ids))
	for _, id := range ids {
		has[id] = true
	}
	return has, err
}

// beatmap returns a beatmap of a set with its details.
func (a *Area) beatmap(d *details, b *beatmaps.Beatmap, set *beatmaps.Set) *resource.Beatmap {
	out := resource.NewBeatmap(b, set, &a.deps.Links)
	out.CurrentUserPlaycount = d.plays[b.ID]
	out.Failtimes = &resource.Failtimes{}
	counts, own := []resource.TagCount{}, []int32{}
	if tagged, ok := d.tagged[b.ID]; ok {
		for _, c := range tagged.Counts {
			counts = append(counts, resource.TagCount(c))
		}
		own = append(own, tagged.Own...)
	}
	out.TopTagIDs, out.CurrentUserTagIDs = &counts, &own
	if resource.Offline(set.ID) && b.CreatorID != 0 && b.CreatorID != set.CreatorID {
		if guest := d.people[b.CreatorID]; guest != nil {
			out.Owners = []resource.Owner{{ID: guest.ID, Username: guest.Username}}
		}
	}
	return out
}

// set returns a set with the details that single beatmaps show of it.
func (a *Area) set(d *details, set *beatmaps.Set, all []*beatmaps.Beatmap) *resource.Beatmapset {
	out := resource.NewBeatmapset(set, &a.deps.Links)
	out.HasFavourited = d.favourites[set.ID]
	ratings := d.votes[set.ID]
	if len(ratings) != 11 {
		ratings = make([]int32, 11)
	}
	tags, seen := []resource.Tag{}, make(map[int32]bool)
	for _, b := range all {
		for _, c := range d.tagged[b.ID].Counts {
			if tag, ok := d.tags[c.TagID]; ok && !seen[c.TagID] {
				seen[c.TagID] = true
				tags = append(tags, tag)
			}
		}
	}
	out.Ratings, out.RelatedTags = &ratings, &tags
	return out
}

// found returns beatmaps as lookups answer with them, each with its set.
func (a *Area) found(ctx context.Context, viewer int32, found []beatmaps.Found) ([]*resource.Beatmap, error) {
	sets, all := make([]*beatmaps.Set, len(found)), make([]*beatmaps.Beatmap, len(found))
	for i := range found {
		sets[i], all[i] = &found[i].Set, &found[i].Beatmap
	}
	d, err := a.about(ctx, viewer, sets, all, nil)
	if err != nil {
		return nil, err
	}
	out := make([]*resource.Beatmap, len(found))
	for i := range found {
		out[i] = a.beatmap(d, all[i], sets[i])
		out[i].Beatmapset = a.set(d, sets[i], all[i:i+1])
	}
	return out, nil
}

// recentFavourites is how many of those who like a set are shown. Source: ppy/osu-web app/Models/Beatmapset.php.
const recentFavourites = 50

// whole returns a set as its own page shows it.
func (a *Area) whole(ctx context.Context, viewer int32, set *beatmaps.Set) (*resource.Beatmapset, error) {
	all := make([]*beatmaps.Beatmap, len(set.Beatmaps))
	for i := range set.Beatmaps {
		all[i] = &set.Beatmaps[i]
	}
	admirers, err := a.deps.Beatmaps.Admirers(ctx, set.ID, recentFavourites)
	if err != nil {
		return nil, err
	}
	d, err := a.about(ctx, viewer, []*beatmaps.Set{set}, all, admirers)
	if err != nil {
		return nil, err
	}
	out := a.set(d, set, all)
	own, converts := make([]*resource.Beatmap, len(all)), []*resource.Beatmap{}
	for i, b := range all {
		own[i] = a.beatmap(d, b, set)
		if b.Ruleset != osu.Standard {
			continue
		}
		for ruleset := osu.Taiko; ruleset < osu.Rulesets; ruleset++ {
			converts = append(converts, own[i].In(ruleset))
		}
	}
	out.Beatmaps, out.Converts = &own, &converts
	out.Description = &resource.Description{}
	out.CurrentNominations = &[]resource.Nomination{}
	out.CurrentUserAttributes = &resource.SetUserAttributes{NominationModes: []string{}}
	versions := int32(1)
	out.VersionCount = &versions
	fans := usersOf(d.people, admirers)
	out.RecentFavourites = &fans
	makers := []*resource.User{}
	if resource.Offline(set.ID) {
		out.User = d.people[set.CreatorID]
		ids := []int32{set.CreatorID}
		for _, b := range all {
			ids = append(ids, b.CreatorID)
		}
		makers = usersOf(d.people, ids)
	}
	if out.User == nil {
		out.User = a.deps.People.Stranger(set.CreatorID, set.Creator)
	}
	out.RelatedUsers = &makers
	return out, nil
}

// usersOf returns those of the ids who can be seen, each once.
func usersOf(people map[int32]*resource.User, ids []int32) []*resource.User {
	all, seen := []*resource.User{}, make(map[int32]bool, len(ids))
	for _, id := range ids {
		if u := people[id]; u != nil && !seen[id] {
			seen[id] = true
			all = append(all, u)
		}
	}
	return all
}

// sets returns sets as lists show them: with their beatmaps, and whether the viewer likes them.
func (a *Area) sets(ctx context.Context, viewer int32, sets []beatmaps.Set) ([]*resource.Beatmapset, error) {
	has, err := a.favourites(ctx, viewer)
	if err != nil {
		return nil, err
	}
	out := make([]*resource.Beatmapset, len(sets))
	for i := range sets {
		out[i] = resource.NewBeatmapset(&sets[i], &a.deps.Links).WithBeatmaps(&sets[i], &a.deps.Links)
		out[i].HasFavourited = has[sets[i].ID]
	}
	return out, nil
}
