package local

import (
	"encoding/base64"
	"encoding/json"
	"time"

	"github.com/uptrace/bun"

	"github.com/pure-peace/peace/modules/beatmaps"
)

// hit is a set that was found, with what it is sorted by, and in JSON the cursor of the page that it ends.
type hit struct {
	Order beatmaps.Order `json:"o"`
	Tier  int            `json:"t,omitempty"`
	ID    int32          `json:"i"`

	// What it is sorted by, as the order has it.
	Time   time.Time `json:"d,omitzero"`
	Number float64   `json:"f,omitempty"`
	Count  int64     `json:"n,omitempty"`
	Text   string    `json:"s,omitempty"`
}

// value returns the part of the hit that holds values of a kind.
func (h *hit) value(kind any) any {
	switch kind.(type) {
	case time.Time:
		return &h.Time
	case float64:
		return &h.Number
	case int64:
		return &h.Count
	}
	return &h.Text
}

func (h hit) cursor(query beatmaps.Query) string {
	h.Order = query.Order
	data, err := json.Marshal(h)
	if err != nil { // for a time beyond the year 9999, which no column holds, and for no number, which none holds either
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(data)
}

// resume returns the last set of the page before. A cursor that is none of this order is as if there were none.
func (p *plan) resume(tiers int) (from hit, ok bool) {
	if p.query.Cursor == "" {
		return hit{}, false
	}
	data, err := base64.RawURLEncoding.DecodeString(p.query.Cursor)
	if err != nil || json.Unmarshal(data, &from) != nil || from.Order != p.query.Order || from.Tier < 0 || from.Tier >= tiers {
		return hit{}, false
	}
	return from, true
}

// after narrows a query to what comes behind a set.
func (p *plan) after(q *bun.SelectQuery, from hit) *bun.SelectQuery {
	op := "<"
	if p.query.Ascending {
		op = ">"
	}
	var value any
	switch v := from.value(p.order.kind).(type) {
	case *time.Time:
		value = *v
	case *float64:
		value = *v
	case *int64:
		value = *v
	case *string:
		value = withoutNUL(*v)
	}
	return q.Where("(hit.?, hit.id) "+op+" (?, ?)", bun.Ident(p.order.column), value, from.ID)
}
