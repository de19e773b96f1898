package songs

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"
)

// cursor says where the next page of a search begins. Programs send it back as it is, key by key or as a text.
type cursor struct {
	After string `json:"after"`
}

// maxCursor bounds what is read, in bytes.
const maxCursor = 4096

// newCursor returns the cursor in both forms, which are nil at the end.
func newCursor(after string) (*cursor, *string) {
	if after == "" {
		return nil, nil
	}
	c := &cursor{after}
	data, err := json.Marshal(c)
	if err != nil { // a text always marshals
		return nil, nil
	}
	text := base64.RawURLEncoding.EncodeToString(data)
	return c, &text
}

// readCursor returns where the page begins: "" at the first, and for what is no cursor.
func readCursor(given url.Values) string {
	text := given.Get("cursor_string")
	if text == "" {
		return short(given.Get("cursor[after]"))
	}
	if len(text) > maxCursor {
		return ""
	}
	data, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(strings.NewReplacer("+", "-", "/", "_").Replace(text), "="))
	var c cursor
	if err != nil || json.Unmarshal(data, &c) != nil {
		return ""
	}
	return short(c.After)
}

// short returns a text that can be a cursor of the beatmaps module.
func short(text string) string {
	if len(text) > maxCursor/2 {
		return ""
	}
	return text
}
