package storetest

import (
	"errors"
	"testing"
	"time"

	"ims/internal/bank"
	"ims/internal/money"
	"ims/internal/store"
)

// transfer is an order from balance 5 in the first status.
func transfer(c bank.CustomerID, n int) bank.Transfer {
	return bank.Transfer{Customer: c, ID: id(n), Status: bank.TransferReceived, Payer: 5, PayerID: id(105), User: id(1), Amount: money.New(int64(100*n), pln),
		Payee: number(700 + n), PayeeName: of(c, "payee", n), Title: of(c, "title", n), Reference: of(c, "ref", n), RequestedOn: "2026-03-20",
		OrderedBy: of(c, "ada", n), CreatedAt: at(n), UpdatedAt: at(n)}
}

func userPasskey(c bank.CustomerID, n int) bank.UserPasskey {
	return bank.UserPasskey{Customer: c, ID: id(n), User: id(1), CredentialID: []byte{1, byte(n)}, PublicKey: []byte{2, byte(n), 0xff}, RPID: "pay.example",
		Origins: []string{"https://pay.example"}, CreatedAt: at(n)}
}

// sent is a transfer that was handed to the bank.
func sent(c bank.CustomerID, n int) bank.Transfer {
	t := transfer(c, n)
	t.Transaction, t.Hold, t.OrderFile = bank.TransactionID(500+n), id(600+n), id(1)
	return t
}

func furnishTransfers(tx *store.Tx, c bank.CustomerID) error {
	out, item, booked, back := sent(c, 2), transfer(c, 3), sent(c, 4), sent(c, 5)
	item.Item = id(1)
	return steps(
		func() error { return tx.AddTransfer(transfer(c, 1)) },
		func() error { return tx.AddTransferWait(c, store.TransferWait{Transfer: id(1), Until: at(60)}) },
		func() error { return tx.AddTransfer(out) },
		func() error { return lead(tx, &out, bank.TransferHeld, bank.TransferSent) },
		func() error { return tx.AddTransfer(item) },
		func() error { return tx.AddTransfer(booked) },
		func() error { return lead(tx, &booked, bank.TransferHeld, bank.TransferSent, bank.TransferSettled) },
		func() error { return tx.AddTransfer(back) },
		func() error { return lead(tx, &back, bank.TransferHeld, bank.TransferSent, bank.TransferSettled) },
		func() error {
			back.Return = 77
			return lead(tx, &back, bank.TransferReturned)
		},
		func() error { return tx.AddUserPasskey(userPasskey(c, 1)) },
	)
}

// lead moves a transfer through statuses, with their steps.
func lead(tx *store.Tx, t *bank.Transfer, through ...bank.TransferStatus) error {
	for i, status := range through {
		t.Status, t.UpdatedAt = status, at(100+i)
		err := steps(func() error { return tx.MoveTransfer(*t) },
			func() error {
				return tx.AddTransferStep(t.Customer, t.ID, bank.TransferStep{Status: status, Reason: t.Reason, Actor: "ada", Note: "AC04", At: at(100 + i)})
			})
		if err != nil {
			return err
		}
	}
	return nil
}

var transferProbes = []probe{
	{"Transfer", func(tx *store.Tx, c bank.CustomerID) error { return found(tx.Transfer(c, id(1))) }},
	{"TransferOf", func(tx *store.Tx, c bank.CustomerID) error { return found(tx.TransferOf(c, 502)) }},
	{"TransferReturnedBy", func(tx *store.Tx, c bank.CustomerID) error { return found(tx.TransferReturnedBy(c, 77)) }},
	{"MoveTransfer", func(tx *store.Tx, c bank.CustomerID) error { return tx.MoveTransfer(transfer(c, 1)) }},
	{"TransferWait", func(tx *store.Tx, c bank.CustomerID) error { return found(tx.TransferWait(c, id(1))) }},
	{"EndTransferWait", func(tx *store.Tx, c bank.CustomerID) error { return tx.EndTransferWait(c, id(1)) }},
	{"UseUserPasskey", func(tx *store.Tx, c bank.CustomerID) error {
		p := userPasskey(c, 1)
		p.Count = 5
		return tx.UseUserPasskey(p)
	}},
	{"RemoveUserPasskey", func(tx *store.Tx, c bank.CustomerID) error { return tx.RemoveUserPasskey(c, id(1), id(1)) }},
}

var transferListings = []listing{
	{"Transfers", func(tx *store.Tx, c bank.CustomerID) (any, error) {
		return list(tx.Transfers(c, store.TransferFilter{}))
	}},
	{"Transfers of a balance", func(tx *store.Tx, c bank.CustomerID) (any, error) {
		return list(tx.Transfers(c, store.TransferFilter{Payers: []bank.BalanceNo{5}}))
	}},
	{"OutstandingTransfers", func(tx *store.Tx, c bank.CustomerID) (any, error) {
		return list(tx.OutstandingTransfers(c, []bank.BalanceNo{5}))
	}},
	{"TransfersOf", func(tx *store.Tx, c bank.CustomerID) (any, error) {
		return list(tx.TransfersOf(c, []bank.TransactionID{502, 503}))
	}},
	{"SettledTransfers", func(tx *store.Tx, c bank.CustomerID) (any, error) {
		return list(tx.SettledTransfers(c, []bank.BalanceNo{5}, []string{number(704).String(), number(705).String()}))
	}},
	{"HasTransfers", func(tx *store.Tx, c bank.CustomerID) (any, error) {
		if any, err := tx.HasTransfers(c); any || err != nil {
			return []bool{any}, err
		}
		return []bool{}, nil
	}},
	{"EachTransferProof", func(tx *store.Tx, c bank.CustomerID) (any, error) {
		return list(gather(func(fn func(store.TransferProof) error) error { return tx.EachTransferProof(c, fn) }))
	}},
	{"TransferSteps", func(tx *store.Tx, c bank.CustomerID) (any, error) { return list(tx.TransferSteps(c, id(2))) }},
	{"TransferSum", func(tx *store.Tx, c bank.CustomerID) (any, error) {
		sum, err := tx.TransferSum(c, []bank.BalanceNo{5}, "2026-03-14")
		if sum.Count == 0 {
			return []bank.Sum{}, err
		}
		return []bank.Sum{sum}, err
	}},
	{"DueTransferWaits", func(tx *store.Tx, c bank.CustomerID) (any, error) {
		return list(tx.DueTransferWaits(c, "transfer.order", at(1000), 10))
	}},
	{"UserPasskeys", func(tx *store.Tx, c bank.CustomerID) (any, error) { return list(tx.UserPasskeys(c, id(1))) }},
}

var transferChanges = []probe{
	{"EraseTransferWords", func(tx *store.Tx, c bank.CustomerID) error {
		return tx.EraseTransferWords(c, []bank.BalanceNo{5}, []string{number(702).String()})
	}},
	{"DropUserPasskeys", func(tx *store.Tx, c bank.CustomerID) error { return found(tx.DropUserPasskeys(c, id(1))) }},
}

// payer opens the balances that transfers pay from.
func payer(t testing.TB, s *scene) bank.CustomerID {
	t.Helper()
	c := newCustomer(t, s)
	s.write(t, func(tx *store.Tx) error { return tx.AddBalances(c, []bank.Balance{balance(c, 5), balance(c, 6)}) })
	return c
}

// TestTransfer writes a transfer and leads it through its life.
func TestTransfer(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c := payer(t, s)
		ever := func() bool {
			return get(t, s, func(tx *store.Tx) (bool, error) { return tx.HasTransfers(c) })
		}
		equal(t, "before the first order", ever(), false)
		want := transfer(c, 1)
		s.write(t, func(tx *store.Tx) error { return tx.AddTransfer(want) })
		one := func() bank.Transfer {
			return get(t, s, func(tx *store.Tx) (bank.Transfer, error) { return tx.Transfer(c, id(1)) })
		}
		equal(t, "as ordered", one(), want)
		equal(t, "after it", ever(), true)
		want.Transaction, want.Hold = 1<<52, id(9)
		s.write(t, func(tx *store.Tx) error {
			locked, err := tx.LockTransfers(c, id(8), id(1))
			equal(t, "locked", locked, []bank.Transfer{transfer(c, 1)})
			return steps(func() error { return err }, func() error { return lead(tx, &want, bank.TransferHeld) })
		})
		equal(t, "held", one(), want)
		booked := func() []bank.Transfer {
			return get(t, s, func(tx *store.Tx) ([]bank.Transfer, error) {
				return tx.SettledTransfers(c, []bank.BalanceNo{4, 5}, []string{want.Payee.String(), ""})
			})
		}
		equal(t, "not booked", booked(), []bank.Transfer(nil))
		want.OrderFile = id(3)
		s.write(t, func(tx *store.Tx) error { return lead(tx, &want, bank.TransferSent, bank.TransferSettled) })
		equal(t, "booked", booked(), []bank.Transfer{want})
		want.Return, want.Reason = 77, bank.ReasonClosedIBAN
		s.write(t, func(tx *store.Tx) error { return lead(tx, &want, bank.TransferReturned) })
		equal(t, "returned", one(), want)
		equal(t, "beside what must agree with it", get(t, s, func(tx *store.Tx) ([]store.TransferProof, error) {
			return gather(func(fn func(store.TransferProof) error) error { return tx.EachTransferProof(c, fn) })
		}), []store.TransferProof{{ID: id(1), Status: bank.TransferReturned, Last: bank.TransferReturned, Steps: 4, Transaction: 1 << 52, InFile: true}})
		equal(t, "booked, but back", booked(), []bank.Transfer(nil))
		equal(t, "by what brought it back", get(t, s, func(tx *store.Tx) (bank.Transfer, error) { return tx.TransferReturnedBy(c, 77) }), want)
		wantError(t, "nothing was brought back by 0", s.try(t, func(tx *store.Tx) error { return found(tx.TransferReturnedBy(c, 0)) }), bank.ErrNotFound)
		equal(t, "by its transaction", get(t, s, func(tx *store.Tx) (bank.Transfer, error) { return tx.TransferOf(c, 1<<52) }), want)
		equal(t, "by some transactions", get(t, s, func(tx *store.Tx) ([]bank.Transfer, error) {
			return tx.TransfersOf(c, []bank.TransactionID{0, 7, 1 << 52})
		}), []bank.Transfer{want})
		wantError(t, "none has transaction 0", s.try(t, func(tx *store.Tx) error { return found(tx.TransferOf(c, 0)) }), bank.ErrNotFound)
		history := get(t, s, func(tx *store.Tx) ([]bank.TransferStep, error) { return tx.TransferSteps(c, id(1)) })
		step := func(no int, status bank.TransferStatus, reason bank.Reason, second int) bank.TransferStep {
			return bank.TransferStep{No: int64(no), Status: status, Reason: reason, Actor: "ada", Note: "AC04", At: at(second)}
		}
		equal(t, "steps", history, []bank.TransferStep{step(1, bank.TransferHeld, "", 100), step(2, bank.TransferSent, "", 100),
			step(3, bank.TransferSettled, "", 101), step(4, bank.TransferReturned, bank.ReasonClosedIBAN, 100)})
	})
}

// TestTransfersOnlyMoveForward: the engines themselves refuse every move that the table of statuses does not have, another
// amount or payer, a removal, and a changed step.
func TestTransfersOnlyMoveForward(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c := payer(t, s)
		n := 0
		for _, from := range bank.TransferStatuses() {
			for _, to := range bank.TransferStatuses() {
				n++
				made := transfer(c, n)
				made.Status = from
				s.write(t, func(tx *store.Tx) error { return tx.AddTransfer(made) })
				made.Status = to
				err := s.try(t, func(tx *store.Tx) error { return tx.MoveTransfer(made) })
				if want := from == to || from.MayBecome(to); (err == nil) != want {
					t.Errorf("from %s to %s: error %v, want it to move %t", from, to, err, want)
				}
			}
		}
		s.write(t, func(tx *store.Tx) error {
			return tx.AddTransferStep(c, id(1), bank.TransferStep{Status: bank.TransferReceived, Actor: "ada", At: at(1)})
		})
		for _, change := range []string{"UPDATE transfers SET amount = 1", "UPDATE transfers SET payer_no = 6", "DELETE FROM transfers",
			"UPDATE transfer_steps SET actor = 'bob'", "DELETE FROM transfer_steps"} {
			if _, err := s.rawExec(change); err == nil {
				t.Errorf("%s was let through", change)
			}
		}
	})
}

// TestTransferOnce: two transfers never share a transaction or a return, whoever writes them.
func TestTransferOnce(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c := payer(t, s)
		first, second := sent(c, 1), sent(c, 2)
		s.write(t, func(tx *store.Tx) error { return tx.AddTransfer(first) })
		second.Transaction = first.Transaction
		if err := s.try(t, func(tx *store.Tx) error { return tx.AddTransfer(second) }); err == nil {
			t.Error("two transfers have one transaction")
		}
		first.Return, second.Return, second.Transaction = 9, 9, 800
		s.write(t, func(tx *store.Tx) error { return tx.MoveTransfer(first) })
		if err := s.try(t, func(tx *store.Tx) error { return tx.AddTransfer(second) }); err == nil {
			t.Error("two transfers came back with one transaction")
		}
	})
}

// TestTransferList filters and pages.
func TestTransferList(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c := payer(t, s)
		var all []bank.Transfer // newest first
		for n := 1; n <= 5; n++ {
			made := transfer(c, n)
			switch n {
			case 2:
				made.Status, made.Payer, made.PayerID = bank.TransferHeld, 6, id(106)
			case 3:
				made.Item, made.Payee = id(44), number(701)
			case 4:
				made.OrderFile, made.Status = id(45), bank.TransferSent
			case 5:
				made.Status = bank.TransferSettled
			}
			s.write(t, func(tx *store.Tx) error { return tx.AddTransfer(made) })
			all = append([]bank.Transfer{made}, all...)
		}
		find := func(f store.TransferFilter) (numbers []int) {
			for _, got := range get(t, s, func(tx *store.Tx) ([]bank.Transfer, error) { return tx.Transfers(c, f) }) {
				for i := range all {
					if got.ID == all[i].ID {
						equal(t, "row", got, all[i])
						numbers = append(numbers, 5-i)
					}
				}
			}
			return numbers
		}
		for name, a := range map[string]struct {
			f    store.TransferFilter
			want []int
		}{
			"all":              {store.TransferFilter{}, []int{5, 4, 3, 2, 1}},
			"a page":           {store.TransferFilter{Limit: 2}, []int{5, 4}},
			"the next":         {store.TransferFilter{Before: id(4), Limit: 2}, []int{3, 2}},
			"back":             {store.TransferFilter{Before: id(2), Back: true, Limit: 2}, []int{4, 3}},
			"of a balance":     {store.TransferFilter{Payers: []bank.BalanceNo{6}}, []int{2}},
			"of none":          {store.TransferFilter{Payers: []bank.BalanceNo{}}, nil},
			"under way":        {store.TransferFilter{Statuses: []bank.TransferStatus{bank.TransferHeld, bank.TransferSent}}, []int{4, 2}},
			"settled or held":  {store.TransferFilter{Statuses: []bank.TransferStatus{bank.TransferHeld, bank.TransferSettled}}, []int{5, 2}},
			"to a payee":       {store.TransferFilter{Payee: number(701).String()}, []int{3, 1}},
			"of a time":        {store.TransferFilter{From: at(2), To: at(4)}, []int{3, 2}},
			"of amounts":       {store.TransferFilter{MinAmount: 200, MaxAmount: 400}, []int{4, 3, 2}},
			"of an order file": {store.TransferFilter{OrderFile: id(45)}, []int{4}},
			"of an item":       {store.TransferFilter{Item: id(44)}, []int{3}},
			"payee and page":   {store.TransferFilter{Payee: number(701).String(), Payers: []bank.BalanceNo{5}, Before: id(3), Limit: 1}, []int{1}},
		} {
			equal(t, name, find(a.f), a.want)
		}
		out := get(t, s, func(tx *store.Tx) ([]bank.Transfer, error) { return tx.OutstandingTransfers(c, []bank.BalanceNo{5, 6}) })
		equal(t, "outstanding", out, []bank.Transfer{all[1]})
		sum := func(day string, payers ...bank.BalanceNo) bank.Sum {
			return get(t, s, func(tx *store.Tx) (bank.Sum, error) { return tx.TransferSum(c, payers, day) })
		}
		equal(t, "ordered on the day", sum("2026-03-14", 5, 6), bank.Sum{Count: 3, Amount: 1100})
		equal(t, "of one balance", sum("2026-03-14", 5), bank.Sum{Count: 2, Amount: 900})
		equal(t, "on another day", sum("2026-03-15", 5, 6), bank.Sum{})
	})
}

// TestTransferWaits: a wait is over by time, or where nobody is asked any more.
func TestTransferWaits(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c := payer(t, s)
		waits := []store.TransferWait{{Transfer: id(1), Digest: digest("order"), Until: at(60)}, {Transfer: id(2), Until: at(90)}, {Transfer: id(3), Until: at(91)}}
		open := approval(c, 3)
		open.Action, open.Object, open.Status = "transfer.order", id(3).String(), bank.ApprovalPending
		s.write(t, func(tx *store.Tx) error {
			for _, w := range waits {
				if err := tx.AddTransferWait(c, w); err != nil {
					return err
				}
			}
			return isNew(tx.AddApproval(open))
		})
		due := func(now time.Time, limit int) []store.TransferWait {
			return get(t, s, func(tx *store.Tx) ([]store.TransferWait, error) {
				return tx.DueTransferWaits(c, "transfer.order", now, limit)
			})
		}
		equal(t, "nobody is asked about the second", due(at(60), 9), waits[1:2])
		equal(t, "the first is over", due(at(61), 9), waits[:2])
		equal(t, "at most one", due(at(61), 1), waits[:1])
		equal(t, "all are over", due(at(99), 9), waits)
		equal(t, "one", get(t, s, func(tx *store.Tx) (store.TransferWait, error) { return tx.TransferWait(c, id(1)) }), waits[0])
		s.write(t, func(tx *store.Tx) error { return tx.EndTransferWait(c, id(1)) })
		wantError(t, "ended twice", s.try(t, func(tx *store.Tx) error { return tx.EndTransferWait(c, id(1)) }), bank.ErrNotFound)
	})
}

// TestTransferWordsAreErased: the payer's words go, and who was paid where that is the one who is erased.
func TestTransferWordsAreErased(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c := payer(t, s)
		mine, theirs, other := transfer(c, 1), transfer(c, 2), transfer(c, 3)
		theirs.Payer, theirs.PayerID, other.Payer, other.PayerID = 6, id(106), 6, id(106)
		s.write(t, func(tx *store.Tx) error {
			return steps(func() error { return tx.AddTransfer(mine) }, func() error { return tx.AddTransfer(theirs) }, func() error { return tx.AddTransfer(other) },
				func() error { return tx.EraseTransferWords(c, []bank.BalanceNo{5}, []string{theirs.Payee.String()}) })
		})
		mine.Payee, mine.PayeeName, mine.Title, mine.Reference = number(0), "", "", ""
		theirs.PayeeName = ""
		mine.Payee, theirs.Payee = bank.Transfer{}.Payee, bank.Transfer{}.Payee
		equal(t, "after", get(t, s, func(tx *store.Tx) ([]bank.Transfer, error) { return tx.Transfers(c, store.TransferFilter{}) }),
			[]bank.Transfer{other, theirs, mine})
	})
}

// TestUserPasskeys: each counts up, one credential is registered once.
func TestUserPasskeys(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c := newCustomer(t, s)
		p, still := userPasskey(c, 1), userPasskey(c, 2)
		s.write(t, func(tx *store.Tx) error {
			return steps(func() error { return tx.AddUserPasskey(p) }, func() error { return tx.AddUserPasskey(still) })
		})
		again := userPasskey(c, 3)
		again.CredentialID = p.CredentialID
		wantError(t, "one credential twice", s.try(t, func(tx *store.Tx) error { return tx.AddUserPasskey(again) }), bank.ErrAlreadyExists)
		use := func(p bank.UserPasskey, count int64) error {
			p.Count, p.UsedAt = count, at(50)
			return s.Write(t.Context(), func(tx *store.Tx) error { return tx.UseUserPasskey(p) })
		}
		err := errors.Join(use(p, 4), use(p, 5), use(still, 0), use(still, 0))
		wantError(t, "counting up, and not counting", err, nil)
		for _, count := range []int64{5, 4, 0} {
			wantError(t, "a copy", use(p, count), bank.ErrNotFound)
		}
		p.Count, p.UsedAt, still.UsedAt = 5, at(50), at(50)
		equal(t, "listed", get(t, s, func(tx *store.Tx) ([]bank.UserPasskey, error) { return tx.UserPasskeys(c, id(1)) }), []bank.UserPasskey{p, still})
		wantError(t, "another's", s.try(t, func(tx *store.Tx) error { return tx.RemoveUserPasskey(c, id(2), id(1)) }), bank.ErrNotFound)
		s.write(t, func(tx *store.Tx) error {
			n, err := tx.DropUserPasskeys(c, id(1))
			equal(t, "dropped", n, int64(2))
			return err
		})
	})
}
