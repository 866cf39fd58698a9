package ledger_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ims/internal/bank"
	"ims/internal/ledger"
	"ims/internal/store"
)

func TestAuthorised(t *testing.T) {
	for name, check := range map[string]func(*testing.T, *books){
		"cleared":                        checkCleared,
		"cleared among others":           checkClearedAmongOthers,
		"taken back":                     checkVoided,
		"refused":                        checkAuthoriseRefused,
		"moved on once":                  checkMovedOnce,
		"from the technical balance":     checkAuthorisedItem,
		"at once by two":                 checkClearedAndVoided,
		"another customer's is not here": checkForeignAuthorised,
	} {
		t.Run(name, func(t *testing.T) { each(t, 2, check) })
	}
}

// authorise reserves an amount of an end user's balance for an outgoing transfer.
func (k *books) authorise(t failer, no bank.BalanceNo, amount int64) ledger.Authorized {
	t.Helper()
	a := ledger.Authorized{Balance: no, Amount: amount}
	must(t, k.db.Write(context.Background(), func(tx *store.Tx) error {
		b := ledger.NewBatch(tx, k.customer, noon)
		if err := b.Lock(no); err != nil {
			return err
		}
		i, err := b.Authorize(ledger.NewAuthorization{Balance: no, Amount: amount, Cause: bank.CauseOutgoing,
			By: &bank.Actor{Name: "ada"}, Details: &bank.Details{PayeeName: "Nowak", Title: "RENT", Salt: store.NewSalt()}})
		if err != nil {
			return err
		}
		if err := b.Commit(); err != nil {
			return err
		}
		a.Transaction, a.Hold = b.Authorized(i)
		return nil
	}))
	return a
}

// clear posts an authorised amount to the bank.
func (k *books) clear(a ledger.Authorized) (id bank.TransactionID, err error) {
	err = k.db.Write(context.Background(), func(tx *store.Tx) error {
		b := ledger.NewBatch(tx, k.customer, noon)
		if err := b.Lock(k.all...); err != nil {
			return err
		}
		i, err := b.Clear(a, posting(0, k.bank, 0, bank.CauseOutgoing))
		if err != nil {
			return err
		}
		if err := b.Commit(); err != nil {
			return err
		}
		id = b.PostingID(i)
		return nil
	})
	return id, err
}

func (k *books) void(a ledger.Authorized, reason bank.Reason) error {
	return k.batch(func(b *ledger.Batch) error { return b.Void(a, reason) })
}

// row is one transaction as the history shows it.
func (k *books) row(t failer, id bank.TransactionID) (row store.HistoryRow) {
	t.Helper()
	must(t, k.db.Read(context.Background(), func(tx *store.Tx) error {
		list, err := tx.History(k.customer, store.HistoryFilter{ID: id, Limit: 1})
		if err == nil && len(list) == 1 {
			row = list[0]
		}
		return err
	}))
	return row
}

func (k *books) amounts(t failer, no bank.BalanceNo, booked, held int64) {
	t.Helper()
	if b := k.balances(t)[no]; b.Booked != booked || b.Held != held {
		t.Errorf("balance %d: booked %d, held %d, want %d and %d", no, b.Booked, b.Held, booked, held)
	}
}

func checkCleared(t *testing.T, k *books) {
	user := k.users[0].No
	k.pay(t, user, 1_000)
	a := k.authorise(t, user, 300)
	k.amounts(t, user, 1_000, 300)
	want := bank.Transaction{ID: a.Transaction, Balance: user, Type: bank.TypeTransferOut, Status: bank.StatusAuthorized, Amount: -300,
		BalanceAfter: 1_000, At: noon, Origin: bank.Origin{Line: int64(a.Transaction)}}
	if diff := cmp.Diff(want, k.row(t, a.Transaction).Transaction); diff != "" {
		t.Errorf("authorised (-want +got):\n%s", diff)
	}
	proven(t, k.db)
	k.pay(t, user, 50)
	id, err := k.clear(a)
	must(t, err)
	k.pay(t, user, 7)
	want.Status, want.Posting, want.BalanceAfter = bank.StatusCleared, id, 750
	row := k.row(t, a.Transaction)
	if diff := cmp.Diff(want, row.Transaction); diff != "" {
		t.Errorf("cleared (-want +got):\n%s", diff)
	}
	if row.Booking != bookingDay || row.Details.PayeeName != "Nowak" || row.Cause != bank.CauseOutgoing {
		t.Errorf("the history shows %+v", row)
	}
	if all := k.transactions(t); len(all) != 4 {
		t.Errorf("transactions %v", all)
	}
	k.amounts(t, user, 757, 0)
	proven(t, k.db)
}

// checkClearedAmongOthers clears two in one batch with postings before, between and behind them.
func checkClearedAmongOthers(t *testing.T, k *books) {
	one, two := k.users[0].No, k.users[1].No
	k.pay(t, one, 1_000)
	first, second := k.authorise(t, one, 100), k.authorise(t, one, 200)
	must(t, k.batch(func(b *ledger.Batch) error {
		_, before := b.Post(posting(one, two, 1, bank.CauseInternal))
		_, late := b.Clear(second, posting(0, k.bank, 0, bank.CauseOutgoing))
		_, between := b.Post(posting(k.bank, one, 10, bank.CauseIncoming))
		_, early := b.Clear(first, posting(0, k.bank, 0, bank.CauseOutgoing))
		_, behind := b.Post(posting(k.bank, one, 5, bank.CauseIncoming))
		b.Audit(bank.System(k.customer, "test"), "a.b", "x", "", "")
		return errors.Join(before, late, between, early, behind)
	}))
	if s, f := k.row(t, second.Transaction), k.row(t, first.Transaction); s.BalanceAfter != 799 || f.BalanceAfter != 709 || f.Posting <= s.Posting {
		t.Errorf("first %+v, second %+v", f.Transaction, s.Transaction)
	}
	k.amounts(t, one, 714, 0)
	proven(t, k.db)
}

func checkVoided(t *testing.T, k *books) {
	user := k.users[0].No
	k.pay(t, user, 1_000)
	a := k.authorise(t, user, 300)
	k.pay(t, user, 50)
	must(t, k.void(a, bank.ReasonRejected))
	row := k.row(t, a.Transaction)
	if row.Status != bank.StatusReversed || row.Posting != 0 || row.Reason != bank.ReasonRejected || row.BalanceAfter != 1_000 {
		t.Errorf("the history shows %+v", row)
	}
	k.amounts(t, user, 1_050, 0)
	proven(t, k.db)
}

func checkAuthoriseRefused(t *testing.T, k *books) {
	user := k.users[0].No
	k.pay(t, user, 1_000)
	k.authorise(t, user, 600)
	before := k.transactions(t)
	for name, c := range map[string]struct {
		n    ledger.NewAuthorization
		want error
	}{
		"more than is available": {ledger.NewAuthorization{Balance: user, Amount: 401, Cause: bank.CauseOutgoing}, bank.ErrInsufficientFunds},
		"nothing":                {ledger.NewAuthorization{Balance: user, Cause: bank.CauseOutgoing}, bank.ErrAmountInvalid},
		"not to the bank":        {ledger.NewAuthorization{Balance: user, Amount: 1, Cause: bank.CauseDebit}, bank.ErrChart},
	} {
		err := k.batch(func(b *ledger.Batch) error { _, err := b.Authorize(c.n); return err })
		wantError(t, name, err, c.want)
	}
	if err := k.void(ledger.Authorized{Transaction: before[1].ID, Hold: bank.NewID(), Balance: user, Amount: 600}, "WHO_KNOWS"); err == nil {
		t.Error("taken back for a reason that nobody knows")
	}
	if diff := cmp.Diff(before, k.transactions(t)); diff != "" {
		t.Errorf("transactions changed: %s", diff)
	}
	k.amounts(t, user, 1_000, 600)
	proven(t, k.db)
}

// checkMovedOnce: what has moved on stays, whatever else is reserved on the balance.
func checkMovedOnce(t *testing.T, k *books) {
	user := k.users[0].No
	k.pay(t, user, 1_000)
	cleared, voided, other := k.authorise(t, user, 100), k.authorise(t, user, 100), k.authorise(t, user, 100)
	_, err := k.clear(cleared)
	must(t, err)
	must(t, k.void(voided, bank.ReasonWithdrawn))
	before := k.transactions(t)
	again := func(what string, a ledger.Authorized) {
		_, err := k.clear(a)
		wantError(t, what+" again", err, bank.ErrNotFound)
		wantError(t, what+" back", k.void(a, bank.ReasonWithdrawn), bank.ErrNotFound)
	}
	again("cleared", cleared)
	again("voided", voided)
	mixed := other
	mixed.Transaction = cleared.Transaction
	again("with another's hold", mixed)
	more := other
	more.Amount = 99
	if _, err := k.clear(more); err == nil {
		t.Error("cleared with another amount")
	}
	if diff := cmp.Diff(before, k.transactions(t)); diff != "" {
		t.Errorf("transactions changed: %s", diff)
	}
	k.amounts(t, user, 900, 100)
	proven(t, k.db)
}

// checkAuthorisedItem: nothing is reserved on the technical balance, whose items are.
func checkAuthorisedItem(t *testing.T, k *books) {
	k.pay(t, k.users[0].No, 10)
	must(t, k.batch(func(b *ledger.Batch) error {
		i, err := b.Post(posting(k.bank, k.technical, 40, bank.CauseIncoming))
		b.OpenItem(bank.Item{Currency: "PLN", Amount: 40, Reason: bank.ReasonUnknownIBAN}, i)
		return err
	}))
	a := ledger.Authorized{Balance: k.technical, Amount: 40}
	var batch *ledger.Batch
	var index int
	must(t, k.batch(func(b *ledger.Batch) (err error) {
		batch = b
		index, err = b.Authorize(ledger.NewAuthorization{Balance: k.technical, Amount: 40, Cause: bank.CauseReturn})
		return err
	}))
	a.Transaction, a.Hold = batch.Authorized(index)
	if row := k.row(t, a.Transaction); !a.Hold.IsZero() || row.Type != bank.TypeReturn || row.Status != bank.StatusAuthorized {
		t.Errorf("hold %s, %+v", a.Hold, row)
	}
	proven(t, k.db)
	must(t, k.void(a, bank.ReasonRejected))
	proven(t, k.db)
	if row := k.row(t, a.Transaction); row.Status != bank.StatusReversed {
		t.Errorf("%+v", row)
	}
}

// checkClearedAndVoided lets two who know of the same authorisation act at once: one of them wins.
func checkClearedAndVoided(t *testing.T, k *books) {
	user := k.users[0].No
	k.pay(t, user, 1_000)
	for range 5 {
		a := k.authorise(t, user, 10)
		var errs [2]error
		atOnce(2, func(i int) {
			if i == 0 {
				_, errs[i] = k.clear(a)
			} else {
				errs[i] = k.void(a, bank.ReasonWithdrawn)
			}
		})
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Errorf("clear: %v, void: %v", errs[0], errs[1])
		}
	}
	if b := k.balances(t)[user]; b.Held != 0 {
		t.Errorf("held %d", b.Held)
	}
	proven(t, k.db)
}

func checkForeignAuthorised(t *testing.T, k *books) {
	k.pay(t, k.users[0].No, 100)
	a := k.authorise(t, k.users[0].No, 100)
	other := newBooks(t, k.db, 2)
	other.pay(t, other.users[0].No, 100)
	b := other.authorise(t, other.users[0].No, 100)
	stolen := ledger.Authorized{Transaction: a.Transaction, Hold: a.Hold, Balance: b.Balance, Amount: 100}
	_, err := other.clear(stolen)
	wantError(t, "another customer's", err, bank.ErrNotFound)
	proven(t, k.db)
}
