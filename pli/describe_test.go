package pli

import (
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ims/bankfile"
)

func describe(t *testing.T, line []byte, o bankfile.Options, lang string) string {
	t.Helper()
	r, err := Open(opener(line), o)
	if err != nil {
		t.Fatal(err)
	}
	rec, err := r.Next()
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Join(Describe(rec, lang), "\n") + "\n"
	if _, err := r.Next(); err != io.EOF {
		t.Fatal(err)
	}
	return text
}

func TestDescribe(t *testing.T) {
	line := change(t, "V07", map[int]string{5: "7", 13: "A\x01"})
	want := `line 1: credit, 1230.00 PLN
 1 message type: 110 (transfer)
 2 date: 2026-11-20
 3 amount: 1230.00 PLN
 4 payer's bank: 22222222
 5 constant: 7
   warning record.constant_nonzero: A field that is always 0 holds “7”.
 6 payer's account: PL39 2222 2222 0000 0000 1234 5678 (external)
 7 payee's account: PL40 1111 1111 7700 0000 0000 0001 (virtual, ours)
 8 payer: JAN TESTOWY UL. POLNA 1 00-001 MIASTO
 9 payee: OPERATOR SP. Z O.O. UL. RYNEK 2 00-002 MIASTO
10 constant: 0
11 payee's bank: 11111111
12 title: /VAT/230,00/IDC/1234563218/INV/FV/2026/11/0042/TXT/ZAPLATA ZA TOWAR (VAT 230.00 PLN, tax identifier 1234563218, invoice FV/2026/11/0042)
13 cheque: A\x01
   error record.control_char: There is a control character in the line: “A\x01”.
   warning record.reserved_nonempty: A field that should be empty holds “A\x01”.
14 complaint, operation number: 
15 classification: 53 (split payment)
16 reference: 
`
	if diff := cmp.Diff(want, describe(t, line, sampleOptions(), "en")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestDescribePolish: the other language, and roles that follow a direct debit.
func TestDescribePolish(t *testing.T) {
	o := sampleOptions()
	o.Dialect.TwoHundreds = bankfile.Orders
	got := describe(t, change(t, "V03", map[int]string{1: "210", 12: `"/NIP/1/IDP/2/TYT/3"`, 15: "01"}), o, "pl")
	for _, want := range []string{
		"wiersz 1: uznanie, 99,00 PLN\n", " 1 typ komunikatu: 210 (polecenie zapłaty)\n",
		" 6 rachunek odbiorcy: PL40 1111 1111 7700 0000 0000 0001 (wirtualny, nasz)\n", " 9 płatnik: SKLEP TESTOWY",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}

// TestDescribeSeverity: findings are told in the language of the rest.
func TestDescribeSeverity(t *testing.T) {
	for lang, want := range map[string]string{"pl": "   błąd record.amount_zero: Kwota", "en": "   error record.amount_zero: The amount"} {
		if got := describe(t, sampleNamed(t, "X17"), sampleOptions(), lang); !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}

// TestDescribeAll: every sample, however broken, can be described, and all its findings are told.
func TestDescribeAll(t *testing.T) {
	for _, s := range samples(t) {
		line := append(s.line, "\r\n"...)
		text := describe(t, line, sampleOptions(), "en")
		for _, f := range readOne(t, line, sampleOptions()).Findings {
			if !strings.Contains(text, string(f.Code)) {
				t.Errorf("%s: %s is not told in\n%s", s.name, f.Code, text)
			}
		}
	}
}

func TestFieldName(t *testing.T) {
	if FieldName(3, "pl") != "kwota" || FieldName(0, "en") != "line" || FieldName(18, "en") != "" || FieldName(-1, "en") != "" {
		t.Error("names of fields are wrong")
	}
}
