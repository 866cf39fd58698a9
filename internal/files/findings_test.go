package files_test

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"ims/bankfile"
	"ims/internal/bank"
	"ims/internal/history"
	"ims/internal/store"
)

// TestDomainFindings: each finding that needs the registry, balances or earlier files is raised with its line, its field and
// what it saw, and shows the record with the field marked.
func TestDomainFindings(t *testing.T) {
	each(t, bank.ByRecord, func(s *scene) {
		_, account := s.balance()
		closed, closedAccount := s.balance()
		_, err := s.accounts.CloseBalance(context.Background(), s.actor, closed.ID)
		must(t, err)
		blocked, blockedAccount := s.balance()
		_, err = s.block(blocked.ID, bank.BlockBoth)
		must(t, err)
		euro, _ := s.euros()
		unknown := nrb("111111117700999999999999")
		s.executed("before.pli", line(outside, account, 500, "SEEN BEFORE"))
		records := []struct {
			code   bankfile.Code
			record string
			field  string // as it stands in the record
			value  string
		}{
			{bankfile.DomainOwnAccountUnknown, line(outside, unknown, 1, "A"), unknown, "PL" + unknown},
			{bankfile.DomainOwnAccountClosed, line(outside, closedAccount, 2, "A"), closedAccount, "PL" + closedAccount},
			{bankfile.DomainOwnAccountBlocked, line(outside, blockedAccount, 3, "A"), blockedAccount, "PL" + blockedAccount},
			{bankfile.DomainCurrencyMismatch, line(outside, euro, 4, "A"), euro, "PL" + euro},
			{bankfile.DomainMasterAccountUnallocated, line(outside, masterNRB, 5, "A"), masterNRB, "PL" + masterNRB},
			{bankfile.DomainInsufficientFunds, line(account, outside, 60001, "A"), "60001", ""},
			{bankfile.DomainDuplicateExecuted, line(outside, account, 500, "SEEN BEFORE"), "", "before.pli"},
			{bankfile.DomainReturnReview, line(outside, account, 7, "Zwrot: zły rachunek"), "Zwrot: zły rachunek", ""},
			{bankfile.DomainDuplicateInFile, line(outside, unknown, 1, "A"), "", ""},
		}
		var content strings.Builder
		for _, r := range records {
			content.WriteString(r.record)
		}
		f := s.validated("all.pli", content.String())
		for i, want := range records {
			got := s.found(f, want.code)
			if got.Line != int64(i+1) || got.Value != want.value || got.Severity != "WARNING" {
				t.Errorf("%s: line %d, value %q, %s", want.code, got.Line, got.Value, got.Severity)
			}
			if marked := string([]rune(got.Record)[got.From:got.To]); marked != want.field || got.Record+"\r\n" != want.record {
				t.Errorf("%s marks %q in %s", want.code, marked, got.Record)
			}
			if f.Totals.Codes[string(want.code)] == 0 {
				t.Errorf("%s is not counted: %v", want.code, f.Totals.Codes)
			}
		}
		s.setStatus(bank.UserLocked)
		if got := s.found(s.validated("locked.pli", line(outside, account, 9, "A")), bankfile.DomainOwnerNotActive); got.Value != "PL"+account || got.Field != 7 {
			t.Errorf("locked owner: %+v", got)
		}
		charges := s.found(s.validated("charges.pli", line(masterNRB, outside, 9, "CHARGES")), bankfile.DomainInsufficientFunds)
		if charges.Severity != "ERROR" || charges.Field != 3 {
			t.Errorf("own funds are short: %+v", charges)
		}
	})
}

// TestReturnOfADebit: a credit that undoes an executed debit names its transaction, however it is titled; one that differs
// in amount, account or age does not, nor one of a file that was never executed.
func TestReturnOfADebit(t *testing.T) {
	each(t, bank.Strict, func(s *scene) {
		v, account := s.balance()
		_, other := s.balance()
		const elsewhere = "75333333330000000000000001"
		on := func(date, record string) string { return strings.Replace(record, "20261120", date, 1) }
		s.executed("debits.pli", line(outside, account, 9000, "IN")+on("20261020", line(account, outside, 700, "OUT"))+
			on("20261021", line(account, outside, 800, "OUT"))+on("20261021", line(account, outside, 801, "OUT")))
		s.validated("never.pli", line(account, outside, 55, "OUT"))
		if got := s.now(v).Booked; got != 9000-700-800-801 {
			t.Fatalf("booked %d", got)
		}
		f := s.validated("back.pli", line(outside, account, 800, "NIE MA TAKIEGO RACHUNKU")+ // 1: a day short of the limit
			line(outside, account, 700, "X")+ // 2: 31 days
			line(outside, account, 801, "Zwrotnica")+ // 3: matched by amount; the title is another word
			line(outside, account, 802, "zwrot")+ // 4: marked by its title
			line(outside, other, 800, "X")+ // 5: another account of ours
			line(elsewhere, account, 800, "X")+ // 6: from somebody else
			line(outside, account, 55, "X")+ // 7: the debit was not executed
			line(outside, account, 803, "ZWROTNICA")) // 8: begins with another word
		findings, err := s.files.Findings(context.Background(), s.actor, f.ID, "pl", 0, 100)
		must(t, err)
		got := map[int64]string{}
		for _, x := range findings {
			if x.Code == string(bankfile.DomainReturnReview) {
				got[x.Line] = fmt.Sprintf("%d %t %t", x.Field, x.Value != "", strings.Contains(x.Message, "30 dni"))
				if x.Value != "" && !s.debitOf(x.Value, account) {
					t.Errorf("line %d: %s is no debit", x.Line, x.Value)
				}
			}
		}
		if want := map[int64]string{1: "6 true true", 3: "6 true true", 4: "12 false false"}; fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("found %v, want %v", got, want)
		}
		if f.Status != bank.FileValidated {
			t.Errorf("%s: %v", f.Status, f.Totals.Codes)
		}
	})
}

// debitOf tells whether a transaction took money from an account.
func (s *scene) debitOf(id, account string) bool {
	n, err := strconv.ParseInt(id, 10, 64)
	must(s.t, err)
	row, err := history.New(s.db).Get(context.Background(), s.actor, bank.TransactionID(n))
	must(s.t, err)
	return row.Amount < 0 && strings.Contains(row.Details.PayerAccount, account)
}

// TestFindingsInPolish: the text is told in the reader's language; what was stored before findings had figures stays as it was.
func TestFindingsInPolish(t *testing.T) {
	each(t, bank.Strict, func(s *scene) {
		_, account := s.balance()
		f := s.validated("amount.pli", strings.Replace(line(outside, account, 100, "A"), ",100,", ",1.00,", 1))
		for lang, want := range map[string]string{"pl": "Kwota musi", "en": "The amount must", "de": "The amount must"} {
			list, err := s.files.Findings(context.Background(), s.actor, f.ID, lang, 0, 9)
			must(t, err)
			told := map[string]string{}
			for _, x := range list {
				told[x.Code] = x.Message
			}
			if got := told[string(bankfile.RecordAmountFormat)]; !strings.HasPrefix(got, want) || !strings.Contains(got, "1.00") {
				t.Errorf("%s: %s", lang, got)
			}
		}
		old := bank.FileFinding{Line: 1, Code: string(bankfile.RecordFieldCount), Severity: "ERROR", Message: "The line has 3 fields."}
		must(t, s.db.Write(context.Background(), func(tx *store.Tx) error {
			if err := tx.ClearValidation(f.Customer, f.No); err != nil {
				return err
			}
			return tx.AddFindings(f.Customer, f.No, []bank.FileFinding{old})
		}))
		if list, err := s.files.Findings(context.Background(), s.actor, f.ID, "pl", 0, 9); err != nil || len(list) != 1 || list[0] != old {
			t.Errorf("stored before: %+v, %v", list, err)
		}
	})
}
