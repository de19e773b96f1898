package local

import (
	"strings"
	"testing"

	"github.com/pure-peace/peace/osu"
)

func TestCatalogue(t *testing.T) {
	c, err := newCatalogue(map[string]TagConfig{"10001": {Name: "local/one", Description: "Ours.", Ruleset: "taiko"}})
	if err != nil {
		t.Fatal(err)
	}
	last := c.all[len(c.all)-1]
	if last.ID != 10001 || last.Name != "local/one" || last.Ruleset == nil || *last.Ruleset != osu.Taiko {
		t.Errorf("%+v", last)
	}
	names := make(map[string]bool)
	for _, tag := range c.all {
		name := tag.Name
		if tag.Ruleset != nil {
			name += " in " + tag.Ruleset.String()
		}
		if names[name] || tag.Description == "" {
			t.Errorf("%+v is there twice, or says nothing", tag)
		}
		names[name] = true
	}
	if !names["skillset/reading"] || !names["skillset/jumps in osu"] {
		t.Error("official tags are missing")
	}
	for want, own := range map[string]map[string]TagConfig{
		"tags.5: must be named by a number": {"5": {Name: "a/b"}},
		"tags.x: must be named by a number": {"x": {Name: "a/b"}},
		"tags.10001.name:":                  {"10001": {Name: "ab"}},
		"tags.10002.ruleset:":               {"10002": {Name: "a/b", Ruleset: "golf"}},
		"tags.010001.name: the id":          {"10001": {Name: "a/b"}, "010001": {Name: "a/b"}},
	} {
		cfg := DefaultConfig()
		cfg.Tags = own
		err := cfg.Validate()
		if err == nil || !strings.HasPrefix(err.Error(), want[:5]) || want != "tags.010001.name: the id" && !strings.HasPrefix(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}
