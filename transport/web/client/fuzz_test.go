package client

import (
	"errors"
	"strings"
	"testing"
)

// FuzzAnswers reads what servers may answer.
func FuzzAnswers(f *testing.F) {
	f.Add("1\n1 A - B.osz|A|B|Bob|1|9.87|2020-02-02T02:02:02+00:00|1|0|1|0|1234567|1000|Easy@0,Oni@1")
	f.Add("0|5|6|0a0a|1|XH|N|A|F")
	f.Add("-1\nno")
	f.Add("1500\tmap\tsupporter|ff8800\tnice")
	f.Fuzz(func(t *testing.T, body string) {
		if found, err := parseSearch(body); err == nil && len(found.Sets) > pageSize {
			t.Errorf("%d sets on a page", len(found.Sets))
		}
		if _, err := parseInfo(body); err != nil && !errors.Is(err, ErrAnswer) {
			t.Errorf("unexpected error: %v", err)
		}
		list, err := parseComments(body)
		if err != nil && !errors.Is(err, ErrAnswer) {
			t.Errorf("unexpected error: %v", err)
		}
		for _, c := range list {
			if strings.ContainsAny(c.Text, "\t\n") {
				t.Errorf("a comment is %q", c.Text)
			}
		}
	})
}
