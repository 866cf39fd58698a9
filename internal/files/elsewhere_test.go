package files_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ims/internal/bank"
	"ims/internal/customers"
	"ims/internal/money"
	"ims/internal/store"
	"ims/internal/store/storetest"
)

// anotherAccount gives the customer a second account in zloty at the bank and an end user's balance with its IBAN on it.
func (s *scene) anotherAccount(format string) (second bank.MasterAccount, number string, booked func() int64) {
	s.t.Helper()
	ctx := context.Background()
	onboard := customers.New(s.db, clock)
	second, err := onboard.AddMasterAccount(ctx, s.actor, customers.NewMasterAccount{IBAN: neighbourNRB, Currency: money.PLN, Format: format, Acceptance: bank.Strict})
	must(s.t, err)
	_, err = onboard.AddBaseIBAN(ctx, s.actor, customers.NewBaseIBAN{Base: "PL111111117701", MasterAccount: second.ID})
	must(s.t, err)
	v, number := s.balance()
	return second, number, func() int64 { return s.now(v).Booked }
}

// TestBetweenTwoMasterAccounts: a transfer from an end user on one master account to one on another is booked by the bank on
// both: each file moves its own half, once.
func TestBetweenTwoMasterAccounts(t *testing.T) {
	each(t, bank.Strict, func(s *scene) {
		payer, from := s.balance()
		second, to, booked := s.anotherAccount(bank.FormatPLI)
		s.executed("rent.pli", line(outside, from, 500, "RENT"))
		_, out := s.executed("first.pli", line(from, to, 300, "GIFT"))
		s.master = second
		_, in := s.executed("second.pli", line(from, to, 300, "GIFT")+line(outside, to, 1, "RENT"))
		if diff := cmp.Diff([]bank.Sum{{Count: 1, Amount: 300}, {Count: 2, Amount: 301}}, []bank.Sum{out["DEBITED"], in["CREDITED"]}); diff != "" {
			s.t.Errorf("%s\n%v\n%v", diff, out, in)
		}
		if a, b := s.now(payer).Booked, booked(); a != 200 || b != 301 {
			s.t.Errorf("booked %d and %d", a, b)
		}
		s.proven()
	})
}

// TestDebitToAnotherMasterAccount: the statement of the payer's master account has the debit only, so it must not be left out
// for a credit that stands in another file.
func TestDebitToAnotherMasterAccount(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newEuroScene(t, db, bank.Strict)
		_, zloty := s.balance()
		payer, from := s.euro()
		entry := booking("R2", "DBIT", "3.00", transfer("3.00", from, "PL"+zloty, ""))
		s.executed("in.xml", notification(booking("R1", "CRDT", "5.00", transfer("5.00", outsideEUR, from, ""))))
		_, got := s.executed("out.xml", notification(entry))
		if got["DEBITED"].Amount != 300 || s.now(payer).Booked != 200 {
			t.Errorf("%v, booked %d", got, s.now(payer).Booked)
		}
		back := strings.NewReplacer("DBIT", "CRDT", "R2", "R3", from, "PL"+zloty, "PL"+zloty, from).Replace(entry)
		if _, got = s.executed("back.xml", notification(back)); got["CREDITED"].Amount != 300 || s.now(payer).Booked != 500 {
			t.Errorf("%v, booked %d", got, s.now(payer).Booked)
		}
		s.proven()
	})
}
