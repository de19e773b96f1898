package moderationtest

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/pure-peace/peace/modules/moderation"
)

func complain(t *testing.T, s Subject, c moderation.Complaint) moderation.Complaint {
	t.Helper()
	kept, err := s.Moderation.Complain(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return kept
}

func complaints(t *testing.T, s Subject, user int32) []moderation.Complaint {
	t.Helper()
	list, err := s.Moderation.Complaints(t.Context(), user, 0, moderation.MaxPage)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func testComplain(t *testing.T, s Subject) {
	a, b, accused := s.World.NewUser(0), s.World.NewUser(0), s.World.NewUser(0)
	about := moderation.Complaint{By: a, UserID: accused, Kind: "comment", SubjectID: 12, Reason: "Spam", Quote: "Buy \x00this"}
	first := complain(t, s, about)
	want := about
	want.Quote = "Buy this"
	ignored := cmpopts.IgnoreFields(moderation.Complaint{}, "ID", "At")
	if diff := cmp.Diff(want, first, ignored); diff != "" || first.ID == 0 || time.Since(first.At) > time.Minute {
		t.Errorf("%+v, -want +got:\n%s", first, diff)
	}
	wantFinding := func(kind string, seen, weight int32, detail string) {
		t.Helper()
		for _, f := range findings(t, s, moderation.Query{UserID: accused}) {
			if f.Kind != kind {
				continue
			}
			if f.Seen != seen || f.Weight != weight || !strings.Contains(f.Detail, detail) {
				t.Errorf("%+v", f)
			}
			return
		}
		t.Errorf("there is no %s", kind)
	}
	wantFinding("reported_comment", 1, 10, "comment 12, Spam")

	// The same again by the same replaces what he said, and is not counted.
	about.Reason, about.Text = "Other", " Again and again. "
	again := complain(t, s, about)
	if again.ID != first.ID || again.Text != "Again and again." || again.Reason != "Other" {
		t.Errorf("%+v", again)
	}
	wantFinding("reported_comment", 1, 10, "")
	about.By = b
	second := complain(t, s, about)
	wantFinding("reported_comment", 2, 20, "Again and again.")
	about.SubjectID = 13
	third := complain(t, s, about)
	wantFinding("reported_comment", 3, 20, "comment 13")
	user := complain(t, s, moderation.Complaint{By: b, UserID: accused, Kind: "user", SubjectID: int64(accused), Reason: "Cheating", Text: "He aims too well."})
	wantFinding("reported_user", 1, 10, "Cheating")
	if diff := cmp.Diff([]moderation.Complaint{user, third, second, again}, complaints(t, s, accused)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if page, err := s.Moderation.Complaints(t.Context(), 0, 1, 2); err != nil || len(page) != 2 {
		t.Errorf("%+v, %v", page, err)
	}
	if none := complaints(t, s, a); len(none) != 0 {
		t.Errorf("%+v", none)
	}

	// A score has its own finding.
	complain(t, s, moderation.Complaint{By: b, UserID: accused, Kind: "score", SubjectID: 99, Reason: "Cheating", Text: "Look at it."})
	if f := findings(t, s, moderation.Query{ScoreID: 99}); len(f) != 1 || f[0].Kind != "reported_score" || f[0].OtherUser != b {
		t.Errorf("%+v", f)
	}
}

func testComplainBad(t *testing.T, s Subject) {
	by, accused := s.World.NewUser(0), s.World.NewUser(0)
	good := moderation.Complaint{By: by, UserID: accused, Kind: "user", SubjectID: int64(accused), Reason: "Other", Text: "x"}
	for name, test := range map[string]struct {
		spoil func(*moderation.Complaint)
		want  error
	}{
		"no reason":        {func(c *moderation.Complaint) { c.Reason = "" }, moderation.ErrBadComplaint},
		"another's reason": {func(c *moderation.Complaint) { c.Reason = "Spam" }, moderation.ErrBadComplaint},
		"no kind":          {func(c *moderation.Complaint) { c.Kind = "" }, moderation.ErrBadComplaint},
		"another kind":     {func(c *moderation.Complaint) { c.Kind = "team" }, moderation.ErrBadComplaint},
		"about nothing":    {func(c *moderation.Complaint) { c.SubjectID = 0 }, moderation.ErrBadComplaint},
		"about nobody":     {func(c *moderation.Complaint) { c.UserID = 0 }, moderation.ErrBadComplaint},
		"without words":    {func(c *moderation.Complaint) { c.Text = " " }, moderation.ErrBadComplaint},
		"long":             {func(c *moderation.Complaint) { c.Text = strings.Repeat("é", moderation.MaxText+1) }, moderation.ErrBadComplaint},
		"NUL":              {func(c *moderation.Complaint) { c.Text = "a\x00" }, moderation.ErrBadComplaint},
		"oneself":          {func(c *moderation.Complaint) { c.UserID = by }, moderation.ErrOwn},
		"by nobody":        {func(c *moderation.Complaint) { c.By = 1 << 30 }, moderation.ErrForbidden},
	} {
		c := good
		test.spoil(&c)
		if _, err := s.Moderation.Complain(t.Context(), c); !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %v", name, err, test.want)
		}
	}
	long := good
	long.Text = strings.Repeat("é", moderation.MaxText)
	long.Quote = strings.Repeat("é", 3*moderation.MaxText)
	if kept := complain(t, s, long); kept.Text != long.Text || len(kept.Quote) > 4*moderation.MaxText || kept.Quote == "" {
		t.Errorf("%d and %d bytes", len(kept.Text), len(kept.Quote))
	}
	for _, page := range [][2]int{{-1, 1}, {0, 0}, {0, moderation.MaxPage + 1}} {
		if _, err := s.Moderation.Complaints(t.Context(), 0, page[0], page[1]); !errors.Is(err, moderation.ErrTooLarge) {
			t.Errorf("%v: %v", page, err)
		}
	}
}

func testComplainALot(t *testing.T, s Subject) {
	by, accused := s.World.NewUser(0), s.World.NewUser(0)
	var err error
	var n int64
	for n = 1; n < 100 && err == nil; n++ {
		_, err = s.Moderation.Complain(t.Context(), moderation.Complaint{By: by, UserID: accused, Kind: "message", SubjectID: n, Reason: "Spam"})
	}
	if !errors.Is(err, moderation.ErrFlood) {
		t.Errorf("%d complaints: %v", n, err)
	}
	f := findings(t, s, moderation.Query{UserID: accused})
	if len(f) != 1 || f[0].Weight != 10 {
		t.Errorf("one player weighs %+v", f)
	}
}
