package local

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestAttemptsWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAttempts[string]()
		full := func(want bool) {
			t.Helper()
			if got := a.full("k", 2); got != want {
				t.Errorf("full is %v", got)
			}
		}
		full(false)
		a.add("k", time.Minute)
		time.Sleep(30 * time.Second)
		full(false)
		a.add("k", time.Minute)
		full(true)
		if a.full("other", 2) {
			t.Error("others are counted together")
		}
		time.Sleep(30 * time.Second) // the window began with the first attempt
		full(false)
		a.add("k", time.Minute)
		full(false)
	})
}
