package history_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"ims/internal/accounts"
	"ims/internal/bank"
	"ims/internal/customers"
	"ims/internal/history"
	"ims/internal/ledger"
	"ims/internal/money"
	"ims/internal/store"
	"ims/internal/store/storetest"
)

// TestGet finds one transaction by its id, and none by an id that no transaction bears.
func TestGet(t *testing.T) {
	clock := func() time.Time { return time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC) }
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		ctx := context.Background()
		c, err := customers.New(db, clock).Create(ctx, bank.System(0, "test"), "Demo Pay", bank.DefaultSettings())
		must(err)
		actor := bank.System(c.ID, "test")
		_, err = customers.New(db, clock).AddMasterAccount(ctx, actor, customers.NewMasterAccount{IBAN: "83111111110000000000000010", Currency: money.PLN})
		must(err)
		u, err := accounts.New(db, clock).CreateUser(ctx, actor, accounts.NewUser{Type: bank.Person, FirstName: "JAN", LastName: "TESTOWY"})
		must(err)
		v, err := accounts.New(db, clock).CreateBalance(ctx, actor, u.ID, money.PLN)
		must(err)
		var id bank.TransactionID
		must(db.Write(ctx, func(tx *store.Tx) error {
			m, err := tx.MasterAccounts(c.ID)
			if err != nil {
				return err
			}
			b := ledger.NewBatch(tx, c.ID, clock())
			if err := b.Lock(v.No, m[0].BankBalance); err != nil {
				return err
			}
			index, err := b.Post(ledger.NewPosting{From: m[0].BankBalance, To: v.No, Amount: 5, Cause: bank.CauseIncoming, BookingDate: "2026-11-20"})
			if err != nil {
				return err
			}
			if err := b.Commit(); err != nil {
				return err
			}
			id = b.PostingID(index)
			return nil
		}))
		h := history.New(db)
		got, err := h.Get(ctx, actor, id)
		if err != nil || got.ID != id || got.Amount != 5 {
			t.Errorf("got %+v, %v", got, err)
		}
		for _, none := range []bank.TransactionID{0, -1, id - 1, id + 1} {
			if _, err := h.Get(ctx, actor, none); !errors.Is(err, bank.ErrNotFound) {
				t.Errorf("transaction %d: %v", none, err)
			}
		}
	})
}
