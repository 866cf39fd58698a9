package camt

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ims/bankfile"
)

// longEntry is an entry of n details of one euro each, to two of ours in turn; every name is another.
func longEntry(n int) string {
	var b strings.Builder
	for i := range n {
		payee := anna
		if i%2 == 1 {
			payee = ewa
		}
		b.WriteString(txDtls("1.00", german, payee, fmt.Sprintf("<RmtInf><Ustrd>ŻÓŁW %d</Ustrd></RmtInf>", i)))
	}
	return ntry(fmt.Sprint(n), "CRDT", "<AcctSvcrRef>LONG</AcctSvcrRef>", b.String())
}

// whole is all of a record.
func whole(r *bankfile.Record) string {
	var b strings.Builder
	tellRecord(&b, r)
	return b.String() + codes(r.Findings) + "\n" + string(r.Raw)
}

// TestLongEntries: an entry of more details than are held gives the same records as if all were, in every encoding, also
// when there are several, and when its sum is wrong.
func TestLongEntries(t *testing.T) {
	n := 2*heldDetails + 17
	torn := strings.Replace(longEntry(n), "<Amt Ccy=\"EUR\">2017<", "<Amt Ccy=\"EUR\">2018<", 1)
	file := "<?xml version=\"1.0\" encoding=\"windows-1250\"?>" + ntfctn(longEntry(n), longEntry(3), torn, longEntry(n))
	windows := string(bankfile.Windows1250.AppendEncoded(nil, file))
	utf8 := strings.Replace(file, "windows-1250", "UTF-8", 1)
	want := read(t, message054, utf8, optionsOf("EUR", 2))
	checkLong(t, want.records, n)
	for name, other := range map[string]string{"windows-1250": windows, "byte order mark": string(bankfile.ByteOrderMark) + utf8} {
		got := read(t, message054, other, optionsOf("EUR", 2))
		for i := range got.records {
			if name == "windows-1250" {
				got.records[i].Raw = bankfile.Windows1250.AppendText(nil, got.records[i].Raw)
			}
		}
		for i, r := range got.records {
			if a, b := whole(&want.records[i]), whole(&r); a != b {
				t.Fatalf("%s:\n%s\nwant\n%s", name, b, a)
			}
		}
	}
}

func checkLong(t *testing.T, records []bankfile.Record, n int) {
	t.Helper()
	if len(records) != 3*n+3 {
		t.Fatalf("%d records", len(records))
	}
	for i, r := range records {
		within := i % (n + 3)
		if i >= n && i < n+3 {
			within = i - n
		} else if i >= n+3 {
			within = (i - n - 3) % n
		}
		number := fmt.Sprint(within)
		found := ""
		if i >= n+3 && i < 2*n+3 {
			found = "record.batch_mismatch!"
		}
		if r.Line != i+1 || r.Title != "ŻÓŁW "+number || r.OperationNumber != fmt.Sprintf("LONG/%d", within+1) || codes(r.Findings) != found {
			t.Fatalf("record %d: %+v", i, r)
		}
	}
}

// TestRaw: a record's bytes are its entry with only its own detail, whatever prefix the bank uses, and read again they are
// the same record.
func TestRaw(t *testing.T) {
	entry := strings.NewReplacer("</", "</n:", "<", "<n:").Replace(ntry("7.00", "CRDT", "<NtryRef>1</NtryRef>",
		"<Btch><NbOfTxs>2</NbOfTxs></Btch>", txDtls("3.00", german, anna, ""), txDtls("4.00", german, ewa, "")))
	r := euros(t, entry).records[1]
	want := strings.NewReplacer("</", "</n:", "<", "<n:").Replace(ntry("7.00", "CRDT", "<NtryRef>1</NtryRef>", txDtls("4.00", german, ewa, "")))
	if diff := cmp.Diff(want, string(r.Raw)); diff != "" {
		t.Error(diff)
	}
	alone := ntry("7.00", "CRDT", "")
	if got := string(euros(t, alone).records[0].Raw); got != alone {
		t.Errorf("%s", got)
	}
}

// TestLongElements: a record longer than the limit is an error of its own; its neighbours are not touched.
func TestLongElements(t *testing.T) {
	long := txDtls("3.00", german, anna, "<SplmtryData>"+strings.Repeat("<X>123456789</X>", 10_000)+"</SplmtryData>")
	got := euros(t, ntry("7.00", "CRDT", "", long, txDtls("4.00", german, ewa, "")), ntry("1", "CRDT", "", txDtls("1", german, ewa, "")),
		ntry("1", "CRDT", "<X>"+strings.Repeat("<Y/>", 50_000)+"</X>", txDtls("1", german, ewa, "")))
	var found []string
	for _, r := range got.records {
		found = append(found, codes(r.Findings))
		if len(r.Raw) > 2*longest {
			t.Errorf("%d bytes are kept", len(r.Raw))
		}
	}
	if diff := cmp.Diff([]string{"record.too_long!", "", "", "record.too_long!"}, found); diff != "" {
		t.Error(diff)
	}
}

// TestCopies: a copy of some records is a file of the same message, and read again it gives these records.
func TestCopies(t *testing.T) {
	torn := ntry("9.00", "CRDT", "<AcctSvcrRef>T</AcctSvcrRef>", txDtls("3.00", german, anna, ""), txDtls("4.00", german, "", "<AddtlTxInf>ŻÓŁW</AddtlTxInf>"))
	file := `<?xml version="1.0" encoding="ISO-8859-2"?><b:Env xmlns:b="x">` + ntfctn(ntry("7.00", "CRDT", "", txDtls("7.00", german, anna, "")), torn) + `</b:Env>`
	file = strings.Replace(file, "<Ntfctn>", "<GrpHdr><MsgId>M</MsgId></GrpHdr><Ntfctn><Id>1</Id>", 1)
	second := "<Ntfctn><Id>2</Id><Acct><Id><IBAN>" + master + "</IBAN></Id></Acct><TxsSummry/>" + torn + "</Ntfctn></BkToCstmrDbtCdtNtfctn>"
	file = string(bankfile.ISO88592.AppendEncoded(nil, strings.Replace(file, "</BkToCstmrDbtCdtNtfctn>", second, 1)))
	var b bytes.Buffer
	n, err := CopyRecords054(&b, opener([]byte(file)), optionsOf("EUR", 2), func(r *bankfile.Record) bool { return !r.OK() })
	if err != nil || n != 4 {
		t.Fatalf("%d, %v", n, err)
	}
	var want []bankfile.Record
	for _, r := range read(t, message054, file, optionsOf("EUR", 2)).records {
		if !r.OK() {
			want = append(want, r)
		}
	}
	got := read(t, message054, b.String(), optionsOf("EUR", 2))
	if len(got.records) != len(want) || got.report.Damaged() && got.report.File[0].Code != bankfile.FileNoValidRecords {
		t.Fatalf("%s\n%+v", b.String(), got.report)
	}
	for i, r := range got.records {
		if r.Title != want[i].Title || r.Amount != 900 && r.Amount != want[i].Amount || r.Payee != want[i].Payee || !bytes.Equal(r.Raw, want[i].Raw) {
			t.Errorf("%+v\nwant %+v", r, want[i])
		}
	}
	if got := strings.Count(b.String(), "<MsgId>M</MsgId>") + strings.Count(b.String(), "<TxsSummry"); got != 1 {
		t.Errorf("%s", b.String())
	}
	if n, err := CopyRecords054(io.Discard, opener([]byte(file)), optionsOf("EUR", 2), func(*bankfile.Record) bool { return false }); n != 0 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
}
