package config

import (
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// lines finds the line of every key and table of a TOML text that has been parsed before, by keys joined by separator.
func lines(text []byte) map[string]int {
	found := map[string]int{}
	var p unstable.Parser
	p.Reset(text)
	var table []string
	for p.NextExpression() {
		switch e := p.Expression(); e.Kind {
		case unstable.Table, unstable.ArrayTable:
			table = locate(&p, found, nil, e)
		case unstable.KeyValue:
			locateValue(&p, found, table, e)
		}
	}
	return found
}

// locate records the key of a node below the given one and returns it.
func locate(p *unstable.Parser, found map[string]int, above []string, node *unstable.Node) []string {
	key := append([]string(nil), above...)
	line := 0
	for parts := node.Key(); parts.Next(); {
		part := parts.Node()
		key = append(key, string(part.Data))
		line = p.Shape(part.Raw).Start.Line
	}
	joined := strings.Join(key, separator)
	if _, ok := found[joined]; !ok {
		found[joined] = line
	}
	return key
}

func locateValue(p *unstable.Parser, found map[string]int, above []string, node *unstable.Node) {
	key := locate(p, found, above, node)
	value := node.Value()
	if value.Kind != unstable.InlineTable {
		return
	}
	for children := value.Children(); children.Next(); {
		if child := children.Node(); child.Kind == unstable.KeyValue {
			locateValue(p, found, key, child)
		}
	}
}
