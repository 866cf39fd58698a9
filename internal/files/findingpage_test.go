package files_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"ims/iban"
	"ims/internal/bank"
	"ims/internal/files"
)

// TestShownFindings cuts the record where the field is, and narrows by what people choose.
func TestShownFindings(t *testing.T) {
	each(t, bank.Strict, func(s *scene) {
		_, nrb := s.balance()
		f := s.validated("wrong.pli", strings.Replace(line(outside, nrb, 500, "A"), ",500,", ",,", 1)+line(outside, nrb, 501, "B")+
			strings.Replace(line(outside, nrb, 502, "C"), `"`+nrb+`"`, `"12345"`, 1))
		shown := func(filter files.FindingFilter) []files.ShownFinding {
			list, err := s.files.ShownFindings(context.Background(), s.actor, f.ID, "pl", filter)
			must(s.t, err)
			return list
		}
		for _, x := range shown(files.FindingFilter{}) {
			if x.Before+x.Marked+x.After != x.Record {
				s.t.Errorf("the parts of %q are %q, %q, %q", x.Record, x.Before, x.Marked, x.After)
			}
		}
		format := shown(files.FindingFilter{Code: "record.payee_account_format", Severity: "ERROR"})
		if len(format) != 1 || format[0].Marked != "12345" || format[0].Line != 3 || !strings.Contains(format[0].Message, "12345") {
			s.t.Errorf("the account that is none is shown as %+v", format)
		}
		missing := shown(files.FindingFilter{Code: "record.amount_missing"})
		if len(missing) != 1 || !missing[0].Pointed || missing[0].Marked != "" || missing[0].Name != "kwota" {
			s.t.Errorf("the missing amount is shown as %+v", missing)
		}
		if list := shown(files.FindingFilter{Severity: "WARNING", Code: "record.amount_missing"}); len(list) != 0 {
			s.t.Errorf("no finding is both: %+v", list)
		}
		stranger := s.actor
		stranger.Customer++
		if _, err := s.files.ShownFindings(context.Background(), stranger, f.ID, "en", files.FindingFilter{}); !errors.Is(err, bank.ErrNotFound) {
			s.t.Errorf("another customer reads them: %v", err)
		}
	})
}

// TestRunning tells how far files are whose stage runs, and nothing of others.
func TestRunning(t *testing.T) {
	each(t, bank.Strict, func(s *scene) {
		_, nrb := s.balance()
		done, err := s.upload("done.pli", line(outside, nrb, 1, "A"))
		must(s.t, err)
		must(s.t, s.files.RunFile(context.Background(), "w", s.actor.Customer, done.ID))
		waits, err := s.upload("waits.pli", line(outside, nrb, 2, "B"))
		must(s.t, err)
		list, err := s.files.Files(context.Background(), s.actor, files.Filter{})
		must(s.t, err)
		running, err := s.files.Running(context.Background(), s.actor, list)
		must(s.t, err)
		if len(running) != 1 || running[waits.ID].Stage != string(bank.FilePending) {
			s.t.Errorf("running: %+v", running)
		}
	})
}

// TestEarlierFile leads from a refused upload to the file that was there first.
func TestEarlierFile(t *testing.T) {
	each(t, bank.Strict, func(s *scene) {
		_, nrb := s.balance()
		first, err := s.upload("day.pli", line(outside, nrb, 1, "A"))
		must(s.t, err)
		for name, content := range map[string]string{"day.pli": line(outside, nrb, 2, "B"), "other.pli": line(outside, nrb, 1, "A")} {
			_, err := s.upload(name, content)
			var earlier *files.Earlier
			if !errors.As(err, &earlier) || earlier.File.ID != first.ID {
				s.t.Errorf("%s: %v", name, err)
			}
		}
	})
}

// TestSampleIsAGoodFile uploads what the panel offers to try it with.
func TestSampleIsAGoodFile(t *testing.T) {
	each(t, bank.Strict, func(s *scene) {
		v, _ := s.balance()
		var sample strings.Builder
		must(s.t, files.WriteSample(&sample, []iban.IBAN{v.Accounts[0].IBAN, v.Accounts[0].IBAN}, "2026-11-20"))
		if f := s.validated("sample.pli", sample.String()); f.Status != bank.FileValidated || f.Totals.Records != 2 || f.Totals.Warnings != 0 {
			s.t.Errorf("the sample is %s with %+v", f.Status, f.Totals)
		}
	})
}
