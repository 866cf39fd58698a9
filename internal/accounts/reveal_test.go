package accounts_test

import (
	"testing"
	"time"

	"ims/internal/bank"
	"ims/internal/money"
	"ims/internal/store"
)

// TestReveal: who looks at an IBAN is in the trail, once a minute and not once a look.
func TestReveal(t *testing.T) {
	eachOffice(t, automatic(), wideBase, func(o *office) {
		v, err := o.service.CreateBalance(o.ctx, o.actor, o.user.ID, money.PLN)
		o.must(err)
		ada := bank.Actor{Customer: o.actor.Customer, Kind: bank.ActorOperator, Name: "ada@example.test", Origin: "192.0.2.1 request r1",
			Permissions: []bank.Permission{bank.PermUsersRead}}
		bob := ada
		bob.Name = "bob@example.test"
		looks := func(actor bank.Actor, want int) {
			o.t.Helper()
			a, err := o.service.Reveal(o.ctx, actor, v.ID)
			o.must(err)
			if a.IBAN != v.Accounts[0].IBAN {
				o.t.Errorf("revealed %s", a.IBAN)
			}
			var told []bank.AuditEvent
			o.must(o.db.Read(o.ctx, func(tx *store.Tx) error {
				told, err = tx.AuditTrail(o.actor.Customer, store.AuditFilter{Action: "iban.revealed", Object: v.ID.String()})
				return err
			}))
			if len(told) != want || told[0].Actor != actor.Name || told[0].Origin != actor.Origin {
				o.t.Errorf("%d events, the last %+v", len(told), told[0])
			}
		}
		looks(ada, 1)
		o.pass(50 * time.Second)
		looks(ada, 1)
		looks(bob, 2)
		o.pass(11 * time.Second)
		looks(ada, 3)

		nobody := ada
		nobody.Permissions = nil
		_, err = o.service.Reveal(o.ctx, nobody, v.ID)
		o.want("without the permission", err, bank.ErrForbidden)
		_, err = o.service.Reveal(o.ctx, ada, bank.NewID())
		o.want("no such balance", err, bank.ErrNotFound)
		_, err = o.service.CloseBalance(o.ctx, o.actor, v.ID)
		o.must(err)
		_, err = o.service.Reveal(o.ctx, ada, v.ID)
		o.want("a closed IBAN", err, bank.ErrNotFound)
	})
}
