package files

import (
	"ims/bankfile"
	"ims/internal/bank"
)

// forecast adds up what execution will do with the records of a file, as decide.go decides them, so that whoever executes
// the file knows before.
type forecast struct{ bank.FileForecast }

func newForecast() *forecast {
	return &forecast{bank.FileForecast{Outcomes: map[string]bank.Sum{}}}
}

// claim counts a record for which an item is claimed: claimed is the item's amount.
func (f *forecast) claim(outcome bank.Outcome, amount, claimed int64) {
	f.Outcomes[outcome.String()] = f.Outcomes[outcome.String()].Plus(amount)
	f.Claimed = f.Claimed.Plus(claimed)
}

// count counts a record.
func (f *forecast) count(outcome bank.Outcome, amount int64) {
	f.Outcomes[outcome.String()] = f.Outcomes[outcome.String()].Plus(amount)
}

// settle counts a debit that books an order of ours.
func (f *forecast) settle(amount int64) {
	f.count(bank.OutcomeDebited, amount)
	f.Orders = f.Orders.Plus(amount)
}

// add takes an entry; paid is what its payer has of the amount, refused that own funds are short.
func (f *forecast) add(e entry, payer, payee side, paid int64, refused bool) {
	switch e.direction {
	case bankfile.Credit:
		f.credit(e, payee)
	case bankfile.Unallocated:
		f.technical(e.amount)
		f.count(bank.OutcomeTechnical, e.amount)
	case bankfile.Internal:
		f.internal(e, payer, payee, paid)
	case bankfile.Debit:
		f.count(f.pays(e, payer, paid, bank.OutcomeDebited), e.amount)
	case bankfile.Sweep:
		f.pays(e, payer, paid, bank.OutcomeOwn)
		f.count(bank.OutcomeOwn, e.amount)
	case bankfile.Funding, bankfile.Charges:
		f.own(e, payee, refused)
	}
}

func (f *forecast) technical(amount int64) { f.Technical = f.Technical.Plus(amount) }

func (f *forecast) credit(e entry, payee side) {
	switch {
	case !payee.usable():
		f.technical(e.amount)
		f.count(bank.OutcomeTechnical, e.amount)
	case payee.noCredits:
		f.count(bank.OutcomeCreditedFrozen, e.amount)
	default:
		f.count(bank.OutcomeCredited, e.amount)
	}
}

func (f *forecast) internal(e entry, payer, payee side, paid int64) {
	if sameBalance(payer, payee) {
		f.claim(bank.OutcomeInternal, e.amount, e.amount)
		return
	}
	f.count(f.pays(e, payer, paid, bank.OutcomeInternal), e.amount)
	if !payee.usable() {
		f.technical(e.amount)
	}
}

// pays counts the items that a payer's part claims and returns the outcome.
func (f *forecast) pays(e entry, payer side, paid int64, outcome bank.Outcome) bank.Outcome {
	if _, ok := payable(payer); !ok {
		f.Claimed = f.Claimed.Plus(e.amount)
		return outcome
	}
	if payer.closed || payer.noDebits || payer.inactive {
		f.Claimed = f.Claimed.Plus(e.amount)
	}
	if short := e.amount - paid; short > 0 {
		f.Claimed = f.Claimed.Plus(short)
		return bank.OutcomeShortfall
	}
	return outcome
}

// own counts what own funds pay; where they are short a strict file does not execute, and by-record claims the amount.
func (f *forecast) own(e entry, payee side, refused bool) {
	switch {
	case e.direction == bankfile.Funding && !payee.usable():
		f.claim(bank.OutcomeOwn, e.amount, e.amount)
	case refused:
		f.claim(bank.OutcomeUnreadable, e.amount, e.amount)
	default:
		f.count(bank.OutcomeOwn, e.amount)
	}
}
