package qr

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"ims/iban"
	"ims/internal/bank"
	"ims/internal/money"
)

// Invented numbers of invented banks.
const (
	polish = "PL40111111117700000000000001"
	german = "DE75512108001245126199"
)

func number(t interface{ Fatal(...any) }, text string) iban.IBAN {
	x, err := iban.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func TestPayloads(t *testing.T) {
	long := strings.Repeat("Żółć ", 30)
	for name, x := range map[string]struct {
		payment Payment
		want    string
	}{
		"EUR, the payer decides": {Payment{Currency: money.EUR, Name: "Ada Example"},
			"BCD\n002\n1\nSCT\n\nAda Example\n" + polish},
		"EUR with an amount": {Payment{Currency: money.EUR, Name: "Ada Example", Amount: 5},
			"BCD\n002\n1\nSCT\n\nAda Example\n" + polish + "\nEUR0.05"},
		"EUR with a title": {Payment{Currency: money.EUR, Name: "Ada Example", Title: "Miete | November"},
			"BCD\n002\n1\nSCT\n\nAda Example\n" + polish + "\n\n\n\nMiete | November"},
		"EUR, the largest": {Payment{Currency: money.EUR, Name: long, Amount: 99_999_999_999, Title: strings.Repeat("t", 117)},
			"BCD\n002\n1\nSCT\n\n" + strings.Repeat("Żółć ", 13) + "Żółć\n" + polish + "\nEUR999999999.99\n\n\n" + strings.Repeat("t", 117)},
		"PLN, the payer decides": {Payment{Currency: money.PLN, Name: "OPERATOR SP. Z O.O."},
			"|PL|40111111117700000000000001|000000|OPERATOR SP. Z O.O.||||"},
		"PLN with all": {Payment{Currency: money.PLN, Name: "OPERATOR SP. Z O.O.", Amount: 12345, Title: "DOLADOWANIE SALDA"},
			"|PL|40111111117700000000000001|012345|OPERATOR SP. Z O.O.|DOLADOWANIE SALDA|||"},
		"PLN, a long name": {Payment{Currency: money.PLN, Name: "Wzorcowa Fikcja Żółtych Łodzi", Amount: 999_999},
			"|PL|40111111117700000000000001|999999|Wzorcowa Fikcja Żółt||||"},
		"a name of many lines": {Payment{Currency: money.PLN, Name: " Ada|\r\n \u0000Example "},
			"|PL|40111111117700000000000001|000000|Ada Example||||"},
	} {
		x.payment.Payee = number(t, polish)
		code, err := Encode(x.payment)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if diff := cmp.Diff(x.want, code.Payload()); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
}

func TestRefusals(t *testing.T) {
	payment := func(c money.Currency, change func(*Payment)) Payment {
		p := Payment{Payee: number(t, polish), Currency: c, Name: "Ada Example"}
		change(&p)
		return p
	}
	for name, x := range map[string]struct {
		payment Payment
		want    *bank.Error
		field   string
	}{
		"no standard":           {payment(money.USD, func(*Payment) {}), bank.ErrQRUnavailable, ""},
		"PLN outside Poland":    {payment(money.PLN, func(p *Payment) { p.Payee = number(t, german) }), bank.ErrQRUnavailable, ""},
		"EUR outside SEPA":      {payment(money.EUR, func(p *Payment) { p.Payee = number(t, "TR330006100519786457841326") }), bank.ErrQRUnavailable, ""},
		"no name":               {payment(money.EUR, func(p *Payment) { p.Name = " | " }), bank.ErrQRUnavailable, ""},
		"PLN, too much":         {payment(money.PLN, func(p *Payment) { p.Amount = 1_000_000 }), bank.ErrInvalid, "amount"},
		"EUR, too much":         {payment(money.EUR, func(p *Payment) { p.Amount = 100_000_000_000 }), bank.ErrInvalid, "amount"},
		"negative":              {payment(money.EUR, func(p *Payment) { p.Amount = -1 }), bank.ErrInvalid, "amount"},
		"PLN, a separator":      {payment(money.PLN, func(p *Payment) { p.Title = "a|b" }), bank.ErrInvalid, "title"},
		"PLN, a long title":     {payment(money.PLN, func(p *Payment) { p.Title = strings.Repeat("ł", 33) }), bank.ErrInvalid, "title"},
		"EUR, a long title":     {payment(money.EUR, func(p *Payment) { p.Title = strings.Repeat("t", 141) }), bank.ErrInvalid, "title"},
		"EUR, too many bytes":   {payment(money.EUR, func(p *Payment) { p.Title = strings.Repeat("Ż", 140) }), bank.ErrInvalid, "title"},
		"a title of two lines":  {payment(money.EUR, func(p *Payment) { p.Title = "a\nb" }), bank.ErrInvalid, "title"},
		"a title of no charset": {payment(money.PLN, func(p *Payment) { p.Title = "\xff" }), bank.ErrInvalid, "title"},
	} {
		_, err := Encode(x.payment)
		e, ok := bank.AsError(err)
		if !ok || !errors.Is(err, x.want) {
			t.Errorf("%s: %v, want %v", name, err, x.want)
			continue
		}
		if x.field != "" && (len(e.Fields) != 1 || e.Fields[0].Pointer != x.field) {
			t.Errorf("%s: fields %+v, want %s", name, e.Fields, x.field)
		}
	}
}

// TestAnyNameFits: whatever end users are called, the code keeps its bounds and no field runs into the next.
func TestAnyNameFits(t *testing.T) {
	payee := number(t, polish)
	rapid.Check(t, func(t *rapid.T) {
		p := Payment{Payee: payee, Name: "x" + rapid.StringN(0, 200, 800).Draw(t, "name"), Currency: rapid.SampledFrom([]money.Currency{money.EUR, money.PLN}).Draw(t, "currency"),
			Amount: rapid.Int64Range(0, zbpMost).Draw(t, "amount"), Title: rapid.StringMatching(`[ -{]{0,32}`).Draw(t, "title")}
		code, err := Encode(p)
		if err != nil {
			t.Fatal(err)
		}
		text := code.Payload()
		if !utf8.ValidString(text) {
			t.Fatalf("%q is no UTF-8", text)
		}
		name := strings.Split(text+"\n", "\n")
		if p.Currency == money.PLN {
			fields := strings.Split(text, "|")
			if len(fields) != 9 || utf8.RuneCountInString(text) > 160 || utf8.RuneCountInString(fields[4]) > 20 || fields[5] != p.Title {
				t.Fatalf("%q", text)
			}
			return
		}
		if len(text) > 331 || len(name) > 12 || utf8.RuneCountInString(name[5]) > 70 || name[6] != polish {
			t.Fatalf("%q", text)
		}
	})
}

// TestCutKeepsCharactersWhole: an accent is never parted from its letter.
func TestCutKeepsCharactersWhole(t *testing.T) {
	for _, x := range []struct {
		text         string
		runes, bytes int
		want         string
	}{
		{"Ada", 3, 3, "Ada"}, {"Ada Example", 4, 99, "Ada"}, {"Łódź", 99, 5, "Łód"}, {"Łódź", 99, 4, "Łó"},
		{norm.NFC.String("ax\u0323\u0302b"), 2, 99, "a"}, {"", 5, 5, ""},
	} {
		if got := cut(x.text, x.runes, x.bytes); got != x.want {
			t.Errorf("cut(%q, %d, %d) = %q, want %q", x.text, x.runes, x.bytes, got, x.want)
		}
	}
}
