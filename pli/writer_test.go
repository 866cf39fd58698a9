package pli

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"ims/bankfile"
	"ims/iban"
)

func mustIBAN(t testing.TB, nrb string) iban.IBAN {
	t.Helper()
	n, ok := iban.NRB([]byte(nrb))
	if !ok {
		t.Fatalf("%s is no valid number", nrb)
	}
	return n
}

// plainOrder is an order that every case below changes in one point.
func plainOrder(t testing.TB) Order {
	return Order{
		Date: "2026-11-20", Amount: 9900,
		Payer: mustIBAN(t, "40111111117700000000000001"), Payee: mustIBAN(t, "39333333330000000087654321"),
		PayerName: "OPERATOR SP. Z O.O.", PayeeName: "SKLEP TESTOWY", Title: "WYPLATA Z SALDA", Reference: "WYP/2026/0001",
	}
}

func write(t testing.TB, o Order, opt WriterOptions) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := NewWriter(&b, opt).Write(o); err != nil {
		t.Fatalf("Write: %v", err)
	}
	return b.Bytes()
}

func TestWriteForm(t *testing.T) {
	want := `110,20261120,9900,11111111,0,"40111111117700000000000001","39333333330000000087654321","OPERATOR SP. Z O.O.","SKLEP TESTOWY",0,33333333,"WYPLATA Z SALDA","","","51","WYP/2026/0001"` + "\r\n"
	if diff := cmp.Diff(want, string(write(t, plainOrder(t), WriterOptions{}))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestWriteSplitPayment(t *testing.T) {
	o := plainOrder(t)
	o.Amount, o.Title = 123000, ""
	o.MPP = &bankfile.SplitPayment{VAT: 23000, ID: "1234563218", Invoice: "FV/2026/11/0042", Text: "ZAPLATA ZA TOWAR"}
	line := write(t, o, WriterOptions{})
	if want := `"/VAT/230,00/IDC/1234563218/INV/FV/2|026/11/0042/TXT/ZAPLATA ZA TOWAR"`; !strings.Contains(string(line), want) {
		t.Errorf("title not %s in %s", want, line)
	}
	rec := readOne(t, line, sampleOptions())
	if !rec.OK() || rec.Class != "53" {
		t.Errorf("class %s, findings %v", rec.Class, rec.Findings)
	}
	if diff := cmp.Diff(o.MPP, rec.SplitPayment); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestWriteCleans(t *testing.T) {
	for _, c := range []struct {
		in, want string
		opt      WriterOptions
	}{
		{`FIRMA "ALFA" | BETA`, "FIRMA 'ALFA' / BETA", WriterOptions{}},
		{"A\r\n\tB  C\u00a0D", "A B C D", WriterOptions{}},
		{"„CYTAT” – KONIEC…", "'CYTAT' - KONIEC...", WriterOptions{}},
		{"A\x07B\u200bC", "ABC", WriterOptions{}},
		{"ZAŻÓŁĆ GĘŚLĄ JAŹŃ", "ZAŻÓŁĆ GĘŚLĄ JAŹŃ", WriterOptions{Encoding: bankfile.CP852}},
		{"ZAŻÓŁĆ GĘŚLĄ JAŹŃ zażółć", "ZAZOLC GESLA JAZN zazolc", WriterOptions{Encoding: bankfile.ASCII}},
		{"ŚWIEŻY CAFE\u0301", "ŚWIEŻY CAFÉ", WriterOptions{Encoding: bankfile.ISO88592}},
		{"Søren Þór Ñandú Straße", "Soren Thór Nandú Straße", WriterOptions{Encoding: bankfile.Windows1250}},
		{"FAKTURA 1, 2 I 3", "FAKTURA 1 2 I 3", WriterOptions{NoComma: true}},
		{"Søren Ñandú", "Søren Ñandú", WriterOptions{Encoding: bankfile.UTF8}},
	} {
		o := plainOrder(t)
		o.Title = c.in
		line := write(t, o, c.opt)
		options := sampleOptions()
		options.Dialect.Encoding = c.opt.Encoding
		rec := readOne(t, line, options)
		if rec.Title != c.want || len(rec.Findings) > 0 {
			t.Errorf("%q in %v: %q, want %q; findings %v", c.in, c.opt.Encoding, rec.Title, c.want, rec.Findings)
		}
		if bytes.ContainsRune(line, '?') {
			t.Errorf("%q: a question mark in %s", c.in, line)
		}
	}
}

// TestWriteRefuses: what the format cannot carry is an error that names the part, and no byte is written.
func TestWriteRefuses(t *testing.T) {
	german, err := iban.ParseISO("DE89370400440532013000")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		change func(*Order)
		want   string
	}{
		"zero amount":          {func(o *Order) { o.Amount = 0 }, "amount"},
		"negative amount":      {func(o *Order) { o.Amount = -1 }, "amount"},
		"16 digits":            {func(o *Order) { o.Amount = bankfile.MaxAmount + 1 }, "amount"},
		"no such day":          {func(o *Order) { o.Date = "2026-02-30" }, "date"},
		"date with a comma":    {func(o *Order) { o.Date = "2026,02-3" }, "date"},
		"foreign payee":        {func(o *Order) { o.Payee = german }, "payee"},
		"no payee":             {func(o *Order) { o.Payee = iban.IBAN{} }, "payee"},
		"no payer":             {func(o *Order) { o.Payer = iban.IBAN{} }, "payer"},
		"same account":         {func(o *Order) { o.Payee = o.Payer }, "same"},
		"direct debit":         {func(o *Order) { o.Type, o.Class = "210", "01" }, "type"},
		"unknown class":        {func(o *Order) { o.Class = "99" }, "class"},
		"class 53 alone":       {func(o *Order) { o.Class = "53" }, "split payment"},
		"title of 141":         {func(o *Order) { o.Title = strings.Repeat("X", 141) }, "title"},
		"Cyrillic":             {func(o *Order) { o.PayeeName = "МАГАЗИН" }, "payee name"},
		"not UTF-8":            {func(o *Order) { o.Title = "A\xff" }, "UTF-8"},
		"long reference":       {func(o *Order) { o.Reference = strings.Repeat("R", 17) }, "reference"},
		"tax without tags":     {func(o *Order) { o.Class = "71" }, "tax payment"},
		"tags without class":   {func(o *Order) { o.Title = "/VAT/1,00/IDC/1/INV/2" }, "split payment"},
		"VAT above the amount": {func(o *Order) { o.Title, o.MPP = "", &bankfile.SplitPayment{VAT: 9901, ID: "1", Invoice: "2"} }, "VAT"},
		"tag in invoice":       {func(o *Order) { o.Title, o.MPP = "", &bankfile.SplitPayment{ID: "1", Invoice: "2/TXT", Text: "X"} }, "split payment"},
		"two titles":           {func(o *Order) { o.MPP = &bankfile.SplitPayment{ID: "1", Invoice: "2"} }, "title"},
	} {
		o := plainOrder(t)
		c.change(&o)
		var b bytes.Buffer
		if err := NewWriter(&b, WriterOptions{}).Write(o); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want one about %s", name, err, c.want)
		}
		if b.Len() > 0 {
			t.Errorf("%s: wrote %q", name, b.String())
		}
	}
}

type brokenPipe struct{}

var errPipe = errors.New("pipe broke")

func (brokenPipe) Write([]byte) (int, error) { return 0, errPipe }

func TestWriteTellsOfItsOutput(t *testing.T) {
	if err := NewWriter(brokenPipe{}, WriterOptions{}).Write(plainOrder(t)); !errors.Is(err, errPipe) {
		t.Errorf("error %v", err)
	}
}

// drawText draws texts as people write them: words of all lengths, letters of many kinds, signs.
func drawText(t *rapid.T, label string) string {
	letter := rapid.SampledFrom([]rune("ABCXYZabcxyz0189ĄąŁłÓóŚśŹźŻżéßÑ.,-/()'\"|:+ \t„–"))
	return rapid.StringOfN(letter, 0, 150, -1).Draw(t, label)
}

func drawOrder(t *rapid.T, x, y iban.IBAN) Order {
	o := Order{
		Date: "2026-11-20", Payer: x, Payee: y,
		Amount:          rapid.Int64Range(1, bankfile.MaxAmount).Draw(t, "amount"),
		Class:           rapid.SampledFrom([]string{"", "51", "54", "55", "41"}).Draw(t, "class"),
		PayerName:       drawText(t, "payer name"),
		PayeeName:       drawText(t, "payee name"),
		OperationNumber: rapid.SampledFrom([]string{"", "OP-1"}).Draw(t, "operation"),
		Reference:       rapid.StringOfN(rapid.SampledFrom([]rune("AZ09/-, \"")), 0, 16, -1).Draw(t, "reference"),
	}
	switch rapid.IntRange(0, 4).Draw(t, "title kind") {
	case 0:
		part := rapid.StringOfN(rapid.SampledFrom([]rune("AB/0 9TX")), 1, 14, -1)
		o.Class = "43"
		o.MPP = &bankfile.SplitPayment{VAT: rapid.Int64Range(0, o.Amount).Draw(t, "vat"), ID: part.Draw(t, "id"), Invoice: part.Draw(t, "invoice"), Text: part.Draw(t, "text")}
	case 1:
		o.Title = "/TI/N1234563218/OKR/26M10/SFP/VAT-7/TXT/" + drawText(t, "title")
	default:
		o.Title = drawText(t, "title")
	}
	return o
}

// TestRoundTrip: reading what was written gives back every part of the clean order, whatever the words,
// the encoding and the wrapping, and without a finding that the order did not ask for.
func TestRoundTrip(t *testing.T) {
	x, y := mustIBAN(t, "39222222220000000012345678"), mustIBAN(t, "40111111117700000000000001")
	accepted := 0
	rapid.Check(t, func(t *rapid.T) {
		o := drawOrder(t, x, y)
		opt := WriterOptions{Encoding: rapid.SampledFrom([]bankfile.Encoding{bankfile.ASCII, bankfile.UTF8, bankfile.Windows1250, bankfile.ISO88592, bankfile.CP852}).Draw(t, "encoding")}
		var b bytes.Buffer
		w := NewWriter(&b, opt)
		if w.Write(o) != nil {
			return
		}
		accepted++
		want, err := w.Clean(o)
		if err != nil {
			t.Fatalf("written, but not clean: %v", err)
		}
		compareOrder(t, want, b.Bytes(), opt.Encoding)
	})
	if accepted == 0 {
		t.Error("no order was accepted: the property was not tested")
	}
}

func compareOrder(t *rapid.T, want Order, line []byte, enc bankfile.Encoding) {
	o := sampleOptions()
	o.Dialect.Encoding = enc
	r, err := Open(opener(line), o)
	if err != nil {
		t.Fatal(err)
	}
	rec, err := r.Next()
	if err != nil {
		t.Fatalf("%v reading %q", err, line)
	}
	got := Order{
		Type: rec.Type, Class: rec.Class, Date: rec.Date, Amount: rec.Amount, Payer: rec.Payer.IBAN, Payee: rec.Payee.IBAN,
		PayerName: rec.PayerName, PayeeName: rec.PayeeName, Title: rec.Title, Reference: rec.Reference,
		OperationNumber: rec.OperationNumber, MPP: rec.SplitPayment,
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateComparable(iban.IBAN{})); diff != "" {
		t.Fatalf("(-written +read):\n%s\n%s", diff, line)
	}
	for _, f := range rec.Findings {
		switch f.Code {
		case bankfile.RecordPayerNameMissing, bankfile.RecordTitleMissing, bankfile.RecordReservedNonempty, bankfile.RecordMPPIDCChecksum:
		default:
			t.Fatalf("finding %+v in %q", f, line)
		}
	}
}

// TestWriteSamples: what is read from the valid samples can be written and reads the same.
func TestWriteSamples(t *testing.T) {
	for _, s := range samples(t) {
		first := readOne(t, append(s.line, "\r\n"...), sampleOptions())
		if s.name[0] != 'V' || first.Amount == 0 {
			continue
		}
		o := Order{
			Type: first.Type, Class: first.Class, Date: first.Date, Amount: first.Amount, Payer: first.Payer.IBAN, Payee: first.Payee.IBAN,
			PayerName: first.PayerName, PayeeName: first.PayeeName, Title: first.Title, Reference: first.Reference, MPP: first.SplitPayment,
		}
		second := readOne(t, write(t, o, WriterOptions{Encoding: bankfile.UTF8}), sampleOptions())
		if second.Title != first.Title || second.Direction != first.Direction || second.Amount != first.Amount {
			t.Errorf("%s: %+v became %+v", s.name, first, second)
		}
		// Only the quotes of V16 have no way into a file.
		if s.name != "V16" && second.NaturalKey() != first.NaturalKey() {
			t.Errorf("%s: another natural key", s.name)
		}
	}
}
