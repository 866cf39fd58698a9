package files_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ims/bankfile"
	"ims/internal/accounts"
	"ims/internal/bank"
	"ims/internal/customers"
	"ims/internal/money"
	"ims/internal/store"
	"ims/internal/store/storetest"
)

const outsideEUR = "DE60990000000000012345"

// newEuroScene is a customer whose bank sends notifications of bookings in euro.
func newEuroScene(t tb, db *store.DB, acceptance bank.Acceptance) *scene {
	t.Helper()
	ctx := context.Background()
	s := newScene(t, db, acceptance)
	onboard := customers.New(db, clock)
	var err error
	s.master, err = onboard.AddMasterAccount(ctx, s.actor, customers.NewMasterAccount{IBAN: neighbourNRB, Currency: money.EUR,
		Format: bank.FormatCamt054, Acceptance: acceptance})
	must(t, err)
	_, err = onboard.AddBaseIBAN(ctx, s.actor, customers.NewBaseIBAN{Base: "PL111111117701", MasterAccount: s.master.ID})
	must(t, err)
	return s
}

// euro opens a balance in euro and returns it with its IBAN.
func (s *scene) euro() (accounts.BalanceView, string) {
	s.t.Helper()
	v, err := s.accounts.CreateBalance(context.Background(), s.actor, s.user.ID, money.EUR)
	must(s.t, err)
	return v, v.Accounts[0].IBAN.String()
}

// transfer is a TxDtls: who pays whom, and what else stands in it.
func transfer(amount, payer, payee, more string) string {
	return fmt.Sprintf(`<TxDtls><Amt Ccy="EUR">%s</Amt><RltdPties><DbtrAcct><Id><IBAN>%s</IBAN></Id></DbtrAcct>`+
		`<CdtrAcct><Id><IBAN>%s</IBAN></Id></CdtrAcct></RltdPties>%s</TxDtls>`, amount, payer, payee, more)
}

// booking is an Ntry with its details.
func booking(reference, mark, amount string, details ...string) string {
	return fmt.Sprintf(`<Ntry><Amt Ccy="EUR">%s</Amt><CdtDbtInd>%s</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-11-20</Dt></BookgDt>`+
		`<ValDt><Dt>2026-11-21</Dt></ValDt><AcctSvcrRef>%s</AcctSvcrRef><NtryDtls>%s</NtryDtls></Ntry>`, amount, mark, reference, strings.Join(details, ""))
}

func notification(entries ...string) string {
	return `<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.08"><BkToCstmrDbtCdtNtfctn>` +
		`<Ntfctn><Id>1</Id><Acct><Id><IBAN>PL` + neighbourNRB + `</IBAN></Id></Acct>` + strings.Join(entries, "\n") + `</Ntfctn></BkToCstmrDbtCdtNtfctn></Document>`
}

// TestNotificationInEuro takes a camt.054 through all stages: credits, a batch, a return, a debit, interest, a pending one.
func TestNotificationInEuro(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newEuroScene(t, db, bank.Strict)
		a, ibanA := s.euro()
		b, ibanB := s.euro()
		pending := strings.Replace(booking("P", "CRDT", "9", transfer("9", outsideEUR, ibanA, "")), "BOOK", "PDNG", 1)
		_, got := s.executed("euro.xml", notification(
			booking("R1", "CRDT", "100.50", transfer("100.50", outsideEUR, ibanA, "<RmtInf><Ustrd>RENT</Ustrd></RmtInf>")),
			booking("R2", "CRDT", "30", transfer("10.00", outsideEUR, ibanA, ""), transfer("20.00", outsideEUR, ibanB, "")),
			booking("R3", "CRDT", "5.25", transfer("5.25", ibanB, outsideEUR, "<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>")),
			booking("R4", "DBIT", "40.00", transfer("40.00", ibanA, outsideEUR, "")),
			booking("R5", "CRDT", "1.00"), pending,
		))
		want := map[string]bank.Sum{"CREDITED": {Count: 4, Amount: 13575}, "DEBITED": {Count: 1, Amount: 4000}, "TECHNICAL": {Count: 1, Amount: 100},
			"POSTINGS": {Count: 6, Amount: 17675}}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		if a, b := s.now(a).Booked, s.now(b).Booked; a != 7050 || b != 2525 {
			t.Errorf("booked %d and %d", a, b)
		}
		if diff := cmp.Diff(map[bank.Reason]int64{bank.ReasonMasterAccount: 100}, s.items()); diff != "" {
			t.Error(diff)
		}
		s.valueDates("2026-11-21")
		s.proven()
	})
}

// valueDates fails unless every posting has the value date.
func (s *scene) valueDates(want string) {
	s.t.Helper()
	err := s.db.Read(context.Background(), func(tx *store.Tx) error {
		return tx.EachFilePosting(s.actor.Customer, 1, 0, 1_000, func(p store.PostingRow) error {
			if p.ValueDate != want || p.BookingDate != "2026-11-20" {
				s.t.Errorf("line %d: booked %s, value %s", p.Origin.Line, p.BookingDate, p.ValueDate)
			}
			return nil
		})
	})
	must(s.t, err)
}

// TestTornBatch: with by-record acceptance the details of a batch that does not add up wait, all others are booked.
func TestTornBatch(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newEuroScene(t, db, bank.ByRecord)
		a, iban := s.euro()
		_, got := s.executed("torn.xml", notification(
			booking("R1", "CRDT", "30", transfer("10.00", outsideEUR, iban, ""), transfer("10.00", outsideEUR, iban, "")),
			booking("R2", "CRDT", "7", transfer("7", outsideEUR, iban, ""))))
		want := map[string]bank.Sum{"CREDITED": {Count: 1, Amount: 700}, "UNREADABLE": {Count: 2, Amount: 2000}, "POSTINGS": {Count: 1, Amount: 700}}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		if booked := s.now(a).Booked; booked != 700 {
			t.Errorf("booked %d", booked)
		}
		s.proven()
	})
}

// TestSameBookingTwice: the bank's reference tells a booking that comes again from an equal one.
func TestSameBookingTwice(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newEuroScene(t, db, bank.Strict)
		a, iban := s.euro()
		same := transfer("7", outsideEUR, iban, "")
		s.executed("one.xml", notification(booking("R1", "CRDT", "7", same), booking("R2", "CRDT", "7", same)))
		unnumbered := s.validated("unnumbered.xml", notification(booking("", "CRDT", "7", same), booking("", "CRDT", "7", same)))
		if found := s.found(unnumbered, bankfile.DomainDuplicateInFile); !strings.HasPrefix(found.Message, "An equal booking has the number 1;") {
			t.Errorf("a file without lines: %s", found.Message)
		}
		repeated, twice := s.executed("repeated.xml", notification(booking("R9", "CRDT", "7", same), booking("R9", "CRDT", "7", same)))
		if s.found(repeated, bankfile.DomainDuplicateBooking); twice["POSSIBLE_DUPLICATE"].Count != 1 || twice["CREDITED"].Count != 1 || s.now(a).Booked != 2100 {
			t.Errorf("a statement that tells a booking twice: %+v, booked %d", twice, s.now(a).Booked)
		}
		_, got := s.executed("two.xml", notification(booking("R2", "CRDT", "7", same), booking("R3", "CRDT", "7", same)))
		if got["POSSIBLE_DUPLICATE"].Count != 1 || got["CREDITED"].Count != 1 || s.now(a).Booked != 2800 {
			t.Errorf("%+v, booked %d", got, s.now(a).Booked)
		}
		s.proven()
	})
}

// TestFindingsNameElements: our own findings point at elements, not at numbered fields.
func TestFindingsNameElements(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newEuroScene(t, db, bank.Strict)
		f := s.validated("unknown.xml", notification(booking("R1", "CRDT", "7", transfer("7", outsideEUR, "PL21111111117701000000000099", ""))))
		list, err := s.files.Findings(context.Background(), s.actor, f.ID, "en", 0, 10)
		must(t, err)
		if len(list) != 1 || list[0].Code != "domain.own_account_unknown" || list[0].Field != 0 || list[0].Element != "TxDtls/RltdPties/CdtrAcct" ||
			!strings.HasPrefix(list[0].Record, "<Ntry><Amt ") {
			t.Errorf("%s: %+v", f.Status, list)
		}
	})
}
