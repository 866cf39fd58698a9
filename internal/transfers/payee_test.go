package transfers_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ims/iban"
	"ims/internal/accounts"
	"ims/internal/bank"
	"ims/internal/customers"
	"ims/internal/money"
	"ims/internal/names"
	"ims/internal/store"
	"ims/internal/store/storetest"
	"ims/internal/transfers"
)

// Invented numbers of an invented bank, and one of somebody else's.
const (
	firstMaster  = "PL83111111110000000000000010"
	secondMaster = "PL39222222220000000012345678"
	strangerIBAN = "PL97333333330000000012345678"
)

// payeeDesk is a customer with end users whom others want to pay.
type payeeDesk struct {
	t        *testing.T
	ctx      context.Context
	db       *store.DB
	onboard  *customers.Service
	accounts *accounts.Service
	actor    bank.Actor
	base     bank.BaseIBAN
}

func eachPayeeDesk(t *testing.T, test func(*payeeDesk)) {
	storetest.Each(t, func(t *testing.T, db *store.DB) { test(newPayeeDesk(t, db)) })
}

func newPayeeDesk(t *testing.T, db *store.DB) *payeeDesk {
	d := &payeeDesk{t: t, ctx: t.Context(), db: db, onboard: customers.New(db, time.Now), accounts: accounts.New(db, time.Now)}
	d.actor, d.base = d.customer("First", firstMaster, "PL111111117700")
	return d
}

func got[T any](v T, err error) func(*payeeDesk) T {
	return func(d *payeeDesk) T {
		d.t.Helper()
		if err != nil {
			d.t.Fatal(err)
		}
		return v
	}
}

func (d *payeeDesk) customer(name, master, base string) (bank.Actor, bank.BaseIBAN) {
	d.t.Helper()
	c := got(d.onboard.Create(d.ctx, bank.System(0, "test"), name, bank.Settings{IBANMode: bank.IssueAutomatic}))(d)
	actor := bank.System(c.ID, "test")
	m := got(d.onboard.AddMasterAccount(d.ctx, actor, customers.NewMasterAccount{IBAN: master, Currency: money.PLN}))(d)
	return actor, got(d.onboard.AddBaseIBAN(d.ctx, actor, customers.NewBaseIBAN{Base: base, MasterAccount: m.ID}))(d)
}

// holder has a balance; its IBAN comes back.
func (d *payeeDesk) holder(actor bank.Actor, u accounts.NewUser) iban.IBAN {
	d.t.Helper()
	user := got(d.accounts.CreateUser(d.ctx, actor, u))(d)
	return got(d.accounts.CreateBalance(d.ctx, actor, user.ID, money.PLN))(d).Accounts[0].IBAN
}

func (d *payeeDesk) ada(actor bank.Actor) iban.IBAN {
	d.t.Helper()
	return d.holder(actor, accounts.NewUser{Type: bank.Person, FirstName: "Ada", LastName: "Przykładowa"})
}

// payees is the check with a bank's service, which may be nil, and what it told.
func (d *payeeDesk) payees(others transfers.PayeeChecker) (*transfers.Payees, *[]string) {
	told := &[]string{}
	return transfers.NewPayees(transfers.PayeesConfig{Own: transfers.NewOwnPayees(d.db), Others: others,
		Told: func(_ bank.CustomerID, source transfers.PayeeSource, result names.Result) {
			*told = append(*told, fmt.Sprint(source, " ", result))
		}}), told
}

func (d *payeeDesk) answers(c transfers.PayeeChecker, number iban.IBAN, name string, want transfers.PayeeAnswer) {
	d.t.Helper()
	q := transfers.PayeeQuery{Customer: d.actor.Customer, IBAN: number, Name: name}
	if a, err := c.Check(d.ctx, q); err != nil || a != want {
		d.t.Errorf("%q for %s: %+v, %v, want %+v", name, number, a, err, want)
	}
}

func parsed(text string) iban.IBAN {
	number, err := iban.Parse(text)
	if err != nil {
		panic(err) // a slip in this file
	}
	return number
}

// answer is one with a result and, for a close match, a name.
func answer(r names.Result, name string) transfers.PayeeAnswer {
	return transfers.PayeeAnswer{Result: r, Name: name}
}

// TestOwnPayees: the name to be answered is the end user's, or their company's; only a close match tells it.
func TestOwnPayees(t *testing.T) {
	eachPayeeDesk(t, func(d *payeeDesk) {
		own := transfers.NewOwnPayees(d.db)
		ada := d.ada(d.actor)
		shop := d.holder(d.actor, accounts.NewUser{Type: bank.Corporation, CompanyName: "Próbny Sklep sp. z o.o."})
		d.answers(own, ada, "PRZYKLADOWA ADA", answer(names.Match, ""))
		d.answers(own, ada, "Ada Przykładwoa", answer(names.CloseMatch, "Ada Przykładowa"))
		d.answers(own, ada, "Ewa Inna", answer(names.NoMatch, ""))
		d.answers(own, ada, "  ", answer(names.NotPossible, ""))
		d.answers(own, shop, "Próbny Sklep Spółka z ograniczoną odpowiedzialnością", answer(names.Match, ""))
		d.answers(own, shop, "Próbny Sklep S.A.", answer(names.CloseMatch, "Próbny Sklep sp. z o.o."))
		block := accounts.NewBlock{Target: bank.BlockIBAN, TargetKey: ada.String(), Kind: bank.BlockByCourt, Direction: bank.BlockBoth, Reference: "x"}
		got(d.accounts.Block(d.ctx, d.actor, block))(d)
		d.answers(own, ada, "Ada Przykładowa", answer(names.Match, "")) // nothing is learnt of blocks
	})
}

// TestPayeesWhoAreNotThere: closed, never issued, another customer's and a stranger's look the same.
func TestPayeesWhoAreNotThere(t *testing.T) {
	eachPayeeDesk(t, func(d *payeeDesk) {
		second, _ := d.customer("Second", secondMaster, "PL222222227700")
		closed := d.ada(d.actor)
		got(d.accounts.CloseIBAN(d.ctx, d.actor, closed))(d)
		own := transfers.NewOwnPayees(d.db)
		check, told := d.payees(nil)
		for _, number := range []iban.IBAN{closed, d.neverIssued(), d.ada(second), parsed(strangerIBAN), parsed(firstMaster)} {
			for _, name := range []string{"Ada Przykładowa", "Ada Przykładwoa", "Ewa Inna", ""} {
				d.answers(own, number, name, answer(names.NotPossible, ""))
				d.answers(check, number, name, answer(names.NotPossible, ""))
			}
		}
		if counted := strings.Join(*told, ","); strings.Count(counted, "OWN") != 8 || strings.Count(counted, "NOBODY") != 12 {
			d.t.Errorf("told of %s", counted)
		}
	})
}

// neverIssued is the first customer's, but nobody's.
func (d *payeeDesk) neverIssued() iban.IBAN {
	d.t.Helper()
	return got(got(d.base.Numbers())(d).At(4711))(d)
}

// service is a bank's: it answers all questions alike, and counts them.
type service struct {
	answer transfers.PayeeAnswer
	err    error
	asked  []transfers.PayeeQuery
}

func (s *service) Check(_ context.Context, q transfers.PayeeQuery) (transfers.PayeeAnswer, error) {
	s.asked = append(s.asked, q)
	return s.answer, s.err
}

// TestPluggedInService: it is asked of what is not ours, and of nothing else.
func TestPluggedInService(t *testing.T) {
	eachPayeeDesk(t, func(d *payeeDesk) {
		far := parsed(strangerIBAN)
		s := &service{answer: answer(names.CloseMatch, "Erika Muster")}
		check, told := d.payees(s)
		d.answers(check, far, "Erika Master", answer(names.CloseMatch, "Erika Muster"))
		if q := (transfers.PayeeQuery{Customer: d.actor.Customer, IBAN: far, Name: "Erika Master"}); len(s.asked) != 1 || s.asked[0] != q || (*told)[0] != "SERVICE CLOSE_MATCH" {
			d.t.Errorf("asked %+v, told %v", s.asked, *told)
		}
		d.answers(check, d.ada(d.actor), "Ada Przykładowa", answer(names.Match, ""))
		d.answers(check, d.neverIssued(), "Erika Muster", answer(names.NotPossible, ""))
		d.answers(check, far, " ", answer(names.NotPossible, ""))
		if len(s.asked) != 1 {
			d.t.Errorf("asked of %+v besides", s.asked[1:])
		}
		for _, c := range []struct{ said, want transfers.PayeeAnswer }{
			{answer(names.Match, "Erika Muster"), answer(names.Match, "")},
			{answer(names.NoMatch, "Erika Muster"), answer(names.NoMatch, "")},
			{answer(names.CloseMatch, ""), answer(names.NotPossible, "")},
			{answer(names.CloseMatch, "\x1b[2J"), answer(names.NotPossible, "")},
			{answer("MAYBE", "Erika Muster"), answer(names.NotPossible, "")},
		} {
			s.answer = c.said
			d.answers(check, far, "Erika Muster", c.want)
		}
		s.answer, s.err = answer(names.Match, ""), errors.New("no route to Erika Muster's bank")
		d.answers(check, far, "Erika Muster", answer(names.NotPossible, ""))
	})
}

// TestWhoMayVerify: without the permission nobody; who may not order transfers, of the customer's own IBANs only.
func TestWhoMayVerify(t *testing.T) {
	eachPayeeDesk(t, func(d *payeeDesk) {
		s := &service{answer: answer(names.Match, "")}
		check, _ := d.payees(s)
		own, far := d.ada(d.actor), parsed(strangerIBAN)
		program := func(list ...bank.Permission) bank.Actor {
			return bank.Actor{Customer: d.actor.Customer, Kind: bank.ActorCertificate, Name: "V-First-Test", Permissions: list}
		}
		for _, c := range []struct {
			actor    bank.Actor
			own, far names.Result
		}{
			{program(bank.PermPayeesVerify), names.Match, names.NotPossible},
			{program(bank.PermPayeesVerify, bank.PermTransfersOrder), names.Match, names.Match},
			{program(bank.PermUsersRead, bank.PermTransfersOrder), "", ""},
			{bank.Actor{Customer: d.actor.Customer, Kind: bank.ActorEndUser, Name: "end user"}, "", ""},
		} {
			for number, want := range map[iban.IBAN]names.Result{own: c.own, far: c.far} {
				a, err := check.Verify(d.ctx, c.actor, number, "Ada Przykładowa")
				if a.Result != want || (want == "") != errors.Is(err, bank.ErrForbidden) {
					d.t.Errorf("%v, %s: %+v, %v", c.actor.Permissions, number, a, err)
				}
			}
		}
	})
}

func TestPayeeNamesThatAreNone(t *testing.T) {
	d := newPayeeDesk(t, storetest.Open(t))
	check, told := d.payees(nil)
	number := d.ada(d.actor)
	for _, name := range []string{strings.Repeat("ą", 141), "Ada\nPrzykładowa", "\xff"} {
		if a, err := check.Check(d.ctx, transfers.PayeeQuery{Customer: d.actor.Customer, IBAN: number, Name: name}); !errors.Is(err, bank.ErrInvalid) || a != (transfers.PayeeAnswer{}) {
			t.Errorf("%q: %+v, %v", name, a, err)
		}
	}
	if len(*told) != 0 {
		t.Errorf("told of %v", *told)
	}
	d.answers(check, number, strings.Repeat("ą", 140), answer(names.NoMatch, ""))
}

// deaf never answers; when its time is over, heeds is whether it says so.
type deaf struct {
	heeds   bool
	release chan struct{}
}

func (s deaf) Check(ctx context.Context, _ transfers.PayeeQuery) (transfers.PayeeAnswer, error) {
	if s.heeds {
		<-ctx.Done()
		return answer(names.Match, ""), ctx.Err()
	}
	<-s.release
	return answer(names.Match, ""), nil
}

// TestSilentService: after five seconds nothing can be said, whether the service heeds its time or not; a caller who goes
// waits no longer.
func TestSilentService(t *testing.T) {
	for _, heeds := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			s := deaf{heeds, make(chan struct{})}
			began := time.Now()
			a, err := transfers.Within(t.Context(), s, transfers.PayeeQuery{Name: "Erika Muster"})
			if took := time.Since(began); err != nil || a != answer(names.NotPossible, "") || took != transfers.PayeeTime {
				t.Errorf("heeds %v: %+v, %v after %v", heeds, a, err, took)
			}
			gone, leave := context.WithTimeout(t.Context(), time.Second)
			defer leave()
			a, err = transfers.Within(gone, s, transfers.PayeeQuery{Name: "Erika Muster"})
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("heeds %v: %+v, %v for a caller who has gone", heeds, a, err)
			}
			close(s.release)
		})
	}
}

var (
	_ transfers.PayeeChecker = (*transfers.OwnPayees)(nil)
	_ transfers.PayeeChecker = (*transfers.Payees)(nil)
)
