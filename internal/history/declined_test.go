package history_test

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"testing"

	"ims/internal/bank"
	"ims/internal/history"
	"ims/internal/ledger"
	"ims/internal/sheet"
	"ims/internal/store"
)

// TestDeclinedIsFound: what was declined is found by whatever it bears, before the index has it and from the index, by the
// customer and by its holder, and by nobody else.
func TestDeclinedIsFound(t *testing.T) {
	eachDesk(t, func(d *desk) {
		d.move(d.bank, d.balances[0].No, 100, bank.CauseIncoming, "2026-11-01", "in", "ACME", "JAN")
		id := d.decline(d.balances[0].Balance, day, bank.ReasonBlockedSanctions)
		none := []bank.TransactionID(nil)
		check := func(when string) {
			for name, c := range map[string]struct {
				filter history.Filter
				want   []bank.TransactionID
			}{
				"status":        {history.Filter{Statuses: []bank.TransactionStatus{bank.StatusDeclined}}, []bank.TransactionID{id}},
				"other status":  {history.Filter{Statuses: []bank.TransactionStatus{bank.StatusCleared}, Types: []bank.TransactionType{bank.TypeDebit}}, none},
				"day, type":     {history.Filter{From: "2026-11-20", To: "2026-11-20", Types: []bank.TransactionType{bank.TypeDebit}}, []bank.TransactionID{id}},
				"day before":    {history.Filter{To: "2026-11-19", Statuses: []bank.TransactionStatus{bank.StatusDeclined}}, none},
				"amount":        {history.Filter{MinAmount: 9, MaxAmount: 9}, []bank.TransactionID{id}},
				"title":         {history.Filter{Title: "not poss", Statuses: []bank.TransactionStatus{bank.StatusDeclined}}, []bank.TransactionID{id}},
				"counterparty":  {history.Filter{Counterparty: "zolc"}, []bank.TransactionID{id}},
				"key":           {history.Filter{Reference: "declined"}, []bank.TransactionID{id}},
				"balance":       {history.Filter{Balance: d.balances[0].ID, Statuses: []bank.TransactionStatus{bank.StatusDeclined}}, []bank.TransactionID{id}},
				"other balance": {history.Filter{Balance: d.balances[1].ID, Statuses: []bank.TransactionStatus{bank.StatusDeclined}}, none},
			} {
				if got := d.list(c.filter); !slices.Equal(got, c.want) {
					d.t.Errorf("%s, %s: %v, want %v", when, name, got, c.want)
				}
			}
		}
		check("before the index")
		d.grow(5_000)
		if !d.index("worker") {
			d.t.Error("nothing to index")
		}
		check("from the index")
		row, err := d.history.HeldOne(context.Background(), d.endUser(0), id)
		if err != nil || row.Reason != bank.ReasonBlockedSanctions || row.Posting != 0 || row.BalanceAfter != 100 {
			d.t.Errorf("its holder: %+v, %v", row, err)
		}
		if _, err := d.history.HeldOne(context.Background(), d.endUser(1), id); err == nil {
			d.t.Error("somebody else reads it")
		}
	})
}

// freeze brings money that a block of credits froze.
func (d *desk) freeze(no bank.BalanceNo, amount int64) {
	d.t.Helper()
	d.must(d.db.Write(context.Background(), func(tx *store.Tx) error {
		b := ledger.NewBatch(tx, d.actor.Customer, day)
		if err := b.Lock(no, d.bank); err != nil {
			return err
		}
		_, err := b.Post(ledger.NewPosting{From: d.bank, To: no, Amount: amount, Cause: bank.CauseIncoming, Outcome: bank.OutcomeCreditedFrozen,
			BookingDate: "2026-11-20"})
		if err != nil {
			return err
		}
		return b.Commit()
	}))
}

// TestDocumentsKeepReasons: a statement in any form has nothing of what was declined and no reason at all, a transaction report
// none that the customer's own programs may not read.
func TestDocumentsKeepReasons(t *testing.T) {
	eachDesk(t, func(d *desk) {
		b := d.balances[0]
		d.freeze(b.No, 100)
		var declined []bank.Reason
		for _, r := range bank.Reasons() {
			if r.Refusal() != nil {
				declined = append(declined, r)
				d.decline(b.Balance, day, r)
			}
		}
		if h, rows := d.read(b.ID, "2026-11-20", "2026-11-20"); len(rows) != 1 || rows[0].Reason != "" || h.Closing != 100 || h.Out.Count != 0 {
			d.t.Errorf("a statement of %+v: %+v", h, rows)
		}
		for _, form := range history.StatementForms() {
			for _, lang := range []string{"en", "pl"} {
				var out bytes.Buffer
				d.must(d.history.WriteStatement(context.Background(), d.actor, b.ID, history.Period{From: "2026-11-20", To: "2026-11-20"}, form, lang, &out))
				for _, r := range bank.Reasons() {
					if told(out.String(), r) || strings.Contains(out.String(), "NOT POSSIBLE") {
						d.t.Errorf("a statement as %s tells %s", form, r)
					}
				}
			}
		}
		for _, lang := range []string{"en", "pl"} {
			_, file := d.written(d.reports(0, 0), history.NewReport{Form: sheet.CSV, Lang: lang})
			for _, r := range append(declined, bank.ReasonFrozen) {
				if shown := r.For(bank.ForCustomer); !strings.Contains(string(file), shown.Text(lang)) || shown != r && told(string(file), r) {
					d.t.Errorf("the report in %q does not tell %s as %s:\n%s", lang, r, shown, file)
				}
			}
			if rows := d.tableOf(file); len(rows) != 1+len(declined) || rows[1][1] != "" || rows[1][15] != "DECLINED" {
				d.t.Errorf("the report in %q has %v", lang, rows)
			}
		}
	})
}

// told tells whether a document has a reason, in words or by its code.
func told(document string, r bank.Reason) bool {
	return strings.Contains(document, r.Text("en")) || strings.Contains(document, r.Text("pl")) || strings.Contains(document, string(r))
}
