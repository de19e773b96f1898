package beatmapstest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/osu"
)

// search returns the ids of what a query finds, in its order.
func search(t *testing.T, s Subject, query beatmaps.Query) []int32 {
	t.Helper()
	if query.Limit == 0 {
		query.Limit = beatmaps.MaxPage
	}
	page, err := s.Beatmaps.Search(t.Context(), query)
	if err != nil {
		t.Fatalf("%+v: %v", query, err)
	}
	return ids(page)
}

func ids(page beatmaps.Page) []int32 {
	var all []int32
	for _, set := range page.Sets {
		all = append(all, set.ID)
	}
	return all
}

// finds checks that a query finds these sets, in any order.
func finds(t *testing.T, s Subject, query beatmaps.Query, want ...int32) {
	t.Helper()
	got := search(t, s, query)
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("%q finds %v, want %v", query.Text, got, want)
	}
}

func testSearchWords(t *testing.T, s Subject) {
	tag := unique()
	a := plain("Ünique Extra")
	a.title, a.artist, a.creator, a.source, a.tags = "Freedom Dive ↓", "Xi "+tag, "Nakagawa-Kanon", "BMS: A", "speed core "+tag
	b := plain("it's [4K] A")
	b.title, b.artist, b.tags = "東方プロジェクト", "ÉTÉ", "x y2 the "+tag
	first, second := importAll(t, s, a).Set.ID, importAll(t, s, b).Set.ID
	for text, want := range map[string][]int32{
		tag:                         {first, second},
		tag[:7]:                     {first, second},
		tag[1:]:                     nil,
		strings.ToUpper(tag):        {first, second},
		tag + " freedom":            {first},
		"free DIV " + tag:           {first},
		"dive xi naka kanon " + tag: {first},
		"unique bms extra " + tag:   {first},
		"freedom no " + tag:         nil,
		"a " + tag:                  {first, second},
		"x " + tag:                  {first, second},
		"y2 " + tag:                 {second},
		"the " + tag:                {second},
		"ete " + tag:                {second},
		"Été " + tag:                {second},
		"東方 " + tag:                 {second},
		"方 " + tag:                  {second},
		"プロジェ " + tag:               {second},
		"ト " + tag:                  {second},
		"ﾌﾟﾛｼﾞｪｸﾄ " + tag:           {second},
		"方東 " + tag:                 nil,
		"its 4k " + tag:             {second},
		"artist=xi " + tag:          {first},
		"artist:\"xi " + tag + "\"": {first},
		"artist=freedom " + tag:     nil,
		"title=freedom " + tag:      {first},
		"creator=nakagawa " + tag:   {first},
		"creator=creator " + tag:    {second},
	} {
		finds(t, s, beatmaps.Query{Text: text}, want...)
	}
	// A word in the title is what one means most likely.
	c := plain("A")
	c.title = tag
	third := importAll(t, s, c).Set.ID
	later := plain("A")
	later.tags = tag
	fourth := importAll(t, s, later).Set.ID
	if got := search(t, s, beatmaps.Query{Text: tag}); len(got) != 4 || got[0] != third {
		t.Errorf("by relevance %v, where %d has the word in its title, and %d came last", got, third, fourth)
	}
	// What was renamed is found by the new name only.
	c.id = 0
	renamed := c.with("Renamed"+tag, func(b *beatmap) { b.note = "v2" })
	importBytes(t, s, renamed.bytes(), beatmaps.Import{})
	finds(t, s, beatmaps.Query{Text: "renamed" + tag}, third)
}

func testSearchFilters(t *testing.T, s Subject) {
	tag := unique()
	set := func(change func(*beatmap)) int32 {
		b := plain("A").with("A", change)
		b.tags = tag
		return importAll(t, s, b).Set.ID
	}
	easy := set(func(b *beatmap) { b.ar, b.od, b.cs, b.hp, b.bpm, b.seconds = 5, 4, 3, 2, 120, 90 })
	hard := set(func(b *beatmap) { b.ar, b.od, b.cs, b.hp, b.bpm, b.seconds = 9.5, 9, 5, 7, 200, 240 })
	mania := set(func(b *beatmap) { b.ruleset, b.cs, b.seconds = osu.Mania, 7, 20 })
	if _, err := s.Beatmaps.SetStatus(t.Context(), users.BotID, beatmaps.StatusChange{SetID: hard, Status: osu.StatusRanked}); err != nil {
		t.Fatal(err)
	}
	year := getSet(t, s, hard).RankedAt.Year()
	for text, want := range map[string][]int32{
		"ar>9":                                 {hard},
		"ar>=9":                                {hard, mania},
		"ar=9.5":                               {hard},
		"ar:9,5":                               {hard},
		"ar==5":                                {easy},
		"ar<9":                                 {easy},
		"ar<=9":                                {easy, mania},
		"od<5 hp<3":                            {easy},
		"cs=5":                                 {hard},
		"cs=7":                                 {mania},
		"keys=7":                               {mania},
		"keys=3":                               nil,
		"bpm>150 bpm<190":                      {mania},
		"bpm=200":                              {hard},
		"length>100":                           {hard},
		"length<1:00":                          {mania},
		"length=1.5m":                          {easy},
		"length>=4m":                           {hard},
		"length=20s":                           {mania},
		"stars>100":                            nil,
		"stars<100":                            {easy, hard, mania},
		"ar>9 bpm<150":                         nil,
		"status=ranked":                        {hard},
		"status=r":                             {hard},
		"status=pending":                       {easy, mania},
		"status:ranked,loved":                  {hard},
		fmt.Sprintf("ranked=%d", year):         {hard},
		fmt.Sprintf("ranked>=%d-01", year):     {hard},
		fmt.Sprintf("ranked<%d", year):         nil,
		fmt.Sprintf("updated>%d", year):        nil,
		fmt.Sprintf("updated<=%d.12.31", year): {easy, hard, mania},
		"ar>" + unique():                       nil, // words
		"status=no":                            nil,
	} {
		finds(t, s, beatmaps.Query{Text: tag + " " + text}, want...)
		finds(t, s, beatmaps.Query{Text: text + " " + tag}, want...)
	}
}

func testSearchNarrowed(t *testing.T, s Subject) {
	tag := unique()
	a, b := plain("A"), plain("A")
	a.tags, b.tags = tag, tag
	b.ruleset, b.story = osu.Taiko, true
	first := importAll(t, s, a).Set.ID
	second := importBytes(t, s, pack(t, []beatmap{b}, entry{"a.mp4", []byte("film")}), beatmaps.Import{}).Set.ID
	if _, err := s.Beatmaps.SetStatus(t.Context(), users.BotID, beatmaps.StatusChange{SetID: second, Status: osu.StatusLoved}); err != nil {
		t.Fatal(err)
	}
	standard, taiko, mania := osu.Standard, osu.Taiko, osu.Mania
	for _, test := range []struct {
		query beatmaps.Query
		want  []int32
	}{
		{beatmaps.Query{}, []int32{first, second}},
		{beatmaps.Query{Ruleset: &standard}, []int32{first}},
		{beatmaps.Query{Ruleset: &taiko}, []int32{second}},
		{beatmaps.Query{Ruleset: &mania}, nil},
		{beatmaps.Query{Statuses: []osu.Status{osu.StatusLoved}}, []int32{second}},
		{beatmaps.Query{Statuses: []osu.Status{osu.StatusLoved, osu.StatusPending}}, []int32{first, second}},
		{beatmaps.Query{Statuses: []osu.Status{osu.StatusRanked}}, nil},
		{beatmaps.Query{Video: true}, []int32{second}},
		{beatmaps.Query{Story: true}, []int32{second}},
		{beatmaps.Query{Genre: 3}, nil},
		{beatmaps.Query{Language: 3}, nil},
		{beatmaps.Query{Explicit: true}, []int32{first, second}},
		{beatmaps.Query{Within: []int32{first, 5}}, []int32{first}},
		{beatmaps.Query{Within: []int32{first}, Only: true}, []int32{first}},
		{beatmaps.Query{Only: true}, nil},
		{beatmaps.Query{Without: []int32{first, 5}}, []int32{second}},
		{beatmaps.Query{Featured: true}, nil},
		{beatmaps.Query{Ruleset: &taiko, Converts: true}, []int32{first, second}},
		{beatmaps.Query{Ruleset: &mania, Converts: true}, []int32{first}},
		{beatmaps.Query{Ruleset: &standard, Converts: true}, []int32{first}},
	} {
		test.query.Text = tag
		finds(t, s, test.query, test.want...)
	}
}

func testSearchOrders(t *testing.T, s Subject) {
	tag := unique()
	var sets []int32
	for i := range 3 {
		b := plain("A")
		b.tags, b.title, b.artist, b.creator = tag, fmt.Sprintf("%d title", i), fmt.Sprintf("%d artist", i), fmt.Sprintf("%d creator", i)
		b.seconds = 60 - 20*i // harder and harder
		status := osu.StatusRanked
		set := importBytes(t, s, pack(t, []beatmap{b}), beatmaps.Import{Status: &status}).Set
		sets = append(sets, set.ID)
		if err := s.Beatmaps.SetCounts(t.Context(), []beatmaps.Counts{{BeatmapID: set.Beatmaps[0].ID, Plays: int32(i + 1)}}); err != nil {
			t.Fatal(err)
		}
		for range i {
			if _, err := s.Beatmaps.Favour(t.Context(), s.player(t, 0).ID, set.ID, true); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := s.Beatmaps.Vote(t.Context(), s.player(t, 0).ID, set.Beatmaps[0].ID, i+3); err != nil {
			t.Fatal(err)
		}
	}
	falling := slices.Clone(sets)
	slices.Reverse(falling)
	for order := beatmaps.ByRelevance; order <= beatmaps.ByCreator; order++ {
		query := beatmaps.Query{Text: tag, Order: order}
		if got := search(t, s, query); !slices.Equal(got, falling) {
			t.Errorf("order %d: %v, want %v", order, got, falling)
		}
		query.Ascending = true
		if got := search(t, s, query); !slices.Equal(got, sets) {
			t.Errorf("order %d ascending: %v, want %v", order, got, sets)
		}
		var paged []int32
		for query.Limit = 1; ; {
			page, err := s.Beatmaps.Search(t.Context(), query)
			if err != nil {
				t.Fatal(err)
			}
			paged = append(paged, ids(page)...)
			if query.Cursor = page.Cursor; query.Cursor == "" || len(paged) > len(sets) {
				break
			}
		}
		if !slices.Equal(paged, sets) {
			t.Errorf("order %d, one by one: %v, want %v", order, paged, sets)
		}
	}
}

func testSearchPages(t *testing.T, s Subject) {
	tag := unique()
	const n = 7
	for i := range n {
		b := plain("A")
		b.tags = tag
		if i%2 == 0 {
			b.title = tag // two parts, by relevance
		}
		importBytes(t, s, b.bytes(), beatmaps.Import{})
	}
	whole := search(t, s, beatmaps.Query{Text: tag})
	if len(whole) != n {
		t.Fatalf("found %d of %d", len(whole), n)
	}
	for limit := 1; limit <= n; limit++ {
		var byCursor, byOffset []int32
		query := beatmaps.Query{Text: tag, Limit: limit}
		for {
			page, err := s.Beatmaps.Search(t.Context(), query)
			if err != nil {
				t.Fatal(err)
			}
			if page.Total != n {
				t.Errorf("total %d", page.Total)
			}
			byCursor = append(byCursor, ids(page)...)
			if query.Cursor = page.Cursor; query.Cursor == "" || len(byCursor) > n {
				break
			}
		}
		for offset := 0; offset < n+limit; offset += limit {
			byOffset = append(byOffset, search(t, s, beatmaps.Query{Text: tag, Limit: limit, Offset: offset})...)
		}
		if !slices.Equal(byCursor, whole) || !slices.Equal(byOffset, whole) {
			t.Errorf("in pages of %d: by cursor %v, by offset %v, want %v", limit, byCursor, byOffset, whole)
		}
	}
	if got := search(t, s, beatmaps.Query{Text: tag, Offset: 10_000}); got != nil {
		t.Errorf("far behind the end: %v", got)
	}
	page, err := s.Beatmaps.Search(t.Context(), beatmaps.Query{Limit: 5})
	if err != nil || len(page.Sets) != 5 || page.Total < n || page.Cursor == "" || len(page.Sets[0].Beatmaps) == 0 {
		t.Errorf("without a text: %d sets of %d, %v", len(page.Sets), page.Total, err)
	}
}

func testSearchBounds(t *testing.T, s Subject) {
	ok := beatmaps.Query{Text: "x", Limit: 1}
	for name, change := range map[string]func(*beatmaps.Query){
		"text":     func(q *beatmaps.Query) { q.Text = strings.Repeat("x", beatmaps.MaxQuery+1) },
		"no limit": func(q *beatmaps.Query) { q.Limit = 0 },
		"limit":    func(q *beatmaps.Query) { q.Limit = beatmaps.MaxPage + 1 },
		"negative": func(q *beatmaps.Query) { q.Offset = -1 },
		"offset":   func(q *beatmaps.Query) { q.Offset = 10_001 },
		"within":   func(q *beatmaps.Query) { q.Within = make([]int32, beatmaps.MaxFavourites+1) },
	} {
		query := ok
		change(&query)
		if _, err := s.Beatmaps.Search(t.Context(), query); err == nil {
			t.Errorf("%s: taken", name)
		} else {
			wantError(t, err, beatmaps.ErrTooLarge)
		}
	}
}

// testSearchSyntax looks for what would be syntax in a query of one of the engines.
func testSearchSyntax(t *testing.T, s Subject) {
	tag := unique()
	b := plain("A")
	b.tags = tag + " near or and not"
	id := importAll(t, s, b).Set.ID
	for _, text := range []string{
		`"`, `'`, `*`, `\`, `"*`, `' OR '1'='1`, `words:x*`, `(`, `)`, `^`, `{a b}: c`, `-`, `+`, `-x`, `~`, `<`, `>`, `@`, `@4`, `:*`, `&`, `|`,
		`!`, `!!`, `NOT`, `NEAR(a b)`, `%`, `_`, "\x00", "\xff\xfe", "a\x00b", `?`, `??`, `?0`, `$1`, `:x`, `{{.x}}`, `artist=`, `artist="`, `artist="""`,
		`ar>`, `ar>1e999`, `ar>NaN`, `ar>-inf`, `ranked>9999-99-99`, `ranked=2020-02-31`, `length>999999999h`, `length=99:99`, `status=,`, `status=`,
		`stars>5stars<6`, strings.Repeat("ar>1 ", 50), strings.Repeat("a ", 120), "qzx", "😀", "ﬃ", "İ", "ß", "\u0301", "'; DROP TABLE beatmaps; --",
	} {
		for _, query := range []beatmaps.Query{{Text: text}, {Text: text, Cursor: text, Order: beatmaps.ByTitle}, {Cursor: text}} {
			query.Limit = 1
			if _, err := s.Beatmaps.Search(t.Context(), query); err != nil {
				t.Errorf("%q: %v", text, err)
			}
		}
	}
	for _, text := range []string{tag + ` "`, `'` + tag + `'`, "+" + tag, tag + "*", "(" + tag + ")", tag + " -near", tag + " NOT near", tag + " & | !", tag + `\`} {
		finds(t, s, beatmaps.Query{Text: text}, id)
	}
}
