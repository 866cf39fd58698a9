package camt

import (
	"ims/bankfile"
)

// statement is what is known of the statement, or the notification, at hand.
type statement struct {
	values  values
	balance values
	known   bool             // the account was looked at
	foreign bool             // it is not ours: its entries are left out
	account bankfile.Account // the master account

	opening, closing balance
	booked           int64 // credits minus debits
	over             bool  // more was booked than can be added up
}

// balance is a balance in minor units, if it is there in the currency of the account.
type balance struct {
	amount int64
	rank   int // 0: not there
}

// balanceRanks tell which balance opens and which closes a statement: PRCD is what the one before has closed with.
var balanceRanks = map[string]struct{ opening, closing int }{"PRCD": {opening: 1}, "OPBD": {opening: 2}, "CLBD": {closing: 1}}

// account looks at the account of the statement, before its first entry.
func (f *format) account() error {
	s := &f.statement
	if s.known {
		return nil
	}
	s.known = true
	s.account = f.judge.party(s.values.of(accountIBAN), s.values.of(accountOther)).Account
	switch s.account.Kind {
	case bankfile.Master:
		return nil
	case bankfile.None:
		return &refusal{bankfile.Finding{Code: bankfile.FileFieldMissing, Value: "Acct/Id"}}
	}
	s.foreign = true
	f.file.Find(bankfile.Finding{Code: bankfile.FileWrongAccount, Value: bankfile.Visible(s.account.String())})
	return nil
}

// endBalance keeps an opening or closing balance.
func (s *statement) endBalance(j *judge) error {
	v := &s.balance
	rank := balanceRanks[string(v.of(balanceType))]
	if rank.opening+rank.closing == 0 || string(v.of(amountCurrency)) != j.opt.Currency {
		return nil
	}
	n, code := parseAmount(v.of(amount), j.opt.Decimals)
	sign := string(v.of(mark))
	if code != "" || sign != credited && sign != debited || v.repeated != none {
		return &refusal{bankfile.Finding{Code: bankfile.FileFieldFormat, Value: "Bal/Amt " + bankfile.Visible(string(v.of(amount)))}}
	}
	if sign == debited {
		n = -n
	}
	s.opening.set(rank.opening, n)
	s.closing.set(rank.closing, n)
	return nil
}

func (b *balance) set(rank int, amount int64) {
	if rank > b.rank {
		*b = balance{amount, rank}
	}
}

// book adds a booking. Sums stay far below the end of int64: what goes beyond is not compared.
func (s *statement) book(amount int64, sign string) {
	if sign == debited {
		amount = -amount
	}
	s.booked += amount
	s.over = s.over || s.booked > mostBooked || s.booked < -mostBooked
}

const mostBooked = 1 << 62

// endStatement compares the balances with the bookings. Statements that come in pages have both on none of them.
func (f *format) endStatement() error {
	if err := f.account(); err != nil {
		return err
	}
	s := &f.statement
	if f.message != message053 || s.foreign || s.over || s.opening.rank == 0 || s.closing.rank == 0 {
		return nil
	}
	if sum := s.opening.amount + s.booked; sum != s.closing.amount {
		f.file.Find(bankfile.Finding{Code: bankfile.FileBalanceMismatch, Value: bankfile.Visible(string(s.values.of(statementID))),
			Params: bankfile.Params{Got: sum, Limit: s.closing.amount}})
	}
	return nil
}
