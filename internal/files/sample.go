package files

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"ims/bankfile"
	"ims/iban"
	"ims/internal/bank"
	"ims/pli"
)

// Accounts of banks that do not exist, for samples.
const (
	samplePayer  = "PL222222220000" // the first of these numbers
	samplePayee  = "PL111111117700"
	sampleTitle  = "FAKTURA"
	sampleAmount = 12_345 // grosze of the first record; each further one is a little more
)

// WriteSample writes a small file of invented payments of one day to the given Polish IBANs, as a bank writes its
// .pli files: one record for each, in grosze.
func WriteSample(w io.Writer, payees []iban.IBAN, day string) error {
	payer, err := firstOf(samplePayer)
	if err != nil {
		return err
	}
	out := pli.NewWriter(w, pli.WriterOptions{})
	for i, payee := range payees {
		err := out.Write(pli.Order{Date: day, Amount: sampleAmount + int64(i)*1_111, Payer: payer, PayerName: "EWA ATRAPA UL. POLNA 2 00-002 WZORÓW",
			Payee: payee, PayeeName: "JAN TESTOWY", Title: fmt.Sprintf("%s %d/%s", sampleTitle, i+1, day), Reference: fmt.Sprintf("SAMPLE%04d", i+1)})
		if err != nil {
			return fmt.Errorf("sample: %w", err)
		}
	}
	return nil
}

// WriteExplainedSample writes one invented record and, below it, what each of its fields says, in "pl" or English. It is no
// file for a bank or for an upload: it is to be read.
func WriteExplainedSample(w io.Writer, day, lang string) error {
	payee, err := firstOf(samplePayee)
	if err != nil {
		return err
	}
	var body bytes.Buffer
	if err := WriteSample(&body, []iban.IBAN{payee}, day); err != nil {
		return err
	}
	reader, err := pli.Open(func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body.Bytes())), nil }, bankfile.Options{Own: []bankfile.Own{{Prefix: samplePayee}}})
	if err != nil {
		return fmt.Errorf("sample: %w", err)
	}
	defer reader.Close()
	record, err := reader.Next()
	if err != nil {
		return fmt.Errorf("sample: %w", err)
	}
	text, _, _ := record.Excerpt(reader.Encoding(), bankfile.Finding{}, bank.MaxFindingRecord)
	_, err = fmt.Fprintf(w, "%s\r\n\r\n%s\r\n", strings.TrimSpace(text), strings.Join(pli.Describe(record, lang), "\r\n"))
	return err
}

// firstOf is the first number of a base IBAN that nobody has.
func firstOf(base string) (iban.IBAN, error) {
	numbers, err := iban.NewRange(base, make([]byte, 16)) // Plain needs no secret
	if err != nil {
		return iban.IBAN{}, fmt.Errorf("sample: %w", err)
	}
	return numbers.Plain(1)
}
