package camt

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"ims/bankfile"
)

// txDtls is a detail in euro: who pays whom, and what else stands in it.
func txDtls(amount, payer, payee, more string) string {
	account := func(name, number string) string {
		if number == "" {
			return ""
		}
		return "<" + name + "><Id><IBAN>" + number + "</IBAN></Id></" + name + ">"
	}
	if amount != "" {
		amount = `<Amt Ccy="EUR">` + amount + `</Amt>`
	}
	return "<TxDtls>" + amount + "<RltdPties>" + account("DbtrAcct", payer) + account("CdtrAcct", payee) + "</RltdPties>" + more + "</TxDtls>"
}

// ntry is a booked entry in euro; head stands before its details.
func ntry(amount, mark, head string, details ...string) string {
	body := ""
	if len(details) > 0 {
		body = "<NtryDtls>" + strings.Join(details, "") + "</NtryDtls>"
	}
	return fmt.Sprintf(`<Ntry><Amt Ccy="EUR">%s</Amt><CdtDbtInd>%s</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-11-20</Dt></BookgDt>%s%s</Ntry>`,
		amount, mark, head, body)
}

// ntfctn is a camt.054 of the master account.
func ntfctn(entries ...string) string {
	return `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.02"><BkToCstmrDbtCdtNtfctn><Ntfctn><Acct><Id><IBAN>` + master +
		`</IBAN></Id></Acct>` + strings.Join(entries, "") + `</Ntfctn></BkToCstmrDbtCdtNtfctn></Document>`
}

// stmt is a camt.053 of the master account with two balances.
func stmt(opening, closing string, entries ...string) string {
	balance := func(code, amount string) string {
		return `<Bal><Tp><CdOrPrtry><Cd>` + code + `</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">` + amount + `</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>`
	}
	return `<Document><BkToCstmrStmt><Stmt><Id>S-1</Id><Acct><Id><IBAN>` + master + `</IBAN></Id></Acct>` + balance("OPBD", opening) +
		balance("CLBD", closing) + strings.Join(entries, "") + `</Stmt></BkToCstmrStmt></Document>`
}

// result is a file read to its end.
type result struct {
	records []bankfile.Record
	report  bankfile.Report
}

// read reads a file of the message in euro; the records are copies.
func read(t testing.TB, message, file string, o bankfile.Options) (got result) {
	t.Helper()
	r, err := kinds[message](opener([]byte(file)), o)
	if err != nil {
		t.Fatal(err)
	}
	for {
		rec, err := r.Next()
		if errors.Is(err, io.EOF) {
			got.report = r.Report()
			return got
		}
		if err != nil {
			t.Fatal(err)
		}
		copied := *rec
		copied.Findings = append([]bankfile.Finding(nil), rec.Findings...)
		copied.Raw = append([]byte(nil), rec.Raw...)
		got.records = append(got.records, copied)
	}
}

// euros reads a camt.054.
func euros(t testing.TB, entries ...string) result {
	t.Helper()
	return read(t, message054, ntfctn(entries...), optionsOf("EUR", 2))
}

// codes are what was found, in order, errors with an exclamation mark.
func codes(list []bankfile.Finding) string {
	words := make([]string, len(list))
	for i, f := range list {
		words[i] = string(f.Code)
		if f.Severity == bankfile.Error {
			words[i] += "!"
		}
	}
	return strings.Join(words, " ")
}
