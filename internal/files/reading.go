package files

import (
	"context"
	"fmt"
	"io"

	"ims/bankfile"
	"ims/internal/bank"
	"ims/internal/store"
)

// reader opens the stored bytes of a file for its records.
func (s *Service) reader(ctx context.Context, f bank.TransactionFile, format string, o bankfile.Options) (*bankfile.Reader, error) {
	return Open(format, func() (io.ReadCloser, error) { return s.open(ctx, f), nil }, o)
}

// readingOptions tell the reader whose accounts are ours and how the bank writes, as they were when the file was last
// validated: so that its records can be found again as they were judged.
func readingOptions(tx *store.Tx, f bank.TransactionFile, account bank.MasterAccount) (bankfile.Options, error) {
	o := bankfile.Options{Name: f.Name, Today: bank.CivilDate(f.ValidatedAt), AllowMissingPayer: f.Dialect.AllowMissingPayer,
		StrictTextOnCredit: f.Dialect.StrictTextOnCredit, MaxAgeDays: f.Dialect.MaxAgeDays,
		Currency: account.Currency.Code(), Decimals: account.Currency.Exponent()}
	Expecting(&o, f.Totals.Expected)
	var err error
	if o.Dialect, err = readingDialect(f.Dialect); err != nil {
		return o, err
	}
	bases, err := tx.BaseIBANs(f.Customer)
	if err != nil {
		return o, err
	}
	o.Own = []bankfile.Own{{Prefix: account.IBAN.Country() + account.IBAN.BBAN(), Master: true}}
	for _, b := range bases {
		// While the file is being validated every base counts, whatever the clocks of replicas say.
		if f.Status == bank.FilePending || !b.CreatedAt.After(f.ValidatedAt) {
			o.Own = append(o.Own, bankfile.Own{Prefix: b.Base, Elsewhere: b.MasterAccount != account.ID})
		}
	}
	return o, nil
}

// Expecting lets the reader compare a file with what was said of it.
func Expecting(o *bankfile.Options, e bank.FileExpected) {
	o.Expect = map[string]bankfile.Expectation{bank.ExpectCredits: bankfile.Credits, bank.ExpectDebits: bankfile.Debits}[e.Direction]
	o.ExpectedCount, o.ExpectedSum = int(e.Records), e.Sum
}

// readingDialect translates a stored dialect; the zero one means what the documents say.
func readingDialect(d bank.Dialect) (bankfile.Dialect, error) {
	out := bankfile.Dialect{Types: d.Types, Subfield: d.Subfield}
	if d.TwoHundreds == bank.StatementPKO {
		out.TwoHundreds = bankfile.StatementPKO
	}
	if d.Encoding == "" {
		return out, nil
	}
	if err := out.Encoding.UnmarshalText([]byte(d.Encoding)); err != nil {
		return out, fmt.Errorf("dialect of the master account: %w", err)
	}
	return out, nil
}
