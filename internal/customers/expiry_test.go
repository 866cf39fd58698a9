package customers_test

import (
	"testing"
	"time"

	"ims/internal/customers"
)

// The last hour is day 0, the hour after it day -1; the warning begins below 30 days and ends with the certificate.
func TestDaysLeft(t *testing.T) {
	const day = 24 * time.Hour
	for _, c := range []struct {
		left time.Duration
		days int
		soon bool
	}{{397 * day, 397, false}, {30 * day, 30, false}, {30*day - time.Second, 29, true}, {day, 1, true}, {time.Hour, 0, true}, {0, 0, false}, {-time.Hour, -1, false}, {-day, -1, false}} {
		until := noon.Add(c.left)
		if days, soon := customers.DaysLeft(until, noon), customers.ExpiresSoon(until, noon); days != c.days || soon != c.soon {
			t.Errorf("%v: %d days, soon %t; want %d, %t", c.left, days, soon, c.days, c.soon)
		}
	}
}
