package transfers_test

import (
	"context"
	"testing"
	"time"

	"ims/internal/bank"
	"ims/internal/money"
	"ims/internal/store"
	"ims/internal/transfers"
)

// operators are two ADMINs of the issuing institution, so that four eyes bind.
func (d *desk) operators() (ada, bob bank.Actor) {
	d.t.Helper()
	system := bank.System(d.system.Customer, "test")
	for _, mail := range []string{"ada@example.test", "bob@example.test"} {
		_, err := d.people.InviteOperator(d.ctx, system, d.system.Customer, mail, bank.Admin, true)
		d.must(err)
	}
	d.must(d.db.Write(d.ctx, func(tx *store.Tx) error {
		c, err := tx.LockCustomer(d.system.Customer)
		if err != nil {
			return err
		}
		c.Status = bank.CustomerActive
		return tx.UpdateCustomer(c)
	}))
	var err error
	ada, err = d.people.Operator(d.ctx, d.system.Customer, "ada@example.test")
	d.must(err)
	bob, err = d.people.Operator(d.ctx, d.system.Customer, "bob@example.test")
	d.must(err)
	return ada, bob
}

// TestSecondPerson: an operator's order waits until another one agrees, is then carried out once, and holds nothing before.
func TestSecondPerson(t *testing.T) {
	each(t, func(d *desk) {
		ada, bob := d.operators()
		h := d.holder(25_000)
		p := d.placed(ada, order(h, outside))
		if p.Approval == nil || p.Transfer.Status != bank.TransferReceived || p.Approval.Object != p.Transfer.ID.String() {
			t.Fatalf("placed %+v", p)
		}
		confirm := func(actor bank.Actor) (bank.Transfer, error) {
			return d.service.Confirm(d.ctx, actor, p.Transfer.ID, transfers.Signature{})
		}
		d.equal("nothing is held", d.amounts(h), "25000 held 0")
		_, err := confirm(ada)
		d.want("nobody has agreed", err, bank.ErrFourEyes)
		_, err = confirm(h.actor())
		d.want("the end user", err, bank.ErrConflict)
		_, err = d.people.Decide(d.ctx, ada, d.system.Customer, p.Approval.ID, true, "")
		d.want("who asked", err, bank.ErrFourEyes)
		_, err = d.people.Decide(d.ctx, bob, d.system.Customer, p.Approval.ID, true, "")
		d.must(err)
		got, err := confirm(bob)
		d.must(err)
		d.equal("status", got.Status, bank.TransferHeld)
		_, err = confirm(ada)
		d.want("again", err, bank.ErrConflict)
		d.equal("balance", d.amounts(h), "25000 held 10000")
		if got := d.placed(d.system, order(h, outside)); got.Approval != nil || got.Transfer.Status != bank.TransferHeld {
			t.Errorf("a program waits too: %+v", got)
		}
		d.proven()
	})
}

// TestSecondPersonSaysNo: the order is cancelled, and so is one that nobody looked at for a week; one that is withdrawn asks
// nobody any more.
func TestSecondPersonSaysNo(t *testing.T) {
	each(t, func(d *desk) {
		ada, bob := d.operators()
		h := d.holder(100_000)
		no, withdrawn, forgotten := d.placed(ada, order(h, outside)), d.placed(ada, order(h, outside)), d.placed(ada, order(h, outside))
		_, err := d.people.Decide(d.ctx, bob, d.system.Customer, no.Approval.ID, false, "unknown payee")
		d.must(err)
		_, err = d.service.Cancel(d.ctx, ada, withdrawn.Transfer.ID, "typing slip")
		d.must(err)
		_, err = d.people.Decide(d.ctx, bob, d.system.Customer, withdrawn.Approval.ID, true, "")
		d.want("approving what is withdrawn", err, bank.ErrConflict)
		for _, want := range []int{1, 0, 1} {
			n, err := d.service.EndWaits(d.ctx, d.system.Customer)
			d.must(err)
			d.equal("ended", n, want)
			if want == 0 {
				d.pass(8 * 24 * time.Hour)
			}
		}
		d.equal("no", d.life(no.Transfer.ID), "RECEIVED, CANCELLED NOT_APPROVED")
		d.equal("withdrawn", d.life(withdrawn.Transfer.ID), "RECEIVED, CANCELLED WITHDRAWN")
		d.equal("forgotten", d.life(forgotten.Transfer.ID), "RECEIVED, CANCELLED NOT_APPROVED")
		d.equal("balance", d.amounts(h), "100000 held 0")
	})
}

// TestDecidedAnew: what the balance can no longer pay when it is confirmed is cancelled, with a declined transaction; what a
// limit forbids by then is cancelled without.
func TestDecidedAnew(t *testing.T) {
	each(t, func(d *desk) {
		h := d.holder(15_000)
		first, second, third := d.placed(h.actor(), order(h, outside)), d.placed(h.actor(), order(h, outside)), d.placed(h.actor(), order(h, outside))
		yes := transfers.Signature{JWS: "yes"}
		_, err := d.service.Confirm(d.ctx, h.actor(), first.Transfer.ID, yes)
		d.must(err)
		_, err = d.service.Confirm(d.ctx, h.actor(), second.Transfer.ID, yes)
		d.want("no money is left", err, bank.ErrInsufficientFunds)
		d.settings(func(s *bank.Settings) { s.TransferLimits = []bank.TransferLimit{{Currency: "PLN", Order: 1}} })
		_, err = d.service.Confirm(d.ctx, h.actor(), third.Transfer.ID, yes)
		d.want("a limit", err, bank.ErrTransferLimit, "/amount")
		d.equal("second", d.life(second.Transfer.ID), "RECEIVED, CANCELLED INSUFFICIENT_FUNDS")
		d.equal("third", d.life(third.Transfer.ID), "RECEIVED, CANCELLED LIMIT_EXCEEDED")
		d.equal("history", d.history(h), []string{"TRANSFER_OUT AUTHORIZED -10000", "TRANSFER_OUT DECLINED -10000"})
		d.proven()
	})
}

// TestOthers: transfers of another end user, and of another customer, are not there for anybody else.
func TestOthers(t *testing.T) {
	each(t, func(d *desk) {
		h, other := d.holder(50_000), d.holder(50_000)
		mine := d.placed(h.actor(), order(h, outside)).Transfer
		within := d.placed(d.system, order(h, other.iban.String())).Transfer
		c, err := d.onboard.Create(d.ctx, bank.System(0, "test"), "Other Pay", bank.DefaultSettings())
		d.must(err)
		stranger := d.system
		stranger.Customer = c.ID
		for name, actor := range map[string]bank.Actor{"another end user": other.actor(), "another customer": stranger} {
			for _, id := range []bank.ID{mine.ID, within.ID, bank.NewID()} {
				_, _, err := d.service.Transfer(d.ctx, actor, id)
				d.want(name+" reads", err, bank.ErrNotFound)
				_, err = d.service.Cancel(d.ctx, actor, id, "")
				d.want(name+" cancels", err, bank.ErrNotFound)
				_, err = d.service.Confirm(d.ctx, actor, id, transfers.Signature{JWS: "yes"})
				d.want(name+" confirms", err, bank.ErrNotFound)
			}
			_, _, err := d.service.TransferOf(d.ctx, actor, within.Transaction)
			d.want(name+" reads by transaction", err, bank.ErrNotFound)
			list, err := d.service.Transfers(d.ctx, actor, transfers.Filter{})
			d.must(err)
			d.equal(name+" lists", len(list), 0)
			_, err = d.service.Transfers(d.ctx, actor, transfers.Filter{Balance: h.balance.ID})
			d.want(name+" lists by balance", err, bank.ErrNotFound)
		}
		_, err = d.place(other.actor(), order(h, outside))
		d.want("ordering from another's balance", err, bank.ErrNotFound)
		nobody := bank.Actor{Customer: d.system.Customer, Kind: bank.ActorCertificate, Name: "V-Nobody-App"}
		_, _, err = d.service.Transfer(d.ctx, nobody, mine.ID)
		d.want("without a permission", err, bank.ErrForbidden)
		_, err = d.service.Cancel(d.ctx, nobody, mine.ID, "")
		d.want("without a permission", err, bank.ErrForbidden)
	})
}

// TestList filters and pages, newest first.
func TestList(t *testing.T) {
	each(t, func(d *desk) {
		h, other := d.holder(100_000), d.holder(100_000)
		held := d.placed(d.system, order(h, outside)).Transfer
		within := d.placed(d.system, order(h, other.iban.String())).Transfer
		d.pass(24 * time.Hour)
		small := order(other, outside)
		small.Amount = money.New(1, money.PLN)
		waits := d.placed(other.actor(), small).Transfer
		list := func(actor bank.Actor, f transfers.Filter) (names []string) {
			rows, err := d.service.Transfers(d.ctx, actor, f)
			d.must(err)
			for _, r := range rows {
				names = append(names, map[bank.ID]string{held.ID: "held", within.ID: "within", waits.ID: "waits"}[r.ID])
			}
			return names
		}
		for name, a := range map[string]struct {
			f    transfers.Filter
			want []string
		}{
			"all":        {transfers.Filter{}, []string{"waits", "within", "held"}},
			"a page":     {transfers.Filter{Limit: 1, Before: waits.ID}, []string{"within"}},
			"back":       {transfers.Filter{Limit: 1, Before: held.ID, Back: true}, []string{"within"}},
			"by status":  {transfers.Filter{Statuses: []bank.TransferStatus{bank.TransferReceived}}, []string{"waits"}},
			"by user":    {transfers.Filter{User: h.user.ID}, []string{"within", "held"}},
			"by balance": {transfers.Filter{Balance: other.balance.ID}, []string{"waits"}},
			"by payee":   {transfers.Filter{Payee: "pl39 2222 2222 0000 0000 1234 5678"}, []string{"waits", "held"}},
			"by day":     {transfers.Filter{From: "2026-11-20", To: "2026-11-20"}, []string{"within", "held"}},
			"by both":    {transfers.Filter{From: "2026-11-21", Statuses: []bank.TransferStatus{bank.TransferHeld}}, []string{}},
			"no such":    {transfers.Filter{Payee: "x"}, []string{}},
		} {
			d.equal(name, list(d.system, a.f), a.want)
		}
		_, err := d.service.Transfers(d.ctx, d.system, transfers.Filter{User: bank.NewID()})
		d.want("an end user who is not there", err, bank.ErrNotFound)
		d.equal("an end user's own", list(h.actor(), transfers.Filter{User: other.user.ID}), []string{"within", "held"})
		for name, f := range map[string]transfers.Filter{"status": {Statuses: []bank.TransferStatus{"GONE"}}, "day": {From: "20.11.2026"}} {
			_, err := d.service.Transfers(d.ctx, d.system, f)
			if _, ok := bank.AsError(err); !ok {
				t.Errorf("%s: %v", name, err)
			}
		}
		_, err = d.service.Cancel(context.WithoutCancel(d.ctx), d.system, held.ID, "a\nb")
		d.want("a reason of two lines", err, bank.ErrInvalid, "/reason")
	})
}
