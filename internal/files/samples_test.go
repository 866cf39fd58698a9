package files_test

import (
	"context"
	"errors"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ims/iban"
	"ims/internal/accounts"
	"ims/internal/bank"
	"ims/internal/store"
)

// The accounts of the sample world that pli's samples name.
const (
	sampleV1 = "40111111117700000000000001" // open, with money
	sampleV3 = "83111111117700000000000003" // closed
	sampleV4 = "56111111117700000000000004" // blocked, with money
	sampleV6 = "02111111117700000000000006" // open, with 5.00
)

// TestSamples runs the documented records about which the registry and the balances decide, each as a file of its own.
func TestSamples(t *testing.T) {
	lines := sampleLines(t)
	for name, want := range map[string]struct {
		code    string
		outcome string
		items   map[bank.Reason]int64
	}{
		"X30":  {"domain.own_account_unknown", "TECHNICAL", map[bank.Reason]int64{bank.ReasonUnknownIBAN: 12_345}},
		"X30b": {"domain.own_account_unknown", "DEBITED", map[bank.Reason]int64{bank.ReasonDebitUnknown: 12_345}},
		"X31":  {"domain.own_account_closed", "TECHNICAL", map[bank.Reason]int64{bank.ReasonClosedIBAN: 12_345}},
		"X31b": {"domain.own_account_closed", "SHORTFALL", map[bank.Reason]int64{bank.ReasonDebitClosed: 12_345, bank.ReasonShortfall: 12_345}},
		"X32":  {"domain.own_account_blocked", "CREDITED_FROZEN", map[bank.Reason]int64{}},
		"X32b": {"domain.own_account_blocked", "DEBITED", map[bank.Reason]int64{bank.ReasonDebitBlocked: 12_345}},
		"X33":  {"domain.insufficient_funds", "SHORTFALL", map[bank.Reason]int64{bank.ReasonShortfall: 1}},
		"X48":  {"domain.own_account_closed", "INTERNAL", map[bank.Reason]int64{bank.ReasonClosedIBAN: 12_345}},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, bank.Strict, func(s *scene) {
				s.sampleWorld()
				f, outcomes := s.executed(name+".pli", lines[name]+"\r\n")
				if diff := cmp.Diff(map[string]int64{want.code: 1}, f.Totals.Codes); diff != "" {
					s.t.Errorf("findings (-want +got):\n%s", diff)
				}
				if found, err := s.files.Findings(context.Background(), s.actor, f.ID, "en", 0, 1); err != nil || !strings.Contains(found[0].Message, found[0].Value) ||
					want.code != "domain.insufficient_funds" && !strings.HasPrefix(found[0].Value, "PL") {
					s.t.Errorf("the finding does not tell the IBAN: %+v, %v", found, err)
				}
				delete(outcomes, "POSTINGS")
				if names := slices.Collect(maps.Keys(outcomes)); !slices.Equal(names, []string{want.outcome}) {
					s.t.Errorf("outcomes %v, want %s", names, want.outcome)
				}
				if diff := cmp.Diff(want.items, s.items()); diff != "" {
					s.t.Errorf("items (-want +got):\n%s", diff)
				}
				s.proven()
			})
		})
	}
}

// TestSampleFiles sends the same record twice in one file, under the line ends of two old systems, and a file twice.
func TestSampleFiles(t *testing.T) {
	record := sampleLines(t)["V01"]
	each(t, bank.Strict, func(s *scene) {
		v := s.sampleWorld()
		before := s.now(v).Booked
		for end, code := range map[string]string{"\r": "file.line_endings_cr", "\n": "file.line_endings_lf"} {
			content := record + end + record + end
			f := s.validated(code+".pli", content)
			want := map[string]int64{code: 1, "domain.duplicate_in_file": 1}
			if diff := cmp.Diff(want, f.Totals.Codes); diff != "" || f.Status != bank.FileValidated || f.Totals.Records != 2 {
				s.t.Errorf("%s, %d records, findings (-want +got):\n%s", f.Status, f.Totals.Records, diff)
			}
			list, err := s.files.Findings(context.Background(), s.actor, f.ID, "en", 0, 10)
			must(s.t, err)
			if last := list[len(list)-1]; last.Code != "domain.duplicate_in_file" || last.Line != 2 || last.Severity != "WARNING" {
				s.t.Errorf("the repetition is found as %+v", last)
			}
			if _, err := s.upload("again "+code+".pli", content); !errors.Is(err, bank.ErrFileDuplicate) {
				s.t.Errorf("the same file uploaded twice: %v", err)
			}
		}
		s.executed("twice.pli", record+"\r\n"+record+"\r\n")
		if got := s.now(v).Booked - before; got != 2*12_345 {
			s.t.Errorf("two equal payments booked %d", got)
		}
		s.proven()
	})
}

// sampleWorld opens the accounts of the sample world and returns the balance of V1.
func (s *scene) sampleWorld() accounts.BalanceView {
	s.t.Helper()
	ctx := context.Background()
	v1, v3, v4, v6 := s.numbered(sampleV1), s.numbered(sampleV3), s.numbered(sampleV4), s.numbered(sampleV6)
	s.executed("funds.pli", line(outside, sampleV1, 1_000_000_000, "V1")+line(outside, sampleV4, 50_000, "V4")+line(outside, sampleV6, 500, "V6"))
	_, err := s.accounts.CloseBalance(ctx, s.actor, v3.ID)
	must(s.t, err)
	_, err = s.block(v4.ID, bank.BlockBoth)
	must(s.t, err)
	if s.now(v6).Booked != 500 {
		s.t.Fatal("V6 has not 5.00")
	}
	return v1
}

// numbered opens a balance whose IBAN is given, not issued.
func (s *scene) numbered(account string) accounts.BalanceView {
	s.t.Helper()
	ctx := context.Background()
	v, _ := s.balance()
	_, err := s.accounts.CloseIBAN(ctx, s.actor, v.Accounts[0].IBAN)
	must(s.t, err)
	number, err := iban.Parse("PL" + account)
	must(s.t, err)
	must(s.t, s.db.Write(ctx, func(tx *store.Tx) error {
		return tx.AddIBAN(s.actor.Customer, number, v.No, "PL111111117700", 1<<40, day)
	}))
	return v
}

// sampleLines reads the documented records by their names.
func sampleLines(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile("../../pli/testdata/samples.txt")
	must(t, err)
	lines := map[string]string{}
	var name string
	for l := range strings.Lines(string(text)) {
		l = strings.TrimRight(l, "\r\n")
		if head, ok := strings.CutPrefix(l, "# "); ok {
			name, _, _ = strings.Cut(head, " ")
			continue
		}
		lines[name] = l
	}
	return lines
}
