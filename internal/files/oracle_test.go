package files_test

import (
	"cmp"
	"errors"
	"maps"
	"slices"

	"ims/internal/accounts"
	"ims/internal/bank"
)

// person is an end user with one balance, as the oracle believes it to be.
type person struct {
	view               accounts.BalanceView
	user               bank.ID
	account            string
	euro               bool
	locked, closed     bool
	block              bank.BlockDirection // empty: none
	blockID            bank.ID
	booked, held, owed int64
	reserved           int64 // for orders, beside what is held
}

func (p *person) frozen() bool   { return p.locked || p.blocks(true) }
func (p *person) usable() bool   { return p != nil && !p.closed && !p.euro }
func (p *person) free() int64    { return p.booked - p.held - p.reserved }
func (p *person) noDebits() bool { return p.locked || p.blocks(false) }

func (p *person) blocks(credit bool) bool {
	return p.block == bank.BlockBoth || p.block == bank.BlockCredits && credit || p.block == bank.BlockDebits && !credit
}

func (p *person) repay() {
	paid := min(p.owed, p.free())
	p.booked, p.owed = p.booked-paid, p.owed-paid
}

func (p *person) arrive(amount int64) {
	if p.booked += amount; p.frozen() {
		p.held += amount
		return
	}
	p.repay()
}

func (p *person) thaw() {
	if !p.frozen() && p.held > 0 {
		p.held = 0
		p.repay()
	}
}

// sent is a record as the oracle sees it: parties are indexes of people, or one of the others.
type sent struct {
	from, to int
	amount   int64
	title    string
	bad      bool

	reference string
	elsewhere bool // outside it is the second account that is paid, not the first
}

// Parties that are no people.
const (
	atMaster  = -1
	atOutside = -2
	atNobody  = -3 // an IBAN of ours that was never issued
)

// oracle is a second, slow opinion on what files and single operations do: one record after the other, no chunks, no store.
type oracle struct {
	byRecord                   bool
	people                     []person
	own, technical, receivable int64
	executed                   map[sent]int // the copies of a record that were executed
	items                      map[bank.Reason]int64
	outcomes                   map[string]bank.Sum // of the last file
	orders                     []ordered           // transfers, in the order in which they were ordered
	booked                     bank.Sum            // of them by the last file
}

func (o *oracle) clone() *oracle {
	c := *o
	c.people, c.executed, c.items, c.orders = slices.Clone(o.people), maps.Clone(o.executed), maps.Clone(o.items), slices.Clone(o.orders)
	return &c
}

var errOwnShort = errors.New("own funds are short")

// file executes records in the documented order: credits by payee, internal by line, debits by payer, charges.
func (o *oracle) file(records []sent) error {
	o.outcomes, o.booked = map[string]bank.Sum{}, bank.Sum{}
	type numbered struct {
		sent
		surplus bool
	}
	all, copies := make([]numbered, len(records)), map[sent]int{}
	for i, r := range slices.Backward(records) {
		copies[r]++
		all[i] = numbered{o.settled(r), !r.bad && copies[r] <= o.executed[r]}
	}
	// The first to be found from behind are the last copies: of n copies the last of those executed before are surplus.
	for r, n := range copies {
		o.executed[r] = max(o.executed[r], n)
	}
	slices.SortStableFunc(all, func(a, b numbered) int {
		ap, an := a.place()
		bp, bn := b.place()
		return cmp.Or(cmp.Compare(ap, bp), cmp.Compare(an, bn))
	})
	for _, r := range all {
		outcome, err := o.record(r.sent, r.surplus)
		if err != nil {
			return err
		}
		amount := r.amount
		if r.bad {
			amount = 0
		}
		o.outcomes[outcome.String()] = o.outcomes[outcome.String()].Plus(amount)
	}
	return nil
}

// settled is a record as the master account in zloty sees it: beside somebody on it, the euro account of another is outside.
func (o *oracle) settled(r sent) sent {
	euro := func(i int) bool { return i >= 0 && o.people[i].euro }
	here := func(i int) bool { return i != atOutside && !euro(i) }
	switch {
	case euro(r.from) && here(r.to):
		r.from = atOutside
	case euro(r.to) && here(r.from):
		r.to = atOutside
	}
	return r
}

// place is the phase of a record and its balance within.
func (r sent) place() (phase, balance int) {
	switch {
	case r.bad:
		return 4, 0
	case r.from == atOutside || r.from == atMaster && r.to != atOutside:
		return 0, max(r.to, -1)
	case r.from == atMaster:
		return 3, 0
	case r.to == atOutside || r.to == atMaster:
		return 2, max(r.from, -1)
	}
	return 1, 0
}

func (o *oracle) person(i int) *person {
	if i < 0 {
		return nil
	}
	return &o.people[i]
}

// record decides one record as the table of outcomes says.
func (o *oracle) record(r sent, surplus bool) (bank.Outcome, error) {
	switch {
	case r.bad:
		o.items[bank.ReasonUnreadable] += 0
		return bank.OutcomeUnreadable, nil
	case surplus:
		o.items[bank.ReasonDuplicate] += r.amount
		return bank.OutcomeDuplicate, nil
	}
	if outcome, done := o.settle(r); done {
		return outcome, nil
	}
	switch {
	case r.from == atMaster:
		return o.fromMaster(r)
	case r.from == atOutside:
		return o.fromOutside(r), nil
	case r.to == atMaster:
		return o.sweep(r), nil
	case r.to == atOutside:
		return o.pay(r, bank.OutcomeDebited), nil
	}
	outcome := o.pay(r, bank.OutcomeInternal)
	if payee := o.person(r.to); payee.usable() {
		payee.arrive(r.amount)
	} else {
		o.lost(payee, r.amount)
	}
	return outcome, nil
}

// lost puts money on the technical balance.
func (o *oracle) lost(payee *person, amount int64) {
	o.technical += amount
	switch {
	case payee == nil:
		o.items[bank.ReasonUnknownIBAN] += amount
	case payee.closed:
		o.items[bank.ReasonClosedIBAN] += amount
	default:
		o.items[bank.ReasonCurrency] += amount
	}
}

func (o *oracle) fromOutside(r sent) bank.Outcome {
	payee := o.person(r.to)
	switch {
	case r.to == atMaster:
		o.technical += r.amount
		o.items[bank.ReasonMasterAccount] += r.amount
		return bank.OutcomeTechnical
	case !payee.usable():
		o.lost(payee, r.amount)
		return bank.OutcomeTechnical
	}
	payee.arrive(r.amount)
	if payee.frozen() {
		return bank.OutcomeCreditedFrozen
	}
	return bank.OutcomeCredited
}

func (o *oracle) fromMaster(r sent) (bank.Outcome, error) {
	payee := o.person(r.to)
	switch {
	case r.to != atOutside && !payee.usable():
		o.items[bank.ReasonFundingNoPayee] += r.amount
		return bank.OutcomeOwn, nil
	case o.own < r.amount && o.byRecord:
		o.items[bank.ReasonOwnFundsShort] += r.amount
		return bank.OutcomeUnreadable, nil
	case o.own < r.amount:
		return 0, errOwnShort
	}
	o.own -= r.amount
	if r.to != atOutside {
		payee.arrive(r.amount)
	}
	return bank.OutcomeOwn, nil
}

// unpaid claims what cannot be taken from the payer's balance at all; false if it can.
func (o *oracle) unpaid(payer *person, amount int64) bool {
	switch {
	case payer == nil:
		o.items[bank.ReasonDebitUnknown] += amount
	case payer.euro:
		o.items[bank.ReasonDebitCurrency] += amount
	default:
		if payer.closed {
			o.items[bank.ReasonDebitClosed] += amount
		} else if payer.noDebits() {
			o.items[bank.ReasonDebitBlocked] += amount
		}
		return false
	}
	return true
}

// pay takes money that the bank has paid from who paid it.
func (o *oracle) pay(r sent, outcome bank.Outcome) bank.Outcome {
	payer := o.person(r.from)
	if o.unpaid(payer, r.amount) {
		o.receivable -= r.amount
		return outcome
	}
	short := r.amount - min(r.amount, payer.free())
	payer.booked -= r.amount - short
	if short == 0 {
		return outcome
	}
	payer.owed += short
	o.items[bank.ReasonShortfall] += short
	return bank.OutcomeShortfall
}

func (o *oracle) sweep(r sent) bank.Outcome {
	payer := o.person(r.from)
	if o.unpaid(payer, r.amount) {
		return bank.OutcomeOwn
	}
	paid := min(r.amount, payer.free())
	payer.booked, o.own = payer.booked-paid, o.own+paid
	if paid < r.amount {
		o.items[bank.ReasonShortfall] += r.amount - paid
	}
	return bank.OutcomeOwn
}
