package mt940

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"ims/bankfile"
)

func TestAmounts(t *testing.T) {
	for _, c := range []struct {
		text     string
		decimals int
		want     int64
		fault    bankfile.Code
	}{
		{"12,34", 2, 1234, ""}, {"12,3", 2, 1230, ""}, {"12,", 2, 1200, ""}, {"0,01", 2, 1, ""}, {"000012,34", 2, 1234, ""},
		{"1234,", 0, 1234, ""}, {"1,234", 3, 1234, ""}, {"1,2", 4, 12000, ""}, {"9999999999999,99", 2, bankfile.MaxAmount, ""},
		{"1234,0", 0, 0, bankfile.RecordAmountFormat}, {"12,345", 2, 0, bankfile.RecordAmountFormat}, {"12,340", 2, 0, bankfile.RecordAmountFormat},
		{"12", 2, 0, bankfile.RecordAmountFormat}, {",50", 2, 0, bankfile.RecordAmountFormat}, {"12.50", 2, 0, bankfile.RecordAmountFormat},
		{"1 000,00", 2, 0, bankfile.RecordAmountFormat}, {"-1,00", 2, 0, bankfile.RecordAmountFormat}, {"+1,00", 2, 0, bankfile.RecordAmountFormat},
		{"1,,0", 2, 0, bankfile.RecordAmountFormat}, {"", 2, 0, bankfile.RecordAmountMissing}, {"0,00", 2, 0, bankfile.RecordAmountZero},
		{"10000000000000,00", 2, 0, bankfile.RecordAmountTooLarge}, {strings.Repeat("9", 60) + ",", 0, 0, bankfile.RecordAmountTooLarge},
	} {
		if got, fault := readAmount([]byte(c.text), c.decimals); got != c.want || fault != c.fault {
			t.Errorf("%q with %d decimals: %d %q, want %d %q", c.text, c.decimals, got, fault, c.want, c.fault)
		}
	}
}

// TestEntryYear: an entry date has no year; it is the one nearest to the value date, across the turn of the year in both
// directions and over leap days.
func TestEntryYear(t *testing.T) {
	for dates, want := range map[string]string{
		"2612311231": "2026-12-31", "2701021231": "2026-12-31", "2612310102": "2027-01-02", "2601011230": "2025-12-30",
		"2606301231": "2025-12-31", "2402290229": "2024-02-29", "2502280229": "", "2803010229": "2028-02-29", "9912310101": "2000-01-01",
		"0001011231": "1999-12-31",
	} {
		p := parser{opt: &bankfile.Options{}}
		rest, ok := p.dates([]byte(dates + "C1,"))
		if !ok || string(rest) != "C1," || p.rec.Date != want || (want == "") != (len(p.rec.Findings) == 1) {
			t.Errorf("%s: booked %q, want %q, findings %v", dates, p.rec.Date, want, p.rec.Findings)
		}
	}
}

func TestSeparators(t *testing.T) {
	for text, want := range map[string]byte{
		"<00PRZELEW": '<', "110<00PRZELEW": '<', "^20TEXT": '^', "020~00X": '~', "166?00X": '?', "100 ^00X": '^',
		"PRZELEW <00X": 0, "": 0, "12": 0, "1234<00X": 0, "<X0": 0, "/20/TEXT": 0, "123 45 67": 0, "<0": 0,
	} {
		if got := separatorOf([]byte(text)); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// TestSubfieldsInAnyLines: banks break lines where they like, also inside of a subfield and of its code.
func TestSubfieldsInAnyLines(t *testing.T) {
	text := "100^00PRZELEW^20CZYNSZ ZA MIESZKANIE 12^38" + outsideIBAN + "^63" + virtual1
	want := fmt.Sprint(readBookings(t, ":61:261120C1,NTRFX//Y\n:86:"+text+"\n"))
	for cut := 1; cut < len(text); cut++ {
		if strings.ContainsAny(text[cut:cut+1], "-:") {
			continue
		}
		got := fmt.Sprint(readBookings(t, ":61:261120C1,NTRFX//Y\n:86:"+text[:cut]+"\n"+text[cut:]+"\n"))
		if got != want {
			t.Fatalf("cut before %q:\n%s\nwant\n%s", text[cut:], got, want)
		}
	}
}

func TestReturns(t *testing.T) {
	for _, c := range []struct {
		booking string
		want    bool
		reason  string
	}{
		{":61:261120C1,NTRFX\n:86:^00ZWROT PRZELEWU^20CZYNSZ\n", true, ""},
		{":61:261120C1,NTRFX\n:86:^00PRZELEW^20Zwrot: zly rachunek\n", true, ""},
		{":61:261120C1,NTRFX\n:86:RETURN OF FUNDS\n", true, ""},
		{":61:261120C1,NTRFA/RETN/AC01\n:86:^20X\n", true, "AC01"},
		{":61:261120C1,NTRFX\n:86:^20REF /RETN/MS03 MORE\n", true, "MS03"},
		{":61:261120C1,NTRFX\n:86:^20/RETN/UNKNOWN\n", true, ""},
		{":61:261120C1,NRTIX\n:86:^20CZYNSZ\n", true, ""},
		{":61:261120C1,NTRFX\n:86:^00PRZELEW^20ZWROTNICA KOLEJOWA\n", false, ""},
		{":61:261120C1,NTRFX\n:86:^00PRZELEW^20ZA ZWROT\n", false, ""},
		{":61:261120C1,NTRFX\n:86:^20RETURNS DEPARTMENT\n", false, ""},
	} {
		head, _, _ := strings.Cut(whole, ":61:")
		r := readAll(t, Open940, opener(file(head+c.booking+":62F:C261120PLN101,00\n-}\n")), options()).records[0]
		if r.Return != c.want || r.ReturnReason != c.reason {
			t.Errorf("%q: return %v %q", c.booking, r.Return, r.ReturnReason)
		}
	}
}

// TestMarks: what each mark does to whom, and to the balance.
func TestMarks(t *testing.T) {
	for mark, c := range map[string]struct {
		direction bankfile.Direction
		closing   string
		reversal  bool
	}{
		"C": {bankfile.Credit, "110,00", false}, "D": {bankfile.Debit, "90,00", false},
		"RC": {bankfile.Debit, "90,00", true}, "RD": {bankfile.Credit, "110,00", true},
		"CR": {bankfile.Credit, "110,00", false}, "RDN": {bankfile.Credit, "110,00", true},
	} {
		head, _, _ := strings.Cut(whole, ":61:")
		booking := ":61:2611201120" + mark + "10,00NTRFX//Y\n:86:^20X^38" + outsideIBAN + "^63" + virtual1 + "\n"
		res := readAll(t, Open940, opener(file(head+booking+":62F:C261120PLN"+c.closing+"\n-}\n")), options())
		if r := res.records[0]; r.Direction != c.direction || r.Reversal != c.reversal || !res.report.Executable() {
			t.Errorf("%s: %v, reversal %v\n%s", mark, r.Direction, r.Reversal, render(res))
		}
	}
}

// TestNaturalKeys: the same booking has the same key in a file of another encoding with other line ends, and in a statement of
// another number; what the bank numbers is told apart.
func TestNaturalKeys(t *testing.T) {
	head, _, _ := strings.Cut(whole, ":61:")
	booking := ":61:261120C5,NTRFNONREF\n:86:^00WPŁATA^20ŻÓŁTE ŁĄKI^63" + virtual1 + "\n"
	text := head + booking + booking + ":62F:C261120PLN110,00\n-}\n"
	utf8 := readAll(t, Open940, opener(file(text)), options())
	cp852 := readAll(t, Open940, opener(bankfile.CP852.AppendEncoded(nil, text)), options())
	if cp852.report.Encoding != bankfile.CP852 {
		t.Fatalf("read as %v", cp852.report.Encoding)
	}
	for i := range utf8.records {
		if utf8.records[i].NaturalKey() != cp852.records[i].NaturalKey() {
			t.Errorf("booking %d has two keys", i)
		}
	}
	again := readAll(t, Open940, opener(file(strings.Replace(text, ":28C:231/1", ":28C:240/1", 1))), options())
	if again.records[1].NaturalKey() != utf8.records[0].NaturalKey() {
		t.Error("the booking is not known in another statement and place")
	}
	numbered := readAll(t, Open940, opener(file(head+strings.Replace(booking, "NONREF", "NONREF//1", 1)+booking+":62F:C261120PLN110,00\n-}\n")), options())
	if numbered.records[0].NaturalKey() == numbered.records[1].NaturalKey() {
		t.Error("two bookings have one key")
	}
}

// TestTransportSigns: files come with what transport put between messages.
func TestTransportSigns(t *testing.T) {
	second := strings.NewReplacer("231/1", "232/1", "100,00", "110,00", "110,00", "120,00").Replace(whole)
	for name, text := range map[string]string{
		"one line":    strings.TrimSuffix(whole, "\n") + second,
		"dollar":      strings.TrimSuffix(whole, "\n") + "$" + second,
		"01 and 03":   "\x01" + strings.TrimSuffix(whole, "\n") + "\x03 \x01" + second + "\x03",
		"trailer":     strings.TrimSuffix(whole, "\n") + "{5:{MAC:00000000}{CHK:123456789ABC}}" + second,
		"blank lines": "\n" + strings.ReplaceAll(whole, "\n", "\n\n") + "\n \n" + second,
		"no line end": strings.TrimSuffix(whole+second, "\n"),
	} {
		res := readAll(t, Open940, opener(file(text)), options())
		if res.report.Records != 4 || !res.report.Executable() {
			t.Errorf("%s:\n%s", name, render(res))
		}
	}
}

// TestNotAStatement: other files are told what they seem to be, an empty one that it is empty.
func TestNotAStatement(t *testing.T) {
	for text, want := range map[string]string{
		"": "file.empty", "\r\n\r\n": "file.empty", "HELLO\r\n": "file.empty file.malformed", "<?xml version=\"1.0\"?><Document/>": "file.wrong_format",
		"PK\x03\x04": "file.wrong_format", ":01:1\r\n": "file.wrong_format",
	} {
		if got := counted(readAll(t, Open940, opener([]byte(text)), options()).report); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	o := options()
	o.Name = "statement.xlsx"
	if got := counted(readAll(t, Open940, opener(file(whole)), o).report); got != "file.extension" {
		t.Error(got)
	}
}

// TestExcerpt: the bookings with errors, message by message, as the bank wrote them.
func TestExcerpt(t *testing.T) {
	bad := strings.Replace(whole, "12,34NTRF", "12,34XTRF", 1)
	src := opener(file(bad + whole + strings.Replace(bad, ":28C:231/1", ":28C:232", 1)))
	var out bytes.Buffer
	n, err := CopyRecords940(&out, src, options(), func(r *bankfile.Record) bool { return !r.OK() })
	if n != 2 || err != nil {
		t.Fatal(n, err)
	}
	booking := ":61:2611201120CN12,34XTRFREF-1//BANK-1\n:86:100^00PRZELEW^20CZYNSZ^27ANNA TESTOWA^38PL39222222220000000012345678^63PL40111111117700000000000001\n-\n"
	head := ":20:STATEMENT\n:25:PL83111111110000000000000010\n:28C:"
	if want := string(file(head + "231/1\n" + booking + head + "232\n" + booking)); out.String() != want {
		t.Errorf("%s\nwant\n%s", out.String(), want)
	}
	if rep := readAll(t, Open940, opener(out.Bytes()), options()).report; !rep.Damaged() || rep.Records != 2 {
		t.Errorf("an excerpt passes for a statement: %+v", rep)
	}
	all := func(*bankfile.Record) bool { return true }
	if _, err := CopyRecords940(brokenWriter{}, src, options(), all); !errors.Is(err, errBroken) {
		t.Errorf("a failed write: %v", err)
	}
	out.Reset()
	if n, err := CopyRecords942(&out, opener(file(interimWhole)), options(), all); n != 2 || err != nil {
		t.Fatal(n, err)
	}
	if rep := readAll(t, Open942, opener(out.Bytes()), options()).report; !rep.Damaged() || rep.Records != 2 {
		t.Errorf("an excerpt passes for a report: %+v", rep)
	}
	out.Reset()
	if n, err := CopyRecords940(&out, src, options(), func(*bankfile.Record) bool { return false }); n != 0 || err != nil || out.Len() > 0 {
		t.Errorf("nothing wanted: %d, %v, %q", n, err, out.String())
	}
}

var errBroken = errors.New("broken")

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errBroken }

// TestElsewhere: an account of ours on another master account is a counterparty in whatever :86: says, and ours only in the
// subfield that was agreed.
func TestElsewhere(t *testing.T) {
	head, _, _ := strings.Cut(whole, ":61:")
	elsewhere := bankfile.Own{Prefix: outsideIBAN[:2] + outsideIBAN[4:], Elsewhere: true}
	for _, c := range []struct{ subfield, details, want string }{
		{"", "^20GIFT^38" + outsideIBAN + "^63" + virtual1, "credit " + outsideIBAN + " > " + virtual1},
		{"", "^20GIFT " + outsideIBAN, "unallocated  > " + master},
		{"63", "^20GIFT^63" + outsideIBAN, "credit  > " + outsideIBAN},
	} {
		o := options()
		o.Own, o.Dialect.Subfield = append(o.Own, elsewhere), c.subfield
		r := readAll(t, Open940, opener(file(head+":61:261120C10,NTRFX//Y\n:86:"+c.details+"\n:62F:C261120PLN110,00\n-}\n")), o).records[0]
		if got := fmt.Sprintf("%s %s > %s", r.Direction, r.Payer, r.Payee); got != c.want || !r.OK() {
			t.Errorf("%s: got %s, want %s", c.details, got, c.want)
		}
	}
}
