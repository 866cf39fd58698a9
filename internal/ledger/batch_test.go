package ledger_test

import (
	"context"
	"errors"
	"math"
	"testing"

	"ims/internal/bank"
	"ims/internal/ledger"
	"ims/internal/store"
	"ims/internal/store/storetest"
)

// TestBatch runs its checks on one store of each engine, each for a customer of its own.
func TestBatch(t *testing.T) {
	t.Parallel()
	checks := []struct {
		name  string
		users int
		check func(t *testing.T, k *books)
	}{
		{"PostRefuses", 2, checkPostRefuses},
		{"AnErrorLeavesNothing", 2, checkAnErrorLeavesNothing},
		{"EachHolderSeesTheirOwn", 2, checkEachHolderSeesTheirOwn},
		{"SumsStayIn64Bits", 3, checkSumsStayIn64Bits},
		{"HoldsAndReleases", 2, checkHoldsAndReleases},
		{"ReceivableIsRepaidFirst", 1, checkReceivableIsRepaidFirst},
		{"CollectRefusesNonsense", 1, checkCollectRefusesNonsense},
		{"InstantsNeverRunBack", 1, checkInstantsNeverRunBack},
		{"EmptyBatchDoesNothing", 1, checkEmptyBatchDoesNothing},
	}
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		for _, c := range checks {
			t.Run(c.name, func(t *testing.T) { c.check(t, newBooks(t, db, c.users)) })
		}
	})
}

// checkPostRefuses: nothing outside the chart, nothing that is not there, nothing but positive amounts; and what was refused
// changes nothing, so that the batch goes on.
func checkPostRefuses(t *testing.T, k *books) {
	a, b := k.users[0].No, k.users[1].No
	k.pay(t, a, 100)
	for name, c := range map[string]struct {
		m    ledger.NewPosting
		want error
	}{
		"more than available":          {posting(a, b, 101, bank.CauseInternal), bank.ErrInsufficientFunds},
		"zero":                         {posting(a, b, 0, bank.CauseInternal), bank.ErrAmountInvalid},
		"less than zero":               {posting(a, b, -1, bank.CauseInternal), bank.ErrAmountInvalid},
		"the least amount there is":    {posting(a, b, math.MinInt64, bank.CauseInternal), bank.ErrAmountInvalid},
		"to itself":                    {posting(a, a, 1, bank.CauseInternal), bank.ErrChart},
		"another cause":                {posting(a, b, 1, bank.CauseIncoming), bank.ErrChart},
		"no cause":                     {posting(a, b, 1, 0), bank.ErrChart},
		"money from nothing":           {posting(k.own, a, 1, bank.CauseCredit), bank.ErrInsufficientFunds},
		"bank to own funds":            {posting(k.bank, k.own, 1, bank.CauseIncoming), bank.ErrChart},
		"technical to itself":          {posting(k.technical, k.technical, 1, bank.CauseAssignment), bank.ErrChart},
		"another currency":             {posting(a, k.euro.No, 1, bank.CauseInternal), bank.ErrCurrencyMismatch},
		"above 64 bits":                {posting(k.bank, a, math.MaxInt64, bank.CauseIncoming), bank.ErrAmountInvalid},
		"reversal without an opposite": {posting(k.technical, k.technical, 1, bank.CauseReversal), bank.ErrChart},
		"from a balance not locked":    {posting(99, a, 1, bank.CauseInternal), errNotLocked},
		"to a balance not locked":      {posting(a, a.Companion(), 1, bank.CauseRepayment), errNotLocked},
	} {
		err := k.batch(func(batch *ledger.Batch) error {
			_, err := batch.Post(c.m)
			if errors.Is(c.want, errNotLocked) {
				if _, ours := bank.AsError(err); err == nil || ours {
					t.Errorf("%s: %v", name, err)
				}
			} else {
				wantError(t, name, err, c.want)
			}
			if got, _ := batch.Balance(a); got.Booked != 100 || batch.Count() != 0 {
				t.Errorf("%s: booked %d after %d postings", name, got.Booked, batch.Count())
			}
			_, err = batch.Post(posting(a, b, 1, bank.CauseInternal))
			return errors.Join(err, errUndo)
		})
		wantError(t, name, err, errUndo)
	}
	proven(t, k.db)
}

var (
	errNotLocked = errors.New("not locked")
	errUndo      = errors.New("undo")
)

// checkAnErrorLeavesNothing: after a batch full of good postings fails, in the closure or in the commit, the store is as it
// was, and the next ids are those that were not taken.
func checkAnErrorLeavesNothing(t *testing.T, k *books) {
	a, b := k.users[0].No, k.users[1].No
	k.pay(t, a, 100)
	before, ids := k.balances(t), len(k.transactions(t))
	fill := func(batch *ledger.Batch) error {
		_, one := batch.Post(posting(a, b, 60, bank.CauseInternal))
		_, two := batch.Collect(posting(a, k.bank, 100, bank.CauseOutgoing))
		held := batch.Hold(bank.Hold{Balance: b, Amount: 10, Reason: bank.HoldFrozen})
		index, three := batch.Post(posting(k.bank, k.technical, 7, bank.CauseIncoming))
		batch.OpenItem(bank.Item{Currency: "PLN", Amount: 7, Reason: bank.ReasonUnknownIBAN}, index)
		batch.Audit(bank.System(k.customer, "test"), "test.done", "x", "", "")
		return errors.Join(one, two, held, three)
	}
	wantError(t, "closure", k.batch(func(batch *ledger.Batch) error { return errors.Join(fill(batch), errUndo) }), errUndo)
	wantError(t, "commit undone", k.db.Write(context.Background(), func(tx *store.Tx) error {
		batch := ledger.NewBatch(tx, k.customer, noon)
		if err := errors.Join(batch.Lock(k.all...), fill(batch), batch.Commit()); err != nil {
			return err
		}
		return errUndo
	}), errUndo)
	// The same line and leg twice: only the database sees it, in the middle of the bulk write.
	twice := k.batch(func(batch *ledger.Batch) error {
		m := posting(k.bank, a, 1, bank.CauseIncoming)
		m.Origin = bank.Origin{File: 1, Line: 1, Leg: 1}
		_, one := batch.Post(m)
		_, two := batch.Post(m)
		return errors.Join(fill(batch), one, two)
	})
	if twice == nil {
		t.Error("a line was posted twice")
	}
	for no, was := range before {
		if is := k.balances(t)[no]; is != was {
			t.Errorf("balance %d: %+v, was %+v", no, is, was)
		}
	}
	if n := len(k.balances(t)); n != len(before) {
		t.Errorf("%d balances, were %d", n, len(before))
	}
	must(t, k.batch(fill))
	list := k.transactions(t)
	for i, x := range list {
		if int(x.ID) != i+1 {
			t.Fatalf("transaction %d has the id %d", i+1, x.ID)
		}
	}
	if len(list) != ids+2+1+1+1 {
		t.Errorf("%d transactions: %+v", len(list), list)
	}
	proven(t, k.db)
}

// checkEachHolderSeesTheirOwn: one transaction for every side that is not the bank's, with the balance after it.
func checkEachHolderSeesTheirOwn(t *testing.T, k *books) {
	a, b := k.users[0].No, k.users[1].No
	k.pay(t, a, 100)
	var index int
	must(t, k.batch(func(batch *ledger.Batch) (err error) {
		if _, err = batch.Post(posting(a, b, 30, bank.CauseInternal)); err != nil {
			return err
		}
		index, err = batch.Post(posting(b, k.bank, 10, bank.CauseOutgoing))
		return err
	}))
	type side struct {
		balance       bank.BalanceNo
		kind          bank.TransactionType
		amount, after int64
		posting       bank.TransactionID
	}
	want := []side{{a, bank.TypeTransferIn, 100, 100, 1}, {a, bank.TypeInternalOut, -30, 70, 2}, {b, bank.TypeInternalIn, 30, 30, 2},
		{b, bank.TypeTransferOut, -10, 20, 4}}
	for i, x := range k.transactions(t) {
		if got := (side{x.Balance, x.Type, x.Amount, x.BalanceAfter, x.Posting}); got != want[i] || x.Status != bank.StatusCleared {
			t.Errorf("transaction %d: %+v, %s; want %+v", x.ID, got, x.Status, want[i])
		}
	}
	if rows := k.postings(t); rows[index+1].ID != 4 || rows[index+1].ValueDate != bookingDay {
		t.Errorf("posting %+v", rows[index+1])
	}
}

// checkSumsStayIn64Bits: neither a balance with a row nor one that is a sum of deltas may wrap round.
func checkSumsStayIn64Bits(t *testing.T, k *books) {
	a, b, c := k.users[0].No, k.users[1].No, k.users[2].No
	must(t, k.batch(func(batch *ledger.Batch) error {
		_, err := batch.Post(posting(k.bank, a, math.MaxInt64-1, bank.CauseIncoming))
		must(t, err)
		_, err = batch.Post(posting(k.bank, b, 2, bank.CauseIncoming))
		must(t, err) // the bank may be short of as much as 64 bits tell
		_, err = batch.Post(posting(k.bank, c, 1, bank.CauseIncoming))
		wantError(t, "the bank's sum leaves 64 bits", err, bank.ErrAmountInvalid)
		_, err = batch.Post(posting(b, a, 2, bank.CauseInternal))
		wantError(t, "the payee's sum leaves 64 bits", err, bank.ErrAmountInvalid)
		_, err = batch.Post(posting(b, a, 1, bank.CauseInternal))
		return err
	}))
	all := k.balances(t)
	if all[a].Booked != math.MaxInt64 || all[b].Booked != 1 || all[k.bank].Booked != math.MinInt64 {
		t.Errorf("booked %d, %d, bank %d", all[a].Booked, all[b].Booked, all[k.bank].Booked)
	}
}

// checkHoldsAndReleases: held money is neither spent nor collected, and a hold ends once.
func checkHoldsAndReleases(t *testing.T, k *books) {
	a, b := k.users[0].No, k.users[1].No
	k.pay(t, a, 100)
	must(t, k.batch(func(batch *ledger.Batch) error {
		wantError(t, "hold more", batch.Hold(bank.Hold{Balance: a, Amount: 101}), bank.ErrInsufficientFunds)
		wantError(t, "hold nothing", batch.Hold(bank.Hold{Balance: a}), bank.ErrAmountInvalid)
		if err := batch.Hold(bank.Hold{Balance: 99, Amount: 1}); err == nil {
			t.Error("held money of a balance that is not locked")
		}
		must(t, batch.Hold(bank.Hold{Balance: a, Amount: 70, Reason: bank.HoldFrozen}))
		wantError(t, "hold it again", batch.Hold(bank.Hold{Balance: a, Amount: 31}), bank.ErrInsufficientFunds)
		_, err := batch.Post(posting(a, b, 31, bank.CauseInternal))
		wantError(t, "spend what is held", err, bank.ErrInsufficientFunds)
		short, err := batch.Collect(posting(a, k.bank, 50, bank.CauseOutgoing))
		must(t, err)
		if short != 20 {
			t.Errorf("short of %d: held money was collected", short)
		}
		return nil
	}))
	var holds []bank.Hold
	release := func() error {
		return k.db.Write(context.Background(), func(tx *store.Tx) (err error) {
			batch := ledger.NewBatch(tx, k.customer, noon)
			if err := batch.Lock(a); err != nil {
				return err
			}
			if holds == nil {
				if holds, err = tx.OpenHolds(k.customer, a); err != nil {
					return err
				}
			}
			return errors.Join(batch.Release(holds[0]), batch.Commit())
		})
	}
	proven(t, k.db)
	must(t, release())
	if len(holds) != 1 || holds[0].Amount != 70 {
		t.Fatalf("holds %+v", holds)
	}
	if got := k.balances(t)[a]; got.Held != 0 || got.Booked != 70 {
		t.Errorf("released: %+v", got)
	}
	if err := release(); err == nil {
		t.Error("a hold was released twice")
	}
	proven(t, k.db)
}

// checkReceivableIsRepaidFirst follows a deficit from its beginning to its end.
func checkReceivableIsRepaidFirst(t *testing.T, k *books) {
	a := k.users[0].No
	debt := func() int64 { return k.balances(t)[a.Companion()].Booked }
	repaid := func(amount int64) {
		t.Helper()
		must(t, k.batch(func(b *ledger.Batch) error {
			_, err := b.Post(posting(k.bank, a, amount, bank.CauseIncoming))
			return errors.Join(err, b.Repay(a, ledger.NewPosting{BookingDate: bookingDay, Origin: bank.Origin{Leg: 1}}))
		}))
	}
	must(t, k.batch(func(b *ledger.Batch) error {
		short, err := b.Collect(posting(a, k.bank, 100, bank.CauseOutgoing))
		if short != 100 {
			t.Errorf("short of %d", short)
		}
		return err
	}))
	if debt() != -100 {
		t.Errorf("owes %d", debt())
	}
	repaid(30)
	if debt() != -70 || k.balances(t)[a].Booked != 0 {
		t.Errorf("owes %d, has %d", debt(), k.balances(t)[a].Booked)
	}
	repaid(90)
	if debt() != 0 || k.balances(t)[a].Booked != 20 {
		t.Errorf("owes %d, has %d", debt(), k.balances(t)[a].Booked)
	}
	repaid(5) // nothing is owed any more
	if debt() != 0 || k.balances(t)[a].Booked != 25 {
		t.Errorf("owes %d, has %d", debt(), k.balances(t)[a].Booked)
	}
	proven(t, k.db)
}

// checkCollectRefusesNonsense: an amount that is none must not pass as collected.
func checkCollectRefusesNonsense(t *testing.T, k *books) {
	for _, amount := range []int64{0, -1, math.MinInt64} {
		wantError(t, "collect", k.batch(func(b *ledger.Batch) error {
			_, err := b.Collect(posting(k.users[0].No, k.bank, amount, bank.CauseOutgoing))
			return err
		}), bank.ErrAmountInvalid)
	}
	if n := len(k.balances(t)); n != len(k.all) {
		t.Errorf("%d balances: a receivable was left behind", n)
	}
}

// checkInstantsNeverRunBack: a replica whose clock is behind takes the last instant.
func checkInstantsNeverRunBack(t *testing.T, k *books) {
	k.pay(t, k.users[0].No, 1)
	must(t, k.db.Write(context.Background(), func(tx *store.Tx) error {
		b := ledger.NewBatch(tx, k.customer, noon.AddDate(-1, 0, 0))
		if err := b.Lock(k.all...); err != nil {
			return err
		}
		if _, err := b.Post(posting(k.bank, k.users[0].No, 1, bank.CauseIncoming)); err != nil {
			return err
		}
		if err := b.Commit(); err != nil {
			return err
		}
		if b.At().Before(noon) {
			t.Errorf("committed at %s, the last was at %s", b.At(), noon)
		}
		return nil
	}))
	proven(t, k.db)
}

func checkEmptyBatchDoesNothing(t *testing.T, k *books) {
	must(t, k.batch(func(*ledger.Batch) error { return nil }))
	must(t, k.db.Read(context.Background(), func(tx *store.Tx) error {
		head, err := tx.ReadHead(k.customer)
		if head.NextID != 1 || head.NextLink != 1 {
			t.Errorf("head %+v", head)
		}
		return err
	}))
}
