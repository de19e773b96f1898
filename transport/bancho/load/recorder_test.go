package load

import (
	"errors"
	"math/rand/v2"
	"testing"
	"time"
)

func TestBuckets(t *testing.T) {
	for i := 1; i < buckets; i++ {
		if upper(i) <= upper(i-1) {
			t.Fatalf("bucket %d ends at %d, the one before at %d", i, upper(i), upper(i-1))
		}
		if bucket(upper(i)) != i || bucket(upper(i-1)+1) != i {
			t.Fatalf("bucket %d does not hold %d to %d", i, upper(i-1)+1, upper(i))
		}
	}
	if bucket(1<<63-1) >= buckets {
		t.Fatal("the longest duration has no bucket")
	}
}

func TestQuantiles(t *testing.T) {
	var r recorder
	if r.quantile(0.5) != 0 {
		t.Error("nothing has a median")
	}
	for _, i := range rand.Perm(1000) {
		r.add(time.Duration(i+1)*time.Millisecond, nil)
	}
	r.add(time.Hour, errors.New("first"))
	r.add(time.Hour, errors.New("second"))
	for q, want := range map[float64]time.Duration{0.5: 500 * time.Millisecond, 0.99: 990 * time.Millisecond, 1: time.Second} {
		if got := r.quantile(q); got < want || got > want*104/100 {
			t.Errorf("quantile %v is %v, want %v or up to 4 %% more", q, got, want)
		}
	}
	if r.firstError() != "first" || r.errors.Load() != 2 {
		t.Errorf("errors are %d, the first %q", r.errors.Load(), r.firstError())
	}
}
