package files

import (
	"context"
	"fmt"

	"ims/bankfile"
	"ims/internal/bank"
	"ims/internal/store"
)

// FindingFilter selects findings; it has a name here for the doors, which do not know the store.
type FindingFilter = store.FindingFilter

// ShownFinding is a finding for people: with the name of its field, and its record cut where the field begins and ends.
type ShownFinding struct {
	bank.FileFinding
	Seq                   int64  // its place among the findings of the file, from 1
	Name                  string // of the field; empty for a whole record
	Before, Marked, After string // the record
	Pointed               bool   // Marked has a place in the record, though it may be empty
}

// ShownFindings lists findings of a file, errors first, in "pl" or, for any other language, in English. It needs
// bank.PermFilesRead.
func (s *Service) ShownFindings(ctx context.Context, actor bank.Actor, id bank.ID, lang string, filter FindingFilter) (shown []ShownFinding, err error) {
	if err := actor.May(bank.PermFilesRead); err != nil {
		return nil, err
	}
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		f, err := tx.File(actor.Customer, id)
		if err != nil {
			return noFile(err)
		}
		account, err := tx.MasterAccount(f.Customer, f.MasterAccount)
		if err != nil {
			return fmt.Errorf("master account: %w", err)
		}
		list, err := tx.FilteredFindings(f.Customer, f.No, filter)
		if err != nil {
			return fmt.Errorf("findings: %w", err)
		}
		shown = make([]ShownFinding, len(list))
		for i, n := range list {
			if shown[i], err = shownFinding(n, account.Format, lang); err != nil {
				return err
			}
		}
		return nil
	})
	return shown, err
}

func shownFinding(n store.NumberedFinding, format, lang string) (ShownFinding, error) {
	f, err := told(n.FileFinding, lang)
	s := ShownFinding{FileFinding: f, Seq: n.Seq, Name: fieldName(format, f, lang)}
	s.Before, s.Marked, s.After, s.Pointed = cut(f)
	return s, err
}

// cut divides the record of a finding where its field begins and ends; without a field all of it is before.
func cut(f bank.FileFinding) (before, marked, after string, pointed bool) {
	runes := []rune(f.Record)
	if f.To <= 0 || f.From > f.To || f.To > len(runes) {
		return f.Record, "", "", false
	}
	return string(runes[:f.From]), string(runes[f.From:f.To]), string(runes[f.To:]), true
}

// FindingCodes are the codes that findings have, in the order of the catalogue.
func FindingCodes() []string {
	list := bankfile.Codes()
	codes := make([]string, len(list))
	for i, c := range list {
		codes[i] = string(c)
	}
	return codes
}

// Kept tells how many of a file's findings are kept and how many are only counted.
func Kept(t bank.FileTotals) (most int64, capped bool) {
	return bankfile.DefaultFindings, t.Errors > bankfile.DefaultFindings || t.Warnings > bankfile.DefaultFindings
}
