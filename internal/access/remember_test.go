package access

import (
	"strconv"
	"testing"
	"time"

	"ims/internal/bank"
)

func keyOf(n int) string { return strconv.Itoa(n) }

// However many certificates are shown, memory is bounded; stale answers go first.
func TestRememberedAnswersAreBounded(t *testing.T) {
	now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	a := NewAuthenticator(nil, nil)
	answer := func(at time.Time) knownCaller {
		return knownCaller{actor: bank.Actor{Name: "V-Example-App"}, readAt: at, expires: now.AddDate(1, 0, 0)}
	}
	for n := range maxKnown - 1 {
		a.remember(keyOf(n), answer(now.Add(-answerLife)), now)
	}
	a.remember(keyOf(maxKnown), answer(now), now)
	a.remember(keyOf(maxKnown+1), answer(now), now)
	if len(a.known) != 2 {
		t.Errorf("%d answers are kept, want the two fresh ones", len(a.known))
	}
	for n := range 3 * maxKnown {
		a.remember(keyOf(n), answer(now), now)
		if len(a.known) > maxKnown {
			t.Fatalf("%d answers are kept", len(a.known))
		}
	}
	if _, ok := a.recall([]byte(keyOf(3*maxKnown-1)), now); !ok {
		t.Error("the last answer is not remembered")
	}
}
