package web

import (
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	"ims/internal/bank"
)

// TestLimiter: a burst, then the rate, for each caller alone, told in headers.
func TestLimiter(t *testing.T) {
	now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	l := NewLimiter(2, 4, func() time.Time { return now })
	admit := func(customer bank.CustomerID, name string) (string, error) {
		h := http.Header{}
		err := l.Admit(h, customer, name)
		if policy := h.Get("RateLimit-Policy"); policy != `"default";q=4;w=2` {
			t.Errorf("policy %s", policy)
		}
		return h.Get("RateLimit"), err
	}
	for i, want := range []string{`"default";r=3;t=1`, `"default";r=2;t=1`, `"default";r=1;t=2`, `"default";r=0;t=2`} {
		if got, err := admit(1, "V-A-B"); got != want || err != nil {
			t.Errorf("request %d: %s, %v", i, got, err)
		}
	}
	if got, err := admit(1, "V-A-B"); !errors.Is(err, bank.ErrRateLimited) || got != `"default";r=0;t=2` {
		t.Errorf("beyond: %s, %v", got, err)
	}
	for _, other := range []struct {
		customer bank.CustomerID
		name     string
	}{{1, "V-A-C"}, {2, "V-A-B"}} {
		if _, err := admit(other.customer, other.name); err != nil {
			t.Errorf("%+v pays for another: %v", other, err)
		}
	}
	now = now.Add(500 * time.Millisecond)
	if _, err := admit(1, "V-A-B"); err != nil {
		t.Errorf("half a second later: %v", err)
	}
	if _, err := admit(1, "V-A-B"); !errors.Is(err, bank.ErrRateLimited) {
		t.Errorf("and again: %v", err)
	}
}

// TestLimiterForgets: its memory is bounded, and who is at the limit is not forgotten while others can be.
func TestLimiterForgets(t *testing.T) {
	now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	l := NewLimiter(1, 1, func() time.Time { return now })
	for i := range maxCallers - 1 {
		_ = l.Admit(http.Header{}, 1, fmt.Sprint(i))
	}
	now = now.Add(time.Minute)
	if err := l.Admit(http.Header{}, 2, "greedy"); err != nil {
		t.Fatal(err)
	}
	if err := l.Admit(http.Header{}, 3, "new"); err != nil {
		t.Fatal(err)
	}
	if err := l.Admit(http.Header{}, 2, "greedy"); !errors.Is(err, bank.ErrRateLimited) || len(l.callers) != 2 {
		t.Errorf("%v, %d callers kept", err, len(l.callers))
	}
	if NewLimiter(0, 1, nil).Admit(nil, 1, "anybody") != nil {
		t.Error("no limit refuses")
	}
}

func BenchmarkAdmit(b *testing.B) {
	l := NewLimiter(1<<30, 1<<30, time.Now)
	h := http.Header{}
	b.ReportAllocs()
	for b.Loop() {
		if err := l.Admit(h, 1, "V-Example-Backend"); err != nil {
			b.Fatal(err)
		}
	}
}
