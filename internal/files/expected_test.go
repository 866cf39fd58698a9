package files_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ims/internal/bank"
	"ims/internal/files"
)

// announced uploads and validates a file of which something is said.
func (s *scene) announced(name, content string, e bank.FileExpected) bank.TransactionFile {
	s.t.Helper()
	ctx := context.Background()
	f, err := s.files.Receive(ctx, s.actor, files.Upload{Name: name, MasterAccount: s.master.ID, Body: strings.NewReader(content), Expected: e})
	must(s.t, err)
	must(s.t, s.files.RunFile(ctx, "w", s.actor.Customer, f.ID))
	f, err = s.files.File(ctx, s.actor, f.ID)
	must(s.t, err)
	return f
}

// validatedAgain validates an Invalid file once more.
func (s *scene) validatedAgain(f bank.TransactionFile) bank.TransactionFile {
	s.t.Helper()
	ctx := context.Background()
	f, err := s.files.ValidateAgain(ctx, s.actor, f.ID)
	must(s.t, err)
	must(s.t, s.files.RunFile(ctx, "w", s.actor.Customer, f.ID))
	f, err = s.files.File(ctx, s.actor, f.ID)
	must(s.t, err)
	return f
}

// TestExpected: a file that is not what was said of it is refused as a whole, whatever the acceptance: its last lines may be
// missing, which nothing in it tells, or it is the file of orders in place of the report.
func TestExpected(t *testing.T) {
	for _, acceptance := range []bank.Acceptance{bank.Strict, bank.ByRecord} {
		each(t, acceptance, func(s *scene) {
			_, no := s.balance()
			two := line(outside, no, 100, "A") + line(outside, no, 50, "B")
			right := bank.FileExpected{Direction: bank.ExpectCredits, Records: 2, Sum: 150}
			f := s.announced("right.pli", two, right)
			if diff := cmp.Diff(right, f.Totals.Expected); f.Status != bank.FileValidated || diff != "" {
				s.t.Errorf("%s, %v (-want +got):\n%s", f.Status, f.Totals.Codes, diff)
			}
			wrong := bank.FileExpected{Direction: bank.ExpectDebits, Records: 3, Sum: 151}
			f = s.announced("wrong.pli", two+"\r\n", wrong)
			want := map[string]int64{"file.direction_mismatch": 1, "file.control_totals_mismatch": 2}
			if diff := cmp.Diff(want, f.Totals.Codes); f.Status != bank.FileInvalid || diff != "" {
				s.t.Errorf("%s, findings (-want +got):\n%s", f.Status, diff)
			}
			text := s.written(f, files.ReportCSV, "pl")
			for _, part := range []string{`Zapowiedziano,"tylko obciążenia, Rekordy: 3, Suma: 1,51 PLN"`, "liczba rekordów: zapowiedziano 3, plik ma 2", "jeśli błędna jest zapowiedź"} {
				if !strings.Contains(text, part) {
					s.t.Errorf("the report lacks %q:\n%s", part, text)
				}
			}
			// Its content is taken for ever: whoever said it wrong can still set that aside, and only that.
			if f = s.validatedAgain(f); f.Status != bank.FileValidated || f.Totals.Expected != (bank.FileExpected{}) {
				s.t.Errorf("validated again: %s, %+v", f.Status, f.Totals)
			}
			f = s.announced("torn.pli", two+line(outside, no, 7, "C")+"torn", bank.FileExpected{Records: 4})
			if f = s.validatedAgain(f); f.Status != bank.FileInvalid || f.Totals.Expected != (bank.FileExpected{Records: 4}) {
				s.t.Errorf("validated again for another reason: %s, %+v", f.Status, f.Totals)
			}
			for field, e := range map[string]bank.FileExpected{"expect": {Direction: "both"}, "expectedRecords": {Records: -1}, "expectedSum": {Sum: -1}} {
				_, err := s.files.Receive(context.Background(), s.actor, files.Upload{Name: "x.pli", MasterAccount: s.master.ID, Body: strings.NewReader("x"), Expected: e})
				if refused, _ := bank.AsError(err); !errors.Is(err, bank.ErrInvalid) || refused.Fields[0].Pointer != field {
					s.t.Errorf("%+v: %v", e, err)
				}
			}
		})
	}
}
