package v2

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
)

// maxCursor bounds a cursor in bytes.
const maxCursor = 2 << 10

// Cursor is where a listing goes on, in both spellings: embed it in an answer. Its zero value is the end, which is null: lazer
// asks for the next page of an empty object for ever.
type Cursor struct {
	Cursor *json.RawMessage `json:"cursor"`
	Text   *string          `json:"cursor_string"`
}

// CursorOf returns the cursor of a struct of strings and numbers. It panics when that is none.
func CursorOf(at any) Cursor {
	encoded, err := json.Marshal(at)
	if err != nil || encoded[0] != '{' {
		panic("v2: a cursor is an object")
	}
	raw, words := json.RawMessage(encoded), base64.RawURLEncoding.EncodeToString(encoded)
	return Cursor{&raw, &words}
}

// Cursor reads where the client wants to go on, into a struct whose fields are strings and numbers, and reports whether it said
// so: by cursor_string, or by cursor[name]. A cursor that cannot be read is a 422.
func (r *Request) Cursor(into any) (bool, error) {
	encoded, given, err := r.cursor()
	if err != nil || !given {
		return false, err
	}
	if err := json.Unmarshal(encoded, into); err != nil {
		return false, errCursor
	}
	return true, nil
}

var errCursor = Refuse(http.StatusUnprocessableEntity, "invalid cursor")

func (r *Request) cursor() (encoded []byte, given bool, err error) {
	if words := r.Text("cursor_string"); words != "" {
		encoded, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(words, "="))
		if len(words) > maxCursor || err != nil {
			return nil, false, errCursor
		}
		return encoded, true, nil
	}
	object := map[string]any{}
	for name, values := range r.values() {
		key, ok := strings.CutPrefix(name, "cursor[")
		if key, closed := strings.CutSuffix(key, "]"); ok && closed && len(values) > 0 && len(object) < maxFields {
			object[key] = plain(values[0])
		}
	}
	if len(object) == 0 {
		return nil, false, nil
	}
	encoded, err = json.Marshal(object)
	if err != nil || len(encoded) > maxCursor {
		return nil, false, errCursor
	}
	return encoded, true, nil
}

// plain returns a number for what looks like one as JSON would write it.
func plain(text string) any {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil && strconv.FormatInt(n, 10) == text {
		return n
	}
	return text
}
