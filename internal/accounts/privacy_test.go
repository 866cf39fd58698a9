package accounts_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"ims/internal/accounts"
	"ims/internal/bank"
	"ims/internal/files"
	"ims/internal/history"
	"ims/internal/money"
	"ims/internal/store"
	"ims/internal/transfers"
)

// named adds an end user with a balance and returns its IBAN without the country.
func (o *office) named(first, last string) (bank.User, accounts.BalanceView, string) {
	o.t.Helper()
	u, err := o.service.CreateUser(o.ctx, o.actor, accounts.NewUser{Type: bank.Person, FirstName: first, LastName: last, ExternalID: "ext-" + first,
		Email: strings.ToLower(first) + "@example.com"})
	o.must(err)
	b, err := o.service.CreateBalance(o.ctx, o.actor, u.ID, money.PLN)
	o.must(err)
	return u, b, b.Accounts[0].IBAN.String()[2:]
}

// line is one record of a bank's file.
func (o *office) line(amount int64, payer, payee, payerName, payeeName, title string) string {
	return fmt.Sprintf("110,%s,%d,%s,0,%q,%q,%q,%q,0,%s,%q,\"\",\"\",\"51\",\"\"\r\n", o.now().Format("20060102"), amount, payer[2:10], payer, payee,
		payerName, payeeName, payee[2:10], title)
}

func (o *office) executed(lines ...string) {
	o.t.Helper()
	service := files.New(files.Config{DB: o.db, Now: o.now, Lease: 300 * time.Millisecond})
	f, err := service.Receive(o.ctx, o.actor, files.Upload{Name: "day.pli", MasterAccount: o.master.ID, Body: strings.NewReader(strings.Join(lines, ""))})
	o.must(err)
	o.must(service.RunFile(o.ctx, "w", o.actor.Customer, f.ID))
	_, _, err = service.Execute(o.ctx, o.actor, f.ID)
	o.must(err)
	o.must(service.RunFile(o.ctx, "w", o.actor.Customer, f.ID))
}

// anywhere tells in which columns that may hold words a text still is.
func (o *office) anywhere(text string) (found []string) {
	o.t.Helper()
	for column, table := range map[string]string{"first_name || last_name || email || COALESCE(external_id, '')": "end_users",
		"payer_name || payee_name || payer_account || payee_account || title || reference || operation": "details",
		"before || after || object || actor": "audit_events", "value || record || message": "file_findings"} {
		var n int
		o.must(o.raw.QueryRowContext(o.ctx, "SELECT COUNT(*) FROM "+table+" WHERE UPPER("+column+") LIKE $1", "%"+strings.ToUpper(text)+"%").Scan(&n))
		if n > 0 {
			found = append(found, table)
		}
	}
	return found
}

// index fills the first block of the history's index with audit events, so that it takes in the words.
func (o *office) index() {
	o.t.Helper()
	o.must(o.db.Write(o.ctx, func(tx *store.Tx) error {
		return tx.Audit(o.actor.Customer, o.now(), make([]bank.AuditEvent, 4096)...)
	}))
	for more, err := true, error(nil); more; {
		more, err = history.New(o.db).IndexDue(o.ctx, "w")
		o.must(err)
	}
}

// indexedTexts counts the pieces of text in the index of the history.
func (o *office) indexedTexts() (n int) {
	o.t.Helper()
	o.must(o.raw.QueryRowContext(o.ctx, "SELECT COUNT(*) FROM history_grams").Scan(&n))
	return n
}

// TestErase: everything about an end user can be had, and is gone when the period is over, while the ledger still proves and
// what belongs to others is left.
func TestErase(t *testing.T) {
	settings := automatic()
	settings.RetentionYears = 5
	eachOffice(t, settings, wideBase, func(o *office) {
		outside := otherMaster[2:]
		ada, adaBalance, adaIBAN := o.named("ADELA", "ODCHODZACA")
		_, _, bartIBAN := o.named("BART", "ZOSTAJACY")
		o.executed(
			o.line(1000, outside, adaIBAN, "PLATNIK PIERWSZY", "ADELA ODCHODZACA", "WYPLATA TAJNA"),
			o.line(400, adaIBAN, bartIBAN, "ADELA ODCHODZACA", "BART ZOSTAJACY", "WSPOLNY TYTUL"),
			o.line(600, adaIBAN, outside, "ADELA ODCHODZACA", "ODBIORCA DRUGI", "CZYNSZ TAJNY"),
			o.line(50, outside, bartIBAN, "PLATNIK TRZECI", "BART ZOSTAJACY", "DLA BARTA"))
		all, err := o.service.Export(o.ctx, o.actor, ada.ID)
		o.must(err)
		if len(all.Balances) == 0 || len(all.BankAccounts) != 1 || len(all.Transactions) != 3 || all.Transactions[0].Details.Title != "WYPLATA TAJNA" {
			o.t.Errorf("exported: %+v", all)
		}
		o.want("with an open balance", o.service.Erase(o.ctx, o.actor, ada.ID), bank.ErrConflict)
		_, err = o.service.CloseBalance(o.ctx, o.actor, adaBalance.ID)
		o.must(err)
		o.want("within the period", o.service.Erase(o.ctx, o.actor, ada.ID), bank.ErrConflict)
		o.must(o.service.SetLegalHold(o.ctx, o.actor, ada.ID, "K 1/26"))
		o.pass(6 * 366 * 24 * time.Hour)
		o.want("under a legal hold", o.service.Erase(o.ctx, o.actor, ada.ID), bank.ErrConflict)
		if n, err := o.service.EraseDue(o.ctx, o.actor.Customer); err != nil || n != 1 { // the office's own, who never had a balance
			o.t.Errorf("erased %d (%v), want 1", n, err)
		}
		if o.anywhere("WYPLATA TAJNA") == nil {
			o.t.Error("the words are gone under a legal hold")
		}
		o.must(o.service.SetLegalHold(o.ctx, o.actor, ada.ID, ""))
		o.index()
		before := o.indexedTexts()
		if n, err := o.service.EraseDue(o.ctx, o.actor.Customer); err != nil || n != 1 {
			o.t.Errorf("erased %d (%v), want 1", n, err)
		}
		for _, gone := range []string{"ADELA" /* no word of hexadecimal digits: identifiers hold those */, "ODCHODZACA", adaIBAN, "TAJN", "PLATNIK PIERWSZY", "ODBIORCA", "ext-ADELA"} {
			if found := o.anywhere(gone); found != nil {
				o.t.Errorf("%s is still in %v", gone, found)
			}
		}
		for _, left := range []string{"BART ZOSTAJACY", "WSPOLNY TYTUL", "PLATNIK TRZECI", "DLA BARTA"} {
			if o.anywhere(left) == nil {
				o.t.Errorf("%s of somebody else is gone", left)
			}
		}
		if after := o.indexedTexts(); before == 0 || after == 0 || after >= before {
			o.t.Errorf("the index had %d pieces of text, and has %d", before, after)
		}
		o.proven()
		u, err := o.service.User(o.ctx, o.actor, ada.ID)
		o.must(err)
		if u.ErasedAt.IsZero() || u.Status != bank.UserLocked {
			o.t.Errorf("the end user is %+v", u)
		}
		o.want("again", o.service.Erase(o.ctx, o.actor, ada.ID), bank.ErrConflict)
		_, err = o.service.UpdateUser(o.ctx, o.actor, ada.ID, func(u *bank.User) error { u.FirstName = "ADELA"; return nil })
		o.want("giving the name back", err, bank.ErrConflict)
		var parts int
		o.must(o.raw.QueryRowContext(o.ctx, "SELECT COUNT(*) FROM file_parts").Scan(&parts))
		if parts != 0 {
			o.t.Errorf("%d parts of the old file are left", parts)
		}
	})
}

// nobody asks for a second person.
type nobody struct{}

func (nobody) Require(context.Context, *store.Tx, bank.Actor, store.ApprovalRequest) (*bank.Approval, error) {
	return nil, nil
}

// wordsOfTransfers counts the transfers in which a text still is.
func (o *office) wordsOfTransfers(text string) (n int) {
	o.t.Helper()
	o.must(o.raw.QueryRowContext(o.ctx, "SELECT COUNT(*) FROM transfer_words WHERE payee_iban || payee_name || title || reference LIKE $1", "%"+text+"%").Scan(&n))
	return n
}

// TestEraseTransfers: with an end user go the words of what they ordered, and who they are where others paid them; amounts,
// statuses, postings and the chain stay.
func TestEraseTransfers(t *testing.T) {
	settings := automatic()
	settings.RetentionYears = 5
	eachOffice(t, settings, wideBase, func(o *office) {
		ada, adaBalance, adaIBAN := o.named("ADELA", "ODCHODZACA")
		_, bart, bartIBAN := o.named("BART", "ZOSTAJACY")
		o.executed(o.line(900, otherMaster[2:], adaIBAN, "PLATNIK PIERWSZY", "ADELA ODCHODZACA", "WYPLATA"),
			o.line(500, otherMaster[2:], bartIBAN, "PLATNIK PIERWSZY", "BART ZOSTAJACY", "WYPLATA"))
		service := transfers.New(o.db, nobody{}, transfers.WithClock(o.now))
		backend := bank.Actor{Customer: o.actor.Customer, Kind: bank.ActorCertificate, Name: "V-Demo-App", Permissions: bank.AllPermissions()}
		pay := func(from accounts.BalanceView, to, name, title string, amount int64) bank.Transfer {
			ctx := bank.WithIdempotency(o.ctx, &bank.Idempotency{Key: title})
			p, err := service.Order(ctx, backend, transfers.Order{Payer: from.ID, Amount: money.New(amount, money.PLN), Payee: "PL" + to, PayeeName: name, Title: title})
			o.must(err)
			return p.Transfer
		}
		within := pay(adaBalance, bartIBAN, "BART ZOSTAJACY", "TAJNY ZWYKLY", 900)
		given := pay(bart, adaIBAN, "ADELA ODCHODZACA", "TYTUL BARTA", 100)
		back := pay(adaBalance, bartIBAN, "BART ZOSTAJACY", "TAJNY ODWROT", 100)
		cancelled := pay(bart, otherMaster[2:], "ODBIORCA DRUGI", "CZYNSZ BARTA", 50)
		_, err := service.Cancel(o.ctx, backend, cancelled.ID, "")
		o.must(err)
		_, err = o.service.CloseBalance(o.ctx, o.actor, adaBalance.ID)
		o.must(err)
		o.pass(6 * 366 * 24 * time.Hour)
		if o.wordsOfTransfers("TAJNY") != 2 || o.wordsOfTransfers(adaIBAN) != 1 {
			o.t.Fatal("the words were never there")
		}
		o.must(o.service.Erase(o.ctx, o.actor, ada.ID))
		for text, want := range map[string]int{"TAJNY": 0, "ODCHODZACA": 0, adaIBAN: 0, "TYTUL BARTA": 1, "CZYNSZ BARTA": 1, "ODBIORCA DRUGI": 1} {
			if n := o.wordsOfTransfers(text); n != want {
				o.t.Errorf("%s is in %d transfers, want %d", text, n, want)
			}
		}
		for _, gone := range []string{"ODCHODZACA", adaIBAN} { // the titles are those of BART's transactions too
			if found := o.anywhere(gone); found != nil {
				o.t.Errorf("%s is still in %v", gone, found)
			}
		}
		for _, was := range []bank.Transfer{within, given, back} {
			now, steps, err := service.Transfer(o.ctx, backend, was.ID)
			o.must(err)
			if now.Status != bank.TransferSettled || now.Amount != was.Amount || now.Transaction != was.Transaction || len(steps) != 2 {
				o.t.Errorf("the transfer is %+v with %d steps, and was %+v", now, len(steps), was)
			}
		}
		o.proven()
	})
}

// TestEraseNeedsPeriodAndPermission: without a retention period nobody is erased, and not everybody may.
func TestEraseNeedsPeriodAndPermission(t *testing.T) {
	eachOffice(t, automatic(), wideBase, func(o *office) {
		o.pass(100 * 366 * 24 * time.Hour)
		o.want("without a period", o.service.Erase(o.ctx, o.actor, o.user.ID), bank.ErrConflict)
		if n, err := o.service.EraseDue(o.ctx, o.actor.Customer); err != nil || n != 0 {
			o.t.Errorf("erased %d (%v)", n, err)
		}
		nobody := bank.Actor{Customer: o.actor.Customer, Kind: bank.ActorOperator, Name: "clerk", Permissions: []bank.Permission{bank.PermUsersRead, bank.PermUsersWrite}}
		o.want("erase", o.service.Erase(o.ctx, nobody, o.user.ID), bank.ErrForbidden)
		o.want("hold", o.service.SetLegalHold(o.ctx, nobody, o.user.ID, "x"), bank.ErrForbidden)
		_, err := o.service.Export(o.ctx, nobody, o.user.ID)
		o.want("export without history", err, bank.ErrForbidden)
		_, err = o.service.Export(o.ctx, o.actor, bank.NewID())
		o.want("export of nobody", err, bank.ErrNotFound)
	})
}
