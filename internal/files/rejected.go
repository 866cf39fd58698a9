package files

import (
	"context"
	"fmt"
	"io"

	"ims/bankfile"
	"ims/camt"
	"ims/internal/bank"
	"ims/internal/store"
	"ims/mt940"
	"ims/pli"
)

// copier writes the records of a file that want takes, as received and in a form that is a file again.
type copier func(w io.Writer, open func() (io.ReadCloser, error), o bankfile.Options, want func(*bankfile.Record) bool) (int, error)

var copiers = map[string]copier{
	bank.FormatPLI:     pli.CopyRecords,
	bank.FormatMT940:   mt940.CopyRecords940,
	bank.FormatMT942:   mt940.CopyRecords942,
	bank.FormatCamt053: camt.CopyRecords053,
	bank.FormatCamt054: camt.CopyRecords054,
}

// WriteRejectedRecords writes the records with errors as the bank sent them, to talk to it about them: all of them, whatever
// the cap on findings. They are read again as they were when the file was validated. An error that is not of the record
// itself, as own funds that are short, is nothing to ask the bank about. bank.ErrConflict while the file is Pending, where no
// record has an error, or where its format has no such excerpt.
func (s *Service) WriteRejectedRecords(ctx context.Context, actor bank.Actor, id bank.ID, w io.Writer) error {
	if err := actor.May(bank.PermFilesRead); err != nil {
		return err
	}
	var file bank.TransactionFile
	var account bank.MasterAccount
	var options bankfile.Options
	err := s.db.Read(ctx, func(tx *store.Tx) (err error) {
		if file, account, err = validatedFile(tx, actor.Customer, id); err != nil {
			return err
		}
		options, err = readingOptions(tx, file, account)
		return err
	})
	if err != nil {
		return err
	}
	copy, there := copiers[account.Format]
	switch {
	case file.Totals.Refused.Count == 0:
		return bank.ErrConflict.With("no record of the file has an error")
	case !there:
		return bank.ErrConflict.With("files of the format %s have no such excerpt; the validation report shows the records", account.Format)
	}
	rejected := func(r *bankfile.Record) bool { return !r.OK() }
	if _, err := copy(w, func() (io.ReadCloser, error) { return s.open(ctx, file), nil }, options, rejected); err != nil {
		return fmt.Errorf("rejected records of %s: %w", id, err)
	}
	return nil
}

// validatedFile returns a file that was validated and its master account.
func validatedFile(tx *store.Tx, customer bank.CustomerID, id bank.ID) (f bank.TransactionFile, m bank.MasterAccount, err error) {
	if f, err = tx.File(customer, id); err != nil {
		return f, m, noFile(err)
	}
	if f.Status == bank.FilePending {
		return f, m, bank.ErrConflict.With("the file is Pending; what is wrong with it is known once it is validated")
	}
	if m, err = tx.MasterAccount(customer, f.MasterAccount); err != nil {
		return f, m, fmt.Errorf("master account: %w", err)
	}
	return f, m, nil
}
