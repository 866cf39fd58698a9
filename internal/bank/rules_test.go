package bank_test

import (
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // civil dates as the program has them, wherever the test runs

	"ims/internal/bank"
)

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

func TestBlockStandsFromToAndNotBeyond(t *testing.T) {
	from, to := noon, noon.Add(time.Hour)
	for _, c := range []struct {
		name     string
		from, to time.Time
		at       time.Time
		want     bool
	}{
		{"before", from, to, from.Add(-time.Microsecond), false},
		{"at its beginning", from, to, from, true},
		{"inside", from, to, from.Add(time.Minute), true},
		{"just before its end", from, to, to.Add(-time.Microsecond), true},
		{"at its end", from, to, to, false},
		{"until lifted", from, time.Time{}, from.AddDate(100, 0, 0), true},
		{"until lifted, not yet begun", from, time.Time{}, from.Add(-time.Nanosecond), false},
		{"another zone, same instant", from.In(time.FixedZone("", 3600)), to, from, true},
	} {
		b := bank.Block{From: c.from, To: c.to, Direction: bank.BlockBoth}
		if got := b.StandsAt(c.at); got != c.want {
			t.Errorf("%s: stands %t", c.name, got)
		}
		if got := bank.AnyStops([]bank.Block{b}, true, c.at); got != c.want {
			t.Errorf("%s: stops %t", c.name, got)
		}
	}
}

func TestBlockDirections(t *testing.T) {
	for direction, want := range map[bank.BlockDirection]struct{ credit, debit bool }{
		bank.BlockCredits: {true, false}, bank.BlockDebits: {false, true}, bank.BlockBoth: {true, true},
	} {
		b := bank.Block{Direction: direction, From: noon}
		if b.Stops(true) != want.credit || b.Stops(false) != want.debit || !direction.Known() {
			t.Errorf("%s stops credits %t, debits %t", direction, b.Stops(true), b.Stops(false))
		}
	}
	for _, wrong := range []bank.BlockDirection{"", "both", "NONE"} {
		if wrong.Known() {
			t.Errorf("direction %q is known", wrong)
		}
	}
}

// TestAnyStopsAmongSeveral: one block that stands and fits is enough, wherever it is in the list; none is never enough.
func TestAnyStopsAmongSeveral(t *testing.T) {
	past := bank.Block{Direction: bank.BlockBoth, From: noon.Add(-2 * time.Hour), To: noon.Add(-time.Hour)}
	future := bank.Block{Direction: bank.BlockBoth, From: noon.Add(time.Hour)}
	debits := bank.Block{Direction: bank.BlockDebits, From: noon}
	credits := bank.Block{Direction: bank.BlockCredits, From: noon}
	for _, c := range []struct {
		blocks        []bank.Block
		credit, debit bool
	}{
		{nil, false, false},
		{[]bank.Block{past, future}, false, false},
		{[]bank.Block{past, debits}, false, true},
		{[]bank.Block{credits, future}, true, false},
		{[]bank.Block{debits, past, credits}, true, true},
	} {
		if got := bank.AnyStops(c.blocks, true, noon); got != c.credit {
			t.Errorf("%+v: credits stopped %t", c.blocks, got)
		}
		if got := bank.AnyStops(c.blocks, false, noon); got != c.debit {
			t.Errorf("%+v: debits stopped %t", c.blocks, got)
		}
	}
}

func TestCheckText(t *testing.T) {
	for _, c := range []struct {
		name, text string
		required   bool
		limit      int
		says       string // "" when the text is good
	}{
		{"empty", "", false, 3, ""},
		{"empty but needed", "", true, 3, "empty"},
		{"blank but needed", " \u00a0\u2003", true, 9, "empty"},
		{"as long as allowed, in characters not bytes", "żółć", true, 4, ""},
		{"one too long", "żółćx", true, 4, "long"},
		{"not UTF-8", "a\xff", false, 9, "UTF-8"},
		{"half a character", "\xc5", false, 9, "UTF-8"},
		{"NUL, which PostgreSQL cannot store", "a\x00b", false, 9, "control"},
		{"line end", "a\nb", false, 9, "control"},
		{"tab", "a\tb", false, 9, "control"},
		{"DEL", "a\x7f", false, 9, "control"},
		{"next line, a control character beyond ASCII", "a\u0085b", false, 9, "control"},
		{"CSI, which begins terminal sequences", "a\u009b31m", false, 9, "control"},
		{"the first that is none", " ~\u00a0", false, 9, ""},
		{"the last there is", "\U0010ffff", false, 1, ""},
	} {
		got := bank.CheckText(c.text, c.required, c.limit)
		if (got == "") != (c.says == "") || !strings.Contains(got, c.says) {
			t.Errorf("%s: %q, want a reason with %q", c.name, got, c.says)
		}
	}
}

// TestCivilDate walks over the turn of a day in winter and summer and over both changes of the clock.
func TestCivilDate(t *testing.T) {
	for instant, want := range map[string]string{
		"2026-01-31T22:59:59.999999Z": "2026-01-31",
		"2026-01-31T23:00:00Z":        "2026-02-01",
		"2026-07-31T21:59:59.999999Z": "2026-07-31",
		"2026-07-31T22:00:00Z":        "2026-08-01",
		"2026-03-28T22:59:59Z":        "2026-03-28", // the day before summer time is still in winter time
		"2026-03-28T23:00:00Z":        "2026-03-29",
		"2026-03-29T01:00:00Z":        "2026-03-29", // 02:00 becomes 03:00
		"2026-03-29T21:59:59Z":        "2026-03-29", // this day has 23 hours
		"2026-03-29T22:00:00Z":        "2026-03-30",
		"2026-10-24T21:59:59Z":        "2026-10-24",
		"2026-10-24T22:00:00Z":        "2026-10-25",
		"2026-10-25T01:30:00Z":        "2026-10-25", // the second half past two
		"2026-10-25T22:59:59Z":        "2026-10-25", // this day has 25 hours
		"2026-10-25T23:00:00Z":        "2026-10-26",
		"2026-12-31T23:00:00Z":        "2027-01-01",
		"2028-02-28T23:30:00Z":        "2028-02-29",
		"2026-06-30T23:30:00-10:00":   "2026-07-01", // whatever zone the caller's clock is in
	} {
		at, err := time.Parse(time.RFC3339Nano, instant)
		if err != nil {
			t.Fatal(err)
		}
		if got := bank.CivilDate(at); got != want {
			t.Errorf("%s is %s, want %s", instant, got, want)
		}
	}
}

func TestAvailable(t *testing.T) {
	if got := (bank.Balance{Booked: 100, Held: 30}).Available(); got != 70 {
		t.Errorf("available %d", got)
	}
}
