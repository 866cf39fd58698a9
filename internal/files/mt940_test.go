package files_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ims/internal/accounts"
	"ims/internal/bank"
	"ims/internal/customers"
	"ims/internal/files"
	"ims/internal/money"
	"ims/internal/store"
	"ims/internal/store/storetest"
)

// newStatementScene is a customer whose bank sends statements MT940 of an account in euro, with the virtual IBAN in subfield 63.
func newStatementScene(t tb, db *store.DB, acceptance bank.Acceptance) *scene {
	t.Helper()
	ctx := context.Background()
	s := newScene(t, db, acceptance)
	onboard := customers.New(db, clock)
	var err error
	s.master, err = onboard.AddMasterAccount(ctx, s.actor, customers.NewMasterAccount{IBAN: neighbourNRB, Currency: money.EUR,
		Format: bank.FormatMT940, Acceptance: acceptance, Dialect: bank.Dialect{Subfield: "63"}})
	must(t, err)
	_, err = onboard.AddBaseIBAN(ctx, s.actor, customers.NewBaseIBAN{Base: "PL111111117701", MasterAccount: s.master.ID})
	must(t, err)
	return s
}

// inEuro opens a balance in euro and returns it with its IBAN.
func (s *scene) inEuro() (accounts.BalanceView, string) {
	s.t.Helper()
	v, err := s.accounts.CreateBalance(context.Background(), s.actor, s.user.ID, money.EUR)
	must(s.t, err)
	return v, v.Accounts[0].IBAN.String()
}

// mt940 writes a statement; opening and closing are like C1,00.
func mt940(number int, opening, closing string, bookings ...string) string {
	mark := func(balance string) string { return strings.Replace(balance, balance[:1], balance[:1]+"261120EUR", 1) }
	text := fmt.Sprintf("{1:F01BANKPLPWAXXX0000000000}{2:O9401700261120BANKPLPWAXXX00000000002611201700N}{4:\n:20:STMT\n:25:PL%s\n:28C:%d\n:60F:%s\n%s:62F:%s\n-}\n",
		neighbourNRB, number, mark(opening), strings.Join(bookings, ""), mark(closing))
	return strings.ReplaceAll(text, "\n", "\r\n")
}

// booked writes a :61: with its :86:.
func booked(markAndAmount, reference, details string) string {
	return fmt.Sprintf(":61:2611211120%sNTRFNONREF//%s\n:86:100%s\n", markAndAmount, reference, details)
}

// TestStatementMT940 takes statements through all stages: credits, one for own funds, a debit, a reversal, charges.
func TestStatementMT940(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newStatementScene(t, db, bank.Strict)
		ctx := context.Background()
		a, ibanA := s.inEuro()
		b, ibanB := s.inEuro()
		s.executed("1.sta", mt940(1, "C0,00", "C100,00", booked("C100,00", "B1", "^20OWN FUNDS^27DEMO PAY^38PL"+outside)))
		items, err := s.files.Items(ctx, s.actor, storeFilter())
		must(s.t, err)
		if len(items) != 1 || items[0].Reason != bank.ReasonMasterAccount {
			t.Fatalf("items %+v", items)
		}
		_, _, err = s.files.Assign(ctx, s.actor, items[0].ID, files.Target{OwnFunds: true}, "funds of the customer")
		must(s.t, err)

		_, got := s.executed("2.sta", mt940(2, "C100,00", "C155,75",
			booked("C100,50", "B2", "^20RENT^27ANNA PROBNA^38PL"+outside+"^63"+ibanA),
			booked("C20,", "B3", "^20RENT^27ANNA PROBNA^38PL"+outside+"^63"+ibanB),
			booked("D40,00", "B4", "^20GROCERIES^27SHOP^38PL"+outside+"^63"+ibanA),
			booked("RC20,00", "B5", "^00STORNO^20RENT^27ANNA PROBNA^38PL"+outside+"^63"+ibanB),
			booked("D4,75", "B6", "^00CHARGES")))
		want := map[string]bank.Sum{"CREDITED": {Count: 2, Amount: 12050}, "DEBITED": {Count: 2, Amount: 6000}, "OWN": {Count: 1, Amount: 475},
			"POSTINGS": {Count: 5, Amount: 18525}}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		if a, b := s.now(a).Booked, s.now(b).Booked; a != 6050 || b != 0 {
			t.Errorf("booked %d and %d", a, b)
		}
		if open := s.items(); len(open) != 0 {
			t.Errorf("open items %v", open)
		}
		s.proven()
	})
}

// TestStatementThatDoesNotAddUp is refused as a whole, also where records are accepted one by one; so is
// one with an amount that cannot be read, since nothing proves the others then. A record that is refused for anything else is not
// the whole.
func TestStatementThatDoesNotAddUp(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newStatementScene(t, db, bank.ByRecord)
		a, iban := s.inEuro()
		good := booked("C7,00", "B1", "^20RENT^38PL"+outside+"^63"+iban)
		if f := s.validated("short.sta", mt940(1, "C0,00", "C8,00", good)); f.Status != bank.FileInvalid || f.Totals.Codes["file.balance_mismatch"] != 1 {
			t.Errorf("%s: %v", f.Status, f.Totals.Codes)
		}
		unread := mt940(1, "C0,00", "C8,00", good, strings.Replace(booked("C1,00", "B2", "^20RENT"), "C1,00", "C1.00", 1))
		if f := s.validated("unread.sta", unread); f.Status != bank.FileInvalid || f.Totals.Codes["file.balance_mismatch"] != 1 || f.Totals.Codes["record.amount_format"] != 1 {
			t.Errorf("a booking that cannot be read proves nothing: %s: %v", f.Status, f.Totals.Codes)
		}
		wrong := booked("C1,00", "B2", "^20RENT^38PL"+outside+"^63PL41"+iban[4:])
		f, got := s.executed("read.sta", mt940(1, "C0,00", "C8,00", good, wrong))
		want := map[string]bank.Sum{"CREDITED": {Count: 1, Amount: 700}, "UNREADABLE": {Count: 1, Amount: 100}, "POSTINGS": {Count: 1, Amount: 700}}
		if diff := cmp.Diff(want, got); diff != "" || s.now(a).Booked != 700 {
			t.Errorf("booked %d\n%s", s.now(a).Booked, diff)
		}
		var excerpt strings.Builder
		must(t, s.files.WriteRejectedRecords(context.Background(), s.actor, f.ID, &excerpt))
		if want := ":28C:1\r\n" + strings.ReplaceAll(wrong, "\n", "\r\n") + "-\r\n"; !strings.HasSuffix(excerpt.String(), want) {
			t.Errorf("the record to show to the bank:\n%s", &excerpt)
		}
		s.proven()
	})
}

// TestStatementSentAgain: the bank's reference tells a booking that comes again in another statement from an equal one.
func TestStatementSentAgain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newStatementScene(t, db, bank.Strict)
		a, iban := s.inEuro()
		details := "^20RENT^38PL" + outside + "^63" + iban
		s.executed("one.sta", mt940(1, "C0,00", "C14,00", booked("C7,00", "B1", details), booked("C7,00", "B2", details)))
		_, got := s.executed("two.sta", mt940(1, "C7,00", "C21,00", booked("C7,00", "B2", details), booked("C7,00", "B3", details)))
		if got["POSSIBLE_DUPLICATE"].Count != 1 || got["CREDITED"].Count != 1 || s.now(a).Booked != 2100 {
			t.Errorf("%+v, booked %d", got, s.now(a).Booked)
		}
		s.proven()
	})
}

// TestStatementWithoutReferences: where the bank gives its bookings no number, a statement that comes again under another number,
// with a booking put in front, is known all the same.
func TestStatementWithoutReferences(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newStatementScene(t, db, bank.Strict)
		a, iban := s.inEuro()
		rent := strings.Replace(booked("C7,00", "", "^20RENT^38PL"+outside+"^63"+iban), "//", "", 1)
		gift := strings.Replace(rent, "RENT", "GIFT", 1)
		_, got := s.executed("one.sta", mt940(1, "C0,00", "C14,00", rent, rent))
		if got["CREDITED"].Count != 2 {
			t.Errorf("equal bookings of one statement: %+v", got)
		}
		_, got = s.executed("two.sta", mt940(2, "C0,00", "C21,00", gift, rent, rent))
		if got["POSSIBLE_DUPLICATE"].Count != 2 || got["CREDITED"].Count != 1 || s.now(a).Booked != 2100 {
			t.Errorf("%+v, booked %d", got, s.now(a).Booked)
		}
		s.proven()
	})
}
