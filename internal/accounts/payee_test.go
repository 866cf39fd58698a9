package accounts_test

import (
	"errors"
	"testing"
	"time"

	"ims/internal/bank"
	"ims/internal/money"
	"ims/internal/store/storetest"
)

// TestPayee: who may be told where to pay whom. To an end user the IBANs of others are not there, open or closed.
func TestPayee(t *testing.T) {
	o := newOffice(t, storetest.SQLiteSite(t), automatic(), wideBase)
	v := o.open(money.PLN)
	number := v.Accounts[0].IBAN
	endUser := func(u bank.User) bank.Actor {
		return bank.Actor{Customer: u.Customer, Kind: bank.ActorEndUser, Name: "end user", User: u.ID}
	}
	holder, stranger := endUser(o.user), endUser(o.person(o.actor))
	a, name, err := o.service.Payee(o.ctx, o.actor, number)
	if o.must(err); a.IBAN != number || name != o.user.Name() {
		t.Errorf("%+v of %q, want %s of %q", a, name, number, o.user.Name())
	}
	_, held, err := o.service.HeldPayee(o.ctx, holder, number)
	if o.must(err); held != name {
		t.Errorf("the holder is told of %q", held)
	}
	other, _ := o.customer("Other Pay", otherMaster, otherBase, automatic())
	refused := func(what string, want error, actor bank.Actor) {
		t.Helper()
		ask := o.service.Payee
		if actor.Kind == bank.ActorEndUser {
			ask = o.service.HeldPayee
		}
		if a, name, err := ask(o.ctx, actor, number); !errors.Is(err, want) || name != "" || a != (bank.BankAccount{}) {
			t.Errorf("%s: %+v, %q, %v, want %v", what, a, name, err, want)
		}
	}
	refused("another end user", bank.ErrNotFound, stranger)
	refused("another customer", bank.ErrNotFound, other)
	refused("no permission", bank.ErrForbidden, bank.Actor{Customer: o.actor.Customer, Kind: bank.ActorCertificate})
	o.block(v, bank.BlockIBAN, bank.BlockFraud, bank.BlockBoth, time.Time{}, time.Time{})
	if _, _, err := o.service.HeldPayee(o.ctx, holder, number); err != nil {
		t.Errorf("a blocked IBAN: %v", err)
	}
	_, err = o.service.CloseIBAN(o.ctx, o.actor, number)
	o.must(err)
	refused("closed", bank.ErrConflict, o.actor)
	refused("closed, its holder", bank.ErrConflict, holder)
	refused("closed, another end user", bank.ErrNotFound, stranger)
}
