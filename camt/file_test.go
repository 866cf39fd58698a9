package camt

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"ims/bankfile"
)

// TestFiles: one file per fault of the whole.
func TestFiles(t *testing.T) {
	good := ntry("7.00", "CRDT", "", txDtls("7.00", german, anna, ""))
	other := strings.NewReplacer(master, german)
	iso := func(f bankfile.Finding) string { return f.Params.Hint }
	value := func(f bankfile.Finding) string { return f.Value }
	for _, c := range []struct {
		name, message, file string
		code                bankfile.Code
		detail              string
		of                  func(bankfile.Finding) string
	}{
		{"document type", message054, `<!DOCTYPE x [<!ENTITY a "b">]>` + ntfctn(good), bankfile.FileForbiddenContent, "dtd", iso},
		{"entity", message054, ntfctn(strings.Replace(good, "7.00", "&seven;", 1)), bankfile.FileForbiddenContent, "dtd", iso},
		{"orders", message054, `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"><CstmrCdtTrfInitn/></Document>`, bankfile.FileOrders, "pain", iso},
		{"direct debits", message054, `<Document><CstmrDrctDbtInitn/></Document>`, bankfile.FileOrders, "pain.008", iso},
		{"state of orders", message053, `<Document><CstmrPmtStsRpt/></Document>`, bankfile.FileWrongFormat, "pain.002", iso},
		{"a statement for a notification", message054, stmt("0", "7", good), bankfile.FileWrongFormat, "camt.053", iso},
		{"a notification for a statement", message053, ntfctn(good), bankfile.FileWrongFormat, "camt.054", iso},
		{"intraday", message053, `<Document><BkToCstmrAcctRpt/></Document>`, bankfile.FileWrongFormat, "camt.052", iso},
		{"another document", message053, `<html><body>Zaloguj się</body></html>`, bankfile.FileWrongFormat, "otherxml", iso},
		{"Elixir-O", message053, "110,20261120,100,22222222,0,\"A\",\"B\",\"C\",\"D\",0,11111111,\"T\"\r\n", bankfile.FileWrongFormat, "elixir", iso},
		{"text", message053, "Saldo: 7,00 EUR\n", bankfile.FileWrongFormat, "notxml", iso},
		{"a statement of SWIFT", message053, ":20:ST\r\n", bankfile.FileWrongFormat, "mt94x", iso},
		{"nothing", message053, "", bankfile.FileEmpty, "", value},
		{"blanks", message053, " \n", bankfile.FileEmpty, "", value},
		{"no account in it", message053, `<Document><BkToCstmrStmt><GrpHdr/></BkToCstmrStmt></Document>`, bankfile.FileEmpty, "", value},
		{"torn in an element", message054, ntfctn(good)[:500], bankfile.FileTruncated, "", value},
		{"torn between elements", message054, strings.TrimSuffix(ntfctn(good), "</Document>"), bankfile.FileTruncated, "", value},
		{"crossed", message054, ntfctn("<Ntry><Amt></Ntry></Amt>"), bankfile.FileMalformed, "</Ntry> where it does not belong", value},
		{"two documents", message054, ntfctn(good) + ntfctn(good), bankfile.FileMalformed, "<Document> after the end of the document", value},
		{"text behind", message054, ntfctn(good) + "END", bankfile.FileMalformed, "text outside of the document", value},
		{"no XML", message054, ntfctn("<Ntry><1/></Ntry>"), bankfile.FileMalformed, "invalid XML name: 1 (line 1)", value},
		{"not UTF-8", message054, ntfctn(good, "<!-- \xb3 --><Ntry><AddtlNtryInf>\xb3</AddtlNtryInf></Ntry>"), bankfile.FileMalformed, "invalid UTF-8 (line 1)", value},
		{"deep", message054, ntfctn(strings.Repeat("<x>", 100)), bankfile.FileMalformed, "more than 64 elements in one another", value},
		{"a long text", message054, ntfctn("<Ntry><AddtlNtryInf>" + strings.Repeat("A", 1<<20+chunkBytes) + "</AddtlNtryInf></Ntry>"),
			bankfile.FileMalformed, "a tag, comment or text longer than 1 MiB", value},
		{"an encoding", message054, `<?xml version="1.0" encoding="KOI8-R"?>` + ntfctn(good), bankfile.FileForbiddenContent, `encoding="KOI8-R"`, iso},
		{"another account", message054, other.Replace(ntfctn(good)), bankfile.FileWrongAccount, german, value},
		{"a virtual account", message054, strings.Replace(ntfctn(good), master, anna, 1), bankfile.FileWrongAccount, anna, value},
		{"no account", message054, strings.Replace(ntfctn(good), "<IBAN>"+master+"</IBAN>", "", 1), bankfile.FileFieldMissing, "Acct/Id", value},
		{"an account of a quiet day", message054, other.Replace(ntfctn()), bankfile.FileWrongAccount, german, value},
		{"balances", message053, stmt("1.00", "8.01", good), bankfile.FileBalanceMismatch, "S-1", value},
		{"a balance that is none", message053, stmt("1,00", "8.00", good), bankfile.FileFieldFormat, "Bal/Amt 1,00", value},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := read(t, c.message, c.file, optionsOf("EUR", 2))
			if len(got.report.File) == 0 || !got.report.Complete || !got.report.Damaged() {
				t.Fatalf("found %+v", got.report)
			}
			if f := got.report.File[0]; f.Code != c.code || c.of(f) != c.detail {
				t.Errorf("found %s %q, want %s %q", f.Code, c.of(f), c.code, c.detail)
			}
			for _, f := range got.report.File {
				if m := f.Message("pl"); strings.Contains(m, "{") || m == f.Message("en") {
					t.Errorf("%s reads %q", f.Code, m)
				}
			}
		})
	}
}

// TestQuietDay: a statement without bookings is a file like any other.
func TestQuietDay(t *testing.T) {
	for message, file := range map[string]string{message053: stmt("7.00", "7.00"), message054: ntfctn()} {
		if r := read(t, message, file, optionsOf("EUR", 2)).report; !r.Executable() || r.Records != 0 || r.Warnings != 0 {
			t.Errorf("%s: %+v", message, r)
		}
	}
}

// TestBalances: what is not booked does not count, debits and the debit between ours do. What cannot be read proves
// nothing about the others, so that the statement is refused as a whole.
func TestBalances(t *testing.T) {
	in, out := ntry("7.00", "CRDT", "", txDtls("7.00", german, anna, "")), ntry("9.00", "DBIT", "", txDtls("9.00", anna, german, ""))
	pending := strings.Replace(in, "BOOK", "PDNG", 1)
	between := ntry("5", "CRDT", "", txDtls("5", anna, ewa, "")) + ntry("5", "DBIT", "", txDtls("5", anna, ewa, ""))
	got := read(t, message053, stmt("10.00", "8.00", in, out, pending, between), optionsOf("EUR", 2))
	if !got.report.Executable() || got.report.Records != 3 || got.report.Totals[bankfile.Internal].Count != 1 {
		t.Errorf("%+v", got.report)
	}
	got = read(t, message053, stmt("10.00", "8.00", strings.Replace(in, "7.00", "7,00", 1)), optionsOf("EUR", 2))
	if !got.report.Damaged() || got.report.Counts[bankfile.FileBalanceMismatch] != 1 || got.report.Counts[bankfile.RecordAmountFormat] != 1 {
		t.Errorf("%+v", got.report)
	}
	got = read(t, message053, strings.Replace(stmt("10.00", "8.00", in), "CLBD", "ITBD", 1), optionsOf("EUR", 2))
	if !got.report.Executable() {
		t.Errorf("half of the balances: %+v", got.report)
	}
}

// TestByteByByte: how the bytes come makes no difference, and a source that breaks off is our error, not the file's.
func TestByteByByte(t *testing.T) {
	file := ntfctn(longEntry(3), ntry("7.00", "CRDT", "", txDtls("7.00", german, anna, "")))
	want := read(t, message054, file, optionsOf("EUR", 2))
	r, err := Open054(func() (io.ReadCloser, error) { return io.NopCloser(iotest.OneByteReader(strings.NewReader(file))), nil }, optionsOf("EUR", 2))
	if err != nil {
		t.Fatal(err)
	}
	if got := tell(t, r); !strings.Contains(got, "records 4, accepted 4") || len(want.records) != 4 {
		t.Error(got)
	}
}

// TestChangedBetweenReadings: a file that is not what it was makes reading fail.
func TestChangedBetweenReadings(t *testing.T) {
	file := ntfctn(longEntry(heldDetails + 10))
	for last := 1; last <= 2; last++ {
		opened := 0
		open := func() (io.ReadCloser, error) {
			opened++
			if opened > last {
				return io.NopCloser(strings.NewReader(file[:len(file)/2])), nil
			}
			return io.NopCloser(strings.NewReader(file)), nil
		}
		r, err := Open054(open, optionsOf("EUR", 2))
		for err == nil {
			_, err = r.Next()
		}
		if !errors.Is(err, bankfile.ErrChanged) {
			t.Errorf("half a file after %d readings: %v", last, err)
		}
	}
}

var errDisk = errors.New("disk")

func TestReadingFails(t *testing.T) {
	file := ntfctn(longEntry(3))
	opened := 0
	open := func() (io.ReadCloser, error) {
		if opened++; opened == 1 {
			return io.NopCloser(strings.NewReader(file)), nil
		}
		return io.NopCloser(io.MultiReader(strings.NewReader(file[:700]), iotest.ErrReader(errDisk))), nil
	}
	r, err := Open054(open, optionsOf("EUR", 2))
	for err == nil {
		_, err = r.Next()
	}
	if !errors.Is(err, errDisk) {
		t.Errorf("%v", err)
	}
}
