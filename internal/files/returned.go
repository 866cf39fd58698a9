package files

import (
	"fmt"
	"time"

	"ims/bankfile"
	"ims/internal/bank"
	"ims/internal/ledger"
	"ims/internal/transfers"
)

// homecoming tells what a credit is to the transfer that it may bring back.
type homecoming byte

const (
	homeUnknown homecoming = iota // certainly nobody's: credited as any credit, an operator may link it
	homeAgain                     // what it brings back is back already
	homeEarly                     // the bank has not booked what it brings back
	homeCertain                   // it brings back what was booked
)

// returned is the transfer that a marked credit brings back: by the reference of the order, or else where exactly one that was
// settled within 30 days before went from the payee's balance to the same account with the same amount.
func (s *settlement) returned(e entry, booked string, payee side) (*bank.Transfer, homecoming) {
	words, ok := s.words[e.line]
	if !ok || e.dates.mark() == unmarked {
		return nil, homeUnknown
	}
	if id, named := ordered(words, true); named {
		return s.returnedByName(s.named[id], e, payee)
	}
	if e.direction != bankfile.Credit || !payee.known {
		return nil, homeUnknown
	}
	var only *bank.Transfer
	for _, t := range s.settled[payee.balance] {
		if s.status(t) != bank.TransferSettled || t.Amount.Minor() != e.amount || t.Payee.String() != words.PayerAccount || dayOf(booked)-dayOf(bank.CivilDate(t.UpdatedAt)) > returnDays {
			continue
		}
		if only != nil {
			return nil, homeUnknown
		}
		only = t
	}
	if only == nil {
		return nil, homeUnknown
	}
	return only, homeCertain
}

func (s *settlement) returnedByName(t *bank.Transfer, e entry, payee side) (*bank.Transfer, homecoming) {
	switch {
	case t == nil || t.Amount.Minor() != e.amount || t.Amount.Currency() != s.account.Currency:
		return nil, homeUnknown
	case e.direction == bankfile.Credit && (!payee.known || payee.balance != t.Payer): // else it came to the master account
		return nil, homeUnknown
	}
	switch s.status(t) {
	case bank.TransferReturned:
		return t, homeAgain
	case bank.TransferSettled:
		return t, homeCertain
	default:
		return t, homeEarly
	}
}

// home is the balance that a transfer was paid from, as it is for what comes back to it: neither that its IBAN was closed
// meanwhile nor that the bank has credited the master account keeps it from its owner.
func (s *settlement) home(t *bank.Transfer, now time.Time) (side, error) {
	list, err := s.tx.BalancesByNo(t.Customer, []bank.BalanceNo{t.Payer})
	if err != nil || len(list) != 1 {
		return side{}, fmt.Errorf("balance %d of transfer %s: %w", t.Payer, t.ID, err)
	}
	frozen, err := ledger.Frozen(s.tx, list[0], now)
	return side{known: true, closed: list[0].Closed, noCredits: frozen, balance: t.Payer}, err
}

// back is a transfer that came back, with the index of the posting that brought it.
type back struct {
	transfer *bank.Transfer
	posting  int
	line     uint32
}

// comeBack books a credit that brings a transfer back: to the balance that paid it, once, and only if the bank has booked what
// it brings back. done is false where it is certainly nobody's, so that the rules of files decide.
func (r *chunkRun) comeBack() (outcome bank.Outcome, done bool, err error) {
	t, what := r.settlement.returned(r.record.entry, r.record.on.booking, r.record.payee)
	switch what {
	case homeUnknown:
		return 0, false, nil
	case homeAgain:
		r.claim(bank.ReasonDuplicate, r.record.amount)
		return bank.OutcomeDuplicate, true, nil
	case homeEarly:
		outcome, err = r.toTechnical(r.special.bank.No, bank.CauseIncoming, bank.OutcomeTechnical, bank.ReasonReturnEarly)
		return outcome, true, err
	}
	if r.record.payee, err = r.settlement.home(t, r.now); err != nil {
		return 0, false, err
	}
	r.settlement.gone[t.ID] = true
	r.backs = append(r.backs, back{t, r.batch.Count(), r.record.line})
	outcome, err = r.credit()
	return outcome, true, err
}

// finishReturns moves the transfers that came back, once the postings have their ids.
func (r *chunkRun) finishReturns() error {
	for _, b := range r.backs {
		if err := transfers.Returned(r.tx, b.transfer, r.batch.PostingID(b.posting), r.told(b.line)); err != nil {
			return fmt.Errorf("line %d: %w", b.line, err)
		}
	}
	return nil
}

// judgeReturn projects a credit that brings a transfer back, as comeBack books it; done is false where the rules of files decide
// about the record as payee, which is the balance that the money belongs to.
func (v *validation) judgeReturn(e entry, payee side, orders *settlement) (_ side, done bool, err error) {
	t, what := orders.returned(e, v.plan.dates[e.dates.value()].booking, payee)
	switch what {
	case homeAgain:
		v.forecast.claim(bank.OutcomeDuplicate, e.amount, e.amount)
		return payee, true, nil
	case homeEarly:
		v.forecast.technical(e.amount)
		v.forecast.count(bank.OutcomeTechnical, e.amount)
		return payee, true, nil
	case homeCertain:
		orders.gone[t.ID] = true
		payee, err = orders.home(t, v.s.now())
	}
	return payee, false, err
}
