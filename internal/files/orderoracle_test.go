package files_test

import (
	"bytes"
	"strconv"
	"strings"

	"ims/internal/bank"
	"ims/internal/transfers"
)

// The limits of the customer whose orders the oracle knows, in grosze.
const (
	mostOfOrder = 1_000
	mostOfDay   = 1_500
)

// ordered is a transfer as the oracle believes it to be.
type ordered struct {
	id          bank.ID
	from, to    int // a person pays a person, or atOutside
	elsewhere   bool
	amount      int64
	status      bank.TransferStatus
	transaction bank.TransactionID // by which the bank knows it
	file        bank.ID            // the order file that it is in; zero: none
}

func (t *ordered) reference() string {
	return transfers.Reference(bank.Transfer{Transaction: t.transaction})
}

func (t *ordered) internal() bool { return t.to != atOutside }

// names is the transaction that a reference names; 0: none.
func names(reference string) bank.TransactionID {
	digits, ok := strings.CutPrefix(strings.ToUpper(reference), "IMS")
	if id, err := strconv.ParseInt(digits, 10, 64); ok && err == nil {
		return bank.TransactionID(id)
	}
	return 0
}

// settle lets a debit book the transfer that ordered it.
func (o *oracle) settle(r sent) (bank.Outcome, bool) {
	if r.to != atOutside || r.from == atOutside {
		return 0, false
	}
	t := o.find(r)
	switch {
	case t == nil:
		return 0, false
	case t.status != bank.TransferSent:
		o.items[bank.ReasonDuplicate] += r.amount
		return bank.OutcomeDuplicate, true
	}
	payer := &o.people[t.from]
	payer.booked, payer.reserved = payer.booked-t.amount, payer.reserved-t.amount
	t.status, o.booked = bank.TransferSettled, o.booked.Plus(t.amount)
	return bank.OutcomeDebited, true
}

// find returns the transfer that a debit is about: SENT, or booked before; nil if there is none.
func (o *oracle) find(r sent) (found *ordered) {
	id := names(r.reference)
	for i := range o.orders {
		t := &o.orders[i]
		switch {
		case t.internal() || t.amount != r.amount:
		case id != 0:
			if t.transaction == id && (r.from == atMaster || r.from == t.from) && (t.status == bank.TransferSent || t.status == bank.TransferSettled) {
				return t
			}
		case r.from == t.from && t.elsewhere == r.elsewhere && t.status == bank.TransferSent:
			if found == nil || bytes.Compare(t.id[:], found.id[:]) < 0 {
				found = t
			}
		}
	}
	return found
}

// refusal is why an order cannot be carried out now, and whether that leaves a trace; nil: it can.
func (o *oracle) refusal(t *ordered) (why *bank.Error) {
	payer := &o.people[t.from]
	switch payee := o.person(t.to); {
	case payer.euro:
		return bank.ErrCurrencyMismatch
	case payer.closed:
		return bank.ErrBalanceClosed
	case payee != nil && (!payee.usable() || payee == payer):
		return bank.ErrPayeeUnusable
	case payer.locked:
		return bank.ErrUserLocked
	case payer.blocks(false):
		return bank.ErrBlocked
	case payee != nil && payee.frozen():
		return bank.ErrPayeeUnusable
	case t.amount > mostOfOrder || o.today(t.from)+t.amount > mostOfDay:
		return bank.ErrTransferLimit
	case payer.free() < t.amount:
		return bank.ErrInsufficientFunds
	}
	return nil
}

// today is what a person has ordered and not got back.
func (o *oracle) today(from int) (sum int64) {
	for _, t := range o.orders {
		if t.from == from && (t.status.Reserves() || t.status == bank.TransferSettled) {
			sum += t.amount
		}
	}
	return sum
}

// carry reserves the money of an order that can be carried out, or moves it to one of ours.
func (o *oracle) carry(t *ordered) {
	payer := &o.people[t.from]
	if t.status = bank.TransferHeld; !t.internal() {
		payer.reserved += t.amount
		return
	}
	t.status = bank.TransferSettled
	payer.booked -= t.amount
	o.people[t.to].arrive(t.amount)
}

// end gives up an order: what is reserved for it is free again, and repays what its payer owes first.
func (o *oracle) end(t *ordered, status bank.TransferStatus) {
	payer := &o.people[t.from]
	if t.status.Reserves() {
		payer.reserved -= t.amount
		payer.repay()
	}
	t.status = status
}

// in lists the orders of a status in an order file.
func (o *oracle) in(file bank.ID, status bank.TransferStatus) (list []*ordered) {
	for i := range o.orders {
		if t := &o.orders[i]; t.file == file && t.status == status && !t.internal() {
			list = append(list, t)
		}
	}
	return list
}
