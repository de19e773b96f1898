package newtonsoft_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pure-peace/peace/transport/lazer/client/newtonsoft"
)

type cover struct {
	ID *int32 `json:"id" client:"lax"`
}

type base struct {
	ID int32 `json:"id" client:"required"`
}

type user struct {
	base
	Name     string           `json:"username"`
	Joined   time.Time        `json:"join_date"`
	Visited  *time.Time       `json:"last_visit"`
	CoverURL string           `json:"cover_url"`
	Cover    *cover           `json:"cover" client:"after=cover_url"`
	Colours  []string         `json:"colours"`
	Style    string           `json:"style" client:"enum=mouse|tablet"`
	Ratio    float64          `json:"ratio"`
	Online   bool             `json:"is_online"`
	Counts   map[string]int32 `json:"counts"`
	Users    []int32          `json:"users" client:"notnull"`
	Any      any              `json:"any"`
}

func TestReads(t *testing.T) {
	var got user
	err := newtonsoft.Read([]byte(`{"ID": 5, "username": null, "join_date": "2026-08-21T12:00:00+00:00", "last_visit": null, "cover_url": "x",
		"cover": {"id": "3"}, "colours": null, "style": "mouse", "ratio": 1, "is_online": true, "counts": {"a": 1}, "users": [],
		"any": {"x": [1, "y", true]}, "unknown": {"deep": [[]]}}`), &got)
	if err != nil {
		t.Fatal(err)
	}
	three := int32(3)
	want := user{
		base: base{5}, Joined: time.Date(2026, 8, 21, 12, 0, 0, 0, time.UTC), CoverURL: "x", Cover: &cover{&three}, Style: "mouse", Ratio: 1,
		Online: true, Counts: map[string]int32{"a": 1}, Users: []int32{},
	}
	got.Any = nil
	got.Joined = got.Joined.UTC()
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(user{})); diff != "" {
		t.Error(diff)
	}
}

func TestBreaks(t *testing.T) {
	for text, reason := range map[string]string{
		`{}`:                                      "$.id: is missing",
		`{"id": null}`:                            "$.id: null where int32",
		`{"id": 3000000000}`:                      "$.id: the number 3000000000",
		`{"id": 1.5}`:                             "$.id: the number 1.5",
		`{"id": "1"}`:                             `$.id: the string "1"`,
		`{"id": 1, "username": 5}`:                "$.username: the number 5",
		`{"id": 1, "username": {}}`:               "$.username: an object",
		`{"id": 1, "join_date": null}`:            "$.join_date: null",
		`{"id": 1, "join_date": "yesterday"}`:     "is no time",
		`{"id": 1, "cover": {"id": 1}}`:           "$.cover: comes before cover_url",
		`{"id": 1, "cover_url": "", "cover": []}`: "$.cover: an array",
		`{"id": 1, "style": "feet"}`:              `"feet" is none of`,
		`{"id": 1, "users": null}`:                "$.users: null, which",
		`{"id": 1, "users": [1, null]}`:           "$.users[1]: null",
		`{"id": 1, "counts": {"a": 1e3}}`:         "$.counts.a: the number",
		`{"id": 1, "is_online": 1}`:               "$.is_online: the number",
		`{"id": 1, "ratio": true}`:                "$.ratio: a boolean",
		`{"id": 1} {}`:                            "there is more",
		`{"id": 1`:                                "EOF",
		`[]`:                                      "$: an array",
	} {
		var got user
		if err := newtonsoft.Read([]byte(text), &got); err == nil || !strings.Contains(err.Error(), reason) {
			t.Errorf("%s: %v", text, err)
		}
	}
	if err := newtonsoft.Read([]byte(`{}`), user{}); err == nil {
		t.Error("read into something that is no pointer")
	}
}
