package config

import (
	"bytes"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// lines finds the line of every key and table of a TOML text that has been parsed before, by keys joined by separator.
func lines(text []byte) map[string]int {
	l := locator{text: text, line: 1, found: map[string]int{}}
	var p unstable.Parser
	p.Reset(text)
	var table []string
	for p.NextExpression() {
		switch e := p.Expression(); e.Kind {
		case unstable.Table, unstable.ArrayTable:
			table = l.key(nil, e)
		case unstable.KeyValue:
			l.value(table, e)
		}
	}
	return l.found
}

type locator struct {
	text  []byte
	at    int // how far line has been counted; keys come in order
	line  int
	found map[string]int
}

// key records the key of a node below the given one and returns it.
func (l *locator) key(above []string, node *unstable.Node) []string {
	key := append([]string(nil), above...)
	for parts := node.Key(); parts.Next(); {
		part := parts.Node()
		key = append(key, string(part.Data))
		if offset := int(part.Raw.Offset); offset > l.at && offset <= len(l.text) {
			l.line += bytes.Count(l.text[l.at:offset], []byte("\n"))
			l.at = offset
		}
	}
	joined := strings.Join(key, separator)
	if _, ok := l.found[joined]; !ok {
		l.found[joined] = l.line
	}
	return key
}

// value records a key and, when its value is an inline table, the keys in it.
func (l *locator) value(above []string, node *unstable.Node) {
	key := l.key(above, node)
	value := node.Value()
	if value.Kind != unstable.InlineTable {
		return
	}
	for children := value.Children(); children.Next(); {
		if child := children.Node(); child.Kind == unstable.KeyValue {
			l.value(key, child)
		}
	}
}
