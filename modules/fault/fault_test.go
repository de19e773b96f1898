package fault_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/pure-peace/peace/modules/fault"
)

var errGone = fault.New(fault.NotFound, "users", "user_not_found", "no such user")

func TestFaultsAreEqualByDomainAndReason(t *testing.T) {
	for _, tc := range []struct {
		name string
		err  error
		want bool
	}{
		{"itself", errGone, true},
		{"wrapped", fmt.Errorf("loading: %w", errGone), true},
		{"with details", errGone.With("id", "7"), true},
		{"with another message", errGone.WithMessage("no user 7"), true},
		{"rebuilt from its identity", &fault.Error{Domain: "users", Reason: "user_not_found"}, true},
		{"another domain", fault.New(fault.NotFound, "chat", "user_not_found", ""), false},
		{"another reason", fault.New(fault.NotFound, "users", "name_taken", ""), false},
		{"a plain error with the same text", errors.New(errGone.Error()), false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := errors.Is(tc.err, errGone); got != tc.want {
				t.Errorf("errors.Is(%v, errGone) = %v, want %v", tc.err, got, tc.want)
			}
		})
	}
}

func TestWithLeavesTheSentinelAlone(t *testing.T) {
	first := errGone.With("id", "7")
	second := first.With("name", "Ann")
	if errGone.Details != nil {
		t.Errorf("the sentinel gained details: %v", errGone.Details)
	}
	if len(first.Details) != 1 || len(second.Details) != 2 {
		t.Errorf("details are shared: %v and %v", first.Details, second.Details)
	}
}

func TestKindOf(t *testing.T) {
	for _, tc := range []struct {
		err  error
		want fault.Kind
	}{
		{errGone, fault.NotFound},
		{fmt.Errorf("deep: %w", fmt.Errorf("deeper: %w", errGone)), fault.NotFound},
		{fmt.Errorf("poll: %w", context.Canceled), fault.Canceled},
		{context.DeadlineExceeded, fault.DeadlineExceeded},
		{errors.New("disk on fire"), fault.Internal},
	} {
		if got := fault.KindOf(tc.err); got != tc.want {
			t.Errorf("KindOf(%v) = %v, want %v", tc.err, got, tc.want)
		}
	}
}
