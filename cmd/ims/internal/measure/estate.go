package measure

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"time"

	"ims/iban"
	"ims/internal/accounts"
	"ims/internal/bank"
	"ims/internal/customers"
	"ims/internal/money"
	"ims/internal/store"
	"ims/pli"
)

// estate is a customer with balances to measure on. All numbers are invented.
type estate struct {
	db       *store.DB
	customer bank.CustomerID
	master   bank.MasterAccount
	user     bank.User
	balances []bank.Balance
	ibans    []iban.IBAN
	accounts *accounts.Service
}

func newEstate(ctx context.Context, db *store.DB, balances int) (*estate, error) {
	e := &estate{db: db}
	onboard := customers.New(db, time.Now)
	settings := bank.DefaultSettings()
	settings.FourEyes = false
	c, err := onboard.Create(ctx, system(0), "Benchmark", settings)
	if err != nil {
		return nil, err
	}
	e.customer = c.ID
	e.master, err = onboard.AddMasterAccount(ctx, system(c.ID), customers.NewMasterAccount{IBAN: "83111111110000000000000010", Currency: money.PLN})
	if err != nil {
		return nil, err
	}
	if _, err := onboard.AddBaseIBAN(ctx, system(c.ID), customers.NewBaseIBAN{Base: "PL111111117700", MasterAccount: e.master.ID}); err != nil {
		return nil, err
	}
	e.user, err = accounts.New(db, time.Now).CreateUser(ctx, system(c.ID), accounts.NewUser{Type: bank.Person, FirstName: "JAN", LastName: "TESTOWY"})
	if err != nil {
		return nil, err
	}
	return e, e.open(ctx, balances)
}

// open opens many balances in one transaction: one each would be a benchmark of its own.
func (e *estate) open(ctx context.Context, n int) error {
	return e.db.Write(ctx, func(tx *store.Tx) error {
		e.balances, e.ibans = nil, nil
		base, err := tx.IssuingBase(e.customer, money.PLN.Code())
		if err != nil {
			return err
		}
		numbers, err := base.Numbers()
		if err != nil {
			return err
		}
		for i := range uint64(n) {
			if err := e.openOne(tx, numbers, i); err != nil {
				return err
			}
		}
		return tx.AdvanceBase(e.customer, base.Base, uint64(n))
	})
}

func (e *estate) openOne(tx *store.Tx, numbers *iban.Range, i uint64) error {
	b := bank.Balance{Customer: e.customer, ID: bank.NewID(), Kind: bank.KindUser, Currency: money.PLN, User: e.user.ID, CreatedAt: time.Now()}
	number, err := numbers.At(i)
	if err != nil {
		return err
	}
	if b.No, err = tx.NextBalanceNo(e.customer); err != nil {
		return err
	}
	if err := tx.AddBalance(b); err != nil {
		return err
	}
	e.balances, e.ibans = append(e.balances, b), append(e.ibans, number)
	return tx.AddIBAN(e.customer, number, b.No, numbers.Base(), i, b.CreatedAt)
}

// writeFile writes a transaction file of n records to a temporary file: eight credits in ten, one debit and one internal
// transfer, at random over the balances.
func (e *estate) writeFile(n int) (path string, err error) {
	f, err := os.CreateTemp("", "ims-bench-*.pli")
	if err != nil {
		return "", err
	}
	out := bufio.NewWriterSize(f, 1<<20)
	err = e.writeRecords(out, n)
	return f.Name(), errors.Join(err, out.Flush(), f.Close())
}

func (e *estate) writeRecords(out io.Writer, n int) error {
	outside, err := outsideIBAN()
	if err != nil {
		return err
	}
	w, rng, today := pli.NewWriter(out, pli.WriterOptions{}), rand.New(rand.NewPCG(1, 2)), bank.CivilDate(time.Now())
	for i := range n {
		ours, other := e.ibans[rng.IntN(len(e.ibans))], e.ibans[rng.IntN(len(e.ibans))]
		o := pli.Order{Date: today, Amount: 100 + rng.Int64N(100_000), Payer: outside, Payee: ours, PayerName: "JAN TESTOWY UL. POLNA 1 00-001 MIASTO",
			PayeeName: "OPERATOR SP. Z O.O. UL. RYNEK 2", Title: fmt.Sprintf("SKŁADKA %08d ZA LISTOPAD", i)}
		switch {
		case i%10 == 8:
			o.Payer, o.Payee, o.Amount = ours, outside, 1+rng.Int64N(100)
		case i%10 == 9 && other != ours:
			o.Payer, o.Payee, o.Amount = ours, other, 1+rng.Int64N(100)
		}
		if err := w.Write(o); err != nil {
			return fmt.Errorf("record %d: %w", i, err)
		}
	}
	return nil
}

// outsideIBAN is an invented account at another bank.
func outsideIBAN() (iban.IBAN, error) { return iban.FromNRB("39222222220000000012345678") }
