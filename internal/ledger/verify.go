package ledger

import (
	"context"
	"errors"
	"fmt"

	"ims/internal/bank"
	"ims/internal/store"
)

// Check is one thing that Verify proved, or the first violations of it.
type Check struct {
	Name       string
	OK         bool
	Checked    int64
	Violations []string
}

// maxViolations bounds what is told about one check.
const maxViolations = 20

func (c *Check) violated(format string, args ...any) {
	c.OK = false
	if len(c.Violations) < maxViolations {
		c.Violations = append(c.Violations, fmt.Sprintf(format, args...))
	}
}

// Proof is the result of Verify.
type Proof struct {
	OK     bool
	Checks []Check
}

// Verify proves the invariants of the ledger on a live store: each customer in one snapshot. Without customers it takes
// all. Memory does not grow with the ledger, but with the number of balances.
func Verify(ctx context.Context, db *store.DB, customers ...bank.CustomerID) (Proof, error) {
	if len(customers) == 0 {
		all, err := allCustomers(ctx, db)
		if err != nil {
			return Proof{}, err
		}
		customers = all
	}
	checks := newChecks()
	for _, id := range customers {
		err := db.Read(ctx, func(tx *store.Tx) error {
			v := &verification{checks: checks, tx: tx, customer: id}
			return v.run()
		})
		if err != nil {
			return Proof{}, fmt.Errorf("verify customer %d: %w", id, err)
		}
	}
	proof := Proof{OK: true, Checks: checks.list()}
	for _, c := range proof.Checks {
		proof.OK = proof.OK && c.OK
	}
	return proof, nil
}

func allCustomers(ctx context.Context, db *store.DB) (ids []bank.CustomerID, err error) {
	err = db.Read(ctx, func(tx *store.Tx) error {
		list, err := tx.Customers()
		ids = nil
		for _, c := range list {
			ids = append(ids, c.ID)
		}
		return err
	})
	return ids, err
}

// checks are all that is proven.
type checks struct {
	trial, balances, holds, funds, technical, chart, running, declined, authorised, transfers, once, files, chain, words Check
}

func newChecks() *checks {
	return &checks{
		trial:      Check{Name: "trial balance is zero", OK: true},
		balances:   Check{Name: "every balance equals its postings", OK: true},
		funds:      Check{Name: "available is never below zero", OK: true},
		technical:  Check{Name: "technical balance equals its open posted items", OK: true},
		chart:      Check{Name: "no posting breaks the chart of accounts", OK: true},
		running:    Check{Name: "transactions continue each balance", OK: true},
		holds:      Check{Name: "held of each balance equals its open holds", OK: true},
		authorised: Check{Name: "authorised transactions have their money reserved, and those taken back a reason", OK: true},
		transfers:  Check{Name: "transfers agree with their transactions, holds, steps and order files", OK: true},
		declined:   Check{Name: "declined transactions moved nothing, all others have their posting", OK: true},
		once:       Check{Name: "no line was posted twice", OK: true},
		files:      Check{Name: "executed files equal their postings", OK: true},
		chain:      Check{Name: "ids and chain are unbroken", OK: true},
		words:      Check{Name: "words of files are what was validated", OK: true},
	}
}

func (c *checks) list() []Check {
	return []Check{c.trial, c.balances, c.holds, c.funds, c.technical, c.chart, c.running, c.declined, c.authorised, c.transfers, c.once, c.files, c.chain, c.words}
}

// verification is the proof of one customer in one snapshot.
type verification struct {
	*checks
	tx       *store.Tx
	customer bank.CustomerID
	accounts map[bank.BalanceNo]*proven
	byFile   map[bank.FileNo]bank.Sum // all postings
	digests  map[string]string        // of the words of each file, as the chain has it
	outcomes map[bank.FileNo]map[bank.Outcome]int64
}

// proven is a balance as the store has it, and as its postings add up.
type proven struct {
	bank.Balance
	deltas     int64
	posted     int64
	held       int64 // the sum of the open holds
	transfers  int64 // those of them that are for outgoing transfers
	authorised int64 // the sum of the authorised transactions
	after      int64 // of the last transaction
}

func (v *verification) run() error {
	v.byFile, v.outcomes, v.digests = map[bank.FileNo]bank.Sum{}, map[bank.FileNo]map[bank.Outcome]int64{}, map[string]string{}
	if err := v.readBalances(); err != nil {
		return fmt.Errorf("read balances: %w", err)
	}
	if err := v.walkChain(); err != nil {
		return fmt.Errorf("walk the chain: %w", err)
	}
	if err := v.compareOnce(); err != nil {
		return fmt.Errorf("compare lines: %w", err)
	}
	if err := v.compareBalances(); err != nil {
		return fmt.Errorf("compare balances: %w", err)
	}
	if err := v.compareTransfers(); err != nil {
		return fmt.Errorf("compare transfers: %w", err)
	}
	return v.compareFiles()
}

func (v *verification) readBalances() error {
	v.accounts = map[bank.BalanceNo]*proven{}
	err := v.tx.EachBalance(v.customer, func(b bank.Balance) error {
		v.accounts[b.No] = &proven{Balance: b}
		return nil
	})
	if err != nil {
		return err
	}
	err = v.tx.EachDeltaSum(v.customer, func(no bank.BalanceNo, amount int64) error {
		if a, ok := v.accounts[no]; ok {
			a.deltas = amount
		}
		return nil
	})
	if err != nil {
		return err
	}
	return v.tx.EachHoldSum(v.customer, func(no bank.BalanceNo, reason bank.HoldReason, amount int64) error {
		a, ok := v.accounts[no]
		if !ok {
			v.holds.violated("customer %d: holds of %d on balance %d, which is missing", v.customer, amount, no)
			return nil
		}
		a.held += amount
		if reason == bank.HoldTransfer {
			a.transfers += amount
		}
		return nil
	})
}

// compareBalances holds every balance against its postings, and the sum of all against zero.
func (v *verification) compareBalances() error {
	sums, technical := map[string]int64{}, map[string]int64{}
	for no, a := range v.accounts {
		v.balances.Checked++
		v.funds.Checked++
		booked := a.Booked + a.deltas
		sums[a.Currency.Code()] += booked
		if booked != a.posted {
			v.balances.violated("customer %d balance %d: booked %d, postings %d", v.customer, no, booked, a.posted)
		}
		v.compareHolds(a)
		if !a.Kind.MayGoBelowZero() && (booked-a.Held < 0 || a.Held < 0) {
			v.funds.violated("customer %d balance %d (%s): booked %d, held %d", v.customer, no, a.Kind, booked, a.Held)
		}
		if a.Kind == bank.KindTechnical {
			technical[a.Currency.Code()] += booked
		}
	}
	for currency, sum := range sums {
		if v.trial.Checked++; sum != 0 {
			v.trial.violated("customer %d %s: the balances add up to %d", v.customer, currency, sum)
		}
	}
	return v.compareItems(technical)
}

// compareHolds holds what a balance reserves against its open holds, and those for transfers against the transactions that are
// authorised. Of the technical balance items reserve.
func (v *verification) compareHolds(a *proven) {
	v.holds.Checked++
	if a.Held != a.held {
		v.holds.violated("customer %d balance %d: held %d, holds %d", v.customer, a.No, a.Held, a.held)
	}
	if a.Kind.HasRow() && a.transfers != a.authorised {
		v.authorised.violated("customer %d balance %d: %d is reserved for transfers, %d authorised", v.customer, a.No, a.transfers, a.authorised)
	}
}

func (v *verification) compareItems(technical map[string]int64) error {
	for currency, booked := range technical {
		open, err := v.tx.OpenItemSum(v.customer, currency)
		if err != nil {
			return err
		}
		if v.technical.Checked++; open != booked {
			v.technical.violated("customer %d %s: technical balance %d, open posted items %d", v.customer, currency, booked, open)
		}
	}
	return nil
}

// compareOnce asks the rows themselves, not the index that forbids it.
func (v *verification) compareOnce() error {
	twice, err := v.tx.LinesPostedTwice(v.customer, maxViolations)
	for _, o := range twice {
		v.once.violated("customer %d file %d line %d leg %d", v.customer, o.File, o.Line, o.Leg)
	}
	v.once.Checked = v.chart.Checked
	return err
}

// errSkip ends the walk over a list early.
var errSkip = errors.New("skip")
