package files

import (
	"errors"

	"ims/internal/bank"
	"ims/internal/ledger"
)

// posting is the first leg of the record's posting.
func (r *chunkRun) posting(from, to bank.BalanceNo, cause bank.Cause, outcome bank.Outcome) ledger.NewPosting {
	return ledger.NewPosting{From: from, To: to, Amount: r.record.amount, Cause: cause, Outcome: outcome, BookingDate: r.record.on.booking,
		ValueDate: r.record.on.value, Origin: r.origin()}
}

func (r *chunkRun) origin() bank.Origin {
	return bank.Origin{File: r.file.No, Line: int64(r.record.line)}
}

// claim opens an item for which nothing is posted.
func (r *chunkRun) claim(reason bank.Reason, amount int64) {
	r.batch.OpenItem(r.item(reason, amount), -1)
}

func (r *chunkRun) item(reason bank.Reason, amount int64) bank.Item {
	return bank.Item{Currency: r.account.Currency.Code(), Amount: amount, Reason: reason, Origin: r.origin()}
}

// unusable is why money cannot come to the payee's balance.
func unusable(s side) bank.Reason {
	switch {
	case !s.known:
		return bank.ReasonUnknownIBAN
	case s.closed:
		return bank.ReasonClosedIBAN
	default:
		return bank.ReasonCurrency
	}
}

// credit books money that came from outside for one of our IBANs.
func (r *chunkRun) credit() (bank.Outcome, error) {
	payee := r.record.payee
	if !payee.usable() {
		return r.toTechnical(r.special.bank.No, bank.CauseIncoming, bank.OutcomeTechnical, unusable(payee))
	}
	outcome := bank.OutcomeCredited
	if payee.noCredits {
		outcome = bank.OutcomeCreditedFrozen
	}
	if _, err := r.batch.Post(r.posting(r.special.bank.No, payee.balance, bank.CauseIncoming, outcome)); err != nil {
		return 0, err
	}
	return outcome, r.arrived(payee)
}

// arrived freezes money that came under a block, or lets it first repay what the balance owes.
func (r *chunkRun) arrived(payee side) error {
	if payee.noCredits {
		return r.batch.Hold(bank.Hold{Balance: payee.balance, Amount: r.record.amount, Reason: bank.HoldFrozen, Origin: r.origin()})
	}
	p := r.posting(0, 0, bank.CauseRepayment, 0)
	p.Origin.Leg = legRepayment
	return r.batch.Repay(payee.balance, p)
}

// legRepayment is the leg of a repayment; the legs before it belong to the record itself.
const legRepayment = 2

// toTechnical books undeliverable money on the technical balance and opens its item.
func (r *chunkRun) toTechnical(from bank.BalanceNo, cause bank.Cause, outcome bank.Outcome, reason bank.Reason) (bank.Outcome, error) {
	index, err := r.batch.Post(r.posting(from, r.special.technical.No, cause, outcome))
	if err != nil {
		return 0, err
	}
	r.batch.OpenItem(r.item(reason, r.record.amount), index)
	return outcome, nil
}

// payable tells whether the payer's balance can pay in the file's currency; if not, why it cannot.
func payable(s side) (bank.Reason, bool) {
	switch {
	case !s.known:
		return bank.ReasonDebitUnknown, false
	case s.mismatch:
		return bank.ReasonDebitCurrency, false
	}
	return "", true
}

// debit books what the bank has paid out from one of our IBANs: from the balance as far as it is covered.
func (r *chunkRun) debit(to bank.BalanceNo, cause bank.Cause) (bank.Outcome, error) {
	payer := r.record.payer
	if reason, ok := payable(payer); !ok {
		r.claim(reason, r.record.amount)
		_, err := r.batch.Post(r.posting(r.special.receivable, to, bank.CauseShortfall, bank.OutcomeDebited))
		return bank.OutcomeDebited, err
	}
	r.lookAt(payer)
	return r.collect(to, cause, bank.OutcomeDebited)
}

// lookAt opens a claimed item for a debit that should not have happened: the bank has paid, somebody must ask why.
func (r *chunkRun) lookAt(payer side) {
	switch {
	case payer.closed:
		r.claim(bank.ReasonDebitClosed, r.record.amount)
	case payer.noDebits || payer.inactive:
		r.claim(bank.ReasonDebitBlocked, r.record.amount)
	}
}

// collect takes the record's amount from the payer and, where it is short, from the receivable beside it.
func (r *chunkRun) collect(to bank.BalanceNo, cause bank.Cause, outcome bank.Outcome) (bank.Outcome, error) {
	payer, ok := r.batch.Balance(r.record.payer.balance)
	if ok && payer.Available() < r.record.amount {
		outcome = bank.OutcomeShortfall
	}
	short, err := r.batch.Collect(r.posting(payer.No, to, cause, outcome))
	if err != nil {
		return 0, err
	}
	if short > 0 {
		r.claim(bank.ReasonShortfall, short)
	}
	return outcome, nil
}

// internal moves money between two of our IBANs; an unusable payee is treated as in a credit, a short payer as in a debit.
func (r *chunkRun) internal() (bank.Outcome, error) {
	payee := r.record.payee
	to := payee.balance
	if sameBalance(r.record.payer, payee) {
		r.claim(bank.ReasonDebitClosed, r.record.amount) // an older IBAN of the same balance: nothing moves, somebody looks
		return bank.OutcomeInternal, nil
	}
	if !payee.usable() {
		to = r.special.technical.No
	}
	outcome, err := r.internalPosting(to)
	if err != nil {
		return 0, err
	}
	if !payee.usable() {
		r.batch.OpenItem(r.item(unusable(payee), r.record.amount), r.batch.Count()-1)
		return outcome, nil
	}
	return outcome, r.arrived(payee)
}

func (r *chunkRun) internalPosting(to bank.BalanceNo) (bank.Outcome, error) {
	payer := r.record.payer
	if reason, ok := payable(payer); !ok {
		r.claim(reason, r.record.amount)
		_, err := r.batch.Post(r.posting(r.special.receivable, to, bank.CauseShortfall, bank.OutcomeInternal))
		return bank.OutcomeInternal, err
	}
	r.lookAt(payer)
	return r.collect(to, bank.CauseInternal, bank.OutcomeInternal)
}

// sweep moves money from one of our IBANs to own funds. No bank has paid anybody: what is not there is claimed, not owed.
func (r *chunkRun) sweep() (bank.Outcome, error) {
	payer := r.record.payer
	if reason, ok := payable(payer); !ok {
		r.claim(reason, r.record.amount)
		return bank.OutcomeOwn, nil
	}
	r.lookAt(payer)
	balance, _ := r.batch.Balance(payer.balance)
	p := r.posting(payer.balance, r.special.own, bank.CauseSweep, bank.OutcomeOwn)
	p.Amount = min(max(balance.Available(), 0), r.record.amount)
	if short := r.record.amount - p.Amount; short > 0 {
		r.claim(bank.ReasonShortfall, short)
	}
	if p.Amount == 0 {
		return bank.OutcomeOwn, nil
	}
	_, err := r.batch.Post(p)
	return bank.OutcomeOwn, err
}

// funding moves own funds to one of our IBANs.
func (r *chunkRun) funding() (bank.Outcome, error) {
	payee := r.record.payee
	if !payee.usable() {
		r.claim(bank.ReasonFundingNoPayee, r.record.amount)
		return bank.OutcomeOwn, nil
	}
	outcome, err := r.fromOwn(payee.balance, bank.CauseFunding)
	if err != nil || outcome != bank.OutcomeOwn {
		return outcome, err
	}
	return outcome, r.arrived(payee)
}

// fromOwn pays from own funds, which never go below zero: short, the record is an error, so that strict execution stops
// with the reason and by-record execution claims the amount.
func (r *chunkRun) fromOwn(to bank.BalanceNo, cause bank.Cause) (bank.Outcome, error) {
	_, err := r.batch.Post(r.posting(r.special.own, to, cause, bank.OutcomeOwn))
	if !errors.Is(err, bank.ErrInsufficientFunds) {
		return bank.OutcomeOwn, err
	}
	if r.file.Acceptance == bank.ByRecord {
		r.claim(bank.ReasonOwnFundsShort, r.record.amount)
		return bank.OutcomeUnreadable, nil
	}
	return 0, bank.ErrInsufficientFunds.With("own funds in %s are short for line %d", r.account.Currency.Code(), r.record.line)
}
