package camt

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ims/bankfile"
)

// TestRecordFaults: what may be wrong with one booking beside its money and its parties.
func TestRecordFaults(t *testing.T) {
	good := ntry("7.00", "CRDT", "<ValDt><Dt>2026-11-20</Dt></ValDt>", txDtls("7.00", german, anna, ""))
	for name, c := range map[string]struct{ old, new, want string }{
		"good":                      {"", "", ""},
		"no booking date":           {"<BookgDt><Dt>2026-11-20</Dt></BookgDt>", "", "record.date_missing!"},
		"another form":              {"<BookgDt><Dt>2026-11-20", "<BookgDt><Dt>20261120", "record.date_format!"},
		"text behind the date":      {"<BookgDt><Dt>2026-11-20", "<BookgDt><Dt>2026-11-20x", "record.date_format!"},
		"no such day":               {"<BookgDt><Dt>2026-11-20", "<BookgDt><Dt>2026-11-31", "record.date_invalid!"},
		"tomorrow":                  {"<BookgDt><Dt>2026-11-20", "<BookgDt><Dt>2026-11-24", "record.date_future!"},
		"today":                     {"<BookgDt><Dt>2026-11-20", "<BookgDt><Dt>2026-11-23", ""},
		"long ago":                  {"<BookgDt><Dt>2026-11-20", "<BookgDt><Dt>2025-11-21", "record.date_too_old!"},
		"value date to come":        {"<ValDt><Dt>2026-11-20", "<ValDt><Dt>2026-12-24", ""},
		"unreadable value date":     {"<ValDt><Dt>2026-11-20", "<ValDt><Dt>soon", "record.date_format"},
		"no state":                  {"<Sts>BOOK</Sts>", "", "record.field_missing!"},
		"the amount twice":          {"<CdtDbtInd>CRDT", `<Amt Ccy="EUR">70.00</Amt><CdtDbtInd>CRDT`, "record.field_repeated!"},
		"the same amount twice":     {"<CdtDbtInd>CRDT", `<Amt Ccy="EUR">7.00</Amt><CdtDbtInd>CRDT`, ""},
		"the payee twice":           {"</RltdPties>", "<CdtrAcct><Id><IBAN>" + ewa + "</IBAN></Id></CdtrAcct></RltdPties>", "record.field_repeated!"},
		"an element we know not":    {"<NtryDtls>", "<New><Amt Ccy='XXX'>1</Amt><Sts>PDNG</Sts></New><NtryDtls>", ""},
		"elements in another order": {"<Sts>BOOK</Sts>", "<NtryRef/><Sts>\n BOOK<!-- booked --> </Sts>", ""},
	} {
		got := euros(t, strings.Replace(good, c.old, c.new, 1))
		if len(got.records) != 1 {
			t.Errorf("%s: %+v", name, got.report.Findings)
			continue
		}
		if found := codes(got.records[0].Findings); found != c.want {
			t.Errorf("%s: found %q, want %q", name, found, c.want)
		}
	}
}

// TestStates: only what is booked is a record; what is left out has a number of its own.
func TestStates(t *testing.T) {
	var entries []string
	for _, state := range []string{"<Sts>PDNG</Sts>", "<Sts><Cd>INFO</Cd></Sts>", "<Sts><Cd>FUTR</Cd></Sts>", "<Sts><Prtry>X</Prtry></Sts>", "<Sts><Cd>BOOK</Cd></Sts>"} {
		entries = append(entries, strings.Replace(ntry("7.00", "CRDT", "", txDtls("7.00", german, anna, "")), "<Sts>BOOK</Sts>", state, 1))
	}
	got := euros(t, entries...)
	if len(got.records) != 1 || got.records[0].Line != 5 || !got.report.Executable() {
		t.Errorf("%+v", got)
	}
	var told []string
	for _, f := range got.report.Findings {
		told = append(told, string(f.Code)+" "+f.Value)
	}
	want := []string{"record.not_booked PDNG", "record.not_booked INFO", "record.not_booked FUTR", "record.not_booked X"}
	if diff := cmp.Diff(want, told); diff != "" {
		t.Error(diff)
	}
}

// TestTexts: what people read is one line, bounded, and nothing in it acts.
func TestTexts(t *testing.T) {
	const before, after = "<RmtInf><Ustrd>", "</Ustrd></RmtInf>"
	title := func(more string) string {
		return euros(t, ntry("7", "CRDT", "", txDtls("7", german, anna, more))).records[0].Title
	}
	for in, want := range map[string]string{
		"A  B\n\tC":                     "A B C",
		"A&#x1b;B":                      "", // not even XML
		"A\u0085B\u202eC\u200bD\u00a0E": "A BCD E",
		"=1+1":                          "=1+1", // whoever writes CSV escapes it
		"&lt;script&gt;":                "<script>",
		strings.Repeat("Ż", 1200):       strings.Repeat("Ż", 1000) + "…",
		strings.Repeat("A", 1200):       strings.Repeat("A", 1000) + "…",
	} {
		if strings.Contains(in, "x1b") {
			got := euros(t, ntry("7", "CRDT", "", txDtls("7", german, anna, before+in+after)))
			if !got.report.Damaged() {
				t.Errorf("a control character is taken: %+v", got)
			}
			continue
		}
		if got := title(before + in + after); got != want {
			t.Errorf("%.40q reads %q", in, got)
		}
	}
	if got := title("<RmtInf><Strd><CdtrRefInf><Ref>RF18</Ref></CdtrRefInf></Strd></RmtInf><AddtlTxInf>X</AddtlTxInf>"); got != "RF18" {
		t.Errorf("creditor reference: %q", got)
	}
}

// TestOperationNumber: the bank's reference of a booking, and the natural key that rests on it.
func TestOperationNumber(t *testing.T) {
	for name, c := range map[string]struct{ entry, detail, want string }{
		"the detail's":                {"E", "<AcctSvcrRef>D</AcctSvcrRef>", "D"},
		"the entry's in the detail":   {"E", "<AcctSvcrRef>E</AcctSvcrRef><TxId>T</TxId>", "E/T"},
		"the entry's":                 {"E", "<TxId>T</TxId>", "E/T"},
		"the entry's and its place":   {"E", "", "E/1"},
		"nothing but the transaction": {"", "<TxId>T</TxId>", "T"},
		"nothing":                     {"", "", ""},
	} {
		entry := ntry("7", "CRDT", "<AcctSvcrRef>"+c.entry+"</AcctSvcrRef>", txDtls("7", german, anna, "<Refs>"+c.detail+"</Refs>"))
		if r := euros(t, entry).records[0]; r.OperationNumber != c.want {
			t.Errorf("%s: %q, want %q", name, r.OperationNumber, c.want)
		}
	}
	two := txDtls("7", german, anna, "")
	got := euros(t, ntry("14", "CRDT", "<AcctSvcrRef>E</AcctSvcrRef>", two, two))
	if got.records[0].NaturalKey() == got.records[1].NaturalKey() {
		t.Error("two equal payments of a batch have one key")
	}
}

// TestEncodings: an encoding is what the file declares; bytes without meaning in it are shown as such.
func TestEncodings(t *testing.T) {
	entry := ntry("7", "CRDT", "", txDtls("7", german, anna, "<RmtInf><Ustrd>\xa3 \x9f</Ustrd></RmtInf>"))
	for name, want := range map[string]string{"ISO-8859-1": "£ \ufffd", "iso-8859-2": "Ł \ufffd", "windows-1250": "Ł ź"} {
		got := read(t, message054, "<?xml version='1.0'  encoding = '"+name+"'?>"+ntfctn(entry), optionsOf("EUR", 2))
		if len(got.records) != 1 || got.records[0].Title != want || !strings.EqualFold(got.report.Encoding.String(), name) {
			t.Errorf("%s: %+v", name, got)
			continue
		}
		if replaced := got.report.Counts[bankfile.FileEncodingInvalid] == 1; replaced != strings.Contains(want, "\ufffd") {
			t.Errorf("%s: %v", name, got.report.Counts)
		}
		if !strings.Contains(string(got.records[0].Raw), "\xa3 \x9f") {
			t.Errorf("%s: bytes are %q", name, got.records[0].Raw)
		}
	}
}
