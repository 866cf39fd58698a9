package customers_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ims/iban"
	"ims/internal/bank"
	"ims/internal/customers"
	"ims/internal/money"
	"ims/internal/store"
	"ims/internal/store/storetest"
)

// balances are the customer's own, as "kind currency".
func (s *scene) balances(c bank.Customer) (list []string) {
	s.t.Helper()
	var rows []bank.Balance
	err := s.db.Read(s.ctx, func(tx *store.Tx) (err error) { rows, err = tx.SpecialBalances(c.ID); return err })
	if err != nil {
		s.t.Fatal(err)
	}
	for _, b := range rows {
		list = append(list, fmt.Sprintf("%s %s", b.Kind, b.Currency))
	}
	return list
}

func TestAddMasterAccount(t *testing.T) {
	s := open(t)
	c := s.customer("Example")
	m := s.master(c, "83 1111 1111 0000 0000 0000 0010", money.PLN)
	want := bank.MasterAccount{Customer: c.ID, ID: m.ID, IBAN: must[iban.IBAN](t)(iban.Parse(master)), Name: "main", Currency: money.PLN,
		Format: "pli", Acceptance: bank.Strict, BankBalance: m.BankBalance, CreatedAt: noon}
	stored := must[[]bank.MasterAccount](t)(s.service.MasterAccounts(s.ctx, c.ID))
	if diff := cmp.Diff([]bank.MasterAccount{want}, stored, cmp.Comparer(func(a, b iban.IBAN) bool { return a == b })); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"OWN PLN", "TECHNICAL PLN", "RECEIVABLE PLN", "BANK PLN"}, s.balances(c)); diff != "" {
		t.Error(diff)
	}
	var own bank.Balance
	err := s.db.Read(s.ctx, func(tx *store.Tx) error {
		rows, err := tx.BalancesByNo(c.ID, []bank.BalanceNo{m.BankBalance})
		own = rows[0]
		return err
	})
	if err != nil || own.Kind != bank.KindBank || own.MasterAccount != m.ID {
		t.Errorf("bank balance %+v, %v", own, err)
	}
	if event := s.lastAudit(c); event.Action != "master-account.added" || !strings.Contains(event.After, master) {
		t.Errorf("audit event %+v", event)
	}
}

func TestMasterAccountsShareOwnFundsPerCurrency(t *testing.T) {
	s := open(t)
	c := s.customer("Example")
	s.master(c, master, money.PLN)
	s.master(c, "pl39 2222 2222 0000 0000 1234 5678", money.PLN)
	s.master(c, "DE89 3704 0044 0532 0130 00", money.EUR)
	want := []string{"OWN EUR", "TECHNICAL EUR", "RECEIVABLE EUR", "BANK EUR", "OWN PLN", "TECHNICAL PLN", "RECEIVABLE PLN", "BANK PLN", "BANK PLN"}
	if diff := cmp.Diff(want, s.balances(c)); diff != "" {
		t.Error(diff)
	}
}

// Own funds exist once, whoever registers accounts at the same time.
func TestAddMasterAccountConcurrently(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newScene(t, db)
		c := s.customer("Example")
		var group sync.WaitGroup
		for _, number := range []string{master, otherMaster, master} {
			group.Go(func() {
				_, err := s.service.AddMasterAccount(s.ctx, system(c), customers.NewMasterAccount{IBAN: number, Currency: money.PLN})
				if err != nil && number != master {
					t.Error(err)
				}
			})
		}
		group.Wait()
		want := []string{"OWN PLN", "TECHNICAL PLN", "RECEIVABLE PLN", "BANK PLN", "BANK PLN"}
		if diff := cmp.Diff(want, s.balances(c)); diff != "" {
			t.Error(diff)
		}
	})
}

// One account at the bank has one owner: of two customers who register it at once, or of one who registers it and one
// whose base IBAN would hold it, one wins.
func TestMasterAccountRace(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newScene(t, db)
		mine, other := s.customer("Mine"), s.customer("Other")
		o := s.master(other, otherMaster, money.PLN)
		for round := range 10 {
			prefix := fmt.Sprintf("11111111%02d", round)
			number := must[iban.IBAN](t)(iban.FromBBAN("PL", prefix+"00000000000001")).String()
			register := func(c bank.Customer) error {
				_, err := s.service.AddMasterAccount(s.ctx, system(c), customers.NewMasterAccount{IBAN: number, Currency: money.PLN})
				return err
			}
			rival := func() error { return register(other) }
			want := bank.ErrAlreadyExists
			if round%2 == 1 {
				rival = func() error {
					_, err := s.service.AddBaseIBAN(s.ctx, system(other), customers.NewBaseIBAN{Base: "PL" + prefix, MasterAccount: o.ID})
					return err
				}
				want = bank.ErrBaseIBANOverlap
			}
			var first, second error
			var group sync.WaitGroup
			group.Go(func() { first = register(mine) })
			group.Go(func() { second = rival() })
			group.Wait()
			if (first == nil) == (second == nil) {
				t.Fatalf("round %d: %v, %v: want one winner", round, first, second)
			}
			for _, err := range []error{first, second} {
				if err != nil {
					wantError(t, err, want, "")
				}
			}
		}
	})
}

func TestAddMasterAccountRefuses(t *testing.T) {
	s := open(t)
	mine, other := s.customer("Mine"), s.customer("Other")
	m := s.master(other, master, money.PLN)
	must[bank.BaseIBAN](t)(s.service.AddBaseIBAN(s.ctx, system(other), customers.NewBaseIBAN{Base: base, MasterAccount: m.ID}))
	for _, c := range []struct {
		name string
		in   customers.NewMasterAccount
		want *bank.Error
		says string
	}{
		{"check digits", customers.NewMasterAccount{IBAN: "PL84111111110000000000000010", Currency: money.PLN}, bank.ErrInvalid, "check digits"},
		{"NRB check digits", customers.NewMasterAccount{IBAN: "84111111110000000000000010", Currency: money.PLN}, bank.ErrInvalid, "check digits"},
		{"empty", customers.NewMasterAccount{Currency: money.PLN}, bank.ErrInvalid, "nothing to read"},
		{"currency", customers.NewMasterAccount{IBAN: otherMaster}, bank.ErrCurrencyUnsupported, ""},
		{"acceptance", customers.NewMasterAccount{IBAN: otherMaster, Currency: money.PLN, Acceptance: "LAX"}, bank.ErrInvalid, "acceptance"},
		{"format", customers.NewMasterAccount{IBAN: otherMaster, Currency: money.PLN, Format: "csv"}, bank.ErrInvalid, "format"},
		{"grosze", customers.NewMasterAccount{IBAN: otherMaster, Currency: money.EUR, Format: bank.FormatPLI}, bank.ErrInvalid, "always in PLN"},
		{"name", customers.NewMasterAccount{IBAN: otherMaster, Currency: money.PLN, Name: "a\nb"}, bank.ErrInvalid, "name"},
		{"taken", customers.NewMasterAccount{IBAN: master, Currency: money.EUR}, bank.ErrAlreadyExists, "already"},
		{"in another's base", customers.NewMasterAccount{IBAN: "PL40111111117700000000000001", Currency: money.PLN}, bank.ErrBaseIBANOverlap, "lies in"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := s.service.AddMasterAccount(s.ctx, system(mine), c.in)
			wantError(t, err, c.want, c.says)
			if e, _ := bank.AsError(err); strings.Contains(e.Error(), "Other") {
				t.Errorf("%v tells about another customer", err)
			}
		})
	}
	if got := s.balances(mine); len(got) != 0 {
		t.Errorf("refused, yet balances %v", got)
	}
}

func TestAddBaseIBAN(t *testing.T) {
	s := open(t)
	c := s.customer("Example")
	m := s.master(c, master, money.PLN)
	b := must[bank.BaseIBAN](t)(s.service.AddBaseIBAN(s.ctx, system(c), customers.NewBaseIBAN{Base: "pl 1111 1111 7700", MasterAccount: m.ID}))
	if b.Base != base || b.Currency != money.PLN || !b.Issuing || b.Capacity != 1e12 || len(b.Key) != 32 {
		t.Errorf("base IBAN %+v", b)
	}
	// What is stored rebuilds the same range, whose numbers any bank accepts.
	var stored bank.BaseIBAN
	err := s.db.Read(s.ctx, func(tx *store.Tx) (err error) { stored, err = tx.IssuingBase(c.ID, "PLN"); return err })
	if err != nil {
		t.Fatal(err)
	}
	numbers := must[*iban.Range](t)(stored.Numbers())
	first := must[iban.IBAN](t)(numbers.At(0))
	if _, err := iban.Parse(first.String()); err != nil || !strings.HasPrefix(first.BBAN(), base[2:]) || numbers.Capacity() != stored.Capacity {
		t.Errorf("first number %s, %v", first, err)
	}
	listed := must[[]bank.BaseIBAN](t)(s.service.BaseIBANs(s.ctx, c.ID))
	if len(listed) != 1 || listed[0].Key != nil {
		t.Errorf("the list shows %+v", listed)
	}
	event := s.lastAudit(c)
	if event.Action != "base-iban.added" || event.Object != base || strings.Contains(event.After, "ey") {
		t.Errorf("audit event %+v", event)
	}
}

func TestNewBaseIBANIssuesInPlaceOfTheOld(t *testing.T) {
	s := open(t)
	c := s.customer("Example")
	pln, eur := s.master(c, master, money.PLN), s.master(c, "DE89370400440532013000", money.EUR)
	add := func(base string, m bank.MasterAccount, notIssuing bool) {
		t.Helper()
		must[bank.BaseIBAN](t)(s.service.AddBaseIBAN(s.ctx, system(c), customers.NewBaseIBAN{Base: base, MasterAccount: m.ID, NotIssuing: notIssuing}))
	}
	add(base, pln, false)
	add("DE370400440", eur, false)
	add("PL111111117701", pln, false)
	add("PL111111117702", pln, true)
	got := map[string]bool{}
	for _, b := range must[[]bank.BaseIBAN](t)(s.service.BaseIBANs(s.ctx, c.ID)) {
		got[b.Base] = b.Issuing
	}
	want := map[string]bool{base: false, "DE370400440": true, "PL111111117701": true, "PL111111117702": false}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestAddBaseIBANRefuses(t *testing.T) {
	s := open(t)
	c := s.customer("Example")
	m := s.master(c, master, money.PLN)
	for _, bad := range []struct{ name, base, code, says string }{
		{"empty", "", "not-a-base", "no country code"},
		{"country", "XX11111111", "unknown-country", "unknown country"},
		{"part of the bank", "PL1111", "not-a-base", "bank identifier"},
		{"nothing left", "PL11111111770000000000000a", "not-a-base", "must be a digit"},
		{"whole number", "PL111111117700000000000001", "no-room", "nothing is left"},
		{"check digits of the sort code", "PL111111127700", "wrong-national-digits", "computed is 1"},
		{"a letter", "PL1111111177OO", "not-a-base", "must be a digit"},
		{"unregistered country", "DZ00100100", "unknown-country", "registry"},
		{"bytes", "PL1111\x00111", "not-a-base", "must be a digit"},
	} {
		t.Run(bad.name, func(t *testing.T) {
			_, err := s.service.AddBaseIBAN(s.ctx, system(c), customers.NewBaseIBAN{Base: bad.base, MasterAccount: m.ID})
			wantError(t, err, bank.ErrInvalid, bad.says)
			e, _ := bank.AsError(err)
			if e.Fields[0].Pointer != "/base" || e.Fields[0].Code != bad.code {
				t.Errorf("field %+v, want code %s", e.Fields[0], bad.code)
			}
		})
	}
	_, err := s.service.AddBaseIBAN(s.ctx, system(c), customers.NewBaseIBAN{Base: base, MasterAccount: bank.NewID()})
	wantError(t, err, bank.ErrNotFound, "")
}

func TestBaseIBANsNeverOverlap(t *testing.T) {
	s := open(t)
	mine, other := s.customer("Mine"), s.customer("Other")
	m, o := s.master(mine, "PL64111111117800000000000001", money.PLN), s.master(other, master, money.PLN)
	must[bank.BaseIBAN](t)(s.service.AddBaseIBAN(s.ctx, system(other), customers.NewBaseIBAN{Base: base, MasterAccount: o.ID}))
	for _, overlap := range []string{base, base + "01", "PL1111111177", "PL11111111"} {
		for _, who := range []struct {
			c bank.Customer
			m bank.MasterAccount
		}{{mine, m}, {other, o}} {
			_, err := s.service.AddBaseIBAN(s.ctx, system(who.c), customers.NewBaseIBAN{Base: overlap, MasterAccount: who.m.ID})
			wantError(t, err, bank.ErrBaseIBANOverlap, "registered one")
			if strings.Contains(err.Error(), "Other") || strings.Contains(err.Error(), base) {
				t.Errorf("%v tells whose or which it is", err)
			}
		}
	}
	must[bank.BaseIBAN](t)(s.service.AddBaseIBAN(s.ctx, system(mine), customers.NewBaseIBAN{Base: "PL111111117701", MasterAccount: m.ID}))
	_, err := s.service.AddBaseIBAN(s.ctx, system(other), customers.NewBaseIBAN{Base: "PL1111111178", MasterAccount: o.ID})
	wantError(t, err, bank.ErrBaseIBANOverlap, "master account lies in")
}

// In Italy the first character of the BBAN is computed from all others, so no base has it.
func TestBaseIBANsOverlapWithCheckCharacters(t *testing.T) {
	s := open(t)
	mine, other := s.customer("Mine"), s.customer("Other")
	m, o := s.master(mine, "DE89370400440532013000", money.EUR), s.master(other, "FR1420041010050500013M02606", money.EUR)
	must[bank.BaseIBAN](t)(s.service.AddBaseIBAN(s.ctx, system(other), customers.NewBaseIBAN{Base: "IT?0542811101", MasterAccount: o.ID}))
	_, err := s.service.AddBaseIBAN(s.ctx, system(mine), customers.NewBaseIBAN{Base: "IT?054281110100", MasterAccount: m.ID})
	wantError(t, err, bank.ErrBaseIBANOverlap, "")
	_, err = s.service.AddMasterAccount(s.ctx, system(mine), customers.NewMasterAccount{IBAN: "IT60X0542811101000000123456", Currency: money.EUR})
	wantError(t, err, bank.ErrBaseIBANOverlap, "")
}

// Two customers race for one range: one gets it, whichever the database.
func TestBaseIBANRace(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newScene(t, db)
		rivals := []struct {
			c    bank.Customer
			m    bank.MasterAccount
			base string
		}{{c: s.customer("Mine"), base: base}, {c: s.customer("Other"), base: base + "01"}}
		rivals[0].m, rivals[1].m = s.master(rivals[0].c, master, money.PLN), s.master(rivals[1].c, otherMaster, money.PLN)
		for round := range 10 {
			errs := make([]error, len(rivals))
			var group sync.WaitGroup
			for i, r := range rivals {
				group.Go(func() {
					prefix := fmt.Sprintf("PL111111117%d%s", round, r.base[len("PL1111111177"):])
					_, errs[i] = s.service.AddBaseIBAN(s.ctx, system(r.c), customers.NewBaseIBAN{Base: prefix, MasterAccount: r.m.ID})
				})
			}
			group.Wait()
			if (errs[0] == nil) == (errs[1] == nil) {
				t.Fatalf("round %d: %v, %v: want one winner", round, errs[0], errs[1])
			}
			for _, err := range errs {
				if err != nil {
					wantError(t, err, bank.ErrBaseIBANOverlap, "")
				}
			}
		}
	})
}

// What was approved is one base on one master account; another needs its own approval.
func TestBaseIBANWaitsForASecondPerson(t *testing.T) {
	s := open(t)
	c := s.customer("Example")
	m := s.master(c, master, money.PLN)
	ada, bob := s.active(c)
	wanted := customers.NewBaseIBAN{Base: base, MasterAccount: m.ID}
	_, err := s.service.AddBaseIBAN(s.ctx, ada, wanted)
	wantError(t, err, bank.ErrFourEyes, "approval")
	s.approveAll(bob)
	other := wanted
	other.NotIssuing = true
	_, err = s.service.AddBaseIBAN(s.ctx, ada, other)
	wantError(t, err, bank.ErrFourEyes, "approval")
	_, err = s.service.AddBaseIBAN(s.ctx, ada, wanted)
	wantError(t, err, bank.ErrFourEyes, "approval")
	s.approveAll(bob)
	if b := must[bank.BaseIBAN](t)(s.service.AddBaseIBAN(s.ctx, ada, wanted)); !b.Issuing {
		t.Errorf("base IBAN %+v", b)
	}
}
