package pain

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"ims/bankfile"
)

// answers reads a whole report.
func answers(t testing.TB, file string, l bankfile.Limits) ([]*Answer, Report) {
	t.Helper()
	r := NewReader(strings.NewReader(file), l)
	var list []*Answer
	for {
		a, err := r.Next()
		if errors.Is(err, io.EOF) {
			return list, r.Report()
		}
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, a)
	}
}

// tell writes what was read for comparison with a golden file.
func tell(list []*Answer, r Report) string {
	var b strings.Builder
	fmt.Fprintf(&b, "report %s of %s about %s (%s)\n%d answers; orders settled %d, rejected %d, in progress %d; damaged %v\n",
		r.MessageID, r.Created, r.OriginalMessageID, r.OriginalMessageName, r.Answers, r.Settled, r.Rejected, r.InProgress, r.Damaged())
	for _, a := range list {
		fmt.Fprintf(&b, "\n%d %v %q %q %q: %s inherited %v, %v\n", a.Number, a.Level, a.MessageID, a.SectionID, a.EndToEndID, a.Status, a.Inherited, a.Outcome)
		fmt.Fprintf(&b, "  instruction %q, transaction %q, UETR %q, bank %q; orders %d, sum %q, amount %q %q\n", a.InstructionID, a.TransactionID, a.UETR, a.BankReference, a.Orders, a.Sum, a.Amount, a.Currency)
		for _, why := range a.Reasons {
			text, known := ReasonText(why.Code, "en")
			fmt.Fprintf(&b, "  because %s %q; known %v: %s\n", why.Code, why.Text, known, text)
		}
		for _, f := range a.Findings {
			fmt.Fprintf(&b, "  %v %s: %s\n  %s\n", f.Severity, f.Code, f.Message("en"), f.Message("pl"))
		}
	}
	return b.String()
}

func TestSamples(t *testing.T) {
	for _, name := range []string{"report-03", "report-10"} {
		file, err := os.ReadFile("testdata/" + name + ".xml")
		if err != nil {
			t.Fatal(err)
		}
		list, report := answers(t, string(file), bankfile.Limits{})
		compareGolden(t, "testdata/"+name+".golden", tell(list, report))
	}
}

func reportOf(parts ...string) string {
	return `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt><GrpHdr><MsgId>B</MsgId></GrpHdr>` + strings.Join(parts, "") + `</CstmrPmtStsRpt></Document>`
}

func groupOf(inner string) string {
	return "<OrgnlGrpInfAndSts><OrgnlMsgId>M1</OrgnlMsgId>" + inner + "</OrgnlGrpInfAndSts>"
}

func sectionOf(inner string) string {
	return "<OrgnlPmtInfAndSts><OrgnlPmtInfId>S1</OrgnlPmtInfId>" + inner + "</OrgnlPmtInfAndSts>"
}

func orderOf(inner string) string {
	return "<TxInfAndSts><OrgnlEndToEndId>E1</OrgnlEndToEndId>" + inner + "</TxInfAndSts>"
}

func status(element, code string) string {
	if code == "" {
		return ""
	}
	return "<" + element + ">" + code + "</" + element + ">"
}

// TestOutcome: what the statuses of message, section and order mean for the order.
func TestOutcome(t *testing.T) {
	for _, c := range []struct {
		message, section, order string
		want                    Outcome
		inherited               bool
		code                    bankfile.Code
	}{
		{"", "", "RJCT", Rejected, false, ""},
		{"", "", "ACSC", Settled, false, ""},
		{"", "", "ACSP", InProgress, false, ""},
		{"", "", "ACCC", InProgress, false, ""},
		{"", "", "PDNG", InProgress, false, ""},
		{"RJCT", "", "", Rejected, true, ""},
		{"ACSC", "", "", Settled, true, ""},
		{"ACCP", "RJCT", "", Rejected, true, ""},
		{"PART", "ACSC", "", Settled, true, ""},
		{"PART", "PART", "", InProgress, true, ""},
		{"PART", "PART", "RJCT", Rejected, false, ""},
		{"ACCP", "ACCP", "RJCT", Rejected, false, ""},
		{"RJCT", "RJCT", "RJCT", Rejected, false, ""},
		{"", "", "", InProgress, false, bankfile.RecordStatusMissing},
		{"", "", "ZZZZ", InProgress, false, bankfile.RecordStatusUnknown},
		{"", "", "rjct", InProgress, false, bankfile.RecordStatusUnknown},
		{"RJCT", "", "ACSC", InProgress, false, bankfile.RecordStatusContradiction},
		{"ACSC", "", "RJCT", InProgress, false, bankfile.RecordStatusContradiction},
		{"", "ACSC", "RJCT", InProgress, false, bankfile.RecordStatusContradiction},
		{"", "RJCT", "ACSP", InProgress, false, bankfile.RecordStatusContradiction},
		{"RJCT", "ACSC", "", InProgress, true, bankfile.RecordStatusContradiction},
	} {
		list, report := answers(t, reportOf(groupOf(status("GrpSts", c.message)), sectionOf(status("PmtInfSts", c.section)+orderOf(status("TxSts", c.order)))), bankfile.Limits{})
		a := list[len(list)-1]
		if a.Level != OfOrder || a.EndToEndID != "E1" || a.SectionID != "S1" || a.MessageID != "M1" || report.Damaged() {
			t.Fatalf("%+v: %+v, %+v", c, a, report)
		}
		if a.Outcome != c.want || a.Inherited != c.inherited || len(a.Findings) == 0 != (c.code == "") || c.code != "" && a.Findings[0].Code != c.code {
			t.Errorf("%+v: %v, inherited %v, %v", c, a.Outcome, a.Inherited, a.Findings)
		}
		if counted := [...]int{report.InProgress, report.Settled, report.Rejected}; counted[a.Outcome] != 1 {
			t.Errorf("%+v: counted %v", c, counted)
		}
	}
}

// TestDuplicate: the refusal of a duplicate does not say that the first copy was not carried out.
func TestDuplicate(t *testing.T) {
	for code, want := range map[string]Outcome{"AM05": InProgress, "DU01": InProgress, "DUPL": InProgress, "AC04": Rejected} {
		reason := "<StsRsnInf><Rsn><Cd>" + code + "</Cd></Rsn></StsRsnInf>"
		for _, file := range []string{
			reportOf(groupOf("<GrpSts>RJCT</GrpSts>"+reason), sectionOf(orderOf(""))),
			reportOf(groupOf(""), sectionOf(orderOf("<TxSts>RJCT</TxSts>"+reason))),
		} {
			list, _ := answers(t, file, bankfile.Limits{})
			for _, a := range list {
				if a.Outcome != want || a.OK() != (want == Rejected) || want == InProgress && a.Findings[0].Code != bankfile.RecordStatusDuplicate {
					t.Errorf("%s: %+v", code, a)
				}
			}
		}
	}
	list, _ := answers(t, reportOf(groupOf(""), sectionOf(orderOf("<TxSts>ACSC</TxSts><StsRsnInf><Rsn><Cd>DU01</Cd></Rsn></StsRsnInf>"))), bankfile.Limits{})
	if list[0].Outcome != Settled {
		t.Errorf("%+v", list[0])
	}
}

// TestDoubt: an answer that cannot be trusted is in progress, and so is what stands below it.
func TestDoubt(t *testing.T) {
	order := orderOf(status("TxSts", "RJCT"))
	for name, c := range map[string]struct {
		file string
		want bankfile.Code
	}{
		"two statuses":          {reportOf(groupOf(""), sectionOf(orderOf("<TxSts>RJCT</TxSts><TxSts>ACSC</TxSts>"))), bankfile.RecordFieldRepeated},
		"two identifiers":       {reportOf(groupOf(""), sectionOf(orderOf("<OrgnlEndToEndId>E2</OrgnlEndToEndId><TxSts>RJCT</TxSts>"))), bankfile.RecordFieldRepeated},
		"two of the section":    {reportOf(groupOf(""), sectionOf("<PmtInfSts>RJCT</PmtInfSts><PmtInfSts>ACSC</PmtInfSts>"+orderOf(""))), bankfile.RecordFieldRepeated},
		"two of the message":    {reportOf(groupOf("<OrgnlMsgId>M2</OrgnlMsgId>"), sectionOf(order)), bankfile.RecordFieldRepeated},
		"no message":            {reportOf(sectionOf(order)), bankfile.RecordOriginalMissing},
		"no order":              {reportOf(groupOf(""), sectionOf("<TxInfAndSts><TxSts>RJCT</TxSts></TxInfAndSts>")), bankfile.RecordOriginalMissing},
		"order not provided":    {reportOf(groupOf(""), sectionOf("<TxInfAndSts><OrgnlEndToEndId>notprovided</OrgnlEndToEndId><TxSts>RJCT</TxSts></TxInfAndSts>")), bankfile.RecordOriginalMissing},
		"section without name":  {reportOf(groupOf(""), "<OrgnlPmtInfAndSts><PmtInfSts>RJCT</PmtInfSts>"+order+"</OrgnlPmtInfAndSts>"), bankfile.RecordOriginalMissing},
		"message without name":  {reportOf("<OrgnlGrpInfAndSts><GrpSts>RJCT</GrpSts></OrgnlGrpInfAndSts>"), bankfile.RecordOriginalMissing},
		"many of the same kind": {reportOf(groupOf(""), sectionOf(orderOf(strings.Repeat("<TxSts>RJCT</TxSts><TxSts>ACSC</TxSts>", 500)))), bankfile.RecordFieldRepeated},
	} {
		list, report := answers(t, c.file, bankfile.Limits{})
		a := list[len(list)-1]
		if a.OK() || a.Outcome != InProgress || a.Findings[0].Code != c.want || len(a.Findings) > 2 || report.Counts[c.want] == 0 || report.Damaged() {
			t.Errorf("%s: %+v", name, a)
		}
		if f := a.Findings[0]; f.Line != a.Number || f.Severity != bankfile.Error || f.Message("pl") == f.Message("en") {
			t.Errorf("%s: %+v", name, f)
		}
	}
}

// TestDamaged: what is wrong with a file as a whole.
func TestDamaged(t *testing.T) {
	good := reportOf(groupOf(status("GrpSts", "ACSC")), sectionOf(orderOf("")))
	for name, c := range map[string]struct {
		file string
		want bankfile.Code
		hint string
	}{
		"nothing":               {"", bankfile.FileEmpty, ""},
		"blanks":                {" \n", bankfile.FileEmpty, ""},
		"Elixir":                {"110,20261120,9900", bankfile.FileWrongFormat, "notxml"},
		"UTF-16":                {"\xff\xfe<\x00", bankfile.FileEncodingUTF16, ""},
		"orders":                {sampleFile(t), bankfile.FileWrongFormat, "pain"},
		"statement":             {"<Document><BkToCstmrStmt/></Document>", bankfile.FileWrongFormat, "camt.053"},
		"page":                  {"<html></html>", bankfile.FileWrongFormat, "otherxml"},
		"about direct debits":   {reportOf(groupOf("<OrgnlMsgNmId>pain.008.001.02</OrgnlMsgNmId>")), bankfile.FileWrongFormat, "pain.008"},
		"says nothing":          {reportOf(groupOf("")), bankfile.FileEmpty, ""},
		"cut off":               {good[:len(good)-20], bankfile.FileTruncated, ""},
		"cut off in a tag":      {good[:len(good)-3], bankfile.FileTruncated, ""},
		"twice":                 {good + good, bankfile.FileMalformed, ""},
		"text behind":           {good + "x", bankfile.FileMalformed, ""},
		"wrong end":             {strings.Replace(good, "</TxInfAndSts>", "</TxInfAndSt>", 1), bankfile.FileMalformed, ""},
		"entity":                {strings.Replace(good, "E1", "&e;", 1), bankfile.FileForbiddenContent, "dtd"},
		"DTD":                   {`<!DOCTYPE a [<!ENTITY e "x">]>` + good, bankfile.FileForbiddenContent, "dtd"},
		"unknown encoding":      {`<?xml version="1.0" encoding="EBCDIC"?>` + good, bankfile.FileForbiddenContent, `encoding="EBCDIC"`},
		"deep":                  {strings.Repeat("<a>", 65), bankfile.FileMalformed, ""},
		"long tag":              {"<a " + strings.Repeat("x", tokenBytes+1), bankfile.FileMalformed, ""},
		"message behind":        {reportOf(sectionOf(orderOf("")), groupOf(status("GrpSts", "RJCT"))), bankfile.FileMalformed, ""},
		"two messages":          {reportOf(groupOf(""), groupOf("")), bankfile.FileMalformed, ""},
		"status behind orders":  {reportOf(groupOf(""), sectionOf(orderOf("<TxSts>ACSP</TxSts>")+"<PmtInfSts>RJCT</PmtInfSts>")), bankfile.FileMalformed, ""},
		"reason behind orders":  {reportOf(groupOf(""), sectionOf(orderOf("<TxSts>ACSP</TxSts>")+"<StsRsnInf/>")), bankfile.FileMalformed, ""},
		"count behind orders":   {reportOf(groupOf(""), sectionOf(orderOf("<TxSts>ACSP</TxSts>")+"<OrgnlNbOfTxs>1</OrgnlNbOfTxs>")), bankfile.FileMalformed, ""},
		"two reports in one":    {strings.Replace(good, "</Document>", "<CstmrPmtStsRpt/></Document>", 1), bankfile.FileMalformed, ""},
		"too many answers":      {reportOf(groupOf(""), sectionOf(strings.Repeat(orderOf("<TxSts>RJCT</TxSts>"), 9))), bankfile.FileTooManyRecords, ""},
		"too large":             {good + strings.Repeat(" ", 100_000), bankfile.FileTooLarge, ""},
		"not UTF-8 where said":  {strings.Replace(good, "E1", "\xff", 1), bankfile.FileMalformed, ""},
		"declared otherwise":    {`<?xml version="1.0" encoding="iso-8859-2"?>` + strings.Replace(good, "E1", "\x90", 1), bankfile.FileEncodingInvalid, "ISO-8859-2"},
		"byte order mark, good": {"\xef\xbb\xbf" + good, "", ""},
		"good":                  {good, "", ""},
	} {
		_, report := answers(t, c.file, bankfile.Limits{Records: 8, Bytes: max(60_000, int64(len(good)))})
		if name == "long tag" {
			_, report = answers(t, c.file, bankfile.Limits{})
		}
		damaged := c.want != "" && c.want != bankfile.FileEncodingInvalid
		if report.Damaged() != damaged || len(report.Findings) == 0 != (c.want == "") {
			t.Errorf("%s: %+v", name, report)
			continue
		}
		if c.want == "" {
			continue
		}
		if last := report.Findings[len(report.Findings)-1]; last.Code != c.want || last.Params.Hint != c.hint || report.Counts[c.want] != 1 {
			t.Errorf("%s: %+v", name, report.Findings)
		}
	}
}

// TestBoundsOfTexts: what a bank may add without end is not kept without end.
func TestBoundsOfTexts(t *testing.T) {
	reason := "<StsRsnInf><Rsn><Cd>NARR</Cd></Rsn>" + strings.Repeat("<AddtlInf>"+strings.Repeat("ż", 105)+"</AddtlInf>", 50) + "</StsRsnInf>"
	list, _ := answers(t, reportOf(groupOf(""), sectionOf(orderOf("<TxSts>RJCT</TxSts>"+strings.Repeat(reason, 40)))), bankfile.Limits{})
	a := list[0]
	if len(a.Reasons) != mostReasons || len([]rune(a.Reasons[0].Text)) > mostText+1 || a.Outcome != Rejected {
		t.Errorf("%d reasons, %d characters", len(a.Reasons), len(a.Reasons[0].Text))
	}
}

func TestReadingFails(t *testing.T) {
	for _, r := range []io.Reader{iotest.ErrReader(errPipe), io.MultiReader(strings.NewReader("<Document>"+strings.Repeat(" ", 5000)), iotest.ErrReader(errPipe))} {
		reader := NewReader(r, bankfile.Limits{})
		for range 2 { // it lasts
			if _, err := reader.Next(); !errors.Is(err, errPipe) {
				t.Errorf("error %v", err)
			}
		}
	}
}

// TestReasonCodes: each code once, in order, in both languages.
func TestReasonCodes(t *testing.T) {
	list, last := ReasonCodes(), ""
	for _, r := range list {
		en, known := ReasonText(r.Code, "en")
		pl, _ := ReasonText(r.Code, "pl")
		if r.Code <= last || !known || en == "" || pl == "" || en == pl || cmp.Diff(r, ReasonCode{r.Code, en, pl}) != "" {
			t.Errorf("%+v", r)
		}
		last = r.Code
	}
	for code := range strings.FieldsSeq("AC01 AC04 AC06 AG01 AM04 AM05 BE04 BE05 BE06 BE07 CUST DT01 FOCR FRAD MD07 MS02 MS03 NARR RC01 RF01 RR01 RR02 RR03 RR04 SL01 SL02 TM01 UPAY TECH") {
		if _, known := ReasonText(code, "pl"); !known {
			t.Errorf("%s is not known", code)
		}
	}
	if _, known := ReasonText("X99", "en"); known {
		t.Error("X99 is known")
	}
}
