package history_test

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ims/internal/bank"
	"ims/internal/history"
	"ims/internal/ledger"
	"ims/internal/store"
)

// paid is one posting of a statement's scene.
type paid struct {
	from, to bank.BalanceNo
	amount   int64
	cause    bank.Cause
	at       time.Time
	booking  string
	words    bank.Details
}

// payAt posts at an instant; booking is the bank's date, the same day where it is empty.
func (d *desk) payAt(p paid) bank.TransactionID {
	d.t.Helper()
	id, err := d.tryPay(p)
	d.must(err)
	return id
}

func (d *desk) tryPay(p paid) (id bank.TransactionID, err error) {
	if p.booking == "" {
		p.booking = bank.CivilDate(p.at)
	}
	p.words.Salt = store.NewSalt()
	err = d.db.Write(context.Background(), func(tx *store.Tx) error {
		b := ledger.NewBatch(tx, d.actor.Customer, p.at)
		if err := b.Lock(p.from, p.to); err != nil {
			return err
		}
		index, err := b.Post(ledger.NewPosting{From: p.from, To: p.to, Amount: p.amount, Cause: p.cause, BookingDate: p.booking, Details: &p.words})
		if err != nil {
			return err
		}
		if err := b.Commit(); err != nil {
			return err
		}
		id = b.PostingID(index)
		return nil
	})
	return id, err
}

// read returns a statement with its lines.
func (d *desk) read(balance bank.ID, from, to string) (h history.Statement, rows []history.Row) {
	d.t.Helper()
	err := d.history.ReadStatement(context.Background(), d.actor, balance, history.Period{From: from, To: to},
		func(s *history.Statement) error { h = *s; return nil },
		func(r history.Row) error { rows = append(rows, r); return nil })
	d.must(err)
	return h, rows
}

// warsaw is an instant of bank.Zone.
func warsaw(t testing.TB, text string) time.Time {
	t.Helper()
	zone, err := time.LoadLocation(bank.Zone)
	if err != nil {
		t.Fatal(err)
	}
	at, err := time.ParseInLocation("2006-01-02 15:04", text, zone)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// TestStatementOfDays: what was posted on a day of Warsaw stands on its statement, whatever the bank's booking date; a late
// file changes no statement of before.
func TestStatementOfDays(t *testing.T) {
	eachDesk(t, func(d *desk) {
		v, in := d.balances[0], paid{from: d.bank, to: d.balances[0].No, cause: bank.CauseIncoming}
		post := func(at string, amount int64, booking string) bank.TransactionID {
			p := in
			p.at, p.amount, p.booking = warsaw(d.t, at), amount, booking
			return d.payAt(p)
		}
		post("2096-11-30 23:59", 100, "")
		first := post("2096-12-01 00:00", 20, "")
		second := post("2096-12-31 23:59", 3, "")
		before, lines := d.read(v.ID, "2096-12-01", "2096-12-31")
		if before.Opening != 100 || before.In != (bank.Sum{Count: 2, Amount: 23}) || before.Out.Count != 0 || before.Closing != 123 {
			d.t.Errorf("%+v", before)
		}
		if len(lines) != 2 || lines[0].ID != first || lines[1].ID != second || lines[0].BalanceAfter != 120 || lines[1].BalanceAfter != 123 {
			d.t.Errorf("%+v", lines)
		}
		if before.Final {
			d.t.Error("the period is complete though nothing was posted behind it")
		}
		post("2097-01-02 09:00", 7, "2096-12-15") // a file that comes late
		after, again := d.read(v.ID, "2096-12-01", "2096-12-31")
		if !after.Final || after.Closing != 123 || !slices.EqualFunc(lines, again, func(a, b history.Row) bool { return a.ID == b.ID }) {
			d.t.Errorf("the late file changed the statement: %+v", after)
		}
		next, lines := d.read(v.ID, "2097-01-01", "2097-01-31")
		if next.Opening != 123 || next.Closing != 130 || len(lines) != 1 || lines[0].Booking != "2096-12-15" {
			d.t.Errorf("the late file is not on the next: %+v %+v", next, lines)
		}
		if empty, lines := d.read(v.ID, "2096-12-10", "2096-12-11"); len(lines) != 0 || empty.Opening != 120 || empty.Closing != 120 {
			d.t.Errorf("days without transactions: %+v", empty)
		}
		if none, lines := d.read(d.balances[2].ID, "2096-12-01", "2097-01-31"); len(lines) != 0 || none.Opening != 0 || none.Closing != 0 {
			d.t.Errorf("a balance that never moved: %+v", none)
		}
	})
}

func TestStatementRefused(t *testing.T) {
	eachDesk(t, func(d *desk) {
		other := newDesk(d.t, d.db, there)
		nobody := bank.Actor{Customer: d.actor.Customer, Kind: bank.ActorOperator, Name: "ada@example.test", Permissions: []bank.Permission{bank.PermUsersRead}}
		var mirror bank.ID
		d.must(d.db.Read(context.Background(), func(tx *store.Tx) error {
			list, err := tx.BalancesByNo(d.actor.Customer, []bank.BalanceNo{d.bank})
			mirror = list[0].ID
			return err
		}))
		v := d.balances[0].ID
		for name, c := range map[string]struct {
			actor   bank.Actor
			balance bank.ID
			period  history.Period
			form    history.StatementForm
			want    error
		}{
			"no permission":        {nobody, v, history.Period{}, history.StatementCSV, bank.ErrForbidden},
			"another's balance":    {d.actor, other.balances[0].ID, history.Period{}, history.StatementCSV, bank.ErrNotFound},
			"no balance":           {d.actor, bank.NewID(), history.Period{}, history.StatementCSV, bank.ErrNotFound},
			"the mirror of a bank": {d.actor, mirror, history.Period{}, history.StatementCSV, bank.ErrInvalid},
			"no date":              {d.actor, v, history.Period{From: "1.11.2026"}, history.StatementCSV, bank.ErrInvalid},
			"no such day":          {d.actor, v, history.Period{To: "2026-11-31"}, history.StatementCSV, bank.ErrInvalid},
			"the wrong way":        {d.actor, v, history.Period{From: "2026-11-02", To: "2026-11-01"}, history.StatementCSV, bank.ErrInvalid},
			"no form":              {d.actor, v, history.Period{}, "html", bank.ErrInvalid},
		} {
			var out bytes.Buffer
			err := d.history.WriteStatement(context.Background(), c.actor, c.balance, c.period, c.form, "en", &out)
			if !errors.Is(err, c.want) || out.Len() > 0 {
				d.t.Errorf("%s: %v, want %v; %d bytes written", name, err, c.want, out.Len())
			}
		}
	})
}

// moved is one side of a posting as the oracle remembers it.
type moved struct {
	no     bank.BalanceNo
	amount int64
	day    string
}

// TestStatementsAddUp posts at random, lets debits be declined and transfers be authorised, cleared and taken back among that, and
// asks for random periods: opening + in - out = closing, the lines lead there, and
// all agree with adding up everything ever posted, for every kind of balance that has statements.
func TestStatementsAddUp(t *testing.T) {
	eachDesk(t, func(d *desk) {
		balances := d.statementBalances()
		now := warsaw(d.t, "2096-11-01 08:00")
		var all []moved
		var open []ledger.Authorized
		given := map[bank.ID]map[string][]history.Row{} // statements that nothing may change any more
		rapid.Check(d.t, func(r *rapid.T) {
			for range rapid.IntRange(0, 3).Draw(r, "postings") {
				now = now.Add(time.Duration(rapid.IntRange(0, 12).Draw(r, "hours")) * time.Hour)
				all = append(all, d.randomPosting(r, balances, now)...)
				all = append(all, d.randomTransfer(r, &open, now)...)
				if rapid.Bool().Draw(r, "declined") {
					d.decline(rapid.SampledFrom(balances).Draw(r, "of"), now, bank.ReasonFunds)
				}
			}
			day := func(label string) string {
				return warsaw(d.t, "2096-10-30 00:00").AddDate(0, 0, rapid.IntRange(0, 60).Draw(r, label)).Format(time.DateOnly)
			}
			from, to := day("from"), day("to")
			b := rapid.SampledFrom(balances).Draw(r, "balance")
			d.addsUp(r, b, min(from, to), max(from, to), all)
			d.stays(r, given, b, min(from, to), max(from, to))
		})
		for id, periods := range given {
			for period, rows := range periods {
				if h, again := d.read(id, period[:10], period[11:]); !sameLines(rows, again) {
					d.t.Errorf("%s: a statement that was given changed: %+v", period, h)
				}
			}
		}
	})
}

// statementBalances are the end users' balances, the own funds and the technical balance.
func (d *desk) statementBalances() (list []bank.Balance) {
	d.t.Helper()
	d.must(d.db.Read(context.Background(), func(tx *store.Tx) (err error) {
		if list, err = tx.SpecialBalances(d.actor.Customer); err != nil {
			return err
		}
		list = slices.DeleteFunc(list, func(b bank.Balance) bool { return b.Kind == bank.KindBank || b.Kind == bank.KindReceivable })
		numbers := []bank.BalanceNo{d.balances[0].No, d.balances[1].No, d.balances[2].No}
		users, err := tx.BalancesByNo(d.actor.Customer, numbers)
		list = append(list, users...)
		return err
	}))
	return list
}

// decline leaves a declined debit with a balance.
func (d *desk) decline(b bank.Balance, at time.Time, why bank.Reason) (id bank.TransactionID) {
	d.t.Helper()
	d.must(d.db.Write(context.Background(), func(tx *store.Tx) error {
		batch := ledger.NewBatch(tx, d.actor.Customer, at)
		if err := batch.Lock(b.No); err != nil {
			return err
		}
		words := &bank.Details{Title: "NOT POSSIBLE", PayeeName: "SKLEP ŻÓŁĆ", Operation: "declined", Salt: store.NewSalt()}
		index, err := batch.Decline(ledger.NewDecline{Balance: b.No, Amount: 9, Cause: bank.CauseDebit, Reason: why, Details: words})
		if err != nil {
			return err
		}
		if err := batch.Commit(); err != nil {
			return err
		}
		id = batch.DeclineID(index)
		return nil
	}))
	return id
}

// randomTransfer authorises an outgoing transfer of an end user, or clears or takes back one that is open.
func (d *desk) randomTransfer(r *rapid.T, open *[]ledger.Authorized, at time.Time) (list []moved) {
	step := rapid.SampledFrom([]string{"authorise", "clear", "void", "rest"}).Draw(r, "transfer")
	a := ledger.Authorized{Balance: d.balances[rapid.IntRange(0, 2).Draw(r, "payer")].No, Amount: rapid.Int64Range(1, 20).Draw(r, "transferred")}
	at0 := -1
	if len(*open) > 0 && step != "authorise" {
		at0 = rapid.IntRange(0, len(*open)-1).Draw(r, "which")
		a = (*open)[at0]
	} else if step != "authorise" {
		return nil
	}
	err := d.transfer(step, &a, at)
	switch {
	case errors.Is(err, bank.ErrInsufficientFunds):
		return nil
	case err != nil:
		r.Fatalf("%s: %v", step, err)
	case step == "authorise":
		*open = append(*open, a)
		return nil
	case step == "clear":
		list = []moved{{a.Balance, -a.Amount, bank.CivilDate(at)}}
	case step == "rest":
		return nil
	}
	*open = slices.Delete(*open, at0, at0+1)
	return list
}

// transfer takes one step of an outgoing transfer at an instant.
func (d *desk) transfer(step string, a *ledger.Authorized, at time.Time) error {
	return d.db.Write(context.Background(), func(tx *store.Tx) (err error) {
		b := ledger.NewBatch(tx, d.actor.Customer, at)
		if err := b.Lock(a.Balance, d.bank); err != nil {
			return err
		}
		index := -1
		switch step {
		case "authorise":
			index, err = b.Authorize(ledger.NewAuthorization{Balance: a.Balance, Amount: a.Amount, Cause: bank.CauseOutgoing})
		case "clear":
			_, err = b.Clear(*a, ledger.NewPosting{To: d.bank, Cause: bank.CauseOutgoing, BookingDate: bank.CivilDate(at)})
		case "void":
			err = b.Void(*a, bank.ReasonRejected)
		}
		if err != nil {
			return err
		}
		if err = b.Commit(); err == nil && index >= 0 {
			a.Transaction, a.Hold = b.Authorized(index)
		}
		return err
	})
}

// stays keeps a statement that is final, to see whether it stays as it is.
func (d *desk) stays(t *rapid.T, given map[bank.ID]map[string][]history.Row, b bank.Balance, from, to string) {
	h, rows := d.read(b.ID, from, to)
	if !h.Final {
		return
	}
	if given[b.ID] == nil {
		given[b.ID] = map[string][]history.Row{}
	}
	period := from + " " + to
	if before, ok := given[b.ID][period]; ok && !sameLines(before, rows) {
		t.Fatalf("%s: a statement that was given changed", period)
	}
	given[b.ID][period] = rows
}

func sameLines(a, b []history.Row) bool {
	return slices.EqualFunc(a, b, func(x, y history.Row) bool {
		return x.ID == y.ID && x.Amount == y.Amount && x.BalanceAfter == y.BalanceAfter && x.At.Equal(y.At) && x.Posting == y.Posting
	})
}

// randomPosting tries one posting; what the chart or the funds do not allow moves nothing.
func (d *desk) randomPosting(r *rapid.T, balances []bank.Balance, at time.Time) []moved {
	ends := append(slices.Clone(balances), bank.Balance{No: d.bank, Kind: bank.KindBank}, bank.Balance{No: d.bank, Kind: bank.KindBank})
	from, to := rapid.SampledFrom(ends).Draw(r, "from"), rapid.SampledFrom(ends).Draw(r, "to")
	amount := rapid.Int64Range(1, 50).Draw(r, "amount")
	for cause := bank.CauseIncoming; cause <= bank.CauseCharges; cause++ {
		if from.No == to.No || !bank.PostingAllowed(from.Kind, to.Kind, cause) {
			continue
		}
		if _, err := d.tryPay(paid{from: from.No, to: to.No, amount: amount, cause: cause, at: at}); err != nil {
			return nil
		}
		day := bank.CivilDate(at)
		return []moved{{from.No, -amount, day}, {to.No, amount, day}}
	}
	return nil
}

func (d *desk) addsUp(t *rapid.T, b bank.Balance, from, to string, all []moved) {
	var opening, closing int64
	var amounts []int64
	for _, m := range all {
		switch {
		case m.no != b.No || m.day > to:
			continue
		case m.day < from:
			opening += m.amount
		default:
			amounts = append(amounts, m.amount)
		}
		closing += m.amount
	}
	h, rows := d.read(b.ID, from, to)
	if h.Opening != opening || h.Closing != closing || h.Opening+h.In.Amount-h.Out.Amount != h.Closing || int(h.In.Count+h.Out.Count) != len(rows) {
		t.Fatalf("%s %s to %s: %+v, want %d to %d", b.Kind, from, to, h, opening, closing)
	}
	running := opening
	for i, row := range rows {
		if running += row.Amount; i >= len(amounts) || row.Amount != amounts[i] || row.BalanceAfter != running {
			t.Fatalf("%s %s to %s: line %d is %d to %d, want %v", b.Kind, from, to, i, row.Amount, row.BalanceAfter, amounts)
		}
	}
	if running != closing || len(rows) != len(amounts) {
		t.Fatalf("%s %s to %s: lines end at %d, want %d", b.Kind, from, to, running, closing)
	}
}

// TestStatementUnderPostings: while others post into the period, a statement is one moment, and its lines, though read step
// by step, end exactly where its head says. Each one begun later goes on from it.
func TestStatementUnderPostings(t *testing.T) {
	eachDesk(t, func(d *desk) {
		v := d.balances[0]
		const writers, each = 3, 40
		var group sync.WaitGroup
		for range writers {
			d.receive(&group, v.No, each)
		}
		ended := make(chan struct{})
		go func() { group.Wait(); close(ended) }()
		last := int64(-1)
		for done := false; !done; {
			select {
			case <-ended:
				done = true // once more, of all
			default:
			}
			h, rows := d.readSlowly(v.ID)
			if h.Opening != 0 || h.Closing != int64(len(rows)) || h.In.Count != h.Closing || h.Closing < last {
				d.t.Fatalf("%d lines, %+v", len(rows), h)
			}
			last = h.Closing
		}
		if last != writers*each {
			d.t.Errorf("the last statement ends at %d", last)
		}
	})
}

// readSlowly posts one more into the period between the head and the lines.
func (d *desk) readSlowly(balance bank.ID) (h history.Statement, rows []history.Row) {
	d.t.Helper()
	period := history.Period{From: "2026-11-20", To: "2026-11-20"}
	err := d.history.ReadStatement(context.Background(), d.actor, balance, period,
		func(s *history.Statement) error {
			h = *s
			d.move(d.bank, d.balances[1].No, 1, bank.CauseIncoming, "2026-11-02", "meanwhile", "ACME", "JAN")
			return nil
		},
		func(r history.Row) error { rows = append(rows, r); return nil })
	d.must(err)
	return h, rows
}
