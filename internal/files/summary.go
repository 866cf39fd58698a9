package files

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"ims/bankfile"
	"ims/internal/bank"
	"ims/internal/store"
)

// Summary is what is to be known about a file before it is executed: all of it was stored when the file was validated, so
// it costs the same for ten records as for a million.
type Summary struct {
	File    bank.TransactionFile
	Account bank.MasterAccount // whose currency all amounts are in

	// Records without errors, by what they do.
	Credits  bank.Sum // to our IBANs, from outside or from the master account
	Debits   bank.Sum // from our IBANs, to outside or to the master account
	Internal bank.Sum // between two of our IBANs
	Charges  bank.Sum // from the master account to outside
	Unplaced bank.Sum // to the master account itself

	Forecast bank.FileForecast   // what execution will do; empty where the file was validated before there were forecasts
	Done     map[string]bank.Sum // what execution did so far, by Outcome, and POSTINGS

	Errors, Warnings []CodeCount // by how often, complete

	FourEyes   bool           // a second person must approve the execution, bound to this content and these totals
	Approval   *bank.Approval // that waits or was given for it, nil where there is none or its content is another
	OwnUpload  bool           // the actor uploaded it: under four eyes they may ask, but neither approve nor execute
	Executable bool           // the actor may call Execute now: to ask for it, or to begin it
}

// CodeCount is how often a finding occurs.
type CodeCount struct {
	Code    string
	Count   int64
	Example bank.FileFinding // the first one, its message in the language that was asked for; empty where it is not kept any more
}

// Summary returns it in one read, the texts in "pl" or, for any other language, in English. It needs bank.PermFilesRead.
func (s *Service) Summary(ctx context.Context, actor bank.Actor, id bank.ID, lang string) (m Summary, err error) {
	if err := actor.May(bank.PermFilesRead); err != nil {
		return m, err
	}
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		m = Summary{}
		if m.File, err = tx.File(actor.Customer, id); err != nil {
			return noFile(err)
		}
		if m.Account, err = tx.MasterAccount(actor.Customer, m.File.MasterAccount); err != nil {
			return fmt.Errorf("master account: %w", err)
		}
		if m.Done, _, err = outcomes(tx, m.File); err != nil {
			return err
		}
		if err := m.second(tx); err != nil {
			return err
		}
		return m.codes(tx, lang)
	})
	if err != nil {
		return Summary{}, fmt.Errorf("summary of a file: %w", err)
	}
	m.sums()
	m.OwnUpload = m.File.UploadedBy == actor.Name
	m.Executable = m.File.Status == bank.FileValidated && actor.May(bank.PermFilesExecute) == nil && !m.barred()
	return m, nil
}

// barred tells whether the actor has asked as far as they may: others go on.
func (m *Summary) barred() bool {
	return m.FourEyes && m.OwnUpload && m.Approval != nil && m.Approval.Status == bank.ApprovalApproved
}

// second tells what four eyes ask.
func (m *Summary) second(tx *store.Tx) error {
	c, err := tx.Customer(m.File.Customer)
	if err != nil {
		return err
	}
	m.FourEyes = c.NeedsSecond(ActionExecute)
	want := executeApproval(m.File, m.Account.Currency)
	list, err := tx.ApprovalsOf(m.File.Customer, want.Object)
	for _, a := range list {
		open := a.Status == bank.ApprovalPending || a.Status == bank.ApprovalApproved
		if open && a.Action == want.Action && a.Digest == want.Digest {
			m.Approval = &a
		}
	}
	return err
}

func (m *Summary) sums() {
	of := func(d bankfile.Direction) bank.Sum { return m.File.Totals.ByKind[d.String()] }
	m.Credits, m.Debits, m.Internal = of(bankfile.Credit), of(bankfile.Debit), of(bankfile.Internal)
	m.Charges, m.Unplaced = of(bankfile.Charges), of(bankfile.Unallocated)
	if m.File.Totals.Forecast != nil {
		m.Forecast = *m.File.Totals.Forecast
	}
}

// codes sorts the counts of findings by severity, the most frequent first.
func (m *Summary) codes(tx *store.Tx, lang string) error {
	first, err := tx.FirstFindings(m.File.Customer, m.File.No)
	if err != nil {
		return fmt.Errorf("findings: %w", err)
	}
	examples := map[string]bank.FileFinding{}
	for _, f := range first {
		if examples[f.Code], err = told(f, lang); err != nil {
			return err
		}
	}
	for _, code := range slices.Sorted(maps.Keys(m.File.Totals.Codes)) {
		one := CodeCount{Code: code, Count: m.File.Totals.Codes[code], Example: examples[code]}
		if isError(code, one.Example) {
			m.Errors = append(m.Errors, one)
		} else {
			m.Warnings = append(m.Warnings, one)
		}
	}
	often := func(a, b CodeCount) int { return cmp.Compare(b.Count, a.Count) }
	slices.SortStableFunc(m.Errors, often)
	slices.SortStableFunc(m.Warnings, often)
	return nil
}

// isError tells the severity of a code: that of its first finding, as the account may make a rule stricter.
func isError(code string, example bank.FileFinding) bool {
	if example.Code != "" {
		return example.Severity == "ERROR"
	}
	severity, _ := bankfile.Code(code).DefaultSeverity()
	return severity == bankfile.Error
}
