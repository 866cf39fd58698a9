package access_test

import (
	"fmt"
	"strings"
	"testing"

	"ims/internal/bank"
	"ims/internal/store"
	"ims/internal/store/storetest"
)

// TestSavedViews: views are their owner's; what is shared is seen by the operators of the same customer and by nobody else.
func TestSavedViews(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newScene(t, db)
		c, other := s.customer("Demo Pay"), s.customer("Other Pay")
		for _, customer := range []bank.Customer{c, other} {
			s.invite(customer, "ada@example.com", bank.Admin, true)
			s.invite(customer, "bob@example.com", bank.Admin, true)
		}
		of := func(c bank.Customer, email string) bank.Actor {
			return must[bank.Actor](t)(s.service.Operator(s.ctx, c.ID, email))
		}
		ada, bob := of(c, "ada@example.com"), of(c, "bob@example.com")
		names := func(actor bank.Actor) string {
			var list []string
			for _, v := range must[[]bank.SavedView](t)(s.service.SavedViews(s.ctx, actor, "/users")) {
				list = append(list, v.Name)
			}
			return strings.Join(list, " ")
		}
		save := func(actor bank.Actor, name string, shared bool) (bank.SavedView, error) {
			return s.service.SaveView(s.ctx, actor, bank.SavedView{List: "/users", Name: name, Query: "kyc=PENDING", Columns: "name,kyc", Shared: shared})
		}
		mine := must[bank.SavedView](t)(save(ada, "waiting", false))
		must[bank.SavedView](t)(save(ada, "rejected", true))
		must[bank.SavedView](t)(save(bob, "bobs", false))
		if names(ada) != "rejected waiting" || names(bob) != "bobs rejected" || names(of(other, "ada@example.com")) != "" {
			t.Errorf("ada sees %q, bob %q, ada elsewhere %q", names(ada), names(bob), names(of(other, "ada@example.com")))
		}
		_, err := save(ada, "waiting", false)
		wantError(t, err, bank.ErrConflict, "name is kept")
		_, err = save(ada, "a\x00", false)
		wantError(t, err, bank.ErrInvalid, "view")
		_, err = s.service.ChangeView(s.ctx, bob, mine.ID, "mine now", true)
		wantError(t, err, bank.ErrNotFound, "of yours")
		_, err = s.service.RemoveView(s.ctx, of(other, "ada@example.com"), mine.ID)
		wantError(t, err, bank.ErrNotFound, "of yours")
		must[bank.SavedView](t)(s.service.ChangeView(s.ctx, ada, mine.ID, "pending", true))
		if names(bob) != "bobs pending rejected" {
			t.Errorf("bob sees %q", names(bob))
		}
		must[bank.SavedView](t)(s.service.RemoveView(s.ctx, ada, mine.ID))
		if names(bob) != "bobs rejected" || names(ada) != "rejected" {
			t.Errorf("bob sees %q, ada %q", names(bob), names(ada))
		}
		for i := range 49 {
			must[bank.SavedView](t)(save(ada, fmt.Sprint(i), false))
		}
		_, err = save(ada, "one more", false)
		wantError(t, err, bank.ErrConflict, "remove one")
	})
}
