package ledger_test

import (
	"errors"
	"maps"
	"math/big"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"ims/internal/bank"
	"ims/internal/ledger"
	"ims/internal/store"
	"ims/internal/store/storetest"
)

// model is the ledger as slowly as can be: a list of postings and of holds, added up again for every question.
type model struct {
	kinds      map[bank.BalanceNo]bank.BalanceKind
	currencies map[bank.BalanceNo]string
	moved      []ledger.NewPosting
	holds      []bank.Hold
	begun      int // how many postings there were when the batch began
}

func (m *model) booked(no bank.BalanceNo) *big.Int { return m.sum(m.moved, no) }

func (m *model) sum(moved []ledger.NewPosting, no bank.BalanceNo) *big.Int {
	sum := new(big.Int)
	for _, p := range moved {
		if p.To == no {
			sum.Add(sum, big.NewInt(p.Amount))
		}
		if p.From == no {
			sum.Sub(sum, big.NewInt(p.Amount))
		}
	}
	return sum
}

func (m *model) held(no bank.BalanceNo) (sum int64) {
	for _, h := range m.holds {
		if h.Balance == no {
			sum += h.Amount
		}
	}
	return sum
}

func (m *model) available(no bank.BalanceNo) *big.Int {
	return new(big.Int).Sub(m.booked(no), big.NewInt(m.held(no)))
}

// refuses tells the error that a posting must get, nil if it must be taken.
func (m *model) refuses(p ledger.NewPosting) error {
	from, to := m.kinds[p.From], m.kinds[p.To]
	amount := big.NewInt(p.Amount)
	switch {
	case p.Amount <= 0:
		return bank.ErrAmountInvalid
	case m.currencies[p.From] != m.currencies[p.To]:
		return bank.ErrCurrencyMismatch
	case p.From == p.To || !bank.PostingAllowed(from, to, p.Cause):
		return bank.ErrChart
	case (from == bank.KindUser || from == bank.KindOwn) && m.available(p.From).Cmp(amount) < 0:
		return bank.ErrInsufficientFunds
	case !new(big.Int).Add(m.booked(p.To), amount).IsInt64() || !new(big.Int).Sub(m.booked(p.From), amount).IsInt64():
		return bank.ErrAmountInvalid
	}
	return nil
}

// tooWide tells that a posting would take a balance without a hot row out of 64 bits. A batch knows its own part of the
// sum only, so the play leaves such postings out; checkSumsStayIn64Bits has them.
func (m *model) tooWide(p ledger.NewPosting) bool {
	moved := append(slices.Clone(m.moved), p)
	for _, no := range []bank.BalanceNo{p.From, p.To} {
		if !m.kinds[no].HasRow() && (!m.sum(moved, no).IsInt64() || !m.sum(moved[m.begun:], no).IsInt64()) {
			return true
		}
	}
	return false
}

func (m *model) clone() *model {
	c := *m
	c.begun = len(m.moved)
	c.moved, c.holds = slices.Clone(m.moved), slices.Clone(m.holds)
	c.kinds, c.currencies = maps.Clone(m.kinds), maps.Clone(m.currencies)
	return &c
}

// play is one sequence of random steps on a batch beside the model.
type play struct {
	t     *rapid.T
	k     *books
	batch *ledger.Batch
	model *model
}

var amounts = rapid.OneOf(rapid.Int64Range(1, 50), rapid.SampledFrom([]int64{0, -1, 1, 1 << 62, 1<<63 - 1, -1 << 63}))

func (p *play) number(label string) bank.BalanceNo {
	return rapid.SampledFrom(p.k.all).Draw(p.t, label)
}

func (p *play) user() bank.BalanceNo {
	return rapid.SampledFrom(p.k.users).Draw(p.t, "end user").No
}

// step does one random thing.
func (p *play) step() {
	switch rapid.IntRange(0, 5).Draw(p.t, "step") {
	case 0:
		causes := rapid.Custom(func(t *rapid.T) bank.Cause { return bank.Cause(rapid.IntRange(0, 14).Draw(t, "")) })
		p.post(posting(p.number("from"), p.number("to"), amounts.Draw(p.t, "amount"), causes.Draw(p.t, "cause")))
	case 1:
		p.post(posting(p.k.bank, p.user(), amounts.Draw(p.t, "amount"), bank.CauseIncoming))
	case 2:
		p.collect(p.user(), amounts.Draw(p.t, "amount"))
	case 3:
		p.repay(p.user())
	case 4:
		p.hold(p.user(), amounts.Draw(p.t, "amount"))
	case 5:
		p.post(posting(p.user(), p.user(), amounts.Draw(p.t, "amount"), bank.CauseInternal))
	}
}

func (p *play) post(m ledger.NewPosting) {
	want := p.model.refuses(m)
	if m.Amount > 0 && p.model.tooWide(m) {
		return
	}
	_, err := p.batch.Post(m)
	if !errors.Is(err, want) {
		p.t.Fatalf("post %+v: %v, want %v", m, err, want)
	}
	if err == nil {
		p.model.moved = append(p.model.moved, m)
	}
}

// collect: the payee gets all, the payer gives what is there, the receivable the rest.
func (p *play) collect(from bank.BalanceNo, amount int64) {
	there := p.model.available(from)
	wantShort := new(big.Int).Sub(big.NewInt(amount), there)
	if wantShort.Sign() < 0 {
		wantShort.SetInt64(0)
	}
	paid := new(big.Int).Sub(big.NewInt(amount), wantShort).Int64()
	debt := posting(from.Companion(), p.k.bank, wantShort.Int64(), bank.CauseShortfall)
	fits := new(big.Int).Sub(p.model.booked(debt.From), wantShort).IsInt64() &&
		!p.model.tooWide(posting(from, p.k.bank, amount, bank.CauseOutgoing))
	if amount > 0 && !fits {
		return // leaves 64 bits half way: the caller must give up the whole batch, which another test does
	}
	short, err := p.batch.Collect(posting(from, p.k.bank, amount, bank.CauseOutgoing))
	if amount <= 0 {
		if !errors.Is(err, bank.ErrAmountInvalid) {
			p.t.Fatalf("collect %d: %v", amount, err)
		}
		return
	}
	if err != nil || short != wantShort.Int64() {
		p.t.Fatalf("collect %d of %s: short of %d, %v; want %s", amount, there, short, err, wantShort)
	}
	if paid > 0 {
		p.model.moved = append(p.model.moved, posting(from, p.k.bank, paid, bank.CauseOutgoing))
	}
	if short > 0 {
		p.model.kinds[debt.From], p.model.currencies[debt.From] = bank.KindReceivable, "PLN"
		p.model.moved = append(p.model.moved, debt)
	}
}

// repay: as much of the debt as is available, and never more.
func (p *play) repay(no bank.BalanceNo) {
	debt := new(big.Int).Neg(p.model.booked(no.Companion()))
	if there := p.model.available(no); there.Cmp(debt) < 0 {
		debt = there
	}
	if err := p.batch.Repay(no, ledger.NewPosting{BookingDate: bookingDay}); err != nil {
		p.t.Fatalf("repay: %v", err)
	}
	if debt.Sign() > 0 {
		p.model.moved = append(p.model.moved, posting(no, no.Companion(), debt.Int64(), bank.CauseRepayment))
	}
}

func (p *play) hold(no bank.BalanceNo, amount int64) {
	var want error
	switch {
	case amount <= 0:
		want = bank.ErrAmountInvalid
	case p.model.available(no).Cmp(big.NewInt(amount)) < 0:
		want = bank.ErrInsufficientFunds
	}
	h := bank.Hold{Balance: no, Amount: amount, Reason: bank.HoldFrozen}
	if err := p.batch.Hold(h); !errors.Is(err, want) {
		p.t.Fatalf("hold %d: %v, want %v", amount, err, want)
	} else if err == nil {
		p.model.holds = append(p.model.holds, h)
	}
}

// TestBatchAgainstModel plays random batches, some of which are given up, and holds the store against the model after each.
func TestBatchAgainstModel(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		rapid.Check(t, func(t *rapid.T) {
			k := newBooks(t, db, 3)
			m := &model{kinds: map[bank.BalanceNo]bank.BalanceKind{}, currencies: map[bank.BalanceNo]string{}}
			for no, b := range k.balances(t) {
				m.kinds[no], m.currencies[no] = b.Kind, b.Currency.Code()
			}
			for range rapid.IntRange(1, 3).Draw(t, "batches") {
				m = playBatch(t, k, m)
				compare(t, k, m)
			}
			failed := violated(t, db, k.customer)
			// Money leaves and enters the technical balance here without items, which the files' room keeps.
			delete(failed, "available is never below zero")
			delete(failed, "technical balance equals its open posted items")
			if len(failed) > 0 {
				t.Errorf("not proven: %v", failed)
			}
		})
	})
}

// playBatch returns the model after one batch.
func playBatch(t *rapid.T, k *books, before *model) *model {
	steps, giveUp := rapid.IntRange(0, 8).Draw(t, "steps"), rapid.IntRange(0, 4).Draw(t, "give up") == 0
	after := before.clone()
	err := k.batch(func(b *ledger.Batch) error {
		p := &play{t: t, k: k, batch: b, model: after}
		for range steps {
			p.step()
		}
		if giveUp {
			return errUndo
		}
		return nil
	})
	if giveUp {
		wantError(t, "batch", err, errUndo)
		return before
	}
	must(t, err)
	return after
}

// compare holds every balance of the store against the model, and nobody's money below zero.
func compare(t failer, k *books, m *model) {
	t.Helper()
	for no, b := range k.balances(t) {
		if want := m.booked(no); !want.IsInt64() || b.Booked != want.Int64() || b.Held != m.held(no) {
			t.Errorf("balance %d (%s): booked %d, held %d; want %s, %d", no, b.Kind, b.Booked, b.Held, want, m.held(no))
		}
		if (b.Kind == bank.KindUser || b.Kind == bank.KindOwn) && b.Available() < 0 {
			t.Errorf("balance %d (%s) has %d available", no, b.Kind, b.Available())
		}
	}
	if n := len(k.postings(t)); n != len(m.moved) {
		t.Errorf("%d postings, want %d", n, len(m.moved))
	}
}
