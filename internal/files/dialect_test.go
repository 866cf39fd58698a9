package files_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"ims/bankfile"
	"ims/internal/bank"
	"ims/internal/customers"
	"ims/internal/files"
	"ims/internal/store"
	"ims/internal/store/storetest"
)

// feed changes the master account of the scene.
func (s *scene) feed(mutate func(*customers.Feed)) {
	s.t.Helper()
	m, err := customers.New(s.db, clock).UpdateMasterAccount(context.Background(), s.actor, s.master.ID, func(f *customers.Feed) error {
		mutate(f)
		return nil
	})
	must(s.t, err)
	s.master = m
}

// dialect sets how the bank writes.
func (s *scene) dialect(d bank.Dialect) { s.feed(func(f *customers.Feed) { f.Dialect = d }) }

// again validates an Invalid file once more.
func (s *scene) again(f bank.TransactionFile) bank.TransactionFile {
	s.t.Helper()
	ctx := context.Background()
	_, err := s.files.ValidateAgain(ctx, s.actor, f.ID)
	must(s.t, err)
	must(s.t, s.files.RunFile(ctx, "w", s.actor.Customer, f.ID))
	f, err = s.files.File(ctx, s.actor, f.ID)
	must(s.t, err)
	return f
}

// found returns the first finding of a code.
func (s *scene) found(f bank.TransactionFile, code bankfile.Code) bank.FileFinding {
	s.t.Helper()
	list, err := s.files.Findings(context.Background(), s.actor, f.ID, "en", 0, 1000)
	must(s.t, err)
	for _, x := range list {
		if x.Code == string(code) {
			return x
		}
	}
	s.t.Fatalf("%s has no %s: %+v", f.Name, code, list)
	return bank.FileFinding{}
}

// TestEveryEncodingHasItsName: what a dialect may say of encodings is what the reader knows.
func TestEveryEncodingHasItsName(t *testing.T) {
	for _, name := range bank.Encodings() {
		var e bankfile.Encoding
		if err := e.UnmarshalText([]byte(name)); err != nil || e == bankfile.Auto {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestDialect: a file that the account's dialect refuses is taken once the account is mended and the file validated again,
// and the other way round.
func TestDialect(t *testing.T) {
	each(t, bank.Strict, func(s *scene) {
		_, account := s.balance()
		credit := line(outside, account, 100, "A")
		for name, c := range map[string]struct {
			content string
			code    bankfile.Code
			mended  bank.Dialect
		}{
			"old social security": {strings.Replace(credit, "110,", "120,", 1), bankfile.RecordTypeUnsupported, bank.Dialect{Types: []string{"110", "120"}}},
			"a debit marked 2xx":  {strings.Replace(line(account, outside, 100, "B"), "110,", "210,", 1), bankfile.RecordTypeUnsupported, bank.Dialect{TwoHundreds: bank.StatementPKO}},
			"no payer":            {line("", account, 100, "C"), bankfile.RecordPayerAccountMissing, bank.Dialect{AllowMissingPayer: true}},
			"two years old":       {strings.Replace(credit, "20261120", "20241120", 1), bankfile.RecordDateTooOld, bank.Dialect{MaxAgeDays: 1000}},
		} {
			s.dialect(bank.Dialect{})
			f := s.validated(name+".pli", c.content)
			if s.found(f, c.code).Severity != "ERROR" || f.Status != bank.FileInvalid {
				t.Errorf("%s: %s", name, f.Status)
			}
			s.dialect(c.mended)
			if f = s.again(f); f.Status != bank.FileValidated || f.Dialect.String() != c.mended.String() {
				t.Errorf("%s, mended: %s with %s: %v", name, f.Status, f.Dialect, f.Totals.Codes)
			}
		}
		s.dialect(bank.Dialect{StrictTextOnCredit: true})
		fiveLines := strings.Replace(credit, `"A"`, `"A|B|C|D|E"`, 1)
		if f := s.validated("strict.pli", fiveLines); f.Status != bank.FileInvalid || s.found(f, bankfile.RecordTitleTooManyLines).Severity != "ERROR" {
			t.Errorf("strict text: %s", f.Status)
		}
		s.dialect(bank.Dialect{Encoding: "IBM852"})
		f := s.validated("cp852.pli", strings.Replace(credit, `"A"`, "\"\xa5\x88\"", 1))
		if f.Totals.Encoding != "IBM852" {
			t.Errorf("read as %s", f.Totals.Encoding)
		}
	})
}

// TestAcceptanceIsThatOfTheAccountNow: validating again asks the account anew.
func TestAcceptanceIsThatOfTheAccountNow(t *testing.T) {
	each(t, bank.Strict, func(s *scene) {
		_, account := s.balance()
		f := s.validated("one bad.pli", line(outside, account, 100, "A")+line(outside, account, 0, "B"))
		if f.Status != bank.FileInvalid || f.Acceptance != bank.Strict {
			t.Fatalf("%s, %s", f.Status, f.Acceptance)
		}
		s.feed(func(f *customers.Feed) { f.Acceptance = bank.ByRecord })
		if f = s.again(f); f.Status != bank.FileValidated || f.Acceptance != bank.ByRecord {
			t.Errorf("%s, %s", f.Status, f.Acceptance)
		}
	})
}

// TestOrdersAreRefused: wishes are no bookings, whatever the acceptance, and the refusal says what to upload instead.
func TestOrdersAreRefused(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newScene(t, db, bank.ByRecord)
		v, account := s.balance()
		s.executed("money.pli", line(outside, account, 1000, "IN"))
		f := s.validated("orders.pli", line(account, outside, 100, "A")+strings.Replace(line(account, outside, 200, "B"), "20261120", "20261130", 1))
		if x := s.found(f, bankfile.FileOrders); f.Status != bank.FileInvalid || x.Line != 2 || !strings.Contains(x.Message, "orders are made as transfers") {
			t.Errorf("%s: %+v", f.Status, x)
		}
		f = s.validated("direct debit.pli", strings.Replace(line(account, outside, 100, "/NIP/5260001246/IDP/1/TYT/A"), "110,", "210,", 1))
		if x := s.found(f, bankfile.RecordTypeUnsupported); f.Status != bank.FileInvalid || !strings.Contains(x.Message, "upload what the bank has booked") || x.Field != 1 {
			t.Errorf("%s: %+v", f.Status, x)
		}
		if got := s.now(v).Booked; got != 1000 {
			t.Errorf("booked %d", got)
		}
	})
}

// TestNotDue: a file that was validated by a clock ahead of ours is not executed before its day.
func TestNotDue(t *testing.T) {
	each(t, bank.Strict, func(s *scene) {
		ctx := context.Background()
		_, account := s.balance()
		today := strings.Replace(line(outside, account, 100, "A"), "20261120", "20261123", 1)
		f := s.validated("today.pli", line(outside, account, 100, "B")+today)
		yesterday := files.New(files.Config{DB: s.db, Now: func() time.Time { return day.Add(-24 * time.Hour) }})
		_, _, err := yesterday.Execute(ctx, s.actor, f.ID)
		e, ok := bank.AsError(err)
		if !ok || !errors.Is(err, bank.ErrFileNotExecutable) || e.Fields[0].Code != string(bankfile.DomainNotDue) || !strings.Contains(e.Message, "2026-11-23") {
			t.Fatalf("executed a day early: %v", err)
		}
		_, _, err = s.files.Execute(ctx, s.actor, f.ID)
		must(t, err)
	})
}
