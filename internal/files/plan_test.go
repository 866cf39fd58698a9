package files

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"ims/bankfile"
	"ims/iban"
)

// TestPackedDates: a chunk carries the value date of each record, and only the dates that occur in it.
func TestPackedDates(t *testing.T) {
	ours, err := iban.Parse("PL40111111117700000000000001")
	if err != nil {
		t.Fatal(err)
	}
	p := newPlan()
	for i, d := range []dates{{"2026-11-19", "2026-11-18"}, {"2026-11-20", ""}, {"2026-11-20", "2026-11-20"}, {"2026-11-20", "2026-11-23"}} {
		p.add(&bankfile.Record{Line: i + 1, Amount: 1, Date: d.booking, ValueDate: d.value, Direction: bankfile.Credit,
			Payee: bankfile.Account{Kind: bankfile.Virtual, IBAN: ours}})
	}
	c, err := unpack(p.pack(p.entries[1:]))
	if err != nil {
		t.Fatal(err)
	}
	var got []dates
	for _, e := range c.entries {
		got = append(got, c.dates[e.dates.value()])
		if e.payee != 1 || e.payer != 0 {
			t.Errorf("sides %d, %d", e.payer, e.payee)
		}
	}
	want := []dates{{"2026-11-20", ""}, {"2026-11-20", ""}, {"2026-11-20", "2026-11-23"}}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(dates{})); diff != "" {
		t.Error(diff)
	}
	if len(c.dates) != 2 {
		t.Errorf("%d pairs of dates are stored", len(c.dates))
	}
	for end := range p.pack(p.entries) {
		if _, err := unpack(p.pack(p.entries)[:end]); err == nil {
			t.Errorf("a plan of %d bytes is taken", end)
		}
	}
}

// TestPlanOfVersion1: what an earlier release validated is executed by this one.
func TestPlanOfVersion1(t *testing.T) {
	old := append([]byte{1, 0, 1, 10}, "2026-11-20"...)
	old = append(old, 1, 7, byte(bankfile.Unallocated), 0, 0, 0, 42)
	c, err := unpack(old)
	if err != nil || len(c.entries) != 1 || c.entries[0].line != 7 || c.entries[0].amount != 42 || c.dates[0] != (dates{booking: "2026-11-20"}) {
		t.Errorf("%+v, %v", c, err)
	}
}
