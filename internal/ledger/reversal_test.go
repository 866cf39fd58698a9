package ledger_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"ims/internal/bank"
	"ims/internal/ledger"
	"ims/internal/store"
)

func (k *books) reversal(of bank.TransactionID, name string) ledger.Single {
	return ledger.Single{Actor: bank.System(k.customer, "test"), Key: key(name, fmt.Sprint(of)), Reverses: of, Title: "MISTAKE"}
}

// posting is that of a transaction.
func (k *books) posting(t *testing.T, id bank.TransactionID) (p bank.Posting) {
	t.Helper()
	for _, x := range k.transactions(t) {
		if x.ID != id {
			continue
		}
		must(t, k.db.Read(context.Background(), func(tx *store.Tx) error {
			row, err := tx.Posting(k.customer, x.Posting)
			p = row.Posting
			return err
		}))
	}
	return p
}

// checkReversals: a credit and a debit go back whole, linked to what they take back; whatever else is asked is refused.
func checkReversals(t *testing.T, k *books) {
	ctx, u := context.Background(), k.users[0]
	k.fund(t, 1_000)
	w := newWriter(t, k.db)
	credit, err := w.Post(ctx, k.credit(u, 300, "credit"))
	must(t, err)
	debit, err := w.Post(ctx, k.debit(u, 100, "debit"))
	must(t, err)
	back, err := w.Post(ctx, k.reversal(debit.Transaction, "undo debit"))
	must(t, err)
	if back.Row.Type != bank.TypeReversal || back.Row.Status != bank.StatusCleared || back.Row.Amount != 100 || back.Row.BalanceAfter != 300 || back.Row.Details.Title != "MISTAKE" {
		t.Errorf("told %+v", back.Row)
	}
	if p, of := k.posting(t, back.Transaction), k.posting(t, debit.Transaction); p.Reverses != of.ID || p.Cause != bank.CauseReversal || p.From != of.To || p.To != of.From || p.Amount != of.Amount {
		t.Errorf("posted %+v, to take back %+v", p, of)
	}
	again, err := w.Post(ctx, k.reversal(debit.Transaction, "undo debit"))
	if err != nil || !again.Replayed || again.Transaction != back.Transaction {
		t.Errorf("the same request again: %+v, %v", again, err)
	}
	_, err = w.Post(ctx, k.reversal(debit.Transaction, "undo it twice"))
	wantError(t, "taken back before", err, bank.ErrConflict)
	_, err = w.Post(ctx, k.reversal(back.Transaction, "undo the undoing"))
	wantError(t, "a reversal", err, bank.ErrConflict)
	_, err = w.Post(ctx, k.reversal(1<<40, "nothing"))
	wantError(t, "no transaction", err, bank.ErrNotFound)
	_, err = w.Post(ctx, k.credit(u, 1, "undo debit"))
	wantError(t, "the key of a reversal", err, bank.ErrKeyReused)

	ownSide := k.posting(t, credit.Transaction).ID // the payer's side bears the posting's id
	if ownSide == credit.Transaction {
		t.Fatal("a credit's posting bears the id of the payee's side")
	}
	_, err = w.Post(ctx, k.debit(u, 250, "spent"))
	must(t, err)
	declined, err := w.Post(ctx, k.reversal(ownSide, "too late"))
	wantError(t, "spent meanwhile", err, bank.ErrInsufficientFunds)
	if declined.Transaction == 0 {
		t.Error("a reversal that the balance refuses leaves no trace")
	}
	_, err = w.Post(ctx, k.reversal(declined.Transaction, "undo nothing"))
	wantError(t, "a declined one", err, bank.ErrConflict)
	_, err = w.Post(ctx, k.credit(u, 250, "more"))
	must(t, err)
	_, err = w.Post(ctx, k.reversal(ownSide, "in time"))
	must(t, err)
	all := k.balances(t)
	if all[u.No].Booked != 0 || all[k.own].Booked != 1_000 {
		t.Errorf("booked %d, own funds %d", all[u.No].Booked, all[k.own].Booked)
	}
	other := newBooks(t, k.db, 1)
	_, err = w.Post(ctx, other.reversal(credit.Transaction, "another customer's"))
	if !errors.Is(err, bank.ErrNotFound) && !errors.Is(err, bank.ErrConflict) {
		t.Errorf("another customer's: %v", err)
	}
	proven(t, k.db)
}

// checkReversedOnce: many ask at once, in one batch and in two processes; the money goes back once.
func checkReversedOnce(t *testing.T, k *books) {
	k.fund(t, 1_000)
	writers := []*ledger.Writer{newWriter(t, k.db), newWriter(t, k.db)}
	debit := func() bank.TransactionID {
		_, err := writers[0].Post(context.Background(), k.credit(k.users[0], 100, "credit"))
		must(t, err)
		done, err := writers[0].Post(context.Background(), k.debit(k.users[0], 100, "debit"))
		must(t, err)
		return done.Transaction
	}()
	errs := make([]error, 20)
	atOnce(len(errs), func(i int) {
		_, errs[i] = writers[i%2].Post(context.Background(), k.reversal(debit, fmt.Sprint("undo ", i)))
	})
	done := 0
	for _, err := range errs {
		if err == nil {
			done++
		} else if !errors.Is(err, bank.ErrConflict) {
			t.Error(err)
		}
	}
	if got := k.balances(t)[k.users[0].No].Booked; done != 1 || got != 100 {
		t.Errorf("%d times taken back, booked %d", done, got)
	}
	proven(t, k.db)
}
