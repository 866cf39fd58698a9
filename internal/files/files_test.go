package files_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"ims/internal/bank"
	"ims/internal/files"
	"ims/internal/sheet"
)

// neverIssued is an account in our range that nobody has: the range issues other numbers first with near certainty.
const neverIssued = "29111111117700000000000005"

func TestEveryOutcome(t *testing.T) {
	each(t, bank.Strict, func(s *scene) {
		a, aNo := s.balance()
		b, bNo := s.balance()
		frozen, frozenNo := s.balance()
		closed, closedNo := s.balance()
		ctx := context.Background()
		block, err := s.block(frozen.ID, bank.BlockCredits)
		must(s.t, err)
		_, err = s.accounts.CloseBalance(ctx, s.actor, closed.ID)
		must(s.t, err)
		content := line(outside, aNo, 10_000, "CREDIT") +
			line(outside, frozenNo, 700, "FROZEN") +
			line(outside, neverIssued, 300, "UNKNOWN") +
			line(outside, closedNo, 200, "CLOSED") +
			line(outside, masterNRB, 5_000, "MASTER") +
			line(aNo, bNo, 4_000, "INTERNAL") +
			line(bNo, outside, 1_000, "DEBIT") +
			line(bNo, outside, 9_000, "SHORT") +
			line(closedNo, outside, 50, "DEBIT FROM CLOSED") +
			line(neverIssued, outside, 60, "DEBIT FROM UNKNOWN") +
			line(aNo, masterNRB, 500, "SWEEP") +
			line(masterNRB, outside, 100, "CHARGES")
		// Own funds are empty at validation: charges would be a record error. Fund them by an item first.
		s.fundOwn(2_000)
		_, got := s.executed("all.pli", content)
		want := map[string]bank.Sum{
			"CREDITED": {Count: 1, Amount: 10_000}, "CREDITED_FROZEN": {Count: 1, Amount: 700}, "TECHNICAL": {Count: 3, Amount: 5_500},
			"INTERNAL": {Count: 1, Amount: 4_000}, "DEBITED": {Count: 2, Amount: 1_060}, "SHORTFALL": {Count: 2, Amount: 9_050},
			"OWN": {Count: 2, Amount: 600}, "POSTINGS": {Count: 13, Amount: 30_910},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			s.t.Error(diff)
		}
		amounts := map[string]int64{"a": s.now(a).Booked, "b": s.now(b).Booked, "frozen": s.now(frozen).Booked, "held": s.now(frozen).Held}
		if diff := cmp.Diff(map[string]int64{"a": 5_500, "b": 0, "frozen": 700, "held": 700}, amounts); diff != "" {
			s.t.Error(diff)
		}
		wantItems := map[bank.Reason]int64{bank.ReasonUnknownIBAN: 300, bank.ReasonClosedIBAN: 200, bank.ReasonMasterAccount: 5_000,
			bank.ReasonShortfall: 6_050, bank.ReasonDebitClosed: 50, bank.ReasonDebitUnknown: 60}
		if diff := cmp.Diff(wantItems, s.items()); diff != "" {
			s.t.Error(diff)
		}
		s.proven()

		// A later credit repays the shortfall first, and lifting the block frees the frozen credit.
		s.executed("later.pli", line(outside, bNo, 7_000, "LATER"))
		if got := s.now(b).Booked; got != 1_000 {
			s.t.Errorf("balance after repayment: %d, want 1000", got)
		}
		must(s.t, s.accounts.Lift(ctx, s.actor, frozen.ID.String(), block))
		if got := s.now(frozen); got.Available() != 700 {
			s.t.Errorf("available after lifting the block: %d, want 700", got.Available())
		}
		s.proven()
	})
}

func TestOnceOnly(t *testing.T) {
	each(t, bank.Strict, func(s *scene) {
		ctx := context.Background()
		a, aNo := s.balance()
		content := line(outside, aNo, 1_234, "ONCE")
		f, _ := s.executed("once.pli", content)
		_, err := s.upload("other name.pli", content)
		if !errors.Is(err, bank.ErrFileDuplicate) {
			s.t.Errorf("same content: %v", err)
		}
		if e, _ := bank.AsError(err); len(e.Fields) != 1 || e.Fields[0].Code != "file.duplicate" || !strings.Contains(e.Fields[0].Detail, "once.pli") {
			s.t.Errorf("same content, fields %+v", e.Fields)
		}
		_, err = s.upload("once.pli", line(outside, aNo, 999, "OTHER"))
		if !errors.Is(err, bank.ErrFileNameTaken) {
			s.t.Errorf("same name: %v", err)
		}
		if e, _ := bank.AsError(err); len(e.Fields) != 1 || e.Fields[0].Pointer != "name" || e.Fields[0].Code != "file.name_duplicate" {
			s.t.Errorf("same name, fields %+v", e.Fields)
		}
		if _, _, err = s.files.Execute(ctx, s.actor, f.ID); !errors.Is(err, bank.ErrFileNotExecutable) {
			s.t.Errorf("execute again: %v", err)
		}
		if got := s.now(a).Booked; got != 1_234 {
			s.t.Errorf("booked %d", got)
		}
		s.proven()
	})
}

func TestStrictRefusesByRecordGoesOn(t *testing.T) {
	content := func(no string) string {
		return line(outside, no, 100, "GOOD") + "110,20261120,12.50," + strings.TrimPrefix(line(outside, no, 5, "BAD"), "110,20261120,5,")
	}
	each(t, bank.Strict, func(s *scene) {
		_, no := s.balance()
		f := s.validated("strict.pli", content(no))
		if f.Status != bank.FileInvalid || f.Totals.Codes["record.amount_format"] != 1 {
			s.t.Fatalf("%s %+v", f.Status, f.Totals)
		}
		if _, _, err := s.files.Execute(context.Background(), s.actor, f.ID); !errors.Is(err, bank.ErrFileNotExecutable) {
			s.t.Errorf("execute an invalid file: %v", err)
		}
		// Its name is free again, its content is not.
		if _, err := s.upload("strict.pli", content(no)); !errors.Is(err, bank.ErrFileDuplicate) {
			s.t.Errorf("content of an invalid file: %v", err)
		}
		s.executed("strict.pli", line(outside, no, 100, "GOOD"))
		if _, err := s.files.ValidateAgain(context.Background(), s.actor, f.ID); !errors.Is(err, bank.ErrFileNameTaken) {
			s.t.Errorf("validate again under a taken name: %v", err)
		}
		s.proven()
	})
	each(t, bank.ByRecord, func(s *scene) {
		v, no := s.balance()
		f, outcomes := s.executed("by-record.pli", content(no))
		if outcomes["UNREADABLE"].Count != 1 || s.now(v).Booked != 100 {
			s.t.Errorf("outcomes %+v", outcomes)
		}
		if s.items()[bank.ReasonUnreadable] != 0 || f.Totals.Errors != 1 {
			s.t.Errorf("items %+v", s.items())
		}
		s.proven()
	})
}

func TestSurplusCopiesAcrossFiles(t *testing.T) {
	each(t, bank.Strict, func(s *scene) {
		v, no := s.balance()
		twice := line(outside, no, 100, "RENT")
		s.executed("one.pli", twice+twice) // two equal payments on one day are legal
		f := s.validated("two.pli", twice+line(outside, no, 7, "OTHER")+twice+twice)
		if f.Totals.Codes["domain.duplicate_executed"] != 2 || f.Totals.Codes["domain.duplicate_in_file"] != 2 {
			s.t.Fatalf("codes %+v", f.Totals.Codes)
		}
		ctx := context.Background()
		if list, err := s.files.Findings(ctx, s.actor, f.ID, "en", 0, 100); err != nil || !strings.Contains(list[len(list)-1].Message, "one.pli") {
			s.t.Errorf("the finding does not name the executed file: %+v, %v", list, err)
		}
		_, _, err := s.files.Execute(ctx, s.actor, f.ID)
		must(s.t, err)
		must(s.t, s.files.RunFile(ctx, "w", s.actor.Customer, f.ID))
		if got := s.now(v).Booked; got != 200+100+7 {
			s.t.Errorf("booked %d", got)
		}
		if s.items()[bank.ReasonDuplicate] != 200 {
			s.t.Errorf("items %+v", s.items())
		}
		s.proven()
	})
}

func TestOwnFundsShortStopsAndIsRetried(t *testing.T) {
	each(t, bank.Strict, func(s *scene) {
		ctx := context.Background()
		_, no := s.balance()
		s.fundOwn(500)
		a := s.validated("a.pli", line(masterNRB, no, 400, "FUNDING"))
		b := s.validated("b.pli", line(masterNRB, no, 300, "FUNDING TOO"))
		for _, f := range []bank.TransactionFile{a, b} {
			_, _, err := s.files.Execute(ctx, s.actor, f.ID)
			must(s.t, err)
		}
		must(s.t, s.files.RunFile(ctx, "w", s.actor.Customer, a.ID))
		err := s.files.RunFile(ctx, "w", s.actor.Customer, b.ID)
		if !errors.Is(err, bank.ErrInsufficientFunds) {
			s.t.Fatalf("short own funds: %v", err)
		}
		stopped, err := s.files.File(ctx, s.actor, b.ID)
		must(s.t, err)
		if !strings.Contains(stopped.StopReason, "own funds in PLN are short for line 1") {
			s.t.Errorf("stop reason %q", stopped.StopReason)
		}
		s.proven()
		s.fundOwn(1_000)
		_, err = s.files.Retry(ctx, s.actor, b.ID)
		must(s.t, err)
		s.runPatiently(b.ID)
		s.proven()
	})
}

func TestDamagedAndEmptyFiles(t *testing.T) {
	each(t, bank.ByRecord, func(s *scene) {
		for name, content := range map[string]string{"empty.pli": "", "zip.pli": "PK\x03\x04 and more", "nul.pli": "110,\x00,"} {
			if f := s.validated(name, content); f.Status != bank.FileInvalid || f.Totals.Errors == 0 {
				s.t.Errorf("%s is %s", name, f.Status)
			}
		}
		for _, name := range []string{"", "a/b.pli", "a\x00.pli", strings.Repeat("x", 300)} {
			if _, err := s.upload(name, "x"); !errors.Is(err, bank.ErrInvalid) {
				s.t.Errorf("name %q: %v", name, err)
			}
		}
		if _, err := s.files.Receive(context.Background(), s.actor, files.Upload{Name: "x.pli", MasterAccount: bank.NewID(), Body: strings.NewReader("x")}); !errors.Is(err, bank.ErrNotFound) {
			s.t.Errorf("unknown master account: %v", err)
		}
		s.proven()
	})
}

func TestTwoWorkersAndManyChunks(t *testing.T) {
	each(t, bank.Strict, func(s *scene) {
		ctx := context.Background()
		v, no := s.balance()
		_, other := s.balance()
		var content strings.Builder
		const n = 200
		for i := range n {
			content.WriteString(line(outside, no, int64(1+i), fmt.Sprintf("CREDIT %d", i)))
			content.WriteString(line(no, other, 1, fmt.Sprintf("INTERNAL %d", i)))
		}
		f := s.validated("many.pli", content.String())
		_, _, err := s.files.Execute(ctx, s.actor, f.ID)
		must(s.t, err)
		errs := make(chan error)
		for w := range 3 {
			go func() {
				errs <- s.service(7).RunFile(ctx, fmt.Sprintf("w%d", w), s.actor.Customer, f.ID)
			}()
		}
		for range 3 {
			must(s.t, <-errs)
		}
		if got := s.now(v).Booked; got != n*(n+1)/2-n {
			s.t.Errorf("booked %d", got)
		}
		s.proven()
	})
}

func TestReports(t *testing.T) {
	each(t, bank.Strict, func(s *scene) {
		ctx := context.Background()
		_, no := s.balance()
		f, _ := s.executed("report.pli", line(outside, no, 12_345, "=HYPERLINK(1)")+line(outside, neverIssued, 5, "LOST"))
		var out bytes.Buffer
		must(s.t, s.files.WriteReport(ctx, s.actor, f.ID, sheet.CSV, &out))
		if technical, credited := strings.Index(out.String(), ",TECHNICAL,0.05"), strings.Index(out.String(), "1,CREDITED,123.45,PLN,2026"); technical > credited {
			s.t.Errorf("the technical balance does not come first:\n%s", out.String())
		}
		var book bytes.Buffer
		must(s.t, s.files.WriteReport(ctx, s.actor, f.ID, sheet.XLSX, &book))
		s.sameReport(&book, out.String())
		for _, want := range []string{"report.pli", "CREDITED,1,123.45,PLN", "TECHNICAL,1,0.05,PLN", "1,CREDITED,123.45,PLN,2026-11-20", "'=HYPERLINK(1)", "UNKNOWN_IBAN"} {
			if !strings.Contains(out.String(), want) {
				s.t.Errorf("report lacks %q:\n%s", want, out.String())
			}
		}
		out.Reset()
		must(s.t, s.files.WriteValidationReport(ctx, s.actor, f.ID, files.ReportCSV, "en", &out))
		if !strings.Contains(out.String(), "domain.own_account_unknown") {
			s.t.Errorf("findings:\n%s", out.String())
		}
	})
}

// sameReport holds the lines of a workbook to those of the CSV report.
func (s *scene) sameReport(book io.Reader, text string) {
	s.t.Helper()
	f, err := excelize.OpenReader(book)
	must(s.t, err)
	defer f.Close()
	rows, err := f.GetRows("lines")
	must(s.t, err)
	_, table, _ := strings.Cut(text, "\n\n")
	lines, err := csv.NewReader(strings.NewReader(table)).ReadAll()
	must(s.t, err)
	if len(rows) != len(lines) {
		s.t.Fatalf("%d rows in the workbook, %d in CSV", len(rows), len(lines))
	}
	for i, row := range rows {
		for j, cell := range row {
			if want := strings.TrimPrefix(lines[i][j], "'"); cell != want {
				s.t.Errorf("row %d, column %d: %q, in CSV %q", i, j, cell, want)
			}
		}
	}
}

func TestItemsAreDecidedOnce(t *testing.T) {
	each(t, bank.Strict, func(s *scene) {
		ctx := context.Background()
		v, _ := s.balance()
		s.executed("lost.pli", line(outside, neverIssued, 900, "LOST"))
		list, err := s.files.Items(ctx, s.actor, storeFilter())
		must(s.t, err)
		item := list[0]
		if item.State != bank.ItemPosted || item.Details.Title != "LOST" {
			s.t.Fatalf("item %+v", item)
		}
		if _, _, err := s.files.Settle(ctx, s.actor, item.ID, "no"); !errors.Is(err, bank.ErrConflict) {
			s.t.Errorf("settle a posted item: %v", err)
		}
		if _, _, err := s.files.Assign(ctx, s.actor, item.ID, files.Target{Balance: v.ID}, ""); !errors.Is(err, bank.ErrInvalid) {
			s.t.Errorf("assign without reason: %v", err)
		}
		got, _, err := s.files.Assign(ctx, s.actor, item.ID, files.Target{Balance: v.ID}, "name in the title")
		must(s.t, err)
		if got.Status != bank.ItemAssigned || s.now(v).Booked != 900 {
			s.t.Errorf("assigned %+v, booked %d", got, s.now(v).Booked)
		}
		if _, _, err := s.files.Assign(ctx, s.actor, item.ID, files.Target{OwnFunds: true}, "again"); !errors.Is(err, bank.ErrConflict) {
			s.t.Errorf("assign twice: %v", err)
		}
		s.proven()
	})
}

// runPatiently runs a file whose failed stage pauses before it is tried again.
func (s *scene) runPatiently(id bank.ID) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	must(s.t, s.files.RunFile(ctx, "w", s.actor.Customer, id))
}

// brokenOff is an upload whose connection dies.
type brokenOff struct{ rest io.Reader }

func (b brokenOff) Read(p []byte) (int, error) {
	n, err := b.rest.Read(p)
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

func TestHalfAnUploadIsNoFile(t *testing.T) {
	each(t, bank.Strict, func(s *scene) {
		ctx := context.Background()
		_, no := s.balance()
		content := line(outside, no, 100, "HALF")
		_, err := s.files.Receive(ctx, s.actor, files.Upload{Name: "half.pli", MasterAccount: s.master.ID, Body: brokenOff{strings.NewReader(content)}})
		if !errors.Is(err, bank.ErrMalformed) {
			s.t.Fatalf("upload that breaks off: %v", err)
		}
		list, err := s.files.Files(ctx, s.actor, files.Filter{})
		must(s.t, err)
		if len(list) != 0 {
			s.t.Errorf("files %+v", list)
		}
		s.executed("half.pli", content) // neither its name nor its content is taken
	})
}
