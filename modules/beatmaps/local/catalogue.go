package local

import (
	"cmp"
	_ "embed" // the tags that every server has
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/osu"
)

//go:embed tags.txt
var tagsFile string

// TagConfig is a tag of a server's own: its section is named by its id.
type TagConfig struct {
	Name        string `koanf:"name" doc:"group/name, as clients show it"`
	Description string `koanf:"description" doc:"what a player reads about it"`
	Ruleset     string `koanf:"ruleset" doc:"osu, taiko, fruits or mania, when it is not for all"`
}

// firstOwnTag is the first id that a server's own tags may have.
const firstOwnTag = 10_000

// catalogue is all tags.
type catalogue struct {
	all    []beatmaps.Tag // by id
	byID   map[int32]beatmaps.Tag
	byName map[string][]int32 // in lower case
}

// newCatalogue returns the tags that every server has, and those of the configuration.
func newCatalogue(own map[string]TagConfig) (*catalogue, error) {
	c := &catalogue{byID: make(map[int32]beatmaps.Tag), byName: make(map[string][]int32)}
	for line := range strings.Lines(tagsFile) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		fields := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(fields) != 4 {
			return nil, fmt.Errorf("tags.txt: %q has %d fields", line, len(fields))
		}
		id, err := strconv.ParseInt(fields[0], 10, 32)
		if err != nil {
			return nil, fmt.Errorf("tags.txt: %w", err)
		}
		config := TagConfig{Name: fields[2], Description: fields[3], Ruleset: strings.TrimPrefix(fields[1], "-")}
		if err := c.add(int32(id), config); err != nil {
			return nil, fmt.Errorf("tags.txt: %w", err)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(own)) {
		id, err := strconv.ParseInt(key, 10, 32)
		if err != nil || id < firstOwnTag {
			return nil, fmt.Errorf("tags.%s: must be named by a number of %d or more", key, firstOwnTag)
		}
		if err := c.add(int32(id), own[key]); err != nil {
			return nil, fmt.Errorf("tags.%s.%w", key, err)
		}
	}
	slices.SortFunc(c.all, func(a, b beatmaps.Tag) int { return cmp.Compare(a.ID, b.ID) })
	return c, nil
}

func (c *catalogue) add(id int32, config TagConfig) error {
	group, name, ok := strings.Cut(config.Name, "/")
	if !ok || strings.TrimSpace(group) == "" || strings.TrimSpace(name) == "" || len(config.Name) > beatmaps.MaxTagName {
		return fmt.Errorf("name: %q is not a group and a name of at most %d bytes with a slash between", config.Name, beatmaps.MaxTagName)
	}
	tag := beatmaps.Tag{ID: id, Name: config.Name, Description: config.Description}
	if config.Ruleset != "" {
		ruleset, err := osu.ParseRuleset(config.Ruleset)
		if err != nil {
			return fmt.Errorf("ruleset: %q is none", config.Ruleset)
		}
		tag.Ruleset = &ruleset
	}
	if _, taken := c.byID[id]; taken {
		return fmt.Errorf("name: the id %d is taken", id)
	}
	c.all, c.byID[id] = append(c.all, tag), tag
	low := strings.ToLower(tag.Name)
	c.byName[low] = append(c.byName[low], id)
	return nil
}
