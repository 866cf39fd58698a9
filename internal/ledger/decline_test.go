package ledger_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ims/iban"
	"ims/internal/bank"
	"ims/internal/ledger"
	"ims/internal/money"
	"ims/internal/store"
)

func TestDeclined(t *testing.T) {
	for name, check := range map[string]func(*testing.T, *books){
		"a trace of what was refused":        checkDeclinedTrace,
		"blocks of all kinds and targets":    checkDeclinedByBlocks,
		"the same key again":                 checkDeclinedKey,
		"no trace of what was never a debit": checkNoTrace,
		"in the order of ids":                checkDeclinedInOrder,
		"at once by two writers":             checkDeclinedTwice,
	} {
		t.Run(name, func(t *testing.T) { each(t, 3, check) })
	}
}

// declined returns the transactions of status DECLINED as the history shows them, the oldest first.
func (k *books) declined(t failer) (list []store.HistoryRow) {
	t.Helper()
	must(t, k.db.Read(context.Background(), func(tx *store.Tx) (err error) {
		list, err = tx.History(k.customer, store.HistoryFilter{Statuses: []bank.TransactionStatus{bank.StatusDeclined}, Ascending: true})
		return err
	}))
	return list
}

func checkDeclinedTrace(t *testing.T, k *books) {
	k.fund(t, 1_000)
	w := newWriter(t, k.db)
	_, err := w.Post(context.Background(), k.credit(k.users[0], 100, "credit"))
	must(t, err)
	before := k.transactions(t)
	done, err := w.Post(context.Background(), k.debit(k.users[0], 101, "short"))
	wantError(t, "a short debit", err, bank.ErrInsufficientFunds)
	all := k.transactions(t)
	want := bank.Transaction{ID: before[len(before)-1].ID + 1, Balance: k.users[0].No, Type: bank.TypeDebit, Status: bank.StatusDeclined, Amount: -101,
		BalanceAfter: 100, At: noon, Origin: bank.Origin{Line: int64(before[len(before)-1].ID + 1)}}
	if diff := cmp.Diff(append(before, want), all); diff != "" || done.Transaction != want.ID {
		t.Errorf("transaction %d, all (-want +got):\n%s", done.Transaction, diff)
	}
	row := k.declined(t)[0]
	if row.Reason != bank.ReasonFunds || row.Posting != 0 || row.Booking != "" || row.Details.Title != "PAYOUT" || row.Details.Operation != "short" {
		t.Errorf("the history shows %+v", row)
	}
	if got := k.balances(t)[k.users[0].No]; got.Booked != 100 || got.Held != 0 {
		t.Errorf("booked %d, held %d", got.Booked, got.Held)
	}
	proven(t, k.db)
}

// checkDeclinedByBlocks sets one block after the other: each stops debits wherever it stands, and its kind is the reason.
func checkDeclinedByBlocks(t *testing.T, k *books) {
	k.pay(t, k.users[0].No, 500)
	k.fund(t, 1)
	w, b := newWriter(t, k.db), k.users[0]
	number, err := iban.Parse("PL83111111110000000000000010")
	must(t, err)
	must(t, k.db.Write(context.Background(), func(tx *store.Tx) error { return tx.AddIBAN(k.customer, number, b.No, "PL83", 1, noon) }))
	n := 0
	for target, on := range map[bank.BlockTarget]string{bank.BlockIBAN: number.String(), bank.BlockBalance: b.ID.String(), bank.BlockUser: b.User.String()} {
		for _, kind := range []bank.BlockKind{bank.BlockByCustomer, bank.BlockByCourt, bank.BlockSanctions, bank.BlockFraud, bank.BlockDeath} {
			block := bank.Block{Customer: k.customer, ID: bank.NewID(), Target: target, TargetKey: on, Kind: kind, Direction: bank.BlockDebits, From: noon, CreatedAt: noon}
			must(t, k.db.Write(context.Background(), func(tx *store.Tx) error { return tx.AddBlock(block) }))
			_, err := w.Post(context.Background(), k.debit(b, 5, fmt.Sprint(n)))
			wantError(t, string(target+" ")+string(kind), err, bank.ErrBlocked)
			rows := k.declined(t)
			if n++; len(rows) != n || rows[n-1].Reason != bank.Reason("BLOCKED_"+kind) {
				t.Errorf("%s %s: %d rows, the last %+v", target, kind, len(rows), rows[len(rows)-1].Reason)
			}
			must(t, k.db.Write(context.Background(), func(tx *store.Tx) error { return tx.LiftBlock(k.customer, block.ID, noon) }))
		}
	}
	if _, err := w.Post(context.Background(), k.debit(b, 5, "free")); err != nil {
		t.Errorf("after all were lifted: %v", err)
	}
	proven(t, k.db)
}

// checkDeclinedKey: a refusal uses up its key. Money that comes later changes nothing of that; another key does.
func checkDeclinedKey(t *testing.T, k *books) {
	k.fund(t, 1_000)
	w, op := newWriter(t, k.db), k.debit(k.users[0], 50, "one")
	first, err := w.Post(context.Background(), op)
	wantError(t, "first", err, bank.ErrInsufficientFunds)
	said := err.Error()
	k.pay(t, k.users[0].No, 500)
	for range 2 {
		_, err = w.Post(context.Background(), op)
		_, repeated := errors.AsType[*bank.RepeatedError](err)
		if !errors.Is(err, bank.ErrInsufficientFunds) || !repeated || err.Error() != said {
			t.Errorf("again: %v, at first %s", err, said)
		}
	}
	_, err = w.Post(context.Background(), k.debit(k.users[0], 51, "one"))
	wantError(t, "another body", err, bank.ErrKeyReused)
	if rows := k.declined(t); len(rows) != 1 || rows[0].ID != first.Transaction {
		t.Errorf("%d declined", len(rows))
	}
	if _, err := w.Post(context.Background(), k.debit(k.users[0], 50, "two")); err != nil {
		t.Errorf("another key: %v", err)
	}
	proven(t, k.db)
}

// checkNoTrace: wrong input and unknown balances leave nothing, nor do credits, whose money was never the end user's; their
// keys stay free.
func checkNoTrace(t *testing.T, k *books) {
	closed := k.users[1]
	must(t, k.db.Write(context.Background(), func(tx *store.Tx) error { return tx.CloseBalance(k.customer, closed.No) }))
	wrong, nothing := k.debit(k.users[0], 5, "currency"), k.debit(k.users[0], 5, "nothing")
	wrong.Amount, nothing.Amount = money.New(5, money.EUR), money.New(0, money.PLN)
	unasked := k.debit(k.users[0], 5, "no key")
	unasked.Key = bank.Idempotency{}
	stranger := k.debit(k.users[0], 5, "stranger")
	stranger.Actor = bank.Actor{Customer: k.customer, Name: "nobody"}
	w, before := newWriter(t, k.db), k.transactions(t)
	for name, c := range map[string]struct {
		op   ledger.Single
		want error
	}{
		"unknown":          {k.debit(bank.Balance{ID: bank.NewID(), Currency: money.PLN}, 5, "unknown"), bank.ErrNotFound},
		"currency":         {wrong, bank.ErrCurrencyMismatch},
		"amount":           {nothing, bank.ErrAmountInvalid},
		"no key":           {unasked, bank.ErrIdempotencyRequired},
		"no permission":    {stranger, bank.ErrForbidden},
		"no own funds":     {k.debit(k.euro, 5, "no own"), bank.ErrInsufficientFunds},
		"credit":           {k.credit(k.users[0], 5, "credit"), bank.ErrInsufficientFunds},
		"credit to closed": {k.credit(closed, 5, "closed"), bank.ErrBalanceClosed},
	} {
		for range 2 {
			_, err := w.Post(context.Background(), c.op)
			wantError(t, name, err, c.want)
		}
	}
	if diff := cmp.Diff(before, k.transactions(t)); diff != "" {
		t.Errorf("a trace:\n%s", diff)
	}
	if _, err := w.Post(context.Background(), k.debit(closed, 5, "of closed")); !errors.Is(err, bank.ErrBalanceClosed) {
		t.Errorf("a debit of a closed balance: %v", err)
	}
	if rows := k.declined(t); len(rows) != 1 || rows[0].Reason != bank.ReasonBalanceClosed || rows[0].BalanceAfter != 0 {
		t.Errorf("a closed balance shows %+v", rows)
	}
	proven(t, k.db)
}

// checkDeclinedInOrder: in one batch a decline stands between the postings before and behind it, with the balance they left.
func checkDeclinedInOrder(t *testing.T, k *books) {
	a := k.users[0].No
	decline := func(b *ledger.Batch) error {
		_, err := b.Decline(ledger.NewDecline{Balance: a, Amount: 7, Cause: bank.CauseDebit, Reason: bank.ReasonFunds, Details: &bank.Details{Title: "NO"}})
		return err
	}
	incoming := func(b *ledger.Batch) error {
		_, err := b.Post(posting(k.bank, a, 100, bank.CauseIncoming))
		return err
	}
	must(t, k.batch(func(b *ledger.Batch) error {
		var err error
		for _, step := range []func(*ledger.Batch) error{decline, incoming, decline, decline, incoming, decline} {
			err = errors.Join(err, step(b))
		}
		b.Audit(bank.System(k.customer, "test"), "a.b", "x", "", "")
		return err
	}))
	var got [][3]int64
	for _, x := range k.transactions(t) {
		got = append(got, [3]int64{int64(x.ID), x.Amount, x.BalanceAfter})
	}
	if diff := cmp.Diff([][3]int64{{1, -7, 0}, {2, 100, 100}, {3, -7, 100}, {4, -7, 100}, {5, 100, 200}, {6, -7, 200}}, got); diff != "" {
		t.Errorf("ids, amounts and balances (-want +got):\n%s", diff)
	}
	proven(t, k.db)
	for name, bad := range map[string]ledger.NewDecline{"not locked": {Balance: 99, Amount: 1, Reason: bank.ReasonFunds}, "no amount": {Balance: a, Reason: bank.ReasonFunds},
		"no reason": {Balance: a, Amount: 1}, "a reason that declines nothing": {Balance: a, Amount: 1, Reason: bank.ReasonRefused}} {
		if err := k.batch(func(b *ledger.Batch) error { _, err := b.Decline(bad); return err }); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}

// checkDeclinedTwice: the same refused debits over two writers, as over two replicas, leave one trace each.
func checkDeclinedTwice(t *testing.T, k *books) {
	k.fund(t, 1)
	writers := []*ledger.Writer{newWriter(t, k.db), newWriter(t, k.db)}
	const n = 20
	atOnce(2*n, func(i int) {
		_, err := writers[i%2].Post(context.Background(), k.debit(k.users[i/2%3], 5, fmt.Sprint(i/2)))
		wantError(t, "debit", err, bank.ErrInsufficientFunds)
	})
	if rows := k.declined(t); len(rows) != n {
		t.Errorf("%d declined, want %d", len(rows), n)
	}
	proven(t, k.db)
}
